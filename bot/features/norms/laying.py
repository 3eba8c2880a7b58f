"""One rule file laid over another, and what holds on a day: the national file that comes with the program first.

A file names only the norms and keys that are otherwise: what it says of R11 is laid over R11 as it stood, and a norm
that nobody had before has to be whole.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from bot.features.norms.rule_file import ID, Attention, Deadlines, Fault, Norm, RuleFile, Rules, fault_of, part


def laid(under: Rules, content: Mapping[str, Any], faults: list[Fault] | None = None) -> Rules | None:
    """`under` with what a content says otherwise; None with the faults noted where it cannot stand.

    {"id": "R11", "default": True} takes back what units have said of it before (恢复通用要求).
    """
    found: list[Fault] = faults if faults is not None else []
    before, norms = len(found), dict(under.norms)
    for one in content.get("rules", ()):
        _lay(norms, dict(one), found)
    attention = part(Attention, {**under.attention.model_dump(), **content.get("attention", {})}, "attention", found)
    deadlines = {**under.deadlines, **content.get("deadlines", {})}
    part(Deadlines, {"values": deadlines}, "deadlines", found)
    if under.norms and any(one not in under.deadlines for one in content.get("deadlines", ())):
        found += [fault_of(f"deadlines.{one}", "is not known here") for one in deadlines if one not in under.deadlines]
    if under.norms and content.get("votes", national_votes()) != national_votes():
        found.append(fault_of("votes", "the shares of votes are fixed by the regulations"))
    found += _names_deadlines(norms, deadlines)
    return None if len(found) > before else Rules(norms, deadlines, attention, under.versions)


def _lay(norms: dict[str, Norm], said: dict[str, Any], faults: list[Fault]) -> None:
    name = said.get("id")
    if not isinstance(name, str) or ID.fullmatch(name) is None:
        faults.append(
            fault_of(f"rules.{name if isinstance(name, str) else '?'}", "id is a letter and a number, like R11")
        )
        return
    default = said.pop("default", False)
    if not isinstance(default, bool):
        faults.append(fault_of(f"rules.{name}.default", "is true, or not there"))
        return
    if default:
        usual = national().norms.get(name)
        norms.pop(name, None)
        norms |= {name: usual} if usual is not None else {}
        if set(said) == {"id"}:
            return
    base = norms[name].model_dump() if name in norms else {}
    made = part(Norm, {**base, **said}, f"rules.{name}", faults)
    norms |= {name: made} if made is not None else {}


def _names_deadlines(norms: Mapping[str, Norm], deadlines: Mapping[str, str]) -> list[Fault]:
    asked = [(one.id, one.deadline) for one in norms.values() if one.deadline is not None]
    return [
        fault_of(f"rules.{name}.deadline", "is not known here") for name, wanted in asked if wanted not in deadlines
    ]


def on(day: date, files: Sequence[RuleFile]) -> Rules:
    """What holds on a day: the national file, and over it those of the organisation that hold then, in their order."""
    rules, versions = national(), national().versions
    for one in files:
        if one.holds(day):
            # What an older version took is not lost because a newer one would refuse it now.
            rules = laid(rules, one.content) or rules
            versions = (*versions, one.version) if one.version else versions
    return Rules(rules.norms, rules.deadlines, rules.attention, versions)


@lru_cache(maxsize=1)
def _bundled() -> dict[str, Any]:
    text = resources.files("bot.features.norms").joinpath("national.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def national_votes() -> dict[str, Any]:
    votes: dict[str, Any] = _bundled()["votes"]
    return votes


@lru_cache(maxsize=1)
def national() -> Rules:
    """The default that comes with the program."""
    document = _bundled()
    norms = {one["id"]: Norm.model_validate(one) for one in document["rules"]}
    attention = Attention.model_validate(document["attention"])
    return Rules(norms, document["deadlines"], attention, (document["version"],))
