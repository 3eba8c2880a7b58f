"""Groups that a branch has lost: put out, muted, deleted, or tied by another branch. Its desk and the operator hear.

Whoever notices it writes one line into the audit log, so that is where it is looked for, whichever way it came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.kit.replies import of_place
from bot.watch import messages, reported
from bot.watch.rules import Finding, until_day
from bot.watch.undelivered import heads
from scheduler.jobs import Owed
from scheduler.promises import promise_all
from storage.models.audit import Audit
from storage.models.organisation import GroupChat, Organisation
from storage.models.outbox import Lease

# How far back it is looked the first time, and how long a word about it is worth sending.
SINCE, LIFE = timedelta(days=3), timedelta(days=2)
# On a shared database a line may come to light after later ones.
LATE = timedelta(minutes=5)
_WENT = [True, False]


@dataclass(frozen=True, slots=True)
class Lost:
    """One line of the log: `branch` held the group until then; `taken_by`: the branch that has tied it since.

    why: what the log says of it, kicked, no_rights, chat_deleted or "".
    """

    line: int
    branch_id: int
    branch: str
    why: str
    taken_by: str

    def finding(self, delay: timedelta = timedelta()) -> Finding:
        """To the operator, in the hours in which people are written to."""
        text = messages.group_lost(self.branch, self.why, self.taken_by)
        where = "another branch has tied it" if self.taken_by else "the bot cannot write there any more"
        logged = f"branch {self.branch_id} has lost its group: {where}"
        return Finding(f"group:{self.line}", text, logged=logged, delay=delay)


def news(session: Session, bot_id: int, now: datetime) -> list[Lost]:
    """What nobody has been told yet."""
    found = list(_lost(session, _from(session, bot_id, now)))
    fresh = {finding.key for finding in reported.news(session, [one.finding() for one in found])}
    return [one for one in found if one.finding().key in fresh]


def tell(session: Session, bot_id: int, operator: int | None, now: datetime, tz: tzinfo) -> list[Lost]:
    """Tell it, and go on from here the next time. Returns what was told."""
    fresh = news(session, bot_id, now)
    reported.tell(session, [one.finding(until_day(now, tz)) for one in fresh], operator, now)
    promise_all(session, list(_to_desk(session, fresh, now, tz)), job=reported.JOB, branch_id=None, now=now)
    _go_on(session, bot_id, now)
    return fresh


def _to_desk(session: Session, lost: Sequence[Lost], now: datetime, tz: tzinfo) -> Iterator[Owed]:
    """In the hours in which people are written to."""
    of_branch, delay = heads(session, now, tz), until_day(now, tz)
    for one in lost:
        said = of_place(messages.your_group_lost(one.why, one.taken_by), one.branch_id).to_json()
        for person in of_branch(one.branch_id):
            key = (f"group_lost:{one.line}:{person}",)
            yield Owed(key, said, person, expires_at=now + LIFE, delay=delay)


def _lost(session: Session, after: int) -> Iterator[Lost]:
    """What is back by now, or has made room for another group of the same branch, is no loss."""
    lines = select(Audit).where(Audit.id > after, Audit.subject == "group_chat", Audit.branch_id.is_not(None))
    for line in session.scalars(lines.order_by(Audit.id)):
        group = session.get(GroupChat, line.subject_id)
        if line.details.get("changes", {}).get("active") != _WENT or line.branch_id is None or group is None:
            continue
        elsewhere = group.branch_id != line.branch_id
        if elsewhere or not (group.active or group.given_up):
            taken_by = _name(session, group.branch_id) if elsewhere else ""
            yield Lost(line.id, line.branch_id, _name(session, line.branch_id), line.details.get("lost", ""), taken_by)


def _name(session: Session, organisation_id: int) -> str:
    return session.scalars(select(Organisation.name).where(Organisation.id == organisation_id)).one()


# --- how far the log was looked through ----------------------------------------------------------------------------


def behind(session: Session, bot_id: int, now: datetime) -> bool:
    """Whether much has been written since, or nobody has looked yet."""
    row = session.get(Lease, _name_of(bot_id))
    return row is None or row.expires_at < now - timedelta(hours=1)


def _from(session: Session, bot_id: int, now: datetime) -> int:
    row = session.get(Lease, _name_of(bot_id))
    if row is not None:
        return int(row.holder)
    return (session.scalar(select(func.min(Audit.id)).where(Audit.at > now - SINCE)) or 1) - 1


def _go_on(session: Session, bot_id: int, now: datetime) -> None:
    start = _from(session, bot_id, now)
    seen = session.scalar(select(func.max(Audit.id)).where(Audit.id > start, Audit.at < now - LATE)) or start
    row = session.get(Lease, _name_of(bot_id), with_for_update=True)
    if row is None:
        session.add(Lease(name=_name_of(bot_id), holder=str(seen), expires_at=now))
    else:
        row.holder, row.expires_at = str(seen), now


def _name_of(bot_id: int) -> str:
    return f"groups:{bot_id}"
