"""Attacks by what is written: SQL in every text field, markup and bidi in names, formulas in tables."""

import ast
import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from bot.features.activities import leave, making
from bot.features.care import changes, erasure, forbidden
from bot.features.people import binding
from bot.features.people.rules import InviteKind, clean_name
from bot.features.people.service import add_branch
from bot.features.reflections import making as tasks
from bot.features.reflections import pieces
from bot.features.study import planning
from bot.kit.handlers import File
from bot.kit.refusal import Refusal
from bot.kit.replies import Message
from bot.kit.sheets import csv_text, visible
from storage.audience import Me
from storage.choices import ActivityType, StudyItemKind, TaskAudience
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionTask
from tests.cast import Cast, make_branch

ROOT = Path(__file__).parents[2]
SOURCES = [path for top in ("bot", "scheduler", "storage") for path in sorted((ROOT / top).rglob("*.py"))]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 7, 7, 1, 0, tzinfo=UTC)
TODAY = date(2023, 7, 7)

SQL = st.sampled_from([
    "'; DROP TABLE person; --", "x' OR '1'='1", '"; DELETE FROM audit; --', "%' UNION SELECT * FROM invite --",
    "\\'; --", "$$; TRUNCATE person; $$", "1); UPDATE person SET telegram_id = 1; --", "{0} %s %(x)s :name ?", "_%\\_%",
])  # fmt: skip
HOSTILE = st.tuples(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12), SQL).map("".join)


class _Undo(Exception):
    """Ends every example as it began."""


# --- SQL -------------------------------------------------------------------------------------------------------------


def _activity(session: Session, me: Me, text: str) -> None:
    start = NOW + timedelta(days=1)
    plan = making.Plan(
        types=[ActivityType.THEME_PARTY_DAY], start_at=start, end_at=start + timedelta(hours=2), place=text, title=text,
        topic=text, first_agenda=[text],
    )  # fmt: skip
    made = making.make(session, me, plan, NOW, SHANGHAI)
    session.refresh(made)
    assert (made.title, made.place) == (text, text)


def _piece(session: Session, me: Me, text: str) -> None:
    plan = tasks.Plan(title=text, audience=TaskAudience.ALL_MEMBERS, due_on=date(2023, 7, 31))
    task = tasks.make(session, me, plan, NOW, SHANGHAI)
    row = Reflection(task_id=_task(session).id, person_id=me.id, piece=1, version=1, started_at=NOW)
    session.add(row)
    session.flush()
    part = pieces.add_part(session, row, 1, 1, text, [File("document", "A" * 30, "u", name=text)], NOW)
    session.refresh(part)
    assert (part.text, part.file_name, task is not None) == (text, text, True)


def _task(session: Session) -> ReflectionTask:
    return session.scalars(select(ReflectionTask)).one()


def _study(session: Session, me: Me, text: str) -> None:
    theme = planning.enter_theme(session, me, "2023-07", text, NOW, SHANGHAI)
    planning.change_theme(session, me, theme, NOW, prompt=text)
    draft = planning.Draft(kind=StudyItemKind.BOOK, title=text, due_on=date(2023, 7, 31))
    planning.add_item(session, me, theme, draft, NOW, SHANGHAI)
    session.refresh(theme)
    assert theme.prompt == text.strip()


def _makeup(session: Session, me: Me, text: str) -> None:
    _activity(session, me, text)
    activity = session.scalars(select(Activity)).one()
    row = leave.hand_in_makeup(session, me, activity.id, text, [], NOW + timedelta(days=2), SHANGHAI)
    leave.review_makeup(session, me, row.id, False, NOW + timedelta(days=2), text)
    session.refresh(row)
    assert (row.note, row.return_reason) == (text, text)


def _look_up(session: Session, me: Me, text: str) -> None:
    assert changes.find_people(session, me, text) == []
    assert erasure.people(session, me, text) == []


def _word(session: Session, me: Me, text: str) -> None:
    try:
        forbidden.add(session, me, text[-20:], NOW)
    except Refusal:
        return


def _door(session: Session, me: Me, text: str) -> None:
    for kind in InviteKind:
        found = binding.redeem(session, kind, text, 9_001, text, today=TODAY, now=NOW)
        assert found is None


def _branch(session: Session, me: Me, text: str) -> None:
    add_branch(session, text, None, NOW)


FIELDS: list[Callable[[Session, Me, str], None]] = [_activity, _piece, _study, _makeup, _look_up, _word, _door, _branch]


