"""定稿 of a quarter and its corrections (D20, D20b), and what superiors ask of those who have not closed."""

from collections.abc import Sequence
from datetime import tzinfo

from sqlalchemy.orm import Session

from bot.features.closes import below_handlers, forms, handlers, jobs, late, ledgers
from bot.features.closes.contents import forms as contents_forms
from bot.features.closes.contents import handlers as contents_handlers
from bot.features.closes.service import Offered
from bot.features.readiness.service import Sources
from bot.features.tally.keeping import keeps_of
from bot.kit.feature import Feature
from scheduler.calendar.days import Quarter


def _uncounted(session: Session, branch_id: int, quarter: Quarter, tz: tzinfo) -> list[str]:
    return [one.line for one in late.listed(session, branch_id, quarter, tz)]


def _across(features: Sequence[Feature]) -> Feature:
    keeps = keeps_of(features)
    asked = handlers.Forms(
        forms.roll_form(keeps.figures), forms.score_form(keeps.figures), forms.admit_form(keeps.figures)
    )
    unfinished = [one.unfinished for one in features if one.unfinished is not None]
    offered = Offered(keeps.figures, keeps.blocks, unfinished)
    contents = contents_forms.family(keeps.figures)
    return Feature(
        name="closes",
        handlers=[
            *handlers.build(offered, asked),
            *contents_handlers.build(offered, contents),
            *below_handlers.build(keeps),
        ],
        forms=asked.listed,
        families=[contents],
        ledgers=ledgers.LEDGERS,
        jobs=lambda tz: jobs.build(tz, Sources(keeps.figures, features)),
        uncounted=_uncounted,
    )


FEATURE = Feature(name="closes", across=_across, ledgers=ledgers.LEDGERS)
