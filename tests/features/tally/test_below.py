"""The committee's counts: the same numbers as each branch's own tally, in statements that no branch adds to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from bot.features.activities.counting.rules import COUNTED
from bot.features.registry import KEEPS
from bot.features.tally import committee, keeping
from bot.kit.access import NO_RIGHT
from bot.kit.owing import Waits
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me, below
from storage.choices import Duty, OrganisationKind, PieceState, TaskAudience
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.roster import roster
from tests.counting import tally

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3, BRANCH = Quarter(2022, 3), 1
AFTER = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)


def organisation(session: Session, number: int, name: str, parent: int | None = None) -> int:
    """The example has numbers of its own: these lie above them."""
    kind = OrganisationKind.BRANCH if parent else OrganisationKind.GENERAL_BRANCH
    session.add(Organisation(id=number, parent_id=parent, kind=kind, name=name, settings={}, created_at=AFTER))
    session.flush()
    return number


def officer(session: Session, branches: int = 0) -> Me:
    """Somebody of a general branch above the example's branch, and above some empty ones."""
    above = organisation(session, 900, "机关总支")
    session.get_one(Organisation, BRANCH).parent_id = above
    for number in range(branches):
        organisation(session, 1000 + number, f"支部{number}", above)
    session.flush()
    return Me(1, "总支干部", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(*args: Any) -> None:
        said.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_branch_counts_here_as_it_does_at_home(storage: Storage, lay: Callable[[Session], Any]) -> None:
    with storage.transaction() as session:
        lay(session)
        me = officer(session)
        own = tally(session, BRANCH, Q3, AFTER, SHANGHAI)
        [line] = committee.overview(session, me, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS).lines
        counted = {kind: own.figures["by_type"][kind]["count"] for kind in COUNTED}
        assert sum(counted.values()) == 5
        # Who came or left after the quarter changes nothing of it.
        people = len(roster(session, BRANCH, Q3.end))
        assert (line.people, people > 0) == (people, True)
        session.execute(update(RosterSpan).where(RosterSpan.to_on.is_(None)).values(to_on=date(2022, 10, 15)))
        assert committee.overview(session, me, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS).people == people
        assert {kind: line.held.get(kind, 0) for kind in COUNTED} == counted
        # Grades of the yearly appraisal are no committee's.
        above, _ = committee.branch_tally(session, me, BRANCH, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS)
        assert above.figures == {name: values for name, values in own.figures.items() if name != "appraisal"}


def test_a_piece_taken_back_waits_for_nobody(storage: Storage) -> None:
    with storage.transaction() as session:
        me, branch = officer_above_one(session)
        session.add(Person(id=1, branch_id=branch, name="甲一", created_at=AFTER))
        session.flush()
        made = {"created_by_id": 1, "created_at": datetime(2022, 9, 20, 9, tzinfo=SHANGHAI)}
        task = ReflectionTask(branch_id=branch, title="心得", audience=TaskAudience.ALL_MEMBERS, due_on=Q3.end, **made)
        session.add(task)
        session.flush()
        for version, taken_back in ((1, AFTER), (2, None)):
            session.add(
                Reflection(
                    task_id=task.id,
                    person_id=1,
                    version=version,
                    state=PieceState.SUBMITTED,
                    started_at=AFTER,
                    submitted_at=AFTER,
                    withdrawn_at=taken_back,
                )
            )
        session.flush()
        [line] = committee.overview(session, me, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS).lines
        assert line.waits == {Waits.PIECE: 1}


def officer_above_one(session: Session) -> tuple[Me, int]:
    above = organisation(session, 900, "机关总支")
    branch = organisation(session, 1000, "支部", above)
    return Me(1, "总支干部", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset()), branch


def test_no_branch_adds_a_statement(storage: Storage, lay: Callable[[Session], Any]) -> None:
    with storage.transaction() as session:
        lay(session)
        me = officer(session, branches=30)
        # As the night has kept them.
        found = keeping.look(session, KEEPS, below(me.branch_id), Period.of(Q3), AFTER, SHANGHAI, most=31)
        for write in found.afterwards:
            write(session)
        with statements() as one_page:
            found = committee.overview(session, me, Period.of(Q3), AFTER, SHANGHAI, page=0, keeps=KEEPS)
        with statements() as all_of_them:
            table = committee.overview(session, me, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS)
        assert (found.branches, len(found.lines), len(table.lines)) == (31, 8, 31)
        assert len(one_page) == len(all_of_them) <= 14


def test_what_is_not_below_is_not_there(storage: Storage, lay: Callable[[Session], Any]) -> None:
    with storage.transaction() as session:
        lay(session)
        me = officer(session)
        beside = organisation(session, 2000, "别处")
        for branch_id in (beside, me.branch_id, 999):
            with pytest.raises(Refusal, match=committee.NO_SUCH):
                committee.branch_tally(session, me, branch_id, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS)
        secretary = Me(1, "甲一", me.branch_id, None, frozenset({Duty.SECRETARY}), frozenset())
        with pytest.raises(Refusal, match=NO_RIGHT):
            committee.overview(session, secretary, Period.of(Q3), AFTER, SHANGHAI, keeps=KEEPS)
