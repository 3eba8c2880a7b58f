"""How long a record may still be changed, to the second and to the microsecond."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.kit.deadlines import before_cut_off, before_undo_ends, in_time, may_undo
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter

SHANGHAI = ZoneInfo("Asia/Shanghai")
DONE = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)
LEAST = timedelta(microseconds=1)


@pytest.mark.parametrize(("later", "may"), [(0, True), (600, True), (601, False), (-3600, True)])
def test_a_step_is_taken_back_within_ten_minutes(later: int, may: bool) -> None:
    """Also when the clock was set back meanwhile."""
    now = DONE + timedelta(seconds=later)
    assert may_undo(DONE, now) is may
    if may:
        before_undo_ends(DONE, now, "。")
    else:
        with pytest.raises(Refusal, match="已超过10分钟，不能撤销，请联系组织委员。"):
            before_undo_ends(DONE, now, "，请联系组织委员。")


def test_a_quarter_takes_records_until_24_00_of_the_close_day() -> None:
    """D20: what comes at 23:59:59.999999 of the tenth counts, what comes at 00:00 of the eleventh does not."""
    cut_off = Quarter(2023, 3).cut_off(SHANGHAI)
    assert cut_off == datetime(2023, 10, 11, tzinfo=SHANGHAI)
    assert in_time(cut_off - LEAST, cut_off)
    before_cut_off(cut_off - LEAST, cut_off)
    assert not in_time(cut_off, cut_off)
    with pytest.raises(Refusal, match=r"^第三季度统计已截止，不能再修改。如有出入，请告知支部书记。$"):
        before_cut_off(cut_off, cut_off)
