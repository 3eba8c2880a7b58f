"""What happens on the clock: who asked for another branch's group hears that nobody has answered."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts import group_messages, groups
from scheduler.jobs import Deadlines, Job, Occurrence, Owed
from storage.choices import GroupRequestState
from storage.models.organisation import GroupRequest

GRACE = timedelta(days=14)


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def find(session: Session, since: datetime, until: datetime, one: int | None) -> list[tuple[int, Occurrence]]:
        query = select(GroupRequest.id, GroupRequest.branch_id, GroupRequest.expires_at).where(
            GroupRequest.state == GroupRequestState.PENDING,
            GroupRequest.expires_at >= since,
            GroupRequest.expires_at <= until,
        )
        if one is not None:
            query = query.where(GroupRequest.branch_id == one)
        found = []
        for row in session.execute(query):
            when = row.expires_at.astimezone(tz)
            found.append((row.branch_id, Occurrence.of(f"group_request:{row.id}", when, when + GRACE)))
        return found

    return [Job("group_request_over", Deadlines(find), tell)]


def tell(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
    row = groups.expire(session, int(occurrence.slot.split(":")[1]), branch_id, now)
    if row is None:
        # A plan that is run again finds what it has ended, and owes the same.
        row = session.get(GroupRequest, int(occurrence.slot.split(":")[1]))
        if row is None or row.state is not GroupRequestState.OVER:
            return []
    said = group_messages.answer(session, row).to_json()
    return [Owed((group_messages.answer_key(row),), said, row.asked_by_id)]
