"""Every word of 查找."""

from collections.abc import Iterator, Sequence
from datetime import date, tzinfo

from bot.features.finding.service import MOST, Found
from bot.features.register.rules import View, line_of
from bot.features.register.values import Called
from bot.features.tally.looking import Known
from bot.kit.buttons import Button
from bot.kit.doors import Open, OpenActivity, OpenEntry, ShowRecord
from bot.kit.glossary.choices import ACTIVITY_STATES
from bot.kit.lists import two_a_row
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut, short_day
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import OFF
from storage.models.activity import Activity

COMMAND = "find"
ASKS = "请发送要查找的内容，例如姓名、单位、地点或题目。"
LONGEST, LONGEST_LINE = 60, 200
OTHERS = Choice("查找其他", Open(COMMAND))

Line = tuple[str, Button | None]


def page(words: str, found: Found, today: date, tz: tzinfo) -> Message:
    """People, activities and entries, each in a line that its number opens."""
    period = Period.of(Quarter.of(today))
    parts = [
        ("人员", [_person(one, period) for one in found.people]),
        ("活动", [_activity(one, one.id in found.opens, today, tz) for one in found.activities]),
        ("登记", [_entry(one, found.called) for one in found.entries]),
    ]
    shown = cut(words, LONGEST)
    if not any(lines for _, lines in parts):
        return Message(f"没有找到含“{shown}”的内容。", [[OTHERS]])
    texts, taps = [f"【查找】{shown}"], []
    for text, choice in _numbered(parts):
        texts.append(text)
        taps += [choice] if choice is not None else []
    return Message(cut("\n".join(texts), PAGE), [*two_a_row(taps), [OTHERS]])


def _numbered(parts: Sequence[tuple[str, Sequence[Line]]]) -> Iterator[tuple[str, Choice | None]]:
    """Each part under its heading; the numbers go on from one to the next."""
    number = 0
    for heading, lines in parts:
        if lines:
            yield f"{heading}{f'（显示前{MOST}条）' if len(lines) > MOST else ''}：", None
        for text, does in lines[:MOST]:
            number += 1
            opens = Choice(f"打开第{number}条", does) if does is not None else None
            yield cut(f"{number}. {text}", LONGEST_LINE), opens


def _person(one: Known, period: Period) -> Line:
    return f"{one.name}（{one.of}）", ShowRecord(period.code, one.id)


def _activity(activity: Activity, opens: bool, today: date, tz: tzinfo) -> Line:
    """2023年7月7日 7月主题党日，三楼会议室（已取消）"""
    day = activity.start_at.astimezone(tz).date()
    year = "" if day.year == today.year else f"{day.year}年"
    place = f"，{activity.place}" if activity.place else ""
    state = f"（{ACTIVITY_STATES[activity.status]}）" if activity.status in OFF else ""
    text = f"{year}{short_day(day)} {activity.title}{place}{state}"
    return text, OpenActivity(activity.id) if opens else None


def _entry(view: View, called: Called) -> Line:
    gone = "（已取消登记）" if view.withdrawn_at is not None else ""
    return f"{view.kind.word}：{line_of(view, called)}{gone}", OpenEntry(view.id, 0)
