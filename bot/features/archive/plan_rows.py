"""The collections `activity_templates` (S35) and `recurrences` (R11) of an archive: what activities of a type have to
contain, and what is held every month; read, laid, taken away, written.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Annotated, Any, Self

from pydantic import ValidationInfo, model_validator
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.archive.act_rows import CAMPAIGNS, occasions
from bot.features.archive.over import as_local, said
from bot.features.archive.parts import Around, Laying, Part
from bot.features.register.archive.writing import known_ids
from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_models import (
    Day,
    Instant,
    Key,
    Listed,
    MaybeDay,
    MaybeInstant,
    Named,
    Record,
    choice,
    named_of,
    records,
    reference,
    text,
    unsaid,
    whole,
    wrong,
)
from storage.choices import ActivityType
from storage.models.activity import Activity
from storage.models.minutes import ActivityTemplate
from storage.models.recurrence import Recurrence, RecurrenceMonth

TEMPLATES, RECURRENCES = "activity_templates", "recurrences"
LISTS = ("required_parts", "optional_parts", "record_points")
# Of the answers of the form: which name somebody, and which a group or a campaign.
_PEOPLE = ("host", "recorder", "lecturer")
_LONG = 200
Lines = Annotated[list[Annotated[str, text(_LONG)]], Listed]
Maker = Annotated[str | None, reference("person", optional=True)]
Json = dict[str, Any]


class Template(Record):
    """One record of `activity_templates`, in [from, to)."""

    id: Key = unsaid()
    component: Annotated[ActivityType, choice(ActivityType)] = unsaid()
    from_on: Day = unsaid(alias="from")
    to_on: MaybeDay = unsaid(alias="to")
    required_parts: Lines = unsaid()
    optional_parts: Lines = unsaid()
    record_points: Lines = unsaid()
    made_at: Instant = unsaid()
    made_by: Maker = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.to_on is not None and self.to_on < self.from_on:
            raise wrong(self.to_on.isoformat(), "not before `from`", "to")
        return self


class Month(Record):
    """What was decided of a month: the activity that came of it; null: none is held."""

    month: Annotated[str, text(7, needed=True)] = unsaid()
    activity: Annotated[str | None, reference("activity", optional=True)] = None
    decided_at: Instant = unsaid()
    decided_by: Maker = None

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.month}-01")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if Check().day("", f"{self.month}-01") is None:
            raise wrong(self.month, "a month such as 2022-08", "month")
        return self


class Monthly(Record):
    """One record of `recurrences`: on a weekday of a week (5 or -1 the last), or on a day of the month. answers: those
    of the form, people, group and campaign by their ids.
    """

    id: Key = unsaid()
    title: Annotated[str, text(_LONG, needed=True)] = unsaid()
    answers: dict[str, Any] = unsaid({})
    week: Annotated[int | None, whole(-1, 5, optional=True)] = None
    weekday: Annotated[int | None, whole(0, 6, optional=True)] = None
    month_day: Annotated[int | None, whole(1, 31, optional=True)] = None
    clock: Annotated[str, text(5, needed=True)] = unsaid()
    made_at: Instant = unsaid()
    made_by: Maker = None
    ended_at: MaybeInstant = None
    months: Annotated[list[Month], Listed] = unsaid()

    @model_validator(mode="after")
    def _agrees(self, info: ValidationInfo) -> Self:
        if (self.month_day is None) is (self.week is None or self.weekday is None) or self.week == 0:
            raise wrong(self.month_day, "a day of the month, or `week` and `weekday`", "month_day")
        try:
            datetime.strptime(self.clock, "%H:%M")
        except ValueError:
            raise wrong(self.clock, "a time such as 14:30", "clock") from None
        ids = named_of(info).ids
        for name in (*_PEOPLE, "people", "group"):
            value = self.answers.get(name)
            what = "group" if name == "group" else "person"
            for one in value if isinstance(value, list) else [value]:
                outside = name == "lecturer" and isinstance(one, str) and one not in ids[what]
                if one is not None and not outside and one not in ids[what]:
                    raise wrong(one, f"the id of a {what} of this archive", f"answers.{name}")
        self.months.sort(key=lambda one: one.month)
        return self


# Of each collection what the document holds, None: it has it not.
Found = tuple[tuple[Template, ...] | None, tuple[Monthly, ...] | None]


def read(document: Fields, around: Around) -> tuple[Found | None, list[str]]:
    check = Check()
    if TEMPLATES not in document and RECURRENCES not in document:
        return None, []
    ids = {
        "person": frozenset(around.people),
        "group": frozenset(over.group_names(document, around)),
        "activity": frozenset(occasions(document, around)) if RECURRENCES in document else frozenset(),
    }
    named = Named(around.tz, ids)
    templates = [one for _, one in records(check, TEMPLATES, document.get(TEMPLATES), Template, named)]
    monthly = [one for _, one in records(check, RECURRENCES, document.get(RECURRENCES), Monthly, named)]
    check.once(TEMPLATES, [one.id for one in templates])
    check.once(RECURRENCES, [one.id for one in monthly])
    return (
        tuple(templates) if TEMPLATES in document else None,
        tuple(monthly) if RECURRENCES in document else None,
    ), check.faults


def differs(mine: Found | None, asked: Found) -> bool:
    def plain(found: Any) -> list[Json]:
        return [one.model_dump() for one in sorted(found or (), key=lambda one: one.id)]

    stands = mine or (None, None)
    return any(each is not None and plain(each) != plain(one) for one, each in zip(stands, asked, strict=True))


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    return sum(
        session.scalar(select(func.count()).select_from(of).where(of.branch_id == branch_id)) or 0
        for of in (ActivityTemplate, Recurrence)
    )


def clear(session: Session, branch_id: int, found: Found) -> None:
    templates, monthly = found
    if templates is not None:
        session.execute(delete(ActivityTemplate).where(ActivityTemplate.branch_id == branch_id))
    if monthly is not None:
        mine = select(Recurrence.id).where(Recurrence.branch_id == branch_id)
        session.execute(delete(RecurrenceMonth).where(RecurrenceMonth.recurrence_id.in_(mine)))
        session.execute(delete(Recurrence).where(Recurrence.branch_id == branch_id))
    session.expire_all()


# --- laid ------------------------------------------------------------------------------------------------------------


def lay(found: Found, to: Laying) -> None:
    session, branch_id, people = to.session, to.branch_id, to.people
    templates, monthly = found
    over.fill(session, ActivityTemplate, [_template(one, branch_id, people) for one in templates or ()])
    if monthly:
        groups = {known: one for one, known in over.group_ids(session, branch_id).items()}
        campaigns = {known: one for (of, known), one in known_ids(session, branch_id).items() if of == CAMPAIGNS}
        rows = [_recurrence(one, branch_id, people, groups, campaigns) for one in monthly]
        over.fill(session, Recurrence, rows)
        _lay_months(session, branch_id, monthly, people)
    session.expire_all()


def _template(one: Template, branch_id: int, people: Mapping[str, int]) -> Json:
    return {
        "branch_id": branch_id,
        "component": one.component,
        "from_on": one.from_on,
        "to_on": one.to_on,
        **{name: getattr(one, name) for name in LISTS},
        "made_at": one.made_at,
        "made_by_id": people[one.made_by] if one.made_by is not None else None,
        "archive_id": one.id,
        "extra": one.further or None,
    }


def _recurrence(
    one: Monthly,
    branch_id: int,
    people: Mapping[str, int],
    groups: Mapping[str, int],
    campaigns: Mapping[str, int],
) -> Json:
    return {
        "branch_id": branch_id,
        "title": one.title,
        "answers": _answers(one.answers, people, groups, campaigns),
        "week": one.week,
        "weekday": one.weekday,
        "month_day": one.month_day,
        "clock": one.clock,
        "made_at": one.made_at,
        "made_by_id": people[one.made_by] if one.made_by is not None else None,
        "ended_at": one.ended_at,
        "archive_id": one.id,
        "extra": one.further or None,
    }


def _answers(
    said_: Mapping[str, Any], people: Mapping[Any, Any], groups: Mapping[Any, Any], campaigns: Mapping[Any, Any]
) -> Json:
    """With other names of people, groups and campaigns; who has none is left out, a lecturer may be any text."""
    found: Json = {}
    for name, value in said_.items():
        if name == "people" and isinstance(value, list):
            found[name] = [str(people[one]) for one in value if one in people]
        elif name in (*_PEOPLE, "group", "campaign"):
            other = {"group": groups, "campaign": campaigns}.get(name, people).get(value)
            if other is not None or name == "lecturer":
                found[name] = str(other) if other is not None else value
        else:
            found[name] = value
    return found


def _lay_months(session: Session, branch_id: int, monthly: tuple[Monthly, ...], people: Mapping[str, int]) -> None:
    query = select(Recurrence.archive_id, Recurrence.id).where(Recurrence.branch_id == branch_id)
    numbers = dict(session.execute(query).all())
    activities = {known: one for one, known in over.ids(session, Activity, branch_id, "A").items()}
    months = [
        {
            "recurrence_id": numbers[one.id],
            "month": each.first,
            "activity_id": activities[each.activity] if each.activity is not None else None,
            "decided_at": each.decided_at,
            "decided_by_id": people[each.decided_by] if each.decided_by is not None else None,
        }
        for one in monthly
        for each in one.months
    ]
    over.fill(session, RecurrenceMonth, months)


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """Somebody who is none of `people` is named nowhere."""
    templates = session.scalars(
        select(ActivityTemplate).where(ActivityTemplate.branch_id == branch_id).order_by(ActivityTemplate.id)
    )
    of_templates = over.ids(session, ActivityTemplate, branch_id, "Q")
    return {
        TEMPLATES: [_template_said(row, of_templates[row.id], people, tz) for row in templates],
        RECURRENCES: _monthly_said(session, branch_id, people, tz),
    }


def _template_said(row: ActivityTemplate, known: str, people: Mapping[int, str], tz: tzinfo) -> Json:
    return {
        "id": known,
        "component": row.component.value,
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat() if row.to_on is not None else None,
        **{name: getattr(row, name) for name in LISTS},
        "made_at": as_local(row.made_at, tz),
        **said({"made_by": people.get(row.made_by_id or 0)}),
        **(row.extra or {}),
    }


def _monthly_said(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> list[Json]:
    rows = session.scalars(select(Recurrence).where(Recurrence.branch_id == branch_id).order_by(Recurrence.id)).all()
    if not rows:
        return []
    ids, activities = over.ids(session, Recurrence, branch_id, "L"), over.ids(session, Activity, branch_id, "A")
    campaigns = {str(one): known for (of, known), one in known_ids(session, branch_id).items() if of == CAMPAIGNS}
    groups = {str(one): known for one, known in over.group_ids(session, branch_id).items()}
    by_text = {str(one): known for one, known in people.items()}
    months: dict[int, list[Json]] = defaultdict(list)
    query = select(RecurrenceMonth).where(RecurrenceMonth.recurrence_id.in_([row.id for row in rows]))
    for one in session.scalars(query.order_by(RecurrenceMonth.month)):
        months[one.recurrence_id].append(_month_said(one, activities, people, tz))
    return [
        {
            "id": ids[row.id],
            "title": row.title,
            "answers": _answers(row.answers, by_text, groups, campaigns),
            **{name: getattr(row, name) for name in ("week", "weekday", "month_day") if getattr(row, name) is not None},
            "clock": row.clock,
            "made_at": as_local(row.made_at, tz),
            **said({"made_by": people.get(row.made_by_id or 0), "ended_at": as_local(row.ended_at, tz)}),
            "months": months[row.id],
            **(row.extra or {}),
        }
        for row in rows
    ]


def _month_said(row: RecurrenceMonth, activities: Mapping[int, str], people: Mapping[int, str], tz: tzinfo) -> Json:
    return {
        "month": f"{row.month:%Y-%m}",
        "activity": activities.get(row.activity_id or 0),
        "decided_at": as_local(row.decided_at, tz),
        **said({"decided_by": people.get(row.decided_by_id or 0)}),
    }


PART = Part((TEMPLATES, RECURRENCES), "templates and monthly activities", read, differs, there, clear, lay, write)
