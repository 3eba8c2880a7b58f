"""The digest of a week: on which day it goes, how long it may be late, and what stands in it, on both databases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import planning
from bot.features.register.values import Owner
from bot.features.registry import FEATURES
from bot.features.todo import digest_setting, jobs
from bot.kit.words import units
from scheduler.calendar.days import BUNDLED, DAY, Calendar
from scheduler.jobs import Everywhere, Job, NotReady, Occurrence, Owed
from scheduler.promises import promise_all
from storage.choices import ActivityType, Duty, LeaveState, LeaveType, OrganisationKind, OutboxState
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox, Promise
from storage.models.person import DutySpan, Person
from tests.cast import Cast, make_branch
from tests.features.register.desk import Desk
from tests.features.todo.august import SHANGHAI, local

MONDAY = "2023-07-10 09:30"
TITLE = "【本周摘要】7月10日至7月16日"


def job(name: str) -> Job:
    return next(one for one in jobs.build(SHANGHAI, FEATURES) if one.name == name)


def runs(name: str, since: str, until: str, calendar: Calendar = BUNDLED) -> list[Occurrence]:
    occurrences = job(name).occurrences
    assert isinstance(occurrences, Everywhere)
    return occurrences.between(calendar, local(f"{since} 00:00"), local(f"{until} 23:59"))


# --- when ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        # Nothing about it: Mondays; the 25th of July is a Tuesday, and that week has its own.
        ("2023-07-03", "2023-08-06", ["07-03", "07-10", "07-17", "07-31"]),
        # The 25th of November is a Saturday, its digest goes on the Friday.
        ("2023-11-13", "2023-12-03", ["11-13", "11-27"]),
        # National Day 2023: of the week from 2 October only Saturday and Sunday are worked.
        ("2023-09-18", "2023-10-15", ["09-18", "10-07", "10-09"]),
        # May Day 2023: Monday to Wednesday are off, the Saturday is worked, and changes nothing.
        ("2023-05-01", "2023-05-14", ["05-04", "05-08"]),
        # Spring Festival 2023: the 25th is off, its digest goes in the week before; 28 and 29 January are worked.
        ("2023-01-09", "2023-02-05", ["01-09", "01-28", "01-30"]),
        # Dragon Boat 2023: the 25th of June is a Sunday that is worked, at the end of its week.
        ("2023-06-12", "2023-07-02", ["06-12", "06-26"]),
    ],
)
def test_it_goes_on_the_first_working_day_of_a_week_but_in_that_of_the_25th(
    since: str, until: str, days: list[str]
) -> None:
    found = runs(jobs.WEEKLY, since, until)
    assert [one.at.isoformat() for one in found] == [f"2023-{day}T09:30:00+08:00" for day in days]
    assert all(one.on - DAY * one.on.weekday() == date.fromisoformat(one.slot) for one in found)


def test_every_week_with_a_working_day_has_one_digest_and_no_other_week_has_any() -> None:
    """Over all years that are known, and those that are reckoned."""
    off = [date(2024, 5, 6) + number * DAY for number in range(7)]
    calendar = Calendar(own=dict.fromkeys(off, True))
    days = [one.on for name in (jobs.WEEKLY, jobs.DIGEST) for one in runs(name, "2019-12-30", "2027-12-26", calendar)]
    mondays = sorted(day - day.weekday() * DAY for day in days)
    every = [
        date(2019, 12, 30) + number * 7 * DAY
        for number in range((date(2027, 12, 26) - date(2019, 12, 30)).days // 7 + 1)
    ]
    worked = [one for one in every if any(calendar.is_working_day(one + number * DAY) for number in range(7))]
    assert mondays == worked
    assert date(2024, 5, 6) not in worked


@pytest.mark.parametrize(
    ("on", "until"),
    [
        ("2023-07-10", "2023-07-11 09:30"),
        ("2023-10-07", "2023-10-08 09:30"),
        # The Sunday after Spring Festival 2024 is the only day that is worked in its week.
        ("2024-02-18", "2024-02-18 20:30"),
    ],
)
def test_it_may_be_a_day_late_but_not_be_told_in_the_next_week(on: str, until: str) -> None:
    [found] = runs(jobs.WEEKLY, on, on)
    assert found.until == local(until)
    assert job(jobs.WEEKLY).missed is None


# --- what ----------------------------------------------------------------------------------------------------------


@dataclass
class Branch:
    """On the second Monday of July."""

    session: Session
    cast: Cast

    def digests(self, when: str = MONDAY) -> dict[str, str]:
        """What is planned at this time: to whom, and the text; each is worded the same when it goes."""
        weekly, now, again = job(jobs.WEEKLY), local(when), job(jobs.WEEKLY).still_owed
        monday = now.date() - now.weekday() * DAY
        [due] = runs(jobs.WEEKLY, monday.isoformat(), (monday + 6 * DAY).isoformat())
        owed = list(weekly.plan(self.session, self.cast.branch_id, due, now))
        assert again is not None
        assert all(again(self.session, dict(one.about), now) == one.message for one in owed)
        return {self.called(one): one.message["text"] for one in owed}

    def called(self, owed: Owed) -> str:
        return next(name for name, row in self.cast.people.items() if row == owed.person_id)

    def lines(self, when: str = MONDAY) -> list[str]:
        """Of the one that the secretary gets, below its title."""
        title, *lines = self.digests(when)["甲一"].splitlines()
        assert title == TITLE
        return lines

    def planned(self, start: str, kind: ActivityType = ActivityType.PARTY_LECTURE) -> int:
        """An activity, entered two days before with its notice."""
        begins = local(start)
        made = begins - timedelta(days=2)
        me = self.cast.me(self.session, "甲一", made.date())
        plan = planning.Plan([kind], begins, begins + timedelta(hours=1), "会议室")
        return planning.make(self.session, me, plan, made, SHANGHAI).id

    def leave(self, activity: int, *names: str) -> None:
        asked = local("2023-07-06 10:00")
        self.session.add_all(
            LeaveRequest(
                activity_id=activity,
                person_id=self.cast[name],
                type=LeaveType.SICK,
                state=LeaveState.PENDING,
                requested_at=asked,
            )
            for name in names
        )
        self.session.flush()

    def sent(self, when: str, *, lost: tuple[str, ...] = (), stopped: bool = False) -> None:
        """A notice to three, of whom these did not get it."""
        now = local(when)
        notice = Notice(
            branch_id=self.cast.branch_id,
            text="通知",
            reply_by=now + DAY,
            created_by_id=self.cast["甲一"],
            created_at=now,
        )
        self.session.add(notice)
        self.session.flush()
        owed = [
            Owed(
                (f"notice:{notice.id}:{self.cast[name]}",),
                {"text": "通知"},
                self.cast[name],
                batch=f"notice:{notice.id}",
            )
            for name in ("甲五", "甲六", "甲七")
        ]
        promise_all(self.session, owed, job=None, branch_id=self.cast.branch_id, now=now)
        mine = Outbox.batch == f"notice:{notice.id}"
        state = OutboxState.CANCELLED if stopped else OutboxState.SENT
        self.session.execute(update(Outbox).where(mine).values(state=state))
        gone = (mine, Outbox.person_id.in_([self.cast[name] for name in lost]))
        self.session.execute(update(Outbox).where(*gone).values(state=OutboxState.UNREACHABLE, reason="blocked"))

    def decide(self, when: str) -> None:
        now = local(MONDAY)
        digest_setting.put(self.session, self.cast.me(self.session, "甲一", now.date()), when, now)

    def unreachable(self, *names: str) -> None:
        gone = [self.cast[name] for name in names]
        self.session.execute(update(Person).where(Person.id.in_(gone)).values(reachable=False))


@pytest.fixture
def branch(storage: Storage) -> Iterator[Branch]:
    with storage.transaction() as session:
        yield Branch(session, make_branch(session, now=local("2023-07-03 09:00")))


def test_a_branch_with_nothing_to_say_gets_none(branch: Branch) -> None:
    assert branch.digests() == {}


@pytest.mark.parametrize("many", [1, 2, 12])
def test_what_waits_is_counted(branch: Branch, many: int) -> None:
    names = [name for name in branch.cast.people if name != "甲一"][:many]
    branch.leave(branch.planned("2023-07-20 14:30"), *names)
    assert branch.lines() == [f"待您办理：请假待审批{many}人。"]


def test_rolls_are_named_and_what_is_ahead_in_this_week_with_its_hour(branch: Branch) -> None:
    """What is over by the hour at which it goes, what begins in the next week and what is off do not stand there."""
    branch.planned("2023-07-07 14:30", ActivityType.THEME_PARTY_DAY)
    branch.planned("2023-07-10 07:30")
    for start in ("2023-07-14 14:30", "2023-07-16 09:00", "2023-07-17 09:00"):
        branch.planned(start)
    assert branch.lines() == [
        "待点名：7月7日7月主题党日、7月10日7月党课。",
        "本周安排：7月14日（周五）14:30，7月党课；7月16日（周日）09:00，7月党课。",
    ]


@pytest.mark.parametrize(
    ("sends", "line"),
    [
        # On the Sunday before that week, on its first and last minute, and on the Monday after.
        ({"2023-07-02 23:59": ()}, None),
        ({"2023-07-03 00:00": ()}, "上周发送：通知1次。"),
        ({"2023-07-03 10:00": ("甲五",), "2023-07-09 23:59": ("甲五", "甲六")}, "上周发送：通知2次，未送达2人。"),
        ({"2023-07-10 09:00": ("甲五",)}, None),
    ],
)
def test_what_went_out_in_the_week_before_is_counted_and_whom_it_missed(
    branch: Branch, sends: Mapping[str, tuple[str, ...]], line: str | None
) -> None:
    for when, lost in sends.items():
        branch.sent(when, lost=lost)
    branch.sent("2023-07-05 10:00", stopped=True)
    assert branch.digests() == ({"甲一": f"{TITLE}\n{line}"} if line else {})


def test_what_is_another_branch_s_stands_in_none(branch: Branch) -> None:
    branch.planned("2023-07-14 14:30")
    branch.sent("2023-07-05 10:00")
    other = Organisation(kind=OrganisationKind.BRANCH, name="乙支部", settings={}, created_at=local("2023-07-03 09:00"))
    branch.session.add(other)
    branch.session.flush()
    for model in (Activity, Notice):
        branch.session.execute(update(model).values(branch_id=other.id))
    assert branch.digests() == {}


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


@pytest.mark.parametrize("many", [1, 2, 12])
def test_each_thing_that_is_due_has_a_line_and_its_owner(desk: Desk, many: int) -> None:
    """Whoever owns it is named: somebody of the branch, an outsider, nobody (G6)."""
    branch = Branch(desk.session, desk.cast)
    owners = [Owner(id=desk.cast["甲五"]), Owner(name="甲支部"), Owner()]
    for number in range(many):
        due_on = f"2023-08-{13 + number}" if number else "2023-08-10"
        desk.record(
            "practical_project", title=f"事{number}", since="2023-07-03", due_on=due_on, owner=owners[number % 3]
        )
    text = branch.digests("2023-08-14 09:30")["甲一"]
    assert text.startswith("【本周摘要】8月14日至8月20日\n清单：逾期1项")
    head, *lines = text.splitlines()[1:]
    soon = len([number for number in range(1, many) if 13 + number <= 21])
    assert head == f"清单：逾期1项{f'，7日内到期{soon}项' if soon else ''}。"
    assert lines[0] == "甲五：办实事项目《事0》，期限8月10日，已逾期。"
    assert len(lines) == 1 + soon
    assert many == 1 or "甲支部：办实事项目《事1》，期限8月14日。" in lines
    assert many < 3 or "未明确责任主体：办实事项目《事2》，期限8月15日。" in lines


def test_of_very_many_that_are_due_ten_have_a_line_and_the_digest_fits(desk: Desk) -> None:
    for number in range(35):
        title = f"第{number:02}件{'长' * 80}"
        desk.record("practical_project", title=title, since="2023-07-03", due_on="2023-08-10", owner=desk.owner("甲五"))
    text = Branch(desk.session, desk.cast).digests("2023-08-14 09:30")["甲一"]
    _, head, *lines = text.splitlines()
    assert head == "清单：逾期35项。"
    assert [line[:3] for line in lines] == ["甲五："] * 10 + ["另有2"]
    assert lines[-1] == "另有25项，请点“清单”查看。"
    assert units(text) <= 3500


# --- to whom -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "to"),
    [((), "甲一"), (("甲一",), "乙一"), (("甲一", "乙一"), "甲二"), (("甲一", "乙一", "甲二"), None)],
)
def test_of_an_empty_office_it_goes_to_the_next_and_at_last_the_operator_hears(
    branch: Branch, gone: tuple[str, ...], to: str | None
) -> None:
    branch.planned("2023-07-14 14:30")
    branch.unreachable(*gone)
    assert set(branch.digests()) == ({to} if to else set())
    vacant = set(branch.session.scalars(select(Promise.key).where(Promise.key.startswith("vacant:"))))
    assert vacant == (set() if to else {f"vacant:{branch.cast.branch_id}:digest:2023-07-10"})


def test_of_an_empty_office_with_nothing_to_say_nobody_hears(branch: Branch) -> None:
    branch.unreachable("甲一", "乙一", "甲二")
    assert branch.digests() == {}
    assert branch.session.scalars(select(Promise.key)).all() == []


def test_two_secretaries_get_one_each_and_who_leads_a_group_too_gets_no_second(branch: Branch) -> None:
    branch.planned("2023-07-14 14:30")
    here = branch.cast.branch_id
    for name, duty in (("甲五", Duty.SECRETARY), ("甲一", Duty.GROUP_LEADER), ("甲一", Duty.ORGANIZATION_OFFICER)):
        group = branch.cast.groups["第一党小组"] if duty is Duty.GROUP_LEADER else None
        branch.session.add(
            DutySpan(
                person_id=branch.cast[name], organisation_id=here, duty=duty, group_id=group, from_on=date(2023, 7, 1)
            )
        )
    branch.session.flush()
    assert set(branch.digests()) == {"甲一", "甲五"}
    plan = job(jobs.WEEKLY).plan
    [due] = runs(jobs.WEEKLY, "2023-07-10", "2023-07-10")
    assert len(list(plan(branch.session, here, due, local(MONDAY)))) == 2


# --- when it is not wanted, or waits -------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "there"), [("weekly", True), ("25th", False), ("never", False)])
def test_a_branch_decides_whether_it_has_one_a_week(branch: Branch, when: str, there: bool) -> None:
    branch.planned("2023-07-14 14:30")
    branch.decide(when)
    assert bool(branch.digests()) is there


def test_what_was_decided_or_done_by_the_time_it_goes_holds(branch: Branch) -> None:
    activity = branch.planned("2023-07-20 14:30")
    branch.leave(activity, "甲五")
    weekly, now = job(jobs.WEEKLY), local(MONDAY)
    [due] = runs(jobs.WEEKLY, "2023-07-10", "2023-07-10")
    [owed] = weekly.plan(branch.session, branch.cast.branch_id, due, now)
    again = weekly.still_owed
    assert again is not None
    branch.decide("25th")
    assert again(branch.session, dict(owed.about), now) is None
    branch.decide("weekly")
    assert again(branch.session, dict(owed.about), now) == owed.message
    branch.session.execute(update(LeaveRequest).values(state=LeaveState.APPROVED, decided_at=now))
    assert again(branch.session, dict(owed.about), now) is None


@pytest.mark.parametrize("when", ["2023-07-10 20:31", "2023-07-11 08:29"])
def test_it_waits_for_the_hours(branch: Branch, when: str) -> None:
    branch.planned("2023-07-14 14:30")
    with pytest.raises(NotReady):
        branch.digests(when)
