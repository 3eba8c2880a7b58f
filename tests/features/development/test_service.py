"""The way into the Party on both databases: recorded, refused, corrected, ended, told, counted, kept in archives."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from threading import Event, Thread
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.features.archive.document import BadArchive
from bot.features.archive.exporting import export
from bot.features.archive.importing import Target, bring
from bot.features.development import known, ledger, messages, rules, service, waiting
from bot.features.development.service import Wanted
from bot.features.privacy import erasure, mydata
from bot.features.roster import service as roster_service
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.kit.access import NO_RIGHT
from scheduler.calendar.days import Quarter
from storage.audience import find
from storage.choices import DevelopmentEnd, MembershipStatus
from storage.choices import DevelopmentStep as Step
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.development import DevelopmentEvent, DevelopmentPerson
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person
from tests.counting import tally
from tests.features.activities.desk import refused
from tests.features.development.desk import NOW, Desk, at
from tests.growth.counting import statements
from tests.world import SHANGHAI

Q3 = Quarter(2023, 3)


@pytest.fixture
def run(storage: Storage) -> Any:
    with storage.transaction() as session:
        yield Desk(session)


# --- recorded --------------------------------------------------------------------------------------------------------


def test_somebody_in_the_middle_is_entered_with_what_is_known(run: Desk) -> None:
    person = run.target()
    assert run.case(person).stage is MembershipStatus.DEVELOPMENT_TARGET
    assert [step for step, _ in run.steps(person)] == ["application", "activist_confirmed", "development_target"]
    line = run.session.scalars(select(Audit).where(Audit.subject == "development_event").order_by(Audit.id)).first()
    assert line is not None
    assert line.action == "register"
    assert line.details == {"step": "application", "on": "2021-06-01", "people": 0, "person_id": person}


def test_only_the_later_step_is_known(run: Desk) -> None:
    person = run.enter(activist_confirmed="2022-05-01")
    assert run.case(person).stage is MembershipStatus.ACTIVIST
    run.record(person, "application", "2021-05-01")
    with refused("不能晚于"):
        run.record(run.enter("丁二", activist_confirmed="2022-05-01"), "application", "2022-05-02")


@pytest.mark.parametrize("name", ["甲五", "丁一"])
def test_nobody_begins_twice_or_from_the_roster(run: Desk, name: str) -> None:
    run.enter(application="2023-01-05")
    with refused("已"):
        run.enter(name, application="2023-01-06")


def test_who_is_known_as_a_guest_is_no_second_person(run: Desk) -> None:
    guest = Person(branch_id=run.cast.branch_id, name="丁一", created_at=NOW)
    run.session.add(guest)
    run.session.flush()
    assert run.enter(application="2023-01-05") == guest.id


@pytest.mark.parametrize(
    ("step", "day", "more", "why"),
    [
        ("development_target", "2023-02-01", {}, "这个环节已登记"),
        ("accept_passed", "2023-09-02", {}, "日期还没有到"),
        ("accept_passed", "2023-01-31", {}, "最早可在2月1日"),
        ("accept_approved", "2023-09-01", {}, "请先登记“大会通过接收”"),
        ("conversion_passed", "2023-09-01", {}, "请先登记“大会通过接收”"),
        ("extension", "2023-09-01", {"months": 6}, "请先登记"),
        ("sponsors", "2023-09-01", {"people": ()}, "请选择2名入党介绍人"),
        ("mentors", "2023-09-01", {"people": ()}, "请选择1至2名培养联系人"),
    ],
)
def test_what_is_refused(run: Desk, step: str, day: str, more: dict[str, Any], why: str) -> None:
    person = run.target()
    before = run.steps(person)
    with refused(why):
        run.record(person, step, day, **more)
    assert run.steps(person) == before


def test_the_day_before_twelve_months_and_on_it(run: Desk) -> None:
    person = run.enter(application="2021-01-05", activist_confirmed="2022-02-28")
    with refused("确定发展对象最早可在2月28日"):
        run.record(person, "development_target", "2023-02-27")
    run.record(person, "development_target", "2023-02-28")


def test_mentors_are_full_members_of_the_branch(run: Desk) -> None:
    person = run.target()
    with refused("应为本支部正式党员"):
        run.record(person, "mentors", "2023-03-01", people=(run.cast["丙七"],))
    with refused("应为本支部正式党员"):
        run.record(person, "mentors", "2023-03-01", people=(person,))
    row = run.record(person, "mentors", "2023-03-01", people=(run.cast["甲五"], run.cast["甲六"]))
    assert len(run.session.scalars(select(DevelopmentPerson).where(DevelopmentPerson.event_id == row.id)).all()) == 2
    assert run.case(person).mentors == (run.cast["甲五"], run.cast["甲六"])


def probationary(run: Desk, day: str = "2022-08-31") -> int:
    person = run.enter(application="2020-01-05", activist_confirmed="2021-01-05", development_target="2022-01-05")
    run.record(person, "accept_passed", day)
    return person


def test_the_probation_is_extended_and_no_shorter_or_longer(run: Desk) -> None:
    person = probationary(run)
    for months in (5, 13, None):
        with refused("6至12个月"):
            run.record(person, "extension", "2023-08-31", months=months)
    run.record(person, "extension", "2023-08-31", months=6)
    with refused("最早可在2024年2月29日"):
        run.record(person, "conversion_passed", "2023-09-01")


def test_an_end_ends_it_and_an_application_begins_anew(run: Desk) -> None:
    person = run.target()
    run.record(person, "ended", "2023-08-01", reason=DevelopmentEnd.OWN_WISH)
    assert run.case(person).stage is None
    with refused("已终止培养"):
        run.record(person, "preview", "2023-08-02")
    assert run.enter(application="2023-08-20") == person
    assert run.case(person).stage is MembershipStatus.APPLICANT


def test_an_end_is_corrected_no_more_once_somebody_has_applied_anew(run: Desk) -> None:
    person = run.target()
    end = run.record(person, "ended", "2023-08-01", reason=DevelopmentEnd.OWN_WISH)
    run.record(person, "application", "2023-08-01")
    wanted = Wanted(Step.ENDED, date(2023, 8, 2), reason=DevelopmentEnd.OWN_WISH)
    with refused("此后已重新提出入党申请"):
        service.correct(run.session, run.me(), end.id, wanted, "日期有误", run.now, SHANGHAI)
    with refused("此后已重新提出入党申请"):
        service.remove(run.session, run.me(), end.id, "误记", run.now, SHANGHAI)
    assert run.case(person).stage is MembershipStatus.APPLICANT


@pytest.mark.parametrize("name", ["甲三", "甲五", "丙一", "乙二"])
def test_of_no_business_of_others(run: Desk, name: str) -> None:
    """A leader, a member, two officers of other fields."""
    person = run.target()
    event = run.record(person, "preview", "2023-08-30")
    for tried in (
        lambda: run.record(person, "review", "2023-08-30", by=name),
        lambda: run.enter("丁二", by=name, application="2023-08-30"),
        lambda: service.undo(run.session, run.me(name), event.id, NOW, SHANGHAI),
        lambda: service.remove(run.session, run.me(name), event.id, "误记", NOW, SHANGHAI),
        lambda: ledger.table(run.session, run.me(name), NOW.date()),
    ):
        with refused(f"^{NO_RIGHT}$"):
            tried()
    assert list(waiting.waiting(run.session, run.me(name), NOW, SHANGHAI)) == []


def test_another_branch_finds_nobody(run: Desk) -> None:
    person = run.target()
    event, other = run.record(person, "preview", "2023-08-30"), replace(run.me(), branch_id=run.cast.branch_id + 1)
    wanted = Wanted(Step.REVIEW, date(2023, 8, 30))
    with refused("没有找到这位同志"):
        service.record(run.session, other, person, wanted, NOW, SHANGHAI)
    with refused("没有找到这条"):
        service.remove(run.session, other, event.id, "误记", NOW, SHANGHAI)


def test_two_at_once_record_it_once(storage: Storage) -> None:
    with storage.transaction() as session:
        person = Desk(session).target()
    said: list[str] = []
    begun = Event()

    def first() -> None:
        with storage.transaction() as session:
            desk = _again(session)
            service.record(session, desk, person, Wanted(Step.PREVIEW, date(2023, 8, 30)), NOW, SHANGHAI)
            begun.set()

    def second() -> None:
        begun.wait(5)
        try:
            with storage.transaction() as session:
                desk = _again(session)
                service.record(session, desk, person, Wanted(Step.PREVIEW, date(2023, 8, 31)), NOW, SHANGHAI)
        except Exception as error:
            said.append(str(error))

    threads = [Thread(target=one) for one in (first, second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert said == [service.TWICE]
    with storage.transaction() as session:
        rows = session.scalars(select(DevelopmentEvent).where(DevelopmentEvent.step == Step.PREVIEW)).all()
        assert [row.on for row in rows] == [date(2023, 8, 30)]


def _again(session: Any) -> Any:
    account = session.scalar(select(Person.telegram_id).where(Person.name == "甲二"))
    found = find(session, account, NOW.date())
    assert found is not None
    return found


# --- corrected -------------------------------------------------------------------------------------------------------


def test_a_day_is_corrected_with_a_reason(run: Desk) -> None:
    person = run.target()
    row = run.record(person, "preview", "2023-08-01")
    with refused("请填写原因"):
        service.correct(run.session, run.me(), row.id, Wanted(Step.PREVIEW, date(2023, 8, 2)), "", NOW, SHANGHAI)
    with refused("最早可在2月1日"):
        service.correct(run.session, run.me(), row.id, Wanted(Step.PREVIEW, date(2023, 1, 2)), "误记", NOW, SHANGHAI)
    service.correct(run.session, run.me(), row.id, Wanted(Step.PREVIEW, date(2023, 8, 2)), "日期误记", NOW, SHANGHAI)
    assert ("preview", "2023-08-02") in run.steps(person)
    assert ("preview", "2023-08-01") not in run.steps(person)
    line = run.session.scalars(select(Audit).where(Audit.action == "withdraw")).one()
    assert line.details["reason"]["length"] == 4
    with refused("没有找到这条"):
        service.remove(run.session, run.me(), row.id, "再删", NOW, SHANGHAI)


def test_an_end_by_mistake_is_removed(run: Desk) -> None:
    person = run.target()
    row = run.record(person, "ended", "2023-08-01", reason=DevelopmentEnd.LEFT)
    service.remove(run.session, run.me(), row.id, "误记", NOW, SHANGHAI)
    assert run.case(person).stage is MembershipStatus.DEVELOPMENT_TARGET


def test_taken_back_within_ten_minutes(run: Desk) -> None:
    person = run.target()
    row = run.record(person, "preview", "2023-08-30")
    with refused("已超过10分钟"):
        service.undo(run.session, run.me(), row.id, NOW + timedelta(minutes=10, seconds=1), SHANGHAI)
    with refused(f"^{NO_RIGHT}$"):
        service.undo(run.session, run.me("甲一"), row.id, NOW, SHANGHAI)
    assert [one.title for one in service.steps(run.session, run.me(), NOW)] == ["丁一同志"] * 4
    service.undo(run.session, run.me(), row.id, NOW, SHANGHAI)
    assert ("preview", "2023-08-30") not in run.steps(person)


def figures(run: Desk, now: datetime, quarter: Quarter = Q3) -> Any:
    run.session.flush()
    return tally(run.session, run.cast.branch_id, quarter, now, SHANGHAI).figures


CUT_OFF = at("2023-10-11", "00:00")


def test_what_a_closed_quarter_has_counted_stays(run: Desk) -> None:
    person = run.target()
    row = run.record(person, "accept_passed", "2023-08-31")
    assert figures(run, NOW)["development"]["accepted"] == 1
    wanted = Wanted(Step.ACCEPT_PASSED, date(2023, 8, 30))
    last, late = CUT_OFF - timedelta(microseconds=1), CUT_OFF
    with refused("第三季度统计已截止"):
        service.correct(run.session, run.me(), row.id, wanted, "误记", late, SHANGHAI)
    with refused("第三季度统计已截止"):
        service.remove(run.session, run.me(), row.id, "误记", late, SHANGHAI)
    service.correct(run.session, run.me(), row.id, wanted, "误记", last, SHANGHAI)
    assert figures(run, late)["development"]["accepted"] == 1


@pytest.mark.parametrize(("when", "many"), [(CUT_OFF - timedelta(microseconds=1), 1), (CUT_OFF, 0)])
def test_what_comes_too_late_is_recorded_and_not_counted(run: Desk, when: datetime, many: int) -> None:
    person, wanted = run.target(), Wanted(Step.ACCEPT_PASSED, date(2023, 8, 31))
    row = service.record(run.session, run.me(), person, wanted, when, SHANGHAI)
    late = service.late_words(run.session, run.cast.branch_id, wanted, when, SHANGHAI)
    assert late == ("" if many else "第三季度统计已截止，这一次不计入第三季度。")
    assert figures(run, at("2023-12-01"))["development"]["accepted"] == many
    if not many:
        # Nothing has counted it: it may be taken out as long as anybody likes.
        service.remove(run.session, run.me(), row.id, "误记", when, SHANGHAI)


def test_every_figure_by_its_own_day(run: Desk) -> None:
    names = ("accepted", "converted", "conversion_passed_by_branch", "activists_confirmed", "applications")
    assert figures(run, NOW)["development"] == dict.fromkeys(names, 0)
    person = probationary(run)
    run.record(person, "accept_approved", "2022-11-30")
    run.record(person, "conversion_passed", "2023-08-31")
    run.record(person, "conversion_approved", "2023-09-01")
    run.enter("丁二", application="2023-07-01", activist_confirmed="2023-09-01")
    run.enter("丁三", application="2023-06-30")
    found = figures(run, NOW)
    assert found["development"] == dict(zip(names, (0, 1, 1, 1, 1), strict=True))
    assert found["development_by_stage"] == {
        "applicant": 1, "activist": 1, "development_target": 0, "probationary": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "quarters"),
    [("2023-06-30", (0, 0)), ("2023-07-01", (1, 0)), ("2023-09-30", (1, 0)), ("2023-10-01", (0, 1))],
)
def test_a_step_is_of_the_quarter_of_its_day(run: Desk, day: str, quarters: tuple[int, int]) -> None:
    run.now = at("2023-10-02")
    run.enter("丁二", application=day)
    found = (figures(run, at("2024-02-01"), one)["development"]["applications"] for one in (Q3, Q3.next()))
    assert tuple(found) == quarters


@pytest.mark.parametrize(("by", "many"), [("approval", (0, 1)), ("branch_meeting", (1, 0))])
def test_a_branch_may_count_by_the_meeting(run: Desk, by: str, many: tuple[int, int]) -> None:
    """D17: the meeting in the third quarter, the approval in the fourth."""
    run.now = at("2023-11-01")
    person = probationary(run)
    run.record(person, "conversion_passed", "2023-09-01")
    run.record(person, "conversion_approved", "2023-10-20")
    run.session.execute(update(DevelopmentEvent).values(recorded_at=at("2023-09-30")))
    branch = run.session.get_one(Organisation, run.cast.branch_id)
    branch.settings = {**branch.settings, "conversion_count_date": by}
    found = [figures(run, at("2024-02-01"), one)["development"]["converted"] for one in (Q3, Q3.next())]
    assert tuple(found) == many


def test_the_statements_do_not_grow(run: Desk) -> None:
    counts = []
    for number in range(3):
        run.enter(f"丁{number}", application="2023-07-01", activist_confirmed="2023-07-02")
        with statements() as asked:
            known.cases(run.session, run.cast.branch_id, NOW.date())
            list(waiting.waiting(run.session, run.me(), NOW, SHANGHAI))
        counts.append(len(asked))
    assert len(set(counts)) == 1


# --- told ------------------------------------------------------------------------------------------------------------


def test_the_end_of_a_probation_is_told_to_both(run: Desk) -> None:
    person = probationary(run, "2022-10-08")
    run.record(person, "accept_approved", "2022-11-30")
    line = "丁一同志预备期于10月8日届满，请按时讨论转正。"
    both = [(run.cast["甲一"], line, 1), (run.cast["甲二"], line, 1)]
    # 1 October is a holiday: seven days before is told on the last working day before it.
    for day, told in (("2023-09-07", []), ("2023-09-08", both), ("2023-09-11", []), ("2023-09-28", both)):
        assert run.matters(day) == sorted(told)
    assert run.matters("2023-09-28", run.cast["甲二"]) == [(run.cast["甲二"], line, 1)]
    run.now = at("2023-10-08")
    run.record(person, "conversion_passed", "2023-10-08")
    assert run.matters("2023-09-28") == []


def test_the_mentors_hear_of_a_review_without_a_button(run: Desk) -> None:
    person = run.enter(application="2022-01-05", activist_confirmed="2023-03-28")
    run.record(person, "mentors", "2023-03-28", people=(run.cast["甲五"], run.cast["甲六"]))
    run.session.execute(update(Person).where(Person.id == run.cast["甲六"]).values(telegram_id=None))
    line = "丁一同志的半年考察，请于9月28日（含）前完成并登记。"
    assert run.matters("2023-09-21") == sorted([(run.cast["甲二"], line, 1), (run.cast["甲五"], line, 0)])


def test_without_an_organizer_the_secretary_hears(run: Desk) -> None:
    run.enter(application="2023-08-28")
    run.session.execute(update(DutySpan).where(DutySpan.person_id == run.cast["甲二"]).values(to_on=date(2023, 9, 2)))
    line = "丁一同志已递交入党申请书，请于9月28日（含）前派人谈话。"
    assert run.matters("2023-09-21") == [(run.cast["甲一"], line, 1)]
    assert run.matters("2023-09-28") == [(run.cast["甲一"], line, 1)]


def test_what_waits_for_the_officer(run: Desk) -> None:
    run.enter(application="2023-08-03")
    [one] = list(waiting.waiting(run.session, run.me(), at("2023-09-01"), SHANGHAI))
    assert one.line == "丁一同志已递交入党申请书，请于9月3日（含）前派人谈话。"
    [late] = list(waiting.waiting(run.session, run.me(), at("2023-09-04"), SHANGHAI))
    assert late.line.endswith("派人谈话。已逾期，仍可登记。")
    assert run.cast.branch_id in waiting.nearing(run.session, NOW, SHANGHAI)


# --- the roster ------------------------------------------------------------------------------------------------------


def test_what_the_roster_does_not_say_yet_is_offered(run: Desk) -> None:
    person = run.target()
    run.record(person, "accept_passed", "2023-08-31")
    assert [one.label for one in messages.on_roster(run.case(person))] == ["编入名册"]
    accept = FactChange(Kind.ACCEPT, date(2023, 8, 31), person_id=person)
    roster_service.change(run.session, run.me(), accept, NOW, SHANGHAI)
    assert messages.on_roster(run.case(person)) == []
    assert run.case(person, date(2024, 9, 30)).chain.probationary_from == date(2023, 8, 31)
    run.now = at("2024-09-30")
    run.record(person, "conversion_passed", "2024-08-31")
    run.record(person, "conversion_approved", "2024-09-20")
    assert [one.label for one in messages.on_roster(run.case(person))] == ["转为正式党员"]


def test_who_is_on_the_roster_already_is_not_said_to_be_accepted_next(run: Desk) -> None:
    """丙七 is probationary by the roster: the meeting may be entered later, and what comes is the conversion."""
    case = run.case(run.cast["丙七"])
    text = messages.person(case, {}, NOW.date()).text
    assert "大会通过接收" not in text
    assert [line for line in text.split("\n") if "大会通过转正" in line] == [
        f"下一步：大会通过转正（最早{messages.full_day(case.ends)}）" if case.ends else ""
    ]
    assert text.count("届满") == 1
    labels = [one.label for row in messages.steps_page(case, rules.offered(case.chain)).rows for one in row]
    assert labels == ["补登大会通过接收", "大会通过转正", "个人页面"]


def test_the_end_of_a_probation_is_said_once(run: Desk) -> None:
    person = probationary(run, "2022-10-08")
    for day, said in (("2023-09-07", "预备期届满：2023年10月8日"), ("2023-09-08", "预备期于10月8日届满")):
        text = messages.person(run.case(person), {}, date.fromisoformat(day)).text
        assert said in text
        assert text.count("届满") == 1


# --- kept ------------------------------------------------------------------------------------------------------------


def test_ledger_13(run: Desk) -> None:
    person = run.target()
    run.record(person, "mentors", "2022-02-01", people=(run.cast["甲五"],))
    run.record(person, "review", "2022-07-31")
    run.record(person, "review", "2023-01-31")
    run.record(person, "training", "2023-05-01", days=3)
    run.record(person, "preview", "2023-08-01")
    run.record(person, "publicity", "2023-08-07", to_on=date(2023, 8, 12))
    run.record(person, "accept_passed", "2023-08-31")
    sheet = load_workbook(BytesIO(ledger.table(run.session, run.me(), NOW.date()))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert tuple(rows[0]) == ledger.COLUMNS
    [line] = [row for row in rows if row[0] == "丁一"]
    said = [one.date().isoformat() if isinstance(one, datetime) else one for one in line]
    assert said == [
        "丁一", "2021-06-01", None, "2022-01-31", "甲五", "2022年7月31日、2023年1月31日", "2023-02-01",
        "2023年5月1日（3天）", "2023-08-01", "2023年8月7日至2023年8月11日", "2023-08-31", None, "2024-08-31",
        None, None,
    ]  # fmt: skip


def bring_in(run: Desk, document: dict[str, Any], target: Target) -> bool:
    return bring(run.session, document, target, now=NOW, timezone="Asia/Shanghai").changed


def test_in_and_out_of_an_archive(run: Desk) -> None:
    person = run.target()
    run.record(person, "mentors", "2022-02-01", people=(run.cast["甲五"],))
    run.record(person, "training", "2023-05-01", days=3, hours=24)
    document = export(run.session, run.cast.branch_id, NOW.date(), "Asia/Shanghai")
    rows = document["member_development"]
    assert [row["event"] for row in rows] == [
        "application", "activist_confirmed", "development_target", "mentors", "training",
    ]  # fmt: skip
    assert {row["person"] for row in rows} == {"EXT:丁一"}
    assert (rows[3]["people"], rows[4]["days"], rows[4]["hours"]) == ([f"P{run.cast['甲五']}"], 3, 24)
    assert not bring_in(run, document, Target(run.cast.branch_id))
    new = bring(run.session, document, Target(None, "新支部"), now=NOW, timezone="Asia/Shanghai")
    again = export(run.session, new.branch_id, NOW.date(), "Asia/Shanghai")
    assert [{**row, "id": ""} for row in again["member_development"]] == [{**row, "id": ""} for row in rows]
    part = {"format": document["format"], "member_development": rows[:2]}
    with pytest.raises(BadArchive, match="steps of development"):
        bring_in(run, part, Target(new.branch_id))
    assert bring_in(run, part, Target(new.branch_id, replace=True))
    assert len(export(run.session, new.branch_id, NOW.date(), "Asia/Shanghai")["member_development"]) == 2


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"event": "promoted"}, "event"), ({"on": "2023-13-01"}, "on"), ({"on": "9999-12-31"}, "on"),
        ({"person": "P999"}, "person"),
        ({"person": "EXT:"}, "person"), ({"to": "2021-06-01"}, "to"), ({"days": -1}, "days"),
        ({"people": ["P999"]}, "people"), ({"people": "P1"}, "people"), ({"reason": "lazy"}, "reason"),
        ({"recorded_at": "2023-01-01"}, "recorded_at"),
    ],
)  # fmt: skip
def test_what_no_archive_may_say(run: Desk, change: dict[str, Any], fault: str) -> None:
    run.target()
    document = export(run.session, run.cast.branch_id, NOW.date(), "Asia/Shanghai")
    document["member_development"][0] |= change
    with pytest.raises(BadArchive, match=rf"member_development\[0\]\.{fault}"):
        bring_in(run, document, Target(run.cast.branch_id, replace=True))


def test_own_data_and_erasure(run: Desk) -> None:
    """Of a mentor that they were named; of who is erased no name and no reason is left, and what was counted stays."""
    person = run.target()
    row = run.record(person, "mentors", "2022-02-01", people=(run.cast["甲五"],))
    end = run.record(person, "ended", "2023-08-01", reason=DevelopmentEnd.OWN_WISH)
    parts = {part.name: part.rows for part in mydata.gather(run.session, run.me("甲五")).parts}
    assert [one["event_id"] for one in parts["development_person"]] == [row.id]
    erasure.erase(run.session, run.me("甲一"), person, NOW.date(), NOW)
    run.session.expire_all()
    assert (end.reason, end.on) == (None, date(2023, 8, 1))
    assert "丁一" not in [case.name for case in known.cases(run.session, run.cast.branch_id, NOW.date())]
    assert figures(run, NOW, Quarter(2022, 1))["development"]["activists_confirmed"] == 0
