"""What the words of a roster mean (ledger 14): days, numbers, ranks, standing, transfers. No I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from bot.kit.dates import arabic
from bot.kit.glossary.choices import CATEGORIES, RANKS
from bot.kit.hygiene import look
from bot.kit.names import clean_name
from bot.kit.sheets import plain
from bot.kit.words import Both, plain_number
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank

T = TypeVar("T")


class Unclear(ValueError):
    """A cell that cannot be read; `wanted` says what would be right."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.wanted = Both(english, chinese)


@dataclass(frozen=True, slots=True)
class Days:
    """What a written date covers, [first, after): one day, or a month where only the month is given."""

    first: date
    after: date


NOTHING = frozenset({"", "无", "-", "—", "——", "/", "\\"})
_WRITTEN = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[-./年]\s*(\d{1,2})(?!\d)(?:\s*[-./月]\s*(\d{1,2})(?!\d)\s*[日号]?|\s*月)?"
    r"|(?<!\d)((?:19|20)\d\d)(\d{2})(\d{2})?(?!\d)"
)
# Excel keeps 1990.10 as the number 1990.1, so nobody can know which month was meant.
_AMBIGUOUS = re.compile(r"\d{4}\.1")
DAY_WANTED = (
    "a day or a month such as 1990-05-01, 1990.05 or 1990年5月",
    "日期或年月，例如1990-05-01、1990.05、1990年5月",
)
# Days as Excel counts them, when a cell lost its format: 1927 to 2064.
_SERIAL, _SERIAL_FIRST = re.compile(r"([1-5]\d{4})(?:\.0+)?"), date(1899, 12, 30)
_MOBILE, _LANDLINE = (
    re.compile(r"(?:(?:\+|00)?86)?1[3-9]\d{9}|\+\d{8,15}"),
    re.compile(r"(?:0\d{2,3})?[2-8]\d{6,7}(?:转\d+)?"),
)
_CLOCK = re.compile(r"\s+\d{1,2}:\d\d(:\d\d)?$")

# Of somebody without an office, or without anything to say of the stage.
SAYS_NOTHING = frozenset({"无职务", "党员", "普通党员", "正式党员", "中共党员", "共产党员", "中共正式党员"})
_LONGEST = 50

# What is read beside the word itself.
_ALSO: Mapping[object, tuple[str, ...]] = {
    Duty.SECRETARY: ("支书", "支部书记"),
    Duty.DEPUTY_SECRETARY: ("副支书", "专职副书记", "常务副书记"),
    Duty.DISCIPLINE_OFFICER: ("纪律检查委员", "纪检监察委员", "纪律委员"),
    Duty.MASS_WORK_OFFICER: ("群众工作委员",),
    Duty.COMMITTEE_MEMBER: ("委员", "支委", "支委委员", "支委会委员", "支委会成员"),
    Rank.CLERK: ("办事员",),
    Rank.DEPUTY_SECTION: ("乡科级副职", "科级副职"),
    Rank.SECTION: ("乡科级正职", "科级正职"),
    Rank.DEPUTY_DIVISION: ("县处级副职", "处级副职"),
    Rank.DIVISION: ("县处级正职", "处级正职"),
    Rank.DEPUTY_BUREAU: ("厅局级副职", "司局级副职", "局级副职", "厅级副职", "副局", "副司局", "副厅局"),
    Rank.BUREAU: ("厅局级正职", "司局级正职", "局级正职", "厅级正职", "正局", "正司局", "正厅局"),
    ExemptionReason.LONG_SICK_LEAVE: ("长期病假", "长病假", "长病", "病休"),
    ExemptionReason.MATERNITY_LEAVE: ("生育假", "哺乳假", "哺乳期", "哺乳"),
    ExemptionReason.FRAIL_RETIRED: ("年老体弱", "高龄", "体弱"),
    ExemptionReason.ABROAD: ("出国(境)", "出国境", "出境", "境外", "国外"),
    ExemptionReason.FLOATING_MEMBER: ("流动",),
    Category.IN_SERVICE: ("在岗", "在编", "现职"),
    Category.RETIRED: ("退休返聘", "离退", "退休", "离休"),
    Category.FLOATING: ("流动党员", "流出党员", "流出"),
}
# 职级 of civil servants (公务员职务与职级并行规定): the level of each, which is also said in its own word.
_GRADES: Mapping[str, Rank] = {
    f"{grade}级{word}": rank
    for word, grades, rank in (
        ("巡视员", "一", Rank.BUREAU),
        ("巡视员", "二", Rank.DEPUTY_BUREAU),
        ("调研员", "一二", Rank.DIVISION),
        ("调研员", "三四", Rank.DEPUTY_DIVISION),
        ("主任科员", "一二", Rank.SECTION),
        ("主任科员", "三四", Rank.DEPUTY_SECTION),
        ("科员", "一二", Rank.STAFF),
    )
    for grade in (*grades, *grades.translate(str.maketrans("一二三四", "1234")))
}
# Of somebody who has or had the treatment of a rank, not the rank.
_NO_RANK = re.compile("原|曾|前|享受|相当|参照|待遇|拟|级以")


