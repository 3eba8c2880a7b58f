"""The command line: what each command prints for people and for programs, and how it fails."""

import asyncio
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, func, select, text, update

from bot.cli import doctor
from bot.cli.dry_run import few
from bot.cli.main import cli
from bot.features.roster_files.reading.reader import read_roster
from bot.kit.replies import Document
from bot.playground.clock import TravelClock
from bot.playground.http import serve
from bot.playground.server import Playground
from bot.run import webhook
from bot.settings import load
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.choices import InboxState, OrganisationKind
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.care import HygieneWord
from storage.models.inbox import Inbox
from storage.models.invite import Invite
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from storage.models.person import Person, RosterSpan
from tests.cli.conftest import Run
from tests.features.norms.desk import ask_nothing
from tests.rights.papers import text_of
from tests.terminal import Thinking, typed

EXAMPLE = Path(__file__).parents[1] / "features" / "archive" / "example.json"
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
ROSTER = "姓名,党小组,党内职务\n甲一,第一党小组,书记\n甲二,第一党小组,\n乙一,第二党小组,\n"


@pytest.fixture
async def telegram() -> AsyncIterator[dict[str, str]]:
    """Settings that lead to a playground."""
    playground = Playground(TravelClock(NOW))
    async with serve(playground) as base:
        yield {"BOT_TOKEN": playground.token, "BOT_API_URL": base}
    await playground.close()


def database(tmp_path: Path) -> Storage:
    return Storage(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}")


HEAVY = (
    "psycopg",
    "openpyxl",
    "xlsxwriter",
    "PIL",
    "docx",
    "lxml",
    "segno",
    "pygments",
    "fpdf",
    "fontTools",
    "resvg_py",
    "alembic",
    "bot.playground",
)
RUN = f"""
import sys
from bot.__main__ import main
sys.argv = ["branch-bot", "run"]
try:
    main()
finally:
    print([name for name in {HEAVY} if name in sys.modules])
"""


def test_a_bot_on_sqlite_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    """What is loaded is there before the database is opened, and that one has no tables."""
    settings = {
        "BOT_TOKEN": "7:test",
        "DATABASE_URL": "sqlite:///none.db",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    said = subprocess.run([sys.executable, "-c", RUN], cwd=tmp_path, env=settings, capture_output=True, text=True)
    assert "branch-bot migrate" in said.stderr
    assert said.stdout == "[]\n"


def test_from_nothing_to_a_branch_with_people(run: Run, tmp_path: Path) -> None:
    made = run("migrate")
    assert made.exit_code == 0
    assert re.fullmatch(r"The database is at \d{4} now\.\n", made.output)
    assert run("migrate").output.startswith("Nothing to do")
    assert run("branch", "add", "第一支部").output == "1\n"
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    looked = run("import", "roster.csv", "--dry-run")
    assert looked.output.startswith("Nothing was changed. It would be:\n3 people listed: 3 added")
    done = run("import", "roster.csv", "--branch", "1", "--yes")
    assert done.output.startswith("3 people listed: 3 added, 0 changed, 2 new groups.\n")
    assert run("import", "roster.csv").output == "3 people listed: 0 added, 0 changed, 0 new groups.\n"
    listed = json.loads(run("branch", "list", "--format", "json").output)
    assert listed == [{"id": 1, "name": "第一支部", "kind": "branch", "under": None, "people": 3, "bound": 0}]
    assert "第一支部" in run("branch", "list").output
    with database(tmp_path) as storage, storage.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.action == "person_added")).all()
    assert {(line.via, line.details["why"], line.details["file"]) for line in lines} == {
        ("command", "roster_import", "csv")
    }


def test_a_first_roster_holds_from_new_year_and_later_changes_from_today(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "more.csv").write_text(f"{ROSTER}丙一,第二党小组,\n", encoding="utf-8")
    ready("branch", "add", "第一支部")
    ready("branch", "add", "第二支部")
    today = datetime.now(load().timezone).date()
    first = ready("import", "roster.csv", "--branch", "1", "--yes")
    assert f"The roster holds from {today.year}-01-01 (--since changes that).\n" in first.output
    assert f"The changes hold from {today} (" in ready("import", "more.csv", "--branch", "1", "--yes").output
    said = ready("import", "roster.csv", "--branch", "2", "--since", "2023-07-01", "--yes")
    assert "The roster holds from 2023-07-01" in said.output
    with database(tmp_path) as storage, storage.reading() as session:
        spans = session.execute(select(RosterSpan.branch_id, RosterSpan.from_on).order_by(RosterSpan.id)).all()
    new_year = date(today.year, 1, 1)
    assert [span.from_on for span in spans if span.branch_id == 1] == [*[new_year] * 3, today]
    assert {span.from_on for span in spans if span.branch_id == 2} == {date(2023, 7, 1)}


def people(tmp_path: Path) -> int:
    with database(tmp_path) as storage, storage.reading() as session:
        return session.scalars(select(func.count()).select_from(RosterSpan)).one()


