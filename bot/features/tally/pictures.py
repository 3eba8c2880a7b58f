"""The pictures of a tally: attendance by month and party group, completion by item, a year by its months.

All are made of the figures of the tally and of what stands behind them, so that a picture and its page cannot disagree;
of a closed quarter they show what was frozen, but of party groups nothing is frozen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.tally import periods
from bot.features.tally.messages import as_of
from bot.features.tally.service import Tally, count, counting
from bot.kit.drawing import png
from bot.kit.figures import Area
from bot.kit.pictures import Bar, Bars, Panel, Picture, Row, Year, pages, words
from bot.kit.replies import CAPTION_LIMIT, Document, Message, Pages, Said
from bot.kit.words import quoted, units
from scheduler.calendar.periods import Period
from storage.models.study import StudyItem

ATTENDANCE, COMPLETION, YEAR, BRANCH = "出席情况", "学习完成情况", "活动一览", "全支部"
NOT_FROZEN = "党小组按现有记录统计。"
_ROLLS, _OVERALL = "attendance_by_activity", "branch_scope_overall"
_ITEMS, _EXPECTED, _DONE = "study.items", "study.expected_pairs", "study.completed_pairs"
_TYPE = "by_type."
# Of so many months each party group has bars of its own, of so many altogether; of more it has one.
_FEW, _MOST_BARS = 3, 24

# A year and a month of it.
Month = tuple[int, int]


def has_some(found: Tally, area: Area) -> bool:
    """Whether there is a picture of a page of the tally."""
    if area is Area.MEETINGS:
        return bool(found.figures.get(_ROLLS))
    return area is Area.STUDY and bool(found.behind.get(_EXPECTED))


def of_area(session: Session, found: Tally, area: Area, whole_year: Tally) -> list[Picture]:
    """Those of a page; `whole_year`: the tally of the year, as far as it is told."""
    if area is Area.MEETINGS:
        return [*attendance(session, found), *year(whole_year, found)]
    return [*completion(session, found)] if area is Area.STUDY else []


def of_report(session: Session, found: Tally) -> list[Picture]:
    """All of them; the year until the end of the period, which it may be longer than."""
    last = found.period.end
    until = Period(date(last.year, 1, 1), found.period.to)
    here, asked = found.counting, [one.figure for one in found.counted if one.figure.path.startswith((_TYPE, _ROLLS))]
    longer = count(counting(session, here.branch_id, until, here.now, here.tz, here.only), found.branch, asked)
    return [*attendance(session, found), *completion(session, found), *year(longer, found)]


def year_of(period: Period, today: date) -> Period:
    """The year that a period ends in, as far as it has begun."""
    return periods.year_of(min(period.end, today))


def _when(found: Tally) -> str:
    """2023年第三季度（截至8月20日）, （第1版）: without who has frozen it, for in a picture no name can be replaced."""
    of = "" if found.only is None else "、".join(found.groups.values())
    until = as_of(found.period, found.counting.until.date(), found.counting.over)
    return f"{periods.words(found.period)}{of}{until if found.frozen is None else f'（第{found.frozen.number}版）'}"


def said(found: Sequence[Picture]) -> list[Said]:
    """Each as a photo with its words, which follow as a message where they are longer than a caption."""
    listed: list[Said] = []
    for number, one in enumerate(found, 1):
        text, drawn = words(one), png(one)
        fits = units(text) <= CAPTION_LIMIT
        listed.append(Document(f"图{number}.png", drawn, caption=text if fits else one.title, picture=True))
        listed += [] if fits else [Message(page) for page in Pages().add(text.split("\n")).texts]
    return listed


# --- attendance ---------------------------------------------------------------------------------------------------


def attendance(session: Session, found: Tally) -> list[Bars]:
    """Of what concerns the whole branch, by month: of few months each party group by month too, else as a whole."""
    months, counted = _months(found), _by_month(found)
    by_group = _of_groups(session, found) if len(found.groups) > 1 else {}
    few = len(months) <= _FEW and (1 + len(by_group)) * len(months) <= _MOST_BARS
    alone = next(iter(found.groups.values()), BRANCH) if len(found.groups) == 1 and found.only is not None else BRANCH
    panels = [Panel(alone, _bars(months, counted))]
    if few:
        panels += [Panel(found.groups[group], _bars(months, of)) for group, of in by_group.items()]
    elif by_group:
        panels.append(Panel("", [_whole(found.groups[group], of) for group, of in by_group.items()]))
    remark = NOT_FROZEN if by_group and found.frozen is not None else ""
    drawn = Bars(f"{ATTENDANCE}：{_when(found)}", panels, "出席率", "实到", "应到", "人次", remark)
    return [] if drawn.is_empty else pages(drawn)


def _months(found: Tally) -> list[Month]:
    """Those of the period that have begun."""
    first, last = found.period.start, found.counting.last_day
    count_of = (last.year - first.year) * 12 + last.month - first.month + 1
    return [(first.year + at // 12, at % 12 + 1) for at in range(first.month - 1, first.month - 1 + count_of)]


def _by_month(found: Tally) -> Mapping[Month, tuple[int, int]]:
    """实到 and 应到 of each month, over the rolls behind the rate."""
    part: Counter[Month] = Counter()
    whole: Counter[Month] = Counter()
    rolls = found.figures.get(_ROLLS, {})
    for roll in (rolls[code] for code in found.behind.get(_OVERALL, ()) if code in rolls):
        part[_month(roll)] += int(roll["present"])
        whole[_month(roll)] += int(roll["expected"])
    return {month: (part[month], whole[month]) for month in whole}


def _month(roll: Mapping[str, str]) -> Month:
    day = date.fromisoformat(roll["date"])
    return day.year, day.month


def _bars(months: Sequence[Month], counted: Mapping[Month, tuple[int, int]]) -> list[Bar]:
    several = len({of for of, _ in months}) > 1
    return [Bar(f"{f'{of}年' if several else ''}{month}月", *counted.get((of, month), (0, 0))) for of, month in months]


def _whole(word: str, counted: Mapping[Month, tuple[int, int]]) -> Bar:
    return Bar(word, sum(part for part, _ in counted.values()), sum(whole for _, whole in counted.values()))


def _of_groups(session: Session, found: Tally) -> dict[int, Mapping[Month, tuple[int, int]]]:
    """Of each party group, in the order of the tally, as its leader sees it."""
    here, asked = found.counting, [one.figure for one in found.counted if one.figure.path in (_ROLLS, _OVERALL)]
    narrowed = {
        group: counting(session, here.branch_id, here.period, here.now, here.tz, [group]) for group in found.groups
    }
    return {group: _by_month(count(one, found.branch, asked)) for group, one in narrowed.items()}


# --- study --------------------------------------------------------------------------------------------------------


def completion(session: Session, found: Tally) -> list[Bars]:
    """Of each item that was given out who has done it, of whoever was to."""
    expected, done = (Counter(_item(code) for code in found.behind.get(path, ())) for path in (_EXPECTED, _DONE))
    listed = [int(code[1:]) for code in found.behind.get(_ITEMS, ()) if code[1:].isdecimal()]
    mine = (StudyItem.id.in_(listed), StudyItem.branch_id == found.counting.branch_id)
    titles = session.execute(select(StudyItem.id, StudyItem.title).where(*mine).order_by(StudyItem.id))
    bars = [Bar(quoted(row.title), done[f"S{row.id}"], expected[f"S{row.id}"]) for row in titles]
    name = f"{COMPLETION}：{_when(found)}"
    drawn = Bars(name, [Panel("", bars)], "完成率", "已完成", "应完成", "人")
    return [] if drawn.is_empty else pages(drawn)


def _item(pair: str) -> str:
    """S1 of S1/P7."""
    return pair.partition("/")[0]


# --- the year -----------------------------------------------------------------------------------------------------


def year(whole: Tally, shown: Tally) -> list[Year]:
    """How often each type of activity was held in each month of a year; a further type once there is one. Of the months
    of a closed quarter that is `shown` beside it what was frozen.
    """
    months, frozen = _months(whole), _months(shown) if shown.frozen is not None else []
    rows = []
    for one in whole.counted:
        path = one.figure.path
        if path.startswith(_TYPE):
            now, then = _held(whole, path), _held(shown, path)
            counts = [(then if month in frozen else now)[month] for month in months]
            rows += [Row(one.figure.word, counts)] if any(counts) or not one.figure.further else []
    drawn = Year(f"{YEAR}：{_when(whole)}", rows, "次")
    return [] if drawn.is_empty else [drawn]


def _held(found: Tally, path: str) -> Counter[Month]:
    rolls = found.figures.get(_ROLLS, {})
    return Counter(_month(rolls[code]) for code in found.behind.get(path, ()) if code in rolls)
