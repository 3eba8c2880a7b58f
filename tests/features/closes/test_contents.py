"""更正内容 over real rows: a field of the register, of a row of it, of an activity; in one quarter and in several."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.closes import corrections, service
from bot.features.closes.contents import fields
from bot.features.privacy import erasure
from bot.features.registry import FIGURES
from bot.features.tally.service import tally, to_json
from bot.kit import versions
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Closed, Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import ActivityStatus, CorrectionKind, Duty, OrganisationKind
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.close import Correction, FigureVersion
from storage.models.organisation import Organisation
from tests.features.activities.desk import refused
from tests.features.closes.desk import OFFERED
from tests.features.register.desk import Desk, local
from tests.features.register.test_figures import issued
from tests.world import SHANGHAI

Q2, Q3, Q4 = (Quarter(2023, number) for number in (2, 3, 4))
CLOSED, LATER = "2023-10-12 09:00", "2023-10-16 10:00"


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def close(desk: Desk, quarter: Quarter = Q3, now: str = CLOSED) -> None:
    service.close(desk.session, desk.me, quarter, OFFERED, local(now), SHANGHAI)


def correct(
    desk: Desk, table: str, number: int, key: str, value: Any, quarter: Quarter = Q3, me: Me | None = None
) -> Correction:
    place = (table, number, key)
    return fields.corrected(
        desk.session, me or desk.me, quarter, place, value, "核对原始记录", FIGURES, local(LATER), SHANGHAI
    )


def figure(session: Session, branch_id: int, path: str, quarter: Quarter = Q3, version: str = "") -> Any:
    found: Any = to_json(
        tally(session, branch_id, Period.of(quarter), local(LATER), SHANGHAI, figures=FIGURES, version=version)
    )["figures"]
    for name in path.split("."):
        found = found[name]
    return found


def frozen(desk: Desk) -> list[tuple[int, str, str]]:
    query = select(FigureVersion).order_by(FigureVersion.close_id, FigureVersion.number)
    return [(one.number, one.figures, one.sha256) for one in desk.session.scalars(query)]


def test_a_field_of_an_entry_makes_the_next_version(desk: Desk) -> None:
    """Who, when, old, new and why; v1 keeps its bytes; without a correction it is refused, and leads to it."""
    visit = desk.record("guidance", org="甲支部", on="2023-08-11")
    desk.record("guidance", org="乙支部", on="2023-08-10")
    close(desk)
    [first] = frozen(desk)
    assert figure(desk.session, desk.branch_id, "guidance.orgs") == 2
    desk.now = LATER
    with pytest.raises(Closed) as closed, desk.session.begin_nested():
        desk.change(visit, "org", "乙支部", "有误")
    assert (closed.value.period, closed.value.place) == ("20233", ("entry", visit, "org"))
    row = correct(desk, "entry", visit, "org", "乙支部")
    assert (row.kind, row.subject, row.row_id, row.person_id) == (CorrectionKind.FIELD, "entry", visit, None)
    assert (row.old, row.new) == ({"field": "org", "value": "甲支部"}, {"field": "org", "value": "乙支部"})
    assert (row.why, row.version, row.made_by_id) == ("核对原始记录", 2, desk.me.id)
    assert frozen(desk)[0] == first
    assert figure(desk.session, desk.branch_id, "guidance.orgs") == 1
    assert figure(desk.session, desk.branch_id, "guidance.orgs", version="v1") == 2
    lines = desk.session.scalars(select(Audit).where(Audit.action == "amend")).all()
    assert [(one.subject, one.subject_id, one.details) for one in lines] == [
        ("correction", row.id, {"kind": "field", "version": 2})
    ]
    said = fields.in_words(desk.session, desk.branch_id, [row], SHANGHAI)[row.id]
    assert (said.old, said.new) == ("甲支部", "乙支部")
    with refused(corrections.SAME):
        correct(desk, "entry", visit, "org", "乙支部")


def test_a_row_of_an_entry(desk: Desk) -> None:
    article = desk.record("article", title="稿件", written_on="2023-08-01")
    row = desk.add(article, "placements", platform="晨报", on="2023-08-10")
    desk.add(article, "placements", platform="晚报", on="2023-08-11")
    close(desk)
    before = figure(desk.session, desk.branch_id, "publications.article.platforms")
    found = correct(desk, "entry_row", row, "platform", "晚报")
    after = figure(desk.session, desk.branch_id, "publications.article.platforms")
    assert (len(before), len(after)) == (2, 1)
    said = fields.in_words(desk.session, desk.branch_id, [found], SHANGHAI)[found.id]
    assert "第1" in said.about


def test_what_lasts_over_two_closed_quarters_makes_a_version_of_each(desk: Desk) -> None:
    desk.now = "2023-06-20 10:00"
    people = [{"id": desk.cast[name]} for name in ("甲四", "甲五")]
    training = desk.record(
        "training", title="党务培训", organizer="上级党委", period={"from": "2023-06-25", "to": "2023-07-05"},
        trainees=people,
    )  # fmt: skip
    close(desk, Q2, "2023-07-12 09:00")
    close(desk)
    row = correct(desk, "entry", training, "trainees", people[:1])
    assert row.version == 2
    found = desk.session.scalars(select(Correction).order_by(Correction.id)).all()
    assert [(one.version, one.new) for one in found] == [(2, row.new)] * 2
    assert versions.newest(desk.session, desk.branch_id, [Q2, Q3]) == {Q2: "v2", Q3: "v2"}
    for quarter in (Q2, Q3):
        draft = figure(desk.session, desk.branch_id, "trainings", quarter, "draft")
        assert figure(desk.session, desk.branch_id, "trainings", quarter) == draft


def test_a_day_stays_in_its_quarter_or_goes_into_one_that_is_open(desk: Desk) -> None:
    visit = desk.record("guidance", org="甲支部", on="2023-08-11")
    close(desk, Q2)
    close(desk)
    with refused(fields.ELSEWHERE), desk.session.begin_nested():
        correct(desk, "entry", visit, "on", "2023-06-11")
    with refused("不能晚于今天"), desk.session.begin_nested():
        correct(desk, "entry", visit, "on", "2023-12-11")
    correct(desk, "entry", visit, "on", "2023-08-18")
    assert figure(desk.session, desk.branch_id, "guidance.times") == 1
    correct(desk, "entry", visit, "on", "2023-10-08")
    assert figure(desk.session, desk.branch_id, "guidance.times") == 0
    assert figure(desk.session, desk.branch_id, "guidance.times", Q4) == 1
    with refused("不在第三季度的数据中"):
        correct(desk, "entry", visit, "org", "丙支部")


def test_what_waits_to_be_closed_or_came_too_late_is_not_corrected(desk: Desk) -> None:
    visit = desk.record("guidance", org="甲支部", on="2023-08-11")
    with refused("尚未定稿"):
        correct(desk, "entry", visit, "org", "乙支部")
    desk.now = CLOSED
    late = desk.record("guidance", org="丙支部", on="2023-08-14")
    close(desk)
    with refused(fields.COMES_LATE):
        correct(desk, "entry", late, "org", "乙支部")
    # Once it counts it is changed by a correction alone.
    [row] = corrections.admit(desk.session, desk.me, Q3, [f"entry.{late}"], "补报", FIGURES, local(LATER), SHANGHAI)
    assert row.version == 2
    with pytest.raises(Closed), desk.session.begin_nested():
        desk.change(late, "org", "乙支部", "有误")
    assert correct(desk, "entry", late, "org", "乙支部").version == 3


def test_the_rules_of_the_register_hold(desk: Desk) -> None:
    """Nothing is emptied that is needed, nothing contradicts itself; and nothing is written."""
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20"])
    visit = desk.record("guidance", org="甲支部", on="2023-08-11")
    close(desk)
    for table, of, key, value, said in (
        ("entry", visit, "org", None, "请先填写"),
        ("entry", visit, "nothing", "x", corrections.GONE),
        ("entry", 0, "org", "x", "没有找到"),
        ("entry_row", 10**6, "problem", "x", "没有找到"),
        ("person", 1, "name", "x", "没有找到"),
        ("activity", 10**6, "hours", 1, corrections.GONE),
    ):
        with refused(said), desk.session.begin_nested():
            correct(desk, table, of, key, value)
    assert len(frozen(desk)) == 1
    row = desk.view(number).rows[0]
    correct(desk, "entry_row", row.id, "category", "political_life")
    assert desk.view(number).rows[0].fields["category"] == "political_life"


def held(desk: Desk, day: str, hours: str = "2", status: ActivityStatus = ActivityStatus.HELD) -> Activity:
    start = local(f"{day} 14:30")
    row = Activity(
        branch_id=desk.branch_id, title="主题党日", status=status, planned_on=start.date(), start_at=start,
        end_at=local(f"{day} 16:30"), hours=Decimal(hours), created_by_id=desk.me.id, created_at=start,
        settled_at=start,
    )  # fmt: skip
    desk.session.add(row)
    desk.session.flush()
    return row


def test_an_activity_keeps_its_hours_of_the_day(desk: Desk) -> None:
    meeting = held(desk, "2023-09-22")
    planned = held(desk, "2023-09-23", status=ActivityStatus.CANCELLED)
    close(desk)
    assert correct(desk, "activity", meeting.id, "hours", 3.5).version == 2
    assert meeting.hours == Decimal("3.5")
    correct(desk, "activity", meeting.id, "date", "2023-09-21")
    assert meeting.start_at.astimezone(SHANGHAI) == local("2023-09-21 14:30")
    assert meeting.end_at.astimezone(SHANGHAI) == local("2023-09-21 16:30")
    for key, value, said in (
        ("date", "2023-06-21", fields.ELSEWHERE),
        ("hours", 101, "学时应为0至100"),
        ("title", None, "请先填写标题"),
        ("place", "x", corrections.GONE),
    ):
        with refused(said), desk.session.begin_nested():
            correct(desk, "activity", meeting.id, key, value)
    with refused(corrections.GONE):
        correct(desk, "activity", planned.id, "hours", 1)
    listed = fields.listed(desk.session, desk.me, Q3, SHANGHAI)
    assert listed["activity"].places == [("activity", meeting.id)]


@pytest.mark.parametrize("duty", [Duty.ORGANIZATION_OFFICER, Duty.DEPUTY_SECRETARY, None])
def test_nobody_else_corrects_and_no_other_branch(desk: Desk, duty: Duty | None) -> None:
    visit = desk.record("guidance", org="甲支部", on="2023-08-11")
    close(desk)
    before = frozen(desk)
    someone = Me(desk.cast["甲二"], "甲二", desk.branch_id, 1, frozenset({duty} if duty else ()), frozenset())
    with refused(NO_RIGHT):
        correct(desk, "entry", visit, "org", "乙支部", me=someone)
    other = Organisation(kind=OrganisationKind.BRANCH, name="别的支部", settings={}, created_at=local(CLOSED))
    desk.session.add(other)
    desk.session.flush()
    stranger = Me(99999, "外人", other.id, None, frozenset({Duty.SECRETARY}), frozenset())
    with pytest.raises(Refusal), desk.session.begin_nested():
        correct(desk, "entry", visit, "org", "乙支部", me=stranger)
    assert frozen(desk) == before
    assert desk.view(visit).fields["org"] == "甲支部"


def test_an_erased_name_stands_in_no_correction(desk: Desk) -> None:
    visit = desk.record("guidance", org="甲五工作室", on="2023-08-11")
    training = desk.record(
        "training", title="培训", organizer="上级", period={"from": "2023-07-03", "to": "2023-07-05"},
        trainees=[{"id": desk.cast["甲五"]}, {"id": desk.cast["甲四"]}],
    )  # fmt: skip
    close(desk)
    row = correct(desk, "entry", visit, "org", "甲支部")
    other = correct(desk, "entry", training, "trainees", [{"id": desk.cast["甲四"]}])
    bytes_before = frozen(desk)
    now: datetime = local("2023-10-17 09:00")
    erasure.erase(desk.session, desk.me, desk.cast["甲五"], date(2023, 10, 17), now)
    desk.session.expire_all()
    said = fields.in_words(desk.session, desk.branch_id, [row, other], SHANGHAI)
    assert not any("甲五" in text for one in said.values() for text in (one.about, one.old, one.new))
    assert "已注销" in said[other.id].old
    assert frozen(desk) == bytes_before
