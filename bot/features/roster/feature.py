"""The roster: dated facts of people, changed in chat or read from a file."""

from bot.features.roster import handlers, jobs, undoing, wizard
from bot.kit.feature import Feature

FEATURE = Feature(
    name="roster",
    handlers=handlers.HANDLERS,
    forms=[handlers.TERM, wizard.FORM],
    jobs=jobs.build,
    steps=[undoing.steps],
)
