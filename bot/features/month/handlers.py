"""本月安排: only reads; every feature asks itself what is for whoever asks."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from bot.features.month import messages, rules
from bot.features.month.buttons import ShowMonth
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.month import Dates
from bot.kit.replies import Message, Reply, say
from storage.once import asked_once


def show(every: Sequence[Dates], session: Session, call: Call) -> Reply:
    """/month, 本月安排, 有什么活动: this month; 下个月安排, 8月安排: that one."""
    return say(_page(every, session, call, rules.month_said(call.text, call.today), 0))


def turn(every: Sequence[Dates], session: Session, call: Call, button: ShowMonth) -> Reply:
    return Reply(edit=_page(every, session, call, rules.month_of(button.month), button.page))


def _page(every: Sequence[Dates], session: Session, call: Call, month: date, page: int) -> Message:
    days = rules.days_of(month)
    with asked_once(session):
        found = [one for dates in every for one in dates(session, call.me, days, call.now, call.tz)]
    return messages.month(month, found, page)


def build(every: Sequence[Dates]) -> list[Handler]:
    shows = partial(show, every)
    return [
        Command(
            "month",
            shows,
            "本月安排",
            reads=True,
            more=17,
            desk_more=22,
            words=("有什么活动", "有哪些活动", "有什么安排"),
        ),
        Word((), shows, reads=True, matches=rules.names_month, offers=True),
        Tap(ShowMonth, partial(turn, every), reads=True, private=True),
    ]
