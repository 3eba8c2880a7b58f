"""The walks over the snapshot: what each act of it did; walk.json.gz has what it did then.

Every act begins where the snapshot stands: many are tried in one life, and each is taken back before the next.
"""

import gzip
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.cli.main import cli
from tests.upgrade import living, trying
from tests.upgrade.database import Database
from tests.upgrade.living import Json, Press, prefix_of
from tests.upgrade.trying import Act

HERE = Path(__file__).parent
ROWS, WALK = HERE / "rows.sql.gz", HERE / "walk.json.gz"
# How far the clock runs: everything of a month that was planned or is due by then.
FAR, NEAR = "2023-05-12 18:00", "2023-04-27 12:30"
# Taps of one person in one life: fewer than are taken for a flood.
AT_MOST = 100
# A fresh copy of the snapshot's database, upgraded.
Fresh = Callable[[], str]
# What an act did, line by line (see effects.py).
Lines = list[str]
# What is tried: its name, the act, what is typed with it.
Try = tuple[str, Act, str]


def rows_of_snapshot() -> str:
    return gzip.decompress(ROWS.read_bytes()).decode()


def walk_of_snapshot() -> Json:
    walk: Json = json.loads(gzip.decompress(WALK.read_bytes()))
    return walk


class Numbered:
    """Each line once: walk.json names it by its number."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}

    def __call__(self, lines: Lines) -> list[int]:
        return [self.lines.setdefault(line, len(self.lines)) for line in lines]


def lines_of(walk: Json, numbers: list[int]) -> Lines:
    return [walk["lines"][number] for number in numbers]


# --- taps and answers ------------------------------------------------------------------------------------------------


def taps(presses: Iterable[Press], sure: Collection[str] = ()) -> list[Try]:
    """sure: the prefixes of the buttons that ask back since then."""
    return [(str(press), trying.tap(press, sure=prefix_of(press.data) in sure), "") for press in presses]


def answers(given: Iterable[Json]) -> list[Try]:
    """Each is {name, question, given}: a text, or a file's name and content."""
    return [
        (f"{each['name']} {each['question']}", trying.answer(each["name"], each["given"]), _typed(each["given"]))
        for each in given
    ]


def _typed(given: Any) -> str:
    return given if isinstance(given, str) else ""


def of_each_kind(walk: Json) -> list[Press]:
    return living.of_each_kind(walk, living.presses(walk))


def one_of_each(walk: Json, sure: Collection[str] = ()) -> list[Try]:
    """An answer of each question, and a tap of each kind of button."""
    questions = {each["question"].split()[0]: each for each in reversed(walk["questions"])}
    buttons = {prefix_of(press.data): press for press in reversed(living.presses(walk))}
    return [*answers(reversed(questions.values())), *taps(reversed(buttons.values()), sure)]


async def tried(fresh: Fresh, walk: Json, acts: Iterable[Try], at_once: int = trying.ACTS) -> dict[str, Lines]:
    """What each did alone. at_once: how many share a life."""
    waiting, found = list(reversed(list(acts))), {}
    while waiting:
        async with trying.trial(fresh(), walk, at_once) as trial:
            while waiting and not trial.over:
                name, act, given = waiting.pop()
                found[name] = await trial.tried(act, given)
    return found


async def every_button(fresh: Fresh, walk: Json) -> list[Press]:
    """Each there is, one after the other, everybody at their own at the same time; which of them nobody knows."""
    unknown = []
    for rounds in lives(living.presses(walk)):
        url = fresh()
        with closing(Database(url)) as database:
            async with living.living(url, walk) as bot:
                before = trying.parked(database, database.rows())
                for presses in rounds:
                    answers = await living.tap_all(bot, presses)
                    unknown += [one for one, answer in zip(presses, answers, strict=True) if trying.is_unknown(answer)]
                assert trying.parked(database, database.rows()) <= before
    return unknown


def lives(presses: Iterable[Press]) -> Iterator[Sequence[list[Press]]]:
    """In each, round by round, a tap of everybody: as many as nobody's bucket is emptied by while the clock stands."""
    theirs = dict[int, list[Press]]()
    for press in presses:
        theirs.setdefault(press.who, []).append(press)
    rounds = [[one for one in each if one is not None] for each in zip_longest(*theirs.values())]
    return (rounds[at : at + AT_MOST] for at in range(0, len(rounds), AT_MOST))


# --- what the bot does by itself -------------------------------------------------------------------------------------


async def waking(fresh: Fresh, walk: Json) -> Lines:
    """What a start alone makes of it: what was not answered is, what is new is handled."""
    url = fresh()
    with closing(Database(url)) as database:
        before = database.rows()
        async with living.living(url, walk) as bot:
            after = database.rows()
            told = trying.told(bot, database, before, after, living.seen_of(walk), living.seen(bot))
            return [*told, *trying.written_between(bot, walk, database, before, after).lines()]


async def running(fresh: Fresh, walk: Json, end: str) -> Lines:
    """Let the clock run: what each job has sent, when and to whom, and all that is written by then."""
    url = fresh()
    with closing(Database(url)) as database:
        async with living.living(url, walk) as bot:
            before = database.rows()
            await bot.stage.at(end)
            after = database.rows()
            sent = trying.sent_between(bot, database, before, after)
            return [*sent, *trying.written_between(bot, walk, database, before, after).lines()]


async def pages_of_log(fresh: Fresh, walk: Json) -> int:
    async with living.living(fresh(), walk) as bot:
        return await living.pages_of_log(bot, walk)


# --- for programs ----------------------------------------------------------------------------------------------------

# What the doctor says of the rows; the rest is about this machine.
ABOUT_ROWS = ("database", "parked")


def as_then(now: Any, then: Any) -> Any:
    """What is told now, with the names that were told then."""
    if not isinstance(now, dict) or not isinstance(then, dict):
        return now
    return {name: as_then(value, then[name]) for name, value in now.items() if name in then}


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
