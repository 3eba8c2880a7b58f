"""会议记录: minutes of activities, their papers, the sign-in sheet, and what belongs to an activity of a type."""

from bot.features.minutes import forms, handlers, norm_facts, template_forms, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="minutes",
    handlers=handlers.HANDLERS,
    forms=[forms.FORM, template_forms.FORM],
    waiting=waiting.waiting,
    matters=waiting.matters,
    nearing=waiting.nearing,
    unfinished=waiting.unfinished,
    norms=norm_facts.NORMS,
)
