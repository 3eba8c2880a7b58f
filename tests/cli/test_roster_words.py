"""Rosters as offices keep them, through the command line."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from bot.cli.main import cli
from bot.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def branch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path) -> Run:
    """branch("import", "roster.csv") where there is one branch without people."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data" / "branch-bot.db")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    assert run("branch", "add", "第一支部").exit_code == 0
    return run


@pytest.mark.parametrize(
    ("heading", "cells", "shown"),
    [
        # Offices.
        ("党内职务", ["党支部书记", "支部委员", "纪检委员、保密员"], ["书记", "支部委员", "纪检委员、保密员"]),
        ("党内职务", ["统战委员", "第一党小组组长", "组织、宣传委员"], ["统战委员", "党小组长", "组织委员、宣传委员"]),
        ("党内职务", ["原党支部书记", "党总支书记", "安全员"], ["正式党员", "正式党员", "正式党员"]),
        # Ranks.
        ("职级", ["一级调研员", "正处级", "正高级"], ["一级调研员", "正处", "正高级"]),
        ("职级", ["四级主任科员", "处级副职", "副科级"], ["四级主任科员", "副处", "副科"]),
        ("职级", ["二级巡视员", "管理五级", "科长（正科级）"], ["二级巡视员", "管理五级", "科长（正科级）"]),
        # Stages and categories.
        ("类别", ["预备党员", "退休", "借调"], ["预备党员", "离退休", "在职"]),
        (
            "备注",
            ["产假2026年3月1日至8月31日", "曾任工会主席", "长期病休"],
            ["产假至2026年8月31日", "在职", "长期病休"],
        ),
    ],
)
def test_a_real_roster_is_read_and_comes_back(
    branch: Run, tmp_path: Path, heading: str, cells: list[str], shown: list[str]
) -> None:
    """What is handed out imports back without a change, and so does the file itself."""
    lines = [f"甲{number},第一党小组,{cell}\n" for number, cell in zip("一二三", cells, strict=True)]
    (tmp_path / "roster.csv").write_text("".join([f"姓名,党小组,{heading}\n", *lines]), encoding="utf-8")
    done = branch("import", "roster.csv", "--since", "2026-01-01", "--yes")
    assert done.exit_code == 0, done.output
    for number, word in zip("一二三", shown, strict=True):
        [line] = [
            one for one in done.output.splitlines() if one.startswith(f"  甲{number}：") or f"  甲{number}:" in one
        ]
        assert word in line
    for name in ("again.csv", "again.xlsx"):
        assert branch("roster", "template", name, "--filled", "--on", "2026-04-01").exit_code == 0
        looked = branch("import", name, "--since", "2026-04-01", "--dry-run")
        assert "3 people listed: 0 added, 0 changed, 0 new groups." in looked.output
    same = branch("import", "roster.csv", "--since", "2026-01-01", "--dry-run")
    assert "3 people listed: 0 added, 0 changed, 0 new groups." in same.output


@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [
        ("党内职务", "原党支部书记、组织委员", "present offices only"),
        ("职级", "正科级、四级调研员", "should be one rank"),
        ("类别", "入党积极分子", "who is not admitted yet stands on no roster"),
        ("类别", "在职、退休", "one of each"),
        ("转入/转出", "2023年8月转入（原属乙支部）", "转入 or 转出 with its day and year and nothing else"),
        ("转入/转出", "8月15日转入", "转入 or 转出 with its day and year and nothing else"),
        ("备注", "产假2026年8月31日至2026年3月1日", "an exemption that ends after it begins"),
        ("入党日期", "1921-06-30", "a day since 1 July 1921"),
    ],
)
def test_what_nobody_can_take_for_certain_is_refused_by_row_and_column(
    branch: Run, tmp_path: Path, heading: str, cell: str, said: str
) -> None:
    (tmp_path / "roster.csv").write_text(f"姓名,党小组,{heading}\n甲一,一组,{cell}\n", encoding="utf-8")
    refused = branch("import", "roster.csv", "--yes")
    assert refused.exit_code == 1
    assert f"row 2, {heading}" in refused.output
    assert said in refused.output


def test_a_stage_behind_a_name_is_no_part_of_it(branch: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["姓名", "党小组"], ["甲一（预备）", "一组"], ["甲二", "一组"]):
        book.worksheets[0].append(line)
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "roster.xlsx").write_bytes(out.getvalue())
    done = branch("import", "roster.xlsx", "--yes")
    assert done.exit_code == 0
    assert "甲一: 新增 无→一组、预备党员、在职" in done.output
    assert "甲二: 新增 无→一组、正式党员、在职" in done.output
