"""/settings: one form, for the secretary and the deputy."""

from bot.features.settings import forms
from bot.kit.access import Right
from bot.kit.handlers import Command, Handler

HANDLERS: list[Handler] = [
    Command("settings", forms.FORM.start, "支部设置", Right.BRANCH_SETTINGS, more=64, words=("设置",)),
]
