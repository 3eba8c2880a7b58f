"""The sender on both databases: each row once, nobody delayed by another, every outcome written down."""

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.pace import Pace
from storage.choices import Lane
from storage.models.audit import Audit
from storage.models.organisation import GroupChat
from storage.models.outbox import Card
from storage.models.person import Person
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)
BLOCKED = Outcome(OutcomeKind.UNREACHABLE, reason="blocked")
REFUSED = Outcome(OutcomeKind.STOP, reason="token_refused")
LOST = Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")


async def test_what_was_promised_arrives_and_is_written_down(office: Office) -> None:
    people = office.people(25)
    office.promise(*(Owed((f"r:{person}",), {"text": "节前提醒"}, person_id=person) for person in people))
    async with office.sender() as sender:
        await office.clock.settle()
        assert sender.busy == 0
    assert Counter(office.telegram.texts) == Counter((1001 + number, "节前提醒") for number in range(25))
    rows = office.rows()
    assert {(row.state, row.attempts, row.resent) for row in rows} == {("sent", 1, False)}
    assert all(row.message_id is not None and row.sent_at is not None for row in rows)


async def test_what_is_promised_later_goes_when_the_sender_is_woken(office: Office) -> None:
    async with office.sender() as sender:
        await office.clock.settle()
        office.say(7)
        sender.wake()
        assert sender.busy
        await office.clock.settle()
    assert office.telegram.texts == [(7, "通知")]


async def test_the_blocked_first_in_the_queue_delays_nobody(office: Office) -> None:
    people = office.people(10)
    office.promise(*(Owed((f"r:{person}",), {"text": "提醒"}, person_id=person) for person in people))
    office.telegram.answers[1001] = [BLOCKED]
    async with office.sender():
        await office.clock.settle()
    assert {chat for chat, _ in office.telegram.texts} == set(range(1002, 1011))
    assert max(when for _, _, when in office.telegram.got) - START < SECOND
    blocked = office.rows()[0]
    assert (blocked.state, blocked.reason) == ("unreachable", "blocked")
    with office.storage.reading() as session:
        assert session.scalars(select(Person.telegram_id).where(Person.reachable.is_(False))).all() == [1001]
        line = session.scalars(select(Audit)).one()
    assert (line.action, line.subject, line.actor_id, line.via) == ("reachable_changed", "person", None, "clock")
    assert line.details == {"changes": {"reachable": [True, False]}}


async def test_a_chat_that_is_refused_waits_as_long_as_it_was_told(office: Office) -> None:
    office.say(7, 8)
    office.telegram.answers[7] = [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20)]
    async with office.sender():
        await office.clock.settle()
        assert office.telegram.texts == [(8, "通知")]
        row = office.rows()[0]
        assert (row.state, row.reason) == ("queued", "too_many")
        assert row.not_before >= START + SECOND * 20
        await office.clock.travel(START + SECOND * 19)
        assert len(office.telegram.got) == 1
        await office.clock.travel(START + SECOND * 21)
    assert office.telegram.texts == [(8, "通知"), (7, "通知")]
    assert office.rows()[0].attempts == 2


async def test_a_lost_answer_is_sent_again_once_and_marked(office: Office) -> None:
    office.say(7, 8, 9)
    office.telegram.answers |= {7: [LOST], 8: [LOST, LOST]}
    async with office.sender():
        await office.clock.travel(START + SECOND * 59)
        assert office.telegram.texts == [(9, "通知")]
        await office.clock.travel(START + SECOND * 600)
    assert office.telegram.texts == [(9, "通知"), (7, "通知")]
    assert [(row.state, row.resent, row.attempts) for row in office.rows()] == [
        ("sent", True, 2),
        ("unknown", True, 2),
        ("sent", False, 1),
    ]


async def test_a_lost_answer_to_a_tap_is_not_sent_again(office: Office) -> None:
    office.say(7, lane=Lane.ANSWERS)
    office.telegram.answers[7] = [LOST]
    async with office.sender():
        await office.clock.travel(START + SECOND * 600)
    assert office.telegram.asked == 1
    assert office.states() == ["unknown"]


async def test_no_connection_is_tried_until_there_is_one(office: Office) -> None:
    office.say(*range(1, 41))
    office.telegram.down_until = START + timedelta(minutes=1)
    async with office.sender():
        await office.clock.travel(START + timedelta(minutes=6))
    assert Counter(office.telegram.texts) == Counter((number, "通知") for number in range(1, 41))
    assert not any(row.resent for row in office.rows())


async def test_what_came_too_late_is_not_said(office: Office) -> None:
    office.say(7, expires_at=START - SECOND)
    office.say(8, expires_at=START + SECOND * 60)
    async with office.sender():
        await office.clock.settle()
    assert office.telegram.texts == [(8, "通知")]
    assert office.states() == ["expired", "sent"]


