"""The care for data: one's own, the log, what is kept how long, erasure."""

from bot.features.privacy import handlers
from bot.kit.feature import Feature

FEATURE = Feature(
    name="privacy",
    handlers=handlers.HANDLERS,
    forms=[handlers.WORD],
    idle=("add hygiene_word", "remove hygiene_word"),
)
