"""Makes the snapshot of this version: `python -m tests.upgrade.make` writes rows.sql.gz and walk.json.gz here.

It is run once a version, by the code of that version; what stands beside it was made by version 0.1.0 at revision 0008.
The clock, what is drawn by chance and the names of holders are fixed, so that two runs write the same bytes.
`--walk` leaves the rows and the chats as they are and tries all of them anew: for another way to say what an act did.
That too is for the code of that version: this folder goes into a worktree of the last commit whose newest migration is
0008, but for play.py, which stays as it is there, and with the command line imported from bot.cli; walk.json.gz comes
back from there.

rows.sql.gz: `-- revision`, then one INSERT a table. walk.json.gz: what the chats showed (`scene`), and what each tap,
each answer and the clock did; `lines` has every line once, the rest names it by its number. Both are read with zcat.
Of what was received and answered only the last is kept, as after a sweep.
"""

import asyncio
import gzip
import itertools
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeGuard
from unittest import mock

from bot.features import registry
from storage import migrate
from storage.engine import Storage
from tests.cast import FIRST_ACCOUNT
from tests.upgrade import living, play, rows, walks
from tests.upgrade.database import Database
from tests.upgrade.living import Json
from tests.world import SHANGHAI, alive

KEPT_OF_INBOX = 30


# --- rows ------------------------------------------------------------------------------------------------------------


@contextmanager
def no_chance() -> Iterator[None]:
    """Codes and tokens come in a row that is always the same."""
    chance = random.Random(0)
    numbers = itertools.count(1)
    with (
        mock.patch("secrets.token_urlsafe", side_effect=lambda size: f"{chance.getrandbits(128):032x}"[:22]),
        mock.patch("uuid.uuid4", side_effect=lambda: uuid.UUID(int=next(numbers))),
    ):
        yield


def handlers() -> list[Any]:
    """All there are, and a word whose handler fails."""
    word = next(one for one in registry.HANDLERS if type(one).__name__ == "Word")

    def fail(session: object, call: object) -> Any:
        raise RuntimeError("试办")

    return [*registry.HANDLERS, replace(word, words=(play.TRIAL,), run=fail, label=True, reads=False, matches=None)]


async def play_all(path: Path) -> Json:
    """The month, into an empty database; returns what the chats show in the end."""
    url = f"sqlite:///{path}"
    migrate.upgrade(url)
    storage = Storage(url)
    with storage.transaction() as session:
        cast = play.prepare(session)
    async with alive(storage, cast, play.BEGAN, handlers()) as bot:
        await play.month(bot)
        scene = living.scene_of(bot)
        files = bot
    await storage.close()
    nothing_is_missing(path, scene)
    leave_open(path, scene)
    return {"scene": scene, "files": living.files_of(files, rows.dump(path))}


def leave_open(path: Path, scene: Json) -> None:
    """What a kill leaves in the queue and in the inbox, at each of their states."""
    now = datetime.fromisoformat(scene["now"]).astimezone(UTC)
    with closing(sqlite3.connect(path)) as driver, driver:
        _not_yet_sent(driver, scene, now)
        _sweep_inbox(driver)
        _not_yet_handled(driver)
        [(scene["last_update"],)] = driver.execute("SELECT max(update_id) FROM inbox").fetchall()


def _not_yet_sent(driver: sqlite3.Connection, scene: Json, now: datetime) -> None:
    """Of each kind of what is asked again before it goes: the newest waits still, for eleven minutes."""
    query = "SELECT id, job, about, chat_id, message_id FROM outbox WHERE state = 'sent' AND about != '{}' ORDER BY id"
    newest = {(job, *sorted(json.loads(about))): each for *each, job, about in _turned(driver, query)}
    jobs = "SELECT id, job, about, chat_id, message_id FROM outbox WHERE state = 'sent' AND job IS NOT NULL ORDER BY id"
    newest |= {(job,): each for *each, job, _ in _turned(driver, jobs)}
    for number, chat, message in newest.values():
        again = [str(moment.replace(tzinfo=None)) for moment in (now + timedelta(minutes=11), now + timedelta(days=1))]
        driver.execute(
            "UPDATE outbox SET state = 'queued', sent_at = NULL, message_id = NULL, attempts = 0, not_before = ?,"
            " expires_at = ? WHERE id = ?",
            [*again, number],
        )
        driver.execute("UPDATE card SET message_id = NULL WHERE outbox_id = ?", [number])
        shown = scene["chats"][str(chat)]
        scene["chats"][str(chat)] = [one for one in shown if one["id"] != message]
    # Whatever waits goes after the snapshot's moment only, so that a tap is tried in quiet.
    late = str((now + timedelta(minutes=11)).replace(tzinfo=None))
    driver.execute(
        "UPDATE outbox SET not_before = ?, reason = '', attempts = 0 WHERE state = 'queued'",
        [late],
    )


