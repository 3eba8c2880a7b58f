"""What happens on the clock: 补学提示 once a roll is complete; and how a card reads on which leave was decided."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.leave import cards, makeups, messages, prompting
from bot.kit.quiet_hours import open_now
from bot.kit.replies import of_place
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import cut, short_day
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Deadlines, Everywhere, Job, NotReady, Occurrence, Owed
from storage.models.activity import Activity
from storage.models.person import Person

PROMPT = "makeup_prompt"
# What the desk is told that it did not reach.
TITLES = {PROMPT: by_row(select(Activity.id, Activity.title), lambda row: f"{cut(row.title, LONGEST)}补学提示")}


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def find(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
        return prompting.times(session, since, until, branch_id, tz)

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return prompts(session, int(occurrence.slot.split(":")[1]), occurrence.until, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return prompt_now(session, about["activity"], about["person"], now, tz)

    def reads(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return cards.closed(session, about, tz)

    # A job without any times: its edits come of what people do.
    never = Everywhere(lambda calendar, since, until: [])
    return [
        Job(PROMPT, Deadlines(find), plan, still_owed),
        Job(cards.CLOSING, never, lambda session, branch_id, occurrence, now: [], reads),
    ]


def prompts(session: Session, activity_id: int, until: datetime, now: datetime, tz: tzinfo) -> list[Owed]:
    """To each who was not there, once for an activity, whatever becomes of its roll."""
    activity = session.get_one(Activity, activity_id)
    if not open_now(now, tz, calendar_of(session, activity.branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")
    return [
        Owed(
            keys=(f"{PROMPT}:{activity.id}:{one.person_id}",),
            message=_message(session, activity, one, tz),
            person_id=one.person_id,
            about={"activity": activity.id, "person": one.person_id},
            expires_at=until,
        )
        for one in prompting.missed(session, activity, now, tz)
    ]


def prompt_now(session: Session, activity_id: int, person_id: int, now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """As it reads at the moment of sending; None to who has made up meanwhile, or was there after all."""
    activity = session.get_one(Activity, activity_id)
    mine = [one for one in prompting.missed(session, activity, now, tz, person_id) if one.person_id == person_id]
    return _message(session, activity, mine[0], tz) if mine else None


def _message(session: Session, activity: Activity, one: prompting.Missed, tz: tzinfo) -> dict[str, Any]:
    due = short_day(makeups.makeup_due(activity, tz).astimezone(tz).date())
    said = messages.makeup_prompt(activity, session.get_one(Person, one.person_id).name, one.leave, due)
    return of_place(said, activity.branch_id).to_json()
