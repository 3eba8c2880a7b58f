"""定稿 and 更正: the check of a quarter, its close, and what is corrected afterwards."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from bot.features.closes import buttons, corrections, late, messages, service
from bot.features.closes.about import of_each
from bot.features.closes.forms import quarter_of
from bot.features.closes.service import Offered
from bot.kit import versions
from bot.kit.access import Right, require
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import in_time, last_instant
from bot.kit.forms import Form
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from scheduler.calendar.days import Quarter, local_day
from storage.lookups import names_of

MOST_QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of corrections."""

    roll: Form
    score: Form
    admit: Form

    @property
    def listed(self) -> list[Form]:
        return [self.roll, self.score, self.admit]


# --- 定稿 -------------------------------------------------------------------------------------------------------------


def open_check(offered: Offered, session: Session, call: Call) -> Reply:
    """/close, 定稿: of the last quarter that is over."""
    return say(page(offered, session, call, service.last_over(call.now, call.tz)))


def show_check(offered: Offered, session: Session, call: Call, button: buttons.ShowCheck) -> Reply:
    return Reply(edit=page(offered, session, call, quarter_of(button.period, call)))


def page(offered: Offered, session: Session, call: Call, quarter: Quarter) -> Message:
    """Of a closed quarter which version it has."""
    branch_id = call.me.branch_id
    row = service.standing(session, branch_id, quarter)
    if row is not None:
        require(call.me, Right.CLOSE, branch_id=branch_id)
        newest = versions.find(session, branch_id, quarter)
        by = names_of(session, [row.closed_by_id or 0]).get(row.closed_by_id or 0, "")
        return messages.closed(quarter, row, newest.number if newest is not None else 1, by, call.tz)
    waits = service.check(session, call.me, quarter, offered, call.now, call.tz)
    unfinished = service.unfinished(session, call.me, quarter, offered, call.now, call.tz)
    end = cut_off_of(session, branch_id, quarter.start, call.tz)
    last, over = local_day(last_instant(end), call.tz), not in_time(call.now, end)
    return messages.check(quarter, waits, unfinished, last, over)


def close(offered: Offered, session: Session, call: Call, button: buttons.CloseQuarter) -> Reply:
    quarter = quarter_of(button.period, call)
    if not button.sure:
        if service.check(session, call.me, quarter, offered, call.now, call.tz):
            raise Refusal(service.BLOCKED)
        unfinished = service.unfinished(session, call.me, quarter, offered, call.now, call.tz)
        return Reply(edit=messages.sure(quarter, unfinished))
    service.close(session, call.me, quarter, offered, call.now, call.tz)
    return Reply(toast="已定稿。", edit=page(offered, session, call, quarter))


# --- 更正 -------------------------------------------------------------------------------------------------------------


def open_fixes(session: Session, call: Call) -> Reply:
    """/fix, 更正: of the quarter that is closed, or which of them."""
    quarters = service.closed(session, call.me.branch_id, MOST_QUARTERS)
    if not quarters:
        return say(messages.NONE_CLOSED)
    return say(_fixes(session, call, quarters[0]) if len(quarters) == 1 else messages.which(quarters))


def show_fixes(offered: Offered, session: Session, call: Call, button: buttons.ShowFixes) -> Reply:
    """Of a quarter that is not closed yet what has to be done before there is anything to correct."""
    quarter = quarter_of(button.period, call)
    if service.standing(session, call.me.branch_id, quarter) is None:
        return Reply(edit=page(offered, session, call, quarter))
    return Reply(edit=_fixes(session, call, quarter))


def _fixes(session: Session, call: Call, quarter: Quarter) -> Message:
    corrections.may_correct(session, call.me, quarter)
    newest = versions.find(session, call.me.branch_id, quarter)
    there = len(late.listed(session, call.me.branch_id, quarter, call.tz))
    notes = len(corrections.of_quarter(session, call.me.branch_id, quarter))
    return messages.fixes(quarter, newest.number if newest is not None else 1, there, notes)


def show_late(session: Session, call: Call, button: buttons.ShowLate) -> Reply:
    quarter = quarter_of(button.period, call)
    corrections.may_correct(session, call.me, quarter)
    found = late.listed(session, call.me.branch_id, quarter, call.tz)
    return Reply(edit=messages.late(quarter, found, button.page))


def show_notes(session: Session, call: Call, button: buttons.ShowNotes) -> Reply:
    quarter = quarter_of(button.period, call)
    corrections.may_correct(session, call.me, quarter)
    found = corrections.of_quarter(session, call.me.branch_id, quarter)
    names = names_of(session, {one for row in found for one in (row.person_id, row.made_by_id) if one is not None})
    about = of_each(session, call.me.branch_id, found, call.tz)
    return Reply(edit=messages.notes(quarter, found, names, about, button.page, call.tz))


def fix(form: Form, session: Session, call: Call, button: buttons.FixRoll | buttons.FixScore) -> Reply:
    corrections.may_correct(session, call.me, quarter_of(button.period, call))
    return Reply(here=[form.open(session, call, period=button.period)])


def admit(form: Form, session: Session, call: Call, button: buttons.AdmitLate) -> Reply:
    quarter = quarter_of(button.period, call)
    corrections.may_correct(session, call.me, quarter)
    key = button.key
    if key == button.ALL:
        # What comes meanwhile is not admitted with what was seen.
        key = " ".join(one.key for one in late.listed(session, call.me.branch_id, quarter, call.tz))
    return Reply(here=[form.open(session, call, period=button.period, key=key)])


def build(offered: Offered, asked: Forms) -> list[Handler]:
    keeps = Right.CLOSE
    return [
        Command("close", partial(open_check, offered), "定稿", keeps, reads=True, more=58, words=("季度定稿", "关账")),
        Command("fix", open_fixes, "更正", keeps, reads=True, more=59),
        Tap(buttons.ShowCheck, partial(show_check, offered), reads=True, right=keeps, private=True),
        Tap(buttons.CloseQuarter, partial(close, offered), right=keeps, private=True),
        Tap(buttons.ShowFixes, partial(show_fixes, offered), reads=True, right=keeps, private=True),
        Tap(buttons.ShowLate, show_late, reads=True, right=keeps, private=True),
        Tap(buttons.ShowNotes, show_notes, reads=True, right=keeps, private=True),
        Tap(buttons.FixRoll, partial(fix, asked.roll), right=keeps, private=True),
        Tap(buttons.FixScore, partial(fix, asked.score), right=keeps, private=True),
        Tap(buttons.AdmitLate, partial(admit, asked.admit), right=keeps, private=True),
    ]
