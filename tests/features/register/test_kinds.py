"""What single kinds count beyond the plain: days that last, people and hours, choices, first placements."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from bot.features.register import entries, seeking, undoing
from bot.features.register.figures import figures as register_figures
from bot.features.register.rules import words_of
from bot.features.register.values import Called, Owner
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.engine import Storage
from storage.models.entry import Entry
from storage.models.organisation import Organisation
from storage.models.person import RosterSpan
from tests.features.register.desk import Q3, SHANGHAI, Desk, local

Q2, Q4 = Period.of(Quarter(2023, 2)), Period.of(Quarter(2023, 4))
YEAR = Period(Quarter(2023, 1).start, Quarter(2024, 1).start)
LATER = "2024-02-01 09:00"


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def people(desk: Desk, *names: str) -> list[dict[str, Any]]:
    return [{"id": desk.cast[name]} if name in desk.cast.people else {"name": name} for name in names]


def figures(desk: Desk, beginning: str, period: Period = Q3, now: str = LATER) -> dict[str, Any]:
    """What is not nothing, by the rest of its name."""
    found = desk.count(period, now).items()
    return {name.removeprefix(f"{beginning}."): one for name, one in found if name.startswith(beginning) and one}


def test_hours_are_of_each_and_the_share_is_of_the_roster(desk: Desk) -> None:
    for on, who, hours in (
        ("2023-08-05", ("甲四", "甲五"), 1.5),
        ("2023-08-06", ("甲五",), 2),
        ("2023-08-07", ("丙四",), None),
    ):
        given = {"hours": hours, "beneficiaries": 30} if hours else {}
        desk.record("volunteer_service", kind="community", on=on, participants=people(desk, *who), **given)
    found = figures(desk, "volunteer_service")
    assert found == {
        "times": 3, "person_times": 4, "people": 3, "hours": 5, "beneficiaries": 60, "share": 12.0,
    }  # fmt: skip


def test_who_is_honoured_and_by_whom(desk: Desk) -> None:
    usual = {"issuer": "某局", "level": "county", "kind": "honour", "issued_on": "2023-08-01"}
    desk.record("award", title="先进支部", holder_kind="branch", **usual)
    desk.record("award", title="优秀党员", holder_kind="person", holders=people(desk, "甲四", "甲五"), **usual)
    desk.record(
        "award", title="优秀党务工作者", holder_kind="person", holders=people(desk, "甲四"), **usual | {"kind": "prize"}
    )
    desk.record("award", title="先进党委", holder_kind="superior", **usual)
    desk.record("award", title="五星支部", holder_kind="branch", **usual | {"kind": "star_grade"})
    assert figures(desk, "awards") == {
        "items": 3, "by_level.county": 3, "by_holder.branch": 1, "by_holder.person": 2, "by_holder.superior": 1,
        "person_times": 3, "people": 2, "superior": 1,
    }  # fmt: skip


def test_what_lasts_is_read_on_the_last_day_and_ends_on_the_day_after_its_last(desk: Desk) -> None:
    """Ended with June: in the third quarter it has ended, and in the second it was open to its end. What began in the
    first came too late to be new there.
    """
    desk.now = "2023-07-02 10:00"
    desk.record(
        "pairing",
        kind="person",
        target="庚一",
        who=people(desk, "甲四"),
        span={"from": "2023-01-01", "to": "2023-07-01"},
    )
    desk.record(
        "pairing",
        kind="village",
        target="某村",
        who=people(desk, "甲四", "甲五"),
        span={"from": "2023-05-01", "to": None},
    )
    assert figures(desk, "pairings", Q2) == {
        "open": 2,
        "by_kind.person": 1,
        "by_kind.village": 1,
        "people": 2,
        "new": 1,
    }
    assert figures(desk, "pairings") == {"open": 1, "by_kind.village": 1, "people": 2, "ended": 1}
    assert figures(desk, "pairings", YEAR) == {"open": 1, "by_kind.village": 1, "people": 2, "new": 1, "ended": 1}


def test_a_video_counts_where_it_was_first_shown_and_its_placements_each(desk: Desk) -> None:
    number = desk.record("short_video", title="微视频", completed_on="2023-08-01")
    desk.add(number, "placements", platform="公众号", on="2023-08-02")
    desk.now = "2023-10-15 10:00"
    desk.add(number, "placements", platform="晨报", on="2023-10-11")
    found = [figures(desk, "publications.short_video", period) for period in (Q3, Q4, YEAR)]
    assert [one.get("pieces", 0) for one in found] == [1, 0, 1]
    assert [one["placements"] for one in found] == [1, 1, 2]
    assert found[2]["platforms"] == ["公众号", "晨报"]


def test_an_earlier_placement_that_was_removed_is_no_first_one(desk: Desk) -> None:
    number = desk.record("short_video", title="微视频", completed_on="2023-05-01")
    wrong = desk.add(number, "placements", platform="晨报", on="2023-06-01")
    desk.add(number, "placements", platform="公众号", on="2023-08-02")
    assert figures(desk, "publications.short_video").get("pieces", 0) == 0
    desk.remove(number, wrong, "有误")
    assert figures(desk, "publications.short_video")["pieces"] == 1


def test_families_are_households_and_the_others_people(desk: Desk) -> None:
    for on, visits in (
        ("2023-07-01", [("庚一", "old_member"), ("甲五", "sick"), ("辛家", "family")]),
        ("2023-08-01", [("庚一", "old_member")]),
    ):
        number = desk.record("condolence", occasion="july_first", on=on)
        for who, category in visits:
            desk.add(number, "recipients", who=people(desk, who), category=category)
    assert figures(desk, "condolences") == {
        "times": 2, "recipients": 2, "households": 1, "recipient_times": 4, "by_category.old_member": 1,
        "by_category.sick": 1, "by_category.family": 1,
    }  # fmt: skip


def test_a_planned_inspection_counts_once_it_was_held(desk: Desk) -> None:
    whole = {"kind": "half_year", "targets": ["甲支部", "乙支部"], "period": {"from": "2023-08-20", "to": "2023-08-22"}}
    number = desk.record("inspection", **whole)
    assert figures(desk, "inspections.") == {}
    desk.now = "2023-08-22 10:00"
    desk.put(number, "held", "2023-08-22")
    assert figures(desk, "inspections.") == {
        "inspections.held": 1,
        "inspections.by_kind.half_year": 1,
        "inspections.targets": 2,
    }


def test_answers_are_of_what_was_collected(desk: Desk) -> None:
    ids = [
        desk.record("suggestion", direction=one, text="内容", on="2023-08-01")
        for one in ("collected", "collected", "submitted")
    ]
    desk.put(ids[0], "adopted", "2023-08-10")
    assert figures(desk, "suggestions") == {
        "collected": 2,
        "submitted": 1,
        "answered": 1,
        "adopted": 1,
        "answer_rate": 50.0,
    }


def test_own_courses_are_held_and_those_of_others_attended(desk: Desk) -> None:
    for organizer in ("own_branch", "joint", "superior", "other_branch"):
        period = {"from": "2023-08-01", "to": "2023-08-04"}
        desk.record("training", title=organizer, period=period, organizer=organizer, trainees=people(desk, "甲四"))
    assert figures(desk, "trainings") == {"held": 2, "attended": 2, "person_times": 4, "people": 1}


def test_one_copy_is_handed_on_unless_more_are_said(desk: Desk) -> None:
    for quantity in (None, 3):
        desk.record("submission", title="材料", to="某委", on="2023-08-01", kind="report", quantity=quantity)
    assert figures(desk, "submissions") == {"items": 2, "quantity": 4, "by_kind.report": 2}


def test_projects_stand_as_they_stood_on_the_last_day(desk: Desk) -> None:
    """Three known since July, one since October; what was moved off the list is on it no more (S23)."""
    group = Owner(group_id=desk.cast.groups["第一党小组"])
    known = {"owner": group, "since": "2023-07-05"}
    ids = [desk.record("practical_project", title=title, due_on="2023-09-20", **known) for title in ("甲", "乙", "丙")]
    desk.put(ids[0], "in_progress", "2023-07-10")
    desk.put(ids[0], "completed", "2023-08-01")
    desk.put(ids[1], "in_progress", "2023-08-11")
    assert figures(desk, "projects") == {
        "listed": 3, "completed": 1, "in_progress": 1, "not_started": 1, "effective": 3, "advanced": 2, "overdue": 2,
        "advance_rate": Decimal("66.7"), "completion_rate": Decimal("33.3"),
    }  # fmt: skip
    desk.now = "2023-10-05 10:00"
    desk.put(ids[2], "cancelled", "2023-10-04", reason="并入其他项目")
    desk.record("practical_project", title="丁", owner=group, since="2023-10-01")
    desk.change(ids[0], "to", "2023-10-05", "完成后移出")
    assert figures(desk, "projects")["listed"] == 3
    assert figures(desk, "projects", Q4) == {
        "listed": 3, "in_progress": 1, "not_started": 1, "cancelled": 1, "effective": 2, "advanced": 1, "overdue": 1,
        "advance_rate": 50.0,
    }  # fmt: skip


def test_a_project_is_there_since_the_day_that_is_said_not_that_of_the_typing(desk: Desk) -> None:
    desk.now = "2023-10-08 10:00"
    for since in ("2023-09-30", "2023-10-01"):
        desk.record("practical_project", title=since, owner=Owner(name="甲单位"), since=since)
    assert (figures(desk, "projects")["listed"], figures(desk, "projects", Q4)["listed"]) == (1, 2)


def test_tasks_are_counted_by_their_class(desk: Desk) -> None:
    for code in ("key", "key", "routine"):
        plan = {"plan": "计划", "owner": Owner(name="甲单位"), "due_on": "2023-12-31", "since": "2023-07-01"}
        number = desk.record("task_item", title="任务", **plan, **{"class": code})
        if code == "routine":
            desk.put(number, "completed", "2023-08-10")
    assert figures(desk, "task_items") == {
        "listed": 3, "completed": 1, "not_started": 2, "effective": 3, "by_class.key.listed": 2,
        "by_class.routine.listed": 1, "by_class.routine.completed": 1, "completion_rate": Decimal("33.3"),
    }  # fmt: skip


def test_indicators_are_of_the_year_of_the_last_day(desk: Desk) -> None:
    for year in (2022, 2023, 2023):
        number = desk.record("assessment_item", year=year, indicator="指标", target="目标", since="2023-01-01")
    desk.put(number, "on_track", "2023-08-01")
    assert figures(desk, "assessment") == {
        "items": 2, "pending": 1, "on_track": 1, "progressing": 1, "on_track_rate": 50.0,
    }  # fmt: skip


def test_papers_are_expected_of_the_months_that_have_ended(desk: Desk) -> None:
    """Two kinds a month, as the settings say; the third is nobody's lack (S31)."""
    for month, code in (("2023-07", "minutes"), ("2023-07", "minutes"), ("2023-07", "rectification_evidence")):
        desk.record("document", month=month, kind=code, paper=True)
    found = figures(desk, "documents", now="2023-09-15 09:00")
    assert found == {
        "expected": 4, "present": 1, "rate": 25.0,
        "missing": [["2023-07", "monthly_ledger"], ["2023-08", "minutes"], ["2023-08", "monthly_ledger"]],
    }  # fmt: skip
    assert figures(desk, "documents")["expected"] == 6
    with pytest.raises(Refusal, match="附件或有纸质资料"):
        desk.record("document", month="2023-08", kind="minutes", paper=False)


