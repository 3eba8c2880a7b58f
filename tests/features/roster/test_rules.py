"""Decisions about the roster, without a database: days, spans that never overlap, rows that come back whole."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.roster import rules
from bot.features.roster.words import differences
from bot.features.roster_files.drafts import row_from_json, row_to_json
from bot.features.roster_files.reading.rows import Exempt, RosterRow
from bot.kit.deadlines import USUAL
from bot.kit.glossary.choices import EXEMPTIONS
from scheduler.calendar.days import months_after
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank
from storage.facts import Fact, Facts, fingerprint
from storage.models.person import Person, RankSpan
from tests.world import SHANGHAI

DAYS = st.dates(date(1950, 1, 1), date(2049, 12, 31))
START = date(2023, 1, 1)


def facts(*spans: tuple[date, date | None, Rank]) -> Facts:
    """One person (7) with these ranks."""
    known = {"name": "甲一", "gender": None, "born_on": None, "joined_party_on": None, "notes": ""}
    listed = []
    for number, (from_on, to_on, rank) in enumerate(spans, 1):
        values: dict[str, Any] = {"from_on": from_on, "to_on": to_on, "rank": rank}
        listed.append(Fact(RankSpan, 7, number, values, dict(values)))
    made = Facts(1, START, {7: Fact(Person, 7, 7, known, dict(known))}, defaultdict(list), {})
    made.spans[RankSpan, 7] = listed
    return made


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(list(Rank))), max_size=12))
def test_spans_never_overlap_whatever_is_entered_and_in_whatever_order(entered: list[tuple[int, Rank]]) -> None:
    made = facts((START, None, Rank.STAFF))
    for offset, rank in entered:
        day = START + timedelta(days=offset)
        made.begin(RankSpan, 7, day, rank=rank)
        holds = made.on(RankSpan, 7, day)
        assert holds is not None
        assert holds.values["rank"] is rank
    spans = made.spans[RankSpan, 7]
    for day in range(402):
        assert sum(span.holds(START + timedelta(days=day)) for span in spans) == 1


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(list(Rank))), max_size=6))
def test_the_fingerprint_is_that_of_the_change(entered: list[tuple[int, Rank]]) -> None:
    first, second = facts((START, None, Rank.STAFF)), facts((START, None, Rank.STAFF))
    for made in (first, second):
        for offset, rank in entered:
            made.begin(RankSpan, 7, START + timedelta(days=offset), rank=rank)
    assert fingerprint(first.edits()) == fingerprint(second.edits())
    now = second.on(RankSpan, 7, START + timedelta(days=500))
    other = Rank.WORKER if now is not None and now.values["rank"] is Rank.DIVISION else Rank.DIVISION
    second.begin(RankSpan, 7, START + timedelta(days=500), rank=other)
    assert fingerprint(first.edits()) != fingerprint(second.edits())


def test_a_change_in_words() -> None:
    made = facts((date.min, None, Rank.STAFF))
    made.begin(RankSpan, 7, date(2023, 8, 1), rank=Rank.SECTION)
    [line] = differences(made, made.edits())
    assert (line.name, str(line)) == ("甲一", "职级 科员→正科（自2023年8月1日起）")
    made.people[7].values["notes"] = "已通知"
    assert str(differences(made, made.edits())[0]) == "备注 无→已通知"


EXEMPT = st.builds(
    Exempt,
    st.sampled_from([one for one in ExemptionReason if one is not ExemptionReason.OTHER]),
    st.none() | DAYS,
    st.none() | DAYS,
)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
ROWS = st.builds(
    RosterRow, name=TEXT.filter(bool), line=st.integers(0, 2000), group=TEXT,
    gender=st.sampled_from([None, "男", "女"]),
    born_on=st.none() | DAYS, joined_party_on=st.none() | DAYS, converted_on=st.none() | DAYS,
    duties=st.none() | st.lists(st.sampled_from(list(Duty))).map(tuple), rank=st.none() | st.sampled_from(list(Rank)),
    category=st.none() | st.sampled_from(list(Category)), status=st.none() | st.sampled_from(list(MembershipStatus)),
    transfer_in=st.none() | DAYS, transfer_out=st.none() | DAYS, exemption=st.none() | EXEMPT, notes=TEXT,
)  # fmt: skip


@given(ROWS)
def test_a_row_waits_in_the_dialog_unchanged(row: RosterRow) -> None:
    assert row_from_json(row_to_json(row)) == row


@given(DAYS)
def test_a_day_goes_into_a_button_and_comes_back(day: date) -> None:
    assert rules.to_day(rules.to_number(day)) == day


@given(st.integers())
def test_a_forged_day_is_no_crash(number: int) -> None:
    try:
        found = rules.to_number(rules.to_day(number))
    except ValueError:
        found = number
    assert found == number


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2023, 8, 1), 6, date(2024, 2, 1)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2023, 12, 31), 12, date(2024, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def test_terms_and_closed_quarters() -> None:
    assert rules.term_ends(date(2023, 3, 1), 3) == date(2026, 3, 1)
    end = datetime(2023, 10, 11, tzinfo=SHANGHAI)
    assert rules.is_closed(date(2023, 9, 30), end, SHANGHAI, USUAL)
    assert not rules.is_closed(date(2023, 9, 30), end - timedelta(seconds=1), SHANGHAI, USUAL)
    assert not rules.is_closed(date(2023, 10, 1), end, SHANGHAI, USUAL)


def test_every_change_ends_with_a_tap() -> None:
    for steps in rules.STEPS.values():
        assert steps[-1] in (rules.Step.WHY, rules.Step.CONTACT, rules.Step.VALUE)
        assert {rules.Step.DAY, rules.Step.MEETING} & set(steps)
    assert set(EXEMPTIONS) == set(ExemptionReason)
