"""Dated facts of people: changed from a day, asked as of a day; each change with who, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.accounts.invites import appointing, end_of_leavers
from bot.features.accounts.rules import SEATS
from bot.features.roster import rules
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster.words import Difference, differences, full_day
from bot.kit.access import Right, may, require
from bot.kit.closing import close_days
from bot.kit.deadlines import closed
from bot.kit.glossary.choices import DUTIES
from bot.kit.names import called, clean_name, is_name, name_key
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.audit import record
from storage.choices import Category, Duty, MembershipStatus, Motion, Why
from storage.facts import Facts
from storage.lookups import person_of
from storage.models.audit import Audit
from storage.models.organisation import Organisation
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
    Span,
)
from storage.models.vote import Vote
from storage.roster import Member, roster
from storage.spans import on_day

SECRETARY_ENDS = "副书记转出前，请先由书记免去其副书记职务。"
UNDOES = "这位同志自{1}起任{0}，转出日期不能早于任职。请先免去其{0}职务，或选择{1}以后的日期。"
NO_SUCH = "名册上没有这位党员。"
SECRETARY_GIVES = "书记、副书记的职务由书记本人登记。"
CHANGED = "fact_changed"
_NAME_LENGTH = 50
_WITH_GROUP = (Kind.GROUP, Kind.NEW, Kind.BACK, Kind.ACCEPT)
_SIMPLE: dict[Kind, tuple[type[Any], str]] = {
    Kind.GROUP: (GroupSpan, "group_id"),
    Kind.RANK: (RankSpan, "rank"),
    Kind.CATEGORY: (CategorySpan, "category"),
    Kind.STATUS: (MembershipSpan, "status"),
}
# A rank that is chosen is said in the word of the list.
_PLAIN_WORD: dict[type[Any], dict[str, str]] = {RankSpan: {"rank_text": ""}}


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was written: whose, what it means, and the line of the log by which it is taken back."""

    person_id: int
    name: str
    lines: Sequence[Difference]
    audit_id: int


def members(session: Session, me: Me, day: date) -> list[Member]:
    """The roster as of any day, for those who keep it."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    return roster(session, me.branch_id, day)


def facts_of(session: Session, me: Me, person_id: int, today: date) -> Facts:
    """Everything known of one person of one's own branch; refuses somebody erased, for an old button too."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    if person_of(session, person_id, me.branch_id) is None:
        raise Refusal(NO_SUCH)
    return Facts.of_branch(session, me.branch_id, today, [person_id])


def others(session: Session, me: Me, day: date) -> list[tuple[int, str]]:
    """Whom the branch knows and who is not on its roster that day: left, still to come, never in; nobody erased."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == me.branch_id, on_day(RosterSpan, day))
    query = select(Person.id, Person.name).where(
        Person.branch_id == me.branch_id, Person.erased_at.is_(None), Person.id.not_in(listed)
    )
    return [(row.id, row.name) for row in session.execute(query.order_by(Person.id.desc()))]


# --- changing ------------------------------------------------------------------------------------------------------


def change(session: Session, me: Me, wanted: FactChange, now: datetime, tz: tzinfo) -> Done:
    """Write a change from its day on (backdated until the close: D5). Refuses what changes nothing."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    if wanted.kind is Kind.DUTY and wanted.value in SEATS and not may(me, Right.CLOSE, branch_id=me.branch_id):
        raise Refusal(SECRETARY_GIVES)
    check_day(session, me, wanted.kind, wanted.day, now, tz)
    if wanted.kind is Kind.OUT and not may(me, Right.CLOSE, branch_id=me.branch_id):
        _no_deputy(session, me.branch_id, wanted)
    if not wanted.newcomer and person_of(session, wanted.person_id, me.branch_id) is None:
        raise Refusal(NO_SUCH)
    wanted = _as_voted(session, me.branch_id, wanted)
    facts = plan(session, me.branch_id, wanted)
    edits = facts.edits()
    if not edits:
        raise Refusal("与现有记录相同，无需变更。")
    lines = differences(facts, edits)
    today = now.astimezone(tz).date()
    with appointing(session, [wanted.person_id], today, now):
        written = facts.write(session, now)
    person_id = next(iter(written)) if wanted.newcomer else wanted.person_id
    if wanted.kind is Kind.OUT:
        end_of_leavers(session, me.branch_id, today, now)
    if _elects_secretary(wanted, facts):
        begin_term(session, me, wanted.day, now)
    record(
        session,
        CHANGED,
        "person",
        person_id,
        now=now,
        by=me,
        kind=wanted.kind.name.lower(),
        day=wanted.day.isoformat(),
        why=wanted.why.value,
        edits=[edit.to_json() for edit in written[person_id]],
    )
    session.flush()
    audit_id = session.scalars(changes_of(me.branch_id, person_id)).first()
    return Done(person_id, session.get_one(Person, person_id).name, lines, audit_id or 0)


