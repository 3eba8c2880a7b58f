"""Days away: said, seen by whom they concern, and no nudges meanwhile."""

from bot.features.away import cards, forms, handlers, jobs, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="away",
    handlers=handlers.HANDLERS,
    forms=[forms.FORM],
    jobs=jobs.build,
    waiting=waiting.waiting,
    steps=[cards.steps],
    stands=handlers.stands,
)
