"""A file that goes to many goes up once; after that its id is named."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from scheduler import uploads
from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind
from scheduler.promises import promise_all
from storage.models.outbox import Outbox, Upload
from tests.e2e.house import until
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)
BAD_FILE = Outcome(OutcomeKind.FAILED, reason="bad_file")


def paper(content: bytes = b"%PDF", name: str = "通知.pdf") -> dict[str, Any]:
    document = {"name": name, "picture": False, "base64": base64.b64encode(content).decode()}
    return {"text": "请阅", "document": document}


def promise(office: Office, *chats: int, message: dict[str, Any] | None = None) -> None:
    owed = [Owed((f"{len(office.rows())}:{chat}",), message or paper(), chat_id=chat) for chat in chats]
    with office.storage.transaction() as session:
        promise_all(session, owed, job=None, branch_id=office.branch_id, now=office.clock.now())


async def hurry(office: Office, messages: int) -> None:
    """Time goes by, whoever hangs, until so many messages have arrived."""
    for _ in range(2000):
        if len(office.telegram.got) >= messages:
            return
        office.clock.jump(office.clock.now() + SECOND / 10)
        await asyncio.sleep(0.005)
    raise TimeoutError


def kept(office: Office) -> list[Upload]:
    with office.storage.reading() as session:
        return list(session.scalars(select(Upload).order_by(Upload.id)))


async def test_the_first_brings_it_up_and_all_others_name_it_also_after_a_restart(office: Office) -> None:
    promise(office, *range(1, 11))
    promise(office, 11, message=paper(b"another"))
    assert [(each.content, each.name, each.kind) for each in kept(office)] == [
        (b"%PDF", "通知.pdf", "document"),
        (b"another", "通知.pdf", "document"),
    ]
    assert all("base64" not in row.message["document"] for row in office.rows())
    async with office.sender():
        await office.clock.settle()
    ups = [chat for chat, file_id in office.telegram.files if file_id is None]
    assert ups == [1, 11]
    assert {file_id for _, file_id in office.telegram.files} == {None, kept(office)[0].file_id}
    promise(office, 21, 22)
    async with office.sender():
        await office.clock.settle()
    assert office.telegram.files[-2:] == [(21, "FILE1"), (22, "FILE1")]
    promise(office, 31)
    async with office.sender(bot_id=2):
        await office.clock.settle()
    assert office.telegram.files[-1] == (31, None)
    assert [each.bot_id for each in kept(office)] == [2, 1]


async def test_while_it_goes_up_the_others_wait_and_other_messages_do_not(office: Office) -> None:
    promise(office, *range(1, 6))
    office.say(7)
    office.telegram.open.clear()
    async with office.sender():
        await until(lambda: office.telegram.asked)
        office.clock.jump(START + SECOND / 2)
        await until(lambda: office.telegram.asked == 2)
        office.telegram.open.set()
        await office.clock.settle()
    assert [file_id for _, file_id in office.telegram.files] == [None, *["FILE1"] * 4]


async def test_behind_a_file_that_takes_long_others_pass(office: Office) -> None:
    promise(office, *range(1, 36))
    office.say(101, 102, 103)
    office.telegram.open.clear()
    office.telegram.shut_to = {1}
    async with office.sender():
        await hurry(office, 3)
        assert {chat for chat, _ in office.telegram.texts} == {101, 102, 103}
        office.telegram.open.set()
        await hurry(office, 38)
    assert [file_id for _, file_id in office.telegram.files] == [None, *["FILE1"] * 34]


async def test_a_first_one_who_has_blocked_the_bot_keeps_it_from_nobody(office: Office) -> None:
    promise(office, 1, 2, 3)
    office.telegram.answers[1] = [Outcome(OutcomeKind.UNREACHABLE, reason="blocked")]
    async with office.sender():
        await office.clock.settle()
    assert [chat for chat, file_id in office.telegram.files if file_id is None] == [2]
    assert office.states() == ["unreachable", "sent", "sent"]


async def test_an_id_that_telegram_does_not_know_is_brought_up_anew_once(office: Office) -> None:
    promise(office, 1)
    async with office.sender():
        await office.clock.settle()
    promise(office, 2, 3, 4)
    office.telegram.answers[2] = [BAD_FILE]
    async with office.sender():
        await office.clock.settle()
        assert sum(file_id is None for _, file_id in office.telegram.files) == 2
        assert office.states() == ["sent"] * 4
        promise(office, 5)
        office.telegram.answers[5] = [BAD_FILE, BAD_FILE]
    async with office.sender():
        await office.clock.settle()
    last = office.rows()[-1]
    assert (last.state, last.reason, last.attempts) == ("failed", "bad_file", 2)


async def test_old_files_that_nothing_waits_for_are_forgotten(office: Office) -> None:
    promise(office, 1)
    promise(office, 2, message=paper(b"waits"))
    office.say(3)
    async with office.sender():
        await office.clock.settle()
    with office.storage.transaction() as session:
        waiting = Outbox.id.in_([row.id for row in office.rows()[1:]])
        session.execute(update(Outbox).where(waiting).values(state="queued"))
        uploads.clean(session, START + uploads.KEPT)
        assert len(session.scalars(select(Upload.id)).all()) == 2
        uploads.clean(session, START + uploads.KEPT + SECOND)
    assert [each.content for each in kept(office)] == [b"waits"]


async def test_a_sender_that_begins_forgets_old_files(office: Office) -> None:
    promise(office, 1)
    async with office.sender():
        await office.clock.settle()
    office.clock.jump(START + uploads.KEPT)
    async with office.sender():
        await office.clock.settle()
    assert len(kept(office)) == 1
    office.clock.jump(START + uploads.KEPT + SECOND)
    async with office.sender():
        await office.clock.settle()
    assert kept(office) == []
