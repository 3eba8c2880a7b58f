"""Whose account the desk may make or move: not that of an office which gives more than the desk itself has."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.accounts.rules import SEATS
from bot.kit.access import Right, may
from storage.audience import Me
from storage.choices import Duty
from storage.models.person import DutySpan
from storage.roster import holders

# Whoever has that seat may close, wipe and hand over: the desk must not be able to sit down on it.
SECRETARYS = "书记的邀请链接由系统管理员生成，请联系系统管理员。"
DEPUTYS = "副书记的账号请由书记办理；支部没有书记的，请联系系统管理员。"
IN_OFFICE_ELSEWHERE = "这位同志还在其他单位任职，其账号由系统管理员办理，请联系系统管理员。"


def refused(session: Session, me: Me, people: Collection[int], today: date) -> dict[int, str]:
    """Of these people, whose account is not this person's to make or move, and why.

    An office that begins later counts as one that is held: a link outlives the day on which it was made.
    """
    closes = may(me, Right.CLOSE, branch_id=me.branch_id)
    found = {}
    for person_id, held in offices(session, people, today).items():
        here = held.get(me.branch_id, set())
        if held.keys() - {me.branch_id}:
            found[person_id] = IN_OFFICE_ELSEWHERE
        elif Duty.SECRETARY in here and not closes:
            found[person_id] = SECRETARYS
        elif here & SEATS and not closes:
            found[person_id] = DEPUTYS
    return found


def offices(session: Session, people: Collection[int], today: date) -> dict[int, dict[int, set[Duty]]]:
    """What each of these people holds, or will hold, by organisation."""
    query = select(DutySpan.person_id, DutySpan.organisation_id, DutySpan.duty).where(
        DutySpan.person_id.in_(people), or_(DutySpan.to_on.is_(None), DutySpan.to_on > today)
    )
    found: dict[int, dict[int, set[Duty]]] = defaultdict(lambda: defaultdict(set))
    for row in session.execute(query):
        found[row.person_id][row.organisation_id].add(row.duty)
    return found


def told_of(session: Session, person_id: int, today: date) -> Sequence[int]:
    """Who hears of a new account of somebody in office: the secretary of each place; nobody of the own."""
    held = offices(session, [person_id], today)[person_id]
    found = [one for place in sorted(held) for one in holders(session, place, today, Duty.SECRETARY)]
    return [one for one in dict.fromkeys(found) if one != person_id]
