"""The pages of the areas of a tally, for those who may see it: only reads."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot.features.tally import area_messages as messages
from bot.features.tally import buttons, periods, pictures, records
from bot.features.tally.messages import NOTHING
from bot.features.tally.reading import Told
from bot.features.tally.service import Tally
from bot.kit.access import Reach, Right, reach
from bot.kit.figures import Area
from bot.kit.group_scope import LATEST
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from bot.kit.versions import DRAFT
from storage.once import asked_once


def show_area(told: Told, session: Session, call: Call, button: buttons.ShowArea) -> Reply:
    return _area(told, session, call, button.period, button.area, button.page)


def show_section(told: Told, session: Session, call: Call, button: buttons.ShowSection) -> Reply:
    return _area(told, session, call, button.period, Area.of(button.section), 0)


def _area(told: Told, session: Session, call: Call, code: str, area: Area, page: int) -> Reply:
    """Beside the same figures before; what a closed quarter says is what was frozen."""
    period = periods.opened(code, call.today)
    with asked_once(session):
        found = told.tally(session, call, period, area=area.sections)
        compared = periods.compared(period, call.today)
        earlier = [(word, told.tally(session, call, other, area=area.sections)) for word, other in compared]
        waits = told.waits(found)
    return Reply(edit=messages.area(found, area, call.me, earlier, waits, page))


def show_formulas(told: Told, session: Session, call: Call, button: buttons.ShowFormulas) -> Reply:
    period = periods.opened(button.period, call.today)
    found = told.tally(session, call, period, area=button.area.sections)
    return Reply(here=messages.formulas(found, button.area, button.page))


def show_pictures(told: Told, session: Session, call: Call, button: buttons.ShowPictures) -> Reply:
    """As photos below the page, each with its numbers in words."""
    period, area = periods.opened(button.period, call.today), button.area.sections
    with asked_once(session):
        found = told.tally(session, call, period, area=area)
        year = told.tally(session, call, pictures.year_of(period, call.today), area=area)
        drawn = pictures.of_area(session, found, button.area, year)
    if not drawn:
        raise Refusal(NOTHING)
    return Reply(here=pictures.said(drawn))


def show_groups(told: Told, session: Session, call: Call, button: buttons.ShowGroups) -> Reply:
    """Each group as its leader sees it: of groups nothing is frozen."""
    found = _as_it_stands(told, session, call, button)
    page = messages.groups_of(found, button.page)
    area, period = button.area.sections, found.period
    with asked_once(session):
        counted = {
            group: told.tally(session, call, period, area=area, group=group, version=DRAFT) for group, _ in page.things
        }
    return Reply(edit=messages.by_group(found, button.area, page, counted))


def show_people(told: Told, session: Session, call: Call, button: buttons.ShowPeople) -> Reply:
    """What the records say by now: of single people nothing is frozen."""
    found = _as_it_stands(told, session, call, button)
    names = records.called(session, found, messages.people_of(found, button.area, call.me))
    page = messages.by_person(found, button.area, call.me, names, _may_see(call, found), button.page)
    return Reply(edit=page)


def _as_it_stands(told: Told, session: Session, call: Call, button: buttons.ShowGroups | buttons.ShowPeople) -> Tally:
    period = periods.opened(button.period, call.today)
    return told.tally(session, call, period, area=button.area.sections, version=DRAFT)


def _may_see(call: Call, found: Tally) -> Callable[[int], bool]:
    """Whose whole record who asks may see (looking.parts)."""
    wide = reach(call.me, Right.SEE_RECORD)
    if wide in (Reach.ALL, Reach.OWN_FIELD):
        return lambda person: True
    led = found.counting.of(LATEST) if wide is Reach.OWN_GROUP else None
    return lambda person: led is not None and person in led


def build(told: Told) -> list[Handler]:
    may = Right.TALLY
    return [
        Tap(buttons.ShowArea, partial(show_area, told), reads=True, right=may, private=True),
        Tap(buttons.ShowSection, partial(show_section, told), reads=True, right=may, private=True),
        Tap(buttons.ShowGroups, partial(show_groups, told), reads=True, right=may, private=True),
        Tap(buttons.ShowPeople, partial(show_people, told), reads=True, right=may, private=True),
        Tap(buttons.ShowPictures, partial(show_pictures, told), reads=True, right=may, private=True),
        Tap(buttons.ShowFormulas, partial(show_formulas, told), reads=True, right=may, private=True),
    ]
