"""A talk is recorded, changed, withdrawn, taken back: by whom, on which days, one of a kind."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.talks import reading, rules
from bot.features.talks.rules import Held, Party, Wanted
from bot.kit import deadlines
from bot.kit.access import NO_RIGHT, Reach, Right, may, reach
from bot.kit.closing import cut_off_of
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, entered_row, take_back
from bot.kit.words import short_day
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.lookups import of_branch, person_of
from storage.models.organisation import Organisation
from storage.models.talk import Talk, TalkCampaign, TalkPerson
from storage.roster import Member, roster

NO_SUCH = "没有找到这条谈话登记。"
NOT_HERE = "谈话对象当天不在本支部名册上，请核对日期和谈话对象。"
NO_TALKER = "没有找到谈话人，请重新选择。"
OTHER_GROUP = "只能登记与本组党员的谈话。"
SAME = "当天已有相同登记，是否再记一条？"
OTHER_GROUP_TABLE = "谈话情况表由书记、副书记、组织委员和纪检委员导出。"
NOT_IN_CAMPAIGN = "谈话日期不在这项谈话活动期间，请核对日期和谈话活动。"
CHANGED_BY_OTHERS = "这条谈话登记已有变动，请重新打开。"
OTHERWISE = "，如需更改请点“修改”或“取消登记”。"


def found(session: Session, me: Me, talk_id: int) -> Held:
    """A talk that somebody may look at; refuses politely any other, as one that is not there."""
    row = of_branch(session, Talk, talk_id, me.branch_id)
    seen = reading.seen(session, me, [reading.one(session, row)]) if row and row.withdrawn_at is None else []
    if not seen:
        raise Refusal(NO_SUCH)
    return seen[0]


def may_change(me: Me, talk: Held) -> bool:
    """Who has recorded it, while one records talks at all, and the desk."""
    desk = reach(me, Right.RUN_TALKS) is Reach.ALL
    return desk or (talk.recorded_by == me.id and reach(me, Right.RECORD_TALK) is not Reach.NONE)


def to_change(session: Session, me: Me, talk_id: int, now: datetime, tz: tzinfo) -> Held:
    """The same for who may change it, while its quarter takes that."""
    talk = found(session, me, talk_id)
    if not may_change(me, talk):
        raise Refusal(NO_RIGHT)
    before_cut_off(session, me, talk.on, now, tz)
    return talk


def before_cut_off(session: Session, me: Me, day: date, now: datetime, tz: tzinfo) -> None:
    deadlines.before_cut_off(now, cut_off_of(session, me.branch_id, day, tz))


def lock(session: Session, me: Me) -> None:
    """Of two who record at once the second sees what the first has recorded."""
    session.get(Organisation, me.branch_id, with_for_update=True, populate_existing=True)


# --- what may be recorded --------------------------------------------------------------------------------------------


def check(session: Session, me: Me, wanted: Wanted, now: datetime, tz: tzinfo) -> None:
    """Refuses what cannot be recorded, by this person."""
    if reach(me, Right.RECORD_TALK) is Reach.NONE:
        raise Refusal(NO_RIGHT)
    wrong = rules.wrong(wanted, local_day(now, tz))
    if wrong:
        raise Refusal(wrong)
    before_cut_off(session, me, wanted.on, now, tz)
    _people_fit(me, wanted, {one.id: one for one in roster(session, me.branch_id, wanted.on)})
    if wanted.talker.id and person_of(session, wanted.talker.id, me.branch_id) is None:
        raise Refusal(NO_TALKER)
    if not (wanted.talker.id or wanted.talker.name):
        raise Refusal(NO_TALKER)
    _campaign_fits(session, me, wanted)


def _people_fit(me: Me, wanted: Wanted, here: dict[int, Member]) -> None:
    """Outsiders are nobody's group."""
    for one in wanted.talkees:
        if one.id and one.id not in here:
            raise Refusal(NOT_HERE)
        group = here[one.id].group_id if one.id else None
        if not may(me, Right.RECORD_TALK, branch_id=me.branch_id, group_id=group):
            raise Refusal(OTHER_GROUP)


def _campaign_fits(session: Session, me: Me, wanted: Wanted) -> None:
    if wanted.campaign_id is None:
        return
    row = of_branch(session, TalkCampaign, wanted.campaign_id, me.branch_id)
    if row is None or row.withdrawn_at is not None or not row.from_on <= wanted.on <= row.last_on:
        raise Refusal(NOT_IN_CAMPAIGN)


def is_there(session: Session, branch_id: int, wanted: Wanted, but: int = 0) -> bool:
    """Whether one of this day, talker, people and kind stands already."""
    query = select(Talk.id).where(*_alike(branch_id, wanted), reading.LIVE, Talk.id != but)
    return session.scalars(query.limit(1)).first() is not None


def _alike(branch_id: int, wanted: Wanted) -> Sequence[Any]:
    return (Talk.branch_id == branch_id, Talk.on == wanted.on, Talk.mark == wanted.mark)


