"""生成总结: the report of a period, read in chat or handed over as a file."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.report import buttons, messages, service
from bot.features.report.returned import handlers as returned
from bot.features.report.service import Report
from bot.features.tally import periods
from bot.kit.access import Right
from bot.kit.figures import Figures
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Noted, Reply, say
from bot.kit.words import plain
from scheduler.calendar.days import DAY, local_day
from scheduler.calendar.periods import Period

# What the words for it end with: 上半年总结, 2023年度工作总结.
_ENDS = ("工作总结", "总结报告", "总结")


def open_report(figures: Figures, session: Session, call: Call) -> Reply:
    """/report, 生成总结, 半年总结, 2023年总结; without a period the quarter at hand."""
    return say(messages.page(_report(figures, session, call, _named(call)), call.today))


def _named(call: Call) -> Period:
    said = plain(call.text).strip()
    for end in _ENDS:
        said = said.removesuffix(end)
    said = said.removesuffix("的").removeprefix("生成").strip()
    if said in ("", "季度"):
        return Period.of(periods.quarter_told_of(call.today))
    if said in ("半年", "年度"):
        ended = periods.half_of if said == "半年" else periods.year_of
        return ended(ended(call.today).start - DAY)
    period = periods.read_period(said, call.today)
    if period is None:
        raise Refusal(messages.UNKNOWN_PERIOD)
    return periods.countable(period, call.today)


def names_a_report(text: str) -> bool:
    """半年总结, 三季度工作总结, 2023年总结"""
    said = plain(text).strip()
    end = next((one for one in _ENDS if said.endswith(one)), None)
    if end is None:
        return False
    rest = said.removesuffix(end).removesuffix("的").removeprefix("生成").strip()
    return rest in ("", "季度", "半年", "年度") or periods.names_quarter(rest) or periods.names_period(rest)


def _report(figures: Figures, session: Session, call: Call, period: Period) -> Report:
    return service.report(session, call.me, period, call.now, call.tz, figures=figures)


def show(figures: Figures, session: Session, call: Call, button: buttons.ShowReport) -> Reply:
    period = periods.opened(button.period, call.today)
    return Reply(edit=messages.page(_report(figures, session, call, period), call.today))


def read(figures: Figures, session: Session, call: Call, button: buttons.ReadReport) -> Reply:
    found = messages.pages(_report(figures, session, call, periods.opened(button.period, call.today)))
    return Reply(edit=found[0]) if len(found) == 1 else Reply(here=found)


def make(figures: Figures, session: Session, call: Call, button: buttons.MakeReport) -> Reply:
    """The file; that it was handed over is in the log, for it names people."""
    from bot.features.report import papers

    found = _report(figures, session, call, periods.opened(button.period, call.today))
    content = papers.made(session, found, local_day(call.now, call.tz))
    noted = Noted(
        "export", "report", call.me.branch_id, call.me, {"period": button.period, "version": found.found.version}
    )
    return Reply(here=[messages.handed(found, content)], noted=[noted])


def build(figures: Figures) -> list[Handler]:
    right = Right.REPORT
    words = ("总结", "季度总结", "半年总结", "年度总结", "工作总结")
    return [
        Command("report", partial(open_report, figures), "生成总结", right, reads=True, more=55, words=words),
        Word((), partial(open_report, figures), reads=True, matches=names_a_report, right=right),
        Tap(buttons.ShowReport, partial(show, figures), reads=True, right=right, private=True),
        Tap(buttons.ReadReport, partial(read, figures), reads=True, right=right, private=True),
        Tap(buttons.MakeReport, partial(make, figures), reads=True, right=right, private=True),
        *returned.build(figures),
    ]
