"""Users, chats and messages as the playground keeps them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False
    language_code: str | None = "zh-hans"


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button as a person sees it; `data` is what a tap sends, `url` what a link opens."""

    label: str
    data: str | None
    url: str | None


@dataclass(slots=True, eq=False)
class Attachment:
    """A document, photo or voice message: `kind` and the object that the Bot API shows for it."""

    kind: str
    shown: Any
    file_id: str
    content: bytes
    name: str | None = None


@dataclass(slots=True, eq=False)
class Message:
    """A message in a chat.

    `service` holds the fields of a service message, `markup` the inline keyboard as given.
    """

    message_id: int
    chat: "Chat"
    sender: User
    date: datetime
    text: str = ""
    attachment: Attachment | None = None
    markup: list[list[Json]] = field(default_factory=list)
    reply_to: "Message | None" = None
    edited_at: datetime | None = None
    service: Json = field(default_factory=dict)
    deleted: bool = False

    @property
    def edited(self) -> bool:
        return self.edited_at is not None

    @property
    def buttons(self) -> list[list[Button]]:
        return [[_button(shape) for shape in row] for row in self.markup]

    @property
    def labels(self) -> list[str]:
        """All labels in reading order."""
        return [button.label for row in self.buttons for button in row]

    @property
    def document(self) -> bytes | None:
        """The bytes of the document, photo or voice message."""
        return self.attachment.content if self.attachment else None

    def button(self, label_or_data: str) -> Button:
        """The button with this label or callback data; LookupError names what is there."""
        for row in self.buttons:
            for button in row:
                if label_or_data in (button.label, button.data):
                    return button
        raise LookupError(f"no button {label_or_data!r} on message {self.message_id}, only {self.labels}")


@dataclass(slots=True, eq=False)
class Chat:
    """A chat with everything said in it, by message id.

    opened: the person has pressed start, or the bot has been in the group. blocked: has blocked the bot since.
    keyboard: the reply keyboard now shown; number_keys: those of its keys that hand over the own number.
    bot_status: the bot's own in a group. migrated_to: the new supergroup. over: the account, or the group, was deleted.
    """

    id: int
    type: str
    title: str
    messages_by_id: dict[int, Message] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    keyboard: list[list[str]] | None = None
    number_keys: frozenset[str] = frozenset()
    opened: bool = False
    blocked: bool = False
    over: bool = False
    bot_id: int = 0
    bot_status: str = "left"
    migrated_to: int | None = None
    next_message_id: int = 1

    @property
    def private(self) -> bool:
        return self.type == "private"

    @property
    def has_bot(self) -> bool:
        """Is the bot in this group?"""
        return self.bot_status in ("member", "administrator", "restricted")

    @property
    def messages(self) -> list[Message]:
        return list(self.messages_by_id.values())

    @property
    def from_bot(self) -> list[Message]:
        return [message for message in self.messages_by_id.values() if message.sender.id == self.bot_id]

    @property
    def last(self) -> Message:
        """The newest message of the bot; LookupError when it has said nothing here."""
        for message in reversed(self.messages_by_id.values()):
            if message.sender.id == self.bot_id:
                return message
        raise LookupError(f"the bot has said nothing in chat {self.id} ({self.title})")

    def find(self, words: str) -> Message:
        """The newest message of the bot with these words in it."""
        for message in reversed(self.messages_by_id.values()):
            if message.sender.id == self.bot_id and words in message.text:
                return message
        raise LookupError(f"the bot has not said {words!r} in chat {self.id} ({self.title})")


def _button(shape: Json) -> Button:
    return Button(shape["text"], shape.get("callback_data"), shape.get("url"))
