"""Reminders in archives, on both databases."""

import copy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive.importing import Target
from bot.features.integrity import rules, service
from bot.kit.closing import cut_off_of
from bot.kit.figures import Slice
from scheduler.calendar.days import Quarter, at
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from storage.engine import Storage
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from tests.cast import make_branch
from tests.features.archive.branches import comes_back_whole, document, faults_of, only, out, over, put, statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
KIND = "pre_holiday_integrity"
REMINDERS: list[dict[str, Any]] = [
    {"id": "M1", "kind": KIND, "holidays": ["中秋"], "sent_at": "2022-09-07T09:00:00+08:00",
     "ack_due": "2022-09-09T18:00:00+08:00", "audience": ["P1", "P2", "P3"],
     "acks": [{"person": "P1", "at": "2022-09-07T10:00:00+08:00", "by": "电话"},
              {"person": "P2", "at": "2022-10-11T00:00:00+08:00"}]},
    {"id": "M2", "kind": KIND, "holidays": ["中秋", "2021:国庆"], "from": "2022-09-11", "to": "2022-09-13", "round": 3,
     "provisional": True, "text": "请注意\n二", "sent_at": "2022-09-08T09:00:00.5+08:00",
     "ack_due": "2022-09-09T18:00:00+08:00", "audience": [], "acks": [], "via": "群"},
    {"id": "M3", "kind": "其他提醒", "holidays": ["元旦"], "sent_at": "2022-12-29T09:00:00+08:00",
     "ack_due": "2022-12-30T18:00:00+08:00", "audience": ["P3"], "acks": []},
]  # fmt: skip


def test_nothing_is_lost(storage: Storage) -> None:
    """Without a word of the days of the holiday it begins on the day after the reminder was to be read."""
    with storage.transaction() as session:
        found = document(reminders=copy.deepcopy(REMINDERS))
        # Written with all digits of a second.
        found["reminders"][1]["sent_at"] = "2022-09-08T09:00:00.500000+08:00"
        branch_id = comes_back_whole(session, found, "reminders")
        query = select(Reminder).where(Reminder.branch_id == branch_id).order_by(Reminder.archive_id)
        rows = session.scalars(query).all()
        assert [(row.block_start, row.block_end, row.round) for row in rows] == [
            (date(2022, 9, 10), date(2022, 9, 10), 1),
            (date(2022, 9, 11), date(2022, 9, 12), 3),
            (date(2022, 12, 31), date(2022, 12, 31), 1),
        ]
        assert [row.holidays for row in rows] == [["2022:中秋"], ["2022:中秋", "2021:国庆"], ["2023:元旦"]]


def test_every_fault_is_told_and_nothing_is_written(storage: Storage) -> None:
    good = REMINDERS[0] | {"audience": [], "acks": []}
    bad = [
        good | {"kind": "", "holidays": [], "sent_at": None, "ack_due": "2022-09-09", "audience": "all"},
        good | {"audience": ["P1", "P9", "P1"], "acks": [{"person": "EXT:某", "at": 7}, {"person": "P1"}, "P2"]},
        good | {"id": "M2", "from": "2022-09-10", "to": "2022-09-10", "round": "2", "provisional": 1, "text": []},
        good | {"id": "M3", "round": 1},
    ]
    an_instant = "should be an instant with its offset, such as 2022-08-15T09:00:00+08:00"
    with storage.transaction() as session:
        assert faults_of(session, document(reminders=bad)) == [
            "reminders: the id 'M1' stands 2 times, should be unique",
            "reminders[0].kind: found '', should be a kind, such as pre_holiday_integrity",
            f"reminders[0].sent_at: found None, {an_instant}",
            f"reminders[0].ack_due: found '2022-09-09', {an_instant}",
            'reminders[0].holidays: found [], should be names of festivals, such as ["中秋"]',
            "reminders[0].audience: found 'all', should be a list of ids of people",
            "reminders[1].audience[1]: found 'P9', should be the id of a person of this archive",
            "reminders[1].audience: the id 'P1' stands 2 times, should be unique",
            "reminders[1].acks[2]: found 'P2', should be a record",
            "reminders[1].acks[0].person: found 'EXT:某', should be the id of a person of this archive",
            f"reminders[1].acks[0].at: found 7, {an_instant}",
            f"reminders[1].acks[1].at: found None, {an_instant}",
            "reminders[2].to: found '2022-09-10', should be after `from`: the first day that no longer counts",
            "reminders[2].provisional: found 1, should be true or false",
            "reminders[2].round: found '2', should be a number from 1 to 1000",
            "reminders[2].text: found [], should be a text",
            "reminders (kind, from and round): the id 'pre_holiday_integrity 2022-09-10 1' stands 3 times, should be "
            "unique",
        ]
        assert session.scalars(select(Reminder)).all() == []


