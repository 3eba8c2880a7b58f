"""What the features about an activity share: finding it, its quarter's cut-off, asking which one, its live card."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.kit import branch_settings, closing, deadlines
from bot.kit.buttons import Button
from bot.kit.doors import RollCall
from bot.kit.figures import Together
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply
from bot.kit.words import short_day
from scheduler.calendar.days import local_day
from storage.activities import audience_of, delegates
from storage.audience import Me
from storage.choices import ActivityStatus, ExemptFrom
from storage.lookups import of_branch
from storage.models.activity import Activity
from storage.roster import Member, rosters

NO_SUCH = "没有找到这项活动。"
OUT_OF_SCOPE = "您不在本次活动的参加范围内。"
# How long before the start one may sign in (R33).
OPENS_BEFORE = timedelta(minutes=30)
# A plain word is about what is ahead within so long, or has ended since.
AHEAD, SINCE = timedelta(days=14), timedelta(days=3)
# The kind of its live card, and of the message below it that signing in has begun: whoever replies to that means it.
ACTIVITY_CARD, SIGN_IN_CARD = "activity", "sign_in_opens"


def in_period(of: Together) -> tuple[ColumnElement[bool], ...]:
    """The activities of some counts' branches that began in their days (D1), as an index finds them."""
    first, to = of.one.bounds(of.period)
    return of.here(Activity.branch_id), Activity.start_at >= first, Activity.start_at < to


def find_activity(session: Session, me: Me, activity_id: int) -> Activity:
    """The activity, when it is of one's own branch; refuses politely otherwise."""
    activity = of_branch(session, Activity, activity_id, me.branch_id)
    if activity is None:
        raise Refusal(NO_SUCH)
    return activity


def cut_off(session: Session, activity: Activity, tz: tzinfo) -> datetime:
    """When the quarter of the activity takes nothing more without a correction (D20)."""
    return closing.cut_off_of(session, activity.branch_id, local_day(activity.start_at, tz), tz)


def still_open(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> Callable[[Activity], bool]:
    """Asked of many activities of one branch: does the quarter of this one still take something?"""
    closes = closing.close_days(session, branch_id)

    def takes(activity: Activity) -> bool:
        return deadlines.in_time(now, closing.cut_off_on(local_day(activity.start_at, tz), closes, tz))

    return takes


def before_cut_off(session: Session, activity: Activity, now: datetime, tz: tzinfo) -> None:
    deadlines.before_cut_off(now, cut_off(session, activity, tz))


def coming(session: Session, activity: Activity, tz: tzinfo) -> list[Member]:
    """Whom an activity asks to come: its audience without those whom an exemption frees from attendance (D26)."""
    return coming_to(session, [activity], tz)[activity.id]


def coming_to(
    session: Session, activities: Sequence[Activity], tz: tzinfo, person_id: int | None = None
) -> dict[int, list[Member]]:
    """The same of many of one branch at once, by activity; `person_id` narrows it to one person."""
    if not activities:
        return {}
    branch_id, days = activities[0].branch_id, {one.id: local_day(one.start_at, tz) for one in activities}
    members = rosters(session, branch_id, days.values(), None if person_id is None else [person_id])
    sent, decided = delegates(session, list(days)), branch_settings.of_branch(session, branch_id)
    found = {}
    for one in activities:
        spares, here = decided.on(days[one.id]).spares, audience_of(one, members[days[one.id]], sent[one.id])
        found[one.id] = [member for member in here if not spares(member, ExemptFrom.ATTENDANCE)]
    return found


def spared(session: Session, activity: Activity, tz: tzinfo) -> Callable[[Member], bool]:
    """Asked of many people of one activity: does an exemption free this one from coming?"""
    decided = branch_settings.of_branch(session, activity.branch_id).on(local_day(activity.start_at, tz))
    return lambda member: decided.spares(member, ExemptFrom.ATTENDANCE)


def choose_activity(
    title: str,
    activities: Iterable[Activity],
    does: Callable[[int], Button],
    tz: tzinfo,
) -> Message:
    """Ask which one, when a plain word could mean several."""
    return Message(
        title,
        [[Choice(_named(activity, tz), does(activity.id))] for activity in activities],
    )


def _named(activity: Activity, tz: tzinfo) -> str:
    """7月7日 7月主题党日; one that was called off says so."""
    off = "（已取消）" if activity.status is ActivityStatus.CANCELLED else ""
    return f"{short_day(activity.start_at.astimezone(tz).date())} {activity.title}"[: 24 - len(off)] + off


def roll_choices(to_call: Sequence[tuple[int, datetime]], tz: tzinfo) -> list[Choice]:
    """点名 7月7日 of each activity by its start, with the hour where there are two on a day."""
    starts = [start_at.astimezone(tz) for _, start_at in to_call]
    days = Counter(start.date() for start in starts)
    return [
        Choice(
            f"点名 {short_day(start.date())}" + (f" {start:%H:%M}" if days[start.date()] > 1 else ""),
            RollCall(activity_id),
        )
        for (activity_id, _), start in zip(to_call, starts, strict=True)
    ]


def activity_of_card(card: tuple[str, int]) -> int | None:
    """The activity that a live card shows; None for a card of something else."""
    return card[1] if card[0] == ACTIVITY_CARD else None


def undone(activity_id: int, what: str) -> Reply:
    return Reply(toast=f"已撤销{what}。", edit=Message(f"已撤销{what}。"), refresh=[(ACTIVITY_CARD, activity_id)])
