"""ST1, ST3 and ST6 acted in chat on PostgreSQL, and the tally of what they leave; test_demo acts them on SQLite."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.integrity.jobs import NAME as reminder_job
from bot.features.tally.service import to_json
from bot.playground import story
from scheduler.calendar.days import Quarter
from storage.models.outbox import Outbox
from tests.counting import tally
from tests.world import SHANGHAI, World, world


@pytest.fixture
async def played(postgresql_url: str) -> AsyncIterator[tuple[World, dict[str, Any]]]:
    async with world(postgresql_url, story.START) as bot:
        async for _ in story.play(bot.stage):
            pass
        now = bot.clock.now().astimezone(SHANGHAI)
        with bot.storage.reading() as session:
            counted = tally(session, bot.cast.branch_id, Quarter(2023, 3), now, SHANGHAI)
        yield bot, json.loads(json.dumps(to_json(counted)))["figures"]


def private(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


@pytest.mark.long
async def test_the_quarter(played: tuple[World, dict[str, Any]]) -> None:
    bot, figures = played
    check_figures(figures)
    check_nobody_was_told_twice(bot)
    check_the_day_of_the_reminder(bot)
    told = "\n".join(private(bot, "甲一"))
    assert [month for month in range(7, 11) if f"{month}月学习主题还没有录入" in told] == [7, 9, 10]


def one(figures: dict[str, Any], date: str) -> dict[str, Any]:
    [found] = [each for each in figures["attendance_by_activity"].values() if each["date"] == date]
    return found


def check_st1(figures: dict[str, Any]) -> None:
    july = one(figures, "2023-07-07")
    assert {key: july[key] for key in ("expected", "present", "leave", "absent", "unrecorded", "made_up")} == {
        "expected": 24,
        "present": 21,
        "leave": 2,
        "absent": 1,
        "unrecorded": 0,
        "made_up": 2,
    }
    assert (july["attendance_rate"], july["coverage_rate"]) == (87.5, 95.8)
    assert len(figures["hours"]) == 23
    assert set(figures["hours"].values()) == {4.0}


def check_figures(figures: dict[str, Any]) -> None:
    """The numbers of ST1, ST3 and ST6 as docs/rules.md states them, by activity, theme and reminder."""
    check_st1(figures)
    check_st3(figures)
    check_st6(figures)
    check_the_register(figures)


def check_the_register(figures: dict[str, Any]) -> None:
    guidance = {key: figures["guidance"][key] for key in ("times", "orgs", "sites")}
    assert guidance == {"times": 4, "orgs": 3, "sites": 3}
    article = figures["publications"]["article"]
    assert (article["pieces"], article["placements"], article["platforms"]) == (1, 1, ["晨报"])
    projects, lists = figures["projects"], figures["rectification"]
    assert [projects[key] for key in ("listed", "completed", "in_progress", "not_started")] == [3, 1, 1, 1]
    assert (projects["advance_rate"], projects["overdue"]) == (66.7, 2)
    assert [lists[key] for key in ("lists", "items", "closed", "closed_on_time", "open_overdue")] == [1, 2, 1, 1, 1]
    service = figures["volunteer_service"]
    assert (service["person_times"], service["hours"], service["beneficiaries"]) == (3, 6, 30)


def check_st3(figures: dict[str, Any]) -> None:
    assert (figures["first_agenda_items"], figures["first_agenda_mentions"]) == (3, 5)
    study = figures["study"]
    assert (study["items"], study["books"], study["expected_pairs"], study["completed_pairs"]) == (3, 1, 69, 66)
    assert (study["completion_rate"], study["late"], figures["monthly_themes"]) == (95.7, 6, 1)
    assert sorted(len(items) for items in study["not_done"].values()) == [1, 2]


def check_st6(figures: dict[str, Any]) -> None:
    [reminder] = figures["reminders"].values()
    assert (reminder["audience"], reminder["ack_on_time"], reminder["ack_all"]) == (25, 23, 24)
    film = figures["by_type"]["warning_education"]
    assert (film["count"], film["expected"], film["present"], film["leave"]) == (1, 23, 21, 2)
    assert (film["attendance_rate"], film["coverage_rate"]) == (91.3, 100.0)
    [task] = figures["reflections"].values()
    assert (task["pieces"], task["expected"], task["expected_done"], task["late"]) == (6, 6, 6, 0)


def check_the_day_of_the_reminder(bot: World) -> None:
    """One reminder, on 26 September at nine, to 25 people."""
    with bot.storage.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.job == reminder_job)).all()
    sent = {row.sent_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") for row in rows if row.sent_at is not None}
    assert sent == {"2023-09-26 09:00"}
    assert {row.person_id for row in rows} == set(bot.cast.people.values())


def check_nobody_was_told_twice(bot: World) -> None:
    """No prompt, reminder or nudge reached anybody twice; at most one nudge a person and day."""
    nudges = [
        (person.id, message.date.astimezone(SHANGHAI).date())
        for person in bot.stage.people.values()
        for message in person.chat.from_bot
        if "项待办：" in message.text
    ]
    assert len(nudges) == len(set(nudges))
    for name in story.EVERYBODY:
        assert sum("【节前廉洁提醒】" in text for text in private(bot, name)) <= 1
        assert sum(text.startswith("【8月学习】") for text in private(bot, name)) <= 1


def test_the_story_is_in_the_order_of_time() -> None:
    times = [datetime.fromisoformat(when) for when, _ in story.STEPS]
    assert times == sorted(times)
    assert story.STEPS[0][0] > story.START
    assert story.STEPS[-1][0] < story.END
