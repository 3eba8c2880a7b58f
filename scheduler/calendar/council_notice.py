"""Reads a notice of the State Council as text: the regular forms since 2010, what changes them, and nothing guessed."""

import re
import unicodedata
from collections.abc import Iterator

from scheduler.calendar.notice_sentences import ALL, CHANGES, NAME, Section, day_said, not_understood
from scheduler.calendar.year_file import BadYear, YearFile, settled

# 六、国庆节、中秋节：… A list of festivals without the colon stands in the first sentence, which arranges nothing.
_HEADING = re.compile(rf"({NAME}(?:[、和]{NAME})*)(?:放假|假期)?(?:安排)?(?:调整)?(?:如下)?:")
_CLOSING = re.compile("节假日期间")
_YEAR = re.compile(r"(20\d\d)年(?=[^。;:]{0,6}(?:节假日|元旦|春节|清明|劳动节|端午|中秋|国庆|放假|假期))")
_NUMBER = re.compile(r"国办发[^〔\[\d]{0,4}[〔\[]\d{4}[〕\]]第?\d+号")
_TITLE = re.compile("国务院办公厅关于[^。:]{0,40}?通知")
_ADDRESS = re.compile(r"https?://(?:[\w-]+\.)*gov\.cn/[\w./?=&%-]+")
_HEAD = re.compile("^.*?关于[^。:]{0,40}?通知")
_SIGNED = re.compile(r"(?:国务院办公厅)?(?:20\d\d年\d{1,2}月\d{1,2}日)?(?:国务院办公厅)?(?:\(此件公开发布\))?$")
_MARKS = re.compile("^(?:通知|调整|安排)?[:。,]*")


def read_notice(text: str, year: int | None = None) -> YearFile:
    """The arrangement of a notice's year. Raises BadYear when something in it is not understood or contradicts itself.

    `year`: when the text does not say it. A notice about some festivals only is an amendment (`only`).
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    number = year or _year(plain)
    sections = list(_sections(plain))
    read = [Section(name, number) for name, _ in sections]
    entries = settled(entry for one, (_, body) in zip(read, sections, strict=True) for entry in one.read(body))
    if not entries:
        raise BadYear(
            "No holiday was found. The text of the notice is needed, with lines like 一、元旦：1月1日放假1天。",
            "没有读到放假安排，请发送国务院办公厅通知的全文。",
        )
    named = tuple(festival for festival in ALL if any(festival in name for name, _ in sections))
    # 3 September 2015 had a notice of its own, which names none of the seven.
    only = () if len(named) == len(ALL) else named or ("个别日期",)
    changes = bool(only) and any(one.changes for one in read)
    return YearFile(number, entries, _papers(text, plain), only, changes)


def _year(plain: str) -> int:
    found = _YEAR.search(plain)
    if found is None:
        raise BadYear("The text does not say of which year it is.", "文中没有写明是哪一年的安排。")
    return int(found[1])


def _papers(text: str, plain: str) -> tuple[str, ...]:
    """What the text rests on: its address, and its number or else its title."""
    named = _NUMBER.search(plain) or _TITLE.search(plain)
    return (*dict.fromkeys(_ADDRESS.findall(text)), *([named[0]] if named else []))


def _sections(plain: str) -> Iterator[tuple[str, str]]:
    """Each festival and what is said of it; a notice that changes a single one may have no headings."""
    text = _SIGNED.sub("", plain)
    headings = list(_HEADING.finditer(text))
    if not headings:
        name = re.search(NAME, text)
        before, _, body = text.rpartition("如下")
        _arranges_nothing(before)
        yield (name[0] if name else "", _MARKS.sub("", _HEAD.sub("", body)))
        return
    _arranges_nothing(_HEAD.sub("", text[: headings[0].start()]))
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        body, *closing = _CLOSING.split(text[heading.end() : after.start() if after else len(text)])
        _arranges_nothing("。".join(closing))
        yield heading[1], body


def _arranges_nothing(around: str) -> None:
    """The sentences around the arrangement give reasons; a change that stands among them must not be lost."""
    for sentence in re.split("[。;]", around):
        if day_said(sentence) and CHANGES.search(sentence):
            raise not_understood(sentence)
