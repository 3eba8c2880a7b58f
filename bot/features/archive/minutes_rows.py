"""The collection `minutes` of an archive (R45): known by activity and component; read, laid, taken away, written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Annotated, Any, Self

from pydantic import model_validator
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.archive.act_rows import occasions
from bot.features.archive.over import Occasion, as_local, said, unless
from bot.features.archive.parts import Around, Laying, Part
from bot.kit.archive_checks import NAME_LENGTH, Check, Fields
from bot.kit.archive_models import (
    Listed,
    MaybeDay,
    MaybeInstant,
    Named,
    Record,
    choice,
    records,
    reference,
    text,
    unsaid,
    wrong,
)
from storage.base import table
from storage.choices import ActivityType, MinutesForm, MinutesState
from storage.models.activity import Activity
from storage.models.minutes import Minutes, MinutesSpeech, MinutesTask

NAME = "minutes"
_LONG = 4000
_PARTS = (MinutesSpeech, MinutesTask)
Text = Annotated[str, text(_LONG)]
Needed = Annotated[str, text(_LONG, needed=True)]
Lines = Annotated[list[Text], Listed]
Maybe = Annotated[str | None, reference("person", optional=True)]
Json = dict[str, Any]
Key = tuple[str, str]


class Speech(Record):
    """Of somebody of the roster, of a name, or (with neither) the gist of all."""

    person: Maybe = None
    name: Annotated[str, text(NAME_LENGTH)] = unsaid()
    text: Text = unsaid()


class FollowUp(Record):
    """What is to be done after it."""

    text: Needed = unsaid()
    owner: Text = unsaid()
    due_on: MaybeDay = None


class OneMinutes(Record):
    """One record."""

    activity: Annotated[str, reference("activity")] = unsaid()
    component: Annotated[ActivityType, choice(ActivityType)] = unsaid()
    form: Annotated[MinutesForm, choice(MinutesForm, MinutesForm.TYPED)] = unsaid()
    state: Annotated[MinutesState, choice(MinutesState, MinutesState.FINAL)] = unsaid()
    agenda: Lines = unsaid()
    speeches: Annotated[list[Speech], Listed] = unsaid()
    resolutions: Lines = unsaid()
    follow_up: Annotated[list[FollowUp], Listed] = unsaid()
    recorded_at: MaybeInstant = None
    recorded_by: Maybe = None
    finished_at: MaybeInstant = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.finished_at is not None and self.state is MinutesState.DRAFT:
            raise wrong(self.finished_at.isoformat(), "nothing, since it is a draft", "finished_at")
        return self

    @property
    def key(self) -> Key:
        return self.activity, self.component.value


Found = tuple[OneMinutes, ...]


def read(document: Fields, around: Around) -> tuple[Found | None, list[str]]:
    if NAME not in document:
        return None, []
    check, here = Check(), occasions(document, around)
    named = Named(around.tz, {"person": frozenset(around.people), "activity": frozenset(here)})
    found = records(check, NAME, document[NAME], OneMinutes, named)
    check.once(f"{NAME} (activity/component)", ["/".join(one.key) for _, one in found])
    for path, one in found:
        _with_usual(check, path, one, here[one.activity])
    return tuple(one for _, one in found), check.faults


def _with_usual(check: Check, path: str, one: OneMinutes, of: Occasion) -> None:
    if one.component not in of.types:
        check.fault(f"{path}.component", one.component.value, "one of the components of its activity")
    one.recorded_at = one.recorded_at or of.known_at
    if one.state is MinutesState.FINAL:
        one.finished_at = one.finished_at or one.recorded_at


def differs(mine: Found | None, asked: Found) -> bool:
    def plain(found: Found | None) -> list[Json]:
        return [one.model_dump() for one in sorted(found or (), key=lambda one: one.key)]

    return plain(mine) != plain(asked)


def _mine(branch_id: int) -> Any:
    return Minutes.activity_id.in_(select(Activity.id).where(Activity.branch_id == branch_id))


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    return session.scalar(select(func.count()).select_from(Minutes).where(_mine(branch_id))) or 0


def _standing(session: Session, branch_id: int) -> dict[Key, int]:
    """The rows by activity and component."""
    known = over.ids(session, Activity, branch_id, "A")
    query = select(Minutes.id, Minutes.activity_id, Minutes.component).where(_mine(branch_id))
    return {(known[activity], component.value): one for one, activity, component in session.execute(query)}


def clear(session: Session, branch_id: int, found: Found) -> None:
    """Those that the document does not have go; the rest keep their rows, and name nobody till they are laid over."""
    wanted = {one.key for one in found}
    gone = [one for key, one in _standing(session, branch_id).items() if key not in wanted]
    mine = select(Minutes.id).where(_mine(branch_id))
    for model in _PARTS:
        session.execute(delete(model).where(model.minutes_id.in_(mine)))
    session.execute(delete(Minutes).where(Minutes.id.in_(gone)))
    session.execute(update(table(Minutes)).where(_mine(branch_id)).values(recorded_by_id=None))
    session.expire_all()


def lay(found: Found, to: Laying) -> None:
    session, branch_id = to.session, to.branch_id
    activities = {known: one for one, known in over.ids(session, Activity, branch_id, "A").items()}
    standing = _standing(session, branch_id)
    rows = [_row(one, activities, to.people) for one in found]
    over.fill(session, Minutes, [row for one, row in zip(found, rows, strict=True) if one.key not in standing])
    kept = [{"id": standing[one.key], **row} for one, row in zip(found, rows, strict=True) if one.key in standing]
    if kept:
        session.execute(update(Minutes), kept)
    numbers = _standing(session, branch_id)
    speeches = [
        {
            "minutes_id": numbers[one.key],
            "position": at,
            "person_id": to.people[each.person] if each.person is not None else None,
            "name": each.name,
            "text": each.text,
            "extra": each.further or None,
        }
        for one in found
        for at, each in enumerate(one.speeches, 1)
    ]
    tasks = [
        {
            "minutes_id": numbers[one.key],
            "position": at,
            "text": each.text,
            "owner": each.owner,
            "due_on": each.due_on,
            "extra": each.further or None,
        }
        for one in found
        for at, each in enumerate(one.follow_up, 1)
    ]
    over.fill(session, MinutesSpeech, speeches)
    over.fill(session, MinutesTask, tasks)
    session.expire_all()


def _row(one: OneMinutes, activities: Mapping[str, int], people: Mapping[str, int]) -> Json:
    return {
        "activity_id": activities[one.activity],
        "component": one.component,
        "form": one.form,
        "state": one.state,
        "agenda": one.agenda,
        "resolutions": one.resolutions,
        "recorded_at": one.recorded_at,
        "recorded_by_id": people[one.recorded_by] if one.recorded_by is not None else None,
        "finished_at": one.finished_at,
        "extra": one.further or None,
    }


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """What somebody who is none of `people` said stands without a name."""
    query = select(Minutes).join(Activity, Activity.id == Minutes.activity_id).where(Activity.branch_id == branch_id)
    rows = session.scalars(query.order_by(Activity.start_at, Activity.id, Minutes.id)).all()
    known = over.ids(session, Activity, branch_id, "A")
    usual = {name: one.known_at for name, one in over.occasions(session, branch_id).items()} if rows else {}
    speeches, tasks = (_by_minutes(session, branch_id, model) for model in _PARTS)
    return {
        NAME: [
            {
                "activity": known[row.activity_id],
                "component": row.component.value,
                "agenda": row.agenda,
                "speeches": [_speech(each, people) for each in speeches[row.id]],
                "resolutions": row.resolutions,
                "follow_up": [_task(each) for each in tasks[row.id]],
                **_further(row, usual[known[row.activity_id]], people, tz),
                **(row.extra or {}),
            }
            for row in rows
        ]
    }


def _further(row: Minutes, usual: Any, people: Mapping[int, str], tz: tzinfo) -> Json:
    return said(
        {
            "form": unless(row.form, MinutesForm.TYPED),
            "state": unless(row.state, MinutesState.FINAL),
            "recorded_at": as_local(unless(row.recorded_at, usual), tz),
            "recorded_by": people.get(row.recorded_by_id or 0),
            "finished_at": as_local(unless(row.finished_at, row.recorded_at), tz),
        }
    )


def _by_minutes(session: Session, branch_id: int, model: Any) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    mine = select(Minutes.id).where(_mine(branch_id))
    for row in session.scalars(select(model).where(model.minutes_id.in_(mine)).order_by(model.position)):
        found[row.minutes_id].append(row)
    return found


def _speech(row: MinutesSpeech, people: Mapping[int, str]) -> Json:
    return {**said({"person": people.get(row.person_id or 0), "name": row.name}), "text": row.text, **(row.extra or {})}


def _task(row: MinutesTask) -> Json:
    due_on = row.due_on.isoformat() if row.due_on is not None else None
    return {"text": row.text, **said({"owner": row.owner, "due_on": due_on}), **(row.extra or {})}


PART = Part((NAME,), "minutes", read, differs, there, clear, lay, write)
