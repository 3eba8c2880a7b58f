"""Every word and button of the pre-holiday reminder; a branch may word the reminder itself in its settings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from bot.features.integrity import rules
from bot.features.integrity.buttons import Place, Read, ShowUnread
from bot.kit.replies import PAGE, Choice, Message, Pages
from bot.kit.words import cut, day_words, moment_words, units
from scheduler.calendar import Block
from storage.models.reminder import Reminder

NOTHING_TO_READ = "现在没有需要阅知的提醒。"
PROVISIONAL = "（暂定）具体放假安排以国务院办公厅通知为准。"
# What a branch may word itself (organisation.settings), and how much of it is shown.
OWN_TEXT, LONGEST = "holiday_text", 2000
REPORT = {"report_phone": "监督举报电话", "report_mail": "举报邮箱", "report_url": "举报网站"}


@dataclass(frozen=True, slots=True)
class Readers:
    """Names: who has not read a reminder, and who read it after its deadline."""

    unread: Sequence[str]
    late: Sequence[str]


def reminder_text(block: Block, settings: Mapping[str, Any], due: datetime, tz: tzinfo) -> str:
    """【节前廉洁提醒】中秋、国庆将至……; kept with the reminder. A year not announced shows no dates."""
    names = rules.names(rules.holidays(block))
    own = _own(settings, OWN_TEXT, LONGEST)
    words = own.replace("{holidays}", names) or f"{names}将至，请严守纪律，廉洁过节。"
    lines = [f"【节前廉洁提醒】{words}", PROVISIONAL if block.provisional else f"放假时间：{_days(block)}。"]
    lines += [f"{word}：{_own(settings, key)}" for key, word in REPORT.items() if _own(settings, key)]
    lines.append(f"请于{moment_words(due, tz)}前点“已阅”。")
    lines += [_own(settings, "issuer")] if _own(settings, "issuer") else []
    return "\n".join(lines)


def _own(settings: Mapping[str, Any], key: str, longest: int = 200) -> str:
    return cut(str(settings.get(key) or "").strip(), longest)


def _days(block: Block) -> str:
    first = day_words(block.start)
    return first if block.days == 1 else f"{first}至{day_words(block.end)}"


def card(reminder: Reminder, tz: tzinfo, read_at: datetime | None = None, place: Place = Place.CARD) -> Message:
    """A person's own reminder, with the own 已阅 once there is one."""
    if read_at is None:
        return Message(reminder.text, [[Choice("已阅", Read(reminder.id, place))]])
    return Message(f"{reminder.text}\n{read_line(reminder, read_at, tz)}")


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
    rows = [[Choice(f"已阅 {rules.names(row.holidays)}"[:24], Read(row.id, Place.NUDGE))] for row in reminders]
    return Message("请选择已阅的提醒。", rows[:8])


def owed_line(reminder: Reminder, tz: tzinfo, *, late: bool = False) -> str:
    if late:
        return f"{rules.names(reminder.holidays)}节前廉洁提醒：请点“已阅”，已过期，仍可补阅"
    return f"{rules.names(reminder.holidays)}节前廉洁提醒：请点“已阅”，{moment_words(reminder.ack_due, tz)}前"


# --- the desk ------------------------------------------------------------------------------------------------------


def desk_card(reminder: Reminder, found: rules.Figures, tz: tzinfo) -> Message:
    """Live counts for the discipline officer and the secretary; the names come on demand."""
    return Message(
        f"【提醒管理】{found.title}节前廉洁提醒\n{_counts(reminder, found, tz)}",
        [[Choice("未阅名单", ShowUnread(reminder.id))]],
    )


def _counts(reminder: Reminder, found: rules.Figures, tz: tzinfo) -> str:
    late = found.ack_all - found.ack_on_time
    after = f"，逾期已阅 {late}" if late else ""
    return f"按时已阅 {found.ack_on_time}/{found.audience}{after}，截止{moment_words(reminder.ack_due, tz)}"


def unread(reminder: Reminder, found: Readers) -> list[Message]:
    """Names, in private."""
    lines = [f"{rules.names(reminder.holidays)}节前廉洁提醒", f"未阅（{len(found.unread)}）：{_names(found.unread)}"]
    lines += [f"逾期已阅（{len(found.late)}）：{_names(found.late)}"] if found.late else []
    return [Message(text) for text in Pages().add(lines).texts]


def _names(names: Sequence[str]) -> str:
    return "、".join(names) or "无"


def coming(
    blocks: Iterable[tuple[datetime, Block]], last: tuple[Reminder, rules.Figures] | None, tz: tzinfo
) -> Message:
    """节前提醒: when the next ones go, and how the last one stands."""
    lines = ["【节前提醒】接下来的发送时间：", *(_coming(*each, tz) for each in blocks)]
    if last is None:
        return Message("\n".join(lines))
    reminder, found = last
    lines.append(f"最近一次：{found.title}，{_counts(reminder, found, tz)}")
    return Message("\n".join(lines), [[Choice("未阅名单", ShowUnread(reminder.id))]])


def _coming(sends_at: datetime, block: Block, tz: tzinfo) -> str:
    days = "放假安排暂定" if block.provisional else f"放假{_days(block)}"
    return f"· {moment_words(sends_at, tz)}　{rules.names(rules.holidays(block))}（{days}）"


def missed(names: str) -> Message:
    """To the desk, when the bot was away until the holidays had begun."""
    return Message(f"{names}节前廉洁提醒没有发出，请用其他方式提醒。")
