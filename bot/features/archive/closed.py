"""The collections `closes` and `corrections` of an archive (D20, D20b): what they say. No I/O."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import model_validator

from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_models import (
    Instant,
    Key,
    MaybeInstant,
    Named,
    Record,
    choice,
    records,
    reference,
    text,
    unsaid,
    whole,
    wrong,
)
from scheduler.calendar.days import Quarter
from storage.choices import AttemptKind, AttendanceStatus, CorrectionKind, LeaveType

CLOSES, CORRECTIONS = "closes", "corrections"
ON_LEAVE = "leave"
_VERSION = re.compile(r"v[1-9]\d{0,3}", re.ASCII)
_LONG = 2000
Maker = Annotated[str | None, reference("person", optional=True)]
Text = Annotated[str, text(_LONG)]
Maybe = Annotated[str | None, reference("activity", optional=True)]
Json = dict[str, Any]
# By kind the fields that say what is corrected.
NEEDS: Mapping[CorrectionKind, Sequence[str]] = {
    CorrectionKind.ATTENDANCE: ("activity", "person"),
    CorrectionKind.LEAVE_APPROVE: ("activity", "person"),
    CorrectionKind.ACTIVITY_ADMIT: ("activity",),
    CorrectionKind.MAKEUP_ADMIT: ("activity", "person"),
    CorrectionKind.COMPLETION_ADMIT: ("item", "person"),
    CorrectionKind.REFLECTION_ADMIT: ("task", "person"),
    CorrectionKind.SELF_CHECK_ADMIT: ("task", "person"),
    CorrectionKind.TALK_ADMIT: ("talk",),
    CorrectionKind.ATTEMPT_ADMIT: ("exam", "person"),
    CorrectionKind.SCORE: ("exam", "person"),
    CorrectionKind.ENTRY_ADMIT: ("path",),
    CorrectionKind.FIELD: ("path",),
}


class Frozen(Record):
    """One version of a closed quarter: its figures, with the ids of the archive in them, and the ids behind each."""

    approved_at: MaybeInstant = None
    by: Maker = None
    figures: dict[str, Any] = unsaid()
    sources: dict[str, list[str]] = unsaid({})


class OneClose(Record):
    """One record of `closes`; without `versions` they are counted again."""

    quarter: Text = unsaid()
    closed_at: Instant = unsaid()
    by: Maker = None
    cut_off: MaybeInstant = None
    versions: dict[str, Frozen] = unsaid({})

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        _is_quarter(self.quarter)
        if self.closed_at.date() <= Quarter.parse(self.quarter).end:
            raise wrong(self.closed_at.isoformat(), "after the last day of its quarter", "closed_at")
        names = [f"v{number}" for number in range(1, len(self.versions) + 1)]
        if sorted(self.versions) != sorted(names):
            raise wrong(", ".join(self.versions), "v1, v2 and so on, none left out", "versions")
        return self


def _is_quarter(said: str) -> None:
    try:
        Quarter.parse(said)
    except ValueError:
        raise wrong(said or None, "a quarter such as 2022Q3", "quarter") from None


class OneCorrection(Record):
    """One record of `corrections`: what it is about by its kind, and what stood there and what does now."""

    id: Key = unsaid()
    quarter: Text = unsaid()
    kind: Annotated[CorrectionKind, choice(CorrectionKind)] = unsaid()
    version: Annotated[str, text(5)] = unsaid()
    made_at: Instant = unsaid()
    by: Maker = None
    approved_at: MaybeInstant = None
    approved_by: Maker = None
    reason: Text = unsaid()
    activity: Maybe = None
    person: Maker = None
    leave_type: Annotated[LeaveType | None, choice(LeaveType, optional=True)] = None
    item: Annotated[str | None, reference("study item", optional=True)] = None
    task: str | None = None
    piece: Annotated[int | None, whole(1, 1000, optional=True)] = None
    of_version: Annotated[int | None, whole(1, 1000, optional=True)] = None
    talk: Annotated[str | None, reference("talk", optional=True)] = None
    exam: Annotated[str | None, reference("test", optional=True)] = None
    attempt_kind: Annotated[AttemptKind | None, choice(AttemptKind, optional=True)] = None
    path: Text = unsaid()
    old: Any = None
    new: Any = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        _is_quarter(self.quarter)
        if self.version and (not _VERSION.fullmatch(self.version) or self.version == "v1"):
            raise wrong(self.version, "v2, v3 and so on", "version")
        for name in NEEDS[self.kind]:
            if getattr(self, name) in (None, ""):
                raise wrong(None, f"said, of the kind {self.kind.value}", name)
        if self.kind is CorrectionKind.ATTENDANCE:
            self._of_attendance()
        if self.kind is CorrectionKind.SCORE and not _is_score(self.new):
            raise wrong(self.new, "a score", "new")
        self.approved_at, self.approved_by = self.approved_at or self.made_at, self.approved_by or self.by
        return self

    def _of_attendance(self) -> None:
        words = (*AttendanceStatus, ON_LEAVE)
        if self.old is not None and self.old not in words:
            raise wrong(self.old, "null, or one of " + " ".join(words), "old")
        if self.new not in words:
            raise wrong(self.new, "one of " + " ".join(words), "new")
        if self.new == ON_LEAVE and self.leave_type is None:
            raise wrong(None, "one of " + " ".join(LeaveType), "leave_type")


def _is_score(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value >= 0
        and value * 100 == int(value * 100)
    )


@dataclass(frozen=True, slots=True)
class Closed:
    """What a document holds of them; None: not the collection. Each correction with the number of its version."""

    closes: tuple[OneClose, ...] | None
    corrections: tuple[tuple[str, OneCorrection, int], ...] | None

    def beside(self, stands: "Closed") -> "Closed":
        """With the collection that is not told of as it stands, and with the frozen versions of it."""
        frozen = {one.quarter: one.versions for one in stands.closes or ()}
        closes = stands.closes if self.closes is None else self.closes
        kept = [
            one if one.versions else one.model_copy(update={"versions": frozen.get(one.quarter, {})})
            for one in closes or ()
        ]
        return Closed(tuple(kept), stands.corrections if self.corrections is None else self.corrections)

    def same(self, mine: "Closed | None") -> bool:
        """Whether the branch says all of it already. What the archive does not say of versions, it leaves to it."""
        stands = mine or Closed((), ())
        told = {one.quarter for one in self.closes or () if one.versions}
        closes = self.closes is None or _plain_closes(self.closes, told) == _plain_closes(stands.closes or (), told)
        said = self.corrections is None or _plain(self.corrections) == _plain(stands.corrections or ())
        return closes and said


def _plain(found: Sequence[tuple[str, OneCorrection, int]]) -> list[Any]:
    rows = [({**one.model_dump(exclude={"version"})}, number) for _, one, number in found]
    return sorted(rows, key=lambda row: str(row[0]["id"]))


def _plain_closes(found: Sequence[OneClose], told: Collection[str]) -> list[Any]:
    """Without the versions of quarters that are not told of."""
    rows = [one.model_dump(exclude=set() if one.quarter in told else {"versions"}) for one in found]
    return sorted(rows, key=lambda row: str(row["quarter"]))


def read(
    document: Fields, named: Named, tasks: Mapping[CorrectionKind, Collection[str]], standing: Collection[str]
) -> tuple[Closed | None, list[str]]:
    """tasks: the ids that a correction of these kinds may name; standing: the closed quarters of the branch."""
    check = Check()
    closes = records(check, CLOSES, document.get(CLOSES), OneClose, named)
    check.once(f"{CLOSES} (quarter)", [one.quarter for _, one in closes])
    closed = {str(row.get("quarter")) for _, row in Check().rows(CLOSES, document.get(CLOSES))}
    closed = closed if CLOSES in document else set(standing)
    found = records(check, CORRECTIONS, document.get(CORRECTIONS), OneCorrection, named)
    check.once(CORRECTIONS, [one.id for _, one in found])
    for path, one in found:
        if one.quarter not in closed:
            check.fault(f"{path}.quarter", one.quarter, "a quarter of `closes`")
        if one.kind in tasks and one.task not in tasks[one.kind]:
            check.fault(f"{path}.task", one.task, "the id of a task of this archive")
    if CLOSES not in document and CORRECTIONS not in document:
        return None, check.faults
    return Closed(
        tuple(one for _, one in closes) if CLOSES in document else None,
        tuple(numbered(found)) if CORRECTIONS in document else None,
    ), check.faults


def numbered(found: Sequence[tuple[str, OneCorrection]]) -> list[tuple[str, OneCorrection, int]]:
    """In the order of time, each with its version: one that says none goes into the next, with those beside it."""
    newest: dict[str, int] = {}
    numbers: list[tuple[str, OneCorrection, int]] = []
    for path, one in sorted(found, key=lambda row: (row[1].made_at, row[1].id)):
        number = int(one.version[1:]) if one.version else newest.get(one.quarter, 1) + 1
        if one.version:
            newest[one.quarter] = max(number, newest.get(one.quarter, 1))
        numbers.append((path, one, number))
    return numbers
