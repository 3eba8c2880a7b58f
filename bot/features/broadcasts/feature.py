"""Stopping and correcting what goes to many, for every feature that sends such."""

from collections.abc import Sequence

from bot.features.broadcasts import forms, handlers, jobs
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    kinds = [kind for feature in features for kind in feature.broadcasts]
    form = forms.correction(kinds)
    return Feature(
        name="broadcasts", handlers=handlers.build(kinds, form), forms=[form], jobs=lambda tz: jobs.build(tz, kinds)
    )


FEATURE = Feature(name="broadcasts", across=_across)
