"""The audit log: before and after without a text, and a database that refuses to change it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from storage import audit
from storage.choices import ActivityStatus
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.person import Person
from tests.cast import make_branch

NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)


def test_before_and_after_of_the_fields_that_differ() -> None:
    row = Activity(title="主题党日", status=ActivityStatus.PLANNED, hours=Decimal("4.0"), planned_on=date(2023, 7, 7))
    changes = audit.diff(
        row,
        {
            "title": "主题党日活动",
            "status": ActivityStatus.CANCELLED,
            "hours": Decimal("4.0"),
            "planned_on": date(2023, 7, 8),
            "start_at": NOW,
        },
    )
    title = changes.pop("title")
    assert [(set(each), each["length"]) for each in title] == [({"length", "hash"}, 4), ({"length", "hash"}, 6)]
    assert changes == {
        "status": ["planned", "cancelled"],
        "planned_on": ["2023-07-07", "2023-07-08"],
        "start_at": [None, "2023-07-07T06:30:00+00:00"],
    }


def test_an_account_is_there_or_not_and_never_its_number(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        person = session.get_one(Person, cast["甲一"])
        audit.change(
            session, "erase", person, {"telegram_id": None, "name": "已注销1"}, now=NOW, by=audit.By(cast.branch_id)
        )
    with storage.reading() as session:
        line = session.scalars(select(Audit).where(Audit.action == "erase")).one()
        assert (line.subject, line.subject_id) == ("person", cast["甲一"])
        assert line.details["changes"]["telegram_id"] == [True, False]
        assert set(line.details["changes"]["name"][0]) == {"length", "hash"}
        assert session.get_one(Person, cast["甲一"]).telegram_id is None


def test_of_a_text_or_a_document_length_and_hash_and_of_none_nothing() -> None:
    assert audit.of_text(None) is None
    same, other = audit.of_text("正文"), audit.of_text({"b": 1, "a": "正文"})
    assert same == audit.of_text("正文")
    assert (same or {})["length"] == 2
    assert other == audit.of_text({"a": "正文", "b": 1})


@pytest.mark.parametrize("attack", ["update", "delete", "by hand"])
def test_the_database_refuses_to_change_or_delete_a_line(storage: Storage, attack: str) -> None:
    statement = {
        "update": update(Audit).values(action="nothing"),
        "delete": delete(Audit),
        "by hand": text("DELETE FROM audit WHERE id = 1"),
    }[attack]
    with storage.transaction() as session:
        audit.record(session, "make", "activity", 1, now=NOW, by=audit.By(None))
    with pytest.raises(DBAPIError, match="append-only"), storage.transaction() as session:
        session.execute(statement)
    with storage.reading() as session:
        assert [(line.action, line.subject_id) for line in session.scalars(select(Audit))] == [("make", 1)]
