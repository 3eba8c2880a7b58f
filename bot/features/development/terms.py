"""The periods of the way into the Party as the rule files of a branch have them on a day (R16-R23)."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.development.rules import Terms
from bot.features.norms.rule_file import Rules
from bot.features.norms.service import book_of

# By the name that a rule file has for it.
_MONTHS = {
    "application_talk": "application_talk",
    "activist_min": "activist_min",
    "activist_review": "review",
    "preview_to_meeting": "preview_to_meeting",
    "acceptance_approval": "acceptance_approval",
    "acceptance_approval_max": "acceptance_approval_max",
    "probation": "probation",
    "conversion_approval": "conversion_approval",
}
# What is asked in days and hours: of which event's norm which key.
_AMOUNTS = {
    "training_days": ("development_training", "min"),
    "training_hours": ("development_training", "or_hours"),
    "publicity_working_days": ("development_publicity", "workdays"),
    "conversion_meeting_days": ("probation_end", "days"),
}


def terms_in(session: Session, branch_id: int, day: date) -> Terms:
    """What holds in a branch on that day."""
    return terms_of(book_of(session, branch_id).on(day))


def terms_of(rules: Rules) -> Terms:
    """Of what no file says anything the national rule."""
    deadlines, norms = rules.deadlines, {one.event: one for one in rules.norms.values()}
    months: dict[str, Any] = {ours: _span(deadlines[name])[-1] for name, ours in _MONTHS.items() if name in deadlines}
    if "probation_extension" in deadlines:
        months["extensions"] = _span(deadlines["probation_extension"])
    said = {ours: getattr(norms[event], key) for ours, (event, key) in _AMOUNTS.items() if event in norms}
    return Terms(**months, **{ours: many for ours, many in said.items() if many is not None})


def _span(text: str) -> tuple[int, ...]:
    """1m is one month; 6m..12m each from six to twelve."""
    first, _, last = text.replace("m", "").partition("..")
    return tuple(range(int(first), int(last or first) + 1))
