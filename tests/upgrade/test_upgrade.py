"""A database of an earlier version with everything in it open: after the upgrade nothing of it is lost or doubled.

rows.sql.gz and walk.json.gz were made by version 0.1.0 at revision 0008 (see make.py): two branches in whose chats
every kind of button can be tapped, every question waits for its answer, and every kind of message is still to go. What
each tap, answer and send did then, line by line (see effects.py), is what it has to do now, unless it stands in the
table below: words and buttons may change, what is written and who is told may not.

One tap and one answer of each kind is tried from where the snapshot stands (in the default run), every one (long), and
every button there is after one another (long). Every one on SQLite alone, and what goes out on the days after: what
an upgrade leaves differs by database in its rows, and of these one of each kind reads all.
"""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.features import registry
from storage import migrate
from tests.upgrade import living, rows, walks
from tests.upgrade.database import Database
from tests.upgrade.living import prefix_of
from tests.upgrade.trying import UNKNOWN
from tests.upgrade.walks import Lines, Try

# --- otherwise on purpose --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Otherwise:
    """What a later version does otherwise, and why.

    where: "tap " and the prefix of a button, "answer " and the step of a question, or what else is walked. lines: what
    was and is no longer, or is and was not. Both are regular expressions.
    """

    where: str
    lines: str
    why: str


OTHERWISE = (
    Otherwise("tap (bd|nt)", "toast", "a form that is cancelled says so on its page, not once more above it"),
    Otherwise("tap (gw|lt)", r"card activity .*|told .* edit", "the cards count who has asked for leave, and a guest"),
    Otherwise("tap lt", r"asks leave\.reason .*", "what is sent next is the reason"),
    Otherwise("tap is", r"organisation ~ .*", "the switch of all reminders is kept beside the other settings"),
    Otherwise(
        "tap ma",
        r'.*"(late|absent)".*|attendance .* status=(late|absent) .*|card activity .*|told .* edit',
        "before its start nobody is late or absent",
    ),
    Otherwise(
        "tap (qc|pp)",
        r"activity ~ 3 .*|audit code_made activity 3 .*|told 甲二 new|upload .*|asks activity\.postpone of 甲二|toast",
        "what has ended has no code and no other date",
    ),
    Otherwise("tap rc", r"told .* edit", "the receipt stands on the card in private too"),
    Otherwise("tap eg", r"audit erase .*", "the keyboard goes with the rest"),
    Otherwise("tap ra", "alert", "how many are reminded is shown where it was asked"),
    Otherwise("tap sn", r"promise snooze:.*", "a nudge is put off once a day, whichever message it was"),
    Otherwise("tap .*", r"promise leave:\d+:closed:\d+", "who decides on a leave closes the others' cards"),
    Otherwise("answer activity.wizard", r"asks activity\.wizard of .*", "who gives a lecture may be typed"),
    Otherwise(
        "far",
        r"sent nudge_morning .*|promise nudge:2023-05-\d\d:\d+",
        "a roll that nobody has completed is asked for once more",
    ),
    Otherwise(
        "tap pt",
        r"job_run \+ job=broadcast_correction .*|promise correction:notice:.*|told .* edit",
        "what was delivered of a date that is not kept says so",
    ),
    Otherwise(
        "tap bc",
        r"asks broadcast\.text of .*|told .* new|toast",
        "the notice of an activity is made of its record, and changed with it",
    ),
    Otherwise("tap sf", "told .* (new|edit)", "a form asks its next question in the message of the last one"),
    Otherwise(
        ".*",
        r"audit (make reminder|send monthly_theme) .* via clock .*",
        "what is counted leaves a line when the clock does it too",
    ),
)
# Buttons that ask back since then, by prefix, and why: what they did then they do when they are told yes.
ASKS_BACK = {
    "pa": "new links end the printed ones",
    "rd": "what a roll will record is shown first",
    "ra": "so many people are not written to unasked",
}

