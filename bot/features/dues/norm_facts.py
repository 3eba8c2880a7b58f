"""What dues say to norms: each member and month, where the branch ticks them; else nothing at all (R24)."""

from collections.abc import Iterator
from datetime import date

from bot.features.dues import rules, service
from bot.features.dues.buttons import ShowDues
from bot.features.dues.rules import Span, State
from bot.kit.figures import Counting
from bot.kit.norms import Case, Offer
from scheduler.calendar.days import months_after
from storage.choices import DuesKept


def _dues(counting: Counting) -> Iterator[Case]:
    """Of the whole branch: nobody else is told who has not paid. What may still be paid late is open so long."""
    if counting.only is not None or counting.settings.dues is DuesKept.OFF:
        return
    spans = _spans(counting)
    for found in service.states(counting.session, counting.branch_id, spans) if spans else ():
        yield from _cases(found, counting.last_day)


def _spans(counting: Counting) -> list[Span]:
    """One a month, each with the last day of what it is kept with."""
    first, last = service.first_month(counting.session, counting.branch_id), counting.last_day
    start = counting.period.start.replace(day=1)
    many = (last.year - start.year) * 12 + last.month - start.month
    months = [months_after(start, at) for at in range(many + 1)]
    kept = [one for one in months if rules.is_kept(counting.settings, one, first, last)]
    return list(dict.fromkeys(rules.span_of(one, counting.settings) for one in kept))


def _cases(found: State, today: date) -> Iterator[Case]:
    """Of a quarter that runs nothing is asked for the months to come."""
    for code, day in zip(found.span.codes, found.span.days, strict=True):
        for one in found.people:
            if code in found.expected[one.id] and code <= rules.code_of(today):
                settled = code in found.ticked.get(one.id, frozenset())
                yield Case(
                    since=day,
                    words=one.name,
                    code=f"P{one.id}-{code}",
                    opens=ShowDues(rules.number_of(found.span.start), 0),
                    settled=settled,
                    until=found.span.last_day,
                    detail="" if settled else f"{day.month}月",
                )


NORMS = (Offer("dues", _dues),)
