"""Who is measured: our whole bot and the two rivals; each prepares a folder with its database and is started there."""

import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.activities.planning import Plan, make
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.kit.activities import ACTIVITY_CARD
from storage import migrate
from storage.audience import find
from storage.choices import ActivityType, Duty
from storage.engine import Storage
from storage.models.organisation import GroupChat
from storage.models.outbox import Card
from storage.models.person import Person
from tests.bench.crowd import FIRST_ACCOUNT

ZONE = ZoneInfo("Asia/Shanghai")
GROUP, CARD = -5_001, 50
# The first activity of a new database.
DATA = "si:1"

OUR_ROW = (
    "SELECT 1 FROM attendance JOIN person ON person.id = attendance.person_id"
    " WHERE person.telegram_id = ? AND attendance.withdrawn_at IS NULL"
)
OUR_ROWS = (
    "SELECT person.telegram_id, count(*) FROM attendance JOIN person ON person.id = attendance.person_id"
    " WHERE attendance.withdrawn_at IS NULL GROUP BY person.telegram_id"
)
OUR_LOG = (
    "SELECT person.telegram_id, count(*) FROM audit JOIN person ON person.id = audit.actor_id"
    " WHERE audit.action = 'sign_in' GROUP BY person.telegram_id"
)
THEIR_ROW = "SELECT 1 FROM tap WHERE person = ?"
THEIR_ROWS = "SELECT person, count(*) FROM tap GROUP BY person"


@dataclass(frozen=True)
class Contestant:
    """`row` is there once a person's tap is committed; each of `counts` gives (person, rows), 1 when all is well."""

    name: str
    command: Sequence[str]
    prepare: Callable[[Path, Path], None]
    row: str = ""
    counts: Sequence[str] = ()

    @property
    def ours(self) -> bool:
        return self.prepare is _copy

    def with_words(self, *words: str) -> Self:
        """Started with these words after its command; ours needs none."""
        return self if self.ours else replace(self, command=(*self.command, *words))

    def database(self, folder: Path) -> Path:
        return folder / "bench.db"

    def rows(self, folder: Path) -> dict[int, int]:
        """How often each person's tap was done: the greatest of the counts."""
        found: dict[int, int] = {}
        with closing(sqlite3.connect(self.database(folder))) as connection:
            for sql in self.counts:
                for person, count in connection.execute(sql):
                    found[person] = max(found.get(person, 0), count)
        return found


def accounts(people: int) -> list[int]:
    return list(range(FIRST_ACCOUNT, FIRST_ACCOUNT + people))


def make_template(path: Path, people: int) -> None:
    """Our database: one branch of so many bound people and an activity that may be signed in to, with its cards."""
    # Ten minutes late, the roll still open: the same answer for as long as a run takes.
    now = datetime.now(ZONE) - timedelta(hours=2)
    with Storage(f"sqlite:///{path}") as storage:
        migrate.upgrade(storage)
        with storage.transaction() as session:
            branch_id = _branch(session, people, now)
            _activity(session, now)
            session.add(GroupChat(branch_id=branch_id, chat_id=GROUP, title="bench", tied_at=now))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _branch(session: Session, people: int, now: datetime) -> int:
    since = date(now.year - 1, 1, 1)
    branch_id = add_branch(session, "示范党支部", None, now)
    rows = [
        RosterRow(name=f"党员{n:05}", line=n, duties=(Duty.SECRETARY,) if n == 1 else ()) for n in range(1, people + 1)
    ]
    import_roster(session, branch_id, rows, now=now, since=since)
    session.flush()
    for person_id, account in zip(_ids(session, branch_id), accounts(people), strict=True):
        bound = {"telegram_id": account, "bound_at": now, "reachable": True}
        session.execute(update(Person).where(Person.id == person_id).values(**bound))
    session.expire_all()
    return branch_id


def _ids(session: Session, branch_id: int) -> list[int]:
    return [row.id for row in session.query(Person.id).filter_by(branch_id=branch_id).order_by(Person.id)]


def _activity(session: Session, now: datetime) -> None:
    me = find(session, FIRST_ACCOUNT, now.date())
    assert me is not None
    start = now + timedelta(hours=1, minutes=45)
    plan = Plan(types=[ActivityType.MEMBERS_MEETING], start_at=start, end_at=start + timedelta(hours=6), place="会议室")
    activity = make(session, me, plan, now, ZONE)
    assert f"si:{activity.id}" == DATA
    for chat in (GROUP, FIRST_ACCOUNT):
        session.add(Card(kind=ACTIVITY_CARD, subject_id=activity.id, chat_id=chat, message_id=CARD))


def _copy(template: Path, folder: Path) -> None:
    copyfile(template, folder / "bench.db")


def _nothing(template: Path, folder: Path) -> None:
    """The rivals make their one table themselves."""


def _module(name: str, *words: str) -> tuple[str, ...]:
    return sys.executable, "-m", name, *words


OURS = Contestant("branch-bot", _module("bot", "run"), _copy, OUR_ROW, (OUR_ROWS, OUR_LOG))
OURS_QUICK = replace(OURS, command=_module("tests.bench.quick"))
PLAIN = Contestant("(a) plain PTB", _module("tests.bench.plain"), _nothing, THEIR_ROW, (THEIR_ROWS,))
CONCURRENT = Contestant("(b) concurrent PTB", _module("tests.bench.concurrent"), _nothing, THEIR_ROW, (THEIR_ROWS,))
PTB_LIMITER = Contestant("PTB, AIORateLimiter", _module("tests.bench.limiter"), _nothing)
MAILER = Contestant("aiogram-broadcaster", _module("tests.bench.mailer"), _nothing)
