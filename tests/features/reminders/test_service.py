"""On both databases: who turns what of the sends, and what of it the log and the branch keep."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit import switches
from bot.kit.refusal import Refusal
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.organisation import Organisation
from tests.cast import Cast, make_branch

NOW = datetime(2023, 7, 3, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2023, 7, 3)


def turn(session: Session, cast: Cast, by: str, name: str, value: Any) -> None:
    switches.turn(session, cast.me(session, by, TODAY), name, value, NOW)


def test_a_switch_is_kept_beside_the_others_and_noted_once(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        branch = session.get_one(Organisation, cast.branch_id)
        branch.settings = {"close_day": 8}
        for name, value in (("digest", "never"), ("study_prompt", False), ("study_prompt", False)):
            turn(session, cast, "甲一", name, value)
        assert branch.settings == {"close_day": 8, "sends": {"digest": "never", "study_prompt": False}}
        assert [switches.is_on(session, cast.branch_id, name) for name in switches.USUAL] == [False, True, False, False]
        lines = session.scalars(select(Audit.details).where(Audit.subject == "sends").order_by(Audit.id)).all()
        assert lines == [
            {"changes": {"digest": ["25th", "never"]}},
            {"changes": {"study_prompt": [True, False]}},
        ]


@pytest.mark.parametrize(
    ("by", "name", "may"),
    [
        ("甲一", "digest", True),
        ("乙一", "digest", True),
        ("甲二", "digest", False),
        ("甲二", "study_prompt", True),
        ("丙一", "study_prompt", True),
        ("丙一", "integrity_reminder", False),
        ("乙二", "integrity_reminder", True),
        ("乙二", "integrity_second", True),
        ("乙二", "study_prompt", False),
        ("甲三", "study_prompt", False),
        ("丙四", "digest", False),
    ],
)
def test_a_switch_is_turned_by_who_plans_what_it_switches(storage: Storage, by: str, name: str, may: bool) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        value = "never" if name == "digest" else not switches.USUAL[name]
        if may:
            turn(session, cast, by, name, value)
        else:
            with pytest.raises(Refusal, match="没有办理此事的权限"):
                turn(session, cast, by, name, value)
        assert switches.read(session, cast.branch_id)[name] == (value if may else switches.USUAL[name])


def test_what_cannot_be_is_not_kept(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for name, value in (("digest", "weekly"), ("digest", True), ("study_prompt", "never"), ("study_prompt", 1)):
            with pytest.raises(ValueError, match="cannot be"):
                turn(session, cast, "甲一", name, value)
