"""What to say, as plain values: messages, documents, and what one handled update leads to. No Telegram type in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.kit.buttons import Button, placed
from bot.kit.words import units
from storage.audience import Me

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOAST_LIMIT = 200
PAGE = 4000


@dataclass(frozen=True, slots=True)
class Choice:
    """One inline button: a label and what it does (a button of ours, or a link); `place`: the organisation it is of."""

    label: str
    does: Button | str
    place: int | None = None

    def to_json(self) -> dict[str, str]:
        if isinstance(self.does, str):
            return {"text": self.label, "url": self.does}
        data = self.does.pack() if self.place is None else placed(self.does, self.place)
        return {"text": self.label, "callback_data": data}


Rows = Sequence[Sequence[Choice]]


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A key of the keyboard that hands over the own telephone number, once its owner has agreed to it."""

    label: str


Keyboard = Sequence[Sequence[str | OwnNumber]]


@dataclass(frozen=True, slots=True)
class Message:
    """A text with inline buttons, or with the reply keyboard that stays; one without keys takes it away. Plain text:
    nothing in it is markup.

    `secret`: forgotten as soon as it is sent, because what it says opens a door or is nobody else's. `reply_to`: the
    message of the same chat that it stands under, while that is there. `protected`: Telegram lets nobody forward it.
    """

    text: str
    rows: Rows = ()
    keyboard: Keyboard | None = None
    secret: bool = False
    reply_to: int | None = None
    protected: bool = False

    def to_json(self) -> dict[str, Any]:
        under = {"reply_to": self.reply_to} if self.reply_to is not None else {}
        kept = {"protected": True} if self.protected else {}
        return {"text": self.text, **_markup(self.rows, self.keyboard), **_secret(self.secret), **under, **kept}


@dataclass(frozen=True, slots=True)
class Document:
    """A file to hand over; `picture` shows it as a photo. `file_id` names one that Telegram already holds.

    `kind` is what that one is (voice, photo, ...): Telegram sends nothing again as another kind. `stored`: the row that
    has its bytes, which go up where Telegram knows no id of it, or not any longer. `secret`: as above. `under`: the
    promise of the message that it stands under, once that is there.
    """

    name: str
    content: bytes | None = None
    file_id: str | None = None
    caption: str = ""
    rows: Rows = ()
    picture: bool = False
    kind: str = ""
    stored: int | None = None
    secret: bool = False
    under: str = ""

    def to_json(self) -> dict[str, Any]:
        import base64

        held: dict[str, Any] = (
            {"file_id": self.file_id} if self.content is None else {"base64": base64.b64encode(self.content).decode()}
        )
        held |= {"stored": self.stored} if self.stored is not None else {}
        kind = {"kind": self.kind} if self.kind else {}
        under = {"under": self.under} if self.under else {}
        return {
            "text": self.caption,
            "document": {"name": self.name, "picture": self.picture, **kind, **held},
            **_markup(self.rows, None),
            **_secret(self.secret),
            **under,
        }


def _secret(secret: bool) -> dict[str, bool]:
    return {"secret": True} if secret else {}


def _markup(rows: Rows, keyboard: Keyboard | None) -> dict[str, Any]:
    if rows:
        return {"inline": [[choice.to_json() for choice in row] for row in rows]}
    if keyboard is not None:
        return {"keyboard": [[_key(key) for key in row] for row in keyboard]}
    return {}


def _key(key: str | OwnNumber) -> str | dict[str, str]:
    return {"own_number": key.label} if isinstance(key, OwnNumber) else key


Said = Message | Document
OneSaid = TypeVar("OneSaid", bound=Said)


def of_place(said: OneSaid, organisation_id: int) -> OneSaid:
    """The same, with buttons of this organisation."""
    rows = [[replace(choice, place=organisation_id) for choice in row] for row in said.rows]
    return replace(said, rows=rows)


@dataclass(frozen=True, slots=True)
class To:
    """Something said to one chat: a person (by row) or a group chat (by Telegram's id).

    `key` names a promise: the same key is never said twice. `card` makes it a card that is edited in place. `batch`
    names the broadcast that it is a part of (bot/kit/broadcasts.py).
    """

    said: Said
    person_id: int | None = None
    chat_id: int | None = None
    key: str | None = None
    card: tuple[str, int] | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A line for the audit log from a handler that only reads: written with the answer, in one short transaction."""

    action: str
    subject: str
    subject_id: int | None
    by: Me
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one handled update leads to, after the commit.

    toast: shown on the tapped button (200 characters); alert makes it a box to close.
    edit: what the tapped card becomes. here: new messages in the same chat. others: to other chats.
    refresh: cards whose live count changed, by (kind, subject id). promised: the handler put something into the
    outbox itself, so the sender has to look. noted: what the audit log keeps of it (an export). did: what a message
    has recorded, "leave_request:7", or where that is no row of one table "done:…": an edit of it is answered by that.
    keyboard_due: its reader has an old keyboard, which this answer could not replace. opened: the command that an
    inline button has opened. afterwards: short writes of what a reading has counted, in the transaction that answers.
    """

    toast: str = ""
    alert: bool = False
    edit: Message | None = None
    here: Sequence[Said] = ()
    others: Sequence[To] = ()
    refresh: Sequence[tuple[str, int]] = ()
    promised: bool = False
    noted: Sequence[Noted] = ()
    did: str = ""
    keyboard_due: bool = False
    opened: str = ""
    afterwards: Sequence[Callable[[Session], None]] = ()


def of_private(reply: Reply, organisation_id: int, private: bool) -> Reply:
    """A reply of one organisation, with its buttons in each private chat; `private`: whether it is given in one."""
    if private:
        edit = of_place(reply.edit, organisation_id) if reply.edit is not None else None
        reply = replace(reply, edit=edit, here=[of_place(said, organisation_id) for said in reply.here])
    others = [
        replace(to, said=of_place(to.said, organisation_id)) if to.person_id is not None else to for to in reply.others
    ]
    return replace(reply, others=others) if others else reply


def say(*said: Said | str) -> Reply:
    """A reply of new messages in the same chat."""
    return Reply(here=[Message(item) if isinstance(item, str) else item for item in said])


def apart(reply: Reply) -> Reply:
    """What a tapped card would become, as a message of its own: the card (a list) keeps its other buttons."""
    return replace(reply, edit=None, here=[reply.edit] if reply.edit is not None else [])


def no(text: str, *, tapped: bool) -> Reply:
    """A refusal: on the button that was tapped, else as a message."""
    return Reply(toast=text, alert=len(text) > 40) if tapped else say(text)


@dataclass(slots=True)
class Pages:
    """Cuts lines into texts of at most 4,096 characters, never inside a line that fits."""

    texts: list[str] = field(default_factory=list)

    def add(self, lines: Iterable[str]) -> "Pages":
        """Nothing is dropped: a line that is too long by itself goes on in the next text."""
        for line in lines:
            # An emoji is two units: half of the page in characters always fits.
            for start in range(0, max(len(line), 1), PAGE // 2):
                self._add(line[start : start + PAGE // 2])
        return self

    def _add(self, line: str) -> None:
        if self.texts and units(self.texts[-1]) + 1 + units(line) <= PAGE:
            self.texts[-1] += "\n" + line
        else:
            self.texts.append(line)
