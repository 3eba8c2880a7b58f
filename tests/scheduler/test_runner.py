"""The runner on both databases: each job, branch and slot once, whatever the clock and the processes do."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.calendar.days import BUNDLED, Calendar
from scheduler.clock import real_now
from scheduler.jobs import Deadlines, Job, NotReady, Occurrence, Owed, daily, monthly
from scheduler.outbox import Outcome, Sender
from scheduler.runner import TICK, Runner, _keep_ticking
from scheduler.runs import ADOPTED
from storage.choices import JobRunState
from storage.models.organisation import Organisation, OrganisationKind
from storage.models.outbox import JobRun, Outbox
from tests.scheduler.office import Office, open_office

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def one_to(chat: int, text: str) -> Callable[..., list[Owed]]:
    """A plan that owes one message, named after the run."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime | None = None) -> list[Owed]:
        said = {"text": f"{text} {occurrence.slot}"}
        return [Owed((f"{text}:{branch_id}:{occurrence.slot}",), said, chat_id=chat)]

    return plan


MORNING = Job("morning", daily(time(9), grace=time(20, 30)), one_to(7, "早"), missed=one_to(1, "未发"))
THEME = Job(
    "theme", monthly(Calendar.first_working_day, time(9), grace=DAY * 5), one_to(7, "学习"), missed=one_to(1, "未发")
)


@pytest.fixture
def office(storage: Any) -> Office:
    return open_office(storage, local("2023-09-25 08:00"))


def runner(office: Office, *jobs: Job, off: Callable[[], Awaitable[bool]] | None = None) -> Runner:
    """A runner with a sender that only has to be woken."""

    async def send(chat_id: int, message: dict[str, Any]) -> Outcome:
        raise AssertionError("nobody sends here")

    sender = Sender(office.storage, office.clock, send, still_owed={}, on_stop=office.stopped.append)
    return Runner(office.storage, office.clock, jobs, sender, SHANGHAI, off=off)


@asynccontextmanager
async def at_work(office: Office, *jobs: Job) -> AsyncIterator[Runner]:
    """A runner that sleeps on the clock and runs; it ends with the block, as a process does."""
    made = runner(office, *jobs)
    before_ = list(office.clock.gauges)
    office.clock.watch("runner", lambda: made.busy)
    task = asyncio.create_task(made.run())
    try:
        await office.clock.settle()
        yield made
    finally:
        office.clock.gauges[:] = before_
        task.cancel()
        await asyncio.wait([task])


def texts(office: Office) -> list[str]:
    return [row.message["text"] for row in office.rows()]


def runs(office: Office) -> list[tuple[str, str, JobRunState]]:
    with office.storage.reading() as session:
        rows = session.scalars(select(JobRun).where(JobRun.slot != ADOPTED).order_by(JobRun.id)).all()
    return [(row.job, row.slot, row.state) for row in rows]


async def test_a_job_runs_at_its_time_each_day(office: Office) -> None:
    async with at_work(office, MORNING):
        await office.clock.travel(local("2023-09-25 08:59"))
        assert texts(office) == []
        await office.clock.travel(local("2023-09-27 09:00"))
    assert texts(office) == ["早 2023-09-25", "早 2023-09-26", "早 2023-09-27"]
    assert [row.created_at for row in office.rows()] == [local(f"2023-09-{day} 09:00") for day in (25, 26, 27)]
    assert {row.job for row in office.rows()} == {"morning"}
    assert [row.batch for row in office.rows()] == [f"morning:{office.branch_id}:2023-09-{day}" for day in (25, 26, 27)]


async def test_a_double_run_says_nothing_twice(office: Office) -> None:
    office.clock.jump(local("2023-09-25 09:30"))
    first, second = runner(office, MORNING), runner(office, MORNING)
    await asyncio.gather(first.tick(), second.tick(), first.tick())
    await second.tick()
    assert texts(office) == ["早 2023-09-25"]
    assert runs(office) == [("morning", "2023-09-25", JobRunState.PLANNED)]


async def test_a_restart_each_day_and_at_midnight_says_each_once(office: Office) -> None:
    for hour in ("23:59", "00:00", "08:59", "09:00"):
        for day in (26, 27, 28):
            async with at_work(office, MORNING):
                await office.clock.travel(local(f"2023-09-{day} {hour}"))
    assert sorted(texts(office)) == [f"早 2023-09-{day}" for day in (25, 26, 27, 28)]


