"""Who reads the names of who has not read, and which quarter a reminder counts in; one branch beside another."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.features.integrity import service
from bot.kit.figures import Slice
from bot.kit.refusal import Refusal
from scheduler.calendar.days import BUNDLED, Quarter
from scheduler.calendar.periods import Period
from storage.engine import Storage
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from tests.cast import make_branch
from tests.features.integrity.test_service import AUTUMN, MORNING, SHANGHAI, branch, local, sent

SECOND = timedelta(seconds=1)
TODAY = MORNING.date()


def test_names_are_those_of_the_audience_of_this_reminder(storage: Storage) -> None:
    """Somebody who was not asked, another branch and another reminder are not in the list."""
    with storage.transaction() as session:
        beside = make_branch(session, now=MORNING, bound=False, only=("甲一", "丙一"))
        service.make(session, beside.branch_id, BUNDLED, AUTUMN, None, MORNING, SHANGHAI)
        cast = branch(session)
        first = sent(session, cast)
        session.flush()
        second = Reminder(
            branch_id=cast.branch_id,
            kind=first.kind,
            block_start=first.block_start,
            block_end=first.block_end,
            round=2,
            holidays=first.holidays,
            text="",
            sent_at=MORNING,
            ack_due=first.ack_due,
        )
        session.add(second)
        session.flush()
        session.add_all(ReminderAudience(reminder_id=second.id, person_id=one) for one in cast.people.values())
        unasked = delete(ReminderAudience).where(
            ReminderAudience.reminder_id == first.id, ReminderAudience.person_id == cast["丙八"]
        )
        session.execute(unasked)
        due = first.ack_due
        for name, reminder, at in (
            ("甲一", first, due),
            ("甲三", first, due + SECOND),
            ("甲四", second, due),
            ("乙四", first, due + SECOND),
        ):
            session.add(Acknowledgement(reminder_id=reminder.id, person_id=cast[name], at=at))
        session.flush()
        found = service.readers(session, cast.me(session, "甲一", TODAY), first, TODAY)
        everybody = [name for name in cast.people if name not in ("甲一", "甲三", "乙四", "丙八")]
        assert (found.unread, found.late) == (everybody, ["甲三", "乙四"])
        leader = service.readers(session, cast.me(session, "甲三", TODAY), first, TODAY)
        assert leader.unread == [name for name in everybody if name.startswith("甲")]
        assert leader.late == ["甲三"]
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            service.readers(session, cast.me(session, "丙四", TODAY), first, TODAY)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (local("2023-07-01 00:00") - SECOND, 2),
        (local("2023-07-01 00:00"), 3),
        (local("2023-10-01 00:00") - SECOND, 3),
        (local("2023-10-01 00:00"), 4),
    ],
)
def test_a_reminder_counts_in_the_quarter_in_which_it_was_sent(storage: Storage, at: datetime, counts: int) -> None:
    """D1, by the branch's own day."""
    with storage.transaction() as session:
        cast = branch(session)
        row = sent(session, cast)
        session.flush()
        session.execute(update(Reminder).where(Reminder.id == row.id).values(sent_at=at))
        found = {number: figures(session, cast.branch_id, number) for number in (2, 3, 4)}
        assert found == {number: [row.id] if number == counts else [] for number in (2, 3, 4)}


def figures(session: Session, branch_id: int, number: int) -> list[int]:
    quarter = Quarter(2023, number)
    return list(
        service.reminder_figures(
            session, [branch_id], [Slice(Period.of(quarter), quarter.cut_off(SHANGHAI))], SHANGHAI
        )[branch_id]
    )
