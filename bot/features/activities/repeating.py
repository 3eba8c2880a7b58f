"""照上次, 照此再建, 每月重复 and the cards of what is held every month: tap -> service -> messages."""

from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities import again, buttons, forms, messages, monthly
from bot.kit.access import NO_RIGHT, Right
from bot.kit.activities import find_activity
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from scheduler.calendar.store import calendar_of
from storage.choices import OFF
from storage.models.activity import Activity
from storage.models.recurrence import Recurrence, RecurrenceMonth

NOTHING_BEFORE = "还没有可以照办的活动，请按提示填写。"
NONE_MONTHLY = "没有每月重复的活动。"


# --- 照上次 -----------------------------------------------------------------------------------------------------------


def like_last(session: Session, call: Call, button: buttons.LikeEarlier) -> Reply:
    """The last one at once; of several titles it is asked which."""
    if button.activity_id:
        return _like(session, call, _made_before(session, call, button.activity_id))
    found = again.latest(session, call)
    if not found:
        raise Refusal(NOTHING_BEFORE)
    if len(found) == 1:
        return _like(session, call, found[0])
    return Reply(edit=messages.which_before(found, call.tz))


def _made_before(session: Session, call: Call, activity_id: int) -> Activity:
    activity = find_activity(session, call.me, activity_id)
    if not again.may_make(session, call, activity):
        raise Refusal(NO_RIGHT)
    return activity


def _like(session: Session, call: Call, activity: Activity) -> Reply:
    copy = again.copy(session, call, activity)
    return Reply(edit=messages.with_note(forms.FORM.filled(session, call, **copy.values), copy.note))


def like_this(session: Session, call: Call, button: buttons.LikeThis) -> Reply:
    """照此再建, from the desk's card, which stays."""
    copy = again.copy(session, call, _made_before(session, call, button.activity_id))
    return Reply(here=[messages.with_note(forms.FORM.filled(session, call, **copy.values), copy.note)])


# --- 每月重复 ---------------------------------------------------------------------------------------------------------


def every_month(session: Session, call: Call, button: buttons.EveryMonth) -> Reply:
    """On which day: as the activity was."""
    activity = _made_before(session, call, button.activity_id)
    return Reply(here=[messages.every_month(activity, call.tz)])


def every_month_on(session: Session, call: Call, button: buttons.EveryMonthOn) -> Reply:
    activity = _made_before(session, call, button.activity_id)
    start = activity.start_at.astimezone(call.tz)
    if button.week and button.week not in monthly.weeks_of(start.date()):
        raise Refusal(monthly.NONE)
    answers, title = again.answers(session, activity, call.tz), again.without_month(activity.title)
    row = monthly.start(session, call.me, title, answers, start.date(), f"{start:%H:%M}", button.week, call.now)
    if activity.status not in OFF:
        # What the branch has of this month already is this month's.
        month = start.date().replace(day=1)
        monthly.decide(session, call.me, row.id, month, activity.id, call.now)
    return Reply(edit=messages.monthly_begun(row))


def list_monthly(session: Session, call: Call, button: buttons.Monthly) -> Reply:
    found = monthly.of_own(session, call.me)
    if not found:
        raise Refusal(NONE_MONTHLY)
    return Reply(here=[messages.monthly_list(found)])


def end_monthly(session: Session, call: Call, button: buttons.EndMonthly) -> Reply:
    row = monthly.find(session, call.me, button.recurrence_id)
    if row.ended_at is not None:
        return Reply(edit=messages.monthly_ended(row))
    if not button.sure:
        return Reply(edit=messages.sure_to_end(row))
    return Reply(edit=messages.monthly_ended(monthly.end(session, call.me, row.id, call.now)))


# --- a month ---------------------------------------------------------------------------------------------------------


def decide_month(session: Session, call: Call, button: buttons.DecideMonth) -> Reply:
    """发布, 修改 or 本月不办; what was decided meanwhile is said in the card's place."""
    month = monthly.month_of(button.month)
    row = monthly.find(session, call.me, button.recurrence_id)
    closed = monthly.ENDED if row.ended_at is not None else ""
    if monthly.is_decided(session, row.id, month) or closed:
        return Reply(toast=closed or monthly.DECIDED, edit=_decided(session, row, month, call.tz))
    if button.does is buttons.Month.SKIP:
        monthly.decide(session, call.me, row.id, month, None, call.now)
        return Reply(edit=_decided(session, row, month, call.tz))
    if not monthly.is_near(month, call.today):
        raise Refusal(monthly.NONE)
    copy = again.kept(session, call, row.answers)
    values = {**copy.values, **_when(session, row, month), monthly.MONTHLY: [row.id, month.isoformat()]}
    if button.does is buttons.Month.CHANGE:
        return Reply(here=[messages.with_note(forms.FORM.filled(session, call, **values), copy.note)])
    if datetime.fromisoformat(f"{values['day']}T{row.clock}").replace(tzinfo=call.tz) <= call.now:
        raise Refusal("这一天已经过去，请点“修改”选择新的日期。")
    if copy.note:
        raise Refusal(f"{copy.note}请点“修改”核对后发布。")
    return forms.publish(session, call, values)


def _when(session: Session, row: Recurrence, month: date) -> dict[str, Any]:
    day = monthly.proposed(row, month, calendar_of(session, row.branch_id))
    return {"day": day.isoformat(), "time": row.clock}


def _decided(session: Session, row: Recurrence, month: date, tz: tzinfo) -> Message:
    """What became of a month."""
    of_month = session.get(RecurrenceMonth, (row.id, month))
    made = session.get(Activity, of_month.activity_id) if of_month is not None and of_month.activity_id else None
    if made is not None:
        return Message(messages.coming(made, tz))
    if of_month is None:
        return messages.monthly_ended(row)
    return messages.month_skipped(row, month)


HANDLERS: list[Handler] = [
    Tap(buttons.LikeEarlier, like_last, right=Right.MAKE_ACTIVITY, private=True),
    Tap(buttons.LikeThis, like_this, right=Right.MAKE_ACTIVITY, private=True),
    Tap(buttons.EveryMonth, every_month, right=Right.MAKE_ACTIVITY, private=True),
    Tap(buttons.EveryMonthOn, every_month_on, right=Right.MAKE_ACTIVITY, private=True),
    Tap(buttons.Monthly, list_monthly, right=Right.MAKE_ACTIVITY, private=True),
    Tap(buttons.EndMonthly, end_monthly, right=Right.MAKE_ACTIVITY, private=True),
    Tap(buttons.DecideMonth, decide_month, right=Right.MAKE_ACTIVITY, private=True),
]
