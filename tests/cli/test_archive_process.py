"""An archive through the command line as its own process: it loads no more than it needs, and all that it needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests/features/tally/archive_example.json"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'branch.db'}", "PYTHONPATH": str(ROOT)}
    called = [sys.executable, "-m", "bot", *command]
    return subprocess.run(called, cwd=folder, env=environment, capture_output=True, text=True, timeout=110)


def test_an_archive_with_a_register_comes_in_and_goes_out(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    brought = run(tmp_path, "import", str(EXAMPLE))
    assert brought.returncode == 0, brought.stdout + brought.stderr
    assert "Traceback" not in brought.stderr
    assert "Error" not in brought.stderr
    out = tmp_path / "out.json"
    assert run(tmp_path, "export", "--archive", str(out)).returncode == 0
    written, example = json.loads(out.read_text()), json.loads(EXAMPLE.read_text())
    assert [one["id"] for one in written["guidance"]] == [one["id"] for one in example["guidance"]]
    # By the ids of the archive, as it was closed and as it was corrected.
    right = json.loads((EXAMPLE.parent / "archive_example.tally.json").read_text())
    told = run(tmp_path, "tally", "--quarter", "2022Q3", "--version", "v1", "--format", "json")
    assert told.returncode == 0, told.stdout + told.stderr
    figures = json.loads(told.stdout)["figures"]
    assert {name: figures[name]["R1"]["missing"] for name in ("reflections",)} == {"reflections": ["P2"]}
    assert {name: figures[name] for name in ("hours", "attendance_by_activity", "study", "votes", "exams")} == {
        name: right["figures"][name] for name in ("hours", "attendance_by_activity", "study", "votes", "exams")
    }
    newest = json.loads(run(tmp_path, "tally", "--quarter", "2022Q3", "--format", "json").stdout)
    assert (newest["version"], newest["figures"]["reflections"]["R1"]["missing"]) == ("v2", [])