async def test_late_within_the_grace_it_still_runs(office: Office) -> None:
    async with at_work(office, MORNING):
        pass
    office.clock.jump(local("2023-09-25 20:30"))
    async with at_work(office, MORNING):
        assert texts(office) == ["早 2023-09-25"]


async def test_beyond_the_grace_it_is_told_as_missed(office: Office) -> None:
    async with at_work(office, MORNING):
        pass
    office.clock.jump(local("2023-09-28 08:30"))
    async with at_work(office, MORNING):
        pass
    assert texts(office) == ["未发 2023-09-25", "未发 2023-09-26", "未发 2023-09-27"]
    assert {state for _, _, state in runs(office)} == {JobRunState.MISSED}


@pytest.mark.parametrize(
    ("back", "told"),
    [
        ("2023-09-25 20:31", "2023-09-26 08:30"),
        ("2023-09-26 03:00", "2023-09-26 08:30"),
        ("2023-09-26 08:29", "2023-09-26 08:30"),
        # Eight days of holidays, then a Saturday on which everybody works.
        ("2023-09-29 10:00", "2023-10-07 08:30"),
        ("2023-10-06 23:10", "2023-10-07 08:30"),
    ],
)
async def test_what_was_missed_is_told_when_the_bot_may_speak_first(office: Office, back: str, told: str) -> None:
    """Nothing of it is lost when the bot stops again before that."""
    async with at_work(office, MORNING):
        pass
    office.clock.jump(local(back))
    for _ in range(2):
        async with at_work(office, MORNING):
            pass
    async with at_work(office, MORNING):
        await office.clock.travel(local(told) - timedelta(minutes=1))
        assert not any(text.startswith("未发") for text in texts(office))
        await office.clock.travel(local(told))
        assert "未发 2023-09-25" in texts(office)


async def test_a_new_job_does_not_report_what_was_before_it(office: Office) -> None:
    async with at_work(office, MORNING):
        await office.clock.travel(local("2023-11-03 10:00"))
    office.clock.jump(local("2023-11-03 10:30"))
    async with at_work(office, MORNING, THEME):
        pass
    assert "学习 2023-11" in texts(office), "still within its grace"
    assert not any(text.startswith("未发") for text in texts(office))


async def test_nothing_runs_for_the_time_before_a_branch(office: Office) -> None:
    office.clock.jump(local("2023-09-28 10:00"))
    with office.storage.transaction() as session:
        branch = Organisation(kind=OrganisationKind.BRANCH, name="新支部", created_at=office.clock.now())
        session.add(branch)
        session.flush()
        new = branch.id
    await runner(office, MORNING).tick()
    assert {row.branch_id for row in office.rows()} == {office.branch_id}
    office.clock.jump(local("2023-09-29 10:00"))
    await runner(office, MORNING).tick()
    assert new in {row.branch_id for row in office.rows()}


