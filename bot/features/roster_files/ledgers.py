"""Ledger 14, 党员名册, as of the last day of a period."""

from bot.features.roster_files.tables import roster_rows
from bot.kit.access import Reach, Right, reach
from bot.kit.ledger_books import Asked, Book, fixed
from bot.kit.ledgers import Column, Ledger
from bot.kit.words import short_day
from storage.audience import Me

NAME = "党员名册"


def members(asked: Asked) -> list[Ledger]:
    day = asked.counting.last_day
    heading, *rows = roster_rows(asked.session, asked.branch_id, day)
    if not rows:
        return []
    title = f"{asked.branch}{NAME}（{day.year}年{short_day(day)}）"
    columns = [Column(word, as_text=word.endswith(("年月", "日期"))) for word in heading]
    return [Ledger(NAME, columns, [[int(first), *rest] for first, *rest in rows], title=title, beside=2)]


def _may(me: Me) -> bool:
    return reach(me, Right.ROSTER) is Reach.ALL


LEDGERS = fixed(Book((14, 0), NAME, members, _may))
