"""The tally as far as somebody may see it; every tap asks anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.features.tally import service
from bot.features.tally.service import Tally
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.blocks import Blocks
from bot.kit.figures import Figures, Section
from bot.kit.handlers import Call
from bot.kit.owing import Waiting
from bot.kit.refusal import Refusal
from scheduler.calendar.periods import Period


@dataclass(frozen=True, slots=True)
class Told:
    """What the features tell: their figures, and what each says is not settled yet."""

    figures: Figures
    blocks: Sequence[Blocks] = ()

    def tally(
        self,
        session: Session,
        call: Call,
        period: Period,
        *,
        area: Collection[Section] | None = None,
        group: int | None = None,
        version: str = "",
    ) -> Tally:
        """Of the branch, or of the groups that somebody leads; `group`: of this one alone of those. Refuses others."""
        me, wide = call.me, reach(call.me, Right.TALLY)
        if wide not in (Reach.ALL, Reach.OWN_GROUP):
            raise Refusal(NO_RIGHT)
        only: Collection[int] | None = me.leads if wide is Reach.OWN_GROUP else None
        if group is not None:
            if only is not None and group not in only:
                raise Refusal(NO_RIGHT)
            only = (group,)
        asked = (session, me.branch_id, period, call.now, call.tz, only)
        return service.tally(*asked, figures=self.figures, to=me, area=area, version=version)

    def waits(self, tally: Tally) -> list[Waiting]:
        """What of it is not settled yet, whoever may; nothing of what is frozen."""
        if tally.frozen is not None:
            return []
        return [one for blocks in self.blocks for one in blocks(tally.counting)]
