"""branch-bot tally: for people, for programs, and how it fails."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cli.main import cli
from bot.settings import Settings
from storage.choices import ActivityStatus, OrganisationKind
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.kept_figure import KeptFigure
from storage.models.organisation import Organisation

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str, lay: Callable[[Session], Any]) -> Run:
    """The command on the example archive."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        lay(session)
    return lambda *words: CliRunner().invoke(cli, ["tally", *words], env={"DATABASE_URL": sqlite_url})


def test_json_has_the_names_of_the_archive(run: Run, right_answer: dict[str, Any]) -> None:
    said = run("--quarter", "2022Q3", "--branch", "1", "--version", "draft", "--format", "json")
    assert said.exit_code == 0
    counted = json.loads(said.output)
    assert list(counted) == list(right_answer)
    assert (counted["quarter"], counted["version"], counted["branch"]) == ("2022Q3", "draft", "示范党支部")
    assert counted["figures"]["study"] == right_answer["figures"]["study"]
    assert counted["figures"]["hours"] == right_answer["figures"]["hours"]


def test_the_json_of_any_days(run: Run, right_answer: dict[str, Any]) -> None:
    said = run("--from", "2022-07-01", "--to", "2022-10-01", "--format", "json")
    assert said.exit_code == 0
    counted = json.loads(said.output)
    assert list(counted) == ["period", "versions", "branch", "figures"]
    assert counted["period"] == {"from": "2022-07-01", "to": "2022-10-01"}
    assert counted["versions"] == {"2022Q3": "draft"}
    # The same days as a quarter, the same figures.
    assert counted["figures"] == json.loads(run("--quarter", "2022Q3", "--format", "json").output)["figures"]
    assert counted["figures"]["study"] == right_answer["figures"]["study"]


def test_the_table_of_any_days_names_the_last_of_them(run: Run) -> None:
    said = run("--from", "2022-07-01", "--to", "2023-01-01")
    assert said.exit_code == 0
    assert "示范党支部  2022-07-01 to 2022-12-31  2022Q3 draft, 2022Q4 draft" in said.output
    assert re.search(r"期末 +roster_close +\d+ +人", said.output)


def test_a_table_for_people(run: Run) -> None:
    said = run("--quarter", "2022Q3")
    assert said.exit_code == 0
    assert "示范党支部  2022Q3  version draft" in said.output
    assert "roster_close" in said.output
    assert "projects" not in said.output
    assert re.search(r"主题党日 +by_type\.theme_party_day +次数 .*出席率 ", said.output)
    assert not re.search(r"\b[PGS]\d+\b", said.output)


def test_what_has_no_roll_is_named_below_the_table(run: Run, sqlite_url: str) -> None:
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        one = session.scalars(
            select(Activity).where(Activity.status == ActivityStatus.HELD).order_by(Activity.id)
        ).first()
        assert one is not None
        one.status, one.settled_at = ActivityStatus.PLANNED, None
        title = one.title
    said = run("--quarter", "2022Q3")
    [line] = [line for line in said.output.splitlines() if "no complete roll" in line]
    assert line.startswith("Not counted, it has no complete roll: 2022-")
    assert line.endswith(title)
    assert "no complete roll" not in run("--quarter", "2022Q3", "--format", "json").output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--quarter", "2022Q5"], 1),
        (["--branch", "9"], 2),
        (["--version", "v1"], 2),
        (["--from", "2022-07-01"], 2),
        (["--to", "2022-07-01"], 2),
        (["--from", "2022-07-01", "--to", "2022-07-01"], 2),
        (["--from", "2022-07-02", "--to", "2022-07-01"], 2),
        (["--from", "2022-7", "--to", "2022-08-01"], 2),
        (["--from", "0001-01-01", "--to", "9999-12-31"], 2),
        (["--quarter", "2022Q3", "--from", "2022-07-01", "--to", "2022-10-01"], 2),
    ],
)
def test_what_is_not_there_is_said_in_a_line(run: Run, words: list[str], code: int) -> None:
    said = run(*words)
    assert said.exit_code == code
    assert "Traceback" not in said.output


def test_of_a_committee_every_branch_is_a_row(run: Run, sqlite_url: str) -> None:
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        kind, made = OrganisationKind.GENERAL_BRANCH, {"settings": {}, "created_at": datetime(2022, 1, 1, tzinfo=UTC)}
        session.add(Organisation(id=900, kind=kind, name="机关总支", **made))
        session.flush()
        session.get_one(Organisation, 1).parent_id = 900
        session.add(Organisation(id=901, parent_id=900, kind=OrganisationKind.BRANCH, name="第二支部", **made))
    own = json.loads(run("--quarter", "2022Q3", "--branch", "1", "--format", "json").output)["figures"]
    said = run("--quarter", "2022Q3", "--branch", "机关总支", "--format", "json")
    assert said.exit_code == 0
    counted = json.loads(said.output)
    first, second = counted["branches"]
    assert (first["name"], second["name"], second["people"]) == ("示范党支部", "第二支部", 0)
    assert "roster_close" not in second["figures"]
    assert first["figures"]["roster_close"] == own["roster_close"]
    overall = own["branch_scope_overall"]
    assert counted["totals"]["branch_scope_overall"] == {"part": overall["present"], "whole": overall["expected"]}
    assert "first_agenda_items" in first["figures"]
    # What may be the same in two branches has no sum.
    assert "first_agenda_items" not in counted["totals"]
    table = run("--quarter", "2022Q3", "--branch", "900")
    assert table.exit_code == 0
    assert "机关总支  2022Q3  2 branches, 8 people" in table.output
    assert run("--quarter", "2022Q3", "--branch", "900", "--version", "v1").exit_code == 2
    with Storage(sqlite_url) as storage, storage.reading() as session:
        assert session.scalars(select(KeptFigure)).all() == []
