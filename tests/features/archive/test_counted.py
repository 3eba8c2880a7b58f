"""What the example counts once it came as an archive: its tally, every name of it."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.features.archive.importing import Target, bring
from bot.features.tally.service import to_json
from scheduler.calendar.days import Quarter
from storage.engine import Storage
from tests.counting import tally
from tests.features.closes.desk import differing, flat

HERE = Path(__file__).parent
SHANGHAI = ZoneInfo("Asia/Shanghai")
IN_GRACE = datetime(2022, 10, 10, 22, tzinfo=SHANGHAI)
AFTER_THE_CLOSE = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)
EXAMPLE = json.loads((HERE / "example.json").read_text())
RIGHT = json.loads((HERE.parent / "tally" / "archive_example.tally.json").read_text())["figures"]


def test_the_example_counts_what_its_tally_says(storage: Storage) -> None:
    """Further names may stand beside them."""
    draft = {name: rows for name, rows in EXAMPLE.items() if name not in ("closes", "corrections")}
    with storage.transaction() as session:
        done = bring(session, draft, Target(None), now=AFTER_THE_CLOSE, timezone="Asia/Shanghai")
    with storage.reading() as session:
        found = to_json(tally(session, done.branch_id, Quarter(2022, 3), AFTER_THE_CLOSE, SHANGHAI))["figures"]
    names = flat(RIGHT)
    assert {name: both for name, both in differing(RIGHT, found).items() if name in names} == {}
