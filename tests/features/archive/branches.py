"""Archives in and out of a branch of few people, as the tests of their collections ask for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from bot.features.archive.document import BadArchive, dump
from bot.features.archive.exporting import export
from bot.features.archive.importing import Brought, Target, bring
from bot.features.registry import FIGURES

NOW = datetime(2022, 10, 20, 1, tzinfo=UTC)
TODAY = date(2022, 10, 20)
NEW = Target(None)


def document(**collections: Any) -> dict[str, Any]:
    """Three people of a branch, and these."""
    people = [
        {"id": f"P{at}", "name": name, "roster": [{"from": "2018-01-01", "to": None}]}
        for at, name in enumerate(("甲一", "甲二", "甲三"), 1)
    ]
    return {"format": "branch-archive/1", "branch": {"name": "示范党支部"}, "people": people, **collections}


def put(session: Session, found: dict[str, Any], target: Target = NEW) -> Brought:
    return bring(session, found, target, now=NOW, timezone="Asia/Shanghai", figures=FIGURES)


def over(done: Brought) -> Target:
    return Target(done.branch_id, replace=True)


def out(session: Session, branch_id: int) -> dict[str, Any]:
    """As it is read again from the file."""
    found: dict[str, Any] = json.loads(dump(export(session, branch_id, TODAY, "Asia/Shanghai")))
    return found


def only(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: found[name] for name in ("format", *names)}


def faults_of(session: Session, found: dict[str, Any]) -> list[str]:
    """What it is refused for; nothing is written."""
    with pytest.raises(BadArchive) as refused:
        put(session, found)
    return refused.value.faults


def comes_back_whole(session: Session, found: dict[str, Any], *names: str) -> int:
    """In, out, in again: nothing is lost, changed, or laid twice. The branch that it went into."""
    done = put(session, found)
    written = out(session, done.branch_id)
    assert {name: written[name] for name in names} == {name: found[name] for name in names}
    for same in (found, written, {**found, **{name: found[name][::-1] for name in names}}):
        assert not put(session, same, over(done)).changed
    again = out(session, put(session, written, Target(None, "第二支部")).branch_id)
    assert dump(only(again, *names)) == dump(only(written, *names))
    return done.branch_id


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    found: list[str] = []

    def heard(_: Any, __: Any, statement: str, *___: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
