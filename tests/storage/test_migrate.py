"""Every revision goes up, down and up again on both databases, and makes what the models say."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, inspect, select, text

from storage import migrate
from storage.base import table
from storage.choices import Duty, OrganisationKind, Rank
from storage.engine import Storage, StorageBusy, database_url
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.everything import METADATA
from storage.models.notice import Notice
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person, RankSpan
from storage.revision import OldSchema, newest
from storage.sqlite import database_path

REVISIONS = [script.revision for script in ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()][::-1]
PARTIAL = {
    str(index.name): index for table in METADATA.tables.values() for index in table.indexes if index.dialect_kwargs
}


def tables(url: str) -> set[str]:
    with Storage(url) as storage, storage.reading() as session:
        return set(inspect(session.connection()).get_table_names())


def differences(url: str) -> list[object]:
    with Storage(url) as storage, storage.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, METADATA))


def test_the_models_are_what_the_revisions_make(storage_url: str) -> None:
    assert migrate.is_current(storage_url)
    assert differences(storage_url) == []


def test_every_revision_goes_up_down_and_up(storage_url: str) -> None:
    migrate.downgrade(storage_url, "base")
    assert tables(storage_url) == {"alembic_version"}
    for revision in REVISIONS:
        migrate.upgrade(storage_url, revision)
        migrate.downgrade(storage_url, "-1")
        migrate.upgrade(storage_url, revision)
        assert migrate.current(storage_url) == revision
    assert migrate.head() == newest() == REVISIONS[-1]
    assert differences(storage_url) == []


def test_partial_indexes_are_the_same_on_both(storage: Storage) -> None:
    """Alembic does not compare the condition of a partial index, so look at the indexes themselves."""
    question = {
        "sqlite": "SELECT name, sql FROM sqlite_master",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes",
    }
    with storage.reading() as session:
        found = dict(session.execute(text(question[storage.dialect])).all())
    assert "uq_attendance_live" in PARTIAL
    for name, index in PARTIAL.items():
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        condition = str(index.dialect_options["sqlite"]["where"])
        column, _, rest = condition.partition(" ")
        # PostgreSQL writes ((state)::text = 'planning'::text) for what SQLite keeps as it was said.
        pattern = rf"{kind} .* WHERE .*{column}\W.*{rest.replace('= ', '= .*')}"
        assert re.search(pattern, found[name], re.DOTALL), found[name]


def test_going_nowhere_changes_nothing(storage_url: str, tmp_path: Path) -> None:
    assert migrate.upgrade(storage_url) is None
    assert not list(tmp_path.glob("*.backup"))


def test_an_absent_database_has_no_revision_and_stays_absent(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/absent.db"
    assert migrate.current(url) is None
    assert not migrate.is_current(url)
    assert not (tmp_path / "absent.db").exists()
    assert migrate.upgrade(url) is None
    assert migrate.is_current(url)


def test_the_file_is_copied_first(sqlite_url: str) -> None:
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        session.execute(text("INSERT INTO lease (name, holder, expires_at) VALUES ('kept', '', '2026-09-24')"))
    head = migrate.head()
    copies = [migrate.downgrade(sqlite_url, "base")]
    migrate.upgrade(sqlite_url)
    copies.append(migrate.downgrade(sqlite_url, "base"))
    assert [copy and copy.name for copy in copies] == [f"branch.db.{head}.backup", f"branch.db.{head}-2.backup"]
    with Storage(f"sqlite:///{copies[0]}") as storage, storage.reading() as session:
        assert session.scalars(text("SELECT name FROM lease")).all() == ["kept"]


def test_tables_of_a_newer_program_are_left_alone(storage_url: str, tmp_path: Path) -> None:
    with Storage(storage_url) as storage, storage.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OldSchema, match=r"newer version .* Upgrade the program"):
        migrate.upgrade(storage_url)
    assert migrate.current(storage_url) == "9999"
    assert not list(tmp_path.glob("*.backup"))


def test_a_running_bot_is_not_migrated(sqlite_url: str) -> None:
    with Storage(sqlite_url) as bot:
        bot.hold()
        with pytest.raises(StorageBusy):
            migrate.downgrade(sqlite_url, "base")
        migrate.upgrade(bot)
    assert migrate.is_current(sqlite_url)


def test_two_processes_may_start_a_migration_together(postgresql_url: str) -> None:
    migrate.downgrade(postgresql_url, "base")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate.upgrade, [postgresql_url] * 2))
    assert differences(postgresql_url) == []


def test_a_changed_table_keeps_the_rows_that_point_at_it(tmp_path: Path) -> None:
    url = database_url(f"sqlite:///{tmp_path}/family.db")
    with closing(sqlite3.connect(database_path(url))) as driver:
        driver.executescript(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
            "CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE);"
            "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);"
        )
    with migrate.connected(url) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("parent", recreate="always") as batch:
            batch.add_column(Column("age", Integer))
    with closing(sqlite3.connect(database_path(url))) as driver:
        assert driver.execute("SELECT count(*) FROM child").fetchone() == (1,)


def test_a_migration_that_breaks_references_never_happened(sqlite_url: str) -> None:
    def half_a_migration() -> None:
        with migrate.connected(database_url(sqlite_url)) as connection:
            connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
            connection.execute(text("INSERT INTO promise (key, outbox_id) VALUES ('orphan', 404)"))

    with pytest.raises(migrate.BrokenReferences, match="promise"):
        half_a_migration()
    assert "half_done" not in tables(sqlite_url)


def test_the_command_line_of_alembic_finds_nothing_to_add() -> None:
    said = StringIO()
    command.check(Config(toml_file=Path(__file__).parents[2] / "pyproject.toml", stdout=said))
    assert "No new upgrade operations" in said.getvalue()


BEFORE_PLACES = """
INSERT INTO organisation (id, kind, name, settings, created_at) VALUES
  (1, 'branch', '一', '{{}}', '{at}'), (2, 'branch', '二', '{{}}', '{at}');
