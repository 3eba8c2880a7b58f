"""The quarter's figures and the records behind them, one's own record, the committee's view."""

from bot.features.tally import handlers
from bot.kit.feature import Feature

FEATURE = Feature(
    name="tally",
    handlers=handlers.HANDLERS,
)
