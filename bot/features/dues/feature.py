"""党费: a list of months to tick, without amounts; off until a branch switches it on (R24)."""

from bot.features.dues import asked, handlers, norm_facts, service
from bot.kit.feature import Feature
from bot.kit.own_records import OwnRecords

FEATURE = Feature(
    name="dues",
    handlers=handlers.HANDLERS,
    steps=[service.steps],
    matters=asked.matters,
    nearing=asked.nearing,
    norms=norm_facts.NORMS,
    own_records=OwnRecords("党费", asked.own_lines),
)
