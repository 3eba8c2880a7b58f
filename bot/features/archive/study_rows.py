"""Study of an archive as rows: laid, taken away, written.

A theme, an item that is there already keeps its row: what stays (a completion, a task) goes on pointing at it, and so
do the buttons in chat.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.features.archive import study, undone
from bot.features.archive.fields import local, recorded_said, said
from bot.features.archive.parts import Around, Laying, Part
from bot.features.archive.study import COMPLETIONS, ITEMS, NAMES, THEMES, Completion, Item, Known, Study, Theme
from bot.kit.archive_checks import Fields
from bot.kit.archive_ids import numbered
from storage.base import table
from storage.models.reflection import ReflectionTask
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

_LIVE = StudyCompletion.withdrawn_at.is_(None)


def read(document: Fields, around: Around) -> tuple[Study | None, list[str]]:
    """An item may be of a theme, a completion of an item, that the branch has already."""
    branch_id = around.branch_id
    months = set(known_themes(around.session, branch_id)) if branch_id is not None else set()
    items = set(known_items(around.session, branch_id)) if branch_id is not None else set()
    return study.read(document, Known(around.people, months, items, around.tz))


def differs(mine: Study | None, asked: Study) -> bool:
    return not asked.same(mine or Study())


def there(session: Session, branch_id: int) -> int:
    """How many there are already: themes and items, to which all else belongs."""
    return sum(
        session.scalar(select(func.count()).select_from(of).where(of.branch_id == branch_id)) or 0
        for of in (MonthlyTheme, StudyItem)
    )


def known_themes(session: Session, branch_id: int) -> dict[str, int]:
    """The rows of the months."""
    return dict(
        session.execute(select(MonthlyTheme.month, MonthlyTheme.id).where(MonthlyTheme.branch_id == branch_id)).all()
    )


def known_items(session: Session, branch_id: int) -> dict[str, int]:
    """The rows of the ids."""
    query = select(StudyItem.id, StudyItem.archive_id).where(StudyItem.branch_id == branch_id).order_by(StudyItem.id)
    ids = numbered("S", {row.id: row.archive_id for row in session.execute(query)})
    return {known: row_id for row_id, known in ids.items()}


# --- laid ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows that are there, by month and by id."""

    themes: Mapping[str, int]
    items: Mapping[str, int]


def clear(session: Session, branch_id: int, found: Study) -> Standing:
    """What the document brings anew and does not have goes, and who made the rest is not known until it is laid."""
    standing = Standing(known_themes(session, branch_id), known_items(session, branch_id))
    mine = StudyCompletion.item_id.in_(select(StudyItem.id).where(StudyItem.branch_id == branch_id))
    if found.completions is not None:
        session.execute(delete(StudyCompletion).where(mine))
    if found.items is not None:
        wanted = {one.id for one in found.items}
        gone = [row_id for known, row_id in standing.items.items() if known not in wanted]
        session.execute(delete(StudyCompletion).where(StudyCompletion.item_id.in_(gone)))
        of_gone = update(table(ReflectionTask)).where(ReflectionTask.study_item_id.in_(gone))
        session.execute(of_gone.values(study_item_id=None))
        session.execute(delete(StudyItem).where(StudyItem.id.in_(gone)))
        session.execute(update(StudyItem).where(StudyItem.branch_id == branch_id).values(created_by_id=None))
    if found.themes is not None:
        months = {one.month for one in found.themes}
        gone = [row_id for month, row_id in standing.themes.items() if month not in months]
        session.execute(update(StudyItem).where(StudyItem.theme_id.in_(gone)).values(theme_id=None))
        session.execute(delete(MonthlyTheme).where(MonthlyTheme.id.in_(gone)))
        session.execute(update(MonthlyTheme).where(MonthlyTheme.branch_id == branch_id).values(created_by_id=None))
    return standing


def lay(found: Study, to: Laying) -> None:
    session, branch_id, standing = to.session, to.branch_id, to.cleared
    lay_over(session, MonthlyTheme, [(standing.themes.get(one.month), _theme(one, to)) for one in found.themes or ()])
    themes = known_themes(session, branch_id)
    lay_over(session, StudyItem, [(standing.items.get(one.id), _item(one, to, themes)) for one in found.items or ()])
    if found.completions:
        items = known_items(session, branch_id)
        session.execute(insert(StudyCompletion), [_completion(one, to, items) for one in found.completions])


