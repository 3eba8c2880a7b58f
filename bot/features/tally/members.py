"""What members do each for themselves, as figures: study (D10), reflections (D11), reading a reminder (S52)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.features.integrity.rules import Figures as Reading
from bot.features.reflections.rules import Tally as Pieces
from bot.features.reflections.rules import Version
from bot.features.tally.figures import Figures, ids
from bot.kit.figures import rate

# Somebody and a study item: (person, item).
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Study:
    """The items given out in a quarter, who was to learn which, and who did by the cut-off."""

    items: tuple[int, ...] = ()
    books: tuple[int, ...] = ()
    expected: tuple[Pair, ...] = ()
    completed: tuple[Pair, ...] = ()
    late: tuple[Pair, ...] = ()

    def among(self, people: Collection[int]) -> "Study":
        """The same items, learned by some people only."""
        narrowed = {
            name: tuple(pair for pair in getattr(self, name) if pair[0] in people)
            for name in ("expected", "completed", "late")
        }
        return replace(self, **narrowed)


def count_study(into: Figures, study: Study) -> None:
    done = set(study.completed)
    owed: dict[int, list[int]] = {}
    for person, item in study.expected:
        if (person, item) not in done:
            owed.setdefault(person, []).append(item)
    into.values["study"] = {
        "items": len(study.items),
        "books": len(study.books),
        "expected_pairs": len(study.expected),
        "completed_pairs": len(study.completed),
        "late": len(study.late),
        "completion_rate": rate(len(study.completed), len(study.expected)),
        "not_done": {f"P{person}": sorted(ids("S", owed[person])) for person in sorted(owed)},
    }
    into.behind["study.items"], into.behind["study.books"] = ids("S", study.items), ids("S", study.books)
    for name in ("expected", "completed"):
        into.behind[f"study.{name}_pairs"] = _pairs(getattr(study, name))
    into.behind["study.late"] = _pairs(study.late)


def _pairs(pairs: Iterable[Pair]) -> list[str]:
    """A completion is known by item and person (ARCHIVE.md)."""
    return [f"S{item}/P{person}" for person, item in pairs]


def count_reminders(into: Figures, reminders: Mapping[int, Reading]) -> None:
    into.values["reminders"] = {}
    for reminder_id, said in sorted(reminders.items()):
        path, waiting = f"reminders.M{reminder_id}", sorted(ids("P", said.not_ack_on_time))
        into.values["reminders"][f"M{reminder_id}"] = {
            "audience": said.audience,
            "ack_on_time": said.ack_on_time,
            "ack_all": said.ack_all,
            "not_ack_on_time": waiting,
        }
        into.behind[f"{path}.audience"] = ids("P", said.audience_ids)
        into.behind[f"{path}.ack_on_time"] = ids("P", said.on_time_ids)
        into.behind[f"{path}.ack_all"] = ids("P", said.acknowledged_ids)
        into.behind[f"{path}.not_ack_on_time"] = waiting


def reading_of(said: Reading, people: Collection[int]) -> Reading:
    """The same reminder, for some people only."""
    lists = (said.audience_ids, said.on_time_ids, said.acknowledged_ids)
    return Reading(*(tuple(one for one in listed if one in people) for listed in lists))


def count_reflections(into: Figures, tasks: Mapping[int, tuple[str, Pieces]]) -> None:
    """Pieces and completion by task (D11); a piece has no id and is known by task, person, piece and version."""
    into.values["reflections"] = {}
    for task_id, (title, said) in sorted(tasks.items()):
        path = f"reflections.R{task_id}"
        into.values["reflections"][f"R{task_id}"] = {
            "title": title,
            "pieces": len(said.counted),
            "expected": len(said.expected),
            "expected_done": len(said.done),
            "late": len(said.late),
            "completion_rate": said.completion_rate,
            "missing": sorted(ids("P", said.missing)),
        }
        late = [one for one in said.counted if one.row_id in said.late]
        into.behind[f"{path}.pieces"] = _pieces(task_id, said.counted)
        into.behind[f"{path}.late"] = _pieces(task_id, late)
        for name in ("expected", "missing"):
            into.behind[f"{path}.{name}"] = ids("P", getattr(said, name))
        into.behind[f"{path}.expected_done"] = ids("P", said.done)
    counted = [piece for task_id, (_, said) in sorted(tasks.items()) for piece in _pieces(task_id, said.counted)]
    into.put("reflection_pieces_total", len(counted), counted)


def _pieces(task_id: int, versions: Iterable[Version]) -> list[str]:
    return [f"R{task_id}/P{one.person_id}/{one.piece}/{one.version}" for one in versions]


def pieces_of(said: Pieces, people: Collection[int]) -> Pieces:
    """The same task, for some people only."""
    counted = tuple(one for one in said.counted if one.person_id in people)
    rows = {one.row_id for one in counted}
    return Pieces(
        counted=counted,
        late=tuple(row for row in said.late if row in rows),
        expected=tuple(one for one in said.expected if one in people),
        done=tuple(one for one in said.done if one in people),
        missing=tuple(one for one in said.missing if one in people),
    )
