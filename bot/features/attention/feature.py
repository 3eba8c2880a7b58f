"""了解情况: what the secretary alone is told of members (R25, R26, R31), in no page, table or digest."""

from bot.features.attention import jobs
from bot.kit.feature import Feature

FEATURE = Feature(name="attention", jobs=jobs.build)
