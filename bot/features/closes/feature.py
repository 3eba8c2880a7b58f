"""定稿 of a quarter and its corrections (D20, D20b)."""

from collections.abc import Sequence

from bot.features.closes import forms, handlers, ledgers
from bot.features.closes.service import Offered
from bot.kit.feature import Feature
from bot.kit.figures import together


def _across(features: Sequence[Feature]) -> Feature:
    figures = together(*(one.figures for one in features))
    blocks = [one.blocks for one in features if one.blocks is not None]
    asked = handlers.Forms(forms.roll_form(figures), forms.score_form(figures), forms.admit_form(figures))
    return Feature(
        name="closes",
        handlers=handlers.build(Offered(figures, blocks), asked),
        forms=asked.listed,
        ledgers=ledgers.LEDGERS,
    )


FEATURE = Feature(name="closes", across=_across, ledgers=ledgers.LEDGERS)
