"""The words of somebody's record: everything that was done, each with what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from bot.features.activities.counting.showing import UNRECORDED, roll_of
from bot.features.integrity.rules import names as holiday_names
from bot.features.reflections.rules import Version
from bot.features.tally import buttons, periods
from bot.features.tally.looking import Known, Part
from bot.features.tally.messages import around
from bot.features.tally.person_records import OwnActivity, PersonRecord
from bot.kit.doors import ShowPerson, ShowRecord
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_STATES, LEAVE_TYPES, MAKEUPS, PIECES, SIGN_IN_METHODS
from bot.kit.lists import filled, label, told_apart, two_a_row
from bot.kit.rates import plain
from bot.kit.replies import Choice, Message, Pages, Rows
from bot.kit.words import moment_words, quoted, short_day
from scheduler.calendar.periods import Period
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


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody else than whose record it is. `called`: how that one is called. `keeps`: they keep the roster."""

    called: str
    keeps: bool


def record(
    of: PersonRecord, today: date, tz: tzinfo, beside: Beside = (), looker: Looker | None = None
) -> list[Message]:
    """The whole period of one person, over as many messages as it needs; `beside`: what other features tell. `looker`:
    None where it is the own record.
    """
    every = [
        (Part.ATTENDANCE, "组织生活", [*_counts(of, looker), *(_part(of, part, looker) for part in of.parts)]),
        (Part.STUDY, "学习", [_item(item, done) for item, done in of.study]),
        (Part.PIECES, "心得", [_piece(task, piece, tz) for task, piece in of.pieces]),
        (Part.REMINDERS, "节前提醒", [_reminder(reminder, seen, tz) for reminder, seen in of.reminders]),
    ]
    parts = [(heading, lines) for part, heading, lines in every if part in of.shown]
    parts += [(heading, list(lines)) for heading, lines in beside if lines]
    when = periods.words(of.period)
    listed = [f"【我的记录】{when}" if looker is None else f"【党员记录】{looker.called}，{when}"]
    for heading, lines in parts:
        listed += [f"{heading}：", *(f"　{line}" for line in lines)] if lines else [f"{heading}：暂无记录。"]
    texts = Pages().add([*listed, *(["需要您办理的事项，请点“我的待办”。"] if looker is None else [])]).texts
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], _doors(of, today, looker))]


def _doors(of: PersonRecord, today: date, looker: Looker | None) -> Rows:
    if looker is None:
        return filled(around(of.period, today, buttons.ShowMine))
    on_roster = [Choice("名册", ShowPerson(of.person_id))] if looker.keeps else []
    return filled(around(of.period, today, lambda code: ShowRecord(code, of.person_id)), on_roster)


def which(people: Sequence[Known], period: Period) -> Message:
    """Several have the name: each a button with the group."""
    names = told_apart(people, lambda one: one.name, lambda one: one.of, lambda one: f"{one.id}号")
    taps = [Choice(label(name), ShowRecord(period.code, one.id)) for one, name in zip(people, names, strict=True)]
    return Message(f"名叫“{people[0].name}”的同志有{len(people)}人，请选择：", two_a_row(taps))


def _counts(of: PersonRecord, looker: Looker | None) -> list[str]:
    """应参加5次，参加4次，请假1次，补学1次，学时16个, without what there is none of; nothing before the first roll."""
    held = [part.held.roll for part in of.parts if part.held is not None]
    words = [roll_of(held, of.person_id, _open(looker)), *_hours(of)]
    return ["，".join(filter(None, words))] if any(words) else []


def _hours(of: PersonRecord) -> list[str]:
    """累计4学时（2023年共12学时）: of the period, and of its year so far."""
    year = f"{of.period.end.year}年共{plain(of.hours_of_year)}学时" if of.hours_of_year else ""
    if not of.hours:
        return [year] if year else []
    return [f"累计{plain(of.hours)}学时" + (f"（{year}）" if year else "")]


def _part(of: PersonRecord, part: OwnActivity, looker: Looker | None) -> str:
    said = _came(of.person_id, part, looker) if part.held is not None else _so_far(part, looker)
    return f"{short_day(part.day)} {part.title}：{said}{part.mark}"


TO_CHECK, TO_CALL = "待核对", "待点名"


def _open(looker: Looker | None) -> str:
    """Nothing is recorded of the person on a roll: of oneself it is said more softly."""
    return UNRECORDED if looker is not None else TO_CHECK


def _came(person_id: int, part: OwnActivity, looker: Looker | None) -> str:
    """What the complete roll says; a make-up is named beside it."""
    roll = part.held.roll if part.held is not None else None
    if roll is None or person_id in {*roll.present, *roll.observers}:
        return _signed_in(part.attendance) if part.attendance else "到会"
    away = "" if person_id in roll.leave else _open(looker) if person_id in roll.unrecorded else "缺席"
    return "，".join(filter(None, [_leave(part.leave), away, _makeup(part.makeup)]))


def _so_far(part: OwnActivity, looker: Looker | None) -> str:
    """Before the roll is complete: nobody is absent."""
    if part.attendance is not None:
        return f"{ATTENDANCE[part.attendance.status]}（{TO_CHECK if looker is None else TO_CALL}）"
    return _leave(part.leave) or (_open(looker) if part.ended else "未签到")


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
