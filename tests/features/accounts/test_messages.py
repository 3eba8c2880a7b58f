"""The menus by office, and messages that fit."""

import csv
import io

import pytest

from bot.features.accounts import messages
from bot.kit.replies import CAPTION_LIMIT, TEXT_LIMIT
from storage.audience import Me
from storage.choices import Duty
from storage.roster import Member

ME = Me(id=1, name="甲一", branch_id=1, group_id=1, duties=frozenset(), leads=frozenset())
WHOLE_DESK = [
    ["发通知", "建活动"],
    ["学习安排", "布置心得"],
    ["审阅", "考勤"],
    ["未完成名单", "节前提醒"],
    ["季度数据", "党员"],
]
PUBLICITY = [["建活动", "学习安排"], ["布置心得", "审阅"], ["考勤", "未完成名单"], ["季度数据"]]


def who(*duties: Duty) -> Me:
    leads = frozenset({1}) if Duty.GROUP_LEADER in duties else frozenset()
    return Me(id=1, name="甲一", branch_id=1, group_id=1, duties=frozenset(duties), leads=leads)


@pytest.mark.parametrize(
    ("duties", "more"),
    [
        ((), []),
        ((Duty.GROUP_LEADER,), [["建活动", "本组考勤"], ["本组未完成"]]),
        ((Duty.PUBLICITY_OFFICER,), PUBLICITY),
        (
            (Duty.DISCIPLINE_OFFICER,),
            [["建活动", "布置心得"], ["审阅", "考勤"], ["未完成名单", "节前提醒"], ["季度数据"]],
        ),
        ((Duty.SECRETARY,), [*WHOLE_DESK, ["工作日历", "数据管理"]]),
        ((Duty.ORGANIZATION_OFFICER,), WHOLE_DESK),
        (
            (Duty.GROUP_LEADER, Duty.PUBLICITY_OFFICER),
            [["建活动", "学习安排"], ["布置心得", "审阅"], ["考勤", "未完成名单"], ["季度数据"]],
        ),
        ((Duty.YOUTH_OFFICER,), []),
        ((Duty.COMMITTEE_OFFICER,), [["季度数据"]]),
    ],
)
def test_the_menu_shows_what_the_offices_allow(duties: tuple[Duty, ...], more: list[list[str]]) -> None:
    own = [["签到", "请假"], ["我的学习", "交心得"], ["我的记录", "帮助"]]
    assert messages.menu(who(*duties)) == own + more
    assert all(label in messages.help_for(who(*duties)).text for row in own + more for label in row if label != "帮助")


def member(number: int, name: str, group: str, *, bound: bool = False, reachable: bool = True) -> Member:
    return Member(
        id=number,
        name=name,
        group_id=1,
        group_name=group,
        exemption=None,
        status=None,
        rank=None,
        category=None,
        bound=bound,
        reachable=reachable,
    )


def test_who_is_not_bound_page_by_page() -> None:
    people = [member(number, f"甲{number}", "第一党小组") for number in range(45)]
    people += [member(100, "乙一", "第二党小组", bound=True, reachable=False), member(101, "甲1", "第二党小组")]
    first, last, beyond = (messages.unbound("示范党支部", people, page) for page in (0, 2, 99))
    assert first.text == (
        "【党员】示范党支部共47人，已绑定1人，未绑定46人。\n第一党小组：未绑定45人\n第二党小组：未绑定1人\n"
        "另有1人停用了小助手，收不到消息。\n点姓名生成其本人的邀请链接；生成新的链接后，以前的链接失效。"
    )
    labels = [[choice.label for choice in row] for row in first.rows]
    assert labels[0] == ["甲0", "甲1（第一党小组）"]
    assert labels[-4:] == [["下一页"], ["全部邀请", "打印邀请单"], ["更换账号", "绑定工作群"], ["名册", "导入名册"]]
    assert [choice.label for choice in last.rows[-4]] == ["上一页"]
    assert beyond == last


def test_when_everybody_is_bound() -> None:
    shown = messages.unbound("示范党支部", [member(1, "甲一", "", bound=True)], 0)
    labels = [[choice.label for choice in row] for row in shown.rows]
    assert labels == [["更换账号", "绑定工作群"], ["名册", "导入名册"]]


def test_extreme_names_fit() -> None:
    name = "🌟" * 25
    people = [member(number, name, f"{name}{number}") for number in range(2000)]
    shown = messages.unbound(name * 2, people, 0)
    assert len(shown.text.encode("utf-16-le")) // 2 <= TEXT_LIMIT
    caption = messages.invite(1, name * 2, name * 2, "b" * 32, "c" * 22).caption
    assert len(caption.encode("utf-16-le")) // 2 <= CAPTION_LIMIT
    assert len(messages.welcome(ME, name * 2, name * 2).text) <= TEXT_LIMIT


def test_an_invite_is_a_link_and_its_picture() -> None:
    made = messages.invite(7, "甲一", "第一党小组", "branch_bot", "c" * 22)
    assert made.picture
    assert made.content is not None
    assert made.content.startswith(b"\x89PNG")
    assert "https://t.me/branch_bot?start=i_" + "c" * 22 in made.caption


def test_all_invites_as_a_table_without_formulas() -> None:
    made = messages.invites([("=cmd()", "@一组", "c" * 22)], "branch_bot")
    assert made.content is not None
    rows = list(csv.reader(io.StringIO(made.content.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["姓名", "党小组", "邀请链接"],
        ["'=cmd()", "'@一组", "https://t.me/branch_bot?start=i_" + "c" * 22],
    ]
