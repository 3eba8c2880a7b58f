"""Decisions about reflections: whom a task is for, which version counts, whose turn it is. Plain values only (D11)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from bot.kit.deadlines import in_time
from bot.kit.rates import rate
from scheduler.calendar.days import DAY, Calendar, next_month
from storage.choices import Category, PieceState, Rank, TaskAudience

_UPWARDS = list(Rank)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one piece of one person, as its row stands. admitted: by a correction (D20b)."""

    row_id: int
    person_id: int
    piece: int
    version: int
    state: PieceState
    submitted_at: datetime | None
    admitted: bool = False


def is_cadre(rank: Rank | None, category: Category | None, least: Rank = Rank.DEPUTY_SECTION) -> bool:
    """科级以上: 副科 and above, or `least` and above where the branch has set it, in service (D11)."""
    high = rank is not None and _UPWARDS.index(rank) >= _UPWARDS.index(least)
    return high and category is Category.IN_SERVICE


def is_for(
    audience: TaskAudience, rank: Rank | None, category: Category | None, least: Rank = Rank.DEPUTY_SECTION
) -> bool:
    """May somebody with these facts on the task's day hand in? Everybody may, but cadre tasks are for cadres."""
    return audience is not TaskAudience.SECTION_RANK_AND_ABOVE or is_cadre(rank, category, least)


# So many working days are usual to write something; at the end of a month it may be these few.
USUAL, LEAST = 10, 5


def proposed_due(day: date, closes: date, calendar: Calendar) -> date:
    """Until when what follows from a day is proposed to be handed in: the last working day of the month where that is
    near, else the tenth working day; and a working day before the close, while that lies ahead, so that it is read.
    """
    usual, least = (calendar.working_day_after(day, number) for number in (USUAL, LEAST))
    of_month = calendar.on_or_before(next_month(day) - DAY)
    due = of_month if least <= of_month <= usual else usual
    before = calendar.working_day_before(closes, 1)
    return min(due, before) if before > day else due


# --- what counts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """One task at a cut-off. `counted` and `late` are rows, the rest people: every figure opens what is behind it.

    `done` are the expected people with a counted piece; a volunteer's piece is counted and changes no rate.
    """

    counted: tuple[Version, ...]
    late: tuple[int, ...]
    expected: tuple[int, ...]
    done: tuple[int, ...]
    missing: tuple[int, ...]

    @property
    def completion_rate(self) -> Decimal | None:
        return rate(len(self.done), len(self.expected))

    def among(self, people: Collection[int]) -> "Tally":
        """The same task, for some people only."""
        counted = tuple(one for one in self.counted if one.person_id in people)
        rows = {one.row_id for one in counted}
        return Tally(
            counted=counted,
            late=tuple(row for row in self.late if row in rows),
            expected=tuple(one for one in self.expected if one in people),
            done=tuple(one for one in self.done if one in people),
            missing=tuple(one for one in self.missing if one in people),
        )

    @property
    def each(self) -> int | None:
        """How many pieces everybody who handed in has; None when it is not the same number, or nobody did (S55)."""
        numbers = set(Counter(version.person_id for version in self.counted).values())
        return numbers.pop() if len(numbers) == 1 else None

    @property
    def words(self) -> str:
        """各1篇 only when the data say so, else 共7篇."""
        return f"共{len(self.counted)}篇" if self.each is None else f"各{self.each}篇"


def tally(versions: Iterable[Version], expected: Collection[int], due_on: date, cut_off: datetime, tz: tzinfo) -> Tally:
    """D11: of each piece the newest accepted version handed in before the cut-off, or admitted; late after `due_on`."""
    counted = newest(
        version
        for version in versions
        if version.state is PieceState.ACCEPTED and version.submitted_at is not None
        if version.admitted or in_time(version.submitted_at, cut_off)
    )
    people = {version.person_id for version in counted}
    return Tally(
        counted=tuple(counted),
        late=tuple(version.row_id for version in counted if is_late(version.submitted_at, due_on, tz)),
        expected=tuple(expected),
        done=tuple(person for person in expected if person in people),
        missing=tuple(person for person in expected if person not in people),
    )


def newest(versions: Iterable[Version]) -> list[Version]:
    """The newest version of each piece, by person and piece."""
    found: dict[tuple[int, int], Version] = {}
    for version in versions:
        key = (version.person_id, version.piece)
        if key not in found or found[key].version < version.version:
            found[key] = version
    return [found[key] for key in sorted(found)]


def is_late(submitted_at: datetime | None, due_on: date, tz: tzinfo) -> bool:
    return submitted_at is not None and submitted_at.astimezone(tz).date() > due_on


# --- whose turn it is ----------------------------------------------------------------------------------------------


class NoTurn(StrEnum):
    """Why somebody can hand in nothing to a task now."""

    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NextVersion:
    """What somebody writes next: a version of a piece. `row_id`: the draft that is open already."""

    piece: int
    version: int
    row_id: int | None = None


def next_turn(mine: Iterable[Version], per_person: int) -> NextVersion | NoTurn:
    """An open draft first, then a returned piece, then a piece not yet begun."""
    pieces = newest(mine)
    for version in pieces:
        if version.state is PieceState.DRAFT:
            return NextVersion(version.piece, version.version, version.row_id)
    for version in pieces:
        if version.state is PieceState.RETURNED:
            return NextVersion(version.piece, version.version + 1)
    begun = {version.piece for version in pieces}
    for piece in range(1, per_person + 1):
        if piece not in begun:
            return NextVersion(piece, 1)
    return NoTurn.WAITING if any(item.state is PieceState.SUBMITTED for item in pieces) else NoTurn.DONE


def stands(mine: Iterable[Version]) -> PieceState:
    """Where somebody stands with all of the pieces: what waits first, then what passed, what came back, else a draft
    or nothing at all.
    """
    states = {version.state for version in newest(one for one in mine if one.state is not PieceState.DRAFT)}
    order = (PieceState.SUBMITTED, PieceState.ACCEPTED, PieceState.RETURNED)
    return next((state for state in order if state in states), PieceState.DRAFT)


def has_handed_in(mine: Iterable[Version]) -> bool:
    """Somebody owes nothing as soon as one piece waits for its review or was accepted."""
    return any(version.state in (PieceState.SUBMITTED, PieceState.ACCEPTED) for version in mine)
