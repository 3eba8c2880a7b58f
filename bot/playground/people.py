"""A person with a phone: writes, taps, sends files, blocks the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from bot.playground.chats import Attachment, Chat, Json, Message, User
from bot.playground.taps import Tap
from bot.playground.wire import chat_json, inaccessible_json, member_json, message_json, units, user_json

if TYPE_CHECKING:
    from bot.playground.groups import Group
    from bot.playground.server import Playground

LIMIT = 4096
# One white pixel, so that a photo needs no file.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f00010101003718dd8d0000000049454e44ae426082"
)
# The first bytes of an MP4.
MOVIE = b"\x00\x00\x00\x18ftypmp42"


class Person:
    """What somebody does in Telegram. `chat` is the private chat with the bot."""

    def __init__(self, playground: Playground, user: User, label: str = "") -> None:
        self.playground, self.user, self.label = playground, user, label
        self.chat = Chat(user.id, "private", user.first_name, bot_id=playground.bot.id)
        playground.chats[user.id] = self.chat

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def keyboard(self) -> list[list[str]] | None:
        return self.chat.keyboard

    async def start(self, payload: str = "") -> Message:
        """Press Start, or open a t.me/<bot>?start=<payload> link; also what un-blocks the bot."""
        if self.chat.blocked:
            await self.unblock_bot()
        return await self.send(f"/start {payload}" if payload else "/start")

    async def send(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Write to the bot; a text above 4,096 UTF-16 units goes as several messages, as clients do.

        Returns the last.
        """
        self._open()
        if text in self.chat.number_keys:
            return await self.share_contact()
        return self.say_in(self.chat, text, reply_to=reply_to)[-1]

    async def share_contact(self, phone: str = "", user_id: int | None = None) -> Message:
        """Hand over the own number, as the key for it does; `user_id`: somebody else's card passed on."""
        self._open()
        whose = self.id if user_id is None else user_id
        card = {"phone_number": phone or f"+86138{self.id:08d}", "first_name": self.user.first_name, "user_id": whose}
        message = self.playground.post(self.chat, self.user, service={"contact": card})
        self.playground.tell(message)
        return message

    def say_in(self, chat: Chat, text: str, *, reply_to: Message | None = None, heard: bool = True) -> list[Message]:
        """Put texts into a chat; `heard`: the bot gets them."""
        said = [self.playground.post(chat, self.user, part, reply_to=reply_to) for part in split(text)]
        if not said:
            raise ValueError("clients send no empty message")
        for message in said if heard else ():
            self.playground.tell(message)
        return said

    async def edit(self, message: Message, text: str) -> Message:
        """Edit a message (or the caption of a file) of one's own; in a group the bot hears what it would hear of it."""
        if message.sender is not self.user or message.deleted:
            raise PermissionError("people edit their own messages only")
        message.text = text.strip()
        message.edited_at = self.playground.clock.now().replace(microsecond=0)
        self.playground.touch()
        group = next((one for one in self.playground.groups if one.chat is message.chat), None)
        if group is None or group.bot_hears(message):
            self.playground.tell(message, "edited_message")
        return message

    async def tap(self, message: Message, label_or_data: str) -> Tap:
        """Press a button of a message; LookupError when it has none with this label or data."""
        button = message.button(label_or_data)
        if button.data is None:
            raise LookupError(f"{button.label} is a link to {button.url}")
        return await self.tap_data(message, button.data)

    async def tap_data(self, message: Message, data: str) -> Tap:
        """A press with any data: an old button, or a forged one."""
        tap = self.playground.taps.add(self.user, message, data)
        query: Json = {
            "id": tap.id,
            "from": user_json(self.user),
            "chat_instance": str(abs(message.chat.id) * 7919),
            "message": inaccessible_json(message.chat, message.message_id)
            if message.deleted
            else message_json(message),
            "data": data,
        }
        self.playground.updates.push("callback_query", query, f"user {self.id}")
        return tap

    async def follow(self, url: str) -> Message | None:
        """Open a link of a button: a start link of the bot starts it; any other leads elsewhere (None)."""
        parts = urlsplit(url)
        if parts.netloc != "t.me" or parts.path.strip("/") != self.playground.bot.username:
            return None
        query = parse_qs(parts.query, keep_blank_values=True)
        return await self.start(query["start"][0]) if "start" in query else None

    async def upload_document(
        self,
        name: str,
        content: bytes,
        caption: str = "",
        *,
        mime: str | None = None,
        group: Group | None = None,
    ) -> Message:
        return self._upload(self.playground.files.keep("document", content, name, mime=mime), caption, group)

    async def photo(self, content: bytes = PIXEL, caption: str = "", *, group: Group | None = None) -> Message:
        return self._upload(self.playground.files.keep("photo", content, None), caption, group)

    async def voice(self, content: bytes = b"OggS", seconds: int = 3, *, group: Group | None = None) -> Message:
        return await self.media("voice", content, seconds=seconds, group=group)

    async def audio(
        self, name: str, content: bytes = b"ID3", caption: str = "", *, seconds: int = 3, group: Group | None = None
    ) -> Message:
        return await self.media("audio", content, caption, name=name, seconds=seconds, group=group)

    async def video(
        self,
        content: bytes = MOVIE,
        caption: str = "",
        *,
        name: str | None = None,
        seconds: int = 3,
        group: Group | None = None,
    ) -> Message:
        return await self.media("video", content, caption, name=name, seconds=seconds, group=group)

    async def media(
        self,
        kind: str,
        content: bytes = MOVIE,
        caption: str = "",
        *,
        name: str | None = None,
        seconds: int = 3,
        group: Group | None = None,
    ) -> Message:
        """A voice, audio, video, animation, sticker or video_note (which have no caption: the last two)."""
        return self._upload(self.playground.files.keep(kind, content, name, seconds=seconds), caption, group)

    async def location(
        self, latitude: float = 39.9, longitude: float = 116.4, *, group: Group | None = None
    ) -> Message:
        """Say where one is; `group`: there, and not in private."""
        if group is None:
            self._open()
        place = {"latitude": latitude, "longitude": longitude}
        message = self.playground.post(group.chat if group else self.chat, self.user, service={"location": place})
        if group is None or group.bot_hears(message):
            self.playground.tell(message)
        return message

    async def block_bot(self) -> None:
        if not self.chat.blocked:
            self.chat.blocked = True
            self._member_changed("member", "kicked")

    async def delete_account(self) -> None:
        """For good: whoever comes back has another id."""
        self.chat.over = True
        self.playground.touch()

    async def unblock_bot(self) -> None:
        if self.chat.blocked:
            self.chat.blocked = False
            self._member_changed("kicked", "member")

    def _open(self) -> None:
        if self.chat.over:
            raise PermissionError(f"{self.user.first_name} has no account any more")
        if self.chat.blocked:
            raise PermissionError(f"{self.user.first_name} has blocked the bot: start() or unblock_bot() first")
        self.chat.opened = True

    def _upload(self, attachment: Attachment, caption: str, group: Group | None) -> Message:
        if group is None:
            self._open()
        chat = group.chat if group else self.chat
        message = self.playground.post(chat, self.user, caption.strip(), attachment=attachment)
        if group is None or group.bot_hears(message):
            self.playground.tell(message)
        return message

    def _member_changed(self, old: str, new: str) -> None:
        bot = self.playground.bot
        self.playground.touch()
        self.playground.push_member(
            "my_chat_member",
            chat_json(self.chat),
            user_json(self.user),
            member_json(bot, old),
            member_json(bot, new),
        )


def split(text: str) -> list[str]:
    """Cut a text as clients do: at most 4,096 UTF-16 units each, at a line's end or a space near by."""
    parts, rest = [], text.strip()
    while units(rest) > LIMIT:
        head = rest.encode("utf-16-le")[: 2 * LIMIT].decode("utf-16-le", "ignore")
        near = max(head.rfind("\n", len(head) // 2), head.rfind(" ", len(head) // 2))
        cut = near if near > 0 else len(head)
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [*parts, rest] if rest else parts
