"""建活动: the form asks type, day, time and place, then shows all to change or publish; 改期: another day and time."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import again, agenda, cards, details, messages, monthly, planning
from bot.features.activities.buttons import Wizard
from bot.kit import branch_settings, notice_files, questions, templates
from bot.kit.access import NO_RIGHT, Reach, Right, own_field, reach
from bot.kit.activities import find_activity
from bot.kit.activity_words import type_words, understood
from bot.kit.form_fields import Action, Field, Options, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.glossary.choices import SCOPES
from bot.kit.handlers import Call, Command, Handler
from bot.kit.names import LONGEST as LONGEST_NAME
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import Seat
from bot.kit.sheets import visible
from bot.kit.words import dated, day_words, moment_words
from storage.choices import ActivityType, Duty, Scope
from storage.lookups import group_chats
from storage.models.activity import Activity
from storage.models.organisation import PartyGroup
from storage.models.person import Person
from storage.roster import Member, roster

TIMES = ("09:00", "10:00", "14:30", "15:00", "16:00", "19:30")
LENGTHS = {"60": "1小时", "90": "1.5小时", "120": "2小时", "180": "3小时", "240": "4小时"}
HOURS = ("0", "1", "2", "4", "8")
WAYS = {"group": "支部工作群", "private": "逐人私聊", "both": "工作群和私聊"}
LONGEST, MOST_HOURS = 200, 100
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_HOURS = re.compile(r"[0-9]+(\.[0-9])?")
_AND = re.compile(r"\s+|和|及")
_MONTH = re.compile(r"^[0-9]{1,2}月份?")


# --- the questions ------------------------------------------------------------------------------------------------


def _text(key: str) -> Callable[[Session, Call, str], Values]:
    """What can be seen of it: marks that hide or turn letters around are no title."""

    def read(session: Session, call: Call, text: str) -> Values:
        line = visible(text).strip()[:LONGEST]
        if not line:
            raise Refusal("没有看到文字，请重新发送。")
        return {key: line}

    return read


def _hours(session: Session, call: Call, text: str) -> Values:
    """A number as one writes it: Python reads more, nan and 4e1 among them."""
    said = unicodedata.normalize("NFKC", text[:LONGEST]).removesuffix("学时").strip()
    if not _NUMBER.fullmatch(said):
        raise Refusal("请发送学时数，例如：4。")
    if not _HOURS.fullmatch(said) or Decimal(said) > MOST_HOURS:
        raise Refusal("学时应在0到100之间，最多一位小数。")
    return {"hours": str(Decimal(said))}


def _types(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """A group leader has the meetings of the own group, an officer the contents of the own field, the desk all."""
    mine = own_field(call.me, Right.MAKE_ACTIVITY) | ({ActivityType.GROUP_MEETING} if call.me.leads else set())
    wide = reach(call.me, Right.MAKE_ACTIVITY) is Reach.ALL
    words = type_words(session, call.me.branch_id)
    return [(kind.value, word) for kind, word in words.items() if wide or kind in mine]


def _types_typed(session: Session, call: Call, said: str) -> Values:
    """主题党日、党课: in the usual words or the branch's own, with the month before them or without."""
    known = understood(branch_settings.of_branch(session, call.me.branch_id).aliases)
    offered = {kind for kind, _ in _types(session, call, {})}
    found = [kind.value for part in details.parts(said) for kind in _kinds(part, known)]
    if not offered.issuperset(found):
        raise Refusal(NO_RIGHT)
    return {"types": list(dict.fromkeys(found))}


def _kinds(said: str, known: Mapping[str, ActivityType]) -> list[ActivityType]:
    """Of one part of a list: a word, or words with a blank or 和 between them."""
    whole = known.get(name_key(_MONTH.sub("", said)))
    if whole is not None:
        return [whole]
    found = [known.get(name_key(_MONTH.sub("", one))) for one in _AND.split(said) if one]
    kinds = [kind for kind in found if kind is not None]
    if not kinds or len(kinds) < len(found):
        raise Refusal(f"没有找到“{said[:LONGEST_NAME]}”，请点按钮选择。")
    return kinds


def _days(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    days = [call.today + timedelta(days=ahead) for ahead in range(10)]
    return [(day.isoformat(), day_words(day)) for day in days]


def _group_options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(group.id), group.name) for group in _groups(session, call)]


