"""Everything said about what is owed fits into Telegram, for the longest names and lists."""

from datetime import UTC, datetime

from bot.features.todo import messages
from bot.features.todo.service import GroupState
from bot.kit.owing import Owing
from bot.kit.replies import TEXT_LIMIT, TOAST_LIMIT, Choice, Message
from bot.kit.words import units
from storage.roster import Member

NOW = datetime(2023, 12, 1, 1, tzinfo=UTC)
NAME = "买买提·<b>😀" * 5
BIG = 2**53 - 1


def owing(number: int) -> Owing:
    return Owing(
        BIG, f"study:{number}", "《" + "😀" * 300 + "》，12月31日截止", NOW, Choice("已学完 《😀》", messages.Snooze())
    )


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
    assert "另有190项，请发送“我还欠什么”。" in messages.nudge(NAME, many).text
    mine = messages.mine(many)
    assert all(fits(message) for message in mine)
    assert sum(message.text.count("· ") for message in mine) == 200
    listed = messages.unfinished([(item, member(number)) for item in many[:20] for number in range(200)])
    assert all(fits(message) for message in listed)
    assert sum(message.text.count("买买提") for message in listed) >= 20 * 200 * 4
    assert [bool(message.rows) for message in listed[-2:]] == [False, True]


def test_a_digest_that_is_too_long_leaves_the_names_to_the_list() -> None:
    short = messages.digest([state(1, 2), state(2, 0)], whole=True)
    assert NAME in short.text
    assert "已全部完成" in short.text
    for states in ([state(1, 400)], [state(number, 40) for number in range(200)]):
        long = messages.digest(states, whole=True)
        assert fits(long)
        assert NAME not in long.text
        assert long.text.endswith("名单请发送“未完成名单”查看。")


def test_toasts_fit() -> None:
    for toast in (messages.reminding(200, 200, 200), messages.snoozed("12月31日（周五）14:30"), messages.OUT_OF_HOURS):
        assert units(toast) <= TOAST_LIMIT


def test_how_many_are_reminded_and_why_not_the_others() -> None:
    assert messages.reminding(3, 0, 0) == "正在提醒3人。"
    assert messages.reminding(1, 2, 0) == "正在提醒1人，2人今天已提醒过。"
    assert messages.reminding(0, 0, 1) == "正在提醒0人，1人无法送达（未绑定或已停用），请另行通知。"