def spellings(words: Mapping[T, str]) -> dict[str, T]:
    """Every word that is read for these, each one's own first."""
    return {word: one for one, own in words.items() for word in (own, *_ALSO.get(one, ()))}


# 正处 and 正处级 are one.
_RANKS = {f"{word}{level}": rank for word, rank in spellings(RANKS).items() for level in ("", "级")}
_IN_BRACKETS = re.compile(r"[、,;/()\[\]\s]+")


def days(value: object) -> Days | None:
    """The day or month in a cell: typed, as a date of Excel, or as a number (199005); raises Unclear."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return Days(day, day + timedelta(days=1))
    text = arabic(plain(value))
    if text in NOTHING:
        return None
    if _AMBIGUOUS.fullmatch(text):
        year = text[:4]
        raise Unclear(
            f"January or October? Write {year}.01 or {year}.10", f"{year}.01或{year}.10（表格会把10月显示成1月）"
        )
    serial = _SERIAL.fullmatch(text)
    if serial is not None:
        return days(_SERIAL_FIRST + timedelta(days=int(serial[1])))
    found = _WRITTEN.fullmatch(_CLOCK.sub("", text))
    if found is None:
        raise Unclear(*DAY_WANTED)
    return _covered(found)


def _covered(found: re.Match[str]) -> Days:
    year, month, day = (
        int(part) if part else None for part in (found.groups()[:3] if found[1] else found.groups()[3:])
    )
    try:
        first = date(year or 0, month or 0, day or 1)
    except ValueError:
        raise Unclear(*DAY_WANTED) from None
    return Days(first, first + timedelta(days=1) if day else (first + timedelta(days=31)).replace(day=1))


def day(value: object) -> date | None:
    """The first day that a written date covers."""
    found = days(value)
    return found.first if found else None


def is_month(value: object) -> bool:
    """Whether a date tells the month only; raises Unclear."""
    found = days(value)
    return found is not None and found.after - found.first > timedelta(days=1)


def phone(value: object) -> str | None:
    """A mobile number as digits; a landline is no account's number and is not kept. Raises Unclear."""
    text = re.sub(r"[\s()-]", "", plain(value).removesuffix(".0"))
    if text in NOTHING or _LANDLINE.fullmatch(text):
        return None
    if not _MOBILE.fullmatch(text):
        raise Unclear("one mobile number of 11 digits", "一个11位手机号码")
    return plain_number(text)


def gender(value: object) -> str | None:
    return _one(value, {"男": "男", "女": "女"})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A rank; text: its own word where that is none of the list (四级主任科员), alone where it has no level."""

    rank: Rank | None = None
    text: str = ""


def rank(value: object) -> Ranked:
    """副科级, 四级主任科员, 科长（正科级）; raises Unclear where two ranks are said."""
    text, written = "".join(plain(value).split()), text_of(value)
    if text in NOTHING:
        return Ranked()
    if text in _RANKS:
        return Ranked(_RANKS[text])
    known = {**_RANKS, **_GRADES}
    found = {known[part] for part in _IN_BRACKETS.split(text) if part in known}
    if len(found) > 1:
        raise Unclear("one rank", "一个职级")
    return Ranked(None if _NO_RANK.search(text) else next(iter(found), None), written)


def text_of(value: object, limit: int = _LONGEST) -> str:
    """A cell as it is written, to be kept; raises Unclear for what is too long or must not be kept."""
    text = clean_name(value if isinstance(value, str) else plain(value))
    if len(text) > limit:
        raise Unclear(f"at most {limit} characters", f"不超过{limit}字的内容")
    if look(text) is not None:
        raise Unclear("without identity numbers and marks of secrecy", "不含身份证号和密级标志的文字")
    return text


def _one(value: object, words: Mapping[str, T]) -> T | None:
    text = plain(value)
    if text in NOTHING:
        return None
    if text not in words:
        raise Unclear("one of " + " ".join(words), "、".join(words) + "之一")
    return words[text]


@dataclass(frozen=True, slots=True)
class Standing:
    """What one cell says of somebody's category and stage; kept: the words that say neither."""

    category: Category | None = None
    status: MembershipStatus | None = None
    kept: str = ""


# The longer words stand first: 离退休 holds 退休.
_STANDINGS: tuple[tuple[str, Category | MembershipStatus], ...] = tuple(
    sorted(
        [
            *spellings(CATEGORIES).items(),
            *((word, MembershipStatus.PROBATIONARY) for word in ("预备党员", "预备期", "预备")),
            *((word, MembershipStatus.FULL) for word in ("正式党员", "正式")),
        ],
        key=lambda pair: -len(pair[0]),
    )
)
# Of people and no more, beside any of these words.
_FILLERS = re.compile("中共|共产|党员|人员|干部|职工|员工|同志|状态")
_NO_MEMBERS = re.compile("积极分子|发展对象|申请人|群众|团员|民主党派")
_MEMBERS_ONLY = (
    "正式党员 or 预备党员 (who is not admitted yet stands on no roster)",
    "正式党员或预备党员（尚未入党的同志不列入名册）",
)
_ONE_STANDING = (
    "在职, 离退休 or 流动; 正式党员 or 预备党员: one of each",
    "在职、离退休或流动党员中的一项，正式党员或预备党员中的一项",
)


