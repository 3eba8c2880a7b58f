"""Who has paid is ticked, one by one or all at once, and taken back; looked at by month. No amount is ever kept."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.features.dues import messages, rules
from bot.features.dues.rules import Span, State
from bot.kit import branch_settings
from bot.kit.access import Right, require
from bot.kit.branch_settings import BranchSettings
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import before_cut_off, may_undo
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, entered_row, take_back
from bot.kit.words import cut
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.choices import DuesKept
from storage.lookups import names_of
from storage.models.dues import DuesMonth
from storage.models.organisation import Organisation
from storage.roster import rosters

OFF = "本支部没有开启党费登记，请由书记或副书记在“支部设置”“更多内容”中开启。"
NO_SUCH_MONTH = "没有这个月，请重新点“党费”。"
NOT_EXPECTED = "这位同志交纳日不在本支部名册上，或还不是党员，请核对名册。"
NOT_TICKED = "这位同志还没有登记，无需取消。"
NOBODY_LEFT = "这个月的党费已全部登记。"
LATER = "，如需更改请点“已登记名单”。"
LIVE = DuesMonth.withdrawn_at.is_(None)
SUBJECT = "dues_month"


# --- switched on -----------------------------------------------------------------------------------------------------


def is_on(session: Session, branch_id: int) -> bool:
    return branch_settings.of_branch(session, branch_id).dues is not DuesKept.OFF


def settings_of(session: Session, branch_id: int) -> BranchSettings:
    """Those of a branch that ticks dues; refuses any other."""
    found = branch_settings.of_branch(session, branch_id)
    if found.dues is DuesKept.OFF:
        raise Refusal(OFF)
    return found


def span_of(session: Session, me: Me, month: date | None) -> Span:
    """The span of a month for who keeps the list."""
    require(me, Right.DUES, branch_id=me.branch_id)
    settings = settings_of(session, me.branch_id)
    if month is None:
        raise Refusal(NO_SUCH_MONTH)
    return rules.span_of(month, settings)


def to_record(session: Session, me: Me, month: date | None, now: datetime, tz: tzinfo) -> Span:
    """The same where it may be recorded now."""
    span = span_of(session, me, month)
    wrong = rules.wrong(span, local_day(now, tz))
    if wrong:
        raise Refusal(wrong)
    return span


# --- read ------------------------------------------------------------------------------------------------------------


def ticks(session: Session, branch_id: int, *which: ColumnElement[bool]) -> list[tuple[int, str]]:
    """(person, month) of what stands."""
    query = select(DuesMonth.person_id, DuesMonth.month).where(DuesMonth.branch_id == branch_id, LIVE, *which)
    return [(row.person_id, row.month) for row in session.execute(query)]


def first_month(session: Session, branch_id: int) -> date | None:
    """The month of the oldest tick."""
    found = session.scalar(select(func.min(DuesMonth.month)).where(DuesMonth.branch_id == branch_id, LIVE))
    return rules.month_of(found) if found is not None else None


def states(session: Session, branch_id: int, spans: Sequence[Span]) -> list[State]:
    """Of each span; the number of statements depends neither on the spans nor on the people."""
    here = rosters(session, branch_id, [day for span in spans for day in span.days])
    known = ticks(session, branch_id, DuesMonth.month.in_({code for span in spans for code in span.codes}))
    return [rules.state_of(span, here, [one for one in known if one[1] in span.codes]) for span in spans]


def state(session: Session, branch_id: int, span: Span) -> State:
    return states(session, branch_id, [span])[0]


# --- ticked ----------------------------------------------------------------------------------------------------------


def lock(session: Session, me: Me) -> None:
    """Of two who tick at once the second sees what the first has ticked."""
    session.get(Organisation, me.branch_id, with_for_update=True, populate_existing=True)


def tick(
    session: Session, me: Me, month: date | None, people: Iterable[int] | None, now: datetime, tz: tzinfo
) -> State:
    """These have paid, or (None) all who are not ticked yet: for each month of the span in which each is expected.

    Up to six months later (R24), also after the cut-off of the quarter: no figure counts it, and the row says when it
    was recorded. Who is ticked already stays as they are.
    """
    span = to_record(session, me, month, now, tz)
    lock(session, me)
    found = state(session, me.branch_id, span)
    wanted = [one.id for one in found.open] if people is None else list(people)
    if not set(wanted) <= set(found.expected):
        raise Refusal(NOT_EXPECTED)
    rows = _rows(session, me.branch_id, span, wanted)
    for person_id in wanted:
        for code in found.lacking(person_id):
            _record(session, me, rows.get((person_id, code)), person_id, code, now)
    session.flush()
    return state(session, me.branch_id, span)


def _rows(session: Session, branch_id: int, span: Span, people: Iterable[int]) -> dict[tuple[int, str], DuesMonth]:
    """Also those that were taken back."""
    which = (DuesMonth.branch_id == branch_id, DuesMonth.month.in_(span.codes), DuesMonth.person_id.in_(list(people)))
    found = session.scalars(select(DuesMonth).where(*which).with_for_update().execution_options(populate_existing=True))
    return {(row.person_id, row.month): row for row in found}


def _record(session: Session, me: Me, row: DuesMonth | None, person_id: int, code: str, now: datetime) -> None:
    if row is None:
        row = DuesMonth(branch_id=me.branch_id, person_id=person_id, month=code)
        session.add(row)
    row.recorded_at, row.recorded_by_id, row.withdrawn_at = now, me.id, None
    session.flush()
    audit.record(session, "register", SUBJECT, row.id, now=now, by=me, more={"month": code})


def all_but(session: Session, me: Me, month: date, names: Sequence[str], now: datetime, tz: tzinfo) -> State:
    """All who are not ticked yet but these, by their names; whole, or nothing is done."""
    span = to_record(session, me, month, now, tz)
    found = state(session, me.branch_id, span)
    keys = {name_key(one): one for one in names}
    lost = keys.keys() - {name_key(one.name) for one in found.people}
    if lost:
        raise Refusal(
            f"没有找到{'、'.join(f'“{cut(keys[one], 20)}”' for one in sorted(lost))}，党费尚未登记，请核对姓名。"
        )
    people = [one.id for one in found.open if name_key(one.name) not in keys]
    if not people:
        raise Refusal(NOBODY_LEFT)
    return tick(session, me, month, people, now, tz)


# --- taken back ------------------------------------------------------------------------------------------------------


def untick(session: Session, me: Me, month: date | None, person_id: int, now: datetime, tz: tzinfo) -> State:
    """取消登记: before the cut-off of the quarter, and later within ten minutes."""
    span = span_of(session, me, month)
    lock(session, me)
    rows = [row for row in _rows(session, me.branch_id, span, [person_id]).values() if row.withdrawn_at is None]
    if not rows:
        raise Refusal(NOT_TICKED)
    for row in rows:
        if row.recorded_at is None or not may_undo(row.recorded_at, now):
            before_cut_off(now, cut_off_of(session, me.branch_id, span.due, tz))
        audit.change(session, "withdraw", row, {"withdrawn_at": now}, now=now, by=me)
    session.flush()
    return state(session, me.branch_id, span)


def undo(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> list[DuesMonth]:
    """撤销: all that one has ticked with one tap."""
    require(me, Right.DUES, branch_id=me.branch_id)
    lock(session, me)
    session.get(DuesMonth, row_id, populate_existing=True)
    first = entered_row(session, me, DuesMonth, row_id, "recorded_by_id")
    mine = (DuesMonth.branch_id == first.branch_id, DuesMonth.recorded_by_id == me.id, LIVE)
    rows = session.scalars(select(DuesMonth).where(*mine, DuesMonth.recorded_at == first.recorded_at)).all()
    for row in rows:
        take_back(session, me, row, row.recorded_at or now, now, row.branch_id, otherwise=LATER)
    return list(rows)


def steps(session: Session, me: Me, since: datetime) -> Sequence[Step]:
    """What somebody has ticked since then, a tap each."""
    mine = (DuesMonth.branch_id == me.branch_id, DuesMonth.recorded_by_id == me.id, DuesMonth.recorded_at >= since)
    rows = session.scalars(select(DuesMonth).where(*mine, LIVE).order_by(DuesMonth.recorded_at, DuesMonth.id)).all()
    names = names_of(session, {row.person_id for row in rows})
    taps = [list(found) for _, found in groupby(rows, key=lambda row: row.recorded_at)]
    return [
        Step(each[0].recorded_at or since, "党费登记", messages.step(each, names), each[0].id, undo) for each in taps
    ]
