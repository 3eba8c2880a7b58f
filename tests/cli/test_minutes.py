"""branch-bot minutes: of an activity as docx, of a quarter as zip; and how it fails."""

import zipfile
from pathlib import Path

from docx import Document

from storage.engine import Storage
from tests.cli.conftest import Run
from tests.features.minutes.desk import Desk


def test_of_an_activity_and_of_a_quarter(ready: Run, tmp_path: Path) -> None:
    with Storage(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}") as storage, storage.transaction() as session:
        number = Desk(session).activity_id
    done = ready("minutes", "--activity", str(number), "--out", "one.docx")
    assert (done.exit_code, done.output) == (0, "one.docx: minutes of 1 activity.\n")
    titles = [line.text for line in Document(str(tmp_path / "one.docx")).paragraphs if line.text.endswith("记录")]
    assert titles == ["党员大会记录", "党课记录"]
    done = ready("minutes", "--quarter", "2023Q3", "--out", "all.zip")
    assert (done.exit_code, done.output) == (0, "all.zip: minutes of 1 activity.\n")
    assert len(zipfile.ZipFile(tmp_path / "all.zip").namelist()) == 1
    none = ready("minutes", "--quarter", "2022Q3", "--out", "none.zip")
    assert none.output == "none.zip: minutes of 0 activities.\n"
    gone = ready("minutes", "--activity", "99", "--out", "gone.docx")
    assert (gone.exit_code, gone.output) == (1, "Error: There is no activity 99 in this branch.\n")
    assert not (tmp_path / "gone.docx").exists()
    assert ready("minutes", "--out", "x").exit_code == 2
    assert ready("minutes", "--activity", "1", "--quarter", "2023Q3", "--out", "x").exit_code == 2
    assert ready("minutes", "--quarter", "2023Q5", "--out", "x").exit_code != 0