def _groups(session: Session, call: Call) -> list[PartyGroup]:
    groups = session.scalars(
        select(PartyGroup).where(PartyGroup.branch_id == call.me.branch_id).order_by(PartyGroup.id)
    )
    mine = reach(call.me, Right.MAKE_ACTIVITY) is Reach.ALL
    return [group for group in groups if mine or group.id in call.me.leads]


def _places(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """Where it was lately, as far as a button holds it."""
    query = select(Activity.place).where(Activity.branch_id == call.me.branch_id, Activity.place != "")
    recent = session.scalars(query.order_by(Activity.id.desc()).limit(30))
    fitting = (place for place in recent if len(place.encode()) <= 40)
    places = list(dict.fromkeys(fitting))[:6] or ["会议室"]
    return [(place, place) for place in places]


def _members(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(member.id), member.name) for member in _committee(session, call)]


def _committee(session: Session, call: Call) -> list[Member]:
    return [member for member in roster(session, call.me.branch_id, call.today) if member.duties]


def _holds(kind: ActivityType) -> Callable[[Values], bool]:
    return lambda values: kind in values.get("types", ())


def _later(key: str, label: str, ask: str, options: Options | None = None, **more: Any) -> Field:
    """What has a usual value, and is asked from the last page."""
    return Field(key, ask, label, options=options or questions.fixed({}), later=True, **more)


PLACE = Field(
    "place",
    "请选择地点，或直接发送。",
    "地点",
    options=_places,
    read=_text("place"),
    accepts=lambda call, value: bool(value.strip()),
)
FIELDS = (
    Field(
        "types",
        "请选择活动内容（可多选），然后点“下一步”。",
        "内容",
        options=_types,
        read=_types_typed,
        below=again.below,
        many=True,
        needed="请至少选择一项活动内容。",
    ),
    Field("group", "请选择党小组。", options=_group_options, when=_holds(ActivityType.GROUP_MEETING)),
    questions.day(
        "day", "请选择日期，或直接发送，例如：7月7日。", label="日期", options=_days, past="补报", clock="time"
    ),
    questions.clock(
        "time",
        "请选择开始时间，或直接发送，例如：14:30。",
        label="时间",
        offered=TIMES,
        of="day",
        past="补报",
    ),
    PLACE,
    _later("title", "标题", "请发送活动标题。", read=_text("title")),
    _later("length", "时长", "请选择时长。", questions.fixed(LENGTHS)),
    _later(
        "hours",
        "学时",
        "请选择学时，或直接发送数字。",
        questions.fixed({hours: f"{hours}学时" for hours in HOURS}),
        read=_hours,
    ),
    _later("host", "主持人", "请选择主持人。", _members),
    _later(
        "agenda",
        "第一议题",
        "请勾选第一议题材料，或直接发送名称，一行一项，可注明出处，例如：《……》（人民日报，7月20日）。",
        agenda.options,
        read=agenda.typed,
        doubts=agenda.doubts,
        many=True,
        optional=True,
        one_a_row=True,
        beside=(agenda.TYPED,),
        longest=agenda.MOST_LINES * agenda.LONGEST,
        what="第一议题",
    ),
    _later("way", "发送方式", "请选择发送方式。", questions.fixed(WAYS)),
    _later(
        "lecturer",
        "授课人",
        "请选择授课人，或直接发送姓名。",
        _members,
        read=details.lecturer_typed,
        when=_holds(ActivityType.PARTY_LECTURE),
    ),
    _later("topic", "研讨题目", "请发送研讨题目。", read=_text("topic"), when=_holds(ActivityType.GROUP_DISCUSSION)),
    *details.FIELDS,
)
ORDER = (
    "title", "day", "time", "place", "length", "hours", "host", "agenda", "way", "types", "lecturer", "topic",
    *details.ORDER,
)  # fmt: skip


# --- what the card shows ------------------------------------------------------------------------------------------


def _summary(session: Session, call: Call, values: Values) -> str:
    types, words = [ActivityType(kind) for kind in values["types"]], type_words(session, call.me.branch_id)
    lines = ["【建活动】" + (_title(values) or "、".join(words[kind] for kind in types))]
    if values.get("day"):
        lines.append(f"时间：{dated(date.fromisoformat(values['day']), call.today)}{values.get('time') or ''}")
    if values.get("place"):
        lines.append(f"地点：{values['place']}")
    lines += templates.lines(templates.on(session, call.me.branch_id, call.today), types)
    if values[FIELD] == CONFIRM:
        lines += _details(session, call, values, types)
    return "\n".join(lines)


