"""What a branch has set: whatever stands there is read, and no change reaches a quarter that is over (D20)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit import branch_settings
from bot.kit.branch_settings import FIELDS, USUAL, BranchSettings, changed, read, to_json
from scheduler.calendar.days import Quarter
from storage.choices import ExemptFrom, MonthlyDocument, OfficialDutyAs, Rank
from storage.engine import Storage
from storage.models.organisation import Organisation
from tests.cast import make_branch
from tests.features.activities.desk import SHANGHAI

Q2, Q3, Q4 = (Quarter(2023, number) for number in (2, 3, 4))


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)


def days(kept: dict[str, Any]) -> list[int]:
    """The close days of the second to the fourth quarter."""
    return [read(kept).close_day_on(quarter.start) for quarter in (Q2, Q3, Q4)]


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("close_day", 28, 28),
        ("late_minutes", 0, 0),
        ("late_minutes", 60, 60),
        ("official_duty_as", "excluded", OfficialDutyAs.EXCLUDED),
        ("cadre_min_rank", "section", Rank.SECTION),
        ("exempt_from", ["study"], frozenset({ExemptFrom.STUDY})),
        ("exempt_from", [], frozenset()),
        ("monthly_documents", ["rectification_evidence"], frozenset({MonthlyDocument.RECTIFICATION_EVIDENCE})),
        ("appraisal_excellent_share", 1, 1),
        ("appraisal_excellent_share", 100, 100),
        ("peer_orgs", ["甲支部", "乙支部"], ("甲支部", "乙支部")),
        ("superior", "某局党委", "某局党委"),
    ],
)
def test_what_is_set_is_read_and_written_alike(name: str, said: Any, value: Any) -> None:
    settings = read({name: said, "term_years": 3})
    assert settings == replace(USUAL, **{name: value})
    assert to_json(settings) == {**to_json(USUAL), name: said}


@pytest.mark.parametrize("bad", [None, True, -1, 101, 1.0, "", "x", "bureau", [1], ["x"], {}, {"a": 1}, [["study"]]])
@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"peer_orgs", "superior"}))
def test_what_cannot_be_is_as_good_as_nothing(name: str, bad: Any) -> None:
    assert read({name: bad}) == USUAL
    assert read({"peer_orgs": bad, "superior": [bad]}).superior == ""
    assert read({"earlier": {name: bad}}) == read({"earlier": bad}) == USUAL
    assert read({"earlier": {name: [bad, {"before": bad, "value": bad}, {"before": "2023Q2", "value": bad}]}}) == USUAL


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from([*FIELDS, "earlier", "before", "value"]) | st.text(), inner)
        ),
        max_leaves=8,
    )
)
def test_no_document_stops_the_reader(document: Any) -> None:
    assert isinstance(read(dict.fromkeys((*FIELDS, "earlier"), document)), BranchSettings)


@pytest.mark.parametrize(
    ("now", "day", "quarters"),
    [
        # Within the quarter: that of the one before is over.
        ("2023-08-15 09:00", 20, [10, 20, 20]),
        ("2023-07-11 00:00", 20, [10, 20, 20]),
        # In its grace it moves, to a later day and to an earlier one that is still to come.
        ("2023-07-10 23:59", 20, [20, 20, 20]),
        ("2023-07-04 23:59", 5, [5, 5, 5]),
        ("2023-07-05 23:59", 5, [5, 5, 5]),
        # A day that has passed already would drop what was entered since: it holds from the next quarter on.
        ("2023-07-06 00:00", 5, [10, 5, 5]),
        ("2023-07-08 09:00", 1, [10, 1, 1]),
        ("2023-08-15 09:00", 10, [10, 10, 10]),
    ],
)
def test_a_cut_off_that_has_passed_stays(now: str, day: int, quarters: list[int]) -> None:
    assert days(changed({}, {"close_day": day}, at(now), SHANGHAI)) == quarters


def test_changes_after_one_another() -> None:
    kept = changed({"x": 1}, {"close_day": 20}, at("2023-08-15 09:00"), SHANGHAI)
    assert kept == {"x": 1, "close_day": 20, "earlier": {"close_day": [{"before": "2023Q3", "value": 10}]}}
    # Taken back on the same day nothing is left of it.
    assert changed(kept, {"close_day": 10}, at("2023-08-15 09:05"), SHANGHAI) == {"x": 1, "close_day": 10}
    # Said once more, it is the same.
    assert changed(kept, {"close_day": 20}, at("2023-10-12 09:00"), SHANGHAI) == kept
    later = changed(kept, {"close_day": 5}, at("2023-10-25 09:00"), SHANGHAI)
    assert days(later) == [10, 20, 5]
    # A slip in the days of grace may be mended while they last.
    slip = changed({}, {"close_day": 3}, at("2023-10-05 09:00"), SHANGHAI)
    assert days(slip) == [10, 10, 3]
    assert days(changed(slip, {"close_day": 20}, at("2023-10-05 09:01"), SHANGHAI)) == [10, 20, 20]
    assert changed(later, {"close_day": None}, at("2023-10-26 09:00"), SHANGHAI)["close_day"] is None


def test_how_a_closed_quarter_counts_stays_too_and_minutes_are_of_no_quarter() -> None:
    values = {"official_duty_as": "present", "cadre_min_rank": "section", "exempt_from": ["study"], "late_minutes": 5}
    kept = changed({}, values, at("2023-10-05 09:00"), SHANGHAI)
    then, now = read(kept).on(Q2.end), read(kept).on(Q3.end)
    assert (then.official_duty_as, then.cadre_min_rank, then.exempt_from) == (
        OfficialDutyAs.LEAVE,
        Rank.DEPUTY_SECTION,
        frozenset(ExemptFrom),
    )
    assert to_json(now) == {**to_json(USUAL), **values}
    assert then.late_minutes == 5
    assert set(kept["earlier"]) == set(values) - {"late_minutes"}


@given(
    st.lists(
        st.tuples(
            st.integers(1, 28),
            st.datetimes(datetime(2023, 1, 1), datetime(2024, 12, 31)).map(lambda at: at.replace(tzinfo=SHANGHAI)),
        ),
        max_size=6,
    )
)
def test_no_change_moves_what_has_passed_or_lets_one_pass_at_once(steps: list[tuple[int, datetime]]) -> None:
    quarters = [Quarter(year, number) for year in (2022, 2023, 2024) for number in (1, 2, 3, 4)]
    kept: dict[str, Any] = {}
    for day, now in sorted(steps, key=lambda step: step[1]):
        before = read(kept)
        kept = changed(kept, {"close_day": day}, now, SHANGHAI)
        after = read(kept)
        for quarter in quarters:
            was, is_ = (quarter.cut_off(SHANGHAI, one.close_day_on(quarter.start)) for one in (before, after))
            assert (was <= now) == (is_ <= now)
            assert was == is_ or min(was, is_) > now
        assert after.close_day == day
        assert after.close_day_on(now.date() + timedelta(days=100)) == day


def test_settings_are_read_anew_and_of_the_branch_alone(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=at("2023-07-03 09:00"))
        row = session.get_one(Organisation, cast.branch_id)
        assert branch_settings.of_branch(session, cast.branch_id) == USUAL
        row.settings = {**row.settings, "late_minutes": 3}
        assert branch_settings.of_branch(session, cast.branch_id).late_minutes == 3
        assert branch_settings.of_branch(session, 999_999) == USUAL


def test_a_day_is_of_its_quarter() -> None:
    settings = read({"earlier": {"close_day": [{"before": "2023Q3", "value": 3}]}})
    assert [settings.close_day_on(day) for day in (date(2023, 6, 30), date(2023, 7, 1))] == [3, 10]
