"""Every statement that is made once and run for many rows: with none, one, two and many, on both databases."""

# ruff: noqa: B023 (what is given to in_session runs at once)

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.features.accounts.rules import InviteKind
from bot.features.accounts.service import issue
from bot.receiving.inbox import row_of, store
from bot.watch.command_menus import _note
from scheduler import outbox_rows, uploads
from scheduler.effects import Told, write_down
from scheduler.jobs import Everywhere, Job, Occurrence, Owed
from scheduler.outcome import Outcome, OutcomeKind, Verdict
from scheduler.promises import promise_all
from scheduler.runs import Due, note_idle
from storage.choices import Lane, OutboxState
from storage.models.audit import Audit
from storage.models.inbox import Inbox
from storage.models.invite import Invite
from storage.models.outbox import Card, JobRun, Outbox, Promise, Upload
from storage.models.person import Person
from storage.models.place import CommandMenu
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)


def counts(office: Office) -> Iterator[int]:
    """None, one, two and many, each time in an empty database."""
    for count in (0, 1, 2, 30):
        with office.storage.transaction() as session:
            for table in (Promise, Outbox, Upload, JobRun, Inbox, CommandMenu, Invite, Audit, Person):
                session.execute(delete(table))
        yield count


def in_hand(row: Outbox) -> outbox_rows.Row:
    return outbox_rows.Row(row.id, row.lane, row.job, row.chat_id or 0, dict(row.message), {}, 1, False)


def promised(office: Office, count: int, **values: Any) -> list[outbox_rows.Row]:
    """So many rows, and another that nothing may touch."""
    office.say(*range(1, count + 1))
    office.say(999, text="bystander")
    with office.storage.transaction() as session:
        if values:
            session.execute(update(Outbox).where(Outbox.chat_id < 999).values(**values))
    return [in_hand(row) for row in office.rows()][:-1]


def in_session(office: Office, work: Callable[[Session], Any]) -> Any:
    with office.storage.transaction() as session:
        return work(session)


def untouched(office: Office) -> None:
    last = office.rows()[-1]
    assert (last.state, last.not_before, last.created_at, last.reason) == ("queued", START, START, "")
    assert last.message == {"text": "bystander"}


def test_put_off(office: Office) -> None:
    for count in counts(office):
        given = promised(office, count)
        moments = [(row, START + SECOND * (at + 1)) for at, row in enumerate(given)]
        in_session(office, lambda session: outbox_rows.put_off(session, moments))
        assert [row.not_before for row in office.rows()][:-1] == [moment for _, moment in moments]
        untouched(office)


def test_brought_back(office: Office) -> None:
    for count in counts(office):
        promised(office, count, not_before=START + SECOND * 70)
        in_session(office, lambda session: outbox_rows.bring_back(session, START, SECOND * 60))
        assert [row.not_before for row in office.rows()][:-1] == [START + SECOND * 10] * count
        untouched(office)


def test_taken_out_of_the_future(office: Office) -> None:
    for count in counts(office):
        ahead = timedelta(days=365)
        promised(office, count, created_at=START + ahead, not_before=START + ahead + SECOND * 5)
        in_session(office, lambda session: outbox_rows.out_of_the_future(session, START))
        found = office.rows()[:-1]
        assert [(row.created_at, row.not_before) for row in found] == [(START, START + SECOND * 5)] * count
        untouched(office)


def test_ended(office: Office) -> None:
    for count in counts(office):
        given = promised(office, count)
        ids = [row.id for row in given]
        in_session(office, lambda session: outbox_rows.end(session, ids, OutboxState.EXPIRED, "expired"))
        assert [(row.state.value, row.reason) for row in office.rows()][:-1] == [("expired", "expired")] * count
        untouched(office)


def test_put_aside(office: Office) -> None:
    for count in counts(office):
        ids = [row.id for row in promised(office, count)]
        in_session(office, lambda session: outbox_rows.put_aside(session, ids))
        assert [(row.state.value, row.reason) for row in office.rows()][:-1] == [("failed", "unreadable")] * count
        untouched(office)


def test_hurried(office: Office) -> None:
    for count in counts(office):
        promised(office, count, not_before=START + SECOND * 300, reason="no_connection")
        in_session(office, lambda session: outbox_rows.hurry(session, START + SECOND * 30))
        assert [row.not_before for row in office.rows()][:-1] == [START + SECOND * 30] * count
        untouched(office)


