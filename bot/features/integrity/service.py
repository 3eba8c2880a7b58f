"""Pre-holiday reminders: one for a block with its audience, 已阅 of each person, who still owes it, what counts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.integrity import decisions, messages, rules, timing
from bot.features.integrity.buttons import Origin, Read
from bot.features.integrity.timing import Blocks, Wish
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.deadlines import after
from bot.kit.figures import Slice, cut_off_among
from bot.kit.owing import Does, Owing
from bot.kit.refusal import Refusal
from bot.kit.words import moment_words
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.audience import Me, everybody
from storage.choices import Duty
from storage.lookups import of_branch
from storage.models.organisation import Organisation
from storage.models.person import Person
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.roster import holders, roster

CARD = "reminder"
NO_SUCH = "没有找到这条提醒。"
NOT_FOR_YOU = "这条提醒不是发给您的。"
# How long after its deadline a reminder is still owed and a typed 已阅 finds it; the button does for ever.
REMEMBERED = timedelta(days=30)
# No block moves so far that its reminder is another year's.
NEAR = timedelta(days=120)


# --- sending -------------------------------------------------------------------------------------------------------


def unsaid(session: Session, branch_id: int, calendar: Calendar, blocks: Blocks) -> Blocks:
    """Those of a group of which nobody was reminded, or that have moved far since."""
    said = [_said(row) for row in _around(session, branch_id, blocks)]
    return tuple(block for block in blocks if rules.next_round(calendar, block, said) is not None)


def _said(row: Reminder) -> rules.Said:
    return rules.Said(row.block_start, row.block_end, row.holidays, row.round)


def _around(session: Session, branch_id: int, blocks: Blocks) -> list[Reminder]:
    """The reminders that may be about one of these blocks, however it has moved, in the order they were made."""
    query = select(Reminder).where(
        Reminder.branch_id == branch_id,
        Reminder.kind == rules.KIND,
        Reminder.block_start >= blocks[0].start - NEAR,
        Reminder.block_start <= blocks[-1].start + NEAR,
    )
    return list(session.scalars(query.order_by(Reminder.id)))


def made(session: Session, branch_id: int, blocks: Blocks) -> Reminder | None:
    """The last one that was made for a group: a plan that goes in slices finds it again."""
    starts = {block.start for block in blocks}
    return next((row for row in reversed(_around(session, branch_id, blocks)) if row.block_start in starts), None)


def make(
    session: Session, branch_id: int, calendar: Calendar, blocks: Blocks, wish: Wish | None, now: datetime, tz: tzinfo
) -> Reminder:
    """The reminder of blocks not reminded of yet, for everybody on the roster of the day, exempt or not (D26)."""
    said = [_said(row) for row in _around(session, branch_id, blocks)]
    rounds = [rules.next_round(calendar, block, said) for block in blocks]
    settings = session.get_one(Organisation, branch_id, populate_existing=True).settings
    due = timing.ack_due(blocks, tz)
    reminder = Reminder(
        branch_id=branch_id,
        kind=rules.KIND,
        block_start=blocks[0].start,
        block_end=blocks[-1].end,
        round=max(filter(None, rounds), default=1),
        holidays=rules.holidays(blocks),
        provisional=any(block.provisional for block in blocks),
        text=messages.reminder_text(blocks, settings, wish.text if wish else None, due, tz),
        sent_at=now,
        ack_due=due,
    )
    session.add(reminder)
    session.flush()
    people = everybody(session, branch_id, local_day(now, tz))
    session.add_all(ReminderAudience(reminder_id=reminder.id, person_id=member.id) for member in people)
    session.flush()
    audit.record(session, "make", "reminder", reminder.id, now=now, by=audit.by_clock(branch_id))
    return reminder


def desk(session: Session, branch_id: int, day: date) -> list[int]:
    """Who sees how many have read it: the discipline officer and the secretary."""
    officers = holders(session, branch_id, day, Duty.DISCIPLINE_OFFICER)
    return list(dict.fromkeys([*officers, *holders(session, branch_id, day, Duty.SECRETARY)]))


# --- 已阅 ----------------------------------------------------------------------------------------------------------


def audience(session: Session, reminder_id: int) -> list[int]:
    query = select(ReminderAudience.person_id).where(ReminderAudience.reminder_id == reminder_id)
    return list(session.scalars(query.order_by(ReminderAudience.person_id)))


def acknowledged(session: Session, reminder_id: int) -> dict[int, datetime]:
    """When each person read it."""
    query = select(Acknowledgement).where(Acknowledgement.reminder_id == reminder_id)
    return {row.person_id: row.at for row in session.scalars(query)}


def has_read(session: Session, reminder_id: int, person_id: int) -> bool:
    mine = (Acknowledgement.reminder_id == reminder_id, Acknowledgement.person_id == person_id)
    return session.scalar(select(Acknowledgement.id).where(*mine)) is not None


def is_for(session: Session, reminder_id: int, person_id: int) -> bool:
    return session.get(ReminderAudience, (reminder_id, person_id)) is not None


def find(session: Session, me: Me, reminder_id: int) -> Reminder:
    reminder = of_branch(session, Reminder, reminder_id, me.branch_id)
    if reminder is None:
        raise Refusal(NO_SUCH)
    return reminder


def acknowledge(session: Session, me: Me, reminder_id: int, now: datetime) -> tuple[Reminder, Acknowledgement, bool]:
    """已阅 with its time, late or not; a second tap finds the first row. Returns whether it is new."""
    reminder = find(session, me, reminder_id)
    if not is_for(session, reminder_id, me.id):
        raise Refusal(NOT_FOR_YOU)
    mine = (Acknowledgement.reminder_id == reminder_id, Acknowledgement.person_id == me.id)
    row = session.scalar(select(Acknowledgement).where(*mine))
    if row is not None:
        return reminder, row, False
    row = Acknowledgement(reminder_id=reminder_id, person_id=me.id, at=now)
    session.add(row)
    session.flush()
    audit.record(session, "acknowledge", "reminder", reminder_id, now=now, by=me)
    return reminder, row, True


def waiting(session: Session, me: Me, now: datetime) -> list[Reminder]:
    """What somebody was sent and has not acknowledged, the newest first."""
    read = select(Acknowledgement.reminder_id).where(Acknowledgement.person_id == me.id)
    query = (
        select(Reminder)
        .join(ReminderAudience, ReminderAudience.reminder_id == Reminder.id)
        .where(ReminderAudience.person_id == me.id, Reminder.id.not_in(read), Reminder.ack_due >= now - REMEMBERED)
    )
    return list(session.scalars(query.order_by(Reminder.id.desc())))


def latest(session: Session, branch_id: int) -> Reminder | None:
    """The one that was sent last."""
    query = (
        select(Reminder).where(Reminder.branch_id == branch_id).order_by(Reminder.sent_at.desc(), Reminder.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def latest_for(session: Session, branch_id: int, holiday: str) -> Reminder | None:
    """The last one that names a festival (2026:中秋)."""
    query = select(Reminder).where(Reminder.branch_id == branch_id, Reminder.kind == rules.KIND)
    return next((row for row in session.scalars(query.order_by(Reminder.id.desc())) if holiday in row.holidays), None)


def readers(session: Session, me: Me, reminder: Reminder, today: date) -> messages.Readers:
    """Names by what they did; a group leader sees the own group only, a member nobody."""
    wide = reach(me, Right.SEE_ROLL)
    if wide is Reach.NONE:
        raise Refusal(NO_RIGHT)
    read = acknowledged(session, reminder.id)
    query = select(Person.id, Person.name).where(Person.id.in_(audience(session, reminder.id))).order_by(Person.id)
    names = {row.id: row.name for row in session.execute(query)}
    if wide is Reach.OWN_GROUP:
        mine = {member.id for member in roster(session, me.branch_id, today) if member.group_id in me.leads}
        names = {person: name for person, name in names.items() if person in mine}
    return messages.Readers(
        unread=[name for person, name in names.items() if person not in read],
        late=[
            name for person, name in names.items() if person in read and rules.is_late(read[person], reminder.ack_due)
        ],
    )


# --- who owes it, what counts --------------------------------------------------------------------------------------


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Unread reminders, for some weeks beyond their deadline; the second line, where there is one, is their nudge."""
    today = local_day(now, tz)
    query = select(Reminder).where(Reminder.branch_id == branch_id, Reminder.ack_due >= now - REMEMBERED)
    reminders = list(session.scalars(query.order_by(Reminder.id)))
    if not reminders:
        return []
    here = {member.id for member in roster(session, branch_id, today, None if person_id is None else [person_id])}
    twice = decisions.decided(session, branch_id).timing.second_line
    calendar, (people, read) = calendar_of(session, branch_id), _asked_and_read(session, reminders)
    return [
        item
        for row in reminders
        for item in _owing(
            row,
            [person for person in people[row.id] if person in here and person not in read[row.id]],
            _second_line(row, calendar, now, tz) if twice else (),
            now,
            tz,
        )
    ]


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with a reminder to be read by today."""
    day = local_day(now, tz)
    today = (Reminder.ack_due >= at(day, time(), tz), Reminder.ack_due < at(day + timedelta(days=1), time(), tz))
    return session.scalars(select(Reminder.branch_id).where(*today).distinct())


def second_lines(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> list[tuple[str, datetime]]:
    """The second lines still to come of what was sent: the festivals, and when."""
    if not decisions.decided(session, branch_id).timing.second_line:
        return []
    calendar = calendar_of(session, branch_id)
    query = select(Reminder).where(Reminder.branch_id == branch_id, Reminder.ack_due >= now).order_by(Reminder.id)
    return [
        (rules.names(row.holidays), when)
        for row in session.scalars(query)
        for when in _second_line(row, calendar, now, tz)
        if when > now
    ]


def _second_line(reminder: Reminder, calendar: Calendar, now: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    """Only while there is time, and only when the dates are certain."""
    if reminder.provisional or rules.is_late(now, reminder.ack_due):
        return ()
    return timing.second_line(calendar, reminder.block_start, reminder.block_end, reminder.sent_at, tz)


def _owing(
    reminder: Reminder, people: Sequence[int], nudges: tuple[datetime, ...], now: datetime, tz: tzinfo
) -> list[Owing]:
    return [
        Owing(
            person_id=person,
            key=f"reminder:{reminder.id}",
            title=f"{messages.title(reminder)}节前廉洁提醒",
            ask=f"{moment_words(reminder.ack_due, tz)}前点“已阅”",
            due=reminder.ack_due,
            does=(Does("已阅", Read(reminder.id, Origin.NUDGE)),),
            nudges=nudges,
            told_on=local_day(reminder.sent_at, tz),
            overdue=rules.is_late(now, reminder.ack_due),
            still="阅知",
            lacks="未阅",
        )
        for person in people
    ]


def figures(session: Session, reminder: Reminder, now: datetime) -> rules.ReminderCounts:
    """One reminder as it counts at a moment."""
    read = acknowledged(session, reminder.id)
    people = audience(session, reminder.id)
    return rules.count(people, read, reminder.ack_due, after(now), rules.names(reminder.holidays))


def reminder_figures(
    session: Session, branches: Collection[int], slices: Sequence[Slice], tz: tzinfo
) -> dict[int, dict[int, rules.ReminderCounts]]:
    """By branch the reminders sent on these days (D1), each as it counts at the cut-off of its quarter, by id (S52)."""
    start, end = at(slices[0].days.start, time(), tz), at(slices[-1].days.to, time(), tz)
    query = select(Reminder).where(Reminder.branch_id.in_(branches), Reminder.sent_at >= start, Reminder.sent_at < end)
    reminders = list(session.scalars(query.order_by(Reminder.id)))
    people, read = _asked_and_read(session, reminders)
    closes = {row.id: cut_off_among(slices, local_day(row.sent_at, tz)) for row in reminders}
    found: dict[int, dict[int, rules.ReminderCounts]] = {one: {} for one in branches}
    for row in reminders:
        named = rules.names(row.holidays)
        found[row.branch_id][row.id] = rules.count(people[row.id], read[row.id], row.ack_due, closes[row.id], named)
    return found


def _asked_and_read(
    session: Session, reminders: Sequence[Reminder]
) -> tuple[Mapping[int, list[int]], Mapping[int, dict[int, datetime]]]:
    """By reminder, who was asked to read it, and when each of them did."""
    people: dict[int, list[int]] = defaultdict(list)
    read: dict[int, dict[int, datetime]] = defaultdict(dict)
    asked, seen = ReminderAudience, Acknowledgement
    query = select(asked.reminder_id, asked.person_id, seen.at)
    query = query.outerjoin(seen, (seen.reminder_id == asked.reminder_id) & (seen.person_id == asked.person_id))
    query = query.where(asked.reminder_id.in_([row.id for row in reminders])).order_by(asked.person_id)
    for reminder_id, person_id, at_ in session.execute(query):
        people[reminder_id].append(person_id)
        if at_ is not None:
            read[reminder_id][person_id] = at_
    return people, read
