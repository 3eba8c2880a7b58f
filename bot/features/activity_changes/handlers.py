"""修改活动, on the card of an activity."""

from sqlalchemy.orm import Session

from bot.features.activity_changes import forms, service
from bot.kit.doors import ChangeActivity
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.replies import Reply, say


def change_activity(session: Session, call: Call, button: ChangeActivity) -> Reply:
    activity = service.editable(session, call.me, button.activity_id, call.now, call.tz)
    return say(forms.opened(session, call, activity))


HANDLERS: list[Handler] = [Tap(ChangeActivity, change_activity, private=True)]
