"""Tables to outside."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from bot.kit.sheets import csv_text


def test_no_cell_is_a_formula() -> None:
    text = csv_text(["姓名"], [["=cmd()"], ["+1"], ["-1"], ["@x"], ["\t=1"], ["甲一"]])
    assert text.startswith("\ufeff姓名\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "'+1", "'-1", "'@x", "'\t=1", "甲一"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(cell: str) -> None:
    text = csv_text(["a", "b"], [[cell, "x"]])
    [_, row] = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row[0].removeprefix("'") == cell.removeprefix("'")
