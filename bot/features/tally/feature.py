"""The figures of a period and the records behind them, one's own record, the committee's view."""

from collections.abc import Sequence

from bot.features.tally import handlers
from bot.features.tally.reading import Told
from bot.kit.feature import Feature
from bot.kit.figures import together


def _across(features: Sequence[Feature]) -> Feature:
    figures = together(*(one.figures for one in features))
    own = [one.own_records for one in features if one.own_records is not None]
    told = Told(figures, [one.blocks for one in features if one.blocks is not None])
    return Feature(name="tally", handlers=handlers.build(told, own))


FEATURE = Feature(name="tally", across=_across)
