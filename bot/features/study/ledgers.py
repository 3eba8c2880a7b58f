"""Ledger 6, 自学台账: every item that was given out, and who has learned it."""

from sqlalchemy import select

from bot.features.study.figures import STUDY
from bot.kit.access import Right
from bot.kit.glossary.choices import STUDY_KINDS
from bot.kit.ledger_books import Asked, Book, fixed, numbered, wholly
from bot.kit.ledgers import Cell, Ledger, Percent
from bot.kit.rates import rate
from storage.lookups import names_of
from storage.models.study import StudyItem

NAME = "自学台账"
_WORDS = ("月份", "类别", "名称", "布置日期", "完成时限", "应完成", "已完成", "逾期完成", "完成率", "未完成名单")


def items(asked: Asked) -> list[Ledger]:
    found = asked.counting.of(STUDY)
    if not found.assigned:
        return []
    query = select(StudyItem.id, StudyItem.title).where(StudyItem.id.in_(found.item_ids))
    titles = {row.id: row.title for row in asked.session.execute(query)}
    names = names_of(asked.session, {person for person, _ in found.expected})
    rows: list[list[Cell]] = []
    for item in sorted(found.assigned, key=lambda one: (one.assigned_on, one.id)):
        expected = [person for person, number in found.expected if number == item.id]
        done = {row.person_id for row in found.done if row.item_id == item.id}
        late = sum(row.item_id == item.id for row in found.late_rows)
        rows.append([
            f"{item.assigned_on.year}年{item.assigned_on.month}月", STUDY_KINDS[item.kind], titles[item.id],
            item.assigned_on, item.due_on, len(expected), len(done), late, Percent(rate(len(done), len(expected))),
            "、".join(names.get(one, "") for one in expected if one not in done),
        ])  # fmt: skip
    return [numbered(asked, NAME, _WORDS, rows)]


LEDGERS = fixed(Book((6, 0), NAME, items, wholly(Right.TALLY)))