def test_no_paper_is_missing_of_a_month_before_the_branch_had_anybody(desk: Desk) -> None:
    """On its last day; what is there of such a month is there all the same."""
    desk.session.execute(update(RosterSpan).values(from_on=date(2023, 8, 31)))
    missing = [["2023-08", "minutes"], ["2023-08", "monthly_ledger"], ["2023-09", "minutes"],
               ["2023-09", "monthly_ledger"]]  # fmt: skip
    assert figures(desk, "documents") == {"expected": 4, "missing": missing}
    assert figures(desk, "documents", Q2) == {}
    desk.session.execute(update(RosterSpan).values(from_on=date(2023, 9, 1)))
    desk.record("document", month="2023-07", kind="minutes", paper=True)
    assert figures(desk, "documents") == {"expected": 3, "present": 1, "rate": Decimal("33.3"), "missing": missing[2:]}
    desk.session.execute(update(RosterSpan).values(to_on=date(2023, 9, 30)))
    assert figures(desk, "documents") == {"expected": 1, "present": 1, "rate": 100.0}


def test_a_topic_counts_in_every_period_in_which_it_was_open(desk: Desk) -> None:
    usual = {"established_on": "2023-02-01", "own_branch": True}
    desk.record("research_topic", title="甲", **usual, report_on="2023-08-10", recommended_on="2023-08-11")
    desk.record("research_topic", title="乙", **usual, closed_on="2023-06-30")
    desk.record("research_topic", title="丙", **usual, closed_on="2023-07-01")
    assert figures(desk, "research") == {"topics": 2, "reports": 1, "own_recommended": 1}
    assert figures(desk, "research", YEAR)["topics"] == 3
    words = [words_of(desk.view(one), None, Called())["state"] for one in (1, 2)]
    assert words == ["在研", "已结题"]


