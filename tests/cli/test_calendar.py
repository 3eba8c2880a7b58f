"""branch-bot calendar: what programs read, what is taken in, and how it fails."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import cli
from bot.features.accounts.service import add_branch
from bot.features.calendar import service
from bot.settings import Settings, load
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.store import calendars
from storage.choices import YearState
from storage.engine import Storage
from tests.scheduler.notices import AMENDED_2019, CANCELLED, EXTENSION, notice
from tests.terminal import typed

Run = Callable[..., Result]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """run("blocks") in an empty folder without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    for year in (2019, 2026):
        Path(f"{year}.txt").write_text(notice(year), encoding="utf-8")
    Path("amended.txt").write_text(AMENDED_2019, encoding="utf-8")

    def run(*arguments: str, says: str = "") -> Result:
        return CliRunner().invoke(cli, ("calendar", *arguments), input=says)

    return run


@pytest.fixture
def database(run: Run, sqlite_template: Path) -> str:
    """A database of this version, where the settings expect it."""
    Path("data").mkdir()
    return f"sqlite:///{shutil.copy(sqlite_template, 'data/branch-bot.db')}"


def at_a_terminal(says: str, *arguments: str) -> Result:
    with typed(says) as terminal:
        return CliRunner().invoke(cli, ("calendar", *arguments), input=terminal)


def write(changes: dict[str, object]) -> str:
    """2026 in the holiday-cn schema, with changes."""
    found = read_notice(notice(2026)).to_json() | changes
    Path("year.json").write_text(json.dumps(found), encoding="utf-8")
    return "year.json"


def test_blocks_for_programs_without_anything(run: Run, tmp_path: Path) -> None:
    raw = run("blocks", "--from", "2020", "--to", "2027", "--format", "csv").stdout_bytes
    lines = raw.decode("utf-8").split("\n")
    assert lines[0] == "block_start,block_end,festivals,last_working_day,wd3,wd5,state"
    assert lines[-1] == ""
    assert b"\r" not in raw
    for line in (
        "2020-10-01,2020-10-08,国庆+中秋,2020-09-30,2020-09-28,2020-09-25,official",
        "2022-12-31,2023-01-02,元旦,2022-12-30,2022-12-28,2022-12-26,official",
        "2023-09-29,2023-10-06,中秋+国庆,2023-09-28,2023-09-26,2023-09-22,official",
        "2025-10-01,2025-10-08,国庆+中秋,2025-09-30,2025-09-28,2025-09-25,official",
        "2026-02-15,2026-02-23,春节,2026-02-14,2026-02-12,2026-02-10,official",
        "2026-09-25,2026-09-27,中秋,2026-09-24,2026-09-22,2026-09-20,official",
    ):
        assert line in lines
    assert [line[:10] for line in lines[1:-1]] == sorted(line[:10] for line in lines[1:-1])
    assert {line[:4] for line in lines[1:-1]} == {str(year) for year in range(2020, 2027)}
    assert not (tmp_path / "data").exists()


def test_months_for_programs_without_anything(run: Run) -> None:
    raw = run("months", "--from", "2013", "--to", "2027", "--format", "csv").stdout_bytes
    lines = raw.decode("utf-8").split("\n")
    assert lines[0] == "month,first_working_day"
    assert len(lines) == 1 + 14 * 12 + 1
    assert {"2026-01,2026-01-04", "2014-05,2014-05-04", "2022-10,2022-10-08"} < set(lines)


def test_a_year_not_announced_is_marked(run: Run) -> None:
    rows = json.loads(run("blocks", "--from", "2031", "--to", "2032", "--format", "json").stdout)
    assert {row["state"] for row in rows} == {"provisional"}
    assert [row["festivals"] for row in rows][-1] == "国庆+中秋"
    assert "provisional" in run("years", "--from", "2031", "--to", "2032").stdout


