"""What is typed of minutes, a line each, or stands so in a paper: read into parts, and said so that it is read."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from bot.features.minutes.rules import PARTS, Speech, Task, Written
from bot.kit.names import called, clean_name
from bot.kit.refusal import Refusal
from bot.kit.typed_days import the_day
from bot.kit.words import full_day
from storage.roster import Member

LONGEST_NAME, LONGEST_TEXT, MOST = 50, 2000, 60
_NUMBER = re.compile(r"^\d{1,3}(?:[.．](?!\d)|、)\s*")
# Whoever speaks stands before the first colon, in a few letters without marks.
_SPEAKER = re.compile(r"^(?P<name>[^：:，,。；;、]{1,20})[：:]\s*(?P<text>.+)$")
_FIELDS = re.compile(r"[；;]")


def unnumbered(text: str) -> str:
    return _NUMBER.sub("", text.strip())


def plain(part: str, lines: Iterable[str]) -> list[str]:
    """Agenda and resolutions: a line is one of them."""
    return _fitting(part, [*filter(None, map(unnumbered, lines))])


def _fitting(part: str, lines: list[str]) -> list[str]:
    word = PARTS[part]
    if not lines:
        raise Refusal(f"请发送{word}，一行一条。")
    if len(lines) > MOST or any(len(line) > LONGEST_TEXT for line in lines):
        raise Refusal(f"{word}最多{MOST}条，每条不超过{LONGEST_TEXT}字。")
    return lines


def speeches(
    lines: Iterable[str], members: Sequence[Member], stands: Mapping[str, Sequence[Speech]] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """甲三：…… of the roster by number, another name as it stands; a line without a speaker is the gist of all. A line
    that stands is whose it was (by_line), also where the roster no longer says who that is.
    """
    found, left = [], {line: list(said) for line, said in stands.items()}
    for line in _fitting("speeches", [*filter(None, map(unnumbered, lines))]):
        if left.get(line):
            found += answer("speeches", Written(speeches=(left[line].pop(0),)))
            continue
        said = _SPEAKER.match(line)
        name = clean_name(said["name"]).removesuffix("同志") if said is not None else ""
        known = called(members, name) if name else []
        person = known[0].id if len(known) == 1 else None
        text = said["text"] if said is not None else line
        found.append({"text": text, "person": person, "name": "" if person is not None else name})
    return found


def by_line(said: Written, names: Mapping[int, str]) -> Mapping[str, Sequence[Speech]]:
    """The speeches by the line that is typed of them; of two that say the same, in their order."""
    found: dict[str, list[Speech]] = defaultdict(list)
    for one in said.speeches:
        found[unnumbered(speech_words(one, names))].append(one)
    return found


def namesakes(said: Written, members: Sequence[Member]) -> dict[str, int]:
    """The names of speakers that more than one has, and how many: whose speech it is they do not say."""
    many = {one.name: len(called(members, one.name)) for one in said.speeches if one.name and one.person_id is None}
    return {name: found for name, found in many.items() if found > 1}


def tasks(lines: Iterable[str], today: date) -> list[dict[str, Any]]:
    """事项；责任人；时限, the last two may be left out."""
    return [_task(line, today) for line in _fitting("tasks", [*filter(None, map(unnumbered, lines))])]


def _task(line: str, today: date) -> dict[str, Any]:
    text, *more = [one.strip() for one in _FIELDS.split(line)]
    due = more.pop() if len(more) > 1 or (more and any(sign.isdigit() for sign in more[-1])) else ""
    owner = "、".join(filter(None, more))
    if not text or len(owner) > LONGEST_NAME:
        raise Refusal("请这样发送：整理学习心得；甲二；10月10日。")
    # A day with 前 behind it is that day.
    day = the_day(due.removesuffix("前").removesuffix("（含）"), today, "10月10日") if due else None
    return {"text": text, "owner": owner, "due_on": day.isoformat() if day is not None else None}


# --- to what is kept, and back -------------------------------------------------------------------------------------


def kept(part: str, value: Sequence[Any]) -> Sequence[Any]:
    """The answer of the form as the service takes it."""
    if part == "speeches":
        return [Speech(one["text"], one["person"], one["name"]) for one in value]
    if part == "tasks":
        return [Task(one["text"], one["owner"], _day(one["due_on"])) for one in value]
    return list(value)


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def answer(part: str, said: Written) -> list[Any]:
    """What stands as an answer of the form."""
    if part == "speeches":
        return [{"text": one.text, "person": one.person_id, "name": one.name} for one in said.speeches]
    if part == "tasks":
        return [
            {"text": one.text, "owner": one.owner, "due_on": one.due_on.isoformat() if one.due_on else None}
            for one in said.tasks
        ]
    return list(getattr(said, part))


def said_lines(part: str, said: Written, names: Mapping[int, str]) -> list[str]:
    """Line by line, as it is typed."""
    if part == "speeches":
        return [speech_words(one, names) for one in said.speeches]
    if part == "tasks":
        return ["；".join(filter(None, [one.text, one.owner, day_said(one)])) for one in said.tasks]
    return list(getattr(said, part))


def speech_words(one: Speech, names: Mapping[int, str]) -> str:
    """甲三：……; the gist of all as it stands."""
    name = names.get(one.person_id or 0, "") or one.name
    return f"{name}：{one.text}" if name else one.text


def day_said(one: Task) -> str:
    """2023年10月10日: it stands on paper for ever."""
    return full_day(one.due_on) if one.due_on is not None else ""