def test_a_unit_that_passed_one_stage_twice_counts_once_and_one_without_a_name_for_itself(desk: Desk) -> None:
    usual = {"type": "学习型", "own_branch": False, "on": "2023-08-01", "stage_check": "passed"}
    for unit, stage in (("甲局", "stage"), ("甲 局", "stage"), ("甲局", "final"), (None, "stage"), (None, "stage")):
        desk.record("model_unit", unit=unit, stage=stage, **usual)
    desk.record("model_unit", **usual | {"stage_check": "failed"}, unit="乙局", stage="stage")
    assert desk.count()["model_units_passed"] == 4


def test_the_stars_are_those_of_the_newest_grade_that_holds(desk: Desk) -> None:
    usual = {"issuer": "某局", "level": "county", "kind": "star_grade", "holder_kind": "branch", "title": "星级支部"}
    assert desk.count()["awards.star_grade"] is None
    desk.record("award", **usual, issued_on="2022-03-01", stars=5)
    desk.record("award", **usual, issued_on="2023-03-01", stars=4, to="2023-09-01")
    desk.record("award", **usual | {"holder_kind": "superior"}, issued_on="2023-07-01", stars=3)
    assert (desk.count(Q2, LATER)["awards.star_grade"], desk.count(now=LATER)["awards.star_grade"]) == (None, 5)
    assert desk.behind("awards.star_grade", now=LATER) == 1


