"""Everything said about what is owed fits into Telegram, for the longest names and lists."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from bot.features.registry import HANDLERS
from bot.features.todo import digest_messages, messages
from bot.features.todo.service import GroupState
from bot.kit.digest import Part, Section
from bot.kit.doors import Look, Open, door
from bot.kit.handlers import Command
from bot.kit.owing import Does, Owing, Waiting, Waits, short
from bot.kit.replies import TEXT_LIMIT, TOAST_LIMIT, Message
from bot.kit.words import quoted, units
from storage.roster import Member

NOW = datetime(2023, 12, 1, 1, tzinfo=UTC)
NAME = "买买提·<b>😀" * 5
BIG = 2**53 - 1


def owing(number: int) -> Owing:
    does = (Does("学完", messages.Snooze()), Does("请假", messages.Snooze()))
    return Owing(BIG, f"study:{number}", quoted(short("😀" * 300)), "12月31日（含）前学完", NOW, does, overdue=True)


def waits(number: int, kind: Waits = Waits.LEAVE) -> Waiting:
    line = f"{NAME}同志请假（公差）：{short('长' * 300)}，12月31日（周日）14:30，事由“{'😀' * 20}”。"
    does = (Does("批准", messages.Snooze()), Does("不批准", messages.Snooze()))
    return Waiting(kind, line, does, NOW, short=f"12月{number}日" + "长" * 120)


def member(number: int) -> Member:
    return Member(number, NAME, 1, "第一党小组", None, None, None, None, True, True)


def state(number: int, owed: int) -> GroupState:
    return GroupState(f"第{number}党小组" + "长" * 40, max(owed, 1), (NAME,) * owed)


def fits(message: Message) -> bool:
    rows = message.to_json().get("inline", [])
    return 0 < units(message.text) <= TEXT_LIMIT and sum(map(len, rows)) <= 100


def test_the_longest_lists_fit_and_nothing_of_them_is_lost() -> None:
    many = [owing(number) for number in range(200)]
    assert fits(messages.nudge(NAME, many))
    assert "另有190项，请点“我的待办”查看。" in messages.nudge(NAME, many).text
    mine = messages.mine(many, [waits(number) for number in range(50)])
    assert all(fits(message) for message in mine)
    assert sum(message.text.count("学完") for message in mine) == 200
    assert mine[-1].text.endswith("另有40项，办理后请再点“我的待办”。")
    listed = messages.unfinished([(item, member(number)) for item in many[:20] for number in range(200)])
    assert all(fits(message) for message in listed)
    assert sum(message.text.count("买买提") for message in listed) >= 20 * 200 * 4
    assert [bool(message.rows) for message in listed[-2:]] == [False, True]


def digest(
    states: Sequence[GroupState], waits: Sequence[Waiting], kinds: Mapping[str, int], *more: Section, theme: bool
) -> Message:
    """【25日摘要】 of so much."""
    parts = [*digest_messages.unfinished(states, kinds), *digest_messages.waiting(waits), *more]
    return digest_messages.of_25th([*parts, digest_messages.next_theme(entered=theme)])


def test_a_digest_that_is_too_long_leaves_the_names_to_the_list() -> None:
    whole = digest([state(1, 2), state(2, 0)], [], {}, theme=True)
    assert NAME in whole.text
    assert "全部完成。" in whole.text
    for states in ([state(1, 400)], [state(number, 40) for number in range(200)]):
        for long in (digest(states, [waits(1)], {}, theme=True), digest_messages.own_groups(states, {})):
            assert fits(long)
            assert units(long.text) <= 3500


def test_of_a_long_digest_the_names_are_left_out_last() -> None:
    rolls = [waits(number, Waits.ROLL) for number in range(40)]
    lines = tuple(f"清单：逾期60项。{'长' * shown}" for shown in (3400, 3100, 0))
    text = digest([state(1, 3)], rolls, {}, Section(Part.LISTS, lines), theme=False).text
    assert "待点名：40项活动。" in text
    assert "清单：逾期60项。长" in text
    assert text.count(NAME) == 3
    many = digest([state(1, 200)], rolls, {}, Section(Part.LISTS, lines), theme=False).text
    assert "清单：逾期60项。\n" in many
    assert f"、{NAME}等200人）。" in many
    assert many.count(NAME) == 10


@pytest.mark.parametrize(
    ("states", "waiting", "theme", "text", "labels"),
    [
        ((), (), False, "下月主题：未录入。", ["学习安排"]),
        (
            (("第一党小组", 9, ("甲三", "甲七")), ("第二党小组", 7, ())),
            (),
            True,
            "第一党小组：应完成9人，未完成2人（甲三、甲七）。\n第二党小组：全部完成。\n下月主题：已录入。",
            ["一键提醒", "学习安排"],
        ),
        (
            (),
            (Waits.LEAVE, Waits.LEAVE, Waits.MAKEUP, Waits.PIECE, Waits.PIECE, Waits.PIECE, Waits.BINDING),
            True,
            "待您办理：请假待审批2人，补学待审核1份，心得待审阅3份，绑定申请1份。\n下月主题：已录入。",
            ["我的待办", "学习安排"],
        ),
        ((), (Waits.ROLL,), True, "待点名：7月7日7月主题党日。\n下月主题：已录入。", ["我的待办", "点名", "学习安排"]),
    ],
)
def test_a_digest_has_the_sections_that_have_content(
    states: tuple[tuple[str, int, tuple[str, ...]], ...],
    waiting: tuple[Waits, ...],
    theme: bool,
    text: str,
    labels: list[str],
) -> None:
    made = digest(
        [GroupState(*one) for one in states],
        [Waiting(kind, "", (), NOW, short="7月7日7月主题党日") for kind in waiting],
        {},
        theme=theme,
    )
    assert made.text == f"【25日摘要】\n{text}"
    assert [choice.label for row in made.rows for choice in row] == labels


@pytest.mark.parametrize(
    ("owed", "line"),
    [
        (
            Owing(1, "study:1", "《文件一》", "8月31日（含）前学完", NOW, ()),
            "《文件一》：请于8月31日（含）前学完。",
        ),
        (
            Owing(1, "study:1", "《文件一》", "8月31日（含）前学完", NOW, (), overdue=True),
            "《文件一》：应于8月31日（含）前学完，已逾期，仍可补交。",
        ),
        (
            Owing(1, "notice:1", "7月主题党日", "7月5日（周三）12:00前点“收到”或“请假”", NOW, ()),
            "7月主题党日：请于7月5日（周三）12:00前点“收到”或“请假”。",
        ),
        (
            Owing(1, "notice:1", "7月主题党日", "7月5日（周三）12:00前点“收到”", NOW, (), overdue=True, still="回复"),
            "7月主题党日：应于7月5日（周三）12:00前点“收到”，已逾期，仍可回复。",
        ),
        (
            Owing(1, "reflection:1", "心得体会", "8月31日（含）前重新提交心得", NOW, (), note="心得已退回，"),
            "心得体会：心得已退回，请于8月31日（含）前重新提交心得。",
        ),
    ],
)
def test_a_line_says_what_until_when_and_whether_it_is_late(owed: Owing, line: str) -> None:
    assert owed.line == line


def test_buttons_go_by_number_two_a_row() -> None:
    two, one = (Does("收到", messages.Snooze()), Does("请假", messages.Snooze())), (Does("学完", messages.Snooze()),)
    items = [Owing(1, "study:1", "《文件一》", "", NOW, one), Owing(1, "notice:1", "7月主题党日", "", NOW, two)]
    rows = [[choice.label for choice in row] for row in messages.nudge("甲三", items).rows]
    assert rows == [["学完第1项", "收到第2项"], ["请假第2项"], ["稍后提醒"]]


def test_what_waits_is_numbered_on_so_that_no_label_stands_twice() -> None:
    said = messages.mine([owing(1), owing(2)], [waits(1), waits(2, Waits.MAKEUP)])[-1]
    labels = [choice.label for row in said.rows for choice in row]
    assert labels[:4] == ["学完第1项", "请假第1项", "学完第2项", "请假第2项"]
    assert labels[4:] == ["批准第3项", "不批准第3项", "批准第4项", "不批准第4项"]
    assert "\n3. " in said.text
    assert "\n4. " in said.text


@pytest.mark.parametrize(
    ("kinds", "line"),
    [
        ({"study": 2}, "待完成：学习2项。"),
        ({"reminder": 1, "reflection": 1, "study": 2}, "待完成：学习2项、心得1项、节前提醒1项。"),
        ({"notice": 3, "makeup": 1}, "待完成：补学1项、通知3项。"),
    ],
)
def test_who_hears_of_names_hears_of_what(kinds: dict[str, int], line: str) -> None:
    states = [GroupState("第一党小组", 9, ("甲三",))]
    first = "第一党小组：应完成9人，未完成1人（甲三）。"
    assert digest_messages.own_groups(states, kinds).text == f"【本组未完成】{first}\n{line}"
    assert digest(states, [], kinds, theme=True).text == f"【25日摘要】\n{first}\n{line}\n下月主题：已录入。"


def test_every_door_leads_to_a_command() -> None:
    """The button that looks is one for a command that looks."""
    commands = {one.name: one for one in HANDLERS if isinstance(one, Command)}
    for choice in (messages.MINE, messages.PLAN, messages.ROLL, *digest_messages.digest_missed("2023-08").rows[0]):
        assert isinstance(choice.does, Open | Look)
        assert door(commands[choice.does.name]) == choice.does
    assert door(commands["people"]) == Look("people")


def test_toasts_fit() -> None:
    for toast in (
        messages.reminding(200, 200, 200),
        messages.snoozed("12月31日（周五）14:30"),
        messages.OUT_OF_HOURS,
        messages.snoozed_before("12月31日（周五）14:30"),
    ):
        assert units(toast) <= TOAST_LIMIT


def test_how_many_are_reminded_and_why_not_the_others() -> None:
    assert messages.reminding(3, 0, 0) == "正在提醒3人。"
    assert messages.reminding(1, 2, 0) == "正在提醒1人，2人今天已提醒过。"
    assert messages.reminding(0, 0, 1) == "1人未送达（未绑定或已停用），请另行通知。"
