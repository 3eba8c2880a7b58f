"""What holds some words: people, activities, entries."""

from bot.features.finding import handlers
from bot.kit.feature import Feature

FEATURE = Feature(name="finding", handlers=handlers.HANDLERS, forms=[handlers.FIND])
