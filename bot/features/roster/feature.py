"""The roster: dated facts of people, changed in chat or read from a file."""

from bot.features.roster import handlers, jobs
from bot.kit.feature import Feature

FEATURE = Feature(
    name="roster",
    handlers=handlers.HANDLERS,
    jobs=jobs.build,
)
