"""撤销: one's own last step taken back within ten minutes; its row stays and is marked withdrawn.

A feature offers the button below what was done, and tells by `steps` what the word may take back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, ClassVar, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.kit.access import NO_RIGHT
from bot.kit.buttons import Button
from bot.kit.deadlines import UNDO_WITHIN, UNDONE_ALREADY, before_cut_off, before_undo_ends
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To
from storage import audit
from storage.audience import Me
from storage.base import Model, table
from storage.lookups import changed
from storage.models.audit import Audit

# A table whose rows are somebody's (person_id) and are withdrawn, never deleted (withdrawn_at).
Row = TypeVar("Row", bound=Model)
NOTHING = "没有可以撤销的事项。10分钟内的签到、收到、请假、补学、学习、心得和登记可以撤销。"
GONE = "没有可以撤销的事项，或已超过10分钟。"
# Lines of the log may stand in another order than their instants, but never by as much.
OUT_OF_ORDER = timedelta(hours=1)
ASK_ORGANIZER = "，请联系组织委员。"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that still stands and that nobody has decided on, for the word 撤销.

    what: 签到. title: of the activity or notice. undo: takes the row back. card: the live card that counts it; in reply
    to a card only such steps are taken back. then: what is shown beside the line, out of what `undo` returned.
    """

    at: datetime
    what: str
    title: str
    row_id: int
    undo: Callable[[Session, Me, int, datetime, tzinfo], Any]
    card: tuple[str, int] | None = None
    then: Callable[[Session, Call, Any], Reply] | None = None


@dataclass(frozen=True)
class UndoStep(Button):
    """One step of the last ten minutes: what it is called, when it was taken (seconds) and its row tell which."""

    prefix: ClassVar[str] = "uw"
    what: str
    at: int
    row_id: int


# The own steps since an instant.
Steps = Callable[[Session, Me, datetime], Sequence[Step]]


def own_row(session: Session, me: Me, kind: type[Row], row_id: int) -> Row:
    """One's own row that still stands; refuses any other: the number of a row is all that is in a button."""
    return _standing_row(session, kind, row_id, me, "person_id")


def entered_row(session: Session, me: Me, kind: type[Row], row_id: int, by: str) -> Row:
    """The same of a row that one has entered for somebody else; `by`: the column that says who has entered it."""
    return _standing_row(session, kind, row_id, me, by)


def _standing_row(session: Session, kind: type[Row], row_id: int, me: Me, whose: str) -> Row:
    row: Any = session.get(kind, row_id)
    if row is None or getattr(row, whose) != me.id:
        raise Refusal(NO_RIGHT)
    if row.withdrawn_at is not None:
        raise Refusal(UNDONE_ALREADY)
    found: Row = row
    return found


def take_back(
    session: Session,
    me: Me,
    row: Any,
    done_at: datetime,
    now: datetime,
    branch_id: int,
    cut_off: datetime | None = None,
    *,
    otherwise: str = ASK_ORGANIZER,
    lost: str = UNDONE_ALREADY,
    details: Mapping[str, Any] | None = None,
    **also: Any,
) -> None:
    """Mark a row withdrawn, and change `also`; not after ten minutes, nor after the `cut_off` of what it counts for.

    Of two who change a row at once one wins, and the other is refused with `lost`. The line in the log, with `details`,
    belongs to the branch of the row, whichever place somebody acts for.
    """
    before_undo_ends(done_at, now, otherwise)
    if cut_off is not None:
        before_cut_off(now, cut_off)
    values = {"withdrawn_at": now, **also}
    changes = audit.diff(row, values)
    _claim(session, row, values, lost)
    by = audit.By(branch_id, me.id)
    audit.record(session, "undo", table(type(row)).name, row.id, now=now, by=by, more=details, changes=changes)


