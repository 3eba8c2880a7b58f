"""Broadcasts: the estimate as a rule; progress, stop and correction over rows, and the sender that edits."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import broadcasts, promises
from scheduler.broadcasts import Progress, seconds_left
from scheduler.effects import follow
from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind
from storage.choices import Lane, OutboxState
from storage.models.outbox import JobRun, Outbox
from tests.scheduler.office import START, Office

BATCH = "notice:1"
NEW = {"text": "更正后的通知"}


@pytest.mark.parametrize(
    ("waiting", "before", "later", "rate", "seconds"),
    [
        (0, 500, 0, 29.5, 0),  # nothing waits: others do not matter
        (588, 0, 0, 29.5, 20),  # 412/1000
        (1, 0, 0, 29.5, 1),  # never "0 seconds" while something waits
        (25, 29475, 0, 29.5, 1000),  # a small one behind a big one
        (3, 0, 90, 29.5, 90),  # a retry that waits for its time
        (5900, 0, 90, 29.5, 200),
        (100, 0, 0, 1, 100),  # slowed down
    ],
)
def test_how_long_the_rest_takes(waiting: int, before: int, later: int, rate: float, seconds: int) -> None:
    assert seconds_left(waiting, before, START + timedelta(seconds=later), START, rate) == seconds


def test_those_who_no_longer_need_it_are_not_missing() -> None:
    assert Progress(sent=20, unreachable=2, cancelled=1, settled=2, correcting=3).total == 23


def send(office: Office, *chats: int, batch: str | None = BATCH, **more: Any) -> None:
    office.promise(
        *(
            Owed((f"{batch}:{chat}",), {"text": "通知"}, chat_id=chat, batch=batch, about={"who": chat}, **more)
            for chat in chats
        ),
        job=None,
    )


def act(office: Office, what: Any, *args: Any) -> Any:
    with office.storage.transaction() as session:
        return what(session, *args, office.clock.now())


def state(office: Office, chat: int, state: OutboxState, **values: Any) -> None:
    with office.storage.transaction() as session:
        row = session.scalars(select(Outbox).where(Outbox.chat_id == chat)).one()
        row.state = state
        for name, value in values.items():
            setattr(row, name, value)


async def test_progress_counts_by_outcome_and_knows_what_is_queued_before(office: Office) -> None:
    send(office, *range(100, 159), batch="notice:0")
    send(office, *range(1, 9))
    send(office, *range(200, 300), batch="notice:2")
    send(office, *range(300, 400), batch="study_item:1", lane=Lane.BROADCASTS)
    ends = [OutboxState.SENT, OutboxState.SENT, OutboxState.UNREACHABLE, OutboxState.UNKNOWN, OutboxState.FAILED]
    for chat, end in enumerate(ends, 1):
        state(office, chat, end)
    state(office, 6, OutboxState.CANCELLED, reason="no_longer_owed")
    found = act(office, broadcasts.progress, BATCH)
    assert found == Progress(sent=2, waiting=2, unreachable=1, unknown=1, failed=1, settled=1, seconds=3)
    assert act(office, broadcasts.progress, "notice:7") == Progress()


async def test_stop_cancels_what_is_queued_and_what_a_later_slice_brings(office: Office) -> None:
    send(office, 1, 2, 3, 4)
    send(office, 9, batch="notice:2")
    state(office, 1, OutboxState.SENT, message_id=11, sent_at=START)
    state(office, 2, OutboxState.SENDING)
    state(office, 3, OutboxState.QUEUED, not_before=START + timedelta(seconds=90), attempts=1)
    assert act(office, broadcasts.stop, BATCH) == 2
    send(office, 5)
    assert [(row.state, row.reason) for row in office.rows()] == [
        (OutboxState.SENT, ""),
        (OutboxState.SENDING, ""),
        (OutboxState.CANCELLED, "stopped"),
        (OutboxState.CANCELLED, "stopped"),
        (OutboxState.QUEUED, ""),
        (OutboxState.CANCELLED, "stopped"),
    ]
    # What was under way and is handed back does not go a second time.
    state(office, 2, OutboxState.QUEUED)
    async with office.sender():
        await office.clock.settle()
    assert office.telegram.texts == [(9, "通知")]
    assert act(office, broadcasts.progress, BATCH) == Progress(sent=1, cancelled=3, expired=1)
    assert act(office, broadcasts.stop, BATCH) == 0
    assert act(office, broadcasts.stop, "notice:7") == 0


async def test_what_was_stopped_goes_after_all_once_and_in_the_corrected_words(office: Office) -> None:
    send(office, 1, 2, 3)
    assert act(office, broadcasts.resume, BATCH) == 0
    act(office, broadcasts.stop, BATCH)
    send(office, 4)
    act(office, lambda session, now: broadcasts.correct(session, BATCH, {"text": "新通知"}, now))
    assert act(office, broadcasts.resume, BATCH) == 4
    assert act(office, broadcasts.resume, BATCH) == 0
    send(office, 5)
    async with office.sender():
        await office.clock.settle()
    assert office.telegram.texts == [(1, "新通知"), (2, "新通知"), (3, "新通知"), (4, "新通知"), (5, "通知")]
    assert act(office, broadcasts.progress, BATCH).sent == 5


class Edits:
    """What Telegram is asked to edit, and answers."""

    def __init__(self) -> None:
        self.got: list[tuple[int, int, str]] = []
        self.answers: dict[int, Outcome] = {}

    async def edit(self, chat_id: int, message_id: int, message: dict[str, Any]) -> Outcome:
        self.got.append((chat_id, message_id, message["text"]))
        return self.answers.get(chat_id, Outcome(OutcomeKind.SENT))


async def test_a_correction_rewords_what_waits_and_edits_what_was_sent(office: Office) -> None:
    """The first is sent, the second on its way, the third waits, the fourth never arrived."""
    send(office, 1, 2, 3, 4, 5)
    state(office, 1, OutboxState.SENT, message_id=11, sent_at=START)
    state(office, 2, OutboxState.SENDING)
    state(office, 3, OutboxState.QUEUED)
    state(office, 4, OutboxState.UNKNOWN)
    state(office, 5, OutboxState.SENT, message_id=15, sent_at=START)
    assert act(office, broadcasts.correct, BATCH, NEW) == 1
    # The one on its way is tried again by its sender, in the old words; then it is edited too.
    with office.storage.transaction() as session:
        session.get_one(Outbox, office.rows()[1].id).state = OutboxState.QUEUED
    edits = Edits()
    edits.answers[5] = Outcome(OutcomeKind.GONE, reason="cannot_edit")

    def reads(session: Session, about: dict[str, Any], now: Any) -> dict[str, Any]:
        tapped = about["sent"] == {"who": 1} and len(edits.got) > 0
        return {"text": "更正后的通知，已收到" if tapped else "更正后的通知"}

    async with office.sender({broadcasts.CORRECTION: reads}, edit=edits.edit):
        await office.clock.travel(START + timedelta(seconds=5))
    assert sorted(office.telegram.texts) == [(2, "通知"), (3, "更正后的通知")]
    assert [said for chat, _, said in edits.got if chat == 2] == ["更正后的通知"]
    # Somebody who tapped while the edit was on its way is not left with what it showed.
    assert [said for chat, _, said in edits.got if chat == 1][-1] == "更正后的通知，已收到"
    rows = {row.chat_id: row for row in office.rows() if row.edits_id is not None}
    assert {chat: (row.state.value, row.reason) for chat, row in rows.items()} == {
        1: ("sent", ""),
        2: ("sent", ""),
        5: ("cancelled", "cannot_edit"),
    }
    assert rows[1].lane is Lane.BROADCASTS
    assert act(office, broadcasts.progress, BATCH) == Progress(sent=4, unknown=1)


@pytest.mark.parametrize("known", ["before", "with the edit"])
async def test_what_lies_in_a_group_that_was_left_behind_is_not_edited(office: Office, known: str) -> None:
    """A supergroup numbers its messages anew: message 11 there is somebody else's."""
    send(office, -9)
    office.change(state=OutboxState.SENT, sent_at=START, message_id=11)
    act(office, broadcasts.correct, BATCH, NEW)
    edits = Edits()
    edits.answers[-9] = Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=-1009)
    if known == "before":
        with office.storage.transaction() as session:
            follow(session, -9, -1009, START)
    async with office.sender({broadcasts.CORRECTION: lambda session, about, now: NEW}, edit=edits.edit):
        await office.clock.travel(START + timedelta(minutes=3))
    assert [chat for chat, _, _ in edits.got] == ([] if known == "before" else [-9])
    assert [(row.state.value, row.reason) for row in office.rows() if row.edits_id] == [
        ("cancelled", "nothing_to_edit")
    ]


