"""branch-bot report: the docx of a quarter and of other days; and how it fails."""

import json
from pathlib import Path

from docx import Document

from storage.engine import Storage
from tests.cli.conftest import Run
from tests.features.minutes.desk import Desk


def branch(tmp_path: Path) -> None:
    with Storage(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}") as storage, storage.transaction() as session:
        Desk(session)


def test_of_a_quarter_and_of_any_days(ready: Run, tmp_path: Path) -> None:
    branch(tmp_path)
    done = ready("report", "--quarter", "2023Q3", "--out", "q.docx")
    assert done.exit_code == 0, done.output
    assert done.output.startswith(
        "q.docx: 示范党支部2023年第三季度工作情况总结报告, draft.\nLeft out, nothing is recorded: 主题党日、"
    )
    title = "".join(one.text for one in Document(str(tmp_path / "q.docx")).paragraphs[:2])
    assert title == "示范党支部2023年第三季度工作情况总结报告"
    said = ready("report", "--from", "2023-01-01", "--to", "2023-07-01", "--out", "h.docx", "--format", "json")
    found = json.loads(said.output)
    assert (found["file"], found["title"], found["version"]) == (
        "h.docx",
        "示范党支部2023年上半年工作情况总结报告",
        "draft",
    )
    assert "党员大会" in found["left_out"]
    assert (tmp_path / "h.docx").read_bytes()[:2] == b"PK"


def test_what_it_refuses(ready: Run, tmp_path: Path) -> None:
    branch(tmp_path)
    for arguments, word in (
        (("--quarter", "2023Q3"), "--out"),
        (("--quarter", "2023Q3", "--version", "v1", "--out", "x.docx"), "2023Q3 has no version v1"),
        (("--quarter", "2023Q3", "--version", "1", "--out", "x.docx"), "draft, or v1"),
        (("--from", "2023-01-01", "--out", "x.docx"), "belong together"),
        (("--from", "2023-01-01", "--to", "2023-02-01", "--version", "v1", "--out", "x.docx"), "belongs to a quarter"),
        (("--quarter", "2023Q3", "--from", "2023-01-01", "--to", "2023-02-01", "--out", "x.docx"), "either --quarter"),
        (("--quarter", "2023Q3", "--out", "gone/x.docx"), "gone"),
    ):
        done = ready("report", *arguments)
        assert done.exit_code in (1, 2), arguments
        assert word in done.output, done.output
        assert "Traceback" not in done.output
    assert not (tmp_path / "x.docx").exists()
