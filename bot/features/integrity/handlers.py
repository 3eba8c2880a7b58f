"""已阅, and who has not read it; the desk's are in desk.py."""

from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.integrity import broadcast, desk, messages, service
from bot.features.integrity.buttons import Origin, Read, ShowUnread
from bot.kit.access import NO_RIGHT
from bot.kit.broadcasts import delivering
from bot.kit.handlers import Call, CardView, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from storage.models.reminder import Reminder


def read(session: Session, call: Call, button: Read) -> Reply:
    """已阅. Below a list of all that is owed it is answered apart: the other buttons are still needed."""
    reminder, row, new = service.acknowledge(session, call.me, button.reminder_id, call.now)
    toast = messages.toast(reminder, row.at, call.me.name, new)
    refresh = [(service.CARD, reminder.id)] if new else []
    if not call.private:
        return Reply(toast=toast, refresh=refresh)
    if button.place is Origin.NUDGE:
        line = messages.read_line(reminder, row.at, call.tz)
        return Reply(toast=toast, here=[Message(line)] if new else [], refresh=refresh)
    return Reply(toast=toast, edit=messages.card(reminder, call.tz, row.at), refresh=refresh)


def read_by_word(session: Session, call: Call) -> Reply:
    """已阅 typed: the only reminder that waits, else ask which."""
    if not call.private:
        return Reply()
    waiting = service.waiting(session, call.me, call.now)
    if not waiting:
        raise Refusal(messages.NOTHING_TO_READ)
    if len(waiting) > 1:
        return say(messages.which_one(waiting))
    reminder, row, _ = service.acknowledge(session, call.me, waiting[0].id, call.now)
    return Reply(here=[messages.card(reminder, call.tz, row.at)], refresh=[(service.CARD, reminder.id)])


def show_unread(session: Session, call: Call, button: ShowUnread) -> Reply:
    """Names, in private, to those who may see them."""
    if not call.private:
        raise Refusal(NO_RIGHT)
    reminder = service.find(session, call.me, button.reminder_id)
    return Reply(here=messages.unread(reminder, service.readers(session, call.me, reminder, call.today)))


def render(session: Session, reminder_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The desk's live card."""
    reminder = session.get(Reminder, reminder_id)
    return None if reminder is None else broadcast.desk_card(session, reminder, now, tz)


HANDLERS: list[Handler] = [
    Tap(Read, read),
    Tap(ShowUnread, show_unread, reads=True),
    Word(("已阅", "已阅读", "阅", "已读"), read_by_word),
    CardView(service.CARD, render, lives=delivering(broadcast.KIND)),
    *desk.HANDLERS,
]