INSERT INTO person (id, branch_id, name, created_at, notes, reachable) VALUES
  (1, 1, '甲', '{at}', '', {true}), (2, 1, '乙', '{at}', '', {true}), (3, 1, '丙', '{at}', '', {true});
INSERT INTO duty_span (person_id, organisation_id, duty, from_on) VALUES
  (1, 1, 'secretary', '2023-01-01'), (2, 2, 'secretary', '2023-01-01');
INSERT INTO chosen_place (person_id, organisation_id, chosen_at) VALUES (3, 1, '{at}');
INSERT INTO dialog (person_id, id, step, draft, expires_at) VALUES
  (1, 1, 'notice.text', '{{}}', '{at}'), (2, 1, 'notice.text', '{{}}', '{at}'), (3, 1, 'notice.text', '{{}}', '{at}');
INSERT INTO audit (branch_id, via, action, subject, subject_id, details, at) VALUES
  (1, 'setting', 'secretary_claimed', 'person', 1, '{{}}', '{at}');
"""


def test_what_is_there_says_whose_drafts_and_claimed_seats_are(storage_url: str) -> None:
    """A draft of who has one place is of that one, of who has several nobody's; who claimed the seat has claimed it."""
    migrate.downgrade(storage_url, "0005")
    with Storage(storage_url) as storage, storage.transaction() as session:
        true = "1" if storage.dialect == "sqlite" else "true"
        for statement in BEFORE_PLACES.format(at="2023-07-07 09:00:00+00:00", true=true).split(";")[:-1]:
            session.execute(text(statement.replace(":00", "\\:00")))
    migrate.upgrade(storage_url)
    with Storage(storage_url) as storage, storage.reading() as session:
        begun = session.execute(text("SELECT person_id, organisation_id FROM dialog ORDER BY person_id")).all()
        claimed = session.execute(text("SELECT id, secretary_claimed_at FROM organisation ORDER BY id")).all()
    assert [tuple(row) for row in begun] == [(1, 1), (2, None), (3, None)]
    assert [(row[0], row[1] is not None) for row in claimed] == [(1, True), (2, False)]


BEFORE_GIVEN_UP = """
INSERT INTO organisation (id, kind, name, settings, created_at) VALUES
  (1, 'branch', '一', '{{}}', '{now}'), (2, 'branch', '二', '{{}}', '{now}');
INSERT INTO group_chat (branch_id, chat_id, title, active, tied_at) VALUES
  (1, -1, '旧', {false}, '{then}'), (1, -2, '回', {true}, '{then}'), (1, -3, '新', {true}, '{now}'),
  (2, -4, '静', {false}, '{then}');
"""


