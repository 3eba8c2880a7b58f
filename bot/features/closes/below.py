"""未定稿支部 of a superior committee: who has not closed a quarter, and one asking a branch and day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.closes import below_messages as words
from bot.features.closes.service import standing
from bot.features.tally import committee, keeping
from bot.features.tally.committee import BranchCounts
from bot.features.tally.keeping import Keeps
from bot.kit.kept_figures import of_ids
from bot.kit.lists import clamp
from bot.kit.quiet_hours import LAST, next_morning, open_now
from bot.kit.refusal import Refusal
from bot.kit.words import day_words, quarter_word
from scheduler.calendar.days import Quarter, at, local_day
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Owed
from scheduler.promises import promise, taken
from storage.audience import Me, below
from storage.choices import Duty
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person
from storage.spans import on_day

# The job that asks again whether it is still owed; its rows say "asked".
JOB = "close_due"


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A page of the branches that have not closed a quarter, `many` in all of `branches`; asked: whose secretary was
    asked today. at: the page that it is. beside: in how many there is nothing to close, in words.
    """

    quarter: Quarter
    lines: Sequence[BranchCounts]
    asked: frozenset[int]
    many: int
    branches: int
    beside: str
    at: int
    afterwards: Sequence[Callable[[Session], None]] = ()


def unclosed(
    session: Session, me: Me, quarter: Quarter, now: datetime, tz: tzinfo, page: int, *, keeps: Keeps
) -> Unclosed:
    """In the order of their ids, those that have people; what each still has to settle as it is kept."""
    committee.require(me)
    _over(quarter, now, tz)
    mine, period, today = below(me.branch_id), Period.of(quarter), local_day(now, tz)
    heads = committee.people_of(session, mine, period.end)
    closing = committee.closing_of(session, mine, heads.keys(), period, now, tz)
    branches = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    missing = sorted(closing.open) if closing is not None else []
    beside = closing.beside(branches) if closing is not None else ""
    at_page = clamp(page, len(missing), words.ON_A_PAGE)
    shown = missing[at_page * words.ON_A_PAGE : (at_page + 1) * words.ON_A_PAGE]
    # Only what is shown is counted: the page of all figures looks at the rest.
    looked = keeping.look(session, keeps, of_ids(shown), period, now, tz)
    names = {row.id: row.name for row in session.execute(_named(shown))}
    heads_of, known = committee.secretaries(session, shown, today), looked.known
    lines = [
        BranchCounts(one, names[one], heads_of.get(one, ""), *heads[one], kept=known.get(one), closed=False)
        for one in shown
    ]
    keys = {key(one, today): one for one in shown}
    asked = frozenset(keys[one] for one in taken(session, keys))
    return Unclosed(quarter, lines, asked, len(missing), branches, beside, at_page, looked.afterwards)


def _named(ids: Sequence[int]) -> Any:
    return select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))


def _over(quarter: Quarter, now: datetime, tz: tzinfo) -> None:
    if quarter.end >= local_day(now, tz):
        raise Refusal(f"{quarter_word(quarter.start)}尚未结束，各支部还不能定稿。")


# --- one is asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it: whom it goes to and when (`now`: at once), or later, which has to be confirmed."""

    branch: str
    secretary: str
    when: datetime
    now: bool


def key(branch_id: int, day: date) -> str:
    """One asking a branch and day, whichever committee asks."""
    return f"close_asked:{branch_id}:{day}"


def ask(session: Session, me: Me, branch_id: int, quarter: Quarter, now: datetime, tz: tzinfo, *, sure: bool) -> Asked:
    """Ask the secretary of a branch below to close a quarter: at once in the hours in which the bot speaks first, else
    on the next morning, and then only once that is confirmed (`sure`). Refuses what is settled, asked already, or has
    nobody to be asked.
    """
    branch = committee.find(session, me, branch_id)
    _over(quarter, now, tz)
    if standing(session, branch_id, quarter) is not None:
        raise Refusal(f"{branch.name}{quarter_word(quarter.start)}数据已定稿。")
    person = _to_be_asked(session, branch, local_day(now, tz))
    calendar = calendar_of(session, branch_id)
    at_once = open_now(now, tz, calendar)
    when = now if at_once else next_morning(now, tz, calendar)
    if taken(session, [key(branch_id, local_day(when, tz))]):
        again = local_day(next_morning(when, tz, calendar, another_day=True), tz)
        raise Refusal(f"{branch.name}{words.day_of(at_once)}已提醒过，{day_words(again)}可以再次提醒。")
    if at_once or sure:
        _promise(session, me, branch, person, quarter, now, when, tz)
    return Asked(branch.name, person.name, when, at_once)


def _to_be_asked(session: Session, branch: Organisation, day: date) -> Person:
    person = secretary(session, branch.id, day)
    if person is None:
        raise Refusal(f"{branch.name}书记空缺，请用其他方式通知该支部。")
    if person.telegram_id is None or not person.reachable:
        raise Refusal(f"{branch.name}书记{person.name}同志未绑定或已停用，请用其他方式通知。")
    return person


def secretary(session: Session, branch_id: int, day: date) -> Person | None:
    """Who alone may close."""
    query = select(Person).join(DutySpan, DutySpan.person_id == Person.id).order_by(Person.id)
    held = (DutySpan.organisation_id == branch_id, DutySpan.duty == Duty.SECRETARY, on_day(DutySpan, day))
    return session.scalars(query.where(*held)).first()


def _promise(
    session: Session,
    me: Me,
    branch: Organisation,
    person: Person,
    quarter: Quarter,
    now: datetime,
    when: datetime,
    tz: tzinfo,
) -> None:
    about = {"asked": me.branch_id, "branch": branch.id, "quarter": str(quarter), "person": person.id}
    said = message(session, about, when, tz)
    if said is None:
        raise Refusal(words.SETTLED)
    day = local_day(when, tz)
    owed = Owed((key(branch.id, day),), said, person.id, about=about, delay=when - now, expires_at=at(day, LAST, tz))
    promise(session, owed, job=JOB, branch_id=branch.id, now=now)


def message(session: Session, about: Mapping[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """As it goes; None once the quarter is closed, or its reader is not the secretary any longer."""
    quarter, branch_id = Quarter.parse(about["quarter"]), about["branch"]
    person = secretary(session, branch_id, local_day(now, tz))
    if person is None or person.id != about["person"] or standing(session, branch_id, quarter) is not None:
        return None
    above = session.get_one(Organisation, about["asked"])
    return words.asked(above.kind, quarter, branch_id).to_json()