Fresh = Callable[[], str]
WALK = walks.walk_of_snapshot()
# What the bot could do by itself then: the job of a line, the first word of a promise.
BY_ITSELF = re.compile(r"(?:sent |job_run \+ job=|promise )(\w+)")
KNOWN = {found[1] for line in WALK["lines"] if (found := BY_ITSELF.match(line))}


def differences(where: str, was: Lines, now: Lines) -> list[str]:
    """Nothing, where it did the same as then, or what was meant."""
    lost, more = Counter(was) - Counter(now), Counter(now) - Counter(was)
    meant = [one.lines for one in OTHERWISE if re.fullmatch(one.where, where)]
    found = [f"lost: {line}" for line in lost if not _fits(line, meant)]
    found += [f"more: {line}" for line in more if not _fits(line, meant) and not _is_new(line)]
    # Whatever is meant: nobody is told that a button of theirs is unknown.
    return found + [f"more: {UNKNOWN}"] * (UNKNOWN in more)


def _fits(line: str, meant: list[str]) -> bool:
    return any(re.fullmatch(one, line) for one in meant)


def _is_new(line: str) -> bool:
    """Of a job that there was not."""
    found = BY_ITSELF.match(line)
    return found is not None and found[1] not in KNOWN


def compare(was: dict[str, Lines], now: dict[str, Lines]) -> None:
    """By what was tried. The name of a tap is who, chat, message, data; that of an answer who, question."""
    assert was.keys() == now.keys()
    found = {name: differences(_where(name), was[name], lines) for name, lines in now.items()}
    told = "\n".join(f"{name}\n  " + "\n  ".join(each) for name, each in found.items() if each)
    assert not told, f"\n{told}"


def _where(name: str) -> str:
    words = name.split()
    return f"tap {prefix_of(words[3])}" if words[0].isdigit() else f"answer {words[1]}"


def of_then(kind: str) -> dict[str, Lines]:
    return {name: walks.lines_of(WALK, numbers) for name, numbers in WALK[kind].items()}


async def try_all(fresh: Fresh, acts: list[Try]) -> None:
    then = {**of_then("answers"), **of_then("taps")}
    compare({name: then[name] for name, _, _ in acts}, await walks.tried(fresh, WALK, acts))


# --- the upgraded database -------------------------------------------------------------------------------------------


def upgraded(url: str) -> None:
    rows.load(url, walks.rows_of_snapshot())
    migrate.upgrade(url)


@pytest.fixture(scope="module")
def sqlite_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("upgrade") / "branch.db"
    upgraded(f"sqlite:///{path}")
    return path


@pytest.fixture
def on_sqlite(sqlite_base: Path, tmp_path: Path) -> Fresh:
    """A copy of the upgraded database; the copy before is gone."""

    def fresh() -> str:
        for old in tmp_path.glob("branch.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copy(sqlite_base, tmp_path / 'branch.db')}"

    return fresh


@pytest.fixture(scope="module")
def postgresql_base(postgresql_server: Any, postgresql_admin: psycopg.Connection, worker_id: str) -> Iterator[str]:
    name = f"upgrade_{worker_id}"
    postgresql_admin.execute(f"CREATE DATABASE {name}")
    upgraded(postgresql_server.get_uri(name))
    yield name
    postgresql_admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def on_postgresql(
    postgresql_server: Any, postgresql_admin: psycopg.Connection, postgresql_base: str
) -> Iterator[Fresh]:
    numbers, made = count(1), list[str]()

    def drop() -> None:
        while made:
            postgresql_admin.execute(f"DROP DATABASE {made.pop()} WITH (FORCE)")

    def fresh() -> str:
        drop()
        made.append(f"{postgresql_base}_{next(numbers)}")
        postgresql_admin.execute(f"CREATE DATABASE {made[0]} TEMPLATE {postgresql_base} STRATEGY file_copy")
        url: str = postgresql_server.get_uri(made[0])
        return url

    yield fresh
    drop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def fresh(request: pytest.FixtureRequest) -> Fresh:
    found: Fresh = request.getfixturevalue(f"on_{request.param}")
    return found


# --- nothing is missing ----------------------------------------------------------------------------------------------


def handlers(kind: str) -> list[Any]:
    return [one for one in registry.HANDLERS if type(one).__name__ == kind]


def test_every_question_of_then_is_still_known() -> None:
    """A step that no handler answers any more would leave somebody's words unheard."""
    known = {one.step for one in handlers("Answer")}
    assert {each["question"].split()[0] for each in WALK["questions"]} - known == set()


def test_every_button_of_then_is_still_known() -> None:
    known = {one.button.prefix for one in handlers("Tap")}
    shown = {prefix_of(press.data) for press in living.presses(WALK)}
    assert shown - known == set()


# What a migration writes anew: drafts in the shape of forms, notices without what stands around their words.
RESHAPED = {("dialog", "draft"), ("notice", "text")}


def test_every_row_of_then_still_says_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'branch.db'}"
    rows.load(url, walks.rows_of_snapshot())
    was = columns_of_then(url)
    migrate.upgrade(url)
    now = columns_of_then(url)
    assert {name for name in was if was[name] != now[name]} == RESHAPED


