"""Every word that this feature shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.features.activities import buttons
from bot.features.activities.rules import Roll
from bot.features.notices.cards import Counts, answer_by, counts_line
from bot.kit.activities import OPENS_BEFORE
from bot.kit.glossary.choices import ACTIVITY_STATES, ACTIVITY_TYPES, ATTENDANCE, LEAVE_TYPES
from bot.kit.lists import filled, page_of, really, two_a_row
from bot.kit.rates import percent
from bot.kit.replies import Choice, Message, Pages
from bot.kit.words import cut, day_words, moment_words
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.models.notice import Notice

PEOPLE_ON_A_PAGE = 20
# The desk enters a way of being there, or a kind of leave.
_ENTERED = {one.value: word for words in (ATTENDANCE, LEAVE_TYPES) for one, word in words.items()}
MARK_WORDS = {mark: _ENTERED[mark.value] for mark in buttons.Mark}


@dataclass(frozen=True)
class Who:
    """A name for a list, with what is known of that person."""

    name: str
    group: str = ""
    note: str = ""


def notice_text(
    activity: Activity,
    types: Sequence[ActivityType],
    host: str,
    first_agenda: Sequence[str],
    reply_by: datetime,
    tz: tzinfo,
    word: str = "通知",
) -> str:
    """The notice as it goes out; kept with the notice, so that cards need no second look."""
    lines = [
        f"【{'、'.join(ACTIVITY_TYPES[kind] for kind in types)}{word}】{activity.title}",
        f"时间：{moment_words(activity.start_at, tz)}",
        f"地点：{activity.place or '另行通知'}",
    ]
    if host:
        lines.append(f"主持：{host}")
    if first_agenda:
        lines.append("第一议题：" + "；".join(first_agenda))
    return cut("\n".join([*lines, answer_by(reply_by, tz, of_activity=True)]), 3000)


def _state(status: ActivityStatus) -> str:
    """（已取消）; nothing of what is still to come."""
    return "" if status is ActivityStatus.PLANNED else f"（{ACTIVITY_STATES[status]}）"


def desk_card(activity: Activity, notice: Notice | None, counts: Counts, tz: tzinfo, mark: str = "") -> Message:
    """The secretary's card: live counts and everything that can be done; `mark`: 补报."""
    text = "\n".join(
        [
            f"【活动管理】{activity.title}{_state(activity.status)}",
            f"时间：{moment_words(activity.start_at, tz)}{mark}",
            f"地点：{activity.place or '未定'}",
            counts_line(counts) if notice else f"应到 {counts.expected}，已登记到会 {counts.signed_in}",
        ]
    )
    roll = [
        Choice("点名", buttons.RollCall(activity.id)),
        Choice("补登", buttons.MarkSomebody(activity.id, 0)),
    ]
    lists = [
        Choice("回复名单", buttons.ShowNames(activity.id, buttons.Names.REPLIES)),
        Choice("考勤名单", buttons.ShowNames(activity.id, buttons.Names.ROLL)),
    ]
    if activity.status is ActivityStatus.CANCELLED:
        return Message(text)
    if activity.status is ActivityStatus.HELD:
        return Message(text, [roll, lists])
    change = [
        Choice("改期", buttons.Postpone(activity.id)),
        Choice("取消活动", buttons.CallOff(activity.id, 0)),
    ]
    return Message(text, [roll, lists, [Choice("签到码", buttons.SignInCode(activity.id))], change])


def leader_card(activity: Activity, roll: Roll, tz: tzinfo) -> Message:
    """A group leader's card of an activity of the whole branch: the own group, and signing in those who cannot."""
    text = f"【本组考勤】{roll_summary(activity, roll, tz)}"
    lists = [
        Choice("回复名单", buttons.ShowNames(activity.id, buttons.Names.REPLIES)),
        Choice("考勤名单", buttons.ShowNames(activity.id, buttons.Names.ROLL)),
    ]
    return Message(text, [[Choice("代登", buttons.MarkSomebody(activity.id, 0))], lists])


def opens(activity: Activity, tz: tzinfo) -> str:
    """7月主题党日7月7日（周五）14:00起可以签到。"""
    return f"{activity.title}{moment_words(activity.start_at - OPENS_BEFORE, tz)}起可以签到。"


def signed_in_again(activity: Activity, at: datetime, undo: int | None, tz: tzinfo) -> Message:
    """`undo`: the row, while it can be taken back."""
    rows = [[Choice("撤销", buttons.UndoSignIn(undo))]] if undo is not None else []
    return Message(f"{activity.title}：您已于{at.astimezone(tz):%H:%M}签到，无需再点。", rows)


def signed_in(
    name: str, activity: Activity, status: AttendanceStatus, at: datetime, tz: tzinfo, *, again: bool = False
) -> str:
    """签到成功：甲六同志，14:42（迟到）。"""
    if again:
        return f"您已于{at.astimezone(tz):%H:%M}签到，无需再点。"
    late = f"（{ATTENDANCE[status]}）" if status is AttendanceStatus.LATE else ""
    return f"签到成功：{name}同志，{at.astimezone(tz):%H:%M}{late}。"