def test_they_are_replaced_each_in_its_row(storage: Storage) -> None:
    """Two of one block change places; what is gone takes its readers along."""
    twice = [REMINDERS[0], REMINDERS[0] | {"id": "M2", "sent_at": "2022-09-08T09:00:00+08:00", "acks": []}]
    with storage.transaction() as session:
        done = put(session, document(reminders=twice))
        before = dict(session.execute(select(Reminder.archive_id, Reminder.id)).all())
        assert [one.get("round") for one in out(session, done.branch_id)["reminders"]] == [None, 2]
        swapped = [twice[0] | {"round": 2}, twice[1] | {"round": 1, "audience": ["P2"]}]
        assert put(session, only(document(reminders=swapped), "reminders"), over(done)).changed
        said = {one["id"]: one for one in out(session, done.branch_id)["reminders"]}
        assert (said["M1"]["round"], said["M2"]["audience"]) == (2, ["P2"])
        assert dict(session.execute(select(Reminder.archive_id, Reminder.id)).all()) == before
        assert put(session, only(document(reminders=swapped[:1]), "reminders"), over(done)).changed
        assert len(session.scalars(select(ReminderAudience)).all()) == 3
        assert put(session, {"format": "branch-archive/1", "reminders": []}, over(done)).changed
        for table in (Reminder, ReminderAudience, Acknowledgement):
            assert session.scalars(select(table)).all() == []


def counts(session: Session, branch_id: int) -> dict[str, rules.ReminderCounts]:
    quarter = Quarter(2022, 3)
    closes = cut_off_of(session, branch_id, quarter.start, SHANGHAI)
    found = service.reminder_figures(session, [branch_id], [Slice(Period.of(quarter), closes)], SHANGHAI)[branch_id]
    return {session.get_one(Reminder, row_id).archive_id or "": one for row_id, one in found.items()}


def test_who_has_read_it_after_the_cut_off_has_not(storage: Storage) -> None:
    with storage.transaction() as session:
        found = counts(session, put(session, document(reminders=REMINDERS)).branch_id)
        assert [(name, one.audience, one.ack_on_time, one.ack_all) for name, one in sorted(found.items())] == [
            ("M1", 3, 1, 1),
            ("M2", 0, 0, 0),
        ]


def test_what_was_sent_is_written(storage: Storage) -> None:
    now = datetime(2023, 9, 28, 9, tzinfo=SHANGHAI)
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        calendar = calendar_of(session, cast.branch_id)
        blocks = (calendar.next_block(date(2023, 9, 28)),)
        row = service.make(session, cast.branch_id, calendar, blocks, None, now, SHANGHAI)
        me = cast.me(session, "甲五", now.date())
        service.acknowledge(session, me, row.id, now)
        written = out(session, cast.branch_id)
        [said] = written["reminders"]
        assert (said["id"], said["kind"], said["text"]) == (f"M{row.id}", KIND, row.text)
        assert said["acks"] == [{"person": f"P{me.id}", "at": "2023-09-28T09:00:00+08:00"}]
        assert len(said["audience"]) == 25
        again = put(session, written, Target(None, "又一支部"))
        assert out(session, again.branch_id)["reminders"] == [said]
        assert not put(session, written, Target(cast.branch_id)).changed
        came = session.scalars(select(Reminder).where(Reminder.branch_id == again.branch_id)).one()
        values = ("kind", "block_start", "block_end", "round", "holidays", "provisional", "text", "sent_at", "ack_due")
        assert [getattr(came, name) for name in values] == [getattr(row, name) for name in values]


def test_many_take_as_many_statements_as_few(storage: Storage) -> None:
    said = []
    for many, name in ((2, "一"), (20, "二")):
        found = [
            REMINDERS[0] | {
                "id": f"M{number}",
                "ack_due": at(date(2022, 9, number + 1), datetime.min.time(), SHANGHAI).isoformat(),
            }
            for number in range(many)
        ]  # fmt: skip
        with storage.transaction() as session, statements() as heard:
            put(session, document(reminders=found), Target(None, name))
        said.append(len(heard))
    assert said[0] == said[1]
