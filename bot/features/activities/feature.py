"""Activities: plan, card, 签到, roll."""

from bot.features.activities import forms, handlers, jobs, participation, service, waiting
from bot.features.activities.counting import figures
from bot.kit.feature import Feature

FEATURE = Feature(
    name="activities",
    handlers=handlers.HANDLERS,
    possible=handlers.possible,
    forms=[forms.FORM, forms.POSTPONE],
    jobs=jobs.build,
    waiting=waiting.waiting,
    steps=[participation.steps, service.steps],
    figures=figures.FIGURES,
)
