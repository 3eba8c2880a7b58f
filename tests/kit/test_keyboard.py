"""The keyboard, 更多, 本组 and the help of every combination of offices, and what may be typed for them."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from bot.features.registry import HANDLERS
from bot.kit.access import Right
from bot.kit.handlers import Command, Word
from bot.kit.keyboard import digest, help_lines, keyboard, keyed, more, of_own_group, offered, with_words
from bot.kit.replies import Reply
from bot.kit.seats import Seat, Section, keys, seat_of
from storage.audience import Me
from storage.choices import Duty
from tests.keys import COMMANDS, keys_of, somebody

SEC, DEP, ORG = Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER
PUB, DIS, GL, BELOW = Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER, Duty.GROUP_LEADER, Duty.COMMITTEE_OFFICER
YOUTH = Duty.YOUTH_OFFICER

# Who, in one organisation or two: rows by “/”, keys by “·”.
KEYBOARDS = [
    ((), 1, "签到 · 请假 / 我的待办 · 我的记录 / 更多"),
    ((YOUTH,), 1, "签到 · 请假 / 我的待办 · 我的记录 / 更多"),
    ((Duty.COMMITTEE_MEMBER,), 1, "签到 · 请假 / 我的待办 · 我的记录 / 更多"),
    ((GL,), 1, "签到 · 请假 / 我的待办 · 我的记录 / 本组 · 更多"),
    ((SEC,), 1, "签到 · 我的待办 / 建活动 · 考勤 / 登记 · 季度数据 / 更多"),
    ((DEP,), 1, "签到 · 我的待办 / 建活动 · 考勤 / 登记 · 季度数据 / 更多"),
    ((ORG,), 1, "签到 · 我的待办 / 建活动 · 考勤 / 登记 · 季度数据 / 更多"),
    ((PUB,), 1, "签到 · 请假 / 我的待办 · 我的记录 / 学习安排 · 登记 / 更多"),
    ((DIS,), 1, "签到 · 请假 / 我的待办 · 我的记录 / 谈话 · 登记 / 更多"),
    ((PUB, DIS), 1, "签到 · 请假 / 我的待办 · 我的记录 / 学习安排 · 谈话 / 更多"),
    ((PUB, GL), 1, "签到 · 请假 / 我的待办 · 我的记录 / 学习安排 · 登记 / 本组 · 更多"),
    ((DIS, GL), 1, "签到 · 请假 / 我的待办 · 我的记录 / 谈话 · 登记 / 本组 · 更多"),
    ((ORG, GL), 1, "签到 · 我的待办 / 建活动 · 考勤 / 登记 · 季度数据 / 更多"),
    ((SEC, PUB, DIS), 1, "签到 · 我的待办 / 建活动 · 考勤 / 登记 · 季度数据 / 更多"),
    ((BELOW,), 1, "季度数据 · 未定稿支部 / 更多"),
    ((), 2, "签到 · 请假 / 我的待办 · 我的记录 / 切换支部 · 更多"),
    ((GL,), 2, "签到 · 请假 / 我的待办 · 我的记录 / 切换支部 · 更多"),
    ((SEC,), 2, "签到 · 我的待办 / 建活动 · 考勤 / 登记 · 季度数据 / 切换支部 · 更多"),
    ((PUB, GL), 2, "签到 · 请假 / 我的待办 · 我的记录 / 学习安排 · 登记 / 切换支部 · 更多"),
    ((BELOW,), 2, "季度数据 · 未定稿支部 / 切换支部 · 更多"),
]
# Whatever stood on a key once is understood for ever: this list only grows.
EVER = (
    "签到", "请假", "我的学习", "交心得", "我的记录", "帮助", "发通知", "建活动", "学习安排", "布置心得", "审阅",
    "考勤", "本组考勤", "未完成名单", "本组未完成", "节前提醒", "季度数据", "党员", "工作日历", "数据管理",
    "切换支部", "我还欠什么", "还欠什么", "我的待办", "待审心得", "谁还没绑定", "移交书记", "名册", "花名册",
    "我的数据", "更多", "本组", "补学", "建党小组会", "本组数据", "移交书记职务", "提醒设置", "审批请假", "发展党员",
    "登记", "登记台账", "台账", "支部设置", "登记项目", "清单", "本组清单", "查找", "搜索", "会议记录", "活动要求",
    "自查表", "布置自查", "填自查表", "外出", "考试", "开始答题", "谈话", "记谈话", "规范检查", "准备情况",
    "党费", "定稿", "更正", "生成总结", "导出", "未定稿支部", "本月安排",
)  # fmt: skip


@pytest.mark.parametrize(("duties", "places", "rows"), KEYBOARDS)
def test_each_has_the_own_keys(duties: tuple[Duty, ...], places: int, rows: str) -> None:
    shown = keys_of(*duties, places=tuple(range(1, places + 1)))
    assert " / ".join(" · ".join(row) for row in shown) == rows


def everybody() -> Iterator[Me]:
    for many in range(len(Duty) + 1):
        for duties in combinations(Duty, many):
            yield somebody(*duties)
            yield somebody(*duties, places=(1, 2))


def test_whatever_offices_somebody_holds_four_rows_are_enough_and_everything_is_within_reach() -> None:
    for me in everybody():
        shown = keyboard(COMMANDS, me)
        assert len(shown) <= 4, me
        assert all(1 <= len(row) <= 2 for row in shown), me
        on_keys = list(keyed(COMMANDS, me).values())
        behind = [one for found in more(COMMANDS, me).values() for one in found]
        group = of_own_group(COMMANDS, me) if Duty.GROUP_LEADER in me.duties else []
        assert shown[-1][-1] == "更多", me
        assert len(behind) == len(set(behind)), me
        mine = [one for one in COMMANDS if offered(one, me.duties, len(me.places) > 1)]
        missing = {one.name for one in mine} - {one.name for one in (*on_keys, *behind, *group)}
        # Who only serves a committee is a member of none of its branches; a group's leader has 建党小组会 instead.
        allowed = {"new"} if "group_meeting" in {one.name for one in group} else set()
        assert missing <= allowed or seat_of(me.duties) is Seat.BELOW, (me, missing)


def sections(*duties: Duty) -> dict[str, list[str]]:
    found = more(COMMANDS, somebody(*duties))
    return {section.title: [one.menu for one in commands] for section, commands in found.items()}


def test_behind_more() -> None:
    own = {"本人": ["我的学习", "交心得", "补学", "自查表", "外出", "本月安排", "我的数据"], "": ["帮助"]}
    assert sections() == sections(GL) == own
    assert sections(PUB) == own | {
        "活动和通知": ["未完成名单", "建活动", "考勤"],
        "学习和廉政": ["布置心得", "布置自查", "审阅", "谈话"],
        "清单和总结": ["季度数据", "台账", "清单", "导出", "查找"],
    }
    assert sections(BELOW) == {"本人": ["我的数据"], "清单和总结": ["准备情况"], "": ["帮助"]}
    secretary = sections(SEC)
    assert secretary["本人"] == ["请假", "我的记录", "我的学习", "交心得", "补学", "自查表", "外出", "我的数据"]
    assert secretary["学习和廉政"] == ["学习安排", "布置心得", "布置自查", "审阅", "考试", "谈话", "节前提醒"]
    assert secretary["名册和发展"] == ["党员", "名册", "发展党员", "移交书记职务", "党费"]
    assert sections(DEP)["名册和发展"] == ["党员", "名册", "发展党员", "党费"]
    assert sections(SEC)["活动和通知"] == ["发通知", "本月安排", "会议记录", "未完成名单"]
    assert sections(DIS)["清单和总结"] == ["季度数据", "台账", "清单", "导出", "查找"]
    assert sections(DIS)["学习和廉政"] == ["布置心得", "布置自查", "审阅", "考试", "节前提醒"]
    assert sections(SEC)["清单和总结"] == [
        "台账",
        "清单",
        "规范检查",
        "准备情况",
        "生成总结",
        "导出",
        "查找",
        "定稿",
        "更正",
    ]
    # Both at once have other keys there.
    assert "登记" in sections(PUB, DIS)["清单和总结"]
    assert sections(ORG)["设置和管理"] == ["活动要求"]
    assert "设置和管理" not in sections(PUB)


def test_of_the_own_group() -> None:
    shown = [one.group_label or one.menu for one in of_own_group(COMMANDS, somebody(GL))]
    assert shown == ["本组考勤", "本组未完成", "审批请假", "记谈话", "会议记录", "建党小组会", "本组数据", "本组清单"]


def test_the_help_has_a_line_for_each_key_that_needs_one_and_for_each_group_of_more() -> None:
    assert help_lines(COMMANDS, somebody()) == ["更多：我的学习、交心得、补学、自查表、外出、本月安排、我的数据。"]
    lines = help_lines(COMMANDS, somebody(GL))
    assert lines[0] == "本组：本组考勤、本组未完成、审批请假、记谈话、会议记录、建党小组会、本组数据、本组清单。"
    secretary = [line.split("：")[0] for line in help_lines(COMMANDS, somebody(SEC))]
    assert secretary == [
        "建活动", "考勤", "登记", "季度数据", "本人", "活动和通知", "学习和廉政", "名册和发展", "清单和总结",
        "设置和管理",
    ]  # fmt: skip


@pytest.mark.parametrize("label", EVER)
def test_every_label_that_ever_stood_on_a_key_is_understood_and_nothing_goes_before_it(label: str) -> None:
    words = [one for one in HANDLERS if isinstance(one, Word) and not one.perhaps]
    [word] = [one for one in words if label in one.words]
    assert word.label, label
    assert next(one for one in words if one.fits(label)) is word


def test_what_stands_on_keys_and_buttons_now_is_in_that_list() -> None:
    shown = {label for me in everybody() for row in keyboard(COMMANDS, me) for label in row}
    shown |= {one.menu for one in COMMANDS} | {one.group_label for one in COMMANDS if one.group_label}
    assert shown - set(EVER) == set()


def test_no_word_means_two_things() -> None:
    words = [one for handler in HANDLERS if isinstance(handler, Word) for one in handler.words]
    assert sorted(set(words)) == sorted(words)


def nothing(session: object, call: object) -> Reply:
    return Reply()


def test_a_key_its_place_in_more_and_what_is_typed_for_it() -> None:
    command = Command(
        "books",
        nothing,
        "借书",
        Right.SEE_ROLL,
        keys=keys(12, Seat.DESK),
        more=33,
        group_at=1,
        group_label="本组借书",
        help="借书：……",
        labels=("图书",),
        words=("书",),
    )
    secretary, publicity, leader, member = somebody(SEC), somebody(PUB), somebody(GL), somebody()
    assert [keyboard([command], me) for me in (secretary, publicity, leader, member)] == [[["借书"]], [], [], []]
    assert [more([command], me) for me in (secretary, publicity, leader, member)] == [
        {}, {Section.STUDY: [command]}, {}, {},
    ]  # fmt: skip
    assert help_lines([command], secretary) == ["借书：……"]
    assert help_lines([command], publicity) == ["更多：借书。"]
    assert help_lines([command], leader) == ["本组：本组借书。"]
    _, label, word = with_words([command])
    assert isinstance(label, Word)
    assert isinstance(word, Word)
    assert (label.words, label.label) == (("借书", "本组借书", "图书"), True)
    assert (word.words, word.label) == (("书",), False)


def test_what_is_of_several_places_takes_the_place_of_what_is_of_one() -> None:
    one = Command("group", nothing, "本组", duty=GL, keys=keys(91, Seat.GROUP), more=19)
    two = Command("switch", nothing, "切换支部", several=True, keys=keys(91, Seat.GROUP))
    for order in ([one, two], [two, one]):
        assert keyboard(order, somebody(GL)) == [["本组"]]
        assert keyboard(order, somebody(GL, places=(1, 2))) == [["切换支部"]]
        assert more(order, somebody(GL, places=(1, 2))) == {Section.OWN: [one]}


def test_a_keyboard_is_known_by_its_labels() -> None:
    assert digest([["签到"], ["更多"]]) == digest([["签到"], ["更多"]]) != digest([["签到", "更多"]])


@pytest.mark.parametrize(("duties", "several", "shown"), [((), False, False), ((), True, True)])
def test_some_are_for_who_acts_for_several(duties: tuple[Duty, ...], several: bool, shown: bool) -> None:
    assert offered(Command("switch", nothing, "切换支部", several=True), duties, several) is shown
