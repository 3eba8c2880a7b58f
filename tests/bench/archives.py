"""An archive of a large branch: how long it takes to read it in, to write it, and to find that it says nothing new.

    python -m tests.bench.archives [--people 300] [--years 5]

Seconds of the clock, and the size of the file. A second import of what was written must give the same bytes.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import click

from bot.features.archive.document import dump, load
from bot.features.archive.exporting import export
from bot.features.archive.importing import Target, bring
from bot.features.registry import FIGURES
from storage import migrate
from storage.engine import Storage

FIRST, GROUPS, A_MONTH = date(2018, 1, 5), 10, 6
ABSENT, LATE, LEFT = 23, 17, 11
NOW = datetime(2030, 1, 7, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"
Json = dict[str, Any]


def archive(people: int, years: int) -> Json:
    """Six activities a month with everybody's attendance, a meeting with minutes and a vote, study, pieces, closes."""
    ids = [f"P{number}" for number in range(1, people + 1)]
    activities = list(_activities(ids, years))
    meetings = [one for one in activities if one["components"][0]["type"] == "members_meeting"]
    items = [_item(number, FIRST + timedelta(days=30 * number)) for number in range(12 * years)]
    return {
        "format": "branch-archive/1",
        "branch": {"name": "大支部", "groups": [{"id": f"G{at}", "name": f"第{at}组"} for at in range(1, GROUPS + 1)]},
        "people": [_person(one, at) for at, one in enumerate(ids)],
        "activities": activities,
        "votes": [_vote(at, one["id"], len(ids)) for at, one in enumerate(meetings)],
        "minutes": [_minutes(one["id"]) for one in meetings],
        "study_items": items,
        "study_completions": [
            {"item": one["id"], "person": who, "completed_on": one["due_on"]} for one in items for who in ids
        ],
    }


def _person(known: str, at: int) -> Json:
    return {
        "id": known, "name": f"同志{at + 1}", "group": f"G{at % GROUPS + 1}", "duties": ["secretary"] if not at else [],
        "category": "in_service", "roster": [{"from": "2017-01-01", "to": None}],
        "membership": [{"status": "full", "from": "2017-01-01", "to": None}],
    }  # fmt: skip


def _activities(ids: list[str], years: int) -> Iterator[Json]:
    for number in range(12 * years * A_MONTH):
        month, nth = divmod(number, A_MONTH)
        day = FIRST + timedelta(days=30 * month + 4 * nth)
        kind = "members_meeting" if nth == 0 and month % 3 == 0 else "theme_party_day"
        yield {
            "id": f"A{number + 1}", "title": f"活动{number + 1}", "status": "held", "date": day.isoformat(),
            "scope": {"kind": "branch"}, "components": [{"type": kind}], "hours": 2,
            "recorded_at": f"{day.isoformat()}T18:00:00+08:00",
            "attendance": [_came(who, at + number) for at, who in enumerate(ids)],
            "makeups": [{"person": who, "done_on": (day + timedelta(days=7)).isoformat()}
                        for at, who in enumerate(ids) if (at + number) % LEFT == 0],
        }  # fmt: skip


def _came(who: str, at: int) -> Json:
    if at % LEFT == 0:
        return {"person": who, "status": "leave", "leave_type": "official_duty", "approved": True}
    return {"person": who, "status": "absent" if at % ABSENT == 0 else "late" if at % LATE == 0 else "present"}


def _item(number: int, day: date) -> Json:
    return {
        "id": f"S{number + 1}", "kind": "book", "title": f"书目{number + 1}", "assigned_on": day.isoformat(),
        "due_on": (day + timedelta(days=25)).isoformat(), "state": "assigned",
    }  # fmt: skip


def _vote(at: int, activity: str, many: int) -> Json:
    return {
        "id": f"V{at + 1}", "activity": activity, "motion": "resolution", "title": "年度计划",
        "in_person": {"for": many // 2, "against": 0, "abstain": 0},
    }  # fmt: skip


def _minutes(activity: str) -> Json:
    return {
        "activity": activity, "component": "members_meeting", "agenda": ["学习", "讨论"],
        "speeches": [{"text": "大家发言"}], "resolutions": ["通过"], "follow_up": [],
    }  # fmt: skip


def _timed(what: str, work: Callable[[], Any]) -> Any:
    began = monotonic()
    found = work()
    click.echo(f"{what:<28}{monotonic() - began:7.1f} s")
    return found


@click.command()
@click.option("--people", default=300, show_default=True)
@click.option("--years", default=5, show_default=True)
@click.option("--database", default="", help="Another one than a new SQLite file: an empty database of PostgreSQL.")
def measure(people: int, years: int, database: str) -> None:
    """Read a large archive in, write it, read it again."""
    content = dump(archive(people, years)).encode()
    click.echo(f"{people} people, {years} years: {len(content) / 1024 / 1024:.1f} MB")
    with tempfile.TemporaryDirectory() as folder:
        url = database or f"sqlite:///{Path(folder) / 'branch.db'}"
        migrate.upgrade(url)
        with Storage(url) as storage:
            _measure(storage, content)


def _measure(storage: Storage, content: bytes) -> None:
    def put(found: bytes, target: Target) -> Any:
        with storage.transaction() as session:
            return bring(session, load(found), target, now=NOW, timezone=ZONE, figures=FIGURES, progress=click.echo)

    def out(branch_id: int) -> bytes:
        with storage.reading() as session:
            return dump(export(session, branch_id, NOW.date(), ZONE)).encode()

    done = _timed("read in", lambda: put(content, Target(None)))
    written = _timed("written", lambda: out(done.branch_id))
    again = _timed("the same again", lambda: put(written, Target(done.branch_id)))
    other = _timed("read in as another branch", lambda: put(written, Target(None, "大支部二")))
    same = out(other.branch_id).replace("大支部二".encode(), "大支部".encode()) == written
    changed, bytes_are = "something" if again.changed else "nothing", "the same" if same else "others"
    click.echo(f"the same again changed {changed}; the bytes of the second branch are {bytes_are}")


if __name__ == "__main__":
    measure()
