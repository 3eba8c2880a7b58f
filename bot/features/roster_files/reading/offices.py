"""What the offices of a cell are: the branch's, its committee's under another title, or somebody else's. No I/O."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.features.roster_files.reading.cells import NOTHING, SAYS_NOTHING, Unclear, spellings, text_of
from bot.kit.glossary.choices import DUTIES
from bot.kit.sheets import plain
from bot.kit.words import Both
from storage.choices import COMMITTEE, Duty


@dataclass(frozen=True, slots=True)
class Offices:
    """Those of one cell. titles: what a member of the committee is called beside the word of the duty.

    kept: what is no office of the branch; notes: what was taken for one and is to be looked at.
    """

    duties: tuple[Duty, ...] = ()
    titles: tuple[str, ...] = ()
    kept: str = ""
    notes: tuple[Both, ...] = ()


# Who leads a group is read by its pattern, and no roster makes an officer of the committee above.
_DUTIES = spellings({one: DUTIES[one] for one in Duty if one not in (Duty.GROUP_LEADER, Duty.COMMITTEE_OFFICER)})
_TWO_IN_ONE = {"组宣委员": ("组织委员", "宣传委员")}
_MEMBER, _LONGEST = "委员", 200
# Titles of a member of the committee that are usual; any other word that ends so is taken and said.
_TITLES = frozenset({
    "统战", "保密", "工会", "妇女", "女工", "文体", "文艺", "体育", "生活", "安全", "学习", "群众", "群团", "劳动",
    "青工", "民兵", "武装", "财务", "宣教", "廉政",
})  # fmt: skip
# Sits on the committee, and is not called so.
_MEMBERS_TOO = frozenset({"保密员"})
# 组织、宣传委员 are two offices.
_STEMS = _TITLES | {word.removesuffix(_MEMBER) for word in _DUTIES if re.fullmatch(r"..委员", word)}
# Of a body above, beside or within the branch: never guessed to be the branch's own.
_OF_OTHERS = re.compile(
    r"总支|党委|党组(?!长)|纪委|工委|机关委|团支|团委|团员|工会|妇联|妇委|政协|人大|常委|外单位|其他|其它|下属|兄弟|联系"
)
# Past, still to come, or in somebody's place.
_NOT_HELD = re.compile(
    r"原|前|曾|历任|卸|离任|去职|不再|不任|免|辞|撤|停|拟|候|提名|推荐|待|代|临时|名誉|助理|见习|试任|挂|兼职"
)
_HELD = re.compile(r"^(?:现任|现|兼任|担任|任|为|系)")
_HOW_HELD = frozenset({"", "兼", "兼任", "专职", "现任", "主持工作"})
_APART = re.compile(r"以及|[、,;/+|\s及和与并]+|兼(?!职)任?")
_BRACKET = re.compile(r"\(([^()]*)\)?")
# 第一党小组长, 第一党小组组长, 组长; not who leads some for one task, nor a deputy.
_LEADER = re.compile(r"(?P<group>.*?)组{1,2}长")
_OTHER_GROUPS = re.compile("副|工会|团小|团支|领导|工作|学习|专班|课题|调研|项目|妇女|帮扶|攻关|专项")
_BEFORE_OR_AFTER = re.compile("原|前|曾|历任|拟|候|提名|推荐|待")
_ONLY_PRESENT = (
    "present offices only (what somebody was before goes into 备注)",
    "现任职务（曾任职务请填入备注）",
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of a cell; beside: what stands in brackets behind it."""

    word: str
    beside: str = ""

    def __str__(self) -> str:
        return f"{self.word}（{self.beside}）" if self.beside else self.word


def offices(value: object) -> Offices:
    """All offices of a cell: 党支部书记、第一党小组组长. Raises Unclear where the past and the present are one list."""
    read = _read(plain(value))
    if read.kept:
        # 书　记 is set wide, and a narrow cell breaks its words.
        closed = _read("".join(plain(value).split()))
        return read if closed.kept or closed.notes else closed
    return read


def _read(text: str) -> Offices:
    found: list[Offices] = []
    kept: list[str] = []
    past = False
    for part in _parts(text):
        read = _office(part)
        if read is not None and past and not _HELD.match(part.word):
            raise Unclear(*_ONLY_PRESENT)
        if read is not None:
            found.append(read)
            kept += [str(part)] if part.beside not in _HOW_HELD else []
        elif part.word not in NOTHING | SAYS_NOTHING:
            kept.append(str(part))
        past = _BEFORE_OR_AFTER.match(part.word) is not None
    titles = dict.fromkeys(title for one in found for title in one.titles)
    duties = _without_the_plain_word([duty for one in found for duty in one.duties], bool(titles))
    notes = tuple(note for one in found for note in one.notes)
    return Offices(duties, tuple(titles), text_of("、".join(kept), _LONGEST), notes)


