"""What the example counts once it came as an archive, name by name as its tally has it."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.features.archive.importing import Target, bring
from bot.features.tally.service import to_json
from scheduler.calendar.days import Quarter
from storage.engine import Storage
from tests.counting import tally

HERE = Path(__file__).parent
SHANGHAI = ZoneInfo("Asia/Shanghai")
AFTER_THE_CLOSE = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)
EXAMPLE = json.loads((HERE / "example.json").read_text())
RIGHT = json.loads((HERE.parent / "tally" / "archive_example.tally.json").read_text())["figures"]
# Of collections that are read; the rest counts activities.
NAMES = ("monthly_themes", "study", "reflections", "reflection_pieces_total", "self_check", "reminders")


def test_study_hand_ins_and_reminders_of_the_example(storage: Storage) -> None:
    with storage.transaction() as session:
        done = bring(session, EXAMPLE, Target(None), now=AFTER_THE_CLOSE, timezone="Asia/Shanghai")
    with storage.reading() as session:
        found = to_json(tally(session, done.branch_id, Quarter(2022, 3), AFTER_THE_CLOSE, SHANGHAI))["figures"]
    assert {name: found[name] for name in NAMES} == {name: RIGHT[name] for name in NAMES}
