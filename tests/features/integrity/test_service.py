"""The pre-holiday reminder on both databases: one for a block, its audience, who read it when, what counts."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.integrity import jobs, messages, planning, service, timing
from bot.features.integrity.buttons import Knob
from bot.features.integrity.timing import Blocks
from bot.kit.figures import Slice
from bot.kit.refusal import Refusal
from scheduler.calendar.days import BUNDLED, Quarter
from scheduler.calendar.periods import Period
from scheduler.jobs import NotReady, Occurrence, Owed
from storage.audience import Me
from storage.choices import YearState
from storage.engine import Storage
from storage.models.person import DutySpan, RosterSpan
from storage.models.reminder import Reminder
from tests.cast import Cast, make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
(AUTUMN,) = (blocks for blocks in BUNDLED.neighbours(2023, 5) if blocks[0].start == date(2023, 9, 29))
Q3 = Quarter(2023, 3)
CUT_OFF = Q3.cut_off(SHANGHAI)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


MORNING = local("2023-09-26 09:00")


def branch(session: Session) -> Cast:
    return make_branch(session, now=local("2023-07-01 09:00"))


def plan(session: Session, cast: Cast, when: str = "2023-09-26 09:00") -> list[Owed]:
    return jobs.remind(session, cast.branch_id, occurrence(), local(when), SHANGHAI)


def occurrence(blocks: Blocks = AUTUMN) -> Occurrence:
    at, until = timing.send_at(BUNDLED, blocks, SHANGHAI), timing.last_call(blocks, SHANGHAI)
    return Occurrence(timing.slot(blocks), at.date(), at, until)


def sent(session: Session, cast: Cast, blocks: Blocks = AUTUMN, now: datetime = MORNING) -> Reminder:
    return service.make(session, cast.branch_id, BUNDLED, blocks, None, now, SHANGHAI)


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
        assert "中秋、国庆节前廉洁提醒没有按时发送" in told[0].message["text"]
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
        assert "按时已阅1人" in desk["text"]


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
        found = service.reminder_figures(session, [cast.branch_id], [Slice(Period.of(Q3), CUT_OFF)], SHANGHAI)[
            cast.branch_id
        ]
        figures = found[reminder.id]
        assert (figures.audience, figures.ack_on_time, figures.ack_all, str(figures.ack_rate)) == (25, 23, 24, "92.0")
        assert figures.not_ack_on_time == sorted(list(cast.people.values())[23:])
        assert service.figures(session, reminder, CUT_OFF) == figures
        assert (
            service.reminder_figures(session, [cast.branch_id], [Slice(Period.of(Q3.next()), CUT_OFF)], SHANGHAI)[
                cast.branch_id
            ]
            == {}
        )


def test_new_year_belongs_to_the_quarter_in_which_it_was_sent(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = branch(session)
        (new_year,) = (blocks for blocks in BUNDLED.neighbours(2023, 5) if blocks[0].start == date(2023, 12, 30))
        sent(session, cast, new_year, local("2023-12-27 09:00"))
        q4, late = Quarter(2023, 4), local("2024-01-10 12:00")
        assert (
            len(
                service.reminder_figures(session, [cast.branch_id], [Slice(Period.of(q4), late)], SHANGHAI)[
                    cast.branch_id
                ]
            )
            == 1
        )
        assert (
            service.reminder_figures(session, [cast.branch_id], [Slice(Period.of(q4.next()), late)], SHANGHAI)[
                cast.branch_id
            ]
            == {}
        )


def test_who_owes_it_and_the_second_line(storage: Storage) -> None:
    """Nobody is nudged unless the branch wants its second line; then those are who have not read it."""
    with storage.transaction() as session:
        cast = branch(session)
        reminder = sent(session, cast)
        read(session, cast, "甲三", reminder, "2023-09-26 09:10")
        found = service.owing(session, cast.branch_id, local("2023-09-27 10:00"), SHANGHAI)
        assert {item.nudges for item in found} == {()}
        planning.set_timing(session, cast.me(session, "乙二", MORNING.date()), Knob.SECOND_LINE, 1, MORNING)
        found = service.owing(session, cast.branch_id, local("2023-09-27 10:00"), SHANGHAI)
        assert len(found) == 24
        assert {item.nudges for item in found} == {(local("2023-09-28 09:00"),)}
        assert found[0].line == "中秋、国庆节前廉洁提醒：请于9月28日（周四）18:00前点“已阅”。"
        mine = service.owing(session, cast.branch_id, local("2023-10-06 10:00"), SHANGHAI, cast["乙八"])
        assert [item.key for item in mine] == [f"reminder:{reminder.id}"]
        assert mine[0].line == "中秋、国庆节前廉洁提醒：应于9月28日（周四）18:00前点“已阅”，已逾期，仍可阅知。"
        assert mine[0].nudges == ()
        reminder.provisional = True
        found = service.owing(session, cast.branch_id, local("2023-09-27 10:00"), SHANGHAI)
        assert {item.nudges for item in found} == {()}
        assert found[0].line.startswith("中秋、国庆（暂定）")
        assert len(service.owing(session, cast.branch_id, local("2023-10-28 17:59"), SHANGHAI)) == 24
        assert service.owing(session, cast.branch_id, local("2023-10-28 18:01"), SHANGHAI) == []


def test_a_year_not_announced_is_marked_and_shows_no_dates() -> None:
    blocks = (replace(AUTUMN[0], state=YearState.PROVISIONAL),)
    for own in (None, "（节日）将至，请守纪律。"):
        text = messages.reminder_text(blocks, {}, own, timing.ack_due(blocks, SHANGHAI), SHANGHAI)
        assert "（暂定）具体放假安排以国务院办公厅通知为准。" in text
        assert "9月29日" not in text
        assert "（节日）" not in text
