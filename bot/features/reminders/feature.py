"""Which reminders the clock sends in a branch."""

from bot.features.reminders import handlers
from bot.kit.feature import Feature

FEATURE = Feature(name="reminders", handlers=handlers.HANDLERS, idle=("change sends",))
