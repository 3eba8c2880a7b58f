"""What the reminders before holidays say to norms: whether each block was reminded of before it began (R39)."""

from collections.abc import Iterator

from sqlalchemy import select

from bot.features.integrity import decisions, rules, timing
from bot.kit.doors import Open
from bot.kit.figures import Counting
from bot.kit.norms import Case, Offer
from scheduler.calendar.days import DAY, local_day
from scheduler.calendar.store import calendar_of
from storage.models.reminder import Reminder


def _reminders(counting: Counting) -> Iterator[Case]:
    """Of each group of blocks that one reminder is for; since: its first day off."""
    session, period = counting.session, counting.period
    merge = decisions.decided(session, counting.branch_id).timing.merge
    mine = (Reminder.branch_id == counting.branch_id, Reminder.kind == rules.KIND)
    query = select(Reminder).where(*mine, Reminder.block_start >= period.start, Reminder.block_start < period.to)
    sent = {row.block_start: row for row in session.scalars(query.order_by(Reminder.id.desc()))}
    for blocks in timing.groups(calendar_of(session, counting.branch_id), merge, period.start, period.end):
        start = blocks[0].start
        if not period.holds(start):
            continue
        row = next((sent[one.start] for one in blocks if one.start in sent), None)
        yield Case(
            since=start,
            words=rules.names(rules.holidays(blocks)),
            code=f"M{row.id}" if row is not None else "",
            opens=Open("holidays"),
            settled=row is not None,
            settled_on=local_day(row.sent_at, counting.tz) if row is not None else None,
            until=start - DAY,
        )


NORMS = (Offer("pre_holiday_integrity", _reminders),)
