"""To whom of a branch the clock turns: the office, and where nobody of it can be reached, the next one."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from storage.choices import Duty
from storage.models.outbox import Promise
from storage.models.person import DutySpan, Person
from storage.spans import on_day

# Whose office is empty, or has no account that can be reached, falls to these, one after the other; then to the
# operator, who hears in one line that nobody could be told (bot/watch/vacancies.py).
CHAIN = (Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER)
# The rows that wait for that line: vacant:7:digest:2023-08.
VACANT = "vacant"


def addressees(session: Session, branch_id: int, day: date, *duties: Duty, about: str) -> list[int]:
    """Who of these offices can be written to, else of the first of the chain; none: the operator is told of `about`.

    about: what it is (a word of bot/watch/messages.py) and a name of its own, e.g. digest:2023-08.
    """
    found = reachable(session, branch_id, day, *duties)
    key = f"{VACANT}:{branch_id}:{about}"
    if not found and session.get(Promise, key) is None:
        session.add(Promise(key=key))
        session.flush()
    return found


def reachable(session: Session, branch_id: int, day: date, *duties: Duty) -> list[int]:
    """The same, without a word to anybody."""
    query = (
        select(DutySpan.duty, Person.id)
        .join(Person, and_(DutySpan.person_id == Person.id, Person.telegram_id.is_not(None), Person.reachable))
        .where(DutySpan.organisation_id == branch_id, on_day(DutySpan, day))
        .order_by(Person.id)
    )
    held = [(duty, person) for duty, person in session.execute(query)]
    for wanted in (duties, *((one,) for one in CHAIN)):
        if found := _of(held, wanted):
            return found
    return []


def _of(held: Sequence[tuple[Duty, int]], wanted: Sequence[Duty]) -> list[int]:
    return list(dict.fromkeys(person for duty, person in held if duty in wanted))
