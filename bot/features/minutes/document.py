"""会议（活动）记录 as docx: one component, or all of an activity with a page each (reading.py reads it back)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.features.minutes.known import Known
from bot.features.minutes.lines import day_said, speech_words, unnumbered
from bot.features.minutes.rules import (
    FILES,
    FIRST_AGENDA,
    MEETINGS,
    NOTHING,
    PARTS,
    SIGNED,
    TASK_HEADS,
    VOTES,
    Task,
    Written,
)
from bot.features.minutes.service import title_of
from bot.kit import paper
from bot.kit.words import day_words

# Millimetres.
_FACTS, _TASKS = (32, 44, 26, 54), (86, 35, 35)
NUMERALS = "一二三四五六七八九十"


def made(parts: Sequence[tuple[Known, Written, Sequence[str], Mapping[int, str]]], activity_id: int) -> bytes:
    """The paper. Each part: what is known, what is written, what files there are, who the speakers are by number."""
    known = [one.component.value for one, _, _, _ in parts]
    here = paper.begun(f"minutes:{activity_id}:{','.join(known)}")
    for number, (facts, said, files, names) in enumerate(parts):
        paper.title(here, title_of(facts.component), new_page=number > 0)
        _component(here, facts, said, files, names)
    return paper.done(here)


def _component(here: Any, known: Known, said: Written, files: Sequence[str], names: Mapping[int, str]) -> None:
    paper.facts(here, _facts(known), _FACTS)
    sections = [
        (word, lines) for word, lines in _sections(known, said, files, names) if lines or word in _always(known)
    ]
    for number, (word, lines) in enumerate(sections, 1):
        paper.add(here, f"{NUMERALS[number - 1]}、{word}", paper.FIRST)
        if word == PARTS["tasks"] and said.tasks:
            paper.table(here, _TASKS, [TASK_HEADS, *map(_task, said.tasks)])
        else:
            for line in lines or [NOTHING]:
                paper.add(here, line)
    paper.add(here, "", paper.LINE)
    paper.add(here, f"{SIGNED}：　　　　　　记录人（签字）：", paper.LINE)


# What stands there also when nothing was written: it is filled in at the desk.
def _always(known: Known) -> frozenset[str]:
    usual = frozenset({PARTS["agenda"], PARTS["speeches"], PARTS["tasks"]})
    return usual | {PARTS["resolutions"]} if known.component in MEETINGS else usual


def _facts(known: Known) -> list[Sequence[str]]:
    """The head: what nobody has to write, in the order of the ledger."""
    day = known.start_at.date()
    until = (
        f"{known.end_at:%H:%M}"
        if known.end_at.date() == day
        else f"{day_words(known.end_at.date())}{known.end_at:%H:%M}"
    )
    guests = [f"另有来宾{known.guests}人"] if known.guests else []
    came = f"{known.present}人（正式党员{known.full}人，预备党员{known.probationary}人）" if known.settled else ""
    return [
        ("名称", known.title),
        ("类别", known.word, "地点", known.place),
        ("起止时间", f"{day.year}年{day_words(day)}{known.start_at:%H:%M}至{until}"),
        ("主持人", known.host, "记录人", known.recorder),
        ("应到", f"{known.expected}人", "实到", came),
        ("缺席人员及原因", "、".join(known.away) or (NOTHING if known.settled else "")),
        ("列席人员", "，".join(filter(None, ["、".join(known.observers), *guests])) or NOTHING),
        *known.more,
    ]


def _sections(
    known: Known, said: Written, files: Sequence[str], names: Mapping[int, str]
) -> Iterator[tuple[str, Sequence[str]]]:
    yield FIRST_AGENDA, _numbered(known.first_agenda)
    yield PARTS["agenda"], _numbered(said.agenda)
    yield PARTS["speeches"], [speech_words(one, names) for one in said.speeches]
    yield PARTS["resolutions"], _numbered(said.resolutions)
    yield VOTES, known.votes
    yield PARTS["tasks"], [one.text for one in said.tasks]
    yield FILES, _numbered([*files, *known.set_of])


def _numbered(lines: Sequence[str]) -> list[str]:
    """1. ……; one alone has no number, unless it begins with one of its own that would be taken for it."""
    several = len(lines) > 1 or any(unnumbered(line) != line for line in lines)
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)] if several else list(lines)


def _task(one: Task) -> tuple[str, str, str]:
    return one.text, one.owner, day_said(one)