def _as_voted(session: Session, branch_id: int, wanted: FactChange) -> FactChange:
    """Who is accepted by name and was voted on by that name is known already, and is nobody else."""
    if not (wanted.kind is Kind.ACCEPT and wanted.newcomer):
        return wanted
    found = called(candidates(session, branch_id), wanted.name)
    return replace(wanted, person_id=found[0].id, name="") if len(found) == 1 else wanted


def candidates(session: Session, branch_id: int) -> Sequence[Person]:
    """Whose acceptance was put to the vote and who was never on the roster, the last one first."""
    voted = (Vote.branch_id == branch_id, Vote.motion == Motion.ACCEPT_PROBATIONARY, Vote.withdrawn_at.is_(None))
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == branch_id)
    query = select(Person).where(Person.erased_at.is_(None), Person.id.in_(select(Vote.subject_id).where(*voted)))
    return session.scalars(query.where(Person.id.not_in(listed)).order_by(Person.id.desc())).all()


def _no_deputy(session: Session, branch_id: int, wanted: FactChange) -> None:
    """Whom the secretary has made deputy nobody else takes out of the office, by whatever way."""
    sits = select(DutySpan.id).where(
        DutySpan.person_id == wanted.person_id,
        DutySpan.organisation_id == branch_id,
        DutySpan.duty.in_(SEATS),
        or_(DutySpan.to_on.is_(None), DutySpan.to_on > wanted.day),
        DutySpan.duty != Duty.SECRETARY,
    )
    if session.scalars(sits).first() is not None:
        raise Refusal(SECRETARY_ENDS)


def check_day(session: Session, me: Me, kind: Kind, day: date, now: datetime, tz: tzinfo) -> None:
    """Refuse a day whose quarter is closed, and a meeting that has not been held."""
    if rules.is_closed(day, now, tz, close_days(session, me.branch_id)):
        raise closed(Quarter.of(day))
    if kind is Kind.ACCEPT and day > now.astimezone(tz).date():
        raise Refusal("支部党员大会通过后才能登记接收，请选择已召开的大会的日期。")


def _elects_secretary(wanted: FactChange, facts: Facts) -> bool:
    """A secretary who takes up the office by election: a new term begins with it (R44)."""
    if wanted.kind is not Kind.DUTY or wanted.value is not Duty.SECRETARY or wanted.why is not Why.ELECTION:
        return False
    held = facts.spans[DutySpan, wanted.person_id]
    return any(span.values["duty"] is Duty.SECRETARY and span.holds(wanted.day) for span in held)


def plan(session: Session, branch_id: int, wanted: FactChange) -> Facts:
    """The facts as they would be; nothing is written."""
    people = None if wanted.newcomer else [wanted.person_id]
    facts = Facts.of_branch(session, branch_id, wanted.day, people)
    if wanted.kind in _WITH_GROUP and wanted.value and wanted.value not in facts.groups:
        raise Refusal("本支部没有这个党小组。")
    if wanted.contact_id is not None and person_of(session, wanted.contact_id, branch_id) is None:
        raise Refusal(NO_SUCH)
    if wanted.kind in _SIMPLE:
        kind, column = _SIMPLE[wanted.kind]
        facts.begin(kind, wanted.person_id, wanted.day, **{column: wanted.value}, **_PLAIN_WORD.get(kind, {}))
    elif wanted.kind is Kind.DUTY:
        _duty(session, facts, wanted)
    elif wanted.kind is Kind.EXEMPT:
        _exempt(facts, wanted)
    elif wanted.kind is Kind.PRESENT:
        _end(facts, ExemptionSpan, wanted, "这一天本来就不免于考勤。")
    elif wanted.kind is Kind.OUT:
        _leave(facts, wanted)
    elif wanted.kind is Kind.ACCEPT:
        _accept(facts, wanted)
    else:
        _join(facts, wanted)
    return facts