async def test_what_is_owed_is_asked_again_at_the_moment_of_sending(office: Office) -> None:
    done: set[int] = {8}

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        if about["person"] == 9:
            raise LookupError("a bug in the feature")
        return None if about["person"] in done else {"text": f"还有1项未完成（{now:%H:%M}）"}

    owed = [Owed((f"n:{chat}",), {"text": "还有2项"}, chat_id=chat, about={"person": chat}) for chat in (7, 8, 9)]
    office.promise(*owed, job="nudge")
    office.promise(Owed(("other",), {"text": "别的"}, chat_id=8), job="theme")
    async with office.sender({"nudge": still_owed}):
        await office.clock.settle()
    assert sorted(office.telegram.texts) == [(7, "还有1项未完成（01:00）"), (8, "别的"), (9, "还有2项")]
    rows = office.rows()
    assert [(row.state, row.reason) for row in rows[:3]] == [
        ("sent", ""),
        ("cancelled", "no_longer_owed"),
        ("sent", ""),
    ]
    assert rows[0].message == {"text": "还有1项未完成（01:00）"}


async def test_a_group_that_moved_is_followed(office: Office) -> None:
    with office.storage.transaction() as session:
        session.add(GroupChat(branch_id=office.branch_id, chat_id=-9, title="支部群", tied_at=START))
    office.promise(Owed(("card",), {"text": "活动"}, chat_id=-9, card=("activity", 3)))
    office.say(-9, -9)
    office.telegram.answers[-9] = [Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=-1009)] * 3
    async with office.sender():
        await office.clock.travel(START + SECOND * 30)
    assert Counter(office.telegram.texts) == {(-1009, "活动"): 1, (-1009, "通知"): 2}
    with office.storage.reading() as session:
        assert session.scalars(select(GroupChat.chat_id)).all() == [-1009]
        card = session.scalars(select(Card)).one()
        lines = session.scalars(select(Audit.details).where(Audit.subject == "group_chat")).all()
    assert (card.chat_id, card.message_id) == (-1009, office.rows()[0].message_id)
    assert lines == [{"changes": {"chat_id": [True, True]}}]


async def test_a_group_that_put_the_bot_out_is_left_alone(office: Office) -> None:
    with office.storage.transaction() as session:
        session.add(GroupChat(branch_id=office.branch_id, chat_id=-9, title="支部群", tied_at=START))
    office.say(-9)
    office.telegram.answers[-9] = [Outcome(OutcomeKind.UNREACHABLE, reason="kicked")]
    async with office.sender():
        await office.clock.settle()
    with office.storage.reading() as session:
        assert session.scalars(select(GroupChat.active)).all() == [False]
        lines = session.scalars(select(Audit.details).where(Audit.subject == "group_chat")).all()
    assert lines == [{"changes": {"active": [True, False]}, "lost": "kicked"}]


async def test_a_sent_card_knows_its_message(office: Office) -> None:
    office.promise(Owed(("card",), {"text": "活动"}, chat_id=-9, card=("activity", 3)))
    async with office.sender():
        await office.clock.settle()
    with office.storage.reading() as session:
        assert session.scalars(select(Card.message_id)).all() == [1001]


async def test_what_was_too_long_for_one_message_is_followed_by_its_rest(office: Office) -> None:
    office.say(7, text="第一页", about={"asked": "again"})
    rest = {"text": "第二页", "inline": [[{"text": "已阅", "callback_data": "x"}]]}
    office.telegram.answers[7] = [Outcome(OutcomeKind.SENT, message_id=5, rest=rest)]
    async with office.sender():
        await office.clock.travel(START + SECOND * 5)
    assert office.telegram.texts == [(7, "第二页")]
    first, second = office.rows()
    assert (second.state, second.lane, second.branch_id) == ("sent", first.lane, first.branch_id)
    assert (second.message, second.about, second.job) == (rest, {}, None)


async def test_answers_overtake_a_broadcast(office: Office) -> None:
    office.say(*range(1, 201), lane=Lane.BROADCASTS)
    async with office.sender() as sender:

        def tap() -> Outcome:
            office.say(500, text="已签到", lane=Lane.ANSWERS)
            sender.wake()
            return Outcome(OutcomeKind.SENT)

        office.telegram.answers[20] = [tap]
        await office.clock.settle()
    place = office.telegram.texts.index((500, "已签到"))
    assert place < 25
    assert len(office.telegram.got) == 200


async def test_the_pace_holds_in_virtual_time(office: Office) -> None:
    office.say(*range(1, 121))
    async with office.sender():
        await office.clock.settle()
    times = sorted(when for _, _, when in office.telegram.got)
    for first in times:
        assert sum(first <= when < first + SECOND for when in times) <= 30
    assert times[-1] - times[0] < SECOND * 5


