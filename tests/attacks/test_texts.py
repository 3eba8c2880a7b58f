"""Attacks by what is written: SQL in every text field, markup and bidi in names, formulas in tables."""

import ast
import csv
import gc
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Enum, String, inspect, select
from sqlalchemy.orm import Session

from bot.features.integrity.buttons import Field
from bot.kit import dialog as dialogs
from bot.kit.names import clean_name
from bot.kit.refusal import Refusal
from bot.kit.replies import Message
from bot.kit.sheets import csv_text, visible
from storage.audience import find
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.everything import METADATA
from storage.models.person import Person
from tests.attacks import fields
from tests.attacks.fields import FIELDS, NOW, TODAY
from tests.attacks.statements import built_statements
from tests.cast import Cast, make_branch
from tests.features.privacy.filling import where
from tests.rights.branch import Scene, prepare
from tests.rights.table import TABLE

ROOT = Path(__file__).parents[2]
SOURCES = [path for top in ("bot", "scheduler", "storage") for path in sorted((ROOT / top).rglob("*.py"))]

SQL = st.sampled_from(
    [
        "'; DROP TABLE person; --",
        "x' OR '1'='1",
        '"; DELETE FROM audit; --',
        "%' UNION SELECT * FROM invite --",
        "\\'; --",
        "$$; TRUNCATE person; $$",
        "1); UPDATE person SET telegram_id = 1; --",
        "{0} %s %(x)s :name ?",
        "_%\\_%",
    ]
)
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
HOSTILE = st.tuples(st.text(LETTERS, max_size=12), SQL).map(lambda parts: "".join(parts).strip())
# Without shrinking: an example is a whole branch, and the text that fails is short as it is.
FEW = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class _Undo(Exception):
    """Ends every example as it began."""


# --- SQL -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cast(storage: Storage) -> Cast:
    with storage.transaction() as session:
        return make_branch(session, now=NOW)


def one_for_each(what: Sequence[Any]) -> st.SearchStrategy[list[str]]:
    return st.lists(HOSTILE, min_size=len(what), max_size=len(what))


@FEW
@given(texts=one_for_each(FIELDS))
def test_sql_in_a_text_is_a_text(storage: Storage, cast: Cast, texts: list[str]) -> None:
    """It comes back from every field as it was, and nobody is missing, changed or bound."""
    for field, text in zip(FIELDS, texts, strict=True):
        with undone(storage) as session:
            field(session, cast.me(session, "甲一", TODAY), text)


def test_a_name_is_no_pattern(storage: Storage, cast: Cast) -> None:
    """Whoever is called % is erased alone: what others have said is not looked for by a pattern."""
    for name in ("%", "_", "%%", "\\"):
        with undone(storage) as session:
            fields.erased(session, cast.me(session, "甲一", TODAY), name)


@pytest.fixture
def scene(storage: Storage) -> Scene:
    with storage.transaction() as session:
        return prepare(session)


# Every question that a dialog waits with: as the table of rights opens it, and the others of the same step.
QUESTIONS: list[tuple[str, dict[str, str]]] = [
    *((step, {}) for step in fields.ANSWERS),
    *(("activity.wizard", {"field": field}) for field in ("title", "place", "topic", "agenda", "hours", "day", "time")),
    ("reflection.task", {"field": "due"}), ("study.item", {"field": "due_on"}), ("study.change", {"only": "prompt"}),
    *(("integrity.words", {"only": field.value}) for field in Field),
]  # fmt: skip


@FEW
@given(texts=one_for_each(QUESTIONS))
def test_sql_typed_as_an_answer_is_a_text(storage: Storage, scene: Scene, texts: list[str]) -> None:
    """It is taken as a text, or refused."""
    for (step, changes), text in zip(QUESTIONS, texts, strict=True):
        opened = TABLE[f"answer:{step}"].open
        assert opened is not None
        with undone(storage) as session, suppress(Refusal):
            me = find(session, scene.accounts["secretary"], NOW.date())
            assert me is not None
            dialog = dialogs.ask(session, me, step, NOW, **{**opened[1](scene.here), **changes})
            fields.ANSWERS[step].run(session, fields.call(me, text), dialog)


@contextmanager
def undone(storage: Storage) -> Iterator[Session]:
    """A transaction that leaves nothing; at its end everybody is there, as before, and so are the tables."""
    with suppress(_Undo), storage.transaction() as session:
        before = accounts(session)
        yield session
        session.flush()
        session.expire_all()
        assert before.items() <= accounts(session).items()
        assert {"person", "audit", "invite"} <= set(inspect(session.connection()).get_table_names())
        raise _Undo


