"""What has ended and has no complete roll stands first, with its button for who may; on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.features.tally import area_messages, committee_messages, messages
from bot.features.tally.service import Tally
from bot.kit.figures import Area
from scheduler.calendar.days import Quarter
from storage.choices import ActivityType, Scope
from storage.engine import Storage
from tests.counting import tally
from tests.features.activities.desk import SHANGHAI, START, Desk

Q3 = Quarter(2023, 3)
HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def counted(session: Session, desk: Desk, when: str, only: str = "") -> Tally:
    session.flush()
    groups = {desk.cast.groups[only]} if only else None
    return tally(session, desk.cast.branch_id, Q3, local(when), SHANGHAI, groups)


def said(desk: Desk, found: Tally, name: str = "甲一") -> tuple[list[str], list[str]]:
    """The lines, and the buttons of rolls."""
    card = messages.summary(found, found.counting.now.date(), desk.me(name))
    labels = [choice.label for row in card.rows for choice in row]
    return card.text.split("\n"), [label for label in labels if label.startswith("点名")]


@pytest.mark.parametrize(
    ("now", "line", "button"),
    [
        ("2023-07-07 14:29", "", []),
        ("2023-07-07 16:29", "", []),
        ("2023-07-07 16:30", "待点名：7月7日7月主题党日，点名后计入统计。", ["点名 7月7日"]),
        ("2023-10-10 23:59", "待点名：7月7日7月主题党日，点名后计入统计。", ["点名 7月7日"]),
        ("2023-10-11 00:00", "未点名，未计入统计：7月7日7月主题党日。", []),
    ],
)
def test_it_is_never_said_that_there_was_none(storage: Storage, now: str, line: str, button: list[str]) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        found = counted(session, desk, now)
        lines, buttons = said(desk, found)
        assert (lines[1] if line else "", buttons) == (line, button)
        part = area_messages.area(found, Area.MEETINGS, desk.me("甲一"))
        [none] = [one for one in part.text.split("\n") if one.startswith("本季度暂无：")]
        assert ("主题党日" in none) is (not line)
        assert "党员大会" in none
        assert "缺席" not in "".join(lines)
        assert line in part.text
        assert ("主题党日" in part.text.split("暂无")[-1]) is (not line)


def test_once_it_is_called_it_is_a_figure_and_too_late_it_is_none(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.settle()
        lines, buttons = said(desk, counted(session, desk, "2023-07-08 09:00"))
        assert "待点名" not in lines[1]
        assert buttons == []
        assert any("主题党日1次" in line for line in lines)
        desk.activity.settled_at = local("2023-10-11 00:00")
        lines, _ = said(desk, counted(session, desk, "2023-10-12 09:00"))
        assert lines[1] == "未点名，未计入统计：7月7日7月主题党日。"


def test_many_are_cut_and_two_of_one_day_have_their_hours(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        for number in range(8):
            start = START - timedelta(days=3, hours=-number)
            desk.make(start_at=start, end_at=start + HOUR, title="座谈" + "很" * 80)
        lines, buttons = said(desk, counted(session, desk, "2023-07-10 09:00"))
        assert lines[1].endswith("等9项，点名后计入统计。")
        assert lines[1].count("7月4日座谈") == 6
        assert buttons == [f"点名 7月4日 {hour}:30" for hour in range(14, 20)]


def test_a_button_is_for_who_may_call_it_and_titles_are_not_for_the_superior(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        start = local("2023-07-05 09:00")
        for name in ("第一党小组", "第二党小组"):
            kinds, group = [ActivityType.GROUP_MEETING], desk.cast.groups[name]
            desk.make(types=kinds, start_at=start, end_at=start + HOUR, scope=Scope.GROUP, group_id=group, title=name)
        found = counted(session, desk, "2023-07-08 09:00")
        assert said(desk, found)[1] == ["点名 7月5日 09:00", "点名 7月5日 09:00", "点名 7月7日"]
        assert said(desk, found, "丙一")[1] == []
        lines, buttons = said(desk, counted(session, desk, "2023-07-08 09:00", "第一党小组"), "甲三")
        assert lines[1] == "待点名：7月5日第一党小组；7月7日7月主题党日，点名后计入统计。"
        assert buttons == ["点名 7月5日"]
        above = committee_messages.branch(found)
        assert "待点名：3项，点名后计入统计。" in above.text
        assert "第一党小组" not in above.text
        assert [choice.label for row in above.rows for choice in row] == ["季度数据"]
