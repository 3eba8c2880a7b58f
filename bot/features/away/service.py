"""Days away: said, decided on, joined, ended early, taken back; and who may see whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.away import rules
from bot.features.away.rules import DAY
from bot.features.leave.service import OWN, who_else
from bot.kit.access import Reach, Right, may, reach, require
from bot.kit.day_lists import Run
from bot.kit.deadlines import before_undo_ends
from bot.kit.refusal import Refusal
from bot.kit.undo import GONE, own_lines, own_row, take_back
from scheduler.calendar.days import at, local_day
from storage import audit
from storage.audience import Me
from storage.choices import SAYS_AWAY, AwayState
from storage.models.away import AwaySpan
from storage.models.person import Person
from storage.roster import Member, roster

ELSEWHERE = "外出由本人在所在党支部登记。"
JOINS = "您已登记的外出与这次重叠，请核对后点“合并登记”。"
DECIDED, GONE_ALREADY, PASSED = "这条外出已审批。", "这条外出已取消。", "这条外出的日期已过，无需审批。"
DECIDED_OWN = "外出已有审批结果，不能撤销，如已返回请点“提前返回”。"
NOT_AWAY, BACK_ALREADY = "您没有登记外出，无需提前返回。", "这条外出已结束。"
USE_BACK = "，如已返回请点“提前返回”。"
BACK = "come_back"


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody's days away as an officer sees them; `place` "" also where it is not theirs to know."""

    name: str
    group: str
    run: Run
    place: str
    state: AwayState


def run_of(row: AwaySpan) -> Run:
    return Run(row.from_on, row.to_on - DAY)


def standing(session: Session, person_id: int) -> list[AwaySpan]:
    """What somebody has said and stands, decided or not, the earliest first."""
    query = select(AwaySpan).where(AwaySpan.person_id == person_id, AwaySpan.state.in_(SAYS_AWAY))
    return list(session.scalars(query.order_by(AwaySpan.from_on, AwaySpan.id)))


def ahead(session: Session, person_id: int, today: date) -> list[AwaySpan]:
    """Of it what is not over."""
    return [row for row in standing(session, person_id) if row.to_on > today]


def joined(session: Session, person_id: int, wanted: Run, today: date) -> tuple[Run, list[AwaySpan]]:
    """The days with all of the own that they are one absence with, and those; what nobody has decided on in time is
    over.
    """
    rows = [row for row in standing(session, person_id) if row.state is not AwayState.PENDING or row.to_on > today]
    whole, others = rules.joined(wanted, [run_of(row) for row in rows])
    return whole, [row for row in rows if run_of(row) in others]


def must_be_here(session: Session, me: Me, today: date) -> None:
    """Refuses who acts for an organisation on whose roster one is not: another one's officers decide there."""
    if not roster(session, me.branch_id, today, [me.id]):
        raise Refusal(ELSEWHERE)


def check(session: Session, me: Me, wanted: Run, today: date) -> None:
    """Refuses days that cannot be said; joined with others they may be too many."""
    must_be_here(session, me, today)
    wrong = rules.wrong(*wanted, today) or rules.too_long(*joined(session, me.id, wanted, today)[0])
    if wrong:
        raise Refusal(wrong)


