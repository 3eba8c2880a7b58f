"""Development: the way from an application to full membership, its deadlines, and what meetings decide of it."""

from bot.features.development import figures, forms, handlers, ledgers, norm_facts, service, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="development",
    handlers=handlers.HANDLERS,
    forms=[forms.ENTER],
    families=[forms.FORMS],
    waiting=waiting.waiting,
    matters=waiting.matters,
    nearing=waiting.nearing,
    steps=[service.steps],
    figures=figures.FIGURES,
    norms=norm_facts.NORMS,
    ledgers=ledgers.LEDGERS,
)
