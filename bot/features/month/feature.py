"""A month at a glance: what is planned, was held and falls due, as all the features tell it."""

from collections.abc import Sequence

from bot.features.month import handlers
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    return Feature(name="month", handlers=handlers.build([one.dates for one in features if one.dates is not None]))


FEATURE = Feature(name="month", across=_across)
