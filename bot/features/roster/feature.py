"""The roster: dated facts of people, changed in chat (or by a file: roster_files)."""

from bot.features.roster import forms, handlers, jobs, norm_facts, undoing
from bot.features.roster.counting import figures
from bot.kit.feature import Feature

FEATURE = Feature(
    name="roster",
    handlers=handlers.HANDLERS,
    forms=[handlers.TERM, forms.FORM],
    jobs=jobs.build,
    steps=[undoing.steps],
    figures=figures.FIGURES,
    norms=norm_facts.NORMS,
)