def test_what_is_shown_can_be_imported_again(run: Run, database: str) -> None:
    Path("shown.json").write_text(run("show", "2026", "--format", "json").stdout, encoding="utf-8")
    same = run("import", "shown.json")
    assert (same.exit_code, "known of 2026 already (official)" in same.stdout) == (0, True)
    assert "2026-10-10   Sat" in run("show", "2026").stdout


def test_a_notice_is_shown_and_asked_about(run: Run, database: str) -> None:
    refused = run("import-notice", "2019.txt")
    assert refused.exit_code == 1
    assert "less than the official 2019" in refused.stdout
    assert "--force" in refused.stderr
    piped = run("import-notice", "2019.txt", "--force", says="y\n")
    assert (piped.exit_code, "nobody to ask: --yes" in piped.stderr) == (1, True)
    no = at_a_terminal("n\n", "import-notice", "2019.txt", "--force")
    assert (no.exit_code, "Nothing was changed" in no.stderr) == (1, True)
    assert run("years", "--from", "2019", "--to", "2020").stdout.count("bundled") == 1
    yes = at_a_terminal("y\n", "import-notice", "2019.txt", "--force")
    assert yes.exit_code == 0
    assert "2018-12-30 Sun to 2019-01-01 Tue (3 days)" in yes.stdout
    assert "2019-05-02   Thu       off -> worked" in yes.stdout
    assert "2019-05-01,2019-05-01,劳动节" in run("blocks", "--from", "2019", "--to", "2020", "--format", "csv").stdout
    amended = run("import-notice", "amended.txt", "--yes")
    assert (amended.exit_code, "taken over (official)" in amended.stdout) == (0, True)
    again = run("import-notice", "amended.txt")
    assert (again.exit_code, "Nothing to do" in again.stdout) == (0, True)
    kept = json.loads(run("years", "--from", "2019", "--to", "2020", "--format", "json").stdout)
    assert (kept[0]["state"], kept[0]["source"]) == ("official", "amended.txt")


@pytest.mark.parametrize(
    ("text", "change", "day"),
    [
        (EXTENSION, "2026-02-24   Tue       worked -> off", date(2026, 2, 24)),
        (CANCELLED, "2026-02-28   Sat       worked -> off", date(2026, 2, 28)),
    ],
)
def test_a_notice_that_extends_or_cancels(run: Run, database: str, text: str, change: str, day: date) -> None:
    Path("changed.txt").write_text(text, encoding="utf-8")
    taken = run("import-notice", "changed.txt", "--yes")
    assert (taken.exit_code, change in taken.stdout) == (0, True)
    with Storage(database) as storage, storage.reading() as session:
        calendar = calendars(session).national
        assert not calendar.is_working_day(day)
        assert calendar.is_working_day(date(2026, 2, 25))
        assert not calendar.is_working_day(date(2026, 2, 17))


def test_a_notice_that_is_not_understood_wholly_is_refused(run: Run, database: str) -> None:
    Path("odd.txt").write_text(CANCELLED.replace("不再上班，照常休息", "不调休"), encoding="utf-8")
    refused = run("import-notice", "odd.txt", "--yes", "--force")
    assert refused.exit_code == 1
    assert "This sentence is not understood, so nothing was read: 2月28日(星期六)不调休" in refused.stderr
    with Storage(database) as storage, storage.reading() as session:
        assert service.sources(session, None) == {}


def test_the_standard_input_and_a_year_that_the_text_does_not_say(run: Run, database: str) -> None:
    bare = notice(2026).replace("2026年", "")
    assert "does not say of which year" in run("import-notice", "-", says=bare).stderr
    assert "Nothing to do" in run("import-notice", "-", "--year", "2026", says=bare).stdout


@pytest.mark.parametrize(
    ("changes", "options", "said"),
    [
        ({"year": 2027, "papers": [], "days": []}, (), "2027 has no days: it is not announced yet."),
        ({}, ("--year", "2027"), "This is the year 2026, not 2027."),
        ({"days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": True}]}, ("--force",), "Not off in 2026"),
        ({}, ("--branch", "7"), "There is no branch 7"),
    ],
)
def test_what_is_not_taken_over(
    run: Run, database: str, changes: dict[str, object], options: tuple[str, ...], said: str
) -> None:
    failed = run("import", write(changes), "--yes", *options)
    assert failed.exit_code in (1, 2)
    assert said in failed.stderr
    with Storage(database) as storage, storage.reading() as session:
        assert service.sources(session, None) == {}


