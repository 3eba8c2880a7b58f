"""Every word and button of 学习安排, and what the secretary is told of the month's prompt."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, tzinfo

from bot.features.study.buttons import AddItem, EditTheme, Field, OpenMonth, SendNow, SetPrompt, WithdrawItem
from bot.features.study.messages import SHOWN, month_word
from bot.kit.broadcasts import Correct
from bot.kit.glossary.choices import STUDY_KINDS
from bot.kit.lists import filled, really, two_a_row
from bot.kit.replies import PAGE, Choice, Message, Rows
from bot.kit.words import by_day, cut, day_words, moment_words, quoted, short_day
from storage.choices import StudyItemKind
from storage.models.study import MonthlyTheme, StudyItem


def choose_month(months: Iterable[tuple[str, MonthlyTheme | None]], on: bool) -> Message:
    """学习安排: the months, and whether the prompt goes by itself."""
    how = "学习提示已开启，每月第一个工作日9:00自动发送。" if on else "学习提示已关闭，不自动发送。"
    rows = [[Choice(_month_label(*each), OpenMonth(each[0]))] for each in months]
    switch = Choice(f"{'关闭' if on else '开启'}学习提示", SetPrompt(int(not on), 0))
    return Message(f"【学习安排】请选择月份。\n{how}", [*rows, [switch]])


def _month_label(month: str, theme: MonthlyTheme | None) -> str:
    state = "未录入" if theme is None else "已发送" if theme.prompt_sent_on else "已录入"
    return f"{month_word(month)}：{state}"


def sure_to_switch_on(late: Sequence[tuple[str, datetime]], people: int, tz: tzinfo) -> Message:
    """Asked where something goes by it whose time was over."""
    goes = "；".join(f"{month_word(month)}学习提示将于{moment_words(when, tz)}发送给{people}人" for month, when in late)
    return really(
        f"【学习安排】开启后，{goes}。确认开启吗？",
        Choice("确认开启", SetPrompt(1, 1)),
        Choice("不开启", SetPrompt(0, 1)),
    )


def sure_to_switch_off(themes: Sequence[MonthlyTheme]) -> Message:
    """Asked where there is something that would not go."""
    months = "、".join(month_word(theme.month) for theme in themes)
    return really(
        f"【学习安排】{months}学习主题已录入，关闭后学习提示不自动发送。确认关闭吗？",
        Choice("确认关闭", SetPrompt(0, 1)),
        Choice("不关闭", SetPrompt(1, 1)),
    )


def ask_title(month: str) -> str:
    return f"【{month_word(month)}学习安排】请发送{month_word(month)}学习主题。"


def plan(
    theme: MonthlyTheme,
    items: Sequence[StudyItem],
    goes_at: datetime | None,
    tz: tzinfo,
    apart: Collection[int] = (),
    on: bool = True,
) -> Message:
    """The plan of a month: everything entered so far, and the buttons to go on. `goes_at`: None needs a hand.

    apart: items that went out by themselves and may be corrected by themselves. on: whether the prompt goes by itself.
    """
    lines = [f"【{month_word(theme.month)}学习安排】主题：{theme.title}"]
    lines += [f"提示语：{theme.prompt}"] if theme.prompt else []
    lines += [_planned(number, item) for number, item in enumerate(items, 1)]
    lines += [] if items else ["还没有书目和文件。"]
    lines.append(_sending(theme, goes_at, tz, on))
    return Message(cut("\n".join(lines), PAGE), _plan_rows(theme, items, goes_at, apart))


def _planned(number: int, item: StudyItem) -> str:
    file = "，有附件" if item.files else ""
    return f"{number}. {STUDY_KINDS[item.kind]}{quoted(item.title)}：{by_day(item.due_on)}{file}"


def _sending(theme: MonthlyTheme, goes_at: datetime | None, tz: tzinfo, on: bool) -> str:
    if theme.prompt_sent_on is not None:
        return f"学习提示已于{short_day(theme.prompt_sent_on)}发送，新加的内容保存后立即发送。"
    if goes_at is None:
        why = "已过自动发送的时间" if on else "学习提示已关闭，不自动发送"
        return f"{why}，需要发送请点“立即发送”。"
    return f"将于{moment_words(goes_at, tz)}自动发送。"


def _plan_rows(
    theme: MonthlyTheme, items: Sequence[StudyItem], goes_at: datetime | None, apart: Collection[int]
) -> Rows:
    waiting = theme.prompt_sent_on is None
    rows = [
        [Choice("改主题", EditTheme(theme.id, Field.TITLE)), Choice("改提示语", EditTheme(theme.id, Field.PROMPT))]
        if waiting
        else [],
        [Choice(f"加{word}", AddItem(theme.id, kind)) for kind, word in STUDY_KINDS.items()],
    ]
    taps = []
    for number, item in enumerate(items[:SHOWN], 1):
        taps.append(Choice(f"撤回第{number}项", WithdrawItem(item.id, 0)))
        taps += [Choice(f"修改第{number}项", Correct("study_item", item.id))] if item.id in apart else []
    rows += two_a_row(taps)
    rows += [[Choice("预览", EditTheme(theme.id, Field.TRY))]] if waiting else []
    rows += [[Choice("立即发送", SendNow(theme.id, 0))]] if waiting and goes_at is None else []
    return filled(*rows)


def ask_field(theme: MonthlyTheme, field: Field) -> str:
    what = "新的学习主题" if field is Field.TITLE else "提示语，随学习主题一起发送"
    return f"【{month_word(theme.month)}学习安排】请发送{what}。"


def ask_item(theme: MonthlyTheme, kind: StudyItemKind) -> str:
    return f"【{month_word(theme.month)}学习安排】请发送{STUDY_KINDS[kind]}名称，也可以直接发送文件或照片。"


def item_draft(kind: StudyItemKind, title: str, due_on: date, has_file: bool, at_once: bool) -> str:
    """What is about to be entered; a file may still be sent."""
    lines = [
        f"【加{STUDY_KINDS[kind]}】{quoted(title)}",
        f"截止日期：{day_words(due_on)}",
        "附件：已收到" if has_file else "附件：无，需要时请直接发送文件或照片",
    ]
    lines += ["保存后立即发送给应学习的党员。"] if at_once else []
    return "\n".join(lines)


def sure_to_withdraw(item: StudyItem, theme: MonthlyTheme) -> Message:
    return really(
        f"确认撤回{quoted(item.title)}吗？撤回后不再统计。",
        Choice("确认撤回", WithdrawItem(item.id, 1)),
        Choice("不撤回", OpenMonth(theme.month)),
    )


def sure_to_send(theme: MonthlyTheme) -> Message:
    return really(
        f"【{month_word(theme.month)}学习安排】还没有书目和文件，确认只发送主题吗？",
        Choice("确认发送", SendNow(theme.id, 1)),
        Choice("不发送", OpenMonth(theme.month)),
    )


def no_theme(month: str, goes: bool) -> Message:
    """To the secretary, once, when the prompt would have gone; `goes`: it still does by itself."""
    then = "，录入后自动发送。" if goes else "。"
    return Message(f"{month_word(month)}学习主题还没有录入{then}", [[Choice("学习安排", OpenMonth(month))]])


def prompt_missed(month: str) -> Message:
    """To the secretary, when the bot was away for the whole grace."""
    said = f"{month_word(month)}学习提示没有按时发送，请用其他方式通知。补发请点“学习安排”，再点“立即发送”。"
    return Message(said, [[Choice("学习安排", OpenMonth(month))]])
