"""The walks over the snapshot: each act on a copy of its own, or many in one life; walk.json has the outcomes."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.cli.main import cli
from tests.upgrade import living
from tests.upgrade.living import Json, Press, prefix_of

HERE = Path(__file__).parent
ROWS, WALK = HERE / "rows.sql.gz", HERE / "walk.json"
# How far the clock runs: everything of a month that was planned or is due by then.
FAR, NEAR = "2023-05-12 18:00", "2023-04-27 12:30"
LOGS = ("甲一",)
# Taps of one person in one life: fewer than are taken for a flood.
AT_MOST = 100
# A fresh copy of the snapshot's database, upgraded.
Fresh = Callable[[], str]


def rows_of_snapshot() -> str:
    return gzip.decompress(ROWS.read_bytes()).decode()


def walk_of_snapshot() -> Json:
    walk: Json = json.loads(WALK.read_text())
    return walk


class Texts:
    """What was seen, each text once: walk.json names it by its number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def number(self, said: list[str]) -> list[int]:
        return [self.texts.setdefault(text, len(self.texts)) for text in said]


def said_of(walk: Json, numbers: list[int]) -> list[str]:
    return [walk["texts"][number] for number in numbers]


# --- one act a copy --------------------------------------------------------------------------------------------------


async def tap_alone(fresh: Fresh, walk: Json, press: Press) -> list[str]:
    async with living.living(fresh(), walk) as bot:
        before = living.parked(bot)
        said = await living.press(bot, press)
        assert living.parked(bot) <= before, f"{press} was parked"
    return said


async def answer_alone(fresh: Fresh, walk: Json, name: str, given: Any) -> list[str]:
    async with living.living(fresh(), walk) as bot:
        before = living.parked(bot)
        said = await living.answer(bot, name, given)
        assert living.parked(bot) <= before, f"{name}: {given} was parked"
    return said


# --- many in one life ------------------------------------------------------------------------------------------------


def one_of_each(walk: Json) -> tuple[list[Json], list[Press]]:
    """An answer of each question, and a tap of each kind of button."""
    questions = {each["question"].split()[0]: each for each in reversed(walk["answers"])}
    buttons = {prefix_of(press.data): press for press in reversed(living.presses(walk))}
    return [*reversed(questions.values())], [*reversed(buttons.values())]


async def short_life(fresh: Fresh, walk: Json) -> list[tuple[str, list[str]]]:
    """One of each, one after the other: the act and what it gave."""
    answers, presses = one_of_each(walk)
    found = []
    async with living.living(fresh(), walk) as bot:
        before = living.parked(bot)
        for each in answers:
            found.append((f"answer {each['question']}", await living.answer(bot, each["name"], each["given"])))
        for press in presses:
            found.append((f"tap {prefix_of(press.data)}", await living.press(bot, press)))
        assert living.parked(bot) <= before
    return found


async def whole_life(fresh: Fresh, walk: Json) -> list[str]:
    """Every button there is, one after the other: the words of each answer."""
    toasts = []
    for presses in lives(living.presses(walk)):
        async with living.living(fresh(), walk) as bot:
            before = living.parked(bot)
            for press in presses:
                toasts.append(await living.toast(bot, press))
            assert living.parked(bot) <= before
    return toasts


def lives(presses: Iterable[Press]) -> Iterator[list[Press]]:
    """As many in one life as nobody's bucket is emptied by: the clock stands still, so that nothing fills it."""
    one, taps = [], Counter[int]()
    for press in presses:
        if taps[press.who] >= AT_MOST:
            yield one
            one, taps = [], Counter[int]()
        one.append(press)
        taps[press.who] += 1
    yield one


async def waking(fresh: Fresh, walk: Json) -> list[str]:
    async with living.living(fresh(), walk) as bot:
        return living.woken(bot, walk)


async def running(fresh: Fresh, walk: Json, end: str) -> dict[str, list[str]]:
    async with living.living(fresh(), walk) as bot:
        return await living.sent_until(bot, end)


async def logs(fresh: Fresh, walk: Json) -> dict[str, list[str]]:
    found = {}
    for name in LOGS:
        async with living.living(fresh(), walk) as bot:
            found[name] = await living.log_pages(bot, name)
    return found


# --- for programs ----------------------------------------------------------------------------------------------------

# What the doctor says of the rows; the rest is about this machine.
ABOUT_ROWS = ("database", "parked")


def told(fresh: Fresh) -> Json:
    """The figures of each branch and quarter, and what the doctor finds."""
    settings = {"DATABASE_URL": fresh(), "BOT_TOKEN": "", "OPERATOR_ID": ""}

    def ask(*command: str) -> Any:
        result = CliRunner().invoke(cli, [*command, "--format", "json"], env=settings)
        return json.loads(result.output)

    doctor = [[each["check"], each["ok"]] for each in ask("doctor") if each["check"] in ABOUT_ROWS]
    quarters = [(branch, quarter) for branch in ("1", "3") for quarter in ("2023Q1", "2023Q2")]
    figures = {
        f"{branch} {quarter}": ask("tally", "--branch", branch, "--quarter", quarter)["figures"]
        for branch, quarter in quarters
    }
    return {"doctor": doctor, **figures}
