"""Tables to outside."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.sheets import csv_text, harmless, plain, visible


def test_no_cell_is_a_formula() -> None:
    evil = ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1", "\u200b=1"]
    text = csv_text(["姓名", "=x"], [[cell, "甲一"] for cell in evil])
    assert text.startswith("\ufeff姓名,'=x\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[1:] == [[f"'{cell}", "甲一"] for cell in evil]


@pytest.mark.parametrize("cell", ["", "甲一", "a=b", "1-2", "——", "'甲", "(=1)"])
def test_what_is_no_formula_stays(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(cell: str) -> None:
    text = csv_text(["a", "b"], [[cell, "x"]])
    [_, row] = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row[0].removeprefix("'") == cell.removeprefix("'")


def test_line_ends_are_one_and_other_controls_go() -> None:
    assert visible("a\r\nb\rc\x0bd\x85e\x1ff\x07g\n") == "a\nb\nc\nd\ne\nfg\n"
    assert plain("Ａ\u3164\ufeff \U0003158e\ue863 ") == "A \U0003158e\ue863"
