"""Activities: notice, 收到, 签到, leave, roll, make-ups."""

from bot.features.activities import broadcast, handlers, jobs, owing, reposts
from bot.kit.feature import Feature

FEATURE = Feature(
    name="activities",
    handlers=handlers.HANDLERS,
    jobs=jobs.build,
    broadcasts=broadcast.BROADCASTS,
    titles=broadcast.TITLES,
    owing=owing.owing,
    nearing=owing.nearing,
    reposts=reposts.reposts,
)
