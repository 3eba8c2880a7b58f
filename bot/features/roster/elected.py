"""任命, 登记任期: what an approved election proposes, shown first and written by a second tap."""

from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.rules import SEATS
from bot.features.roster import rules, service
from bot.features.roster.buttons import Kind
from bot.features.roster.desk import election_day
from bot.features.roster.rules import FactChange
from bot.features.roster.words import full_day
from bot.kit.access import Right, require
from bot.kit.doors import Appoint, BeginTerm, ShowPerson, ShowRoster
from bot.kit.glossary.choices import DUTIES
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.lists import label, really, two_a_row
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply
from storage.audience import Me
from storage.choices import Duty, Why
from storage.facts import Facts
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, GroupSpan, Person
from storage.spans import on_day

HELD = "名册中已有这一职务，无需再任命。"
NO_OFFICE = "这一职务不能在这里任命。"
# Several have it at once: nobody's ends when another's begins.
SHARED = frozenset({Duty.COMMITTEE_MEMBER})


def appoint(session: Session, call: Call, button: Appoint) -> Reply:
    """Who is to have which office from when, and whose ends with that; `sure`: write it."""
    duty, day = _duty(button.duty), election_day(button.day, call.today)
    service.facts_of(session, call.me, button.person_id, call.today)
    name = session.get_one(Person, button.person_id).name
    before = predecessors(session, call.me.branch_id, button.person_id, duty, day, call.today)
    ends = f"{'、'.join(one.name for one in before)}同志的{DUTIES[duty]}职务同时免去。" if before else ""
    said = f"{name}同志自{full_day(day)}起任{DUTIES[duty]}。"
    if not button.sure:
        yes = Choice("确认任命", Appoint(button.person_id, duty.value, button.day, 1))
        return Reply(here=[really(f"【任命】{said}{ends}", yes, Choice("不任命", ShowPerson(button.person_id)))])
    give(session, call.me, button.person_id, duty, day, call.now, call.tz)
    named = {button.person_id: name, **{one.id: one.name for one in before}}
    people = [Choice(label(one), ShowPerson(number)) for number, one in named.items()]
    return Reply(toast="已登记。", edit=Message(f"已任命：{said}{ends}", two_a_row(people)))


def _duty(value: str) -> Duty:
    duty = next((one for one in rules.CHOICES[Kind.DUTY] if one.value == value), None)
    if not isinstance(duty, Duty) or duty in SEATS:
        raise Refusal(NO_OFFICE)
    return duty


def give(session: Session, me: Me, person_id: int, duty: Duty, day: date, now: datetime, tz: tzinfo) -> None:
    """The office from that day, and the end of it for whoever has it; refuses for who has it already."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    today = now.astimezone(tz).date()
    if _holds(session, me.branch_id, person_id, duty, {day, today}):
        raise Refusal(HELD)
    for one in predecessors(session, me.branch_id, person_id, duty, day, today):
        service.change(session, me, _change(one.id, duty, day), now, tz)
    service.change(session, me, _change(person_id, duty, day), now, tz)


def _change(person_id: int, duty: Duty, day: date) -> FactChange:
    return FactChange(kind=Kind.DUTY, person_id=person_id, day=day, value=duty, why=Why.ELECTION)


def _holds(session: Session, branch_id: int, person_id: int, duty: Duty, days: set[date]) -> bool:
    facts = Facts.of_branch(session, branch_id, max(days), [person_id])
    return any(span.values["duty"] is duty and any(map(span.holds, days)) for span in facts.spans[DutySpan, person_id])


def predecessors(session: Session, branch_id: int, person_id: int, duty: Duty, day: date, today: date) -> list[Person]:
    """Who has the office on the day and has it still; of a group's leader, who leads that group."""
    if duty in SHARED:
        return []
    there = (DutySpan.organisation_id == branch_id, DutySpan.duty == duty, DutySpan.person_id != person_id)
    query = select(Person).join(DutySpan, DutySpan.person_id == Person.id).where(*there)
    query = query.where(on_day(DutySpan, day), on_day(DutySpan, today))
    if duty is Duty.GROUP_LEADER:
        group = select(GroupSpan.group_id).where(GroupSpan.person_id == person_id, on_day(GroupSpan, day))
        query = query.where(DutySpan.group_id.in_(group))
    return list(session.scalars(query.order_by(Person.id)).unique())


def begin_term(session: Session, call: Call, button: BeginTerm) -> Reply:
    """The term of the committee from the day of the election; an older one does not take the place of a newer."""
    day = election_day(button.day, call.today)
    branch = session.get_one(Organisation, call.me.branch_id)
    ends = rules.term_ends(day, int(branch.settings.get("term_years") or rules.TERM_YEARS))
    now = branch.term_ends_on
    if now is not None and now >= ends:
        raise Refusal(f"名册中本届任期至{full_day(now)}，不早于这次选举的任期，无需登记。")
    said = f"本届自{full_day(day)}起，至{full_day(ends)}届满"
    if not button.sure:
        was = f"，现为{full_day(now)}届满" if now is not None else ""
        yes = Choice("确认登记", BeginTerm(button.day, 1))
        return Reply(here=[really(f"【登记任期】{said}{was}。", yes, Choice("不登记", ShowRoster(0)))])
    service.begin_term(session, call.me, day, call.now)
    over = "已经届满，请及时请示换届" if ends <= call.today else "届满前将提醒您"
    return Reply(toast="已登记。", edit=Message(f"已登记：{said}，{over}。"))


HANDLERS: list[Handler] = [
    Tap(Appoint, appoint, right=Right.ROSTER, private=True),
    Tap(BeginTerm, begin_term, right=Right.ROSTER, private=True),
]
