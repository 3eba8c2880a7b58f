"""Stopping and correcting what goes to many, for those who may make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.kit import notice_files
from bot.kit.access import require
from bot.kit.broadcasts import BatchContent, Broadcast
from bot.kit.refusal import Refusal
from bot.kit.words import units
from scheduler import broadcasts
from scheduler.broadcasts import Progress, batch_of
from storage import audit
from storage.audience import Me

NO_SUCH = "没有找到这项内容。"
NOTHING_SENT = "还没有发送，请发送后再修改。"
SAME = "内容没有变化。"
NOT_STOPPED = "没有已停止的发送。"

Kinds = Mapping[str, Broadcast]


@dataclass(frozen=True, slots=True)
class Found:
    """A broadcast that `me` may stop and correct."""

    kind: Broadcast
    id: int
    subject: BatchContent

    @property
    def batch(self) -> str:
        return batch_of(self.kind.kind, self.id)


def find(session: Session, kinds: Kinds, me: Me, kind: str, subject_id: int, tz: tzinfo) -> Found:
    """Of one's own branch; refuses politely otherwise."""
    known = kinds.get(kind)
    subject = known.find(session, subject_id, tz) if known is not None else None
    if known is None or subject is None or subject.branch_id != me.branch_id:
        raise Refusal(NO_SUCH)
    require(me, subject.right, branch_id=subject.branch_id, group_id=subject.group_id, types=subject.types)
    return Found(known, subject_id, subject)


def stop(session: Session, me: Me, found: Found, now: datetime) -> int:
    """Nothing more of it goes; how many messages were stopped."""
    stopped = broadcasts.stop(session, found.batch, now)
    broadcasts.stop(session, notice_files.batch(found.kind.kind, found.id), now)
    audit.record(session, "stop", found.kind.kind, found.id, now=now, by=me, stopped=stopped)
    return stopped


def resume(session: Session, me: Me, found: Found, now: datetime) -> int:
    """The rest of it goes after all; how many messages. Refuses when it is over, and when nothing was stopped."""
    if found.subject.closed:
        raise Refusal(found.subject.closed)
    resumed = broadcasts.resume(session, found.batch, now)
    if not resumed:
        raise Refusal(NOT_STOPPED)
    broadcasts.resume(session, notice_files.batch(found.kind.kind, found.id), now)
    audit.record(session, "resume", found.kind.kind, found.id, now=now, by=me, resumed=resumed)
    return resumed


def batches(session: Session, found: Found, tz: tzinfo) -> list[str]:
    """Its own, and those that carry it along."""
    return [found.batch, *found.kind.along(session, found.id, tz)]


def may_correct(session: Session, found: Found, tz: tzinfo) -> None:
    """Refuses when it is over, when its words are made of a record, and when nothing was sent yet."""
    if found.subject.closed or found.subject.fixed:
        raise Refusal(found.subject.closed or found.subject.fixed)
    if not broadcasts.sent(session, batches(session, found, tz)):
        raise Refusal(NOTHING_SENT)


def check(session: Session, found: Found, text: str, tz: tzinfo) -> str:
    """The text as it is taken; refuses what cannot be a correction."""
    may_correct(session, found, tz)
    text = text.strip()
    if not text or units(text) > found.subject.longest:
        raise Refusal(f"请发送一段不超过{found.subject.longest}字的文字。")
    if text == found.subject.text:
        raise Refusal(SAME)
    return text


def correct(session: Session, me: Me, found: Found, text: str, now: datetime, tz: tzinfo) -> Progress:
    """The subject says this from now on: what was sent is edited, what waits goes out so."""
    text = check(session, found, text, tz)
    found.kind.change(session, found.id, text, tz)
    session.flush()
    message = found.kind.reworded(session, found.id, text, tz).to_json()
    numbers = [broadcasts.correct(session, batch, message, now) for batch in batches(session, found, tz)]
    audit.record(
        session,
        "correct",
        found.kind.kind,
        found.id,
        now=now,
        by=me,
        number=numbers[0],
        changes={"text": [audit.of_text(found.subject.text), audit.of_text(text)]},
    )
    return broadcasts.progress(session, found.batch, now)