def _duty(session: Session, facts: Facts, wanted: FactChange) -> None:
    """The office is taken up, or given up where it is held; one secretary only, a leader with a group."""
    held = [
        span
        for span in facts.spans[DutySpan, wanted.person_id]
        if span.holds(wanted.day) and span.values["duty"] is wanted.value
    ]
    if held:
        for span in held:
            span.values["to_on"] = wanted.day
        return
    group = facts.on(GroupSpan, wanted.person_id, wanted.day)
    if wanted.value is Duty.GROUP_LEADER and group is None:
        raise Refusal("请先编入党小组，再任党小组长。")
    if wanted.value is Duty.SECRETARY:
        _nobody_else(session, facts.branch_id, wanted.day)
    leads = group.values["group_id"] if group is not None and wanted.value is Duty.GROUP_LEADER else None
    facts.add(
        DutySpan,
        wanted.person_id,
        wanted.day,
        organisation_id=facts.branch_id,
        duty=wanted.value,
        group_id=leads,
        title="",
    )


def _nobody_else(session: Session, branch_id: int, day: date) -> None:
    """Nor anybody who takes the office up later: from that day on there would be two."""
    sits = (
        select(Person.name)
        .join(DutySpan, DutySpan.person_id == Person.id)
        .where(
            DutySpan.organisation_id == branch_id,
            DutySpan.duty == Duty.SECRETARY,
            or_(DutySpan.to_on.is_(None), DutySpan.to_on > day),
        )
    )
    name = session.scalars(sits).first()
    if name is not None:
        raise Refusal(f"现任书记是{name}同志，请先免去其职务，或移交书记职务。")


def _exempt(facts: Facts, wanted: FactChange) -> None:
    """Out of attendance from a day up to another; one that runs already ends there."""
    if wanted.until is not None and wanted.until <= wanted.day:
        raise Refusal("结束日期应在起始日期之后。")
    if any(span.from_on > wanted.day for span in facts.spans[ExemptionSpan, wanted.person_id]):
        raise Refusal("之后已登记免于考勤，请先撤销那次变更。")
    running = facts.on(ExemptionSpan, wanted.person_id, wanted.day)
    if running is not None and running.from_on == wanted.day:
        raise Refusal("这一天已登记免于考勤，请先撤销那次变更。")
    if running is not None:
        running.values["to_on"] = wanted.day
    facts.add(
        ExemptionSpan,
        wanted.person_id,
        wanted.day,
        wanted.until,
        reason=wanted.value,
        approved_by=wanted.approver,
        contact_person_id=wanted.contact_id,
    )


def _end(facts: Facts, kind: type[Span], wanted: FactChange, otherwise: str) -> None:
    span = facts.on(kind, wanted.person_id, wanted.day)
    if span is None or span.from_on == wanted.day:
        raise Refusal(otherwise)
    span.values["to_on"] = wanted.day


def _leave(facts: Facts, wanted: FactChange) -> None:
    """Off the roster from the day, and out of every office of the branch; past records stay (D24)."""
    held = [
        span
        for span in facts.spans[DutySpan, wanted.person_id]
        if span.values["organisation_id"] == facts.branch_id and (span.to_on is None or span.to_on > wanted.day)
    ]
    if any(span.values["duty"] is Duty.SECRETARY for span in held):
        raise Refusal("书记转出前，请先免去书记职务，或移交书记职务。")
    later = next((span for span in held if span.from_on >= wanted.day), None)
    if later is not None:
        raise Refusal(UNDOES.format(DUTIES[later.values["duty"]], full_day(later.from_on)))
    _end(facts, RosterSpan, wanted, "这一天不在名册上，不能转出。")
    for span in held:
        span.values["to_on"] = wanted.day


