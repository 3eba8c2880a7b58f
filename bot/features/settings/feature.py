"""支部设置: what a branch decides itself about its counting."""

from bot.features.settings import forms, handlers
from bot.kit.feature import Feature

FEATURE = Feature(name="settings", handlers=handlers.HANDLERS, forms=[forms.FORM])
