"""What an export, an erasure and the retention make of every stored value: as it was before the columns said it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.privacy import erasure, mydata, sweeping
from bot.features.privacy.mydata import plain
from bot.features.privacy.rules import RETENTION
from storage.choices import BindRequestState, InboxState, OutboxState
from storage.engine import Storage
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from tests.cast import Cast
from tests.features.privacy.filling import NOW, fill
from tests.features.privacy.planting import STRANGER, TODAY, VICTIM, heard, message, plant_records, request

# Written before the columns carried their meaning. What is added since stands beside it and is not asked for.
SNAPSHOT = json.loads(Path(__file__).with_name("kept.json").read_text())
TABLES = set(SNAPSHOT["own"]["exports"][VICTIM]["titles"])
LATER = NOW + timedelta(days=max(rule.days for rule in RETENTION.values()) + 1)


def stored(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as JSON says it."""
    rows = {
        of.name: session.execute(select(of).order_by(*of.primary_key.columns)).mappings()
        for of in METADATA.sorted_tables
    }
    return {name: [told(row) for row in found] for name, found in rows.items()}


def told(row: Any) -> dict[str, Any]:
    return {key: value.hex() if isinstance(value, bytes) else plain(value) for key, value in row.items()}


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """By table: how many rows went, and `column: what it became` of those that stay."""
    found = {}
    for name, rows in before.items():
        left = {key(name, row): row for row in after[name]}
        gone = sum(key(name, row) not in left for row in rows)
        new = [
            {column: value for column, value in left[key(name, row)].items() if value != row[column]}
            for row in rows
            if key(name, row) in left
        ]
        changed = [row for row in new if row]
        if gone or changed:
            found[name] = {"gone": gone, "changed": changed}
    return found


def key(name: str, row: dict[str, Any]) -> str:
    return json.dumps([row[column.name] for column in METADATA.tables[name].primary_key.columns])


def exported(session: Session, cast: Cast, who: str) -> dict[str, Any]:
    data = mydata.gather(session, cast.me(session, who, TODAY))
    found = mydata.to_json(data, NOW)
    titles = {part.name: part.title for part in data.parts}
    order = [name for name in titles if name in TABLES]
    return {**found, "order": order, "titles": titles, "names": said(data)}


def said(data: mydata.MyData) -> dict[str, str]:
    return {f"{name} {number}": text for (name, number), text in data.names.items()}


async def walked(storage: Storage, cast: Cast) -> dict[str, Any]:
    """The exports of some, then 甲五 is erased, then everything is old."""
    found: dict[str, Any] = {}
    with storage.transaction() as session:
        found["exports"] = {who: exported(session, cast, who) for who in (VICTIM, "甲六")}
        before = stored(session)
        look = erasure.look(session, cast.me(session, "甲一", TODAY), cast[VICTIM], TODAY)
        found["look"] = [look.gone, look.emptied, look.kept]
        done = erasure.erase(session, cast.me(session, "甲一", TODAY), cast[VICTIM], TODAY, NOW)
        # How many texts there are is no more than how many tables: which they are is told below.
        found["done"] = {name: count for name, count in done.items() if name != "named"}
        session.flush()
        erased = stored(session)
        found["erased"] = differences(before, erased)
    found["night"] = dict.fromkeys(await sweeping.sweep(storage, NOW), "some")
    found["later"] = dict.fromkeys(await sweeping.sweep(storage, LATER), "some")
    with storage.reading() as session:
        found["swept"] = differences(erased, stored(session))
    return json.loads(json.dumps(found, ensure_ascii=False))


def lacking(was: Any, found: Any, at: str = "") -> list[str]:
    """What the snapshot says and is not so."""
    if isinstance(was, dict) and isinstance(found, dict):
        return [each for name in was for each in lacking(was[name], found.get(name, "nothing"), f"{at}/{name}")]
    if isinstance(was, list) and isinstance(found, list) and len(was) == len(found):
        pairs = enumerate(zip(was, found, strict=True))
        return [each for number, (one, other) in pairs for each in lacking(one, other, f"{at}/{number}")]
    return [] if was == found else [f"{at}: {was!r}, now {found!r}"]


def hand_over(session: Session) -> None:
    """What came has been handled and what was said has gone: the retention may take it."""
    session.execute(update(Inbox).values(state=InboxState.ANSWERED))
    session.execute(update(Outbox).where(Outbox.state == OutboxState.QUEUED).values(state=OutboxState.SENT))


async def test_of_one_s_own_rows(storage: Storage, cast: Cast) -> None:
    assert lacking(SNAPSHOT["own"], await walked(storage, cast)) == []


async def test_of_the_records_of_others(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        plant_records(session, bare)
        for number, state in enumerate((OutboxState.QUEUED, OutboxState.SENT)):
            message(session, bare, f"of the branch {number}", state)
            message(session, bare, f"piece:99:1:{number}", state, person_id=bare["丙一"])
            message(session, bare, f"to a stranger {number}", state, branch_id=None, person_id=None, chat_id=STRANGER)
        heard(session, 101, bare.account("甲六"), f"{VICTIM}请假")
        heard(session, 102, STRANGER, "另一件事")
        request(session, bare, STRANGER, VICTIM, "0001", BindRequestState.REFUSED)
        request(session, bare, STRANGER + 1, f"不是{VICTIM}", "0002", BindRequestState.ACCEPTED)
    assert lacking(SNAPSHOT["others"], await walked(storage, bare)) == []


async def test_of_who_acted_for_others(storage: Storage, bare: Cast) -> None:
    """Rows of 甲六 whose every further key names 甲六 too: the export of an officer beside them."""
    with storage.transaction() as session:
        fill(session, bare["甲六"], bare.account("甲六"))
        hand_over(session)
    assert lacking(SNAPSHOT["acted"], await walked(storage, bare)) == []
