"""The figures of a period and the records behind them, one's own record, the committee's view."""

from collections.abc import Sequence

from bot.features.tally import handlers, keeping
from bot.kit.feature import Feature


def _across(features: Sequence[Feature]) -> Feature:
    keeps = keeping.keeps_of(features)
    own = [one.own_records for one in features if one.own_records is not None]
    return Feature(name="tally", handlers=handlers.build(keeps, own))


FEATURE = Feature(name="tally", across=_across)
