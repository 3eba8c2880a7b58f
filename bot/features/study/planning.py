"""What the publicity officer plans: the month's theme and its items, entered, changed, withdrawn, given out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.study import rules
from bot.features.study.service import NO_SUCH, cut_off
from bot.kit import branch_settings
from bot.kit.access import Right, require
from bot.kit.deadlines import before_cut_off
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.audience import Me, everybody
from storage.choices import ExemptFrom, StudyItemKind, StudyItemState
from storage.lookups import of_branch
from storage.models.organisation import Organisation
from storage.models.study import MonthlyTheme, StudyItem
from storage.roster import Member

LONGEST_TITLE, LONGEST_PROMPT, LONGEST_ITEM = 60, 800, 100
MOST_ITEMS = 15
# Among what a branch decides itself (organisation.settings).
SWITCH = "study_prompt"
TOO_EARLY = "截止日期不能早于今天，也不能早于本月1日。"
ALREADY_SENT = "学习提示已发送，如需修改请点“修改已发内容”，也可以撤回或新加内容。"


@dataclass(frozen=True, slots=True)
class Draft:
    """An item about to be entered."""

    kind: StudyItemKind
    title: str
    due_on: date
    files: Sequence[dict[str, Any]] = field(default_factory=list)


# --- looking -------------------------------------------------------------------------------------------------------


def theme_of(session: Session, branch_id: int, month: str) -> MonthlyTheme | None:
    return session.scalar(select(MonthlyTheme).where(MonthlyTheme.branch_id == branch_id, MonthlyTheme.month == month))


def find_theme(session: Session, me: Me, theme_id: int) -> MonthlyTheme:
    require(me, Right.MAKE_STUDY, branch_id=me.branch_id)
    theme = of_branch(session, MonthlyTheme, theme_id, me.branch_id)
    if theme is None:
        raise Refusal("没有找到这个月的学习安排。")
    return theme


def items_of(session: Session, theme_id: int) -> list[StudyItem]:
    """Those not withdrawn, in the order they were entered."""
    live = (StudyItem.theme_id == theme_id, StudyItem.state == StudyItemState.ASSIGNED)
    return list(session.scalars(select(StudyItem).where(*live).order_by(StudyItem.id)))


def goes_at(session: Session, theme: MonthlyTheme, now: datetime, tz: tzinfo) -> datetime | None:
    """When the clock will send the prompt; None when it no longer will, and somebody has to."""
    calendar = calendar_of(session, theme.branch_id)
    when = rules.prompt_at(theme.month, theme.created_at, tz, calendar, switch_of(session, theme.branch_id))
    return None if when is None or now > rules.grace_end(theme.month, tz, calendar) else when


def switch_of(session: Session, branch_id: int) -> rules.Switch:
    return rules.Switch.read(session.get_one(Organisation, branch_id).settings.get(SWITCH))


def planned(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[MonthlyTheme]:
    """Whose prompt the clock will send: what does not go when it is switched off."""
    months = rules.months_ahead(local_day(now, tz))
    waiting = (MonthlyTheme.month.in_(months), MonthlyTheme.prompt_sent_on.is_(None))
    query = select(MonthlyTheme).where(MonthlyTheme.branch_id == me.branch_id, *waiting).order_by(MonthlyTheme.month)
    return [theme for theme in session.scalars(query) if goes_at(session, theme, now, tz) is not None]


def planned_at(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[tuple[str, datetime]]:
    """The same by month, and when."""
    found = ((theme.month, goes_at(session, theme, now, tz)) for theme in planned(session, me, now, tz))
    return [(month, when) for month, when in found if when is not None]


def late(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[tuple[str, datetime]]:
    """The months whose prompt should have gone by now and goes late, and when, once it is switched on."""
    calendar, on = calendar_of(session, me.branch_id), rules.Switch(True, now)
    waiting = (MonthlyTheme.branch_id == me.branch_id, MonthlyTheme.prompt_sent_on.is_(None))
    months = MonthlyTheme.month.in_(rules.months_ahead(local_day(now, tz)))
    due = [
        theme
        for theme in session.scalars(select(MonthlyTheme).where(*waiting, months).order_by(MonthlyTheme.month))
        if rules.planned_at(theme.month, tz, calendar) <= now <= rules.grace_end(theme.month, tz, calendar)
    ]
    times = ((theme.month, rules.prompt_at(theme.month, theme.created_at, tz, calendar, on)) for theme in due)
    return [(month, when) for month, when in times if when is not None]


def learners(session: Session, branch_id: int, day: date) -> list[Member]:
    """Whom a prompt is sent to: on the roster that day and not exempt from study (D26)."""
    decided = branch_settings.of_branch(session, branch_id).on(day)
    people = everybody(session, branch_id, day)
    return [member for member in people if not decided.spares(member, ExemptFrom.STUDY)]


def prompt_key(theme: MonthlyTheme, person_id: int) -> str:
    """Names the promise of the month's prompt, however it is sent."""
    return f"theme:{theme.id}:{person_id}"


# --- changing ------------------------------------------------------------------------------------------------------


