"""Choices that several kinds offer."""

from bot.kit.glossary.choices import ORGANIZERS

LEVELS = {
    "national": "国家级",
    "provincial": "省部级",
    "municipal": "市厅级",
    "county": "县处级",
    "superior_committee": "上级党委",
    "unit": "本单位",
}
WHO_ORGANIZES = {one.value: word for one, word in ORGANIZERS.items()}
# Held by the branch, alone or with others; the rest it took part in (D2).
OWN, OTHERS = ("own_branch", "joint"), ("superior", "other_branch")
