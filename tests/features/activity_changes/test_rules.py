"""Until when which field, and what becomes of a sign-in: without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.features.activity_changes import rules
from storage.choices import BY_NAME, AttendanceStatus, Scope, SignInMethod

START = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
END = START + timedelta(hours=2)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PRESENT, LATE, ONLINE = AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ONLINE


@pytest.mark.parametrize(("after", "before_start"), [(-SECOND, True), (timedelta(), False), (SECOND, False)])
def test_the_start_closes_what_people_go_by(after: timedelta, before_start: bool) -> None:
    """Of the place it is not closed: after the start a wrong one is put right."""
    found = set(rules.open_fields(START, START + after, Scope.NAMED, named=BY_NAME, asks=True))
    assert (found >= rules.UNTIL_START) is before_start
    assert found.isdisjoint(rules.UNTIL_START) is not before_start
    assert ("guests" in found) is not before_start
    assert {"place", "title", "types", "length", "hours", "host", "agenda", "campaign", "mode"} <= found


def test_people_are_of_whom_it_names_and_replies_of_a_notice() -> None:
    def fields(scope: Scope, asks: bool = True) -> list[str]:
        return rules.open_fields(START, START - MINUTE, scope, named=BY_NAME, asks=asks)

    assert [scope for scope in Scope if "people" in fields(scope)] == [one for one in Scope if one in BY_NAME]
    assert rules.ASKED_FOR.isdisjoint(fields(Scope.BRANCH, asks=False))


@pytest.mark.parametrize(
    ("minutes", "after", "ends"),
    [
        (180, -10, 180),
        (60, -10, 60),
        (180, 90, 180),
        (60, 59, 60),
        (60, 61, 61),
        (60, 120, 120),
        (60, 121, 60),
        (240, 121, 240),
    ],
)
def test_the_window_is_never_closed_in_the_past(minutes: int, after: int, ends: int) -> None:
    assert rules.new_end(START, minutes, END, START + after * MINUTE) == START + ends * MINUTE


@pytest.mark.parametrize("method", list(SignInMethod))
@pytest.mark.parametrize(("moved", "late"), [(0, True), (4, True), (5, False), (30, False), (-15, True)])
def test_late_is_reckoned_by_the_new_start(method: SignInMethod, moved: int, late: bool) -> None:
    """14:45 for 14:30, ten minutes of grace: by button, word and code; what was entered by hand stays."""
    at, start = START + 15 * MINUTE, START + moved * MINUTE
    by_oneself = method in rules.BY_ONESELF
    for had in (PRESENT, LATE):
        now = rules.reckoned(had, method, at, start, 10)
        assert now is ((LATE if late else PRESENT) if by_oneself else had)
    assert rules.reckoned(ONLINE, method, at, start, 10) is ONLINE
    assert rules.reckoned(AttendanceStatus.ABSENT, method, at, start, 10) is AttendanceStatus.ABSENT


def test_replies_until_the_earlier_of_both() -> None:
    assert rules.reply_until(START, END) == rules.reply_until(END, START) == START


@pytest.mark.parametrize(
    ("changed", "before", "after"),
    [(["place"], True, False), (["time"], True, False), (["people"], True, False), (["title", "note"], False, False)],
)
def test_what_is_never_a_quiet_change(changed: list[str], before: bool, after: bool) -> None:
    assert rules.must_tell(changed, START, START - SECOND) is before
    assert rules.must_tell(changed, START, START) is after
