"""On both databases: of whom the secretary is told after a month, by the rolls; and who is told at all."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from bot.cli.dry_run import rehearse
from bot.features.attention import jobs, service
from bot.features.leave import service as leave
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Everywhere, NotReady
from storage.choices import ActivityType, AwayState, Category, Duty, LeaveType, MakeupState
from storage.engine import Storage
from storage.models.attendance import Makeup
from storage.models.away import AwaySpan
from storage.models.organisation import Organisation
from storage.models.person import CategorySpan, DutySpan, ExemptionSpan, Person
from tests.features.norms.desk import SHANGHAI, Desk, local

THEME = ActivityType.THEME_PARTY_DAY
FIRST = local("2023-09-01 09:30")


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def held(desk: Desk, *days: str, missing: Sequence[str] = ("丙四",)) -> None:
    for day in days:
        desk.hold(f"{day} 14:30", THEME, missing=missing)


def told(desk: Desk, now: datetime = FIRST) -> list[str]:
    """The lines of the message of that morning."""
    slot = f"{now:%Y-%m}"
    found = jobs.owed(desk.session, desk.cast.branch_id, slot, now, SHANGHAI)
    return [one.message["text"] for one in found]


LINE = "仅供书记掌握：丙四同志已连续2个月没有参加组织生活的记录，有连续2次缺席且没有请假的记录。"


def test_two_months_absent_without_leave(desk: Desk) -> None:
    held(desk, "2023-06-02", missing=())
    held(desk, "2023-07-07")
    assert told(desk, local("2023-08-01 09:30")) == []
    held(desk, "2023-08-04")
    assert told(desk) == [LINE]
    [one] = jobs.owed(desk.session, desk.cast.branch_id, "2023-09", FIRST, SHANGHAI)
    assert (one.person_id, one.keys) == (desk.cast["甲一"], (f"attention:{desk.cast.branch_id}:2023-09",))
    [[button]] = one.message["inline"]
    assert button["text"] == "查看记录"


def test_leave_that_was_approved_a_make_up_and_coming_count_as_taking_part(desk: Desk) -> None:
    held(desk, "2023-07-07", missing=("丙四", "丙五", "丙六"))
    second = desk.plan("2023-08-04 14:30", THEME)
    asked = leave.ask_leave(
        desk.session, desk.me("丙四", date(2023, 8, 3)), second.id, LeaveType.SICK, local("2023-08-03 10:00")
    )
    leave.decide_leave(
        desk.session, desk.me("甲二", date(2023, 8, 3)), asked.id, True, local("2023-08-03 11:00"), SHANGHAI
    )
    desk.settle(second, "丙五", "丙六")
    done = Makeup(
        activity_id=second.id, person_id=desk.cast["丙五"], state=MakeupState.ACCEPTED, done_on=date(2023, 8, 10),
        submitted_at=local("2023-08-10 09:00"), reviewed_at=local("2023-08-10 10:00"),
    )  # fmt: skip
    desk.session.add(done)
    [said] = told(desk)
    assert said.splitlines() == [
        "仅供书记掌握：",
        "1. 丙五同志有连续2次缺席且没有请假的记录。",
        "2. 丙六同志已连续2个月没有参加组织生活的记录，有连续2次缺席且没有请假的记录。",
    ]


def test_nobody_who_is_exempt_now_or_was_then(desk: Desk) -> None:
    held(desk, "2023-07-07", "2023-08-04", missing=("丙四",))
    assert told(desk) == [LINE]
    desk.session.add(
        ExemptionSpan(person_id=desk.cast["丙四"], from_on=date(2023, 9, 1), reason="long_sick_leave", approved_by="")
    )
    assert told(desk) == []


def test_an_exemption_that_has_ended_begins_the_months_anew(desk: Desk) -> None:
    held(desk, "2023-07-07", "2023-08-04")
    span = {"from_on": date(2023, 7, 10), "to_on": date(2023, 7, 20), "reason": "long_sick_leave", "approved_by": ""}
    desk.session.add(ExemptionSpan(person_id=desk.cast["丙四"], **span))
    assert told(desk) == ["仅供书记掌握：丙四同志有连续2次缺席且没有请假的记录。"]


def test_who_is_floating_for_six_months_is_asked_about_once(desk: Desk) -> None:
    one = desk.cast["丙五"]
    desk.session.execute(update(CategorySpan).where(CategorySpan.person_id == one).values(to_on=date(2023, 2, 15)))
    desk.session.add(CategorySpan(person_id=one, from_on=date(2023, 2, 15), category=Category.FLOATING))
    assert told(desk) == ["仅供书记掌握：丙五同志流动在外已满6个月，请核对是否需要转接组织关系。"]
    assert told(desk, local("2023-08-01 09:30")) == []
    assert told(desk, local("2023-10-08 09:30")) == []


def test_who_is_away_for_six_months_is_asked_about_once(desk: Desk) -> None:
    """Of what waits for a decision, and of who came back, nothing is asked."""
    span = {"from_on": date(2023, 2, 15), "to_on": date(2023, 12, 31), "ends_at": local("2023-12-31 00:00")}
    for name, state in (("丙五", AwayState.APPROVED), ("丙六", AwayState.PENDING), ("丙七", AwayState.REFUSED)):
        desk.session.add(AwaySpan(person_id=desk.cast[name], state=state, made_at=local("2023-02-14 09:00"), **span))
    back = {**span, "to_on": date(2023, 8, 20)}
    desk.session.add(
        AwaySpan(person_id=desk.cast["丙八"], state=AwayState.ENDED, made_at=local("2023-02-14 09:00"), **back)
    )
    assert told(desk) == ["仅供书记掌握：丙五同志外出已满6个月，请核对是否需要转接组织关系。"]
    assert told(desk, local("2023-10-08 09:30")) == []


def test_the_secretary_alone_and_nobody_in_the_place(desk: Desk) -> None:
    held(desk, "2023-07-07", "2023-08-04")
    seat = DutySpan.duty == Duty.SECRETARY
    desk.session.execute(update(Person).where(Person.id == desk.cast["甲一"]).values(reachable=False))
    assert told(desk) == []
    desk.session.execute(update(Person).where(Person.id == desk.cast["甲一"]).values(reachable=True))
    assert told(desk) == [LINE]
    desk.session.execute(update(DutySpan).where(seat).values(to_on=date(2023, 8, 1)))
    assert told(desk) == []


def test_what_is_the_secretary_s_is_not_shown_by_a_rehearsal_either(desk: Desk) -> None:
    held(desk, "2023-07-07", "2023-08-04")
    desk.session.flush()
    since, until = local("2023-09-01 00:00"), local("2023-09-02 00:00")
    [row] = rehearse(desk.session, jobs.build(SHANGHAI), desk.cast.branch_id, since, until)
    assert (row["job"], row["to"], row["text"]) == ("attention", "甲一", "(for its reader alone)")


def test_it_is_asked_again_when_it_goes(desk: Desk) -> None:
    held(desk, "2023-07-07", "2023-08-04")
    [one] = jobs.owed(desk.session, desk.cast.branch_id, "2023-09", FIRST, SHANGHAI)
    about = dict(one.about)
    assert jobs.message(desk.session, about, FIRST, SHANGHAI) == one.message
    service.SWITCH.turn(desk.session, desk.me("甲一"), False, FIRST)
    assert jobs.message(desk.session, about, FIRST, SHANGHAI) is None
    assert told(desk) == []
    service.SWITCH.turn(desk.session, desk.me("甲一"), True, FIRST)
    assert jobs.message(desk.session, about | {"person": desk.cast["乙一"]}, FIRST, SHANGHAI) is None


def test_outside_the_hours_it_waits(desk: Desk) -> None:
    with pytest.raises(NotReady):
        told(desk, local("2023-09-02 09:30"))


def test_the_first_working_day_and_five_more(desk: Desk) -> None:
    """1 October 2023 lies in the holiday: it goes on the 7th, a Saturday that is worked."""
    [job] = jobs.build(SHANGHAI)
    calendar = calendar_of(desk.session, desk.cast.branch_id)
    since, until = local("2023-09-15 00:00"), local("2023-11-15 00:00")
    assert isinstance(job.occurrences, Everywhere)
    found = job.occurrences.of(desk.session, desk.cast.branch_id, calendar, since, until)
    assert [(one.slot, f"{one.at:%m-%d %H:%M}", f"{one.until:%m-%d}") for one in found] == [
        ("2023-10", "10-07 09:30", "10-12"),
        ("2023-11", "11-01 09:30", "11-08"),
    ]
    assert desk.session.scalars(select(Organisation.id)).all()
