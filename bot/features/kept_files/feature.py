"""The files of the register's entries and of activities: shown to whoever may read what holds them."""

from bot.features.kept_files import handlers
from bot.kit.feature import Feature

FEATURE = Feature(name="kept_files", handlers=handlers.HANDLERS)
