"""季度数据 of a superior committee: only counts, and every table that leaves is noted."""

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.features.tally import buttons, committee, committee_messages, periods
from bot.kit.figures import Figures
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.replies import Message, Reply
from scheduler.calendar.periods import Period
from storage.audit import record


def overview(session: Session, call: Call, period: Period, page: int = 0) -> Message:
    found = committee.overview(session, call.me, period, call.now, call.tz, page, committee_messages.ON_A_PAGE)
    return committee_messages.overview(found, page, call.today)


def turn(session: Session, call: Call, button: buttons.ShowBelow) -> Reply:
    return Reply(edit=overview(session, call, periods.opened(button.period, call.today), button.page))


def open_branch(figures: Figures, session: Session, call: Call, button: buttons.OpenBranch) -> Reply:
    period = periods.opened(button.period, call.today)
    found = committee.branch_tally(session, call.me, button.branch_id, period, call.now, call.tz, figures=figures)
    return Reply(edit=committee_messages.branch(found))


def draw_table(session: Session, call: Call, button: buttons.ExportBelow) -> committee.Below:
    return committee.overview(session, call.me, periods.opened(button.period, call.today), call.now, call.tz)


def export(session: Session, call: Call, button: buttons.ExportBelow) -> Reply:
    found: committee.Below = call.ready or draw_table(session, call, button)
    period = found.period
    of = {"period": period.code} if period.quarter is None else {"quarter": str(period.quarter)}
    details: dict[str, Any] = {"now": call.now, "by": call.me, **of}
    record(session, "export", "organisation", call.me.branch_id, **details)
    return Reply(toast="表格已生成。", here=[committee_messages.table(found)])


def build(figures: Figures) -> list[Handler]:
    return [
        Tap(buttons.ShowBelow, turn, reads=True),
        Tap(buttons.OpenBranch, partial(open_branch, figures), reads=True),
        Tap(buttons.ExportBelow, export, prepare=draw_table),
    ]
