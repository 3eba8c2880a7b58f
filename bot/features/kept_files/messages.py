"""A file as it is sent back, and what is said where there is none."""

from collections.abc import Sequence

from bot.features.kept_files.rules import Shown
from bot.kit.replies import Document, Message, Said
from bot.kit.words import cut

GONE, NONE_THERE = "没有找到这条登记的附件。", "没有找到这项活动的附件。"
LONGEST = 60


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
