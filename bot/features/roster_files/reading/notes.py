"""What is said of how a file of people was read: what was passed over, what is hidden, what is not read at all."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.features.roster_files.reading.headings import HEADINGS, Heading
from bot.features.roster_files.reading.hygiene import NOT_REPEATED
from bot.features.roster_files.reading.lines import Sorted
from bot.features.roster_files.reading.roster_file import BadRoster, whole
from bot.features.roster_files.reading.rows import sheet_word
from bot.kit.hygiene import look
from bot.kit.sheets import Sheet, TableFile, visible
from bot.kit.words import Both

_EMPTY, _NO_HEADING, _NOBODY = Both("empty", "空表"), Both("no heading", "无表头"), Both("nobody in it", "无人员")
# Of more rows and columns the first are named, and how many there are.
_MOST, _LONGEST = 20, 20


def without_heading(file: TableFile) -> BadRoster:
    """Why the file as a whole is no roster."""
    english = "No heading was found: one of the first rows must hold 姓名 and at least one of 党小组, 职级, ..."
    chinese = "没有找到表头：前几行中须有“姓名”和至少一项其他栏目（如党小组、职级）。"
    unread = _unread(file.unread)
    if unread is None:
        return whole(english, chinese)
    return whole(f"{english} {unread}.", f"{chinese}{unread.chinese}。")


def of_file(file: TableFile, nobody: Sequence[Sheet], headless: Sequence[Sheet]) -> Iterator[Both]:
    """Sheets that were not read, in the order of their kinds; macros."""
    unread = [*file.unread, *((sheet.name, _NOBODY) for sheet in nobody)]
    unread += [(sheet.name, _NO_HEADING if sheet.rows else _EMPTY) for sheet in headless]
    said = _unread(unread)
    if said is not None:
        yield said
    if file.has_macros:
        yield Both("The macros of the file were not run", "文件中的宏没有运行")


def _unread(sheets: Sequence[tuple[str, Both]]) -> Both | None:
    if not sheets:
        return None
    english = ", ".join(f"{shown(name)} ({why})" for name, why in sheets)
    return Both(
        f"Not read: {english}", f"未读取：{'、'.join(f'{shown(name)}（{why.chinese}）' for name, why in sheets)}"
    )


def of_sheet(sheet: Sheet, heading: Heading, lines: Sorted, by_name: str, called: str) -> Iterator[Both]:
    """Hidden rows and columns that were read, rows and columns that were not. called: "" where there is one sheet."""
    people = [row for row, _ in lines.people]
    hidden = [row.number for row in people if row.hidden]
    covered = sorted(heading.columns.keys() & sheet.hidden_columns)
    found = (
        ("Hidden rows that were read", "含隐藏行", [rows_word(hidden)] if hidden else []),
        (
            "Hidden columns that were read",
            "含隐藏栏",
            [_column(HEADINGS[heading.columns[at]][0], at) for at in covered],
        ),
        ("Rows passed over", "未导入的行", [_line(row.number, text) for row, text in lines.aside]),
        ("Rows that name a group", "党小组标题行", [_line(row.number, text) for row, text in lines.groups]),
        ("Group by the name of the sheet", "按表名归入", [Both(shown(by_name), shown(by_name))] if by_name else []),
    )
    of = f"sheet {called}: " if called else ""
    of_chinese = f"{sheet_word(called)}" if called else ""
    for english, chinese, named in found:
        if named:
            more, etc = (f" and more ({len(named)})", f"等{len(named)}处") if len(named) > _MOST else ("", "")
            yield Both(
                f"{of}{english}: {', '.join(named[:_MOST])}{more}",
                f"{of_chinese}{chinese}：{'、'.join(each.chinese for each in named[:_MOST])}{etc}",
            )


def rows_word(numbers: Sequence[int]) -> Both:
    """第3行, 第3、5、7—9行: rows in their order, those that follow one another as one."""
    ends = [at for at, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1]
    runs = [numbers[first:last] for first, last in zip([0, *ends], [*ends, len(numbers)], strict=True)]
    english = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    chinese = "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}—{run[-1]}" for run in runs)
    return Both(f"row{'s' if len(numbers) > 1 else ''} {english}", f"第{chinese}行")


def letters(at: int) -> str:
    """A, B ... Z, AA: the column as a spreadsheet names it."""
    return (letters(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)


def unread_columns(heading: Heading, lines: Sorted) -> tuple[str, ...]:
    """Columns with something of somebody in them that is not read, by their titles; the content is never repeated."""
    filled = {at for row, _ in lines.people for at in row.filled()}
    unread = sorted(filled - heading.columns.keys() - heading.numbers)
    return tuple(dict.fromkeys(shown(heading.unread.get(at, "")) or f"{letters(at)}栏" for at in unread))


def _line(number: int, text: str) -> Both:
    return Both(f"row {number} ({shown(text)})", f"第{number}行（{shown(text)}）")


def _column(title: str, at: int) -> Both:
    return Both(f"{title} ({letters(at)})", f"{title}（{letters(at)}栏）")


def shown(text: str) -> str:
    """A name of a sheet or column as it may be said: what must not be kept is not repeated."""
    clean = visible(text).strip()
    return clean[:_LONGEST] if look(clean) is None else NOT_REPEATED