def _next(session: Session, branch_id: int, wanted: Wanted, but: int = 0) -> int:
    query = select(func.max(Talk.nth)).where(*_alike(branch_id, wanted), Talk.id != but)
    last = session.scalar(query)
    return 0 if last is None else last + 1


# --- recording -------------------------------------------------------------------------------------------------------


def record(session: Session, me: Me, wanted: Wanted, now: datetime, tz: tzinfo, *, again: bool = False) -> Talk:
    """again: one more of what stands already, as it was asked about."""
    lock(session, me)
    check(session, me, wanted, now, tz)
    if not again and is_there(session, me.branch_id, wanted):
        raise Refusal(SAME)
    nth = _next(session, me.branch_id, wanted)
    row = Talk(branch_id=me.branch_id, recorded_at=now, recorded_by_id=me.id, nth=nth, **_columns(wanted))
    session.add(row)
    session.flush()
    _lay(session, row, wanted.talkees)
    audit.record(session, "register", "talk", row.id, now=now, by=me, more=_told(wanted))
    return row


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "on": wanted.on,
        "talker_id": wanted.talker.id or None,
        "talker_name": "" if wanted.talker.id else wanted.talker.name,
        "kind": wanted.kind,
        "mode": wanted.mode,
        "written_record": wanted.written,
        "campaign_id": wanted.campaign_id,
        "mark": wanted.mark,
    }


def _lay(session: Session, row: Talk, people: Sequence[Party]) -> None:
    session.execute(delete(TalkPerson).where(TalkPerson.talk_id == row.id))
    session.add_all(
        TalkPerson(talk_id=row.id, person_id=one.id or None, name="" if one.id else one.name) for one in people
    )
    session.flush()


def _told(wanted: Wanted) -> dict[str, Any]:
    """For the log: the day and how many, nobody by name."""
    return {"on": wanted.on.isoformat(), "people": len(wanted.talkees)}


def change(
    session: Session, me: Me, talk_id: int, wanted: Wanted, seen: int, reason: str, now: datetime, tz: tzinfo
) -> Talk:
    """seen: the mark of what was shown when it was opened. Both days are in quarters that take it."""
    row = _locked(session, me, talk_id, seen, now, tz)
    check(session, me, wanted, now, tz)
    if is_there(session, me.branch_id, wanted, row.id):
        raise Refusal("当天已有相同登记，请核对。")
    values = _columns(wanted)
    if (row.on, row.mark) != (wanted.on, wanted.mark):
        values["nth"] = _next(session, me.branch_id, wanted, row.id)
    audit.change(session, "change", row, values, now=now, by=me, reason=_why(reason), people=len(wanted.talkees))
    _lay(session, row, wanted.talkees)
    return row


def withdraw(session: Session, me: Me, talk_id: int, seen: int, reason: str, now: datetime, tz: tzinfo) -> Talk:
    """取消登记, with a reason, of which the log keeps the length."""
    row = _locked(session, me, talk_id, seen, now, tz)
    audit.change(session, "withdraw", row, {"withdrawn_at": now}, now=now, by=me, reason=_why(reason))
    return row


def _why(reason: str) -> Any:
    if not reason:
        raise Refusal("请填写原因。")
    return audit.of_text(reason)


def _locked(session: Session, me: Me, talk_id: int, seen: int, now: datetime, tz: tzinfo) -> Talk:
    lock(session, me)
    session.get(Talk, talk_id, populate_existing=True)
    if to_change(session, me, talk_id, now, tz).seen != seen:
        raise Refusal(CHANGED_BY_OTHERS)
    return session.get_one(Talk, talk_id)


# --- taking back -----------------------------------------------------------------------------------------------------


def undo(session: Session, me: Me, talk_id: int, now: datetime, tz: tzinfo) -> Talk:
    """撤销: one's own within ten minutes, before the cut-off."""
    if of_branch(session, Talk, talk_id, me.branch_id) is None:
        raise Refusal(NO_SUCH)
    row = entered_row(session, me, Talk, talk_id, "recorded_by_id")
    closes = cut_off_of(session, row.branch_id, row.on, tz)
    recorded_at = row.recorded_at
    if recorded_at is None:
        raise Refusal(NO_SUCH)
    take_back(session, me, row, recorded_at, now, row.branch_id, closes, otherwise=OTHERWISE)
    return row


def steps(session: Session, me: Me, since: datetime) -> Sequence[Step]:
    """The talks that somebody has recorded since then."""
    mine = (Talk.branch_id == me.branch_id, Talk.recorded_by_id == me.id, Talk.recorded_at >= since)
    rows = session.execute(select(Talk.id, Talk.recorded_at, Talk.on).where(*mine, reading.LIVE))
    return [Step(row.recorded_at, "谈话登记", f"{short_day(row.on)}谈话", row.id, undo) for row in rows]
