"""The live cards: the maker's card of a task, the author's of a draft, the reviewers' of a piece."""

from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.reflections import items, messages, reviews, rules, service, submissions
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.back_fill import Recorded
from bot.kit.broadcasts import with_delivery
from bot.kit.replies import Message, To
from bot.kit.words import not_counted
from scheduler.calendar.days import local_day
from storage.choices import PieceState
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionTask

TASK = "reflection_task"
PIECE = "reflection"
REVIEW = "reflection_review"


def of_activity(row: ReflectionTask) -> list[tuple[str, int]]:
    """The card of the activity that it belongs to, which names it."""
    return [(ACTIVITY_CARD, row.activity_id)] if row.activity_id is not None else []


def counts(session: Session, task: service.Task, tz: tzinfo) -> messages.Counts:
    """Counted, never kept. A returned piece stands as returned until its next version is handed in."""
    people = [rules.stands(task.of(person)) for person in service.expected(session, task)]
    given = rules.newest(version for version in task.versions if version.state is not PieceState.DRAFT)
    states = [version.state for version in given]
    passed = [one.row_id for one in given if one.state is PieceState.ACCEPTED]
    return messages.Counts(
        expected=len(people),
        handed_in=people.count(PieceState.SUBMITTED) + people.count(PieceState.ACCEPTED),
        to_review=people.count(PieceState.SUBMITTED),
        sent_back=people.count(PieceState.RETURNED),
        waiting=states.count(PieceState.SUBMITTED),
        accepted=states.count(PieceState.ACCEPTED),
        returned=states.count(PieceState.RETURNED),
        late=sum(rules.is_late(version.submitted_at, task.row.due_on, tz) for version in given),
        problems=sum(items.problems(session, passed).values()),
    )


def render_task(session: Session, task_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    row = session.get(ReflectionTask, task_id)
    found = service.load(session, row.branch_id, tz, [task_id]) if row is not None else []
    return task_card(session, found[0], now, tz) if found else None


def task_card(session: Session, task: service.Task, now: datetime, tz: tzinfo) -> Message:
    """The maker's card, with what became of the sending."""
    card = messages.task_card(task, counts(session, task, tz))
    return with_delivery(session, card, task.row.branch_id, TASK, task.row.id, now, tz)


def render_piece(session: Session, reflection_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    row = session.get(Reflection, reflection_id)
    return own(session, row, tz) if row is not None else None


def own(session: Session, row: Reflection, tz: tzinfo) -> Message:
    """The author's card of a version."""
    task = session.get_one(ReflectionTask, row.task_id)
    note = ""
    if row.submitted_at is not None:
        found = service.load(session, task.branch_id, tz, [task.id])
        late = bool(found) and found[0].recorded(row.submitted_at, tz) is Recorded.TOO_LATE
        note = not_counted(found[0].subject.day) if late else ""
    said = items.listed(session, row.id)
    stands = row.withdrawn_at is not None and submissions.given_before(session, row) is not None
    return messages.own_card(row, task, len(submissions.parts(session, row.id)), tz, note, said, stands)


def render_review(session: Session, reflection_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    row = session.get(Reflection, reflection_id)
    return review(session, row, tz) if row is not None else None


def review(session: Session, row: Reflection, tz: tzinfo) -> Message:
    """The reviewers' card of a version."""
    author = session.get_one(Person, row.person_id)
    by = session.get_one(Person, row.reviewed_by_id).name if row.reviewed_by_id else ""
    task = session.get_one(ReflectionTask, row.task_id)
    said = items.listed(session, row.id)
    anew = row.withdrawn_at is not None and submissions.given_after(session, row)
    return messages.review_card(row, task, author.name, submissions.parts(session, row.id), tz, by, said, anew)


def ask_for_review(session: Session, row: Reflection, now: datetime, tz: tzinfo) -> list[To]:
    """The piece as it was sent, then the card, to each reviewer; in this order, because a chat keeps it."""
    task = session.get_one(ReflectionTask, row.task_id)
    held = messages.forwarded(submissions.parts(session, row.id), items.listed(session, row.id))
    card = review(session, row, tz)
    told: list[To] = []
    for person in reviews.reviewers(session, task, row.person_id, local_day(now, tz)):
        key = f"piece:{row.id}:{person}"
        told += [To(said, person_id=person, key=f"{key}:{number}") for number, said in enumerate(held)]
        told.append(To(card, person_id=person, key=key, card=(REVIEW, row.id)))
    return told
