"""Lays an exemption that a file tells over those that are recorded: the same again changes nothing (D4, D26)."""

from datetime import date, timedelta

from bot.features.roster.words import full_day
from bot.features.roster_files.reading.rows import Exempt
from bot.kit.words import Both
from storage.choices import ExemptionReason
from storage.facts import Fact, Facts
from storage.models.person import ExemptionSpan

# Of a reason in words of its own, in letters.
LONGEST = 100


def lay_exemption(facts: Facts, name: str, person_id: int, exempt: Exempt, began: date, earliest: date) -> list[Both]:
    """Out of attendance as the file says it; what is to be said of it. began: for a spell without a first day.

    earliest: nothing before it changes. A spell of the same reason that overlaps is this one, put right; another gives
    way where this one stands, and goes on behind it.
    """
    spans = [one for one in facts.spans[ExemptionSpan, person_id] if one.to_on is None or one.to_on > one.from_on]
    from_on = max(exempt.from_on, earliest) if exempt.from_on else began
    same = [one for one in spans if one.values["reason"] is exempt.reason and _meets(one, exempt, earliest)]
    if same:
        return _put_right(same[-1], name, exempt, earliest)
    if exempt.to_on is not None and exempt.to_on <= from_on:
        known = [one for one in spans if one.values["reason"] is exempt.reason]
        return [] if known else [_too_old(name, exempt.to_on, from_on)]
    to_on = exempt.to_on
    if to_on is None:
        # What is planned for later stands.
        to_on = min((one.from_on for one in spans if one.from_on > from_on), default=None)
    for one in spans:
        _give_way(facts, person_id, one, from_on, to_on)
    other = {"reason_text": exempt.said[:LONGEST]} if exempt.reason is ExemptionReason.OTHER and exempt.said else {}
    facts.add(ExemptionSpan, person_id, from_on, to_on, reason=exempt.reason, **other)
    return [_later(name, exempt.from_on, from_on)] if exempt.from_on and exempt.from_on < from_on else []


def _meets(span: Fact, exempt: Exempt, earliest: date) -> bool:
    """Whether a recorded spell is the one of the file: they share a day; of an end alone, it runs until then."""
    if exempt.from_on is None and exempt.to_on is not None:
        return span.to_on is None or span.to_on > earliest or span.to_on >= exempt.to_on
    first = exempt.from_on or earliest
    return (exempt.to_on is None or span.from_on < exempt.to_on) and (span.to_on is None or span.to_on > first)


def _put_right(span: Fact, name: str, exempt: Exempt, earliest: date) -> list[Both]:
    """The first and the last day as the file tells them, but for what is closed already."""
    before = span.from_on, span.to_on
    if exempt.from_on is not None and span.from_on >= earliest:
        span.values["from_on"] = max(exempt.from_on, earliest)
    if exempt.to_on is None:
        kept = span.to_on is not None and exempt.from_on is not None
        return [_end_stays(name, span.to_on)] if kept and span.to_on is not None else []
    # A spell that is over before the open quarter ends with the closed ones.
    end = max(exempt.to_on, min(earliest, span.to_on or earliest) if span.from_on < earliest else exempt.to_on)
    span.values["to_on"] = max(end, span.from_on)
    changed = before != (span.from_on, span.to_on)
    return [_ends_later(name, exempt.to_on, end)] if changed and end > exempt.to_on else []


def _give_way(facts: Facts, person_id: int, span: Fact, from_on: date, to_on: date | None) -> None:
    """A spell for another reason ends where this one begins, and goes on when it is over."""
    began, ends = span.from_on, span.to_on
    if (ends is not None and ends <= from_on) or (to_on is not None and began >= to_on):
        return
    rest = to_on is not None and (ends is None or ends > to_on)
    if began < from_on:
        span.values["to_on"] = from_on
        if rest and to_on is not None:
            facts.add(ExemptionSpan, person_id, to_on, ends, **_what(span))
    elif rest and to_on is not None:
        span.values["from_on"] = to_on
    else:
        span.values["to_on"] = began


def _what(span: Fact) -> dict[str, object]:
    return {name: value for name, value in span.values.items() if name not in ("from_on", "to_on")}


# --- what is said ----------------------------------------------------------------------------------------------------


def _last(to_on: date) -> date:
    return to_on - timedelta(days=1)


def _later(name: str, said: date, from_on: date) -> Both:
    return Both(
        f"{name}: the exemption since {said} is recorded from {from_on} on; what was before is closed or was not here",
        f"{name}的免于考勤自{full_day(said)}起，此前的季度统计已截止或尚未在册，自{full_day(from_on)}起登记",
    )


def _ends_later(name: str, said: date, end: date) -> Both:
    return Both(
        f"{name}: the exemption up to {_last(said)} ends with {_last(end)}; what was before is closed",
        f"{name}的免于考勤至{full_day(_last(said))}，该季度统计已截止，自{full_day(end)}起不再免于考勤",
    )


def _end_stays(name: str, to_on: date) -> Both:
    return Both(
        f"{name}: the file names no end of the exemption; the recorded one ({_last(to_on)}) stays",
        f"{name}的免于考勤，文件没有写结束日期，仍至{full_day(_last(to_on))}",
    )


def _too_old(name: str, to_on: date, from_on: date) -> Both:
    return Both(
        f"{name}: the exemption up to {_last(to_on)} is over before {from_on} and is not recorded",
        f"{name}的免于考勤至{full_day(_last(to_on))}，早于{full_day(from_on)}，不作登记",
    )
