"""Offices under changes of facts: no day too early undoes one, and nobody but the secretary gives the seats."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.accounts import service as people
from bot.features.roster import service, undoing
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import plan_import, undone_office
from bot.kit.refusal import Refusal
from storage.choices import Duty, MembershipStatus
from storage.engine import Storage
from storage.models.person import DutySpan
from storage.roster import Member, roster
from tests.cast import Cast, make_branch
from tests.world import SHANGHAI

NOW = datetime(2023, 7, 28, 2, 0, tzinfo=UTC)
TODAY, AUGUST = date(2023, 7, 28), date(2023, 8, 1)


def change(session: Session, cast: Cast, who: str, kind: Kind, by: str = "甲二", **values: object) -> service.Done:
    person = 0 if kind is Kind.NEW else cast[who]
    wanted = FactChange(**{"kind": kind, "person_id": person, "day": AUGUST, **values})
    return service.change(session, cast.me(session, by, TODAY), wanted, NOW, SHANGHAI)


def on(session: Session, cast: Cast, day: date) -> dict[str, Member]:
    return {one.name: one for one in roster(session, cast.branch_id, day)}


# --- a day too early undoes no office -----------------------------------------------------------------------------


def in_office(session: Session, cast: Cast, who: str, duty: Duty, since: date, place: int | None = None) -> DutySpan:
    span = DutySpan(person_id=cast[who], organisation_id=place or cast.branch_id, duty=duty, from_on=since)
    session.add(span)
    session.flush()
    return span


@pytest.mark.parametrize("day", [date(2023, 7, 9), date(2023, 7, 10), date(2023, 7, 11)])
@pytest.mark.parametrize("duty", [Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.PUBLICITY_OFFICER])
def test_nobody_is_moved_out_from_under_an_office(storage: Storage, duty: Duty, day: date) -> None:
    """Dated before the office began, on its first day, and after: the secretary never, the deputy by the secretary."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.execute(update(DutySpan).where(DutySpan.duty == Duty.SECRETARY).values(to_on=date(2023, 7, 10)))
        span = in_office(session, cast, "甲五", duty, date(2023, 7, 10))
        said = {
            Duty.SECRETARY: "书记转出前，请先免去书记职务，或移交书记职务。",
            Duty.DEPUTY_SECRETARY: service.SECRETARY_ENDS,
            Duty.PUBLICITY_OFFICER: "这位同志自2023年7月10日起任宣传委员，转出日期不能早于任职。",
        }
        if duty is Duty.PUBLICITY_OFFICER and day > span.from_on:
            change(session, cast, "甲五", Kind.OUT, day=day)
            assert span.to_on == day
            return
        with pytest.raises(Refusal, match=said[duty]):
            change(session, cast, "甲五", Kind.OUT, day=day)
        assert span.to_on is None


def test_an_office_elsewhere_is_not_ended_here(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        other = people.add_branch(session, "第二支部", None, NOW)
        span = in_office(session, cast, "甲五", Duty.SECRETARY, date(2023, 7, 1), other)
        change(session, cast, "甲五", Kind.OUT, day=TODAY)
        assert span.to_on is None


def test_a_file_undoes_no_office_either(storage: Storage) -> None:
    """A later secretary by a file of before, and a leaver's day before the office; the same day is put right."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        span = in_office(session, cast, "甲五", Duty.PUBLICITY_OFFICER, date(2023, 7, 10))
        out = RosterRow(name="甲五", group="第一党小组", transfer_out=date(2023, 7, 9))
        none = RosterRow(name="甲五", group="第一党小组", duties=())
        for row, since in ((out, TODAY), (none, date(2023, 7, 9))):
            found = undone_office(plan_import(session, cast.branch_id, [row], since))
            assert found is not None
            assert (found.row_id, found.stays["duty"]) == (span.id, Duty.PUBLICITY_OFFICER)
        for row, since in ((none, date(2023, 7, 10)), (none, TODAY)):
            assert undone_office(plan_import(session, cast.branch_id, [row], since)) is None
        leaves = RosterRow(name="甲一", group="第一党小组", transfer_out=TODAY)
        assert undone_office(plan_import(session, cast.branch_id, [leaves], TODAY)) is not None
        takes = RosterRow(name="甲五", group="第一党小组", duties=(Duty.SECRETARY,))
        assert undone_office(plan_import(session, cast.branch_id, [leaves, takes], TODAY)) is None


def test_taking_a_change_back_takes_the_roster_from_nobody_in_office(storage: Storage) -> None:
    """Somebody new was given an office otherwise since: the last change is still the coming in."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        done = change(session, cast, "", Kind.NEW, name="丁九", status=MembershipStatus.FULL, day=TODAY)
        session.add(
            DutySpan(
                person_id=done.person_id,
                organisation_id=cast.branch_id,
                duty=Duty.PUBLICITY_OFFICER,
                from_on=TODAY,
            )
        )
        session.flush()
        with pytest.raises(Refusal, match="这位同志现任宣传委员，请先免去其职务，再撤销这次变更。"):
            undoing.undo(session, cast.me(session, "甲二", TODAY), done.audit_id, NOW, SHANGHAI)


def test_there_is_one_secretary_also_of_tomorrow(storage: Storage) -> None:
    """Nobody takes the seat up under one who will; nor comes back to it by 撤销 after that."""
    tomorrow = TODAY + timedelta(days=1)
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        ended = change(session, cast, "甲一", Kind.DUTY, by="甲一", value=Duty.SECRETARY, day=tomorrow)
        change(session, cast, "甲五", Kind.DUTY, by="甲一", value=Duty.SECRETARY, day=tomorrow + timedelta(days=1))
        with pytest.raises(Refusal, match="现任书记是甲五同志"):
            change(session, cast, "甲六", Kind.DUTY, by="甲一", value=Duty.SECRETARY, day=tomorrow)
        with pytest.raises(Refusal, match="之后已有新的书记，不能撤销。"):
            undoing.undo(session, cast.me(session, "甲一", TODAY), ended.audit_id, NOW, SHANGHAI)


def test_only_the_secretary_brings_a_deputy_back(storage: Storage) -> None:
    """The deputy was moved out by the secretary: whoever takes that back gives the seat."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        done = change(session, cast, "乙一", Kind.OUT, by="甲一", day=TODAY)
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            undoing.undo(session, cast.me(session, "甲二", TODAY), done.audit_id, NOW, SHANGHAI)
        undoing.undo(session, cast.me(session, "甲一", TODAY), done.audit_id, NOW, SHANGHAI)
        assert Duty.DEPUTY_SECRETARY in on(session, cast, TODAY)["乙一"].duties
