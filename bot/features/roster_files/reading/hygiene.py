"""What a branch does not allow, in a roster as it was read: found before anything of it is kept, and not repeated."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.features.roster_files.reading.rows import Fault, RosterRow, with_kept
from bot.kit.glossary.columns import LEDGER
from bot.kit.hygiene import holds
from bot.kit.words import Both

# What stands for the content of a cell that must not be kept: a fault is a message, and messages are.
NOT_REPEATED = "…"
_WANTED = Both("without the words that the branch does not allow", "不含支部规定的禁发词语的文字")


def faults_by_words(rows: Sequence[RosterRow], words: Collection[str]) -> tuple[Fault, ...]:
    """A fault for every cell that holds one of the branch's own words."""
    cells = ((row, title, text) for row in rows for title, text in _texts(row))
    return tuple(
        Fault(row.line, title, NOT_REPEATED, _WANTED, row.sheet) for row, title, text in cells if holds(text, words)
    )


def _texts(row: RosterRow) -> tuple[tuple[str, str], ...]:
    return (
        (LEDGER["name"], row.name),
        (LEDGER["group"], row.group),
        (LEDGER["duties"], "、".join(row.titles)),
        (LEDGER["rank"], row.rank_text),
        (LEDGER["notes"], with_kept(row.notes, row.kept)),
    )


def not_repeating(faults: Sequence[Fault], words: Collection[str]) -> tuple[Fault, ...]:
    """The faults of a file without the cells that hold such a word."""
    return tuple(replace(one, found=NOT_REPEATED) if holds(one.found, words) else one for one in faults)
