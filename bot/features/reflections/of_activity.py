"""布置心得, 布置自查 of an activity: the form opens with all that the activity says, and one tap sends it out."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.features.reflections import buttons, desk, forms, tasks
from bot.features.reflections.rules import proposed_due
from bot.kit import closing
from bot.kit.access import Right
from bot.kit.activities import find_activity
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply, say
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendar_of
from storage.choices import OFF, HandInKind, Scope, TaskAudience
from storage.models.activity import Activity

_JUST_BEFORE = timedelta(microseconds=1)


def assign(session: Session, call: Call, button: buttons.AssignTask) -> Reply:
    """The form on its last page; of what was set already the card of that."""
    activity = find_activity(session, call.me, button.activity_id)
    if activity.status in OFF:
        raise Refusal("这项活动已取消。")
    there = [one for one in tasks.of_activity(session, activity) if one.kind is button.kind]
    if there:
        return desk.open_task(session, call, buttons.OpenTask(there[0].id))
    form = forms.CHECK_FORM if button.kind is HandInKind.SELF_CHECK else forms.FORM
    return say(form.filled(session, call, **_given(session, call, activity, button.kind)))


def _given(session: Session, call: Call, activity: Activity, kind: HandInKind) -> dict[str, Any]:
    """Whom it is for is asked where the activity was not for everybody."""
    subject = f"a{activity.id}"
    whom = {"audience": TaskAudience.ALL_MEMBERS.value} if activity.scope is Scope.BRANCH else {}
    due = _due(session, call, activity).isoformat()
    return {"subject": subject, **forms.titled(kind)(session, call, subject), **whom, "due": due}


def _due(session: Session, call: Call, activity: Activity) -> date:
    day = local_day(activity.start_at, call.tz)
    closes = closing.cut_off_of(session, call.me.branch_id, day, call.tz)
    last = local_day(closes - _JUST_BEFORE, call.tz)
    return proposed_due(max(day, call.today), last, calendar_of(session, call.me.branch_id))


HANDLERS: list[Handler] = [Tap(buttons.AssignTask, assign, right=Right.MAKE_TASK, private=True)]
