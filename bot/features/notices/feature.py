"""Notices: of an activity or plain, and 收到."""

from bot.features.notices import broadcast, handlers, owing, plain_notices, reposts, service
from bot.kit.feature import Feature

FEATURE = Feature(
    name="notices",
    handlers=handlers.HANDLERS,
    forms=[plain_notices.FORM],
    broadcasts=broadcast.BROADCASTS,
    titles=broadcast.TITLES,
    owing=owing.owing,
    nearing=owing.nearing,
    reposts=reposts.reposts,
    steps=[service.steps],
    possible=handlers.possible,
    takes=[plain_notices.TAKES],
)
