"""The cards on which officers decide on days away: edited once it is decided, or taken back."""

from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.away import messages, service
from bot.features.away.rules import DAY
from bot.kit import asked_cards
from bot.kit.addressees import addressees
from bot.kit.asked_cards import Question
from bot.kit.day_lists import Run
from bot.kit.handlers import Call
from bot.kit.replies import Reply, To
from bot.kit.undo import Step, own_lines
from scheduler.calendar.days import local_day
from storage.audience import Me
from storage.choices import AwayState, Duty
from storage.models.away import AwaySpan
from storage.models.outbox import Outbox
from storage.models.person import Person

# The job that words these edits when they go; it has no times.
CLOSING = "away_closed"


def to_deciders(session: Session, call: Call, row: AwaySpan, *, again: bool = False) -> list[To]:
    """To everybody who may decide, or to the asker where nobody else may; the operator hears where nobody is.

    again: it stands once more.
    """
    if row.state is not AwayState.PENDING:
        return []
    question = messages.to_decide(row, call.me.name, call.today)
    branch_id = call.me.branch_id
    asked = service.deciders(session, branch_id, call.me.id, call.today)
    if not asked:
        asked = addressees(session, branch_id, call.today, Duty.SECRETARY, about=f"away:{row.id}")
    key = f"away:{row.id}" + (f":{call.update_id}" if again else "")
    return [To(question, person_id=person, key=f"{key}:{person}") for person in asked]


def close(session: Session, call: Call, row: AwaySpan) -> None:
    asked = Question(
        key=f"away:{row.id}",
        branch_id=session.get_one(Person, row.person_id).branch_id,
        since=row.made_at,
        job=CLOSING,
        about={"away": row.id},
        but=decided_key(row),
        also=Outbox.person_id == row.person_id,
    )
    asked_cards.close(session, call, asked, messages.CLOSED)


def decided_key(row: AwaySpan) -> str:
    """Names the promise to tell who has asked."""
    return f"away:{row.id}:decided"


def closed(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """How such a card reads when it is edited: without its buttons, and what became of it; None while it is open."""
    row = session.get(AwaySpan, about["away"])
    if row is None or row.state is AwayState.PENDING:
        return messages.CLOSED.to_json() if row is None else None
    name = session.get_one(Person, row.person_id).name
    return messages.closed(row, name, _became(session, row), local_day(now, tz)).to_json()


def _became(session: Session, row: AwaySpan) -> str:
    if row.decided_by_id is not None and row.state is not AwayState.WITHDRAWN:
        return messages.decided_by(row, session.get_one(Person, row.decided_by_id).name)
    return messages.WITHDRAWN


# --- taken back by the word ------------------------------------------------------------------------------------------


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """What somebody has said of days away since then, and that they came back from them."""
    mine = (AwaySpan.person_id == me.id, AwaySpan.made_at >= since, AwaySpan.withdrawn_at.is_(None))
    said = (AwayState.REGISTERED, AwayState.PENDING)
    rows = session.scalars(select(AwaySpan).where(*mine, AwaySpan.state.in_(said)))
    return [*(_said(one) for one in rows), *_back(session, me, since)]


def _said(row: AwaySpan) -> Step:
    title = messages.span_words(service.run_of(row), row.from_on)
    return Step(row.made_at, "外出", title, row.id, service.undo, then=partial(_taken_back, row.id))


def _back(session: Session, me: Me, since: datetime) -> list[Step]:
    lines = {one.subject_id: one for one in own_lines(session, me, since, service.BACK, "away_span")}
    rows = (session.get(AwaySpan, one) for one in lines)
    mine = [row for row in rows if row is not None and row.person_id == me.id and row.state is AwayState.ENDED]
    return [_ended(row, lines[row.id]) for row in mine]


def _ended(row: AwaySpan, line: Any) -> Step:
    days = Run(row.from_on, service.until_before(line) - DAY)
    title = messages.span_words(days, row.from_on)
    return Step(line.at, "提前返回", title, row.id, service.undo_back, then=_away_again)


def _away_again(session: Session, call: Call, row: AwaySpan) -> Reply:
    return Reply(others=stand_again(session, call, row), promised=True)


def _taken_back(span_id: int, session: Session, call: Call, row: AwaySpan) -> Reply:
    close(session, call, session.get_one(AwaySpan, span_id))
    return Reply(others=stand_again(session, call, row), promised=True)


def stand_again(session: Session, call: Call, row: AwaySpan) -> list[To]:
    """What had given way waits for a decision once more."""
    rows = service.joined(session, row.person_id, service.run_of(row), call.today)[1]
    return [to for one in rows for to in to_deciders(session, call, one, again=True)]
