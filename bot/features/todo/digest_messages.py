"""Every word of the digests."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.features.todo.messages import MINE, MINUTES, PLAN, REMIND_ALL, ROLL
from bot.features.todo.service import GroupState
from bot.kit.digest import Part, Section, fitted
from bot.kit.doors import Look
from bot.kit.owing import Waiting, Waits, counted
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, short_day, units

# What is owed, by the first part of its key, as it is counted in the digest.
KINDS = (
    ("study", "学习"),
    ("reflection", "心得"),
    ("self_check", "自查表"),
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


def of_week(week: date, sections: Sequence[Section]) -> Message:
    """【本周摘要】7月10日至7月16日, of the week that begins on this Monday, to the secretary."""
    title = f"【本周摘要】{short_day(week)}至{short_day(week + timedelta(days=6))}"
    return fitted(title, sections, LONGEST_DIGEST)


def of_25th(sections: Sequence[Section]) -> Message:
    """【25日摘要】 to the secretary."""
    return fitted("【25日摘要】", sections, LONGEST_DIGEST)


def unfinished(states: Sequence[GroupState], kinds: Mapping[str, int]) -> list[Section]:
    """Who of each party group has not finished, and what; nothing when everybody has."""
    if not states:
        return []
    texts = tuple(
        "\n".join(_state(state, len(state.owing) if shown is None else shown) for state in states)
        for shown in (None, SHOWN_NAMES, 0)
    )
    what = [Section(Part.KINDS, (said,)) for said in (_kinds(kinds),) if said]
    return [Section(Part.UNFINISHED, texts, (REMIND_ALL,), named=True), *what]


def waiting(waits: Sequence[Waiting]) -> list[Section]:
    """待您办理：请假待审批2人，补学待审核1份。 待点名：7月7日7月主题党日。 会议记录待交1份。"""
    counts, rolls = counted(waits, Waits.ROLL, Waits.MINUTES), [one.short for one in waits if one.kind is Waits.ROLL]
    minutes = counted([one for one in waits if one.kind is Waits.MINUTES])
    named = (f"待点名：{'、'.join(rolls)}。", f"待点名：{len(rolls)}项活动。")
    return [
        *([Section(Part.WAITS, (f"待您办理：{counts}。",), (MINE,))] if counts else []),
        *([Section(Part.ROLLS, named, (MINE, ROLL))] if rolls else []),
        *([Section(Part.MINUTES, (f"{minutes}。",), (MINUTES,))] if minutes else []),
    ]


def last_week(counts: Mapping[str, int], lost: int) -> list[Section]:
    """上周发送：通知2次，学习提示1次，未送达2人。 counts: how often, by word; lost: how many people did not get all."""
    said = [*(f"{word}{number}次" for word, number in counts.items()), *([f"未送达{lost}人"] if lost else [])]
    return [Section(Part.SENT, (f"上周发送：{'，'.join(said)}。",))] if counts else []


def next_theme(*, entered: bool) -> Section:
    """Whether next month's theme is entered."""
    return Section(Part.THEME, (f"下月主题：{'已录入' if entered else '未录入'}。",), (PLAN,))


def _kinds(kinds: Mapping[str, int]) -> str:
    """待完成：学习2项、心得1项、节前提醒1项。 Of what the names above have something left."""
    said = "、".join(f"{word}{kinds[kind]}项" for kind, word in KINDS if kinds.get(kind))
    return f"待完成：{said}。" if said else ""


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