def accounts(session: Session) -> dict[int, int | None]:
    return {row.id: row.telegram_id for row in session.execute(select(Person.id, Person.telegram_id))}


# --- is every field tried? -------------------------------------------------------------------------------------------

OURS, DIGITS, NOT_YET = "our own words", "read as digits or a choice", "nothing writes it yet"
# Columns of texts that no text of somebody's gets into, and why.
NOT_TYPED = {
    **dict.fromkeys((
        "activity.sign_in_code_hash", "audit.action", "audit.subject", "audit.via", "calendar_year.token", "card.kind",
        "command_menu.digest", "own_keyboard.digest", "own_keyboard.latest", "dialog.step", "draft.form",
        "invite.code_hash", "invite.kind", "job_run.job",
        "job_run.slot", "lease.holder", "lease.name", "outbox.batch", "outbox.job", "promise.key",
        "reflection_part.kind", "reminder.holidays", "reminder.kind", "reminder_plan.holiday", "retention_rule.kind",
        "upload.digest", "upload.kind", "upload.name", "entry.kind", "entry_row.field", "entry_day.field",
        "entry_state.state", "entry_person.field", "entry_value.field", "entry_link.field", "entry_change.field",
        "own_kind.name", "entry_file.field", "entry_file.given_up", "activity_file.given_up", "stored_file.sha256",
        "kept_figure.period", "kept_figure.basis", "kept_figure.counts", "kept_figure.waits", "kept_figure.sources",
        "quarter_close.quarter", "figure_version.figures", "figure_version.sources", "figure_version.sha256",
        "correction.subject", "correction.old", "correction.new", "admission.subject",
    ), OURS),
    **dict.fromkeys((
        "bind_request.phone_end", "monthly_theme.month", "person.gender", "person.phone", "dues_month.month",
        "exam_answer.chosen", "exam_question.right",
    ), DIGITS),
    **dict.fromkeys((
        "exam_attempt.archive_id", "talk.archive_id", "talk.extra", "talk_campaign.archive_id", "talk_campaign.extra",
        "monthly_theme.extra", "norm_file.extra", "reflection.extra", "reflection_part.extra",
        "reflection_task.archive_id", "reflection_task.extra", "reminder.archive_id", "reminder.extra",
        "self_check_item.extra", "study_completion.extra", "study_completion.note", "study_item.archive_id",
        "study_item.author", "study_item.extra",
        "activity_template.archive_id", "activity_template.extra", "minutes.archive_id", "minutes.extra",
        "vote.archive_id", "vote.extra", "activity.archive_id", "activity.extra", "attendance.extra",
        "correction.archive_id", "correction.extra", "figure_version.told", "first_agenda_item.archive_id",
        "first_agenda_item.extra", "leave_request.extra", "makeup.extra", "minutes_speech.extra", "minutes_task.extra",
        "notice.archive_id", "notice.extra", "quarter_close.extra", "receipt.extra", "recurrence.archive_id",
        "recurrence.extra",
    ), "of an archive, read and written as those of every collection"),
    **dict.fromkeys(("norm_file.content", "norm_file.version"), "of the operator's file, in which every fault is told"),
    "correction.why": "a line of a form, as every form asks for: tests/features/closes",
    "first_agenda_item.source": "read behind a title that is tried, where it is clear",
    **dict.fromkeys((
        "activity_template.optional_parts", "activity_template.record_points", "activity_template.required_parts",
    ), "lines of a form, as those of minutes: tests/features/minutes"),
    **dict.fromkeys(("recurrence.answers", "recurrence.clock", "recurrence.title"), "of an activity that is tried"),
    "notice.files": "what Telegram announced; the names of files are tried with those of activities",
    **dict.fromkeys((
        "reflection_part.file_id", "reflection_part.file_unique_id", "upload.file_id", "entry_file.unique_id",
        "activity_file.unique_id",
        "stored_file.unique_id", "stored_file.media_type",
    ), "Telegram's"),
    "audit.details": "of a text its length only: test_nothing_that_is_written_gets_into_the_log",
    "inbox.fault": "the name of an error and its words, through the ORM like everything",
    "outbox.about": "numbers of rows; a card's first state, which is in `message` too",
    "outbox.reason": "what Telegram answered",
}  # fmt: skip


