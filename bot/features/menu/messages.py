"""Every word and button of 更多, 本组 and 帮助."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import door
from bot.kit.handlers import Command
from bot.kit.keyboard import Keys
from bot.kit.lists import two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.seats import Section

# So many functions are shown at once; more of them behind doors.
AT_ONCE = 14
MORE, GROUP = "请选择要办理的事项。", "【本组】请选择要办理的事项。"
NEW_KEYS = "下方按钮已更新。"

HELP = """【使用说明】
签到：活动开始前30分钟至活动结束，点“签到”，或扫会场的签到码。
请假：活动开始前点“请假”，选择公差、病假或事假。取消请假请发送“取消请假”。
我的待办：需要您办理的事项。心得和补学可以发送文字、语音、照片或文件。
我的记录：本人参加活动、学习和心得的情况。
通知请点“收到”，节前提醒请点“已阅”，也可以直接发送这两个字。
外出：发送“外出”，期间不发待办提醒。
办错了，10分钟内发送“撤销”。正在填写的内容不要了，点“取消”。
请勿上传涉密或标密级的文件。"""
HELP_BELOW = """【使用说明】
季度数据：下级各党支部的数据，可导出表格。"""


@dataclass(frozen=True)
class OpenSection(Button):
    """A door of 更多; 0: all of them."""

    prefix: ClassVar[str] = "mq"
    section: int


def more(found: Mapping[Section, Sequence[Command]], latest: str = "") -> Message:
    """All functions, or where those are many the doors, the one used last before them."""
    functions = [one for commands in found.values() for one in commands]
    if len(functions) <= AT_ONCE:
        return Message(MORE, two_a_row([_function(one) for one in functions]))
    used = [[_function(one)] for one in functions if one.name == latest]
    doors = [Choice(each.title, OpenSection(each)) for each in found if each.title]
    loose = [_function(one) for each, commands in found.items() if not each.title for one in commands]
    return Message(MORE, [*used, *two_a_row([*doors, *loose])])


def section(which: Section, commands: Sequence[Command]) -> Message:
    functions = two_a_row([_function(one) for one in commands])
    return Message(f"【{which.title}】请选择要办理的事项。", [*functions, [Choice("更多", OpenSection(0))]])


def of_group(commands: Sequence[Command]) -> Message:
    return Message(GROUP, two_a_row([Choice(one.group_label or one.menu, door(one)) for one in commands]))


def _function(command: Command) -> Choice:
    return Choice(command.menu, door(command))


def help_page(lines: Sequence[str], keyboard: Keys, *, below: bool) -> Message:
    """What is for everybody, then a line for each key of an office."""
    return Message("\n".join([HELP_BELOW if below else HELP, *lines]), keyboard=keyboard)
