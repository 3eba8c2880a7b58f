"""What a vote comes to, at its limits: the quorum of each motion, validity, who is elected, and the words of it."""

import pytest

from bot.kit.votes import written
from bot.kit.voting import Ballots, Elected, Outcome, Seats, Votes, elect, has_quorum, least_present, vote_words
from storage.choices import Motion, Opinion

ACCEPT, CONVERT, RESOLUTION, ELECTION = Motion


@pytest.mark.parametrize(
    ("motion", "expected", "fewest"),
    [
        # 半数以上 includes the half, 超过半数 does not (D18).
        (RESOLUTION, 22, 11),
        (RESOLUTION, 23, 12),
        (ACCEPT, 22, 12),
        (CONVERT, 22, 12),
        (ACCEPT, 23, 12),
        (ELECTION, 20, 16),
        (ELECTION, 22, 18),
        (RESOLUTION, 1, 1),
        (ACCEPT, 1, 1),
        (ACCEPT, 2, 2),
        (RESOLUTION, 2, 1),
        (ELECTION, 4, 4),
        (ELECTION, 5, 4),
    ],
)
def test_a_quorum_begins_at_its_limit(motion: Motion, expected: int, fewest: int) -> None:
    assert has_quorum(motion, expected, fewest)
    assert not has_quorum(motion, expected, fewest - 1)
    assert least_present(motion, expected) == fewest


@pytest.mark.parametrize("motion", list(Motion))
def test_without_voters_there_is_no_quorum(motion: Motion) -> None:
    assert not has_quorum(motion, 0, 0)


@pytest.mark.parametrize(
    ("motion", "present", "in_favour", "in_writing", "valid", "passed"),
    [
        (ACCEPT, 20, 19, 1, True, True),
        # Written opinions count for people, and carry what the room alone does not.
        (ACCEPT, 12, 11, 0, True, False),
        (ACCEPT, 12, 11, 1, True, True),
        (CONVERT, 12, 11, 1, True, True),
        (ACCEPT, 11, 11, 9, False, False),
        # An ordinary resolution counts the room alone.
        (RESOLUTION, 11, 11, 9, True, False),
        (RESOLUTION, 12, 12, 0, True, True),
        (RESOLUTION, 10, 10, 0, False, False),
    ],
)
def test_more_than_half_of_those_expected(
    motion: Motion, present: int, in_favour: int, in_writing: int, valid: bool, passed: bool
) -> None:
    one = Outcome(motion, 22, present, Votes(in_favour, 0, present - in_favour), Votes(in_writing))
    assert (one.valid, one.passed) == (valid, passed)


@pytest.mark.parametrize(
    ("issued", "returned", "valid", "good"),
    [(20, 20, 20, True), (20, 19, 18, True), (19, 20, 20, False), (21, 21, 21, False), (20, 19, 20, False)],
)
def test_an_election_is_valid_with_no_more_ballots_than_were_handed_out(
    issued: int, returned: int, valid: int, good: bool
) -> None:
    one = Outcome(ELECTION, 22, 20, ballots=Ballots(issued, returned, valid), seats=Seats(1, ("甲一",)))
    assert (one.valid, one.passed, one.in_favour) == (good, good, None)


def test_an_election_passes_with_all_seats_filled() -> None:
    ballots = Ballots(20, 20, 20)
    assert not Outcome(ELECTION, 22, 20, ballots=ballots).passed
    assert not Outcome(ELECTION, 22, 20, ballots=ballots, seats=Seats(2, ("甲一",))).passed
    assert Outcome(ELECTION, 22, 20, ballots=ballots, seats=Seats(2, ("甲一", "乙一"))).passed
    assert not Outcome(ELECTION, 22, 17, ballots=Ballots(17, 17, 17), seats=Seats(1, ("甲一",))).passed


@pytest.mark.parametrize(
    ("votes", "present", "seats", "elected"),
    [
        ({}, 20, 1, {}),
        ({1: 10}, 20, 1, {1: "no"}),
        ({1: 11}, 20, 1, {1: "yes"}),
        ({1: 15, 2: 12}, 20, 1, {1: "yes", 2: "no"}),
        ({1: 15, 2: 15}, 20, 1, {1: "tied", 2: "tied"}),
        ({1: 18, 2: 15, 3: 15, 4: 12}, 20, 2, {1: "yes", 2: "tied", 3: "tied", 4: "no"}),
        ({1: 15}, None, 1, {1: "no"}),
        ({1: 15, 2: 12}, 20, None, {1: "yes", 2: "yes"}),
    ],
)
def test_who_is_elected(votes: dict[int, int], present: int | None, seats: int | None, elected: dict[int, str]) -> None:
    assert elect(votes, present, seats, True) == {one: Elected(word) for one, word in elected.items()}
    assert set(elect(votes, present, seats, False).values()) <= {Elected.NO}


FOR, AGAINST = Opinion.FOR, Opinion.AGAINST


@pytest.mark.parametrize(
    ("totals", "writers", "came", "left"),
    [
        ((1, 0, 0), {4: FOR}, [], (1, 0, 0)),
        ((1, 0, 0), {4: FOR}, [4], (0, 0, 0)),
        ((2, 1, 0), {4: FOR, 5: FOR, 6: AGAINST}, [6], (2, 0, 0)),
        # Of secret ones it is not known whose was which: none may count that cannot be of who is away.
        ((2, 1, 0), {4: None, 5: None, 6: None}, [], (2, 1, 0)),
        ((2, 1, 0), {4: None, 5: None, 6: None}, [6], (1, 1, 0)),
        ((1, 0, 0), {4: None, 5: None}, [5], (1, 0, 0)),
        ((0, 2, 0), {4: None, 5: None}, [4, 5], (0, 0, 0)),
        # An archive may say totals alone.
        ((3, 0, 0), {}, [], (3, 0, 0)),
    ],
)
def test_whose_opinion_still_counts(
    totals: tuple[int, int, int], writers: dict[int, Opinion | None], came: list[int], left: tuple[int, int, int]
) -> None:
    assert written(Votes(*totals), writers, came) == Votes(*left)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            Outcome(ACCEPT, 22, 20, Votes(19, 0, 1), Votes(1)),
            "表决情况：应到会有表决权22人，到会20人；赞成19票，反对0票，弃权1票；书面意见：赞成1票，合计赞成20票。通过。",
        ),
        (
            Outcome(RESOLUTION, 22, 20, Votes(11, 9, 0), Votes(9)),
            "表决情况：应到会有表决权22人，到会20人；赞成11票，反对9票，弃权0票。未通过。",
        ),
        (
            Outcome(CONVERT, 22, 11, Votes(11, 0, 0)),
            "表决情况：应到会有表决权22人，到会11人；赞成11票，反对0票，弃权0票。到会未超过半数，表决无效。",
        ),
        (Outcome(ACCEPT, 22, 0, counted=False), "表决情况：应到会有表决权22人，到会0人；尚未计票。"),
        (
            Outcome(ELECTION, 22, 20, ballots=Ballots(20, 20, 19), seats=Seats(2, ("甲一", "乙一"))),
            "选举情况：应到会有表决权22人，到会20人；发出选票20张，收回20张，有效19张。"
            "选举有效，应选2名，当选2名：甲一、乙一。",
        ),
        (
            Outcome(ELECTION, 22, 20, ballots=Ballots(20, 21, 19)),
            "选举情况：应到会有表决权22人，到会20人；发出选票20张，收回21张，有效19张。选举无效。",
        ),
    ],
)
def test_it_is_said_in_one_line(one: Outcome, said: str) -> None:
    assert vote_words(one) == said
