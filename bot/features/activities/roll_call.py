"""点名: by the list of those without a record, or in a sentence; both end on one page that is confirmed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from sqlalchemy.orm import Session

from bot.features.activities import buttons, follow_up, messages, roll_words, rules, service
from bot.features.activities.desk import MOST_TO_CALL, NOT_IN_SCOPE, OLD_LIST, called, shown
from bot.kit import dialog as dialogs
from bot.kit import heard
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, activity_of_card, choose_activity, find_activity
from bot.kit.asking import question
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.lists import told_apart
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.words import cut
from scheduler.calendar.days import local_day
from storage.activities import audience
from storage.away import said_away_on
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.roster import Member, roster

STEP = "activity.roll"
NOT_YOURS = "点名由组织委员办理。"
NOTHING_TO_CALL = "现在没有需要点名的活动。"
CHANGED = "到会情况有变化，请重新核对。"
LEAVE_APART = "病假、事假请在“补登”中登记，点名时只写姓名。"
BY_THE_LIST = "请点“考勤”，选择活动后点“点名”。"
SAY_AGAIN = "没有找到您发送的点名内容，请重新发送。"
ONESELF = ("我", "本人")
EXAMPLE = "请这样发送：全部到会，除甲五、丙五"


# --- the list -----------------------------------------------------------------------------------------------------


def roll_call(session: Session, call: Call, button: buttons.RollCall) -> Reply:
    """全部到会，除…: opens the list of those without any record."""
    activity = called(session, call, button.activity_id)
    service.may_call(call.me, activity, call.now)
    dialog = dialogs.ask(session, call.me, STEP, call.now, activity=activity.id, missing=[])
    return Reply(here=[_list(session, call, dialog)])


def _activity(session: Session, call: Call, dialog: Dialog) -> Activity:
    return called(session, call, int(dialog.draft["activity"]))


def _list(session: Session, call: Call, dialog: Dialog) -> Message:
    activity = _activity(session, call, dialog)
    roll, pending = service.roll(session, activity, call.tz), service.pending_leave(session, activity.id)
    known = rules.parts(roll, pending, rules.Phase.OVER)
    names = _names(session, call, activity)
    people = [(person, names[person], person in dialog.draft["missing"]) for person in known.open]
    return messages.roll_call(activity, people, dialog.id, int(dialog.draft.get("page", 0)), known, call.tz)


def _names(session: Session, call: Call, activity: Activity) -> dict[int, str]:
    """What each is called on buttons."""
    people = audience(session, activity, call.tz)
    names = told_apart(people, lambda one: one.name, lambda one: one.group_name or "")
    return {one.id: name for one, name in zip(people, names, strict=True)}


def _dialog(session: Session, call: Call, dialog_id: int) -> Dialog:
    return dialogs.tapped(session, call.me, dialog_id, call.now, OLD_LIST, STEP)


def roll_toggle(session: Session, call: Call, button: buttons.RollToggle) -> Reply:
    dialog = _dialog(session, call, button.dialog_id)
    activity = _activity(session, call, dialog)
    if button.person_id not in {member.id for member in audience(session, activity, call.tz)}:
        raise Refusal(NOT_IN_SCOPE)
    missing = set(dialog.draft["missing"]) ^ {button.person_id}
    dialogs.move(dialog, STEP, call.now, missing=sorted(missing))
    return Reply(edit=_list(session, call, dialog))


def roll_page(session: Session, call: Call, button: buttons.RollPage) -> Reply:
    dialog = _dialog(session, call, button.dialog_id)
    dialogs.move(dialog, STEP, call.now, page=max(button.page, 0))
    return Reply(edit=_list(session, call, dialog))


def roll_done(session: Session, call: Call, button: buttons.RollDone) -> Reply:
    """完成点名: shows what will be recorded."""
    return Reply(edit=_page(session, call, _dialog(session, call, button.dialog_id)))


def roll_change(session: Session, call: Call, button: buttons.RollChange) -> Reply:
    """修改点名: the list, with those ticked who are said to be missing."""
    dialog = _dialog(session, call, button.dialog_id)
    dialogs.move(dialog, STEP, call.now, page=0)
    return Reply(edit=_list(session, call, dialog))


def _page(session: Session, call: Call, dialog: Dialog, note: str = "") -> Message:
    """将登记：到会21人，缺席2人（甲五、丙五）。"""
    activity = _activity(session, call, dialog)
    service.may_call(call.me, activity, call.now)
    roll, pending = service.roll(session, activity, call.tz), service.pending_leave(session, activity.id)
    will = rules.called(roll, pending, dialog.draft["missing"])
    people = audience(session, activity, call.tz)
    # Kept with the page: what is confirmed is what was read.
    dialogs.move(dialog, STEP, call.now, said=_said(will), held=activity.status is ActivityStatus.HELD)
    names = {one.id: one.name for one in people}
    twice = {name for name, many in Counter(names.values()).items() if many > 1}
    apart = {one.id: f"{one.group_name or ''}{one.name}" for one in people if one.name in twice}
    away = said_away_on(session, will.present, local_day(activity.start_at, call.tz))
    return messages.roll_page(activity, will, names | apart, dialog.id, note, call.tz, away)


def _said(will: rules.Parts) -> dict[str, list[int]]:
    """Who stands where on the page."""
    return {part: sorted(people) for part, people in asdict(will).items()}


def roll_sure(session: Session, call: Call, button: buttons.RollSure) -> Reply:
    """确认登记: what the page said. Where something else would be recorded by now, the page is shown again."""
    dialog = _dialog(session, call, button.dialog_id)
    activity = find_activity(session, call.me, int(dialog.draft["activity"]))
    service.one_at_a_time(session, activity)
    if activity.status is ActivityStatus.HELD and dialog.draft.get("held") is False:
        raise Refusal(f"考勤已由{service.completed_by(session, activity)}登记。")
    roll, pending = service.roll(session, activity, call.tz), service.pending_leave(session, activity.id)
    will = _said(rules.called(roll, pending, dialog.draft["missing"]))
    # A page of an earlier version kept nothing of what it said.
    if dialog.draft.get("said", will) != will:
        return Reply(toast=CHANGED, edit=_page(session, call, dialog, CHANGED))
    service.settle(session, call.me, activity, dialog.draft["missing"], call.now, call.tz)
    dialogs.close(session, call.me.id)
    session.flush()
    line = f"考勤已登记：{messages.roll_summary(activity, shown(session, call, activity), call.tz)}"
    done = Message(line, follow_up.offered(session, call.me, activity))
    return Reply(toast="考勤已登记。", edit=done, refresh=[(ACTIVITY_CARD, activity.id)])


# --- a sentence -----------------------------------------------------------------------------------------------------


def roll_by_sentence(session: Session, call: Call) -> Reply:
    """全部到会，除甲五、丙五: of the card replied to, else of what is on, else of what nobody has completed."""
    if not service.calls_some(call.me):
        raise Refusal(NOT_YOURS)
    said = _read(call.text)
    meant = _of_card(session, call) or _meant(session, call)
    if len(meant) > 1:
        does = partial(buttons.RollSaid, said=call.update_id)
        return say(choose_activity("请选择要点名的活动。", meant, does, call.tz))
    return say(_by_sentence(session, call, meant[0], said))


def _read(text: str) -> roll_words.Said:
    said = roll_words.read(text)
    if said is None:
        raise Refusal(SAY_AGAIN)
    if said.length:
        raise Refusal(f"点名内容共{said.length}字，超过{roll_words.LONGEST}字，考勤尚未登记。{BY_THE_LIST}")
    if said.leave:
        raise Refusal(LEAVE_APART)
    if said.rest:
        raise Refusal(f"没有看懂“{cut(said.rest, 40)}”。{EXAMPLE}。")
    return said


def _of_card(session: Session, call: Call) -> list[Activity]:
    """What is replied to in the group."""
    activity_id = activity_of_card(call.card) if call.card is not None else None
    return [find_activity(session, call.me, activity_id)] if activity_id is not None else []


def _meant(session: Session, call: Call) -> list[Activity]:
    """What is on now; else what is over and not completed. One that begins in half an hour goes before older ones."""
    begun = service.to_call(session, call.me, call.now)
    on = [one for one in begun if one.end_at >= call.now]
    ahead = service.next_to_call(session, call.me, call.now)
    begins = ahead is not None and ahead.start_at - OPENS_BEFORE <= call.now
    if not on and (begins or (ahead is not None and not begun)):
        raise Refusal(service.NOT_BEGUN)
    if not begun:
        raise Refusal(NOTHING_TO_CALL if service.calls_all(call.me) else NOT_YOURS)
    return (on or begun)[:MOST_TO_CALL]


def roll_said(session: Session, call: Call, button: buttons.RollSaid) -> Reply:
    """Which of several activities was meant."""
    then = heard.said(session, call, button.said)
    said = _read(then.text if then is not None else "")
    return Reply(edit=_by_sentence(session, call, find_activity(session, call.me, button.activity_id), said))


def _by_sentence(session: Session, call: Call, activity: Activity, said: roll_words.Said) -> Message:
    """The page to be confirmed, or first the question who of one name is meant. Whole, or nothing is done."""
    if not service.calls(call.me, activity):
        raise Refusal(NOT_YOURS)
    service.may_call(call.me, activity, call.now)
    if activity.status is ActivityStatus.HELD:
        raise Refusal(f"{activity.title}：考勤已登记。如需修改，请点“考勤”，选择活动后点“补登”。")
    named = _named(session, call, activity, said)
    missing = {one.id for people in named.sure for one in people}
    note = _may_be_missing(session, call, activity, missing)
    doubts = [[one.id for one in people] for people in named.doubtful]
    dialog = dialogs.ask(session, call.me, STEP, call.now, activity=activity.id, missing=sorted(missing), doubts=doubts)
    return _next(session, call, dialog, note)


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named: for sure, and one of some who have one name."""

    sure: Sequence[Sequence[Member]]
    doubtful: Sequence[Sequence[Member]]


