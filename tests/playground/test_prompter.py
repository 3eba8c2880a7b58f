"""What the page says of offices and of what the clock does next, from what the database says on the day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features.registry import jobs
from bot.kit.glossary.jobs import JOBS, OTHER_JOB, job_word
from bot.playground.clock import TravelClock
from bot.playground.prompter import Prompter, next_words, offices_on
from bot.playground.server import Playground
from storage.choices import Duty, OutboxState
from storage.engine import Storage
from storage.models.outbox import JobRun, Outbox
from storage.models.person import DutySpan, Person, RosterSpan
from tests.cast import Cast, make_branch
from tests.world import SHANGHAI, World, world

JULY = date(2023, 7, 10)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def storage(sqlite_url: str) -> Iterator[Storage]:
    with Storage(sqlite_url) as storage:
        yield storage


@pytest.fixture
def session(storage: Storage) -> Iterator[Session]:
    with storage.transaction() as session:
        yield session


@pytest.fixture
def cast(session: Session) -> Cast:
    return make_branch(session, now=at("2023-06-30 09:00"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("甲一", "支部书记"),
        ("乙一", "支部副书记"),
        ("甲二", "组织委员"),
        ("丙一", "宣传委员"),
        ("乙二", "纪检委员"),
        ("甲三", "党小组长"),
        ("甲七", "党员"),
        ("丙七", "预备党员"),
    ],
)
def test_what_somebody_is(session: Session, cast: Cast, name: str, words: str) -> None:
    assert offices_on(session, JULY)[cast.account(name)] == words


def test_two_offices_and_their_days(session: Session, cast: Cast) -> None:
    """甲三 leads a group, and is deputy secretary from the 10th to the 19th."""
    span = {"from_on": JULY, "to_on": date(2023, 7, 20)}
    session.add(DutySpan(person_id=cast["甲三"], organisation_id=cast.branch_id, duty=Duty.DEPUTY_SECRETARY, **span))
    session.flush()
    told = [offices_on(session, date(2023, 7, day))[cast.account("甲三")] for day in (9, 10, 19, 20)]
    assert told == ["党小组长", "支部副书记、党小组长", "支部副书记、党小组长", "党小组长"]


def test_who_left_and_who_is_not_bound(session: Session, cast: Cast) -> None:
    session.execute(update(RosterSpan).where(RosterSpan.person_id == cast["甲七"]).values(to_on=JULY))
    session.execute(update(Person).where(Person.id == cast["甲八"]).values(telegram_id=None))
    before, after = (offices_on(session, day) for day in (JULY - timedelta(days=1), JULY))
    assert (before[cast.account("甲七")], after[cast.account("甲七")]) == ("党员", "已转出")
    assert cast.account("甲八") not in before


def test_every_job_has_a_word() -> None:
    assert {job.name for job in jobs(SHANGHAI)} <= set(JOBS)
    assert [word for word in JOBS.values() if word.isascii()] == []
    assert (job_word("study_prompt"), job_word(None), job_word("unknown")) == ("学习提示", OTHER_JOB, OTHER_JOB)


def test_what_comes_next_of_a_branch_that_did_nothing(session: Session, cast: Cast) -> None:
    """No theme for July: the secretary hears of it on the first working day, Monday the 3rd."""
    coming = next_words(session, jobs(SHANGHAI), at("2023-06-30 09:00"))
    assert coming is not None
    assert (coming.at, coming.words, coming.people) == (at("2023-07-03 09:00"), "主题未录入提醒", 1)
    # At the very instant it is no longer to come.
    after = next_words(session, jobs(SHANGHAI), at("2023-07-03 09:00"))
    assert after is not None
    assert after.at > at("2023-07-03 09:00")


def test_nobody_to_write_to(session: Session) -> None:
    assert next_words(session, jobs(SHANGHAI), at("2023-06-30 09:00")) is None


def test_a_reminder_that_was_put_off_comes_first(session: Session, cast: Cast) -> None:
    for name, later in (("甲五", 3), ("甲六", 3), ("甲七", 5)):
        session.add(
            Outbox(
                lane="must_arrive",
                job="nudge_morning",
                branch_id=cast.branch_id,
                person_id=cast[name],
                message={"text": "x"},
                state=OutboxState.QUEUED,
                created_at=at("2023-06-30 09:00"),
                not_before=at("2023-06-30 09:00") + timedelta(hours=later),
            )
        )
    session.flush()
    coming = next_words(session, jobs(SHANGHAI), at("2023-06-30 09:00"))
    assert coming is not None
    assert (coming.at, coming.words, coming.people) == (at("2023-06-30 12:00"), "待办提醒", 2)


def prompter_of(bot: World) -> Prompter:
    return Prompter(bot.playground, bot.storage, jobs(SHANGHAI), SHANGHAI)


def rows(bot: World) -> tuple[int, int]:
    with bot.storage.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(model)) or 0 for model in (Outbox, JobRun))


async def test_the_clock_does_what_was_said(sqlite_url: str) -> None:
    """Asking leaves nothing behind, and what was said comes at its time."""
    async with world(sqlite_url, "2023-06-30 09:00") as bot:
        prompter = prompter_of(bot)
        before = rows(bot)
        coming = await prompter.coming()
        assert rows(bot) == before
        assert coming is not None
        secretary = bot.stage.people["甲一"].chat
        said = len(secretary.from_bot)
        await bot.clock.travel(coming.at - timedelta(seconds=1))
        assert len(secretary.from_bot) == said
        await bot.clock.travel(coming.at)
        assert "7月学习主题还没有录入" in secretary.last.text
        following = await prompter.coming()
        assert following is not None
        assert following.at > coming.at


async def test_an_answer_does_not_wait_for_it(storage: Storage) -> None:
    """While somebody travels, or the bot has something to do, what was known is shown."""
    with storage.transaction() as session:
        make_branch(session, now=at("2023-06-30 09:00"))
    clock = TravelClock(at("2023-06-30 09:00"))
    playground = Playground(clock)
    prompter = Prompter(playground, storage, jobs(SHANGHAI), SHANGHAI)
    known = await prompter.coming()
    assert known is not None
    clock.jump(known.at)
    playground.submit({"poison": True})
    assert await prompter.coming() == known
    playground.updates.drop()
    later = await prompter.coming()
    assert later is None or later.at > known.at


async def test_an_office_that_begins_shows_on_its_day(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-07 09:00") as bot:
        prompter = prompter_of(bot)
        span = {"duty": Duty.YOUTH_OFFICER, "from_on": date(2023, 7, 8)}
        with bot.storage.transaction() as session:
            session.add(DutySpan(person_id=bot.cast["甲七"], organisation_id=bot.cast.branch_id, **span))
        account = bot.cast.account("甲七")
        assert (await prompter.offices())[account] == "党员"
        await bot.clock.travel(at("2023-07-07 23:59"))
        assert (await prompter.offices())[account] == "党员"
        await bot.clock.travel(at("2023-07-08 00:00"))
        assert (await prompter.offices())[account] == "青年委员"
