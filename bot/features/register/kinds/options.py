"""Choices that several kinds offer."""

from bot.kit.glossary import choices
from bot.kit.glossary.choices import ORGANIZERS

LEVELS = {one.value: word for one, word in choices.LEVELS.items()}
MODES = {one.value: word for one, word in choices.MODES.items()}
WHO_ORGANIZES = {one.value: word for one, word in ORGANIZERS.items()}
# Held by the branch, alone or with others; the rest it took part in (D2).
OWN, OTHERS = ("own_branch", "joint"), ("superior", "other_branch")
