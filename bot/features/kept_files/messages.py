"""A file as it is sent back, and what is said where there is none."""

from collections.abc import Sequence

from bot.features.kept_files import buttons
from bot.features.kept_files.rules import Shown
from bot.kit.doors import OpenFiles, ShowActivityFiles
from bot.kit.glossary.choices import ACTIVITY_FILE_ROLES
from bot.kit.lists import filled, really, two_a_row
from bot.kit.replies import Choice, Document, Message, Said
from bot.kit.words import cut
from storage.choices import ActivityFileRole
from storage.file_holders import name_of
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile

GONE, NONE_THERE = "没有找到这条登记的附件。", "没有找到这项活动的附件。"
LONGEST = 60
NOT_BEGUN = "活动开始后才能添加签到表和活动照片。"
NO_NOTICE = "活动已开始或不征求回复，不能再添加通知附件。"
ONLY_FILES = "请发送照片或文件；添加完毕请点“取消”退出。"
# So many of them can be taken out from the page.
MOST_SHOWN, LONGEST_LABEL = 10, 16


def sent(shown: Sequence[Shown]) -> list[Said]:
    """Each by Telegram's own id, the cheapest, else by its bytes; what nobody has is named."""
    lacking = [one.name for one in shown if not one.there]
    found: list[Said] = [
        Document(one.name, file_id=one.file_id, kind=one.kind, stored=one.stored) for one in shown if one.there
    ]
    return [*found, *([Message(_not_there(lacking))] if lacking else [])]


def _not_there(names: Sequence[str]) -> str:
    listed = "、".join(f"“{cut(name, LONGEST)}”" for name in names)
    return f"以下附件未随附，无法查看：{listed}。请联系支部书记。"


# --- of an activity --------------------------------------------------------------------------------------------------


def of_activity(
    activity: Activity,
    files: Sequence[ActivityFile],
    open_: Sequence[ActivityFileRole],
    removable: Sequence[ActivityFile],
) -> Message:
    """【附件】7月主题党日 / 签到表：1个（签到表.jpg）; what there is to see, to add, to take out."""
    roles = [role for role in ActivityFileRole if any(one.role is role for one in files)]
    lines = [f"{ACTIVITY_FILE_ROLES[role]}：{_named(files, role)}" for role in roles] or ["还没有附件。"]
    see = [Choice(f"查看{ACTIVITY_FILE_ROLES[role]}", ShowActivityFiles(activity.id, role.value, "")) for role in roles]
    add = [Choice(f"添加{ACTIVITY_FILE_ROLES[role]}", buttons.AddFiles(activity.id, role)) for role in open_]
    gone = [
        Choice(f"移除{cut(_name(one), LONGEST_LABEL)}", buttons.DropFile(one.id, 0)) for one in removable[-MOST_SHOWN:]
    ]
    rows = filled(*two_a_row(see), *two_a_row(add), *([one] for one in gone))
    return Message("\n".join([f"【附件】{activity.title}", *lines]), rows)


def _named(files: Sequence[ActivityFile], role: ActivityFileRole) -> str:
    names = [_name(one) for one in files if one.role is role]
    return f"{len(names)}个（{'、'.join(cut(name, LONGEST) for name in names)}）"


def _name(one: ActivityFile) -> str:
    return name_of(one.file)


def ask(activity: Activity, role: ActivityFileRole) -> str:
    sent = "，添加后发到通知下方" if role is ActivityFileRole.NOTICE else ""
    what = f"{ACTIVITY_FILE_ROLES[role]}（照片或文件，可以连续发送）"
    return f"{activity.title}：请发送{what}{sent}。添加完毕请点“取消”退出。"


def added(activity: Activity, role: ActivityFileRole, many: int) -> str:
    return f"{activity.title}：已保存，{ACTIVITY_FILE_ROLES[role]}共{many}个。可以继续发送；添加完毕请点“取消”退出。"


def really_drop(row: ActivityFile) -> Message:
    return really(
        f"确认移除“{cut(_name(row), LONGEST)}”吗？",
        Choice("确认移除", buttons.DropFile(row.id, 1)),
        Choice("不移除", OpenFiles(row.activity_id)),
    )
