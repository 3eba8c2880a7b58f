"""branch-bot kinds: every fault of a file with its line, a kind added and changed, all of them listed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from bot.features.register.own.file import line_of, read
from tests.cli.conftest import Run
from tests.test_docs import document

TEXT = re.search(r"```toml\n(.*?)```", document("cli.md"), re.DOTALL)
assert TEXT is not None
GOOD = TEXT[1]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def made(text: str) -> Path:
        path = tmp_path / "kind.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return made


def test_the_example_of_the_documents_is_good(file: Callable[[str], Path]) -> None:
    done = CliRunner().invoke(cli, ["kinds", "check", str(file(GOOD))])
    assert (done.exit_code, done.output.partition(": ")[2]) == (0, "志愿服务队 (次), 4 fields, no faults.\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "次"', 'unit = "人次数"', "line 4 kind.unit: at most 2 characters."),
        ("dated = true", "dated = false", "line 7 fields: no day has dated = true."),
        ('type = "number"', 'type = "integer"', "line 11 fields.served.type: no type 'integer'; known are text,"),
        ("{served.sum}", "{served.total}", "line 6 kind.phrase: no figure 'served.total'; known are count,"),
        ('"mass_work_officer"', '"treasurer"', "line 5 kind.keepers: no office 'treasurer'; known are secretary,"),
        ("served  =", "state   =", "line 11 fields.state: the name is reserved."),
        ('word = "志愿服务队"', 'word = "志愿服务队', "line 3 file: is not valid TOML: "),
        ("[fields]", "[fieldz]", "line 7 fieldz: unknown; known are kind, fields, tracking."),
        ('done = ["done"]', 'done = ["gone"]', "line 14 tracking.done: should be some of the states."),
    ],
)
def test_every_fault_is_told_with_its_line(file: Callable[[str], Path], old: str, new: str, said: str) -> None:
    assert old in GOOD
    done = CliRunner().invoke(cli, ["kinds", "check", str(file(GOOD.replace(old, new)))])
    assert (done.exit_code, said in done.output, "Traceback" in done.output) == (1, True, False), done.output


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    for content in (b"\xff\xfe\x00", b"x" * 200_000, b"\x00", b"[" * 90_000, b""):
        declared, faults = read(content)
        assert (declared, len(faults)) == (None, 1), content[:3]


def test_a_field_as_a_table_of_its_own_has_its_line_too() -> None:
    lines = ["[kind]", 'word = "a"', "[fields.day]", 'type = "x"', '["fields"]']
    assert [line_of(lines, place) for place in ("fields.day.type", "kind.word", "kind.unit", "tracking")] == [
        3,
        2,
        1,
        0,
    ]


def test_a_kind_is_added_changed_and_listed(ready: Run, file: Callable[[str], Path]) -> None:
    path = str(file(GOOD))
    assert ready("branch", "add", "示范党支部").exit_code == 0
    assert ready("kinds", "add", path).output == "service_team: 志愿服务队 was added.\n"
    assert ready("kinds", "add", path).output == "Nothing to do: service_team says the same already.\n"
    changed = GOOD.replace('label = "服务人数"', 'label = "服务群众"')
    assert ready("kinds", "add", str(file(changed))).output == "service_team: 志愿服务队 is revision 2 from now on.\n"
    rows = json.loads(ready("kinds", "list", "--format", "json").stdout)
    [own] = [row for row in rows if row["of"] != "built-in"]
    assert own == {
        "kind": "service_team", "word": "志愿服务队", "unit": "次", "section": "自设项目", "of": "示范党支部",
        "revision": 2, "state": "in_use", "entries": 0,
    }  # fmt: skip
    assert len(rows) == 41
    refused = ready("kinds", "add", str(file(GOOD.replace("志愿服务队", "指导支部").replace("service_team", "team"))))
    assert (refused.exit_code, refused.output) == (1, "Error: line 3 kind.word: there is a kind '指导支部' already.\n")
    assert ready("kinds", "add", path, "--branch", "没有的支部").exit_code == 2
