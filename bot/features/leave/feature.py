"""Leave: asked for, decided, and what is made up for it."""

from bot.features.leave import cards, handlers, jobs, ledgers, makeup_handlers, makeups, service, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="leave",
    handlers=handlers.HANDLERS,
    jobs=jobs.build,
    titles=jobs.TITLES,
    owing=makeups.owing,
    nearing=makeups.nearing,
    waiting=waiting.waiting,
    blocks=waiting.blocks,
    steps=[cards.steps, service.entered_steps, makeups.steps],
    possible=handlers.possible,
    stands=handlers.stands,
    takes=[makeup_handlers.TAKES],
    ledgers=ledgers.LEDGERS,
)
