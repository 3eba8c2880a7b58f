"""What goes to many at one time, in chat: its kinds, the card of its progress, stopping, correcting, a preview."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from bot.kit.access import Right
from bot.kit.buttons import Button
from bot.kit.replies import TEXT_LIMIT, Choice, Message, Rows, To
from bot.kit.words import cut, moment_words
from scheduler import broadcasts
from scheduler.broadcasts import Progress, batch_of
from scheduler.jobs import Owed
from storage.choices import ActivityType

# What is delivered within so many seconds needs no card of its own: the desk's card shows the figures.
QUICK = 5
PREVIEW = "【预览】"


# --- buttons -------------------------------------------------------------------------------------------------------


class Sure(StrEnum):
    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Stop(Button):
    """停止发送, and the answer to 确认停止吗？"""

    prefix: ClassVar[str] = "bs"
    kind: str
    subject_id: int
    sure: Sure


@dataclass(frozen=True)
class Resume(Button):
    """继续发送, of what was stopped."""

    prefix: ClassVar[str] = "br"
    kind: str
    subject_id: int


@dataclass(frozen=True)
class Correct(Button):
    """修改已发内容"""

    prefix: ClassVar[str] = "bc"
    kind: str
    subject_id: int


class Draft(StrEnum):
    SEND = "send"
    CHANGE = "change"
    DROP = "drop"


@dataclass(frozen=True)
class DecideCorrection(Button):
    """确认修改, 修改 or 取消 under one preview: every text typed has a `dialog_id` of its own."""

    prefix: ClassVar[str] = "bd"
    dialog_id: int
    does: Draft


@dataclass(frozen=True)
class Previewed(Button):
    """Any button of a preview: it does nothing and says so."""

    prefix: ClassVar[str] = "pv"


# --- what a feature declares ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BatchContent:
    """One thing that was sent to many. `text`: what a correction may change, at most `longest` characters.

    right: who may stop and correct it, in its branch or party group; types: what it holds, for whom the right is of
    the own field. cards: live cards that show it. closed: why it can no longer be corrected; fixed: why its words are
    not changed at all, being made of a record.
    """

    branch_id: int
    title: str
    text: str
    longest: int
    right: Right
    group_id: int | None = None
    types: Sequence[ActivityType] = ()
    cards: Sequence[tuple[str, int]] = ()
    closed: str = ""
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One of its messages: to whom, and what its job noted about it."""

    person_id: int | None
    chat_id: int
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A kind of broadcast, whose messages are the batches `kind:id`.

    find: the subject by its id. reworded: how it would read with another text
    to somebody who has not answered. change: take the text, already checked. reads: how one sent message reads now,
    with what its owner has done; None leaves it as it is. along: other batches that carry it. word: what several of
    them are called; begun: the subjects of a branch that were sent between two instants (the second is not included),
    both in the branch's time zone.
    """

    kind: str
    find: Callable[[Session, int, tzinfo], BatchContent | None]
    reworded: Callable[[Session, int, str, tzinfo], Message]
    change: Callable[[Session, int, str, tzinfo], None]
    reads: Callable[[Session, int, Sent, datetime, tzinfo], Message | None]
    along: Callable[[Session, int, tzinfo], Sequence[str]] = lambda session, subject_id, tz: ()
    word: str = ""
    begun: Callable[[Session, int, datetime, datetime], Iterable[int]] = lambda session, branch_id, since, until: ()


# --- what went -----------------------------------------------------------------------------------------------------


def begun_by(row: Any, moment: Any) -> Callable[[Session, int, datetime, datetime], Iterable[int]]:
    """The rows of a table by the column that says when each of them was sent: an instant, or the branch's day."""

    def begun(session: Session, branch_id: int, since: datetime, until: datetime) -> Iterable[int]:
        first, end = (since.date(), until.date()) if isinstance(moment.type, Date) else (since, until)
        query = select(row.id).where(row.branch_id == branch_id, moment >= first, moment < end)
        return session.scalars(query.order_by(row.id))

    return begun


def went(
    session: Session, kinds: Sequence[Broadcast], branch_id: int, since: datetime, until: datetime, tz: tzinfo
) -> tuple[Mapping[str, int], int]:
    """How many of each kind were sent between two instants, by word; and how many people did not get one of them."""
    found = [
        (kind.word, {batch_of(kind.kind, one), *kind.along(session, one, tz)})
        for kind in kinds
        for one in kind.begun(session, branch_id, since, until)
    ]
    there, lost = broadcasts.gone(session, sorted({batch for _, batches in found for batch in batches}))
    return Counter(word for word, batches in found if batches & there), len(lost)


# --- sending one ---------------------------------------------------------------------------------------------------


def progress_card(kind: str, subject_id: int) -> tuple[str, int]:
    """The live card 发送进度 of a broadcast."""
    return f"progress.{kind}", subject_id


def to_many(
    session: Session,
    kind: str,
    subject_id: int,
    title: str,
    told: Sequence[To],
    starter: int,
    now: datetime,
    *,
    fixed: bool = False,
) -> list[To]:
    """A handler's messages as one broadcast; a long one begins with the card of its progress for who started it."""
    batch = batch_of(kind, subject_id)
    whole = [replace(to, batch=batch) for to in told]
    seconds = broadcasts.lasts(session, len(whole), now)
    if seconds <= QUICK:
        return whole
    found = Progress(waiting=len(whole), seconds=seconds)
    begun = progress_message(kind, subject_id, title, found, fixed=fixed)
    card = To(begun, person_id=starter, key=f"progress:{batch}", card=progress_card(kind, subject_id))
    return [card, *whole]


