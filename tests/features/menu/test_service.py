"""Which keyboard an account has: what an answer carries, what is written down, whom the clock tells. Both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.features.menu import jobs
from bot.features.registry import HANDLERS
from bot.kit import own_keyboards
from bot.kit.handlers import Visit
from bot.kit.keyboard import LEFT, digest, keyboard
from bot.kit.replies import Choice, Document, Message, Reply, To, say
from scheduler.jobs import Occurrence
from storage.audience import find
from storage.engine import Storage
from storage.models.place import OwnKeyboard
from tests.cast import Cast, make_branch
from tests.keys import COMMANDS, somebody

NOW = datetime(2023, 7, 3, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
BUTTON = [[Choice("打开", "https://t.me/x")]]
OLD = [["签到", "请假"], ["我的学习", "交心得"]]
MINE = keyboard(COMMANDS, somebody())


def visit(account: int = 7, **more: Any) -> Visit:
    fields: dict[str, Any] = {"update_id": 1, "telegram_id": account, "chat_id": account, "private": True}
    return Visit(**fields | {"message_id": 1, "now": NOW, "tz": SHANGHAI, "bot_name": "b", "commands": COMMANDS} | more)


def member(**more: Any) -> Any:
    return replace(somebody(), places=(1,), **more)


@pytest.mark.parametrize(
    ("here", "carries"),
    [
        ([Message("一")], [True]),
        ([Message("一"), Message("二")], [False, True]),
        ([Message("一"), Message("二", BUTTON)], [True, False]),
        ([Message("一"), Document("a", b"b")], [True, False]),
        ([Message("一", BUTTON)], [False]),
        ([], []),
    ],
)
def test_the_last_message_without_buttons_carries_it(here: list[Any], carries: list[bool]) -> None:
    reply = own_keyboards.carried(Reply(here=here), visit(), member(keyboard=digest(OLD)))
    assert [isinstance(one, Message) and one.keyboard == MINE for one in reply.here] == carries
    assert reply.keyboard_due is not any(carries)


@pytest.mark.parametrize(
    ("told", "me", "where"),
    [
        (say("一"), member(keyboard=digest(MINE)), visit()),
        (say("一"), member(), visit(private=False)),
        (say(Message("一", keyboard=OLD)), member(), visit()),
        (say(Message("一", BUTTON)), member(keyboard_due=NOW), visit()),
    ],
)
def test_nothing_is_added_to_what_needs_nothing(told: Reply, me: Any, where: Visit) -> None:
    """Who has it already, a group, an answer that brings one, and where it is due since before."""
    assert own_keyboards.carried(told, where, me) == told


def test_who_has_left_keeps_one_key() -> None:
    [said] = own_keyboards.carried(say("一"), visit(), replace(somebody(), places=())).here
    assert isinstance(said, Message)
    assert said.keyboard == LEFT


def rows(session: Any) -> list[tuple[int, str, bool, str]]:
    session.flush()
    found = session.query(OwnKeyboard).order_by(OwnKeyboard.telegram_id)
    return [(row.telegram_id, row.digest, row.due_at is not None, row.latest) for row in found]


def test_what_goes_out_is_written_down(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        account = cast.account("甲一")
        own_keyboards.note(session, visit(), Reply(keyboard_due=True))
        assert rows(session) == [(7, "", True, "")]
        own_keyboards.note(session, visit(), say(Message("一", keyboard=MINE)))
        own_keyboards.note(session, visit(), Reply(opened="roster"))
        told = [To(Message("一", keyboard=OLD), person_id=cast["甲一"]), To(Message("一"), chat_id=5)]
        own_keyboards.note(session, visit(), Reply(others=told))
        assert rows(session) == [(7, digest(MINE), False, "roster"), (account, digest(OLD), False, "")]
        me = find(session, account, NOW.date())
        assert me is not None
        assert (me.keyboard, me.keyboard_due) == (digest(OLD), None)
        assert own_keyboards.latest(session, 7) == "roster"
        assert own_keyboards.latest(session, 8) == ""


def test_the_clock_brings_it_a_day_after_the_next_contact_once(storage: Storage) -> None:
    [job] = jobs.build(SHANGHAI, HANDLERS)
    assert job.concerns is not None
    local = NOW.astimezone(SHANGHAI)
    with storage.transaction() as session:
        cast: Cast = make_branch(session, now=NOW)
        for name in ("甲一", "甲二"):
            own_keyboards.note(session, visit(cast.account(name)), Reply(keyboard_due=True))
        # 甲二 has had the right one since.
        own_keyboards.sent(session, cast.account("甲二"), keyboard(COMMANDS, somebody()))
        session.flush()
        later = local + timedelta(days=1)
        occurrence = Occurrence.of("2023-07-04", later, later)
        assert job.concerns(session, local + timedelta(hours=23)) == set()
        assert job.concerns(session, later) == {cast.branch_id}
        [owed] = job.plan(session, cast.branch_id, occurrence, later)
        assert (owed.person_id, owed.message["text"]) == (cast["甲一"], "下方按钮已更新。")
        assert owed.message["keyboard"][1] == ["建活动", "考勤"]
        assert list(job.plan(session, cast.branch_id, occurrence, later)) == []