def _turned(driver: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    for number, job, about, chat, message in driver.execute(query).fetchall():
        yield number, chat, message, job, about


def _sweep_inbox(driver: sqlite3.Connection) -> None:
    driver.execute(
        "DELETE FROM inbox WHERE state = 'answered' AND id NOT IN"
        " (SELECT id FROM inbox WHERE state = 'answered' ORDER BY id DESC LIMIT ?)",
        [KEPT_OF_INBOX],
    )


def _not_yet_handled(driver: sqlite3.Connection) -> None:
    """A tap that was carried out and not answered, and a word that nobody has looked at."""
    query = "SELECT id FROM inbox WHERE kind = 'callback_query' AND answer IS NOT NULL ORDER BY id DESC LIMIT 1"
    driver.execute("UPDATE inbox SET state = 'done' WHERE id = ?", driver.execute(query).fetchone())
    [(_, bot_id, at, payload)] = driver.execute(
        "SELECT max(update_id), bot_id, received_at, payload FROM inbox WHERE kind = 'message' AND state = 'answered'"
        " AND sender = ? AND payload LIKE '%\"text\"%'",
        [FIRST_ACCOUNT],
    ).fetchall()
    [(newest,)] = driver.execute("SELECT max(update_id) FROM inbox").fetchall()
    update = json.loads(payload)
    update["update_id"], update["message"]["text"] = newest + 1, "我的记录"
    update["message"]["message_id"] += 10_000
    driver.execute(
        "INSERT INTO inbox (bot_id, update_id, sender, kind, payload, state, received_at, fault)"
        " VALUES (?, ?, ?, 'message', ?, 'new', ?, '')",
        [bot_id, newest + 1, update["message"]["from"]["id"], json.dumps(update, ensure_ascii=False), at],
    )


# What no branch of this size shows.
WITHOUT_A_BUTTON = {"RollPage": "a roll of more than one page needs more than 20 people"}


def nothing_is_missing(path: Path, scene: Json) -> None:
    """Every question of the bot stands open to somebody, every kind of button stands somewhere, every job has run."""
    with closing(sqlite3.connect(path)) as driver:
        open_now = {step for (step,) in driver.execute("SELECT step FROM dialog")}
        ran = {job for (job,) in driver.execute("SELECT job FROM job_run")}
    steps = {one.step for one in registry.HANDLERS if type(one).__name__ == "Answer"}
    taps = {one.button.prefix: one.button.__name__ for one in registry.HANDLERS if type(one).__name__ == "Tap"}
    shown = {living.prefix_of(press.data) for press in living.presses({"scene": scene, "in_group": [0]})}
    assert steps <= open_now, f"no open question: {steps - open_now}"
    hidden = {name for prefix, name in taps.items() if prefix not in shown} - set(WITHOUT_A_BUTTON)
    assert not hidden, f"no button: {hidden}"
    jobs = {job.name for job in registry.jobs(SHANGHAI)}
    assert jobs <= ran, f"has not run: {jobs - ran}"


# --- what it gives ---------------------------------------------------------------------------------------------------


def step(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


async def record(folder: Path, text: str, walk: Json) -> Json:
    """Everything that is tried on the snapshot, and what it does with the code at hand."""
    base, copy = folder / "base.db", folder / "copy.db"
    rows.load(f"sqlite:///{base}", text)
    with closing(Database(f"sqlite:///{base}")) as database:
        walk["columns"] = {of: [*kinds] for of, kinds in database.kinds.items()}
    migrate.upgrade(f"sqlite:///{base}")

    def fresh() -> str:
        for old in folder.glob("copy.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copy(base, copy)}"

    numbered = walks.Numbered()
    walk["in_group"] = [living_account(walk, name) for name in ("甲五", "丙三")]
    walk["questions"] = [
        {"name": name, "question": question, "given": [given[0], given[1].decode()] if is_a_file(given) else given}
        for name, (question, _, given) in [*play.HOLDERS.items(), *play.OWN.items()]
        if question and given is not None
    ]
    for what, acts in (("answers", walks.answers(walk["questions"])), ("taps", walks.taps(walks.of_each_kind(walk)))):
        step(what)
        found = await walks.tried(fresh, walk, acts)
        walk[what] = {name: numbered(lines) for name, lines in found.items()}
    step("by itself")
    walk["woken"] = numbered(await walks.waking(fresh, walk))
    walk["near"] = numbered(await walks.running(fresh, walk, walks.NEAR))
    walk["far"] = numbered(await walks.running(fresh, walk, walks.FAR))
    walk["pages_of_log"] = await walks.pages_of_log(fresh, walk)
    walk["told"] = walks.told(fresh)
    walk["lines"] = [*numbered.lines]
    return walk


def is_a_file(given: Any) -> TypeGuard[tuple[str, bytes]]:
    return isinstance(given, tuple)


def living_account(walk: Json, name: str) -> int:
    return FIRST_ACCOUNT + list(walk["scene"]["people"]).index(name)


def write(walk: Json) -> None:
    """A line for each thing that was tried."""
    lines = []
    for key, value in walk.items():
        if isinstance(value, list | dict) and value:
            opens, closes = "[]" if isinstance(value, list) else "{}"
            items = value if isinstance(value, list) else value.items()
            inner = ",\n".join(
                _compact(one) if isinstance(value, list) else f"{_compact(one[0])}:{_compact(one[1])}" for one in items
            )
            lines.append(f"{_compact(key)}:{opens}\n{inner}\n{closes}")
        else:
            lines.append(f"{_compact(key)}:{_compact(value)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    walks.WALK.write_bytes(gzip.compress(text.encode(), mtime=0))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    again = "--walk" in sys.argv[1:]
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="upgrade-", dir=memory) as name:
        folder = Path(name)
        if again:
            text, walk = walks.rows_of_snapshot(), walks.walk_of_snapshot()
            walk = {key: walk[key] for key in ("scene", "files")}
        else:
            with no_chance():
                walk = asyncio.run(play_all(folder / "played.db"))
            text = rows.dump(folder / "played.db")
            walks.ROWS.write_bytes(gzip.compress(text.encode(), mtime=0))
            write(walk)
        write(asyncio.run(record(folder, text, walk)))


if __name__ == "__main__":
    main()
