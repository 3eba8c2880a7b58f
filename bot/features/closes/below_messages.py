"""Every word of 未定稿支部, of what its secretaries are asked, and of the line before the close day."""

from datetime import date, tzinfo
from typing import TYPE_CHECKING

from bot.features.closes import buttons
from bot.kit.doors import ShowReady, ShowTally
from bot.kit.lists import Page, filled, two_a_row
from bot.kit.owing import in_counts, numbered
from bot.kit.replies import Choice, Message, of_place
from bot.kit.words import moment_words, quarter_word, short_day
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import OrganisationKind

if TYPE_CHECKING:
    from bot.features.closes.below import Asked, Unclosed
    from bot.features.tally.committee import BranchCounts

ON_A_PAGE = 8
NOBODY = "下级还没有党支部。"
SETTLED = "该支部数据已定稿，无需提醒。"
NOT_ASKED = "没有提醒。"
READY = "准备情况"


def code(quarter: Quarter) -> str:
    return Period.of(quarter).code


def unclosed(found: "Unclosed") -> Message:
    """Who has not closed, what each still has to settle in counts, and a button that asks its secretary."""
    quarter = found.quarter
    head = f"【未定稿支部】{quarter.year}年{quarter_word(quarter.start)}"
    around = [
        Choice("上季度", buttons.ShowUnclosed(code(quarter.previous()), 0)),
        Choice("季度数据", ShowTally(code(quarter))),
    ]
    if not found.branches:
        return Message(f"{head}\n{NOBODY}", [around])
    if not found.many:
        rest = "其余均已定稿" if found.beside else "均已定稿"
        return Message(f"{head}\n共{found.branches}个党支部{found.beside}，{rest}。", [around])
    first = found.at * ON_A_PAGE + 1
    lines = numbered((_line(one, one.id in found.asked) for one in found.lines), first)
    asks = [
        Choice(f"提醒第{number}项", buttons.AskSecretary(code(quarter), one.id))
        for number, one in enumerate(found.lines, first)
        if one.id not in found.asked
    ]
    text = "\n".join([head, f"共{found.branches}个党支部{found.beside}，未定稿{found.many}个：", *lines])
    return Message(text, filled(*two_a_row(asks), _turn(found), around))


def _turn(found: "Unclosed") -> list[Choice]:
    page = Page(found.at, found.lines, (found.at + 1) * ON_A_PAGE < found.many)
    return page.turn(lambda to: buttons.ShowUnclosed(code(found.quarter), to))


def _line(one: "BranchCounts", asked: bool) -> str:
    """示范党支部（书记甲一）：待办理：请假待审批2人。今天已提醒。"""
    who = f"书记{one.secretary}" if one.secretary else "书记空缺"
    waits = in_counts(one.waits)
    has = "尚未统计" if one.kept is None else waits or "没有待办理的事项"
    return f"{one.name}（{who}）：{has}{'，今天已提醒' if asked else ''}。"


# --- one is asked ----------------------------------------------------------------------------------------------------


def day_of(at_once: bool) -> str:
    """Of which day's asking is spoken: 该支部今天已提醒过."""
    return "今天" if at_once else "当天"


def asking(found: "Asked") -> str:
    return f"正在提醒{found.branch}书记{found.secretary}同志。"


def will_ask(found: "Asked", tz: tzinfo) -> str:
    return f"将于{moment_words(found.when, tz)}提醒{found.branch}书记{found.secretary}同志。"


def ask_later(found: "Asked", quarter: Quarter, branch_id: int, tz: tzinfo) -> Message:
    yes, no = (buttons.AskSecretarySure(code(quarter), branch_id, sure) for sure in (1, 0))
    return Message(will_ask(found, tz), [[Choice("确认提醒", yes), Choice("不提醒", no)]])


def asked(above: OrganisationKind, quarter: Quarter, branch_id: int) -> Message:
    """What the secretary reads, in the place of the own branch."""
    who = "上级党委" if above is OrganisationKind.SUPERIOR_COMMITTEE else "上级党组织"
    text = f"{who}提醒：贵支部{quarter_word(quarter.start)}数据尚未定稿。"
    return of_place(Message(text, [[_ready(quarter)]]), branch_id)


def _ready(quarter: Quarter) -> Choice:
    return Choice(READY, ShowReady(code(quarter), 0))


# --- before the close day --------------------------------------------------------------------------------------------


def due(quarter: Quarter, last: date, waits: int, branch_id: int, closes: bool) -> Message:
    """第三季度统计10月10日截止，还有3项未完成。 `closes`: its reader is the secretary, who alone may close."""
    rest = f"还有{waits}项未完成" if waits else "数据尚未定稿"
    text = f"{quarter_word(quarter.start)}统计{short_day(last)}截止，{rest}。"
    close = [Choice("定稿", buttons.CloseQuarter(code(quarter), 0))] if closes else []
    return of_place(Message(text, [[_ready(quarter), *close]]), branch_id)