def test_lapsed(office: Office) -> None:
    for count in counts(office):
        given = promised(office, count, state=OutboxState.SENDING)
        held = [row.id for row in given[::2]]
        assert in_session(office, lambda session: outbox_rows.astray(session, START, held)) is (count > 1)
        in_session(office, lambda session: outbox_rows.lapse(session, START, held))
        assert [row.state.value for row in office.rows()][:-1] == ["sending", "queued"] * (count // 2) + ["sending"] * (
            count % 2
        )
        untouched(office)


END = {
    "sent": (Verdict(OutboxState.SENT), Outcome(OutcomeKind.SENT, message_id=5)),
    "queued": (Verdict(OutboxState.QUEUED, "too_many", START + SECOND), Outcome(OutcomeKind.RETRY)),
    "unknown": (Verdict(OutboxState.UNKNOWN, "answer_lost"), Outcome(OutcomeKind.UNKNOWN)),
    "failed": (Verdict(OutboxState.FAILED, "x"), Outcome(OutcomeKind.FAILED)),
}


@pytest.mark.parametrize("end", END)
def test_written_down(office: Office, end: str) -> None:
    for count in counts(office):
        given = promised(office, count, state=OutboxState.SENDING)
        for row in given:
            if row.id % 2:
                row.message, row.worded_anew = {"text": f"改{row.id}"}, True
        told = [Told(row, *END[end]) for row in given]
        in_session(office, lambda session: write_down(session, told, START, 1))
        found = office.rows()[:-1]
        assert [(row.state.value, row.reason) for row in found] == [(end, END[end][0].reason)] * count
        assert [row.message["text"] for row in found] == [f"改{row.id}" if row.id % 2 else "通知" for row in found]
        untouched(office)


def test_promised(office: Office) -> None:
    for count in counts(office):
        owed = [Owed((f"a{at}", f"b{at}"), {"text": str(at)}, chat_id=at + 1) for at in range(count)]
        made = in_session(office, lambda session: promise_all(session, owed, job=None, branch_id=None, now=START))
        assert [(row.id, row.message["text"]) for row in office.rows()] == list(
            zip(made, map(str, range(count)), strict=True)
        )


def test_stored(office: Office) -> None:
    for count in counts(office):

        def take(session: Session) -> Any:
            found = [
                row_of(1, {"update_id": at, "message": {"from": {"id": at % 3 + 1}, "text": "到"}}, START)
                for at in range(count)
            ]
            return store(session, [row for row in found if row is not None], START, {1, 2})

        for _ in range(2):
            in_session(office, take)
        assert len(in_session(office, lambda session: session.scalars(select(Inbox.update_id)).all())) == count


def test_runs_with_nothing_to_plan(office: Office) -> None:
    for count in counts(office):
        job = Job("theme", Everywhere(lambda *_: []), lambda *_: [])
        due = [
            Due(job, office.branch_id, Occurrence(f"slot{at}", START.date(), START, START + SECOND))
            for at in range(count)
        ]
        for _ in range(2):
            in_session(office, lambda session: note_idle(session, due, START))
        assert len(in_session(office, lambda session: session.scalars(select(JobRun.id)).all())) == count


def test_files_that_went_up(office: Office) -> None:
    for count in counts(office):

        def keep(session: Session) -> list[int]:
            message = {"text": "", "document": {"name": "a.pdf", "base64": "QQ=="}}
            kept = [
                uploads.keep(session, message | {"document": {"name": f"{at}", "base64": "QQ=="}}, START)
                for at in range(count)
            ]
            return [each["document"]["upload"] for each in kept]

        ids = in_session(office, keep)
        learned = [(each, Outcome(OutcomeKind.SENT, file_id=f"F{each}")) for each in ids]
        in_session(office, lambda session: uploads.write_down(session, [*learned, (None, None)], 1))
        found = in_session(office, lambda session: session.scalars(select(Upload.file_id).order_by(Upload.id)).all())
        assert found == [f"F{each}" for each in ids]