def columns_of_then(url: str) -> dict[tuple[str, str], list[tuple[Any, Any]]]:
    """By table and column: of each row its key and this value."""
    with closing(Database(url)) as database:
        found = database.rows()
        named = {of: {key: database.named(of, row) for key, row in found[of].items()} for of in WALK["columns"]}
    return {
        (of, name): [(key, row[name]) for key, row in named[of].items()]
        for of, names in WALK["columns"].items()
        for name in names
    }


# --- it works on -----------------------------------------------------------------------------------------------------


async def test_one_answer_and_one_tap_of_each_kind(fresh: Fresh) -> None:
    await try_all(fresh, walks.one_of_each(WALK, ASKS_BACK))


async def test_what_was_not_answered_is_answered_at_the_start(fresh: Fresh) -> None:
    compare_walk("woken", await walks.waking(fresh, WALK))


async def test_what_waited_goes_out_once(fresh: Fresh) -> None:
    """Until the day after."""
    compare_walk("near", await walks.running(fresh, WALK, walks.NEAR))


async def test_the_log_is_shown_to_its_end(fresh: Fresh) -> None:
    assert await walks.pages_of_log(fresh, WALK) == WALK["pages_of_log"]


def test_programs_are_told_the_same(fresh: Fresh) -> None:
    """More figures may stand beside those of then."""
    assert walks.as_then(walks.told(fresh), WALK["told"]) == WALK["told"]


@pytest.mark.long
async def test_every_question(on_sqlite: Fresh) -> None:
    await try_all(on_sqlite, walks.answers(WALK["questions"]))


# Each part in a test of its own, so that several processes share them.
PARTS = 3


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
async def test_every_kind_of_tap(on_sqlite: Fresh, part: int) -> None:
    tried = {name for name, _, _ in walks.one_of_each(WALK, ASKS_BACK)}
    others = [one for one in walks.taps(walks.of_each_kind(WALK), ASKS_BACK) if one[0] not in tried]
    await try_all(on_sqlite, others[part::PARTS])


@pytest.mark.long
async def test_every_button_there_is(on_sqlite: Fresh) -> None:
    """Many after one another: each is answered, and none as nobody's."""
    assert await walks.every_button(on_sqlite, WALK) == []


@pytest.mark.long
async def test_everything_that_was_planned_goes_out_once(on_sqlite: Fresh) -> None:
    compare_walk("far", await walks.running(on_sqlite, WALK, walks.FAR))


def compare_walk(what: str, now: Lines) -> None:
    found = differences(what, walks.lines_of(WALK, WALK[what]), now)
    assert not found, "\n" + "\n".join(found)
