"""What an erasure writes into a row that is in hand: neither said in the old words nor written over."""

import pytest
from sqlalchemy import select, update

from scheduler import outbox_rows, uploads
from scheduler.effects import Told, write_down
from scheduler.jobs import Owed
from scheduler.outcome import Outcome, OutcomeKind, Verdict
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.outbox import Outbox, Upload
from tests.scheduler.office import START, Office

ANEW, STORED = {"text": "甲五未交"}, {"text": "已注销5未交"}
SENT = Verdict(OutboxState.SENT)


def in_hand(office: Office) -> list[outbox_rows.Row]:
    """Two rows that the sender has taken and that their job has worded anew."""
    office.say(7, 8)
    with office.storage.reading() as session:
        found = outbox_rows.due(session, START, START, 30, 10, {}, set()).rows
    for row in found:
        row.message, row.worded_anew = ANEW, True
    return found


def erase(storage: Storage, reason: str) -> None:
    with storage.transaction() as session:
        session.execute(update(Outbox).values(message=STORED, reason=reason))


def sent(storage: Storage, found: list[outbox_rows.Row]) -> list[tuple[str, str, str]]:
    with storage.transaction() as session:
        outcome = Outcome(OutcomeKind.SENT, message_id=1)
        write_down(session, [Told(row, SENT, outcome) for row in found], START, 1)
        return [
            (row.message["text"], row.state, row.reason) for row in session.scalars(select(Outbox).order_by(Outbox.id))
        ]


@pytest.mark.parametrize("reason", outbox_rows.OVERRULES)
async def test_a_row_that_was_rewritten_in_hand_goes_in_the_words_of_the_database(office: Office, reason: str) -> None:
    found = in_hand(office)
    erase(office.storage, reason)
    with office.storage.transaction() as session:
        assert [outbox_rows.begin(session, row, START) for row in found] == [True, True]
    assert [row.message for row in found] == [STORED, STORED]
    assert sent(office.storage, found) == [("已注销5未交", "sent", "")] * 2


@pytest.mark.parametrize("reason", outbox_rows.OVERRULES)
async def test_a_row_that_was_rewritten_on_its_way_is_not_written_over(office: Office, reason: str) -> None:
    found = in_hand(office)
    with office.storage.transaction() as session:
        assert all(outbox_rows.begin(session, row, START) for row in found)
    assert [row.message for row in found] == [ANEW, ANEW]
    erase(office.storage, reason)
    assert sent(office.storage, found) == [("已注销5未交", "sent", "")] * 2


async def test_a_row_that_was_rewritten_before_is_worded_anew_as_any_other(office: Office) -> None:
    office.say(7)
    erase(office.storage, outbox_rows.NAME_TAKEN_OUT)
    [row] = in_hand(office)[:1]
    with office.storage.transaction() as session:
        assert outbox_rows.begin(session, row, START)
    assert row.message == ANEW
    assert sent(office.storage, [row])[0] == ("甲五未交", "sent", "")


async def test_files_that_nothing_waits_for_lose_their_content(office: Office) -> None:
    """Their numbers are not given again: whoever sends remembers files by them."""

    def file(name: str) -> dict[str, object]:
        return {"text": "", "document": {"name": name, "picture": False, "base64": "AAAA"}}

    office.promise(Owed(("a",), file("甲"), chat_id=7), Owed(("b",), file("乙"), chat_id=8))
    with office.storage.transaction() as session:
        session.execute(update(Outbox).where(Outbox.chat_id == 7).values(state=OutboxState.SENT))
        assert uploads.forget(session) == 1
        assert uploads.forget(session) == 0
        assert {row.name: len(row.content) for row in session.scalars(select(Upload))} == {"": 0, "乙": 3}
    office.promise(Owed(("c",), file("甲"), chat_id=7))
    with office.storage.reading() as session:
        assert sorted(row.id for row in session.scalars(select(Upload)) if row.content) == [2, 3]