def register(
    session: Session, me: Me, wanted: Run, place: str, now: datetime, tz: tzinfo, *, joins: bool = False
) -> AwaySpan:
    """Up to 15 days it stands at once, else it waits; `joins`: it takes the place of what it overlaps.

    What stands goes on standing until the longer one is decided on.
    """
    # Of two at once the second sees what the first has said.
    session.get(Person, me.id, with_for_update=True, populate_existing=True)
    check(session, me, wanted, local_day(now, tz))
    whole, others = joined(session, me.id, wanted, local_day(now, tz))
    if others and not joins:
        raise Refusal(JOINS)
    waits = rules.is_decided_on(*whole)
    row = AwaySpan(
        person_id=me.id,
        from_on=whole.first,
        to_on=whole.last + DAY,
        ends_at=at(whole.last + DAY, time(), tz),
        place=place or next((one.place for one in others if one.place), ""),
        state=AwayState.PENDING if waits else AwayState.REGISTERED,
        made_by_id=me.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    replaced = [one for one in others if not waits or one.state is AwayState.PENDING]
    _give_way(replaced, now)
    days = {"from_on": whole.first.isoformat(), "to_on": row.to_on.isoformat()}
    gone = {"replaced": [one.id for one in replaced]} if replaced else {}
    audit.record(session, "register", "away_span", row.id, now=now, by=me, more={**days, **gone}, state=row.state)
    session.flush()
    return row


def _give_way(rows: Sequence[AwaySpan], now: datetime) -> None:
    for one in rows:
        one.state, one.withdrawn_at = AwayState.WITHDRAWN, now


def replaced_by(session: Session, row: AwaySpan) -> list[AwaySpan]:
    """What gave way to it when it was said."""
    gone = (AwaySpan.person_id == row.person_id, AwaySpan.withdrawn_at == row.made_at, AwaySpan.id != row.id)
    return list(session.scalars(select(AwaySpan).where(*gone, AwaySpan.state == AwayState.WITHDRAWN)))


# --- decided -------------------------------------------------------------------------------------------------------


def deciders(session: Session, branch_id: int, person_id: int, day: date) -> list[int]:
    """Who is asked: the secretary, the deputy and the organization officer with an account, but not about oneself."""
    return who_else(session, Right.DECIDE_AWAY, branch_id, person_id, None, day)


def decides(me: Me) -> bool:
    return reach(me, Right.DECIDE_AWAY) is Reach.ALL


def decide(session: Session, me: Me, span_id: int, approve: bool, now: datetime, tz: tzinfo) -> AwaySpan:
    """Of two officers at once one decides; the other waits, and sees that. Approved, it takes the place of what it
    joins.
    """
    row = session.get(AwaySpan, span_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Refusal(GONE_ALREADY)
    require(me, Right.DECIDE_AWAY, branch_id=session.get_one(Person, row.person_id).branch_id)
    alone = row.person_id == me.id and _nobody_else(session, me, local_day(now, tz))
    if row.state is not AwayState.PENDING:
        raise Refusal(GONE_ALREADY if row.withdrawn_at is not None else DECIDED)
    if row.to_on <= local_day(now, tz):
        raise Refusal(PASSED)
    if approve:
        others = joined(session, row.person_id, run_of(row), local_day(now, tz))[1]
        _give_way([one for one in others if one is not row], now)
    state = AwayState.APPROVED if approve else AwayState.REFUSED
    values = {"state": state, "decided_at": now, "decided_by_id": me.id}
    audit.change(session, "decide", row, values, now=now, by=me, **(OWN if alone else {}))
    return row


def _nobody_else(session: Session, me: Me, day: date) -> bool:
    if deciders(session, me.branch_id, me.id, day):
        raise Refusal("本人的外出请由其他同志审批。")
    return True


# --- back early ------------------------------------------------------------------------------------------------------


def back_of(session: Session, me: Me, today: date) -> list[AwaySpan]:
    """What ends when somebody says that they are back; refuses where nobody is away."""
    found = [row for row in ahead(session, me.id, today) if row.from_on <= today]
    if not found:
        raise Refusal(NOT_AWAY)
    return found


def come_back(session: Session, me: Me, rows: Sequence[AwaySpan], now: datetime, tz: tzinfo) -> None:
    """Today counts no more. What has not begun, or waits for a decision, is called off."""
    today = local_day(now, tz)
    for row in rows:
        begun = row.from_on <= today and row.state is not AwayState.PENDING
        ended = {"state": AwayState.ENDED, "to_on": today, "ends_at": at(today, time(), tz)}
        values = ended if begun else {"state": AwayState.WITHDRAWN, "withdrawn_at": now}
        audit.change(session, BACK if begun else "withdraw", row, values, now=now, by=me)


def own(session: Session, me: Me, span_id: int, today: date) -> list[AwaySpan]:
    """The own row of a button, with what waits to take its place; refuses one that is over."""
    row = session.get(AwaySpan, span_id, with_for_update=True, populate_existing=True)
    if row is None or row.person_id != me.id or row.state not in SAYS_AWAY or row.to_on <= today:
        raise Refusal(BACK_ALREADY)
    waits = [one for one in joined(session, me.id, run_of(row), today)[1] if one.state is AwayState.PENDING]
    return [row, *(one for one in waits if one is not row)]


# --- taken back ------------------------------------------------------------------------------------------------------


def undo(session: Session, me: Me, span_id: int, now: datetime, tz: tzinfo) -> AwaySpan:
    """撤销, while nobody has decided; what gave way to it stands again."""
    row = own_row(session, me, AwaySpan, span_id)
    if row.state not in (AwayState.REGISTERED, AwayState.PENDING):
        raise Refusal(DECIDED_OWN)
    before = replaced_by(session, row)
    branch_id, state = session.get_one(Person, me.id).branch_id, AwayState.WITHDRAWN
    take_back(session, me, row, row.made_at, now, branch_id, otherwise=USE_BACK, state=state)
    for one in before:
        waits = rules.is_decided_on(*run_of(one))
        usual = AwayState.PENDING if waits else AwayState.REGISTERED
        one.state, one.withdrawn_at = usual if one.decided_at is None else AwayState.APPROVED, None
    session.flush()
    return row


def undo_back(session: Session, me: Me, span_id: int, now: datetime, tz: tzinfo) -> AwaySpan:
    """撤销提前返回: away as before, to the day that the log names; what waited for a decision waits again."""
    row = own_row(session, me, AwaySpan, span_id)
    lines = [one for one in own_lines(session, me, now - 2 * rules.DAY, BACK, "away_span") if one.subject_id == row.id]
    if row.state is not AwayState.ENDED or not lines:
        raise Refusal(GONE)
    before_undo_ends(lines[-1].at, now, "。")
    to_on = until_before(lines[-1])
    if joined(session, me.id, Run(row.from_on, to_on - DAY), local_day(now, tz))[1]:
        raise Refusal(GONE)
    was = AwayState(lines[-1].details["changes"]["state"][0])
    values = {"state": was, "to_on": to_on, "ends_at": at(to_on, time(), tz)}
    audit.change(session, "undo", row, values, now=now, by=me)
    for one in called_off_with(session, row, lines[-1].at):
        again = {"state": AwayState.PENDING, "withdrawn_at": None}
        audit.change(session, "undo", one, again, now=now, by=me)
    session.flush()
    return row


def until_before(line: Any) -> date:
    """Until when the days lasted that this line of the log has ended early."""
    return date.fromisoformat(line.details["changes"]["to_on"][0])


def called_off_with(session: Session, row: AwaySpan, at: datetime) -> Sequence[AwaySpan]:
    """What waited to take its place, and went with it when it ended early."""
    mine = (AwaySpan.person_id == row.person_id, AwaySpan.withdrawn_at == at, AwaySpan.id != row.id)
    return session.scalars(select(AwaySpan).where(*mine, AwaySpan.state == AwayState.WITHDRAWN)).all()


# --- seen ------------------------------------------------------------------------------------------------------------


def seen(session: Session, me: Me, today: date) -> list[Seen]:
    """Who of the branch is away or will be: to a leader the own groups', without the place."""
    wide = reach(me, Right.SEE_AWAY)
    people = {one.id: one for one in roster(session, me.branch_id, today) if _sees(me, one)}
    query = select(AwaySpan).where(AwaySpan.to_on > today, AwaySpan.state.in_(SAYS_AWAY))
    query = query.where(AwaySpan.person_id.in_(people)).order_by(AwaySpan.from_on, AwaySpan.id)
    return [
        Seen(one.name, one.group_name, run_of(row), row.place if wide is Reach.ALL else "", row.state)
        for row in session.scalars(query)
        if (one := people[row.person_id])
    ]


def _sees(me: Me, member: Member) -> bool:
    return may(me, Right.SEE_AWAY, branch_id=me.branch_id, group_id=member.group_id)
