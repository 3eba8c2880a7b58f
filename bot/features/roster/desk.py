"""Who may handle the roster, and where: names are shown in private only."""

from bot.kit.access import NO_RIGHT, Right, require
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal


def at_desk(call: Call) -> None:
    """Refuse whoever keeps no roster, and a button that turns up in a group."""
    if not call.private:
        raise Refusal(NO_RIGHT)
    require(call.me, Right.ROSTER, branch_id=call.me.branch_id)
