"""What the clock sends in a branch, as far as that is kept with its settings: organisation.settings["sends"].

{"digest": "never", "quiet_kinds": ["rectification_list"]}: each feature has its own name in it and leaves the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.access import Right, require
from storage import audit
from storage.audience import Me
from storage.models.organisation import Organisation

SETTING = "sends"


def kept(settings: Mapping[str, Any], name: str) -> Any:
    """What a feature keeps there; None where it is nothing, or the document is none."""
    found = settings.get(SETTING)
    return found.get(name) if isinstance(found, dict) else None


def keeping(settings: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The branch's settings with another value of it."""
    found = settings.get(SETTING)
    return {**settings, SETTING: {**(found if isinstance(found, dict) else {}), name: value}}


@dataclass(frozen=True, slots=True)
class Switch:
    """A send that goes or does not. `usual`: which of the two where a branch has not decided."""

    name: str
    usual: bool

    def read(self, settings: Mapping[str, Any]) -> bool:
        """What is neither yes nor no is as good as nothing."""
        found = kept(settings, self.name)
        return found if isinstance(found, bool) else self.usual

    def is_on(self, session: Session, branch_id: int) -> bool:
        return self.read(session.get_one(Organisation, branch_id, populate_existing=True).settings)

    def turn(self, session: Session, me: Me, on: bool, now: datetime) -> None:
        """For the own branch, noted; what stands so already leaves no line."""
        require(me, Right.SENDS, branch_id=me.branch_id)
        branch = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
        before = self.read(branch.settings)
        if before == on:
            return
        branch.settings = keeping(branch.settings, self.name, on)
        session.flush()
        audit.record(session, "change", SETTING, me.branch_id, now=now, by=me, changes={self.name: [before, on]})