def test_menus_that_were_told(office: Office) -> None:
    for count in counts(office):
        said: dict[int, str | None] = {at: f"d{at}" for at in range(1, count + 1)}
        for _ in range(2):
            in_session(office, lambda session: _note(session, said))
        found = in_session(office, lambda session: session.scalars(select(CommandMenu.digest)).all())
        assert Counter(found) == Counter(said.values())


def test_links_for_people(office: Office) -> None:
    for count in counts(office):
        people = office.people(count)
        made = in_session(office, lambda session: issue(session, InviteKind.PERSON, office.branch_id, people, START))
        assert len(made) == count
        assert len(in_session(office, lambda session: session.scalars(select(Invite.id)).all())) == count


@pytest.mark.parametrize("lane", Lane)
def test_found_due(office: Office, lane: Lane) -> None:
    for count in counts(office):
        office.say(*range(1, count + 1), lane=lane)
        found = in_session(office, lambda session: outbox_rows.due(session, START, START, 30, 10, {}, []))
        assert sorted(row.chat_id for row in found.rows) == list(range(1, count + 1))


def test_what_is_hurried_ended_or_brought_back_is_only_what_it_is_meant_for(office: Office) -> None:
    office.say(1, 2, 3)
    far = START + SECOND * 361
    with office.storage.transaction() as session:
        session.execute(update(Outbox).values(not_before=far, reason="name_taken_out"))
        session.execute(update(Outbox).where(Outbox.chat_id == 3).values(state=OutboxState.SENDING))
        outbox_rows.hurry(session, START + SECOND * 30)
        outbox_rows.bring_back(session, START, SECOND * 60)
    before = [row.id for row in office.rows()]
    assert [row.not_before for row in office.rows()] == [far] * 3
    in_session(office, lambda session: outbox_rows.end(session, before, OutboxState.EXPIRED, "expired"))
    assert office.states() == ["expired", "expired", "sending"]


def test_what_telegram_asked_to_wait_for_keeps_its_distance_however_long_it_is(office: Office) -> None:
    office.say(1, 2)
    office.change(reason="too_many")
    day = SECOND * 86_400
    for chat, wait in ((1, SECOND * 400), (2, day)):
        office.change_of(chat, not_before=START + SECOND * 60 + wait)
    in_session(office, lambda session: outbox_rows.bring_back(session, START, SECOND * 60))
    assert [row.not_before for row in office.rows()] == [START + SECOND * 400, START + day]


def test_answers_are_found_where_there_is_no_room_left(office: Office) -> None:
    for lane in Lane:
        office.say(1, 2, lane=lane, expires_at=None if lane is Lane.ANSWERS else START)
    found = in_session(office, lambda session: outbox_rows.due(session, START, START, 0, 10, {}, []))
    assert [row.lane for row in found.rows] == [Lane.ANSWERS] * 2
    found = in_session(office, lambda session: outbox_rows.due(session, START, START, 30, 10, {}, [1]))
    assert [(row.lane, row.chat_id) for row in found.rows] == [(Lane.ANSWERS, 2)]
    assert len(found.expired) == 4


def test_cards_and_people_of_one_writing_down(office: Office) -> None:
    """Each card knows its own message; who was known to be away is no news."""
    office.people(3)
    office.promise(
        *(Owed((f"k{at}",), {"text": "x"}, chat_id=-at, card=("activity", at)) for at in (1, 2, 3)),
        *(Owed((f"k{at}",), {"text": "x"}, chat_id=at) for at in (1001, 1002, 1003)),
    )
    blocked = Outcome(OutcomeKind.UNREACHABLE, reason="blocked")
    told = [
        Told(in_hand(row), Verdict(OutboxState.SENT), Outcome(OutcomeKind.SENT, message_id=100 + row.id))
        if (row.chat_id or 0) < 0
        else Told(in_hand(row), Verdict(OutboxState.UNREACHABLE, "blocked"), blocked)
        for row in office.rows()
    ]
    with office.storage.transaction() as session:
        session.execute(update(Person).where(Person.telegram_id == 1001).values(reachable=False))
        write_down(session, told, START, 1)
    with office.storage.reading() as session:
        cards = session.execute(select(Card.outbox_id, Card.message_id)).all()
        lines = session.scalars(select(Audit.action)).all()
    assert [(row, message) for row, message in cards] == [(row.id, 100 + row.id) for row in office.rows()[:3]]
    assert lines == ["reachable_changed"] * 2
