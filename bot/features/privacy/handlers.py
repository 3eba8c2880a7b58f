"""我的数据 and 数据管理: taps, commands and plain words -> service -> messages."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.features.privacy import buttons, changes, erasure, forbidden, messages, mydata, retention
from bot.kit import asking
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.form_fields import Values
from bot.kit.handlers import Answer, Call, Command, Handler, Tap, no_files
from bot.kit.questions import one_text
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Noted, Reply, say
from bot.kit.typed_days import the_day
from storage.lookups import of_branch
from storage.models.dialog import Dialog
from storage.models.person import Person

NARROW, WHOM, ERASE = "care.narrow", "care.whom", "care.erase"
OLD = "这份内容已失效，请重新点“数据管理”。"
YEARS = range(2000, 2100)


def my_data(session: Session, call: Call) -> Reply:
    """Everything about oneself, as files; never in a group, never somebody else's."""
    data = mydata.gather(session, call.me)
    count = sum(len(part.rows) for part in data.parts)
    noted = Noted("export", "person", call.me.id, call.me, {"rows": count})
    return Reply(here=messages.my_data(data, call.now, call.tz), noted=[noted])


def menu(session: Session, call: Call) -> Reply:
    return say(messages.menu(call.me))


# --- 变更记录 ---------------------------------------------------------------------------------------------------------


def show_changes(session: Session, call: Call, button: buttons.ShowChanges) -> Reply:
    return Reply(edit=_changes(session, call, button.page, button.person_id, _day(button.day)))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(OLD) from None
    # At the ends of the calendar there is no day before or after: what nobody can have chosen was forged.
    if day is not None and day.year not in YEARS:
        raise Refusal(OLD)
    return day


def _changes(session: Session, call: Call, page: int, person_id: int, day: date | None) -> Message:
    # A page of years ago is no page: what nobody can have turned to was forged.
    page = min(max(page, 0), 100_000)
    person = of_branch(session, Person, person_id, call.me.branch_id) if person_id else None
    if person_id and person is None:
        raise Refusal(OLD)
    found = changes.page(session, call.me, page, person.id if person else None, day, call.tz)
    return messages.changes(found, person, day, call.tz)


def narrow(session: Session, call: Call, button: buttons.NarrowChanges) -> Reply:
    dialog = dialogs.ask(session, call.me, NARROW, call.now, by=button.by.value)
    asks = messages.ASK_NAME if button.by is buttons.By.PERSON else messages.ASK_DAY
    return say(asking.question(dialog, asks))


def narrowed(session: Session, call: Call, dialog: Dialog) -> Reply:
    if dialog.draft["by"] == buttons.By.DAY:
        shown = _changes(session, call, 0, 0, the_day(call.text, call.today))
    else:
        people = changes.find_people(session, call.me, call.text.strip())
        if not people:
            raise Refusal(messages.NO_SUCH_NAME)
        one = len(people) == 1
        shown = _changes(session, call, 0, people[0].id, None) if one else messages.choose_person(people)
    dialogs.close(session, call.me.id)
    return say(shown)


# --- 保存期限 ---------------------------------------------------------------------------------------------------------


def show_retention(session: Session, call: Call, button: buttons.ShowRetention) -> Reply:
    return Reply(edit=_retention(session, call))


def _retention(session: Session, call: Call) -> Message:
    due = retention.preview(session, call.me, call.now)
    return messages.retention(retention.periods(session, call.me.branch_id), due)


def choose_period(session: Session, call: Call, button: buttons.ChoosePeriod) -> Reply:
    days = retention.periods(session, call.me.branch_id)[button.kind]
    return Reply(edit=messages.choose_period(button.kind, days))


def set_period(session: Session, call: Call, button: buttons.SetPeriod) -> Reply:
    """First what it would mean, then the doing."""
    if not button.sure:
        due = retention.would_go(session, call.me, button.kind, button.days, call.now)
        return Reply(edit=messages.confirm_period(button.kind, button.days, due))
    retention.set_period(session, call.me, button.kind, button.days, call.now)
    return Reply(toast="已修改。", edit=_retention(session, call))


def sweep(session: Session, call: Call, button: buttons.Sweep) -> Reply:
    if not button.sure:
        return Reply(edit=messages.confirm_sweep(retention.preview(session, call.me, call.now)))
    gone = retention.sweep_branch(session, call.me, call.now)
    return Reply(toast="已清理。", edit=messages.after_sweep(gone))


# --- 禁发词语 ---------------------------------------------------------------------------------------------------------


def show_words(session: Session, call: Call, button: buttons.ShowWords) -> Reply:
    return Reply(edit=messages.words(forbidden.words(session, call.me)))