BALLOT = {
    "kind": "general", "body": "members_meeting", "on": "2023-08-01", "seats": 2, "electors": 20, "present": 19,
    "issued": 19, "returned": 19, "valid": 18,
}  # fmt: skip


def elect(desk: Desk, *votes: int, **other: Any) -> list[str]:
    number = desk.record("election", **BALLOT | other)
    names = list(desk.cast.people)
    for name, many in zip(names, votes, strict=False):
        desk.add(number, "candidates", person=people(desk, name), votes=many)
    return [row.fields["elected"] for row in desk.view(number).of("candidates")]


def test_more_than_half_of_those_present_elect_and_a_tie_at_the_last_seat_nobody(desk: Desk) -> None:
    assert elect(desk, 18, 10, 9) == ["yes", "yes", "no"]
    assert elect(desk, 18, 12, 12, on="2023-08-02") == ["yes", "tied", "tied"]
    assert elect(desk, 12, 12, 18, 13, on="2023-08-03") == ["no", "no", "yes", "yes"]
    assert elect(desk, 18, returned=20, on="2023-08-04") == ["no"]
    assert elect(desk, 9, body="committee_meeting", kind="by_election") == ["no"]
    assert figures(desk, "elections") == {
        "held": 3, "invalid": 1, "by_kind.general": 3, "by_kind.by_election": 1, "elected": 5,
    }  # fmt: skip


def test_a_candidate_that_is_removed_leaves_the_seat_to_the_next(desk: Desk) -> None:
    number = desk.record("election", **BALLOT | {"seats": 1})
    first, _ = (desk.add(number, "candidates", person=people(desk, one), votes=10 + at) for at, one in NAMED)
    assert [row.fields["elected"] for row in desk.view(number).of("candidates")] == ["no", "yes"]
    [_, second] = desk.view(number).of("candidates")
    desk.remove(number, second.id, "有误")
    assert [row.fields["elected"] for row in desk.view(number).of("candidates")] == ["yes"]
    desk.change(number, "present", 20, "数错", 0)
    assert [row.fields["elected"] for row in desk.view(number).of("candidates")] == ["no"]
    assert first


SLIPS = [
    ({"seats": 0}, "应选名额至少为1。"),
    ({"present": 21}, "实到（21）不能多于应到（20）。"),
    ({"electors": 18}, "实到（19）不能多于应到（18）。"),
]


