"""准备情况 of a quarter: which figures of the report are done, which are open, and who can settle them (D27, G6)."""

from collections.abc import Sequence
from functools import partial

from bot.features.readiness import handlers, service
from bot.features.readiness.service import Sources
from bot.kit.feature import Feature
from bot.kit.figures import together


def sources_of(features: Sequence[Feature]) -> Sources:
    """What readiness takes of these features."""
    return Sources(together(*(one.figures for one in features)), features)


def _across(features: Sequence[Feature]) -> Feature:
    sources = sources_of(features)
    return Feature(
        name="readiness",
        handlers=handlers.build(sources),
        digest=partial(handlers.digest, sources),
        by_hand=partial(service.by_hand, sources),
    )


FEATURE = Feature(name="readiness", across=_across)
