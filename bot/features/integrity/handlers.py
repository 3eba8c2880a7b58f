"""已阅, and who has not read it; 节前提醒: what the desk sees coming, words anew and sets."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.integrity import broadcast, decisions, merged, messages, plan_messages, planning, service
from bot.features.integrity.buttons import (
    Act,
    Coming,
    Field,
    Knob,
    Origin,
    Page,
    Read,
    Reword,
    Sample,
    SeeReminder,
    SetTiming,
    ShowUnread,
    TickBan,
    TurnPage,
    Unword,
)
from bot.features.integrity.messages import sample
from bot.kit import dialog as dialogs
from bot.kit.access import Right, require
from bot.kit.broadcasts import delivering
from bot.kit.form_fields import Values
from bot.kit.handlers import Call, CardView, Command, Handler, Tap, Word
from bot.kit.possible import Possible
from bot.kit.questions import one_text
from bot.kit.refusal import Nothing
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.typed_days import the_day
from bot.kit.words import day_words, short_day
from storage.audience import Me
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
    waiting = service.waiting(session, call.me, call.now)
    if not waiting:
        raise Nothing(messages.NOTHING_TO_READ, "已阅")
    if len(waiting) > 1:
        return say(messages.which_one(waiting))
    reminder, row, _ = service.acknowledge(session, call.me, waiting[0].id, call.now)
    shown = messages.card(reminder, call.tz, row.at)
    return Reply(here=[shown], refresh=[(service.CARD, reminder.id)], did="done:reminder")


def possible(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Possible]:
    """The reminders that were not read yet."""
    return [
        Possible("已阅", messages.called(one), Choice("已阅", Read(one.id, Origin.NUDGE)), one.sent_at)
        for one in service.waiting(session, me, now)
    ]


def show_unread(session: Session, call: Call, button: ShowUnread) -> Reply:
    """Names, in private, to those who may see them."""
    reminder = service.find(session, call.me, button.reminder_id)
    return Reply(here=messages.unread(reminder, service.readers(session, call.me, reminder, call.today)))


def see(session: Session, call: Call, button: SeeReminder) -> Reply:
    """The own one with 已阅; to the desk also one that was not for them."""
    reminder = service.find(session, call.me, button.reminder_id)
    if not service.is_for(session, reminder.id, call.me.id):
        require(call.me, Right.MAKE_REMINDER, branch_id=reminder.branch_id)
        return Reply(here=[Message(reminder.text)])
    read_at = service.acknowledged(session, reminder.id).get(call.me.id)
    return Reply(here=[messages.card(reminder, call.tz, read_at)])


def render(session: Session, reminder_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The desk's live card."""
    reminder = session.get(Reminder, reminder_id)
    return None if reminder is None else broadcast.desk_card(session, reminder, now, tz)


# --- the desk ------------------------------------------------------------------------------------------------------


def show_coming(session: Session, call: Call) -> Reply:
    """/holidays: the next reminders, and the last one."""
    return say(_coming(session, call))


def _coming(session: Session, call: Call) -> Message:
    ahead = planning.coming(session, call.me.branch_id, call.now, call.tz)
    reminder = service.latest(session, call.me.branch_id)
    last = (reminder, service.figures(session, reminder, call.now)) if reminder else None
    now_set = decisions.decided(session, call.me.branch_id).timing
    return plan_messages.coming(ahead, last, call.now, call.tz, now_set)


def turn(session: Session, call: Call, button: TurnPage) -> Reply:
    """Another page of the card; the preview is a message of its own."""
    if button.page is Page.SAMPLE:
        return Reply(here=_usual_sample(session, call))
    return Reply(edit=PAGES[button.page](session, call))


def _timing(session: Session, call: Call) -> Message:
    return plan_messages.timing_page(decisions.decided(session, call.me.branch_id).timing)


def _wording(session: Session, call: Call) -> Message:
    return plan_messages.wording_page(planning.settings(session, call.me.branch_id))


