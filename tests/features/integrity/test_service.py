"""The pre-holiday reminder on both databases: one for a block, its audience, who read it when, what counts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.integrity import jobs, messages, rules, service
from bot.kit.refusal import Refusal
from scheduler.calendar import BUNDLED, Block, Quarter
from scheduler.jobs import Everywhere, NotReady, Occurrence, Owed
from storage.audience import Me
from storage.choices import YearState
from storage.engine import Storage
from storage.models.person import DutySpan, RosterSpan
from storage.models.reminder import Reminder
from tests.cast import Cast, make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
AUTUMN = next(block for block in BUNDLED.blocks(2023) if block.start == date(2023, 9, 29))
Q3 = Quarter(2023, 3)
CUT_OFF = Q3.cut_off(SHANGHAI)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


MORNING = local("2023-09-26 09:00")


def branch(session: Session) -> Cast:
    return make_branch(session, now=local("2023-07-01 09:00"))


def plan(session: Session, cast: Cast, when: str = "2023-09-26 09:00") -> list[Owed]:
    return jobs.remind(session, cast.branch_id, occurrence(), local(when), SHANGHAI)


def occurrence(block: Block = AUTUMN) -> Occurrence:
    at, until = rules.send_at(BUNDLED, block, SHANGHAI), rules.grace_end(block, SHANGHAI)
    return Occurrence(jobs.slot(block), rules.send_day(BUNDLED, block), at, until)


def sent(session: Session, cast: Cast) -> Reminder:
    reminder = service.remind(session, cast.branch_id, AUTUMN, MORNING, SHANGHAI)
    assert reminder is not None
    return reminder


def read(session: Session, cast: Cast, name: str, reminder: Reminder, when: str) -> bool:
    now = local(when)
    return service.acknowledge(session, cast.me(session, name, now.date()), reminder.id, now)[2]


def test_everybody_is_in_the_audience_and_the_desk_gets_a_card(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        owed = plan(session, cast)
        asked = [item for item in owed if "reminder" in item.about]
        assert {item.person_id for item in asked} == set(cast.people.values())
        assert [item.person_id for item in owed if item.card] == [cast["乙二"], cast["甲一"]]
        assert all(item.expires_at == local("2023-09-28 20:30") for item in asked)
        assert [item.keys for item in plan(session, cast, "2023-09-26 09:01")] == [item.keys for item in owed]
        assert len(session.scalars(select(Reminder)).all()) == 1


def test_the_audience_is_the_roster_of_the_day_it_goes(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        gone = {"甲九": date(2023, 9, 26), "乙六": date(2023, 9, 27)}
        for name, day in gone.items():
            session.execute(update(RosterSpan).where(RosterSpan.person_id == cast[name]).values(to_on=day))
        people = service.audience(session, sent(session, cast).id)
        assert (cast["甲九"] in people, cast["乙六"] in people, len(people)) == (False, True, 24)


def test_at_night_it_waits_and_beyond_the_last_evening_the_desk_is_told(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        with pytest.raises(NotReady):
            plan(session, cast, "2023-09-26 22:00")
        assert session.scalars(select(Reminder)).all() == []
        told = jobs.missed(session, cast.branch_id, occurrence())
        assert [item.person_id for item in told] == [cast["乙二"], cast["甲一"]]
        assert "中秋、国庆节前廉洁提醒没有发出" in told[0].message["text"]
        assert jobs.ask_again(session, dict(told[0].about), MORNING, SHANGHAI) == told[0].message


def test_without_a_discipline_officer_the_secretary_keeps_the_desk(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        session.execute(update(DutySpan).where(DutySpan.person_id == cast["乙二"]).values(to_on=date(2023, 9, 1)))
        assert service.desk(session, cast.branch_id, MORNING.date()) == [cast["甲一"]]


def test_who_has_read_it_is_not_sent_it_again(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        owed = {item.person_id: item for item in plan(session, cast) if "reminder" in item.about}
        reminder = session.scalars(select(Reminder)).one()
        mine = owed[cast["甲三"]]
        assert jobs.ask_again(session, dict(mine.about), MORNING, SHANGHAI) == mine.message
        assert read(session, cast, "甲三", reminder, "2023-09-26 09:10")
        assert jobs.ask_again(session, dict(mine.about), MORNING, SHANGHAI) is None
        desk = jobs.ask_again(session, {"desk": reminder.id}, local("2023-09-26 09:11"), SHANGHAI)
        assert desk is not None
        assert "按时已阅 1/25" in desk["text"]


def test_a_second_tap_finds_the_first_row(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        reminder = sent(session, cast)
        assert read(session, cast, "甲三", reminder, "2023-09-26 09:10")
        assert not read(session, cast, "甲三", reminder, "2023-09-30 09:10")
        assert service.acknowledged(session, reminder.id) == {cast["甲三"]: local("2023-09-26 09:10")}


def test_only_its_own_audience_may_read_it(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        session.execute(
            update(RosterSpan).where(RosterSpan.person_id == cast["甲九"]).values(from_on=date(2023, 9, 27))
        )
        reminder = sent(session, cast)
        with pytest.raises(Refusal, match="不是发给您的"):
            read(session, cast, "甲九", reminder, "2023-09-27 09:10")
        me = cast.me(session, "甲三", MORNING.date())
        stranger = Me(me.id, me.name, me.branch_id + 1, None, me.duties, frozenset())
        with pytest.raises(Refusal, match="没有找到"):
            service.acknowledge(session, stranger, reminder.id, MORNING)


def test_st6_counts_23_of_25(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        reminder = sent(session, cast)
        for name in list(cast.people)[:23]:
            read(session, cast, name, reminder, "2023-09-28 18:00")
        read(session, cast, list(cast.people)[23], reminder, "2023-10-01 10:00")
        found = service.reminder_figures(session, cast.branch_id, Q3, CUT_OFF, SHANGHAI)
        figures = found[reminder.id]
        assert (figures.audience, figures.ack_on_time, figures.ack_all, str(figures.ack_rate)) == (25, 23, 24, "92.0")
        assert figures.not_ack_on_time == sorted(list(cast.people.values())[23:])
        assert service.figures(session, reminder, CUT_OFF) == figures
        assert service.reminder_figures(session, cast.branch_id, Q3.next(), CUT_OFF, SHANGHAI) == {}


def test_new_year_belongs_to_the_quarter_in_which_it_was_sent(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        block = next(block for block in BUNDLED.blocks(2023) if block.start == date(2023, 12, 30))
        service.remind(session, cast.branch_id, block, local("2023-12-27 09:00"), SHANGHAI)
        q4, late = Quarter(2023, 4), local("2024-01-10 12:00")
        assert len(service.reminder_figures(session, cast.branch_id, q4, late, SHANGHAI)) == 1
        assert service.reminder_figures(session, cast.branch_id, q4.next(), late, SHANGHAI) == {}


def test_who_owes_it_and_the_one_nudge(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        reminder = sent(session, cast)
        read(session, cast, "甲三", reminder, "2023-09-26 09:10")
        found = service.owing(session, cast.branch_id, local("2023-09-27 10:00"), SHANGHAI)
        assert len(found) == 24
        assert {item.nudges for item in found} == {(local("2023-09-28 09:00"),)}
        assert found[0].line == "中秋、国庆节前廉洁提醒：请点“已阅”，9月28日（周四）18:00前"
        mine = service.owing(session, cast.branch_id, local("2023-10-06 10:00"), SHANGHAI, cast["乙八"])
        assert [item.key for item in mine] == [f"reminder:{reminder.id}"]
        assert mine[0].line == "中秋、国庆节前廉洁提醒：请点“已阅”，已过期，仍可补阅"
        assert mine[0].nudges == ()
        assert len(service.owing(session, cast.branch_id, local("2023-10-28 17:59"), SHANGHAI)) == 24
        assert service.owing(session, cast.branch_id, local("2023-10-28 18:01"), SHANGHAI) == []


@pytest.mark.parametrize(("days", "round_"), [(0, 1), (-1, None), (-3, 2)])
def test_a_block_that_moved_far_is_reminded_of_again(storage: Storage, days: int, round_: int | None) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        first = sent(session, cast)
        moved = replace(AUTUMN, start=AUTUMN.start + timedelta(days=days))
        again = service.remind(session, cast.branch_id, moved, MORNING, SHANGHAI)
        assert (again.round if again else None) == round_
        assert again is first if days == 0 else again is not first


def test_a_year_not_announced_is_marked_and_shows_no_dates() -> None:
    block = replace(AUTUMN, state=YearState.PROVISIONAL)
    text = messages.reminder_text(block, {}, rules.ack_due(block, SHANGHAI), SHANGHAI)
    assert "（暂定）具体放假安排以国务院办公厅通知为准。" in text
    assert "9月29日" not in text
    assert "暂定" in messages.coming([(rules.send_at(BUNDLED, block, SHANGHAI), block)], None, SHANGHAI).text


def test_the_job_has_one_run_for_each_block_of_a_year() -> None:
    (job,) = jobs.build(SHANGHAI)
    since, until = local("2023-01-01 00:00"), local("2023-12-31 23:59")
    assert isinstance(job.occurrences, Everywhere)
    found = job.occurrences.between(BUNDLED, since, until)
    assert [each.slot for each in found] == [
        "2023-01-21 春节", "2023-04-05 清明", "2023-04-29 劳动节",
        "2023-06-22 端午", "2023-09-29 中秋、国庆", "2023-12-30 元旦",
    ]  # fmt: skip
    assert found[4] == occurrence()
