"""The report of a quarter, a half-year or a year (S1, domain 4.4)."""

from collections.abc import Sequence

from bot.features.report import handlers
from bot.kit.feature import Feature
from bot.kit.figures import together


def _across(features: Sequence[Feature]) -> Feature:
    return Feature(name="report", handlers=handlers.build(together(*(one.figures for one in features))))


FEATURE = Feature(name="report", across=_across)
