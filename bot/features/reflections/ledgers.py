"""Ledgers 7 and 8: the reflections that were asked for, and what self-checks have found."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from bot.features.reflections.figures import FORMS, REFLECTIONS
from bot.features.reflections.service import TaskFigures
from bot.kit.access import Right
from bot.kit.glossary.choices import PIECES, RANKS
from bot.kit.ledger_books import Asked, Book, fixed, numbered, wholly
from bot.kit.ledgers import Cell, Ledger
from scheduler.calendar.days import local_day
from storage.choices import PieceState
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.reflection import Reflection, ReflectionTask, SelfCheckItem
from storage.models.study import StudyItem
from storage.roster import rosters

PIECES_LEDGER, CHECKS = "心得体会台账", "自查表汇总"
_OF_PIECES = ("姓名", "职级", "题目", "关联活动", "提交日期", "版本", "是否逾期", "状态")
_OF_CHECKS = ("姓名", "存在问题", "整改措施", "责任人", "完成时限", "完成情况")
NOT_HANDED_IN, NO_PROBLEM = "未交", "无"


# --- 7 ---------------------------------------------------------------------------------------------------------------


def pieces(asked: Asked) -> list[Ledger]:
    """心得体会台账: the pieces that count, and of who was expected and has none that counts, how far it is."""
    found = asked.counting.of(REFLECTIONS)
    if not found:
        return []
    session, tz = asked.session, asked.counting.tz
    tasks = _tasks(asked, found)
    titles = _of_what(asked, tasks)
    listed = rosters(session, asked.branch_id, sorted({one.due_on for one in tasks}))
    open_ = _open(asked, [one.id for one in tasks])
    people = {version.person_id for one in found.values() for version in one.tally.counted}
    names = names_of(session, people | {person for one in found.values() for person in one.tally.expected})
    rows: list[list[Cell]] = []
    for task in tasks:
        ranks = {one.id: RANKS[one.rank] for one in listed[task.due_on] if one.rank is not None}
        tally, of = found[task.id].tally, titles.get(task.id, "")
        late = set(tally.late)
        for version in tally.counted:
            day = local_day(version.submitted_at, tz) if version.submitted_at is not None else None
            state = PIECES[PieceState.ACCEPTED]
            mark = "是" if version.row_id in late else "否"
            name, rank = names.get(version.person_id, ""), ranks.get(version.person_id, "")
            rows.append([name, rank, task.title, of, day, version.version, mark, state])
        for person in tally.missing:
            state = open_.get((task.id, person), NOT_HANDED_IN)
            rows.append([names.get(person, ""), ranks.get(person, ""), task.title, of, None, None, "", state])
    return [numbered(asked, PIECES_LEDGER, _OF_PIECES, rows)]


def _tasks(asked: Asked, found: Mapping[int, TaskFigures]) -> Sequence[ReflectionTask]:
    query = select(ReflectionTask).where(ReflectionTask.id.in_(list(found)))
    return asked.session.scalars(query.order_by(ReflectionTask.due_on, ReflectionTask.id)).all()


def _of_what(asked: Asked, tasks: Sequence[ReflectionTask]) -> dict[int, str]:
    """The titles of what the tasks are about."""
    named: dict[Any, dict[int, str]] = {}
    for model, ids in (
        (Activity, [one.activity_id for one in tasks if one.activity_id is not None]),
        (StudyItem, [one.study_item_id for one in tasks if one.study_item_id is not None]),
    ):
        query = select(model.id, model.title).where(model.id.in_(ids))
        named[model] = {row.id: row.title for row in asked.session.execute(query)} if ids else {}
    return {
        one.id: named[Activity].get(one.activity_id or 0, "") or named[StudyItem].get(one.study_item_id or 0, "")
        for one in tasks
    }


def _open(asked: Asked, tasks: Sequence[int]) -> dict[tuple[int, int], str]:
    """By task and person the state of the newest version that is not accepted."""
    query = (
        select(Reflection.task_id, Reflection.person_id, Reflection.state)
        .where(Reflection.task_id.in_(tasks), Reflection.withdrawn_at.is_(None))
        .where(Reflection.state != PieceState.ACCEPTED)
        .order_by(Reflection.piece, Reflection.version)
    )
    return {(row.task_id, row.person_id): PIECES[row.state] for row in asked.session.execute(query)}


# --- 8 ---------------------------------------------------------------------------------------------------------------


def checks(asked: Asked) -> list[Ledger]:
    """自查表汇总: a line for each problem of the forms that count; of what its time has emptied the line stays."""
    forms = asked.counting.of(FORMS)
    if not forms:
        return []
    query = select(SelfCheckItem).where(SelfCheckItem.reflection_id.in_([one.version.row_id for one in forms]))
    items: dict[int, list[SelfCheckItem]] = {}
    for item in asked.session.scalars(query.order_by(SelfCheckItem.position)):
        items.setdefault(item.reflection_id, []).append(item)
    names = names_of(asked.session, {one.version.person_id for one in forms})
    rows: list[list[Cell]] = []
    for form in sorted(forms, key=lambda one: (one.task_id, one.version.person_id)):
        name, listed = names.get(form.version.person_id, ""), items.get(form.version.row_id, [])
        rows += [_item(name, one) for one in listed]
        if not listed:
            said = f"{form.problems}个（见纸质表）" if form.problems else NO_PROBLEM
            rows.append([name, said, "", "", None, ""])
    return [numbered(asked, CHECKS, _OF_CHECKS, rows)]


def _item(name: str, item: SelfCheckItem) -> list[Cell]:
    done = "已完成" if item.done_on is not None else ""
    return [name, item.problem, item.measure, item.owner, item.due_on, done]


LEDGERS = fixed(
    Book((7, 0), PIECES_LEDGER, pieces, wholly(Right.REVIEW_PIECES)),
    Book((8, 0), CHECKS, checks, wholly(Right.REVIEW_PIECES)),
)
