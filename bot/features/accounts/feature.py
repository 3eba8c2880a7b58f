"""Accounts: invites, binding, groups, the welcome and the help."""

from bot.features.accounts import handlers, jobs
from bot.kit.feature import Feature

FEATURE = Feature(
    name="accounts",
    handlers=handlers.HANDLERS,
    jobs=jobs.build,
)
