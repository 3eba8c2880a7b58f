"""What somebody still owes, as every feature tells it: for 我还欠什么, 未完成名单 and the one nudge a day."""

from dataclasses import dataclass
from datetime import datetime

from bot.kit.replies import Choice


@dataclass(frozen=True, slots=True)
class Owing:
    """One thing owed by one person.

    key: names it for ever, e.g. study:12 (a nudge for it is promised once per occasion). line: how it is shown,
    with its deadline. does: the button that settles it. nudges: the instants when a nudge for it falls due.
    """

    person_id: int
    key: str
    line: str
    due: datetime
    does: Choice
    nudges: tuple[datetime, ...] = ()
