"""Study items as they were given out: who completed them, who still owes them, what a period counts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from bot.features.study import messages, rules
from bot.features.study.buttons import Done, Origin
from bot.kit import branch_settings
from bot.kit.closing import CutOffs, by_cut_off, close_days, cut_off_of, cut_off_on
from bot.kit.deadlines import CloseDays, admitted, in_time
from bot.kit.figures import Slice, cut_off_among, each
from bot.kit.owing import Does, Owing, short
from bot.kit.quiet_hours import FURTHEST, nudge_days
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, own_row, take_back
from bot.kit.words import quoted, short_day
from scheduler.calendar.days import Calendar, Quarter, at, local_day
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.audience import Me
from storage.choices import ExemptFrom, StudyItemState
from storage.lookups import of_branch
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from storage.roster import roster, rosters

NO_SUCH = "没有找到这项学习内容。"
WITHDRAWN = "这项学习内容已撤回，无需再学。"
SHOWN_BACK = timedelta(days=120)

# Given out, with its theme's prompt or by itself, and not withdrawn: what is only planned is nobody's to learn yet.
GIVEN = and_(
    StudyItem.state == StudyItemState.ASSIGNED,
    or_(
        StudyItem.theme_id.is_(None),
        # Asked of each item: a list of such themes would be of all branches.
        exists().where(MonthlyTheme.id == StudyItem.theme_id, MonthlyTheme.prompt_sent_on.is_not(None)),
    ),
)
_STANDS = StudyCompletion.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Completed:
    """A completion that stands, and whether it was there before this tap."""

    item: StudyItem
    row: StudyCompletion
    again: bool = False


def cut_off(session: Session, item: StudyItem, tz: tzinfo) -> datetime:
    """When the quarter of the item takes nothing more without a correction (D10, D20)."""
    return cut_off_of(session, item.branch_id, item.assigned_on, tz)


# --- what one person sees and does ---------------------------------------------------------------------------------


def find(session: Session, me: Me, item_id: int) -> StudyItem:
    """An item given out in one's own branch; refuses politely otherwise."""
    item = of_branch(session, StudyItem, item_id, me.branch_id)
    theme = session.get(MonthlyTheme, item.theme_id) if item is not None and item.theme_id is not None else None
    if item is None or (theme is not None and theme.prompt_sent_on is None):
        raise Refusal(NO_SUCH)
    if item.state is StudyItemState.WITHDRAWN:
        raise Refusal(WITHDRAWN)
    return item


def seen_by(session: Session, person_id: int, *which: ColumnElement[bool]) -> list[messages.Seen]:
    """The items given out that `which` picks, each with the person's own completion, in the order they were made."""
    mine = and_(StudyCompletion.item_id == StudyItem.id, StudyCompletion.person_id == person_id, _STANDS)
    query = select(StudyItem, StudyCompletion).outerjoin(StudyCompletion, mine).where(GIVEN, *which)
    return [messages.Seen(item, row) for item, row in session.execute(query.order_by(StudyItem.id))]


