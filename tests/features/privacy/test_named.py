"""After an erasure, on both databases: the name in what others wrote, heard and wait for."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Enum, select, update
from sqlalchemy.orm import Session

from bot.features.privacy import erasure, messages
from bot.features.privacy.mentions import kept, places
from scheduler.outbox_rows import ERASED, NAME_TAKEN_OUT
from storage.choices import BindRequestState, OrganisationKind, OutboxState
from storage.engine import Storage
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox, Upload
from storage.models.person import DutySpan, ExemptionSpan, Person
from storage.personal import Role, meaning
from tests.cast import Cast
from tests.features.privacy.filling import NOW, where
from tests.features.privacy.planting import (
    LONGER,
    SAID,
    STRANGER,
    TODAY,
    VICTIM,
    alone,
    becomes,
    heard,
    message,
    plant_records,
    request,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUEUED, SENDING, SENT, CANCELLED = (
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.SENT,
    OutboxState.CANCELLED,
)
# Columns of texts that hold no name: keys and words of machines, choices and numbers; the log, which keeps lengths.
NO_NAMES = {
    "command_menu": {"digest"}, "lease": {"name", "holder"}, "job_run": {"job", "slot"}, "promise": {"key"},
    "party_group": {"archive_id"}, "reminder": {"kind", "holidays"}, "reminder_plan": {"holiday"},
    "activity": {"sign_in_code_hash"}, "audit": {"via", "action", "subject", "details"}, "card": {"kind"},
    "calendar_year": {"papers", "source", "token"}, "invite": {"kind", "code_hash"}, "monthly_theme": {"month"},
    "retention_rule": {"kind"}, "reflection_part": {"kind", "file_id", "file_unique_id", "mime_type"},
}  # fmt: skip
# Looked through by traces.py, or the person's own and emptied with the row.
ELSEWHERE = {
    "inbox": {"kind", "payload", "answer", "fault"},
    "dialog": {"step", "draft"},
    "draft": {"form", "fields"},
    "outbox": {"job", "message", "about", "batch", "reason"},
    "bind_request": {"shown_name", "phone_end"},
    "upload": {"digest", "kind", "name", "content", "file_id"},
    "person": {"name", "gender", "phone", "archive_id"},
}


def erase(session: Session, cast: Cast) -> dict[str, int]:
    session.flush()
    return erasure.erase(session, cast.me(session, "甲一", TODAY), cast[VICTIM], TODAY, NOW)


# --- records ---------------------------------------------------------------------------------------------------------


def test_every_text_of_the_database_is_rewritten_or_kept_for_a_reason() -> None:
    texts = {
        f"{of.name}.{column.name}": meaning(column)
        for of in METADATA.sorted_tables
        for column in of.columns
        if type(column.type).__name__ in ("String", "JSON", "LargeBinary") and not isinstance(column.type, Enum)
    }
    rewritten = {f"{place.of.name}.{column}" for place in places() for column in place.columns}
    known = rewritten | kept().keys() | {name for name, means in texts.items() if means.looked_through}
    rest = {name: means.role for name, means in texts.items() if name not in known}
    assert set(rest.values()) == {Role.NOTHING, Role.OWN}
    assert {rest.get(f"{name}.{column}") for name, columns in NO_NAMES.items() for column in columns} == {Role.NOTHING}
    assert rewritten & {f"{name}.{column}" for name, columns in ELSEWHERE.items() for column in columns} == set()
    assert known <= texts.keys()


def test_the_records_of_others_read_the_erased_name_and_nobody_else_s_is_touched(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        planted = plant_records(session, bare)
        before = erasure.look(session, bare.me(session, "甲一", TODAY), bare[VICTIM], TODAY)
        done = erase(session, bare)
    assert done["named"] == before.named >= len(planted - kept().keys())
    with storage.reading() as session:
        assert alone(session) == kept().keys()
        assert where(session, LONGER) >= planted
        # A word that is in use holds on; one that was taken off the list is a record as any other.
        assert where(session, becomes(bare[VICTIM])) == planted - kept().keys() | {"hygiene_word.word"}


def test_one_name_of_several_is_taken_out_of_who_approved(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        span = session.scalars(select(ExemptionSpan)).first()
        assert span is not None
        span.approved_by, span.reason_text = f"{VICTIM}、甲一", f"随{VICTIM}同志赴外地"
        erase(session, bare)
        session.refresh(span)
        put = f"已注销{bare[VICTIM]}"
        assert (span.approved_by, span.reason_text) == (f"{put}、甲一", f"随{put}同志赴外地")


def test_what_somebody_of_the_same_name_may_mean_is_left(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bare["甲八"]).values(name=VICTIM))
        session.execute(update(Person).where(Person.id == bare["乙一"]).values(notes=SAID))
        waiting = message(session, bare, "a", QUEUED)
        sent = message(session, bare, "b", SENT)
        before = erasure.look(session, bare.me(session, "甲一", TODAY), bare[VICTIM], TODAY)
        erase(session, bare)
        assert (before.shared, before.named) == (True, 0)
        assert "有同名同志，不作改动" in messages.erase_first(before, 1).text
        assert session.get_one(Person, bare["乙一"]).notes == SAID
        assert session.get_one(Outbox, waiting).message["text"] == SAID
        assert session.get_one(Outbox, sent).message == {"text": ""}


def test_the_questions_and_the_receipt_say_what_becomes_of_the_name(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bare["乙一"]).values(notes=SAID))
        before = erasure.look(session, bare.me(session, "甲一", TODAY), bare[VICTIM], TODAY)
        erase(session, bare)
        line = (
            f"其他文字中的姓名：1处改为“已注销{bare[VICTIM]}”；他人的心得、书目作者、组织和群的名称、放假安排、"
            "使用中的禁发词语不作改动。"
        )
        assert line in messages.receipt(bare[VICTIM], before, "甲一", NOW, SHANGHAI)


def test_another_branch_in_which_somebody_served_is_looked_through_too(storage: Storage, bare: Cast) -> None:
    """An office in a second branch; what a third one writes of a person of the same name is not touched."""
    with storage.transaction() as session:
        notes = {}
        for name in ("第二支部", "第三支部"):
            there = Organisation(kind=OrganisationKind.BRANCH, name=name, settings={}, created_at=NOW)
            session.add(there)
            session.flush()
            somebody = Person(branch_id=there.id, name="外人", notes=SAID, created_at=NOW, telegram_id=7_000 + there.id)
            session.add(somebody)
            session.flush()
            notes[name] = somebody, message(session, bare, name, SENT, branch_id=None, person_id=somebody.id)
            if name == "第二支部":
                session.add(
                    DutySpan(
                        person_id=bare[VICTIM],
                        organisation_id=there.id,
                        duty="secretary",
                        from_on=TODAY.replace(day=1),
                        to_on=TODAY,
                    )
                )
        erase(session, bare)
        read = {name: (one.notes, session.get_one(Outbox, sent).message["text"]) for name, (one, sent) in notes.items()}
    assert read == {"第二支部": (becomes(bare[VICTIM]), ""), "第三支部": (SAID, SAID)}


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [QUEUED, SENDING])
def test_what_waits_for_others_goes_with_the_erased_name(storage: Storage, bare: Cast, state: OutboxState) -> None:
    with storage.transaction() as session:
        nobodys: dict[str, Any] = {"branch_id": None, "person_id": None}
        rows = [
            message(session, bare, "of the branch", state),
            message(session, bare, "of none, by person", state, branch_id=None),
            message(session, bare, "of none, by chat", state, **nobodys, chat_id=bare.account("甲一")),
            message(session, bare, "of none, to a stranger", state, **nobodys, chat_id=STRANGER),
            message(session, bare, "begun", state, message={"text": "x"}, about={"progress": {"text": SAID}}),
        ]
        other = message(session, bare, "longer", state, message={"text": LONGER})
        erase(session, bare)
        found = [session.get_one(Outbox, row) for row in rows]
        assert {(row.state, row.reason) for row in found} == {(state, NAME_TAKEN_OUT)}
        said = becomes(bare[VICTIM])
        assert [row.message for row in found[:4]] == [
            {"text": said, "inline": [[{"text": said, "callback_data": "xx:1"}]]}
        ] * 4
        assert found[4].about == {"progress": {"text": said}}
        left = session.get_one(Outbox, other)
        assert (left.message, left.reason, left.state) == ({"text": LONGER}, "", state)


def test_what_has_gone_to_others_is_emptied(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        nobodys: dict[str, Any] = {"branch_id": None, "person_id": None}
        rows = [
            message(session, bare, "of the branch", SENT),
            message(session, bare, "of none, by person", SENT, branch_id=None),
            message(session, bare, "of none, by chat", SENT, **nobodys, chat_id=bare.account("甲一")),
            message(session, bare, "to a stranger", SENT, **nobodys, chat_id=STRANGER),
        ]
        other = message(session, bare, "longer", SENT, message={"text": LONGER})
        erase(session, bare)
        assert [session.get_one(Outbox, row).message for row in rows] == [{"text": ""}] * 4
        assert session.get_one(Outbox, other).message == {"text": LONGER}
        assert {row.state for row in session.scalars(select(Outbox))} == {SENT}


def test_a_table_that_waits_does_not_go_and_none_that_went_is_kept(storage: Storage, bare: Cast) -> None:
    def made(name: str) -> dict[str, Any]:
        return {"text": "", "document": {"name": f"{name}.xlsx", "picture": False, "base64": "AAAA" + name}}

    with storage.transaction() as session:
        waits = message(session, bare, "waits", QUEUED, message=made("AAAA"))
        went = message(session, bare, "went", SENT, message=made("BBBB"))
        code = {"text": "签到码", "document": {"name": "签到码.png", "picture": True, "base64": "CCCC"}}
        picture = message(session, bare, "picture", QUEUED, message=code)
        file = {"text": "", "document": {"name": "学习资料", "picture": False, "file_id": "A" * 30}}
        handed = message(session, bare, "handed", QUEUED, message=file)
        erase(session, bare)
        states = {row.id: row.state for row in session.scalars(select(Outbox))}
        content = {row.name: len(row.content) for row in session.scalars(select(Upload))}
    assert states == {waits: CANCELLED, went: SENT, picture: QUEUED, handed: QUEUED}
    assert content == {"": 0, "签到码.png": 3}


def test_what_somebody_wrote_does_not_go_to_who_was_to_review_it(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        asked = request(session, cast, STRANGER, VICTIM, "0000", BindRequestState.PENDING)
        keys = ["piece:1:9:0", "piece:1:9:55:0", "makeup:1:1688700000:9", f"bind:{asked}:9:0"]
        mine = [message(session, cast, key, QUEUED, message={"text": "原话"}) for key in keys]
        keys = ["piece:99:9", "makeup:99:1688700000:9", "bind:99:9:0"]
        others = [message(session, cast, key, QUEUED, message={"text": "原话"}) for key in keys]
        erase(session, cast)
        read = {row.id: (row.state, row.message["text"], row.reason) for row in session.scalars(select(Outbox))}
    assert [read[row] for row in mine] == [(CANCELLED, "", ERASED)] * 4
    assert [read[row] for row in others] == [(QUEUED, "原话", "")] * 3


def test_what_was_heard_of_somebody_goes_with_the_name(storage: Storage, bare: Cast) -> None:
    with storage.transaction() as session:
        heard(session, 1, bare.account("甲六"), f"{VICTIM}请假")
        heard(session, 2, bare.account("甲六"), f"{VICTIM}请假", escaped=True)
        heard(session, 3, STRANGER, f"我是{VICTIM}")
        heard(session, 4, bare.account("甲六"), f"{LONGER}请假")
        erase(session, bare)
        assert session.scalars(select(Inbox.update_id)).all() == [4]


@pytest.mark.parametrize("name", ['买买提"阿里"', "买买提\\阿里"])
def test_a_name_that_json_writes_otherwise_is_found_in_what_was_heard(storage: Storage, bare: Cast, name: str) -> None:
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bare[VICTIM]).values(name=name))
        session.expire_all()
        for number, escaped in enumerate((False, True), 1):
            heard(session, number, bare.account("甲六"), f"{name}请假", escaped=escaped)
        erase(session, bare)
        assert session.scalars(select(Inbox.update_id)).all() == []


# --- asking to be bound ----------------------------------------------------------------------------------------------


def test_requests_of_other_accounts_that_bear_the_name_or_the_number_go(storage: Storage, bare: Cast) -> None:
    refused, pending, accepted = BindRequestState.REFUSED, BindRequestState.PENDING, BindRequestState.ACCEPTED
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bare[VICTIM]).values(phone="13800138000"))
        asked = [
            (VICTIM, "0001", refused),
            (f"{VICTIM}（新号）", "0002", pending),
            ("老五", "8000", refused),
            (LONGER, "0003", refused),
            ("外人", "0004", pending),
            (f"不是{VICTIM}", "8000", accepted),
        ]
        for number, (name, end, state) in enumerate(asked):
            request(session, bare, STRANGER + number, name, end, state)
        done = erase(session, bare)
        left = session.execute(select(BindRequest.shown_name, BindRequest.phone_end).order_by(BindRequest.id)).all()
    assert done["bind_requests"] == 3
    assert [tuple(row) for row in left] == [
        (LONGER, "0003"),
        ("外人", "0004"),
        (f"不是已注销{bare[VICTIM]}", "8000"),
    ]
