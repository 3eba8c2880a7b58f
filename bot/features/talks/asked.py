"""Who is told of talks: the owner of a campaign before it ends and on its last day; in a record, that there was one."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.talks import messages, reading
from bot.kit.access import Right, may
from bot.kit.addressees import reachable
from bot.kit.doors import Open
from bot.kit.owing import Does, Matter
from bot.kit.sends import Switch
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import Duty
from storage.models.talk import TalkCampaign, TalkPerson
from storage.roster import roster

SWITCH = Switch("talk_campaigns_asked", usual=True)
MORNING, BEFORE = time(9), timedelta(days=3)
# A day off moves what is told to a working day before: holidays are not longer than this.
AHEAD = BEFORE + timedelta(days=15)


def matters(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> Iterator[Matter]:
    """To the owner three days before the last day and on it, while somebody is missing and the branch wants it said."""
    today = local_day(now, tz)
    ends = (TalkCampaign.last_on >= today, TalkCampaign.last_on <= today + AHEAD, TalkCampaign.from_on <= today)
    found = reading.campaigns(session, branch_id, *ends) if SWITCH.is_on(session, branch_id) else []
    calendar = calendar_of(session, branch_id) if found else Calendar()
    for row in found:
        to, state = _owner(session, row, today), reading.progress(session, row)
        if to is not None and state.missing and person_id in (None, to):
            days = sorted({calendar.on_or_before(row.last_on), calendar.on_or_before(row.last_on - BEFORE)})
            yield Matter(
                person_id=to,
                key=f"talks:{row.id}",
                line=messages.due(row, state),
                due=at(row.last_on + DAY, time(), tz),
                does=(Does("登记谈话", Open(messages.COMMAND)),),
                nudges=tuple(at(day, MORNING, tz) for day in days),
            )


def _owner(session: Session, row: TalkCampaign, today: date) -> int | None:
    """Who has opened it, while that one may still record talks there; else the secretary."""
    makers = roster(session, row.branch_id, today, [row.made_by_id]) if row.made_by_id is not None else []
    mine = [one.id for one in makers if one.reachable and one.bound and one.duties]
    return next(iter(mine or reachable(session, row.branch_id, today, Duty.SECRETARY)), None)


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches in which a campaign ends soon."""
    today = local_day(now, tz)
    soon = (TalkCampaign.last_on >= today, TalkCampaign.last_on <= today + AHEAD)
    query = select(TalkCampaign.branch_id).where(TalkCampaign.withdrawn_at.is_(None), *soon)
    return session.scalars(query.distinct())


def own_lines(session: Session, me: Me, person_id: int, period: Period, today: date, tz: tzinfo) -> list[str]:
    """Of a record: the day, who has talked, and what for; nobody else's talks but to who sees them."""
    if person_id != me.id and not _sees(session, me, person_id, today):
        return []
    mine = select(TalkPerson.talk_id).where(TalkPerson.person_id == person_id)
    found = reading.held(
        session, me.branch_id, reading.LIVE, *reading.within(period.start, period.to), reading.of(mine)
    )
    names = reading.called(session, found)
    return [messages.own_line(one, names) for one in found]


def _sees(session: Session, me: Me, person_id: int, today: date) -> bool:
    """Of who is on no roster any longer only who sees the whole branch."""
    there = roster(session, me.branch_id, today, [person_id])
    group = there[0].group_id if there else None
    return may(me, Right.SEE_TALKS, branch_id=me.branch_id, group_id=group)