def recent(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[messages.Seen]:
    """我的学习: everything of the branch since the last quarter; volunteers and exempt people see it too.

    What is in no list of what is owed any more, because its quarter is closed, is marked.
    """
    since, closes = Quarter.of(local_day(now, tz)).previous().start, close_days(session, me.branch_id)
    seen = seen_by(session, me.id, StudyItem.branch_id == me.branch_id, StudyItem.assigned_on >= since)
    return [replace(one, closed=not _asked_for(one.item, closes, now, tz)) for one in seen]


def complete(session: Session, me: Me, item_id: int, now: datetime, tz: tzinfo) -> Completed:
    """已学完; a second tap finds the first row. Taken after the cut-off too, where it counts no more."""
    item = find(session, me, item_id)
    mine = (StudyCompletion.item_id == item.id, StudyCompletion.person_id == me.id, _STANDS)
    earlier = session.scalar(select(StudyCompletion).where(*mine))
    if earlier is not None:
        return Completed(item, earlier, again=True)
    row = StudyCompletion(item_id=item.id, person_id=me.id, completed_on=local_day(now, tz), completed_at=now)
    session.add(row)
    session.flush()
    audit.record(session, "complete", "study_completion", row.id, now=now, by=me)
    return Completed(item, row)


def undo(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> StudyItem:
    """撤销已学完, not after the cut-off."""
    row = own_row(session, me, StudyCompletion, row_id)
    item = session.get_one(StudyItem, row.item_id)
    closes = cut_off(session, item, tz)
    take_back(session, me, row, row.completed_at, now, item.branch_id, closes, otherwise="，请联系宣传委员。")
    return item


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """What somebody has completed since then."""
    query = (
        select(StudyCompletion, StudyItem.title)
        .join(StudyItem, StudyItem.id == StudyCompletion.item_id)
        .where(StudyCompletion.person_id == me.id, _STANDS, StudyCompletion.completed_at >= since)
    )
    return [Step(row.completed_at, "学完", quoted(title), row.id, undo) for row, title in session.execute(query)]


# --- whom it is for ------------------------------------------------------------------------------------------------


def expected(
    session: Session, branch_id: int, items: Sequence[StudyItem], people: Collection[int] | None = None
) -> dict[int, list[int]]:
    """The expected learners (of `people`) by item (D10), in a handful of statements whatever the number of items."""
    members = rosters(session, branch_id, [day for item in items for day in (item.assigned_on, item.due_on)], people)
    decided = branch_settings.of_branch(session, branch_id)
    # What holds is what held in the item's quarter.
    spares = {item.id: decided.on(item.assigned_on).spares for item in items}
    return {
        item.id: rules.expected_learners(
            {member.id for member in members[item.assigned_on]},
            {member.id: spares[item.id](member, ExemptFrom.STUDY) for member in members[item.due_on]},
        )
        for item in items
    }


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Expected learners who are here and have not completed, until the cut-off and never shorter than the due day."""
    today = local_day(now, tz)
    recently, closes = StudyItem.due_on >= today - SHOWN_BACK, close_days(session, branch_id)
    found = session.scalars(select(StudyItem).where(StudyItem.branch_id == branch_id, GIVEN, recently))
    items = [item for item in found if _asked_for(item, closes, now, tz)]
    if not items:
        return []
    people = None if person_id is None else [person_id]
    here = {member.id for member in roster(session, branch_id, today, people)}
    learners = expected(session, branch_id, items, people)
    done = _done(session, items, people)
    calendar = calendar_of(session, branch_id)
    return [
        _owing(item, person, today, tz, calendar)
        for item in items
        for person in learners[item.id]
        if person in here and (person, item.id) not in done
    ]


def _done(session: Session, items: Sequence[StudyItem], people: Collection[int] | None) -> set[tuple[int, int]]:
    """Who has learned which of these items, by person and item."""
    query = select(StudyCompletion.person_id, StudyCompletion.item_id)
    query = query.where(StudyCompletion.item_id.in_([item.id for item in items]), _STANDS)
    if people is not None:
        query = query.where(StudyCompletion.person_id.in_(people))
    return {(row.person_id, row.item_id) for row in session.execute(query)}


def _asked_for(item: StudyItem, closes: CloseDays, now: datetime, tz: tzinfo) -> bool:
    return in_time(now, cut_off_on(item.assigned_on, closes, tz)) or now <= _end(item.due_on, tz)


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with an item that falls due soon."""
    today = local_day(now, tz)
    soon = (StudyItem.due_on >= today, StudyItem.due_on <= today + FURTHEST)
    return session.scalars(select(StudyItem.branch_id).where(*soon, GIVEN).distinct())


def _end(day: date, tz: tzinfo) -> datetime:
    return at(day, time(23, 59), tz)


def _owing(item: StudyItem, person_id: int, today: date, tz: tzinfo, calendar: Calendar) -> Owing:
    return Owing(
        person_id=person_id,
        key=f"study:{item.id}",
        title=quoted(short(item.title)),
        ask=f"{short_day(item.due_on)}（含）前学完",
        due=_end(item.due_on, tz),
        does=(Does("学完", Done(item.id, Origin.NUDGE)),),
        nudges=tuple(at(day, rules.SEND_AT, tz) for day in nudge_days(item.due_on, item.assigned_on, calendar)),
        told_on=item.assigned_on,
        overdue=today > item.due_on,
    )


# --- what counts ---------------------------------------------------------------------------------------------------


def study_figures(session: Session, branches: Collection[int], slices: Sequence[Slice]) -> dict[int, rules.StudyCounts]:
    """By branch the study of these days, each quarter's as it counts at its cut-off (D10), and the themes whose prompt
    was sent (S7).

    What was recorded of it after the cut-off counts no more (D20): an archive may bring that.
    """

    def given(part: Slice) -> ColumnElement[bool]:
        in_days = StudyItem.assigned_on.between(part.days.start, part.days.end)
        return in_days & in_time(StudyItem.created_at, part.cut_off)

    first, last = slices[0].days.start, slices[-1].days.end
    whole = (StudyItem.branch_id.in_(branches), StudyItem.assigned_on.between(first, last))
    query = select(StudyItem).where(*whole, GIVEN, each(slices, given))
    items: dict[int, list[StudyItem]] = {one: [] for one in branches}
    for item in session.scalars(query.order_by(StudyItem.id)):
        items[item.branch_id].append(item)
    every = [item for theirs in items.values() for item in theirs]
    done = _completions(session, {one.id: cut_off_among(slices, one.assigned_on) for one in every})
    themes = _themes(session, branches, slices)
    return {
        branch_id: _counts(expected(session, branch_id, theirs), theirs, done, themes[branch_id], slices)
        for branch_id, theirs in items.items()
    }


def _counts(
    learners: Mapping[int, Collection[int]],
    items: Sequence[StudyItem],
    done: Mapping[int, Sequence[rules.Completion]],
    themes: Sequence[tuple[int, date]],
    slices: Sequence[Slice],
) -> rules.StudyCounts:
    asked = [rules.Item(item.id, item.kind, item.assigned_on, item.due_on) for item in items]
    return rules.StudyCounts.joined(
        rules.count(
            [one for one in asked if part.days.holds(one.assigned_on)],
            learners,
            [row for one in asked for row in done.get(one.id, ())],
            part.cut_off,
            [theme for theme, day in themes if part.days.holds(day)],
        )
        for part in slices
    )


def _themes(session: Session, branches: Collection[int], slices: Sequence[Slice]) -> dict[int, list[tuple[int, date]]]:
    """Each with the day on which its prompt was sent."""

    def sent(part: Slice) -> ColumnElement[bool]:
        in_days = MonthlyTheme.prompt_sent_on.between(part.days.start, part.days.end)
        return in_days & in_time(MonthlyTheme.created_at, part.cut_off)

    query = select(MonthlyTheme.branch_id, MonthlyTheme.id, MonthlyTheme.prompt_sent_on)
    query = query.where(MonthlyTheme.branch_id.in_(branches), each(slices, sent)).order_by(MonthlyTheme.id)
    found: dict[int, list[tuple[int, date]]] = {one: [] for one in branches}
    for branch_id, theme, day in session.execute(query):
        if day is not None:
            found[branch_id].append((theme, day))
    return found


def _completions(session: Session, cut_offs: CutOffs) -> dict[int, list[rules.Completion]]:
    """By item, as they stood at the cut-off of each, a later undo left aside."""
    of = StudyCompletion
    stood = by_cut_off(of, of.item_id, cut_offs, cut_offs)
    # In the order of a completion's fields: of many people it is read often.
    columns = (of.id, of.item_id, of.person_id, of.completed_on, of.completed_at, admitted(of.completed_at))
    found: dict[int, list[rules.Completion]] = defaultdict(list)
    for row in session.execute(select(*columns).where(stood).order_by(of.id)):
        found[row.item_id].append(rules.Completion(*row))
    return found
