"""What is looked at of the register: a list, an entry with all that may be done to it, its history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register import (
    appointing,
    buttons,
    entries,
    forms,
    history,
    linking,
    messages,
    nudging,
    pages,
    rules,
)
from bot.features.register.entries import Wanted
from bot.features.register.kinds.catalogue import kind_of
from bot.features.register.kinds.kind import Kind
from bot.features.register.late import not_counted
from bot.features.register.own import store
from bot.features.register.rules import View
from bot.features.register.values import Called, links
from bot.features.register.voted import with_votes
from bot.kit.access import NO_RIGHT, Right, may
from bot.kit.handlers import Call
from bot.kit.lists import clamp
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, apart
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.organisation import Organisation
from storage.models.person import Person
from storage.roster import roster


def kind_named(session: Session, name: str) -> Kind:
    found = kind_of(session, name)
    if found is None:
        raise Refusal(messages.NO_SUCH_KIND)
    return found


def branch_name(session: Session, me: Me) -> str:
    return session.get_one(Organisation, me.branch_id).name


def show_list(session: Session, call: Call, button: buttons.ShowList) -> Reply:
    return Reply(
        edit=list_of(session, call, kind_named(session, button.kind), period_of(button.period, call.today), button.page)
    )


def period_of(code: str, today: date) -> Period:
    try:
        period = Period.read(code)
    except (ValueError, OverflowError):
        raise Refusal(messages.NO_SUCH_PERIOD) from None
    if period.start > today:
        raise Refusal(messages.NO_SUCH_PERIOD)
    return period


def show_in_state(session: Session, call: Call, button: buttons.ShowInState) -> Reply:
    kind, period = kind_named(session, button.kind), period_of(button.period, call.today)
    states = list(kind.tracking.states) if kind.tracking is not None else []
    if button.state != messages.TAKEN_BACK and not 0 <= button.state < len(states):
        raise Refusal(messages.NO_SUCH_KIND)
    state = entries.WITHDRAWN if button.state == messages.TAKEN_BACK else states[button.state]
    return Reply(edit=list_of(session, call, kind, period, button.page, state))


def list_of(session: Session, call: Call, kind: Kind, period: Period, page: int, state: str = "") -> Message:
    """A page of the entries of a kind, as far as somebody may read them; `state`: of those that stand in it."""
    if not entries.reads_all(call.me, kind):
        raise Refusal(NO_RIGHT)
    ids = entries.listed(session, call.me.branch_id, kind, Wanted(period.start, period.to, state=state))
    at = clamp(page, len(ids), messages.ON_A_PAGE)
    shown = entries.views(session, ids[at * messages.ON_A_PAGE : (at + 1) * messages.ON_A_PAGE])
    called = entries.called(session, call.me.branch_id, shown)
    keeps = entries.keeps(call.me, kind) and not store.is_stopped(session, kind.name)
    told, late = _told(session, call.me, kind), not_counted(session, call.me.branch_id, shown, call.tz)
    # Of one state alone the others are a tap away by the whole list.
    tracked = kind.tracking is not None and not state
    states = entries.states_of(session, ids) if tracked else {}
    listed = messages.Listed(kind, period, state, len(ids), states)
    return messages.list_page(listed, shown, called, at, Quarter.of(call.today), keeps, told, late)


def _told(session: Session, me: Me, kind: Kind) -> bool | None:
    """Whether the deadlines of a kind are told, for whoever may switch that."""
    if not (nudging.has_deadlines(kind) and may(me, Right.SENDS, branch_id=me.branch_id)):
        return None
    return kind.name not in nudging.quiet(session, me.branch_id)


def turn_deadlines(session: Session, call: Call, button: buttons.TurnDeadlines) -> Reply:
    """The button says what is to be, so that two of two officers do not undo each other."""
    kind, on = kind_named(session, button.kind), button.on == 1
    nudging.turn(session, call.me, kind, on, call.now)
    page = list_of(session, call, kind, period_of(button.period, call.today), 0)
    return Reply(toast=messages.deadlines_turned(kind, on), edit=page)


def find(session: Session, call: Call, button: buttons.FindEntries) -> Reply:
    kind = kind_named(session, button.kind)
    if not entries.reads_all(call.me, kind):
        raise Refusal(NO_RIGHT)
    return apart(Reply(edit=forms.open_form(session, call, kind, act="find")))


def open_entry(session: Session, call: Call, button: buttons.OpenEntry) -> Reply:
    view = _found(session, call, button.entry_id)
    called, keeps = called_of(session, call, view), entries.keeps(call.me, view.kind)
    row = view.row(button.row) if button.row else None
    if row is not None and row.id in view.hidden:
        raise Refusal(NO_RIGHT)
    if row is not None:
        owns = entries.owns(call.me, view, row)
        return Reply(here=[pages.row_page(view, row, called, call.today, keeps, owns)])
    return Reply(here=[_page(session, call, view, called, 0)])


def _found(session: Session, call: Call, entry_id: int) -> View:
    """The entry, with what its vote says."""
    [view] = with_votes(session, [entries.find(session, call.me, entry_id, call.today)], call.tz)
    return view


def _page(session: Session, call: Call, view: View, called: Called, at: int) -> Message:
    by = _recorders(session, call.me, view, {view.recorded_by_id}).get(view.recorded_by_id, "")
    keeps = entries.keeps(call.me, view.kind)
    owns = entries.owns(call.me, view, None)
    return pages.entry_page(view, called, by, call.today, keeps, call.tz, at, owns, _beside(session, call, view))


def called_of(session: Session, call: Call, view: View) -> Called:
    """How everybody and everything is called that an entry names."""
    return linking.with_links(
        session, call.me.branch_id, entries.called(session, call.me.branch_id, [view]), call.tz, [view]
    )


def _beside(session: Session, call: Call, view: View) -> pages.Beside:
    """What of others stands on its page, as far as somebody reads these too."""
    backs, before = (
        linking.backs(session, [view]).get(view.id, []),
        linking.open_before(session, call.me.branch_id, view),
    )
    read = [one for back in backs for one in back.entries if entries.reads_all(call.me, one.kind)]
    seen = {one.id for one in read}
    backs = [replace(back, entries=[one for one in back.entries if one.id in seen]) for back in backs]
    before = [(one, row) for one, row in before if entries.reads_all(call.me, one.kind)]
    branch = branch_name(session, call.me)
    makes = {
        number: linking.lacking(view, back, branch)
        for number, back in enumerate(backs)
        if (kind := kind_of(session, back.linked.kind)) is not None and entries.keeps(call.me, kind)
    }
    named = entries.called(session, call.me.branch_id, [*read, *(one for one, _ in before)])
    activities = may(call.me, Right.SEE_ROLL, branch_id=call.me.branch_id)
    lines, offers = _offices(session, call, view)
    lines = [
        *(f"{one}（登记时统计已截止）。" for one in not_counted(session, call.me.branch_id, [view], call.tz).values()),
        *lines,
    ]
    return pages.Beside(activities, lines, offers, backs, makes, before, named)


def _offices(session: Session, call: Call, view: View) -> tuple[Sequence[str], Sequence[Choice]]:
    """For whoever keeps the roster."""
    if view.kind.appoints is None or not may(call.me, Right.ROSTER, branch_id=call.me.branch_id):
        return (), ()
    held = {one.id: frozenset(one.duties) for one in roster(session, call.me.branch_id, call.today)}
    term = session.get_one(Organisation, call.me.branch_id).term_ends_on
    return appointing.offered(view, entries.called(session, call.me.branch_id, [view]), held, term)


def turn_rows(session: Session, call: Call, button: buttons.TurnRows) -> Reply:
    view = _found(session, call, button.entry_id)
    return Reply(edit=_page(session, call, view, called_of(session, call, view), button.page))


def show_history(session: Session, call: Call, button: buttons.ShowHistory) -> Reply:
    view = entries.find(session, call.me, button.entry_id, call.today)
    sees = entries.sees_owner(session, call.me, view.kind, call.today)
    made = [one for one in entries.changes(session, view.id) if entries.shows_change(call.me, view, one)]
    facts = [one for one in entries.facts_in_order(session, view.id) if sees(one[1].owner)]
    by = {view.withdrawn_by_id, *(one.changed_by_id for one in made), *(by for _, _, by in facts)}
    names = _recorders(session, call.me, view, by)
    pointed = [link for one in made for held in (one.old, one.new) for link in links(held.get("value"))]
    called = linking.with_links(
        session, call.me.branch_id, entries.everybody(session, call.me.branch_id), call.tz, [view], pointed, call.me
    )
    by_name = [(row, fact, names.get(by, "")) for row, fact, by in facts]
    return Reply(here=history.history_page(view, called, made, by_name, names, call.tz))


def _recorders(session: Session, me: Me, view: View, ids: set[int | None]) -> dict[int | None, str]:
    """Who recorded what is for who reads the kind; of an entry that names somebody he sees what was, not who wrote."""
    if not entries.reads_all(me, view.kind):
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None}))).all())


def own_lines(session: Session, me: Me, person_id: int, period: Period, today: date, tz: tzinfo) -> list[str]:
    """Of a record: the entries that name somebody, with what of them is theirs to do; of others what one may read."""
    there = entries.views(session, entries.naming(session, me.branch_id, person_id))
    there = [one for one in there if not rules.is_draft(one) and rules.in_days(one, period.start, period.to)]
    found = there if person_id == me.id else entries.of_others(session, me, there, today)
    called = entries.called(session, me.branch_id, found)
    return [line for one in found for line in messages.own_lines(one, person_id, called, today)]
