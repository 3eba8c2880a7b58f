"""What is still owed, over all features."""

from collections.abc import Sequence

from bot.features.todo import handlers, jobs
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    return Feature(name="todo", handlers=handlers.build(features), jobs=lambda tz: jobs.build(tz, features))


FEATURE = Feature(name="todo", across=_across)
