"""The calendar's rows on both databases: read in once, nothing overwritten, for everybody or for one branch."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.calendar import service
from bot.features.calendar.rules import OwnDays
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Refusal
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.store import calendar_of, calendars
from scheduler.calendar.year_file import YearFile
from storage.audience import Me
from storage.choices import Duty, YearState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.calendar import CalendarYear
from storage.models.person import Person
from tests.scheduler.notices import AMENDED_2019, notice

NOW = datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
CARNIVAL = OwnDays(date(2027, 4, 8), date(2027, 4, 9), True, "三月三")


@pytest.fixture
def session(storage: Storage) -> Iterator[Session]:
    with storage.transaction() as session:
        yield session


def secretary(session: Session, name: str = "示范党支部", *duties: Duty) -> Me:
    branch_id = add_branch(session, name, None, NOW)
    person = Person(branch_id=branch_id, name="甲一", created_at=NOW)
    session.add(person)
    session.flush()
    return Me(person.id, person.name, branch_id, None, frozenset(duties or [Duty.SECRETARY]), frozenset())


def rows(session: Session) -> list[CalendarYear]:
    return list(session.scalars(select(CalendarYear).order_by(CalendarYear.id)))


def read_in(session: Session, file: YearFile, branch_id: int | None = None) -> service.Proposal:
    proposal = service.propose(session, file, branch_id)
    service.take_over(session, proposal, "test", NOW)
    session.flush()
    return proposal


def test_the_same_again_changes_nothing(session: Session) -> None:
    first = read_in(session, read_notice(notice(2019)))
    assert (first.state, first.before, len(first.changes)) == (YearState.OVERRIDE, YearState.OFFICIAL, 4)
    assert not read_in(session, read_notice(AMENDED_2019)).unchanged
    assert service.propose(session, read_notice(AMENDED_2019), None).unchanged
    read_in(session, read_notice(AMENDED_2019))
    assert [(row.year, row.whole) for row in rows(session)] == [(2019, True), (2019, True)]
    # The year as it was before has its row, and the papers of what was forced are in its source.
    assert rows(session)[0].source == "test; 国办发明电〔2018〕15号"
    assert session.scalars(select(Audit.action)).all() == ["read_in", "read_in"]


def test_what_the_program_brings_along_needs_no_row(session: Session) -> None:
    assert read_in(session, read_notice(notice(2026))).unchanged
    assert rows(session) == []


def test_a_year_for_one_branch_is_its_own(session: Session) -> None:
    here, there = secretary(session).branch_id, secretary(session, "第二支部").branch_id
    proposal = read_in(session, read_notice(notice(2019)), here)
    assert proposal.state is YearState.OVERRIDE
    assert calendar_of(session, here).is_working_day(date(2019, 5, 2))
    assert not calendar_of(session, there).is_working_day(date(2019, 5, 2))
    assert calendars(session).differing.keys() == {here}
    assert service.propose(session, read_notice(notice(2019)), here).unchanged


def test_for_whom_a_secretary_reads_in(session: Session) -> None:
    me = secretary(session)
    assert service.reach_of(session, me) is None
    secretary(session, "第二支部")
    assert service.reach_of(session, me) == me.branch_id


def test_own_days_lie_over_everything_for_one_branch(session: Session) -> None:
    me, other = secretary(session), secretary(session, "第二支部")
    service.add_own_days(session, me, [CARNIVAL], NOW)
    service.add_own_days(session, me, [OwnDays(date(2026, 12, 31), date(2027, 1, 4), False, "值班")], NOW)
    mine = calendar_of(session, me.branch_id)
    assert not mine.is_working_day(date(2027, 4, 8))
    assert mine.is_working_day(date(2027, 1, 1))
    assert calendar_of(session, other.branch_id).is_working_day(date(2027, 4, 8))
    assert [days.name for days in service.own_days(session, me.branch_id, date(2026, 12, 31))] == ["值班", "三月三"]
    assert [days.name for days in service.own_days(session, me.branch_id, date(2027, 1, 5))] == ["三月三"]
    assert service.own_days(session, other.branch_id, date(2026, 1, 1)) == []


def test_several_runs_at_once_over_the_turn_of_the_year(session: Session) -> None:
    """A row a year; what was entered for the same days before is replaced, and told."""
    me = secretary(session)
    service.add_own_days(session, me, [OwnDays(date(2026, 12, 26), date(2026, 12, 27), False, "值班")], NOW)
    runs = [
        OwnDays(date(2026, 12, 24), date(2026, 12, 26), True, "停电"),
        OwnDays(date(2027, 1, 6), date(2027, 1, 6), True, "停电"),
    ]
    replaced = service.add_own_days(session, me, runs, NOW)
    assert replaced == [OwnDays(date(2026, 12, 26), date(2026, 12, 26), False, "值班")]
    left = OwnDays(date(2026, 12, 27), date(2026, 12, 27), False, "值班")
    assert service.own_days(session, me.branch_id, NOW.date()) == [runs[0], left, runs[1]]
    assert [row.year for row in rows(session)] == [2026, 2026, 2027]
    assert service.add_own_days(session, me, [OwnDays(date(2027, 1, 7), date(2027, 1, 7), True, "停电")], NOW) == []
    assert service.drop_own_days(session, me, runs[0].first, NOW) == runs[0]
    with pytest.raises(Refusal, match="本来就放假"):
        service.add_own_days(session, me, [runs[1]], NOW)


def test_own_days_and_a_year_of_ones_own_leave_each_other_alone(session: Session) -> None:
    me = secretary(session)
    service.add_own_days(session, me, [OwnDays(date(2019, 6, 3), date(2019, 6, 3), True, "停电")], NOW)
    read_in(session, read_notice(notice(2019)), me.branch_id)
    mine = calendar_of(session, me.branch_id)
    assert (mine.is_working_day(date(2019, 6, 3)), mine.is_working_day(date(2019, 5, 2))) == (False, True)
    assert service.sources(session, me.branch_id)[2019].organisation_id == me.branch_id
    assert service.sources(session, None) == {}


def test_own_days_are_taken_back_as_they_were_entered(session: Session) -> None:
    me = secretary(session)
    across = OwnDays(date(2026, 12, 31), date(2027, 1, 4), False, "值班")
    service.add_own_days(session, me, [across], NOW)
    service.add_own_days(session, me, [CARNIVAL], NOW)
    assert service.drop_own_days(session, me, across.first, NOW) == across
    assert service.own_days(session, me.branch_id, NOW.date()) == [CARNIVAL]
    with pytest.raises(Refusal, match="已删除"):
        service.drop_own_days(session, me, across.first, NOW)
    service.drop_own_days(session, me, CARNIVAL.first, NOW)
    assert calendars(session).differing == {}
    assert len(rows(session)) == 6


def test_days_that_change_nothing_are_refused(session: Session) -> None:
    me = secretary(session)
    with pytest.raises(Refusal, match="本来就放假"):
        service.add_own_days(session, me, [OwnDays(date(2026, 11, 28), date(2026, 11, 29), True, "周末")], NOW)
    with pytest.raises(Refusal, match="本来就上班"):
        service.add_own_days(session, me, [OwnDays(date(2026, 11, 30), date(2026, 11, 30), False, "周一")], NOW)


def test_only_secretary_and_deputy(session: Session) -> None:
    me = secretary(session, "示范党支部", Duty.ORGANIZATION_OFFICER, Duty.DISCIPLINE_OFFICER)
    for forbidden in (
        lambda: service.add_own_days(session, me, [CARNIVAL], NOW),
        lambda: service.drop_own_days(session, me, CARNIVAL.first, NOW),
    ):
        with pytest.raises(Refusal, match=NO_RIGHT):
            forbidden()