def test_a_group_before_the_last_one_is_given_up(storage_url: str) -> None:
    """Also where it had come back beside that; the only one of a branch, muted just now, is held."""
    migrate.downgrade(storage_url, "0007")
    with Storage(storage_url) as storage, storage.transaction() as session:
        words = {"true": "1", "false": "0"} if storage.dialect == "sqlite" else {"true": "true", "false": "false"}
        days = {"then": "2023-07-06 09:00:00+00:00", "now": "2023-07-07 09:00:00+00:00"}
        for statement in BEFORE_GIVEN_UP.format(**days, **words).split(";")[:-1]:
            session.execute(text(statement.replace(":00", "\\:00")))
    migrate.upgrade(storage_url)
    with Storage(storage_url) as storage, storage.reading() as session:
        found = session.execute(text("SELECT chat_id, given_up, active FROM group_chat ORDER BY chat_id DESC")).all()
    assert [(row[0], bool(row[1]), bool(row[2])) for row in found] == [
        (-1, True, False),
        (-2, True, False),
        (-3, False, True),
        (-4, False, False),
    ]


MOVED = "2023-07-14T14:30:00+08:00"
PROPOSED = {"field": "confirm", "day": "2023-07-14", "time": "14:30"}
BEFORE_DRAFTS = """
INSERT INTO organisation (id, kind, name, settings, created_at) VALUES (1, 'branch', '一', '{{}}', '{at}');
INSERT INTO person (id, branch_id, name, created_at, notes, reachable) VALUES
  (1, 1, '甲', '{at}', '', {true}), (2, 1, '乙', '{at}', '', {true}), (3, 1, '丙', '{at}', '', {true}),
  (4, 1, '丁', '{at}', '', {true}), (5, 1, '戊', '{at}', '', {true}), (6, 1, '己', '{at}', '', {true}),
  (7, 1, '庚', '{at}', '', {true}), (8, 1, '辛', '{at}', '', {true}), (9, 1, '壬', '{at}', '', {true});
INSERT INTO dialog (person_id, id, step, draft, expires_at, organisation_id) VALUES
  (1, 5, 'activity.wizard', '{{"field"\\: "day", "types"\\: ["lecture"]}}', '{at}', 1),
  (2, 6, 'reflection.task', '{{"field"\\: "due"}}', '{at}', NULL),
  (3, 7, 'notice.text', '{{"text"\\: "请准时"}}', '{at}', 1),
  (4, 8, 'reflection.task', '{{"field"\\: "due"}}', '{at}', 1),
  (5, 9, 'study.item', '{{"asks"\\: "due", "title"\\: "书"}}', '{at}', 1),
  (6, 10, 'activity.postpone', '{{"activity"\\: 3, "start"\\: "2023-07-14T14:30:00+08:00"}}', '{at}', 1),
  (7, 11, 'integrity.words', '{{"field"\\: "issuer"}}', '{at}', 1),
  (8, 12, 'roster.change', '{{"kind"\\: "a", "answers"\\: {{"name"\\: "癸", "day"\\: 20230707}}}}', '{at}', 1),
  (9, 13, 'roster.change',
   '{{"kind"\\: "x", "answers"\\: {{"value"\\: 2, "day"\\: 20230701, "until"\\: 0}}}}', '{at}', 1);
"""


