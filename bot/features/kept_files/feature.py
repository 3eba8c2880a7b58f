"""The files of the register's entries: shown to whoever may read the entry."""

from bot.features.kept_files import handlers
from bot.kit.feature import Feature

FEATURE = Feature(name="kept_files", handlers=handlers.HANDLERS)
