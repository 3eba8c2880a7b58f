"""What minutes lack, and when they are due: plain values."""

from dataclasses import replace
from datetime import date

import pytest

from bot.features.minutes import lines, rules
from bot.features.minutes.rules import Facts, Found, Speech, Task, Written
from bot.kit.refusal import Refusal
from bot.kit.templates import Template
from scheduler.calendar.days import BUNDLED
from storage.choices import ActivityStatus, ActivityType, MinutesForm, Organizer, Scope

TODAY = date(2023, 9, 25)
KNOWN = Facts(ActivityType.MEMBERS_MEETING, "会议室", "甲一", "甲二", settled=True)
SAID = Written(agenda=("听取汇报",), speeches=(Speech("同意"),), resolutions=("通过",))


@pytest.mark.parametrize(
    ("ended", "days", "due"),
    [
        (date(2023, 7, 7), ["2023-07-10", "2023-07-12"], "2023-07-12"),
        # A Friday before the long holiday.
        (date(2023, 9, 28), ["2023-10-07", "2023-10-09"], "2023-10-09"),
    ],
)
def test_one_is_asked_on_the_first_and_the_third_working_day(ended: date, days: list[str], due: str) -> None:
    asked = rules.asked(ended, BUNDLED)
    assert ([day.isoformat() for day in asked.days], asked.due.isoformat()) == (days, due)


@pytest.mark.parametrize(
    ("status", "organizer", "scope", "asked"),
    [
        (ActivityStatus.HELD, Organizer.OWN_BRANCH, Scope.BRANCH, True),
        (ActivityStatus.HELD, Organizer.JOINT, Scope.NAMED, True),
        (ActivityStatus.PLANNED, Organizer.OWN_BRANCH, Scope.GROUP, True),
        (ActivityStatus.CANCELLED, Organizer.OWN_BRANCH, Scope.BRANCH, False),
        (ActivityStatus.POSTPONED, Organizer.OWN_BRANCH, Scope.BRANCH, False),
        (ActivityStatus.HELD, Organizer.SUPERIOR, Scope.BRANCH, False),
        (ActivityStatus.HELD, Organizer.OTHER_BRANCH, Scope.BRANCH, False),
        (ActivityStatus.HELD, Organizer.OWN_BRANCH, Scope.DELEGATED, False),
    ],
)
def test_of_what_they_are_asked(status: ActivityStatus, organizer: Organizer, scope: Scope, asked: bool) -> None:
    assert rules.is_asked_of(status, organizer, scope) is asked


@pytest.mark.parametrize(
    ("written", "facts", "lacks"),
    [
        (SAID, KNOWN, []),
        (Written(), Facts(ActivityType.MEMBERS_MEETING),
         ["地点", "主持人", "记录人", "考勤登记", "议程", "发言要点", "决议"]),
        # A first-agenda item is a topic, and a vote a resolution; of a lecture nothing is resolved.
        (Written(speeches=(Speech("体会"),)), replace(KNOWN, subjects=("文件",), votes=True), []),
        (SAID.with_("resolutions", ()), Facts(ActivityType.PARTY_LECTURE, "室", "甲", "乙", True), []),
        (Written(MinutesForm.PAPER), KNOWN, []),
        (Written(MinutesForm.FILE), KNOWN, ["附件"]),
        (Written(MinutesForm.FILE), Facts(ActivityType.MEMBERS_MEETING, "室", "甲", "乙", True, files=1), []),
    ],
)  # fmt: skip
def test_what_lacks(written: Written, facts: Facts, lacks: list[str]) -> None:
    assert rules.lacking(written, facts) == lacks


def test_what_the_template_names_and_the_minutes_do_not() -> None:
    template = Template(required=("重温入党誓词", "党课"), points=("发言", "决议", "讨论情况", "下步 打算", "表决"))
    more = [ActivityType.PARTY_LECTURE]
    assert rules.unmentioned(template, SAID, KNOWN, more) == ["重温入党誓词", "下步 打算"]
    said = SAID.with_("agenda", ("集体重温《入党誓词》", "明确下步打算"))
    assert rules.unmentioned(Template(required=("入党誓词",), points=("下步 打算",)), said, KNOWN, []) == []
    assert rules.unmentioned(template, Written(MinutesForm.PAPER), KNOWN, []) == []


def test_what_differs_in_a_paper() -> None:
    before = {"agenda": ["一项"], "speeches": ["甲一：好"], "tasks": []}
    found = Found({"agenda": ["一项"], "speeches": ["甲一：很好"], "tasks": ["整理"]})
    assert rules.differing(before, found) == {"speeches": (["甲一：很好"], ["甲一：好"]), "tasks": (["整理"], [])}
    assert Found().alien
    assert not Found({"agenda": []}).alien


def test_tasks_are_read_and_said_alike() -> None:
    read = lines.tasks(["1. 整理心得；甲二；10月9日前", "确定联系人；甲三", "报送材料", "复查；2023年10月8日"], TODAY)
    assert [(one["text"], one["owner"], one["due_on"]) for one in read] == [
        ("整理心得", "甲二", "2023-10-09"), ("确定联系人", "甲三", None), ("报送材料", "", None),
        ("复查", "", "2023-10-08"),
    ]  # fmt: skip
    said = Written(tasks=tuple(lines.kept("tasks", read)))
    assert said.tasks[0] == Task("整理心得", "甲二", date(2023, 10, 9))
    assert lines.tasks(lines.said_lines("tasks", said, {}), TODAY) == read == lines.answer("tasks", said)


@pytest.mark.parametrize("said", ["", "\n \n", "字" * 2001, "\n".join(["一"] * 61)])
def test_too_little_and_too_much_is_refused(said: str) -> None:
    with pytest.raises(Refusal):
        lines.plain("agenda", said.splitlines())


@pytest.mark.parametrize(
    ("said", "kept"), [("1. 听取汇报", "听取汇报"), ("3.5万元预算", "3.5万元预算"), ("2、讨论", "讨论")]
)
def test_a_number_before_a_line_is_none_of_it(said: str, kept: str) -> None:
    assert lines.plain("agenda", [said]) == [kept]
