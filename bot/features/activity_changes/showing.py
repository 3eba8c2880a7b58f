"""Before and after, side by side: 地点：三楼会议室 → 二楼会议室."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.details import LECTURERS, OUTSIDE
from bot.features.activities.forms import LENGTHS
from bot.features.activity_changes.rules import WORDS, State, differing
from bot.kit.activity_words import type_words
from bot.kit.glossary.choices import LEVELS, MODES, ORGANIZERS
from bot.kit.words import moment_words
from storage.choices import Level, Mode, Organizer
from storage.models.entry import Entry
from storage.models.person import Person

NOTHING = "无"
PEOPLE = ("host", "recorder", "lecturer")
_CHOSEN: Mapping[str, Mapping[str, str]] = {
    "organizer": {one.value: ORGANIZERS[one] for one in Organizer},
    "organizer_level": {one.value: LEVELS[one] for one in Level},
    "mode": {one.value: MODES[one] for one in Mode},
    "lecturer_of": LECTURERS,
    "length": LENGTHS,
}


def lines(session: Session, branch_id: int, was: State, now: State, tz: tzinfo) -> list[str]:
    """Only what differs, in the order of the fields."""
    changed = differing(was, now)
    named = _named(session, branch_id, (was, now))
    shown = [key for key in changed if key != "reply_time" or "reply_day" not in changed]
    return [f"{WORDS[key]}：{_words(key, was, named, tz)} → {_words(key, now, named, tz)}" for key in shown]


def stands(session: Session, branch_id: int, state: State, key: str, tz: tzinfo) -> str:
    """地点：三楼会议室, above the question that changes it."""
    if key not in WORDS:
        return ""
    return f"{WORDS[key]}：{_words(key, state, _named(session, branch_id, [state]), tz)}"


def _named(session: Session, branch_id: int, states: Sequence[State]) -> dict[str, str]:
    """Names of people; under `c` and its number the title of a campaign, under `t` and a code the word of a content."""
    found = {str(each) for state in states for each in (*state["people"], *(state[key] for key in PEOPLE))}
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(_numbers(found)))).all()
    campaigns = _numbers(str(state["campaign"]) for state in states)
    titles = session.execute(select(Entry.id, Entry.title).where(Entry.id.in_(campaigns))).all()
    contents = {f"t{kind.value}": word for kind, word in type_words(session, branch_id).items()}
    return {str(row.id): row.name for row in people} | {f"c{row.id}": row.title for row in titles} | contents


def _numbers(said: Iterable[str]) -> set[int]:
    return {int(one) for one in said if one.isdecimal()}


def _words(key: str, state: State, named: Mapping[str, str], tz: tzinfo) -> str:
    value = state[key]
    if key in ("reply_day", "reply_time"):
        return _reply(state, tz) or NOTHING
    if key == "types":
        return "、".join(named[f"t{one}"] for one in value) or NOTHING
    if key == "people":
        return "、".join(named.get(one, f"{one}号") for one in value) or NOTHING
    if isinstance(value, list):
        return ("；" if key == "agenda" else "、").join(value) or NOTHING
    return _one(key, value, named) or NOTHING


def _one(key: str, value: Any, named: Mapping[str, str]) -> str:
    if key in PEOPLE:
        return str(value).removeprefix(OUTSIDE) if str(value).startswith(OUTSIDE) else named.get(value, "")
    if key == "campaign":
        return named.get(f"c{value}", "")
    if key == "length":
        return _CHOSEN[key].get(value, f"{value}分钟")
    if key == "guests":
        return f"{value}人"
    return _CHOSEN.get(key, {}).get(value, value)


def _reply(state: State, tz: tzinfo) -> str:
    if not state["reply_day"]:
        return ""
    at = datetime.combine(date.fromisoformat(state["reply_day"]), time.fromisoformat(state["reply_time"]), tz)
    return moment_words(at, tz)