def signed_in_card(activity: Activity, line: str, row_id: int, tz: tzinfo) -> Message:
    text = f"{activity.title}\n时间：{moment_words(activity.start_at, tz)}\n地点：{activity.place}\n{line}"
    return Message(text, [[Choice("撤销", buttons.UndoSignIn(row_id))]])


def sign_in_stands(activity: Activity, row: Attendance, undo: bool, tz: tzinfo) -> Message:
    """To who edits a 签到; `undo`: it can still be taken back."""
    said = f"{activity.title}：您已于{row.at.astimezone(tz):%H:%M}签到。"
    return Message(said, [[Choice("撤销", buttons.UndoSignIn(row.id))]] if undo else [])


def cancelled(activity: Activity, tz: tzinfo) -> Message:
    """To everybody who had the notice."""
    return Message(f"【活动取消】{activity.title}\n原定时间：{moment_words(activity.start_at, tz)}，请互相转告。")


def postponed(activity: Activity, start_at: datetime, tz: tzinfo) -> str:
    """The proposed date, before anybody is told."""
    return (
        f"改期：{activity.title}\n原定时间：{moment_words(activity.start_at, tz)}\n"
        f"新的时间：{moment_words(start_at, tz)}"
    )


def sure_to_call_off(activity: Activity) -> Message:
    return really(
        f"确定取消“{activity.title}”并通知全体吗？",
        Choice("确定取消", buttons.CallOff(activity.id, 1)),
        Choice("不取消", buttons.OpenActivity(activity.id)),
    )


def roll_summary(activity: Activity, roll: Roll, tz: tzinfo) -> str:
    late = f"（迟到{len(roll.late)}）" if roll.late else ""
    unrecorded = f"（未登记{len(roll.unrecorded)}）" if roll.unrecorded else ""
    observers = f"，列席{len(roll.observers)}" if roll.observers else ""
    return (
        f"{activity.title}　{day_words(activity.start_at.astimezone(tz).date())}\n"
        f"应到{len(roll.expected)}，实到{len(roll.present)}{late}，请假{len(roll.leave)}，缺席{len(roll.absent)}{unrecorded}{observers}\n"
        f"出席率{percent(roll.attendance_rate)}，参学率{percent(roll.coverage_rate)}（已补学{len(roll.made_up)}）"
    )


def names(title: str, parts: Iterable[tuple[str, Sequence[Who]]]) -> list[str]:
    """Lists of names by heading, as one or more texts."""
    lines = [title]
    for heading, people in parts:
        listed = "、".join(f"{who.name}{f'（{who.note}）' if who.note else ''}" for who in people)
        lines.append(f"{heading}（{len(people)}）：{listed or '无'}")
    return Pages().add(lines).texts


def roll_call(
    activity: Activity, people: Sequence[tuple[int, str, bool]], dialog_id: int, number: int, others: int
) -> Message:
    """全部到会，除…: tap the few who are not there. `people` are (id, name, missing) without any record."""
    missing = sum(1 for _, _, gone in people if gone)
    shown = page_of(people, number, PEOPLE_ON_A_PAGE)
    taps = [
        Choice(f"{'✕ ' if gone else ''}{name}", buttons.RollToggle(dialog_id, person))
        for person, name, gone in shown.things
    ]
    turn = shown.turn(lambda at: buttons.RollPage(dialog_id, at))
    text = (
        f"【点名】{activity.title}\n已签到或请假 {others} 人。下列 {len(people)} 人尚无记录，默认全部到会，"
        f"请点出未到的同志（已点 {missing} 人），然后点“登记完毕”。"
    )
    return Message(text, filled(*two_a_row(taps), turn, [Choice("登记完毕", buttons.RollDone(dialog_id))]))


def mark_somebody(activity: Activity, people: Sequence[tuple[int, str, str]], number: int, *, guests: bool) -> Message:
    """补登: choose the person. `people` are (id, name, what is known); `guests`: others may be entered as 列席."""
    shown = page_of(people, number, PEOPLE_ON_A_PAGE)
    taps = [
        Choice(f"{name} {note}".strip(), buttons.MarkPerson(activity.id, person)) for person, name, note in shown.things
    ]
    turn = shown.turn(lambda at: buttons.MarkSomebody(activity.id, at))
    others = [Choice("登记列席", buttons.ShowGuests(activity.id, 0))] if guests else []
    return Message(f"【补登】{activity.title}\n请选择同志。", filled(*two_a_row(taps), turn, others))


def mark_as(activity: Activity, person_id: int, name: str) -> Message:
    taps = [Choice(word, buttons.MarkAs(activity.id, person_id, mark)) for mark, word in MARK_WORDS.items()]
    return Message(
        f"【补登】{activity.title}\n{name}同志：",
        two_a_row(taps),
    )
