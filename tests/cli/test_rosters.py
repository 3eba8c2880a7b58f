"""branch-bot import: what a file leaves open is an error that names the option which answers it."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.cli.main import cli
from bot.settings import Settings
from storage.choices import ActivityStatus
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.person import Person
from storage.roster import roster

Import = Callable[..., Result]


@pytest.fixture
def bring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path) -> Import:
    """bring("姓名,...", "--yes") of a csv into a branch."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data" / "branch-bot.db")
    CliRunner().invoke(cli, ["branch", "add", "示范党支部"])

    def bring(text: str, *options: str) -> Result:
        (tmp_path / "roster.csv").write_text(text)
        return CliRunner().invoke(cli, ["import", "roster.csv", *options])

    return bring


def storage() -> Storage:
    return Storage("sqlite:///data/branch-bot.db")


def names() -> list[str]:
    with storage().reading() as session:
        return list(session.scalars(select(Person.name).order_by(Person.id)))


FIRST = "姓名,性别,党小组,出生年月\n甲一,男,第一党小组,1980.05\n甲二,女,第一党小组,1981.06\n"


def test_a_corrected_birthday_changes_people_and_makes_none(bring: Import) -> None:
    assert bring(FIRST, "--yes").exit_code == 0
    said = bring("姓名,性别,党小组,出生年月\n甲一,男,第一党小组,1980.05.17\n甲二,女,第一党小组,1981-06-09\n", "--yes")
    assert said.exit_code == 0
    assert "2 people listed: 0 added, 2 changed, 0 new groups." in said.output
    assert "甲一: 出生年月 1980年5月1日→1980年5月17日" in said.output
    assert names() == ["甲一", "甲二"]


def test_who_could_be_two_is_an_error_that_names_the_option(bring: Import) -> None:
    bring(FIRST, "--yes")
    other = "姓名,性别,党小组,出生年月\n甲一,女,第二党小组,1999.01\n"
    said = bring(other, "--yes")
    assert said.exit_code == 1
    assert "Nothing was changed. The file leaves open:" in said.output
    assert "--same '2=1' (the same), or --same '2=new' (somebody else)" in said.output
    assert names() == ["甲一", "甲二"]
    assert "--same needs the form" in bring(other, "--yes", "--same", "2").output
    assert bring(other, "--yes", "--same", "2=7").exit_code == 1
    said = bring(other, "--yes", "--same", "2=new", "--same", "9=new")
    assert said.exit_code == 2
    assert "This answers nothing that the file leaves open: --same 9=new" in said.output
    assert bring(other, "--yes", "--same", "2=new").exit_code == 0
    assert names() == ["甲一", "甲二", "甲一"]


def test_marks_and_groups_are_answered_alike(bring: Import) -> None:
    bring(FIRST, "--yes")
    file = "姓名,党小组\n甲一*,第一党小组（机关）\n"
    said = bring(file, "--yes")
    assert "--same '甲一*=甲一' (the name is 甲一)" in said.output
    assert "--same '第一党小组（机关）=第一党小组' (it is 第一党小组)" in said.output
    said = bring(file, "--yes", "--same", "甲一*=甲一", "--same", "第一党小组（机关）=第一党小组")
    assert said.exit_code == 0
    assert "1 people listed: 0 added, 0 changed, 0 new groups." in said.output


def test_blanks_filled_in_are_one_line(bring: Import) -> None:
    people = [f"甲{chr(0x4E00 + at)}" for at in range(70)]
    bring("姓名,党小组\n" + "".join(f"{name},第一党小组\n" for name in people), "--yes")
    said = bring("姓名,党小组,性别,入党日期\n" + "".join(f"{name},一组,男,2005.07.01\n" for name in people), "--yes")
    assert "  Blanks filled in: 性别 70, 入党日期 70" in said.output
    assert "Note: Groups are read so: 一组 as 第一党小组." in said.output
    assert len(said.output.splitlines()) < 12


def test_a_meeting_of_the_day_is_an_error_that_names_since(bring: Import) -> None:
    bring(FIRST, "--yes")
    today = datetime.now(UTC)
    with storage().transaction() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        session.add(
            Activity(
                branch_id=person.branch_id,
                title="主题党日",
                status=ActivityStatus.HELD,
                planned_on=today.date(),
                start_at=today,
                end_at=today,
                created_by_id=person.id,
                created_at=today,
            )
        )
    file = FIRST + "甲三,男,第一党小组,1982.01\n"
    said = bring(file, "--yes")
    assert said.exit_code == 1
    assert "主题党日 has begun or is registered" in said.output
    assert "--since" in said.output
    assert bring(file, "--yes", "--since", "2099-01-01").exit_code != 0
    tomorrow = date.fromordinal(today.date().toordinal() + 2)
    assert bring(file, "--yes", "--since", f"{tomorrow}").exit_code == 0
    with storage().reading() as session:
        assert len(roster(session, person.branch_id, today.date())) == 2
