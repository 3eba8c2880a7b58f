"""Taps and words about days away: said, decided on, ended early, seen."""

import re
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.away import buttons, cards, messages, rules, service
from bot.features.away.forms import FORM, kept, sees
from bot.features.leave.service import standing as leave_of
from bot.kit import leave_offers
from bot.kit.access import Right
from bot.kit.glossary.choices import AWAY_STATES
from bot.kit.handlers import Call, Command, Handler, Tap, Word, spoken
from bot.kit.possible import Standing
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Choice, Message, Reply, To, apart, say
from bot.kit.undo import UndoStep
from scheduler.calendar.days import local_day
from storage.audience import Me
from storage.choices import AwayState
from storage.models.away import AwaySpan
from storage.models.person import Person

_LEAP = date(2024, 1, 1)
_WANTS = re.compile(r"(?:我|本人|要|想|需要|准备|申请|登记)+外出(?:了|一下|几天)?")


def away(session: Session, call: Call) -> Reply:
    """外出: what one has said already, else from which day."""
    service.must_be_here(session, call.me, call.today)
    mine = service.ahead(session, call.me.id, call.today)
    if mine:
        return say(messages.own(mine, call.today, sees=sees(call)))
    return FORM.start(session, call)


def say_more(session: Session, call: Call, button: buttons.SayMore) -> Reply:
    service.must_be_here(session, call.me, call.today)
    return FORM.start(session, call)


def by_sentence(session: Session, call: Call) -> Reply:
    """外出 7月3日至7月10日: the card, filled in."""
    said = rules.read(call.text, call.today)
    if said is None:
        raise Refusal(messages.SAY_AGAIN)
    values = dict(kept(said))
    FORM.check(session, call, values)
    return say(FORM.filled(session, call, **values))


def undo(session: Session, call: Call, button: buttons.UndoAway) -> Reply:
    row = service.undo(session, call.me, button.span_id, call.now, call.tz)
    cards.close(session, call, row)
    done = messages.undone(messages.span_words(service.run_of(row), call.today))
    return Reply(toast="已撤销外出。", edit=done, others=cards.stand_again(session, call, row), promised=True)


# --- back early ------------------------------------------------------------------------------------------------------


def come_back(session: Session, call: Call, button: buttons.ComeBack) -> Reply:
    return _back(session, call, service.own(session, call.me, button.span_id, call.today))


def back_by_word(session: Session, call: Call) -> Reply:
    return _back(session, call, service.back_of(session, call.me, call.today))


def perhaps_back(session: Session, call: Call) -> Reply:
    """回来了 of who is not away may be said of anything: of a leave."""
    if call.card is not None or not any(
        row.from_on <= call.today for row in service.ahead(session, call.me.id, call.today)
    ):
        raise Nothing("", "外出")
    return back_by_word(session, call)


def _back(session: Session, call: Call, rows: list[AwaySpan]) -> Reply:
    last = max(row.to_on for row in rows)
    pending = [row for row in rows if row.state is AwayState.PENDING]
    service.come_back(session, call.me, rows, call.now, call.tz)
    for row in pending:
        cards.close(session, call, row)
    leave = [
        activity.title
        for activity, _ in leave_of(session, call.me, call.now)
        if local_day(activity.start_at, call.tz) < last
    ]
    ended = [row for row in rows if row.state is AwayState.ENDED]
    at = int(call.now.timestamp())
    taps = [[Choice("撤销", UndoStep("提前返回", at, row.id))] for row in ended[:1]]
    return Reply(edit=Message(messages.came_back(rows, leave), taps), promised=bool(pending))


# --- decided -------------------------------------------------------------------------------------------------------


def decide(session: Session, call: Call, button: buttons.DecideAway) -> Reply:
    row = service.decide(session, call.me, button.span_id, bool(button.approve), call.now, call.tz)
    person = session.get_one(Person, row.person_id)
    cards.close(session, call, row)
    told = To(messages.told(row, call.today), person_id=person.id, key=cards.decided_key(row))
    days = (row.from_on, row.to_on)
    approved = row.state is AwayState.APPROVED
    offers = leave_offers.of_days(session, person.branch_id, person.id, days, call.now, call.tz) if approved else []
    return Reply(
        toast=f"{AWAY_STATES[row.state]}。",
        edit=messages.decided(row, person.name, call.today),
        others=[told, *offers],
        promised=True,
    )


def decide_listed(session: Session, call: Call, button: buttons.DecideAwayListed) -> Reply:
    """Below a list of what waits it is answered apart."""
    return apart(decide(session, call, buttons.DecideAway(button.span_id, button.approve)))


def show(session: Session, call: Call, button: buttons.ShowAway) -> Reply:
    return shown(session, call)


def shown(session: Session, call: Call) -> Reply:
    return Reply(here=messages.away(service.seen(session, call.me, call.today), call.today))


def wants_away(text: str) -> bool:
    return _WANTS.fullmatch(text.strip()) is not None


def says_away(text: str) -> bool:
    """Whichever day it is: 2月29日 is one in this year."""
    return rules.read(text, _LEAP) is not None and not rules.is_trip(text)


def says_trip(text: str) -> bool:
    """出差 of some days."""
    return rules.is_trip(text) and rules.read(text, _LEAP) is not None


def stands(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Standing]:
    """The days away that can still be ended."""
    today = local_day(now, tz)
    return [
        Standing(messages.stands(row, today), Choice("提前返回", buttons.ComeBack(row.id)), ("外出", row.id))
        for row in service.ahead(session, me.id, today)
    ]


HANDLERS: list[Handler] = [
    Command("away", away, "外出", more=16),
    Tap(buttons.SayMore, say_more, private=True),
    Tap(buttons.ComeBack, come_back, private=True),
    Tap(buttons.UndoAway, undo, private=True),
    Tap(buttons.DecideAway, decide, private=True),
    Tap(buttons.DecideAwayListed, decide_listed, private=True),
    Tap(buttons.ShowAway, show, reads=True, right=Right.SEE_AWAY, private=True),
    Word(("外出名单",), shown, reads=True, right=Right.SEE_AWAY),
    Word(("提前返回",), back_by_word),
    Word(("回来了", "我回来了", "提前回来了"), perhaps_back, in_group=True),
    Word((), away, matches=spoken(wants_away)),
    Word((), by_sentence, matches=spoken(says_away)),
    # 到上海出差三天 may as well be why somebody is on leave.
    Word((), by_sentence, matches=spoken(says_trip), offers=True),
]
