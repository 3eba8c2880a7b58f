"""What happens on the clock: the month's prompt goes out, or the secretary hears that there is none."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.study import plan_messages, planning, prompts, rules
from bot.features.study.broadcast import THEME
from bot.features.study.messages import month_word
from bot.kit.addressees import addressees
from bot.kit.broadcasts import to_desk
from bot.kit.quiet_hours import open_now
from bot.kit.replies import Message, of_place
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import Calendar
from scheduler.calendar.store import calendar_of, calendars
from scheduler.jobs import Deadlines, Job, NotReady, Occurrence, Owed, monthly
from scheduler.runs import half_planned
from storage.base import table
from storage.choices import Duty
from storage.models.organisation import Organisation
from storage.models.study import MonthlyTheme

PROMPT, CHECK = "study_prompt", "study_theme_check"


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def find(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
        return prompt_times(session, since, until, branch_id, tz)

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return send_prompt(session, branch_id, occurrence, now, tz)

    def check(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return check_theme(session, branch_id, occurrence, now, tz)

    def end_of_grace(calendar: Calendar, at: datetime) -> datetime:
        return rules.grace_end(rules.month_of(at.date()), tz, calendar)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, about)

    return [
        Job(PROMPT, Deadlines(find), plan, still_owed, prompt_missed),
        Job(CHECK, monthly(Calendar.first_working_day, rules.SEND_AT, grace=end_of_grace), check, missed=no_theme),
    ]


def prompt_times(
    session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo
) -> list[tuple[int, Occurrence]]:
    """Of each theme that was entered in time, or late but within the grace, and has not gone to everybody yet."""
    going = half_planned(PROMPT, table(MonthlyTheme).c.branch_id, table(MonthlyTheme).c.month)
    theme, waits = MonthlyTheme, MonthlyTheme.prompt_sent_on.is_(None)
    kept = Organisation.settings[planning.SWITCH]
    query = (
        select(theme.branch_id, theme.month, theme.created_at, theme.prompt_sent_on, kept.label("kept"))
        .join(Organisation, Organisation.id == MonthlyTheme.branch_id)
        .where(MonthlyTheme.month.in_(rules.months_between(since.date(), until.date())), or_(waits, going))
    )
    if branch_id is not None:
        query = query.where(MonthlyTheme.branch_id == branch_id)
    known = calendars(session)
    found = []
    for row in session.execute(query):
        calendar = known.of(row.branch_id)
        # One that goes already goes to the last, whatever is set meanwhile.
        switch = rules.Switch.read(row.kept if row.prompt_sent_on is None else None)
        when = rules.prompt_at(row.month, row.created_at, tz, calendar, switch)
        if when is not None and since <= when <= until:
            occurrence = Occurrence.of(row.month, when, rules.grace_end(row.month, tz, calendar))
            found.append((row.branch_id, occurrence))
    return found


def send_prompt(session: Session, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """The prompt to everybody on the roster of the day it goes who is not exempt."""
    theme = planning.theme_of(session, branch_id, occurrence.slot)
    if theme is None:
        return []
    if theme.prompt_sent_on is None and not open_now(now, tz, calendar_of(session, branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")
    if theme.prompt_sent_on is None and not planning.switch_of(session, branch_id).on:
        raise NotReady("switched off in this very moment")
    message, batch = prompts.fresh(session, theme).to_json(), batch_of(THEME, theme.id)
    owed = [
        Owed(
            keys=(key,),
            message=message,
            person_id=person,
            about={"theme": theme.id, "person": person},
            expires_at=occurrence.until,
            batch=batch,
        )
        for person, key in prompts.go(session, theme, now, tz).items()
    ]
    desk = [theme.created_by_id] if theme.created_by_id is not None else []
    return [*to_desk(THEME, theme.id, f"{month_word(theme.month)}学习提示", len(owed), desk), *owed]


def ask_again(session: Session, about: dict[str, Any]) -> dict[str, Any]:
    """As it reads at the moment of sending."""
    if "progress" in about:
        return dict(about["progress"])
    if "missed" in about:
        message = plan_messages.prompt_missed(about["missed"])
        # One that waits since an earlier version does not say of which branch it is.
        return (of_place(message, about["branch"]) if "branch" in about else message).to_json()
    return prompts.now_for(session, about["theme"], about["person"]).to_json()


def check_theme(session: Session, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """One line to the secretary when nothing was entered for the month."""
    if planning.theme_of(session, branch_id, occurrence.slot) is not None:
        return []
    if not open_now(now, tz, calendar_of(session, branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")
    return _no_theme(session, branch_id, occurrence, planning.switch_of(session, branch_id).on)


def no_theme(session: Session, branch_id: int, occurrence: Occurrence) -> list[Owed]:
    """Also when the bot was away at the time: that nobody was prompted is news as long as there is no theme."""
    if planning.theme_of(session, branch_id, occurrence.slot) is not None:
        return []
    return _no_theme(session, branch_id, occurrence, goes=False)


def _no_theme(session: Session, branch_id: int, occurrence: Occurrence, goes: bool) -> list[Owed]:
    message = plan_messages.no_theme(occurrence.slot, goes)
    return _to_secretary(session, branch_id, occurrence, f"no_theme:{branch_id}:{occurrence.slot}", message)


def prompt_missed(session: Session, branch_id: int, occurrence: Occurrence) -> list[Owed]:
    """The bot was away for the whole grace."""
    theme = planning.theme_of(session, branch_id, occurrence.slot)
    if theme is None or theme.prompt_sent_on is not None:
        return []
    message = plan_messages.prompt_missed(theme.month)
    key, about = f"theme_missed:{theme.id}", {"missed": theme.month, "branch": branch_id}
    return _to_secretary(session, branch_id, occurrence, key, message, **about)


def _to_secretary(
    session: Session, branch_id: int, occurrence: Occurrence, key: str, message: Message, **about: Any
) -> list[Owed]:
    people = addressees(session, branch_id, occurrence.on, Duty.SECRETARY, about=f"missed:{key}")
    said = of_place(message, branch_id).to_json()
    return [Owed(keys=(f"{key}:{person}",), message=said, person_id=person, about=about) for person in people]
