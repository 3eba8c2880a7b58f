"""变更: a few questions with a button for every usual answer; the last answer writes the change."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.features.accounts.rules import SEATS
from bot.features.roster import messages, rules, service
from bot.features.roster.buttons import Change, Kind, Pick
from bot.features.roster.desk import at_desk
from bot.features.roster.rules import FactChange, Step
from bot.features.roster.words import differences
from bot.kit import dialog as dialogs
from bot.kit.access import Right, may
from bot.kit.closing import close_day
from bot.kit.dates import parse_day
from bot.kit.glossary.choices import CATEGORIES, DUTIES, EXEMPTIONS, RANKS, STATUSES, WHYS
from bot.kit.glossary.columns import APPROVERS
from bot.kit.handlers import Answer, Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from storage.choices import Duty, Why
from storage.facts import Facts
from storage.models.dialog import Dialog
from storage.models.person import DutySpan
from storage.roster import Member

CHANGE = "roster.change"
OLD = "这一步已失效，请重新点“党员”。"
_WORDS: dict[Kind, dict[Any, str]] = {
    Kind.DUTY: DUTIES,
    Kind.RANK: RANKS,
    Kind.CATEGORY: CATEGORIES,
    Kind.STATUS: STATUSES,
    Kind.EXEMPT: EXEMPTIONS,
}
_TYPED = frozenset({Step.NAME, Step.DAY, Step.UNTIL})
_WITH_GROUP = frozenset({Kind.GROUP, Kind.NEW, Kind.BACK, Kind.ACCEPT})
_APPROVERS, _WHYS = list(APPROVERS), list(WHYS)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the wizard is: the kind of change, whose, what was answered, the step now."""

    kind: Kind
    person_id: int
    answers: dict[str, Any]

    @property
    def number(self) -> int:
        return len(self.answers)

    @property
    def steps(self) -> tuple[Step, ...]:
        return rules.steps(self.kind, self.person_id != 0)

    @property
    def step(self) -> Step:
        return self.steps[self.number]

    @property
    def day(self) -> date | None:
        return rules.to_day(self.answers[Step.DAY]) if Step.DAY in self.answers else None


def begin(session: Session, call: Call, button: Change) -> Reply:
    """The first question of a change."""
    at_desk(call)
    if button.person_id or button.kind not in (Kind.NEW, Kind.ACCEPT):
        service.facts_of(session, call.me, button.person_id, call.today)
    draft: dict[str, Any] = {"kind": button.kind.value, "person": button.person_id, "answers": {}}
    dialog = dialogs.ask(session, call.me, CHANGE, call.now, **draft)
    return Reply(here=[_question(session, call, dialog)])


def pick(session: Session, call: Call, button: Pick) -> Reply:
    """A tapped answer: one of those that were offered."""
    at_desk(call)
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, CHANGE)
    asked = _asked(dialog)
    if asked.number != button.step:
        raise Refusal(OLD)
    if button.value not in [value for _, value in _options(session, call, asked)]:
        raise Refusal(OLD)
    return _answered(session, call, dialog, button.value, tapped=True)


def typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    """A name or a day typed."""
    at_desk(call)
    asked = _asked(dialog)
    if asked.step not in _TYPED:
        raise Refusal("请点消息中的按钮选择，不办了请发“取消”。")
    if asked.step is Step.NAME:
        return _answered(session, call, dialog, service.name_for_new(call.text), tapped=False)
    day = parse_day(call.text, call.today)
    if day is None:
        raise Refusal("没有看懂日期，请按“8月1日”或“2023年8月1日”的样子发送。")
    # The last day of an exemption is typed; a span is kept by the first day beyond it.
    if asked.step is Step.UNTIL and asked.day is not None and day < asked.day:
        raise Refusal("结束日期早于起始日期，请重新发送。")
    day += timedelta(days=1) if asked.step is Step.UNTIL else timedelta()
    return _answered(session, call, dialog, rules.to_number(day), tapped=False)


def _asked(dialog: Dialog) -> _Asked:
    return _Asked(Kind(dialog.draft["kind"]), int(dialog.draft["person"]), dict(dialog.draft["answers"]))


def _answered(session: Session, call: Call, dialog: Dialog, value: Any, *, tapped: bool) -> Reply:
    before = _asked(dialog)
    if before.step is Step.DAY:
        service.check_day(session, call.me, before.kind, rules.to_day(value), call.now, call.tz)
    dialogs.move(dialog, CHANGE, call.now, answers={**before.answers, before.step.value: value})
    asked = _asked(dialog)
    if asked.number < len(asked.steps):
        message = _question(session, call, dialog)
        return Reply(edit=message) if tapped else say(message)
    done = service.change(session, call.me, wanted(asked), call.now, call.tz)
    dialogs.close(session, call.me.id)
    return Reply(toast="已登记。", edit=messages.done(done))


