"""What of the rolls has to be settled before a quarter is closed (D6)."""

from collections.abc import Iterator

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.uncalled import UNCALLED
from bot.kit.doors import OpenActivity, RollCall
from bot.kit.figures import Counting
from bot.kit.owing import Does, Waiting, Waits, short
from bot.kit.words import short_day


def blocks(counting: Counting) -> Iterator[Waiting]:
    """What took place without a roll, and rolls on which somebody is 未登记; while they can be settled."""
    if counting.over:
        return
    for one in counting.of(UNCALLED):
        line = f"{short(one.title)}（{short_day(one.start_at.date())}）：请点名登记考勤。"
        yield Waiting(Waits.ROLL, line, (Does("点名", RollCall(one.id)),), one.start_at)
    for held in counting.of(HELD):
        if held.roll.unrecorded:
            line = f"{short(held.title)}（{short_day(held.day)}）：未登记{len(held.roll.unrecorded)}人，请补登。"
            start, _ = counting.bounds(counting.period)
            yield Waiting(Waits.ROLL, line, (Does("补登", OpenActivity(held.id)),), start)
