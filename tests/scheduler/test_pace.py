"""The pace in virtual time: evenly under the limits, slower when refused, and back."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.pace import Pace

START = datetime(2023, 9, 26, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def send(pace: Pace, chats: list[int], now: datetime = START) -> list[datetime]:
    """When each message of the list goes, one after the other."""
    times = []
    for chat in chats:
        while (ready := max(pace.open(now), pace.ready(chat, now))) > now:
            now = ready
        pace.take(chat, now)
        times.append(now)
    return times


def most(times: list[datetime], window: timedelta) -> int:
    """The most that lie in any window of this length."""
    return max(sum(start <= time < start + window for time in times) for start in times)


def test_many_chats_go_evenly_just_under_thirty_a_second() -> None:
    times = send(Pace(), list(range(1, 301)))
    assert most(times, SECOND) <= 30
    assert most(times, SECOND / 10) <= 4
    assert times[-1] - times[0] < timedelta(seconds=300 / 29)


def test_one_person_gets_one_a_second() -> None:
    assert send(Pace(), [7] * 4) == [START + SECOND * number for number in range(4)]


def test_a_group_gets_at_most_twenty_in_any_minute() -> None:
    times = send(Pace(), [-7] * 60)
    assert most(times, timedelta(minutes=1)) <= 20
    assert most(times, SECOND) == 1
    assert times[4] - times[0] == SECOND * 4


def test_the_forecast_is_what_happens() -> None:
    pace = Pace(rate=1000)
    chats = [-7] * 12 + [7] * 3
    forecast = pace.forecast(chats, START)
    assert forecast == send(pace, chats[:12]) + [START + SECOND * number for number in range(3)]
    pace = Pace()
    pace.refuse(8, SECOND * 9, START)
    assert pace.forecast([8, 9], START) == [START + SECOND * 9, START]


def test_one_refused_chat_rests_alone() -> None:
    pace = Pace()
    pace.refuse(7, timedelta(seconds=30), START)
    assert pace.ready(7, START) == START + SECOND * 30
    assert pace.ready(8, START) == pace.open(START) == START
    assert pace.rate == pytest.approx(29.5)


def refused_by_two(pace: Pace, now: datetime = START) -> None:
    """As a bot that is too fast is; everybody rests until three seconds after the second."""
    pace.refuse(7, SECOND * 3, now)
    pace.refuse(8, SECOND * 3, now + SECOND)


def test_two_refused_chats_slow_everybody_down_to_just_under_the_limit() -> None:
    pace = Pace()
    refused_by_two(pace)
    assert pace.open(START + SECOND) == START + SECOND * 4
    assert pace.rate == 28
    times = send(pace, list(range(100, 2100)), START + SECOND)
    a_second = Counter((time - START) // SECOND for time in times)
    assert {27, 28, 29} >= {a_second[second] for second in range(5, 60)}


def test_what_is_heard_while_everybody_rests_makes_nothing_slower() -> None:
    pace = Pace()
    refused_by_two(pace)
    for chat in range(9, 30):
        pace.refuse(chat, SECOND * 3, START + SECOND * 2)
    assert pace.rate == 28
    assert pace.open(START + SECOND * 2) == START + SECOND * 5


def test_refused_again_it_falls_further_and_recovers() -> None:
    pace = Pace()
    refused_by_two(pace)
    refused_by_two(pace, START + SECOND * 6)
    assert pace.rate == pytest.approx(28 * 0.7)
    times = send(pace, list(range(100, 2100)), START + SECOND * 7)
    a_second = Counter((time - START) // SECOND for time in times)
    assert a_second[11] <= 22
    assert 26 <= a_second[60] <= 28
    assert pace.rate == 28


def test_refusals_far_apart_are_not_one() -> None:
    pace = Pace()
    pace.refuse(7, timedelta(seconds=3), START)
    pace.refuse(8, timedelta(seconds=3), START + SECOND * 3)
    assert pace.open(START + SECOND * 3) == START + SECOND * 3


def test_a_few_refused_for_a_moment_slow_nobody_down() -> None:
    pace = Pace()
    for number in range(1000):
        pace.accept()
        if number % 50 in (0, 1):
            pace.refuse(number, SECOND, START)
    assert pace.rate == pytest.approx(29.5)


@pytest.mark.parametrize("every", [1, 16])
def test_many_refused_slow_everybody_down_however_short_they_are_to_wait(every: int) -> None:
    pace = Pace()
    for number in range(100):
        pace.refuse(number, SECOND, START) if number % every == 0 else pace.accept()
    assert pace.rate < 29
    assert pace.open(START) >= START + SECOND


def test_one_chat_that_is_refused_again_and_again_slows_nobody_down() -> None:
    pace = Pace()
    for _ in range(20):
        pace.refuse(7, SECOND * 30, START)
    assert pace.rate == pytest.approx(29.5)


def test_messages_that_were_held_up_leave_no_faster_than_the_limit() -> None:
    pace = Pace()
    on_time = [pace.begin(START + SECOND / 29.5 * number) for number in range(60)]
    assert on_time == [START + SECOND / 29.5 * number for number in range(60)]
    late = [pace.begin(START + SECOND * 3) for _ in range(30)]
    times = on_time + late
    assert most(times, SECOND) <= 30
    assert most(late, SECOND / 20) <= 3
    assert late[0] == START + SECOND * 3
    assert pace.begin(START - SECOND * 3600) == START - SECOND * 3600


def test_the_rate_never_falls_to_nothing() -> None:
    pace = Pace()
    for number in range(100):
        pace.refuse(number, SECOND, START + SECOND * 2 * number)
    assert pace.rate == 1


def test_no_connection_holds_everybody_for_a_moment() -> None:
    pace = Pace()
    pace.offline(START)
    assert START < pace.open(START) <= START + SECOND * 5


def test_chats_at_rest_are_forgotten() -> None:
    pace = Pace(rate=1000)
    send(pace, list(range(20_000)))
    assert len(pace._chats) < 7_000
