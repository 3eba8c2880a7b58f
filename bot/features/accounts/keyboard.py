"""The keyboard of somebody, for a feature that changes what they may do."""

from bot.features.accounts.messages import menu

__all__ = ["menu"]
