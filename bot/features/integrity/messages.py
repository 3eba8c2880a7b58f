"""Every word and button of the pre-holiday reminder that members see, and the counts for the desk."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from bot.features.integrity import rules
from bot.features.integrity.buttons import Origin, Read, Sample, ShowUnread
from bot.features.integrity.timing import Blocks
from bot.kit.lists import two_a_row
from bot.kit.replies import PAGE, Choice, Message, Pages, Rows
from bot.kit.words import cut, day_words, moment_words, units
from scheduler.calendar.days import Block
from storage.models.reminder import Reminder

NOTHING_TO_READ = "现在没有需要阅知的提醒。"
SHOWN = 8
PROVISIONAL = "（暂定）具体放假安排以国务院办公厅通知为准。"
TITLE, NAMES = "【节前廉洁提醒】", "（节日）"
# In whatever brackets it is typed.
_NAMES = re.compile(r"[（(〔\[【]节日[）)〕\]】]")
# What a branch may word itself (organisation.settings), and how much of it is shown.
OWN_TEXT, ISSUER, OWN_BANS, LONGEST = "holiday_text", "issuer", "holiday_bans", 2000
REPORT = {"report_phone": "监督举报电话", "report_mail": "举报邮箱", "report_url": "举报网站"}
# Bans to choose from, by number, with the word on their button; a branch keeps the numbers, so they stay.
BANS = {
    1: ("礼品礼金", "严禁收送礼品、礼金、消费卡、电子红包和土特产。"),
    2: ("违规吃喝", "严禁违规吃喝，严禁接受管理服务对象宴请。"),
    3: ("公车私用", "严禁公车私用、私车公养和违规借用车辆。"),
    4: ("公款旅游", "严禁公款旅游，严禁接受由他人付费的旅游。"),
    5: ("滥发津补贴", "严禁违规发放津贴、补贴、奖金和实物。"),
    6: ("借机敛财", "严禁借婚丧喜庆、升学等事宜敛财。"),
    7: ("高档消费", "严禁参加高消费娱乐，严禁出入私人会所。"),
    8: ("赌博酒驾", "严禁赌博、酒驾醉驾和封建迷信活动。"),
    9: ("餐饮浪费", "严禁餐饮浪费，工作餐不上高档菜肴，不上烟酒。"),
    10: ("值班脱岗", "严禁值班脱岗、擅离职守和迟报瞒报。"),
    11: ("形式主义", "严禁形式主义，不以过节为由增加基层负担。"),
    12: ("不当言论", "严禁在网上发布不当言论，不信谣、不传谣。"),
}


@dataclass(frozen=True, slots=True)
class Readers:
    """Names: who has not read a reminder, and who read it after its deadline."""

    unread: Sequence[str]
    late: Sequence[str]


def reminder_text(blocks: Blocks, settings: Mapping[str, Any], own: str | None, due: datetime, tz: tzinfo) -> str:
    """【节前廉洁提醒】中秋、国庆将至……; kept with the reminder. A year not announced shows no dates.

    `own`: what the branch wrote for this one reminder, in the place of everything but its deadline.
    """
    names, provisional = rules.names(rules.holidays(blocks)), any(block.provisional for block in blocks)
    ends = _ends(due, tz)
    if own:
        body = [*([PROVISIONAL] if provisional else []), ends]
        return "\n".join([TITLE + named(own, names), *body])
    words = named(_own(settings, OWN_TEXT, LONGEST), names) or f"{names}将至，请严守纪律，廉洁过节。"
    lines = [TITLE + words, *(BANS[number][1] for number in chosen_bans(settings))]
    lines.append(PROVISIONAL if provisional else f"放假时间：{days(blocks)}。")
    lines += [f"{word}：{_own(settings, key)}" for key, word in REPORT.items() if _own(settings, key)]
    return "\n".join([*lines, ends, *filter(None, [_own(settings, ISSUER)])])


def named(text: str, names: str) -> str:
    """What a branch wrote, with the names of the holidays where it left room for them."""
    return _NAMES.sub(names, text)


def worded_anew(reminder: Reminder, own: str, tz: tzinfo) -> str:
    """A reminder that was sent, in other words: its title and its deadline stay, whatever was written."""
    body = named(own.strip().removeprefix(TITLE), rules.names(reminder.holidays))
    ends = _ends(reminder.ack_due, tz)
    return "\n".join([TITLE + body, *([] if ends in body else [ends])])


def body_of(reminder: Reminder, tz: tzinfo) -> str:
    """What of a sent reminder may be worded anew."""
    lines = reminder.text.removeprefix(TITLE).split("\n")
    return "\n".join(line for line in lines if line != _ends(reminder.ack_due, tz))


def _ends(due: datetime, tz: tzinfo) -> str:
    return f"请于{moment_words(due, tz)}前点“已阅”。"


def chosen_bans(settings: Mapping[str, Any]) -> list[int]:
    """The numbers of the bans that a branch has chosen, in order; none by default."""
    kept = settings.get(OWN_BANS)
    return [number for number in BANS if number in kept] if isinstance(kept, list) else []


def _own(settings: Mapping[str, Any], key: str, longest: int = 200) -> str:
    return cut(str(settings.get(key) or "").strip(), longest)


def days(blocks: Iterable[Block]) -> str:
    """9月25日（周五）至9月27日（周日）、10月1日（周四）至10月7日（周三）"""
    return "、".join(_days(block) for block in blocks)


def _days(block: Block) -> str:
    first = day_words(block.start)
    return first if block.days == 1 else f"{first}至{day_words(block.end)}"


def title(reminder: Reminder) -> str:
    """中秋、国庆, with the mark of a year that is not announced."""
    return rules.names(reminder.holidays) + ("（暂定）" if reminder.provisional else "")


def called(reminder: Reminder) -> str:
    """中秋、国庆节前廉洁提醒"""
    return f"{title(reminder)}节前廉洁提醒"


def card(reminder: Reminder, tz: tzinfo, read_at: datetime | None = None, place: Origin = Origin.CARD) -> Message:
    """A person's own reminder, with the own 已阅 once there is one."""
    if read_at is None:
        return Message(reminder.text, [[Choice("已阅", Read(reminder.id, place))]])
    return Message(f"{reminder.text}\n{read_line(reminder, read_at, tz)}")


