"""Who may do what: the table of rights in docs/rules.md as data, asked by the services."""

from collections.abc import Collection
from enum import StrEnum

from bot.kit.refusal import Refusal
from bot.kit.seats import Seat, seat_of
from storage.audience import Me
from storage.choices import ActivityType, Duty


class Reach(StrEnum):
    """How far a right goes."""

    NONE = "none"
    BELOW = "below"
    OWN_GROUP = "own_group"
    OWN_FIELD = "own_field"
    ALL = "all"


class Right(StrEnum):
    SEE_ROLL = "see_roll"
    SEE_RECORD = "see_record"
    NUDGE = "nudge"
    MAKE_ACTIVITY = "make_activity"
    MAKE_NOTICE = "make_notice"
    MAKE_STUDY = "make_study"
    MAKE_TASK = "make_task"
    MAKE_REMINDER = "make_reminder"
    CALENDAR = "calendar"
    SENDS = "sends"
    BRANCH_SETTINGS = "branch_settings"
    APPROVE_LEAVE = "approve_leave"
    SEE_AWAY = "see_away"
    DECIDE_AWAY = "decide_away"
    SIGN_IN_OTHERS = "sign_in_others"
    WRITE_MINUTES = "write_minutes"
    MAKE_TEMPLATES = "make_templates"
    REVIEW_PIECES = "review_pieces"
    MAKE_EXAM = "make_exam"
    SEE_SCORES = "see_scores"
    ROSTER = "roster"
    CARE = "care"
    WIPE = "wipe"
    TALLY = "tally"
    KEEP_REGISTER = "keep_register"
    READ_REGISTER = "read_register"
    SEE_LISTS = "see_lists"
    RECORD_TALK = "record_talk"
    SEE_TALKS = "see_talks"
    RUN_TALKS = "run_talks"
    DUES = "dues"
    NORMS = "norms"
    SET_NORMS = "set_norms"
    EXPORT = "export"
    CLOSE = "close"
    REPORT = "report"
    READINESS = "readiness"
    HAND_OVER = "hand_over"


_GL, _PUB, _DIS = Duty.GROUP_LEADER, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER
_YOU, _MWO = Duty.YOUTH_OFFICER, Duty.MASS_WORK_OFFICER
_ORG, _DEP, _SEC = Duty.ORGANIZATION_OFFICER, Duty.DEPUTY_SECRETARY, Duty.SECRETARY
_DESK = {_ORG: Reach.ALL, _DEP: Reach.ALL, _SEC: Reach.ALL}