def test_a_roster_is_shown_and_asked_about(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    ready("branch", "add", "第一支部")
    for way in ((), ("--dry-run",), ("--dry-run", "--yes")):
        looked = ready("import", "roster.csv", *way)
        assert looked.exit_code == (0 if way else 1)
        assert "3 people listed: 3 added, 0 changed, 2 new groups.\n" in looked.stdout
        assert "  甲一: 新增 无→第一党小组、正式党员、在职、书记（自" in looked.stdout
        assert ("There is nobody to ask: --yes does it without asking." in looked.stderr) == (not way)
    piped = CliRunner().invoke(cli, ("import", "roster.csv"), input="y\n")
    assert (piped.exit_code, people(tmp_path)) == (1, 0)
    for says, code, now_there in (("n\n", 1, 0), ("\n", 1, 0), ("y\n", 0, 3)):
        with typed(says) as terminal:
            asked = CliRunner().invoke(cli, ("import", "roster.csv"), input=terminal)
        assert (asked.exit_code, people(tmp_path)) == (code, now_there)
        assert "Write this? [y/N]" in asked.stdout
        assert asked.stdout.endswith("Imported.\n") == (code == 0)
    (tmp_path / "roster.csv").write_text(ROSTER.replace("乙一,第二", "乙一,第一"), encoding="utf-8")
    moved = ready("import", "roster.csv")
    assert (moved.exit_code, "  乙一: 党小组 第二党小组→第一党小组" in moved.stdout) == (1, True)


def test_a_roster_that_changed_while_it_was_asked_about_is_not_written(ready: Run, tmp_path: Path) -> None:
    """On PostgreSQL others may write meanwhile; here somebody does who does not mind the lock of a SQLite file."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    ready("branch", "add", "第一支部")

    def change() -> None:
        with create_engine(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}").begin() as connection:
            connection.execute(text("INSERT INTO party_group (branch_id, name) VALUES (1, '第一党小组')"))

    refused = CliRunner().invoke(cli, ("import", "roster.csv"), input=io.BufferedReader(Thinking(change)))
    assert (refused.exit_code, people(tmp_path)) == (1, 0)
    assert "changed by somebody else meanwhile" in refused.stderr


def test_a_branch_s_own_words_hold_for_rosters_and_archives(ready: Run, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "archive.json")
    assert ready("import", "archive.json").exit_code == 0
    with database(tmp_path) as storage, storage.transaction() as session:
        by = session.scalars(select(Person.id)).first()
        now = datetime(2022, 10, 20, tzinfo=UTC)
        session.add(HygieneWord(branch_id=1, word="某某项目", made_by_id=by, made_at=now))
    (tmp_path / "roster.csv").write_text("姓名,党小组,备注\n己一,第一党小组,某某项目\n", encoding="utf-8")
    refused = ready("import", "roster.csv")
    assert (refused.exit_code, "row 2, 备注" in refused.output, "某某项目" in refused.output) == (1, True, False)
    with database(tmp_path) as storage, storage.reading() as session:
        assert "己一" not in session.scalars(select(Person.name)).all()


def test_an_archive_with_its_files_goes_in_and_comes_out(ready: Run, tmp_path: Path) -> None:
    content, example = b"%PDF minutes", json.loads(EXAMPLE.read_text())
    digest = hashlib.sha256(content).hexdigest()
    row = {
        "id": "H1",
        "name": "签到表.pdf",
        "media_type": None,
        "size": 12,
        "sha256": digest,
        "stored": True,
        "about": [],
    }
    document = json.dumps({**example, "files": [{**row, "about": ["activities/A1"]}]})
    (tmp_path / "bare.json").write_text(document)
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as made:
        made.writestr("archive.json", document)
        made.writestr(f"files/{digest}", content)
    bare = ready("import", "bare.json")
    assert (bare.exit_code, "1 files did not come with it" in bare.stderr) == (0, True)
    looked = ready("import", "whole.zip", "--dry-run")
    assert looked.stdout.startswith("Nothing was changed.")
    assert "1 files" in ready("import", "whole.zip").stdout
    assert ready("import", "whole.zip").stdout.startswith("Nothing to do")
    assert "export --archive FILE.zip has them" in ready("export", "--archive", "out.json").stderr
    done = ready("export", "--archive", "out.zip")
    assert done.output == "out.zip: 示范党支部, 8 people, 1 files.\n"
    assert (tmp_path / "out.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as pack:
        assert pack.read(f"files/{digest}") == content
        assert pack.read("archive.json") == (tmp_path / "out.json").read_bytes()
    assert ready("import", "out.zip", "--as-new", "第二支部").exit_code == 0
    found = {one["check"]: one for one in json.loads(ready("doctor", "--format", "json").stdout)}
    assert found["files"]["found"] == "2 of the register are kept, 0.0 MB"


def test_an_archive_goes_in_and_comes_out(ready: Run, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "archive.json")
    looked = ready("import", "archive.json", "--dry-run")
    assert looked.output.startswith("Nothing was changed. It would be:\nBranch 1: 8 people")
    done = ready("import", "archive.json")
    assert done.stdout == (
        "Branch 1: 8 people and 2 party groups were imported. 13 entries of the register were imported.\n"
    )
    assert "Left out" not in done.stderr
    assert ready("import", "archive.json").stdout == "Nothing to do: branch 1 says the same already.\n"
    assert ready("export", "--archive", "out.json").output == "out.json: 示范党支部, 8 people.\n"
    written, example = (json.loads((tmp_path / name).read_text()) for name in ("out.json", "archive.json"))
    read = (
        "format", "branch", "people", "guidance", "rectification_lists", "publications", "cobuild_events",
        "exams", "exam_attempts", "member_development", "talk_campaigns", "talks",
        "monthly_themes", "study_items", "study_completions", "reflection_tasks", "reflections", "self_check_tasks",
        "self_checks", "reminders", "first_agenda_items", "activities",
    )  # fmt: skip
    assert {name: written.pop(name) for name in read} == {name: example[name] for name in read}
    # What has states or no id is said whole.
    for name in ("projects", "research_topics", "model_units", "issues", "next_quarter_plan"):
        [out], [one] = written.pop(name), example[name]
        history = [{key: each[key] for key in ("on", "state")} for each in out.pop("history", [])]
        assert {**{key: out.get(key) for key in one}, **({"history": history} if history else {})} == one
    # The close has got its versions, and each correction the one that it went into: test_closed of the archive.
    assert {name: len(rows) for name, rows in written.items()} == {"votes": 1, "closes": 1, "corrections": 2}
    assert (tmp_path / "out.json").stat().st_mode & 0o077 == 0
    (tmp_path / "more.csv").write_text("姓名,党小组\n己一,第一党小组\n", encoding="utf-8")
    assert ready("import", "more.csv", "--yes").exit_code == 0
    refused = ready("import", "archive.json")
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    assert ready("import", "archive.json", "--as-new", "第二支部").exit_code == 0
    assert ready("import", "archive.json", "--as-new", "第二支部").stdout.startswith("Nothing to do")
    assert ready("import", "archive.json", "--replace").exit_code == 0
    assert ready("import", "archive.json").stdout.startswith("Nothing to do")
    (tmp_path / "bad.json").write_text('{"format": "branch-archive/1", "people": [{"id": "P1"}], "foo": []}')
    bad = ready("import", "bad.json", "--branch", "1")
    assert (bad.exit_code, "foo: no collection" in bad.output, "people[0].name" in bad.output) == (1, True, True)


@pytest.mark.parametrize("name", ["table.xlsx", "table.csv"])
def test_templates_import_back_as_they_are(ready: Run, tmp_path: Path, name: str) -> None:
    ready("branch", "add", "第一支部")
    assert ready("roster", "template", name).exit_code == 0
    empty = ready("import", name)
    assert (empty.exit_code, "nobody was imported" in empty.output) == (1, True)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    ready("import", "roster.csv", "--yes")
    # A table that somebody has filled in is not written over.
    before = (tmp_path / name).read_bytes()
    again = ready("roster", "template", name, "--filled")
    assert (again.exit_code, "there already" in again.output, (tmp_path / name).read_bytes() == before) == (
        1,
        True,
        True,
    )
    name = f"filled-{name}"
    assert ready("roster", "template", name, "--filled").output == f"{name}: 3 people.\n"
    assert ready("import", name).output == "3 people listed: 0 added, 0 changed, 0 new groups.\n"
    assert ready("roster", "template", "table.pdf").exit_code == 2


def test_a_table_of_another_day(ready: Run, tmp_path: Path) -> None:
    """甲二 leaves on 1 August, 乙一 comes on the 15th."""
    (tmp_path / "roster.csv").write_text(
        "姓名,党小组,党内职务,转入/转出\n甲一,第一党小组,书记,\n甲二,第一党小组,,2023-08-01转出\n乙一,第二党小组,,2023-08-15转入\n"
    )
    ready("branch", "add", "第一支部")
    ready("import", "roster.csv", "--since", "2023-01-01", "--yes")
    for day, names in (("2023-07-31", ["甲一", "甲二"]), ("2023-08-01", ["甲一"]), ("2023-08-15", ["甲一", "乙一"])):
        (tmp_path / "table.csv").unlink(missing_ok=True)
        said = ready("roster", "template", "table.csv", "--filled", "--on", day)
        assert said.output == f"table.csv: {len(names)} people.\n"
        rows = list(csv.reader(io.StringIO((tmp_path / "table.csv").read_text("utf-8-sig"))))
        assert [row[1] for row in rows[1:]] == names
    assert ready("roster", "template", "table.csv", "--on", "2023-08-15").exit_code == 2
    assert ready("roster", "template", "table.csv", "--filled", "--on", "soon").exit_code == 2


async def test_invites_are_links_for_a_spreadsheet(ready: Run, tmp_path: Path, telegram: dict[str, str]) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    ready("branch", "add", "第一支部")
    ready("import", "roster.csv", "--yes")
    made = await asyncio.to_thread(ready, "invites", "--branch", "1", "--format", "csv", **telegram)
    assert made.exit_code == 0
    lines = list(csv.reader(io.StringIO(made.output.removeprefix("\ufeff"))))
    assert lines[0] == ["name", "group", "link"]
    assert [line[0] for line in lines[1:]] == ["甲一", "甲二", "乙一"]
    assert all(re.fullmatch(r"https://t\.me/branch_playground_bot\?start=i_[\w-]{22}", line[2]) for line in lines[1:])
    first = await asyncio.to_thread(ready, "invites", "--secretary", "--format", "json", **telegram)
    assert "?start=s_" in json.loads(first.output)[0]["link"]


async def test_every_letter_goes_in_and_out(ready: Run, tmp_path: Path, telegram: dict[str, str]) -> None:
    """Rare letters, blanks, dots and radicals: from a file into tables, links and the sheet, and in again."""
    ready("branch", "add", "示范党支部")
    written = ["甲\U0003158e", "乙　\U0002cb4e", "李　〇", "丁\ue863", "戊𠱓", "阿甲•乙提", "⻢二", "⾼ 三"]
    kept = ["甲\U0003158e", "乙\U0002cb4e", "李〇", "丁\ue863", "戊𠱓", "阿甲·乙提", "马二", "高三"]
    lines = "".join(f"{name},第一党小组\n" for name in written)
    (tmp_path / "roster.csv").write_text(f"\ufeff姓名,党小组\n{lines}", encoding="utf-8")
    done = ready("import", "roster.csv", "--yes")
    assert done.exit_code == 0, done.output
    for name in ("out.csv", "out.xlsx"):
        assert ready("roster", "template", name, "--filled").exit_code == 0
        rows = read_roster((tmp_path / name).read_bytes()).take().rows
        assert sorted(row.name for row in rows) == sorted(kept)
        assert "8 people listed: 0 added, 0 changed" in ready("import", name).output
    listed = await asyncio.to_thread(ready, "invites", "--format", "json", **telegram)
    assert sorted(one["name"] for one in json.loads(listed.output)) == sorted(kept)
    shown = await asyncio.to_thread(ready, "invites", **telegram)
    assert all(name in shown.output for name in kept)
    made = await asyncio.to_thread(ready, "invites", "--sheet", "sheet.pdf", **telegram)
    assert made.output == (
        "sheet.pdf: 8 slips. Links made before no longer work.\n"
        "The font lacks letters, printed as 〓, to be written by hand: 甲\U0003158e (U+3158E), 戊𠱓 (U+20C53).\n"
    )
    paper = text_of(Document("sheet.pdf", content=(tmp_path / "sheet.pdf").read_bytes())).splitlines()
    assert {"甲〓", "乙\U0002cb4e", "李〇", "丁䶮", "戊〓", "阿甲·乙提", "马二", "高三"} <= set(paper)


async def test_a_sheet_to_print_ends_the_links_before_it(ready: Run, tmp_path: Path, telegram: dict[str, str]) -> None:
    ready("branch", "add", "示范党支部")
    (tmp_path / "roster.csv").write_text(ROSTER)
    assert ready("import", "roster.csv", "--yes").exit_code == 0
    made = await asyncio.to_thread(ready, "invites", "--sheet", "sheet.pdf", **telegram)
    assert (made.exit_code, made.output) == (0, "sheet.pdf: 3 slips. Links made before no longer work.\n")
    paper = tmp_path / "sheet.pdf"
    assert paper.read_bytes().startswith(b"%PDF")
    assert paper.stat().st_mode & 0o077 == 0
    # What cannot be written leaves the earlier links as they are.
    failed = await asyncio.to_thread(ready, "invites", "--sheet", "no/such/sheet.pdf", **telegram)
    assert failed.exit_code == 1
    with Storage(f"sqlite:///{tmp_path}/data/branch-bot.db") as storage, storage.reading() as session:
        assert session.scalars(select(func.count()).select_from(Invite)).one() == 3
    person = await asyncio.to_thread(ready, "invites", "--person", "甲二", "--format", "json", **telegram)
    [row] = json.loads(person.output)
    assert (row["name"], row["group"]) == ("甲二", "第一党小组")
    for says in ("甲二: 1 links have ended.\n", "甲二: there was no open link.\n"):
        assert ready("invites", "--revoke", "甲二").output == says
    nobody = await asyncio.to_thread(ready, "invites", "--person", "王五", **telegram)
    assert (nobody.exit_code, nobody.output) == (1, "Error: There is nobody called 王五 on the roster.\n")
    both = ready("invites", "--person", "甲二", "--sheet", "x.pdf", **telegram)
    assert both.exit_code == 2


async def test_offices_are_given_and_ended(ready: Run, tmp_path: Path, telegram: dict[str, str]) -> None:
    ready("branch", "add", "机关总支")
    ready("branch", "add", "示范党支部", "--under", "1")
    (tmp_path / "roster.csv").write_text(ROSTER)
    assert ready("import", "roster.csv", "--yes").exit_code == 0
    given = await asyncio.to_thread(ready, "office", "give", "2", "secretary", "乙一", **telegram)
    assert given.exit_code == 0
    assert given.output.startswith("乙一 is secretary of 2 from today.\nhttps://t.me/")
    officer = await asyncio.to_thread(ready, "office", "give", "1", "committee_officer", "总支干部", **telegram)
    assert "?start=i_" in officer.output
    wrong = await asyncio.to_thread(ready, "office", "give", "2", "committee_officer", "甲二", **telegram)
    assert wrong.exit_code == 1
    assert "belongs to an organisation above branches" in wrong.output
    ended = ready("office", "end", "2", "secretary", "乙一")
    assert (ended.exit_code, ended.output) == (0, "乙一 is no longer secretary of 2.\n")


def test_which_branch_has_to_be_said_when_there_are_several(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    none = ready("import", "roster.csv", "--yes")
    assert (none.exit_code, "There is no branch yet" in none.output) == (2, True)
    ready("branch", "add", "第一支部")
    ready("branch", "add", "第二支部")
    several = ready("import", "roster.csv", "--yes")
    assert (several.exit_code, "--branch: 1 第一支部, 2 第二支部" in several.output) == (2, True)
    unknown = ready("import", "roster.csv", "--branch", "9")
    assert (unknown.exit_code, "There is no branch 9" in unknown.output) == (2, True)


def asked_for(ready: Run, *named: str) -> tuple[int, str]:
    """How a command that reads ends, and the last line that it says."""
    said = ready("timetable", "--format", "csv", *(("--branch", *named) if named else ()))
    return said.exit_code, said.output.splitlines()[-1]


@pytest.mark.parametrize("number", [0, 1, 2, 30])
def test_a_branch_is_named_by_its_id_or_its_name(ready: Run, number: int) -> None:
    for one in range(1, number + 1):
        ready("branch", "add", f"第{one}支部")
    for one in {1, number} if number else ():
        wide = str(one).translate({0x30 + each: 0xFF10 + each for each in range(10)})
        for named in (str(one), f"0{one}", wide, f"第{one}支部", f" 第 {one} 支 部 ", f"第{wide}支部"):
            code, last = asked_for(ready, named)
            assert (code, f",{one},第{one}支部," in last) == (0, True), named
    for named in ("第99支部", "99", "0", "-1", "9" * 5000, " ", ""):
        code, last = asked_for(ready, named)
        assert (code, "There is no branch" in last, len(last) < 300) == (2, True, True), named
        assert ("1 第1支部" in last) == (number > 0)
        assert ("and 25 more (branch-bot branch list)" in last) == (number == 30)


def test_a_name_of_several_branches_lists_their_ids(ready: Run, tmp_path: Path) -> None:
    """One of the same name stands above others as well, and one is called by the id of another."""
    for name, under in (("机关总支", ""), ("第一支部", "1"), ("2", "1"), ("机关总支", "1"), ("7", "")):
        ready("branch", "add", name, *(("--under", under) if under else ()))
    ready("branch", "add", "第 一支部")
    assert asked_for(ready, "第一支部") == (
        2,
        "Error: Several branches are called 第一支部: say which by its id (2, 6)",
    )
    for named, branch in (("2", "第一支部"), ("6", "第 一支部"), ("机关总支", "机关总支"), ("7", "7"), ("７", "7")):
        code, last = asked_for(ready, named)
        assert (code, last.split(",")[2].replace(" ", "")) == (0, branch.replace(" ", "")), named
    code, last = asked_for(ready, "1")
    assert (code, "1 机关总支 is above branches; name one of: 2 第一支部, 3 2, 4 机关总支" in last) == (2, True)
    code, last = asked_for(ready, "示范党支部")
    assert (code, "There is no branch 示范党支部; there is: 2 第一支部" in last) == (2, True)


def test_every_command_takes_the_name_of_a_branch(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    for name in ("第一支部", "第二支部"):
        ready("branch", "add", name)
    assert ready("import", "roster.csv", "--branch", "第二 支部", "--yes").exit_code == 0
    assert ready("export", "--branch", "第二支部", "--archive", "out.json").output == "out.json: 第二支部, 3 people.\n"
    assert ready("import", "out.json", "--branch", "第二支部").output.startswith("Nothing to do: branch 2")
    template = ready("roster", "template", "table.csv", "--filled", "--branch", "第二支部")
    assert template.output == "table.csv: 3 people.\n"
    assert ready("invites", "--revoke", "甲二", "--branch", "第二支部").output == "甲二: there was no open link.\n"
    assert ready("calendar", "show", "2023", "--branch", "第二支部").exit_code == 0
    period = ("timetable", "--from", "2023-09-01", "--to", "2023-09-02", "--branch", "第二支部", "--format", "json")
    assert ready(*period).exit_code == 0


def test_a_branch_is_added_once(ready: Run) -> None:
    ready("branch", "add", "党总支")
    again = ready("branch", "add", " 党总支 ")
    assert (again.exit_code, again.output) == (1, "Error: There is a branch 党总支 there already: its id is 1.\n")
    assert ready("branch", "add", "党总支", "--under", "1").output == "2\n"
    assert ready("branch", "add", "党总支", "--under", "1").exit_code == 1


def test_timetable_names_every_job(ready: Run) -> None:
    ready("branch", "add", "第一支部")
    rows = json.loads(ready("timetable", "--format", "json").output)
    assert {row["branch"] for row in rows} == {"第一支部"}
    times = [row["at"] for row in rows if row["at"]]
    assert times
    assert all(datetime.fromisoformat(at).utcoffset() is not None for at in times)


def test_owed_says_what_is_not_done_and_why(ready: Run, tmp_path: Path) -> None:
    assert ready("owed").output == "Everything is delivered and handled.\n"
    assert json.loads(ready("owed", "--format", "json").output) == []
    with database(tmp_path) as storage, storage.transaction() as session:
        promise(session, Owed(("x",), {"text": "密"}, chat_id=7), job="nudge", branch_id=None, now=NOW)
        session.add(
            Inbox(
                bot_id=1,
                update_id=5,
                sender=7,
                kind="message",
                payload="{}",
                state=InboxState.PARKED,
                received_at=NOW,
                fault="RuntimeError: x",
            )
        )
    rows = json.loads(ready("owed", "--format", "json").output)
    assert [(row["what"], row["state"], row["about"], row["why"]) for row in rows] == [
        ("message", "queued", "nudge", "waits for its turn"),
        ("update", "parked", "message", "RuntimeError: x"),
    ]
    assert rows[0]["since"] == "2023-07-07T14:30:00+08:00"
    assert "密" not in ready("owed").output


def inbox_row(number: int, state: InboxState, bot_id: int = 7, payload: str | None = "{}") -> Inbox:
    handled = None if state is InboxState.NEW else NOW
    return Inbox(
        bot_id=bot_id,
        update_id=number,
        sender=7,
        kind="message",
        payload=payload,
        state=state,
        received_at=NOW,
        handled_at=handled,
        fault="RuntimeError: x" if state is InboxState.PARKED else "",
    )


@pytest.mark.parametrize("number", [0, 1, 2, 30])
def test_owed_again_takes_up_what_could_not_be_handled(ready: Run, tmp_path: Path, number: int) -> None:
    with database(tmp_path) as storage:
        with storage.transaction() as session:
            session.add_all(inbox_row(one, InboxState.PARKED) for one in range(1, number + 1))
            session.add(inbox_row(40, InboxState.PARKED, payload=None))
            session.add(inbox_row(41, InboxState.PARKED, bot_id=8))
            session.add(inbox_row(42, InboxState.ANSWERED))
        storage.hold()
        refused = ready("owed", "--again", BOT_TOKEN="7:x")
        assert (refused.exit_code, "in use: the bot is running" in refused.output) == (1, True)
    found = ready("owed", "--again", BOT_TOKEN="7:x")
    words = f"{number} updates will be handled again.\n" if number else "There is nothing to take up again.\n"
    assert (found.exit_code, found.output) == (0, words)
    assert ready("owed", "--again", BOT_TOKEN="7:x").output == "There is nothing to take up again.\n"
    with database(tmp_path) as storage, storage.reading() as session:
        rows = session.scalars(select(Inbox).order_by(Inbox.id)).all()
    fresh = [row for row in rows if row.state is InboxState.NEW]
    assert [row.update_id for row in fresh] == list(range(1, number + 1))
    assert {row.handled_at for row in fresh} <= {None}
    assert [row.state for row in rows[number:]] == [InboxState.PARKED, InboxState.PARKED, InboxState.ANSWERED]


def test_owed_again_needs_to_know_which_bot(ready: Run, tmp_path: Path) -> None:
    refused = ready("owed", "--again")
    assert (refused.exit_code, "BOT_TOKEN" in refused.output) == (1, True)


async def test_doctor_has_a_line_for_everything(ready: Run, telegram: dict[str, str]) -> None:
    well = await asyncio.to_thread(ready, "doctor", "--format", "json", **telegram)
    found = {row["check"]: row for row in json.loads(well.output)}
    assert well.exit_code == 0
    assert {"settings", "database", "bot", "room", "files", "telegram", "calendar", "clock"} <= found.keys()
    assert found["telegram"]["found"] == "@branch_playground_bot"
    assert found["files"]["found"] == "0 of the register are kept, 0.0 MB"
    bad = await asyncio.to_thread(ready, "doctor", "--format", "json", **{**telegram, "BOT_TOKEN": "5:x"})
    found = {row["check"]: row for row in json.loads(bad.output)}
    assert bad.exit_code == 1
    assert found["telegram"]["ok"] == "no"
    assert found["telegram"]["to_do"]


FAILED_AT = 1_688_711_400


@pytest.mark.parametrize(
    ("ours", "url", "more", "lines"),
    [
        (True, "{ours}", {}, [("yes", "ours is set; 0 updates wait")]),
        (True, "", {"pending_update_count": 3}, [("note", "none is set; 3 updates wait")]),
        (
            True,
            "https://b.example.org/secret",
            {"pending_update_count": 3},
            [("no", "another one is set (b.example.org); 3 updates wait")],
        ),
        (
            True,
            "https://a.example.org/telegram/guess",
            {},
            [("no", "another one is set (a.example.org); 0 updates wait")],
        ),
        (
            True,
            "{ours}",
            {"last_error_date": FAILED_AT, "last_error_message": "SSL", "pending_update_count": 2},
            [("yes", "ours is set; 2 updates wait"), ("no", "the last error, 2023-07-07 14:30: SSL; 2 updates wait")],
        ),
        (
            False,
            "https://b.example.org/secret",
            {},
            [("no", "one is set (b.example.org), so polling gets nothing; 0 updates wait")],
        ),
        (False, "", {}, []),
    ],
)
def test_doctor_says_where_telegram_delivers(
    run: Run, monkeypatch: pytest.MonkeyPatch, ours: bool, url: str, more: dict[str, Any], lines: list[tuple[str, str]]
) -> None:
    own = {"WEBHOOK_URL": "https://a.example.org", "WEBHOOK_SECRET": "s" * 20} if ours else {}
    for name, value in {"BOT_TOKEN": "7:x", "LISTEN": "127.0.0.1:1", **own}.items():
        monkeypatch.setenv(name, value)
    settings = load()
    hook = webhook(settings)
    found = doctor._webhook(settings, {"url": url.replace("{ours}", hook.url if hook else ""), **more})
    rows = [each.row() for each in found]
    assert [(row["ok"], row["found"]) for row in rows] == lines
    assert all(row["to_do"] for row in rows if row["ok"] != "yes")


def test_doctor_tells_of_what_was_parked(ready: Run, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with database(tmp_path) as storage, storage.transaction() as session:
        session.add(
            Inbox(
                bot_id=1,
                update_id=5,
                sender=7,
                kind="message",
                payload="{}",
                state=InboxState.PARKED,
                received_at=now,
                fault="RuntimeError: x",
            )
        )
    found = {row["check"]: row for row in json.loads(ready("doctor", "--format", "json").output)}
    assert found["updates"]["ok"] == "no"
    assert "1 could not be handled" in found["updates"]["found"]
    assert "(5): RuntimeError: x" in found["updates"]["found"]


def test_doctor_without_anything(run: Run) -> None:
    found = {row["check"]: row for row in json.loads(run("doctor", "--format", "json").output)}
    assert (found["settings"]["ok"], found["database"]["ok"]) == ("no", "no")
    assert "branch-bot migrate" in found["database"]["to_do"]


@pytest.mark.parametrize(
    ("revision", "words"), [("0000", "older version"), ("9999", "newer version"), (None, "There is no database yet")]
)
def test_run_refuses_other_tables(ready: Run, tmp_path: Path, revision: str | None, words: str) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'branch-bot.db'}")
    with engine.begin() as connection:
        if revision is None:
            connection.execute(text("DROP TABLE alembic_version"))
        else:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    engine.dispose()
    refused = ready("run", BOT_TOKEN="1:a")
    assert refused.exit_code == 1
    assert words in refused.output
    assert ("branch-bot migrate" in refused.output) == (revision != "9999")


def test_a_running_bot_keeps_writers_out_and_lets_readers_in(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    ready("branch", "add", "第一支部")
    with database(tmp_path) as storage:
        storage.hold()
        refused = ready("branch", "add", "第二支部")
        assert (refused.exit_code, "in use: the bot is running" in refused.output) == (1, True)
        refused = ready("import", "roster.csv", "--yes")
        assert (refused.exit_code, "导入名册" in refused.output, "added" in refused.output) == (1, True, False)
        assert "3 added" in ready("import", "roster.csv", "--dry-run").output
        assert ready("branch", "list").exit_code == 0
        assert ready("owed").exit_code == 0


def test_errors_are_one_english_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_text("this is no database " * 50, encoding="ascii")
    (tmp_path / "plain").write_text("", encoding="ascii")
    (tmp_path / "roster.csv").write_text("a,b\n1,2\n", encoding="ascii")
    run("migrate")
    for arguments, settings in (
        (("branch", "list"), {"DATABASE_URL": f"sqlite:///{tmp_path / 'bad.db'}"}),
        (("migrate",), {"DATABASE_URL": f"sqlite:///{tmp_path / 'bad.db'}"}),
        (("migrate",), {"DATA_DIR": str(tmp_path / "plain" / "data")}),
        (("branch", "list"), {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x"}),
        (("run",), {}),
        (("run",), {"BOT_TOKEN": "hidden"}),
        (("invites",), {"BOT_TOKEN": "1:a", "BOT_API_URL": "http://127.0.0.1:1"}),
        (("import", "roster.csv"), {}),
        (("branch", "add", " "), {}),
    ):
        failed = run(*arguments, **settings)
        assert failed.exit_code in (1, 2), arguments
        assert "Error: " in failed.output
        assert "Traceback" not in failed.output
        assert "hidden" not in failed.output


def test_debug_shows_where_it_happened(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_text("this is no database " * 50, encoding="ascii")
    where = f"sqlite:///{tmp_path / 'bad.db'}"
    shown = ready("branch", "list", DATABASE_URL=where, LOG_LEVEL="debug")
    assert shown.exit_code == 1
    assert shown.output.startswith("Traceback")
    assert "Error: The database says: " in shown.output.splitlines()[-1]
    assert "Traceback" not in ready("branch", "list", DATABASE_URL=where).output
    assert "Traceback" not in ready("run", LOG_LEVEL="DEBUG").output


def test_help_is_complete(run: Run) -> None:
    assert run("--version").output.strip()
    waiting = [((), cli)]
    while waiting:
        path, command = waiting.pop()
        shown = run(*path, "--help").output
        assert command.help
        for option in command.params:
            assert option.param_type_name == "argument" or getattr(option, "help", "x"), (path, option.name)
        for name, inner in getattr(command, "commands", {}).items():
            assert name in shown
            waiting.append(((*path, name), inner))


def test_timetable_of_a_period_names_every_send_and_keeps_nothing(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    with database(tmp_path) as storage, storage.transaction() as session:
        branch = Organisation(kind=OrganisationKind.BRANCH, name="示范党支部", settings={}, created_at=NOW)
        session.add(branch)
        session.flush()
        ask_nothing(session, branch.id)
    ready("import", "roster.csv", "--since", "2023-01-01", "--yes")
    with database(tmp_path) as storage, storage.transaction() as session:
        session.execute(update(Person).where(Person.name == "甲一").values(telegram_id=1001))
    period = ("timetable", "--from", "2023-09-01", "--to", "2023-10-11", "--format", "json")
    rows = json.loads(ready(*period).output)
    # In the last fortnight of the quarter its digest has something to say: what of the report is open.
    assert [(row["at"], row["job"], row["to"]) for row in rows][:3] == [
        ("2023-09-01T09:00:00+08:00", "study_theme_check", "甲一"),
        ("2023-09-18T09:30:00+08:00", "weekly_digest", "甲一"),
        ("2023-09-25T09:30:00+08:00", "unfinished_digest", "甲一"),
    ]
    assert (rows[3]["job"], rows[3]["to"]) == ("pre_holiday", "甲一、甲二、乙一")
    assert rows[3]["text"].startswith("【节前廉洁提醒】中秋、国庆将至")
    assert json.loads(ready(*period).output) == rows
    # Its last day is the one before --to.
    for until, there in (("2023-09-25", False), ("2023-09-26", True)):
        found = json.loads(ready("timetable", "--from", "2023-09-24", "--to", until, "--format", "json").output)
        assert ("unfinished_digest" in {row["job"] for row in found}) == there
    assert ready(*period[:-2]).stdout.startswith("2023-09-01 to 2023-10-10, 40 days\n")
    nothing = ready("timetable", "--from", "2099-12-31", "--to", "2100-01-01")
    assert nothing.stdout == "2099-12-31, 1 day\nNothing would be sent.\n"
    # For programs from the first byte on.
    assert ready(*period[:-1], "csv").output.startswith("at,job,slot,to,people,text\n")
    assert few("、".join("甲乙丙丁戊")) == "甲、乙、丙等5人"
    with database(tmp_path) as storage, storage.reading() as session:
        assert session.scalars(select(Outbox)).all() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "2023-09-01"), "--from and --to belong together"),
        (("--from", "2023-09-02", "--to", "2023-09-01"), "later than --from 2023-09-02"),
        (("--from", "2023-09-01", "--to", "2023-09-01"), "--to 2023-09-01 is the first that no longer counts"),
        (("--from", "2023-09-01", "--to", "2024-09-02"), "--to is a day within a year"),
        (("--from", "2099-12-31", "--to", "2100-01-02"), "--from and --to are days from 2004 to 2099"),
        (("--from", "2023-09-01", "--to", "2025-09-01"), "--to is a day within a year"),
        (("--from", "9999-12-31", "--to", "9999-12-31"), "--from and --to are days from 2004 to 2099"),
        (("--from", "0001-01-01", "--to", "0001-01-01"), "--from and --to are days from 2004 to 2099"),
    ],
)
def test_a_period_that_is_none_is_refused(ready: Run, options: tuple[str, ...], said: str) -> None:
    refused = ready("timetable", *options)
    assert (refused.exit_code, said in refused.output) == (2, True)


def test_a_backup_is_made_restored_and_seen_by_the_doctor(ready: Run, tmp_path: Path) -> None:
    assert ready("branch", "add", "第一支部").exit_code == 0
    made = ready("backup")
    copy = Path(made.output.strip())
    assert (made.exit_code, copy.parent) == (0, tmp_path / "data" / "backups")
    named = ready("backup", "mine.db")
    assert (named.output, ready("backup", "mine.db").exit_code) == ("mine.db\n", 1)
    found = {row["check"]: row for row in json.loads(ready("doctor", "--format", "json").output)}
    assert (found["backup"]["ok"], str(copy) in found["backup"]["found"]) == ("yes", True)
    assert ready("branch", "add", "第二支部").exit_code == 0
    with database(tmp_path) as storage:
        storage.hold()
        busy = ready("restore", str(copy), "--yes")
        assert (busy.exit_code, "Stop it first" in busy.output) == (1, True)
    done = ready("restore", str(copy), "--yes")
    assert (done.exit_code, "before-restore-" in done.output) == (0, True)
    assert [row["name"] for row in json.loads(ready("branch", "list", "--format", "json").output)] == ["第一支部"]


def test_the_doctor_misses_a_backup(ready: Run) -> None:
    found = {row["check"]: row for row in json.loads(ready("doctor", "--format", "json").output)}
    assert (found["backup"]["ok"], "none in" in found["backup"]["found"]) == ("note", True)


@pytest.mark.parametrize("now", ["0001-01-01", "9999-12-31T23:59:59", "soon"])
def test_a_rehearsal_at_no_instant_is_refused(ready: Run, now: str) -> None:
    refused = ready("run", "--now", now)
    assert (refused.exit_code, "needed" in refused.output) == (2, True)


def test_the_doctor_notes_a_token_that_others_may_read(ready: Run, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("BOT_TOKEN=1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nBOT_API_URL=http://127.0.0.1:9\n")
    for mode, ok in ((0o644, "note"), (0o600, "yes")):
        env.chmod(mode)
        found = {row["check"]: row for row in json.loads(ready("doctor", "--format", "json").output)}
        assert found["settings"]["ok"] == ok


def test_what_is_no_place_for_a_command_is_named(ready: Run, tmp_path: Path) -> None:
    ready("branch", "add", "机关总支")
    ready("branch", "add", "第一支部", "--under", "1")
    above = ready("invites", "--branch", "1")
    assert (above.exit_code, "1 机关总支 is above branches; name one of: 2 第一支部" in above.output) == (2, True)
    folder = ready("backup", "nowhere/copy.db")
    assert (folder.exit_code, "no folder nowhere" in folder.output, (tmp_path / "nowhere").exists()) == (1, True, False)
    sheet = ready("invites", "--sheet", "sheet.txt")
    assert (sheet.exit_code, "ends with .pdf" in sheet.output) == (2, True)
