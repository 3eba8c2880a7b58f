"""政治生日: who is greeted on it, and next month's list in the digest of the 25th."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.anniversaries import feature, jobs, service
from scheduler.jobs import Occurrence
from storage.engine import Storage
from storage.models.person import Person, RosterSpan
from tests.cast import Cast, make_branch
from tests.features.activities.played import jump
from tests.world import SHANGHAI, World, world


def day(text: str) -> date:
    return date.fromisoformat(text)


def joined(session: Session, cast: Cast, **days: str) -> None:
    session.execute(update(Person).values(joined_party_on=None))
    for name, on in days.items():
        session.execute(update(Person).where(Person.id == cast[name]).values(joined_party_on=day(on)))


def greeted(session: Session, cast: Cast, on: str) -> list[int | None]:
    nine = datetime.combine(day(on), jobs.AT, SHANGHAI)
    occurrence = Occurrence.of(on, nine, nine)
    return [one.person_id for one in jobs.owed(session, cast.branch_id, occurrence, SHANGHAI)]


NOW = datetime(2023, 7, 25, 9, tzinfo=SHANGHAI)


def test_who_is_greeted(storage: Storage) -> None:
    """Who is on the roster with an account, where the branch wants it; on a Saturday too."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        joined(session, cast, 甲三="2005-08-05", 甲四="2005-08-05", 甲五="2005-08-05", 甲六="2005-08-04")
        session.execute(update(Person).where(Person.id == cast["甲四"]).values(telegram_id=None))
        gone = RosterSpan.person_id == cast["甲五"]
        session.execute(update(RosterSpan).where(gone).values(to_on=day("2023-08-05")))
        assert greeted(session, cast, "2023-08-05") == []
        service.GREETING.turn(session, cast.me(session, "甲一", NOW.date()), True, NOW)
        assert greeted(session, cast, "2023-08-05") == [cast["甲三"]]
        assert greeted(session, cast, "2023-08-06") == []
        assert service.concerned(session) == {cast.branch_id}
        service.GREETING.turn(session, cast.me(session, "甲一", NOW.date()), False, NOW)
        assert service.concerned(session) == set()


def test_28_february_stands_for_the_29th(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        joined(session, cast, 甲三="2004-02-29", 甲四="2003-02-28")
        service.GREETING.turn(session, cast.me(session, "甲一", NOW.date()), True, NOW)
        for on, names in (("2025-02-28", ["甲三", "甲四"]), ("2024-02-28", ["甲四"]), ("2024-02-29", ["甲三"])):
            assert greeted(session, cast, on) == [cast[name] for name in names]


def test_next_month_in_the_digest_of_the_25th(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        joined(session, cast, 甲三="2005-08-05", 甲四="2005-07-30")
        me: Any = cast.me(session, "甲一", NOW.date())

        def said(now: datetime) -> str:
            section = feature._digest(session, me, now.date(), now, SHANGHAI)
            return section.texts[0] if section is not None else ""

        assert said(NOW) == "下月政治生日：甲三（8月5日，18周年）。"
        assert said(NOW.replace(day=24)) == ""
        service.LIST.turn(session, me, False, NOW)
        assert said(NOW) == ""


async def test_it_comes_in_the_morning_of_a_saturday(chat_url: str) -> None:
    async with world(chat_url, "2023-08-04 18:00") as bot:
        with bot.storage.transaction() as session:
            joined(session, bot.cast, 甲三="2005-08-05")
        await bot.stage.say("甲一", "提醒设置")
        await bot.stage.tap("甲一", "开启政治生日祝贺")
        await jump(bot, "2023-08-05 08:59")
        await bot.stage.at("2023-08-05 09:05")
        assert _texts(bot)[-1] == "甲三同志，今天是您入党18周年的日子，谨致祝贺。"
        assert _texts(bot).count(_texts(bot)[-1]) == 1


def _texts(bot: World) -> list[str]:
    return [message.text for message in bot.stage.people["甲三"].chat.from_bot]
