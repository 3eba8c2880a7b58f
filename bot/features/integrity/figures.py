"""What is counted of reminders: how many, and who has read each of them in time (S52)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from bot.features.integrity.rules import ReminderCounts
from bot.features.integrity.rules import names as holiday_names
from bot.features.integrity.service import reminder_figures
from bot.kit.figure_words import aside, counted, with_names
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Lacking,
    Look,
    Record,
    Section,
    Shown,
    Source,
    Together,
    codes,
    fixed,
)
from bot.kit.group_scope import LATEST
from bot.kit.rates import percent, rate
from bot.kit.words import moment_words
from storage.models.reminder import Reminder

Reminders = Mapping[int, ReminderCounts]
Row = tuple[int, ReminderCounts]


def _reminders(counting: Counting) -> Reminders:
    """By id, each as it counts at the cut-off of its own quarter (D27)."""
    found = counting.each(_of_branches)
    latest = counting.of(LATEST)
    return found if latest is None else {row: one.among(latest) for row, one in found.items()}


def _of_branches(of: Together) -> dict[int, Reminders]:
    return {**reminder_figures(of.session, of.counts, of.slices, of.tz)}


def _unread(one: ReminderCounts) -> list[int]:
    return [person for person in one.audience_ids if person not in one.acknowledged_ids]


def _lacking(counting: Counting, reminders: Reminders) -> Iterable[Lacking]:
    for one in reminders.values():
        yield Lacking(f"{one.title}节前提醒，未阅", _unread(one))


REMINDERS = Source("reminders", _reminders, _lacking)


def _show(look: Look, rows: Sequence[Row]) -> Shown:
    """Each reminder with who has read it in time, later, never."""
    counts = dict(rows)
    called = look.called({person for one in counts.values() for person in one.audience_ids})
    query = select(Reminder).where(Reminder.id.in_(counts)).order_by(Reminder.id)
    return (), [
        Record("\n".join(_reminder(row, counts[row.id], called, look.counting))) for row in look.session.scalars(query)
    ]


def _reminder(row: Reminder, one: ReminderCounts, called: Mapping[int, str], counting: Counting) -> Iterable[str]:
    late = [person for person in one.acknowledged_ids if person not in one.on_time_ids]
    sent, due = moment_words(row.sent_at, counting.tz), moment_words(row.ack_due, counting.tz)
    return (
        f"{holiday_names(row.holidays)}：{sent}发送，{due}截止",
        f"　{counted(('应阅', one.audience), ('按时已阅', one.ack_on_time))}",
        *with_names(called, ("逾期已阅", late), ("未阅", _unread(one))),
    )


def _named(one: ReminderCounts) -> dict[str, Any]:
    return {
        "audience": one.audience,
        "ack_on_time": one.ack_on_time,
        "ack_all": one.ack_all,
        "not_ack_on_time": sorted(codes("P", one.not_ack_on_time)),
    }


def _behind(rows: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    return {path: listed for row_id, one in rows for path, listed in _behind_one(f".M{row_id}", one)}


def _behind_one(path: str, one: ReminderCounts) -> Iterable[tuple[str, Sequence[str]]]:
    yield f"{path}.audience", codes("P", one.audience_ids)
    yield f"{path}.ack_on_time", codes("P", one.on_time_ids)
    yield f"{path}.ack_all", codes("P", one.acknowledged_ids)
    yield f"{path}.not_ack_on_time", sorted(codes("P", one.not_ack_on_time))


def _read(sent: Mapping[str, Any]) -> str:
    """（应阅46人次，按时已阅44人次，按时率95.7%）"""
    audience, on_time = (sum(one[name] for one in sent.values()) for name in ("audience", "ack_on_time"))
    so_far = [f"按时已阅{on_time}人次"] if on_time else []
    return aside([f"应阅{audience}人次", *so_far, f"按时率{percent(rate(on_time, audience))}"] if audience else ())


def _each(rows: Sequence[Row]) -> dict[int, str]:
    """节前提醒应阅2次，已阅1次"""
    asked = Counter(person for _, one in rows for person in one.audience_ids)
    read = Counter(person for _, one in rows for person in one.acknowledged_ids)
    said = {one: f"，已阅{read[one]}次" if read[one] else "" for one in asked}
    return {one: f"节前提醒应阅{many}次{said[one]}" for one, many in asked.items()}


FIGURES = fixed(
    Figure(
        "reminders",
        "节前廉洁提醒",
        "次",
        Section.REMINDERS,
        Behaviour.ADDITIVE,
        "这段时间发送的提醒；按时率为按时已阅除以应阅，按人次",
        of=REMINDERS,
        rows=lambda reminders: list(reminders.items()),
        value=lambda rows: {f"M{row_id}": _named(one) for row_id, one in rows},
        number=len,
        behind=_behind,
        each=_each,
        show=_show,
        more=_read,
        undivided=True,
        old="reminders",
    ),
)
