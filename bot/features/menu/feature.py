"""更多, 本组 and 帮助, over all features; and the keyboard that goes with them."""

from collections.abc import Sequence

from bot.features.menu import handlers, jobs
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    known = [one for feature in features for one in feature.handlers] + handlers.HANDLERS
    return Feature(name="menu", handlers=handlers.HANDLERS, jobs=lambda tz: jobs.build(tz, known))


FEATURE = Feature(name="menu", across=_across)
