"""登记人员, 登记下一步, 修改, 删除: the forms of the way into the Party (asking.py has their questions)."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.development import asking, known, messages, rules, service
from bot.features.development.known import Case
from bot.features.development.rules import Chain, Happened
from bot.features.development.service import Wanted
from bot.kit import newcomers, questions
from bot.kit.access import Right
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.glossary.choices import DEVELOPMENT_STEPS
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from scheduler.calendar.store import calendar_of
from storage.choices import DevelopmentStep as Step
from storage.lookups import names_of
from storage.models.development import DevelopmentEvent

NAME, CODE, AGAIN = "development.step", "d", "发展党员"
LONGEST_REASON = 100
NEW = {
    "application": Step.APPLICATION,
    "talk": Step.APPLICATION_TALK,
    "activist": Step.ACTIVIST_CONFIRMED,
    "target": Step.DEVELOPMENT_TARGET,
}


# --- one step --------------------------------------------------------------------------------------------------------


def _case(session: Session, call: Call, values: Values) -> Case:
    return service.case_of(session, call.me, int(values["person"]), call.today)


def _chain(session: Session, call: Call, values: Values) -> Chain:
    """Without the row that is corrected."""
    chain, event = _case(session, call, values).chain, int(values.get("event") or 0)
    return chain.but(event) if event else chain


def wanted(values: Values) -> Wanted:
    """The answers as a step."""
    return asking.wanted(Step(values["what"]), values)


def _check(session: Session, call: Call, values: Values) -> None:
    if values.get("on"):
        service.in_order(_chain(session, call, values), wanted(values), call.today, asking.terms_for(session, call))


def _summary(session: Session, call: Call, values: Values) -> str:
    step, case = Step(values["what"]), _case(session, call, values)
    head = f"【{'修改' if values.get('event') else '登记'}】{case.name}同志：{DEVELOPMENT_STEPS[step]}"
    if not values.get("on"):
        return head
    said = wanted(values)
    one = Happened(0, step, said.on, said.to_on, said.days, said.hours, said.months, said.reason, said.people)
    lines = [head, f"{messages.step_words(one, names_of(session, said.people))}"]
    return "\n".join(lines + (notes(session, call, case, said) if values.get(FIELD) == CONFIRM else []))


def notes(session: Session, call: Call, case: Case, said: Wanted) -> list[str]:
    """Too late, too short, not counted any more: said, and never refused."""
    terms = case.terms
    last = rules.last_day(case.chain, said.step, terms)
    late = last if last is not None and said.on > last else None
    calendar = calendar_of(session, call.me.branch_id)
    lacks = rules.lacking(case.chain, said.on, calendar, terms) if said.step is Step.ACCEPT_PASSED else []
    if said.step is Step.PUBLICITY and rules.is_short(Happened(0, said.step, said.on, said.to_on), calendar, terms):
        lacks = ["publicity_short"]
    closed = service.late_words(session, call.me.branch_id, said, call.now, call.tz)
    return messages.notes(late, lacks, terms, closed)


def _save(session: Session, call: Call, values: Values) -> Reply:
    said, event = wanted(values), int(values.get("event") or 0)
    before = _case(session, call, values)
    if event:
        row = service.correct(session, call.me, event, said, values["reason"], call.now, call.tz)
    else:
        row = service.record(session, call.me, before.person_id, said, call.now, call.tz)
    told = notes(session, call, replace(before, chain=before.chain.but(event)), said)
    return done(session, call, row, "已修改" if event else "已登记", told, undo=not event)


def done(
    session: Session, call: Call, row: DevelopmentEvent, word: str, said: list[str], *, undo: bool = True
) -> Reply:
    people = known.people_of(session, [row]).get(row.id, ())
    case = service.case_of(session, call.me, row.person_id, call.today)
    one = known.happened(row, people)
    return Reply(edit=messages.done(word, case, one, names_of(session, people), said, undo=undo))


def _remove(values: Values) -> Form:
    def summary(session: Session, call: Call, values: Values) -> str:
        row = service.found_event(session, call.me, int(values["event"]))
        name = names_of(session, [row.person_id])[row.person_id]
        head = f"【删除】{name}同志：{DEVELOPMENT_STEPS[row.step]}，{messages.full_day(row.on)}"
        return "\n".join([head, *([f"原因：{values['reason']}"] if values.get("reason") else [])])

    def save(session: Session, call: Call, values: Values) -> Reply:
        row = service.remove(session, call.me, int(values["event"]), values["reason"], call.now, call.tz)
        name = names_of(session, [row.person_id])[row.person_id]
        return Reply(edit=messages.gone("已删除", row.person_id, name, row.step))

    return Form(
        NAME, CODE, AGAIN, (_reason(),), summary, "确认删除这条登记吗？", (Action("save", "确认删除", save),),
        right=Right.ROSTER, called="这条登记",
    )  # fmt: skip


def _reason() -> Any:
    return questions.text("reason", "请发送修改或删除的原因。", "原因", LONGEST_REASON, label="原因")


def _make(session: Session, values: Values) -> Form | None:
    if values.get("act") == "remove":
        return _remove(values)
    if values.get("act") not in ("record", "correct") or values.get("what") not in list(Step):
        return None
    step = Step(values["what"])
    fields = asking.fields_of(step)
    return Form(
        name=NAME,
        code=CODE,
        again=AGAIN,
        fields=[*fields, _reason()] if values["act"] == "correct" else fields,
        summary=_summary,
        confirm="核对无误请点“保存”。",
        actions=(Action("save", "保存", _save),),
        right=Right.ROSTER,
        called="这条登记",
        check=_check,
    )


FORMS = Forms(name=NAME, code=CODE, again=AGAIN, make=_make, right=Right.ROSTER)


def open_step(session: Session, call: Call, person_id: int, step: Step) -> Message:
    case = service.case_of(session, call.me, person_id, call.today)
    if case.chain.ended is not None:
        raise Refusal(service.ENDED)
    return FORMS.open(session, call, act="record", person=person_id, what=step.value)


def open_correct(session: Session, call: Call, event_id: int) -> Message:
    row = service.found_event(session, call.me, event_id)
    service.still_changes(session, row, call.now, call.tz)
    return FORMS.open(session, call, act="correct", person=row.person_id, what=row.step.value, event=row.id)


def open_remove(session: Session, call: Call, event_id: int) -> Message:
    row = service.found_event(session, call.me, event_id)
    service.still_changes(session, row, call.now, call.tz)
    return FORMS.open(session, call, act="remove", event=row.id)


# --- somebody new ----------------------------------------------------------------------------------------------------


def _steps(values: Values) -> list[Wanted]:
    return [Wanted(step, date.fromisoformat(values[key])) for key, step in NEW.items() if values.get(key)]


def _enter_summary(session: Session, call: Call, values: Values) -> str:
    lines = [f"{DEVELOPMENT_STEPS[one.step]}：{messages.full_day(one.on)}" for one in _steps(values)]
    return "\n".join([f"【登记人员】{values.get('name', '')}", *lines])


def _enter_check(session: Session, call: Call, values: Values) -> None:
    chain, terms = Chain(), asking.terms_for(session, call)
    for number, said in enumerate(_steps(values)):
        service.in_order(chain, said, call.today, terms)
        chain = replace(chain, events=(*chain.events, Happened(number, said.step, said.on)))


def _enter(session: Session, call: Call, values: Values) -> Reply:
    person_id = service.enter(session, call.me, values["name"], _steps(values), call.now, call.tz)
    return Reply(edit=messages.entered(service.case_of(session, call.me, person_id, call.today), call.today))


def _name_typed(session: Session, call: Call, said: str) -> Values:
    name = newcomers.name_of(said)
    service.may_begin(session, call.me, name, call.today)
    return {"name": name}


ENTER = Form(
    name="development.enter",
    code="dn",
    again="登记人员",
    fields=(
        asking.name_field(_name_typed),
        asking.day_field("application", "请选择递交入党申请书的日期，或直接发送，例如：2023年3月1日。", "申请书日期"),
        asking.day_field("talk", "请选择派人谈话的日期，或直接发送。", "谈话日期", later=True, optional=True),
        asking.day_field("activist", "请选择确定为积极分子的日期，或直接发送。", "积极分子", later=True, optional=True),
        asking.day_field("target", "请选择确定为发展对象的日期，或直接发送。", "发展对象", later=True, optional=True),
    ),
    summary=_enter_summary,
    confirm="已在培养的，请补充已有的日期。核对无误请点“保存”。",
    actions=(Action("save", "保存", _enter),),
    right=Right.ROSTER,
    called="这份登记",
    check=_enter_check,
)
