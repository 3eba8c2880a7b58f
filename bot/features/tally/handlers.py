"""季度数据 and 我的记录: only reads; every figure opens the records behind it, each to those who may see them."""

from sqlalchemy.orm import Session

from bot.features.activities.counting import rules
from bot.features.tally import (
    buttons,
    committee_handlers,
    messages,
    my_record_messages,
    my_records,
    quarters,
    records,
    service,
)
from bot.features.tally.buttons import Figure, Section
from bot.features.tally.service import Tally
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.closing import close_day
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import NO_DESK, Seat, keys
from bot.kit.words import plain
from scheduler.calendar.days import Quarter


def show(session: Session, call: Call) -> Reply:
    """/tally, 季度数据, 三季度 …: the branch's figures; a leader's own group's; a member's own record; a committee's
    officer the counts of the branches below.
    """
    quarter, wide = _named(session, call), reach(call.me, Right.TALLY)
    if wide is Reach.NONE:
        return say(*_mine(session, call, quarter))
    if wide is Reach.BELOW:
        return say(committee_handlers.overview(session, call, quarter))
    return say(messages.summary(_tally(session, call, quarter), Quarter.of(call.today)))


def _named(session: Session, call: Call) -> Quarter:
    said = plain(call.text)
    if not said or quarters.names_the_tally(said):
        return quarters.quarter_at_hand(call.now.astimezone(call.tz), close_day(session, call.me.branch_id))
    quarter = quarters.read_quarter(said, call.today)
    if quarter is None:
        raise Refusal(messages.UNKNOWN_QUARTER)
    return _checked(quarter.year, quarter.number, call)


def _checked(year: int, number: int, call: Call) -> Quarter:
    """A quarter that has begun: a forged or mistyped one meets a polite answer."""
    quarter = quarters.begun(year, number, call.today)
    if quarter is None:
        raise Refusal(messages.NO_SUCH_QUARTER)
    return quarter


def _tally(session: Session, call: Call, quarter: Quarter) -> Tally:
    """The tally as far as this person may see it; every tap asks anew."""
    wide = reach(call.me, Right.TALLY)
    if wide not in (Reach.ALL, Reach.OWN_GROUP):
        raise Refusal(NO_RIGHT)
    only = call.me.leads if wide is Reach.OWN_GROUP else None
    return service.tally(session, call.me.branch_id, quarter, call.now, call.tz, only)


def _of(session: Session, call: Call, number: int) -> Tally:
    return _tally(session, call, _checked(*divmod(number, 10), call))


def turn(session: Session, call: Call, button: buttons.ShowTally) -> Reply:
    return Reply(edit=messages.summary(_of(session, call, button.quarter), Quarter.of(call.today)))


def show_sections(session: Session, call: Call, button: buttons.ShowSections) -> Reply:
    return Reply(edit=messages.summary(_of(session, call, button.quarter), Quarter.of(call.today)))


def show_section(session: Session, call: Call, button: buttons.ShowSection) -> Reply:
    return Reply(edit=messages.section(_of(session, call, button.quarter), button.section))


def open_type(session: Session, call: Call, button: buttons.OpenType) -> Reply:
    tally = _of(session, call, button.quarter)
    held = rules.of_type(tally.held, button.kind)
    return Reply(edit=messages.activities(tally, ACTIVITY_TYPES[button.kind], held, button.page, button.kind))


def open_figure(session: Session, call: Call, button: buttons.OpenFigure) -> Reply:
    tally, figure = _of(session, call, button.quarter), button.figure
    heading = messages.HEADINGS[figure]
    if figure in records.OCCASIONS:
        held = [one for one in tally.held if records.OCCASIONS[figure](one)]
        return Reply(edit=messages.activities(tally, heading, held, button.page, figure))
    listed, back = _listed(session, call, tally, figure), _SECTION.get(figure, Section.PEOPLE)
    return _paged(messages.records(tally, heading, listed, back))


_SECTION = {
    Figure.FIRST_AGENDA: Section.ACTIVITIES,
    Figure.STUDY_ITEMS: Section.STUDY,
    Figure.THEMES: Section.STUDY,
    Figure.PIECES: Section.REFLECTIONS,
    Figure.REMINDERS: Section.REMINDERS,
}


def _listed(session: Session, call: Call, tally: Tally, figure: Figure) -> list[str]:
    called = records.names(session, records.everybody(tally), tally)
    if figure is Figure.FIRST_AGENDA:
        return records.first_agenda(session, tally)
    if figure is Figure.THEMES:
        return records.themes(session, tally)
    if figure is Figure.STUDY_ITEMS:
        return records.study(session, tally, called)
    if figure is Figure.PIECES:
        return records.reflections(session, tally, called)
    if figure is Figure.REMINDERS:
        return records.reminders(session, tally, called, call.tz)
    if figure is Figure.HOURS:
        return messages.hours_lines(tally.figures["hours"], called)
    return records.heads(tally, figure, called)


def _paged(found: list[Message]) -> Reply:
    """One page takes the place of the card; more of them follow below it, the last with the way back."""
    return Reply(edit=found[0]) if len(found) == 1 else Reply(here=found)


def open_names(session: Session, call: Call, button: buttons.OpenNames) -> Reply:
    tally = _of(session, call, button.quarter)
    held = next((one for one in tally.held if one.id == button.activity_id), None)
    if held is None:
        raise Refusal(NO_RIGHT)
    return Reply(here=messages.names_of(held, records.names(session, records.everybody(tally), tally)))


def show_missing(session: Session, call: Call, button: buttons.ShowMissing) -> Reply:
    tally = _of(session, call, button.quarter)
    called = records.names(session, records.everybody(tally), tally)
    return _paged(messages.missing(tally, records.missing(session, tally, called)))


# --- 我的记录 -------------------------------------------------------------------------------------------------------


def my_record(session: Session, call: Call) -> Reply:
    """/me, 我的记录: the current quarter, what has been done in it so far."""
    return say(*_mine(session, call, Quarter.of(call.today)))


def turn_mine(session: Session, call: Call, button: buttons.ShowMine) -> Reply:
    quarter = _checked(*divmod(button.quarter, 10), call)
    return _paged(_mine(session, call, quarter))


def _mine(session: Session, call: Call, quarter: Quarter) -> list[Message]:
    own = my_records.my_record(session, call.me, quarter, call.now, call.tz)
    return my_record_messages.record(own, Quarter.of(call.today), call.tz)


HANDLERS: list[Handler] = [
    Command(
        "tally",
        show,
        "季度数据",
        Right.TALLY,
        reads=True,
        only_shown=True,
        keys={Seat.DESK: 32, Seat.BELOW: 11},
        more=51,
        group_at=6,
        group_label="本组数据",
        help="季度数据：查看各项数据和出处，也可以发送“上季度”“2023年第三季度”。",
    ),
    Word((), show, label=True, reads=True, matches=quarters.names_quarter),
    Command(
        "me",
        my_record,
        "我的记录",
        reads=True,
        keys=keys(22, *NO_DESK),
        more=12,
    ),
    Word(("我的", "多少次"), my_record, reads=True),
    Tap(buttons.ShowTally, turn, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.ShowSections, show_sections, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.ShowSection, show_section, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.OpenType, open_type, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.OpenFigure, open_figure, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.OpenNames, open_names, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.ShowMissing, show_missing, reads=True, right=Right.TALLY, private=True),
    Tap(buttons.ShowMine, turn_mine, reads=True, private=True),
    *committee_handlers.HANDLERS,
]
