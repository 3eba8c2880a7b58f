"""What is open of the register and has a deadline, as of a day, for the command line."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import due, entries
from bot.features.register.rules import item_title

COLUMNS = ("kind", "title", "owner", "state", "due_on", "days_left")


def open_items(session: Session, branch_id: int, day: date, *, overdue: bool) -> list[dict[str, Any]]:
    """The most urgent first; `overdue`: only what was due before the day."""
    found = due.open_items(session, branch_id, day, as_of=True)
    called = entries.everybody(session, branch_id)
    return [
        {
            "kind": one.view.kind.name,
            "title": item_title(one.view, one.row, called),
            "owner": one.fact.owner.said(called) or None,
            "state": one.fact.state,
            "due_on": one.due_on,
            "days_left": one.days_left(day),
        }
        for one in sorted(found, key=lambda one: (one.due_on, one.view.id, one.row_id))
        if one.overdue(day) or not overdue
    ]
