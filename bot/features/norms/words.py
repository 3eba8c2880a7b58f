"""How norms are said: what each asks, and how far it is. Plain values."""

from collections.abc import Sequence
from datetime import date

from bot.features.norms.overview import Line
from bot.features.norms.rule_file import WEEKDAYS, Every, Norm, Quorum, Scope
from bot.features.norms.rules import Check, State, fixed_on
from bot.kit.rates import plain
from bot.kit.words import by_day, cut, quarter_word, short_day
from scheduler.calendar.periods import Period
from storage.choices import ActivityType

SHOWN = 3
EVERY = {Every.MONTH: "每月", Every.QUARTER: "每季度", Every.HALF_YEAR: "每半年", Every.YEAR: "每年"}
QUORUM = {
    Quorum.HALF: "半数以上委员到会",
    Quorum.MORE_THAN_HALF: "过半数委员到会",
    Quorum.FOUR_FIFTHS: "五分之四以上委员到会",
}
_UNITS = {"study_hours": "学时", "monthly_theme": "个", "monthly_book": "本"}
_ACTIVITIES = frozenset(one.value for one in ActivityType)
_DAYS, _QUARTERS = "一二三四五六日", "一二三四"
_WHICH = {"1st": "第1个", "2nd": "第2个", "3rd": "第3个", "4th": "第4个", "last": "最后一个"}


def unit_of(norm: Norm) -> str:
    return _UNITS.get(norm.event, "次")


def fixed_day_words(fixed: str) -> str:
    """第1个周五, 最后一个周三, 10日."""
    if fixed.isdigit():
        return f"{fixed}日"
    which, day = fixed.split()
    return f"{_WHICH[which]}周{_DAYS[WEEKDAYS.index(day)]}"


def asks(norm: Norm) -> str:
    """每月1次，半数以上委员到会: what it asks, in short."""
    parts = [_by_case(norm)] if norm.by_case else [f"{EVERY[norm.period]}{norm.min}{unit_of(norm)}"]
    parts += [f"支委会委员{norm.committee_min}{unit_of(norm)}"] if norm.committee_min else []
    parts += [QUORUM[norm.quorum]] if norm.quorum else []
    parts += [f"固定日为{fixed_day_words(norm.fixed_day)}"] if norm.fixed_day else []
    parts += [f"一般在第{_QUARTERS[int(norm.usual[1]) - 1]}季度"] if norm.usual else []
    return "，".join(filter(None, parts))


def _by_case(norm: Norm) -> str:
    if norm.workdays is not None:
        return f"不少于{norm.workdays}个工作日" if norm.at_least else f"{norm.workdays}个工作日内"
    if norm.days is not None:
        return f"{norm.days}天内"
    if norm.or_hours is not None:
        return f"{norm.min}天或{norm.or_hours}学时"
    if norm.target is not None:
        return f"不低于{(norm.target * 100).normalize():f}%"
    return f"放假前{norm.workdays_before}个工作日" if norm.before else ""


def period_words(period: Period) -> str:
    """8月, 第三季度, 上半年, 2023年."""
    days = (period.to - period.start).days
    if days < 32:
        return f"{period.start.month}月"
    if period.quarter is not None:
        return quarter_word(period.start)
    return f"{'上' if period.start.month == 1 else '下'}半年" if days < 200 else f"{period.start.year}年"


# --- one check -------------------------------------------------------------------------------------------------------


def whom(one: Check) -> str:
    """The group, the person, the thing; "" of the branch."""
    if one.case is not None:
        return f"{one.case.words}{f'（{_lacks(one)}）' if _lacks(one) else ''}"
    return one.unit.name if one.unit is not None else ""


def _lacks(one: Check) -> str:
    assert one.case is not None
    if one.case.value is not None:
        return f"{plain(one.case.value)}%"
    return "逾期完成" if one.late else one.case.detail


def so_far(one: Check) -> str:
    """已12学时，应32学时 · 尚未开展, with what is planned."""
    if one.case is not None:
        return ""
    unit = unit_of(one.norm)
    none = ("尚" if one.state is State.OPEN else "") + ("未开展" if one.norm.event in _ACTIVITIES else "未完成")
    said = f"应{plain(one.want)}{unit}，已{plain(one.have)}{unit}" if one.have else none
    ahead = f"，已安排{'、'.join(short_day(each.day) for each in one.planned[:SHOWN])}" if one.planned else ""
    return said + ahead


def until_words(one: Check, today: date) -> str:
    """8月31日（含）前; of what is open alone."""
    if one.state is not State.OPEN or one.until is None:
        return ""
    return by_day(one.until) if one.until.year == today.year else f"{one.until.year}年{by_day(one.until)}"


def record_words(one: Check, today: date) -> list[str]:
    """What counts, what is planned, what does not count and why."""
    return [
        *(f"计入：{each.words}" for each in one.facts),
        *(f"已安排：{each.words}" for each in one.planned),
        *(f"不计入：{each.words}（{why}）" for each, why in one.not_counted),
        *_fixed_day(one, today),
    ]


def _fixed_day(one: Check, today: date) -> list[str]:
    """固定日：8月4日; once it is over, that there is time left."""
    fixed = fixed_on(one.norm, one.period.start) if one.norm.fixed_day else None
    if fixed is None or one.state is not State.OPEN:
        return []
    if fixed >= today:
        return [f"固定日：{short_day(fixed)}"]
    still = f"，{until_words(one, today)}仍可开展" if one.until is not None and not one.arranged else ""
    return [f"固定日{short_day(fixed)}已过{still}"]


# --- a line of the page ----------------------------------------------------------------------------------------------


def line_words(line: Line, state: State, today: date) -> str:
    """支委会（每月1次，半数以上委员到会）：8月尚未开展，8月31日（含）前."""
    mine = line.of(state)
    said = asks(line.norm)
    head = f"{line.norm.title}（{said}）" if said else line.norm.title
    return f"{head}：{_together(mine, today)}"


def _together(checks: Sequence[Check], today: date) -> str:
    first = checks[0]
    if first.norm.scope is Scope.EACH_MEMBER:
        said = f"{len(checks)}人未达到"
    elif first.case is not None:
        said = named(checks)
    elif first.norm.scope is Scope.EACH_GROUP:
        said = f"{named(checks)}{so_far(first)}" if len(checks) == 1 else f"{named(checks)}未达到"
    else:
        said = "；".join(f"{period_words(one.period)}{so_far(one)}" for one in checks[:SHOWN])
    ends = {until_words(one, today) for one in checks} - {""}
    return said + (f"，{next(iter(ends))}" if len(ends) == 1 else "")


def named(checks: Sequence[Check]) -> str:
    names = list(dict.fromkeys(whom(one) for one in checks))
    more = f"等{len(names)}项" if len(names) > SHOWN else ""
    return cut("、".join(names[:SHOWN]), 150) + more
