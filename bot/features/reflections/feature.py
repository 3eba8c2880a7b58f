"""Reflections: tasks, pieces, reviews."""

from bot.features.reflections import broadcast, dates, figures, forms, handlers, ledgers, offered, service, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="reflections",
    handlers=handlers.HANDLERS,
    forms=[forms.FORM, forms.CHECK_FORM],
    broadcasts=broadcast.BROADCASTS,
    titles=broadcast.TITLES,
    owing=service.owing,
    nearing=service.nearing,
    waiting=waiting.waiting,
    blocks=waiting.blocks,
    dates=dates.dates,
    steps=[handlers.steps],
    figures=figures.FIGURES,
    takes=[offered.TAKES],
    ledgers=ledgers.LEDGERS,
)
