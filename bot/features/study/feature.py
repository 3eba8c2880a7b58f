"""Study: the month's theme, books and papers, and who is through with them."""

from bot.features.study import broadcast, dates, figures, forms, handlers, jobs, ledgers, norm_facts, service
from bot.kit.feature import Feature

FEATURE = Feature(
    name="study",
    handlers=handlers.HANDLERS,
    forms=[forms.TITLE, forms.CHANGE, forms.ITEM],
    jobs=jobs.build,
    steps=[service.steps],
    broadcasts=broadcast.BROADCASTS,
    titles=broadcast.TITLES,
    owing=service.owing,
    nearing=service.nearing,
    figures=figures.FIGURES,
    norms=norm_facts.NORMS,
    ledgers=ledgers.LEDGERS,
    dates=dates.dates,
)
