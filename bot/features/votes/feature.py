"""Votes: put at a meeting, counted in totals, valid and passed by the rules."""

from bot.features.votes import figures, forms, handlers, norm_facts, service
from bot.kit.feature import Feature

FEATURE = Feature(
    name="votes",
    handlers=handlers.HANDLERS,
    families=[forms.FORMS],
    steps=[service.steps],
    figures=figures.FIGURES,
    norms=norm_facts.NORMS,
)
