"""branch-bot readiness: a branch figure by figure, an organisation above branch by branch; and how it fails."""

import csv
import io
import json
from datetime import date
from pathlib import Path

from storage.choices import ActivityType
from storage.engine import Storage
from tests.cli.conftest import Run
from tests.features.closes.test_below import above_all
from tests.features.norms.desk import Desk


def branch(tmp_path: Path) -> None:
    with Storage(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}") as storage, storage.transaction() as session:
        desk = Desk(session)
        desk.hold("2023-07-05 14:30", ActivityType.MEMBERS_MEETING)
        above_all(session, desk.cast.branch_id, desk.cast["甲一"])


def test_every_figure_of_a_branch_and_the_branches_of_a_committee(ready: Run, tmp_path: Path) -> None:
    branch(tmp_path)
    asked = ("readiness", "--quarter", "2023Q3", "--branch", "示范党支部")
    rows = {row["figure"]: row for row in json.loads(ready(*asked, "--format", "json").output)}
    meeting = rows["by_type.members_meeting"]
    assert (meeting["area"], meeting["in_chat"], meeting["state"], meeting["value"]) == (
        "thought", "党员大会", "done", "1次",
    )  # fmt: skip
    assert (rows["by_type.open_talk"]["state"], rows["by_type.open_talk"]["open"]) == ("not_applicable", None)
    table = list(csv.DictReader(io.StringIO(ready(*asked, "--format", "csv").output)))
    assert [row["figure"] for row in table] == list(rows)
    assert "党员大会" in ready(*asked).output
    # Of a quarter that runs what is open has its owner and its days.
    running = json.loads(ready("readiness", "--branch", "示范党支部", "--format", "json").output)
    issues = next(row for row in running if row["figure"] == "issues")
    assert (issues["state"], issues["owner"]) == ("open", "甲一")
    assert date.fromisoformat(issues["since"]) < date.fromisoformat(issues["until"])
    below = json.loads(ready("readiness", "--quarter", "2023Q3", "--branch", "机关党委", "--format", "json").output)
    assert {(row["name"], row["open"], row["secretary"]) for row in below} == {
        ("示范党支部", 0, "甲一"), ("第二支部", 0, "丁一"),
    }  # fmt: skip


def test_what_it_refuses(ready: Run, tmp_path: Path) -> None:
    branch(tmp_path)
    for arguments, word in (
        (("--quarter", "2023Q3"), "--branch"),
        (("--quarter", "2090Q1", "--branch", "示范党支部"), "2090Q1 has not begun"),
        (("--quarter", "三季度", "--branch", "示范党支部"), "not a quarter"),
        (("--branch", "没有的支部"), "There is no branch"),
    ):
        done = ready("readiness", *arguments)
        assert done.exit_code in (1, 2), arguments
        assert word in done.output, done.output
        assert "Traceback" not in done.output
