"""Which messages the clock sends in a branch: on or off, kept with the branch's settings under one name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.access import Right, require
from storage import audit
from storage.audience import Me
from storage.models.organisation import Organisation

# Among what a branch decides itself (organisation.settings).
SETTING = "sends"
STUDY_PROMPT, INTEGRITY_REMINDER, INTEGRITY_SECOND = "study_prompt", "integrity_reminder", "integrity_second"
DIGEST = "digest"
# What the digest may be set to; the others are set to true or false.
ON_25TH, NEVER = "25th", "never"
USUAL: Mapping[str, bool | str] = {
    STUDY_PROMPT: True,
    INTEGRITY_REMINDER: True,
    INTEGRITY_SECOND: False,
    DIGEST: ON_25TH,
}
# A switch stands on the page of what it switches too, for whoever plans that.
RIGHTS: Mapping[str, Right] = {
    STUDY_PROMPT: Right.MAKE_STUDY,
    INTEGRITY_REMINDER: Right.MAKE_REMINDER,
    INTEGRITY_SECOND: Right.MAKE_REMINDER,
    DIGEST: Right.SENDS,
}
_TO: Mapping[str, frozenset[bool | str]] = {
    name: frozenset({ON_25TH, NEVER}) if name == DIGEST else frozenset({True, False}) for name in USUAL
}
# Where the second line before holidays was kept before there were switches.
_BEFORE = ("holiday_timing", "second_line")


def as_set(settings: Mapping[str, Any]) -> dict[str, bool | str]:
    """What a branch's settings say of every switch; what cannot be is as good as nothing."""
    kept, timing = settings.get(SETTING), settings.get(_BEFORE[0])
    kept = kept if isinstance(kept, dict) else {}
    earlier = isinstance(timing, dict) and timing.get(_BEFORE[1]) is True
    usual = {**USUAL, INTEGRITY_SECOND: earlier}
    return {name: kept[name] if _may_be(name, kept.get(name)) else value for name, value in usual.items()}


def _may_be(name: str, value: Any) -> bool:
    """1 is no true here, although Python takes it for one."""
    return isinstance(value, bool | str) and value in _TO[name]


def read(session: Session, branch_id: int) -> dict[str, bool | str]:
    """Every switch of a branch as it stands now."""
    return as_set(session.get_one(Organisation, branch_id, populate_existing=True).settings)


def is_on(session: Session, branch_id: int, name: str) -> bool:
    """Whether the clock sends it in this branch."""
    return read(session, branch_id)[name] not in (False, NEVER)


def turn(session: Session, me: Me, name: str, value: bool | str, now: datetime) -> None:
    """Set one switch of the own branch, and note it; what stands so already leaves no line."""
    require(me, RIGHTS[name], branch_id=me.branch_id)
    value = str(value) if isinstance(value, str) else value
    if not _may_be(name, value):
        raise ValueError(f"{name} cannot be {value!r}")
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
    before = as_set(branch.settings)[name]
    if before == value:
        return
    kept = branch.settings.get(SETTING)
    branch.settings = {**branch.settings, SETTING: {**(kept if isinstance(kept, dict) else {}), name: value}}
    session.flush()
    audit.record(session, "change", SETTING, me.branch_id, now=now, by=me, changes={name: [before, value]})
