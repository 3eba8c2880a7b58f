"""What comes with nothing open and may be a hand-in: a long text, a voice, photos, a file. It is offered, not guessed.

What was sent waits in the sender's own dialog, like photos for their tick: found after a restart, gone with the answer,
with another question, with its owner, and a day later by itself. Which hand-ins there are each feature says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from bot.kit import dialog as dialogs
from bot.kit.access import Reach, Right, must_hold, reach
from bot.kit.asking import NOTHING_OPEN
from bot.kit.buttons import OLD_BUTTON, Button
from bot.kit.handlers import Answer, Call, CardView, Edited, File, Handler, Heard, Tap
from bot.kit.lists import two_a_row
from bot.kit.owing import numbered
from bot.kit.photos import TAKEN, is_picture
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from bot.kit.words import cut, units
from storage import audit
from storage.audience import Me, find
from storage.models.dialog import Dialog

STEP = "offer.hand_in"
# The offer as a live card: the subject is whoever has sent it.
OFFER = "hand_in_offer"
# In UTF-16 units: a shorter text is rather a word that nobody understands.
LEAST = 60
MOST, SHOWN, ON_A_BUTTON = 30, 8, 24
# An album and the halves of a text come at once: they share one message.
AT_ONCE = timedelta(seconds=10)
SENT, AT = "sent", "at"
# Of a message that waits, or waited: an edit of it is no new one.
WAITED = "done:offer"
NOTHING = "现在没有需要提交的内容。"
WHICH, USE = "您要提交哪一项？", "请选择文件的用途。"
DROPPED = "未提交。如需提交，请重新发送。"
PICTURES = "请先确认照片中没有涉密或标密级的文件，再点按钮。"
TOO_MANY = f"一次最多{MOST}条，请先点按钮办理前面的内容。"
OLD = "这些内容已办理或已失效，如需提交请重新发送。"


@dataclass(frozen=True)
class TakeAs(Button):
    """提交为心得, 导入名册: what waits is taken as this."""

    prefix: ClassVar[str] = "ha"
    dialog_id: int
    kind: str
    subject_id: int


@dataclass(frozen=True)
class NotHandedIn(Button):
    """不提交."""

    prefix: ClassVar[str] = "hx"
    dialog_id: int


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that waits."""

    message_id: int
    text: str
    files: tuple[File, ...]

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Sent":
        return cls(kept["message_id"], kept["text"], tuple(File(**file) for file in kept["files"]))

    def to_json(self) -> dict[str, Any]:
        return {"message_id": self.message_id, "text": self.text, "files": [file.to_json() for file in self.files]}


@dataclass(frozen=True, slots=True)
class Taking:
    """What it may be handed in as. label: on the button; named: there too, where there are several.

    question: 这是您的心得吗？, "" of a use that a file may have. line: about what and until when. asked: somebody waits
    for it; what may be handed in and need not is offered only where nothing is asked for.
    """

    subject_id: int
    label: str
    named: str = ""
    question: str = ""
    line: str = ""
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Takes:
    """A kind of hand-in: what there is of it for somebody who has sent this, and how it is taken, all at once.

    take: given the subject and every message in order; it may ask for a file first (fetching.FetchFirst). right: only
    for who holds it at all.
    """

    kind: str
    offers: Callable[[Session, Me, Sequence[Sent], datetime, tzinfo], Iterable[Taking]]
    take: Callable[[Session, Call, int, Sequence[Sent]], Reply]
    right: Right | None = None


def texts(sent: Iterable[Sent]) -> str:
    """All that was written, in order."""
    return "\n".join(one.text for one in sent if one.text.strip())


def files(sent: Iterable[Sent]) -> tuple[File, ...]:
    return tuple(file for one in sent for file in one.files)


def is_table(file: File) -> bool:
    return file.kind == "document" and (file.name or "").lower().endswith((".xlsx", ".csv"))


