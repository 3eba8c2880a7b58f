"""Forms that were left before their end, as rows: one a person, organisation and form, for seven days."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.audience import Me
from storage.models.dialog import Dialog
from storage.models.draft import DAYS, Draft

LIFE = timedelta(days=DAYS)


def keep(session: Session, dialog: Dialog, form: str, fields: Mapping[str, Any], now: datetime) -> None:
    """What is filled in so far; nothing of a dialog that an earlier version began for one of several organisations."""
    if dialog.organisation_id is None:
        return
    row = _row(session, dialog.person_id, dialog.organisation_id, form)
    if row is None:
        row = Draft(person_id=dialog.person_id, organisation_id=dialog.organisation_id, form=form)
        session.add(row)
    row.fields, row.at = dict(fields), now
    session.flush()


def find(session: Session, me: Me, form: str, now: datetime) -> Draft | None:
    """What was left of the form in the organisation acted for, unless that is too long ago or is nothing filled in."""
    row = _row(session, me.id, me.branch_id, form)
    return row if row is not None and row.at > now - LIFE and isinstance(row.fields, dict) else None


def any_left(session: Session, me: Me, now: datetime) -> bool:
    """Whether any form was left in the organisation acted for."""
    mine = (Draft.person_id == me.id, Draft.organisation_id == me.branch_id, Draft.at > now - LIFE)
    return session.scalars(select(Draft.id).where(*mine)).first() is not None


def drop(
    session: Session, dialog: Dialog, form: str, only: Callable[[Mapping[str, Any]], bool] = lambda fields: True
) -> None:
    """It is done with, or not wanted any more; `only` where what it holds says so."""
    if dialog.organisation_id is None:
        return
    row = _row(session, dialog.person_id, dialog.organisation_id, form)
    if row is not None and (not isinstance(row.fields, dict) or only(row.fields)):
        session.execute(delete(Draft).where(Draft.id == row.id))


def _row(session: Session, person_id: int, organisation_id: int, form: str) -> Draft | None:
    return session.scalars(select(Draft).where(*_of(person_id, organisation_id, form))).first()


def _of(person_id: int, organisation_id: int, form: str) -> tuple[Any, ...]:
    return Draft.person_id == person_id, Draft.organisation_id == organisation_id, Draft.form == form
