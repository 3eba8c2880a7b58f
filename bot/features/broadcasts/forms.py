"""修改已发内容: the whole text anew, shown as it will read before it is taken."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.features.broadcasts import messages, service
from bot.features.broadcasts.service import Found, Kinds
from bot.kit.broadcasts import Broadcast, Draft, progress_card
from bot.kit.form_fields import Action, Field, Values
from bot.kit.form_pages import CANCEL, CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.replies import Reply
from scheduler import broadcasts

# What the buttons of an earlier version do.
DOES = {Draft.SEND: "send", Draft.CHANGE: "text", Draft.DROP: CANCEL}


def found(kinds: Kinds, session: Session, call: Call, kind: str, subject_id: int) -> Found:
    """What one may stop and correct."""
    return service.find(session, kinds, call.me, kind, subject_id, call.tz)


def cards(found: Found) -> list[tuple[str, int]]:
    return [progress_card(found.kind.kind, found.id), *found.subject.cards]


def _found(kinds: Kinds, session: Session, call: Call, values: Values) -> Found:
    return found(kinds, session, call, str(values["kind"]), int(values["subject"]))


def _check(kinds: Kinds, session: Session, call: Call, values: Values) -> None:
    service.check(session, _found(kinds, session, call, values), str(values.get("text", "")), call.tz)


def _summary(kinds: Kinds, session: Session, call: Call, values: Values) -> str:
    """What there is, so that it can be copied and changed; the new text to be changed, or as it will read."""
    one, text = _found(kinds, session, call, values), str(values.get("text", ""))
    if not text:
        return messages.now(one.subject)
    if values.get(FIELD, CONFIRM) != CONFIRM:
        return text
    return messages.reworded(one.kind.reworded(session, one.id, text, call.tz))


def _confirm(kinds: Kinds, session: Session, call: Call, values: Values) -> str:
    one = _found(kinds, session, call, values)
    return messages.correction_confirm(broadcasts.progress(session, one.batch, call.now))


def _send(kinds: Kinds, session: Session, call: Call, values: Values) -> Reply:
    one = _found(kinds, session, call, values)
    now = service.correct(session, call.me, one, str(values["text"]), call.now, call.tz)
    return Reply(toast="已修改。", edit=messages.corrected(one.subject, now), refresh=cards(one), promised=True)


def correction(declared: Sequence[Broadcast]) -> Form:
    """Of these kinds."""
    kinds = {kind.kind: kind for kind in declared}
    ask = Field(
        "text",
        lambda values: messages.ANOTHER if values.get("text") else messages.ASK_TEXT,
        "修改",
        read=lambda session, call, text: {"text": text},
    )
    return Form(
        name="broadcast.text",
        code="b",
        again="修改已发内容",
        fields=(ask,),
        summary=partial(_summary, kinds),
        confirm=partial(_confirm, kinds),
        actions=(Action("send", "确认修改", partial(_send, kinds)),),
        check=partial(_check, kinds),
        called="这次修改",
        dropped="已取消，已发内容未修改。",
        whole=True,
    )
