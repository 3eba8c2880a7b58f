"""规范检查: what a branch is asked by the regulations and by its superiors, and how far it is."""

from collections.abc import Sequence
from functools import partial

from bot.features.norms import forms, handlers
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    return Feature(
        name="norms",
        handlers=handlers.build(features),
        families=[forms.FORMS],
        digest=partial(handlers.digest, features),
        by_hand=partial(handlers.by_hand, features),
    )


FEATURE = Feature(name="norms", across=_across)