def _named(session: Session, call: Call, activity: Activity, said: roll_words.Said) -> Named:
    asked = _by_key(audience(session, activity, call.tz))
    day = local_day(activity.start_at, call.tz)
    known = _by_key(roster(session, activity.branch_id, day)) | asked
    names = [call.me.name if name in ONESELF else name for name in said.names]
    keys, lost = roll_words.people(names, known)
    if lost:
        raise Refusal(f"没有找到{'、'.join(f'“{cut(one, 20)}”' for one in lost)}。请核对姓名后重新发送，考勤尚未登记。")
    if said.many not in (None, len(keys)):
        raise Refusal(f"您说的是{said.many}人，写了{len(keys)}个姓名。请核对后重新发送，考勤尚未登记。")
    outside = [known[key][0].name for key in keys if key not in asked]
    if outside:
        raise Refusal(f"{'、'.join(outside)}同志不在本次活动的参加范围内。考勤尚未登记。")
    times = Counter(keys)
    sure = [asked[key] for key, many in times.items() if many >= len(asked[key])]
    return Named(sure, [asked[key] for key, many in times.items() if many < len(asked[key])])


def _by_key(people: Iterable[Member]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for one in people:
        found.setdefault(name_key(one.name), []).append(one)
    return found


def _may_be_missing(session: Session, call: Call, activity: Activity, missing: Iterable[int]) -> str:
    """Refuses whoever has signed in; names those who are not counted."""
    roll, names = service.roll(session, activity, call.tz), _names(session, call, activity)
    came = [names[one] for one in missing if one in roll.present and one not in roll.on_duty]
    if came:
        raise Refusal(f"{'、'.join(came)}同志已签到，考勤尚未登记。如未到会，请先点“补登”改为缺席。")
    away = [names[one] for one in missing if one in (*roll.left_out, *roll.on_duty)]
    exempt = [names[one] for one in missing if one not in (*roll.expected, *roll.left_out)]
    notes = (
        f"{'、'.join(exempt)}同志免于考勤，不计入。" if exempt else "",
        f"{'、'.join(away)}同志公差已批准，不登记缺席。" if away else "",
    )
    return "".join(notes)


def _next(session: Session, call: Call, dialog: Dialog, note: str) -> Message:
    """Who of one name is meant, name after name; then the page."""
    doubts = dialog.draft.get("doubts") or []
    if not doubts:
        return _page(session, call, dialog, note)
    activity = _activity(session, call, dialog)
    names = _names(session, call, activity)
    plain = next(one.name for one in audience(session, activity, call.tz) if one.id in doubts[0])
    asked = messages.which(activity, plain, [(one, names[one]) for one in doubts[0]], dialog.id, call.tz)
    return question(dialog, asked.text, asked.rows)


def roll_which(session: Session, call: Call, button: buttons.RollWhich) -> Reply:
    dialog = _dialog(session, call, button.dialog_id)
    doubts = dialog.draft.get("doubts") or []
    if not doubts or button.person_id not in doubts[0]:
        raise Refusal(OLD_LIST)
    activity = _activity(session, call, dialog)
    _may_be_missing(session, call, activity, [button.person_id])
    missing = sorted({*dialog.draft["missing"], button.person_id})
    dialogs.move(dialog, STEP, call.now, missing=missing, doubts=doubts[1:])
    return Reply(edit=_next(session, call, dialog, ""))


HANDLERS: list[Handler] = [
    Tap(buttons.RollCall, roll_call, private=True),
    Tap(buttons.RollToggle, roll_toggle, private=True),
    Tap(buttons.RollPage, roll_page, private=True),
    Tap(buttons.RollDone, roll_done, private=True),
    Tap(buttons.RollChange, roll_change, private=True),
    Tap(buttons.RollSure, roll_sure, private=True),
    Tap(buttons.RollSaid, roll_said, private=True),
    Tap(buttons.RollWhich, roll_which, private=True),
    Word((), roll_by_sentence, matches=roll_words.is_roll, in_group=True),
]
