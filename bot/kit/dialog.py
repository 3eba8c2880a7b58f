"""What a person's next text or file means: a row, never memory, so that any process may continue after a restart.

A question belongs to the organisation for which it was begun, and is answered for no other.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.models.dialog import Dialog
from storage.models.person import Person

LIFE = timedelta(hours=24)
ELSEWHERE = "这份内容是为另一个单位填写的，您现在不能办理该单位的事项，内容没有提交。请在现在的单位重新填写。"


class Begun(Exception):
    """The open question was begun for another of one's own organisations: it is to be answered there."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def ask(session: Session, me: Me, step: str, now: datetime, **draft: Any) -> Dialog:
    """Open a question to somebody (closing any other); the buttons of a wizard name its `id`, so old ones are known."""
    dialog = session.get(Dialog, me.id)
    if dialog is None:
        dialog = Dialog(person_id=me.id, id=0)
        session.add(dialog)
    dialog.id, dialog.step, dialog.draft, dialog.expires_at = dialog.id + 1, step, draft, now + LIFE
    dialog.organisation_id = me.branch_id
    session.flush()
    return dialog


def standing(session: Session, person_id: int, now: datetime) -> Dialog | None:
    """The open question, unless it has expired or its draft is none; wherever it was begun."""
    dialog = session.scalars(
        select(Dialog).where(Dialog.person_id == person_id, Dialog.step != "", Dialog.expires_at > now)
    ).first()
    return dialog if dialog is not None and isinstance(dialog.draft, dict) else None


def asks(session: Session, telegram_id: int, steps: Collection[str], now: datetime) -> bool:
    """Whether a question at one of these steps stands open to whoever writes, known or not."""
    query = select(Dialog.person_id).join(Person, Person.id == Dialog.person_id)
    mine = (Person.telegram_id == telegram_id, Dialog.step.in_(steps), Dialog.expires_at > now)
    return session.scalars(query.where(*mine)).first() is not None


def current(session: Session, me: Me, now: datetime) -> Dialog | None:
    """The open question of the organisation that is acted for."""
    dialog = standing(session, me.id, now)
    return dialog if dialog is not None and is_here(dialog, me) else None


def is_here(dialog: Dialog, me: Me) -> bool:
    """Whether it was begun for the organisation acted for.

    One that an earlier version began for one of several is anybody's guess: for any of them, while there are several.
    """
    if dialog.organisation_id is None:
        return len(me.places) > 1
    return dialog.organisation_id == me.branch_id


def tapped(
    session: Session, me: Me, dialog_id: int, now: datetime, otherwise: str, *steps: str, needs: str = ""
) -> Dialog:
    """The open question whose button this is, at one of these steps (none: any); `otherwise`: what an old button hears.

    needs: what the draft has to hold.
    """
    dialog = standing(session, me.id, now)
    if dialog is None or dialog.id != dialog_id or (steps and dialog.step not in steps):
        raise Refusal(otherwise)
    if needs and not dialog.draft.get(needs):
        raise Refusal(otherwise)
    if not is_here(dialog, me):
        raise elsewhere(dialog, me)
    return dialog


def goes_on(session: Session, me: Me, dialog_id: int, now: datetime, step: str) -> bool:
    """Whether an old button is of a question that is still open on a page further down: an answer was typed."""
    dialog = standing(session, me.id, now)
    return dialog is not None and dialog.step == step and dialog_id < dialog.id and is_here(dialog, me)


def elsewhere(dialog: Dialog, me: Me) -> Begun | Refusal:
    """It is answered where it was begun, by who still acts for that; else nowhere."""
    place = dialog.organisation_id
    return Begun(place) if place is not None and place in me.places else Refusal(ELSEWHERE)


def move(dialog: Dialog, step: str, now: datetime, **changes: Any) -> None:
    """The next step of the same wizard; `changes` are laid over the draft."""
    dialog.step, dialog.draft, dialog.expires_at = step, {**dialog.draft, **changes}, now + LIFE


def close(session: Session, person_id: int) -> None:
    """Forget the question and its draft; the row stays to keep counting, so that no old button fits a new wizard."""
    dialog = session.get(Dialog, person_id)
    if dialog is not None:
        dialog.step, dialog.draft = "", {}


def forget(session: Session, person_id: int) -> None:
    """Delete the row altogether (erasure)."""
    session.execute(delete(Dialog).where(Dialog.person_id == person_id))
