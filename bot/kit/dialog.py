"""What a person's next text or file means: a row, never memory, so that any process may continue after a restart."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models.dialog import Dialog

LIFE = timedelta(hours=24)


def ask(session: Session, person_id: int, step: str, now: datetime, **draft: Any) -> Dialog:
    """Open a question to somebody (closing any other); the buttons of a wizard name its `id`, so old ones are known."""
    dialog = session.get(Dialog, person_id)
    if dialog is None:
        dialog = Dialog(person_id=person_id, id=0)
        session.add(dialog)
    dialog.id, dialog.step, dialog.draft, dialog.expires_at = dialog.id + 1, step, draft, now + LIFE
    session.flush()
    return dialog


def current(session: Session, person_id: int, now: datetime) -> Dialog | None:
    """The open question, unless it has expired."""
    return session.scalars(
        select(Dialog).where(Dialog.person_id == person_id, Dialog.step != "", Dialog.expires_at > now)
    ).first()


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
