"""A promise has unique names: whatever asks twice, one row is made."""

import asyncio

import pytest
from sqlalchemy import select, update

from scheduler.jobs import Owed
from scheduler.outbox import promise, promise_all
from scheduler.promises import taken
from storage.models.outbox import Card, Outbox, Promise
from storage.models.person import Person
from tests.scheduler.office import START, Office

HELLO = {"text": "您好"}


def test_a_key_is_taken_once(office: Office) -> None:
    first, second = office.promise(Owed(("a",), HELLO, chat_id=7), Owed(("a",), HELLO, chat_id=8))
    assert first is not None
    assert second is None
    assert office.promise(Owed(("a",), HELLO, chat_id=7)) == [None]
    assert [row.chat_id for row in office.rows()] == [7]


def test_which_keys_are_taken_is_said_of_those_asked_for(office: Office) -> None:
    office.promise(Owed(("a", "b"), HELLO, chat_id=7))
    with office.storage.reading() as session:
        assert [taken(session, keys) for keys in (["a", "c"], ["c"], [])] == [{"a"}, set(), set()]


def test_a_merged_message_takes_every_key_that_is_free(office: Office) -> None:
    office.promise(Owed(("2023:中秋",), HELLO, chat_id=7))
    merged = office.promise(Owed(("2023:中秋", "2023:国庆"), HELLO, chat_id=7))
    assert merged != [None]
    assert office.promise(Owed(("2023:国庆",), HELLO, chat_id=7)) == [None]
    with office.storage.reading() as session:
        owners = {row.key: row.outbox_id for row in session.execute(select(Promise.key, Promise.outbox_id))}
    assert owners == {"2023:中秋": office.rows()[0].id, "2023:国庆": merged[0]}


def test_a_person_is_written_to_in_private(office: Office) -> None:
    (person,) = office.people(1)
    office.promise(Owed(("a",), HELLO, person_id=person))
    assert [(row.chat_id, row.person_id, row.state) for row in office.rows()] == [(1001, person, "queued")]


@pytest.mark.parametrize(
    ("values", "reason"), [({"telegram_id": None}, "never_bound"), ({"reachable": False}, "blocked")]
)
def test_who_cannot_be_reached_is_told_so_at_once(office: Office, values: dict[str, object], reason: str) -> None:
    (person,) = office.people(1)
    with office.storage.transaction() as session:
        session.execute(update(Person).values(**values))
    office.promise(Owed(("a",), HELLO, person_id=person), Owed(("b",), HELLO))
    assert [(row.state, row.reason) for row in office.rows()] == [("unreachable", reason), ("unreachable", "nobody")]


def test_many_at_once(office: Office) -> None:
    owed = [Owed((f"key:{number % 1100}",), HELLO, chat_id=number + 1) for number in range(1200)]
    with office.storage.transaction() as session:
        ids = promise_all(session, owed, job="theme", branch_id=office.branch_id, now=START)
    assert ids.count(None) == 100
    rows = {row.id: row for row in office.rows()}
    assert [rows[row_id].chat_id for row_id in ids if row_id is not None] == list(range(1, 1101))
    assert {row.job for row in rows.values()} == {"theme"}


async def test_two_who_promise_at_the_same_time_make_one_row(office: Office) -> None:
    async def one(chat: int) -> int | None:
        owed = Owed(("same",), HELLO, chat_id=chat)
        return await office.storage.write(lambda session: promise(session, owed, job=None, branch_id=None, now=START))

    made = await asyncio.gather(*(one(number) for number in range(8)))
    assert sum(row_id is not None for row_id in made) == 1
    assert len(office.rows()) == 1


def test_a_card_points_at_its_newest_message(office: Office) -> None:
    first, second = office.promise(
        Owed(("a",), HELLO, chat_id=-7, card=("activity", 3)), Owed(("b",), HELLO, chat_id=-7, card=("activity", 3))
    )
    with office.storage.reading() as session:
        cards = session.scalars(select(Card)).all()
    assert [(card.kind, card.subject_id, card.chat_id, card.outbox_id) for card in cards] == [
        ("activity", 3, -7, second)
    ]
    assert first != second


def test_nothing_of_a_failed_transaction_is_promised(office: Office) -> None:
    owed = Owed(("a",), HELLO, chat_id=7)

    def fail() -> None:
        with office.storage.transaction() as session:
            promise(session, owed, job=None, branch_id=None, now=START)
            raise ValueError("after the promise")

    with pytest.raises(ValueError, match="after"):
        fail()
    with office.storage.reading() as session:
        assert session.scalars(select(Outbox.id)).all() == []
        assert session.scalars(select(Promise.key)).all() == []
