"""What holds of every branch, whatever was recorded in it: over generated ones (D5-D7, D20, D24, D25, D27)."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.closes import service as closes
from bot.features.closes.service import Offered
from bot.features.registry import FIGURES
from bot.features.tally.service import Tally, plain, tally
from bot.kit.figures import Behaviour
from bot.kit.versions import DRAFT
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from storage.roster import rosters
from tests.features.tally.histories import BRANCH, SHANGHAI
from tests.features.tally.test_over_periods import LATER, PARTS, SUMS, YEAR, added, without_rates
from tests.features.tally.whole_histories import WholeHistory, enter_otherwise

Q3 = Quarter(2023, 3)
GROWING = datetime(2023, 10, 8, 9, tzinfo=SHANGHAI)
SECRETARY = Me(1, "某", BRANCH, None, frozenset({Duty.SECRETARY}), frozenset())
# A smaller seed is no simpler branch: nothing is gained by looking for one.
FEW = settings(
    max_examples=2,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=10)
# Who came or went twice stands behind them by one code.
MOVES = {"transfers_in", "transfers_out"}
# People behind one entry stand there by the code of that.
TIMES = {f"{of}.{name}" for of in ("trainings", "superior_events") for name in ("person_times", "people")}
SEEDS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with a place beside it for those of the examples."""
    return Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("invariants") / "template.db"))


@contextmanager
def branch(template: Path, seed: int) -> Iterator[Session]:
    path = shutil.copy(template, template.with_name("branch.db"))
    with Storage(f"sqlite:///{path}") as storage, storage.transaction() as session:
        WholeHistory(session, seed).write()
        yield session


def count(session: Session, period: Period, now: datetime = LATER, **more: Any) -> Tally:
    return tally(session, BRANCH, period, now, SHANGHAI, figures=FIGURES, **more)


@pytest.mark.long
@MANY
@given(seed=SEEDS)
def test_what_holds_of_many_branches(template: Path, seed: int) -> None:
    holds(template, seed)


@FEW
@given(seed=SEEDS)
def test_what_holds_of_a_branch(template: Path, seed: int) -> None:
    holds(template, seed)


def holds(template: Path, seed: int) -> None:
    with branch(template, seed) as session:
        quarters = [count(session, part) for part in PARTS["a year of quarters"]]
        year = count(session, YEAR)
        for one in (year, count(session, Period.of(Q3), GROWING)):
            everybody_stands_somewhere(one)
            a_number_is_its_rows(one)
        a_year_is_its_quarters(year, quarters)
        groups_are_the_branch(session, quarters[2])
        a_close_changes_nothing(session, quarters[2])
        enter_otherwise(session, Random(seed))
        again = count(session, YEAR)
        assert (again.figures, again.behind) == (year.figures, year.behind)


def everybody_stands_somewhere(found: Tally) -> None:
    """应到 = 实到 + 请假 + 缺席, person by person; who made up was not there, and 未登记 is absent."""
    for one in found.counting.of(HELD):
        roll = one.roll
        assert sorted(roll.expected) == sorted([*roll.present, *roll.leave, *roll.absent])
        assert len(set(roll.expected)) == len(roll.expected)
        assert {*roll.made_up} <= {*roll.leave, *roll.absent}
        assert {*roll.unrecorded} <= {*roll.absent}
        assert {*roll.late} <= {*roll.present}
        assert not {*roll.observers} & {*roll.expected}
    for sums in (*found.figures["by_type"].values(), found.figures["branch_scope_overall"]):
        assert sums["expected"] == sums["present"] + sums["leave"] + sums["absent"]


def a_number_is_its_rows(found: Tally) -> None:
    for one in found.counted:
        number, behind = one.figure.number(one.value), one.figure.behind(one.rows)
        if "" in behind and type(number) is int and one.figure.path not in SUMS | TIMES | MOVES | {"delegations"}:
            assert len(behind[""]) == len(set(behind[""])) == number, one.figure.path


def a_year_is_its_quarters(year: Tally, quarters: list[Tally]) -> None:
    for at, one in enumerate(year.counted):
        if one.figure.behaviour is Behaviour.ADDITIVE:
            parts = added([part.counted[at].value for part in quarters])
            assert without_rates(one.value) == without_rates(parts), one.figure.path


def groups_are_the_branch(session: Session, whole: Tally) -> None:
    """Nobody in two groups; together they are the branch but for who is in none."""
    parts = [count(session, Period.of(Q3), only=[group]) for group in whole.groups]
    days = rosters(session, BRANCH, [one.day for one in whole.counting.of(HELD)])
    for one in whole.counting.of(HELD):
        mine = [each for part in parts for each in part.counting.of(HELD) if each.id == one.id]
        seen = [person for each in mine for person in each.roll.expected]
        grouped = {member.id for member in days[one.day] if member.group_id is not None}
        named = one.group_id is None
        assert sorted(seen) == sorted(grouped.intersection(one.roll.expected)) if named else len(mine) <= 1
    # Hours go with the group of the day: who moved has some in both.
    for path in ("study.completed_pairs", "reflection_pieces_total"):
        theirs = [code for part in parts for code in behind(part, path)]
        assert len(theirs) == len(set(theirs)), path
        assert set(theirs) <= set(behind(whole, path)), path


def behind(found: Tally, path: str) -> list[str]:
    return [*found.behind.get(path, ())]


def a_close_changes_nothing(session: Session, draft: Tally) -> None:
    """Neither the close nor looking at the draft again (D20)."""
    closes.close(session, SECRETARY, Q3, Offered(FIGURES, ()), LATER, SHANGHAI)
    first, again = count(session, Period.of(Q3)), count(session, Period.of(Q3), version=DRAFT)
    assert (first.version, plain(first.figures)) == ("v1", plain(draft.figures))
    assert {path: [*listed] for path, listed in first.behind.items()} == {
        path: [*listed] for path, listed in draft.behind.items()
    }
    assert (again.version, again.figures) == ("draft", draft.figures)
