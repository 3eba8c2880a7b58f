"""What is counted of tests (S49-S51, D13): who sat each, the average, who is missing; names with scores to few."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.features.exams import messages
from bot.features.exams.rules import Sat, as_number, average
from bot.features.exams.service import ExamFigures, exam_figures
from bot.kit.access import Reach, Right, reach
from bot.kit.figure_words import aside, with_names
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Lacking,
    Look,
    Record,
    Section,
    Shown,
    Source,
    Together,
    codes,
    fixed,
)
from bot.kit.group_scope import LATEST
from bot.kit.rates import percent, plain
from bot.kit.words import short_day
from scheduler.calendar.days import local_day
from storage.audience import Me

Exams = Mapping[int, ExamFigures]


def _exams(counting: Counting) -> Exams:
    """By id, each as it counts at the cut-off of its own quarter (D27)."""
    found, latest = counting.each(_of_branches), counting.of(LATEST)
    if latest is None:
        return found
    return {key: replace(one, counted=one.counted.among(latest)) for key, one in found.items()}


def _of_branches(of: Together) -> dict[int, Exams]:
    return {**exam_figures(of.session, of.counts, of.slices, local_day(of.now, of.tz))}


def _lacking(counting: Counting, found: Exams) -> Iterable[Lacking]:
    """Who is missing once its day is over; of a test without any score nobody knows yet."""
    for one in found.values():
        if one.over and one.counted.sat:
            yield Lacking(f"{one.exam.title}，未参加", one.counted.not_sat)


EXAMS = Source("exams", _exams, _lacking)


def _named(one: ExamFigures) -> dict[str, Any]:
    said = one.counted
    return {
        "examinees": len(said.sat),
        "score_sum": as_number(sum(said.scores)),
        "average": said.average,
        "expected": len(said.expected),
        "participation_rate": said.participation_rate,
        "not_sat": sorted(codes("P", said.not_sat)),
        "passed": len(said.passed),
        "highest": as_number(max(said.scores)) if said.scores else None,
        "lowest": as_number(min(said.scores)) if said.scores else None,
    }


def _behind(rows: Sequence[tuple[int, ExamFigures]]) -> Mapping[str, Sequence[str]]:
    return {path: listed for key, one in rows for path, listed in _behind_one(f".E{key}", one)}


def _behind_one(path: str, one: ExamFigures) -> Iterable[tuple[str, Sequence[str]]]:
    """Attempts are known by the test and the person (docs/archive.md): E1/P1/formal."""
    yield f"{path}.examinees", [f"E{one.exam.id}/P{sat.person_id}/{sat.kind}" for sat in _by_person(one)]
    yield f"{path}.expected", codes("P", one.counted.expected)
    yield f"{path}.not_sat", codes("P", one.counted.not_sat)


def _by_person(one: ExamFigures) -> Sequence[Sat]:
    return sorted(one.counted.sat, key=lambda sat: sat.person_id or 0)


def _show(look: Look, rows: Sequence[tuple[int, ExamFigures]]) -> Shown:
    """Who sat each and who is missing, without scores."""
    people = {person for _, one in rows for person in (*one.counted.expected, *_sat(one))}
    called = look.called(people)
    return (), [Record("\n".join(_lines(one, called))) for _, one in rows]


def _sat(one: ExamFigures) -> list[int]:
    return [sat.person_id or 0 for sat in one.counted.sat]


def _lines(one: ExamFigures, called: Mapping[int, str]) -> list[str]:
    title = f"{short_day(one.exam.held_on)}　{one.exam.title}"
    missing = one.counted.not_sat if one.over else ()
    return [
        *messages.shown_figure(title, one.counted),
        *with_names(called, ("已参加", _sat(one)), ("未参加", missing), ("其中缺考", one.counted.absent)),
    ]


def _show_scores(look: Look, rows: Sequence[ExamFigures]) -> Shown:
    """Each with the scores that count, in the order of the roster: to who reads scores."""
    called = look.called({person for one in rows for person in _sat(one)})
    return (), [Record("\n".join(_scores(one, called))) for one in rows if one.counted.sat]


def _scores(one: ExamFigures, called: Mapping[int, str]) -> list[str]:
    head = f"{short_day(one.exam.held_on)}　{one.exam.title}：平均{plain(one.counted.average)}分"
    return [head, f"　{'、'.join(messages.scores_of(one.counted, called))}"]


def _average(rows: Sequence[ExamFigures]) -> Decimal | None:
    """Over the attempts; of tests with different full scores there is none."""
    sat = [one for one in rows if one.counted.sat]
    if len({one.exam.full_score for one in sat}) != 1:
        return None
    return average([score for one in sat for score in one.counted.scores])


def _reads_scores(me: Me) -> bool:
    return reach(me, Right.SEE_SCORES) is Reach.ALL


def _of_the_branch(me: Me) -> bool:
    """The average of a party group's few would tell the scores."""
    return reach(me, Right.TALLY) is not Reach.OWN_GROUP


def _rates(value: Mapping[str, Any]) -> str:
    """（实考22人次，参加率95.7%）"""
    sat = sum(one["examinees"] for one in value.values())
    rated = [one for one in value.values() if one["participation_rate"] is not None]
    only = [f"参加率{percent(rated[0]['participation_rate'])}"] if len(rated) == 1 else []
    return aside([*([f"实考{sat}人次"] if sat else []), *only])


FIGURES = fixed(
    Figure(
        "exams",
        "考试",
        "次",
        Section.STUDY,
        Behaviour.ADDITIVE,
        "在这段时间举行的考试；每人计正考成绩，没有正考的计补考成绩，重考和非党员不计；免于考勤的同志参加的计入平均分，不计入参加率",
        of=EXAMS,
        rows=lambda found: list(found.items()),
        value=lambda rows: {f"E{key}": _named(one) for key, one in rows},
        number=len,
        behind=_behind,
        show=_show,
        more=_rates,
        quiet=True,
        undivided=True,
    ),
    Figure(
        "exam_average",
        "考试平均成绩",
        "分",
        Section.STUDY,
        Behaviour.AVERAGE,
        "计入统计的各次成绩之和除以人次，满分不同的考试不合并计算",
        of=EXAMS,
        rows=lambda found: list(found.values()),
        value=_average,
        number=lambda value: value,
        said=lambda value: f"{plain(value)}分",
        show=_show_scores,
        quiet=True,
        # Of a group's few it would tell the scores, to whoever reads none.
        undivided=True,
        further=True,
        opens_to=_reads_scores,
        told_to=_of_the_branch,
    ),
)
