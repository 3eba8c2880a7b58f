"""branch-bot demo, as a new user runs it: over HTTP, with nothing but Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_stories import check_figures


@pytest.mark.long
def test_demo_once_prints_the_figures_and_keeps_nothing(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("branch-bot"), "demo", "--once", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    printed = json.loads(run.stdout)
    assert (printed["quarter"], printed["version"], printed["branch"]) == ("2023Q3", "draft", "示范党支部")
    check_figures(printed["figures"])
    assert list(tmp_path.iterdir()) == []
