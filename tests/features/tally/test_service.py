"""The tally over real rows: the example archive, the cut-off, the number of statements."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.features.tally.service import tally, to_json
from scheduler.calendar import Quarter
from storage.engine import Storage

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3 = Quarter(2022, 3)
AFTER_THE_CLOSE = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)
# What this tally cannot know yet: nothing records it.
LATER = {
    "self_check", "exams", "talk_campaigns", "talk_records_written_quarter", "projects", "rectification",
    "development", "votes", "guidance", "research", "publications", "model_units_passed", "cobuild_events",
    "issues", "next_quarter_plan",
}  # fmt: skip


def test_the_example_archive_comes_to_the_right_answer(
    storage: Storage, lay: Callable[[Session], Any], right_answer: dict[str, Any]
) -> None:
    with storage.transaction() as session:
        lay(session)
    with storage.reading() as session:
        counted = to_json(tally(session, 1, Q3, AFTER_THE_CLOSE, SHANGHAI))
    assert {**counted, "figures": None} == {
        "quarter": "2022Q3",
        "version": "draft",
        "branch": "示范党支部",
        "figures": None,
    }
    ours, right = counted["figures"], right_answer["figures"]
    assert list(ours) == [name for name in right if name in ours]
    wrong = {name: (ours[name], right[name]) for name in ours if name not in LATER and ours[name] != right[name]}
    assert wrong == {}
