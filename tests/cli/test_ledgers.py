"""branch-bot ledgers: a folder of files with an index; and how it fails."""

import json
from pathlib import Path

from storage.engine import Storage
from tests.cli.conftest import Run
from tests.features.minutes.desk import Desk


def test_a_folder_of_ledgers(ready: Run, tmp_path: Path) -> None:
    with Storage(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}") as storage, storage.transaction() as session:
        Desk(session)
    done = ready("ledgers", "--quarter", "2023Q3", "--out", "all", "--format", "json")
    assert done.exit_code == 0, done.output
    listed = [one["file"] for one in json.loads(done.output)]
    assert listed[0].startswith("00 示范党支部2023年第三季度")
    assert "03 考勤汇总.xlsx" in listed
    there = sorted(str(one.relative_to(tmp_path / "all")) for one in (tmp_path / "all").rglob("*.*"))
    assert there == sorted([*listed, "目录.xlsx"])
    half = ready("ledgers", "--from", "2023-01-01", "--to", "2023-07-01", "--out", "half")
    assert half.exit_code == 0
    assert "党员名册" in half.output
    for arguments, word in (
        (("--quarter", "2023Q3"), "--out"),
        (("--quarter", "2023Q3", "--version", "v3", "--out", "x"), "2023Q3 has no version v3"),
        (("--quarter", "2023Q3", "--out", "all/目录.xlsx"), "目录"),
    ):
        failed = ready("ledgers", *arguments)
        assert failed.exit_code in (1, 2), arguments
        assert word in failed.output, failed.output
        assert "Traceback" not in failed.output
