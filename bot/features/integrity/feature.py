"""Integrity: the reminder before a holiday, and who has read it."""

from bot.features.integrity import broadcast, dates, figures, handlers, jobs, ledgers, norm_facts, service
from bot.kit.feature import Feature

FEATURE = Feature(
    name="integrity",
    handlers=handlers.HANDLERS,
    possible=handlers.possible,
    forms=[handlers.DAY, handlers.TEXT, handlers.WORDS],
    jobs=jobs.build,
    broadcasts=broadcast.BROADCASTS,
    titles=broadcast.TITLES,
    owing=service.owing,
    nearing=service.nearing,
    reposts=broadcast.reposts,
    figures=figures.FIGURES,
    norms=norm_facts.NORMS,
    ledgers=ledgers.LEDGERS,
    dates=dates.dates,
)