def _bans(session: Session, call: Call) -> Message:
    return plan_messages.bans_page(planning.settings(session, call.me.branch_id))


PAGES: dict[Page, Callable[[Session, Call], Message]] = {
    Page.COMING: _coming,
    Page.TIMING: _timing,
    Page.LEAD: lambda session, call: plan_messages.choose_lead(),
    Page.HOUR: lambda session, call: plan_messages.choose_hour(),
    Page.MERGE: lambda session, call: plan_messages.choose_merge(),
    Page.WORDING: _wording,
    Page.BANS: _bans,
}


# --- one coming reminder -------------------------------------------------------------------------------------------


def act(session: Session, call: Call, button: Coming) -> Reply:
    """Open one, look at it as it will be, or change it."""
    one = planning.find(session, call.me, button.year, button.festival, call.now, call.tz)
    if button.act is Act.PREVIEW:
        return Reply(here=_preview(session, call, one))
    if button.act in (Act.DAY, Act.TEXT):
        form = DAY if button.act is Act.DAY else TEXT
        return say(form.open(session, call, year=one.year, festival=one.festival))
    if button.act is Act.RESUME and planning.goes_if_resumed(session, call.me, one, call.now, call.tz):
        return Reply(edit=plan_messages.sure_to_resume(one))
    if button.act in (Act.SKIP, Act.RESUME, Act.RESUME_NOW):
        planning.skip(session, call.me, one, button.act is Act.SKIP, call.now)
    elif button.act is Act.DEFAULT:
        planning.by_default(session, call.me, one, call.now)
    return Reply(edit=_opened(session, call, button.year, button.festival))


def _opened(session: Session, call: Call, year: int, festival: str) -> Message:
    one = planning.find(session, call.me, year, festival, call.now, call.tz)
    return plan_messages.opened(one, call.now, call.tz)


def _preview(session: Session, call: Call, one: planning.Coming) -> list[Message]:
    card = sample(planning.text(session, call.me.branch_id, one, call.tz))
    if one.due_at is not None:
        card = merged.foreseen(session, call.me.branch_id, one.due_at, card, call.now, call.tz)
    return plan_messages.preview(one, card, call.now, call.tz)


def _usual_sample(session: Session, call: Call) -> list[Message]:
    """Of the next one that has no words of its own."""
    ahead = planning.coming(session, call.me.branch_id, call.now, call.tz)
    usual = next((one for one in ahead if one.wish is None or not one.wish.text), None)
    return [Message(plan_messages.NONE_AHEAD)] if usual is None else _preview(session, call, usual)


def _one(session: Session, call: Call, values: Values) -> planning.Coming:
    return planning.find(session, call.me, int(values["year"]), str(values["festival"]), call.now, call.tz)


def _move(session: Session, call: Call, values: Values) -> Reply:
    """To another working day: of any other the service says why not, so there is nothing to be asked about."""
    one = _one(session, call, values)
    day = the_day(values["day"], call.today, short_day(one.blocks[0].last_working_day))
    planning.move(session, call.me, one, day, call.now, call.tz)
    return say(_opened(session, call, one.year, one.festival))


def _reword(session: Session, call: Call, values: Values) -> Reply:
    """Kept, and shown as it will look."""
    planning.reword(session, call.me, _one(session, call, values), values["text"], call.now)
    one = _one(session, call, values)
    return say(*_preview(session, call, one), plan_messages.opened(one, call.now, call.tz))


def _ask_day(session: Session, call: Call, values: Values) -> str:
    return plan_messages.ask_day(_one(session, call, values))


def _ask_text(session: Session, call: Call, values: Values) -> str:
    return plan_messages.ask_text(_one(session, call, values))


