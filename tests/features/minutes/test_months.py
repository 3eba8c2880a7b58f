"""A month's minutes are there by themselves: of everything own that was held, finished by the cut-off (S31)."""

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.minutes.rules import Speech
from bot.features.register.kinds.inspection import DOCUMENT
from bot.features.register.papers import figures
from bot.kit.deadlines import USUAL
from bot.kit.figures import Counting
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import ActivityStatus, ActivityType, Organizer
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.minutes import Minutes
from tests.features.minutes.desk import EVENING, LECTURE, SHANGHAI, START, Desk

IN_TIME = datetime(2023, 10, 8, 9, 0, tzinfo=SHANGHAI)
Q3 = Period.of(Quarter.of(date(2023, 9, 1)))


def missing(session: Session, desk: Desk, now: datetime = IN_TIME) -> bool:
    counting = Counting(session, desk.cast.branch_id, Q3, now, SHANGHAI, USUAL)
    found = {one.path: one.value(one.rows(counting.of(one.of))) for one in figures(DOCUMENT)}
    assert found["documents.expected"] == 6
    assert found["documents.present"] + len(found["documents.missing"]) == 6
    return ["2023-09", "minutes"] in found["documents.missing"]


def lecture(desk: Desk, now: datetime = EVENING) -> None:
    desk.write(component=LECTURE, agenda=["讲党课"], speeches=[Speech("体会")], now=now)


def test_when_every_component_of_all_that_was_held_has_its_own(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        assert missing(session, desk)
        desk.write()
        assert missing(session, desk)
        lecture(desk)
        assert not missing(session, desk)
        # What was called off, what is a superior's and what nobody held asks for none; another that was held does.
        start = START + timedelta(hours=3)
        other = desk.make(
            types=[ActivityType.OPEN_TALK], lecturer_id=None, start_at=start, end_at=start + timedelta(hours=1)
        )
        for state in (
            {"status": ActivityStatus.PLANNED},
            {"status": ActivityStatus.CANCELLED},
            {"status": ActivityStatus.HELD, "organizer": Organizer.SUPERIOR, "settled_at": EVENING},
        ):
            session.execute(update(Activity).where(Activity.id == other.id).values(**state))
            assert not missing(session, desk), state
        own = {"organizer": Organizer.JOINT}
        session.execute(update(Activity).where(Activity.id == other.id).values(**own))
        assert missing(session, desk)


def test_what_is_finished_after_the_cut_off_comes_too_late(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.write()
        lecture(desk)
        late = datetime(2023, 10, 12, 9, 0, tzinfo=SHANGHAI)
        assert not missing(session, desk, late)
        session.execute(update(Minutes).where(Minutes.component == LECTURE).values(finished_at=late))
        assert missing(session, desk, late)


def test_a_month_in_which_nothing_was_held_is_not_complete_by_itself(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, settled=False)
        assert missing(session, desk)
