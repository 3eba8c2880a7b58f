"""What the clock sends in a branch and may be switched off, each by the feature that sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.activities import reminding
from bot.features.anniversaries import service as anniversaries
from bot.features.attention import service as attention
from bot.features.integrity import decisions
from bot.features.integrity import planning as reminders
from bot.features.minutes import waiting as minutes
from bot.features.reminders.buttons import Send
from bot.features.study import planning as study
from bot.features.talks import asked as talks
from bot.kit.glossary.columns import column_word
from scheduler.calendar.days import local_day
from storage.audience import Me, everybody

# Those that say no more than whether they go.
_SWITCHES = {
    Send.ACTIVITY_REMINDER: reminding.REMINDER,
    Send.SIGN_IN_OPENS: reminding.SIGN_IN_OPENS,
    Send.MINUTES: minutes.SWITCH,
    Send.TALKS: talks.SWITCH,
    Send.ANNIVERSARY_GREETING: anniversaries.GREETING,
    Send.ANNIVERSARY_LIST: anniversaries.LIST,
    Send.ATTENTION: attention.SWITCH,
}


def states(session: Session, branch_id: int) -> Mapping[Send, bool]:
    """Each of them, as it stands now."""
    timing = decisions.decided(session, branch_id).timing
    return {
        Send.STUDY_PROMPT: study.switch_of(session, branch_id).on,
        Send.INTEGRITY_REMINDER: timing.sends,
        Send.INTEGRITY_SECOND: timing.second_line,
        **{send: switch.is_on(session, branch_id) for send, switch in _SWITCHES.items()},
    }


@dataclass(frozen=True, slots=True)
class Goes:
    """Something that goes by a switch, or does not. when: None is at once; people: to how many, None: who has not
    read it.
    """

    what: str
    when: datetime | None
    people: int | None


def changed(session: Session, me: Me, send: Send, on: bool, now: datetime, tz: tzinfo) -> list[Goes]:
    """What goes late when it is switched on now, or does not go when it is switched off; nothing when it is so."""
    if states(session, me.branch_id)[send] == on:
        return []
    today = local_day(now, tz)
    if send is Send.STUDY_PROMPT:
        found = study.late(session, me, now, tz) if on else study.planned_at(session, me, now, tz)
        learners = len(study.learners(session, me.branch_id, today))
        return [Goes(f"{int(month[5:])}月学习提示", when, learners) for month, when in found]
    if send is Send.INTEGRITY_SECOND:
        second = [] if on else reminders.second_planned(session, me, now, tz)
        return [Goes(f"{names}第二次提醒", when, None) for names, when in second]
    if send is Send.ACTIVITY_REMINDER:
        # Switched on it goes at its next hour.
        found_next = None if on else reminding.next_reminder(session, me, now, tz)
        return [Goes(column_word(send), *found_next)] if found_next is not None else []
    greeted = (Send.ANNIVERSARY_GREETING, Send.ANNIVERSARY_LIST)
    if send in (Send.SIGN_IN_OPENS, Send.MINUTES, Send.TALKS, Send.ATTENTION, *greeted):
        # It goes on its day, or is a line of something else; or it is not.
        return []
    everyone = len(everybody(session, me.branch_id, today))
    if on:
        return [Goes(f"{names}节前提醒", None, everyone) for names in reminders.sends_at_once(session, me, now, tz)]
    return [Goes(f"{names}节前提醒", when, everyone) for names, when in reminders.sends_planned(session, me, now, tz)]


def turn(session: Session, me: Me, send: Send, on: bool, now: datetime) -> None:
    """On or off for the own branch; a second time it is the same, and leaves no line."""
    if send in _SWITCHES:
        _SWITCHES[send].turn(session, me, on, now)
    elif send is Send.STUDY_PROMPT:
        study.set_switch(session, me, on, now)
    elif send is Send.INTEGRITY_REMINDER:
        reminders.set_sends(session, me, on, now)
    else:
        reminders.set_second_line(session, me, on, now)
