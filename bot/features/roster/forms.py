"""变更: a few questions with a button for every usual answer; the last answer writes the change."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from bot.features.accounts.rules import SEATS
from bot.features.roster import messages, rules, service
from bot.features.roster.buttons import Change, Kind, Pick
from bot.features.roster.desk import election_day
from bot.features.roster.rules import FactChange, Step
from bot.features.roster.words import differences
from bot.kit import dialog as dialogs
from bot.kit.access import Right, may
from bot.kit.closing import close_days
from bot.kit.doors import AcceptOnRoster, TurnFull
from bot.kit.form_fields import Action, Doubt, Field, Fill, Values
from bot.kit.form_pages import FIELD, LEFT
from bot.kit.forms import Form
from bot.kit.glossary.choices import CATEGORIES, DUTIES, EXEMPTIONS, RANKS, STATUSES, WHYS
from bot.kit.glossary.columns import APPROVERS
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.lists import PEOPLE, label
from bot.kit.names import called
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply, say
from bot.kit.typed_days import the_day
from storage.choices import Duty, MembershipStatus, Why
from storage.facts import Facts
from storage.models.person import DutySpan
from storage.roster import Member

_WORDS: dict[Kind, dict[Any, str]] = {
    Kind.DUTY: DUTIES,
    Kind.RANK: RANKS,
    Kind.CATEGORY: CATEGORIES,
    Kind.STATUS: STATUSES,
    Kind.EXEMPT: EXEMPTIONS,
}
_WITH_GROUP = frozenset({Kind.GROUP, Kind.NEW, Kind.BACK, Kind.ACCEPT})
_APPROVERS, _WHYS = list(APPROVERS), list(WHYS)
OPEN_END = "open"
Options = Sequence[tuple[str, str]]
MOST_VOTED = 6


def begin(session: Session, call: Call, button: Change) -> Reply:
    """The first question of a change."""
    if button.person_id or button.kind not in (Kind.NEW, Kind.ACCEPT):
        service.facts_of(session, call.me, button.person_id, call.today)
    return say(FORM.open(session, call, kind=button.kind.value, person=button.person_id))


def accept(session: Session, call: Call, button: AcceptOnRoster) -> Reply:
    """Of who was accepted by a meeting the group alone is asked."""
    day = election_day(button.day, call.today).isoformat()
    service.facts_of(session, call.me, button.person_id, call.today)
    given = {Step.MEETING.value: day}
    return say(FORM.filled(session, call, kind=Kind.ACCEPT.value, person=button.person_id, **given))


def turn_full(session: Session, call: Call, button: TurnFull) -> Reply:
    """From the day on which the superior has approved it, or another that is chosen instead."""
    day = election_day(button.day, call.today).isoformat()
    service.facts_of(session, call.me, button.person_id, call.today)
    given = {Step.VALUE.value: str(rules.ON_ROSTER.index(MembershipStatus.FULL)), Step.DAY.value: day}
    return say(FORM.filled(session, call, kind=Kind.STATUS.value, person=button.person_id, **given))


def pick(session: Session, call: Call, button: Pick) -> Reply:
    """A button of an earlier version: it named the question by its place among those of the change."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, FORM.old, FORM.name)
    steps = _steps(dialog.draft)
    if button.step not in range(len(steps)):
        raise Refusal(FORM.old)
    step = steps[button.step]
    value = _as_day(button.value) if step in (Step.DAY, Step.MEETING, Step.UNTIL) else str(button.value)
    return FORM.tap(session, call, Fill(FORM.code, button.dialog_id, step.value, value))


def _as_day(number: int) -> str:
    """2023-08-01 for 20230801; 0 was no end."""
    try:
        return rules.to_day(number).isoformat() if number else OPEN_END
    except ValueError:
        raise Refusal(FORM.old) from None


# --- the answers as a change ---------------------------------------------------------------------------------------


def _kind(values: Values) -> Kind:
    return Kind(values["kind"])


def _steps(values: Values) -> tuple[Step, ...]:
    return rules.steps(_kind(values), values["person"] != 0)


def _day(values: Values, *steps: Step) -> date | None:
    """The day that one of these was answered with."""
    said = next((values[step] for step in steps if step in values), OPEN_END)
    return date.fromisoformat(said) if said != OPEN_END else None


def _from(values: Values) -> date | None:
    return _day(values, Step.DAY, Step.MEETING)


