"""The services themselves, without the handlers before them: rows of another branch, and a code made before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import groups, requests
from bot.features.accounts import service as people
from bot.features.accounts.binding import NOT_VALID
from bot.features.activities import planning, service
from bot.features.offices import service as offices
from bot.features.privacy import erasure
from bot.features.reflections import service as reflections
from bot.features.reflections import tasks as tasks
from bot.features.roster import service as roster_service
from bot.features.roster import undoing
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Refusal
from storage.audience import Me, find
from storage.choices import AttendanceStatus, Duty, ExemptionReason, TaskAudience
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.organisation import PartyGroup
from storage.models.person import DutySpan, RosterSpan
from storage.roster import roster
from tests.rights.branch import NOW, SHANGHAI, SINCE, TODAY, Ids, Scene
from tests.rights.trial import TakenBack

Prepared = tuple[Storage, Scene]


def acting(session: Session, made: Scene, role: str) -> Me:
    me = find(session, made.accounts[role], TODAY)
    assert me is not None
    return me


@contextmanager
def taken_back(storage: Storage) -> Iterator[Session]:
    with suppress(TakenBack), storage.transaction() as session:
        yield session
        raise TakenBack


def _activity(session: Session, ids: Ids, what: str = "activity") -> Activity:
    return session.get_one(Activity, ids[what])


def _sign_in(session: Session, me: Me, ids: Ids) -> None:
    member = roster(session, ids.branch_id, TODAY)[0]
    service.sign_in_for(session, me, _activity(session, ids), member, AttendanceStatus.PRESENT, NOW)


def _call_off_task(session: Session, me: Me, ids: Ids) -> None:
    task = next(one for one in reflections.load(session, ids.branch_id, SHANGHAI, [ids["other_task"]]))
    tasks.call_off(session, me, task, NOW)


SERVICES: dict[str, Callable[[Session, Me, Ids], object]] = {
    "sign in": _sign_in,
    "settle": lambda session, me, ids: service.settle(session, me, _activity(session, ids), [], NOW, SHANGHAI),
    "call off": lambda session, me, ids: planning.call_off(session, me, _activity(session, ids, "ahead"), NOW),
    "postpone": lambda session, me, ids: planning.postpone(
        session, me, _activity(session, ids, "ahead"), NOW + timedelta(days=9), NOW, SHANGHAI
    ),
    "call off a task": _call_off_task,
}


@pytest.mark.parametrize("what", SERVICES)
def test_a_row_of_another_branch_is_refused_by_the_service_itself(what: str, scene: Prepared) -> None:
    storage, made = scene
    with taken_back(storage) as session:
        me = acting(session, made, "secretary")
        with pytest.raises(Refusal, match=NO_RIGHT):
            SERVICES[what](session, me, made.there)
    with taken_back(storage) as session:
        SERVICES[what](session, acting(session, made, "secretary"), made.here)


def _exempt(session: Session, me: Me, here: Ids, other: Ids) -> None:
    away = FactChange(
        kind=Kind.EXEMPT, day=TODAY, person_id=here["bound"], value=ExemptionReason.ABROAD, contact_id=other["author"]
    )
    roster_service.change(session, me, away, NOW, SHANGHAI)


def _regroup(session: Session, me: Me, here: Ids, other: Ids) -> None:
    group = session.scalars(
        select(PartyGroup.id).where(PartyGroup.branch_id == other.branch_id).order_by(PartyGroup.id.desc())
    ).first()
    moved = FactChange(kind=Kind.GROUP, day=TODAY, person_id=here["bound"], value=group)
    roster_service.change(session, me, moved, NOW, SHANGHAI)


def _task_about(session: Session, me: Me, **subject: int) -> None:
    due = TODAY + timedelta(days=20)
    plan = tasks.Plan(title="谈体会", audience=TaskAudience.ALL_MEMBERS, due_on=due, **subject)
    tasks.make(session, me, plan, NOW, SHANGHAI)


# What names a second row: of the own branch it is taken, of the other it is not there.
NAMED: dict[str, Callable[[Session, Me, Ids, Ids], object]] = {
    "contact of an exemption": _exempt,
    "another group": _regroup,
    "task about an activity": lambda session, me, here, other: _task_about(session, me, activity_id=other["held"]),
    "task about a book": lambda session, me, here, other: _task_about(session, me, study_item_id=other["item"]),
    "who a request is": lambda session, me, here, other: requests.accept(
        session, me, here["request"], other["unbound"], TODAY, NOW
    ),
    "who takes over": lambda session, me, here, other: offices.hand_over(session, me, other["bound"], TODAY, NOW),
    "whose changes": lambda session, me, here, other: undoing.undo(session, me, other["changed"], NOW, SHANGHAI),
    "who is erased": lambda session, me, here, other: erasure.erase(session, me, other["bound"], TODAY, NOW),
}


@pytest.mark.parametrize("what", NAMED)
def test_a_second_row_of_another_branch_is_not_there(what: str, scene: Prepared) -> None:
    storage, made = scene
    with taken_back(storage) as session, pytest.raises(Refusal):
        NAMED[what](session, acting(session, made, "secretary"), made.here, made.there)
    with taken_back(storage) as session:
        NAMED[what](session, acting(session, made, "secretary"), made.here, made.here)


def test_names_of_another_branch_are_not_seen(scene: Prepared) -> None:
    storage, made = scene
    with storage.reading() as session:
        me = acting(session, made, "secretary")
        assert service.sees_names(me, _activity(session, made.here))
        assert not service.sees_names(me, _activity(session, made.there))


def test_a_group_is_tied_by_no_code_of_somebody_who_went_to_another_branch(scene: Prepared) -> None:
    """The organization officer made it, holds that office in the other branch now, and may make such codes there."""
    storage, made = scene
    with taken_back(storage) as session:
        maker = acting(session, made, "organization_officer")
        code = people.invite_group(session, maker, NOW)
        session.execute(
            update(RosterSpan).where(RosterSpan.person_id == maker.id).values(branch_id=made.there.branch_id)
        )
        session.execute(update(DutySpan).where(DutySpan.person_id == maker.id).values(to_on=TODAY))
        office = {"organisation_id": made.there.branch_id, "duty": Duty.ORGANIZATION_OFFICER, "from_on": SINCE}
        session.add(DutySpan(person_id=maker.id, **office))
        session.flush()
        session.expire_all()
        people.invite_group(session, acting(session, made, "organization_officer"), NOW)
        with pytest.raises(Refusal, match=NOT_VALID):
            groups.tie_group(session, code, made.accounts["secretary"], -7, "群", today=TODAY, now=NOW)
