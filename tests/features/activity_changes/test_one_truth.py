"""Whatever shows an activity shows it by the record: the cards of group, desk and member, the reminder, 我的待办."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import cards, jobs, messages, reminding
from bot.features.activity_changes import telling
from bot.features.notices import broadcast
from bot.features.notices.cards import NOTICE
from bot.features.notices.owing import owing
from bot.features.registry import jobs as all_jobs
from bot.kit.broadcasts import Sent
from bot.kit.handlers import Call
from scheduler.broadcasts import batch_of
from scheduler.jobs import Owed
from scheduler.promises import promise_all
from storage.activities import notice_of
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.notice import Notice
from storage.models.outbox import Outbox
from tests.features.activities.desk import SHANGHAI, START, TOLD
from tests.features.activity_changes.test_service import FIELDS, Full, make_full

LATER = TOLD + timedelta(hours=1)
GROUP, MEMBER, SILENT = -5001, "甲四", "甲五"
EVERYWHERE = {"group", "desk", "private", "reminder", "owed"}
NOTICED = {"group", "private"}
# Where a field stands beside the record; the rest is the record's alone.
SHOWN: dict[str, tuple[set[str], str]] = {
    "title": (EVERYWHERE, "7月组织生活"),
    "place": (NOTICED | {"desk", "reminder"}, "二楼会议室"),
    "time": (NOTICED | {"desk", "reminder"}, "15:00"),
    "note": (NOTICED, "备注：请带笔记本"),
    "host": (NOTICED, "主持：甲一"),
    "lecture": (NOTICED, "，《党的历史》"),
    "lecturer": (NOTICED, "授课：甲一"),
    "agenda": (NOTICED, "第一议题：文件一；文件二"),
    "organizer_name": (NOTICED, "主办：示范局"),
    "mode": (NOTICED, "方式：线上线下"),
    "types": (NOTICED, "【主题党日通知】"),
    "reply_day": (NOTICED | {"owed"}, "7月6日（周四）18:00"),
}


def call_of(desk: Full, name: str = "甲二", at: datetime = LATER, update_id: int = 1) -> Call:
    return Call(
        update_id=update_id, telegram_id=1, chat_id=1, private=True, message_id=1, now=at, tz=SHANGHAI, bot_name="bot",
        me=desk.me(name),
    )  # fmt: skip


def notice(desk: Full) -> Notice:
    found = notice_of(desk.session, desk.activity.id)
    assert found is not None
    return found


def publish(desk: Full, *names: str) -> None:
    """Its notice is with each of these."""
    cards.write_notice(desk.session, desk.activity, SHANGHAI)
    one = notice(desk)
    owed = [
        Owed((f"notice:{one.id}:{desk.cast[name]}",), {"text": "x"}, desk.cast[name], batch=batch_of(NOTICE, one.id))
        for name in names
    ]
    promise_all(desk.session, owed, job=None, branch_id=desk.cast.branch_id, now=TOLD)
    arrive(desk.session)


def arrive(session: Session, state: OutboxState = OutboxState.SENT) -> None:
    session.execute(update(Outbox).values(state=state, sent_at=TOLD, message_id=Outbox.id + 1000))
    session.expire_all()


def seen(desk: Full) -> dict[str, str]:
    session, one = desk.session, desk.activity
    member = broadcast.reads(session, notice(desk).id, Sent(desk.cast[MEMBER], 1, {}), LATER, SHANGHAI)
    ahead = reminding.of_one(session, one.id, desk.cast[MEMBER], LATER, SHANGHAI)
    owed = owing(session, desk.cast.branch_id, LATER, SHANGHAI, desk.cast[SILENT])
    group, mine = (cards.render(session, one.id, chat, LATER, SHANGHAI) for chat in (GROUP, 1))
    assert member is not None
    assert ahead is not None
    assert group is not None
    assert mine is not None
    said = messages.reminder([ahead], SHANGHAI)
    asked = next(item for item in owed if item.key == f"notice:{notice(desk).id}")
    return {
        "group": group.text, "desk": mine.text, "private": member.text, "reminder": said.text,
        "owed": f"{asked.title}：{asked.ask}",
    }  # fmt: skip


def change(desk: Full, new: dict[str, Any], at: datetime = LATER, *, tell: bool = False, update_id: int = 1) -> None:
    call = call_of(desk, at=at, update_id=update_id)
    telling.spread(desk.session, call, desk.change(desk.said(new), at=at), tell=tell)
    desk.session.flush()


@pytest.mark.parametrize(("name", "changed"), [one[:2] for one in FIELDS], ids=[one[0] for one in FIELDS])
def test_every_place_says_what_the_record_says(storage: Storage, name: str, changed: dict[str, Any]) -> None:
    """And a delivered notice is followed by its edit where it reads otherwise now."""
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER, SILENT)
        before = seen(desk)
        change(desk, changed)
        after = seen(desk)
        places, words = SHOWN.get(name, (set(), ""))
        assert {place for place in before if before[place] != after[place]} - {"desk"} == places - {"desk"}
        assert [place for place in places if words not in after[place]] == []
        of_notice = (Outbox.edits_id.is_not(None), Outbox.batch == batch_of(NOTICE, notice(desk).id))
        edited = session.scalars(select(Outbox.person_id).where(*of_notice))
        assert set(edited) == ({desk.cast[MEMBER], desk.cast[SILENT]} if places & NOTICED else set())


# --- one message, the last state ------------------------------------------------------------------------------------


def told(desk: Full) -> list[Outbox]:
    query = select(Outbox).where(Outbox.batch == batch_of(telling.CHANGE, desk.activity.id)).order_by(Outbox.id)
    return list(desk.session.scalars(query))


def says(desk: Full, row: Outbox, at: datetime = LATER) -> str:
    job = next(one for one in all_jobs(SHANGHAI) if one.name == telling.CHANGE)
    assert job.still_owed is not None
    message = job.still_owed(desk.session, row.about, at)
    return str(message["text"]) if message is not None else ""


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT])
def test_two_edits_are_told_in_one_message(storage: Storage, state: OutboxState) -> None:
    """What waits is worded when it goes; what is in hand or there is followed by its edit."""
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, {"place": "二楼会议室"})
        first = told(desk)
        assert len(first) == 23
        arrive(session, state)
        change(desk, {"time": "15:00"}, LATER + timedelta(minutes=10), update_id=2)
        rows = told(desk)
        edits = [row for row in rows if row.edits_id is not None]
        assert len(rows) - len(edits) == len(first)
        assert {row.edits_id for row in edits} == (set() if state is OutboxState.QUEUED else {row.id for row in first})
        whole = "【活动变更】7月主题党日、"
        for row in (edits or rows)[:3]:
            assert says(desk, row).startswith(whole)
            assert says(desk, row).endswith(
                "：时间改为7月7日（周五）15:00，地点改为二楼会议室。回复仍然有效，不能参加的请点“请假”。"
            )


def test_after_ten_minutes_it_is_another_message(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, {"place": "二楼会议室"})
        arrive(session)
        change(desk, {"place": "礼堂"}, LATER + timedelta(minutes=10, seconds=1), update_id=2)
        assert len([row for row in told(desk) if row.edits_id is None]) == 46


def test_who_is_on_leave_hears_when_the_time_moves(storage: Storage) -> None:
    """A refused leave is none; an exempt person is asked for nothing."""
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        desk.leave("甲四")
        desk.decide(desk.leave("甲六"), approve=False)
        change(desk, {"place": "二楼会议室"})
        heard = {row.person_id for row in told(desk)}
        assert desk.cast["甲四"] not in heard
        assert desk.cast["甲六"] in heard
        change(desk, {"time": "15:00"}, LATER + timedelta(minutes=1), update_id=2)
        [mine] = [row for row in told(desk) if row.person_id == desk.cast["甲四"]]
        assert says(desk, mine).endswith("地点改为二楼会议室。您的请假仍然有效，能参加的请发送“取消请假”。")


def test_who_asks_leave_before_it_goes_is_not_told_of_a_place(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, {"place": "二楼会议室"})
        desk.leave("甲四", at=LATER)
        [mine] = [row for row in told(desk) if row.person_id == desk.cast["甲四"]]
        assert says(desk, mine) == ""


@pytest.mark.parametrize("changed", [{"title": "改"}, {"note": "改"}, {"host": "甲一"}, {"length": "60"}])
def test_a_quiet_change_is_quiet(storage: Storage, changed: dict[str, Any]) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, changed)
        assert told(desk) == []


def test_a_note_is_told_when_that_is_wanted(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, {"note": "请带笔记本。"}, tell=True)
        assert "：备注：请带笔记本。回复仍然有效" in says(desk, told(desk)[0])


def test_a_place_put_right_after_the_start_is_told_to_nobody(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, {"place": "礼堂"}, START, tell=True)
        assert told(desk) == []
        assert "地点：礼堂" in notice(desk).text


# --- the reminder of the day before ----------------------------------------------------------------------------------


def reminded(desk: Full) -> list[Outbox]:
    """The messages of that job, those before the change not."""
    return list(desk.session.scalars(select(Outbox).where(Outbox.job == jobs.REMINDER, Outbox.created_at >= LATER)))


@pytest.mark.parametrize("changed", [{"place": "二楼会议室"}, {"time": "15:00"}])
def test_who_was_reminded_is_reminded_once_more(storage: Storage, changed: dict[str, Any]) -> None:
    """Once a day of the activity, by what stands when it goes; nobody who is on leave by then."""
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        key = reminding.key_of(desk.activity.id, START, desk.cast[MEMBER])
        owed = Owed((key,), {"text": "x"}, desk.cast[MEMBER])
        promise_all(session, [owed], job=jobs.REMINDER, branch_id=desk.cast.branch_id, now=TOLD)
        change(desk, changed)
        change(desk, {"place": "礼堂"}, LATER + timedelta(minutes=5), update_id=2)
        [row] = reminded(desk)
        assert row.person_id == desk.cast[MEMBER]
        assert row.not_before == LATER + timedelta(minutes=10)
        said = jobs.once_more(session, row.about, LATER, SHANGHAI)
        assert said is not None
        assert said["text"].startswith("【活动提醒】7月主题党日")
        assert "，礼堂。" in said["text"]
        desk.leave(MEMBER, at=LATER)
        assert jobs.once_more(session, row.about, LATER, SHANGHAI) is None


def test_who_was_not_reminded_yet_is_by_the_clock(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        publish(desk, MEMBER)
        change(desk, {"place": "二楼会议室"})
        assert reminded(desk) == []