def ask_word(session: Session, call: Call, button: buttons.AddWord) -> Reply:
    return say(WORD.open(session, call))


def _add_word(session: Session, call: Call, values: Values) -> Reply:
    forbidden.add(session, call.me, values["word"], call.now)
    return say(messages.words(forbidden.words(session, call.me)))


WORD = replace(
    one_text("care.word", "cw", "数据管理", lambda *page: messages.ASK_WORD, _add_word, Right.CARE, "word"),
    dropped="已取消填写：禁发词语。",
)


def remove_word(session: Session, call: Call, button: buttons.RemoveWord) -> Reply:
    forbidden.remove(session, call.me, button.word_id, call.now)
    return Reply(toast="已删除。", edit=messages.words(forbidden.words(session, call.me)))


# --- 注销 -------------------------------------------------------------------------------------------------------------


def erase_whom(session: Session, call: Call, button: buttons.EraseWhom) -> Reply:
    people = erasure.people(session, call.me)
    dialog = dialogs.ask(session, call.me, WHOM, call.now)
    return Reply(edit=messages.erase_whom(people, button.page, dialog))


def erase_named(session: Session, call: Call, dialog: Dialog) -> Reply:
    people = erasure.people(session, call.me, call.text.strip())
    if not people:
        raise Refusal(messages.NO_SUCH_NAME)
    many = len(people) > 1
    return say(messages.erase_whom(people, 0, dialog) if many else _first(session, call, people[0].id))


def erase_person(session: Session, call: Call, button: buttons.ErasePerson) -> Reply:
    return Reply(edit=_first(session, call, button.person_id))


def _first(session: Session, call: Call, person_id: int) -> Message:
    before = erasure.look(session, call.me, person_id, call.today)
    dialog = dialogs.ask(session, call.me, ERASE, call.now, person=person_id, asked=1)
    return messages.erase_first(before, dialog.id)


def erase(session: Session, call: Call, button: buttons.EraseGo) -> Reply:
    """Asked twice; each question is answered by its own button, once."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, ERASE)
    person_id = int(dialog.draft["person"])
    before = erasure.look(session, call.me, person_id, call.today)
    name = before.person.name
    if dialog.draft["asked"] == 1:
        again = dialogs.ask(session, call.me, ERASE, call.now, person=person_id, asked=2)
        return Reply(edit=messages.erase_second(name, again.id))
    erasure.erase(session, call.me, person_id, call.today, call.now, handling=call.update_id)
    dialogs.close(session, call.me.id)
    receipt = messages.receipt(person_id, before, call.me.name, call.now, call.tz)
    return Reply(toast="已注销。", edit=Message(f"已注销{person_id}号的数据，回执见下。"), here=[Message(receipt)])


def confirm_by_button(session: Session, call: Call, dialog: Dialog) -> Reply:
    raise Refusal("请点“确认注销”或“不注销”。" if dialog.draft["asked"] == 2 else "请点“继续注销”或“不注销”。")


def not_erased(session: Session, call: Call, dialog: Dialog) -> Reply:
    return say(messages.NOT_ERASED)


HANDLERS: list[Handler] = [
    Command(
        "mydata",
        my_data,
        "我的数据",
        reads=True,
        parted=True,
        more=18,
    ),
    Command(
        messages.COMMAND,
        menu,
        "数据管理",
        Right.CARE,
        reads=True,
        more=63,
    ),
    Tap(buttons.ShowChanges, show_changes, reads=True, right=Right.CARE),
    Tap(buttons.NarrowChanges, narrow, right=Right.CARE),
    Answer(NARROW, narrowed, called="变更记录", right=Right.CARE, takes_files=no_files),
    Tap(buttons.ShowRetention, show_retention, reads=True, right=Right.WIPE),
    Tap(buttons.ChoosePeriod, choose_period, reads=True, right=Right.WIPE),
    Tap(buttons.SetPeriod, set_period, right=Right.WIPE),
    Tap(buttons.Sweep, sweep, right=Right.WIPE),
    Tap(buttons.ShowWords, show_words, reads=True, right=Right.CARE),
    Tap(buttons.AddWord, ask_word, right=Right.CARE),
    Tap(buttons.RemoveWord, remove_word, right=Right.CARE),
    Tap(buttons.EraseWhom, erase_whom, right=Right.WIPE),
    Answer(WHOM, erase_named, not_erased, right=Right.WIPE, takes_files=no_files),
    Tap(buttons.ErasePerson, erase_person, right=Right.WIPE),
    Tap(buttons.EraseGo, erase, right=Right.WIPE),
    Answer(ERASE, confirm_by_button, not_erased, right=Right.WIPE, takes_files=no_files),
]
