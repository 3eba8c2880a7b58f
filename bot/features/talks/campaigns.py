"""A campaign of talks is opened, changed, ended, taken back."""

from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.talks import rules
from bot.features.talks.service import before_cut_off, lock
from bot.kit.access import Right, must_hold, require
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.lookups import of_branch
from storage.models.talk import TalkCampaign

NO_SUCH = "没有找到这项谈话活动。"
SAME = "已有相同的谈话活动，请核对。"
NOT_RUNNING = "这项谈话活动不在进行中，无需结束。"
NO_TOPIC = "请填写谈话活动的主题。"
CHANGED_BY_OTHERS = "这项谈话活动已有变动，请重新打开。"


def found(session: Session, me: Me, campaign_id: int) -> TalkCampaign:
    """For whoever sees talks at all; another branch's looks like one that is not there."""
    must_hold(me, Right.SEE_TALKS)
    row = of_branch(session, TalkCampaign, campaign_id, me.branch_id)
    if row is None or row.withdrawn_at is not None:
        raise Refusal(NO_SUCH)
    return row


def seen_of(row: TalkCampaign) -> int:
    """What tells whether it has changed since it was shown."""
    return rules.mark_of(row.topic, row.from_on, row.last_on)


def check(session: Session, me: Me, first: date, last: date, now: datetime, tz: tzinfo) -> None:
    require(me, Right.RUN_TALKS, branch_id=me.branch_id)
    wrong = rules.wrong_days(first, last)
    if wrong:
        raise Refusal(wrong)
    before_cut_off(session, me, last, now, tz)


def make(session: Session, me: Me, topic: str, first: date, last: date, now: datetime, tz: tzinfo) -> TalkCampaign:
    lock(session, me)
    check(session, me, first, last, now, tz)
    values = _columns(session, me, topic, first, last)
    row = TalkCampaign(branch_id=me.branch_id, made_at=now, made_by_id=me.id, **values)
    session.add(row)
    session.flush()
    days = {"from_on": first.isoformat(), "last_on": last.isoformat()}
    audit.record(session, "make", "talk_campaign", row.id, now=now, by=me, more=days, topic=audit.of_text(topic))
    return row


def _columns(session: Session, me: Me, topic: str, first: date, last: date, but: int = 0) -> dict[str, Any]:
    """Refuses one that stands already."""
    if not topic:
        raise Refusal(NO_TOPIC)
    mark = rules.mark_of(first, name_key(topic))
    alike = (TalkCampaign.branch_id == me.branch_id, TalkCampaign.last_on == last, TalkCampaign.mark == mark)
    others = (*alike, TalkCampaign.id != but)
    standing = select(TalkCampaign.id).where(*others, TalkCampaign.withdrawn_at.is_(None)).limit(1)
    if session.scalars(standing).first() is not None:
        raise Refusal(SAME)
    many = session.scalar(select(func.max(TalkCampaign.nth)).where(*others))
    nth = 0 if many is None else many + 1
    return {"topic": topic, "from_on": first, "last_on": last, "mark": mark, "nth": nth}


def change(
    session: Session, me: Me, campaign_id: int, seen: int, topic: str, first: date, last: date, now: datetime,
    tz: tzinfo,
) -> TalkCampaign:  # fmt: skip
    """Before the cut-offs of the last day as it was and as it is to be."""
    row = to_change(session, me, campaign_id, now, tz)
    if seen_of(row) != seen:
        raise Refusal(CHANGED_BY_OTHERS)
    check(session, me, first, last, now, tz)
    audit.change(session, "change", row, _columns(session, me, topic, first, last, row.id), now=now, by=me)
    return row


def to_change(session: Session, me: Me, campaign_id: int, now: datetime, tz: tzinfo) -> TalkCampaign:
    require(me, Right.RUN_TALKS, branch_id=me.branch_id)
    lock(session, me)
    row = found(session, me, campaign_id)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise Refusal(NO_SUCH)
    before_cut_off(session, me, row.last_on, now, tz)
    return row


def may_end(row: TalkCampaign, today: date) -> bool:
    return row.from_on <= today < row.last_on


def end(session: Session, me: Me, campaign_id: int, now: datetime, tz: tzinfo) -> TalkCampaign:
    """Today is its last day."""
    row, today = to_change(session, me, campaign_id, now, tz), local_day(now, tz)
    if not may_end(row, today):
        raise Refusal(NOT_RUNNING)
    values = _columns(session, me, row.topic, row.from_on, today, row.id)
    audit.change(session, "end", row, values, now=now, by=me)
    return row


def cancel(session: Session, me: Me, campaign_id: int, now: datetime, tz: tzinfo) -> TalkCampaign:
    """The talks stay on file, and are of no campaign that counts."""
    row = to_change(session, me, campaign_id, now, tz)
    audit.change(session, "cancel", row, {"withdrawn_at": now}, now=now, by=me)
    return row
