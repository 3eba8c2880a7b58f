"""What a branch does not allow, in a roster as it was read: found before anything of it is kept, and not repeated."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.features.roster_files.reading.roster_file import PeopleSheet, RosterFile
from bot.features.roster_files.reading.rows import Fault, RosterRow, with_kept
from bot.kit.glossary.columns import LEDGER
from bot.kit.hygiene import comparable, holds, look
from bot.kit.words import Both

# What stands for the content of a cell that must not be kept: a fault is a message, and messages are.
NOT_REPEATED = "…"
_WANTED = Both("without the words that the branch does not allow", "不含支部规定的禁发词语的文字")
_LONG_NUMBER = re.compile(r"(?<!\d)[1-9](?:[\s-]?\d){9,17}[\dXxＸｘ]?")


def faults_by_words(rows: Sequence[RosterRow], words: Collection[str]) -> tuple[Fault, ...]:
    """A fault for every cell that holds one of the branch's own words."""
    return tuple(
        Fault(row.line, title, NOT_REPEATED, _WANTED, row.sheet) for row in rows for title in _columns(row, words)
    )


def _columns(row: RosterRow, words: Collection[str]) -> list[str]:
    """The columns of a row with such a word, each once; a remark repeats a cell, and counts where no cell has it."""
    found = list(dict.fromkeys(title for title, text in _texts(row) if holds(text, words)))
    said = any(holds(text, words) for one in row.remarks for text in (one, one.chinese))
    return found or ([LEDGER["notes"]] if said else [])


def _texts(row: RosterRow) -> tuple[tuple[str, str], ...]:
    """Every text that a row keeps, each with its column."""
    return (
        (LEDGER["name"], row.name),
        (LEDGER["group"], row.group),
        (LEDGER["duties"], "、".join(row.titles)),
        (LEDGER["rank"], row.rank_text),
        (LEDGER["notes"], with_kept(row.notes, row.kept)),
        *((one.column or LEDGER["notes"], one.said) for one in row.exemptions),
    )


def not_repeating(faults: Sequence[Fault], words: Collection[str]) -> tuple[Fault, ...]:
    """The faults of a file without the cells that hold such a word, and without it in what else they name."""
    return tuple(_not_repeating(one, words) for one in faults)


def _not_repeating(fault: Fault, words: Collection[str]) -> Fault:
    found = NOT_REPEATED if holds(fault.found, words) or look(fault.found) is not None else fault.found
    wanted = _both(fault.wanted, words)
    return replace(
        fault, found=found, column=masked(fault.column, words), wanted=wanted, sheet=masked(fault.sheet, words)
    )


def sheet_faults(file: RosterFile, words: Collection[str]) -> tuple[Fault, ...]:
    """A fault for every sheet with people whose name holds such a word, an identity number or a mark of secrecy."""
    return tuple(
        Fault(0, "", "", _rename(number))
        for number, sheet in enumerate(file.sheets, 1)
        if holds(sheet.name, words) or look(sheet.name) is not None
    )


def _rename(number: int) -> Both:
    return Both(
        f"The name of sheet {number} with people holds a word that is not allowed, an identity number or a mark of "
        "secrecy: rename the sheet.",
        f"第{number}张党员表的名称含有禁发词语、身份证号或密级标志，请修改工作表名称后重新发送。",
    )


def clean(file: RosterFile, words: Collection[str]) -> RosterFile:
    """The file with such words, and with identity numbers, masked in all that is said of how it was read."""
    return replace(
        file,
        sheets=tuple(_clean_sheet(sheet, words) for sheet in file.sheets),
        notes=tuple(_both(note, words) for note in file.notes),
    )


def _clean_sheet(sheet: PeopleSheet, words: Collection[str]) -> PeopleSheet:
    return replace(
        sheet,
        faults=not_repeating(sheet.faults, words),
        notes=tuple(_both(note, words) for note in sheet.notes),
        unread=tuple(dict.fromkeys(masked(title, words) for title in sheet.unread)),
    )


def _both(said: Both, words: Collection[str]) -> Both:
    return Both(masked(said, words), masked(said.chinese, words))


def masked(text: str, words: Collection[str]) -> str:
    """A text with NOT_REPEATED for each such word and each identity number; for all of it where that is not enough."""
    for word in sorted(words, key=len, reverse=True):
        text = _without(text, word)
    if look(text) is not None:
        text = _LONG_NUMBER.sub(NOT_REPEATED, text)
    return NOT_REPEATED if holds(text, words) or look(text) is not None else text


def _without(text: str, word: str) -> str:
    """Letters, small or full-width, and blanks between them count as the word is compared."""
    places = [at for at, letter in enumerate(text) for _ in comparable(letter)]
    plain = "".join(map(comparable, text))
    kept, end = "", 0
    for found in re.finditer(re.escape(word), plain) if word else ():
        kept += text[end : places[found.start()]] + NOT_REPEATED
        end = places[found.end() - 1] + 1
    return kept + text[end:]
