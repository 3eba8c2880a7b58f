"""How the people of a tally are called where records are shown (S71)."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.tally.service import Counted, Tally
from bot.kit.figures import Look, Shown
from bot.kit.lists import told_apart
from storage.models.person import Person
from storage.roster import roster


def names(session: Session, people: Collection[int], tally: Tally) -> dict[int, str]:
    """How people are called in lists; those of one name are told apart by their party group."""
    query = select(Person.id, Person.name, Person.branch_id).where(Person.id.in_(list(people)))
    found = {row.id: row for row in session.execute(query)}
    if len({row.name for row in found.values()}) == len(found):
        return {person: row.name for person, row in found.items()}
    branch_id = next(row.branch_id for row in found.values())
    groups = {one.id: one.group_name for one in roster(session, branch_id, tally.period.end)}
    called = told_apart(list(found.values()), lambda row: row.name, lambda row: groups.get(row.id) or "")
    return dict(zip(found, called, strict=True))


def everybody(tally: Tally) -> set[int]:
    """Every person that the tally speaks of."""
    return {person for listed in tally.behind.values() for person in _of_people(listed)}


def _of_people(listed: Iterable[str]) -> list[int]:
    """7 of P7, and of S1/P7 and R1/P7/1/1."""
    return [int(part[1:]) for one in listed for part in one.split("/") if part.startswith("P")]


def called(session: Session, tally: Tally, people: Collection[int]) -> Mapping[int, str]:
    """These people, told apart from everybody of whom the tally speaks."""
    return names(session, {*everybody(tally), *people}, tally)


def shown(session: Session, tally: Tally, one: Counted) -> Shown:
    """The rows behind a figure as they are read."""
    look = Look(tally.counting, partial(called, session, tally))
    return ((), ()) if one.figure.show is None else one.figure.show(look, one.rows)


def missing(session: Session, tally: Tally) -> list[tuple[str, list[str]]]:
    """未完成情况: who still lacks what, by name."""
    found = list(tally.lacking)
    words = called(session, tally, {person for one in found for person in one.people})
    return [(one.what, [words[person] for person in one.people]) for one in found]
