"""Ledger 20, 更正记录: every correction of the quarters of a period."""

from sqlalchemy import select

from bot.features.closes import messages
from bot.features.closes.about import NOTHING, of_each
from bot.kit.access import Right
from bot.kit.glossary.choices import CORRECTIONS
from bot.kit.ledger_books import Asked, Book, fixed, numbered, wholly
from bot.kit.ledgers import Cell, Ledger
from bot.kit.words import full_moment
from scheduler.calendar.days import Quarter
from storage.lookups import names_of
from storage.models.close import Correction, QuarterClose

NAME = "更正记录"
_WORDS = ("季度", "版本", "类别", "活动", "姓名", "原记录", "现记录", "理由", "办理人", "办理时间")


def corrections(asked: Asked) -> list[Ledger]:
    quarters = [str(one) for one in asked.counting.period.quarters()]
    query = (
        select(Correction, QuarterClose.quarter)
        .join(QuarterClose, QuarterClose.id == Correction.close_id)
        .where(QuarterClose.branch_id == asked.branch_id, QuarterClose.quarter.in_(quarters))
        .order_by(QuarterClose.quarter, Correction.id)
    )
    found = asked.session.execute(query).all()
    if not found:
        return []
    people = {one for row in found for one in (row.Correction.person_id or 0, row.Correction.made_by_id or 0)}
    names = names_of(asked.session, people)
    about = of_each(asked.session, asked.branch_id, [row.Correction for row in found], asked.counting.tz)
    rows: list[list[Cell]] = []
    for row, quarter in found:
        of = about.get(row.id, NOTHING)
        rows.append([
            messages.word(Quarter.parse(quarter)),
            f"第{row.version}版" if row.version is not None else "", CORRECTIONS[row.kind],
            of.of, names.get(row.person_id or 0, ""), *messages.both(row, of), row.why,
            names.get(row.made_by_id or 0, ""), full_moment(row.made_at, asked.counting.tz),
        ])  # fmt: skip
    return [numbered(asked, NAME, _WORDS, rows)]


LEDGERS = fixed(Book((20, 0), NAME, corrections, wholly(Right.CLOSE)))
