"""What is done with the way into the Party: recorded, corrected with a reason, taken back; by who keeps the roster."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.development import rules
from bot.features.development.known import Case, cases, events_of, happened
from bot.features.development.rules import OF_PEOPLE, OFTEN, Chain, Terms
from bot.features.development.terms import terms_in
from bot.kit import closing, newcomers
from bot.kit.access import Right, may, require
from bot.kit.deadlines import before_cut_off, in_time
from bot.kit.decided import decides
from bot.kit.glossary.choices import DEVELOPMENT_STEPS
from bot.kit.refusal import Refusal
from bot.kit.undo import Step as UndoStep
from bot.kit.undo import entered_row, take_back
from bot.kit.words import dated, not_counted
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.choices import DevelopmentEnd, MembershipStatus
from storage.choices import DevelopmentStep as Step
from storage.lookups import of_branch, person_of
from storage.models.development import DevelopmentEvent, DevelopmentPerson
from storage.models.person import Person
from storage.models.vote import Vote
from storage.roster import roster

NO_SUCH = "没有找到这条发展党员记录，可能已删除。"
NOBODY = "没有找到这位同志，请重新打开“发展党员”。"
TWICE = "这个环节已登记，如有出入请点“修改”。"
NOT_YET = "日期还没有到，请在当天或之后登记。"
BEGUN_ANEW = "此后已重新提出入党申请，以前的登记不再修改。"
ENDED = "已终止培养，不能再登记。"
ON_ROSTER = "这位同志已在名册上，无需登记为发展对象。"
THERE = "这位同志已登记，请在“发展党员”中打开。"
OTHERWISE = "，请在其页面点“修改”。"
COLUMNS = ("step", "on", "to_on", "days", "hours", "months", "reason", "vote_id", "activity_id")
# What figures count: whoever enters it after the cut-off hears so.
COUNTED = frozenset(
    {
        Step.APPLICATION, Step.ACTIVIST_CONFIRMED, Step.ACCEPT_PASSED,
        Step.CONVERSION_PASSED, Step.CONVERSION_APPROVED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step as it is asked for."""

    step: Step
    on: date
    to_on: date | None = None
    days: int | None = None
    hours: int | None = None
    months: int | None = None
    reason: DevelopmentEnd | None = None
    people: tuple[int, ...] = ()
    vote_id: int | None = None
    activity_id: int | None = None


# --- found -----------------------------------------------------------------------------------------------------------


