"""What the way into the Party says to norms: each step with its term (R16-R23)."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from bot.features.development import rules
from bot.features.development.known import Case as Known
from bot.features.development.known import cases
from bot.kit.doors import OpenDevelopment
from bot.kit.figures import Counting, Source
from bot.kit.norms import Case, Offer
from scheduler.calendar.days import DAY
from scheduler.calendar.store import calendar_of
from storage.choices import DevelopmentStep as Step
from storage.choices import MembershipStatus


def _known(counting: Counting) -> list[Known]:
    """Of no leader's groups."""
    if counting.only is not None:
        return []
    return cases(counting.session, counting.branch_id, counting.last_day)


KNOWN = Source("on the way into the Party", _known)
Told = Iterator[Case]


def _of(told: Callable[[Known, Counting], Told]) -> Callable[[Counting], Told]:
    """Of who has gone to another branch what was settled before that."""

    def of(counting: Counting) -> Told:
        for one in counting.of(KNOWN):
            yield from (case for case in told(one, counting) if case.settled or not one.left)

    return of


def _case(
    one: Known,
    since: date,
    settled: bool,
    settled_on: date | None = None,
    *,
    on: date | None = None,
    until: date | None = None,
    detail: str = "",
) -> Case:
    return Case(
        since=since,
        on=on,
        words=one.name,
        opens=OpenDevelopment(one.person_id),
        settled=settled,
        settled_on=settled_on if settled else None,
        until=until,
        detail="" if settled else detail,
    )


def _follows(since: Step, step: Step) -> Callable[[Known, Counting], Told]:
    """A step that is to come within a term after another; where something later is recorded it was taken."""

    def told(one: Known, counting: Counting) -> Told:
        day = one.chain.on(since)
        if day is not None and (one.chain.ended is None or one.chain.has(step)):
            yield _case(one, day, rules.reached(one.chain, step), one.chain.on(step))

    return told


def _reviews(one: Known, counting: Counting) -> Told:
    """Every half year while somebody is an activist (R17)."""
    confirmed = one.chain.on(Step.ACTIVIST_CONFIRMED)
    if confirmed is None:
        return
    days = [confirmed, *(each.on for each in one.chain.all(Step.REVIEW) if each.on > confirmed)]
    for since, review in pairwise(days):
        yield _case(one, since, True, review)
    if one.stage is MembershipStatus.ACTIVIST:
        yield _case(one, days[-1], False)


def _training(one: Known, counting: Counting) -> Told:
    """Before the meeting that accepts (R18)."""
    target, accepted = one.chain.on(Step.DEVELOPMENT_TARGET), one.chain.on(Step.ACCEPT_PASSED)
    if target is None or (one.chain.ended is not None and accepted is None):
        return
    trained = rules.trained(one.chain if accepted is None else one.chain.until(accepted), one.terms)
    said = f"须满{one.terms.training_days}天或{one.terms.training_hours}学时"
    yield _case(one, target, trained, until=accepted, detail=said)


def _publicity(one: Known, counting: Counting) -> Told:
    """So many working days before the meeting that accepts (R19): it is settled when they are over, and the case runs
    from the day before the first, so that the norm's days end on the last.
    """
    publicity, accepted = one.chain.last(Step.PUBLICITY), one.chain.on(Step.ACCEPT_PASSED)
    if publicity is None or (one.chain.ended is not None and accepted is None):
        return
    calendar = calendar_of(counting.session, counting.branch_id)
    short = rules.is_short(publicity, calendar, one.terms)
    over = not short and rules.publicity_to(publicity.on, calendar, one.terms) <= (accepted or counting.last_day)
    ends = [day - DAY for day in (publicity.to_on if short else None, accepted) if day is not None]
    yield _case(
        one,
        publicity.on - DAY,
        over,
        on=publicity.on,
        until=min(ends, default=None),
        detail="公示时间不足" if ends else "",
    )


def _probation(one: Known, counting: Counting) -> Told:
    """To be discussed when the probation is over, extensions included, and then soon (R22, R23)."""
    chain, ends = one.chain, one.ends
    if ends is None or (chain.ended is not None and not chain.has(Step.CONVERSION_PASSED)):
        return
    done = rules.reached(chain, Step.CONVERSION_PASSED) or chain.full_from is not None
    yield _case(one, ends, done, chain.on(Step.CONVERSION_PASSED))


NORMS = (
    Offer("application_talk", _of(_follows(Step.APPLICATION, Step.APPLICATION_TALK))),
    Offer("activist_review", _of(_reviews)),
    Offer("development_training", _of(_training)),
    Offer("development_publicity", _of(_publicity)),
    Offer("preview_to_meeting", _of(_follows(Step.PREVIEW, Step.ACCEPT_PASSED))),
    Offer("acceptance_approval", _of(_follows(Step.ACCEPT_PASSED, Step.ACCEPT_APPROVED))),
    Offer("probation_end", _of(_probation)),
    Offer("conversion_approval", _of(_follows(Step.CONVERSION_PASSED, Step.CONVERSION_APPROVED))),
)
