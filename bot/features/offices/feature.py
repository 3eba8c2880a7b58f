"""Handing over the secretary's office, and choosing where one acts."""

from bot.features.offices import handlers
from bot.kit.feature import Feature

FEATURE = Feature(
    name="offices",
    handlers=handlers.HANDLERS,
)
