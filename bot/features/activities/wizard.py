"""The activity wizard: one card of buttons asks type, day, time and place, then shows all to change or publish."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import cards, planning
from bot.features.activities.buttons import Wizard
from bot.features.activities.rules import default_title
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Reach, Right, own_field, reach
from bot.kit.dates import parse_day, parse_time
from bot.kit.glossary.choices import ACTIVITY_TYPES, SCOPES
from bot.kit.handlers import ANYBODY, Answer, Call, Command, Handler, HelpGroup, Key, Tap
from bot.kit.lists import two_a_row
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.words import day_words
from storage.choices import ActivityType, Scope
from storage.lookups import group_chats
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.models.organisation import PartyGroup
from storage.models.person import Person
from storage.roster import Member, roster

T = TypeVar("T")
STEP = "activity.wizard"
TIMES = ("09:00", "10:00", "14:30", "15:00", "16:00", "19:30")
LENGTHS = {"60": "1小时", "90": "1.5小时", "120": "2小时", "180": "3小时", "240": "4小时"}
HOURS = ("0", "1", "2", "4", "8")
WAYS = {"group": "发到群", "private": "逐人私聊", "both": "群和私聊"}
ORDER = ("types", "day", "time", "place", "confirm")
ASK = {
    "types": "请选择活动内容（可多选），然后点“下一步”。",
    "group": "请选择党小组。",
    "day": "请选择日期，或直接发送，例如：7月7日。",
    "time": "请选择开始时间，或直接发送，例如：14:30。",
    "place": "请选择地点，或直接发送。",
    "title": "请发送活动标题。",
    "length": "请选择时长。",
    "hours": "请选择学时，或直接发送数字。",
    "host": "请选择主持人。",
    "lecturer": "请选择授课人。",
    "topic": "请发送研讨题目。",
    "agenda": "请发送第一议题材料的名称，一行一项。",
    "way": "请选择发送方式。",
}
OLD = "这份内容已失效，请重新点“建活动”。"


def start(session: Session, call: Call) -> Reply:
    """/new 发通知/建活动: who may make anything; what it may be is asked again when it is published."""
    if reach(call.me, Right.MAKE_ACTIVITY) is Reach.NONE:
        raise Refusal(NO_RIGHT)
    dialog = dialogs.ask(session, call.me, STEP, call.now, field="types", types=[])
    return say(page(session, call, dialog))


def tap(session: Session, call: Call, button: Wizard) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, STEP)
    if button.field == "go":
        return _go(session, call, dialog, button.value)
    if not _offered(session, call, dialog, button.field, button.value):
        raise Refusal(OLD)
    dialogs.move(dialog, STEP, call.now, **_taken(dialog, button.field, button.value))
    return Reply(edit=page(session, call, dialog))


def _offered(session: Session, call: Call, dialog: Dialog, field: str, value: str) -> bool:
    """Whether a button of this card can say so: a day or a place that the card offered earlier still counts."""
    try:
        if field == "day":
            return date.fromisoformat(value).isoformat() == value
        if field == "time":
            return time.fromisoformat(value).strftime("%H:%M") == value
    except ValueError:
        return False
    if field == "place":
        return bool(value.strip())
    return value in dict(_options(session, call, dialog, field))


def _taken(dialog: Dialog, field: str, value: str) -> dict[str, Any]:
    """What a tapped value changes in the draft, and which question comes next."""
    if field == "types":
        types = [kind for kind in dialog.draft["types"] if kind != value]
        return {"types": types if value in dialog.draft["types"] else [*dialog.draft["types"], value]}
    return {field: value, "field": _next(dialog, field)}


def _next(dialog: Dialog, field: str) -> str:
    """The next question nobody has answered; after the first round always the page that shows everything."""
    if dialog.draft.get("place") is not None or field not in ORDER:
        return "confirm" if dialog.draft.get("place") is not None or field == "place" else _first_open(dialog, field)
    return _first_open(dialog, field)


def _first_open(dialog: Dialog, answered: str) -> str:
    have = {**dialog.draft, answered: True}
    if ActivityType.GROUP_MEETING in dialog.draft["types"] and have.get("group") is None:
        return "group"
    return next((field for field in ("day", "time", "place") if have.get(field) is None), "confirm")


def _go(session: Session, call: Call, dialog: Dialog, value: str) -> Reply:
    """下一步, 发给自己看看, 发布, or open one question of the last page."""
    if value == "publish":
        return _publish(session, call, dialog)
    if value == "preview":
        return _preview(session, call, dialog)
    if value == "next":
        if not dialog.draft["types"]:
            raise Refusal("请至少选择一项活动内容。")
        value = _first_open(dialog, "types")
    if value not in ASK and value != "confirm":
        raise Refusal(OLD)
    dialogs.move(dialog, STEP, call.now, field=value)
    return Reply(edit=page(session, call, dialog))


def typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    """A typed answer to the open question."""
    field, text = dialog.draft["field"], call.text.strip()[:200]
    if not text:
        raise Refusal("请用文字回答，或点按钮选择。")
    if field == "day":
        changes = _typed_day(call, text)
    elif field == "time":
        changes = {"time": _need(parse_time(text), "没有看懂时间，请按“14:30”的样子发送。").strftime("%H:%M")}
    elif field == "hours":
        changes = {"hours": str(_hours(text))}
    elif field == "agenda":
        changes = {"agenda": [line.strip() for line in call.text.splitlines() if line.strip()][:20]}
    elif field in ("place", "title", "topic"):
        changes = {field: text}
    else:
        raise Refusal("请点按钮选择。")
    dialogs.move(dialog, STEP, call.now, **changes)
    dialogs.move(dialog, STEP, call.now, field=_next(dialog, field))
    return say(page(session, call, dialog))


def _typed_day(call: Call, text: str) -> dict[str, Any]:
    day = _need(parse_day(text, call.today), "没有看懂日期，请按“7月7日”的样子发送。")
    at = parse_time(text.replace(str(day.year), "", 1).split("日")[-1]) if "日" in text else None
    return {"day": day.isoformat(), **({"time": at.strftime("%H:%M")} if at else {})}


def _need(value: T | None, otherwise: str) -> T:
    if value is None:
        raise Refusal(otherwise)
    return value


def _hours(text: str) -> Decimal:
    try:
        hours = Decimal(text.removesuffix("学时"))
    except InvalidOperation:
        raise Refusal("请发送学时数，例如：4。") from None
    if not 0 <= hours <= 100 or hours != round(hours, 1):
        raise Refusal("学时应在0到100之间，最多一位小数。")
    return hours


# --- what the card shows ------------------------------------------------------------------------------------------


def page(session: Session, call: Call, dialog: Dialog) -> Message:
    """The card for the question that is open now."""
    field = dialog.draft["field"]
    if field == "confirm":
        return Message(_summary(session, call, dialog.draft) + "\n核对无误请点“发布”。", _confirm_rows(dialog))
    text = _summary(session, call, dialog.draft) + "\n" + ASK[field]
    rows = two_a_row(
        [Choice(label, Wizard(dialog.id, field, value)) for value, label in _options(session, call, dialog, field)]
    )
    if field == "types":
        rows.append([Choice("下一步", Wizard(dialog.id, "go", "next"))])
    return Message(text, rows)


def _options(session: Session, call: Call, dialog: Dialog, field: str) -> list[tuple[str, str]]:
    if field == "types":
        return [(kind, f"{'✓ ' if kind in dialog.draft['types'] else ''}{title}") for kind, title in _allowed(call)]
    if field == "group":
        return [(str(group.id), group.name) for group in _groups(session, call)]
    if field == "day":
        days = [call.today + timedelta(days=ahead) for ahead in range(10)]
        return [(day.isoformat(), day_words(day)) for day in days]
    if field == "time":
        return [(at, at) for at in TIMES]
    if field == "place":
        return [(place, place) for place in _places(session, call) if len(place.encode()) <= 40]
    if field == "length":
        return list(LENGTHS.items())
    if field == "hours":
        return [(hours, f"{hours}学时") for hours in HOURS]
    if field in ("host", "lecturer"):
        return [(str(member.id), member.name) for member in _committee(session, call)]
    return list(WAYS.items()) if field == "way" else []


def _allowed(call: Call) -> list[tuple[str, str]]:
    """A group leader has the meetings of the own group, an officer the contents of the own field, the desk all."""
    mine = own_field(call.me, Right.MAKE_ACTIVITY) | ({ActivityType.GROUP_MEETING} if call.me.leads else set())
    wide = reach(call.me, Right.MAKE_ACTIVITY) is Reach.ALL
    return [(kind.value, title) for kind, title in ACTIVITY_TYPES.items() if wide or kind in mine]


def _groups(session: Session, call: Call) -> list[PartyGroup]:
    groups = session.scalars(
        select(PartyGroup).where(PartyGroup.branch_id == call.me.branch_id).order_by(PartyGroup.id)
    )
    mine = reach(call.me, Right.MAKE_ACTIVITY) is Reach.ALL
    return [group for group in groups if mine or group.id in call.me.leads]


def _places(session: Session, call: Call) -> list[str]:
    query = select(Activity.place).where(Activity.branch_id == call.me.branch_id, Activity.place != "")
    recent = session.scalars(query.order_by(Activity.id.desc()).limit(30))
    return list(dict.fromkeys(recent))[:6] or ["会议室"]


def _committee(session: Session, call: Call) -> list[Member]:
    return [member for member in roster(session, call.me.branch_id, call.today) if member.duties]


def _summary(session: Session, call: Call, draft: dict[str, Any]) -> str:
    types = [ActivityType(kind) for kind in draft["types"]]
    lines = ["【建活动】" + (draft.get("title") or "、".join(ACTIVITY_TYPES[kind] for kind in types))]
    if draft.get("day"):
        lines.append(f"时间：{day_words(date.fromisoformat(draft['day']))}{draft.get('time') or ''}")
    if draft.get("place"):
        lines.append(f"地点：{draft['place']}")
    if draft["field"] == "confirm":
        lines += _details(session, draft, types)
    return "\n".join(lines)


def _details(session: Session, draft: dict[str, Any], types: list[ActivityType]) -> list[str]:
    group = session.get(PartyGroup, int(draft["group"])) if draft.get("group") else None
    names = {member: session.get(Person, int(draft[member])) for member in ("host", "lecturer") if draft.get(member)}
    shown = [
        f"内容：{'、'.join(ACTIVITY_TYPES[kind] for kind in types)}",
        f"范围：{group.name if group else SCOPES[_scope(draft)]}",
        f"时长：{LENGTHS[draft.get('length', '120')]}　学时：{draft.get('hours', '0')}",
    ]
    shown += [
        f"{word}：{person.name}"
        for key, word in (("host", "主持"), ("lecturer", "授课人"))
        if (person := names.get(key)) is not None
    ]
    shown += [f"研讨题目：{draft['topic']}"] if draft.get("topic") else []
    shown += ["第一议题：" + "；".join(draft["agenda"])] if draft.get("agenda") else []
    return [*shown, f"通知：{WAYS[draft.get('way', 'group')]}"]


def _confirm_rows(dialog: Dialog) -> list[list[Choice]]:
    labels = {
        "title": "标题",
        "day": "日期",
        "time": "时间",
        "place": "地点",
        "length": "时长",
        "hours": "学时",
        "host": "主持人",
        "agenda": "第一议题",
        "way": "发送方式",
        "types": "内容",
    }
    if ActivityType.PARTY_LECTURE in dialog.draft["types"]:
        labels["lecturer"] = "授课人"
    if ActivityType.GROUP_DISCUSSION in dialog.draft["types"]:
        labels["topic"] = "研讨题目"
    rows = two_a_row([Choice(label, Wizard(dialog.id, "go", field)) for field, label in labels.items()])
    last = [
        Choice("发给自己看看", Wizard(dialog.id, "go", "preview")),
        Choice("发布", Wizard(dialog.id, "go", "publish")),
    ]
    return [*rows, last]


# --- publishing ---------------------------------------------------------------------------------------------------


def _scope(draft: dict[str, Any]) -> Scope:
    types = set(draft["types"])
    if ActivityType.GROUP_MEETING in types:
        return Scope.GROUP
    return Scope.COMMITTEE if types == {ActivityType.COMMITTEE_MEETING} else Scope.BRANCH


def _plan(call: Call, draft: dict[str, Any]) -> planning.Plan:
    start_at = datetime.combine(date.fromisoformat(draft["day"]), time.fromisoformat(draft["time"]), call.tz)
    types = [ActivityType(kind) for kind in draft["types"]]
    scope = _scope(draft)
    return planning.Plan(
        types=types,
        start_at=start_at,
        end_at=start_at + timedelta(minutes=int(draft.get("length", "120"))),
        place=draft["place"],
        title=draft.get("title") or default_title(types, start_at.date()),
        scope=scope,
        group_id=int(draft["group"]) if scope is Scope.GROUP else None,
        hours=Decimal(draft.get("hours", "0")),
        host_id=int(draft["host"]) if draft.get("host") else None,
        lecturer_id=int(draft["lecturer"]) if draft.get("lecturer") else None,
        topic=draft.get("topic", ""),
        first_agenda=draft.get("agenda", []),
    )


def _whole(session: Session, call: Call, dialog: Dialog) -> planning.Plan:
    """The plan, when nothing is missing in it."""
    missing = [ASK[field] for field in ("day", "time", "place") if not dialog.draft.get(field)]
    if missing:
        raise Refusal(missing[0])
    plan = _plan(call, dialog.draft)
    if plan.scope is Scope.GROUP and plan.group_id not in {group.id for group in _groups(session, call)}:
        raise Refusal(NO_RIGHT)
    return plan


def _way(session: Session, call: Call, draft: dict[str, Any], scope: Scope) -> tuple[bool, bool]:
    """Does the notice go to the group, and to each person?"""
    way = draft.get("way", "group")
    tied = scope is Scope.BRANCH and bool(group_chats(session, call.me.branch_id))
    to_group = way in ("group", "both") and tied
    return to_group, way in ("private", "both") or not to_group


def _preview(session: Session, call: Call, dialog: Dialog) -> Reply:
    """发给自己看看; to the group and to each, the members' own is shown."""
    plan = _whole(session, call, dialog)
    _, privately = _way(session, call, dialog.draft, plan.scope)
    return Reply(toast="已发给您本人。", here=[cards.preview_of(session, call, plan, privately)])


def _publish(session: Session, call: Call, dialog: Dialog) -> Reply:
    plan = _whole(session, call, dialog)
    activity = planning.make(session, call.me, plan, call.now, call.tz)
    to_group, privately = _way(session, call, dialog.draft, plan.scope)
    told = cards.tell(session, call, activity, to_group, privately)
    dialogs.close(session, call.me.id)
    word = "已发布，通知正在送出。" if plan.start_at > call.now else "已补录（补报），请点名登记到会情况。"
    refresh = cards.going_out(session, activity)
    return Reply(toast=word, edit=Message(f"{activity.title}\n{word}"), others=told, refresh=refresh)


HANDLERS: list[Handler] = [
    Command(
        "new",
        start,
        "发通知/建活动",
        Right.MAKE_ACTIVITY,
        keys={ANYBODY: Key(42, "建活动")},
        help="建活动：按提示选择类别、时间和地点后发布。",
        group=HelpGroup.OFFICE,
    ),
    Tap(Wizard, tap),
    Answer(STEP, typed),
]
