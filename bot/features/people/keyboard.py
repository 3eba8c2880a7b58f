"""The keyboard of somebody, for a feature that changes what they may do."""

from bot.features.people.messages import menu

__all__ = ["menu"]
