"""The roster as a file: read as offices keep it, shown as a difference, written once that is confirmed; handed out."""

from bot.features.roster_files import handlers, ledgers
from bot.kit.feature import Feature

FEATURE = Feature(name="roster_files", handlers=handlers.HANDLERS, takes=[handlers.TAKES], ledgers=ledgers.LEDGERS)
