"""Every word of the digests."""

from collections.abc import Mapping, Sequence

from bot.features.todo.messages import LISTS, MINE, PLAN, REMIND_ALL, ROLL
from bot.features.todo.service import GroupState
from bot.kit.doors import Look
from bot.kit.lists import filled, two_a_row
from bot.kit.owing import Waiting, Waits, counted
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, units

# What is owed, by the first part of its key, as it is counted in the digest.
KINDS = (
    ("study", "学习"),
    ("reflection", "心得"),
    ("makeup", "补学"),
    ("reminder", "节前提醒"),
    ("notice", "通知"),
)
# In UTF-16 units; names are what is left out last.
LONGEST_DIGEST, SHOWN_NAMES = 3500, 10


def own_groups(states: Sequence[GroupState], kinds: Mapping[str, int]) -> Message:
    """【本组未完成】第一党小组：应完成9人，未完成2人（甲三、甲七）。 To a leader, of the own groups."""
    left, what = [state for state in states if state.owing], filter(None, [_kinds(kinds)])
    text = "【本组未完成】" + "\n".join([*(_state(state, len(state.owing)) for state in left), *what])
    if units(text) > LONGEST_DIGEST:
        text = "【本组未完成】" + "\n".join([*filter(None, [_kinds(kinds)]), *(_state(state, 0) for state in left)])
    return Message(cut(text, LONGEST_DIGEST), [[REMIND_ALL]])


def digest(
    states: Sequence[GroupState],
    waits: Sequence[Waiting],
    kinds: Mapping[str, int],
    *,
    theme: bool,
    due: tuple[int, int] = (0, 0),
) -> Message:
    """【25日摘要】 to the secretary; sections without content are left out.

    theme: next month's is entered. due: how much of the register is overdue, and due within the week.
    """
    rolls = [one.short for one in waits if one.kind is Waits.ROLL]
    choices = [
        *([REMIND_ALL] if states else []),
        *([MINE] if waits else []),
        *([ROLL] if rolls else []),
        *([LISTS] if any(due) else []),
        PLAN,
    ]
    # What is said in fewer words where it is too long, the names last.
    for rolls_shown, names_shown in ((len(rolls), None), (0, None), (0, SHOWN_NAMES), (0, 0)):
        groups = (_state(state, len(state.owing) if names_shown is None else names_shown) for state in states)
        parts = [
            *groups,
            _kinds(kinds),
            _counts(waits),
            _rolls(rolls, rolls_shown),
            _due(*due),
            f"下月主题：{'已录入' if theme else '未录入'}。",
        ]
        text = "\n".join(["【25日摘要】", *filter(None, parts)])
        if units(text) <= LONGEST_DIGEST:
            break
    return Message(cut(text, LONGEST_DIGEST), filled(*two_a_row(choices)))


def _kinds(kinds: Mapping[str, int]) -> str:
    """待完成：学习2项、心得1项、节前提醒1项。 Of what the names above have something left."""
    said = "、".join(f"{word}{kinds[kind]}项" for kind, word in KINDS if kinds.get(kind))
    return f"待完成：{said}。" if said else ""


def _counts(waits: Sequence[Waiting]) -> str:
    """待您办理：请假待审批2人，补学待审核1份。 The rolls have a line of their own."""
    said = counted(waits, Waits.ROLL)
    return f"待您办理：{said}。" if said else ""


def _rolls(rolls: Sequence[str], shown: int) -> str:
    """待点名：7月7日7月主题党日。"""
    if not rolls:
        return ""
    return f"待点名：{'、'.join(rolls) if shown else f'{len(rolls)}项活动'}。"


def _due(overdue: int, soon: int) -> str:
    """清单：逾期2项，7日内到期3项。"""
    said = [*([f"逾期{overdue}项"] if overdue else []), *([f"7日内到期{soon}项"] if soon else [])]
    return f"清单：{'，'.join(said)}。" if said else ""


def _state(state: GroupState, shown: int) -> str:
    """第一党小组：应完成9人，未完成2人（甲三、甲七）。 `shown`: how many are named."""
    if not state.owing:
        return f"{state.name}：全部完成。"
    names = "、".join(state.owing[:shown]) + (f"等{len(state.owing)}人" if shown < len(state.owing) else "")
    who = f"（{names}）" if shown else ""
    return f"{state.name}：应完成{state.expected}人，未完成{len(state.owing)}人{who}。"


def digest_missed(month: str) -> Message:
    """To the secretary; `month` is YYYY-MM."""
    text = f"{int(month[5:])}月25日摘要没有按时发送，请点“未完成名单”和“我的待办”查看。"
    return Message(text, [[Choice("未完成名单", Look("todo")), MINE]])
