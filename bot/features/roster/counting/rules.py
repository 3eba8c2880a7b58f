"""Who was on the roster at both ends of a period, who came and who went. Plain values only (D24)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.calendar.periods import Period


@dataclass(frozen=True, slots=True)
class Heads:
    """Who was on the roster: the day before the period, on its last day, and who came or went between (D24)."""

    opening: tuple[int, ...] = ()
    closing: tuple[int, ...] = ()
    transfers_in: tuple[int, ...] = ()
    transfers_out: tuple[int, ...] = ()
    full: tuple[int, ...] = ()
    probationary: tuple[int, ...] = ()
    exempt: tuple[int, ...] = ()

    def among(self, opening: Collection[int], closing: Collection[int], moving: Collection[int]) -> "Heads":
        """The same, of some people only: those of the first day asked, of the last, and of who came or went."""
        kept = {"opening": opening, "transfers_in": moving, "transfers_out": moving}
        names = self.__dataclass_fields__
        return Heads(
            **{name: tuple(one for one in getattr(self, name) if one in kept.get(name, closing)) for name in names}
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """A time on the roster, [from, to); `accepted_on`: the days when somebody became probationary."""

    person_id: int
    from_on: date
    to_on: date | None
    accepted_on: tuple[date, ...] = ()


def transfers(stays: Iterable[Stay], period: Period) -> tuple[list[int], list[int]]:
    """Who transferred in, who out, in the period: somebody twice who did so twice, so that opening, transfers and
    closing agree (D24).

    Somebody accepted comes onto the roster without a transfer (D4), the first roster of a branch is nobody's
    transfer, and a stay that goes on where another ended is neither.
    """
    known = list(stays)
    founded = min((stay.from_on for stay in known), default=None)
    starts = {(stay.person_id, stay.from_on) for stay in known}
    ends = {(stay.person_id, stay.to_on) for stay in known}
    came = [
        stay.person_id
        for stay in known
        if period.holds(stay.from_on)
        and stay.from_on != founded
        and not _accepted(stay)
        and (stay.person_id, stay.from_on) not in ends
    ]
    went = [
        stay.person_id
        for stay in known
        if stay.to_on is not None and period.holds(stay.to_on) and (stay.person_id, stay.to_on) not in starts
    ]
    return sorted(came), sorted(went)


def _accepted(stay: Stay) -> bool:
    """On the roster from the day after the meeting, or the day itself where a file says so."""
    return any(0 <= (stay.from_on - day).days <= 1 for day in stay.accepted_on)
