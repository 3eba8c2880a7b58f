"""What a test comes to: until when an answer counts, what it scores, whose score counts (D13). No I/O."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from unicodedata import normalize

from bot.kit.deadlines import in_time
from bot.kit.rates import plain, rate, rounded
from storage.choices import AttemptKind

# An answer at the last second counts, one a second later does not.
_SECOND = timedelta(seconds=1)
# What has no limit of its own, of who makes it up or tries again.
_A_DAY = timedelta(days=1)
MOST_MINUTES, MOST_SCORE, MOST_QUESTIONS = 600, 1000, 200
_SCORE = re.compile(r"(\d{1,4})(?:\.(\d{1,2}))?分?")


# --- time ------------------------------------------------------------------------------------------------------------


def deadline(started_at: datetime, minutes: int | None, ends: datetime) -> datetime:
    """The last second of an attempt that begins now; `ends`: that of the test, or of its quarter."""
    begun = started_at.replace(microsecond=0)
    return min(begun + (timedelta(minutes=minutes) if minutes is not None else _A_DAY), ends)


def of_window(started_at: datetime, minutes: int | None, closes_at: datetime) -> datetime:
    """The same within the hours of the test: without a limit all of them."""
    return closes_at if minutes is None else deadline(started_at, minutes, closes_at)


def is_over(moment: datetime, last: datetime) -> bool:
    return moment >= last + _SECOND


def moment(now: datetime, seen: Iterable[datetime]) -> datetime:
    """Now, and never before what was there already: a clock that is set back lengthens nothing that was seen."""
    return max(now, *seen)


def minutes_left(moment: datetime, last: datetime) -> int:
    """As it is said: the minute that has begun is one."""
    return max(1, -(-int((last - moment).total_seconds()) // 60))


# --- scoring ---------------------------------------------------------------------------------------------------------


def points(full: int, many: int) -> list[int]:
    """What is kept beside each question, in hundredths: together the full score. What is earned is reckoned at once."""
    each, more = divmod(full // 100, many)
    return [(each + (place < more)) * 100 for place in range(many)]


def scored(asked: Iterable[tuple[int, str, int]], chosen: Mapping[int, str]) -> int:
    """`asked`: place, right letters, points. A question counts with all of the right letters and no other.

    Each is worth the same part of the full score; their sum alone is rounded, half up, to a whole point.
    """
    listed = list(asked)
    correct = sum(set(chosen.get(place, "")) == set(right) for place, right, _ in listed)
    full = sum(worth for _, _, worth in listed)
    return (2 * full * correct + 100 * len(listed)) // (200 * len(listed)) * 100 if listed else 0


def ticked(chosen: str, letter: str) -> str:
    """With the letter, or without it where it was there."""
    letters = set(chosen) ^ {letter}
    return "".join(sorted(letters))


def score_of(text: str) -> int | None:
    """95, 97.5, 95分 in hundredths; None for what is no score."""
    found = _SCORE.fullmatch(normalize("NFKC", text).strip())
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def score_words(score: int) -> str:
    """95, 97.5"""
    whole, part = divmod(score, 100)
    return f"{whole}.{part:02}".rstrip("0") if part else str(whole)


def as_number(score: int) -> int | Decimal:
    """As files and JSON have it."""
    return score // 100 if score % 100 == 0 else Decimal(score) / 100


# --- what counts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sat:
    """An attempt with what counting asks of it. came_at: when its score came; None: nobody says, so in time."""

    row_id: int
    person_id: int | None
    kind: AttemptKind
    came_at: datetime | None
    score: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One test at a cut-off: whose score counts, of whom one was expected, whom an officer noted as absent (缺考)."""

    sat: tuple[Sat, ...]
    expected: tuple[int, ...]
    pass_score: int
    noted: tuple[int, ...] = ()

    @property
    def scores(self) -> list[int]:
        return [one.score for one in self.sat if one.score is not None]

    @property
    def average(self) -> Decimal | None:
        return average(self.scores)

    @property
    def came(self) -> tuple[int, ...]:
        """Of those expected."""
        there = {one.person_id for one in self.sat}
        return tuple(person for person in self.expected if person in there)

    @property
    def not_sat(self) -> tuple[int, ...]:
        there = {one.person_id for one in self.sat}
        return tuple(person for person in self.expected if person not in there)

    @property
    def absent(self) -> tuple[int, ...]:
        """Of those who did not sit it."""
        return tuple(person for person in self.not_sat if person in self.noted)

    @property
    def participation_rate(self) -> Decimal | None:
        return rate(len(self.came), len(self.expected))

    @property
    def passed(self) -> tuple[Sat, ...]:
        return tuple(one for one in self.sat if one.score is not None and one.score >= self.pass_score)

    def among(self, people: Collection[int]) -> "Counted":
        """The same of some people only."""
        return replace(
            self,
            sat=tuple(one for one in self.sat if one.person_id in people),
            expected=tuple(one for one in self.expected if one in people),
        )


def average(scores: Sequence[int]) -> Decimal | None:
    """One decimal, half up (D8); None of nobody."""
    return rounded(Decimal(sum(scores)) / 100 / len(scores)) if scores else None


def average_words(scores: Sequence[int]) -> str:
    return plain(average(scores))


_ORDER = (AttemptKind.FORMAL, AttemptKind.MAKEUP)


def counted_of(attempts: Iterable[Sat]) -> Sat | None:
    """Of one person: the formal one, else what made it up, never a later try (D13)."""
    scored = [one for one in attempts if one.score is not None]
    return next((one for kind in _ORDER for one in scored if one.kind is kind), None)


def count(
    attempts: Iterable[Sat], members: Collection[int], expected: Iterable[int], pass_score: int, cut_off: datetime
) -> Counted:
    """D13: of each on the roster of the day, in its order, the one score that counts and came before the cut-off.

    Who is exempt and sits is in the average and on neither side of participation; who is no member nowhere.
    """
    mine: dict[int, list[Sat]] = {}
    for one in attempts:
        if one.person_id in members and (one.came_at is None or in_time(one.came_at, cut_off)):
            mine.setdefault(one.person_id or 0, []).append(one)
    found = [counted_of(mine[person]) for person in members if person in mine]
    noted = [person for person, rows in mine.items() if any(one.score is None and one.came_at for one in rows)]
    return Counted(tuple(one for one in found if one is not None), tuple(expected), pass_score, tuple(noted))
