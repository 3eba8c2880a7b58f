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