def _title(values: Values) -> str:
    day = values.get("day")
    return again.title(values, date.fromisoformat(day).month) if day else str(values.get("title") or "")


def _length(minutes: str) -> str:
    return LENGTHS.get(minutes) or f"{minutes}分钟"


def _details(session: Session, call: Call, values: Values, types: list[ActivityType]) -> list[str]:
    group = session.get(PartyGroup, int(values["group"])) if values.get("group") else None
    known = {key: str(values.get(key) or "") for key in ("host", "lecturer")}
    listed = {key: said for key, said in known.items() if said and not said.startswith(details.OUTSIDE)}
    names = {key: session.get(Person, int(said)) for key, said in listed.items()}
    words = type_words(session, call.me.branch_id)
    shown = [
        f"内容：{'、'.join(words[kind] for kind in types)}",
        f"范围：{group.name if group else SCOPES[scope_of(values)]}",
        f"时长：{_length(values.get('length', '120'))}" + _hours_words(values.get("hours", "0")),
    ]
    shown += [
        f"{word}：{person.name}"
        for key, word in (("host", "主持"), ("lecturer", "授课人"))
        if (person := names.get(key)) is not None
    ]
    shown += [f"研讨题目：{values['topic']}"] if values.get("topic") else []
    items = agenda.chosen(session, call, values)
    shown += ["第一议题：" + "；".join(items)] if items else []
    shown += details.lines(session, call, details.details(call, values), date.fromisoformat(values["day"]))
    return [*shown, f"通知：{_way_words(*_way(session, call, values, scope_of(values)))}"]


def _way_words(to_group: bool, privately: bool) -> str:
    """As it will be sent: what is not for the whole branch goes to each, whatever was chosen."""
    return WAYS["both" if to_group and privately else "group" if to_group else "private"]


def _hours_words(hours: str) -> str:
    return f"，学时：{hours}" if Decimal(hours) else ""


# --- publishing ---------------------------------------------------------------------------------------------------


def scope_of(values: Values) -> Scope:
    """For whom it is, by its contents and whom it names."""
    types = set(values["types"])
    if ActivityType.GROUP_MEETING in types:
        return Scope.GROUP
    if values.get("people"):
        return Scope.NAMED if details.is_own(values) else Scope.DELEGATED
    return Scope.COMMITTEE if types == {ActivityType.COMMITTEE_MEETING} else Scope.BRANCH


def _start(call: Call, values: Values) -> datetime:
    return datetime.combine(date.fromisoformat(values["day"]), time.fromisoformat(values["time"]), call.tz)


def _plan(session: Session, call: Call, values: Values) -> planning.Plan:
    start_at = _start(call, values)
    types = [ActivityType(kind) for kind in values["types"]]
    scope = scope_of(values)
    return planning.Plan(
        types=types,
        start_at=start_at,
        end_at=start_at + timedelta(minutes=int(values.get("length", "120"))),
        place=values["place"],
        title=again.title(values, start_at.month),
        scope=scope,
        group_id=int(values["group"]) if scope is Scope.GROUP else None,
        hours=Decimal(values.get("hours", "0")),
        host_id=int(values["host"]) if values.get("host") else None,
        lecturer_id=int(values["lecturer"]) if str(values.get("lecturer") or "").isdigit() else None,
        topic=values.get("topic", ""),
        first_agenda=agenda.chosen(session, call, values),
        details=details.details(call, values),
    )


def _whole(session: Session, call: Call, values: Values) -> planning.Plan:
    """The plan, of a group that one may call together."""
    plan = _plan(session, call, values)
    if plan.scope is Scope.GROUP and plan.group_id not in {group.id for group in _groups(session, call)}:
        raise Refusal(NO_RIGHT)
    return plan


def _way(session: Session, call: Call, values: Values, scope: Scope) -> tuple[bool, bool]:
    """Does the notice go to the group, and to each person?"""
    way = values.get("way", "group")
    tied = scope is Scope.BRANCH and bool(group_chats(session, call.me.branch_id))
    to_group = way in ("group", "both") and tied
    return to_group, way in ("private", "both") or not to_group


def _preview(session: Session, call: Call, values: Values) -> Reply:
    """预览; to the group and to each, the members' own is shown."""
    plan = _whole(session, call, values)
    _, privately = _way(session, call, values, plan.scope)
    shown = cards.preview_of(session, call, plan, privately)
    return Reply(toast="已发给您本人。", here=[shown, *notice_files.documents(plan.details.files)])


