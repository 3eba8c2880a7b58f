"""活动要求: dated, of a type, the three lists; who may; two at once are two after each other."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.features.minutes import service, templates
from bot.features.minutes.rules import Facts, Speech, Written
from bot.kit import templates as kit
from bot.kit.refusal import Refusal
from bot.kit.templates import Template
from storage.choices import ActivityType
from storage.engine import Storage
from storage.models.minutes import ActivityTemplate
from tests.features.minutes.desk import DEP, EVENING, GL, MEETING, MEMBER, ORG, SEC, SHANGHAI, TOLD, Desk

THEME = ActivityType.THEME_PARTY_DAY
WANTED = {"required_parts": ["重温入党誓词", "重温入党誓词"], "record_points": ["讨论情况"]}


def put(desk: Desk, by: str = SEC, now: datetime = TOLD, **changes: list[str]) -> bool:
    return templates.save(desk.session, desk.me(by, now.date()), THEME, changes or WANTED, now, SHANGHAI)


def on(desk: Desk, day: date) -> Template:
    return kit.on(desk.session, desk.cast.branch_id, day).get(THEME, kit.NOTHING)


def test_each_change_holds_from_its_day_on(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, settled=False)
        assert put(desk)
        assert not put(desk)
        # On the same day it takes the place of what was said before.
        assert put(desk, ORG, optional_parts=["志愿服务"])
        assert put(desk, DEP, EVENING, record_points=[])
        first, second = session.scalars(select(ActivityTemplate).order_by(ActivityTemplate.id)).all()
        assert (first.from_on, first.to_on, second.to_on) == (TOLD.date(), EVENING.date(), None)
        assert on(desk, TOLD.date() - timedelta(days=1)) == kit.NOTHING
        assert on(desk, TOLD.date()) == Template(("重温入党誓词",), ("志愿服务",), ("讨论情况",))
        assert on(desk, EVENING.date()) == Template(("重温入党誓词",), ("志愿服务",))
        found = kit.on(session, desk.cast.branch_id, TOLD.date())
        assert kit.lines(found, [MEETING, THEME]) == [
            "规定动作：重温入党誓词", "自选动作：志愿服务", "记录要点：讨论情况",
        ]  # fmt: skip
        assert kit.lines(found, [MEETING]) == []


@pytest.mark.parametrize("by", [GL, MEMBER, "丙一", "乙二"])
def test_by_nobody_but_the_desk(storage: Storage, by: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session, settled=False)
        with pytest.raises(Refusal, match="权限"):
            put(desk, by)


@pytest.mark.parametrize("said", [["字" * 61], [f"第{number}条" for number in range(21)]])
def test_too_much_is_refused(storage: Storage, said: list[str]) -> None:
    with storage.transaction() as session, pytest.raises(Refusal, match="规定动作最多20条"):
        put(Desk(session, settled=False), required_parts=said)


def test_minutes_are_asked_about_what_they_do_not_say(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, types=[THEME], lecturer_id=None)
        put(desk)
        said, facts = Written(speeches=(Speech("好"),)), Facts(THEME)
        # A speech is a discussion; the oath is nowhere.
        assert service.unmentioned(session, desk.activity, said, facts, SHANGHAI) == ["重温入党誓词"]