def test_addresses_are_fetched_by_https_alone(run: Run, database: str) -> None:
    for address, said in (
        ("http://user:hidden@example.org/2027.json", "http://example.org/2027.json: only https addresses are fetched."),
        ("file:///etc/passwd", "only https"),
        ("https://user:hidden@127.0.0.1:1/2027.json?key=hidden", "https://127.0.0.1:1/2027.json could not be fetched"),
        ("nowhere.json", "No such file or directory: nowhere.json"),
    ):
        failed = run("import", address)
        assert (failed.exit_code, said in failed.stderr, "hidden" in failed.stderr) == (1, True, False)


def test_a_branch_may_have_a_year_of_its_own(run: Run, database: str) -> None:
    with Storage(database) as storage, storage.transaction() as session:
        here = add_branch(session, "第一支部", None, NOW)
    assert run("import-notice", "2019.txt", "--branch", str(here), "--force", "--yes").exit_code == 0
    own = run("blocks", "--from", "2019", "--to", "2020", "--branch", str(here), "--format", "csv").stdout
    assert "2019-05-01,2019-05-01,劳动节,2019-04-30,2019-04-26,2019-04-24,override" in own
    assert "2019-05-01,2019-05-04" in run("blocks", "--from", "2019", "--to", "2020", "--format", "csv").stdout
    lines = json.loads(CliRunner().invoke(cli, ("doctor", "--format", "json")).stdout)
    assert "branches with days of their own: 1" in [line["found"] for line in lines if line["check"] == "calendar"]
    with Storage(database) as storage, storage.reading() as session:
        assert calendars(session).national.state(2019) is YearState.OFFICIAL
        assert not calendars(session).of(here).is_working_day(date(2019, 10, 1))


def test_while_the_bot_runs_it_names_the_way_in_chat(run: Run, database: str) -> None:
    with Storage(database) as storage:
        storage.hold()
        busy = run("import-notice", "2019.txt", "--force", "--yes")
        assert busy.exit_code == 1
        assert "in use: the bot is running" in busy.stderr
        assert "导入通知" in busy.stderr
        assert run("blocks").exit_code == 0


def test_a_span_of_years_ends_before_to_and_is_said_to_people(run: Run) -> None:
    def years(*options: str) -> list[int]:
        return [row["year"] for row in json.loads(run("years", *options, "--format", "json").stdout)]

    this = datetime.now(load().timezone).year
    assert years("--from", "2019", "--to", "2020") == [2019]
    assert years("--from", "2019", "--to", "2022") == [2019, 2020, 2021]
    assert years("--from", "2099") == years("--from", "2099", "--to", "2100") == [2099]
    assert years() == years("--from", str(this)) == [this, this + 1]
    assert years("--to", "2015") == [2014]
    for command in ("years", "blocks", "months"):
        assert run(command, "--from", "2019", "--to", "2020").stdout.startswith("2019, 1 year\n")
        assert run(command, "--from", "2013", "--to", "2027").stdout.startswith("2013 to 2026, 14 years\n")
        assert "14 years" not in run(command, "--from", "2013", "--to", "2027", "--format", "csv").stdout


def test_spans_of_years_that_make_no_sense(run: Run) -> None:
    for until in ("2026", "2027"):
        refused = run("blocks", "--from", "2027", "--to", until)
        assert refused.exit_code == 2
        said = f"--to {until} is the first that no longer counts: it has to be later than --from 2027"
        assert said in refused.stderr
    for options in (("--from", "1999"), ("--to", "2004"), ("--to", "2101")):
        assert run("blocks", *options).exit_code == 2
    assert run("months", "--to", "2015").exit_code == 0