def wanted(values: Values) -> FactChange:
    """The answers as a change; choices are kept by their numbers."""
    return FactChange(
        kind=_kind(values),
        person_id=int(values["person"]),
        day=_from(values) or date.min,
        value=_value(values),
        name=values.get(Step.NAME, ""),
        status=rules.ON_ROSTER[int(values.get(Step.STATUS, 0))],
        until=_day(values, Step.UNTIL),
        approver=_APPROVERS[int(values[Step.APPROVER])] if Step.APPROVER in values else "",
        contact_id=int(values.get(Step.CONTACT, 0)) or None,
        why=_WHYS[int(values[Step.WHY])] if Step.WHY in values else Why.DECIDED,
    )


def _value(values: Values) -> Any:
    """A group's id, or the choice that a number stands for."""
    if Step.VALUE not in values:
        return None
    number, kind = int(values[Step.VALUE]), _kind(values)
    return number if kind in _WITH_GROUP else rules.CHOICES[kind][number]


def _check(session: Session, call: Call, values: Values) -> None:
    day, until = _from(values), _day(values, Step.UNTIL)
    if day is not None:
        service.check_day(session, call.me, _kind(values), day, call.now, call.tz)
    if day is not None and until is not None and until <= day:
        raise Refusal("结束日期早于起始日期，请重新发送。")


def _write(session: Session, call: Call, values: Values) -> Reply:
    done = service.change(session, call.me, wanted(values), call.now, call.tz)
    return Reply(toast="已登记。", edit=messages.done(done))


# --- what is asked -------------------------------------------------------------------------------------------------


def _summary(session: Session, call: Call, values: Values) -> str:
    """Whose change it is; before the last tap what will be written, or why it cannot be."""
    name, steps = values.get(Step.NAME, ""), _steps(values)
    if values["person"]:
        facts = service.facts_of(session, call.me, int(values["person"]), call.today)
        name = facts.people[int(values["person"])].values["name"]
    title = messages.change_title(_kind(values), name)
    last = values.get(FIELD) == steps[-1] and all(step in values for step in steps[:-1])
    return f"{title}\n{_differences(session, call, values)}" if last and not values.get(LEFT) else title


def _differences(session: Session, call: Call, values: Values) -> str:
    facts = service.plan(session, call.me.branch_id, wanted(values))
    found = differences(facts, facts.edits())
    if not found:
        raise Refusal("与现有记录相同，无需变更。")
    return "\n".join(map(str, found))


def _name_typed(session: Session, call: Call, said: str) -> Values:
    return {Step.NAME.value: service.name_for_new(said)}


def _namesakes(session: Session, call: Call, values: Values) -> list[Doubt]:
    """Somebody of that name is known: a second row of one person would split the records of one in two."""
    name = values[Step.NAME]
    listed, gone = service.namesakes(session, call.me, name, call.today)
    voted = called(service.candidates(session, call.me.branch_id), name) if _kind(values) is Kind.ACCEPT else []
    gone -= len(voted) == 1
    if not listed and not gone:
        return []
    return [Doubt(messages.namesake(name, listed, gone), [(name, "是另一位同志")], again="重新填写")]


def _voted(session: Session, call: Call, values: Values) -> Options:
    """Who was voted on, where somebody is accepted."""
    found = service.candidates(session, call.me.branch_id) if _kind(values) is Kind.ACCEPT else []
    return [(one.name, one.name) for one in found[:MOST_VOTED]]


def _day_typed(step: Step, after: timedelta = timedelta()) -> Callable[[Session, Call, str], Values]:
    """A change may well hold from a day off. Of an exemption the last day is typed, kept the first beyond it."""

    def read(session: Session, call: Call, said: str) -> Values:
        return {step.value: (the_day(said, call.today, "8月1日") + after).isoformat()}

    return read


def _numbered(words: Sequence[str]) -> Options:
    return [(str(number), word) for number, word in enumerate(words)]


def _statuses(session: Session, call: Call, values: Values) -> Options:
    return _numbered([STATUSES[status] for status in rules.ON_ROSTER])


def _approvers(session: Session, call: Call, values: Values) -> Options:
    return _numbered(list(APPROVERS.values()))


def _whys(session: Session, call: Call, values: Values) -> Options:
    return _numbered(list(WHYS.values()))


def _days(offered: Callable[[date], list[tuple[str, date]]]) -> Callable[[Session, Call, Values], Options]:
    """Those of them that are not closed yet."""

    def options(session: Session, call: Call, values: Values) -> Options:
        closes, days = close_days(session, call.me.branch_id), offered(call.today)
        open_ = [(words, day) for words, day in days if not rules.is_closed(day, call.now, call.tz, closes)]
        return [(day.isoformat(), words) for words, day in open_]

    return options