def test_forms_that_stand_open_may_be_left_and_gone_on_with(storage_url: str) -> None:
    """Of the organisation for which they were begun, touched a day before they run out; the dialogs stay."""
    migrate.downgrade(storage_url, "0008")
    with Storage(storage_url) as storage, storage.transaction() as session:
        true = "1" if storage.dialect == "sqlite" else "true"
        for statement in BEFORE_DRAFTS.format(at="2023-07-07 09:30:00+00:00", true=true).split(";")[:-1]:
            session.execute(text(statement.replace(":30", "\\:30").replace(":00", "\\:00")))
    migrate.upgrade(storage_url)
    with Storage(storage_url) as storage, storage.reading() as session:
        kept = session.scalars(select(Draft).order_by(Draft.person_id)).all()
        steps = session.scalars(text("SELECT step FROM dialog ORDER BY id")).all()
        worded = session.scalars(select(Dialog.draft).where(Dialog.person_id == 7)).one()
    touched = datetime(2023, 7, 6, 9, 30, tzinfo=UTC)
    assert [(one.person_id, one.organisation_id, one.form, one.fields, one.at) for one in kept] == [
        (1, 1, "activity.wizard", {"field": "day", "types": ["lecture"]}, touched),
        (3, 1, "notice.text", {"text": "请准时"}, touched),
        (4, 1, "reflection.task", {"field": "due"}, touched),
        (5, 1, "study.item", {"asks": "due", "title": "书", "field": "due_on"}, touched),
        (6, 1, "activity.postpone", {"activity": 3, "start": MOVED, **PROPOSED}, touched),
        (8, 1, "roster.change", {**kept[-2].fields, "name": "癸", "meeting": "2023-07-07"}, touched),
        (9, 1, "roster.change", {**kept[-1].fields, "value": "2", "day": "2023-07-01", "until": "open"}, touched),
    ]
    assert [sorted(one.fields) for one in kept[-2:]] == [
        ["answers", "kind", "meeting", "name"],
        ["answers", "day", "kind", "until", "value"],
    ]
    assert steps[:4] == ["activity.wizard", "reflection.task", "notice.text", "reflection.task"]
    assert steps[4:] == ["study.item", "activity.postpone", "integrity.words", "roster.change", "roster.change"]
    assert worded == {"field": "issuer", "only": "issuer"}


def open_question(url: str, step: str, draft: str) -> None:
    """The only one, of the only person; as an earlier version keeps it."""
    at = "2023-07-07 09:30:00+00:00"
    with Storage(url) as storage, storage.transaction() as session:
        true = "1" if storage.dialect == "sqlite" else "true"
        values = {"at": at, "step": step, "draft": draft}
        if not session.scalars(text("SELECT count(*) FROM person")).one():
            session.execute(
                text(
                    "INSERT INTO organisation (id, kind, name, settings, created_at)"
                    " VALUES (1, 'branch', '一', '{}', :at)"
                ),
                values,
            )
            session.execute(
                text(
                    "INSERT INTO person (id, branch_id, name, created_at, notes, reachable)"
                    f" VALUES (1, 1, '甲', :at, '', {true})"
                ),
                values,
            )
        session.execute(text("DELETE FROM dialog"))
        session.execute(
            text(
                "INSERT INTO dialog (person_id, id, step, draft, expires_at, organisation_id)"
                " VALUES (1, 5, :step, :draft, :at, 1)"
            ),
            values,
        )


def asked(url: str) -> tuple[int, str, object]:
    with Storage(url) as storage, storage.reading() as session:
        number, step, draft = session.execute(select(Dialog.id, Dialog.step, Dialog.draft)).one()
    return number, step, draft


@pytest.mark.parametrize(
    ("step", "draft"),
    [
        ("activity.wizard", "null"),
        ("activity.wizard", "[]"),
        ("study.change", "{}"),
        ("study.item", "null"),
        ("study.item", '{"asks": []}'),
        ("activity.postpone", '{"start": 5}'),
        ("activity.postpone", '{"start": "soon"}'),
        ("roster.change", "[]"),
        ("roster.change", '{"answers": null}'),
        ("roster.change", '{"kind": "x", "answers": {"day": "8"}}'),
        ("roster.change", '{"kind": "x", "answers": {"day": null}}'),
        ("roster.change", '{"kind": "x", "answers": {"day": 8}}'),
        ("roster.change", '{"kind": "x", "answers": {"value": null}}'),
    ],
)
def test_a_question_that_cannot_become_a_form_is_closed(storage_url: str, step: str, draft: str) -> None:
    """It keeps its number, so that no old button fits the next one; nothing is left of it to be offered again."""
    migrate.downgrade(storage_url, "0008")
    open_question(storage_url, step, draft)
    migrate.upgrade(storage_url)
    assert migrate.current(storage_url) == REVISIONS[-1]
    assert asked(storage_url) == (5, "", {})
    with Storage(storage_url) as storage, storage.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_what_is_no_json_closes_its_question(sqlite_url: str) -> None:
    migrate.downgrade(sqlite_url, "0008")
    open_question(sqlite_url, "study.item", "{")
    migrate.upgrade(sqlite_url)
    assert asked(sqlite_url) == (5, "", {})


