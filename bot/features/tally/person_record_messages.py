"""The words of 我的记录: everything that somebody did, each with what became of it."""

from collections.abc import Sequence
from datetime import date, tzinfo

from bot.features.integrity.rules import names as holiday_names
from bot.features.reflections.rules import Version
from bot.features.tally import buttons, periods
from bot.features.tally.messages import around
from bot.features.tally.person_records import OwnActivity, PersonRecord
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_STATES, LEAVE_TYPES, MAKEUPS, PIECES, SIGN_IN_METHODS
from bot.kit.lists import filled
from bot.kit.rates import plain
from bot.kit.replies import Message, Pages
from bot.kit.words import moment_words, quoted, short_day
from storage.choices import MakeupState, SignInMethod
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.reflection import ReflectionTask
from storage.models.reminder import Acknowledgement, Reminder
from storage.models.study import StudyCompletion, StudyItem

# What became of an absence; made up is D7's word for one whose make-up was accepted.
MADE_UP = {
    MakeupState.SUBMITTED: f"补学{MAKEUPS[MakeupState.SUBMITTED]}",
    MakeupState.ACCEPTED: "已补学",
    MakeupState.RETURNED: f"补学{MAKEUPS[MakeupState.RETURNED]}",
}

# Heading and lines of each further part; one without lines is left out.
Beside = Sequence[tuple[str, Sequence[str]]]


def record(mine: PersonRecord, today: date, tz: tzinfo, beside: Beside = ()) -> list[Message]:
    """The whole period of one person, over as many messages as it needs; `beside`: what other features tell."""
    parts = [
        ("组织生活", [*_counts(mine), *(_part(mine.person_id, part) for part in mine.parts)]),
        ("学习", [_item(item, done) for item, done in mine.study]),
        ("心得", [_piece(task, piece, tz) for task, piece in mine.pieces]),
        ("节前提醒", [_reminder(reminder, seen, tz) for reminder, seen in mine.reminders]),
        *((heading, list(lines)) for heading, lines in beside if lines),
    ]
    listed = [f"【我的记录】{periods.words(mine.period)}"]
    for heading, lines in parts:
        listed += [f"{heading}：", *(f"　{line}" for line in lines)] if lines else [f"{heading}：暂无记录。"]
    texts = Pages().add([*listed, "需要您办理的事项，请点“我的待办”。"]).texts
    rows = filled(around(mine.period, today, buttons.ShowMine))
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], rows)]


def _counts(mine: PersonRecord) -> list[str]:
    """应参加5次，参加4次，请假1次，补学1次，学时16个, without what there is none of; nothing before the first roll."""
    held = [part.held.roll for part in mine.parts if part.held is not None]
    expected, present, leave, absent, made_up, unrecorded = (
        sum(mine.person_id in getattr(roll, name) for roll in held)
        for name in ("expected", "present", "leave", "absent", "made_up", "unrecorded")
    )
    counts = [
        ("应参加", expected),
        ("参加", present),
        ("请假", leave),
        ("缺席", absent - unrecorded),
        (TO_CHECK, unrecorded),
        ("补学", made_up),
    ]
    words = [f"{word}{count}次" for word, count in counts if count]
    words += [f"累计{plain(mine.hours)}学时"] if mine.hours else []
    return ["，".join(words)] if words else []


def _part(person_id: int, part: OwnActivity) -> str:
    said = _came(person_id, part) if part.held is not None else _so_far(part)
    return f"{short_day(part.day)} {part.title}：{said}{part.mark}"


TO_CHECK = "待核对"


def _came(person_id: int, part: OwnActivity) -> str:
    """What the complete roll says; a make-up is named beside it."""
    roll = part.held.roll if part.held is not None else None
    if roll is None or person_id in {*roll.present, *roll.observers}:
        return _signed_in(part.attendance) if part.attendance else "到会"
    away = "" if person_id in roll.leave else TO_CHECK if person_id in roll.unrecorded else "缺席"
    return "，".join(filter(None, [_leave(part.leave), away, _makeup(part.makeup)]))


def _so_far(part: OwnActivity) -> str:
    """Before the roll is complete: nobody is absent."""
    if part.attendance is not None:
        return f"{ATTENDANCE[part.attendance.status]}（{TO_CHECK}）"
    return _leave(part.leave) or (TO_CHECK if part.ended else "未签到")


def _signed_in(row: Attendance) -> str:
    return ATTENDANCE[row.status] + (f"（{SIGN_IN_METHODS[row.method]}）" if row.method is SignInMethod.MARKED else "")


def _leave(row: LeaveRequest | None) -> str:
    return f"{LEAVE_TYPES[row.type]}（{LEAVE_STATES[row.state]}）" if row is not None else ""


def _makeup(row: Makeup | None) -> str:
    return MADE_UP.get(row.state, "") if row is not None else ""


def _item(item: StudyItem, done: StudyCompletion | None) -> str:
    if done is None:
        return f"{quoted(item.title)}：未完成，{short_day(item.due_on)}截止"
    late = "逾期完成" if done.completed_on > item.due_on else "学完"
    return f"{quoted(item.title)}：{short_day(done.completed_on)}{late}"


def _piece(task: ReflectionTask, piece: Version, tz: tzinfo) -> str:
    handed_in = f"{moment_words(piece.submitted_at, tz)}提交，" if piece.submitted_at else ""
    return f"{task.title}：{handed_in}{PIECES[piece.state]}"


def _reminder(reminder: Reminder, seen: Acknowledgement | None, tz: tzinfo) -> str:
    said = "未阅" if seen is None else f"{moment_words(seen.at, tz)}已阅"
    return f"{holiday_names(reminder.holidays)}：{said}"