def _offered(offered: Callable[[date], list[tuple[str, date]]]) -> Callable[[Call, str], bool]:
    """Whether a page that still stands offered the day: it may be one of yesterday."""

    def accepts(call: Call, value: str) -> bool:
        return any(value == day.isoformat() for ago in (0, 1) for _, day in offered(call.today - timedelta(days=ago)))

    return accepts


def _ends(session: Session, call: Call, values: Values) -> Options:
    ends = [(day.isoformat(), words) for words, day in rules.ends_offered(_from(values) or call.today)]
    return [*ends, (OPEN_END, "不定期限")]


def _contact_options(session: Session, call: Call, values: Values) -> Options:
    return [*((str(one.id), one.name) for one in _contacts(session, call, int(values["person"]))), ("0", "暂不指定")]


def _values(session: Session, call: Call, values: Values) -> Options:
    kind, person_id = _kind(values), int(values["person"])
    if kind in _WITH_GROUP:
        facts = Facts.of_branch(session, call.me.branch_id, call.today, [person_id])
        none = [] if kind is Kind.GROUP else [("0", "暂不编组")]
        return [*((str(group_id), name) for group_id, name in facts.groups.items()), *none]
    words = _WORDS[kind]
    if kind is not Kind.DUTY:
        return _numbered([words[choice] for choice in rules.CHOICES[kind]])
    held = _held(service.facts_of(session, call.me, person_id, call.today), person_id, call.today)
    return [
        (str(number), label(f"免去{held[duty]}") if duty in held else f"任{words[duty]}")
        for number, duty in enumerate(rules.CHOICES[kind])
        if duty not in SEATS or may(call.me, Right.CLOSE, branch_id=call.me.branch_id)
    ]


def _held(facts: Facts, person_id: int, day: date) -> dict[StrEnum, str]:
    """The offices of a day, each in its word: 统战委员 of a member of the committee."""
    found: dict[Duty, list[str]] = defaultdict(list)
    for span in facts.spans[DutySpan, person_id]:
        if span.holds(day):
            found[span.values["duty"]].append(span.values["title"] or DUTIES[span.values["duty"]])
    return {duty: "、".join(dict.fromkeys(words)) for duty, words in found.items()}


def _contacts(session: Session, call: Call, person_id: int) -> list[Member]:
    """Who may look after somebody: the own party group, or the committee where there is none."""
    people = [one for one in service.members(session, call.me, call.today) if one.id != person_id]
    me = next((one for one in service.members(session, call.me, call.today) if one.id == person_id), None)
    same = [one for one in people if me is not None and one.group_id == me.group_id and not one.exempt]
    return (same or [one for one in people if one.duties])[:PEOPLE]


def _field(step: Step, **more: Any) -> Field:
    return Field(
        step.value,
        lambda values: messages.question(_kind(values), step),
        when=lambda values: step in _steps(values),
        **more,
    )


FORM = Form(
    name="roster.change",
    code="c",
    again="党员",
    fields=(
        _field(Step.NAME, options=_voted, read=_name_typed, doubts=_namesakes),
        _field(
            Step.MEETING,
            options=_days(rules.meetings_offered),
            accepts=_offered(rules.meetings_offered),
            read=_day_typed(Step.MEETING),
        ),
        _field(Step.VALUE, options=_values),
        _field(Step.STATUS, options=_statuses),
        _field(
            Step.DAY,
            options=_days(rules.days_offered),
            accepts=_offered(rules.days_offered),
            read=_day_typed(Step.DAY),
        ),
        _field(Step.UNTIL, options=_ends, read=_day_typed(Step.UNTIL, timedelta(days=1))),
        _field(Step.APPROVER, options=_approvers),
        _field(Step.CONTACT, options=_contact_options),
        _field(Step.WHY, options=_whys),
    ),
    summary=_summary,
    confirm="",
    actions=(Action("write", "", _write),),
    right=Right.ROSTER,
    check=_check,
    called="这一步",
    dropped="已取消填写，名册没有变动。",
    at_once=True,
)
HANDLERS: list[Handler] = [
    Tap(Change, begin, right=Right.ROSTER, private=True),
    Tap(AcceptOnRoster, accept, right=Right.ROSTER, private=True),
    Tap(TurnFull, turn_full, right=Right.ROSTER, private=True),
    Tap(Pick, pick, right=Right.ROSTER, private=True),
]