def to_desk(kind: str, subject_id: int, title: str, many: int, desk: Sequence[int]) -> list[Owed]:
    """The same card for a job's broadcast; nothing when so many messages are out in no time. Goes before them."""
    seconds = broadcasts.seconds_of(many)
    if seconds <= QUICK:
        return []
    begun = progress_message(kind, subject_id, title, Progress(waiting=many, seconds=seconds)).to_json()
    card, key = progress_card(kind, subject_id), f"progress:{batch_of(kind, subject_id)}"
    return [
        Owed((f"{key}:{person}",), begun, person, about={"progress": begun}, card=card)
        for person in dict.fromkeys(desk)
    ]


def after(many: int) -> timedelta:
    """When so many messages are out, with a little to spare: then the desk's card tells what became of them."""
    return timedelta(seconds=broadcasts.seconds_of(many) + 2)


# --- what is shown -------------------------------------------------------------------------------------------------


def figures(found: Progress) -> str:
    """已送达412份（应发1000份），未送达3份，预计还需20秒。"""
    numbers = {
        "未送达": found.unreachable + found.failed,
        "不能确认送达": found.unknown,
        "已停止": found.cancelled,
        "逾期未发": found.expired,
        "正在修改": found.correcting,
    }
    words = [f"已送达{found.sent}份（应发{found.total}份）"]
    words += [f"{word}{number}份" for word, number in numbers.items() if number]
    words += [f"预计还需{_duration(found.seconds)}"] if found.waiting else []
    return "，".join(words) + "。"


def _duration(seconds: int) -> str:
    """20秒, 3分钟, 2小时: never less than it takes."""
    if seconds < 100:
        return f"{seconds}秒"
    minutes = -(-seconds // 60)
    words = f"{minutes}分钟" if minutes < 100 else f"{-(-minutes // 60)}小时"
    return f"{words}以上" if seconds >= broadcasts.seconds_of(broadcasts.COUNTED) else words


def buttons(kind: str, subject_id: int, found: Progress, *, fixed: bool = False) -> list[list[Choice]]:
    """停止发送 while there is something to stop, 继续发送 when it was, 修改已发内容 unless its words are `fixed`."""
    stop = [Choice("停止发送", Stop(kind, subject_id, Sure.ASK))] if found.waiting else []
    if not stop and found.cancelled:
        stop = [Choice("继续发送", Resume(kind, subject_id))]
    row = [*stop, *([] if fixed else [Choice("修改已发内容", Correct(kind, subject_id))])]
    return [row] if row else []


def progress_message(
    kind: str, subject_id: int, title: str, found: Progress, corrected: str = "", *, fixed: bool = False
) -> Message:
    """【发送进度】, for who started it."""
    lines = [f"【发送进度】{cut(title, 60)}", figures(found), *filter(None, [corrected])]
    return Message("\n".join(lines), buttons(kind, subject_id, found, fixed=fixed))


def corrected_line(session: Session, branch_id: int, kind: str, subject_id: int, tz: tzinfo) -> str:
    """7月4日（周二）09:30已修改。"""
    at = broadcasts.corrected_at(session, branch_id, batch_of(kind, subject_id))
    return f"{moment_words(at, tz)}已修改。" if at else ""


def with_delivery(
    session: Session,
    card: Message,
    branch_id: int,
    kind: str,
    subject_id: int,
    now: datetime,
    tz: tzinfo,
    *,
    fixed: bool = False,
) -> Message:
    """A desk's card with what became of the sending, and the buttons to stop and correct it."""
    found = broadcasts.progress(session, batch_of(kind, subject_id), now)
    if found.waiting and found.seconds <= QUICK:
        # Out before anybody has read this: the card is shown again when it is.
        found = Progress()
    # One message to a group needs no count.
    plain = found.total == found.sent <= 1
    lines = ["" if plain else figures(found), corrected_line(session, branch_id, kind, subject_id, tz)]
    text = "\n".join([card.text, *filter(None, lines)])
    return Message(cut(text, TEXT_LIMIT), _below(card.rows, buttons(kind, subject_id, found, fixed=fixed)))


def _below(rows: Rows, more: Sequence[Sequence[Choice]]) -> list[Sequence[Choice]]:
    """Two a row: one that is alone takes the place beside a lone one."""
    alone = rows and more and len(rows[-1]) == 1 and len(more[0]) == 1
    return [*rows[:-1], [*rows[-1], *more[0]], *more[1:]] if alone else [*rows, *more]


def delivering(kind: str) -> Callable[[Session, int], datetime | None]:
    """When it goes on: what a live card asks (CardView.lives) to know whether to show itself again."""
    return lambda session, subject_id: broadcasts.goes_on_at(session, batch_of(kind, subject_id))


def preview(message: Message) -> Message:
    """A message exactly as it will look, marked, with buttons that do nothing."""
    rows = [[_harmless(choice) for choice in row] for row in message.rows]
    return Message(cut(f"{PREVIEW}\n{message.text}", TEXT_LIMIT), rows)


def _harmless(choice: Choice) -> Choice:
    return choice if isinstance(choice.does, str) else Choice(choice.label, Previewed())
