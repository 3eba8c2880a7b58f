"""A story through 定稿: what its chat has led to is said by the first version, figure by figure (D20)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.features.closes import service as closes
from bot.features.closes.service import Offered
from bot.features.registry import FIGURES
from bot.features.tally.service import plain
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.choices import Duty
from tests.counting import tally
from tests.world import SHANGHAI, World

Q3 = Quarter(2023, 3)
AFTER_IT = datetime(2023, 10, 11, 9, tzinfo=SHANGHAI)
# Of a month nothing is expected before it is over.
OF_THE_LAST_MONTH = {"documents"}


class _TakenBack(Exception):
    """Nothing of it stays: the story goes on."""


def closes_as_counted(bot: World) -> None:
    """Whatever still waits: what the story has settled is what is asked."""
    with suppress(_TakenBack), bot.storage.transaction() as session:
        first_version_is(session, bot.cast.branch_id, bot.cast["甲一"], bot.clock.now().astimezone(SHANGHAI))
        raise _TakenBack


def first_version_is(session: Session, branch_id: int, secretary: int, now: datetime) -> None:
    """v1 of the third quarter says what the draft says now."""
    me = Me(secretary, "甲一", branch_id, None, frozenset({Duty.SECRETARY}), frozenset())
    draft = _figures(tally(session, branch_id, Q3, now, SHANGHAI).figures)
    later = max(now, AFTER_IT)
    closes.close(session, me, Q3, Offered(FIGURES, ()), later, SHANGHAI)
    frozen = tally(session, branch_id, Q3, later, SHANGHAI)
    assert frozen.version == "v1"
    said = _figures(frozen.figures)
    assert {name: one for name, one in said.items() if one != draft[name]} == {}


def _figures(found: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = plain(found)
    return {name: value for name, value in said.items() if name not in OF_THE_LAST_MONTH}
