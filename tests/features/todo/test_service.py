"""What is owed on both databases: who is nudged, once a day; who sees whose names; the digest of the 25th."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import cards, planning
from bot.features.registry import FEATURES
from bot.features.study import planning as planning_study
from bot.features.todo import digest, digest_setting, jobs, service
from bot.kit.access import Right
from bot.kit.refusal import Refusal
from bot.playground.story import COMMITTEE
from scheduler.calendar.days import BUNDLED
from scheduler.jobs import Job, NotReady, Occurrence, Owed
from scheduler.outbox import promise_all
from storage.choices import ActivityStatus, ActivityType, Duty, JobRunState, LeaveState, LeaveType, Scope, StudyItemKind
from storage.engine import Storage
from storage.models.attendance import LeaveRequest
from storage.models.outbox import JobRun, Promise
from storage.models.person import DutySpan, Person
from storage.models.study import StudyItem
from tests.cast import Cast
from tests.features.norms.desk import ask_nothing
from tests.features.todo.august import OWES, SHANGHAI, complete, local, prepared_plan

MONDAY, DUE_DAY, DIGEST_DAY = "2023-08-28 09:00", "2023-08-31 09:00", "2023-08-25 09:30"


@dataclass
class House:
    """A branch in late August."""

    session: Session
    cast: Cast
    items: dict[str, StudyItem]

    def nudges(self, when: str = MONDAY) -> list[Owed]:
        return jobs.nudges(self.session, FEATURES, self.cast.branch_id, local(when), SHANGHAI)

    def names(self, people: list[int]) -> set[str]:
        named = {row: name for name, row in self.cast.people.items()}
        return {named[person] for person in people}

    def nudged(self, when: str = MONDAY) -> set[str]:
        return self.names([owed.person_id or 0 for owed in self.nudges(when)])

    def to(self, name: str, owed: list[Owed]) -> Owed:
        return next(item for item in owed if item.person_id == self.cast[name])

    def promised(self, owed: list[Owed], when: str = MONDAY) -> int:
        rows = promise_all(self.session, owed, job=jobs.NUDGE, branch_id=self.cast.branch_id, now=local(when))
        return sum(row is not None for row in rows)

    def done(self, name: str, *titles: str, when: str = MONDAY) -> None:
        for title in titles:
            complete(self.session, self.cast, name, self.items[title], when)

    def sees(self, name: str, right: Right = Right.SEE_ROLL) -> set[str]:
        me = self.cast.me(self.session, name, date(2023, 8, 28))
        return {
            member.name for _, member in service.visible(self.session, FEATURES, me, right, local(MONDAY), SHANGHAI)
        }

    def theme(self, month: str) -> None:
        now = local("2023-08-20 09:00")
        planner = self.cast.me(self.session, "丙一", now.date())
        planning_study.enter_theme(self.session, planner, month, "学思践悟", now, SHANGHAI)

    def unreachable(self, *names: str) -> None:
        gone = [self.cast[name] for name in names]
        self.session.execute(update(Person).where(Person.id.in_(gone)).values(reachable=False))

    def digests(self, when: str = DIGEST_DAY) -> dict[str, str]:
        now = local(when)
        occurrence = Occurrence("2023-08", now.date(), local(DIGEST_DAY), local(DIGEST_DAY) + timedelta(days=1))
        owed = digest.of_25th(self.session, FEATURES, self.cast.branch_id, occurrence, now, SHANGHAI)
        return {self.names([item.person_id or 0]).pop(): item.message["text"] for item in owed}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with storage.transaction() as session:
        yield House(session, *prepared_plan(session, local("2023-07-01 09:00")))


def job(name: str) -> Job:
    return next(item for item in jobs.build(SHANGHAI, FEATURES) if item.name == name)


# --- the nudge -----------------------------------------------------------------------------------------------------


def test_only_those_who_owe_are_nudged_three_days_before_and_on_the_day(house: House) -> None:
    assert house.nudged("2023-08-25 09:00") == set()
    assert house.nudged(MONDAY) == set(OWES)
    assert house.nudged("2023-08-29 09:00") == set()
    assert house.nudged(DUE_DAY) == set(OWES)
    assert house.nudged("2023-09-01 09:00") == set()


def test_everything_owed_is_one_message_with_a_button_each(house: House) -> None:
    message = house.to("甲三", house.nudges()).message
    assert message["text"].startswith("甲三同志，您有2项待办：\n1. 《")
    labels = [[choice["text"] for choice in row] for row in message["inline"]]
    assert labels == [["学完第1项", "学完第2项"], ["稍后提醒"]]


def test_a_notice_unanswered_comes_along_in_the_same_message(house: House) -> None:
    """Its own nudge falls due at noon: who was nudged at nine for something else has heard of it then."""
    told, start = local("2023-08-25 10:00"), local("2023-08-29 14:30")
    secretary = house.cast.me(house.session, "甲一", told.date())
    meeting = planning.Plan(
        [ActivityType.COMMITTEE_MEETING], start, start + timedelta(hours=1), "小会议室", scope=Scope.COMMITTEE
    )
    activity = planning.make(house.session, secretary, meeting, told, SHANGHAI)
    cards.write_notice(house.session, activity, SHANGHAI)
    morning, noon = house.nudges(MONDAY), house.nudges("2023-08-28 12:00")
    assert house.names([owed.person_id or 0 for owed in morning]) == set(OWES)
    assert house.promised(morning) == 3
    assert house.names([owed.person_id or 0 for owed in noon]) == {*OWES, *COMMITTEE}
    assert house.promised(noon, "2023-08-28 12:00") == 5


def test_what_came_as_news_in_the_morning_is_not_said_again_in_its_nudge(house: House) -> None:
    """An item given out on Monday the 28th is owed from then on, and in the nudge of the 31st."""
    planner, now = house.cast.me(house.session, "丙一", local(MONDAY).date()), local(MONDAY)
    theme = planning_study.theme_of(house.session, house.cast.branch_id, "2023-08")
    assert theme is not None
    draft = planning_study.Draft(StudyItemKind.DOCUMENT, "文件二", date(2023, 8, 31))
    planning_study.add_item(house.session, planner, theme, draft, now, SHANGHAI)
    told = house.to("甲三", house.nudges())
    assert "您有2项待办" in told.message["text"]
    again = job(jobs.NUDGE).still_owed
    assert again is not None
    assert again(house.session, dict(told.about), now) == told.message
    mine = service.owing(house.session, FEATURES, house.cast.branch_id, now, SHANGHAI, house.cast["甲三"])
    assert [item.title for item in mine] == ["《论党的自我革命》", "《文件一》", "《文件二》"]
    assert "您有3项待办" in house.to("甲三", house.nudges(DUE_DAY)).message["text"]


@pytest.mark.parametrize(
    ("when", "nudged"),
    [
        # Held on Friday the 4th, to be made up by the 11th: nudged on Tuesday the 8th and on the 11th.
        ("2023-08-07 09:00", False),
        ("2023-08-08 09:00", True),
        ("2023-08-09 09:00", False),
        ("2023-08-11 09:00", True),
        ("2023-08-14 09:00", False),
    ],
)
def test_a_make_up_is_nudged_three_days_before_and_on_its_day(house: House, when: str, nudged: bool) -> None:
    start = local("2023-08-04 14:30")
    secretary = house.cast.me(house.session, "甲一", date(2023, 8, 1))
    meeting = planning.Plan([ActivityType.THEME_PARTY_DAY], start, start + timedelta(hours=2), "会议室")
    activity = planning.make(house.session, secretary, meeting, local("2023-08-01 10:00"), SHANGHAI)
    activity.status = ActivityStatus.HELD
    away = {"type": LeaveType.SICK, "state": LeaveState.APPROVED, "requested_at": start, "decided_at": start}
    house.session.add(LeaveRequest(activity_id=activity.id, person_id=house.cast["丙四"], **away))
    house.session.flush()
    assert ("丙四" in house.nudged(when)) is nudged
    near = service.with_deadlines(house.session, FEATURES, local(when), SHANGHAI)
    assert house.cast.branch_id in near or not nudged
    now = local(when)
    [item] = service.owing(house.session, FEATURES, house.cast.branch_id, now, SHANGHAI, house.cast["丙四"])
    late = now > local("2023-08-11 23:59")
    assert item.line == (
        f"{activity.title}：应于8月11日（含）前补学，已逾期，仍可补交。"
        if late
        else f"{activity.title}：请于8月11日（含）前补学。"
    )
    assert [do.verb for do in item.does] == ["提交补学"]


def test_a_second_nudge_on_the_same_day_is_not_promised(house: House) -> None:
    assert house.promised(house.nudges(MONDAY)) == 3
    assert house.promised(house.nudges("2023-08-28 12:00"), "2023-08-28 12:00") == 0
    assert house.promised(house.nudges(DUE_DAY), DUE_DAY) == 3


def test_what_is_owed_is_asked_again_when_it_is_sent(house: House) -> None:
    planned = house.nudges()
    house.done("甲七", "论党的自我革命")
    house.done("甲三", "文件一")
    again = job(jobs.NUDGE).still_owed
    assert again is not None
    assert again(house.session, dict(house.to("甲七", planned).about), local(MONDAY)) is None
    left = again(house.session, dict(house.to("甲三", planned).about), local(MONDAY))
    assert left is not None
    assert "您有1项待办：\n1. 《论党的自我革命》" in left["text"]


def test_a_nudge_is_not_sent_after_hours(house: House) -> None:
    assert {owed.expires_at for owed in house.nudges()} == {local("2023-08-28 20:30")}


@pytest.mark.parametrize("name", [jobs.NUDGE, jobs.NOON])
def test_days_off_have_no_run_and_a_run_lasts_until_the_evening(house: House, name: str) -> None:
    """Mid-Autumn and National Day 2023: 29 September to 6 October; 7 and 8 October, a weekend, are worked."""
    runs = job(name).occurrences.between(BUNDLED, local("2023-09-28 00:00"), local("2023-10-09 23:00"))
    assert [run.on.day for run in runs] == [28, 7, 8, 9]
    assert {run.until.time().isoformat() for run in runs} == {"20:30:00"}


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2023-08-28 09:10", "2023-08-28 12:10"),
        ("2023-08-28 17:30", "2023-08-28 20:30"),
        ("2023-08-28 17:31", "2023-08-29 09:00"),
        ("2023-08-28 23:50", "2023-08-29 09:00"),
        ("2023-08-29 06:00", "2023-08-29 09:00"),
        ("2023-09-01 19:00", "2023-09-04 09:00"),
        ("2023-09-02 10:00", "2023-09-04 09:00"),
        ("2023-09-28 18:00", "2023-10-07 09:00"),
    ],
)
def test_later_is_within_the_hours(now: str, then: str) -> None:
    assert service.later(local(now), SHANGHAI, BUNDLED) == local(then)


# --- who sees whose names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", [Right.SEE_ROLL, Right.NUDGE])
def test_names_go_to_the_desk_and_of_the_own_group_to_its_leader(house: House, right: Right) -> None:
    for desk in ("甲一", "乙一", "甲二", "丙一", "乙二"):
        assert house.sees(desk, right) == set(OWES), desk
    assert house.sees("甲三", right) == {"甲三", "甲七"}
    assert house.sees("乙三", right) == {"乙五"}
    assert house.sees("丙二", right) == set()
    for member in ("丙四", "甲七"):
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            house.sees(member, right)


def test_an_office_that_has_ended_shows_nothing_more(house: House) -> None:
    mine = DutySpan.person_id == house.cast["甲三"]
    house.session.execute(update(DutySpan).where(mine).values(to_on=date(2023, 8, 28)))
    with pytest.raises(Refusal):
        house.sees("甲三")


THEME = "下月主题：未录入。"
NORMS = (
    "规范检查：未达到且还能办理的3项（14天内）：支委会，8月31日（含）前；党小组会，第一党小组、第二党小组、第三党小组，"
    "8月31日（含）前；主题党日，8月31日（含）前。"
)


# --- the digest ----------------------------------------------------------------------------------------------------


def test_the_digest_goes_to_the_secretary_and_to_leaders_whose_group_owes(house: House) -> None:
    first, second = "第一党小组：应完成9人，未完成2人（甲三、甲七）。", "第二党小组：应完成7人，未完成1人（乙五）。"
    assert house.digests() == {
        "甲一": f"【25日摘要】\n{first}\n{second}\n第三党小组：全部完成。\n待完成：学习2项。\n{NORMS}\n{THEME}",
        "甲三": f"【本组未完成】{first}\n待完成：学习2项。",
        "乙三": f"【本组未完成】{second}\n待完成：学习1项。",
    }


def test_no_digest_when_nothing_is_owed(house: House) -> None:
    house.done("甲三", *OWES["甲三"], when="2023-08-24 09:00")
    house.done("甲七", *OWES["甲七"], when="2023-08-24 09:00")
    house.done("乙五", *OWES["乙五"], when="2023-08-24 09:00")
    assert house.digests() == {"甲一": f"【25日摘要】\n{NORMS}\n下月主题：未录入。"}
    ask_nothing(house.session, house.cast.branch_id)
    assert house.digests() == {"甲一": "【25日摘要】\n下月主题：未录入。"}
    house.theme("2023-09")
    assert house.digests() == {}


def test_the_digest_is_asked_again_when_it_is_sent(house: House) -> None:
    again = job(jobs.DIGEST).still_owed
    assert again is not None
    about = {"branch": house.cast.branch_id, "groups": [house.cast.groups["第二党小组"]]}
    house.done("乙五", "文件一", when="2023-08-25 09:29")
    assert again(house.session, about, local(DIGEST_DAY)) is None


def test_the_digest_waits_for_the_hours(house: House) -> None:
    with pytest.raises(NotReady):
        house.digests("2023-08-25 20:31")
    with pytest.raises(NotReady):
        house.digests("2023-08-26 09:00")


def test_the_digest_falls_on_the_25th_or_the_last_working_day_before(house: House) -> None:
    since, until = local("2023-05-01 00:00"), local("2024-01-01 00:00")
    runs = job(jobs.DIGEST).occurrences.between(BUNDLED, since, until)
    days = ["05-25", "06-25", "07-25", "08-25", "09-25", "10-25", "11-24", "12-25"]
    assert [run.at.isoformat() for run in runs] == [f"2023-{day}T09:30:00+08:00" for day in days]
    assert {run.until - run.at for run in runs} == {timedelta(days=1)}


def test_who_leads_two_groups_gets_one_message_and_the_secretary_no_second(house: House) -> None:
    leader = select(DutySpan).where(DutySpan.duty == Duty.GROUP_LEADER)
    second, third = (house.cast.groups[name] for name in ("第二党小组", "第三党小组"))
    for span in house.session.scalars(leader):
        if span.group_id == second:
            span.person_id = house.cast["甲三"]
        if span.group_id == third:
            span.person_id = house.cast["甲一"]
    house.session.flush()
    told = house.digests()
    assert set(told) == {"甲一", "甲三"}
    assert told["甲三"].splitlines() == [
        "【本组未完成】第一党小组：应完成9人，未完成2人（甲三、甲七）。",
        "第二党小组：应完成7人，未完成1人（乙五）。",
        "待完成：学习2项。",
    ]
    assert told["甲一"].startswith("【25日摘要】")


@pytest.mark.parametrize(
    ("gone", "to"),
    [
        ((), "甲一"),
        (("甲一",), "乙一"),
        (("甲一", "乙一"), "甲二"),
        (("甲一", "乙一", "甲二"), None),
    ],
)
def test_the_digest_of_an_empty_office_goes_to_the_next(house: House, gone: tuple[str, ...], to: str | None) -> None:
    """Of nobody the operator is to hear."""
    house.unreachable(*gone)
    heads = {name for name, text in house.digests().items() if text.startswith("【25日摘要】")}
    assert heads == ({to} if to else set())
    vacant = set(house.session.scalars(select(Promise.key).where(Promise.key.startswith("vacant:"))))
    assert vacant == (set() if to else {f"vacant:{house.cast.branch_id}:digest:2023-08"})


def test_a_digest_that_is_switched_off_goes_to_the_leaders_only(house: House) -> None:
    secretary = house.cast.me(house.session, "甲一", local(DIGEST_DAY).date())
    digest_setting.put(house.session, secretary, "never", local(DIGEST_DAY))
    assert set(house.digests()) == {"甲三", "乙三"}
    assert missed(house, jobs.DIGEST, "2023-09-25") == []


# --- the bot was away ----------------------------------------------------------------------------------------------


def missed(house: House, name: str, day: str) -> list[Owed]:
    """As the runner does it: the run is recorded, then the secretary's line is promised."""
    job = next(job for job in jobs.build(SHANGHAI, FEATURES) if job.name == name)
    at = local(f"{day} {'09:30' if name == jobs.DIGEST else '09:00'}")
    slot = day[:7] if name == jobs.DIGEST else day
    occurrence = Occurrence(slot, at.date(), at, at + timedelta(hours=11, minutes=30))
    house.session.add(
        JobRun(
            job=name,
            branch_id=house.cast.branch_id,
            slot=slot,
            nominal_on=at.date(),
            state=JobRunState.MISSED,
            ran_at=at,
        )
    )
    house.session.flush()
    assert job.missed is not None
    owed = list(job.missed(house.session, house.cast.branch_id, occurrence))
    assert all(house.names([one.person_id or 0]) == {"甲一"} for one in owed)
    assert all(job.still_owed and job.still_owed(house.session, dict(one.about), at) == one.message for one in owed)
    rows = promise_all(house.session, owed, job=name, branch_id=house.cast.branch_id, now=at)
    return [one for one, row in zip(owed, rows, strict=True) if row is not None]


