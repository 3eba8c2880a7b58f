"""What a person's next text means, as a row: asked, moved on, closed, forgotten; on both databases."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit import dialog as dialogs
from storage.audience import Me
from storage.engine import Storage
from storage.models.dialog import Dialog
from storage.models.person import Person
from tests.cast import make_branch
from tests.features.todo.august import local

NOW = local("2023-07-04 09:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def session(storage: Storage) -> Iterator[Session]:
    with storage.transaction() as session:
        yield session


@pytest.fixture
def person(session: Session) -> Me:
    return make_branch(session, now=NOW).me(session, "甲三", NOW.date())


def test_one_question_at_a_time(session: Session, person: Me) -> None:
    assert dialogs.current(session, person, NOW) is None
    first = dialogs.ask(session, person, "activity.day", NOW, types=["theme_party_day"]).id
    second = dialogs.ask(session, person, "notice.text", NOW)
    assert (second.id, second.step, second.draft) == (first + 1, "notice.text", {})
    assert len(session.scalars(select(Dialog)).all()) == 1


def test_it_lives_a_day_after_the_last_step(session: Session, person: Me) -> None:
    dialog = dialogs.ask(session, person, "activity.day", NOW)
    assert dialogs.current(session, person, NOW + dialogs.LIFE - SECOND) is dialog
    assert dialogs.current(session, person, NOW + dialogs.LIFE) is None
    later = NOW + timedelta(hours=1)
    dialogs.move(dialog, "activity.time", later)
    assert dialogs.current(session, person, NOW + dialogs.LIFE) is dialog
    assert dialogs.current(session, person, later + dialogs.LIFE) is None


def test_steps_add_to_the_draft(session: Session, person: Me) -> None:
    dialog = dialogs.ask(session, person, "activity.day", NOW, types=["lecture"])
    dialogs.move(dialog, "activity.time", NOW, day="2023-07-07")
    dialogs.move(dialog, "activity.place", NOW, day="2023-07-08")
    session.flush()
    session.expire(dialog)
    assert dialog.step == "activity.place"
    assert dialog.draft == {"types": ["lecture"], "day": "2023-07-08"}


def test_closed_it_is_gone_and_its_number_is_never_used_again(session: Session, person: Me) -> None:
    old = dialogs.ask(session, person, "activity.day", NOW, place="三楼").id
    dialogs.close(session, person.id)
    session.flush()
    assert dialogs.current(session, person, NOW) is None
    row = session.get_one(Dialog, person.id)
    assert (row.step, row.draft) == ("", {})
    assert dialogs.ask(session, person, "activity.day", NOW).id == old + 1


def test_forgotten_nothing_is_left(session: Session, person: Me) -> None:
    dialogs.ask(session, person, "activity.day", NOW)
    dialogs.forget(session, person.id)
    assert session.scalars(select(Dialog)).all() == []
    dialogs.close(session, person.id)
    assert session.scalars(select(Dialog)).all() == []


def test_everybody_has_a_dialog_of_their_own(session: Session, person: Me) -> None:
    other = replace(person, id=session.scalars(select(Person.id).where(Person.name == "甲四")).one())
    dialogs.ask(session, person, "activity.day", NOW)
    dialogs.ask(session, other, "notice.text", NOW)
    dialogs.close(session, other.id)
    found = dialogs.current(session, person, NOW)
    assert found is not None
    assert found.step == "activity.day"


async def test_two_questions_at_once_leave_one_row(storage: Storage) -> None:
    """Two updates of one person in two processes: the loser of the unique key runs once more."""
    with storage.transaction() as session:
        person = make_branch(session, now=NOW).me(session, "甲三", NOW.date())
    numbers = await asyncio.gather(
        *(storage.write(lambda session: dialogs.ask(session, person, "notice.text", NOW).id) for _ in range(4))
    )
    assert max(numbers) <= 4
    with storage.reading() as session:
        assert session.scalars(select(Dialog.step)).all() == ["notice.text"]