def standing(value: object) -> Standing:
    """在职, 离退休, 流动 and 正式党员, 预备党员: secretaries keep them in one column or in two. Raises Unclear.

    A word that says anything else (非在职, 退居二线) is kept whole. 流动 goes before 在职 or 离退休, which is kept.
    """
    found = _standing(plain(value))
    if found.kept:
        # 在　职 is set wide.
        closed = _standing("".join(plain(value).split()))
        return found if closed.kept else closed
    return found


def _standing(text: str) -> Standing:
    if _NO_MEMBERS.search(text):
        raise Unclear(*_MEMBERS_ONLY)
    said: list[Category | MembershipStatus] = []
    kept: list[str] = []
    for part in _IN_BRACKETS.split(text):
        found = _standings(part)
        said += found or ()
        kept += [part] if found is None and part not in NOTHING else []
    categories, statuses = ({one for one in said if isinstance(one, kind)} for kind in (Category, MembershipStatus))
    if len(categories) == 2 and Category.FLOATING in categories:
        kept += [CATEGORIES[other] for other in CATEGORIES if other in categories - {Category.FLOATING}]
        categories = {Category.FLOATING}
    if len(categories) > 1 or len(statuses) > 1:
        raise Unclear(*_ONE_STANDING)
    return Standing(_pick(categories, Category), _pick(statuses, MembershipStatus), text_of("、".join(kept)))


def _standings(part: str) -> list[Category | MembershipStatus] | None:
    """What a word says, 在职正式党员 two things; None where any of it says something else."""
    found: list[Category | MembershipStatus] = []
    for word, meaning in _STANDINGS:
        if word in part:
            part, found = part.replace(word, ""), [*found, meaning]
    return None if _FILLERS.sub("", part) else found


def _pick(found: Iterable[object], kind: type[T]) -> T | None:
    return next((item for item in found if isinstance(item, kind)), None)


_STAGE = r"(?:中共)?(预备|正式)(?:党员|期)?"
_BEHIND = re.compile(rf"(.+?)\s*[(（\[［【〔]\s*{_STAGE}\s*[)）\]］】〕]")
_STAGES = {"预备": MembershipStatus.PROBATIONARY, "正式": MembershipStatus.FULL}


def stage_in_name(name: str) -> tuple[str, MembershipStatus | None]:
    """甲三（预备） is 甲三 and probationary; any other mark behind a name stays."""
    found = _BEHIND.fullmatch(name)
    return (clean_name(found[1]), _STAGES[found[2]]) if found else (name, None)


def stage_in_notes(value: object) -> MembershipStatus | None:
    """预备党员 said by itself in a remark; 原预备党员 and 预备党员已转正 say no stage."""
    clauses = re.split(r"[,;。、()\s]+", plain(value))
    return next((_STAGES["预备"] for one in clauses if re.fullmatch(r"(?:现为|为|系)?(?:中共)?预备党员", one)), None)


_WAY = r"转入|转出"
_TRANSFER = re.compile(rf"(?P<way>{_WAY})[于:]?(?P<on>{_WRITTEN.pattern})|(?P<on_>{_WRITTEN.pattern})(?P<way_>{_WAY})")
_TRANSFER_WANTED = (
    "转入 or 转出 with its day and year and nothing else, such as 2023-08-15转入",
    "转入或转出及其年月日，不含其他文字，例如2023-08-15转入",
)


def transfers(value: object) -> tuple[date | None, date | None]:
    """(in, out) of the column 转入/转出: 2023-08-15转入, 转出：2023年9月1日. The whole text, or Unclear."""
    text = re.sub(r"\s+", "", arabic(plain(value)))
    if text in NOTHING:
        return None, None
    found = {one["way"] or one["way_"]: one["on"] or one["on_"] for one in _TRANSFER.finditer(text)}
    rest = re.sub("[,;。、]", "", _TRANSFER.sub("", text))
    if rest or len(found) != len(re.findall(_WAY, text)):
        raise Unclear(*_TRANSFER_WANTED)
    return _first(found.get("转入")), _first(found.get("转出"))


def moves(notes: str) -> tuple[date | None, date | None, str]:
    """(in, out) of a remark, by its clauses: 2026年4月15日转入 is one; the last is a clause that is no move as a whole,
    though it speaks of one with a date.
    """
    came = left = None
    other = ""
    for clause in re.split(r"[，,;；。、\n\r]+", arabic(plain(notes))):
        if not re.search(_WAY, clause) or not _WRITTEN.search(clause):
            continue
        try:
            one, gone = transfers(clause)
        except Unclear:
            other = other or clause.strip()
        else:
            came, left = came or one, left or gone
    return came, left, other


def _first(written: str | None) -> date | None:
    found = _WRITTEN.fullmatch(written or "")
    return _covered(found).first if found else None
