"""The working calendar: official days off, and the branch's own."""

from bot.features.calendar import dates, handlers
from bot.kit.feature import Feature

FEATURE = Feature(
    name="calendar",
    handlers=handlers.HANDLERS,
    dates=dates.dates,
)
