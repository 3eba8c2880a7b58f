"""Activities: plan, card, 签到, roll; 撤销 of what any feature lets one take back."""

from collections.abc import Sequence
from dataclasses import replace

from bot.features.activities import forms, handlers, jobs, participation
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    return replace(FEATURE, handlers=handlers.build(features))


FEATURE = Feature(
    name="activities",
    forms=[forms.FORM, forms.POSTPONE],
    jobs=jobs.build,
    steps=[participation.steps],
    across=_across,
)
