"""名册: the list as of any day, a person's card, taking a change back, the term of office."""

import re
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.service import branch_name
from bot.features.roster import elected, forms, messages, service, undoing
from bot.features.roster.buttons import SetTerm, ShowGroup, ShowPerson, UndoChange
from bot.features.roster.desk import EXAMPLE, day_of
from bot.features.roster.words import full_day
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.doors import ShowRoster
from bot.kit.form_fields import Action, Values
from bot.kit.forms import Form
from bot.kit.glossary.choices import WHYS
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.replies import Message, Reply, say
from bot.kit.typed_days import the_day
from storage.choices import Why
from storage.models.organisation import Organisation
from storage.models.person import ExemptionSpan, Person

_ON_A_DAY = re.compile(r"(名册|花名册)\s*\S+")


def show_roster(session: Session, call: Call) -> Reply:
    """名册, or 名册 2023-09-08; as a command too."""
    words = call.text.replace("花名册", "").replace("名册", "").strip()
    day = the_day(words, call.today, EXAMPLE) if words else call.today
    return say(_roster(session, call, day))


def tap_roster(session: Session, call: Call, button: ShowRoster) -> Reply:
    return Reply(edit=_roster(session, call, day_of(button.day, call.today)))


def _roster(session: Session, call: Call, day: date) -> Message:
    members = service.members(session, call.me, day)
    term = session.get_one(Organisation, call.me.branch_id).term_ends_on
    name = branch_name(session, call.me.branch_id)
    return messages.roster_of(name, members, day, term, today=day == call.today)


def show_group(session: Session, call: Call, button: ShowGroup) -> Reply:
    if button.group_id < 0:
        people, title = service.others(session, call.me, call.today), messages.GONE
    else:
        members = service.members(session, call.me, call.today)
        mine = [one for one in members if (one.group_id or 0) == button.group_id]
        people = [(one.id, one.name) for one in mine]
        title = mine[0].group_name or messages.NO_GROUP if mine else messages.NO_GROUP
    return Reply(edit=messages.group_of(title, people, button.group_id, button.page))


def show_person(session: Session, call: Call, button: ShowPerson) -> Reply:
    return Reply(edit=_card(session, call, button.person_id))


def _card(session: Session, call: Call, person_id: int) -> Message:
    facts = service.facts_of(session, call.me, person_id, call.today)
    contacts = {span.values["contact_person_id"] for span in facts.spans[ExemptionSpan, person_id]} - {None}
    names: dict[int, str] = {
        row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(contacts)))
    }
    last = undoing.last_change(session, call.me.branch_id, person_id)
    undo = (last.id, _told(session, last.actor_id, last.at.astimezone(call.tz).date(), last.details)) if last else None
    return messages.person(facts, person_id, call.today, names, undo)


def _told(session: Session, actor_id: int | None, day: date, details: dict[str, Any]) -> str:
    by = session.get(Person, actor_id) if actor_id else None
    why = WHYS.get(Why(details["why"]), "")
    return f"{full_day(day)}，{by.name if by else '系统'}，{why}"


def undo_change(session: Session, call: Call, button: UndoChange) -> Reply:
    name = undoing.undo(session, call.me, button.audit_id, call.now, call.tz)
    return Reply(toast="已撤销。", edit=Message(f"已撤销{name}同志的最近一次变更。"))


def set_term(session: Session, call: Call, button: SetTerm) -> Reply:
    return say(TERM.open(session, call))


def _begin_term(session: Session, call: Call, values: Values) -> Reply:
    day = date.fromisoformat(values["day"])
    ends = service.begin_term(session, call.me, day, call.now)
    over = "已经届满，请及时请示换届" if ends <= call.today else "届满前将提醒您"
    return say(f"已登记：本届自{full_day(day)}起，至{full_day(ends)}届满，{over}。")


TERM = Form(
    name="roster.term",
    code="ct",
    again="党员",
    fields=(
        questions.day(
            "day",
            "【登记换届】请发送本届选举产生的日期，例如：2023年3月1日。",
            example="2023年3月1日",
            far=timedelta(days=36500),
        ),
    ),
    summary=lambda session, call, values: "",
    confirm="",
    actions=(Action("begin", "登记", _begin_term),),
    right=Right.ROSTER,
    dropped="已取消填写：登记换届。",
    at_once=True,
)

HANDLERS: list[Handler] = [
    Command("roster", show_roster, "名册", right=Right.ROSTER, reads=True, more=42),
    Word(
        ("花名册",),
        show_roster,
        label=True,
        reads=True,
        matches=lambda text: bool(_ON_A_DAY.fullmatch(text)),
        right=Right.ROSTER,
    ),
    Tap(ShowRoster, tap_roster, reads=True, right=Right.ROSTER, private=True),
    Tap(ShowGroup, show_group, reads=True, right=Right.ROSTER, private=True),
    Tap(ShowPerson, show_person, reads=True, right=Right.ROSTER, private=True),
    Tap(UndoChange, undo_change, right=Right.ROSTER, private=True),
    Tap(SetTerm, set_term, right=Right.ROSTER, private=True),
    *forms.HANDLERS,
    *elected.HANDLERS,
]
