"""What came too late for the quarter of its own day: it stands in lists and ledgers, and in no figure of it."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from sqlalchemy.orm import Session

from bot.features.register import rules
from bot.features.register.rules import View
from bot.kit.closing import close_days, cut_off_on
from bot.kit.deadlines import in_time
from bot.kit.words import quarter_word


def not_counted(session: Session, branch_id: int, found: Sequence[View], tz: tzinfo) -> Mapping[int, str]:
    """不计入第三季度, by entry: of kinds that a day of their own puts into a period."""
    dated = [(view, day) for view in found if view.kind.dated and (day := rules.dated(view.kind, view.fields))]
    if not dated:
        return {}
    closes = close_days(session, branch_id)
    return {
        view.id: f"不计入{quarter_word(day)}"
        for view, day in dated
        if view.withdrawn_at is None and not in_time(view.recorded_at, cut_off_on(day, closes, tz))
    }
