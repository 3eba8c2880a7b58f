"""A tally in chat as its reader leafs through it: the first page, then that of every area."""

from bot.kit.figures import Area
from bot.playground.acting import Stage


async def every_area(stage: Stage, name: str, period: str) -> str:
    """What all the pages say, one below the other."""
    await stage.say(name, period)
    card = stage.people[name].chat.last
    texts = [card.text]
    for area in [one for one in Area if one.word in card.labels]:
        await stage.tap(name, area.word)
        texts.append(card.text)
        await stage.tap(name, "季度数据")
    return "\n".join(texts)
