"""上级活动 that stand in the branch's calendar: rows of the same figures as the entries, by their paths."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from bot.kit.doors import OpenNames
from bot.kit.figures import Counting, Look, Record
from bot.kit.lists import label
from bot.kit.replies import Choice
from bot.kit.superior_activities import SUPERIOR_ACTIVITIES
from bot.kit.words import cut, short_day
from scheduler.calendar.days import local_day
from storage.models.activity import Activity

PATH = "superior_events"
LONGEST = 60


def rows(counting: Counting, own: Collection[int] | None) -> Iterable[tuple[str, dict[str, Any]]]:
    """Each with what is told apart of it; own: of a leader's groups those to which somebody of them came."""
    for one in counting.of(SUPERIOR_ACTIVITIES):
        people = sorted(one.people if own is None else one.people.intersection(own))
        if not people:
            continue
        row: dict[str, Any] = {"activity_id": one.id, "key": f"A{one.id}"}
        yield f"{PATH}.times", row
        named = (("by_level", one.level), ("by_kind", one.kind), ("by_mode", one.mode))
        yield from ((f"{PATH}.{by}.{value}", row) for by, value in named if value)
        for person in people:
            yield f"{PATH}.person_times", {**row, "key": str(person)}
            yield f"{PATH}.people", {**row, "key": str(person)}


def records(look: Look, ids: Sequence[int]) -> list[Record]:
    """Each in a line that opens who came."""
    if not ids:
        return []
    query = select(Activity.id, Activity.title, Activity.start_at).where(Activity.id.in_(ids))
    found = look.session.execute(query.order_by(Activity.start_at, Activity.id)).all()
    code, tz = look.counting.period.code, look.counting.tz
    return [
        Record(
            f"{short_day(local_day(one.start_at, tz))}　{cut(one.title, LONGEST)}",
            Choice(label(f"{short_day(local_day(one.start_at, tz))} {one.title}"), OpenNames(code, one.id)),
        )
        for one in found
    ]