def _days(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """The last working days on which it may go."""
    days = planning.days_offered(session, call.me.branch_id, _one(session, call, values), call.now, call.tz)
    return [(short_day(day), day_words(day)) for day in days]


DAY = one_text("integrity.day", "id", "节前提醒", _ask_day, _move, Right.MAKE_REMINDER, "day", options=_days)
TEXT = one_text("integrity.text", "it", "节前提醒", _ask_text, _reword, Right.MAKE_REMINDER, "text")


# --- all of them ---------------------------------------------------------------------------------------------------


def set_timing(session: Session, call: Call, button: SetTiming) -> Reply:
    """What goes at once by it, and what would not go any more, is asked about."""
    asked = None if button.sure else _sure(session, call, button)
    if asked is not None:
        return Reply(edit=asked)
    now_set = planning.set_timing(session, call.me, button.knob, button.value, call.now)
    if button.knob not in (Knob.SENDS, Knob.SECOND_LINE):
        return Reply(toast="已保存。", edit=plan_messages.timing_page(now_set))
    return Reply(toast="已开启。" if button.value else "已关闭。", edit=_coming(session, call))


def _sure(session: Session, call: Call, button: SetTiming) -> Message | None:
    going = planning.at_once(session, call.me, button.knob, button.value, call.now, call.tz)
    if going:
        return plan_messages.sure_to_set(button, going)
    if button.knob not in (Knob.SENDS, Knob.SECOND_LINE) or button.value:
        return None
    found = planning.planned(session, call.me, button.knob, call.now, call.tz)
    planned = plan_messages.planned(button.knob, found, call.tz)
    return plan_messages.sure_to_switch_off(button, planned) if planned else None


def ask_words(session: Session, call: Call, button: Reword) -> Reply:
    return say(WORDS.open(session, call, only=button.field.value))


def _ask_words(session: Session, call: Call, values: Values) -> str:
    return plan_messages.ask_words(Field(values["only"]))


def _set_words(session: Session, call: Call, values: Values) -> Reply:
    """Kept, and shown as the next reminder will look with it."""
    field = Field(values["only"])
    planning.set_words(session, call.me, field, values[field], call.now)
    return say(*_usual_sample(session, call), _wording(session, call))


def _back(session: Session, call: Call, values: Values) -> list[Choice]:
    return plan_messages.unword(Field(values["only"]), planning.settings(session, call.me.branch_id))


WORDS = one_text("integrity.words", "iw", "节前提醒", _ask_words, _set_words, Right.MAKE_REMINDER, *Field, below=_back)


def unword(session: Session, call: Call, button: Unword) -> Reply:
    planning.set_words(session, call.me, button.field, None, call.now)
    dialogs.close(session, call.me.id)
    done = "已恢复通用文字。" if button.field is Field.TEXT else "已清除。"
    return Reply(toast=done, edit=_wording(session, call))


def tick_ban(session: Session, call: Call, button: TickBan) -> Reply:
    planning.tick_ban(session, call.me, button.number, call.now)
    return Reply(edit=_bans(session, call))


def sampled(session: Session, call: Call, button: Sample) -> Reply:
    return Reply(toast=plan_messages.PREVIEW_ONLY)


HANDLERS: list[Handler] = [
    Tap(Read, read),
    Tap(ShowUnread, show_unread, reads=True, private=True),
    Tap(SeeReminder, see, reads=True, private=True),
    Word(("已阅", "已阅读", "阅", "已读"), read_by_word, in_group=True),
    CardView(service.CARD, render, lives=delivering(broadcast.KIND)),
    Command(
        "holidays",
        show_coming,
        "节前提醒",
        Right.MAKE_REMINDER,
        reads=True,
        more=37,
        help="节前提醒：查看接下来的发送时间和阅知情况。",
    ),
    Tap(TurnPage, turn, reads=True, right=Right.MAKE_REMINDER, private=True),
    Tap(Coming, act, right=Right.MAKE_REMINDER, private=True),
    Tap(SetTiming, set_timing, right=Right.MAKE_REMINDER, private=True),
    Tap(Reword, ask_words, right=Right.MAKE_REMINDER, private=True),
    Tap(Unword, unword, right=Right.MAKE_REMINDER, private=True),
    Tap(TickBan, tick_ban, right=Right.MAKE_REMINDER, private=True),
    Tap(Sample, sampled, reads=True),
]
