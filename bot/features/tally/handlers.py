"""季度数据 and the records of one person: only reads; each figure, and each record, for those who may see it."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.showing import names_of
from bot.features.tally import (
    buttons,
    committee_handlers,
    looking,
    messages,
    periods,
    person_record_messages,
    person_records,
    records,
    service,
)
from bot.features.tally.keeping import Keeps
from bot.features.tally.person_record_messages import Looker
from bot.features.tally.service import Counted, Tally
from bot.features.votes.figures import lines_of
from bot.kit.access import NO_RIGHT, Reach, Right, may, reach
from bot.kit.closing import close_day
from bot.kit.doors import OpenNames, OpenRecord, ShowRecord
from bot.kit.figures import Figures
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.names import called
from bot.kit.own_records import OwnRecords
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import NO_DESK, Seat, keys
from bot.kit.words import plain
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period

Own = Sequence[OwnRecords]


def show(keeps: Keeps, own: Own, session: Session, call: Call) -> Reply:
    """/tally, 季度数据, 三季度 …: the branch's figures; a leader's own group's; a member's own record; a committee's
    officer the counts of the branches below.
    """
    period, wide = _named(session, call), reach(call.me, Right.TALLY)
    if wide is Reach.NONE:
        return say(*_mine(own, session, call, period))
    if wide is Reach.BELOW:
        return committee_handlers.overview(keeps, session, call, period)
    return say(messages.summary(_tally(keeps.figures, session, call, period), call.today, call.me))


def _named(session: Session, call: Call) -> Period:
    said = plain(call.text)
    if not said or periods.names_the_tally(said):
        closes = close_day(session, call.me.branch_id, Quarter.of(call.today).previous().start)
        return Period.of(periods.quarter_at_hand(call.now.astimezone(call.tz), closes))
    period = periods.read_period(said, call.today)
    if period is None:
        raise Refusal(messages.UNKNOWN_PERIOD)
    return periods.countable(period, call.today)


def _tally(figures: Figures, session: Session, call: Call, period: Period) -> Tally:
    """The tally as far as this person may see it; every tap asks anew."""
    wide = reach(call.me, Right.TALLY)
    if wide not in (Reach.ALL, Reach.OWN_GROUP):
        raise Refusal(NO_RIGHT)
    only = call.me.leads if wide is Reach.OWN_GROUP else None
    return service.tally(session, call.me.branch_id, period, call.now, call.tz, only, figures=figures, to=call.me)


def _of(figures: Figures, session: Session, call: Call, code: str) -> Tally:
    return _tally(figures, session, call, periods.opened(code, call.today))


def turn(figures: Figures, session: Session, call: Call, button: buttons.ShowTally | buttons.ShowSections) -> Reply:
    return Reply(edit=messages.summary(_of(figures, session, call, button.period), call.today, call.me))


def show_section(figures: Figures, session: Session, call: Call, button: buttons.ShowSection) -> Reply:
    return Reply(edit=messages.section(_of(figures, session, call, button.period), button.section, call.me))


def open_type(figures: Figures, session: Session, call: Call, button: buttons.OpenType) -> Reply:
    tally = _of(figures, session, call, button.period)
    found = next((one for one in tally.counted if one.figure.path == f"by_type.{button.kind.value}"), None)
    return _opened(session, call, tally, found, button.page)


def open_figure(figures: Figures, session: Session, call: Call, button: buttons.OpenFigure) -> Reply:
    tally = _of(figures, session, call, button.period)
    found = next((one for one in tally.counted if one.figure.code == button.figure), None)
    return _opened(session, call, tally, found, button.page)


def _opened(session: Session, call: Call, tally: Tally, one: Counted | None, page: int) -> Reply:
    if one is None or one.figure.show is None:
        raise Refusal(messages.NO_SUCH_FIGURE)
    if not one.figure.opens_to(call.me):
        raise Refusal(NO_RIGHT)
    return _paged(messages.figure(tally, one, records.shown(session, tally, one), page))


def _paged(found: list[Message]) -> Reply:
    """One page takes the place of the card; more of them follow below it, the last with the way back."""
    return Reply(edit=found[0]) if len(found) == 1 else Reply(here=found)


def open_names(figures: Figures, session: Session, call: Call, button: OpenNames) -> Reply:
    tally = _of(figures, session, call, button.period)
    held = next((one for one in tally.counting.of(HELD) if one.id == button.activity_id), None)
    if held is None:
        raise Refusal(NO_RIGHT)
    lines = [*names_of(held, records.called(session, tally, ())), *lines_of(tally.counting, held.id)]
    return Reply(here=messages.names(lines))


def show_missing(figures: Figures, session: Session, call: Call, button: buttons.ShowMissing) -> Reply:
    tally = _of(figures, session, call, button.period)
    return _paged(messages.missing(tally, records.missing(session, tally)))


# --- 我的记录 -------------------------------------------------------------------------------------------------------


def my_record(own: Own, session: Session, call: Call) -> Reply:
    """/me, 我的记录: the current quarter, what has been done in it so far."""
    return say(*_mine(own, session, call, Period.of(Quarter.of(call.today))))


def turn_mine(own: Own, session: Session, call: Call, button: buttons.ShowMine) -> Reply:
    return _paged(_mine(own, session, call, periods.opened(button.period, call.today)))


def _mine(own: Own, session: Session, call: Call, period: Period) -> list[Message]:
    return _record(own, session, call, period, call.me.id)


# --- somebody's record ----------------------------------------------------------------------------------------------


def show_record(own: Own, session: Session, call: Call, button: ShowRecord) -> Reply:
    return _paged(_record(own, session, call, periods.opened(button.period, call.today), button.person_id))


def open_record(own: Own, session: Session, call: Call, button: OpenRecord) -> Reply:
    return Reply(here=_record(own, session, call, periods.opened(button.period, call.today), button.person_id))


def by_name(own: Own, session: Session, call: Call) -> Reply:
    """查 甲四, 甲四的记录, 甲四: the present quarter of whoever has the name; a name that is not for who says it alone
    means nothing.
    """
    wanted, period = looking.said(call.text), Period.of(Quarter.of(call.today))
    if wanted is None:
        raise Nothing("", call.text)
    mine, right = called([call.me], wanted.name), reach(call.me, Right.SEE_RECORD)
    if right is Reach.NONE and (mine or not wanted.asks):
        return _first(own, session, call, period, [one.id for one in mine])
    there = called(looking.known(session, call.me.branch_id, call.today), wanted.name)
    seen = looking.looked_at(session, call.me, there, period, call.now, call.tz)
    if there and not seen:
        raise Refusal(looking.NOT_OTHERS)
    if len(seen) > 1:
        return say(person_record_messages.which(seen, period))
    return _first(own, session, call, period, [one.id for one in seen])


def _first(own: Own, session: Session, call: Call, period: Period, people: Sequence[int]) -> Reply:
    if not people:
        raise Nothing("", call.text)
    return say(*_record(own, session, call, period, people[0]))


def _record(own: Own, session: Session, call: Call, period: Period, person_id: int) -> list[Message]:
    me = call.me
    shown = looking.parts(session, me, person_id, period, call.now, call.tz)
    record = person_records.record_of(session, me.branch_id, person_id, period, call.now, call.tz, shown)
    beside = [(one.heading, one.lines(session, me, person_id, period, call.today, call.tz)) for one in own]
    looker = None if person_id == me.id else _looker(session, call, person_id)
    return person_record_messages.record(record, call.today, call.tz, beside, looker)


def _looker(session: Session, call: Call, person_id: int) -> Looker:
    [whose] = [one for one in looking.known(session, call.me.branch_id, call.today) if one.id == person_id]
    return Looker(f"{whose.name}（{whose.of}）", may(call.me, Right.ROSTER, branch_id=call.me.branch_id))


def build(keeps: Keeps, own: Own = ()) -> list[Handler]:
    figures = keeps.figures
    return [
        Command(
            "tally",
            partial(show, keeps, own),
            "季度数据",
            Right.TALLY,
            reads=True,
            only_shown=True,
            keys={Seat.DESK: 32, Seat.BELOW: 11},
            more=51,
            group_at=6,
            group_label="本组数据",
            help="季度数据：查看各项数据和出处，也可以发送“三季度”“上半年”“7-9月”。",
        ),
        Word((), partial(show, keeps, own), label=True, reads=True, matches=periods.names_quarter),
        Word((), partial(show, keeps, own), reads=True, matches=periods.names_period),
        Command(
            "me",
            partial(my_record, own),
            "我的记录",
            reads=True,
            keys=keys(22, *NO_DESK),
            more=12,
        ),
        Word(("我的", "多少次"), partial(my_record, own), reads=True),
        Tap(buttons.ShowTally, partial(turn, figures), reads=True, right=Right.TALLY, private=True),
        Tap(buttons.ShowSections, partial(turn, figures), reads=True, right=Right.TALLY, private=True),
        Tap(buttons.ShowSection, partial(show_section, figures), reads=True, right=Right.TALLY, private=True),
        Tap(buttons.OpenType, partial(open_type, figures), reads=True, right=Right.TALLY, private=True),
        Tap(buttons.OpenFigure, partial(open_figure, figures), reads=True, right=Right.TALLY, private=True),
        Tap(OpenNames, partial(open_names, figures), reads=True, right=Right.TALLY, private=True),
        Tap(buttons.ShowMissing, partial(show_missing, figures), reads=True, right=Right.TALLY, private=True),
        Tap(buttons.ShowMine, partial(turn_mine, own), reads=True, private=True),
        Tap(ShowRecord, partial(show_record, own), reads=True, private=True),
        Tap(OpenRecord, partial(open_record, own), reads=True, private=True),
        Word((), partial(by_name, own), reads=True, matches=looking.names_somebody, offers=True, perhaps=True),
        *committee_handlers.build(keeps),
    ]
