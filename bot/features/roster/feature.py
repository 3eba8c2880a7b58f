"""The roster: dated facts of people, changed in chat or read from a file."""

from bot.features.roster import forms, handlers, jobs, undoing
from bot.kit.feature import Feature

FEATURE = Feature(
    name="roster",
    handlers=handlers.HANDLERS,
    forms=[handlers.TERM, forms.FORM],
    jobs=jobs.build,
    steps=[undoing.steps],
)
