"""ST1 played up to a time, and what is looked at then: for the chat tests of activities, notices and leave."""

from datetime import datetime

from sqlalchemy import func, select

from bot.playground import story
from tests.world import SHANGHAI, World


async def play(bot: World, until: str, since: str = "") -> None:
    """ST1 up to a time."""
    for when, act in story.STEPS:
        if not since <= when <= until:
            continue
        await bot.stage.at(when)
        await act(bot.stage)
    await bot.stage.at(until)


def count(bot: World, table: type, *where: object) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def private(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


async def jump(bot: World, when: str) -> None:
    """To a later time, without living through the nudges of the days between."""
    bot.clock.jump(datetime.fromisoformat(when).replace(tzinfo=SHANGHAI))
    await bot.clock.settle()
