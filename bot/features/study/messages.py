"""Every word and button that members see of study; the desk's are in plan_messages.py."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.features.study import rules
from bot.features.study.buttons import (
    Done,
    OpenItem,
    Origin,
    UndoDone,
)
from bot.kit.glossary.choices import STUDY_KINDS
from bot.kit.lists import two_a_row
from bot.kit.replies import PAGE, Choice, Document, Message, Rows
from bot.kit.words import by_day, cut, not_counted, quarter_word, quoted, short_day
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

NOTHING_OPEN, NONE_YET = "本月学习内容已全部完成。", "本月还没有布置学习内容。"
SHOWN, LONGEST = 15, 58


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as one person sees it, with the own completion. closed: its quarter takes nothing more."""

    item: StudyItem
    done: StudyCompletion | None = None
    closed: bool = False


def month_word(month: str) -> str:
    """8月"""
    return f"{rules.first_day(month).month}月"


def prompt(
    theme: MonthlyTheme, seen: Sequence[Seen], undo: StudyCompletion | None = None, place: Origin = Origin.PROMPT
) -> Message:
    """【8月学习】: the month's one message, and the same card again with what its owner has done."""
    lines = [f"【{month_word(theme.month)}学习】主题：{theme.title}"]
    lines += [theme.prompt] if theme.prompt else []
    lines.append(_what([one.item for one in seen]))
    apart = len({one.item.due_on for one in seen}) > 1
    lines += [_numbered(number, one, apart) for number, one in enumerate(seen, 1)]
    return Message(cut("\n".join(lines), PAGE), _rows(seen, place, undo))


def _what(items: Sequence[StudyItem]) -> str:
    """本月书目1项、文件2项，请于8月31日（含）前完成。"""
    if not items:
        return "本月书目和文件另行通知。"
    counts = Counter(item.kind for item in items)
    what = "、".join(f"{word}{counts[kind]}项" for kind, word in STUDY_KINDS.items() if counts[kind])
    due = {item.due_on for item in items}
    when = f"请于{by_day(due.pop())}完成" if len(due) == 1 else "请按下列日期完成"
    return f"本月{what}，{when}。"


def _numbered(number: int, one: Seen, dated: bool = True) -> str:
    """A line with its state, else until when, where that is not said of all of them."""
    state = done_word(one) or (by_day(one.item.due_on) if dated else "")
    return "：".join(filter(None, [f"{number}. {quoted(one.item.title)}", state]))


def done_word(one: Seen) -> str:
    """已学完（8月15日）, 逾期完成（9月5日）"""
    if one.done is None:
        return ""
    word = "逾期完成" if rules.is_late(one.done.completed_on, one.item.due_on) else "已学完"
    return f"{word}（{short_day(one.done.completed_on)}）"


def _rows(seen: Sequence[Seen], place: Origin, undo: StudyCompletion | None) -> Rows:
    """打开第1项 and 学完第1项 for each item that is open; 撤销第1项 for the step just taken."""
    rows = []
    for number, one in enumerate(seen[:SHOWN], 1):
        mark = f"第{number}项"
        if one.done is None:
            rows.append([Choice(f"打开{mark}", OpenItem(one.item.id)), Choice(f"学完{mark}", Done(one.item.id, place))])
        elif undo is not None and one.done.id == undo.id:
            rows.append([Choice(f"撤销{mark}", UndoDone(undo.id, place))])
    return rows


def item_card(one: Seen, undo: StudyCompletion | None = None) -> Message:
    """One item by itself: opened, or added after the month's prompt."""
    item = one.item
    lines = [f"【学习{STUDY_KINDS[item.kind]}】{quoted(item.title)}", f"请于{by_day(item.due_on)}完成。"]
    if one.done is not None:
        rows = [[Choice("撤销", UndoDone(one.done.id, Origin.ITEM))]] if undo is not None else []
        return Message("\n".join([lines[0], done_word(one)]), rows)
    opens = [Choice("打开", OpenItem(item.id))] if item.files else []
    return Message("\n".join(lines), [[*opens, Choice("已学完", Done(item.id, Origin.ITEM))]])


def attached(item: StudyItem) -> list[Document]:
    """The files of an item, by Telegram's own ids."""
    return [_document(item, file) for file in item.files]


def _document(item: StudyItem, file: dict[str, Any]) -> Document:
    name = file.get("name") or item.title
    return Document(name, file_id=file["file_id"], caption=quoted(item.title), picture=file["kind"] == "photo")


def my_study(seen: Sequence[Seen], today: date, undo: StudyCompletion | None = None) -> Message:
    """我的学习: what is open first, with its buttons, then what was done, and what its quarter takes no more."""
    just = undo.id if undo is not None else None
    waiting = [one for one in seen if (not one.closed if one.done is None else one.done.id == just)]
    left = sum(one.done is None for one in waiting)
    given = any(one.item.assigned_on >= today.replace(day=1) for one in seen)
    lines = ["【我的学习】" + (f"未完成{left}项。" if left else NOTHING_OPEN if given else NONE_YET)]
    lines += [_numbered(number, one) for number, one in enumerate(waiting[:SHOWN], 1)]
    done = [one for one in seen if one.done is not None and one not in waiting]
    lines += ["已完成：", *(f"· {quoted(one.item.title)}：{done_word(one)}" for one in done[-SHOWN:])] if done else []
    lines += _over([one.item for one in seen if one.done is None and one.closed])
    return Message(cut("\n".join(lines), PAGE), _rows(waiting[:SHOWN], Origin.LIST, undo))


def _over(items: Sequence[StudyItem]) -> list[str]:
    """第三季度统计已截止，以下2项不再统计：…… They stand in no other list any more."""
    if not items:
        return []
    said = f"{quarter_word(items[-1].assigned_on)}统计已截止，以下{len(items)}项不再统计："
    return [said, *(f"· {quoted(item.title)}" for item in items[-SHOWN:])]


def which_one(seen: Sequence[Seen]) -> Message:
    """学完了, when it could mean several."""
    lines = [_numbered(number, one) for number, one in enumerate(seen[:SHOWN], 1)]
    taps = [Choice(f"学完第{at}项", Done(one.item.id, Origin.ITEM)) for at, one in enumerate(seen[:SHOWN], 1)]
    return Message(cut("\n".join(["请选择已学完的内容。", *lines]), PAGE), two_a_row(taps))


def completed(item: StudyItem, row: StudyCompletion, again: bool, counts: bool) -> str:
    """The one line that every tap gets."""
    title = quoted(item.title, LONGEST)
    if again:
        return f"您已学完{title}。"
    late = "（逾期完成）" if rules.is_late(row.completed_on, item.due_on) else ""
    closed = "" if counts else not_counted(item.assigned_on)
    return f"已学完{late}：{title}。{closed}"


def just_completed(line: str, row: StudyCompletion) -> Message:
    """The answer below a list whose other buttons are still needed."""
    return Message(line, [[Choice("撤销", UndoDone(row.id, Origin.ITEM))]])
