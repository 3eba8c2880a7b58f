"""Decisions about minutes: when they are due, what they have to say, what they leave out. Plain values."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.templates import Template
from scheduler.calendar.days import Calendar
from storage.choices import ActivityStatus, ActivityType, MinutesForm, MinutesState, Organizer, Scope

MORNING = time(9)
# Working days after the end: on which one is asked, and the last on which they are in time (R45).
ASKED, DUE = (1, 3), 3
# What decides something: their minutes say what was resolved.
MEETINGS = frozenset({
    ActivityType.MEMBERS_MEETING, ActivityType.COMMITTEE_MEETING, ActivityType.GROUP_MEETING,
    ActivityType.ORGANIZATIONAL_LIFE_MEETING, ActivityType.DEMOCRATIC_APPRAISAL,
})  # fmt: skip
# The parts that somebody writes, in their order, by their word in the form and as headings of the paper.
PARTS: Mapping[str, str] = {
    "agenda": "议程", "speeches": "发言要点", "resolutions": "决议", "tasks": "落实责任人及时限",
}  # fmt: skip
# What else stands in a paper: its other headings, what an empty part says, how its last line and its tasks begin.
FIRST_AGENDA, VOTES, FILES = "第一议题", "表决情况", "附件"
NOTHING, SIGNED, TASK_HEADS = "无", "主持人（签字）", ("事项", "责任人", "时限")
_BLANKS = re.compile(r"[\s、，。；：“”《》（）()]+")


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody of the roster by number, else by name; with neither it is the gist of all."""

    text: str
    person_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes of one component."""

    form: MinutesForm = MinutesForm.TYPED
    agenda: tuple[str, ...] = ()
    speeches: tuple[Speech, ...] = ()
    resolutions: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()

    def with_(self, part: str, value: Any) -> "Written":
        return replace(self, **{part: value})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One component of an activity of which minutes are asked; word: as its branch calls it.

    state None: nothing of it is there yet.
    """

    component: ActivityType
    word: str
    state: MinutesState | None = None

    @property
    def lacks(self) -> bool:
        return self.state is not MinutesState.FINAL


@dataclass(frozen=True, slots=True)
class Asked:
    """What the clock goes by: the days on which one is asked, and the last day."""

    days: tuple[date, ...]
    due: date


def asked(known_on: date, calendar: Calendar) -> Asked:
    """`known_on`: the day of the end, or on which it was entered afterwards."""
    days = tuple(calendar.working_day_after(known_on, number) for number in ASKED)
    return Asked(days, calendar.working_day_after(known_on, DUE))


def is_asked_of(status: ActivityStatus, organizer: Organizer, scope: Scope) -> bool:
    """Of what took place and was the branch's own or joint (D2), its roll called or not."""
    took_place = status in (ActivityStatus.PLANNED, ActivityStatus.HELD)
    return took_place and organizer in (Organizer.OWN_BRANCH, Organizer.JOINT) and scope is not Scope.DELEGATED


# --- what is missing -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """What of R45 is known without being written: place, host, recorder, whether the roll is settled, what else says
    what it was about (第一议题, 研讨题目, 党课) and who spoke.
    """

    component: ActivityType
    place: str = ""
    host: str = ""
    recorder: str = ""
    settled: bool = False
    subjects: tuple[str, ...] = ()
    votes: bool = False
    files: int = 0


def with_said(facts: Facts, said: Mapping[str, str]) -> Facts:
    """With place, host and recorder as they are about to be: what stands already stays."""
    place, host, recorder = (getattr(facts, key) or said.get(key, "") for key in ("place", "host", "recorder"))
    return replace(facts, place=place, host=host, recorder=recorder)


def lacking(written: Written, facts: Facts) -> list[str]:
    """What R45 demands and nobody but its writer can know, in words. Minutes on paper or in a file hold it there."""
    found = [
        word for word, there in (("地点", facts.place), ("主持人", facts.host), ("记录人", facts.recorder)) if not there
    ]
    if not facts.settled:
        found.append("考勤登记")
    if written.form is MinutesForm.FILE:
        return [*found, *([] if facts.files else ["附件"])]
    if written.form is MinutesForm.PAPER:
        return found
    if not (written.agenda or facts.subjects):
        found.append(PARTS["agenda"])
    if not written.speeches:
        found.append(PARTS["speeches"])
    if facts.component in MEETINGS and not (written.resolutions or facts.votes):
        found.append(PARTS["resolutions"])
    return found


# A point that is the word of a part is there when the part is.
_OF_PART = {"议题": "agenda", "议程": "agenda", "发言": "speeches", "讨论": "speeches", "决议": "resolutions",
            "决定": "resolutions", "责任人": "tasks", "时限": "tasks", "落实": "tasks"}  # fmt: skip
_OF_FACT = ("时间", "地点", "主持", "记录", "应到", "实到", "缺席", "列席", "签到", "表决")


def unmentioned(template: Template, written: Written, facts: Facts, more: Collection[ActivityType]) -> list[str]:
    """The required parts and record points of which the minutes say nothing: asked about, never refused. `more`: what
    else the activity is made of.
    """
    if written.form is not MinutesForm.TYPED:
        return []
    texts = "".join(_bare(text) for text in [*_texts(written), *facts.subjects])
    words = [*template.required, *template.points]
    return [word for word in dict.fromkeys(words) if not _is_said(word, texts, written, more)]


def _is_said(word: str, texts: str, written: Written, more: Collection[ActivityType]) -> bool:
    if any(known in word for known in _OF_FACT) or word in {ACTIVITY_TYPES[one] for one in more}:
        return True
    parts = [part for said, part in _OF_PART.items() if said in word]
    return _bare(word) in texts or any(getattr(written, part) for part in parts)


def _bare(text: str) -> str:
    return _BLANKS.sub("", text)


def _texts(written: Written) -> Iterable[str]:
    return (
        *written.agenda,
        *(one.text for one in written.speeches),
        *written.resolutions,
        *(one.text for one in written.tasks),
    )


# What a paper of ours is called, also as its second copy.
_PAPER_NAME = re.compile(r"记录\d{8}.*\.docx$", re.IGNORECASE)


def is_called_like_a_paper(file_name: str) -> bool:
    return _PAPER_NAME.search(file_name) is not None


# --- differences -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What a paper that came back says, by part; a part that it has not is not in it.

    unread: the headings of what somebody has added, and nobody reads. alien: it is no paper of ours.
    """

    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unread: Sequence[str] = ()

    @property
    def alien(self) -> bool:
        return not self.parts


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A paper that came back. activity_id: of which it says that it is, None where it does not say."""

    found: Mapping[ActivityType, Found] = field(default_factory=dict)
    activity_id: int | None = None


def differing(before: Mapping[str, Sequence[str]], found: Found) -> dict[str, tuple[list[str], list[str]]]:
    """By part: the lines that come to it, and those that go. An empty part says 无, as does one whose only
    line that is.
    """
    changed = {}
    for part, lines in found.parts.items():
        old, new = list(before.get(part, ())), list(lines)
        if old != (new or ([NOTHING] if old == [NOTHING] else [])):
            changed[part] = ([one for one in new if one not in old], [one for one in old if one not in new])
    return changed
