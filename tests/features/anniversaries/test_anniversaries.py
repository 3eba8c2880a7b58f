"""政治生日: the day as a table, who is greeted on it, and next month's list in the digest of the 25th."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.anniversaries import feature, jobs, rules, service
from bot.features.anniversaries.rules import day_in, greeting, is_on, listed
from scheduler.jobs import Occurrence
from storage.engine import Storage
from storage.models.person import Person, RosterSpan
from tests.cast import Cast, make_branch
from tests.features.activities.played import jump
from tests.world import SHANGHAI, World, world


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("joined", "on", "is_"),
    [
        ("2005-08-02", "2023-08-02", True), ("2005-08-02", "2023-08-01", False), ("2005-08-02", "2023-08-03", False),
        # On the very day nothing is a year old.
        ("2023-08-02", "2023-08-02", False), ("2023-08-02", "2024-08-02", True),
        ("2004-02-29", "2023-02-28", True), ("2004-02-29", "2024-02-28", False), ("2004-02-29", "2024-02-29", True),
        ("2004-02-29", "2023-03-01", False), ("2003-02-28", "2024-02-28", True), ("2003-02-28", "2024-02-29", False),
    ],
)  # fmt: skip
def test_which_day_it_is(joined: str, on: str, is_: bool) -> None:
    assert is_on(day(joined), day(on)) is is_


def test_the_words_and_the_list() -> None:
    assert greeting("甲三", day("2005-08-02"), day("2023-08-02")) == "甲三同志，今天是您入党18周年的日子，谨致祝贺。"
    people = [("甲三", day("2005-08-12")), ("甲四", day("1999-08-02")), ("甲五", day("2023-08-01"))]
    assert listed(people, 2023, 8) == ["甲四（8月2日，24周年）", "甲三（8月12日，18周年）"]
    assert listed([("甲三", day("2004-02-29"))], 2023, 2) == ["甲三（2月28日，19周年）"]
    assert rules.years(day("2004-02-29"), day_in(day("2004-02-29"), 2024)) == 20


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
        assert service.concerned(session, datetime(2023, 8, 5, 9, tzinfo=SHANGHAI), SHANGHAI) == {cast.branch_id}
        assert service.concerned(session, datetime(2023, 8, 6, 9, tzinfo=SHANGHAI), SHANGHAI) == set()


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
