"""Every word that this feature shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from bot.features.activities import buttons, monthly
from bot.features.activities.reminding import Ahead
from bot.features.activities.rules import Parts, Phase, Roll, counts_as_own, parts
from bot.features.notices.cards import Acknowledge, AcknowledgeListed, AskLeave, SignIn, leave_words
from bot.kit.activities import OPENS_BEFORE, roll_choices
from bot.kit.asking import CANCEL, CancelQuestion
from bot.kit.digest import Part, Section
from bot.kit.doors import OpenFiles, OpenMinutes, OpenSheet, ShowVotes
from bot.kit.glossary.choices import (
    ACTIVITY_STATES,
    ATTENDANCE,
    DUTIES,
    LEAVE_TYPES,
    MODES,
    OFFICIAL_DUTY,
)
from bot.kit.lists import by_width, filled, label, page_of, really, two_a_row
from bot.kit.owing import numbered, short
from bot.kit.rates import percent
from bot.kit.replies import Choice, Message, Pages
from bot.kit.votes import Counted
from bot.kit.voting import result_words
from bot.kit.words import cut, day_words, in_marks, moment_words, short_day
from scheduler.calendar.days import local_day
from storage.choices import ActivityStatus, AttendanceStatus, Duty, LeaveType, Mode, OfficialDutyAs
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.models.recurrence import Recurrence

# Rows of names on a page: with the question above them they fit on a telephone.
ROWS_ON_A_PAGE = 8
GONE = "✕ "
# Turned back to, in the message that stands there: 0 opens a list below the card.
FIRST_PAGE = -1
# A name on a button, with what tells apart two of one name; names in one list.
LONGEST_NAME, LONGEST_LABEL, LONGEST_LIST = 16, 24, 1200
# So many activities stand in one reminder, each with so much of its place, in UTF-16 units.
MOST_REMINDED, LONGEST_PLACE = 15, 60
# So many votes stand on the card of the desk, each with so much of what it is about.
MOST_VOTES, LONGEST_VOTE = 5, 40
PROPOSED_BEFORE, MOST_MONTHLY = "每次活动前5个工作日提醒您确认，不会自动发布。", 10
IN_TIME = "不能参加的，请在开始前点“请假”。"
# The desk enters a way of being there, or a kind of leave.
_DUTY = LEAVE_TYPES[LeaveType.OFFICIAL_DUTY]
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
    types: Sequence[str],
    host: str,
    first_agenda: Sequence[str],
    tz: tzinfo,
    word: str = "通知",
    lecture: str = "",
) -> str:
    """The words of the notice, without what it asks; kept with it, so that cards need no second look.

    types: as the branch calls them. lecture: who gives one, and about what.
    """
    lines = [
        f"【{'、'.join(types)}{word}】{activity.title}",
        f"时间：{moment_words(activity.start_at, tz)}",
        f"地点：{activity.place or '另行通知'}",
    ]
    if host:
        lines.append(f"主持：{host}")
    if lecture:
        lines.append(f"授课：{lecture}")
    if first_agenda:
        lines.append("第一议题：" + "；".join(first_agenda))
    if activity.organizer_name:
        lines.append(f"主办：{activity.organizer_name}")
    if activity.mode not in (None, Mode.IN_PERSON):
        lines.append(f"方式：{MODES[activity.mode]}")
    if activity.note:
        lines.append(f"备注：{activity.note}")
    return cut("\n".join(lines), 3000)


def _state(status: ActivityStatus) -> str:
    """（已取消）; nothing of what is still to come."""
    return "" if status is ActivityStatus.PLANNED else f"（{ACTIVITY_STATES[status]}）"


def desk_card(activity: Activity, counted: str, tz: tzinfo, mark: str = "", *, over: bool = False) -> Message:
    """The secretary's card: live counts and everything that can be done; `mark`: 补报. over: it has ended."""
    text = "\n".join(
        [
            f"【活动管理】{activity.title}{_state(activity.status)}",
            f"时间：{moment_words(activity.start_at, tz)}{mark}",
            f"地点：{activity.place or '另行通知'}",
            counted,
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
    change = [Choice("修改活动", buttons.ChangeActivity(activity.id))]
    sheet, files = Choice("签到表", OpenSheet(activity.id)), Choice("附件", OpenFiles(activity.id))
    if activity.status is ActivityStatus.HELD or over:
        own = counts_as_own(activity.organizer, activity.scope)
        asks = [Choice("会议记录", OpenMinutes(activity.id))] if own else []
        again = [_once_more(activity)] if activity.status is ActivityStatus.HELD else []
        return Message(text, [roll, lists, [*change, sheet], [*asks, files], *again])
    change += [Choice("改期", buttons.Postpone(activity.id))]
    return Message(text, [roll, lists, change, [Choice("签到码", buttons.SignInCode(activity.id)), sheet, files]])


def with_votes(card: Message, activity: Activity, found: Sequence[Counted]) -> Message:
    """表决 below the lists, and how each vote came out."""
    said = [f"表决：{cut(one.about, LONGEST_VOTE)}，{_came_to(one)}" for one in found[:MOST_VOTES]]
    said += [f"另有{len(found) - MOST_VOTES}项表决，请点“表决”查看。"] if len(found) > MOST_VOTES else []
    rows = [*card.rows[:2], [Choice("表决", ShowVotes(activity.id, 0))], *card.rows[2:]]
    return replace(card, text="\n".join([card.text, *said]), rows=rows)


def _once_more(activity: Activity) -> list[Choice]:
    """What has been held is made again by the same hand."""
    return [Choice("照此再建", buttons.LikeThis(activity.id)), Choice("每月重复", buttons.EveryMonth(activity.id))]


def _came_to(one: Counted) -> str:
    return result_words(one.outcome) + ("票数与现在的考勤不符，请核对。" if one.differs else "")


def with_all(card: Message) -> Message:
    """The way from the one of today to the others, above what is dangerous."""
    calls_off = any(isinstance(one.does, buttons.CallOff) for row in card.rows[-1:] for one in row)
    at = len(card.rows) - calls_off
    return replace(card, rows=[*card.rows[:at], [Choice("全部活动", buttons.AllActivities())], *card.rows[at:]])


def with_danger(card: Message, activity: Activity) -> Message:
    """取消活动, alone below everything else, while there is something to call off."""
    if activity.status is not ActivityStatus.PLANNED:
        return card
    return replace(card, rows=[*card.rows, [Choice("取消活动", buttons.CallOff(activity.id, 0))]])


def leader_card(activity: Activity, shown: "Shown", tz: tzinfo) -> Message:
    """A group leader's card of an activity of the whole branch: the own group, and signing in those who cannot."""
    text = f"【本组考勤】{roll_summary(activity, shown, tz)}"
    lists = [
        Choice("回复名单", buttons.ShowNames(activity.id, buttons.Names.REPLIES)),
        Choice("考勤名单", buttons.ShowNames(activity.id, buttons.Names.ROLL)),
    ]
    return Message(text, [[Choice("补登", buttons.MarkSomebody(activity.id, 0))], lists])


def coming(activity: Activity, tz: tzinfo) -> str:
    """7月主题党日：7月7日（周五）14:30，三楼会议室。"""
    return f"{activity.title}：{moment_words(activity.start_at, tz)}，{activity.place or '地点另行通知'}。"


def opens(activity: Activity, tz: tzinfo) -> str:
    """7月主题党日7月7日（周五）14:00起可以签到。"""
    return f"{activity.title}{moment_words(activity.start_at - OPENS_BEFORE, tz)}起可以签到。"


def signed_in_again(activity: Activity, at: datetime, undo: int | None, tz: tzinfo) -> Message:
    """`undo`: the row, while it can be taken back."""
    rows = [[Choice("撤销", buttons.UndoSignIn(undo))]] if undo is not None else []
    return Message(f"{activity.title}：您已于{at.astimezone(tz):%H:%M}签到，无需再点。", rows)


def entered_already(status: AttendanceStatus, by: Duty | None) -> str:
    """您的考勤已由组织委员登记为缺席: to who signs in all the same; `by` None: oneself."""
    whom = f"由{DUTIES[by]}" if by is not None else ""
    return f"您的考勤已{whom}登记为{ATTENDANCE[status]}，如有出入请联系组织委员。"


def signed_in(
    name: str, activity: Activity, status: AttendanceStatus, at: datetime, tz: tzinfo, *, again: bool = False
) -> str:
    """签到成功：甲六同志，14:42（迟到）。"""
    if again:
        return f"您已于{at.astimezone(tz):%H:%M}签到，无需再点。"
    late = f"（{ATTENDANCE[status]}）" if status is AttendanceStatus.LATE else ""
    return f"签到成功：{name}同志，{at.astimezone(tz):%H:%M}{late}。"


def signed_in_card(activity: Activity, line: str, row_id: int, tz: tzinfo) -> Message:
    place = activity.place or "另行通知"
    text = f"{activity.title}\n时间：{moment_words(activity.start_at, tz)}\n地点：{place}\n{line}"
    return Message(text, [[Choice("撤销", buttons.UndoSignIn(row_id))]])


def sign_in_stands(activity: Activity, row: Attendance, undo: bool, tz: tzinfo) -> Message:
    """To who edits a 签到; `undo`: it can still be taken back."""
    said = f"{activity.title}：您已于{row.at.astimezone(tz):%H:%M}签到。"
    return Message(said, [[Choice("撤销", buttons.UndoSignIn(row.id))]] if undo else [])


def cancelled(activity: Activity, tz: tzinfo) -> Message:
    """To everybody who had the notice."""
    start = activity.start_at.astimezone(tz)
    return Message(f"【活动取消】{activity.title}（原定{short_day(start.date())}{start:%H:%M}）已取消，无需回复。")


def reminder(ahead: Sequence[Ahead], tz: tzinfo) -> Message:
    """【活动提醒】 before the activities of the next days, to one person; several are numbered, with a button each."""
    if len(ahead) == 1:
        [one] = ahead
        does = [Choice("收到", Acknowledge(one.notice.id))] if one.notice is not None else []
        said = f"【活动提醒】{_of_one(one.activity, tz)}{IN_TIME}"
        return Message(said, [[*does, Choice("请假", AskLeave(one.activity.id))]])
    shown, more = ahead[:MOST_REMINDED], len(ahead) - MOST_REMINDED
    lines = [f"【活动提醒】您有{len(ahead)}项活动：", *numbered(_of_one(one.activity, tz) for one in shown)]
    lines += [f"另有{more}项，请以活动通知为准。"] if more > 0 else []
    taps = [
        choice
        for number, one in enumerate(shown, 1)
        for choice in (
            *([Choice(f"收到第{number}项", AcknowledgeListed(one.notice.id))] if one.notice is not None else []),
            Choice(f"请假第{number}项", AskLeave(one.activity.id)),
        )
    ]
    return Message("\n".join([*lines, IN_TIME]), two_a_row(taps))


def sign_in_opens(activity: Activity, tz: tzinfo, reply_to: int | None = None) -> Message:
    """【签到开始】, half an hour before the start; `reply_to`: the card of its notice in a group."""
    start = activity.start_at.astimezone(tz)
    text = f"【签到开始】{short(activity.title)}{start:%H:%M}开始，到会请点“签到”。"
    taps = [Choice("签到", SignIn(activity.id)), Choice("请假", AskLeave(activity.id))]
    return Message(text, [taps], reply_to=reply_to)


def _of_one(activity: Activity, tz: tzinfo) -> str:
    """7月主题党日：7月7日（周五）14:30，三楼会议室。"""
    place = cut(activity.place, LONGEST_PLACE) or "地点另行通知"
    return f"{short(activity.title)}：{moment_words(activity.start_at, tz)}，{place}。"


def postponed(activity: Activity, start_at: datetime, place: str, tz: tzinfo) -> str:
    """The proposed date and place, before anybody is told."""
    return (
        f"改期：{activity.title}\n原定时间：{moment_words(activity.start_at, tz)}\n"
        f"新的时间：{moment_words(start_at, tz)}\n地点：{place or '另行通知'}"
    )


def sure_to_call_off(activity: Activity) -> Message:
    return really(
        f"确认取消{in_marks(activity.title)}吗？取消后将通知全体参加人员。",
        Choice("取消活动", buttons.CallOff(activity.id, 1)),
        Choice("保留活动", buttons.OpenActivity(activity.id)),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A roll as it is to be shown: who waits for an answer to a leave, and how far the activity is."""

    roll: Roll
    pending: Collection[int]
    phase: Phase

    def among(self, people: Collection[int]) -> "Shown":
        """The same occasion with some people only."""
        return Shown(self.roll.among(people), self.pending, self.phase)

    @property
    def parts(self) -> Parts:
        return parts(self.roll, self.pending, self.phase)

    @property
    def lists(self) -> list[tuple[str, Sequence[int]]]:
        """Those in which somebody stands, by what they are called now."""
        held, found = self.phase is Phase.HELD, self.parts
        still = "未登记" if self.phase in (Phase.OVER, Phase.HELD) else "未签到"
        named: list[tuple[str, Sequence[int]]] = [
            ("实到" if held else "已签到", found.present),
            ("请假", found.leave),
            ("请假待审批", found.pending),
            ("缺席", found.absent),
            (still, found.open),
            (f"{_DUTY}（{OFFICIAL_DUTY[OfficialDutyAs.EXCLUDED]}）", self.roll.left_out),
            ("列席", self.roll.observers),
        ]
        return [(word, people) for word, people in named if people]


def figures(shown: Shown) -> str:
    """应到24人，实到21人（迟到1人），请假2人，缺席1人: before the start nobody is missing."""
    many = {word: len(people) for word, people in shown.lists}
    if shown.phase is Phase.AHEAD:
        many.pop("未签到", None)
    duty = shown.roll.on_duty if shown.phase is Phase.HELD else ()
    of_them = [f"{word}{len(people)}人" for word, people in (("迟到", shown.roll.late), (_DUTY, duty)) if people]
    late = f"（{'，'.join(of_them)}）" if of_them else ""
    away = leave_words(many.pop("请假", 0), many.pop("请假待审批", 0))
    came = [f"{word}{many.pop(word)}人{late}" for word in ("实到", "已签到") if word in many]
    rest = [f"{word}{number}人" for word, number in many.items()]
    return "，".join(filter(None, [f"应到{len(shown.roll.expected)}人", *came, away, *rest]))


def came(activity: Activity, shown: Shown) -> str:
    """With how many came who stand nowhere by name: they count in nothing else."""
    others = f"，另有其他列席人员{activity.guests}人" if activity.guests else ""
    return f"{figures(shown)}{others}"


def roll_summary(activity: Activity, shown: Shown, tz: tzinfo) -> str:
    """With the rates, once the roll is completed."""
    lines = [f"{activity.title}，{day_words(activity.start_at.astimezone(tz).date())}", f"{came(activity, shown)}。"]
    if shown.phase is Phase.HELD:
        roll = shown.roll
        made_up = f"（已补学{len(roll.made_up)}人）" if roll.made_up else ""
        lines.append(f"出席率{percent(roll.attendance_rate)}，参学率{percent(roll.coverage_rate)}{made_up}。")
    return "\n".join(lines)


def to_settle(activity: Activity, shown: Shown, *, calls: bool) -> Message:
    """At the end, to the desk; `calls`: to who may call this roll."""
    asks = "请点“点名”核对。" if calls else "点名由组织委员办理。"
    text = f"{activity.title}已结束：{came(activity, shown)}。{asks}"
    roll = [Choice("点名", buttons.RollCall(activity.id))] if calls else []
    return Message(text, [[*roll, Choice("考勤名单", buttons.ShowNames(activity.id, buttons.Names.ROLL))]])


def roll_title(to_call: Sequence[Activity], tz: tzinfo) -> str:
    """考勤: what is to be called first."""
    lines = [f"待点名：{day_words(one.start_at.astimezone(tz).date())}{one.title}" for one in to_call]
    return "\n".join(["【考勤】", *lines, "请选择活动。"])


def to_call_rows(to_call: Sequence[Activity], tz: tzinfo) -> list[list[Choice]]:
    """点名 7月7日, one a row."""
    return [[choice] for choice in roll_choices([(one.id, one.start_at) for one in to_call], tz)]


def names(title: str, parts: Iterable[tuple[str, Sequence[Who]]]) -> list[str]:
    """Lists of names by heading, as one or more texts."""
    lines = [title]
    for heading, people in parts:
        listed = "、".join(f"{who.name}{f'（{who.note}）' if who.note else ''}" for who in people)
        lines += [f"{heading}{len(people)}人：{listed}"] if people else []
    return Pages().add(lines).texts


def _head(activity: Activity, tz: tzinfo) -> str:
    return f"【点名】{activity.title}，{day_words(activity.start_at.astimezone(tz).date())}"


def roll_call(
    activity: Activity, people: Sequence[tuple[int, str, bool]], dialog_id: int, number: int, known: Parts, tz: tzinfo
) -> Message:
    """全部到会，除…: tap the few who are not there. `people` are (id, name, missing) without any record."""
    missing = sum(1 for _, _, gone in people if gone)
    # As wide as with the mark: a row keeps its place when a name is tapped.
    page = page_of(by_width(people, lambda one: f"{GONE}{one[1]}"), number, ROWS_ON_A_PAGE)
    taps = [
        [
            Choice(f"{GONE if gone else ''}{cut(name, LONGEST_NAME)}", buttons.RollToggle(dialog_id, person))
            for person, name, gone in row
        ]
        for row in page.things
    ]
    turn = page.turn(lambda at: buttons.RollPage(dialog_id, at))
    came, absent = (f"已签到{len(known.present)}人", known.present), (f"缺席{len(known.absent)}人", known.absent)
    away = leave_words(len(known.leave), len(known.pending))
    recorded = "，".join(filter(None, [came[0] if came[1] else "", away, absent[0] if absent[1] else ""]))
    ticked = f"已点{missing}人。" if missing else ""
    asks = f"{ticked}其余{len(people) - missing}人按到会登记。请点没有到会的同志，再点“完成点名”。"
    head = "，".join(filter(None, [_head(activity, tz), page.words]))
    lines = [head, f"{recorded}。" if recorded else "", asks if people else "请点“完成点名”。"]
    done = [Choice("完成点名", buttons.RollDone(dialog_id)), Choice(CANCEL, CancelQuestion(dialog_id))]
    return Message("\n".join(filter(None, lines)), filled(*taps, turn, done))


def roll_page(
    activity: Activity,
    will: Parts,
    names: Mapping[int, str],
    dialog_id: int,
    note: str,
    tz: tzinfo,
    away: Collection[int] = (),
) -> Message:
    """将登记：到会20人，请假1人（乙二），缺席2人（甲五、丙五）。 away: who would be present and has said 外出."""

    def listed(people: Sequence[int]) -> str:
        return cut("、".join(names[one] for one in people), LONGEST_LIST)

    named = (("请假", will.leave), ("请假待审批", will.pending), ("缺席", will.absent))
    said = [
        f"到会{len(will.present)}人",
        *(f"{word}{len(people)}人（{listed(people)}）" for word, people in named if people),
    ]
    doubtful = f"{listed(sorted(away))}已登记外出，请核对是否到会。" if away else ""
    lines = [_head(activity, tz), f"将登记：{'，'.join(filter(None, said))}。", doubtful, note]
    two = [Choice("确认登记", buttons.RollSure(dialog_id)), Choice("修改点名", buttons.RollChange(dialog_id))]
    return Message("\n".join(filter(None, lines)), [two])


def which(activity: Activity, name: str, people: Sequence[tuple[int, str]], dialog_id: int, tz: tzinfo) -> Message:
    """Two people have the name that was said."""
    taps = [Choice(cut(one, LONGEST_LABEL), buttons.RollWhich(dialog_id, person)) for person, one in people]
    text = f"{_head(activity, tz)}\n有{len(people)}位同志叫{name}，请选择没有到会的一位。"
    return Message(text, two_a_row(taps))


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who may be entered; `note`: what is recorded of that person."""

    person_id: int
    name: str
    note: str = ""


def entered(name: str, mark: str) -> str:
    return f"已补登：{name}同志，{mark}。"


def after_entry(activity: Activity, word: str) -> Message:
    """What was entered, and the way to the next."""
    return Message(f"{activity.title}\n{word}", [[Choice("继续补登", buttons.MarkSomebody(activity.id, FIRST_PAGE))]])


def mark_somebody(
    activity: Activity,
    people: Sequence[Entry],
    number: int,
    *,
    here: bool = True,
    other: bool = False,
    guests: bool = False,
    done: str = "",
) -> Message:
    """补登: choose the person. `here`: a name without a record is 到会 at once, else it asks what; `other`: 其他情况.

    guests: others may be entered as 列席. done: who was entered just now.
    """

    def said(one: Entry) -> str:
        return f"{cut(one.name, LONGEST_LABEL)} {one.note}".strip()

    page = page_of(by_width(people, said), number, ROWS_ON_A_PAGE)

    def does(one: Entry) -> buttons.MarkHere | buttons.MarkPerson:
        if here and not one.note:
            return buttons.MarkHere(activity.id, one.person_id, page.number)
        return buttons.MarkPerson(activity.id, one.person_id)

    taps = [[Choice(said(one), does(one)) for one in row] for row in page.things]
    turning = buttons.MarkOther if other else buttons.MarkSomebody
    turn = page.turn(lambda at: turning(activity.id, at or FIRST_PAGE))
    below = [Choice("其他情况", buttons.MarkOther(activity.id, page.number))] if here else []
    below += [Choice("登记列席", buttons.ShowGuests(activity.id, 0))] if guests else []
    asks = "请点到会的同志。迟到、线上参加、缺席或请假的，请先点“其他情况”。" if here else "请选择同志。"
    head = "，".join(filter(None, [f"【补登】{activity.title}", page.words]))
    return Message("\n".join(filter(None, [head, done, asks])), filled(*taps, turn, below))


def mark_as(activity: Activity, person_id: int, name: str) -> Message:
    taps = [Choice(word, buttons.MarkAs(activity.id, person_id, mark)) for mark, word in MARK_WORDS.items()]
    return Message(
        f"【补登】{activity.title}\n请选择{name}同志的情况。",
        two_a_row(taps),
    )


def this_week(planned: Sequence[Activity], tz: tzinfo) -> Section | None:
    """本周安排：7月14日（周五）14:30，7月党课；…… In the digest. The comma keeps the hour from the month of a title."""
    if not planned:
        return None
    said = "；".join(f"{moment_words(one.start_at, tz)}，{short(one.title)}" for one in planned)
    return Section(Part.AHEAD, (f"本周安排：{said}。", f"本周安排：{len(planned)}项活动。"))


# --- 照上次, 每月重复 ------------------------------------------------------------------------------------------


def with_note(page: Message, note: str) -> Message:
    """A page of the form, below what is said first."""
    return replace(page, text=f"{note}\n{page.text}") if note else page


def which_before(found: Sequence[Activity], tz: tzinfo) -> Message:
    """照上次, of several."""
    rows = [
        [Choice(label(f"{short_day(local_day(one.start_at, tz))} {one.title}"), buttons.LikeEarlier(one.id))]
        for one in found
    ]
    return Message("【照上次】请选择照哪一次办。", rows)


def every_month(activity: Activity, tz: tzinfo) -> Message:
    """On which day of the month, by the one that it had."""
    start = activity.start_at.astimezone(tz)
    clock, weekday = f"{start:%H:%M}", start.weekday()
    rows = [
        [Choice(monthly.words(week, weekday, None, clock), buttons.EveryMonthOn(activity.id, week))]
        for week in monthly.weeks_of(start.date())
    ]
    rows += [[Choice(monthly.words(None, None, start.day, clock), buttons.EveryMonthOn(activity.id, 0))]]
    return Message(f"【每月重复】{activity.title}\n请选择每月的日期。{PROPOSED_BEFORE}", rows)


def monthly_begun(row: Recurrence) -> Message:
    return Message(f"已设置：{row.title}，{monthly.words_of(row)}。{PROPOSED_BEFORE}停止请点“建活动”中的“每月活动”。")


def monthly_list(found: Sequence[Recurrence]) -> Message:
    """With a button each to end it."""
    shown = found[:MOST_MONTHLY]
    lines = numbered(f"{short(one.title)}：{monthly.words_of(one)}。" for one in shown)
    taps = [Choice(f"停止第{number}项", buttons.EndMonthly(one.id, 0)) for number, one in enumerate(shown, 1)]
    return Message("\n".join(["【每月活动】", *lines]), two_a_row(taps))


def sure_to_end(row: Recurrence) -> Message:
    return really(
        f"{row.title}（{monthly.words_of(row)}）：确认停止每月提醒吗？已发布的活动不受影响。",
        Choice("确认停止", buttons.EndMonthly(row.id, 1)),
        Choice("不停止", buttons.Monthly()),
    )


def monthly_ended(row: Recurrence) -> Message:
    return Message(f"已停止：{row.title}，{monthly.words_of(row)}。")


def month_proposed(row: Recurrence, title: str, day: date, usual: date, month: int) -> Message:
    """【每月活动】8月主题党日：8月4日（周五）14:30，三楼会议室。"""
    place = cut(str(row.answers.get("place", "")), LONGEST_PLACE) or "地点另行通知"
    moved = f"\n{short_day(usual)}是休息日，建议改在{short_day(day)}。" if day != usual else ""
    text = f"【每月活动】{short(title)}：{day_words(day)}{row.clock}，{place}。{moved}\n确认后发布通知。"

    def does(what: buttons.Month) -> buttons.DecideMonth:
        return buttons.DecideMonth(row.id, month, what)

    change = [Choice("修改", does(buttons.Month.CHANGE)), Choice("本月不办", does(buttons.Month.SKIP))]
    return Message(text, [[Choice("发布", does(buttons.Month.PUBLISH))], change])


def month_skipped(row: Recurrence, month: date) -> Message:
    return Message(f"已登记：{month.month}月{row.title}不办。")
