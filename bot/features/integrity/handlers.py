"""已阅, who has not read it, and when the next reminders go."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.features.integrity import messages, rules, sendings, service
from bot.features.integrity.buttons import Place, Read, ShowUnread, TryNext
from bot.kit.access import NO_RIGHT, Right, may, require
from bot.kit.broadcasts import delivering, preview
from bot.kit.handlers import Call, CardView, Command, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from scheduler.calendars import calendar_of
from storage.models.organisation import Organisation
from storage.models.reminder import Reminder

NOTHING_AHEAD = "一年之内没有节前提醒。"
YEAR_AHEAD, SHOWN = timedelta(days=366), 4


def read(session: Session, call: Call, button: Read) -> Reply:
    """已阅. Below a list of all that is owed it is answered apart: the other buttons are still needed."""
    reminder, row, new = service.acknowledge(session, call.me, button.reminder_id, call.now)
    toast = messages.toast(reminder, row.at, call.me.name, new)
    refresh = [(service.CARD, reminder.id)] if new else []
    if not call.private:
        return Reply(toast=toast, refresh=refresh)
    if button.place is Place.NUDGE:
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


def show_coming(session: Session, call: Call) -> Reply:
    """/holidays: the next reminders, and the last one."""
    if not call.private:
        return Reply()
    if not may(call.me, Right.MAKE_REMINDER, branch_id=call.me.branch_id):
        raise Refusal(NO_RIGHT)
    calendar = calendar_of(session, call.me.branch_id)
    ahead = rules.blocks_between(calendar, call.today, call.today + YEAR_AHEAD)
    coming = ((rules.send_at(calendar, block, call.tz), block) for block in ahead)
    blocks = [each for each in coming if each[0] > call.now][:SHOWN]
    reminder = service.latest(session, call.me.branch_id)
    last = (reminder, service.figures(session, reminder, call.now)) if reminder else None
    shown = messages.coming(blocks, last, call.tz)
    return say(replace(shown, rows=[*shown.rows, [Choice("发给自己看看", TryNext())]]))


def try_next(session: Session, call: Call, button: TryNext) -> Reply:
    """发给自己看看: the next reminder as it will look."""
    require(call.me, Right.MAKE_REMINDER, branch_id=call.me.branch_id)
    calendar = calendar_of(session, call.me.branch_id)
    ahead = rules.blocks_between(calendar, call.today, call.today + YEAR_AHEAD)
    block = next((block for block in ahead if rules.send_at(calendar, block, call.tz) > call.now), None)
    if block is None:
        raise Refusal(NOTHING_AHEAD)
    settings = session.get_one(Organisation, call.me.branch_id).settings
    text = messages.reminder_text(block, settings, rules.ack_due(block, call.tz), call.tz)
    return Reply(toast="已发给您本人。", here=[preview(messages.card(Reminder(id=0, text=text), call.tz))])


def render(session: Session, reminder_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The desk's live card."""
    reminder = session.get(Reminder, reminder_id)
    return None if reminder is None else sendings.desk_card(session, reminder, now, tz)


HANDLERS: list[Handler] = [
    Tap(Read, read),
    Tap(ShowUnread, show_unread, reads=True),
    Tap(TryNext, try_next, reads=True),
    Word(("已阅",), read_by_word),
    Command("holidays", show_coming, "节前提醒", Right.MAKE_REMINDER, reads=True),
    Word(("节前提醒",), show_coming, label=True, reads=True),
    CardView(service.CARD, render, lives=delivering(sendings.KIND)),
]