# A right that a row does not name is not there, and an office that no row names (a further member of the committee) is
# a member's.
# The secretary has every right, so a missing office falls to SEC by itself; DEP acts as SEC but for WIPE, CLOSE and
# SET_NORMS, and for HAND_OVER: a deputy who hands the office over to oneself has all four.
# GL never beyond the own group; the officer of a superior committee only counts what is below.
TABLE: dict[Right, dict[Duty, Reach]] = {
    Right.SEE_ROLL: {_GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    # Of the own field what of a record is theirs to know says bot/features/tally/looking.py.
    Right.SEE_RECORD: {_GL: Reach.OWN_GROUP, _PUB: Reach.OWN_FIELD, _DIS: Reach.OWN_FIELD, **_DESK},
    Right.NUDGE: {_GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.MAKE_ACTIVITY: {_GL: Reach.OWN_GROUP, _PUB: Reach.OWN_FIELD, _DIS: Reach.OWN_FIELD, **_DESK},
    Right.MAKE_NOTICE: _DESK,
    Right.MAKE_STUDY: {_PUB: Reach.ALL, **_DESK},
    Right.MAKE_TASK: {_PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.MAKE_REMINDER: {_DIS: Reach.ALL, **_DESK},
    Right.CALENDAR: {_DEP: Reach.ALL, _SEC: Reach.ALL},
    Right.SENDS: {_DEP: Reach.ALL, _SEC: Reach.ALL},
    Right.BRANCH_SETTINGS: {_DEP: Reach.ALL, _SEC: Reach.ALL},
    Right.APPROVE_LEAVE: {_GL: Reach.OWN_GROUP, **_DESK},
    # Of the own group the days alone.
    Right.SEE_AWAY: {_GL: Reach.OWN_GROUP, **_DESK},
    Right.DECIDE_AWAY: _DESK,
    Right.SIGN_IN_OTHERS: {_GL: Reach.OWN_GROUP, **_DESK},
    # Beside these whoever made an activity or is named as its recorder (bot/features/minutes/service.py).
    Right.WRITE_MINUTES: {_GL: Reach.OWN_GROUP, **_DESK},
    Right.MAKE_TEMPLATES: _DESK,
    Right.REVIEW_PIECES: {_PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.MAKE_EXAM: {_DIS: Reach.ALL, **_DESK},
    # The scores of others, and recording them.
    Right.SEE_SCORES: {_DIS: Reach.ALL, _SEC: Reach.ALL},
    Right.ROSTER: _DESK,
    Right.CARE: {_DEP: Reach.ALL, _SEC: Reach.ALL},
    Right.WIPE: {_SEC: Reach.ALL},
    Right.TALLY: {
        _GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK, Duty.COMMITTEE_OFFICER: Reach.BELOW,
    },
    # Which kinds each keeps and reads says the kind (bot/features/register/kinds).
    Right.KEEP_REGISTER: dict.fromkeys((_PUB, _DIS, _YOU, _MWO), Reach.OWN_FIELD) | _DESK,
    Right.READ_REGISTER: {_PUB: Reach.ALL, _DIS: Reach.ALL, _YOU: Reach.OWN_FIELD, _MWO: Reach.OWN_FIELD, **_DESK},
    Right.SEE_LISTS: {
        _GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, _YOU: Reach.OWN_FIELD, _MWO: Reach.OWN_FIELD, **_DESK,
    },
    Right.RECORD_TALK: {_GL: Reach.OWN_GROUP, _PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    # Who was talked with and who was not yet; that one was oneself everybody knows.
    Right.SEE_TALKS: {_GL: Reach.OWN_GROUP, _DIS: Reach.ALL, **_DESK},
    Right.RUN_TALKS: _DESK,
    # Who has paid and who has not is nobody else's business.
    Right.DUES: _DESK,
    Right.NORMS: _DESK,
    Right.SET_NORMS: {_SEC: Reach.ALL},
    # What is in it goes by the rights of each ledger.
    Right.EXPORT: {_PUB: Reach.ALL, _DIS: Reach.ALL, **_DESK},
    Right.CLOSE: {_SEC: Reach.ALL},
    Right.REPORT: {_DEP: Reach.ALL, _SEC: Reach.ALL},
    # What of the report is open, and who can settle it; of what is below a committee the counts.
    Right.READINESS: {**_DESK, Duty.COMMITTEE_OFFICER: Reach.BELOW},
    Right.HAND_OVER: {_SEC: Reach.ALL},
}  # fmt: skip

# The own field: PUB study, DIS integrity. Whatever holds anything else is the desk's.
FIELDS: dict[Duty, frozenset[ActivityType]] = {
    _PUB: frozenset({ActivityType.LEAD_STUDY, ActivityType.GROUP_DISCUSSION}),
    _DIS: frozenset({
        ActivityType.INTEGRITY_STUDY_DAY, ActivityType.OPEN_TALK, ActivityType.WARNING_EDUCATION,
        ActivityType.CASE_BULLETIN, ActivityType.INTEGRITY_EXHIBITION_VISIT, ActivityType.INTEGRITY_BASE_VISIT,
    }),
}  # fmt: skip

# And all that a group leader may hold: the meeting of the own group.
GROUP_CONTENTS = frozenset({ActivityType.GROUP_MEETING})

_NO_RIGHT = "您没有办理此事的权限。"
NO_RIGHT = f"{_NO_RIGHT}如需办理，请联系支部书记。"
# Whoever serves a committee has no secretary there to turn to: what is for them, and where the rest is.
_BELOW_ONLY = "您在上级党组织查看各党支部的数据，请点“季度数据”、“准备情况”或“未定稿支部”。"
_ELSEWHERE = "办理支部的事项请先点“切换支部”。"


def reach(me: Me, right: Right) -> Reach:
    """How far the right goes for somebody at the widest, over all offices held."""
    reaches = {TABLE[right].get(duty, Reach.NONE) for duty in me.duties}
    return next((wide for wide in reversed(Reach) if wide in reaches), Reach.NONE)


def own_field(me: Me, right: Right) -> frozenset[ActivityType]:
    """What the own field holds, for whom the right goes that far by one of the offices held."""
    mine = [FIELDS[duty] for duty in me.duties if TABLE[right].get(duty) is Reach.OWN_FIELD]
    return frozenset().union(*mine)


def may(
    me: Me, right: Right, *, branch_id: int, group_id: int | None = None, types: Collection[ActivityType] = ()
) -> bool:
    """May this person do it in this branch, for this party group (None: for the whole branch), with these contents?"""
    if branch_id != me.branch_id:
        return False
    reaches = {TABLE[right].get(duty, Reach.NONE) for duty in me.duties}
    return (
        Reach.ALL in reaches
        or (Reach.OWN_GROUP in reaches and group_id in me.leads and GROUP_CONTENTS.issuperset(types))
        or (Reach.OWN_FIELD in reaches and len(types) > 0 and own_field(me, right).issuperset(types))
    )


def require(
    me: Me, right: Right, *, branch_id: int, group_id: int | None = None, types: Collection[ActivityType] = ()
) -> None:
    """Refuse politely unless `may`."""
    if not may(me, right, branch_id=branch_id, group_id=group_id, types=types):
        raise Refusal(NO_RIGHT)


def as_heard(refusal: Refusal, me: Me) -> Refusal:
    """What somebody hears: the officer of a superior committee is not sent to the secretary of a branch."""
    if refusal.text != NO_RIGHT or seat_of(me.duties) is not Seat.BELOW:
        return refusal
    return Refusal(f"{_NO_RIGHT}{_BELOW_ONLY}{_ELSEWHERE if len(me.places) > 1 else ''}")


def must_hold(me: Me, right: Right) -> None:
    """Refuse politely whoever does not hold the right at all; how far it goes is asked with `require`."""
    if reach(me, right) is Reach.NONE:
        raise Refusal(NO_RIGHT)
