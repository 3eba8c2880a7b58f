"""What is counted of votes (D18): who had one, who was there, and how it came out, by vote."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.kit.counted_votes import COUNTED_VOTES
from bot.kit.figure_words import aside
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Look,
    Record,
    Section,
    Shown,
    Source,
    codes,
    fixed,
)
from bot.kit.group_scope import GROUPS
from bot.kit.votes import Counted
from bot.kit.voting import vote_words
from bot.kit.words import cut, short_day
from scheduler.calendar.days import Quarter, local_day
from storage.models.activity import Activity

LONGEST = 60
# A vote, and the activity that it was taken at.
Row = tuple[Counted, Activity]


def _votes(counting: Counting) -> Sequence[Row]:
    """Those of the activities held in the days of the period, each by the cut-off of its own quarter (D27); to a
    leader's groups belong those of their own meetings.
    """
    groups = None if counting.only is None else counting.of(GROUPS)
    found = [one for one in counting.of(COUNTED_VOTES).held if groups is None or one[1].group_id in groups]
    return sorted(found, key=lambda one: (Quarter.of(local_day(one[1].start_at, counting.tz)), one[0].row.id))


VOTES: Source[Sequence[Row]] = Source("votes", _votes)


def _named(one: Counted) -> dict[str, Any]:
    return {
        "expected_voters": len(one.expected),
        "present_voters": len(one.present),
        "valid": one.outcome.valid,
        "for": one.outcome.in_favour,
        "passed": one.outcome.passed,
    }


def _behind(rows: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    return {
        path: listed
        for one, _ in rows
        for path, listed in (
            (f".{code(one)}.expected_voters", codes("P", one.expected)),
            (f".{code(one)}.present_voters", codes("P", one.present)),
        )
    }


def code(one: Counted) -> str:
    return f"V{one.row.id}"


def _show(look: Look, rows: Sequence[Row]) -> Shown:
    """Each with its numbers, in the order of time; nobody by name."""
    return (), [Record(_words(look, one, activity)) for one, activity in rows]


def _words(look: Look, one: Counted, activity: Activity) -> str:
    day = short_day(local_day(activity.start_at, look.counting.tz))
    return f"{day}　{cut(activity.title, LONGEST)}\n　{vote_words(one.outcome, cut(one.about, LONGEST))}"


def lines_of(counting: Counting, activity_id: int) -> list[str]:
    """How the votes of one activity came out, for its record."""
    found = [one for one, activity in counting.of(VOTES) if activity.id == activity_id]
    return [f"表决：{vote_words(one.outcome, cut(one.about, LONGEST))}" for one in found]


def _passed(votes: Mapping[str, Any]) -> str:
    """（通过2项）"""
    many = sum(bool(one["passed"]) for one in votes.values())
    return aside([f"通过{many}项"] if many else ())


FIGURES = fixed(
    Figure(
        "votes",
        "表决",
        "项",
        Section.ACTIVITIES,
        Behaviour.ADDITIVE,
        "已举行的会议上已计票的表决；应到会为当天的正式党员，不含按规定不计入的，是否有效、通过按统计截止时的考勤计",
        of=VOTES,
        value=lambda rows: {code(one): _named(one) for one, _ in rows},
        number=len,
        behind=_behind,
        show=_show,
        more=_passed,
        quiet=True,
    ),
)