def case_of(session: Session, me: Me, person_id: int, today: date) -> Case:
    """One of the branch acted for, for who keeps the roster; refuses anybody else."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    if person_of(session, person_id, me.branch_id) is None:
        raise Refusal(NOBODY)
    found = cases(session, me.branch_id, today, person_id)
    if not found:
        raise Refusal(NOBODY)
    return found[0]


def unfounded(session: Session, case: Case, tz: tzinfo) -> set[int]:
    """The steps that a vote decided which was taken back, or has not passed as it stands now."""
    voted = {one.vote_id: one.id for one in case.chain.events if one.vote_id is not None}
    rows = session.scalars(select(Vote).where(Vote.id.in_(voted))).all() if voted else []
    return {voted[row.id] for row in rows if not decides(session, row, tz)}


def found_event(session: Session, me: Me, event_id: int) -> DevelopmentEvent:
    require(me, Right.ROSTER, branch_id=me.branch_id)
    row = of_branch(session, DevelopmentEvent, event_id, me.branch_id)
    if row is None or row.withdrawn_at is not None or row.step in rules.MOVES:
        raise Refusal(NO_SUCH)
    return row


# --- what fits -------------------------------------------------------------------------------------------------------


def fits(chain: Chain, wanted: Wanted, today: date, terms: Terms, *, decided: bool = False) -> None:
    """Refuses what cannot have happened so; `decided`: a meeting has decided it, whatever is recorded before it."""
    if chain.ended is not None:
        raise Refusal(ENDED)
    if wanted.step not in OFTEN and wanted.step is not Step.EXTENSION and chain.has(wanted.step):
        raise Refusal(TWICE)
    before = rules.BEFORE.get(wanted.step)
    if before is not None and not decided and not rules.reached(chain, before):
        raise Refusal(f"请先登记“{DEVELOPMENT_STEPS[before]}”。")
    in_order(chain, wanted, today, terms)
    _whole(wanted, terms)


def in_order(chain: Chain, wanted: Wanted, today: date, terms: Terms) -> None:
    """Refuses a day to come, and one that does not go with the others: too early by the rules."""
    if wanted.on > today:
        raise Refusal(NOT_YET)
    first, last = rules.earliest(chain, wanted.step, terms), rules.latest(chain, wanted.step)
    if first is not None and wanted.on < first:
        raise Refusal(f"{DEVELOPMENT_STEPS[wanted.step]}最早可在{dated(first, today)}，请核对日期。")
    if last is not None and wanted.on > last:
        raise Refusal(f"{DEVELOPMENT_STEPS[wanted.step]}不能晚于{dated(last, today)}，请核对日期。")


def _whole(wanted: Wanted, terms: Terms) -> None:
    if wanted.step in OF_PEOPLE:
        least, most = OF_PEOPLE[wanted.step]
        if not least <= len(set(wanted.people)) <= most:
            raise Refusal(f"请选择{least if least == most else f'{least}至{most}'}名{DEVELOPMENT_STEPS[wanted.step]}。")
    if wanted.step is Step.EXTENSION and wanted.months not in terms.extensions:
        least, most = min(terms.extensions), max(terms.extensions)
        raise Refusal(f"预备期延长应为{least}至{most}个月，请重新选择。")
    if wanted.step is Step.PUBLICITY and wanted.to_on is not None and wanted.to_on <= wanted.on:
        raise Refusal("公示结束日期早于开始日期，请核对。")


# --- recording -------------------------------------------------------------------------------------------------------


def record(
    session: Session, me: Me, person_id: int, wanted: Wanted, now: datetime, tz: tzinfo, *, decided: bool = False
) -> DevelopmentEvent:
    """A step of somebody known; of two officers at once the second finds it recorded."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    if person_of(session, person_id, me.branch_id) is None:
        raise Refusal(NOBODY)
    _lock(session, person_id)
    today = local_day(now, tz)
    _of_roster(session, me.branch_id, wanted.people, today, person_id)
    found = cases(session, me.branch_id, today, person_id)
    chain = found[0].chain if found else Chain()
    terms = found[0].terms if found else terms_in(session, me.branch_id, today)
    if not found and wanted.step is not Step.APPLICATION and not decided:
        raise Refusal(NOBODY)
    if chain.ended is not None and wanted.step is Step.APPLICATION and wanted.on >= chain.ended.on:
        # Whoever applies once more begins anew.
        chain = Chain()
    fits(chain, wanted, today, terms, decided=decided)
    return _lay(session, me, person_id, wanted, now)


def _lock(session: Session, person_id: int) -> None:
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def _of_roster(session: Session, branch_id: int, people: Collection[int], today: date, but: int) -> None:
    """Mentors and sponsors are full members of the branch, and nobody is one's own."""
    full = {one.id for one in roster(session, branch_id, today, people) if one.status is MembershipStatus.FULL}
    if but in people or not full.issuperset(people):
        raise Refusal("培养联系人和入党介绍人应为本支部正式党员，请重新选择。")


def _lay(session: Session, me: Me, person_id: int, wanted: Wanted, now: datetime) -> DevelopmentEvent:
    row = DevelopmentEvent(
        branch_id=me.branch_id,
        person_id=person_id,
        recorded_at=now,
        recorded_by_id=me.id,
        **{name: getattr(wanted, name) for name in COLUMNS},
    )
    session.add(row)
    session.flush()
    session.add_all(DevelopmentPerson(event_id=row.id, person_id=one) for one in dict.fromkeys(wanted.people))
    session.flush()
    more = {"step": wanted.step.value, "on": wanted.on.isoformat(), "people": len(wanted.people)}
    audit.record(session, "register", "development_event", row.id, now=now, by=me, more=more, person_id=person_id)
    return row


