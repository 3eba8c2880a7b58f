"""准备情况: what of the quarter's report is done and what is not; one tap asks whoever can settle it."""

from datetime import date, datetime, tzinfo
from functools import partial

from sqlalchemy.orm import Session

from bot.features.readiness import below_handlers, messages, service
from bot.features.readiness.buttons import ShowPart, ShowReady
from bot.features.readiness.service import Sources
from bot.features.tally import periods
from bot.kit.access import NO_RIGHT, Reach, Right, may, reach
from bot.kit.digest import Section
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.words import plain
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.lookups import names_of

WORD, WORDS = "准备情况", ("还差什么",)


def show(sources: Sources, session: Session, call: Call) -> Reply:
    """/ready, 准备情况, 准备情况 二季度; of a superior committee its branches."""
    named = _named(call)
    if may(call.me, Right.READINESS, branch_id=call.me.branch_id):
        quarter = named or service.at_hand(session, call.me.branch_id, call.now, call.tz)
        return say(_page(sources, session, call, quarter, 0))
    if reach(call.me, Right.TALLY) is not Reach.BELOW:
        raise Refusal(NO_RIGHT)
    return below_handlers.overview(sources, session, call, named or periods.quarter_told_of(call.today))


def names_it(text: str) -> bool:
    """三季度准备情况, 准备情况 2023Q3"""
    rest = _bare(text)
    return rest is not None and periods.names_quarter(rest) and not periods.names_the_tally(rest)


def _bare(text: str) -> str | None:
    """What stands beside the word; None: it is not there."""
    said = plain(text).strip()
    rest = said.removeprefix(WORD).removesuffix(WORD).strip()
    return rest.removesuffix("的") if rest != said else None


def _named(call: Call) -> Quarter | None:
    rest = _bare(call.text)
    said = plain(call.text).strip() if rest is None else rest
    if said in ("", *WORDS):
        return None
    quarter = periods.read_quarter(said, call.today)
    if quarter is None:
        raise Refusal(messages.NOT_UNDERSTOOD)
    return begun(quarter, call.today)


def begun(quarter: Quarter, today: date) -> Quarter:
    """Refuses one that is to come."""
    if quarter.start > today or quarter.year not in periods.YEARS:
        raise Refusal(periods.NO_SUCH_QUARTER)
    return quarter


def turn(sources: Sources, session: Session, call: Call, button: ShowReady) -> Reply:
    return Reply(edit=_page(sources, session, call, periods.opened_quarter(button.period, call.today), button.page))


def _page(sources: Sources, session: Session, call: Call, quarter: Quarter, number: int) -> Message:
    found = service.ready(session, sources, call.me, quarter, call.now, call.tz)
    people = {todo.person_id for todo in found.known.values() if todo.person_id is not None}
    names = names_of(session, people)
    return messages.page(found, quarter, number, call.me.id, names, closes=_closes(call))


def _closes(call: Call) -> bool:
    return may(call.me, Right.CLOSE, branch_id=call.me.branch_id)


def show_part(sources: Sources, session: Session, call: Call, button: ShowPart) -> Reply:
    quarter = periods.opened_quarter(button.period, call.today)
    found = service.ready(session, sources, call.me, quarter, call.now, call.tz)
    return Reply(edit=messages.part(found, quarter, button.part, button.page, closes=_closes(call)))


def digest(sources: Sources, session: Session, me: Me, week: date, now: datetime, tz: tzinfo) -> Section | None:
    """In the last fourteen days of a quarter, and until it takes nothing more."""
    if not may(me, Right.READINESS, branch_id=me.branch_id):
        return None
    quarter = service.told_of(session, me.branch_id, now, tz)
    if quarter is None:
        return None
    return messages.section(quarter, service.look(session, sources, me.branch_id, quarter, now, tz).open)


def build(sources: Sources) -> list[Handler]:
    right = Right.READINESS
    return [
        Command(
            "ready",
            partial(show, sources),
            WORD,
            right,
            reads=True,
            more=54,
            help="准备情况：季度总结的各项数据哪些已完成、哪些还差，由谁办理，可以请其办理。",
            words=WORDS,
        ),
        Word((), partial(show, sources), reads=True, matches=names_it, right=right),
        Tap(ShowReady, partial(turn, sources), reads=True, right=right, private=True),
        Tap(ShowPart, partial(show_part, sources), reads=True, right=right, private=True),
        *below_handlers.build(sources),
    ]