def _without_the_plain_word(duties: list[Duty], titled: bool) -> tuple[Duty, ...]:
    """支部委员（组织委员） says one thing twice."""
    found = dict.fromkeys(duties)
    if not titled and COMMITTEE - {Duty.COMMITTEE_MEMBER} & found.keys():
        found.pop(Duty.COMMITTEE_MEMBER, None)
    return tuple(found)


def led_group(value: object) -> str:
    """The group that a cell of offices names, as `short_group` says it: 第一党小组组长 leads 第一小组, 党小组长 ""."""
    names = (_leads(part) for part in _parts(plain(value)))
    return next((name for name in names if name and name != "小组" and name.endswith("小组")), "")


def short_group(name: str) -> str:
    """第一党小组 and 第一小组 are one."""
    return name.replace("党小组", "小组")


def _parts(text: str) -> list[_Part]:
    """The words of a cell, 组织、宣传委员 as two."""
    found = list(_words(text))
    for at in range(len(found) - 2, -1, -1):
        stem = _bare(found[at].word) or ""
        if stem in _STEMS and not found[at].beside and found[at + 1].word.endswith(_MEMBER):
            found[at] = _Part(stem + _MEMBER)
    return found


def _words(text: str) -> Iterator[_Part]:
    """Offices in brackets are words of their own; anything else there is said of the word before them."""
    at = 0
    shut = _BRACKET.sub(lambda found: "_" * len(found.group()), text)
    for end in [*(found.span() for found in _APART.finditer(shut)), (len(text), len(text))]:
        piece, at = text[at : end[0]], end[1]
        word, beside = _BRACKET.sub("", piece), "、".join(_BRACKET.findall(piece))
        more = [_Part(each) for each in _APART.split(beside) if each]
        if more and all(_office(one) for one in more):
            yield from (one for one in (_Part(word), *more) if one.word)
        elif word or beside:
            yield _Part(word, beside)


def _office(part: _Part) -> Offices | None:
    """None: of no office of the branch, or of one that is not held."""
    if _NOT_HELD.search(part.beside):
        return None
    if _leads(part) is not None:
        return Offices((Duty.GROUP_LEADER,))
    word = _bare(part.word)
    if word is None:
        return None
    if word in _DUTIES:
        return Offices((_DUTIES[word],))
    stem = word.removesuffix(_MEMBER)
    halves = _TWO_IN_ONE.get(word) or (f"{stem[:2]}{_MEMBER}", f"{stem[2:]}{_MEMBER}")
    if word in _TWO_IN_ONE or (stem != word and {stem[:2], stem[2:]} <= _STEMS):
        both = [one for one in map(_office, map(_Part, halves)) if one is not None]
        return Offices(
            tuple(duty for one in both for duty in one.duties), tuple(title for one in both for title in one.titles)
        )
    if word not in _MEMBERS_TOO and (stem == word or not re.fullmatch(r"[\u4e00-\u9fff]{2,6}", stem)):
        return None
    said = Both(f"{word} was taken for a member of the committee", f"“{word}”按支委会委员登记，请核对")
    return Offices((Duty.COMMITTEE_MEMBER,), (word,), notes=() if stem in _TITLES else (said,))


def _bare(word: str) -> str | None:
    """An office without the branch before it: 党支部副书记 is 副书记. None: of another body, or not held."""
    before, branch, office = _HELD.sub("", word).rpartition("支部")
    if branch:
        before, office = before.removesuffix("党"), office.removeprefix("委员会")
    if before.endswith(("总", "团")) or _NOT_HELD.match(before) or re.search("其他|其它|下属|兄弟|联系|外单位", before):
        return None
    if office in _DUTIES or office.removesuffix(_MEMBER) in _TITLES:
        return office
    return None if _OF_OTHERS.search(office) or _NOT_HELD.search(office) else office


def _leads(part: _Part) -> str | None:
    """The group that somebody leads, "组" without a name; None: no leader of one of the branch's."""
    found = _LEADER.fullmatch(_HELD.sub("", part.word))
    if found is None or any(_NOT_HELD.search(text) for text in (part.word, part.beside)):
        return None
    if _OTHER_GROUPS.search(found["group"]):
        return None
    return short_group(found["group"].rpartition("支部")[2] + "组")
