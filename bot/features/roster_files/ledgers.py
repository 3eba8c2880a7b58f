"""Ledger 14, 党员名册, as of the last day of a period."""

from bot.features.roster_files.tables import roster_rows
from bot.kit.access import Right
from bot.kit.ledger_books import Asked, Book, fixed, wholly
from bot.kit.ledgers import Column, Ledger
from bot.kit.words import full_day

NAME = "党员名册"


def members(asked: Asked) -> list[Ledger]:
    day = asked.counting.last_day
    heading, *rows = roster_rows(asked.session, asked.branch_id, day)
    if not rows:
        return []
    title = f"{asked.branch}{NAME}（{full_day(day)}）"
    columns = [Column(word, as_text=word.endswith(("年月", "日期"))) for word in heading]
    return [Ledger(NAME, columns, [[int(first), *rest] for first, *rest in rows], title=title, beside=2)]


LEDGERS = fixed(Book((14, 0), NAME, members, wholly(Right.ROSTER)))
