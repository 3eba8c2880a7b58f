"""What happens on the clock: SEC is told before an exemption ends (D26), and before a term of office does (R44)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from bot.features.roster import messages, rules
from bot.kit.addressees import addressees
from bot.kit.quiet_hours import FURTHEST, open_now
from bot.kit.replies import Message, of_place
from scheduler.calendar.days import at, local_day
from scheduler.calendar.store import calendar_of, calendars
from scheduler.jobs import Deadlines, Job, NotReady, Occurrence, Owed
from storage.choices import Duty
from storage.models.organisation import Organisation
from storage.models.person import ExemptionSpan, Person, RosterSpan

AT = time(9)
# A day off or two in between does no harm: it is told a week before.
EXEMPTION_GRACE, TERM_GRACE = timedelta(days=5), timedelta(days=14)

Found = list[tuple[int, str, datetime]]
Ask = Callable[[Session, datetime, datetime, int | None, tzinfo], Found]


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def dated(ask: Ask, grace: timedelta) -> Deadlines:
        def find(session: Session, since: datetime, until: datetime, one: int | None) -> list[tuple[int, Occurrence]]:
            found = ask(session, since, until, one, tz)
            return [(branch, Occurrence.of(slot, when, when + grace)) for branch, slot, when in found]

        return Deadlines(find)

    def tell(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return owed(session, branch_id, occurrence.slot, now, tz)

    def ask_again(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return message(session, about["branch"], about["slot"], local_day(now, tz))

    return [
        Job("exemption_end", dated(exemption_ends, EXEMPTION_GRACE), tell, ask_again),
        Job("term_end", dated(term_ends, TERM_GRACE), tell, ask_again),
    ]


def _goes_on() -> ColumnElement[bool]:
    """Another exemption of the same person begins by the time this one ends."""
    later = aliased(ExemptionSpan)
    return (
        select(later.id)
        .where(
            later.person_id == ExemptionSpan.person_id,
            later.id != ExemptionSpan.id,
            later.from_on <= ExemptionSpan.to_on,
            or_(later.to_on.is_(None), later.to_on > ExemptionSpan.to_on),
        )
        .exists()
    )


def _reaches(day: "ColumnElement[date | None] | object") -> ColumnElement[bool]:
    """Still on the roster on that day."""
    return and_(RosterSpan.from_on <= day, or_(RosterSpan.to_on.is_(None), RosterSpan.to_on > day))


# Built once: every look of the clock asks them.
FIRST, LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
ENDING = (
    select(RosterSpan.branch_id, ExemptionSpan.id, ExemptionSpan.to_on)
    .join(RosterSpan, and_(RosterSpan.person_id == ExemptionSpan.person_id, _reaches(ExemptionSpan.to_on)))
    .where(ExemptionSpan.to_on >= FIRST, ExemptionSpan.to_on <= LAST, ~_goes_on())
)
TERMS = select(Organisation.id, Organisation.term_ends_on).where(
    Organisation.term_ends_on >= FIRST, Organisation.term_ends_on <= LAST
)


def exemption_ends(session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo) -> Found:
    """(branch, slot, when) of every exemption that ends a week later, of one branch or of all; one statement."""
    first, last = _span(since, until, rules.EXEMPTION_NOTICE, tz)
    query = ENDING if branch_id is None else ENDING.where(RosterSpan.branch_id == branch_id)
    found = [
        (branch, f"exemption:{span_id}:{to_on}", to_on - rules.EXEMPTION_NOTICE)
        for branch, span_id, to_on in session.execute(query, {"first": first, "last": last})
        if to_on is not None
    ]
    return _within(session, since, until, found, tz)


def term_ends(session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo) -> Found:
    """(branch, slot, when) of every term that ends after one of the notices; one statement for each of them."""
    query = TERMS if branch_id is None else TERMS.where(Organisation.id == branch_id)
    found: list[tuple[int, str, date]] = []
    for notice in rules.TERM_NOTICE:
        first, last = _span(since, until, notice, tz)
        found += [
            (one, f"term:{ends}:{notice.days}", ends - notice)
            for one, ends in session.execute(query, {"first": first, "last": last})
            if ends is not None
        ]
    return _within(session, since, until, found, tz)


def _span(since: datetime, until: datetime, notice: timedelta, tz: tzinfo) -> tuple[date, date]:
    """The ends of which may be told between two instants: what falls on a day off is told before it."""
    return local_day(since, tz) + notice, local_day(until, tz) + notice + FURTHEST


def _within(
    session: Session, since: datetime, until: datetime, found: Sequence[tuple[int, str, date]], tz: tzinfo
) -> Found:
    """Each at nine of its day, or of the last working day before it."""
    if not found:
        return []
    known = calendars(session)
    told = [(branch, slot, at(known.of(branch).on_or_before(day), AT, tz)) for branch, slot, day in found]
    return [one for one in told if since <= one[2] <= until]


def owed(session: Session, branch_id: int, slot: str, now: datetime, tz: tzinfo) -> list[Owed]:
    """One line to the secretary; none when it is another day by now, or goes on."""
    if not open_now(now, tz, calendar_of(session, branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")
    today = local_day(now, tz)
    said = message(session, branch_id, slot, today)
    if said is None:
        return []
    name = slot if slot.startswith("exemption:") else f"{slot}:{branch_id}"
    told = addressees(session, branch_id, today, Duty.SECRETARY, about=slot)
    about = {"branch": branch_id, "slot": slot}
    return [Owed(keys=(f"{name}:{one}",), message=said, person_id=one, about=about) for one in told]


def message(session: Session, branch_id: int, slot: str, today: date) -> dict[str, Any] | None:
    """As it stands now; None for what has been changed in the meantime."""
    kind, *rest = slot.split(":")
    said = _exemption(session, int(rest[0]), rest[1], today) if kind == "exemption" else None
    if kind == "term":
        ends = session.get_one(Organisation, branch_id, populate_existing=True).term_ends_on
        said = messages.term_ends(ends, today) if ends is not None and ends.isoformat() == rest[0] else None
    return of_place(said, branch_id).to_json() if said is not None else None


def _exemption(session: Session, span_id: int, to_on: str, today: date) -> Message | None:
    query = select(ExemptionSpan).where(ExemptionSpan.id == span_id, ~_goes_on())
    span = session.scalar(query)
    if span is None or span.to_on is None or span.to_on.isoformat() != to_on:
        return None
    name = session.get_one(Person, span.person_id).name
    return messages.exemption_ends(span.person_id, name, span.reason, span.reason_text, span.to_on, today)
