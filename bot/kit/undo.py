"""撤销: one's own last step taken back within ten minutes; its row stays and is marked withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.kit.access import NO_RIGHT
from bot.kit.deadlines import UNDONE_ALREADY, before_cut_off, before_undo_ends
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Receipt

Row = TypeVar("Row", Attendance, LeaveRequest, Makeup, Receipt)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that still stands and that nobody has decided on, for the word 撤销.

    what: 签到. title: of the activity or notice. card: the live card that counts it. undo: takes the row back.
    """

    at: datetime
    what: str
    title: str
    card: tuple[str, int]
    row_id: int
    undo: Callable[[Session, Me, int, datetime, tzinfo], object]


def own_row(session: Session, me: Me, table: type[Row], row_id: int) -> Row:
    """One's own row that still stands; refuses any other: the number of a row is all that is in a button."""
    row = session.get(table, row_id)
    if row is None or row.person_id != me.id:
        raise Refusal(NO_RIGHT)
    if row.withdrawn_at is not None:
        raise Refusal(UNDONE_ALREADY)
    return row


def take_back(
    session: Session,
    me: Me,
    row: Attendance | LeaveRequest | Makeup | Receipt,
    done_at: datetime,
    now: datetime,
    branch_id: int,
    cut_off: datetime | None = None,
    **also: Any,
) -> None:
    """Mark it withdrawn, and change `also`; not after ten minutes, nor after the `cut_off` of what it counts for.

    The line in the log belongs to the branch of the row, whichever place somebody acts for.
    """
    before_undo_ends(done_at, now, "，请联系组织委员。")
    if cut_off is not None:
        before_cut_off(now, cut_off)
    audit.change(session, "undo", row, {"withdrawn_at": now, **also}, now=now, by=audit.By(branch_id, me.id))
