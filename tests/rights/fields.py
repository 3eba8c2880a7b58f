"""The own fields of permissions.md: the same handlers, on what one office may make."""

from typing import Any

from bot.features.activities import buttons as activities
from bot.kit import broadcasts, doors
from bot.kit.form_fields import Fill
from storage.choices import ActivityType
from tests.rights.branch import OFFICERS, Ids
from tests.rights.permissions import DUTIES, fields
from tests.rights.table import MAKE_THIS_ACTIVITY, WIZARD, Case, changing

# Whose field it is. Whoever is named beside the desk may; any other officer of the same reach may not.
WHOSE = {
    what: DUTIES[office].value for what, kind in OFFICERS.items() for office, field in fields().items() if kind in field
}


def form(what: str, also: tuple[ActivityType, ...] = ()) -> Case:
    """The form's last page, with these contents; only a group meeting names something of the branch."""

    def draft(ids: Ids) -> dict[str, Any]:
        group = {"group": str(ids["group"])} if what == "meeting" else {}
        return {**WIZARD[1](ids), "types": [OFFICERS[what].value, *also], **group}

    may = MAKE_THIS_ACTIVITY if also else MAKE_THIS_ACTIVITY | {WHOSE[what]}
    publish = Fill("a", 1, "go", "publish")
    return Case(may, lambda ids: publish, open=(WIZARD[0], draft), own=what != "meeting")


def _cases(what: str) -> dict[str, Case]:
    """Making it, moving it, changing it, calling it off, and stopping its notice."""
    may = MAKE_THIS_ACTIVITY | {WHOSE[what]}
    when = {"field": "confirm", "day": "2023-07-20", "time": "14:30"}
    moved = ("activity.postpone", lambda ids: {"activity": ids[what], **when})
    return {
        "tap:Fill": form(what),
        "tap:Postpone": Case(may, lambda ids: activities.Postpone(ids[what])),
        "tap:PostponeTo": Case(may, lambda ids: activities.PostponeTo(1, 1), open=moved),
        "answer:activity.postpone": Case(may, open=moved, text="7月20日 14:30"),
        "tap:CallOff": Case(may, lambda ids: activities.CallOff(ids[what], 1)),
        "tap:Stop": Case(may, lambda ids: broadcasts.Stop("notice", ids[f"{what}_notice"], broadcasts.Sure.YES)),
        "tap:Resume": Case(may, lambda ids: broadcasts.Resume("notice", ids[f"{what}_notice"])),
        "tap:ChangeActivity": Case(may, lambda ids: doors.ChangeActivity(ids[what])),
        "answer:activity.change": Case(may, open=changing(what, "title"), text="七月活动"),
    }


FIELDS: dict[str, dict[str, Case]] = {
    **{what: _cases(what) for what in OFFICERS},
    # One thing outside the own field, and it is the desk's.
    "discussion and more": {"tap:Fill": form("discussion", (ActivityType.THEME_PARTY_DAY,))},
    "warning and more": {"tap:Fill": form("warning", (ActivityType.PARTY_LECTURE,))},
}
