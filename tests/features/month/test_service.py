"""What each feature has on the days of a month, and for whom; on both databases."""

from datetime import date, datetime
from functools import cache

import pytest
from sqlalchemy.orm import Session

from bot.features.month.rules import days_of
from bot.features.registry import FEATURES
from bot.kit.month import Dated
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from tests.cast import make_branch
from tests.features.month.desk import NOW, august
from tests.world import SHANGHAI

OF_ALL = {
    "8月主题党日（已举行）", "《一本书》学习截止", "学习心得：心得提交截止", "自查：自查表提交截止",
    "考试截止：纪法知识", "考试：笔试", "中秋节前廉洁提醒阅知截止",
}  # fmt: skip
CADRES, COMMITTEE, FIRST, SECOND, NAMED = (
    "干部心得：心得提交截止",
    "支委会议",
    "第一党小组会",
    "第二党小组会",
    "外出参观",
)


def month(session: Session, me: Me, day: date = date(2023, 8, 1), now: datetime = NOW) -> list[Dated]:
    found = (one.dates(session, me, days_of(day), now, SHANGHAI) for one in FEATURES if one.dates is not None)
    return [one for dates in found for one in dates]


@cache
def everything() -> frozenset[str]:
    return frozenset({*OF_ALL, CADRES, COMMITTEE, FIRST, SECOND, NAMED})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        # The desk and the officers of a field; leaders of the first and the second group; members.
        ("甲一", everything()),
        ("乙二", everything()),
        ("丙一", everything()),
        ("甲三", OF_ALL | {FIRST}),
        ("乙三", OF_ALL | {SECOND}),
        ("甲四", OF_ALL | {CADRES, FIRST}),
        ("丙四", OF_ALL | {NAMED}),
        # Exempt all year, and may come all the same; who was not reminded.
        ("乙八", OF_ALL | {SECOND}),
        ("丙五", OF_ALL - {"中秋节前廉洁提醒阅知截止"}),
    ],
)
def test_each_sees_what_is_theirs(storage: Storage, name: str, said: set[str]) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        august(session, cast)
        found = month(session, cast.me(session, name, NOW.date()))
        assert {one.text for one in found} == said
        assert all(one.opens is not None for one in found if one.text != "考试：笔试")


def test_nothing_of_another_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        august(session, make_branch(session, now=NOW))
        other = make_branch(session, now=NOW, bound=False, only=("甲一", "甲二"))
        for duties in (frozenset({Duty.SECRETARY}), frozenset[Duty]()):
            me = Me(other["甲一"], "甲一", other.branch_id, None, duties, frozenset())
            assert month(session, me) == []
        # An officer of the committee above sees no branch's days.
        above = Me(other["甲一"], "甲一", 99, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
        assert month(session, above) == []


def test_the_edges_of_a_month_and_its_days_off(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        august(session, cast)
        me, desk = (cast.me(session, name, NOW.date()) for name in ("丙四", "乙二"))
        assert "7月的活动" in {one.text for one in month(session, me, date(2023, 7, 1))}
        september = {(one.day.day, one.text) for one in month(session, me, date(2023, 9, 1))}
        assert {(1, "9月的活动"), (1, "《下月的书》学习截止"), (29, "中秋、国庆放假至10月6日（周五）")} == september
        october = [(one.day.day, one.text) for one in month(session, me, date(2023, 10, 1))]
        assert october == [(1, "中秋、国庆放假至10月6日（周五）"), (7, "上班"), (8, "上班")]
        # When the next reminder goes is told to who sends it.
        going = [one for one in month(session, desk, date(2023, 9, 1)) if one.text.startswith("发送")]
        assert [(one.day.day, str(one.at)) for one in going] == [(26, "09:00:00")]
        # 元旦 of 2023 began in the year before.
        assert "元旦放假至1月2日（周一）" in {one.text for one in month(session, me, date(2023, 1, 1))}
