"""Whose record somebody may look at, and which parts of it: asked anew at every look."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from unicodedata import normalize

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from bot.features.tally.service import counting
from bot.kit.access import Reach, Right, may, reach
from bot.kit.group_scope import LATEST
from bot.kit.names import is_name, name_key
from bot.kit.refusal import Refusal
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.person import Person, RosterSpan
from storage.roster import roster

NOT_OTHERS = "您没有查看他人记录的权限。"
GONE, NO_GROUP = "不在册", "未编组"
LONGEST = 20
# With all that is said around a name.
LONGEST_SENTENCE = 60


class Part(StrEnum):
    """What a record tells, beside the entries of the register, which say themselves who reads them."""

    ATTENDANCE = "attendance"
    STUDY = "study"
    PIECES = "pieces"
    REMINDERS = "reminders"


EVERYTHING = frozenset(Part)
# Who sets it or reviews it has it in the own field.
_FIELD = {Part.STUDY: Right.MAKE_STUDY, Part.PIECES: Right.REVIEW_PIECES, Part.REMINDERS: Right.MAKE_REMINDER}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of a branch. `group`: the name of the party group, "" without one, None: not on the roster today."""

    id: int
    name: str
    group: str | None

    @property
    def of(self) -> str:
        """第一党小组, 未编组, 不在册"""
        return GONE if self.group is None else self.group or NO_GROUP


# --- who may ---------------------------------------------------------------------------------------------------------


def parts(session: Session, me: Me, person_id: int, period: Period, now: datetime, tz: tzinfo) -> frozenset[Part]:
    """What of somebody's record of a period is for who looks; refuses whom none of it is for.

    A leader has the whole of who was last of the own group in that period, as the figures of the group count it.
    """
    wide, branch_id = reach(me, Right.SEE_RECORD), me.branch_id
    if person_id == me.id:
        return EVERYTHING
    if wide is not Reach.NONE and _is_of(session, branch_id, person_id):
        if wide is Reach.ALL or person_id in _led(session, me, period, now, tz):
            return EVERYTHING
        if wide is Reach.OWN_FIELD:
            mine = {part for part, right in _FIELD.items() if may(me, right, branch_id=branch_id)}
            return frozenset({Part.ATTENDANCE, *mine})
    raise Refusal(NOT_OTHERS)


def looked_at(
    session: Session, me: Me, people: Iterable[Known], period: Period, now: datetime, tz: tzinfo
) -> list[Known]:
    """Those of them of whose record of a period something is for who looks."""
    wide = reach(me, Right.SEE_RECORD)
    if wide in (Reach.ALL, Reach.OWN_FIELD):
        return list(people)
    led = _led(session, me, period, now, tz) | {me.id}
    return [one for one in people if one.id in led]


def _led(session: Session, me: Me, period: Period, now: datetime, tz: tzinfo) -> frozenset[int]:
    if not me.leads:
        return frozenset()
    return counting(session, me.branch_id, period, now, tz, me.leads).of(LATEST) or frozenset()


def _is_of(session: Session, branch_id: int, person_id: int) -> bool:
    return session.scalar(_people(branch_id).where(Person.id == person_id)) is not None


def _people(branch_id: int) -> Select[int, str]:
    """Whom a branch knows, also who went to another one since; nobody erased."""
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == branch_id)
    here = or_(Person.branch_id == branch_id, Person.id.in_(listed))
    return select(Person.id, Person.name).where(here, Person.erased_at.is_(None))


def known(session: Session, branch_id: int, day: date) -> list[Known]:
    """Everybody of a branch: its roster of the day in its order, then who has left or is not on it yet."""
    here = {one.id: Known(one.id, one.name, one.group_name) for one in roster(session, branch_id, day)}
    rest = session.execute(_people(branch_id).order_by(Person.id)).all()
    return [*here.values(), *(Known(row.id, row.name, None) for row in rest if row.id not in here)]


# --- who is meant ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A name that was typed. `asks`: it says that the record is wanted (查 甲四, 甲四的记录), not the name alone."""

    name: str
    asks: bool


_VERB = r"(?:查看|查找|查询|查一下|查|看看|看一下|看|打开)"
_SIR = r"(?:同志)?"
_ASKS = (
    re.compile(rf"{_VERB}?[\s:]*(?P<name>\S.*?){_SIR}\s*的?(?:个人|考勤|活动|学习)?记录"),
    re.compile(rf"{_VERB}[\s:]*(?P<name>\S.*?){_SIR}"),
)
_ALONE = re.compile(rf"(?P<name>\S.*?){_SIR}")


def said(text: str) -> Said | None:
    """查 甲四, 甲四的记录, 甲四: whose record may be meant; None: nobody's."""
    words = normalize("NFKC", text).strip(" \n。.!?,")
    if len(words) > LONGEST_SENTENCE:
        return None
    found = next(filter(None, (one.fullmatch(words) for one in _ASKS)), None) or _ALONE.fullmatch(words)
    if found is None or len(found["name"]) > LONGEST or not is_name(found["name"]):
        return None
    return Said(found["name"], found.re is not _ALONE)


def names_somebody(text: str) -> bool:
    return said(text) is not None


def asks_for_somebody(session: Session, branch_id: int, text: str) -> bool:
    """Whether it asks for the record of somebody whom the branch knows."""
    wanted = said(text)
    if wanted is None or not wanted.asks:
        return False
    key = name_key(wanted.name)
    return any(name_key(row.name) == key for row in session.execute(_people(branch_id)))
