"""branch-bot norms: the faults of a file with their lines, a file added, what holds, and how far a branch is."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from tests.cli.conftest import Run
from tests.test_docs import document

FOUND = re.search(r"## branch-bot norms add.*?```toml\n(.*?)```", document("cli.md"), re.DOTALL)
assert FOUND is not None
GOOD = FOUND[1]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def made(text: str) -> Path:
        path = tmp_path / "norms.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return made


def test_the_example_of_the_documents_is_good(file: Callable[[str], Path]) -> None:
    done = CliRunner().invoke(cli, ["norms", "check", str(file(GOOD))])
    assert (done.exit_code, done.output.partition(": ")[2]) == (0, "local-2024 from 2024-01-01, 2 rules, no faults.\n")


def test_a_fault_is_told_with_its_line_and_nothing_is_added(file: Callable[[str], Path], ready: Run) -> None:
    path = file(GOOD.replace('"2nd Fri"', '"5th Fri"'))
    for command in (["norms", "check", str(path)], ["norms", "add", str(path)]):
        done = CliRunner().invoke(cli, command)
        assert (done.exit_code, "line 6 rules.R11.fixed_day: " in done.output) == (1, True), done.output


def test_a_file_is_added_and_what_holds_is_listed(file: Callable[[str], Path], ready: Run) -> None:
    ready("branch", "add", "第一支部")
    assert ready("norms", "add", str(file(GOOD))).output == "local-2024 holds from 2024-01-01 on.\n"
    assert ready("norms", "add", str(file(GOOD))).output == "Nothing to do: local-2024 says the same already.\n"
    rows = {
        row["id"]: row for row in json.loads(ready("norms", "list", "--on", "2024-01-01", "--format", "json").output)
    }
    assert (rows["R11"]["otherwise"], rows["L1"]["otherwise"], rows["R1"]["otherwise"]) == ("fixed_day", "new", None)
    before = {
        row["id"]: row for row in json.loads(ready("norms", "list", "--on", "2023-12-31", "--format", "json").output)
    }
    assert (before["R11"]["otherwise"], "L1" in before) == (None, False)
    assert (
        ready("norms", "list", "--format", "csv")
        .output.splitlines()[0]
        .endswith("id,title,event,scope,period,asks,otherwise")
    )


def test_the_state_of_a_branch_without_anything_is_there_for_programs(ready: Run) -> None:
    ready("branch", "add", "第一支部")
    rows = json.loads(ready("norms", "status", "--branch", "第一支部", "--format", "json").output)
    assert {row["id"] for row in rows} >= {"R44"}
    assert {row["state"] for row in rows} <= {"met", "open", "missed"}
    assert (
        json.loads(ready("norms", "status", "--from", "2019-01-01", "--to", "2019-02-01", "--format", "json").output)
        == []
    )


def test_wrong_days_are_refused(ready: Run) -> None:
    ready("branch", "add", "第一支部")
    for days in (("--from", "2023-01-01"), ("--from", "2023-02-01", "--to", "2023-01-01")):
        assert CliRunner().invoke(cli, ["norms", "status", *days]).exit_code == 2
