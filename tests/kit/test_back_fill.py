"""补报: what was recorded after its quarter was over, with both days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.kit.back_fill import Recorded, approved_late, first_mark, mark, mark_of, recorded
from bot.kit.closing import SETTING
from scheduler.calendar.days import Quarter
from storage.choices import OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation

SHANGHAI = ZoneInfo("Asia/Shanghai")
HELD = date(2023, 9, 28)
MIDNIGHT = Quarter(2023, 3).cut_off(SHANGHAI)
LEAST = timedelta(microseconds=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("made_at", "what"),
    [
        (local("2023-09-28 09:00"), Recorded.IN_QUARTER),
        (local("2023-10-01 00:00") - LEAST, Recorded.IN_QUARTER),
        (local("2023-10-01 00:00"), Recorded.IN_GRACE),
        (MIDNIGHT - LEAST, Recorded.IN_GRACE),
        (MIDNIGHT, Recorded.TOO_LATE),
        # The last of September in Greenwich is the first of October here.
        (datetime(2023, 9, 30, 16, tzinfo=ZoneInfo("UTC")), Recorded.IN_GRACE),
    ],
)
def test_what_was_recorded_when(made_at: datetime, what: Recorded) -> None:
    assert recorded(HELD, made_at, MIDNIGHT, SHANGHAI) is what
    assert bool(mark(HELD, made_at, MIDNIGHT, SHANGHAI)) is (what is Recorded.IN_GRACE)


def test_the_words_have_both_days() -> None:
    """ST10: 8 October, a discussion of 28 September."""
    in_grace = local("2023-10-08 10:00")
    assert mark(HELD, in_grace, MIDNIGHT, SHANGHAI) == "（补报：9月28日，10月8日登记）"
    assert mark(date(2023, 10, 8), in_grace, Quarter(2023, 4).cut_off(SHANGHAI), SHANGHAI) == ""
    assert first_mark(HELD, [None, local("2023-09-28 15:00"), in_grace], MIDNIGHT, SHANGHAI).endswith("10月8日登记）")
    assert first_mark(HELD, [None, local("2023-09-28 15:00")], MIDNIGHT, SHANGHAI) == ""


@pytest.mark.parametrize(("closes", "marked"), [(5, False), (8, True), (15, True)])
def test_the_grace_is_the_branchs(storage: Storage, closes: int, marked: bool) -> None:
    with storage.transaction() as session:
        now = local("2023-10-08 10:00")
        row = Organisation(kind=OrganisationKind.BRANCH, name="支部", settings={SETTING: closes}, created_at=now)
        session.add(row)
        session.flush()
        assert bool(mark_of(session, row.id, HELD, now, SHANGHAI)) is marked


def test_leave_approved_after_the_start() -> None:
    """D20a."""
    start = local("2023-09-28 14:30")
    assert [approved_late(at, start) for at in (None, start, start + LEAST)] == ["", "", "（补批）"]