def wanted(asked: _Asked) -> FactChange:
    """The answers as a change."""
    answers, contact = asked.answers, asked.answers.get(Step.CONTACT)
    until = answers.get(Step.UNTIL)
    return FactChange(
        kind=asked.kind,
        person_id=asked.person_id,
        day=asked.day or date.min,
        value=_value(asked),
        name=answers.get(Step.NAME, ""),
        status=rules.ON_ROSTER[answers.get(Step.STATUS, 0)],
        until=rules.to_day(until) if until else None,
        approver=_APPROVERS[answers[Step.APPROVER]] if Step.APPROVER in answers else "",
        contact_id=contact or None,
        why=_WHYS[answers[Step.WHY]] if Step.WHY in answers else Why.DECIDED,
    )


def _value(asked: _Asked) -> Any:
    """A group's id, or the choice that a number stands for."""
    value = asked.answers.get(Step.VALUE)
    return value if value is None or asked.kind in _WITH_GROUP else rules.CHOICES[asked.kind][value]


# --- what is asked -------------------------------------------------------------------------------------------------


def _question(session: Session, call: Call, dialog: Dialog) -> Message:
    asked = _asked(dialog)
    name = asked.answers.get(Step.NAME, "")
    summary = ""
    if asked.person_id:
        facts = service.facts_of(session, call.me, asked.person_id, call.today)
        name = facts.people[asked.person_id].values["name"]
    if asked.number == len(asked.steps) - 1 and asked.number:
        summary = _summary(session, call, asked)
    options = _options(session, call, asked)
    rows = [(label, Pick(dialog.id, asked.number, value)) for label, value in options]
    return messages.question(asked.kind, asked.step, name, summary, rows)


def _summary(session: Session, call: Call, asked: _Asked) -> str:
    """What will be written, before the last tap."""
    facts = service.plan(session, call.me.branch_id, wanted(asked))
    found = differences(facts, facts.edits())
    if not found:
        raise Refusal("与现有记录相同，无需变更。")
    return "\n".join(map(str, found))


def _options(session: Session, call: Call, asked: _Asked) -> list[tuple[str, int]]:
    """The answers offered at this step, with the number that a button carries for each."""
    if asked.step is Step.VALUE:
        return _values(session, call, asked)
    if asked.step is Step.STATUS:
        return [(STATUSES[status], number) for number, status in enumerate(rules.ON_ROSTER)]
    if asked.step is Step.DAY:
        offered = (rules.meetings_offered if asked.kind is Kind.ACCEPT else rules.days_offered)(call.today)
        closes = close_day(session, call.me.branch_id)
        return [(f"{words}", rules.to_number(day)) for words, day in offered if not _over(call, day, closes)]
    if asked.step is Step.UNTIL:
        ends = [(words, rules.to_number(day)) for words, day in rules.ends_offered(asked.day or call.today)]
        return [*ends, ("不定期限", rules.OPEN_END)]
    if asked.step is Step.APPROVER:
        return [(words, number) for number, words in enumerate(APPROVERS.values())]
    if asked.step is Step.CONTACT:
        return [*((one.name, one.id) for one in _contacts(session, call, asked)), ("暂不指定", 0)]
    return [(words, number) for number, words in enumerate(WHYS.values())] if asked.step is Step.WHY else []


def _over(call: Call, day: date, closes: int) -> bool:
    return rules.is_closed(day, call.now, call.tz, closes)


def _values(session: Session, call: Call, asked: _Asked) -> list[tuple[str, int]]:
    if asked.kind in _WITH_GROUP:
        facts = Facts.of_branch(session, call.me.branch_id, call.today, [asked.person_id])
        none = [] if asked.kind is Kind.GROUP else [("暂不编组", 0)]
        return [*((name, group_id) for group_id, name in facts.groups.items()), *none]
    words = _WORDS[asked.kind]
    if asked.kind is not Kind.DUTY:
        return [(words[choice], number) for number, choice in enumerate(rules.CHOICES[asked.kind])]
    held = _held(service.facts_of(session, call.me, asked.person_id, call.today), asked.person_id, call.today)
    return [
        (f"免去{words[duty]}" if duty in held else f"任{words[duty]}", number)
        for number, duty in enumerate(rules.CHOICES[asked.kind])
        if duty not in SEATS or may(call.me, Right.CLOSE, branch_id=call.me.branch_id)
    ]


def _held(facts: Facts, person_id: int, day: date) -> set[Duty]:
    return {span.values["duty"] for span in facts.spans[DutySpan, person_id] if span.holds(day)}


def _contacts(session: Session, call: Call, asked: _Asked) -> list[Member]:
    """Who may look after somebody: the own party group, or the committee where there is none."""
    people = [one for one in service.members(session, call.me, call.today) if one.id != asked.person_id]
    me = next((one for one in service.members(session, call.me, call.today) if one.id == asked.person_id), None)
    same = [one for one in people if me is not None and one.group_id == me.group_id and not one.exempt]
    return (same or [one for one in people if one.duties])[: messages.PEOPLE_ON_A_PAGE]


HANDLERS: list[Handler] = [
    Tap(Change, begin),
    Tap(Pick, pick),
    Answer(CHANGE, typed),
]
