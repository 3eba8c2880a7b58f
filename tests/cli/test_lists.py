"""branch-bot lists: what is open of the register as of a day."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.features.register import service, states
from bot.features.register.entries import views
from bot.features.register.kinds.catalogue import kind_of
from bot.features.register.values import Owner
from storage.engine import Storage
from tests.cast import Cast, make_branch
from tests.cli.conftest import Run
from tests.features.register.desk import SHANGHAI

NOW = datetime(2023, 8, 11, 2, tzinfo=UTC)


@pytest.fixture
def kept(ready: Run, tmp_path: Path) -> Run:
    """A project that is finished on the 9th, one that goes on, and a list that was issued with an item."""
    with Storage(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}") as storage, storage.transaction() as session:
        cast = make_branch(session, now=datetime(2023, 7, 1, tzinfo=UTC))
        me = cast.me(session, "甲一", NOW.date())

        def record(name: str, **values: Any) -> int:
            kind = kind_of(session, name)
            assert kind is not None
            return service.record(session, me, kind, values, NOW, SHANGHAI)

        def put(number: int, state: str, on: date) -> None:
            [view] = views(session, [number])
            states.put_state(session, me, view, None, state, on, "", NOW, SHANGHAI, {})

        done = record(
            "practical_project", title="扶梯", since="2023-07-03", due_on="2023-08-15", owner=_of(cast, "甲四")
        )
        put(done, "completed", date(2023, 8, 9))
        record("practical_project", title="延时服务", since="2023-07-03", due_on="2023-08-01", owner=_of(cast, "甲五"))
        listed = record("rectification_list", target="甲支部", source="other")
        item = {"category": "other", "problem": "记录不全", "measure": "补齐", "due_on": "2023-08-20"}
        [view] = views(session, [listed])
        service.add_row(session, me, view, "items", {**item, "owner": Owner(name="甲支部")}, NOW, SHANGHAI)
        put(listed, "issued", date(2023, 8, 11))
    return ready


def _of(cast: Cast, name: str) -> Owner:
    return Owner(id=cast[name])


def rows(run: Run, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("lists", "--format", "json", *options).output)
    return found


def test_what_is_open_as_of_a_day_the_most_urgent_first(kept: Run) -> None:
    assert rows(kept, "--on", "2023-08-11") == [
        {"kind": "practical_project", "title": "延时服务", "owner": "甲五", "state": "not_started",
         "due_on": "2023-08-01", "days_left": -10},
        {"kind": "rectification_list", "title": "甲支部 其他 第1项“记录不全”", "owner": "甲支部", "state": "open",
         "due_on": "2023-08-20", "days_left": 9},
    ]  # fmt: skip
    assert [one["title"] for one in rows(kept, "--on", "2023-08-01")] == ["延时服务", "扶梯"]
    assert [one["days_left"] for one in rows(kept, "--on", "2023-08-01")] == [0, 14]
    assert rows(kept, "--on", "2023-07-01") == []


def test_only_what_is_overdue(kept: Run) -> None:
    assert rows(kept, "--on", "2023-08-01", "--overdue") == []
    assert [one["title"] for one in rows(kept, "--on", "2023-08-02", "--overdue")] == ["延时服务"]


def test_as_a_table_and_as_csv(kept: Run) -> None:
    table = kept("lists", "--on", "2023-08-11").output
    assert [word for word in ("days left", "延时服务", "甲支部") if word not in table] == []
    lines = list(csv.reader(io.StringIO(kept("lists", "--on", "2023-08-11", "--format", "csv").output)))
    assert lines[0] == ["kind", "title", "owner", "state", "due_on", "days_left"]
    assert lines[1] == ["practical_project", "延时服务", "甲五", "not_started", "2023-08-01", "-10"]


def test_of_nothing_it_says_so_and_what_is_no_day_is_not_understood(ready: Run) -> None:
    assert ready("lists").exit_code == 2
    ready("branch", "add", "第一支部")
    assert ready("lists", "--branch", "第一支部").output == "Nothing is open.\n"
    assert (ready("lists", "--on", "1800-01-01").exit_code, ready("lists", "--on", "x").exit_code) == (2, 2)
