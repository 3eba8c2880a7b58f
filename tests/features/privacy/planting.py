"""Somebody's name in everything that others wrote, heard or wait for, beside the longer name of somebody else."""

import json
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Table, func, select, update
from sqlalchemy.orm import Session

from bot.features.privacy.mentions import kept, places
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.choices import BindRequestState, InboxState, Lane, OutboxState
from storage.models.care import HygieneWord
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest
from storage.models.outbox import Outbox
from tests.cast import Cast
from tests.features.privacy.filling import NOW, everything, fill

TODAY = date(2023, 7, 7)
VICTIM, LONGER, WRITER, STRANGER = "甲五", "甲五一", "甲六", 5_555
SAID = f"请{VICTIM}、{LONGER}到会，{VICTIM}同志主持"


def becomes(person_id: int) -> str:
    """What SAID reads once the first of them is erased."""
    return f"请已注销{person_id}、{LONGER}到会，已注销{person_id}同志主持"


def plant_records(session: Session, cast: Cast) -> set[str]:
    """A row of somebody else's in every table, and the name in every text that an erasure rewrites or leaves alone."""
    fill(session, cast[WRITER], cast.account(WRITER))
    session.execute(update(HygieneWord).values(removed_at=NOW))
    columns = {(place.of.name, column) for place in places() for column in place.columns}
    columns |= {(name, column) for name, _, column in (left.partition(".") for left in kept())}
    planted = set()
    for name, column in sorted(columns):
        of = METADATA.tables[name]
        mine = of.c.get("person_id") == cast[WRITER] if "person_id" in of.c else of.c.id == _row(session, of, cast)
        session.execute(update(of).where(mine).values({column: _value(of.c[column])}))
        planted.add(f"{name}.{column}")
    # The one above was removed from the list; this one is in use.
    session.add(HygieneWord(branch_id=cast.branch_id, word=f"{VICTIM}项目", made_by_id=cast["甲一"], made_at=NOW))
    return planted


def _row(session: Session, of: Table, cast: Cast) -> int:
    if of.name == "person":
        return cast[WRITER]
    found: int = session.scalars(select(func.max(of.c.id))).one()
    return found


def _value(column: Column[Any]) -> Any:
    if not isinstance(column.type, JSON):
        return SAID
    lists = column.name in ("sites", "partners", "files", "days")
    return [{"file_id": "A" * 30, "name": SAID}] if lists else {"text": SAID, "more": [SAID, {"batch": "x:1"}]}


def message(session: Session, cast: Cast, key: str, state: OutboxState, **row: Any) -> int:
    """A message that was promised under this name; of the branch and to its secretary unless `row` says otherwise."""
    person = row.pop("person_id", cast["甲一"])
    branch = row.pop("branch_id", cast.branch_id)
    said = row.pop("message", {"text": SAID, "inline": [[{"text": SAID, "callback_data": "xx:1"}]]})
    owed = Owed((key,), said, person, row.pop("chat_id", None), lane=Lane.MUST_ARRIVE, about=row.pop("about", {}))
    made = promise(session, owed, job=None, branch_id=branch, now=NOW)
    assert made is not None
    session.execute(update(Outbox).where(Outbox.id == made).values(state=state, **row))
    return made


def request(session: Session, cast: Cast, account: int, name: str, end: str, state: BindRequestState) -> int:
    """A request of another account, decided for 甲三 when it was accepted."""
    row = BindRequest(
        branch_id=cast.branch_id,
        telegram_id=account,
        shown_name=name,
        phone_end=end,
        state=state,
        asked_at=NOW,
        person_id=cast["甲三"] if state is BindRequestState.ACCEPTED else None,
    )
    session.add(row)
    session.flush()
    return row.id


def heard(session: Session, number: int, sender: int, text: str, *, escaped: bool = False) -> None:
    payload = json.dumps({"update_id": number, "message": {"text": text}}, ensure_ascii=escaped)
    session.add(
        Inbox(
            bot_id=1,
            update_id=number,
            sender=sender,
            kind="message",
            payload=payload,
            state=InboxState.ANSWERED,
            received_at=NOW,
        )
    )


def alone(session: Session) -> set[str]:
    """Where the name stands by itself: not as a part of the longer one."""
    return {
        column
        for column, values in everything(session).items()
        if any(VICTIM in value.replace(LONGER, "") for value in values)
    }
