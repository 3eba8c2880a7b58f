"""Who may handle the roster, and where: names are shown in private only; of which day a button asks."""

from datetime import date

from bot.features.roster.rules import to_day
from bot.kit.access import NO_RIGHT, Right, require
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal

NO_DAY = "没有看懂日期，请按“名册 2023年9月8日”的样子发送。"


def at_desk(call: Call) -> None:
    """Refuse whoever keeps no roster, and a button that turns up in a group."""
    if not call.private:
        raise Refusal(NO_RIGHT)
    require(call.me, Right.ROSTER, branch_id=call.me.branch_id)


def day_of(number: int, today: date) -> date:
    """The day of a button: 20230908; 0 is today."""
    try:
        return to_day(number) if number else today
    except ValueError:
        raise Refusal(NO_DAY) from None