def test_another_date_given_to_the_earlier_version_is_the_one_that_counts(storage_url: str) -> None:
    migrate.downgrade(storage_url, "0008")
    open_question(storage_url, "activity.postpone", '{"activity": 3, "start": "2023-07-14T14:30:00+08:00"}')
    migrate.upgrade(storage_url)
    migrate.downgrade(storage_url, "0008")
    number, step, draft = asked(storage_url)
    assert (number, step, isinstance(draft, dict) and draft["start"]) == (5, "activity.postpone", MOVED)
    again = "2023-07-21T09:00:00+08:00"
    open_question(
        storage_url,
        "activity.postpone",
        f'{{"activity": 3, "start": "{again}", "field": "confirm", "day": "2023-07-14", "time": "14:30"}}',
    )
    migrate.upgrade(storage_url)
    expected = {"activity": 3, "start": again, "field": "confirm", "day": "2023-07-21", "time": "09:00"}
    assert asked(storage_url) == (5, "activity.postpone", expected)


@pytest.mark.parametrize(
    ("step", "draft", "stays"),
    [
        ("activity.wizard", '{"field": "day", "types": ["lecture"]}', True),
        ("activity.postpone", '{"activity": 3, "field": "day"}', True),
        ("activity.postpone", '{"activity": 3, "field": "confirm", "day": "2023-07-14", "time": "14:30"}', False),
        ("study.item", '{"theme": 1, "field": "title", "title": "", "files": []}', False),
        ("study.change", '{"theme": 1, "field": "text", "only": "title"}', False),
        ("roster.change", '{"kind": "x", "person": 1, "field": "day", "value": "2"}', False),
        ("roster.change", '{"kind": "x", "person": 1, "answers": {"value": 2}, "value": "2"}', True),
        ("roster.change", '{"kind": "x", "answers": {"value": 2}, "value": "2", "field": "day"}', False),
        ("roster.change", "[]", False),
    ],
)
def test_what_the_earlier_version_cannot_read_is_closed_on_the_way_down(
    storage_url: str, step: str, draft: str, stays: bool
) -> None:
    open_question(storage_url, step, draft)
    migrate.downgrade(storage_url, "0008")
    number, now, kept = asked(storage_url)
    assert (number, now) == (5, step if stays else "")
    assert bool(kept) is stays


def test_titles_and_words_of_ranks_go_down_and_come_back(storage_url: str) -> None:
    """An earlier version reads what stands for them; what it changes meanwhile stays as it said."""
    with Storage(storage_url) as storage, storage.transaction() as session:
        at = datetime(2023, 7, 7, tzinfo=UTC)
        session.add(Organisation(id=1, kind=OrganisationKind.BRANCH, name="一", settings={}, created_at=at))
        session.flush()
        session.add(Person(id=1, branch_id=1, name="甲", created_at=at))
        session.flush()
        day, of = date(2023, 1, 1), {"person_id": 1, "organisation_id": 1}
        duties = [(Duty.SECRETARY, ""), (Duty.COMMITTEE_MEMBER, "统战委员"), (Duty.COMMITTEE_MEMBER, "")]
        session.add_all(DutySpan(**of, from_on=day, duty=duty, title=title) for duty, title in duties)
        ranks = [
            (Rank.SECTION, ""),
            (Rank.DEPUTY_SECTION, "四级主任科员"),
            (Rank.BUREAU, ""),
            (None, "正高级"),
            (None, "x"),
        ]
        session.add_all(
            RankSpan(person_id=1, from_on=day, rank=rank, rank_text=text, extra={"by": "纪要"} if text else None)
            for rank, text in ranks
        )
    migrate.downgrade(storage_url, "0009")
    with Storage(storage_url) as storage, storage.transaction() as session:
        assert session.scalars(text("SELECT duty FROM duty_span ORDER BY id")).all() == [
            "secretary",
            "mass_work_officer",
            "mass_work_officer",
        ]
        was = session.scalars(text("SELECT rank FROM rank_span ORDER BY id")).all()
        assert was == ["section", "deputy_section", "division", "staff", "staff"]
        session.execute(text("UPDATE rank_span SET rank = 'section' WHERE id = (SELECT max(id) FROM rank_span)"))
    migrate.upgrade(storage_url)
    with Storage(storage_url) as storage, storage.reading() as session:
        held = session.scalars(select(DutySpan).order_by(DutySpan.id)).all()
        assert [(one.duty, one.title, one.extra) for one in held] == [(*one, None) for one in duties]
        kept = session.scalars(select(RankSpan).order_by(RankSpan.id)).all()
        assert [(one.rank, one.rank_text) for one in kept] == [*ranks[:4], (Rank.SECTION, "")]
        assert [one.extra for one in kept] == [None, {"by": "纪要"}, None, {"by": "纪要"}, {"by": "纪要"}]