def test_every_column_that_holds_a_text_is_tried(sqlite_url: str) -> None:
    """A new column needs a field that fills it, or a reason."""
    mark, filled = "字段标记", set[str]()
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            cast = make_branch(session, now=NOW)
        for field in FIELDS:
            with undone(storage) as session:
                field(session, cast.me(session, "甲一", TODAY), mark)
                session.flush()
                filled |= where(session, mark)
    texts = {
        f"{of.name}.{column.name}"
        for of in METADATA.sorted_tables
        for column in of.columns
        if isinstance(column.type, String | JSON) and not isinstance(column.type, Enum)
    }
    assert filled | NOT_TYPED.keys() == texts
    assert filled & NOT_TYPED.keys() == set()


def test_what_nothing_writes_is_written_by_nothing() -> None:
    """When somebody begins to fill one of them, the field is to be tried."""
    unwritten = {name.replace("_", "").replace(".", " ") for name, why in NOT_TYPED.items() if why == NOT_YET}
    written = {
        f"{made.func.id.lower()} {keyword.arg}"
        for _, made in calls()
        if isinstance(made.func, ast.Name)
        for keyword in made.keywords
    }
    assert unwritten & written == set()


# --- statements ------------------------------------------------------------------------------------------------------

# Pragmas and a lock, each name and number of which stands in the same file; and a dump's own script, as pg_restore
# writes it out.
CONSTANT = {"storage/sqlite.py", "storage/migrate.py", "storage/restore_postgresql.py"}


@cache
def trees() -> dict[str, ast.Module]:
    # Nothing of 300,000 nodes is garbage: looking for some takes four times as long as reading.
    gc.disable()
    try:
        return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    finally:
        gc.enable()


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [(path, node) for path, tree in trees().items() for node in ast.walk(tree)]


def calls() -> Iterator[tuple[str, ast.Call]]:
    return ((path, node) for path, node in nodes() if isinstance(node, ast.Call))


def test_no_statement_is_put_together_from_texts() -> None:
    """SQL in words is constant; a migration makes tables and takes nothing from anybody."""
    built = {
        path: lines
        for path, tree in trees().items()
        if not path.startswith("storage/migrations/") and (lines := list(built_statements(tree)))
    }
    assert built.keys() == CONSTANT, built


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import text\ntext(name)",
        "from sqlalchemy import text\ntext(f'SELECT {name}')",
        "from sqlalchemy import text as t\nt('a' + name)",
        "from sqlalchemy.sql import text as t\nsql = f'{name}'\nt(sql)",
        "import sqlalchemy as sa\nsa.text('a %s' % name)",
        "import sqlalchemy\nsqlalchemy.sql.expression.text(text=name)",
        "from sqlalchemy import sql\nsql.literal_column(name)",
        "from sqlalchemy import text\nsay = text\nsay(name)",
        "connection.exec_driver_sql(f'PRAGMA {name}')",
        "connection.exec_driver_sql(name)",
        "cursor.execute(f'DELETE FROM {name}')",
        "cursor.execute('DELETE FROM ' + name)",
        "cursor.execute('DELETE FROM %s' % name)",
        "cursor.execute('DELETE FROM {}'.format(name))",
        "cursor.execute(' '.join(['DELETE FROM', name]))",
        "sql = 'DELETE FROM '\nsql += name\ncursor.execute(sql)",
        "cursor.executescript(name)",
    ],
)
def test_a_statement_put_together_is_found(code: str) -> None:
    assert list(built_statements(ast.parse(code))), code


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import text\ntext('SELECT 1')",
        "from sqlalchemy import text\nONE = 'SELECT 1'\ntext(ONE)",
        "session.execute(select(Person).where(Person.name == name))",
        "session.scalar(query, {'a': 1})",
        "query = select(a)\nquery = query.where(b)\nsession.execute(query)",
        "Message(text=f'{name}')",
        "check.text(at, row, name)",
    ],
)
def test_a_statement_that_is_none_or_whole_is_let_be(code: str) -> None:
    assert list(built_statements(ast.parse(code))) == [], code


# --- the log ---------------------------------------------------------------------------------------------------------


def test_nothing_that_is_written_gets_into_the_log(storage: Storage, cast: Cast) -> None:
    text = "不得进入记录的正文"
    with storage.transaction() as session:
        me = cast.me(session, "甲一", TODAY)
        for field in (fields.makeup, fields.piece, fields.study, fields.returned, fields.notice, fields.reminder):
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


@settings(max_examples=30, deadline=None)
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
        path
        for path in writing
        if not any(where == path and ast.unparse(call.func).strip("_") == "harmless" for where, call in calls())
    }
    assert careless == set()
