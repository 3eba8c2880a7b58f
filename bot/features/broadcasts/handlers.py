"""停止发送, 更正内容 and the card of the progress, for every kind of broadcast that a feature declares."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial

from sqlalchemy.orm import Session

from bot.features.broadcasts import messages, service
from bot.features.broadcasts.service import Found, Kinds
from bot.kit import broadcasts as kit
from bot.kit import dialog as dialogs
from bot.kit.broadcasts import Broadcast, Correct, DecideCorrection, Draft, Previewed, Resume, Stop, Sure
from bot.kit.handlers import Answer, Call, CardView, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from scheduler import broadcasts
from storage.models.dialog import Dialog

STEP = "broadcast.text"


def stop(kinds: Kinds, session: Session, call: Call, button: Stop) -> Reply:
    """Asked once, in a message of its own: the live card goes on changing."""
    found = _found(kinds, session, call, button.kind, button.subject_id)
    if button.sure is Sure.NO:
        return Reply(toast=messages.GOES_ON, edit=Message(messages.GOES_ON))
    now = broadcasts.progress(session, found.batch, call.now)
    if button.sure is Sure.ASK:
        if not now.waiting:
            raise Refusal(messages.ALL_SENT)
        return Reply(here=[messages.sure_to_stop(button.kind, button.subject_id, found.subject, now)])
    many = service.stop(session, call.me, found, call.now)
    progress = broadcasts.progress(session, found.batch, call.now)
    said = messages.stopped(button.kind, button.subject_id, found.subject, many, progress)
    return Reply(toast="已停止发送。", edit=said, refresh=_cards(found))


def resume(kinds: Kinds, session: Session, call: Call, button: Resume) -> Reply:
    """What was stopped goes after all; below the live card, or below the answer to the stop."""
    found = _found(kinds, session, call, button.kind, button.subject_id)
    many = service.resume(session, call.me, found, call.now)
    return Reply(toast=messages.resumed(many), refresh=_cards(found), promised=True)


def _found(kinds: Kinds, session: Session, call: Call, kind: str, subject_id: int) -> Found:
    return service.find(session, kinds, call.me, kind, subject_id, call.tz)


def _cards(found: Found) -> list[tuple[str, int]]:
    return [kit.progress_card(found.kind.kind, found.id), *found.subject.cards]


def ask_text(kinds: Kinds, session: Session, call: Call, button: Correct) -> Reply:
    found = _found(kinds, session, call, button.kind, button.subject_id)
    service.may_correct(session, found, call.tz)
    dialogs.ask(session, call.me, STEP, call.now, kind=button.kind, subject=button.subject_id)
    return Reply(here=[messages.ask_text(found.subject)])


def typed(kinds: Kinds, session: Session, call: Call, dialog: Dialog) -> Reply:
    """The new text, shown as it will read; another one typed takes its place."""
    kind, subject_id = str(dialog.draft["kind"]), int(dialog.draft["subject"])
    found = _found(kinds, session, call, kind, subject_id)
    text = service.check(session, found, call.text, call.tz)
    # A dialog anew: the buttons under an earlier text must not send this one.
    asked = dialogs.ask(session, call.me, STEP, call.now, kind=kind, subject=subject_id, text=text)
    reworded = found.kind.reworded(session, subject_id, text, call.tz)
    now = broadcasts.progress(session, found.batch, call.now)
    return Reply(here=[messages.correction_preview(reworded, now, asked.id)])


def decide(kinds: Kinds, session: Session, call: Call, button: DecideCorrection) -> Reply:
    """确认更正, 修改 or 取消 under the preview."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, messages.OLD, STEP, needs="text")
    kind, subject_id, text = str(dialog.draft["kind"]), int(dialog.draft["subject"]), str(dialog.draft["text"])
    found = _found(kinds, session, call, kind, subject_id)
    if button.does is Draft.CHANGE:
        dialogs.ask(session, call.me, STEP, call.now, kind=kind, subject=subject_id)
        return Reply(edit=Message(f"{text}\n\n（尚未更正。请发送修改后的全文；不改了请发“取消”。）"))
    dialogs.close(session, call.me.id)
    if button.does is Draft.DROP:
        return Reply(toast="未更正。", edit=Message("已取消，内容未更正。"))
    now = service.correct(session, call.me, found, text, call.now, call.tz)
    return Reply(toast="已更正。", edit=messages.corrected(found.subject, now), refresh=_cards(found), promised=True)


def previewed(session: Session, call: Call, button: Previewed) -> Reply:
    return Reply(toast=messages.ONLY_PREVIEW)


def _render(kind: Broadcast) -> Callable[[Session, int, int, datetime, tzinfo], Message | None]:
    def render(session: Session, subject_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
        subject = kind.find(session, subject_id, tz)
        if subject is None:
            return None
        found = broadcasts.progress(session, broadcasts.batch_of(kind.kind, subject_id), now)
        corrected = kit.corrected_line(session, subject.branch_id, kind.kind, subject_id, tz)
        return kit.progress_message(kind.kind, subject_id, subject.title, found, corrected)

    return render


def build(declared: Sequence[Broadcast]) -> list[Handler]:
    """The handlers for these kinds."""
    kinds = {kind.kind: kind for kind in declared}
    cards = [
        CardView(kit.progress_card(kind.kind, 0)[0], _render(kind), lives=kit.delivering(kind.kind), passing=True)
        for kind in declared
    ]
    return [
        Tap(Stop, partial(stop, kinds), private=True),
        Tap(Resume, partial(resume, kinds), private=True),
        Tap(Correct, partial(ask_text, kinds), private=True),
        Tap(DecideCorrection, partial(decide, kinds), private=True),
        Tap(Previewed, previewed, reads=True),
        Answer(STEP, partial(typed, kinds)),
        *cards,
    ]
