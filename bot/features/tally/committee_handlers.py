"""季度数据 of a superior committee: only counts, and every table that leaves is noted."""

from sqlalchemy.orm import Session

from bot.features.tally import buttons, committee, committee_messages, quarters
from bot.features.tally.messages import NO_SUCH_QUARTER
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from scheduler.calendar.days import Quarter
from storage.audit import record


def overview(session: Session, call: Call, quarter: Quarter, page: int = 0) -> Message:
    found = committee.overview(session, call.me, quarter, call.now, call.tz, page, committee_messages.ON_A_PAGE)
    return committee_messages.overview(found, page, Quarter.of(call.today))


def _quarter(call: Call, number: int) -> Quarter:
    quarter = quarters.begun(*divmod(number, 10), call.today)
    if quarter is None:
        raise Refusal(NO_SUCH_QUARTER)
    return quarter


def turn(session: Session, call: Call, button: buttons.ShowBelow) -> Reply:
    return Reply(edit=overview(session, call, _quarter(call, button.quarter), button.page))


def open_branch(session: Session, call: Call, button: buttons.OpenBranch) -> Reply:
    quarter = _quarter(call, button.quarter)
    found = committee.branch_tally(session, call.me, button.branch_id, quarter, call.now, call.tz)
    return Reply(edit=committee_messages.branch(found, Quarter.of(call.today)))


def draw_table(session: Session, call: Call, button: buttons.ExportBelow) -> committee.Below:
    return committee.overview(session, call.me, _quarter(call, button.quarter), call.now, call.tz)


def export(session: Session, call: Call, button: buttons.ExportBelow) -> Reply:
    found = call.ready or draw_table(session, call, button)
    record(
        session,
        "export",
        "organisation",
        call.me.branch_id,
        now=call.now,
        by=call.me,
        quarter=str(found.quarter),
    )
    return Reply(toast="表格已生成。", here=[committee_messages.table(found)])


HANDLERS: list[Handler] = [
    Tap(buttons.ShowBelow, turn, reads=True),
    Tap(buttons.OpenBranch, open_branch, reads=True),
    Tap(buttons.ExportBelow, export, prepare=draw_table),
]
