"""Every word and button of 学习安排, and what the secretary is told of the month's prompt."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, tzinfo

from bot.features.study.buttons import AddItem, EditTheme, Field, OpenMonth, SendNow, WithdrawItem
from bot.features.study.messages import SHOWN, month_word
from bot.kit.broadcasts import Correct
from bot.kit.glossary.choices import STUDY_KINDS
from bot.kit.lists import filled, really, two_a_row
from bot.kit.replies import PAGE, Choice, Message, Rows
from bot.kit.words import cut, day_words, moment_words, quoted, short_day
from storage.choices import StudyItemKind
from storage.models.study import MonthlyTheme, StudyItem


def choose_month(months: Iterable[tuple[str, MonthlyTheme | None]]) -> Message:
    return Message("【学习安排】请选择月份。", [[Choice(_month_label(*each), OpenMonth(each[0]))] for each in months])


def _month_label(month: str, theme: MonthlyTheme | None) -> str:
    state = "未安排" if theme is None else "已发送" if theme.prompt_sent_on else "已安排"
    return f"{month_word(month)} {state}"


def ask_title(month: str) -> str:
    return f"【{month_word(month)}学习安排】请发送本月学习主题。不办了请发“取消”。"


def plan(
    theme: MonthlyTheme, items: Sequence[StudyItem], goes_at: datetime | None, tz: tzinfo, apart: Collection[int] = ()
) -> Message:
    """The plan of a month: everything entered so far, and the buttons to go on. `goes_at`: None needs a hand.

    apart: items that went out by themselves and may be corrected by themselves.
    """
    lines = [f"【{month_word(theme.month)}学习安排】主题：{theme.title}"]
    lines += [f"提示语：{theme.prompt}"] if theme.prompt else []
    lines += [_planned(number, item) for number, item in enumerate(items, 1)]
    lines += [] if items else ["尚无书目和文件。"]
    lines.append(_sending(theme, goes_at, tz))
    return Message(cut("\n".join(lines), PAGE), _plan_rows(theme, items, goes_at, apart))


def _planned(number: int, item: StudyItem) -> str:
    file = "，有附件" if item.files else ""
    return f"{number}. {quoted(item.title)}（{STUDY_KINDS[item.kind]}，{short_day(item.due_on)}前{file}）"


def _sending(theme: MonthlyTheme, goes_at: datetime | None, tz: tzinfo) -> str:
    if theme.prompt_sent_on is not None:
        return f"已于{short_day(theme.prompt_sent_on)}发送；新加的内容即时发送。"
    if goes_at is None:
        return "发送时限已过，请点“立即发送”。"
    return f"将于{moment_words(goes_at, tz)}发送。"


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
        taps.append(Choice(f"撤回 {number}", WithdrawItem(item.id, 0)))
        taps += [Choice(f"更正 {number}", Correct("study_item", item.id))] if item.id in apart else []
    rows += two_a_row(taps)
    rows += [[Choice("发给自己看看", EditTheme(theme.id, Field.TRY))]] if waiting else []
    rows += [[Choice("立即发送", SendNow(theme.id, 0))]] if waiting and goes_at is None else []
    return filled(*rows)


def ask_field(theme: MonthlyTheme, field: Field) -> str:
    what = "新的学习主题" if field is Field.TITLE else "学习提示语（一段文字，随主题一起发送）"
    return f"【{month_word(theme.month)}学习安排】请发送{what}。不改了请发“取消”。"


def ask_item(theme: MonthlyTheme, kind: StudyItemKind) -> str:
    return f"【{month_word(theme.month)}学习安排】请发送{STUDY_KINDS[kind]}名称，也可以直接发送文件。不加了请发“取消”。"


def item_draft(kind: StudyItemKind, title: str, due_on: date, has_file: bool, at_once: bool) -> str:
    """What is about to be entered; a file may still be sent."""
    lines = [
        f"【加{STUDY_KINDS[kind]}】{quoted(title)}",
        f"完成时限：{day_words(due_on)}",
        "附件：已收到" if has_file else "附件：无（需要时请直接发送）",
    ]
    lines += ["保存后立即发给全体应学党员。"] if at_once else []
    return "\n".join(lines)


def sure_to_withdraw(item: StudyItem, theme: MonthlyTheme) -> Message:
    return really(
        f"确定撤回{quoted(item.title)}吗？撤回后不再统计。",
        Choice("确定撤回", WithdrawItem(item.id, 1)),
        Choice("不撤回", OpenMonth(theme.month)),
    )


def sure_to_send(theme: MonthlyTheme) -> Message:
    return really(
        f"【{month_word(theme.month)}学习安排】尚无书目和文件，确定只发主题吗？",
        Choice("确定发送", SendNow(theme.id, 1)),
        Choice("先不发送", OpenMonth(theme.month)),
    )


def no_theme(month: str) -> Message:
    """To the secretary, once, when the prompt would have gone."""
    word = month_word(month)
    return Message(f"{word}尚未安排学习主题，学习提示没有发送。", [[Choice(f"安排{word}学习", OpenMonth(month))]])


def prompt_missed(month: str) -> Message:
    """To the secretary, when the bot was away for the whole grace."""
    word = month_word(month)
    return Message(f"{word}学习提示没有按时发送，请用其他方式通知。", [[Choice(f"{word}学习安排", OpenMonth(month))]])
