"""branch-bot demo, as a new user runs it: over HTTP, with nothing but Python; what it leaves."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from PIL import Image

from bot.cli.main import cli
from tests.e2e.test_stories import check_figures


@pytest.mark.long
@pytest.mark.timeout(330)
def test_demo_once_prints_the_figures_and_leaves_the_papers_alone(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("branch-bot"), "demo", "--once", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    (tmp_path / "branch-bot-demo").mkdir()
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    printed = json.loads(run.stdout)
    assert (printed["quarter"], printed["version"], printed["branch"]) == ("2023Q3", "draft", "示范党支部")
    check_figures(printed["figures"])
    # Beside what was there nothing but the new folder.
    folder = tmp_path / "branch-bot-demo-2"
    assert sorted(tmp_path.iterdir()) == [tmp_path / "branch-bot-demo", folder]
    assert list((tmp_path / "branch-bot-demo").iterdir()) == []
    assert sorted(map(Path, printed["files"])) == sorted(folder.iterdir())
    report, ledgers, *pictures = map(Path, printed["files"])
    assert (report.name, ledgers.name) == ("2023年第三季度工作总结.docx", "2023年第三季度材料.zip")
    said = [one.text for one in Document(str(report)).paragraphs]
    assert "示范党支部2023年第三季度" in said
    assert len(Document(str(report)).inline_shapes) == len(pictures) == 3
    with zipfile.ZipFile(ledgers) as packed:
        assert packed.testzip() is None
        assert {"目录.xlsx", "19 季度数据汇总表.xlsx"} <= set(packed.namelist())
        # The same report as the one beside the zip.
        [name] = [one for one in packed.namelist() if one.startswith("00 ")]
        assert packed.read(name) == report.read_bytes()
    for one in pictures:
        with Image.open(one) as drawn:
            assert (drawn.format, drawn.width) == ("PNG", 1080)


@pytest.mark.parametrize(("out", "said"), [("full", "is not empty"), ("full/file", "is a file")])
def test_nothing_is_written_over(tmp_path: Path, out: str, said: str) -> None:
    """It says so before it plays."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    done = CliRunner().invoke(cli, ["demo", "--once", "--out", str(tmp_path / out)])
    assert done.exit_code in (1, 2)
    assert said in done.output
    assert (tmp_path / "full" / "file").read_text() == "mine"