@pytest.mark.parametrize(("other", "said"), SLIPS)
def test_an_election_that_contradicts_itself_is_neither_recorded_nor_changed_into(
    desk: Desk, other: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        desk.record("election", **BALLOT | other)
    number = desk.record("election", **BALLOT)
    [(key, value)] = other.items()
    with pytest.raises(Refusal, match=said):
        desk.change(number, key, value)


def test_ballots_that_do_not_fit_together_are_an_invalid_election_and_no_slip(desk: Desk) -> None:
    for other in ({"returned": 20, "issued": 20}, {"issued": 18}, {"valid": 20}):
        number = desk.record("election", **BALLOT | other)
        assert desk.view(number).fields["outcome"] == "no", other


def test_no_candidate_stands_twice_or_has_more_votes_than_there_are(desk: Desk) -> None:
    number = desk.record("election", **BALLOT)
    first = desk.add(number, "candidates", person=people(desk, "甲四"), votes=18)
    second = desk.add(number, "candidates", person=people(desk, "甲五"), votes=0)
    twice, many = "同一位同志不能在候选人中登记两次。", "得票（19）不能多于有效票（18）。"
    with pytest.raises(Refusal, match=twice):
        desk.add(number, "candidates", person=people(desk, "甲四"), votes=1)
    with pytest.raises(Refusal, match=many):
        desk.add(number, "candidates", person=people(desk, "甲六"), votes=19)
    with pytest.raises(Refusal, match=twice):
        desk.change(number, "person", people(desk, "甲四"), row=second)
    with pytest.raises(Refusal, match=many):
        desk.change(number, "votes", 19, row=second)
    with pytest.raises(Refusal, match="得票（18）不能多于有效票（17）。"):
        desk.change(number, "valid", 17)
    # Who was removed may be entered again, and does not come back beside it.
    gone = desk.remove(number, first)
    desk.add(number, "candidates", person=people(desk, "甲四"), votes=10)
    with pytest.raises(Refusal, match=twice):
        undoing.undo(desk.session, desk.me, "c", gone, local(desk.now), SHANGHAI)


def test_a_change_is_not_taken_back_to_what_contradicts_what_came_since(desk: Desk) -> None:
    number = desk.record("election", **BALLOT)
    change = desk.change(number, "valid", 19)
    desk.add(number, "candidates", person=people(desk, "甲四"), votes=19)
    with pytest.raises(Refusal, match="得票（19）不能多于有效票（18）。"):
        undoing.undo(desk.session, desk.me, "c", change, local(desk.now), SHANGHAI)


def test_of_what_contradicts_itself_already_anything_else_may_be_put_right(desk: Desk) -> None:
    """As an archive may bring it."""
    number = desk.record("election", **BALLOT)
    desk.session.execute(update(Entry).where(Entry.id == number).values(fields=BALLOT | {"electors": 10}))
    desk.session.expire_all()
    desk.change(number, "valid", 17)
    desk.change(number, "electors", 19)
    assert desk.view(number).fields["electors"] == 19


def test_who_is_graded_stands_once_and_who_was_visited_as_often_as_that_was(desk: Desk) -> None:
    number = desk.record("appraisal", year=2022, on="2023-08-01")
    desk.add(number, "grades", person=people(desk, "甲四"), grade="excellent")
    with pytest.raises(Refusal, match="同一位同志不能在评议结果中登记两次。"):
        desk.add(number, "grades", person=people(desk, "甲四"), grade="qualified")
    with pytest.raises(Refusal, match="优秀比例上限（%）最多为100。"):
        desk.change(number, "share", 101)
    visit = desk.record("condolence", on="2023-08-01", occasion="illness", visitors=people(desk, "甲一"))
    for category in ("sick", "hardship"):
        desk.add(visit, "recipients", who=people(desk, "甲四"), category=category)
    assert len(desk.view(visit).of("recipients")) == 2


EARLIER = [
    ("practical_project", {"title": "延时服务", "owner": Owner(name="甲支部"), "since": "2023-08-05"}, "to",
     "移出清单日期不能早于列入日期（2023年8月5日）。"),
    ("research_topic", {"title": "课题", "own_branch": True, "established_on": "2023-08-05"}, "closed_on",
     "结题日期不能早于立项日期（2023年8月5日）。"),
    ("award", {"title": "星级", "kind": "star_grade", "level": "county", "holder_kind": "branch", "issuer": "某局",
               "issued_on": "2023-08-05"}, "to", "失效日期不能早于"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "key", "said"), EARLIER, ids=[one[0] for one in EARLIER])
def test_nothing_ends_before_it_began(desk: Desk, kind: str, values: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        desk.record(kind, **values, **{key: "2023-08-04"})
    number = desk.record(kind, **values)
    with pytest.raises(Refusal, match=said):
        desk.change(number, key, "2023-08-04")
    desk.change(number, key, "2023-08-05")
    assert desk.view(number).fields[key] == "2023-08-05"


def test_what_was_put_down_as_begun_earlier_may_end_earlier(desk: Desk) -> None:
    """A later state moves no beginning, an earlier one that of what was typed today."""
    number = desk.record("task_item", plan="三年方案", title="任务", owner=Owner(name="甲支部"),
                         due_on="2023-09-30", since="2023-08-05", **{"class": "key"})  # fmt: skip
    desk.put(number, "in_progress", "2023-08-08")
    with pytest.raises(Refusal, match="移出清单日期不能早于列入日期（2023年8月5日）。"):
        desk.change(number, "to", "2023-08-04")
    desk.change(number, "to", "2023-08-06")


NAMED = ((0, "甲四"), (1, "甲五"))


def grade(desk: Desk, *grades: str, share: int | None = 15) -> int:
    number = desk.record("appraisal", year=2022, on="2023-08-01", share=share)
    for name, code in zip(desk.cast.people, grades, strict=False):
        desk.add(number, "grades", person=people(desk, name), grade=code)
    return number


def test_more_excellent_ones_than_the_share_are_not_fixed(desk: Desk) -> None:
    number = grade(desk, "excellent", "excellent", *["qualified"] * 8, "not_graded", share=15)
    with pytest.raises(Refusal, match="优秀最多1名（10人的15%），现为2名。"):
        desk.put(number, "confirmed", "2023-08-02")
    unchecked = grade(desk, "excellent", share=None)
    desk.put(unchecked, "confirmed", "2023-08-02")
    assert figures(desk, "appraisal") == {
        "appraised": 11, "excellent": 3, "qualified": 8, "not_graded": 1, "excellent_limit": 1,
    }  # fmt: skip


def limit(desk: Desk, share: int | None) -> None:
    desk.session.get_one(Organisation, desk.branch_id).settings = {"appraisal_excellent_share": share}
    desk.session.flush()


def test_what_the_branch_has_set_is_the_share_of_an_appraisal_that_says_none(desk: Desk) -> None:
    """47 people and 15 per cent are 7; a share that was typed is that of this appraisal."""
    limit(desk, 15)
    number = desk.record("appraisal", year=2022, on="2023-08-01")
    assert desk.view(number).fields["share"] == 15
    for at in range(47):
        who = [{"name": f"党员{at}"}]
        desk.add(number, "grades", person=who, grade="excellent" if at < 8 else "qualified")
    with pytest.raises(Refusal, match=r"^优秀最多7名（47人的15%），现为8名。$"):
        desk.put(number, "confirmed", "2023-08-02")
    with pytest.raises(Refusal, match=r"^优秀最多7名（47人的15%），现为8名。$"):
        desk.put(number, "informed", "2023-08-02")
    [*_, last] = [row for row in desk.view(number).of("grades") if row.fields["grade"] == "excellent"]
    desk.change(number, "grade", "not_graded", row=last.id)
    with pytest.raises(Refusal, match=r"^优秀最多6名（46人的15%），现为7名。$"):
        desk.put(number, "confirmed", "2023-08-02")
    typed = desk.record("appraisal", year=2022, on="2023-08-03", share=100)
    desk.add(typed, "grades", person=people(desk, "甲四"), grade="excellent")
    desk.put(typed, "confirmed", "2023-08-04")
    assert desk.view(typed).fields["share"] == 100


def test_a_share_that_was_set_meanwhile_holds_for_what_is_fixed_then(desk: Desk) -> None:
    number = grade(desk, "excellent", "qualified", share=None)
    limit(desk, 50)
    step = desk.put(number, "confirmed", "2023-08-02")
    assert desk.view(number).fields["share"] == 50
    undoing.undo(desk.session, desk.me, "s", step, local(desk.now), SHANGHAI)
    assert "share" not in desk.view(number).fields
    limit(desk, None)
    desk.put(number, "confirmed", "2023-08-02")
    assert "share" not in desk.view(number).fields


def test_what_is_fixed_does_not_come_above_the_share_afterwards(desk: Desk) -> None:
    number = grade(desk, "excellent", "qualified", share=50)
    desk.put(number, "confirmed", "2023-08-02")
    _, second = desk.view(number).of("grades")
    with pytest.raises(Refusal, match=r"^优秀最多1名（2人的50%），现为2名。$"):
        desk.change(number, "grade", "excellent", row=second.id)
    with pytest.raises(Refusal, match=r"^优秀最多0名（2人的49%），现为1名。$"):
        desk.change(number, "share", 49)
    with pytest.raises(Refusal, match=r"^优秀最多0名（1人的50%），现为1名。$"):
        desk.remove(number, second.id)
    desk.add(number, "grades", person=people(desk, "丙四"), grade="qualified")
    desk.remove(number, second.id)
    assert figures(desk, "appraisal") == {"appraised": 2, "excellent": 1, "qualified": 1, "excellent_limit": 1}


def test_a_grade_is_the_secretary_s_until_it_is_told_and_then_of_whom_it_is(desk: Desk) -> None:
    number = grade(desk, "qualified", *["qualified"] * 4)
    day = date(2023, 8, 11)
    for state in ("confirmed", "informed"):
        for name in ("甲二", "甲四"):
            with pytest.raises(Refusal):
                entries.find(desk.session, desk.cast.me(desk.session, name, day), number, day)
        desk.put(number, state, "2023-08-11")
    four = entries.find(desk.session, desk.cast.me(desk.session, "甲四", day), number, day)
    assert [row.fields["person"] for row in four.rows if row.id not in four.hidden] == [people(desk, "甲四")]
    with pytest.raises(Refusal):
        # The leader of a group, who is graded by nobody here, does not see the own people's grades.
        entries.find(desk.session, desk.cast.me(desk.session, "乙一", day), number, day)


def test_grades_are_told_to_nobody_but_the_secretary(desk: Desk) -> None:
    grade(desk, "qualified")
    day = date(2023, 8, 11)
    for name, told in (("甲一", True), ("甲二", False), ("甲三", False)):
        me = desk.cast.me(desk.session, name, day)
        seen = {one.path for one in register_figures(desk.session, desk.branch_id) if one.told_to(me)}
        assert ("appraisal.excellent" in seen) is told
        assert "guidance.times" in seen


def test_what_a_report_lists_is_of_its_quarter(desk: Desk) -> None:
    desk.now = "2023-10-09 10:00"
    for quarter in ("2023Q2", "2023Q3", "2023Q3"):
        desk.record("issue", quarter=quarter, text="问题")
        number = desk.record("plan_item", quarter=quarter, text="计划")
    desk.put(number, "completed", "2023-10-09")
    assert (desk.count(now=LATER)["issues"], desk.count(now=LATER)["next_quarter_plan"]) == (2, 2)
    assert figures(desk, "plan_progress", Q4) == {"items": 2, "completed": 1}
    assert desk.count(YEAR, LATER)["issues"] == 0


def test_note_and_files_of_a_visit_are_not_for_whom_a_row_names(desk: Desk) -> None:
    """They may be about another one; who made the visit sees all of it."""
    file = {"kind": "document", "file_id": "F", "file_unique_id": "U", "name": "困难证明.pdf"}
    number = desk.record(
        "condolence",
        occasion="illness",
        on="2023-08-01",
        visitors=people(desk, "甲七"),
        note="甲五患重病",
        files=[file],
    )
    for who in ("甲五", "甲四"):
        desk.add(number, "recipients", who=people(desk, who), category="sick")
    day = date(2023, 8, 11)
    for name, shown in (("甲四", False), ("甲七", True), ("甲二", True)):
        me = desk.cast.me(desk.session, name, day)
        seen = entries.find(desk.session, me, number, day)
        assert ("note" in seen.fields, "files" in seen.fields) == (shown, shown)
        found, _ = seeking.holding(desk.session, me, "重病", day)
        assert bool(found) is shown


def test_a_project_is_in_no_state_before_it_was_on_the_list(desk: Desk) -> None:
    number = desk.record("practical_project", title="甲", owner=Owner(name="甲单位"), since="2023-07-05")
    with pytest.raises(Refusal, match="日期不能早于2023年7月5日"):
        desk.put(number, "completed", "2023-06-01")
