"""What is wrong in a row, and between rows."""

from datetime import date, timedelta

import pytest

from bot.features.roster_files.reading.rows import (
    Exempt,
    RosterRow,
    faults_between,
    future_faults,
    with_kept,
)
from storage.choices import ExemptionReason

TODAY = date(2026, 11, 30)


def test_days_that_have_not_come_are_faults_by_row_and_column() -> None:
    """Transfers and exemptions may well be to come; today is no fault."""
    tomorrow = date(2026, 12, 1)
    rows = [
        RosterRow(name="甲一", line=2, born_on=tomorrow),
        RosterRow(name="甲二", line=3, joined_party_on=tomorrow),
        RosterRow(name="甲三", line=4, joined_party_on=TODAY, converted_on=date(2027, 11, 30)),
        RosterRow(name="甲四", line=5, joined_party_on=tomorrow, converted_on=date(2027, 12, 1)),
        RosterRow(name="甲五", line=6, joined_party_on=TODAY, transfer_in=tomorrow, transfer_out=date(2027, 1, 1)),
        RosterRow(name="甲六", line=7, exemption=Exempt(ExemptionReason.ABROAD, tomorrow)),
        RosterRow(name="甲七", line=8),
    ]
    found = future_faults(rows, TODAY)
    assert [(fault.row, fault.column) for fault in found] == [
        (2, "出生年月"),
        (3, "入党日期"),
        (4, "转正日期"),
        (5, "入党日期"),
        (5, "转正日期"),
    ]
    assert found[0].chinese() == "第2行出生年月：“2026-12-01”，应为不晚于今天的日期。"
    assert future_faults([], TODAY) == ()


def test_nobody_is_older_than_people_grow() -> None:
    rows = [RosterRow(name="甲一", line=2, born_on=date(year, 1, 1)) for year in (1915, 1916)]
    assert [(fault.row, fault.found) for fault in future_faults(rows, TODAY)] == [(2, "1915-01-01")]


def test_nobody_joined_before_there_was_a_party() -> None:
    rows = [
        RosterRow(name=f"甲{day}", line=day, joined_party_on=date(1921, 7, 1) - timedelta(days=day)) for day in (0, 1)
    ]
    assert [(fault.row, fault.column) for fault in faults_between(rows)] == [(1, "入党日期")]


@pytest.mark.parametrize(
    ("notes", "kept", "meant"),
    [
        ("", (), ""),
        ("曾任科长", (), "曾任科长"),
        ("", ("党内职务：安全员",), "党内职务：安全员"),
        ("曾任科长", ("党内职务：安全员", "类别：借调"), "曾任科长；党内职务：安全员；类别：借调"),
        ("曾任科长；党内职务：安全员", ("党内职务：安全员",), "曾任科长；党内职务：安全员"),
    ],
)
def test_what_is_kept_stands_once_in_the_notes(notes: str, kept: tuple[str, ...], meant: str) -> None:
    assert with_kept(notes, kept) == meant