async def test_a_job_that_fails_is_named_and_stops_no_other(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    broken = True

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        yield Owed(("half",), {"text": "半"}, chat_id=7)
        if broken:
            raise ZeroDivisionError

    failing = Job("failing", daily(time(9), grace=HOUR), plan)
    async with at_work(office, failing, MORNING):
        await office.clock.travel(local("2023-09-25 09:20"))
        assert texts(office) == ["早 2023-09-25"]
        assert any("failing" in record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)
        broken = False
        await office.clock.travel(local("2023-09-25 09:40"))
    assert texts(office) == ["早 2023-09-25", "半"]


async def test_a_plan_that_lacks_something_waits_for_it(office: Office) -> None:
    themes: list[str] = []

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> list[Owed]:
        if not themes:
            raise NotReady("no theme")
        return one_to(7, "学习")(session, branch_id, occurrence)

    job = Job("theme", monthly(Calendar.first_working_day, time(9), grace=DAY * 5), plan, missed=one_to(1, "没有主题"))
    async with at_work(office, job) as made:
        await office.clock.travel(local("2023-10-20 10:00"))
        assert texts(office) == ["没有主题 2023-10"]
        await office.clock.travel(local("2023-11-02 15:00"))
        themes.append("主题")
        made.changed()
        await office.clock.settle()
        assert texts(office) == ["没有主题 2023-10", "学习 2023-11"]


async def test_a_big_plan_goes_in_slices_and_is_taken_up_again(office: Office) -> None:
    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> list[Owed]:
        return [Owed((f"p:{chat}",), {"text": "学习"}, chat_id=chat) for chat in range(1, 1201)]

    made = runner(office, Job("theme", daily(time(9), grace=HOUR), plan))
    office.clock.jump(local("2023-09-25 09:00"))
    await made.tick()
    assert len(office.rows()) == 1200
    # A process that died after its first slice: the row says that it had begun.
    with office.storage.transaction() as session:
        run = session.scalars(select(JobRun).where(JobRun.slot != ADOPTED)).one()
        assert (run.planned, run.state) == (1200, JobRunState.PLANNED)
        run.state = JobRunState.PLANNING
    office.clock.jump(local("2023-09-25 12:00"))
    await runner(office, Job("theme", daily(time(9), grace=HOUR), plan)).tick()
    assert len(office.rows()) == 1200
    assert runs(office) == [("theme", "2023-09-25", JobRunState.PLANNED)]


async def test_deadlines_come_from_rows_and_may_move(office: Office) -> None:
    deadlines = {"activity:3": local("2023-09-26 16:00")}

    def find(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
        found = [Occurrence.of(slot, at, at + DAY) for slot, at in deadlines.items() if since <= at <= until]
        return [(office.branch_id, each) for each in found]

    job = Job("activity_end", Deadlines(find), one_to(7, "请核对"))
    async with at_work(office, job) as made:
        deadlines["activity:3"] += HOUR
        deadlines["activity:4"] = local("2023-09-26 10:00")
        made.changed()
        await office.clock.travel(local("2023-09-26 16:30"))
        assert texts(office) == ["请核对 activity:4"]
        await office.clock.travel(local("2023-09-26 17:00"))
    assert texts(office) == ["请核对 activity:4", "请核对 activity:3"]


async def test_what_it_plans_the_sender_sends(office: Office) -> None:
    async with office.sender() as sender:
        made = Runner(office.storage, office.clock, [MORNING], sender, SHANGHAI)
        office.clock.watch("runner", lambda: made.busy)
        task = asyncio.create_task(made.run())
        await office.clock.travel(local("2023-09-25 09:00"))
        task.cancel()
        await asyncio.wait([task])
    assert office.telegram.got == [(7, "早 2023-09-25", local("2023-09-25 09:00"))]


async def test_a_clock_set_ahead_by_years_leaves_no_ticks_to_catch_up_on(office: Office) -> None:
    """A million and a half of them for a year: everything stood still while they were listed."""
    made = Runner(office.storage, office.clock, [], runner(office)._sender, SHANGHAI, real_time=True)
    ticks = made._start_ticks()
    try:
        tick = ticks.get_job(TICK)
        ahead = real_now() + DAY * 60
        assert tick._get_run_times(ahead) == [tick.next_run_time]
        assert ahead < tick.trigger.get_next_fire_time(tick.next_run_time, ahead) < ahead + DAY
    finally:
        ticks.shutdown(wait=False)


async def test_in_real_time_it_looks_at_the_rows_without_being_told(office: Office) -> None:
    made = Runner(office.storage, office.clock, [MORNING], runner(office)._sender, SHANGHAI, real_time=True)
    task = asyncio.create_task(made.run())
    await office.clock.settle()
    made.changed()
    assert not made.busy, "the next look will see it"
    await made._look()
    assert made.busy
    task.cancel()
    await asyncio.wait([task])


def test_the_timetable_names_every_run_of_a_period(office: Office) -> None:
    reminder = Job("reminder", Deadlines(_third_day_before), one_to(7, "节前"))
    made = runner(office, THEME, reminder, MORNING)
    with office.storage.reading() as session:
        rows = made.timetable(session, local("2023-09-26 00:00"), local("2023-10-10 00:00"))
        assert made.next_due(session, local("2023-09-25 08:00")) == local("2023-09-25 09:00")
    assert [row for row in rows if row[1] != "morning"] == [
        (local("2023-09-26 09:00"), "reminder", office.branch_id, "2023:中秋"),
        (local("2023-10-07 09:00"), "theme", office.branch_id, "2023-10"),
    ]
    assert sum(row[1] == "morning" for row in rows) == 14


def _third_day_before(
    session: Session, since: datetime, until: datetime, branch_id: int | None
) -> list[tuple[int, Occurrence]]:
    """ST6: the block of 29 September to 6 October 2023 is announced on Tuesday 26 September at nine."""
    block = BUNDLED.next_block(since.date())
    year, name = block.festivals[0]
    at = datetime.combine(BUNDLED.working_day_before(block.start, 3), time(9), SHANGHAI)
    branches = session.scalars(select(Organisation.id))
    return [(branch, Occurrence.of(f"{year}:{name}", at, at + DAY * 3)) for branch in branches]


def test_words_for_times() -> None:
    since, until = local("2023-09-29 10:00"), local("2023-10-09 09:00")
    working = daily(time(9), Calendar.is_working_day, grace=time(20, 30)).between(BUNDLED, since, until)
    assert [found.on for found in working] == [date(2023, 10, 7), date(2023, 10, 8), date(2023, 10, 9)]
    assert (working[0].at, working[0].until) == (local("2023-10-07 09:00"), local("2023-10-07 20:30"))
    first = monthly(Calendar.first_working_day, time(9), grace=lambda calendar, at: at + DAY * 5)
    month = first.between(BUNDLED, local("2023-09-01 09:00"), until)
    assert [(found.slot, found.on) for found in month] == [
        ("2023-09", date(2023, 9, 1)),
        ("2023-10", date(2023, 10, 7)),
    ]
    assert month[1].until == local("2023-10-12 09:00")


def test_a_season_day_by_day_with_a_restart_each_time(office: Office) -> None:
    """Each key once, at both ends of the branch's day, by a process that lives for a moment."""

    async def season() -> None:
        now = local("2023-09-26 00:00")
        while now < local("2023-11-05 00:00"):
            for moment in (now, now + timedelta(hours=9, minutes=5), now + timedelta(hours=23, minutes=59)):
                office.clock.jump(moment)
                await runner(office, MORNING, THEME).tick()
            now += DAY

    asyncio.run(season())
    with office.storage.reading() as session:
        rows = session.scalars(select(Outbox)).all()
    said = [row.message["text"] for row in rows]
    assert len(said) == len(set(said))
    assert sum(text.startswith("学习") for text in said) == 2
    assert sum(text.startswith("早") for text in said) == 40
    assert len(said) == 42


async def test_nothing_is_planned_while_the_clock_is_off(office: Office) -> None:
    """A clock that is a month ahead would say all of the month's prompts at once, and record what was never due."""
    off = [True]

    async def is_off() -> bool:
        return off[0]

    there = runner(office, MORNING, off=is_off)
    office.clock.jump(local("2023-10-25 10:00"))
    await there.tick()
    assert office.rows() == []
    office.clock.jump(local("2023-09-25 09:30"))
    off[0] = False
    await there.tick()
    assert [row.message["text"] for row in office.rows()] == ["早 2023-09-25"]


async def test_what_is_to_be_tried_again_is_tried_again_although_the_clock_was_set_back(office: Office) -> None:
    tries: list[int] = []

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> list[Owed]:
        tries.append(len(tries))
        if len(tries) == 1:
            raise LookupError("a bug in the feature")
        return one_to(7, "早")(session, branch_id, occurrence, now)

    there = runner(office, Job("morning", daily(time(9), grace=time(20, 30)), plan))
    office.clock.jump(local("2023-09-25 12:00"))
    await there.tick()
    office.clock.jump(local("2023-09-25 10:00"))
    await there.tick()
    assert [row.message["text"] for row in office.rows()] == ["早 2023-09-25"]


async def test_the_ticks_go_on_when_the_machine_s_clock_was_set_back(office: Office) -> None:
    """APScheduler's next tick would come as late as the clock was set back."""
    ticks = runner(office)._start_ticks()
    try:
        tick = ticks.get_job("tick")
        tick.modify(next_run_time=real_now() + DAY)
        _keep_ticking(ticks)
        assert ticks.get_job("tick").next_run_time <= real_now() + HOUR / 60
    finally:
        ticks.shutdown(wait=False)
