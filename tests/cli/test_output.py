"""A long table is set without rich, and reads as if rich had set it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cli import output

COLUMNS = ("job", "branch_id", "at")
ROWS = [
    {"job": "nudge_morning", "branch_id": 7, "at": datetime(2023, 7, 3, 1, tzinfo=UTC)},
    {"job": "党支部[bold]", "branch_id": None, "at": None},
    {"job": "", "branch_id": 12_345, "at": "x" * 30},
]
RARE = {"job": "甲\U0003158e、丁\ue863、葛\U000e0101", "branch_id": 3, "at": "\U0002cb4e"}
AWKWARD = [{"job": "two\nlines", "branch_id": 1, "at": "a\tb"}, {"job": "w" * 500, "branch_id": 2, "at": ""}]


def printed(capsys: pytest.CaptureFixture[str], rows: Any) -> str:
    output.show(rows, COLUMNS, "table", UTC)
    return capsys.readouterr().out


@pytest.mark.parametrize("rows", [ROWS, [*ROWS, AWKWARD[0]], [*ROWS, AWKWARD[1]], [*ROWS, RARE]])
def test_both_set_the_same_table(
    rows: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_rich = printed(capsys, rows)
    monkeypatch.setattr(output, "MANY", 0)
    assert printed(capsys, rows) == by_rich


@pytest.mark.parametrize("many", [1, output.MANY + 1])
def test_every_letter_is_printed(many: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [RARE] * many).count("甲\U0003158e、丁\ue863、葛\U000e0101") == many


def test_a_long_one_is_not_for_rich(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_rich", None)
    assert len(printed(capsys, ROWS * output.MANY).splitlines()) == len(ROWS) * output.MANY + 4
