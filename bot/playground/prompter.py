"""What the database says to the page: who holds which office today, and what the clock will do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from bot.kit.glossary.choices import DUTIES, STATUSES
from bot.kit.glossary.jobs import job_word
from bot.playground.clock import TravelClock
from bot.playground.server import Playground
from scheduler.due import ahead
from scheduler.jobs import Job, NotReady
from scheduler.runs import Due, run_slice
from storage.audience import offices
from storage.choices import Duty, MembershipStatus, OutboxState
from storage.engine import Storage
from storage.models.outbox import Outbox
from storage.models.person import MembershipSpan, Person, RosterSpan
from storage.spans import on_day

HORIZON = timedelta(days=40)
OF_THE_BRANCH = (Duty.SECRETARY, Duty.DEPUTY_SECRETARY)
MEMBER, GONE = "党员", "已转出"


@dataclass(frozen=True, slots=True)
class Coming:
    """What the clock does next if nobody does anything until then, and to how many people it writes."""

    at: datetime
    words: str
    people: int


class Prompter:
    """Asks only when something was said since, or the day is another one; the page looks every second."""

    def __init__(self, playground: Playground, storage: Storage, jobs: Sequence[Job], tz: tzinfo) -> None:
        self._playground, self._storage, self._jobs, self._tz = playground, storage, jobs, tz
        self._offices: tuple[object, dict[int, str]] = (None, {})
        self._coming: tuple[object, Coming | None] = (None, None)

    async def offices(self) -> Mapping[int, str]:
        """支部书记, 党员: today's, by Telegram account."""
        today = self._now().date()
        asked = (self._playground.version, today)
        if self._offices[0] != asked:
            self._offices = asked, await self._storage.read(lambda session: offices_on(session, today))
        return self._offices[1]

    async def coming(self) -> Coming | None:
        """None when nothing is to be said within the horizon. While something is under way it is what was known before:
        the answer to that is not to wait for it.
        """
        now = self._now()
        asked, known = (self._playground.version, now.date()), self._coming[1]
        changed = self._coming[0] != asked or (known is not None and known.at <= now)
        if changed and (self._coming[0] is None or not self._under_way):
            self._coming = asked, await self._rehearse(now)
        return self._coming[1]

    @property
    def _under_way(self) -> bool:
        clock = self._playground.clock
        return bool(self._playground.busy) or (isinstance(clock, TravelClock) and clock.travelling)

    async def _rehearse(self, now: datetime) -> Coming | None:
        """The plans of the jobs are run, which may write, and all of it is taken back."""

        def run(session: Session) -> None:
            raise _Rehearsed(next_words(session, self._jobs, now))

        try:
            await self._storage.write(run)
        except _Rehearsed as rehearsed:
            return rehearsed.found
        return None

    def _now(self) -> datetime:
        return self._playground.clock.now().astimezone(self._tz)


class _Rehearsed(Exception):
    def __init__(self, found: Coming | None) -> None:
        super().__init__()
        self.found = found


def offices_on(session: Session, day: date) -> dict[int, str]:
    """What everybody bound is on a day, by Telegram account."""
    listed = and_(RosterSpan.person_id == Person.id, on_day(RosterSpan, day))
    member = and_(MembershipSpan.person_id == Person.id, on_day(MembershipSpan, day))
    query = (
        select(Person.telegram_id, RosterSpan.branch_id, MembershipSpan.status)
        .outerjoin(RosterSpan, listed)
        .outerjoin(MembershipSpan, member)
        .where(Person.telegram_id.is_not(None))
    )
    held = {account: _words(office.duties) for account, office in offices(session, day).items()}
    ranks = {row.telegram_id: _rank(row.status) if row.branch_id else GONE for row in session.execute(query)}
    return ranks | held


def _words(duties: frozenset[Duty]) -> str:
    return "、".join(
        f"支部{word}" if duty in OF_THE_BRANCH else word for duty, word in DUTIES.items() if duty in duties
    )


def _rank(status: MembershipStatus | None) -> str:
    return MEMBER if status in (None, MembershipStatus.FULL) else STATUSES[status]


def next_words(session: Session, jobs: Sequence[Job], now: datetime) -> Coming | None:
    """The first messages that the clock brings after `now` (which carries the branches' time zone)."""
    found = [*_waiting(session, now), *_runs(session, jobs, now)]
    if not found:
        return None
    at = min(each.at for each in found)
    at_once = [each for each in found if each.at == at]
    words = "、".join(dict.fromkeys(job_word(each.job) for each in at_once))
    return Coming(at, words, len({one for each in at_once for one in each.to}))


@dataclass(frozen=True, slots=True)
class _Said:
    """What one job says at an instant, and to which people or chats."""

    at: datetime
    job: str | None
    to: frozenset[int]


def _waiting(session: Session, now: datetime) -> list[_Said]:
    """What was promised for later: a reminder that somebody has put off."""
    query = (
        select(Outbox.job, Outbox.not_before, Outbox.person_id, Outbox.chat_id)
        .where(Outbox.state == OutboxState.QUEUED, Outbox.edits_id.is_(None), Outbox.not_before > now)
        .order_by(Outbox.not_before)
    )
    return [
        _Said(row.not_before, row.job, frozenset((row.person_id or row.chat_id,))) for row in session.execute(query)
    ]


def _runs(session: Session, jobs: Sequence[Job], now: datetime) -> list[_Said]:
    """The first runs that say anything, which may be several at one instant."""
    found: list[_Said] = []
    for run in ahead(session, jobs, now, now + HORIZON):
        if found and run.occurrence.at > found[0].at:
            break
        if run.occurrence.at > now and _concerned(session, run) and (to := _rehearsed(session, run)):
            found.append(_Said(run.occurrence.at, run.job.name, to))
    return found


def _concerned(session: Session, run: Due) -> bool:
    concerns = run.job.concerns
    return concerns is None or run.branch_id in concerns(session, run.occurrence.at)


def _rehearsed(session: Session, run: Due) -> frozenset[int]:
    """To whom a run writes. The card of a progress says something only while that goes on."""
    top = session.scalar(select(func.max(Outbox.id))) or 0
    try:
        while run_slice(session, run, run.occurrence.at, {}):
            session.flush()
    except NotReady:
        return frozenset()
    session.flush()
    said = session.execute(select(Outbox.person_id, Outbox.chat_id, Outbox.about).where(Outbox.id > top))
    return frozenset(row.person_id or row.chat_id for row in said if "progress" not in row.about)
