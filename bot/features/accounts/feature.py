"""Accounts: invites, binding, groups, the welcome and the help."""

from bot.features.accounts import handlers, jobs, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="accounts",
    handlers=handlers.HANDLERS,
    jobs=jobs.build,
    waiting=waiting.waiting,
)
