"""What the clock sends in a branch, as far as that is kept with its settings: organisation.settings["sends"].

{"digest": "never", "quiet_kinds": ["rectification_list"]}: each feature has its own name in it and leaves the others.
"""

from collections.abc import Mapping
from typing import Any

SETTING = "sends"


def kept(settings: Mapping[str, Any], name: str) -> Any:
    """What a feature keeps there; None where it is nothing, or the document is none."""
    found = settings.get(SETTING)
    return found.get(name) if isinstance(found, dict) else None


def keeping(settings: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The branch's settings with another value of it."""
    found = settings.get(SETTING)
    return {**settings, SETTING: {**(found if isinstance(found, dict) else {}), name: value}}
