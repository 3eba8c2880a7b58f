"""New data and new decisions between the sends: what has not gone is planned anew, what has gone is not said twice."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.integrity import decisions, jobs, planning
from bot.features.integrity.buttons import Field, Knob
from bot.kit.refusal import Refusal
from scheduler.calendar.days import BUNDLED
from scheduler.due import Looked, due
from scheduler.jobs import Everywhere, NotReady
from scheduler.runs import run_slice
from storage.choices import JobRunState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.calendar import CalendarYear
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun, Outbox
from storage.models.reminder import Reminder, ReminderPlan
from tests.cast import Cast, make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
(JOB,) = jobs.build(SHANGHAI)
OFF, WORKED = True, False
DISCIPLINE = "乙二"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class House:
    """A branch and its clock; `looked` as the runner keeps it from tick to tick."""

    def __init__(self, storage: Storage, since: str) -> None:
        self.storage, self.looked = storage, Looked()
        with storage.transaction() as session:
            self.cast: Cast = make_branch(session, now=local(since))

    def tick(self, when: str) -> None:
        """What the runner does: ask what is due, then run each in a transaction of its own."""
        now = local(when)
        with self.storage.reading() as session:
            runs = due(session, [JOB], now, self.looked)
        for run in runs:
            with suppress(NotReady), self.storage.transaction() as session:
                run_slice(session, run, now, {})

    def days(self, first: str, last: str) -> None:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            self.tick(f"{day} 09:00")
            self.tick(f"{day} 16:00")
            day += timedelta(days=1)

    def announce(self, year: int, changes: dict[str, bool], now: str) -> None:
        """The arrangement of a year as it is bundled, with some days off or worked."""
        days = dict(BUNDLED.year(year).days) | {date.fromisoformat(day): off for day, off in changes.items()}
        kept = [{"name": "", "date": day.isoformat(), "isOffDay": off} for day, off in sorted(days.items())]
        with self.storage.transaction() as session:
            session.add(
                CalendarYear(
                    year=year,
                    papers=["https://www.gov.cn/"],
                    days=kept,
                    source="test",
                    token=uuid4().hex,
                    made_at=local(now),
                )
            )

    def set(self, knob: Knob, value: int, now: str) -> None:
        with self.storage.transaction() as session:
            me = self.cast.me(session, DISCIPLINE, local(now).date())
            planning.set_timing(session, me, knob, value, local(now))

    def sent(self) -> list[str]:
        """09-22 09 中秋、国庆 r1, in the order they went."""
        with self.storage.reading() as session:
            rows = session.scalars(select(Reminder).order_by(Reminder.id)).all()
        return [f"{row.sent_at.astimezone(SHANGHAI):%m-%d %H} {_names(row)} r{row.round}" for row in rows]

    def told(self) -> dict[int, int]:
        """How many reminders each person was sent."""
        mine = select(Outbox.person_id, func.count()).where(Outbox.job == jobs.NAME)
        with self.storage.reading() as session:
            rows = session.execute(
                mine.where(Outbox.message["text"].as_string().like("%点“已阅”%")).group_by(Outbox.person_id)
            )
            return {person: number for person, number in rows if person is not None}


def _names(row: Reminder) -> str:
    return "、".join(str(holiday).partition(":")[2] for holiday in row.holidays)


@pytest.fixture
def one(sqlite_url: str) -> Iterator[Storage]:
    """On one database: what is asked of it the other tests ask of both."""
    with Storage(sqlite_url) as storage:
        yield storage


BOTH = "09-22 09 中秋、国庆 r1"
PARTED_2018 = {"2018-09-29": OFF, "2018-09-30": OFF}


@pytest.mark.parametrize(
    ("before", "at", "after", "expected"),
    [
        # Sent on the 22nd: moved by one working day, by two, one festival dropped.
        ({}, "2026-09-22 10:00", {"2026-09-24": OFF}, [BOTH]),
        ({}, "2026-09-22 10:00", {"2026-09-23": OFF, "2026-09-24": OFF}, [BOTH, "09-22 16 中秋 r2"]),
        ({}, "2026-09-22 10:00", {"2026-09-25": WORKED, "2026-09-26": WORKED}, [BOTH]),
        # Not sent yet: planned anew; when that day has passed it goes within the hours, once.
        ({}, "2026-09-18 10:00", {"2026-09-24": OFF}, ["09-21 09 中秋、国庆 r1"]),
        ({}, "2026-09-18 10:00", {"2026-09-25": WORKED}, ["09-28 09 国庆 r1"]),
        ({"2026-09-25": WORKED}, "2026-09-23 10:00", {}, ["09-23 16 中秋、国庆 r1"]),
        ({"2026-09-25": WORKED}, "2026-09-23 18:00", {}, ["09-24 09 中秋、国庆 r1"]),
    ],
)
def test_the_arrangement_changes(
    one: Storage, before: dict[str, bool], at: str, after: dict[str, bool], expected: Sequence[str]
) -> None:
    house = House(one, "2026-09-01 09:00")
    if before:
        house.announce(2026, before, "2026-09-01 10:00")
    changed = local(at)
    house.days("2026-09-17", f"{changed.date() - timedelta(days=1)}")
    house.tick(f"{changed.date()} 09:00")
    house.announce(2026, after, at)
    if changed.hour < 16:
        house.tick(f"{changed.date()} 16:00")
    house.days(f"{changed.date() + timedelta(days=1)}", "2026-10-09")
    assert house.sent() == expected
    assert set(house.told().values()) == {len(expected)}


def test_what_is_joined_afterwards_is_said_on_its_own_day_and_what_is_parted_not_again(storage: Storage) -> None:
    """2018: six working days between 中秋 and 国庆; with two make-up days less they share a reminder."""
    house = House(storage, "2018-09-01 09:00")
    house.days("2018-09-17", "2018-09-20")
    assert house.sent() == ["09-19 09 中秋 r1"]
    house.announce(2018, PARTED_2018, "2018-09-20 17:00")
    house.days("2018-09-21", "2018-10-09")
    assert house.sent() == ["09-19 09 中秋 r1", "09-26 09 国庆 r1"]


def test_what_is_parted_afterwards_is_not_said_again(one: Storage) -> None:
    house = House(one, "2018-09-01 09:00")
    house.announce(2018, PARTED_2018, "2018-09-01 10:00")
    house.days("2018-09-17", "2018-09-20")
    assert house.sent() == ["09-19 09 中秋、国庆 r1"]
    house.announce(2018, {}, "2018-09-20 17:00")
    house.days("2018-09-21", "2018-10-09")
    assert house.sent() == ["09-19 09 中秋、国庆 r1"]


def test_a_branch_changes_its_timing_in_between_and_nothing_is_lost_or_doubled(storage: Storage) -> None:
    house = House(storage, "2026-09-01 09:00")
    house.set(Knob.MERGE, 0, "2026-09-10 10:00")
    house.set(Knob.LEAD, 1, "2026-09-10 10:01")
    house.days("2026-09-21", "2026-09-23")
    assert house.sent() == []
    house.set(Knob.LEAD, 3, "2026-09-23 17:00")
    house.tick("2026-09-23 17:01")
    assert house.sent() == ["09-23 17 中秋 r1"]
    house.set(Knob.MERGE, 5, "2026-09-24 10:00")
    house.days("2026-09-25", "2026-10-09")
    assert house.sent() == ["09-23 17 中秋 r1", "09-28 09 国庆 r1"]
    with storage.reading() as session:
        assert session.scalars(select(JobRun.slot).where(JobRun.state == JobRunState.MISSED)).all() == []


def test_away_until_the_first_block_the_second_is_still_said_and_the_desk_hears_of_the_first(storage: Storage) -> None:
    house = House(storage, "2026-09-01 09:00")
    house.days("2026-09-26", "2026-09-29")
    assert house.sent() == ["09-28 09 国庆 r1"]
    with storage.reading() as session:
        texts = session.scalars(select(Outbox.message["text"].as_string())).all()
    assert texts.count("中秋节前廉洁提醒没有按时发送，请用其他方式通知。") == 2


# --- branches that decide for themselves ---------------------------------------------------------------------------


def statements(session: Session) -> list[str]:
    """What is asked from now on."""
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    return asked


def test_branches_that_differ_are_found_by_two_questions_and_the_others_are_not(storage: Storage) -> None:
    house = House(storage, "2026-09-01 09:00")
    now = local("2026-09-01 10:00")
    with storage.transaction() as session:
        me = house.cast.me(session, DISCIPLINE, now.date())
        planning.set_words(session, me, Field.PHONE, "12388", now)
        planning.set_timing(session, me, Knob.LEAD, 3, now)
        assert set(decisions.differ(session)) == set()
        others = [add_branch(session, f"支部{number}", None, now) for number in range(3)]
        for number, branch_id in enumerate(others[:2]):
            session.get_one(Organisation, branch_id).settings = {decisions.TIMING: {"lead": number + 1}}
            session.add(ReminderPlan(branch_id=branch_id, holiday=decisions.EVERY, changed_by_id=me.id, changed_at=now))
        plan = ReminderPlan(branch_id=others[2], holiday="2026:中秋", skipped=True, changed_by_id=me.id, changed_at=now)
        session.add(plan)
    since, until = local("2026-09-20 00:00"), local("2026-09-30 00:00")
    assert isinstance(JOB.occurrences, Everywhere)
    with storage.reading() as session:
        asked = statements(session)
        differing = JOB.occurrences.differ(session)
        found = {one: JOB.occurrences.of(session, one, BUNDLED, since, until) for one in sorted(differing)}
        assert len(asked) == 2
    assert [[one.at.day for one in found[branch_id]] for branch_id in others] == [[24], [23], []]


def test_every_change_is_authorised_noted_and_checked(storage: Storage) -> None:
    house = House(storage, "2026-09-01 09:00")
    now = local("2026-09-01 10:00")
    with storage.transaction() as session:
        me, member = (house.cast.me(session, name, now.date()) for name in (DISCIPLINE, "甲三"))
        for knob, value in ((Knob.LEAD, 0), (Knob.LEAD, 11), (Knob.MERGE, 9), (Knob.HOUR, 60), (Knob.SECOND_LINE, 2)):
            with pytest.raises(Refusal):
                planning.set_timing(session, me, knob, value, now)
        for field, words in (
            (Field.TEXT, "长" * 2001),
            (Field.ISSUER, "一\n二"),
            (Field.PHONE, "无"),
            (Field.MAIL, "无"),
            (Field.URL, " "),
            (Field.URL, "hello"),
            (Field.URL, "见 www.12388.gov.cn"),
        ):
            with pytest.raises(Refusal):
                planning.set_words(session, me, field, words, now)
        with pytest.raises(Refusal):
            planning.set_words(session, member, Field.ISSUER, "支部", now)
        with pytest.raises(Refusal):
            planning.find(session, member, 2026, "中秋", now, SHANGHAI)
        with pytest.raises(Refusal, match="没有找到"):
            planning.find(session, me, 2026, "无此节", now, SHANGHAI)
        planning.set_words(session, me, Field.ISSUER, "示范党支部纪检委员", now)
        for address in ("www.12388.gov.cn", "https://www.12388.gov.cn/a?b=1"):
            planning.set_words(session, me, Field.URL, address, now)
        planning.set_words(session, me, Field.URL, None, now)
        planning.tick_ban(session, me, 3, now)
        assert planning.settings(session, me.branch_id) == {"issuer": "示范党支部纪检委员", "holiday_bans": [3]}
        planning.set_words(session, me, Field.ISSUER, None, now)
        assert planning.settings(session, me.branch_id) == {"holiday_bans": [3]}
        planning.set_words(session, me, Field.PHONE, "0571-12345678", now)
        planning.set_words(session, me, Field.PHONE, "0571-87654321", now)
        planning.set_timing(session, me, Knob.LEAD, 5, now)
        noted = session.scalars(select(Audit.details).where(Audit.subject == "reminder_settings").order_by(Audit.id))
        named, *urls, banned, unnamed, phone, other, timed = [each["changes"] for each in noted]
        assert [name for each in (named, banned, unnamed) for name in each] == ["issuer", "holiday_bans", "issuer"]
        assert (named["issuer"][0], named["issuer"][1]["length"]) == (None, 9)
        assert unnamed["issuer"] == named["issuer"][::-1]
        assert banned == {"holiday_bans": [[], [3]]}
        assert [each["report_url"][1] is None for each in urls] == [False, False, True]
        # Of a telephone number a hash would tell it.
        assert (phone, other) == ({"report_phone": [False, True]}, {"report_phone": [True, True]})
        assert timed == {"lead": [3, 5]}


def test_plans_that_are_over_are_forgotten_with_the_next_reminder(storage: Storage) -> None:
    house = House(storage, "2026-09-01 09:00")
    with storage.transaction() as session:
        for holiday in ("2026:端午", "2026:中秋"):
            session.add(
                ReminderPlan(
                    branch_id=house.cast.branch_id,
                    holiday=holiday,
                    changed_by_id=house.cast[DISCIPLINE],
                    changed_at=local("2026-09-01 10:00"),
                )
            )
    house.tick("2026-09-22 09:00")
    assert house.sent() == [BOTH]
    with storage.reading() as session:
        assert session.scalars(select(ReminderPlan.holiday)).all() == ["2026:中秋"]
