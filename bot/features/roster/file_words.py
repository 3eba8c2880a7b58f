"""What the words of a roster mean (ledger 14): days, offices, ranks, standing, exemptions. No I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from bot.features.roster.rows import Exempt
from bot.kit.dates import arabic
from bot.kit.glossary.choices import CATEGORIES, DUTIES, EXEMPTIONS, RANKS
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
_DAY_WANTED = (
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

# What is read beside the word itself.
_ALSO: Mapping[object, tuple[str, ...]] = {
    Duty.DISCIPLINE_OFFICER: ("纪律检查委员",),
    Duty.MASS_WORK_OFFICER: ("群众工作委员",),
    Rank.CLERK: ("办事员",),
    ExemptionReason.LONG_SICK_LEAVE: ("长期病假", "长病", "病休"),
    ExemptionReason.FRAIL_RETIRED: ("年老体弱", "高龄", "体弱"),
    ExemptionReason.ABROAD: ("出境", "境外"),
    ExemptionReason.FLOATING_MEMBER: ("流动",),
    Category.RETIRED: ("退休", "离休"),
}


def _read(words: Mapping[T, str]) -> dict[str, T]:
    """Every word that is read for these, each one's own first."""
    return {word: one for one, own in words.items() for word in (own, *_ALSO.get(one, ()))}


# Of whole cells; who leads a group is read by `_duty`, and no roster makes an officer of the committee above.
_DUTIES = _read({one: DUTIES[one] for one in Duty if one not in (Duty.GROUP_LEADER, Duty.COMMITTEE_OFFICER)})
_RANKS = _read(RANKS)
# The longer words stand first: 离退休 holds 退休.
_STANDINGS: tuple[tuple[str, Category | MembershipStatus], ...] = (
    *sorted(_read(CATEGORIES).items(), key=lambda pair: -len(pair[0])),
    ("预备", MembershipStatus.PROBATIONARY),
    ("正式", MembershipStatus.FULL),
)
_REASONS = tuple(
    (reason, (word, *_ALSO.get(reason, ())))
    for reason, word in EXEMPTIONS.items()
    if reason is not ExemptionReason.OTHER
)


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
        raise Unclear(*_DAY_WANTED)
    return _covered(found)


def _covered(found: re.Match[str]) -> Days:
    year, month, day = (
        int(part) if part else None for part in (found.groups()[:3] if found[1] else found.groups()[3:])
    )
    try:
        first = date(year or 0, month or 0, day or 1)
    except ValueError:
        raise Unclear(*_DAY_WANTED) from None
    return Days(first, first + timedelta(days=1) if day else (first + timedelta(days=31)).replace(day=1))


def day(value: object) -> date | None:
    """The first day that a written date covers."""
    found = days(value)
    return found.first if found else None


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


def rank(value: object) -> Rank | None:
    return _one(plain(value).removesuffix("级"), _RANKS)


def _one(value: object, words: Mapping[str, T]) -> T | None:
    text = plain(value)
    if text in NOTHING:
        return None
    if text not in words:
        raise Unclear("one of " + " ".join(words), "、".join(words) + "之一")
    return words[text]


def duties(value: object) -> tuple[Duty, ...]:
    """All offices of a cell: 党支部书记、第一党小组组长."""
    parts = re.split(r"[、,;/\s兼及和()]+", plain(value))
    found = [_duty(part) for part in parts if part not in NOTHING | {"党员", "普通党员"}]
    return tuple(dict.fromkeys(found))


def _duty(part: str) -> Duty:
    if part.endswith("组长") and not part.endswith("副组长"):
        return Duty.GROUP_LEADER
    word = re.sub(r"^.*支部(委员会)?", "", part)
    if word not in _DUTIES:
        known = [*_DUTIES, DUTIES[Duty.GROUP_LEADER]]
        raise Unclear("one or more of " + " ".join(known), "、".join(known) + "（可填多项）")
    return _DUTIES[word]


def led_group(value: object) -> str:
    """The group that a cell of offices names, as `short_group` says it: 第一党小组组长 leads 第一小组, 党小组长 ""."""
    parts = re.split(r"[、,;/\s兼及和()]+", plain(value))
    found = (re.fullmatch(r"(.+小组)(?:组)?长", part) for part in parts)
    return next((short for each in found if each and (short := short_group(each[1])) not in ("小组", "")), "")


def short_group(name: str) -> str:
    """第一党小组 and 第一小组 are one."""
    return name.replace("党小组", "小组")


def standing(value: object) -> tuple[Category | None, MembershipStatus | None]:
    """在职, 离退休, 流动 and 正式党员, 预备党员: secretaries keep them in one column or in two."""
    rest = plain(value)
    found: list[Category | MembershipStatus] = []
    for word, meaning in _STANDINGS:
        if word in rest:
            rest, found = rest.replace(word, ""), [*found, meaning]
    if re.sub(r"党员|[、,;/()\s]", "", rest) not in NOTHING:
        raise Unclear("在职, 离退休 or 流动; 正式党员 or 预备党员", "在职、离退休或流动；正式党员或预备党员")
    return _pick(found, Category), _pick(found, MembershipStatus)


def _pick(found: Iterable[object], kind: type[T]) -> T | None:
    return next((item for item in found if isinstance(item, kind)), None)


def transfers(value: object) -> tuple[date | None, date | None]:
    """(in, out) of the column 转入/转出: 2023-08-15转入, 转出：2023年9月1日."""
    text = arabic(plain(value))
    if text in NOTHING:
        return None, None
    ways = re.findall(r"转入|转出", text)
    dates = [_covered(found).first for found in _WRITTEN.finditer(text)]
    if not dates or len(ways) != len(dates) or len(set(ways)) != len(ways):
        raise Unclear("转入 or 转出 with its day, such as 2023-08-15转入", "转入或转出及其日期，例如2023-08-15转入")
    return dict(zip(ways, dates, strict=True)).get("转入"), dict(zip(ways, dates, strict=True)).get("转出")


def exemption(value: object, *, own_column: bool = False) -> Exempt | None:
    """What a remark says about attendance (R36, D26): 长期病休, 产假2023.08.01至2024.01.31 (last day in).

    流动 alone is a label (D5): it exempts only with a date, with 免, or in a column of its own.
    """
    text = arabic(plain(value))
    reason = next((reason for reason, words in _REASONS if any(word in text for word in words)), None)
    found = list(_WRITTEN.finditer(text))
    if own_column and reason is None and text not in NOTHING | {"否"}:
        known = [words[0] for _, words in _REASONS]
        raise Unclear("one of " + " ".join(known), "、".join(known) + "之一")
    if reason is None or (reason is ExemptionReason.FLOATING_MEMBER and not (own_column or found or "免" in text)):
        return None
    if not found:
        return Exempt(reason)
    if len(found) > 1:
        return Exempt(reason, _covered(found[0]).first, _covered(found[1]).after)
    before, after = text[: found[0].start()], text[found[0].end() :]
    ends = before.endswith(("至", "到")) or after.startswith(("止", "前"))
    covered = _covered(found[0])
    return Exempt(reason, None, covered.after) if ends else Exempt(reason, covered.first)
