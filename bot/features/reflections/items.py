"""What a self-check says: problems with their measures, one by one in chat or out of a form file (S47)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.kit.dates import read_typed
from bot.kit.refusal import Refusal
from bot.kit.sheets import visible
from storage.base import table
from storage.lookups import copy_rows
from storage.models.reflection import Reflection, SelfCheckItem

LONGEST, MOST = 500, 20
_SAYS_NONE = re.compile(
    r"(?:经自查[，,]?)?暂?(?:无|没有?|未)(?:发现|存在){0,2}(?:明显)?(?:问题)?\s?[。.]?|[/／—-]{1,4}"
)
LACKS_A_MEASURE = "问题“{problem}”还没有整改措施，请先发送整改措施。"
_IN_WORDS = 20
# …，9月30日前完成。
_DAY = r"[0-9年月日/.\-]{3,11}|[^，,；;。（(\s]{1,6}[月/.][0-9]{1,2}[日号]?"
_DUE = re.compile(rf"[，,；;。\s（(]*({_DAY})（?含?）?(?:之前|以前|前)(?:完成|整改)?[）)。.]*$")


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a form as somebody has written it; due: until when, in words or as 2023-09-30."""

    problem: str
    measure: str
    owner: str = ""
    due: str = ""


def listed(session: Session, reflection_id: int) -> list[SelfCheckItem]:
    """In their order."""
    query = select(SelfCheckItem).where(SelfCheckItem.reflection_id == reflection_id)
    return list(session.scalars(query.order_by(SelfCheckItem.position)))


def problems(session: Session, reflection_ids: Sequence[int]) -> dict[int, int]:
    """How many problems each of these versions names: as its items say, else as it was declared or counted (S47)."""
    said = func.count(SelfCheckItem.id)
    query = (
        select(Reflection.id, func.coalesce(Reflection.problems, said))
        .outerjoin(SelfCheckItem, SelfCheckItem.reflection_id == Reflection.id)
        .where(Reflection.id.in_(reflection_ids))
        .group_by(Reflection.id, Reflection.problems)
    )
    return dict(session.execute(query).all())


def unanswered(session: Session, reflection_id: int) -> SelfCheckItem | None:
    """The problem whose measure is still to come."""
    mine = (SelfCheckItem.reflection_id == reflection_id, SelfCheckItem.measure == "")
    return session.scalars(select(SelfCheckItem).where(*mine).order_by(SelfCheckItem.position)).first()


def say(session: Session, reflection_id: int, said: str, message_id: int | None, now: datetime, today: date) -> None:
    """What was typed: a measure for the problem that has none, else a further problem; the same message twice is one.

    Raises Refusal for what is too long, and for one problem too many.
    """
    if _has(session, reflection_id, message_id):
        return
    text = _fitting(said)
    open_ = unanswered(session, reflection_id)
    if open_ is None:
        row = SelfCheckItem(
            reflection_id=reflection_id,
            position=_next(session, reflection_id),
            problem=text,
            problem_message=message_id,
            received_at=now,
        )
        session.add(row)
    else:
        open_.measure, open_.due_on, open_.measure_message = text, due_in(text, today), message_id
    session.flush()


def append(session: Session, reflection_id: int, found: Sequence[Item], now: datetime, today: date) -> None:
    """Problems with their measures that came together, behind what is there; raises Refusal for one too many."""
    for one in found:
        row = SelfCheckItem(
            reflection_id=reflection_id,
            position=_next(session, reflection_id),
            problem=one.problem,
            measure=one.measure,
            due_on=due_in(one.measure, today),
            received_at=now,
        )
        session.add(row)
        session.flush()


def says_none(said: str) -> bool:
    """无, 没有问题, 没有发现问题。, ／: that there is no problem."""
    return _SAYS_NONE.fullmatch(said) is not None


def _has(session: Session, reflection_id: int, message_id: int | None) -> bool:
    said = (SelfCheckItem.problem_message == message_id) | (SelfCheckItem.measure_message == message_id)
    mine = select(SelfCheckItem.id).where(SelfCheckItem.reflection_id == reflection_id, said)
    return message_id is not None and session.scalars(mine).first() is not None


def _fitting(said: str) -> str:
    text = visible(said).strip()
    if not text or len(text) > LONGEST:
        raise Refusal(f"一条问题或措施请不超过{LONGEST}字。")
    return text


def _next(session: Session, reflection_id: int) -> int:
    mine = SelfCheckItem.reflection_id == reflection_id
    count = session.scalar(select(func.count()).select_from(SelfCheckItem).where(mine)) or 0
    if count >= MOST:
        raise Refusal(f"一份自查表最多{MOST}个问题。")
    last = session.scalar(select(func.max(SelfCheckItem.position)).where(mine)) or 0
    return last + 1


def due_in(text: str, today: date) -> date | None:
    """Until when, where a measure ends with it: ……，9月30日前完成."""
    found = _DUE.search(text)
    typed = read_typed(found[1], today) if found else None
    return typed.days[0] if typed is not None and len(typed.days) == 1 else None


def lay(session: Session, reflection_id: int, found: Sequence[Item], now: datetime, today: date) -> None:
    """A form file that was read: it says all that there is, so that what was said before it gives way.

    A deadline that is no day stays with the measure, where who reads it finds it.
    """
    for line in listed(session, reflection_id):
        session.delete(line)
    session.flush()
    session.add_all(
        SelfCheckItem(
            reflection_id=reflection_id,
            position=position,
            problem=one.problem,
            measure=one.measure if _day(one.due, today) or not one.due else f"{one.measure}（{one.due}）",
            owner=one.owner,
            due_on=_day(one.due, today),
            received_at=now,
        )
        for position, one in enumerate(found, 1)
    )
    session.flush()


def _day(said: str, today: date) -> date | None:
    typed = read_typed(said, today) if said else None
    return typed.days[0] if typed is not None and len(typed.days) == 1 else None


def drop_last(session: Session, reflection_id: int) -> str | None:
    """删除上一条: the measure said last, else the problem; what it was. None: there is nothing."""
    rows = listed(session, reflection_id)
    if not rows:
        return None
    last = rows[-1]
    if last.measure:
        said, last.measure, last.measure_message, last.due_on = last.measure, "", None, None
    else:
        said = last.problem
        session.delete(last)
    session.flush()
    return said


def reword(session: Session, item: SelfCheckItem, message_id: int, said: str, today: date) -> bool:
    """An edited message before 提交; whether it changed anything."""
    text = _fitting(said)
    was = item.problem if item.problem_message == message_id else item.measure
    if text == was:
        return False
    if item.problem_message == message_id:
        item.problem = text
    else:
        item.measure, item.due_on = text, due_in(text, today)
    return True


def complete(session: Session, reflection_id: int) -> None:
    """Refuses a problem without a measure (S47)."""
    open_ = unanswered(session, reflection_id)
    if open_ is not None:
        short = open_.problem if len(open_.problem) <= _IN_WORDS else f"{open_.problem[:_IN_WORDS]}…"
        raise Refusal(LACKS_A_MEASURE.format(problem=short))


def move(session: Session, was: int, now_of: int) -> None:
    """They go on in another version."""
    mine = update(table(SelfCheckItem)).where(SelfCheckItem.reflection_id == was)
    session.execute(mine.values(reflection_id=now_of))


def copy(session: Session, was: int, now_of: int) -> None:
    """The same in another version, beside this one."""
    copy_rows(session, SelfCheckItem, SelfCheckItem.reflection_id, was, now_of)
