"""The questions of which tests are made."""

from bot.features.question_bank import handlers
from bot.kit.feature import Feature

FEATURE = Feature(
    name="question_bank",
    handlers=handlers.HANDLERS,
    forms=[handlers.OUT],
    idle=("add exam_question", "remove exam_question"),
)
