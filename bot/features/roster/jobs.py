"""What happens on the clock: SEC is told before an exemption ends (D26), and before a term of office does (R44)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from bot.features.roster import messages, rules
from bot.kit.replies import Message
from scheduler.calendar.days import at, local_day
from scheduler.jobs import Deadlines, Job, Occurrence, Owed
from storage.choices import Duty
from storage.models.organisation import Organisation
from storage.models.person import ExemptionSpan, Person, RosterSpan
from storage.roster import holders

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

    def tell_exemption(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return exemption_owed(session, branch_id, int(occurrence.slot.split(":")[1]), local_day(now, tz))

    def tell_term(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return term_owed(session, branch_id, occurrence.slot, local_day(now, tz))

    return [
        Job("exemption_end", dated(exemption_ends, EXEMPTION_GRACE), tell_exemption),
        Job("term_end", dated(term_ends, TERM_GRACE), tell_term),
    ]


def exemption_ends(session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo) -> Found:
    """(branch, slot, when) of every exemption that ends a week later, of one branch or of all; one statement."""
    first, last = (local_day(one, tz) + rules.EXEMPTION_NOTICE for one in (since, until))
    listed = and_(RosterSpan.person_id == ExemptionSpan.person_id, _reaches(ExemptionSpan.to_on))
    later = aliased(ExemptionSpan)
    goes_on = select(later.id).where(
        later.person_id == ExemptionSpan.person_id,
        later.id != ExemptionSpan.id,
        later.from_on <= ExemptionSpan.to_on,
        or_(later.to_on.is_(None), later.to_on > ExemptionSpan.to_on),
    )
    query = (
        select(RosterSpan.branch_id, ExemptionSpan.id, ExemptionSpan.to_on)
        .join(RosterSpan, listed)
        .where(ExemptionSpan.to_on >= first, ExemptionSpan.to_on <= last, ~goes_on.exists())
    )
    if branch_id is not None:
        query = query.where(RosterSpan.branch_id == branch_id)
    return _within(
        since,
        until,
        (
            (branch, f"exemption:{span_id}:{to_on}", at(to_on - rules.EXEMPTION_NOTICE, AT, tz))
            for branch, span_id, to_on in session.execute(query)
            if to_on is not None
        ),
    )


def _reaches(day: "ColumnElement[date | None] | object") -> ColumnElement[bool]:
    """Still on the roster on that day."""
    return and_(RosterSpan.from_on <= day, or_(RosterSpan.to_on.is_(None), RosterSpan.to_on > day))


def term_ends(session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo) -> Found:
    """(branch, slot, when) of every term that ends after one of the notices; one statement for each of them."""
    found: list[tuple[int, str, datetime]] = []
    for notice in rules.TERM_NOTICE:
        first, last = (local_day(one, tz) + notice for one in (since, until))
        query = select(Organisation.id, Organisation.term_ends_on).where(
            Organisation.term_ends_on >= first, Organisation.term_ends_on <= last
        )
        if branch_id is not None:
            query = query.where(Organisation.id == branch_id)
        found += [
            (one, f"term:{ends}:{notice.days}", at(ends - notice, AT, tz))
            for one, ends in session.execute(query)
            if ends is not None
        ]
    return _within(since, until, found)


def _within(since: datetime, until: datetime, found: Iterable[tuple[int, str, datetime]]) -> Found:
    return [one for one in found if since <= one[2] <= until]


def exemption_owed(session: Session, branch_id: int, span_id: int, today: date) -> list[Owed]:
    """One line to the secretary; none when the exemption was changed in the meantime."""
    span = session.get(ExemptionSpan, span_id)
    if span is None or span.to_on is None:
        return []
    contact = session.get(Person, span.contact_person_id) if span.contact_person_id else None
    name = session.get_one(Person, span.person_id).name
    text = messages.exemption_ends(name, span.reason, span.reason_text, span.to_on, contact.name if contact else "")
    return _to_secretary(session, branch_id, f"exemption:{span_id}:{span.to_on}", text, today)


def term_owed(session: Session, branch_id: int, slot: str, today: date) -> list[Owed]:
    """One line to the secretary; none when a new term has begun in the meantime."""
    ends = session.get_one(Organisation, branch_id).term_ends_on
    if ends is None or slot.split(":")[1] != ends.isoformat():
        return []
    return _to_secretary(session, branch_id, f"{slot}:{branch_id}", messages.term_ends(ends), today)


def _to_secretary(session: Session, branch_id: int, name: str, text: str, today: date) -> list[Owed]:
    told = holders(session, branch_id, today, Duty.SECRETARY)
    return [Owed(keys=(f"{name}:{one}",), message=Message(text).to_json(), person_id=one) for one in told]