REPLY_BY = datetime(2023, 7, 5, 4, tzinfo=UTC)
# As the tables of then have it.
AN_ACTIVITY = (
    "INSERT INTO activity (branch_id, title, status, organizer, scope, planned_on, start_at, end_at, place, hours,"
    " late_minutes, sites, partners, created_by_id, created_at) VALUES (1, '7月主题党日', 'planned', 'own_branch',"
    " 'branch', '2023-07-07', '2023-07-05 04:00:00', '2023-07-05 04:00:00', '', 0, 10, '[]', '[]', 1,"
    " '2023-07-05 04:00:00')"
)
# Text, of an activity or not: as the earlier version kept it, and its words.
NOTICES = [
    (
        "【主题党日通知】7月主题党日\n时间：7月7日\n请于7月5日（周三）12:00前回复。",
        True,
        "【主题党日通知】7月主题党日\n时间：7月7日",
    ),
    ("【通知】请交材料\n请于7月5日（周三）12:00前回复“收到”。", False, "请交材料"),
    (
        "【通知】请于周五前交\n请于月底前回复\n请于7月5日（周三）12:00前回复“收到”。",
        False,
        "请于周五前交\n请于月底前回复",
    ),
    ("【通知】【通知】重发\n请于7月5日（周三）12:00前回复“收到”。", False, "【通知】重发"),
    ("", True, ""),
]


def texts_of_notices(url: str) -> list[str]:
    with Storage(url) as storage, storage.reading() as session:
        return list(session.scalars(text("SELECT text FROM notice ORDER BY id")))


def test_a_notice_keeps_its_words_alone(storage_url: str) -> None:
    """And an earlier version finds them with heading and deadline, as it wrote them."""
    migrate.downgrade(storage_url, "0011")
    open_question(storage_url, "", "{}")
    with Storage(storage_url) as storage, storage.transaction() as session:
        session.execute(text(AN_ACTIVITY))
        for number, (old, of_activity, _) in enumerate(NOTICES, 1):
            row = {"id": number, "branch_id": 1, "text": old, "reply_by": REPLY_BY, "created_by_id": 1}
            row |= {"activity_id": 1 if of_activity else None, "created_at": REPLY_BY}
            # By these columns alone: the table did not have all of them.
            session.execute(table(Notice).insert(), row)
    for _ in range(2):
        migrate.upgrade(storage_url)
        assert texts_of_notices(storage_url) == [words for _, _, words in NOTICES]
        migrate.downgrade(storage_url, "0011")
        assert texts_of_notices(storage_url) == [old for old, _, _ in NOTICES]


def test_numbers_of_entries_that_are_gone_stay_gone(storage_url: str) -> None:
    """They stand in buttons and in the log: copying the table must not hand them out again."""
    migrate.downgrade(storage_url, "0015")
    entry = (
        "INSERT INTO entry (branch_id, kind, revision, version, title, fields, recorded_at, withdrawn_reason)"
        " VALUES (1, 'guidance', 1, 1, '甲支部', '{}', '2023-08-11 00:00:00', '')"
    )
    with Storage(storage_url) as storage, storage.transaction() as session:
        session.add(Organisation(id=1, kind=OrganisationKind.BRANCH, name="示范", settings={}, created_at=REPLY_BY))
        session.flush()
        for _ in range(3):
            session.execute(text(entry))
        session.execute(text("DELETE FROM entry WHERE id > 1"))
    migrate.upgrade(storage_url)
    with Storage(storage_url) as storage, storage.transaction() as session:
        session.execute(text(entry))
        assert list(session.scalars(text("SELECT id FROM entry ORDER BY id"))) == [1, 4]
