"""更正内容, tap by tap: the kind of the record, the record, its field; then the form (forms.py)."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.closes import buttons, corrections, service
from bot.features.closes.contents import fields, messages
from bot.features.closes.forms import quarter_of
from bot.features.closes.handlers import page
from bot.features.closes.service import Offered
from bot.kit.access import Right
from bot.kit.form_families import Forms
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.lists import page_of
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from scheduler.calendar.days import Quarter


def _quarter(session: Session, call: Call, period: str) -> Quarter:
    quarter = quarter_of(period, call)
    corrections.may_correct(session, call.me, quarter)
    return quarter


def show_kinds(session: Session, call: Call, button: buttons.FixKinds) -> Reply:
    quarter = _quarter(session, call, button.period)
    return Reply(edit=messages.kinds(quarter, fields.listed(session, call.me, quarter, call.tz)))


def show_things(session: Session, call: Call, button: buttons.FixThings) -> Reply:
    quarter = _quarter(session, call, button.period)
    listed = fields.listed(session, call.me, quarter, call.tz).get(button.kind, fields.NOTHING)
    shown = page_of(listed.places, button.page, messages.ON_A_PAGE)
    found = [fields.find(session, call.me, *place, call.tz, call.today) for place in shown.things]
    return Reply(edit=messages.things(quarter, button.kind, listed.word, shown, found))


def show_thing(session: Session, call: Call, button: buttons.FixThing) -> Reply:
    quarter = _quarter(session, call, button.period)
    thing = fields.find(session, call.me, button.table, button.number, call.tz, call.today)
    return Reply(edit=messages.thing(quarter, thing, fields.parts(session, thing), button.page))


def fix(offered: Offered, form: Forms, session: Session, call: Call, button: buttons.FixField) -> Reply:
    """Of a quarter that is not closed yet what has to be done before there is anything to correct."""
    quarter = quarter_of(button.period, call)
    if service.standing(session, call.me.branch_id, quarter) is None:
        return Reply(edit=page(offered, session, call, quarter))
    corrections.may_correct(session, call.me, quarter)
    thing = fields.find(session, call.me, button.table, button.number, call.tz, call.today)
    if thing.field(button.key) is None:
        raise Refusal(corrections.GONE)
    place = {"table": button.table, "number": button.number, "key": button.key}
    return Reply(here=[form.open(session, call, period=button.period, **place)])


def build(offered: Offered, form: Forms) -> list[Handler]:
    keeps = Right.CLOSE
    return [
        Tap(buttons.FixKinds, show_kinds, reads=True, right=keeps, private=True),
        Tap(buttons.FixThings, show_things, reads=True, right=keeps, private=True),
        Tap(buttons.FixThing, show_thing, reads=True, right=keeps, private=True),
        Tap(buttons.FixField, partial(fix, offered, form), right=keeps, private=True),
    ]