def _claim(session: Session, row: Any, values: Mapping[str, Any], lost: str) -> None:
    """Change the row only as it was when we looked: withdrawn by nobody, and in the state it had."""
    kind = type(row)
    mine = [kind.id == row.id, kind.withdrawn_at.is_(None)]
    mine += [kind.state == row.state] if "state" in table(kind).columns else []
    if changed(session, update(kind).where(*mine).values(**values)) != 1:
        raise Refusal(lost)
    session.refresh(row)


def stand_again(session: Session, kind: Any, activity_id: int, person_id: int, at: datetime, but: int = 0) -> None:
    """What gave way to a row entered at that instant, once that row (`but`, if it is of this kind) is taken back.

    Not when another one stands by now.
    """
    of_person = (kind.activity_id == activity_id, kind.person_id == person_id)
    if session.scalars(select(kind.id).where(*of_person, kind.withdrawn_at.is_(None))).first() is not None:
        return
    gone = select(kind).where(*of_person, kind.withdrawn_at == at, kind.id != but)
    row = session.scalars(gone.order_by(kind.id.desc()).limit(1)).first()
    if row is not None:
        row.withdrawn_at = None
        session.flush()


def own_lines(session: Session, me: Me, since: datetime, action: str, subject: str) -> Sequence[Any]:
    """What somebody did since then for the branch acted for: id, at, subject_id and details of each line of the log.

    Years of lines are not read: from the newest back to the first that is surely older.
    """
    here = Audit.branch_id == me.branch_id
    older = select(Audit.id).where(here, Audit.at < since - OUT_OF_ORDER).order_by(Audit.id.desc()).limit(1)
    which = (Audit.actor_id == me.id, Audit.at >= since, Audit.action == action, Audit.subject == subject)
    query = select(Audit.id, Audit.at, Audit.subject_id, Audit.details)
    query = query.where(here, Audit.id > func.coalesce(older.scalar_subquery(), 0), *which)
    return session.execute(query.order_by(Audit.id)).all()


def handlers(sources: Iterable[Steps], cards: Iterable[str]) -> list[Handler]:
    """The word 撤销 over what these features tell; `cards`: the kinds of live cards that it may be a reply to."""
    told, kinds = tuple(sources), frozenset(cards)

    def tapped(session: Session, call: Call, button: UndoStep) -> Reply:
        found = [one for one in steps_of(session, call.me, call.now, told) if button_of(one) == button]
        if not found:
            raise Refusal(GONE)
        return _undone(session, call, found[0])

    return [
        Word(("撤销", "撤回"), lambda session, call: by_word(session, call, told, kinds), in_group=True),
        Tap(UndoStep, tapped, private=True),
    ]


def steps_of(session: Session, me: Me, now: datetime, sources: Iterable[Steps]) -> list[Step]:
    """What somebody did within the ten minutes and may take back."""
    return [step for source in sources for step in source(session, me, now - UNDO_WITHIN)]


def button_of(step: Step) -> UndoStep:
    return UndoStep(step.what, int(step.at.timestamp()), step.row_id)


def by_word(session: Session, call: Call, sources: Iterable[Steps], cards: frozenset[str]) -> Reply:
    """The newest step, wherever it was taken: after a tap in the group there is no button for it.

    In reply to a card it is the newest one of that card, and what stands on no card or another is left alone.
    """
    if call.card is not None and call.card[0] not in cards:
        return Reply()
    found = steps_of(session, call.me, call.now, sources)
    if call.card is not None:
        found = [one for one in found if one.card == call.card]
    if not found:
        return Reply(others=[To(Message(NOTHING), person_id=call.me.id)])
    return _undone(session, call, max(found, key=lambda step: step.at))


def _undone(session: Session, call: Call, step: Step) -> Reply:
    left = step.undo(session, call.me, step.row_id, call.now, call.tz)
    done = To(Message(f"已撤销{step.what}：{step.title}。"), person_id=call.me.id)
    more = Reply() if step.then is None else step.then(session, call, left)
    return replace(
        more,
        others=[done, *more.others],
        refresh=[*([step.card] if step.card is not None else []), *more.refresh],
        did="done:undo",
    )