def lay_over(session: Session, model: type[Any], rows: list[tuple[int | None, dict[str, Any]]]) -> None:
    """Each over the row that is there, or anew."""
    old = [{"id": row_id, **values} for row_id, values in rows if row_id is not None]
    new = [values for row_id, values in rows if row_id is None]
    if old:
        session.execute(update(model), old)
    if new:
        session.execute(insert(model), new)
    # What the session holds of the rows is from before.
    session.flush()
    session.expire_all()


def _theme(one: Theme, to: Laying) -> dict[str, Any]:
    usual = study.morning(one.sent_on or study.first_day(one.month), to.tz)
    return {
        "branch_id": to.branch_id,
        "month": one.month,
        "title": one.title,
        "prompt": one.prompt,
        "prompt_sent_on": one.sent_on,
        **_made(one, usual, to),
    }


def _item(one: Item, to: Laying, themes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "branch_id": to.branch_id,
        "theme_id": themes.get(one.theme) if one.theme is not None else None,
        "kind": one.kind,
        "title": one.title,
        "author": one.author,
        "assigned_on": one.assigned_on,
        "due_on": one.due_on,
        "state": one.state,
        "files": [dict(each) for each in one.files],
        "withdrawn_at": one.withdrawn_at,
        "archive_id": one.id,
        **_made(one, study.morning(one.assigned_on, to.tz), to),
    }


def _made(one: Theme | Item, usual: datetime, to: Laying) -> dict[str, Any]:
    """usual: when it came where nobody says so, in time."""
    by = one.recorded.by
    return {
        "created_at": one.recorded.at or usual,
        "created_by_id": to.people[by] if by is not None else None,
        "extra": dict(one.extra) or None,
    }


def _completion(one: Completion, to: Laying, items: Mapping[str, int]) -> dict[str, Any]:
    return {
        "item_id": items[one.item],
        "person_id": to.people[one.person],
        "completed_on": one.on,
        "completed_at": one.at,
        "note": one.note,
        "extra": dict(one.extra) or None,
    }


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Of somebody who is none of `people` nothing is told, nor of what was taken back."""
    themes = session.scalars(
        select(MonthlyTheme).where(MonthlyTheme.branch_id == branch_id).order_by(MonthlyTheme.month)
    ).all()
    items = session.scalars(
        select(StudyItem).where(StudyItem.branch_id == branch_id).order_by(StudyItem.assigned_on, StudyItem.id)
    ).all()
    months, ids = (
        {row.id: row.month for row in themes},
        {row: known for known, row in known_items(session, branch_id).items()},
    )
    before = undone.of_branch(session, branch_id)
    query = select(StudyCompletion).join(StudyItem, StudyItem.id == StudyCompletion.item_id)
    query = query.where(StudyItem.branch_id == branch_id, _LIVE)
    done = session.scalars(query.order_by(StudyItem.assigned_on, StudyItem.id, StudyCompletion.id))
    return {
        THEMES: [_theme_said(row, people, tz) for row in themes],
        ITEMS: [_item_said(before.as_was(row, tz), ids[row.id], months, people, tz) for row in items],
        COMPLETIONS: [_completion_said(row, ids, people, tz) for row in done if row.person_id in people],
    }


def _theme_said(row: MonthlyTheme, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
    return {
        "month": row.month,
        "theme": row.title,
        **said({"prompt": row.prompt}),
        "prompt_sent_on": row.prompt_sent_on.isoformat() if row.prompt_sent_on is not None else None,
        **recorded_said(row.created_at, row.created_by_id, people, tz),
        **(row.extra or {}),
    }


def _item_said(
    row: StudyItem, known: str, months: Mapping[int, str], people: Mapping[int, str], tz: tzinfo
) -> dict[str, Any]:
    further = {
        "withdrawn_at": local(row.withdrawn_at, tz) if row.withdrawn_at is not None else None,
        "files": row.files,
    }
    return {
        "id": known,
        "kind": row.kind.value,
        "title": row.title,
        **said({"author": row.author, "monthly_theme": months.get(row.theme_id or 0)}),
        "assigned_on": row.assigned_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "state": row.state.value,
        **said(further),
        **recorded_said(row.created_at, row.created_by_id, people, tz),
        **(row.extra or {}),
    }


def _completion_said(
    row: StudyCompletion, items: Mapping[int, str], people: Mapping[int, str], tz: tzinfo
) -> dict[str, Any]:
    of_its_own = row.completed_at != study.morning(row.completed_on, tz)
    return {
        "item": items[row.item_id],
        "person": people[row.person_id],
        "completed_on": row.completed_on.isoformat(),
        **({"recorded_at": local(row.completed_at, tz)} if of_its_own else {}),
        **said({"note": row.note}),
        **(row.extra or {}),
    }


PART = Part(NAMES, "themes and study items", read, differs, there, clear, lay, write)
