"""How long a record may still be changed: by whoever made the step, and by anybody before the quarter closes."""

from datetime import datetime, timedelta

from bot.kit.refusal import Refusal

UNDO_WITHIN = timedelta(minutes=10)
UNDONE_ALREADY = "这一步已撤销。"
CLOSED = "本季度已关账，修改请走“更正”。"


def may_undo(done_at: datetime, now: datetime) -> bool:
    """One's own last step can be taken back for ten minutes."""
    return now - done_at <= UNDO_WITHIN


def before_undo_ends(done_at: datetime, now: datetime, otherwise: str) -> None:
    """Raises Refusal when the ten minutes are over; `otherwise`: what can be done then."""
    if not may_undo(done_at, now):
        raise Refusal(f"已超过10分钟，不能撤销{otherwise}")


def in_time(instant: datetime, cut_off: datetime) -> bool:
    """Whether something counts without a correction: 24:00 of the close day is the first instant that no longer does
    (D20).
    """
    return instant < cut_off


def before_cut_off(now: datetime, cut_off: datetime) -> None:
    """Raises Refusal once the quarter takes nothing more."""
    if not in_time(now, cut_off):
        raise Refusal(CLOSED)
