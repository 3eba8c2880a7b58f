"""更正, where something is refused because its quarter takes nothing more: offered to who may (D20b)."""

from bot.kit.access import Right, may
from bot.kit.doors import FixField, ShowFixes
from bot.kit.refusal import Closed, Refusal
from bot.kit.replies import Choice, Message, of_place
from storage.audience import Me


class Offered(Refusal):
    """The same with the button that leads on; `message` is of the branch in which it was refused."""

    def __init__(self, refusal: Closed, branch_id: int) -> None:
        super().__init__(f"{refusal.what}如有出入，请点“更正”。")
        place = refusal.place
        button = ShowFixes(refusal.period) if place is None else FixField(refusal.period, *place)
        self.message = of_place(Message(self.text, [[Choice("更正", button)]]), branch_id)


def offered(refusal: Refusal, me: Me) -> Refusal:
    """What somebody hears: who may correct a closed quarter is led there."""
    if isinstance(refusal, Closed) and may(me, Right.CLOSE, branch_id=me.branch_id):
        return Offered(refusal, me.branch_id)
    return refusal
