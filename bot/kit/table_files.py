"""Tables from outside, read with distrust: what a file is, is told by what it holds, never by its name."""

from collections.abc import Callable, Sequence

from bot.kit.csv_file import read_csv
from bot.kit.file_kinds import no_table
from bot.kit.sheets import MAX_BYTES, SheetRow, TableFile, Unreadable, kind_of
from bot.kit.workbook import read_workbook


def read_tables(content: bytes, likeness: Callable[[Sequence[SheetRow]], int]) -> TableFile:
    """The visible sheets of an xlsx, or the one of a csv; raises Unreadable.

    likeness: how much the first rows look like the table that is wanted, 0 for not at all. By it the delimiter
    and the letters of a csv are found.
    """
    if len(content) > MAX_BYTES:
        megabytes = MAX_BYTES // 1024 // 1024
        raise Unreadable(f"The file is larger than {megabytes} MB.", f"文件超过{megabytes}兆，请精简后再发。")
    refusal = no_table(content)
    if refusal is not None:
        raise refusal
    return read_workbook(content) if kind_of(content) == "xlsx" else read_csv(content, likeness)
