"""PostgreSQL goes away under the whole bot: all is recorded once, nothing is set aside, everybody is answered."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.features.activities import planning
from bot.features.activities.planning import Plan
from bot.kit.answering import Voice
from bot.kit.cards import Cards
from bot.playground.people import Person
from bot.playground.server import Playground
from bot.playground.taps import Tap
from bot.receiving import unanswered, workers
from storage.choices import ActivityType, InboxState
from storage.engine import Storage
from storage.models.attendance import Attendance
from storage.models.inbox import Inbox
from tests.cast import Cast, make_branch
from tests.e2e.house import NOW, SHANGHAI, bot, build, playground, states, until
from tests.line import line

ACTIVITIES = 12
DAY = NOW.astimezone(SHANGHAI)
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds for the database; and who answers late is not who is tried here."""
    monkeypatch.setattr(workers, "AWAY", (0.05, 0.1))
    monkeypatch.setattr(unanswered, "LOOK_AGAIN", 60.0)


def prepare(session: Session, number: int) -> tuple[Cast, list[int]]:
    """The branch, and so many activities at which everybody may sign in now."""
    cast = make_branch(session, now=NOW)
    secretary = cast.me(session, "甲二", DAY.date())
    made = []
    for hour in range(number):
        plan = Plan(
            types=[ActivityType.MEMBERS_MEETING], start_at=DAY, end_at=DAY + timedelta(hours=1), place=f"{hour}楼"
        )
        made.append(planning.make(session, secretary, plan, NOW, SHANGHAI).id)
    return cast, made


def people(there: Playground, cast: Cast) -> list[Person]:
    return [there.person(cast.account(name), name) for name in cast.people]


def signed_in(storage: Storage) -> int:
    with storage.reading() as session:
        return session.scalar(select(func.count()).select_from(Attendance)) or 0


async def test_300_sign_ins_while_every_connection_is_ended_again_and_again(
    postgresql_url: str, postgresql_admin: psycopg.Connection
) -> None:
    there, ended = playground(), 0
    database = make_url(postgresql_url).database
    with Storage(postgresql_url) as storage:
        with storage.transaction() as session:
            cast, activities = prepare(session, ACTIVITIES)
        everybody, taps = people(there, cast), list[Tap]()
        async with bot(storage, there):
            await until(lambda: there.updates.polled)
            for activity in activities:
                for person in everybody:
                    message = there.post(person.chat, there.bot, "x")
                    taps.append(await person.tap_data(message, f"si:{activity}"))
                await asyncio.sleep(0.05)
                found = await asyncio.to_thread(postgresql_admin.execute, END_ALL, [database])
                ended += len(found.fetchall())
            await until(lambda: all(tap.answer for tap in taps))
            await until(lambda: set(states(storage)) == {"answered"})
        assert ended > ACTIVITIES
        assert len(states(storage)) == len(taps) == signed_in(storage) == ACTIVITIES * len(everybody)
    assert all(tap.toast.startswith("签到成功") for tap in taps)
    await there.close()


@pytest.mark.long
@pytest.mark.parametrize("down", [False, True], ids=["cut", "cut and away"])
@pytest.mark.parametrize("delivered", [True, False], ids=["committed", "not committed"])
async def test_a_sign_in_whose_commit_is_cut_is_recorded_once_and_answered(
    postgresql_url: str, delivered: bool, down: bool
) -> None:
    there = playground()
    with line(postgresql_url) as between, Storage(postgresql_url) as looking, Storage(between.url) as storage:
        with looking.transaction() as session:
            cast, (activity,) = prepare(session, 1)
        person = there.person(cast.account("甲三"), "甲三")
        async with bot(storage, there):
            await until(lambda: there.updates.polled)
            message = there.post(person.chat, there.bot, "x")
            await until(lambda: not storage.pending)
            between.cut_at(b"COMMIT", after=b"INSERT INTO attendance", delivered=delivered, down_after=down)
            tap = await person.tap_data(message, f"si:{activity}")
            if down:
                await until(lambda: not between.is_up)
                await asyncio.sleep(0.3)
                between.up()
            await until(lambda: tap.answer)
            await until(lambda: states(looking) == ["answered"])
        assert tap.toast.startswith("签到成功")
        assert signed_in(looking) == 1
    await there.close()


async def test_what_was_said_while_the_database_was_away_is_written_down_with_the_next(postgresql_url: str) -> None:
    there = playground()
    with line(postgresql_url) as between, Storage(postgresql_url) as looking, Storage(between.url) as storage:
        app = build(storage, there)
        cards = Cards(storage, app.telegram, there.clock, SHANGHAI, {})
        voice = Voice(storage, app.telegram, app.sender, cards, there.bot.id)
        updates = [
            Inbox(
                bot_id=there.bot.id, update_id=number, sender=1, kind="message", state=InboxState.DONE, received_at=NOW
            )
            for number in range(3)
        ]
        with looking.transaction() as session:
            session.add_all(updates)
        between.down()
        answered = await asyncio.gather(*map(voice.answer_again, updates[:2]), return_exceptions=True)
        assert [type(each) for each in answered] == [OperationalError, type(None)]
        between.up()
        await voice.answer_again(updates[2])
        assert states(looking) == ["answered"] * 3
    await there.close()