def enter_theme(session: Session, me: Me, month: str, title: str, now: datetime, tz: tzinfo) -> MonthlyTheme:
    """The theme of this month or a coming one; one a month."""
    require(me, Right.MAKE_STUDY, branch_id=me.branch_id)
    if month not in rules.months_ahead(local_day(now, tz)):
        raise Refusal("只能安排本月和以后两个月的学习。")
    if theme_of(session, me.branch_id, month) is not None:
        raise Refusal("这个月的学习主题已录入，如需修改请点“学习安排”。")
    theme = MonthlyTheme(
        branch_id=me.branch_id, month=month, title=_short(title, LONGEST_TITLE), created_by_id=me.id, created_at=now
    )
    session.add(theme)
    session.flush()
    _note(session, me, "make", "monthly_theme", theme.id, now)
    return theme


def change_theme(
    session: Session, me: Me, theme: MonthlyTheme, now: datetime, *, title: str | None = None, prompt: str | None = None
) -> None:
    """Another title or prompt text, until it was sent."""
    if theme.prompt_sent_on is not None:
        raise Refusal(ALREADY_SENT)
    worded = {} if title is None else {"title": _short(title, LONGEST_TITLE)}
    worded |= {} if prompt is None else {"prompt": _short(prompt, LONGEST_PROMPT) if prompt else ""}
    audit.change(session, "change", theme, worded, now=now, by=me)


def set_switch(session: Session, me: Me, on: bool, now: datetime) -> None:
    """Whether the clock sends the month's prompt."""
    require(me, Right.MAKE_STUDY, branch_id=me.branch_id)
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
    before = rules.Switch.read(branch.settings.get(SWITCH)).on
    if before == on:
        return
    branch.settings = {**branch.settings, SWITCH: rules.Switch(on, now).to_json()}
    session.flush()
    changes = {SWITCH: [before, on]}
    audit.record(session, "change", "study_settings", me.branch_id, now=now, by=me, changes=changes)


def _short(text: str, longest: int) -> str:
    text = text.strip()
    if not text or len(text) > longest:
        raise Refusal(f"请发送一段不超过{longest}字的文字。")
    return text


def check_item(theme: MonthlyTheme, title: str, due_on: date, today: date) -> str:
    """The title as it is kept; refuses what cannot be entered."""
    if due_on < max(today, rules.first_day(theme.month)):
        raise Refusal(TOO_EARLY)
    if (due_on - rules.first_day(theme.month)).days > 366:
        raise Refusal("截止日期请选在一年之内。")
    title = _short(title, LONGEST_ITEM)
    if len(title.splitlines()) > 1:
        raise Refusal("请一次发送一项。")
    return title


def add_item(session: Session, me: Me, theme: MonthlyTheme, draft: Draft, now: datetime, tz: tzinfo) -> StudyItem:
    """An item of the month. Before the prompt it is assigned on the planned day, afterwards today (D10)."""
    today = local_day(now, tz)
    title = check_item(theme, draft.title, draft.due_on, today)
    if len(items_of(session, theme.id)) >= MOST_ITEMS:
        raise Refusal(f"一个月最多安排{MOST_ITEMS}项。")
    calendar = calendar_of(session, theme.branch_id)
    planned = max(rules.planned_at(theme.month, tz, calendar).date(), today)
    item = StudyItem(
        branch_id=theme.branch_id,
        theme_id=theme.id,
        kind=draft.kind,
        title=title,
        due_on=draft.due_on,
        assigned_on=planned if theme.prompt_sent_on is None else today,
        files=list(draft.files),
        created_by_id=me.id,
        created_at=now,
    )
    session.add(item)
    session.flush()
    _note(session, me, "make", "study_item", item.id, now)
    return item


def find_item(session: Session, me: Me, item_id: int) -> StudyItem:
    """Of one's own branch and not withdrawn, given out or only planned."""
    require(me, Right.MAKE_STUDY, branch_id=me.branch_id)
    item = of_branch(session, StudyItem, item_id, me.branch_id)
    if item is None:
        raise Refusal(NO_SUCH)
    if item.state is StudyItemState.WITHDRAWN:
        raise Refusal("这项学习内容已撤回。")
    return item


def withdraw(session: Session, me: Me, item: StudyItem, now: datetime, tz: tzinfo) -> None:
    """A withdrawn item counts nowhere (D10); after the cut-off only a correction may do that."""
    before_cut_off(now, cut_off(session, item, tz))
    gone = {"state": StudyItemState.WITHDRAWN, "withdrawn_at": now}
    audit.change(session, "withdraw", item, gone, now=now, by=me)


def give_out(session: Session, theme: MonthlyTheme, today: date, now: datetime, by: Me | None = None) -> None:
    """The prompt goes: this is the day on which its items are assigned. Done once, found again by a second run.

    by: who sends it by hand; None: the clock.
    """
    if theme.prompt_sent_on is not None:
        return
    theme.prompt_sent_on = today
    session.execute(
        update(StudyItem)
        .where(StudyItem.theme_id == theme.id, StudyItem.state == StudyItemState.ASSIGNED)
        .values(assigned_on=today)
    )
    session.flush()
    # Also of the clock: the day on which something was assigned is counted.
    _note(session, by or audit.by_clock(theme.branch_id), "send", "monthly_theme", theme.id, now)


def _note(session: Session, me: Me | audit.By, action: str, subject: str, subject_id: int, now: datetime) -> None:
    audit.record(session, action, subject, subject_id, now=now, by=me)
