"""What the way into the Party says to norms: each step with its term (R16-R23)."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from bot.features.development import rules
from bot.features.development.known import Case as Known
from bot.features.development.known import cases
from bot.features.development.rules import USUAL, Chain
from bot.kit.doors import OpenDevelopment
from bot.kit.figures import Counting, Source
from bot.kit.norms import Case, Offer
from scheduler.calendar.days import DAY, months_after
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
    def of(counting: Counting) -> Told:
        for one in counting.of(KNOWN):
            yield from told(one, counting)

    return of


def _case(
    one: Known, since: date, settled: bool, on: date | None = None, *, until: date | None = None, detail: str = ""
) -> Case:
    return Case(
        since=since,
        words=one.name,
        opens=OpenDevelopment(one.person_id),
        settled=settled,
        settled_on=on if settled else None,
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
    chain = one.chain
    confirmed = chain.on(Step.ACTIVIST_CONFIRMED)
    if confirmed is None:
        return
    days = [confirmed, *(each.on for each in chain.all(Step.REVIEW) if each.on > confirmed)]
    for since, review in pairwise(days):
        yield _case(one, since, True, review)
    if one.stage is MembershipStatus.ACTIVIST:
        yield _case(one, days[-1], False)


def _training(one: Known, counting: Counting) -> Told:
    """Before the meeting that accepts (R18)."""
    target, accepted = one.chain.on(Step.DEVELOPMENT_TARGET), one.chain.on(Step.ACCEPT_PASSED)
    if target is None or (one.chain.ended is not None and accepted is None):
        return
    trained = rules.trained(one.chain if accepted is None else one.chain.until(accepted))
    said = f"须满{USUAL.training_days}天或{USUAL.training_hours}学时"
    yield _case(one, target, trained, until=accepted, detail=said)


def _publicity(one: Known, counting: Counting) -> Told:
    """So many working days before the meeting that accepts (R19)."""
    publicity, accepted = one.chain.last(Step.PUBLICITY), one.chain.on(Step.ACCEPT_PASSED)
    if publicity is None:
        return
    calendar = calendar_of(counting.session, counting.branch_id)
    ran = max(rules.publicity_to(publicity.on, calendar), publicity.to_on or publicity.on)
    over = ran <= (accepted or counting.last_day)
    yield _case(one, publicity.on, over, ran - DAY, detail="公示时间不足" if accepted is not None else "")


def _probation(one: Known, counting: Counting) -> Told:
    """To be discussed when it is over, and then soon (R22): the term runs so many days longer."""
    chain: Chain = one.chain
    if chain.accepted_on is None or (chain.ended is not None and not chain.has(Step.CONVERSION_PASSED)):
        return
    extended = sum(each.months or 0 for each in chain.all(Step.EXTENSION))
    since = months_after(chain.accepted_on, extended) + timedelta(days=USUAL.conversion_meeting_days)
    done = rules.reached(chain, Step.CONVERSION_PASSED) or chain.full_from is not None
    yield _case(one, since, done, chain.on(Step.CONVERSION_PASSED))


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