def publish(session: Session, call: Call, values: Values) -> Reply:
    """发布; of what is held every month this is the month's."""
    plan = _whole(session, call, values)
    activity = planning.make(session, call.me, plan, call.now, call.tz)
    if values.get(monthly.MONTHLY):
        number, month = values[monthly.MONTHLY]
        monthly.decide(session, call.me, number, date.fromisoformat(month), activity.id, call.now)
    to_group, privately = _way(session, call, values, plan.scope)
    told = cards.tell(session, call, activity, to_group, privately)
    word = "已发布，通知正在发送。" if plan.start_at > call.now else "已补报，请点“点名”登记到会情况。"
    refresh = cards.going_out(session, activity)
    return Reply(toast=word, edit=Message(f"{activity.title}\n{word}"), others=told, refresh=refresh)


FORM = Form(
    name="activity.wizard",
    code="a",
    again="建活动",
    fields=FIELDS,
    order=ORDER,
    summary=_summary,
    confirm="核对无误请点“发布”。",
    actions=(Action("preview", "预览", _preview, closes=False), Action("publish", "发布", publish)),
    # What it may be is asked again when it is published.
    right=Right.MAKE_ACTIVITY,
    before=Wizard,
)


# --- 改期 ---------------------------------------------------------------------------------------------------------

SURE = "postpone"
MEANS = "确认后将通知全体参加人员并重新收集回复，原有的签到和请假不再有效。如时间有误，请直接重新发送。"


def _moved(session: Session, call: Call, values: Values) -> Activity:
    return find_activity(session, call.me, int(values["activity"]))


def _movable(session: Session, call: Call, values: Values) -> None:
    activity = _moved(session, call, values)
    planning.movable(session, call.me, activity, call.now)
    if values.get("day") and values.get("time"):
        planning.may_postpone(session, call.me, activity, _start(call, values), call.now)


def _new_date(session: Session, call: Call, values: Values) -> str:
    activity = _moved(session, call, values)
    if values.get(FIELD) == CONFIRM:
        return messages.postponed(activity, _start(call, values), values.get("place") or activity.place, call.tz)
    return f"改期：{activity.title}"


def _postpone(session: Session, call: Call, values: Values) -> Reply:
    activity, start = _moved(session, call, values), _start(call, values)
    planning.postpone(session, call.me, activity, start, call.now, call.tz, values.get("place"))
    told = cards.tell_postponed(session, call, activity)
    done = Message(f"{activity.title}：已改期到{moment_words(start, call.tz)}，正在通知。")
    return Reply(toast="已改期，正在通知。", edit=done, others=told, refresh=cards.going_out(session, activity))


POSTPONE = Form(
    name="activity.postpone",
    code="p",
    again="改期",
    fields=(
        questions.day(
            "day",
            "请发送新的日期和时间，例如：7月14日 14:30。",
            example="7月14日 14:30",
            not_past=planning.TOO_EARLY,
            clock="time",
        ),
        questions.clock("time", "请发送新的开始时间，例如：14:30。", of="day"),
        replace(PLACE, later=True),
    ),
    summary=_new_date,
    confirm=MEANS,
    actions=(Action(SURE, "确认改期", _postpone),),
    right=Right.MAKE_ACTIVITY,
    check=_movable,
    called="这次改期",
    dropped="已取消，未改期。",
    leave="不改期",
)


def group_meeting(session: Session, call: Call) -> Reply:
    """建党小组会: the contents are known, and with one group led that too."""
    if not call.me.leads and reach(call.me, Right.MAKE_ACTIVITY) is not Reach.ALL:
        raise Refusal(NO_RIGHT)
    group = {"group": str(min(call.me.leads))} if len(call.me.leads) == 1 else {}
    return say(FORM.open(session, call, types=[ActivityType.GROUP_MEETING.value], **group))


HANDLERS: list[Handler] = [
    Command(
        "group_meeting",
        group_meeting,
        "建党小组会",
        Right.MAKE_ACTIVITY,
        duty=Duty.GROUP_LEADER,
        group_at=5,
    ),
    Command(
        "new",
        FORM.start,
        "建活动",
        Right.MAKE_ACTIVITY,
        keys={Seat.DESK: 21},
        more=25,
        help="建活动：按提示选择内容、时间和地点后发布。",
    ),
]
