"""工作日历: taps, words and what is handed in -> service -> messages."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.calendar import messages, rules, service
from bot.features.calendar.buttons import DECLINED, DropDays, Send, TakeOver, What
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.handlers import Answer, Call, Command, Handler, Tap, no_files
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from scheduler.calendar.store import calendar_of
from scheduler.calendar.year_file import BadYear, YearFile, from_json
from storage.models.dialog import Dialog

NOTICE, LOOK, OWN = "calendar.notice", "calendar.look", "calendar.own"
BLOCKS_SHOWN = 5


def show(session: Session, call: Call) -> Reply:
    """/calendar: for the secretary and the deputy."""
    return say(_card(session, call))


def _card(session: Session, call: Call) -> Message:
    calendar = calendar_of(session, call.me.branch_id)
    years = (call.today.year, call.today.year + 1)
    coming = [block for year in years for block in calendar.blocks(year) if block.end >= call.today][:BLOCKS_SHOWN]
    states = [(year, calendar.state(year)) for year in years]
    return messages.calendar(states, coming, service.own_days(session, call.me.branch_id, call.today))


def ask(session: Session, call: Call, button: Send) -> Reply:
    if button.what is What.NOTICE:
        dialog = dialogs.ask(session, call.me, NOTICE, call.now)
    else:
        dialog = dialogs.ask(session, call.me, OWN, call.now, off=button.what is What.OFF)
    return say(messages.ask(button.what, dialog))


# --- a notice ------------------------------------------------------------------------------------------------------


def notice_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    """The text or the file, as it was understood; nothing is written yet."""
    if dialog.step == LOOK and call.content is None and "日" not in call.text:
        raise Refusal(messages.CONFIRM_IT)
    if call.content is None and "日" not in call.text:
        raise Refusal(messages.NOT_A_NOTICE)
    file: YearFile = call.content if call.content is not None else rules.read_year(call.text)
    proposal = _propose(session, call, file)
    if proposal.unchanged:
        dialogs.close(session, call.me.id)
        return say(messages.same(proposal))
    # Another text may follow at once: the dialog stays open for it, and its number tells the drafts apart.
    draft = dialogs.ask(session, call.me, LOOK, call.now, **_draft(file))
    return say(messages.understood(proposal, draft.id))


def not_taken(session: Session, call: Call, dialog: Dialog) -> Reply:
    return say(messages.NOT_TAKEN)


def _draft(file: YearFile) -> dict[str, Any]:
    return {**file.to_json(), "only": list(file.only), "changes": file.changes}


def _propose(session: Session, call: Call, file: YearFile) -> service.Proposal:
    try:
        return service.propose(session, file, service.reach_of(session, call.me))
    except BadYear as bad:
        raise Refusal(bad.chinese) from None


def take_over(session: Session, call: Call, button: TakeOver) -> Reply:
    """Checked once more against what is known now; a doubt that was not shown is not passed over."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, messages.OUT_OF_DATE, LOOK)
    if button.insist == DECLINED:
        dialogs.close(session, call.me.id)
        return Reply(edit=Message(messages.NOT_TAKEN))
    found = from_json(dialog.draft)
    # A draft of an earlier version does not say whether it changes a year.
    changes = bool(dialog.draft.get("changes"))
    file = YearFile(found.year, found.entries, found.papers, tuple(dialog.draft["only"]), changes)
    proposal = _propose(session, call, file)
    if proposal.checked.doubts and not button.insist:
        return Reply(edit=messages.understood(proposal, dialog.id))
    service.take_over(session, proposal, "chat", call.now, by_id=call.me.id)
    dialogs.close(session, call.me.id)
    done = messages.taken_over(proposal)
    return Reply(toast=done, edit=Message(done))


# --- the own days --------------------------------------------------------------------------------------------------


def own_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    runs = rules.read_own_days(call.text, bool(dialog.draft["off"]), call.today)
    replaced = service.add_own_days(session, call.me, runs, call.now)
    dialogs.close(session, call.me.id)
    return say(messages.added(runs, replaced), _card(session, call))


def drop(session: Session, call: Call, button: DropDays) -> Reply:
    try:
        first = date.fromisoformat(button.first)
    except ValueError:
        raise Refusal(messages.OUT_OF_DATE) from None
    gone = service.drop_own_days(session, call.me, first, call.now)
    return Reply(toast=messages.dropped(gone), edit=_card(session, call))


HANDLERS: list[Handler] = [
    Command(
        "calendar",
        show,
        "工作日历",
        Right.CALENDAR,
        reads=True,
        more=62,
    ),
    Tap(Send, ask, right=Right.CALENDAR),
    Answer(NOTICE, notice_came, not_taken, reads_file=rules.read_file, right=Right.CALENDAR),
    Answer(LOOK, notice_came, not_taken, reads_file=rules.read_file, right=Right.CALENDAR),
    Tap(TakeOver, take_over, right=Right.CALENDAR),
    Answer(OWN, own_came, called="放假日和上班日", right=Right.CALENDAR, takes_files=no_files),
    Tap(DropDays, drop, right=Right.CALENDAR),
]
