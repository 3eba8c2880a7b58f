"""What every feature about an activity asks: whether it is of one's own branch, and until when it may be changed."""

from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.kit import deadlines
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.lookups import of_branch
from storage.models.activity import Activity

NO_SUCH = "没有找到这项活动。"
OUT_OF_SCOPE = "您不在本次活动的参加范围内。"


def find_activity(session: Session, me: Me, activity_id: int) -> Activity:
    """The activity, when it is of one's own branch; refuses politely otherwise."""
    activity = of_branch(session, Activity, activity_id, me.branch_id)
    if activity is None:
        raise Refusal(NO_SUCH)
    return activity


def cut_off(activity: Activity, tz: tzinfo) -> datetime:
    """When the quarter of the activity takes nothing more without a correction (D20)."""
    return Quarter.of(activity.start_at.astimezone(tz).date()).cut_off(tz)


def before_cut_off(activity: Activity, now: datetime, tz: tzinfo) -> None:
    deadlines.before_cut_off(now, cut_off(activity, tz))
