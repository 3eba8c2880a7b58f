"""规范检查: the page, one norm with its records, the table; 请其办理 of it, and its part of the digest."""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from functools import partial

from sqlalchemy.orm import Session

from bot.features.norms import export, forms, messages, overview, service
from bot.features.norms.buttons import ChangeNorm, ExportNorms, OpenNorm, ShowNorms
from bot.features.norms.overview import Line
from bot.features.norms.rules import Check, State
from bot.features.norms.service import Span
from bot.features.tally import periods
from bot.kit.access import Right, may
from bot.kit.digest import Section
from bot.kit.feature import Feature
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.owing import Does, Matter
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Noted, Reply, apart, say
from scheduler.calendar.days import at, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me

Features = Sequence[Feature]
PREFIX, VERB = "norm:", "办理"


def show(features: Features, session: Session, call: Call) -> Reply:
    """/norms: this month, quarter and year."""
    return say(_page(features, session, call, None))


def by_word(features: Features, session: Session, call: Call) -> Reply:
    """规范, of who sees norms; of anybody else it may be said of anything."""
    if not overview.sees(call.me):
        raise Nothing("", call.text)
    return show(features, session, call)


def turn(features: Features, session: Session, call: Call, button: ShowNorms) -> Reply:
    return Reply(edit=_page(features, session, call, _period(call, button.period)))


def _page(features: Features, session: Session, call: Call, period: Period | None) -> Message:
    lines = _lines(features, session, call, period)
    asked = overview.closers(session, call.me.branch_id, call.today)
    before = _missed_before(features, session, call) if period is None else 0
    return messages.page(lines, period, call.today, asked, call.me.id, before)


def _missed_before(features: Features, session: Session, call: Call) -> int:
    """How many norms were missed in the month before: what is over leaves the page of the present."""
    month = periods.month_before(call.today)
    return sum(bool(line.of(State.MISSED)) for line in _lines(features, session, call, month))


def _lines(features: Features, session: Session, call: Call, period: Period | None) -> list[Line]:
    return overview.seen(session, features, call.me, overview.span_of(period, call.today), call.now, call.tz)


def _period(call: Call, code: str) -> Period | None:
    return periods.opened(code, call.today) if code else None


def open_norm(features: Features, session: Session, call: Call, button: OpenNorm) -> Reply:
    period = _period(call, button.period)
    line = next((one for one in _lines(features, session, call, period) if one.norm.id == button.norm), None)
    if line is None:
        raise Refusal(messages.NO_SUCH)
    asked = overview.closers(session, call.me.branch_id, call.today)
    changes = may(call.me, Right.SET_NORMS, branch_id=call.me.branch_id)
    return Reply(edit=messages.opened(line, period, call.today, button.page, asked, call.me.id, changes=changes))


def draw(features: Features, session: Session, call: Call, button: ExportNorms) -> bytes:
    lines = _lines(features, session, call, _period(call, button.period))
    title = messages.title(_period(call, button.period), call.today)
    return export.table(session, call.me.branch_id, title, lines, call.today)


def send(features: Features, session: Session, call: Call, button: ExportNorms) -> Reply:
    period = _period(call, button.period)
    content = call.ready or draw(features, session, call, button)
    noted = Noted("export", "norm_file", None, call.me, {"period": button.period})
    return Reply(toast="表格已生成。", here=[messages.file_of(content, period, call.today)], noted=[noted])


def change(session: Session, call: Call, button: ChangeNorm) -> Reply:
    return apart(Reply(edit=forms.open_form(session, call, button.norm)))


# --- elsewhere -------------------------------------------------------------------------------------------------------


def by_hand(
    features: Features,
    session: Session,
    me: Me | None,
    branch_id: int,
    person_id: int,
    key: str,
    now: datetime,
    tz: tzinfo,
) -> Matter | None:
    """The open check of that key, while this person can close it; who asks has to see it."""
    if not key.startswith(PREFIX) or (me is not None and not overview.sees(me)):
        return None
    today = local_day(now, tz)
    found = [one for one in overview.present(session, features, branch_id, now, tz) if overview.key_of(one) == key]
    closer = overview.closers(session, branch_id, today)
    open_ = [one for one in found if one.state is State.OPEN and not one.arranged and closer(one) == person_id]
    mine = [one for one in open_ if me is None or overview.sees(me, one.norm)]
    return _matter(features, mine[0], person_id, key, today, tz) if mine else None


def _matter(features: Features, one: Check, person_id: int, key: str, today: date, tz: tzinfo) -> Matter:
    offer = service.offers_of(features)[one.norm.event]
    button = one.case.opens if one.case is not None else offer.does
    due = at(one.until or today, time(), tz)
    does = (Does(VERB, button),) if button is not None else ()
    return Matter(person_id, key, messages.to_be_done(one, today), due, does)


def digest(features: Features, session: Session, me: Me, week: date, now: datetime, tz: tzinfo) -> Section | None:
    """What is open and over within fourteen days, to who sees norms."""
    if not overview.sees(me):
        return None
    today = local_day(now, tz)
    lines = overview.seen(session, features, me, Span.present(today), now, tz)
    return messages.section(overview.near(lines, today))


# --- all of them -----------------------------------------------------------------------------------------------------


def build(features: Features) -> list[Handler]:
    export_of = partial(draw, features)
    return [
        Command(
            "norms",
            partial(show, features),
            "规范检查",
            Right.NORMS,
            reads=True,
            more=54,
            help="规范检查：三会一课等要求达到了没有，由谁办理，用哪些记录证明。",
            words=("达标情况",),
        ),
        Word(("规范",), partial(by_word, features), reads=True),
        Tap(ShowNorms, partial(turn, features), reads=True, right=Right.NORMS, private=True),
        Tap(OpenNorm, partial(open_norm, features), reads=True, right=Right.NORMS, private=True),
        Tap(ExportNorms, partial(send, features), reads=True, prepare=export_of, right=Right.NORMS, private=True),
        Tap(ChangeNorm, change, right=Right.SET_NORMS, private=True),
    ]