@pytest.fixture
def cast(storage: Storage) -> Cast:
    with storage.transaction() as session:
        return make_branch(session, now=NOW)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), text=HOSTILE)
def test_sql_in_a_text_is_a_text(
    storage: Storage, cast: Cast, field: Callable[[Session, Me, str], None], text: str
) -> None:
    """It comes back as it was, and nobody is missing, changed or bound."""
    with suppress(_Undo), storage.transaction() as session:
        before = _people(session)
        field(session, cast.me(session, "甲一", TODAY), text)
        session.flush()
        session.expire_all()
        assert _people(session) == before
        assert {"person", "audit", "invite"} <= set(inspect(session.connection()).get_table_names())
        raise _Undo


def _people(session: Session) -> tuple[int, int]:
    named = select(func.count(), func.sum(Person.telegram_id))
    count, accounts = session.execute(named).one()
    return count, int(accounts)


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [(str(path.relative_to(ROOT)), node) for path in SOURCES for node in ast.walk(ast.parse(path.read_text()))]


def calls() -> Iterator[tuple[str, ast.Call]]:
    return ((path, node) for path, node in nodes() if isinstance(node, ast.Call))


def test_no_statement_is_put_together_from_texts() -> None:
    """SQL in words is constant; the names of tables that a restore empties are quoted by the driver."""
    constant = {"storage/backup_postgresql.py", "storage/sqlite.py", "storage/migrate.py"}
    built = [
        f"{path}:{call.lineno}"
        for path, call in calls()
        if path not in constant and not path.startswith("storage/migrations/")
        if re.search(r"^text$|\.exec_driver_sql$|literal_column$", ast.unparse(call.func))
        if call.args and not isinstance(call.args[0], ast.Constant)
    ]
    assert built == []


# --- the log ---------------------------------------------------------------------------------------------------------


def test_nothing_that_is_written_gets_into_the_log(storage: Storage, cast: Cast) -> None:
    text = "不得进入记录的正文"
    with storage.transaction() as session:
        me = cast.me(session, "甲一", TODAY)
        for field in (_makeup, _piece, _study):
            field(session, me, text)
        lines = session.scalars(select(Audit)).all()
        review = next(line for line in lines if line.action == "review")
    assert len(lines) > 5
    assert not any(text in str(line.details) or "\\u4e0d" in str(line.details) for line in lines)
    assert review.details["changes"]["state"] == ["submitted", "returned"]
    assert review.details["changes"]["return_reason"][1]["length"] == len(text)


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_name_hides_and_reorders_nothing() -> None:
    assert clean_name("张\u202e伟\u200b\u2066") == "张伟"
    assert visible("a\u202eb\u2069\x07") == "ab"
    assert clean_name("</b><a href='x'>张伟</a>") == "</b><a href='x'>张伟</a>"


def test_nothing_that_goes_out_is_read_as_markup() -> None:
    """Names and texts go as they are: no message asks Telegram to look for markup in it."""
    sent = Message("</b><a href='tg://user?id=1'>张伟</a> *_`[").to_json()
    assert sent == {"text": "</b><a href='tg://user?id=1'>张伟</a> *_`["}
    asking = [
        path
        for path, node in nodes()
        if not path.startswith("bot/playground/")
        if (isinstance(node, ast.keyword) and node.arg in ("parse_mode", "entities"))
        or (isinstance(node, ast.Constant) and node.value in ("parse_mode", "entities"))
    ]
    assert asking == []


# --- tables ----------------------------------------------------------------------------------------------------------


@given(st.text(max_size=8).flatmap(lambda rest: st.sampled_from("=+-@\t\r").map(lambda sign: sign + rest)))
def test_no_cell_of_a_csv_begins_as_a_formula(cell: str) -> None:
    text = csv_text(("a",), [(cell,)]).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline="")))[1][0]
    assert read[0] == "'"


def test_whoever_writes_tables_makes_their_cells_harmless() -> None:
    """csv.writer and Workbook know no harm: the file that uses them has to."""
    writing = {path for path, call in calls() if re.search(r"(^|\.)(Workbook|writer)$", ast.unparse(call.func))}
    assert "bot/kit/sheets.py" in writing
    careless = {
        path for path in writing
        if not any(where == path and ast.unparse(call.func).strip("_") == "harmless" for where, call in calls())
    }  # fmt: skip
    assert careless == set()
