"""On both databases: who turns what of the sends, and what of it the log and the branch keep."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reminders import service
from bot.features.reminders.buttons import Send
from bot.features.todo import digest_setting
from bot.kit.refusal import Refusal
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.organisation import Organisation
from tests.cast import Cast, make_branch

NOW = datetime(2023, 7, 3, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2023, 7, 3)
USUAL = {
    Send.STUDY_PROMPT: True,
    Send.INTEGRITY_REMINDER: True,
    Send.INTEGRITY_SECOND: False,
    Send.ACTIVITY_REMINDER: True,
    Send.SIGN_IN_OPENS: False,
    Send.MINUTES: True,
    Send.TALKS: True,
    Send.ANNIVERSARY_GREETING: False,
    Send.ANNIVERSARY_LIST: True,
    Send.ATTENTION: True,
}


def turn(session: Session, cast: Cast, by: str, send: str, on: bool) -> None:
    me = cast.me(session, by, TODAY)
    if send == "digest":
        digest_setting.put(session, me, "weekly" if on else "never", NOW)
    else:
        service.turn(session, me, Send(send), on, NOW)


def test_each_is_turned_where_it_is_kept_and_noted_once(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        branch = session.get_one(Organisation, cast.branch_id)
        branch.settings = {"close_day": 8, "sends": {"quiet_kinds": ["rectification_list"]}}
        assert service.states(session, cast.branch_id) == USUAL
        for send, on in (
            ("digest", False),
            ("study_prompt", False),
            ("study_prompt", False),
            ("integrity_second", True),
            ("activity_reminder", False),
            ("activity_reminder", False),
        ):
            turn(session, cast, "甲一", send, on)
        session.flush()
        turned = {Send.STUDY_PROMPT: False, Send.INTEGRITY_SECOND: True, Send.ACTIVITY_REMINDER: False}
        assert service.states(session, cast.branch_id) == USUAL | turned
        assert digest_setting.of_branch(session, cast.branch_id) == "never"
        kept = {"quiet_kinds": ["rectification_list"], "digest": "never", "activity_reminder": False}
        assert (branch.settings["close_day"], branch.settings["sends"]) == (8, kept)
        lines = session.scalars(select(Audit.details).where(Audit.action == "change").order_by(Audit.id)).all()
        assert lines == [
            {"changes": {"digest": ["weekly", "never"]}},
            {"changes": {"study_prompt": [True, False]}},
            {"changes": {"second_line": [False, True]}},
            {"changes": {"activity_reminder": [True, False]}},
        ]


@pytest.mark.parametrize(
    ("by", "send"),
    [
        ("甲一", "digest"),
        ("乙一", "digest"),
        ("乙一", "activity_reminder"),
        ("甲二", "study_prompt"),
        ("丙一", "study_prompt"),
        ("乙二", "integrity_reminder"),
        ("乙二", "integrity_second"),
    ],
)
def test_a_switch_is_turned_by_who_plans_what_it_switches(storage: Storage, by: str, send: str) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        turn(session, cast, by, send, on=send == "integrity_second")
        session.flush()
        kept = {**service.states(session, cast.branch_id), "digest": digest_setting.of_branch(session, cast.branch_id)}
        assert kept != {**USUAL, "digest": "weekly"}


@pytest.mark.parametrize(
    ("by", "send"),
    [
        ("甲二", "digest"),
        ("丙一", "integrity_reminder"),
        ("乙二", "study_prompt"),
        ("甲三", "study_prompt"),
        ("丙四", "digest"),
        ("甲二", "activity_reminder"),
    ],
)
def test_by_nobody_else(storage: Storage, by: str, send: str) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            turn(session, cast, by, send, on=False)
        assert service.states(session, cast.branch_id) == USUAL
        assert digest_setting.of_branch(session, cast.branch_id) == "weekly"


@pytest.mark.parametrize(
    ("settings", "when"),
    [
        ({}, "weekly"),
        ({"sends": {"digest": "25th"}}, "25th"),
        ({"sends": {"digest": "never"}}, "never"),
        ({"sends": {"digest": True}}, "weekly"),
        ({"sends": {"digest": ["25th"]}}, "weekly"),
        ({"sends": "never"}, "weekly"),
    ],
)
def test_what_is_no_day_of_the_digest_is_as_good_as_nothing(settings: dict[str, object], when: str) -> None:
    assert digest_setting.read(settings) == when


def test_what_cannot_be_is_not_kept(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        with pytest.raises(ValueError, match="cannot be"):
            digest_setting.put(session, cast.me(session, "甲一", TODAY), "daily", NOW)
