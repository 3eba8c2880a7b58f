"""The data changes while the clock runs: nothing sent is said twice, what is still to come goes by the new days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.features.accounts.service import add_branch
from bot.features.calendar import service
from bot.features.registry import jobs
from bot.features.roster_files.service import import_roster
from bot.playground.clock import TravelClock
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.festivals import principles
from scheduler.calendar.year_file import YearFile
from scheduler.runner import Runner
from storage.engine import Storage
from storage.models.calendar import CalendarYear
from storage.models.person import Person
from storage.models.study import MonthlyTheme
from tests.cast import BASE_BRANCH, FIRST_ACCOUNT
from tests.scheduler.notices import AMENDED_2019, notice
from tests.scheduler.office import Office, Telegram

SHANGHAI = ZoneInfo("Asia/Shanghai")
# The secretary's office and somebody without one.
PEOPLE = [BASE_BRANCH[0], BASE_BRANCH[2]]
MEMBER = FIRST_ACCOUNT + 1
THEME, REMINDER = "月学习】", "【节前廉洁提醒】"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def make_office(storage: Storage, start: str, *months: str) -> Office:
    """A branch with a theme for some months; nothing is read in yet."""
    now = local(start)
    with storage.transaction() as session:
        branch_id = add_branch(session, "示范党支部", None, now)
        import_roster(session, branch_id, PEOPLE, now=now, since=now.date())
        session.flush()
        for at, person in enumerate(session.scalars(select(Person).order_by(Person.id))):
            bound = {"telegram_id": FIRST_ACCOUNT + at, "bound_at": now, "reachable": True}
            session.execute(update(Person).where(Person.id == person.id).values(**bound))
        maker = session.scalars(select(Person.id)).first()
        session.add_all(
            MonthlyTheme(branch_id=branch_id, month=month, title="主题", created_by_id=maker, created_at=now)
            for month in months
        )
    clock = TravelClock(now)
    clock.watch("storage", lambda: storage.pending)
    return Office(storage, clock, Telegram(clock), branch_id)


def read_in(office: Office, file: YearFile) -> None:
    """As the command line does it, in spite of doubts."""
    with office.storage.transaction() as session:
        service.take_over(session, service.propose(session, file, None), "test", office.clock.now())


def forget(office: Office, year: int) -> None:
    """As before the notice of the year: the row says by principle what nobody has announced."""
    days = [{"name": "", "date": day.isoformat(), "isOffDay": off} for day, off in principles(year).items()]
    with office.storage.transaction() as session:
        session.add(
            CalendarYear(year=year, days=days, source="test", token=f"before {year}", made_at=office.clock.now())
        )


@asynccontextmanager
async def at_work(office: Office) -> AsyncIterator[Runner]:
    """Runner and sender with every job of the house, until the block ends, as a process does."""
    all_jobs = jobs(SHANGHAI)
    owed = {job.name: job.still_owed for job in all_jobs if job.still_owed}
    async with office.sender(owed) as sender:
        runner = Runner(office.storage, office.clock, all_jobs, sender, SHANGHAI, real_time=False)
        gauges = list(office.clock.gauges)
        office.clock.watch("runner", lambda: runner.busy)
        task = asyncio.create_task(runner.run())
        try:
            await office.clock.settle()
            yield runner
        finally:
            office.clock.gauges[:] = gauges
            task.cancel()
            await asyncio.wait([task])


async def live(office: Office, until: str) -> None:
    async with at_work(office):
        await office.clock.travel(local(until))


def got(office: Office, what: str) -> list[date]:
    """On which days the member was sent such a message."""
    return [at.astimezone(SHANGHAI).date() for chat, text, at in office.telegram.got if chat == MEMBER and what in text]


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.fixture
async def storage(sqlite_url: str) -> AsyncIterator[Storage]:
    """On one database: whose rows are read is the runner's own test."""
    storage = Storage(sqlite_url)
    yield storage
    await storage.close()


def spring(storage: Storage, start: str, *months: str) -> Office:
    """2019 as it was first announced: 五一 is one day, its reminder due on 26 April."""
    office = make_office(storage, start, *months)
    read_in(office, read_notice(notice(2019)))
    return office


async def test_the_amendment_of_2019_after_the_theme_of_april(storage: Storage) -> None:
    """Each theme and each reminder once: that of 五一 on Sunday the 28th, and May begins on Sunday the 5th."""
    office = spring(storage, "2019-03-29 08:00", "2019-04", "2019-05")
    await live(office, "2019-04-01 12:00")
    assert got(office, THEME) == days("2019-04-01")
    read_in(office, read_notice(AMENDED_2019))
    await live(office, "2019-04-26 12:00")
    assert got(office, "劳动节") == []
    await live(office, "2019-05-05 12:00")
    assert got(office, THEME) == days("2019-04-01", "2019-05-05")
    assert got(office, REMINDER) == days("2019-04-02", "2019-04-28")


async def test_an_amendment_after_the_reminder_repeats_nothing(storage: Storage) -> None:
    office = spring(storage, "2019-04-24 08:00", "2019-05")
    await live(office, "2019-04-26 12:00")
    assert got(office, "劳动节将至") == days("2019-04-26")
    read_in(office, read_notice(AMENDED_2019))
    await live(office, "2019-05-05 12:00")
    assert got(office, REMINDER) == days("2019-04-26")
    assert got(office, THEME) == days("2019-05-05")


async def test_a_day_that_has_passed_by_the_new_data_is_made_good(storage: Storage) -> None:
    """端午 2012 by principle begins on Saturday, announced on Friday: read in on the 20th, its 19th has gone by."""
    office = make_office(storage, "2012-06-15 08:00")
    forget(office, 2012)
    async with at_work(office) as runner:
        await office.clock.travel(local("2012-06-20 08:00"))
        assert got(office, REMINDER) == []
        read_in(office, read_notice(notice(2012)))
        runner.changed()
        await office.clock.travel(local("2012-06-25 12:00"))
    assert got(office, REMINDER) == days("2012-06-20")
