"""Talks: recorded in three taps, never what was said; campaigns, the year, figures."""

from bot.features.talks import asked, campaign_forms, figures, forms, handlers, ledgers, norm_facts, service
from bot.kit.feature import Feature
from bot.kit.own_records import OwnRecords

FEATURE = Feature(
    name="talks",
    handlers=handlers.HANDLERS,
    forms=[forms.FORM, forms.WITHDRAW, campaign_forms.FORM],
    steps=[service.steps],
    figures=figures.FIGURES,
    norms=norm_facts.NORMS,
    matters=asked.matters,
    nearing=asked.nearing,
    own_records=OwnRecords("谈话", asked.own_lines),
    ledgers=ledgers.LEDGERS,
)