def is_something(call: Call) -> bool:
    """Whether a message is more than a word that nobody understands."""
    return call.private and (bool(call.files) or units(call.text.strip()) >= LEAST)


@dataclass(frozen=True, slots=True)
class Offers:
    """Over what all features take."""

    takes: Sequence[Takes]

    # --- what comes --------------------------------------------------------------------------------------------------

    def came(self, session: Session, call: Call) -> Reply:
        """One message with nothing open."""
        return self._wait(session, call, [Sent(call.message_id or 0, call.text, call.files)])

    def came_in_parts(self, session: Session, call: Call, parts: Sequence[Heard]) -> Reply:
        """The last part of a text in several messages, with the others."""
        others = [Sent(part.message_id, part.text, ()) for part in parts]
        return self._wait(session, call, [*others, Sent(call.message_id or 0, call.text, ())])

    def _wait(self, session: Session, call: Call, fresh: Sequence[Sent]) -> Reply:
        """Kept beside what waits already; asked below it, or in the same message where both came at once."""
        dialog = _standing(session, call.me, call.now)
        waiting = _sent(dialog) if dialog is not None else []
        soon = dialog is not None and call.now - datetime.fromisoformat(dialog.draft[AT]) < AT_ONCE
        sent = sorted({one.message_id: one for one in [*waiting, *fresh]}.values(), key=lambda one: one.message_id)
        if len(sent) > MOST:
            raise Refusal(TOO_MANY)
        found = self._found(session, call.me, sent, call.now, call.tz)
        draft = {SENT: [one.to_json() for one in sent] if found else [], AT: call.now.isoformat()}
        if dialog is None:
            dialog = dialogs.ask(session, call.me, STEP, call.now, **draft)
        else:
            dialogs.move(dialog, STEP, call.now, **draft)
        if soon and bool(waiting) is bool(found):
            return Reply(refresh=[(OFFER, call.me.id)] if found else [], did=WAITED if found else "")
        if not found:
            return say(NOTHING)
        shown = To(_message(dialog, found, sent), person_id=call.me.id, card=(OFFER, call.me.id))
        return Reply(others=[shown], did=WAITED)

    def _found(
        self, session: Session, me: Me, sent: Sequence[Sent], now: datetime, tz: tzinfo
    ) -> list[tuple[str, Taking]]:
        mine = [one for one in self.takes if one.right is None or reach(me, one.right) is not Reach.NONE]
        found = [(one.kind, taking) for one in mine for taking in one.offers(session, me, sent, now, tz)]
        asked = [one for one in found if one[1].asked]
        hand_ins = [one for one in asked or found if one[1].question]
        return [*hand_ins[:SHOWN], *(one for one in found if not one[1].question)]

    def edited(self, session: Session, call: Call) -> Reply | None:
        """An edit of what waits replaces it; None when nothing of it waits."""
        dialog = _standing(session, call.me, call.now)
        sent = _sent(dialog) if dialog is not None else []
        if dialog is None or call.message_id not in {one.message_id for one in sent}:
            return None
        fresh = Sent(call.message_id or 0, call.text, call.files)
        kept = [fresh if one.message_id == fresh.message_id else one for one in sent]
        dialogs.move(dialog, STEP, call.now, **{SENT: [one.to_json() for one in kept]})
        return say(TAKEN)

    # --- what becomes of it ------------------------------------------------------------------------------------------

    def take(self, session: Session, call: Call, button: TakeAs) -> Reply:
        """All of it, once: the offer is closed in the same transaction."""
        dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, STEP, needs=SENT)
        takes = next((one for one in self.takes if one.kind == button.kind), None)
        if takes is None:
            raise Refusal(OLD_BUTTON)
        if takes.right is not None:
            must_hold(call.me, takes.right)
        sent = _sent(dialog)
        pictures = sum(is_picture(file) for file in files(sent))
        dialogs.close(session, call.me.id)
        if pictures:
            audit.record(session, "confirm", "photos", None, now=call.now, by=call.me, count=pictures)
        return takes.take(session, call, button.subject_id, sent)

    def drop(self, session: Session, call: Call, button: NotHandedIn) -> Reply:
        dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, STEP, needs=SENT)
        dialogs.close(session, call.me.id)
        return Reply(toast="未提交。", edit=Message(DROPPED))

    def render(self, session: Session, person_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
        """The offer as it stands."""
        dialog = dialogs.standing(session, person_id, now)
        if dialog is None or dialog.step != STEP or not dialog.draft.get(SENT):
            return None
        me = find(session, chat_id, now.astimezone(tz).date(), dialog.organisation_id)
        if me is None or me.id != person_id or not dialogs.is_here(dialog, me):
            return None
        sent = _sent(dialog)
        found = self._found(session, me, sent, now, tz)
        return _message(dialog, found, sent) if found else None


def _standing(session: Session, me: Me, now: datetime) -> Dialog | None:
    dialog = dialogs.current(session, me, now)
    return dialog if dialog is not None and dialog.step == STEP else None


def _sent(dialog: Dialog) -> list[Sent]:
    return [Sent.read(one) for one in dialog.draft.get(SENT, [])]


def _message(dialog: Dialog, found: Sequence[tuple[str, Taking]], sent: Sequence[Sent]) -> Message:
    hand_ins = [one for one in found if one[1].question]
    uses = [_choice(dialog, kind, one, one.label) for kind, one in found if not one.question]
    lines, rows = _asks(dialog, hand_ins)
    lines += [f"共{len(sent)}条，将一并提交。"] if len(sent) > 1 else []
    lines += [PICTURES] if any(map(is_picture, files(sent))) else []
    no = Choice("不提交" if hand_ins else "取消", NotHandedIn(dialog.id))
    if len(rows) == 1 and not uses:
        return Message("\n".join(lines), [[*rows[0], no]])
    return Message("\n".join(lines), [*rows, *two_a_row(uses), [no]])


def _asks(dialog: Dialog, found: Sequence[tuple[str, Taking]]) -> tuple[list[str], list[list[Choice]]]:
    """The question with its buttons: of one by its own words, of several by number."""
    if not found:
        return [USE], []
    if len(found) == 1:
        [(kind, one)] = found
        return [one.question, *filter(None, [one.line])], [[_choice(dialog, kind, one, one.label)]]
    labels = [f"{number}. {cut(one.named, ON_A_BUTTON)}" for number, (_, one) in enumerate(found, 1)]
    rows = [[_choice(dialog, kind, one, label)] for (kind, one), label in zip(found, labels, strict=True)]
    return [WHICH, *numbered(one.line for _, one in found)], rows


def _choice(dialog: Dialog, kind: str, one: Taking, label: str) -> Choice:
    return Choice(label, TakeAs(dialog.id, kind, one.subject_id))


def _cancelled(session: Session, call: Call, dialog: Dialog) -> Reply:
    return say(DROPPED if dialog.draft.get(SENT) else NOTHING_OPEN)


def _passed_by(session: Session, call: Call, dialog: Dialog) -> bool:
    """Nothing answers it but its buttons and 取消: what is typed is taken as if nothing were open."""
    return False


def _never(session: Session, call: Call, dialog: Dialog) -> Reply:
    raise Refusal(OLD)


def handlers(offers: Offers) -> list[Handler]:
    """The buttons of an offer, its card, and the edits of what waits."""
    return [
        Tap(TakeAs, offers.take, private=True),
        Tap(NotHandedIn, offers.drop, private=True),
        Answer(STEP, _never, _cancelled, soft=_passed_by),
        Edited(offers.edited),
        CardView(OFFER, offers.render),
    ]


def taken(reply: Reply) -> Reply:
    """What was handed in takes the place of the offer."""
    first, *rest = reply.here
    return replace(reply, edit=first, here=rest) if isinstance(first, Message) else reply