def _join(facts: Facts, wanted: FactChange) -> None:
    """On the roster from the day (D4), somebody new or somebody who comes back."""
    person_id = wanted.person_id
    if wanted.kind is Kind.NEW:
        _not_known_yet(facts, wanted)
        person_id = facts.new_person(wanted.name)
        facts.add(MembershipSpan, person_id, wanted.day, status=wanted.status)
        facts.add(CategorySpan, person_id, wanted.day, category=Category.IN_SERVICE)
    elif any(span.to_on is None or span.to_on > wanted.day for span in facts.spans[RosterSpan, person_id]):
        raise Refusal("这位同志这一天已在名册上。")
    facts.add(RosterSpan, person_id, wanted.day, branch_id=facts.branch_id)
    if wanted.value:
        facts.begin(GroupSpan, person_id, wanted.day, group_id=wanted.value)


def _accept(facts: Facts, wanted: FactChange) -> None:
    """Accepted at the meeting of the day: probationary from it (R22), on the roster from the next day (D4).

    The day of the meeting is the one of joining the Party.
    """
    person_id, next_day = wanted.person_id, wanted.day + timedelta(days=1)
    if wanted.newcomer:
        _not_known_yet(facts, wanted)
        person_id = facts.new_person(wanted.name)
    membership = facts.on(MembershipSpan, person_id, wanted.day)
    if membership is not None and membership.values["status"] in rules.ON_ROSTER:
        raise Refusal("这位同志已是党员，请办理转入。")
    facts.people[person_id].values["joined_party_on"] = wanted.day
    facts.begin(MembershipSpan, person_id, wanted.day, status=MembershipStatus.PROBATIONARY)
    facts.begin(RosterSpan, person_id, next_day, branch_id=facts.branch_id)
    if wanted.value:
        facts.begin(GroupSpan, person_id, next_day, group_id=wanted.value)
    if facts.on(CategorySpan, person_id, next_day) is None:
        facts.add(CategorySpan, person_id, next_day, category=Category.IN_SERVICE)


def _not_known_yet(facts: Facts, wanted: FactChange) -> None:
    same = [one for one in facts.people if name_key(facts.people[one].values["name"]) == name_key(wanted.name)]
    for person_id in same:
        group = facts.on(GroupSpan, person_id, wanted.day)
        if facts.on(RosterSpan, person_id, wanted.day) and (group is None or group.values["group_id"] == wanted.value):
            raise Refusal("同组已有同名的党员，请用能区分的姓名，例如“张伟（大）”。")


def name_for_new(text: str) -> str:
    """A name as it may be kept; refuses what is none (12345) and one that is too long."""
    name = clean_name(text)
    if not is_name(name) or len(name) > _NAME_LENGTH:
        raise Refusal(f"请发送姓名（不超过{_NAME_LENGTH}字）。")
    return name


def namesakes(session: Session, me: Me, name: str, day: date) -> tuple[list[Member], int]:
    """Who has this name by its key: those on the roster, and how many the branch knows beside them; nobody erased."""
    key = name_key(name)
    listed = [one for one in members(session, me, day) if name_key(one.name) == key]
    return listed, sum(name_key(called) == key for _, called in others(session, me, day))


def changes_of(branch_id: int, person_id: int) -> Any:
    """The lines of the log that changed somebody's facts by hand, the newest first."""
    return (
        select(Audit.id)
        .where(
            Audit.branch_id == branch_id,
            Audit.action == CHANGED,
            Audit.subject == "person",
            Audit.subject_id == person_id,
        )
        .order_by(Audit.id.desc())
    )


# --- the term of office --------------------------------------------------------------------------------------------


def begin_term(session: Session, me: Me, elected_on: date, now: datetime) -> date:
    """The committee (or the secretary) was elected on a day; returns the day on which the term is over (R44)."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    branch = session.get_one(Organisation, me.branch_id)
    ends = rules.term_ends(elected_on, int(branch.settings.get("term_years") or rules.TERM_YEARS))
    if elected_on > now.date() + timedelta(days=366):
        raise Refusal(f"换届日期{full_day(elected_on)}太远，请核对。")
    before, branch.term_ends_on = branch.term_ends_on, ends
    record(
        session,
        "term_changed",
        "organisation",
        branch.id,
        now=now,
        by=me,
        before=before.isoformat() if before else None,
        after=ends.isoformat(),
    )
    return ends
