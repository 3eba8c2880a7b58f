"""What is due of the register, by owner."""

from bot.features.lists import handlers
from bot.kit.feature import Feature

FEATURE = Feature(name="lists", handlers=handlers.HANDLERS)