def test_nudges_that_were_missed_are_told_once_an_outage(house: House) -> None:
    assert missed(house, jobs.NUDGE, "2023-08-25") == []
    (line,) = missed(house, jobs.NUDGE, "2023-08-28")
    assert line.message["text"] == "8月25日起的待办提醒没有发出。"
    assert missed(house, jobs.NUDGE, "2023-08-31") != []


def test_the_days_of_one_outage_are_one_line(house: House) -> None:
    lines = [missed(house, jobs.NUDGE, f"2023-08-{day}") for day in (28, 29, 30, 31)]
    assert [len(line) for line in lines] == [1, 0, 0, 0]


def test_nudges_that_had_gone_before_are_not_missed(house: House) -> None:
    house.promised(house.nudges())
    assert missed(house, jobs.NUDGE, "2023-08-28") == []


def test_a_digest_that_was_missed_is_told_unless_it_was_empty(house: House) -> None:
    line = missed(house, jobs.DIGEST, "2023-08-25")[0].message["text"]
    assert line == "8月25日摘要没有按时发送，请点“未完成名单”和“我的待办”查看。"
    for name, titles in OWES.items():
        house.done(name, *titles)
    house.theme("2023-10")
    assert missed(house, jobs.DIGEST, "2023-09-25") == []
