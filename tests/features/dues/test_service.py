"""Dues on both databases: ticked, refused, taken back, told, checked, kept in archives; off until switched on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.archive.document import BadArchive
from bot.features.archive.exporting import export
from bot.features.archive.importing import Target, bring
from bot.features.dues import asked, rules, service
from bot.features.norms.service import Span, checked
from bot.features.privacy import erasure, mydata
from bot.features.registry import FEATURES
from bot.kit.access import NO_RIGHT
from bot.kit.deadlines import UNDONE_ALREADY, closed
from scheduler.calendar.days import DAY, Quarter
from scheduler.calendar.periods import Period
from storage.audience import find
from storage.choices import ExemptionReason, MembershipStatus
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.dues import DuesMonth
from storage.models.person import DutySpan, ExemptionSpan, MembershipSpan, Person, RosterSpan
from tests.features.activities.desk import refused
from tests.features.dues.desk import AUGUST, JULY, NOW, Desk, at
from tests.growth.counting import statements
from tests.world import SHANGHAI

Act = Callable[[], Any]
MINUTE = timedelta(minutes=1)
Q3 = Period.of(Quarter(2023, 3))


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


# --- ticked ----------------------------------------------------------------------------------------------------------


def test_nobody_one_two_everybody(desk: Desk) -> None:
    assert (len(desk.left()), desk.rows()) == (25, [])
    assert len(desk.tick("甲五").open) == 24
    assert [one.name for one in desk.tick("乙四", by="甲一").done] == ["甲五", "乙四"]
    # Once more it is the same, and leaves no line.
    desk.tick("甲五", now=NOW + MINUTE)
    lines = desk.session.scalars(select(Audit).where(Audit.subject == "dues_month")).all()
    assert [(one.action, one.details) for one in lines] == [("register", {"month": "2023-07"})] * 2
    assert desk.tick().open == []
    assert len(desk.rows()) == 25
    assert len(desk.left(AUGUST)) == 25


@pytest.mark.parametrize("name", ["甲三", "乙二", "丙一", "甲五"])
def test_who_keeps_no_list(desk: Desk, name: str) -> None:
    acts: list[Act] = [lambda: desk.tick("甲六", by=name), lambda: desk.untick("甲六", by=name)]
    for act in acts:
        with refused(NO_RIGHT):
            act()
    assert desk.rows() == []


def test_the_days_of_a_month(desk: Desk) -> None:
    with refused(rules.FUTURE):
        desk.tick("甲五", month=AUGUST, now=at("2023-07-31", "23:59"))
    desk.tick("甲五", month=AUGUST, now=at("2023-08-01", "00:00"))
    # Paid late, also after the cut-off of its quarter; six months later it is over.
    desk.tick("甲六", now=at("2024-01-31", "23:59"))
    with refused(rules.TOO_OLD):
        desk.tick("甲七", now=at("2024-02-01", "00:00"))
    assert desk.rows() == [("甲六", "2023-07"), ("甲五", "2023-08")]


def test_a_month_that_is_none(desk: Desk) -> None:
    with refused(service.NO_SUCH_MONTH):
        service.tick(desk.session, desk.me(), rules.by_number(202313), [desk.cast["甲五"]], NOW, SHANGHAI)


def test_who_is_expected(desk: Desk) -> None:
    """On the roster on the fixed day, as a member; an exemption spares nobody."""
    session, cast = desk.session, desk.cast
    exempt = {"reason": ExemptionReason.OTHER, "from_on": date(2023, 1, 1)}
    session.add(ExemptionSpan(person_id=cast["甲六"], **exempt))
    left = session.scalars(select(RosterSpan).where(RosterSpan.person_id == cast["甲七"])).one()
    left.to_on = date(2023, 7, 15)
    stays = session.scalars(select(RosterSpan).where(RosterSpan.person_id == cast["甲八"])).one()
    stays.to_on = date(2023, 7, 16)
    came = session.scalars(select(RosterSpan).where(RosterSpan.person_id == cast["甲九"])).one()
    came.from_on = date(2023, 7, 16)
    was = session.scalars(select(MembershipSpan).where(MembershipSpan.person_id == cast["乙四"])).one()
    was.status, was.to_on = MembershipStatus.DEVELOPMENT_TARGET, date(2023, 7, 15)
    span = {"from_on": date(2023, 7, 15), "status": MembershipStatus.PROBATIONARY}
    session.add(MembershipSpan(person_id=cast["乙四"], **span))
    session.flush()
    names = desk.left()
    assert {"甲六", "甲八", "乙四"} <= set(names)
    assert not {"甲七", "甲九"} & set(names)
    assert "乙四" not in desk.left(date(2023, 6, 1))
    with refused(service.NOT_EXPECTED):
        desk.tick("甲五", "甲七")
    assert desk.rows() == []


def test_another_branch_finds_nobody(desk: Desk) -> None:
    other = replace(desk.me(), branch_id=desk.cast.branch_id + 1)
    with refused(service.OFF):
        service.tick(desk.session, other, JULY, [desk.cast["甲五"]], NOW, SHANGHAI)
    with refused(service.NOT_EXPECTED):
        service.tick(desk.session, desk.me(), JULY, [10**9], NOW, SHANGHAI)


def test_by_the_quarter_a_tick_stands_for_each_month(desk: Desk) -> None:
    desk.set(dues="quarterly")
    desk.tick("甲五")
    assert desk.rows() == [("甲五", "2023-07"), ("甲五", "2023-08"), ("甲五", "2023-09")]
    assert "甲五" not in desk.left(date(2023, 9, 30))
    with refused(rules.FUTURE):
        desk.tick("甲五", month=date(2023, 10, 1))
    desk.untick("甲五")
    assert desk.rows() == []
    desk.set(dues="monthly")
    desk.tick("甲六", month=AUGUST, now=at("2023-08-03"))
    assert desk.rows() == [("甲六", "2023-08")]


@pytest.mark.parametrize("other", ["甲五", "甲六"])
def test_two_officers_at_once(storage: Storage, other: str) -> None:
    with storage.transaction() as session:
        cast = Desk(session).cast
    failed: list[str] = []
    begun = Event()

    def one(name: str, person: str, waits: bool) -> None:
        try:
            if waits:
                begun.wait(5)
            with storage.transaction() as session:
                me = find(session, cast.account(name), NOW.date())
                assert me is not None
                service.tick(session, me, JULY, [cast[person]], NOW, SHANGHAI)
                begun.set()
        except Exception as error:
            failed.append(str(error))

    threads = [Thread(target=one, args=("甲二", "甲五", False)), Thread(target=one, args=("甲一", other, True))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with storage.transaction() as session:
        assert len(session.scalars(select(DuesMonth)).all()) == len({"甲五", other})


# --- taken back ------------------------------------------------------------------------------------------------------


def test_taken_back_and_ticked_anew(desk: Desk) -> None:
    desk.tick("甲五")
    desk.untick("甲五", now=NOW + DAY, by="甲一")
    assert (desk.rows(), desk.rows(all=True)) == ([], [("甲五", "2023-07")])
    with refused(service.NOT_TICKED):
        desk.untick("甲五", now=NOW + DAY)
    desk.tick("甲五", now=NOW + 2 * DAY)
    assert desk.rows(all=True) == [("甲五", "2023-07")]


def test_after_the_cut_off_only_within_ten_minutes(desk: Desk) -> None:
    desk.tick("甲五", "甲六")
    late = at("2023-10-11", "00:00")
    desk.untick("甲六", now=at("2023-10-10", "23:59"))
    with refused(closed(Quarter(2023, 3)).text):
        desk.untick("甲五", now=late)
    desk.tick("甲七", now=late)
    desk.untick("甲七", now=late + 10 * MINUTE)
    desk.tick("甲七", now=late)
    with refused(closed(Quarter(2023, 3)).text):
        desk.untick("甲七", now=late + 11 * MINUTE)
    assert desk.rows() == [("甲五", "2023-07"), ("甲七", "2023-07")]


def test_the_word_takes_back_what_one_tap_did(desk: Desk) -> None:
    desk.tick("甲五")
    desk.tick(now=NOW + MINUTE)
    told = service.steps(desk.session, desk.me(), NOW - MINUTE)
    assert [one.title for one in told] == ["甲五2023年7月党费", "24人2023年7月党费"]
    assert list(service.steps(desk.session, desk.me("甲一"), NOW - MINUTE)) == []
    with refused(NO_RIGHT):
        told[1].undo(desk.session, desk.me("甲一"), told[1].row_id, NOW + MINUTE, SHANGHAI)
    told[1].undo(desk.session, desk.me(), told[1].row_id, NOW + 2 * MINUTE, SHANGHAI)
    assert desk.rows() == [("甲五", "2023-07")]
    with refused(UNDONE_ALREADY):
        told[1].undo(desk.session, desk.me(), told[1].row_id, NOW + 2 * MINUTE, SHANGHAI)
    with refused("已超过10分钟"):
        told[0].undo(desk.session, desk.me(), told[0].row_id, NOW + 11 * MINUTE, SHANGHAI)


# --- off -------------------------------------------------------------------------------------------------------------


def test_off_nothing_is_ticked_told_or_checked_and_records_stay(desk: Desk) -> None:
    desk.tick("甲五")
    desk.set(now=NOW, dues="off")
    acts: list[Act] = [lambda: desk.tick("甲六"), lambda: desk.untick("甲五"), desk.state]
    for act in acts:
        with refused(service.OFF):
            act()
    assert matters(desk, NOW) == []
    assert list(asked.nearing(desk.session, NOW, SHANGHAI)) == []
    assert own(desk, "甲五", "甲五") == []
    assert norms(desk, NOW) == []
    assert desk.rows() == [("甲五", "2023-07")]
    desk.set(now=NOW, dues="monthly")
    assert own(desk, "甲五", "甲五") == ["2023年7月：已登记"]


# --- told ------------------------------------------------------------------------------------------------------------


def matters(desk: Desk, now: datetime) -> list[Any]:
    return list(asked.matters(desk.session, desk.cast.branch_id, now, SHANGHAI))


def near(desk: Desk, now: datetime) -> bool:
    return desk.cast.branch_id in asked.nearing(desk.session, now, SHANGHAI)


def test_the_organization_officer_is_told_how_many(desk: Desk) -> None:
    for name in desk.cast.people:
        if name not in ("甲五", "甲六", "甲七"):
            desk.tick(name)
    [one] = matters(desk, NOW)
    assert one.person_id == desk.cast["甲二"]
    assert one.line == "7月党费：还有3人没有登记，请于7月15日（含）前办理。"
    assert one.nudges == (at("2023-07-12"), at("2023-07-14"))
    assert (len(matters(desk, at("2023-07-11"))), len(matters(desk, at("2023-07-15", "23:59")))) == (0, 1)
    assert matters(desk, at("2023-07-16", "00:00")) == []
    assert near(desk, NOW)
    desk.tick()
    assert matters(desk, NOW) == []


def test_by_the_quarter_in_its_last_month(desk: Desk) -> None:
    desk.set(dues="quarterly", dues_day="20")
    assert (matters(desk, at("2023-08-20")), near(desk, at("2023-08-20"))) == ([], False)
    [one] = matters(desk, at("2023-09-18"))
    assert one.line == "第三季度党费：还有25人没有登记，请于9月20日（含）前办理。"
    assert near(desk, at("2023-09-18"))


def test_without_an_organization_officer_the_secretary(desk: Desk) -> None:
    office = select(DutySpan).where(DutySpan.person_id == desk.cast["甲二"])
    for row in desk.session.scalars(office):
        row.to_on = date(2023, 7, 1)
    desk.session.flush()
    assert [one.person_id for one in matters(desk, NOW)] == [desk.cast["甲一"]]


def own(desk: Desk, reader: str, name: str, period: Period = Q3) -> list[str]:
    return list(asked.own_lines(desk.session, desk.me(reader), desk.cast[name], period, NOW.date(), SHANGHAI))


def test_the_own_months(desk: Desk) -> None:
    desk.tick("甲五")
    desk.tick("甲五", month=date(2023, 6, 1))
    assert own(desk, "甲五", "甲五") == own(desk, "甲二", "甲五") == ["2023年7月：已登记"]
    year = Period(date(2023, 1, 1), date(2024, 1, 1))
    assert own(desk, "甲五", "甲五", year) == ["2023年6月：已登记", "2023年7月：已登记"]
    # Nobody else's but to who keeps the list.
    assert own(desk, "甲三", "甲五") == own(desk, "乙二", "甲五") == own(desk, "甲六", "甲六") == []


# --- norms -----------------------------------------------------------------------------------------------------------


def norms(desk: Desk, now: datetime, period: Period | None = None) -> list[Any]:
    today = now.date()
    span = Span.present(today) if period is None else Span(period, today)
    found = checked(desk.session, FEATURES, desk.cast.branch_id, span, now, SHANGHAI)
    return [one for one in found if one.norm.id == "R24"]


def test_r24_asks_each_member_and_month_from_the_first_tick_on(desk: Desk) -> None:
    assert {one.state.value for one in norms(desk, NOW)} == {"open"}
    desk.tick()
    assert [one.state.value for one in norms(desk, NOW)] == ["met"] * 25
    august = at("2023-08-20")
    for name in desk.cast.people:
        if name != "甲五":
            desk.tick(name, month=AUGUST, now=august)
    [lacks] = [one for one in norms(desk, at("2023-09-01")) if one.case.since < date(2023, 9, 1)]
    assert (lacks.case.words, lacks.case.detail, lacks.until) == ("甲五", "8月", date(2024, 2, 29))
    year = Period(date(2023, 1, 1), date(2024, 1, 1))
    then = norms(desk, at("2024-03-01"), year)
    # Nothing before July; what can be paid no more is missed.
    months = {(one.case.since.month, one.state.value) for one in then}
    assert months == {(7, "met"), (8, "met"), (8, "missed"), (9, "open"), (10, "open"), (11, "open"), (12, "open")}
    assert sum(one.state.value == "missed" for one in then) == 1


def test_r24_asks_as_many_statements_of_two_months_as_of_one(desk: Desk) -> None:
    def many(now: datetime) -> int:
        with statements() as said:
            norms(desk, now, Period(date(2023, 1, 1), date(2024, 1, 1)))
        return len(said)

    desk.tick()
    before = many(at("2023-07-20"))
    desk.tick(month=AUGUST, now=at("2023-08-20"))
    assert many(at("2023-08-20")) == before


# --- archives, own data ----------------------------------------------------------------------------------------------


def written(desk: Desk, branch_id: int) -> Any:
    return export(desk.session, branch_id, NOW.date(), "Asia/Shanghai")


def bring_in(desk: Desk, document: Any, target: Target) -> Any:
    return bring(desk.session, document, target, now=NOW, timezone="Asia/Shanghai")


def test_in_and_out_of_an_archive(desk: Desk) -> None:
    desk.tick("甲五", "甲六")
    desk.untick("甲六")
    document = written(desk, desk.cast.branch_id)
    person, by = f"P{desk.cast['甲五']}", f"P{desk.cast['甲二']}"
    at_nine = "2023-07-12T09:00:00+08:00"
    row = {"person": person, "month": "2023-07", "recorded_at": at_nine, "recorded_by": by}
    assert document["dues"] == [row]
    assert not bring_in(desk, document, Target(desk.cast.branch_id)).changed
    new = bring_in(desk, document, Target(None, "新支部")).branch_id
    assert written(desk, new)["dues"] == [row]
    part = {"format": document["format"], "dues": [{"person": person, "month": "2023-06", "seal": "有"}]}
    with pytest.raises(BadArchive, match="months of dues"):
        bring_in(desk, part, Target(new))
    assert bring_in(desk, part, Target(new, replace=True)).changed
    assert written(desk, new)["dues"] == part["dues"]
    # No field for an amount; whoever brings one keeps it as a further field.
    assert set(DuesMonth.__table__.columns.keys()) == {
        "id", "branch_id", "month", "person_id", "recorded_at", "recorded_by_id", "withdrawn_at", "extra",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"month": "2023-13"}, "month"), ({"month": 202307}, "month"), ({"person": "P999"}, "person"),
        ({"recorded_at": "2023-07-12"}, "recorded_at"), ({"recorded_by": "P999"}, "recorded_by"),
    ],
)  # fmt: skip
def test_what_no_archive_may_say(desk: Desk, change: dict[str, Any], fault: str) -> None:
    desk.tick("甲五")
    document = written(desk, desk.cast.branch_id)
    document["dues"][0] |= change
    with pytest.raises(BadArchive, match=rf"dues\[0\]\.{fault}"):
        bring_in(desk, document, Target(desk.cast.branch_id, replace=True))


def test_no_month_twice(desk: Desk) -> None:
    desk.tick("甲五")
    document = written(desk, desk.cast.branch_id)
    document["dues"] *= 2
    with pytest.raises(BadArchive, match="stands 2 times"):
        bring_in(desk, document, Target(desk.cast.branch_id, replace=True))


def test_own_data_and_erasure(desk: Desk) -> None:
    """The months stand in the own data; of who is erased the number stays, so that the past counts as it did."""
    desk.tick("甲五")
    parts = {part.name: part.rows for part in mydata.gather(desk.session, desk.me("甲五")).parts}
    assert [one["month"] for one in parts["dues_month"]] == ["2023-07"]
    erasure.erase(desk.session, desk.me("甲一"), desk.cast["甲五"], NOW.date(), NOW)
    desk.session.expire_all()
    assert desk.session.get_one(Person, desk.cast["甲五"]).erased_at is not None
    assert desk.rows() == [("甲五", "2023-07")]
