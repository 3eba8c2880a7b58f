"""The close day of a branch, and what a cut-off lets through, in values and in columns, on both databases."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.kit.branch_settings import first_open, of_branch
from bot.kit.closing import SETTING, as_set, close_day, close_days, cut_off_of, standing
from bot.kit.deadlines import after, before_cut_off, day_in_time, in_time, last_instant
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from storage.choices import AttendanceStatus, CorrectionKind, OrganisationKind, SignInMethod
from storage.engine import Storage
from storage.models.attendance import Attendance, Makeup
from storage.models.close import Admission, Correction, QuarterClose
from storage.models.organisation import Organisation
from tests.features.activities.desk import SHANGHAI, Desk
from tests.growth.counting import statements

LEAST = timedelta(microseconds=1)
MIDNIGHT = Quarter(2023, 3).cut_off(SHANGHAI)
CLOSED_EARLY = datetime(2023, 10, 8, 17, 30, tzinfo=SHANGHAI)
# The last instant that counts, the first that does not.
EDGES = pytest.mark.parametrize(
    ("cut_off", "last", "first"),
    [(MIDNIGHT, MIDNIGHT - LEAST, MIDNIGHT), (after(CLOSED_EARLY), CLOSED_EARLY, CLOSED_EARLY + LEAST)],
    ids=["24:00 of the close day", "the moment of an earlier close"],
)


def branch(session: Session, **settings: Any) -> int:
    row = Organisation(kind=OrganisationKind.BRANCH, name="支部", settings=settings, created_at=CLOSED_EARLY)
    session.add(row)
    session.flush()
    return row.id


@EDGES
def test_an_instant_counts_until_the_cut_off(cut_off: datetime, last: datetime, first: datetime) -> None:
    assert (in_time(last, cut_off), in_time(first, cut_off)) == (True, False)
    assert last_instant(cut_off) == last
    before_cut_off(last.astimezone(UTC), cut_off)
    with pytest.raises(Refusal, match="第三季度统计已截止"):
        before_cut_off(first.astimezone(UTC), cut_off)


@pytest.mark.parametrize(("cut_off", "last"), [(MIDNIGHT, 10), (after(CLOSED_EARLY), 8)])
def test_a_day_counts_until_the_day_of_the_cut_off(cut_off: datetime, last: int) -> None:
    """D28."""
    assert day_in_time(date(2023, 10, last), cut_off, SHANGHAI)
    assert not day_in_time(date(2023, 10, last + 1), cut_off, SHANGHAI)


@EDGES
def test_columns_are_compared_alike(storage: Storage, cut_off: datetime, last: datetime, first: datetime) -> None:
    """What was withdrawn in time is gone; what was withdrawn too late stands as it was."""
    with storage.transaction() as session:
        desk = Desk(session)
        came = {"activity_id": desk.activity.id, "status": AttendanceStatus.PRESENT, "method": SignInMethod.MARKED}
        for name, at, withdrawn_at in (
            ("甲一", last, None),
            ("甲二", first, None),
            ("甲三", last - LEAST, last),
            ("甲四", last, first),
        ):
            session.add(Attendance(person_id=desk.cast[name], at=at, withdrawn_at=withdrawn_at, **came))
        session.flush()
        which = standing(Attendance, Attendance.activity_id == desk.activity.id, cut_off)
        query = select(Attendance.person_id).where(which, in_time(Attendance.at, cut_off))
        assert set(session.scalars(query)) == {desk.cast["甲一"], desk.cast["甲四"]}
        now = standing(Attendance, Attendance.activity_id == desk.activity.id)
        assert set(session.scalars(select(Attendance.person_id).where(now))) == {desk.cast["甲一"], desk.cast["甲二"]}
        assert session.scalars(select(Makeup.id).where(day_in_time(Makeup.done_on, cut_off, SHANGHAI))).all() == []


@pytest.mark.parametrize(
    ("said", "day"),
    [(5, 5), (15, 15), (1, 1), (28, 28), (0, 10), (29, 10), (-1, 10), ("5", 10), (True, 10), (5.0, 10), (None, 10)],
)
def test_the_close_day_is_the_branchs_own_else_the_tenth(storage: Storage, said: Any, day: int) -> None:
    with storage.transaction() as session:
        own, other = branch(session, **{SETTING: said, "term_years": 3}), branch(session)
        today = date(2023, 9, 30)
        assert (close_day(session, own, today), close_day(session, other, today)) == (day, 10)
        expected = Quarter(2023, 3).cut_off(SHANGHAI, day)
        assert cut_off_of(session, own, date(2023, 9, 30), SHANGHAI) == expected
        assert cut_off_of(session, own, date(2023, 7, 1), SHANGHAI) == expected


def test_each_quarter_keeps_the_day_that_it_had(storage: Storage) -> None:
    """The fifth until the first quarter of 2023, the fifteenth in the second, then the tenth."""
    earlier = [{"before": "2023Q2", "value": 5}, {"before": "2023Q3", "value": 15}]
    asked: list[str] = []
    with storage.transaction() as session:
        mine = branch(session, earlier={"close_day": earlier})
        event.listen(session.get_bind(), "before_cursor_execute", lambda *said: asked.append(said[2]))
        days = close_days(session, mine)
        spring = (date(2022, 1, 1), date(2023, 3, 31), date(2023, 4, 1), date(2023, 6, 30), date(2023, 7, 1))
        assert [days(day) for day in spring] == [5, 5, 15, 15, 10]
        assert len([sql for sql in asked if "settings" in sql]) == 1
        assert as_set({"earlier": {"close_day": earlier}}, date(2023, 4, 1)) == 15
        ends = [cut_off_of(session, mine, day, SHANGHAI).astimezone(SHANGHAI).date() for day in spring[1::2]]
        assert ends == [date(2023, 4, 6), date(2023, 7, 16)]


def test_nobody_closes_a_quarter_without_the_day_of_the_branch() -> None:
    folder = Path(__file__).parents[2]
    forgets = re.compile(r"(?:quarter|closing|Quarter\.of\([^()]*\))\.cut_off\([^,()]*\)")
    files = [*folder.glob("bot/**/*.py"), *folder.glob("scheduler/**/*.py")]
    assert [str(path) for path in files if forgets.search(path.read_text())] == []


def test_a_quarter_that_was_closed_early_takes_nothing_more(storage: Storage) -> None:
    """D20: the moment of the close counts; a close after the close day moves nothing; no further statement is asked."""
    with storage.transaction() as session:
        own, other = branch(session), branch(session)
        late = {"cut_off": None, "closed_at": MIDNIGHT + timedelta(days=5)}
        early = {"cut_off": after(CLOSED_EARLY), "closed_at": CLOSED_EARLY}
        session.add_all(
            [
                QuarterClose(branch_id=own, quarter="2023Q3", **early),
                QuarterClose(branch_id=own, quarter="2023Q2", **late),
            ]
        )
        session.flush()
        with statements() as asked:
            closes = close_days(session, own)
        assert len(asked) == 1
        assert closes.cut_off(Quarter(2023, 3), SHANGHAI) == after(CLOSED_EARLY)
        assert closes.cut_off(Quarter(2023, 2), SHANGHAI) == Quarter(2023, 2).cut_off(SHANGHAI)
        assert cut_off_of(session, own, date(2023, 9, 30), SHANGHAI) == after(CLOSED_EARLY)
        assert cut_off_of(session, other, date(2023, 9, 30), SHANGHAI) == MIDNIGHT
        assert first_open(of_branch(session, own), CLOSED_EARLY + LEAST, SHANGHAI) == Quarter(2023, 4)
        assert first_open(of_branch(session, other), CLOSED_EARLY + LEAST, SHANGHAI) == Quarter(2023, 3)


def test_what_a_correction_has_admitted_is_in_time(storage: Storage) -> None:
    """D20b: what came late counts, and what was withdrawn late counts no more; of other tables' rows nothing does."""
    with storage.transaction() as session:
        desk = Desk(session)
        came = {"activity_id": desk.activity.id, "status": AttendanceStatus.PRESENT, "method": SignInMethod.MARKED}
        rows = {
            name: Attendance(person_id=desk.cast[name], at=at, withdrawn_at=gone, **came)
            for name, at, gone in (
                ("甲一", MIDNIGHT, None),
                ("甲二", MIDNIGHT, None),
                ("甲三", MIDNIGHT - LEAST, MIDNIGHT),
                ("甲四", MIDNIGHT - LEAST, MIDNIGHT),
            )
        }
        session.add_all(rows.values())
        close = QuarterClose(branch_id=desk.activity.branch_id, quarter="2023Q3", closed_at=MIDNIGHT)
        session.add(close)
        session.flush()
        correction = Correction(
            close_id=close.id, kind=CorrectionKind.ATTENDANCE, subject="attendance", row_id=1, made_at=MIDNIGHT
        )
        session.add(correction)
        session.flush()
        for subject, name in (("attendance", "甲一"), ("attendance", "甲三"), ("makeup", "甲二"), ("makeup", "甲四")):
            session.add(Admission(correction_id=correction.id, subject=subject, row_id=rows[name].id))
        session.flush()
        which = standing(Attendance, Attendance.activity_id == desk.activity.id, MIDNIGHT)
        query = select(Attendance.person_id).where(which, in_time(Attendance.at, MIDNIGHT))
        assert set(session.scalars(query)) == {desk.cast["甲一"], desk.cast["甲四"]}