def sample(text: str) -> Message:
    """A reminder that is not there yet, as its card will look."""
    return Message(text, [[Choice("已阅", Sample())]])


def joined(first: Message, second: Message) -> Message | None:
    """Two things due on one morning as one message, each with its deadline and buttons; None when it is too long."""
    text = f"{first.text}\n\n{second.text}"
    return Message(text, [*first.rows, *second.rows]) if units(text) <= PAGE else None


def read_line(reminder: Reminder, read_at: datetime, tz: tzinfo) -> str:
    """您已于9月26日（周二）09:31阅知。"""
    late = "（逾期）" if rules.is_late(read_at, reminder.ack_due) else ""
    return f"您已于{moment_words(read_at, tz)}阅知{late}。"


def toast(reminder: Reminder, read_at: datetime, name: str, new: bool) -> str:
    if not new:
        return "您已阅知。"
    late = "（逾期）" if rules.is_late(read_at, reminder.ack_due) else ""
    return f"已阅{late}：{name}同志。"


def which_one(reminders: Iterable[Reminder]) -> Message:
    """已阅, when it could mean several."""
    shown = list(reminders)[:SHOWN]
    lines = [f"{at}. {title(row)}节前廉洁提醒" for at, row in enumerate(shown, 1)]
    taps = [Choice(f"已阅第{at}项", Read(row.id, Origin.NUDGE)) for at, row in enumerate(shown, 1)]
    return Message("\n".join(["请选择已阅的提醒。", *lines]), two_a_row(taps))


def read_buttons(reminders: Iterable[Reminder]) -> Rows:
    """已阅 for each of them, below a text that does not list them: by name where there are several."""
    shown = list(reminders)[:SHOWN]
    several = len(shown) > 1
    taps = [Choice(cut(f"已阅{title(row) if several else ''}", 16), Read(row.id, Origin.NUDGE)) for row in shown]
    return two_a_row(taps)


# --- the desk ------------------------------------------------------------------------------------------------------


def desk_card(reminder: Reminder, found: rules.ReminderCounts, tz: tzinfo) -> Message:
    """Live counts for the discipline officer and the secretary; the names come on demand."""
    return Message(
        f"【节前提醒】{title(reminder)}节前廉洁提醒\n{counts(reminder, found, tz)}",
        [[Choice("未阅名单", ShowUnread(reminder.id))]],
    )


def counts(reminder: Reminder, found: rules.ReminderCounts, tz: tzinfo) -> str:
    """应阅24人，按时已阅20人，未阅4人，9月28日（周四）18:00截止。"""
    people = {
        "按时已阅": found.ack_on_time,
        "逾期已阅": found.ack_all - found.ack_on_time,
        "未阅": found.audience - found.ack_all,
    }
    said = [f"{word}{number}人" for word, number in people.items() if number]
    return "，".join([f"应阅{found.audience}人", *said, f"{moment_words(reminder.ack_due, tz)}截止。"])


def unread(reminder: Reminder, found: Readers) -> list[Message]:
    """Names, in private."""
    named = {"未阅": found.unread, "逾期已阅": found.late}
    lines = [f"{title(reminder)}节前廉洁提醒", *([] if found.unread else ["全部已阅。"])]
    lines += [f"{word}{len(names)}人：{'、'.join(names)}" for word, names in named.items() if names]
    return [Message(text) for text in Pages().add(lines).texts]


def missed(names: str) -> Message:
    """To the desk, when the bot was away until the holidays had begun."""
    return Message(f"{names}节前廉洁提醒没有按时发送，请用其他方式通知。")
