"""定稿 of a quarter (D20): what still blocks it, and the first version of its figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.tally.service import counting, plain, tally
from bot.kit.access import Right, require
from bot.kit.blocks import Blocks
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import after, in_time
from bot.kit.figures import Counting, Figures
from bot.kit.owing import Waiting
from bot.kit.refusal import Refusal
from bot.kit.versions import DRAFT, canonical, hash_of
from bot.kit.words import quarter_word
from scheduler.calendar.days import Quarter, local_day
from scheduler.calendar.periods import Period
from storage import audit
from storage.audience import Me
from storage.models.close import FigureVersion, QuarterClose
from storage.models.organisation import Organisation
from storage.roster import roster

NOBODY = "这个季度没有在册党员，不能定稿。"
BLOCKED = "还有未办理的事项，请办理后再定稿。"


@dataclass(frozen=True, slots=True)
class Offered:
    """What closing takes of the features: their figures, what each says has to be settled before, and what else can be
    done until the cut-off only.
    """

    figures: Figures
    blocks: Sequence[Blocks]
    unfinished: Sequence[Blocks] = ()

    def waits(self, asked: Counting) -> list[Waiting]:
        """What blocks a close."""
        return [one for blocks in self.blocks for one in blocks(asked)]

    def open(self, asked: Counting) -> list[Waiting]:
        """What does not, and cannot be done after it."""
        return [one for unfinished in self.unfinished for one in unfinished(asked)]


def standing(session: Session, branch_id: int, quarter: Quarter) -> QuarterClose | None:
    """The close of a quarter, if it is closed."""
    here = (QuarterClose.branch_id == branch_id, QuarterClose.quarter == str(quarter))
    return session.scalars(select(QuarterClose).where(*here)).first()


def closed(session: Session, branch_id: int, most: int) -> list[Quarter]:
    """The quarters of a branch that are closed, the latest first."""
    query = select(QuarterClose.quarter).where(QuarterClose.branch_id == branch_id)
    return [Quarter.parse(one) for one in session.scalars(query.order_by(QuarterClose.quarter.desc()).limit(most))]


def check(session: Session, me: Me, quarter: Quarter, offered: Offered, now: datetime, tz: tzinfo) -> list[Waiting]:
    """定稿检查: what of the quarter has to be settled before; refuses who may not close and a quarter that runs."""
    require(me, Right.CLOSE, branch_id=me.branch_id)
    if quarter.end >= local_day(now, tz):
        raise Refusal(f"{quarter_word(quarter.start)}尚未结束，不能定稿。")
    if not roster(session, me.branch_id, quarter.end):
        raise Refusal(NOBODY)
    return offered.waits(counting(session, me.branch_id, Period.of(quarter), now, tz))


def unfinished(
    session: Session, me: Me, quarter: Quarter, offered: Offered, now: datetime, tz: tzinfo
) -> list[Waiting]:
    """What the check names beside it: the close waits for none of it, and after it nobody can do it."""
    require(me, Right.CLOSE, branch_id=me.branch_id)
    return offered.open(counting(session, me.branch_id, Period.of(quarter), now, tz))


def close(session: Session, me: Me, quarter: Quarter, offered: Offered, now: datetime, tz: tzinfo) -> FigureVersion:
    """Freeze the figures as they are counted at this moment: v1, with the ids behind each.

    Of two at once one closes; the other waits, and hears that it is closed. A close within the grace ends it.
    """
    require(me, Right.CLOSE, branch_id=me.branch_id)
    lock(session, me.branch_id)
    if standing(session, me.branch_id, quarter) is not None:
        raise Refusal(f"{quarter_word(quarter.start)}数据已定稿。")
    if check(session, me, quarter, offered, now, tz):
        raise Refusal(BLOCKED)
    early = in_time(now, cut_off_of(session, me.branch_id, quarter.start, tz))
    row = QuarterClose(
        branch_id=me.branch_id,
        quarter=str(quarter),
        cut_off=after(now) if early else None,
        closed_at=now,
        closed_by_id=me.id,
    )
    session.add(row)
    session.flush()
    version = freeze(session, row, 1, offered.figures, me.id, now, tz)
    audit.record(session, "close", "quarter_close", row.id, now=now, by=me, quarter=str(quarter))
    return version


def lock(session: Session, branch_id: int) -> None:
    """One close or correction of a branch at a time."""
    session.get_one(Organisation, branch_id, with_for_update=True, populate_existing=True)


def freeze(
    session: Session, row: QuarterClose, number: int, figures: Figures, by_id: int | None, now: datetime, tz: tzinfo
) -> FigureVersion:
    """The next version: what is counted now, by the cut-off and with all that corrections have admitted."""
    period = Period.of(Quarter.parse(row.quarter))
    found = tally(session, row.branch_id, period, now, tz, figures=figures, version=DRAFT)
    texts = canonical(plain(found.figures)), canonical(_listed(found.behind.items()))
    version = FigureVersion(
        close_id=row.id,
        number=number,
        figures=texts[0],
        sources=texts[1],
        sha256=hash_of(*texts),
        made_at=now,
        made_by_id=by_id,
    )
    session.add(version)
    session.flush()
    return version


def _listed(behind: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    return {path: list(listed) for path, listed in behind}


def last_over(now: datetime, tz: tzinfo) -> Quarter:
    """The latest quarter that can be closed."""
    return Quarter.of(local_day(now, tz)).previous()