def enter(session: Session, me: Me, said: str, steps: Sequence[Wanted], now: datetime, tz: tzinfo) -> int:
    """Somebody new on the way, with the steps known so far; who is known by this name and on no roster is no other."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    name, today = newcomers.name_of(said), local_day(now, tz)
    there = may_begin(session, me, name, today)
    person_id = there.id if there is not None else newcomers.enter(session, me, name, now).id
    _lock(session, person_id)
    may_begin(session, me, name, today)
    if not steps:
        raise Refusal("请填写递交入党申请书的日期。")
    chain, terms = Chain(), terms_in(session, me.branch_id, today)
    for wanted in steps:
        fits(chain, wanted, today, terms, decided=not chain.events)
        row = _lay(session, me, person_id, wanted, now)
        chain = replace(chain, events=(*chain.events, happened(row)))
    return person_id


def may_begin(session: Session, me: Me, name: str, today: date) -> Person | None:
    """Whom the branch knows by this name already; refuses who is on its roster, or on the way."""
    known = newcomers.known(session, me.branch_id, name)
    if len(known) > 1:
        raise Refusal(f"有{len(known)}位同志叫{name}，请用能区分的姓名，例如“{name}（大）”。")
    if roster(session, me.branch_id, today, [one.id for one in known]):
        raise Refusal(ON_ROSTER)
    begun = cases(session, me.branch_id, today, known[0].id) if known else []
    if begun and begun[0].stage is not None:
        raise Refusal(THERE)
    return known[0] if known else None


# --- corrected -------------------------------------------------------------------------------------------------------


def still_changes(session: Session, row: DevelopmentEvent, now: datetime, tz: tzinfo) -> None:
    """Refuses what a closed quarter has counted: only a correction of that changes it (D20)."""
    cut_off = closing.cut_off_of(session, row.branch_id, row.on, tz)
    if in_time(row.recorded_at, cut_off) and not in_time(now, cut_off):
        before_cut_off(now, cut_off)


def correct(
    session: Session, me: Me, event_id: int, wanted: Wanted, reason: str, now: datetime, tz: tzinfo
) -> DevelopmentEvent:
    """修改: another row takes the place of the one that stood, which counts as withdrawn from now on."""
    row = _taken(session, me, event_id, reason, now, tz)
    today = local_day(now, tz)
    # Also of an end: without it somebody is on the way again.
    events = events_of(session, me.branch_id, row.person_id)[row.person_id]
    case = case_of(session, me, row.person_id, today)
    chain = replace(case.chain, events=rules.running([one for one in events if one.id != row.id]))
    _of_roster(session, me.branch_id, wanted.people, today, row.person_id)
    fits(chain, replace(wanted, step=row.step), today, case.terms, decided=True)
    _withdraw(session, me, row, reason, now)
    kept = replace(wanted, step=row.step, vote_id=row.vote_id, activity_id=row.activity_id)
    return _lay(session, me, row.person_id, kept, now)


def remove(session: Session, me: Me, event_id: int, reason: str, now: datetime, tz: tzinfo) -> DevelopmentEvent:
    """What was entered by mistake, with a reason, of which the log keeps the length."""
    row = _taken(session, me, event_id, reason, now, tz)
    _withdraw(session, me, row, reason, now)
    return row


def _taken(session: Session, me: Me, event_id: int, reason: str, now: datetime, tz: tzinfo) -> DevelopmentEvent:
    row = found_event(session, me, event_id)
    _lock(session, row.person_id)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise Refusal(NO_SUCH)
    still_changes(session, row, now, tz)
    events = events_of(session, me.branch_id, row.person_id)[row.person_id]
    if row.id not in {one.id for one in rules.running(events)}:
        raise Refusal(BEGUN_ANEW)
    if not reason:
        raise Refusal("请填写原因。")
    return row


def _withdraw(session: Session, me: Me, row: DevelopmentEvent, reason: str, now: datetime) -> None:
    audit.change(session, "withdraw", row, {"withdrawn_at": now}, now=now, by=me, reason=audit.of_text(reason))


def undo(session: Session, me: Me, event_id: int, now: datetime, tz: tzinfo) -> DevelopmentEvent:
    """撤销: one's own within ten minutes, before the cut-off."""
    row = entered_row(session, me, DevelopmentEvent, event_id, "recorded_by_id")
    require(me, Right.ROSTER, branch_id=row.branch_id)
    still_changes(session, row, now, tz)
    take_back(session, me, row, row.recorded_at, now, row.branch_id, otherwise=OTHERWISE)
    return row


def steps(session: Session, me: Me, since: datetime) -> Sequence[UndoStep]:
    """The steps that somebody has recorded since then, for who still may."""
    if not may(me, Right.ROSTER, branch_id=me.branch_id):
        return []
    query = (
        select(DevelopmentEvent, Person.name)
        .join(Person, Person.id == DevelopmentEvent.person_id)
        .where(DevelopmentEvent.branch_id == me.branch_id, DevelopmentEvent.recorded_by_id == me.id)
        .where(DevelopmentEvent.withdrawn_at.is_(None), DevelopmentEvent.recorded_at >= since)
    )
    return [
        UndoStep(row.recorded_at, DEVELOPMENT_STEPS[row.step], f"{name}同志", row.id, undo)
        for row, name in session.execute(query)
    ]


def late_words(session: Session, branch_id: int, wanted: Wanted, now: datetime, tz: tzinfo) -> str:
    """That it came too late to be counted; "" of what figures do not count."""
    if wanted.step not in COUNTED or in_time(now, closing.cut_off_of(session, branch_id, wanted.on, tz)):
        return ""
    return not_counted(wanted.on)
