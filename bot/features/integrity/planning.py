"""What the desk decides: when the coming reminders go and how they read, one of them or all; every change is noted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.integrity import decisions, messages, rules, service, timing
from bot.features.integrity.buttons import Field, Knob
from bot.features.integrity.timing import Blocks, Decided, Timing, Wish
from bot.kit.access import Right, require
from bot.kit.quiet_hours import open_now
from bot.kit.refusal import Refusal
from bot.kit.words import day_words, units
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.audience import Me
from storage.models.organisation import Organisation
from storage.models.reminder import ReminderPlan

# The festivals of a reminder, and when it goes.
Planned = tuple[str, datetime]
YEAR_AHEAD = timedelta(days=366)
LONGEST_OWN, OFFERED = 3000, 6
# How much of each may be written, so that the whole stays one message.
LIMITS = {Field.TEXT: messages.LONGEST, Field.ISSUER: 60, Field.PHONE: 60, Field.MAIL: 100, Field.URL: 200}
_ADDRESS = re.compile(r"(?:https?://)?[^\s/@]+(?:\.[^\s/.@]+)+(?:/\S*)?", re.IGNORECASE)
GONE = "没有找到这次提醒，请重新点“节前提醒”。"
SENT = "这次提醒已发送，不能再改。"


@dataclass(frozen=True, slots=True)
class Coming:
    """A reminder that has not gone: its blocks, when it falls due, what the branch wants of it.

    `due_at` may be past: then it goes within the hours. None: it fell due before the branch was here, and goes only
    when somebody sets a day. off: the branch has switched all of them off.
    """

    blocks: Blocks
    due_at: datetime | None
    wish: Wish | None
    off: bool = False

    @property
    def year(self) -> int:
        return self.blocks[0].festivals[0][0]

    @property
    def festival(self) -> str:
        return self.blocks[0].festivals[0][1]

    @property
    def skipped(self) -> bool:
        return self.wish is not None and self.wish.skipped


# --- looking -------------------------------------------------------------------------------------------------------


def coming(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> list[Coming]:
    """The reminders of the year ahead that have not gone, in order."""
    mine, calendar = decisions.decided(session, branch_id), calendar_of(session, branch_id)
    today = local_day(now, tz)
    ahead = timing.groups(calendar, mine.timing.merge, today, today + YEAR_AHEAD)
    here_since = session.get_one(Organisation, branch_id).created_at
    found = (_unsaid(session, branch_id, calendar, blocks, today) for blocks in ahead if blocks[-1].start > today)
    return [
        _coming(calendar, blocks, mine, here_since, tz)
        for blocks in found
        if blocks and timing.grace_end(blocks[0], tz) >= now and blocks[0].start <= today + YEAR_AHEAD
    ]


def _unsaid(session: Session, branch_id: int, calendar: Calendar, blocks: Blocks, today: date) -> Blocks:
    left = service.unsaid(session, branch_id, calendar, blocks)
    return tuple(block for block in left if block.start > today)


def _coming(calendar: Calendar, blocks: Blocks, mine: Decided, here_since: datetime, tz: tzinfo) -> Coming:
    due_at = timing.due_at(calendar, blocks, tz, mine)
    return Coming(blocks, due_at if due_at >= here_since else None, mine.wish(blocks), not mine.timing.sends)


def find(session: Session, me: Me, year: int, festival: str, now: datetime, tz: tzinfo) -> Coming:
    """One that has not gone."""
    require(me, Right.MAKE_REMINDER, branch_id=me.branch_id)
    holiday = f"{year}:{festival}"
    ahead = coming(session, me.branch_id, now, tz)
    found = next((one for one in ahead if holiday in rules.holidays(one.blocks)), None)
    if found is None:
        last = service.latest_for(session, me.branch_id, holiday)
        raise Refusal(GONE if last is None else SENT)
    return found


def text(session: Session, branch_id: int, one: Coming, tz: tzinfo) -> str:
    """Exactly as it will read."""
    own = one.wish.text if one.wish else None
    return messages.reminder_text(one.blocks, settings(session, branch_id), own, timing.ack_due(one.blocks, tz), tz)


def settings(session: Session, branch_id: int) -> dict[str, Any]:
    return session.get_one(Organisation, branch_id).settings


# --- one coming reminder -------------------------------------------------------------------------------------------


def check_day(session: Session, branch_id: int, one: Coming, day: date, now: datetime, tz: tzinfo) -> None:
    """Refuses a day on which it cannot go."""
    calendar, hour = calendar_of(session, branch_id), decisions.decided(session, branch_id).timing.hour
    if day >= one.blocks[0].start:
        raise Refusal(f"{day_words(one.blocks[0].start)}开始放假，请选择放假之前的日期。")
    if at(day, hour, tz) <= now:
        raise Refusal("发送时间已过，请选择以后的日期。")
    if not calendar.is_working_day(day):
        before = calendar.on_or_before(day)
        raise Refusal(f"{day_words(day)}休息，请选择工作日，例如：{day_words(before)}。")


def days_offered(session: Session, branch_id: int, one: Coming, now: datetime, tz: tzinfo) -> list[date]:
    """The last working days before the block on which it may go."""
    calendar, hour = calendar_of(session, branch_id), decisions.decided(session, branch_id).timing.hour
    days = [calendar.working_day_before(one.blocks[0].start, before) for before in range(OFFERED, 0, -1)]
    return [day for day in days if at(day, hour, tz) > now]


def move(session: Session, me: Me, one: Coming, day: date, now: datetime, tz: tzinfo) -> None:
    """Another working day before the block."""
    check_day(session, me.branch_id, one, day, now, tz)
    _wish(session, me, one, {"send_on": day}, now)


def reword(session: Session, me: Me, one: Coming, own: str, now: datetime) -> None:
    """The whole text of this one reminder; its deadline is always added."""
    _wish(session, me, one, {"text": _short(own, LONGEST_OWN)}, now)


def skip(session: Session, me: Me, one: Coming, skipped: bool, now: datetime) -> None:
    _wish(session, me, one, {"skipped": skipped}, now)


def by_default(session: Session, me: Me, one: Coming, now: datetime) -> None:
    """As by the rules again. The plan stays: without it the branch would be asked nothing that is past already."""
    _wish(session, me, one, {"send_on": None, "text": None, "skipped": False}, now)


def _wish(session: Session, me: Me, one: Coming, wanted: Mapping[str, Any], now: datetime) -> None:
    require(me, Right.MAKE_REMINDER, branch_id=me.branch_id)
    decisions.lock(session, me.branch_id)
    if service.unsaid(session, me.branch_id, calendar_of(session, me.branch_id), one.blocks) != one.blocks:
        raise Refusal(SENT)
    plan = _plan(session, me, f"{one.year}:{one.festival}", now)
    changes = audit.diff(plan, wanted)
    for name, value in wanted.items():
        setattr(plan, name, value)
    session.flush()
    audit.record(
        session,
        "change",
        "reminder_plan",
        plan.id,
        now=now,
        by=me,
        holiday=plan.holiday,
        changes=changes,
    )


def _plan(session: Session, me: Me, holiday: str, now: datetime) -> ReminderPlan:
    mine = (ReminderPlan.branch_id == me.branch_id, ReminderPlan.holiday == holiday)
    plan = session.scalar(select(ReminderPlan).where(*mine))
    if plan is None:
        plan = ReminderPlan(branch_id=me.branch_id, holiday=holiday, skipped=False)
        session.add(plan)
    plan.changed_by_id, plan.changed_at = me.id, now
    return plan


# --- all of them ---------------------------------------------------------------------------------------------------


def at_once(session: Session, me: Me, knob: Knob, value: int, now: datetime, tz: tzinfo) -> list[Blocks]:
    """What would go this very minute by a timing that is only being thought of."""
    if not open_now(now, tz, calendar_of(session, me.branch_id)):
        return []
    mine = decisions.decided(session, me.branch_id)
    turned = replace(mine, timing=_turned(mine.timing, knob, value))
    before = set(_overdue(session, me.branch_id, mine, now, tz))
    return [blocks for blocks in _overdue(session, me.branch_id, turned, now, tz) if blocks not in before]


def _overdue(session: Session, branch_id: int, mine: timing.Decided, now: datetime, tz: tzinfo) -> list[Blocks]:
    """The groups not yet reminded of whose planned time has come, and that are not skipped."""
    calendar, today = calendar_of(session, branch_id), local_day(now, tz)
    ahead = timing.groups(calendar, mine.timing.merge, today, today + YEAR_AHEAD)
    return [
        blocks
        for blocks in (_unsaid(session, branch_id, calendar, each, today) for each in ahead if each[-1].start > today)
        if blocks
        and mine.timing.sends
        and timing.grace_end(blocks[0], tz) >= now
        and timing.send_at(calendar, blocks, tz, mine) <= now
        and not ((wish := mine.wish(blocks)) and wish.skipped)
    ]


def goes_if_resumed(session: Session, me: Me, one: Coming, now: datetime, tz: tzinfo) -> bool:
    """Whether a reminder that is skipped would go this very minute."""
    mine, calendar = decisions.decided(session, me.branch_id), calendar_of(session, me.branch_id)
    goes = one.skipped and mine.timing.sends and open_now(now, tz, calendar)
    return goes and timing.send_at(calendar, one.blocks, tz, mine) <= now


def planned(session: Session, me: Me, knob: Knob, now: datetime, tz: tzinfo) -> list[Planned]:
    """What would go by the clock, and does not when this is switched off."""
    if knob is Knob.SECOND_LINE:
        return service.second_lines(session, me.branch_id, now, tz)
    ahead = [one for one in coming(session, me.branch_id, now, tz) if one.due_at and not one.skipped and not one.off]
    return [(rules.names(rules.holidays(one.blocks)), one.due_at) for one in ahead[:1] if one.due_at is not None]


def sends_at_once(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[str]:
    """The festivals of what goes this very minute when the reminders are switched on."""
    return [rules.names(rules.holidays(blocks)) for blocks in at_once(session, me, Knob.SENDS, 1, now, tz)]


def sends_planned(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Planned]:
    return planned(session, me, Knob.SENDS, now, tz)


def second_planned(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Planned]:
    return planned(session, me, Knob.SECOND_LINE, now, tz)


def set_timing(session: Session, me: Me, knob: Knob, value: int, now: datetime) -> Timing:
    """How many days before, at what hour, what goes together, and whether there is a second line."""
    require(me, Right.MAKE_REMINDER, branch_id=me.branch_id)
    decisions.lock(session, me.branch_id)
    before = decisions.decided(session, me.branch_id).timing
    after = _turned(before, knob, value)
    if after != before:
        said, says = before.to_json(), after.to_json()
        changes = {name: [said[name], value] for name, value in says.items() if said[name] != value}
        _keep(session, me, decisions.TIMING, says, now, changes)
        _plan(session, me, decisions.EVERY, now)
        session.flush()
    return after


def set_sends(session: Session, me: Me, on: bool, now: datetime) -> None:
    """Whether the branch's reminders go at all."""
    set_timing(session, me, Knob.SENDS, int(on), now)


