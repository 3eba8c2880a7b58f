"""季度数据 of a superior committee: only counts, and every table that leaves is noted."""

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.features.tally import buttons, committee, committee_messages, periods
from bot.features.tally.keeping import Keeps
from bot.kit import kept_figures
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.replies import Reply, say
from scheduler.calendar.periods import Period
from storage.audit import record


def overview(keeps: Keeps, session: Session, call: Call, period: Period) -> Reply:
    """季度数据, as a message of its own."""
    found = _page(keeps, session, call, period, 0)
    said = say(committee_messages.overview(found, 0, call.today, call.tz))
    return Reply(here=said.here, afterwards=found.afterwards)


def turn(keeps: Keeps, session: Session, call: Call, button: buttons.ShowBelow) -> Reply:
    found = _page(keeps, session, call, periods.opened(button.period, call.today), button.page)
    said = committee_messages.overview(found, button.page, call.today, call.tz)
    return Reply(edit=said, afterwards=found.afterwards)


def show_totals(keeps: Keeps, session: Session, call: Call, button: buttons.ShowTotals) -> Reply:
    found = _page(keeps, session, call, periods.opened(button.period, call.today), 0)
    said = committee_messages.totals(found, call.tz)
    if len(said) > 1:
        return Reply(here=said, afterwards=found.afterwards)
    return Reply(edit=said[0], afterwards=found.afterwards)


def _page(keeps: Keeps, session: Session, call: Call, period: Period, page: int) -> committee.Below:
    on_a_page = committee_messages.ON_A_PAGE
    return committee.overview(session, call.me, period, call.now, call.tz, page, on_a_page, keeps=keeps)


def open_branch(keeps: Keeps, session: Session, call: Call, button: buttons.OpenBranch) -> Reply:
    period = periods.opened(button.period, call.today)
    found, fresh = committee.branch_tally(session, call.me, button.branch_id, period, call.now, call.tz, keeps=keeps)
    return Reply(edit=committee_messages.branch(found), afterwards=[partial(kept_figures.write, fresh=[fresh])])


def draw_table(keeps: Keeps, session: Session, call: Call, button: buttons.ExportBelow) -> committee.Below:
    period = periods.opened(button.period, call.today)
    return committee.overview(session, call.me, period, call.now, call.tz, keeps=keeps)


def export(keeps: Keeps, session: Session, call: Call, button: buttons.ExportBelow) -> Reply:
    found: committee.Below = call.ready or draw_table(keeps, session, call, button)
    period = found.period
    of = {"period": period.code} if period.quarter is None else {"quarter": str(period.quarter)}
    details: dict[str, Any] = {"now": call.now, "by": call.me, **of}
    record(session, "export", "organisation", call.me.branch_id, **details)
    table = committee_messages.table(found, call.tz)
    return Reply(toast="表格已生成。", here=[table], afterwards=found.afterwards)


def build(keeps: Keeps) -> list[Handler]:
    return [
        Tap(buttons.ShowBelow, partial(turn, keeps), reads=True),
        Tap(buttons.ShowTotals, partial(show_totals, keeps), reads=True),
        Tap(buttons.OpenBranch, partial(open_branch, keeps), reads=True),
        Tap(buttons.ExportBelow, partial(export, keeps), prepare=partial(draw_table, keeps)),
    ]