async def test_many_messages_to_one_chat_keep_their_order_and_let_others_pass(office: Office) -> None:
    for number in range(12):
        office.say(7, text=f"第{number}页")
    office.say(*range(100, 110))
    async with office.sender():
        await office.clock.travel(START + SECOND * 30)
    others = [when for chat, _, when in office.telegram.got if chat >= 100]
    mine = [(text, when) for chat, text, when in office.telegram.got if chat == 7]
    assert max(others) < START + SECOND * 2
    assert [text for text, _ in mine] == [f"第{number}页" for number in range(12)]
    assert all(later - earlier >= SECOND for (_, earlier), (_, later) in pairwise(mine))


async def type_quickly(office: Office, sender: Sender, *chats: int) -> None:
    """Each of the chats is promised 8 answers, 0.45 s apart, while the sender sends."""
    for number in range(8):
        await office.clock.sleep_until(START + SECOND * 0.45 * (number + 1))
        for chat in chats:
            office.say(chat, text=f"答{number}", lane=Lane.ANSWERS)
        sender.wake()


def heard(office: Office, chat: int) -> list[str]:
    return [text for each, text in office.telegram.texts if each == chat]


async def test_answers_to_quick_typing_arrive_in_order(office: Office) -> None:
    async with office.sender() as sender, asyncio.TaskGroup() as tasks:
        tasks.create_task(type_quickly(office, sender, 7))
        await asyncio.sleep(0)
        await office.clock.travel(START + SECOND * 15)
    assert heard(office, 7) == [f"答{number}" for number in range(8)]
    assert {(row.state, row.attempts) for row in office.rows()} == {("sent", 1)}
    times = [when for _, _, when in office.telegram.got]
    assert times[-1] - times[0] < SECOND * 8


async def test_quick_typing_in_three_chats_keeps_the_order_of_each(office: Office) -> None:
    office.telegram.answers[8] = [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=3)]
    office.telegram.answers[9] = [Outcome(OutcomeKind.AWAY, reason="no_connection")]
    async with office.sender() as sender, asyncio.TaskGroup() as tasks:
        tasks.create_task(type_quickly(office, sender, 7, 8, 9))
        await asyncio.sleep(0)
        await office.clock.travel(START + SECOND * 25)
    for chat in (7, 8, 9):
        assert heard(office, chat) == [f"答{number}" for number in range(8)]


async def test_the_answer_behind_one_that_expired_goes_at_once(office: Office) -> None:
    office.say(7, text="旧", lane=Lane.ANSWERS, expires_at=START - SECOND)
    office.say(7, text="新", lane=Lane.ANSWERS)
    async with office.sender():
        await office.clock.settle()
    assert heard(office, 7) == ["新"]


async def test_a_nudge_put_off_holds_no_later_one_back(office: Office) -> None:
    office.say(7, text="晚些", lane=Lane.MUST_ARRIVE)
    office.change(not_before=START + timedelta(seconds=30))
    office.say(7, text="现在", lane=Lane.MUST_ARRIVE)
    async with office.sender():
        await office.clock.travel(START + SECOND * 40)
    assert heard(office, 7) == ["现在", "晚些"]


async def test_a_group_gets_twenty_a_minute(office: Office) -> None:
    office.say(*[-9] * 45)
    async with office.sender():
        await office.clock.travel(START + timedelta(minutes=5))
    times = [when for _, _, when in office.telegram.got]
    assert len(times) == 45
    for first in times:
        assert sum(first <= when < first + timedelta(minutes=1) for when in times) <= 20


async def test_a_refused_token_stops_everything_and_says_so(office: Office) -> None:
    office.say(7, 8, 9)
    office.telegram.answers[7] = [REFUSED]
    office.telegram.me = [REFUSED]
    async with office.sender(pace=Pace(rate=1)) as sender:
        await office.clock.settle()
        assert sender.busy == 0
    assert office.stopped == ["token_refused"]
    assert office.telegram.asked == 1
    async with office.sender():
        await office.clock.travel(START + SECOND * 10)
    assert len(office.telegram.got) == 3


async def test_a_token_that_telegram_knows_after_all_stops_nothing(office: Office) -> None:
    office.say(7, 8, 9)
    office.telegram.answers[7] = [REFUSED, REFUSED]
    async with office.sender():
        await office.clock.travel(START + SECOND * 60)
    assert office.stopped == []
    assert sorted(chat for chat, _ in office.telegram.texts) == [7, 8, 9]
    assert len(office.telegram.asked_who) == 2


async def test_our_own_fault_is_loud_and_stops_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.say(7, 8, 9)
    office.telegram.answers[7] = [Outcome(OutcomeKind.FAILED, reason="Message is too long")]
    office.telegram.answers[8] = [KeyError("text")]
    async with office.sender():
        await office.clock.settle()
    assert office.telegram.texts == [(9, "通知")]
    assert [(row.state, row.reason) for row in office.rows()] == [
        ("failed", "Message is too long"),
        ("failed", "KeyError"),
        ("sent", ""),
    ]
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 2
