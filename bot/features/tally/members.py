"""What members do each for themselves, as figures: study (D10), reflections (D11), reading a reminder (S52)."""

from collections.abc import Collection, Iterable, Mapping

from bot.features.integrity.rules import ReminderCounts as Reading
from bot.features.reflections.rules import Tally as Pieces
from bot.features.reflections.rules import Version
from bot.features.study.rules import StudyCounts as Learned
from bot.features.tally.figures import Figures, ids


def count_study(into: Figures, said: Learned) -> None:
    """Items, pairs of person and item, who still owes which (D10)."""
    into.values["study"] = {
        "items": said.items,
        "books": said.books,
        "expected_pairs": said.expected_pairs,
        "completed_pairs": said.completed_pairs,
        "late": said.late,
        "completion_rate": said.completion_rate,
        "not_done": {f"P{person}": sorted(ids("S", items)) for person, items in said.not_done.items()},
    }
    late = set(said.late_ids)
    into.behind["study.items"], into.behind["study.books"] = ids("S", said.item_ids), ids("S", said.book_ids)
    into.behind["study.expected_pairs"] = [_pair(*pair) for pair in said.expected]
    into.behind["study.completed_pairs"] = [_pair(row.person_id, row.item_id) for row in said.done]
    into.behind["study.late"] = [_pair(row.person_id, row.item_id) for row in said.done if row.row_id in late]


def _pair(person_id: int, item_id: int) -> str:
    """A completion is known by item and person (docs/archive.md)."""
    return f"S{item_id}/P{person_id}"


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


def among(said: Pieces, people: Collection[int] | None) -> Pieces:
    """The same task, for some people only; None is everybody."""
    if people is None:
        return said
    counted = tuple(one for one in said.counted if one.person_id in people)
    rows = {one.row_id for one in counted}
    return Pieces(
        counted=counted,
        late=tuple(row for row in said.late if row in rows),
        expected=tuple(one for one in said.expected if one in people),
        done=tuple(one for one in said.done if one in people),
        missing=tuple(one for one in said.missing if one in people),
    )
