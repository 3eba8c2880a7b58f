"""Who may do what: the table of domain.md 6.5 as data, asked by the services."""

from enum import StrEnum

from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import Duty


class Reach(StrEnum):
    """How far a right goes."""

    NONE = "none"
    OWN_GROUP = "own_group"
    ALL = "all"


class Right(StrEnum):
    SEE_ROLL = "see_roll"
    NUDGE = "nudge"
    MAKE_ACTIVITY = "make_activity"
    MAKE_NOTICE = "make_notice"
    MAKE_STUDY = "make_study"
    MAKE_TASK = "make_task"
    MAKE_REMINDER = "make_reminder"
    APPROVE_LEAVE = "approve_leave"
    SIGN_IN_OTHERS = "sign_in_others"
    REVIEW_PIECES = "review_pieces"
    ROSTER = "roster"
    CARE = "care"
    WIPE = "wipe"
    TALLY = "tally"
    CLOSE = "close"


_GL, _PUB, _DIS = Duty.GROUP_LEADER, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER
_ORG, _DEP, _SEC = Duty.ORGANIZATION_OFFICER, Duty.DEPUTY_SECRETARY, Duty.SECRETARY
_DESK = {_ORG: Reach.ALL, _DEP: Reach.ALL, _SEC: Reach.ALL}

# A right that a row does not name is not there. DEP acts as SEC except close; group leaders never beyond their group.
TABLE: dict[Right, dict[Duty, Reach]] = {
    Right.SEE_ROLL: {_GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.NUDGE: {_GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.MAKE_ACTIVITY: {_GL: Reach.OWN_GROUP, _DIS: Reach.ALL, **_DESK},
    Right.MAKE_NOTICE: _DESK,
    Right.MAKE_STUDY: {_PUB: Reach.ALL, **_DESK},
    Right.MAKE_TASK: {_PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.MAKE_REMINDER: {_DIS: Reach.ALL, **_DESK},
    Right.APPROVE_LEAVE: {_GL: Reach.OWN_GROUP, **_DESK},
    Right.SIGN_IN_OTHERS: {_GL: Reach.OWN_GROUP, **_DESK},
    Right.REVIEW_PIECES: {_PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.ROSTER: _DESK,
    Right.CARE: {_DEP: Reach.ALL, _SEC: Reach.ALL},
    Right.WIPE: {_SEC: Reach.ALL},
    Right.TALLY: {_GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.CLOSE: {_SEC: Reach.ALL},
}

NO_RIGHT = "您没有办理此事的权限。"


def reach(me: Me, right: Right) -> Reach:
    """How far the right goes for somebody, over all offices held."""
    reaches = {TABLE[right].get(duty, Reach.NONE) for duty in me.duties}
    return next((wide for wide in (Reach.ALL, Reach.OWN_GROUP) if wide in reaches), Reach.NONE)


def may(me: Me, right: Right, *, branch_id: int, group_id: int | None = None) -> bool:
    """May this person do it in this branch, for this party group (None: for the whole branch)?"""
    if branch_id != me.branch_id:
        return False
    wide = reach(me, right)
    return wide is Reach.ALL or (wide is Reach.OWN_GROUP and group_id is not None and group_id in me.leads)


def require(me: Me, right: Right, *, branch_id: int, group_id: int | None = None) -> None:
    """Refuse politely unless `may`."""
    if not may(me, right, branch_id=branch_id, group_id=group_id):
        raise Refusal(NO_RIGHT)
