"""What is known of a year's working days: as announced, as an organisation's own file says, or reckoned by principle.

The announced years come with the library chinesecalendar: it has followed every notice within a day since 2019, has no
dependencies and raises for what it does not know. A year that it lacks is read in from the notice (council_notice.py,
year_file.py) and laid over it, so that nobody waits for a release.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from chinese_calendar.constants import holidays, workdays

from scheduler.calendar.festivals import principles
from storage.choices import YearState


@dataclass(frozen=True, slots=True)
class Year:
    """A year's arrangement. `days`: those off (True) or worked (False) whatever their weekday; others go by it.

    The year is the notice's: days of the December before it belong to it (元旦).
    """

    number: int
    state: YearState
    days: Mapping[date, bool]
    papers: tuple[str, ...] = ()

    @property
    def checksum(self) -> int:
        """Weekdays off minus make-up days: 11 in every announced year to 2024, 13 from 2025."""
        return sum(self._weight(day, off) for day, off in self.days.items())

    @staticmethod
    def _weight(day: date, off: bool) -> int:
        weekend = day.weekday() >= 5
        return 1 if off and not weekend else -1 if not off and weekend else 0


def _by_year() -> Mapping[int, Mapping[date, bool]]:
    # The library raises for a year that it does not know, and looks through all its days for every question.
    found: dict[int, dict[date, bool]] = defaultdict(dict)
    for days, off in ((holidays, True), (workdays, False)):
        for day in days:
            # What a notice says of a December belongs to the 元旦 that follows.
            found[day.year + (day.month == 12)][day] = off
    return found


_BUNDLED = _by_year()
# A notice reaches into the December before it, so the last year seen may be a fragment.
_KNOWN = frozenset(day.year for day in holidays if day.month < 12)


@cache
def bundled(number: int) -> Year | None:
    """The year as the library has it; None when it was not announced by its release."""
    return Year(number, YearState.OFFICIAL, _BUNDLED[number]) if number in _KNOWN else None


@cache
def reckoned(number: int) -> Year:
    """The year by the principles of the 2025 notice: provisional (暂定) wherever it shows."""
    return Year(number, YearState.PROVISIONAL, principles(number))
