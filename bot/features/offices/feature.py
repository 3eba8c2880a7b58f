"""Handing over the secretary's office, and choosing where one acts."""

from collections.abc import Sequence

from bot.features.offices import handlers
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    return Feature(name="offices", handlers=handlers.build(features))


FEATURE = Feature(name="offices", across=_across)
