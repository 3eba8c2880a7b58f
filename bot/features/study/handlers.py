"""我的学习, 已学完, 打开: taps and words of members; the desk's are in desk.py."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.features.study import desk, messages, service
from bot.features.study.buttons import Done, OpenItem, Origin, UndoDone
from bot.kit.back_fill import Recorded, recorded
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem


def my_study(session: Session, call: Call) -> Reply:
    """我的学习: one's own items; exempt people may look and learn too."""
    return say(messages.my_study(service.recent(session, call.me, call.now, call.tz), call.today))


def open_item(session: Session, call: Call, button: OpenItem) -> Reply:
    """The files of an item; without any, what it is and until when."""
    item = service.find(session, call.me, button.item_id)
    files = messages.attached(item)
    return Reply(here=files) if files else say(_item_card(session, call, item))


def done(session: Session, call: Call, button: Done) -> Reply:
    """已学完. Below a list of all that is owed it is answered apart: the other buttons are still needed."""
    completed = service.complete(session, call.me, button.item_id, call.now, call.tz)
    line = _line(session, call, completed)
    if not call.private:
        return Reply(toast=line)
    if button.place is Origin.NUDGE:
        return Reply(toast=line, here=[] if completed.again else [messages.just_completed(line, completed.row)])
    undo = None if completed.again else completed.row
    return Reply(toast=line, edit=_card(session, call, button.place, completed.item, undo))


def _line(session: Session, call: Call, completed: service.Completed) -> str:
    item, row = completed.item, completed.row
    came = recorded(item.assigned_on, row.completed_at, service.cut_off(session, item, call.tz), call.tz)
    return messages.completed(item, row, completed.again, came is not Recorded.TOO_LATE)


def _card(session: Session, call: Call, place: Origin, item: StudyItem, undo: StudyCompletion | None = None) -> Message:
    """The message that was tapped, as its owner should see it now."""
    theme = session.get(MonthlyTheme, item.theme_id) if item.theme_id is not None else None
    if place is Origin.PROMPT and theme is not None:
        return messages.prompt(theme, service.seen_by(session, call.me.id, StudyItem.theme_id == theme.id), undo)
    if place is Origin.LIST:
        return messages.my_study(service.recent(session, call.me, call.now, call.tz), call.today, undo)
    return _item_card(session, call, item, undo)


def _item_card(session: Session, call: Call, item: StudyItem, undo: StudyCompletion | None = None) -> Message:
    seen = service.seen_by(session, call.me.id, StudyItem.id == item.id)
    return messages.item_card(seen[0] if seen else messages.Seen(item), undo)


def undo_done(session: Session, call: Call, button: UndoDone) -> Reply:
    item = service.undo(session, call.me, button.row_id, call.now, call.tz)
    return Reply(toast="已撤销。", edit=_card(session, call, button.place, item))


def done_by_word(session: Session, call: Call) -> Reply:
    """学完了 typed: the only open item, else ask which."""
    recent = service.recent(session, call.me, call.now, call.tz)
    waiting = [one for one in recent if one.done is None and not one.closed]
    if not waiting:
        this_month = any(one.item.assigned_on >= call.today.replace(day=1) for one in recent)
        raise Refusal(messages.NOTHING_OPEN if this_month else messages.NONE_YET)
    if len(waiting) > 1:
        return say(messages.which_one(waiting))
    completed = service.complete(session, call.me, waiting[0].item.id, call.now, call.tz)
    return replace(say(messages.just_completed(_line(session, call, completed), completed.row)), did="done:study")


HANDLERS: list[Handler] = [
    Command(
        "study",
        my_study,
        "我的学习",
        reads=True,
        more=13,
    ),
    Tap(OpenItem, open_item, reads=True),
    Tap(Done, done),
    Tap(UndoDone, undo_done),
    Word(("学完了", "已学", "已学完", "学完", "看完了"), done_by_word, label=True, in_group=True),
    Word(
        ("都学完了", "全学完了", "全部学完", "全部学完了", "我学完了", "我都学完了", "都看完了", "我看完了"),
        done_by_word,
        in_group=True,
    ),
    *desk.HANDLERS,
]
