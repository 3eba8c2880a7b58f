"""活动要求 as a branch keeps them (S35): each change holds from its day on, and what stood before stays to be read."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from bot.kit.templates import Template, of_row
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.choices import ActivityType
from storage.models.minutes import ActivityTemplate
from storage.models.organisation import Organisation

# The lists of a template, by their word.
LISTS: Mapping[str, str] = {"required_parts": "规定动作", "optional_parts": "自选动作", "record_points": "记录要点"}
MOST, LONGEST = 20, 60


def standing(session: Session, branch_id: int, component: ActivityType) -> ActivityTemplate | None:
    """The newest, which has no end."""
    mine = (ActivityTemplate.branch_id == branch_id, ActivityTemplate.component == component)
    query = select(ActivityTemplate).where(*mine, ActivityTemplate.to_on.is_(None)).order_by(ActivityTemplate.id.desc())
    return session.scalars(query).first()


def template(row: ActivityTemplate | None) -> Template:
    return of_row(row) if row is not None else Template()


def lines(said: Sequence[str], word: str) -> list[str]:
    """A list as it was typed, each thing once."""
    found = list(dict.fromkeys(" ".join(one.split()) for one in said if one.strip()))
    if len(found) > MOST or any(len(one) > LONGEST for one in found):
        raise Refusal(f"{word}最多{MOST}条，每条不超过{LONGEST}字。")
    return found


def save(
    session: Session, me: Me, component: ActivityType, changes: Mapping[str, Sequence[str]], now: datetime, tz: tzinfo
) -> bool:
    """Put these lists in the place of what stands, from today on; False: it says the same. The branch is locked, so
    that of two at once the second changes what the first has made.
    """
    require(me, Right.MAKE_TEMPLATES, branch_id=me.branch_id)
    session.get_one(Organisation, me.branch_id, with_for_update=True, populate_existing=True)
    before, today = standing(session, me.branch_id, component), local_day(now, tz)
    stands = {key: list(getattr(before, key)) if before is not None else [] for key in LISTS}
    after = stands | {key: lines(said, LISTS[key]) for key, said in changes.items()}
    if after == stands:
        return False
    if before is not None and before.from_on == today:
        row = before
        row.required_parts, row.optional_parts, row.record_points = (after[key] for key in LISTS)
        row.made_at, row.made_by_id = now, me.id
    else:
        if before is not None:
            before.to_on = today
        row = _made(me, component, after, now, tz)
        session.add(row)
    session.flush()
    many = {key: len(said) for key, said in after.items()}
    audit.record(session, "change", "activity_template", row.id, now=now, by=me, component=component, many=many)
    return True


def _made(
    me: Me, component: ActivityType, said: Mapping[str, list[str]], now: datetime, tz: tzinfo
) -> ActivityTemplate:
    return ActivityTemplate(
        branch_id=me.branch_id,
        component=component,
        from_on=local_day(now, tz),
        made_at=now,
        made_by_id=me.id,
        required_parts=said["required_parts"],
        optional_parts=said["optional_parts"],
        record_points=said["record_points"],
    )