def set_second_line(session: Session, me: Me, on: bool, now: datetime) -> None:
    """Whether they go a second time, to who has not read them."""
    set_timing(session, me, Knob.SECOND_LINE, int(on), now)


def _turned(before: Timing, knob: Knob, value: int) -> Timing:
    hour = time(value // 60, value % 60) if 0 <= value < 24 * 60 else None
    if knob is Knob.LEAD and value in timing.LEADS:
        return replace(before, lead=value)
    if knob is Knob.MERGE and value in timing.MERGES:
        return replace(before, merge=value)
    if knob is Knob.HOUR and hour in timing.HOURS:
        return replace(before, hour=hour)
    if knob is Knob.SECOND_LINE and value in (0, 1):
        return replace(before, second_line=bool(value))
    if knob is Knob.SENDS and value in (0, 1):
        return replace(before, sends=bool(value))
    raise Refusal("没有这个选项，请重新点“节前提醒”。")


def set_words(session: Session, me: Me, field: Field, words: str | None, now: datetime) -> None:
    """What the branch words itself; None: as usual."""
    require(me, Right.MAKE_REMINDER, branch_id=me.branch_id)
    if words is not None:
        words = _short(words, LIMITS[field])
        if field is not Field.TEXT and len(words.splitlines()) > 1:
            raise Refusal("请只发送一行。")
        if field is Field.PHONE and not any(sign.isdigit() for sign in words):
            raise Refusal("请发送电话号码。")
        if field is Field.MAIL and "@" not in words:
            raise Refusal("请发送邮箱地址。")
        if field is Field.URL and not _ADDRESS.fullmatch(words):
            raise Refusal("请发送网址，例如：www.12388.gov.cn。")
    decisions.lock(session, me.branch_id)
    before = session.get_one(Organisation, me.branch_id, populate_existing=True).settings.get(field.value)
    pair = [_noted(field, before), _noted(field, words)]
    _keep(session, me, field.value, words, now, {field.value: pair} if before != words else {})


def _noted(field: Field, words: str | None) -> Any:
    """A text by its length and hash; of a telephone number a hash would tell it."""
    return words is not None if field is Field.PHONE else audit.of_text(words)


def tick_ban(session: Session, me: Me, number: int, now: datetime) -> None:
    """Put a ban of the stock list on the branch's own, or take it off."""
    require(me, Right.MAKE_REMINDER, branch_id=me.branch_id)
    if number not in messages.BANS:
        raise Refusal("没有这一条，请重新点“节前提醒”。")
    decisions.lock(session, me.branch_id)
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True)
    before = messages.chosen_bans(branch.settings)
    chosen = sorted({number} ^ set(before))
    _keep(session, me, messages.OWN_BANS, chosen, now, {messages.OWN_BANS: [before, chosen]})


def _keep(session: Session, me: Me, key: str, kept: Any, now: datetime, changes: Mapping[str, Sequence[Any]]) -> None:
    """Keep it (None: no longer) with the branch; `changes`: before and after, as the log may hold them."""
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True)
    rest = {name: value for name, value in branch.settings.items() if name != key}
    branch.settings = rest if kept is None else {**rest, key: kept}
    session.flush()
    audit.record(
        session,
        "change",
        "reminder_settings",
        me.branch_id,
        now=now,
        by=me,
        changes=changes,
    )


def _short(words: str, longest: int) -> str:
    words = words.strip()
    if not words or units(words) > longest:
        raise Refusal(f"请发送一段不超过{longest}字的文字。")
    return words
