"""Tests of knowledge: made, sat in chat or elsewhere, scored, counted."""

from bot.features.exams import broadcast, dates, desk, figures, forms, handlers, jobs, ledgers, own, service, typed
from bot.kit.feature import Feature
from bot.kit.own_records import OwnRecords

FEATURE = Feature(
    name="exams",
    handlers=handlers.HANDLERS,
    forms=[forms.FORM, forms.CALL_OFF, desk.CHANGE_SCORE, desk.LET_IN],
    jobs=jobs.build,
    broadcasts=broadcast.BROADCASTS,
    titles=broadcast.TITLES,
    owing=service.owing,
    nearing=service.nearing,
    stands=typed.stands,
    figures=figures.FIGURES,
    own_records=OwnRecords("考试", own.lines),
    ledgers=ledgers.LEDGERS,
    dates=dates.dates,
)
