"""停止发送, 修改已发内容 and the card of the progress, for every kind of broadcast that a feature declares."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial

from sqlalchemy.orm import Session

from bot.features.broadcasts import messages, service
from bot.features.broadcasts.forms import DOES, cards, found
from bot.features.broadcasts.service import Kinds
from bot.kit import broadcasts as kit
from bot.kit.broadcasts import Broadcast, Correct, DecideCorrection, Previewed, Resume, Stop, Sure
from bot.kit.form_fields import Fill
from bot.kit.form_pages import GO
from bot.kit.forms import Form
from bot.kit.handlers import Call, CardView, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from scheduler import broadcasts


def stop(kinds: Kinds, session: Session, call: Call, button: Stop) -> Reply:
    """Asked once, in a message of its own: the live card goes on changing."""
    one = found(kinds, session, call, button.kind, button.subject_id)
    if button.sure is Sure.NO:
        return Reply(toast=messages.GOES_ON, edit=Message(messages.GOES_ON))
    now = broadcasts.progress(session, one.batch, call.now)
    if button.sure is Sure.ASK:
        if not now.waiting:
            raise Refusal(messages.ALL_SENT)
        return Reply(here=[messages.sure_to_stop(button.kind, button.subject_id, one.subject, now)])
    many = service.stop(session, call.me, one, call.now)
    progress = broadcasts.progress(session, one.batch, call.now)
    said = messages.stopped(button.kind, button.subject_id, one.subject, many, progress)
    return Reply(toast="已停止发送。", edit=said, refresh=cards(one))


def resume(kinds: Kinds, session: Session, call: Call, button: Resume) -> Reply:
    """What was stopped goes after all; below the live card, or below the answer to the stop."""
    one = found(kinds, session, call, button.kind, button.subject_id)
    many = service.resume(session, call.me, one, call.now)
    return Reply(toast=messages.resumed(many), refresh=cards(one), promised=True)


def correct(kinds: Kinds, form: Form, session: Session, call: Call, button: Correct) -> Reply:
    service.may_correct(session, found(kinds, session, call, button.kind, button.subject_id), call.tz)
    return say(form.open(session, call, kind=button.kind, subject=button.subject_id))


def decide(form: Form, session: Session, call: Call, button: DecideCorrection) -> Reply:
    """A button of an earlier version."""
    return form.tap(session, call, Fill(form.code, button.dialog_id, GO, DOES[button.does]))


def previewed(session: Session, call: Call, button: Previewed) -> Reply:
    return Reply(toast=messages.ONLY_PREVIEW)


def _render(kind: Broadcast) -> Callable[[Session, int, int, datetime, tzinfo], Message | None]:
    def render(session: Session, subject_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
        subject = kind.find(session, subject_id, tz)
        if subject is None:
            return None
        found = broadcasts.progress(session, broadcasts.batch_of(kind.kind, subject_id), now)
        corrected = kit.corrected_line(session, subject.branch_id, kind.kind, subject_id, tz)
        return kit.progress_message(kind.kind, subject_id, subject.title, found, corrected, fixed=bool(subject.fixed))

    return render


def build(declared: Sequence[Broadcast], form: Form) -> list[Handler]:
    """The handlers for these kinds; `form` corrects them."""
    kinds = {kind.kind: kind for kind in declared}
    views = [
        CardView(kit.progress_card(kind.kind, 0)[0], _render(kind), lives=kit.delivering(kind.kind), passing=True)
        for kind in declared
    ]
    return [
        Tap(Stop, partial(stop, kinds), private=True),
        Tap(Resume, partial(resume, kinds), private=True),
        Tap(Correct, partial(correct, kinds, form), private=True),
        Tap(DecideCorrection, partial(decide, form), private=True),
        Tap(Previewed, previewed, reads=True),
        *views,
    ]
