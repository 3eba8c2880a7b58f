"""Attacks by a table that goes out: every file that the bot writes, read back cell by cell, with hostile names."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest

from bot.cli.output import show
from bot.features.accounts import messages as people
from bot.features.roster.words import Difference
from bot.features.roster_files import messages as import_messages
from bot.features.roster_files import tables
from bot.features.roster_files.reading.rows import Fault
from bot.features.roster_files.service import Imported
from bot.features.tally import committee_messages
from bot.features.tally.committee import Below, BranchCounts
from bot.kit.replies import Document, Said
from bot.kit.sheets import MOST_LETTERS, harmless
from bot.kit.words import Both, units
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from tests.world import SHANGHAI

EVIL = [
    "=cmd()",
    "+1+1",
    "-x",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u3000=1",
    "\u200b=1",
    "＝1",
    "＋1",
    "－x",
    "＠x",
    "﹦1",
]
PLAIN = ["甲一", "1980.05", "2023-07-07", "'旧名", "a=b", "——", ""]
PERIOD = Period.of(Quarter(2023, 3))
STARTS = tuple("=+-@\t\r\n＝＋－＠﹦")


def rows_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode().removeprefix("\ufeff"), newline="")))


def rows_of_xlsx(content: bytes) -> list[list[str]]:
    """Every cell of every sheet; a formula would be of another type."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [list(row) for sheet in book.worksheets for row in sheet.iter_rows()]
    assert [cell.value for row in cells for cell in row if cell.data_type == "f"] == []
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in cells]


def table_in(said: list[Said]) -> bytes:
    return next(one.content or b"" for one in said if isinstance(one, Document))


def written(name: str) -> list[list[list[str]]]:
    """Every table of the bot with this name where names stand."""
    wide = [name] * len(tables.LEDGER)
    fault = Fault(2, name, name, Both(name, name))
    differs = Difference(name, name, name, name)
    done = Imported(listed=1, added=0, changed=1, groups_added=0, exempt=(), not_listed=())
    line = BranchCounts(1, name, name, 1, 1, None, None)
    below = Below(Period.of(Quarter(2023, 3)), name, None, False, 1, 1, 1, (line,))
    many = import_messages.LINES_SHOWN + 1
    of_xlsx = [
        tables.roster_xlsx([wide, list(wide)]),
        table_in(import_messages.faults([fault] * many)),
        table_in(import_messages.look(done, (), (), [differs] * many, datetime(2023, 7, 7).date(), 1)),
        people.invites([(name, name, "code")], "bot").content or b"",
        committee_messages.table(below, SHANGHAI).content or b"",
    ]
    return [rows_of_csv(tables.roster_csv([wide, list(wide)])), *map(rows_of_xlsx, of_xlsx)]


@pytest.mark.parametrize("name", EVIL)
def test_no_cell_of_any_table_is_run_as_a_formula(name: str) -> None:
    for table in written(name):
        # XML keeps no carriage return.
        cells = [cell.replace("\r", "\n") for row in table for cell in row]
        marked = "'" + name.replace("\r", "\n")
        holding = {cell for cell in cells if name.strip() in cell}
        # What is more than the name is a title that begins with it.
        assert marked in holding
        assert [cell for cell in holding if not cell.startswith(marked)] == []
        assert [cell for cell in cells if cell.startswith(STARTS)] == []


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_formula_is_written_as_it_is(name: str) -> None:
    for table in written(name):
        assert name in [cell for row in table for cell in row]


def test_a_fault_is_told_of_a_text_that_no_cell_holds() -> None:
    """20,000 of these letters are 40,000 to a spreadsheet; what is wrong begins the cell, and an ellipsis ends it."""
    for found in ("🌟" * 20_000, "=" * MOST_LETTERS):
        fault = Fault(2, "备注", found, Both("shorter", "更短"))
        table = rows_of_xlsx(table_in(import_messages.faults([fault] * (import_messages.LINES_SHOWN + 1))))
        told = table[2][2].removeprefix("'")
        assert (told[:9], told[-1]) == (found[:9], "…")
        assert units(table[2][2]) <= MOST_LETTERS


def test_the_templates_hold_no_formula() -> None:
    for table in (rows_of_xlsx(tables.template_xlsx()), rows_of_csv(tables.template_csv())):
        assert [cell for row in table for cell in row if harmless(cell) != cell] == []


@pytest.mark.parametrize("name", EVIL)
def test_a_table_of_the_command_line_neither(name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    show([{"id": 1, "name": name}], ("id", "name"), "csv", UTC)
    assert rows_of_csv(capfdbinary.readouterr().out) == [["id", "name"], ["1", f"'{name}"]]
