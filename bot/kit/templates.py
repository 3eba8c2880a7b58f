"""What belongs to an activity of a type in a branch (S35), as it stands on a day: for the form, and for the minutes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.choices import ActivityType
from storage.models.minutes import ActivityTemplate


@dataclass(frozen=True, slots=True)
class Template:
    """规定动作, 自选动作, 记录要点; nothing at all is false."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.required or self.optional or self.points)


NOTHING = Template()


def on(session: Session, branch_id: int, day: date) -> dict[ActivityType, Template]:
    """What stands on a day, by type."""
    until = or_(ActivityTemplate.to_on.is_(None), ActivityTemplate.to_on > day)
    mine = (ActivityTemplate.branch_id == branch_id, ActivityTemplate.from_on <= day, until)
    rows = session.scalars(select(ActivityTemplate).where(*mine).order_by(ActivityTemplate.id))
    return {row.component: of_row(row) for row in rows}


def of_row(row: ActivityTemplate) -> Template:
    return Template(tuple(row.required_parts), tuple(row.optional_parts), tuple(row.record_points))


def lines(found: dict[ActivityType, Template], types: Collection[ActivityType]) -> list[str]:
    """规定动作：重温入党誓词。自选动作：志愿服务。 Of the types of an activity, each thing once."""
    mine = [found[one] for one in types if one in found]
    said = (
        ("规定动作", (part for one in mine for part in one.required)),
        ("自选动作", (part for one in mine for part in one.optional)),
        ("记录要点", (part for one in mine for part in one.points)),
    )
    return [line for word, parts in said if (line := _line(word, parts))]


def _line(word: str, parts: Iterable[str]) -> str:
    once = "、".join(dict.fromkeys(parts))
    return f"{word}：{once}" if once else ""