async def test_an_edit_whose_answer_was_lost_is_sent_once_more(office: Office) -> None:
    """It does no harm the second time, also when the process was killed in the middle of it."""
    send(office, 1, 2)
    office.change(state=OutboxState.SENT, sent_at=START, message_id=11)
    act(office, broadcasts.correct, BATCH, NEW)
    with office.storage.transaction() as session:
        edit = session.scalars(select(Outbox).where(Outbox.chat_id == 2, Outbox.edits_id.is_not(None))).one()
        edit.state = OutboxState.SENDING
    edits, lost = Edits(), Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")
    edits.answers[1] = lost
    async with office.sender({broadcasts.CORRECTION: lambda session, about, now: NEW}, edit=edits.edit, alone=True):
        await office.clock.settle()
        del edits.answers[1]
        await office.clock.travel(START + timedelta(minutes=3))
    assert sorted(chat for chat, _, _ in edits.got) == [1, 1, 2]
    assert office.states() == ["sent"] * 4


async def test_a_second_correction_takes_the_place_of_the_first(office: Office) -> None:
    send(office, 1)
    state(office, 1, OutboxState.SENT, message_id=11, sent_at=START)
    assert [act(office, broadcasts.correct, BATCH, NEW) for _ in range(2)] == [1, 2]
    assert office.states() == ["sent", "cancelled", "queued"]
    assert act(office, broadcasts.correct, "notice:7", NEW) == 0
    with office.storage.reading() as session:
        assert broadcasts.corrected_at(session, office.branch_id, BATCH) == START
        assert broadcasts.corrected_at(session, office.branch_id, "notice:11") is None


async def test_a_big_correction_goes_in_slices_and_on_after_a_kill(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (promises, broadcasts):
        monkeypatch.setattr(module, "SLICE", 4)
    send(office, *range(1, 11))
    office.change(state=OutboxState.SENT, sent_at=START, message_id=1)
    act(office, broadcasts.correct, BATCH, NEW)

    def made() -> int:
        return sum(row.edits_id is not None for row in office.rows())

    assert made() == 4
    act(office, broadcasts.go_on)
    assert made() == 8
    assert act(office, broadcasts.go_on)
    assert not act(office, broadcasts.go_on)
    assert sorted(row.edits_id for row in office.rows() if row.edits_id) == [row.id for row in office.rows()[:10]]
    with office.storage.reading() as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.slot, run.planned) == ("notice:1:1", 10)
