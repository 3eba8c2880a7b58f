"""A group chat with privacy mode on: the bot hears commands, replies to it and service messages only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.chats import Chat, Json, Message, User
from bot.playground.wire import chat_json, member_json, user_json

if TYPE_CHECKING:
    from bot.playground.people import Person
    from bot.playground.server import Playground

COMMAND = re.compile(r"/[a-zA-Z0-9_]{1,32}(?:@(\w+))?(?:\s|$)")
SUPERGROUPS = -1_000_000_000_000


class Group:
    """What happens in a group. `chat` is the chat that it is now (another one after the upgrade)."""

    def __init__(self, playground: Playground, group_id: int, title: str, members: list[Person], *, bot: bool) -> None:
        self.playground = playground
        kind = "supergroup" if group_id < SUPERGROUPS else "group"
        self.chat = self._open(group_id, kind, title, "member" if bot else "left")
        for number, person in enumerate(members):
            self._let_in(person, "creator" if number == 0 else "member")

    @property
    def id(self) -> int:
        return self.chat.id

    async def say(self, person: Person, text: str, *, reply_to: Message | None = None) -> Message:
        """Somebody writes in the group; returns the last of the messages it takes."""
        said = person.say_in(self.chat, text, reply_to=reply_to, heard=False)
        for message in said:
            if self.bot_hears(message):
                self.playground.tell(message)
        return said[-1]

    def bot_hears(self, message: Message) -> bool:
        """Privacy mode.

        An administrator hears everything; a bare /command is heard once the bot has spoken here.
        """
        if self.chat.bot_status == "administrator" or not self.chat.has_bot:
            return self.chat.has_bot
        if message.reply_to is not None and message.reply_to.sender is self.playground.bot:
            return True
        command = COMMAND.match(message.text)
        if command is None:
            return False
        return command[1] == self.playground.bot.username if command[1] else bool(self.chat.from_bot)

    async def add(self, person: Person, *, by: Person | None = None) -> None:
        """Somebody joins, or is added."""
        self._let_in(person, "member")
        self._service((by or person).user, {"new_chat_members": [user_json(person.user)]})
        self._tell_admin(by or person, person, "left", "member")

    async def remove(self, person: Person, *, by: Person | None = None) -> None:
        """Somebody leaves, or is removed."""
        del self.chat.statuses[person.id]
        self._service((by or person).user, {"left_chat_member": user_json(person.user)})
        self._tell_admin(by or person, person, "member", "left" if by is None else "kicked")

    async def add_bot(self, by: Person, payload: str | None = None) -> None:
        """Somebody adds the bot; with `payload` by a t.me/<bot>?startgroup=<payload> link."""
        self._bot_becomes("member", by.user)
        self._service(by.user, {"new_chat_members": [user_json(self.playground.bot)]})
        if payload is not None:
            await self.say(by, f"/start@{self.playground.bot.username} {payload}")

    async def remove_bot(self, by: Person) -> None:
        self._bot_becomes("kicked", by.user)
        self._service(by.user, {"left_chat_member": user_json(self.playground.bot)}, told=True)

    def bot_leaves(self) -> None:
        """It does so itself: leaveChat."""
        self._bot_becomes("left", self.playground.bot)
        self._service(self.playground.bot, {"left_chat_member": user_json(self.playground.bot)}, told=True)

    async def promote_bot(self, by: Person) -> None:
        self._bot_becomes("administrator", by.user)

    async def mute_bot(self, by: Person) -> None:
        """It stays and hears, and may not write any more: a supergroup's administrators can do that."""
        self._bot_becomes("restricted", by.user)

    async def delete(self) -> None:
        """Its owner deletes it. A supergroup would only lose its members."""
        if self.chat.type != "group":
            raise ValueError("only a group that is no supergroup ends so")
        self.chat.over = True
        self.playground.touch()

    async def upgrade_to_supergroup(self) -> Chat:
        """The group becomes a supergroup with another id; both chats carry the service message.

        In the new chat the bot begins: it is told of that, but not that it is no longer in the old one.
        Returns the new chat.
        """
        old, owner = self.chat, self._owner()
        self.chat = self._open(SUPERGROUPS + old.id, "supergroup", old.title, old.bot_status)
        self.chat.statuses, self.chat.users = old.statuses, old.users
        gone = self.playground.post(old, owner.user, service={"migrate_to_chat_id": self.id})
        come = self.playground.post(self.chat, owner.user, service={"migrate_from_chat_id": old.id})
        old.migrated_to = self.id
        self._tell_bot("left", old.bot_status, owner.user)
        self.playground.tell(gone)
        self.playground.tell(come)
        return self.chat

    def _open(self, chat_id: int, kind: str, title: str, bot_status: str) -> Chat:
        chat = Chat(chat_id, kind, title, bot_id=self.playground.bot.id, bot_status=bot_status)
        chat.opened = chat.has_bot
        self.playground.chats[chat_id] = chat
        return chat

    def _let_in(self, person: Person, status: str) -> None:
        self.chat.statuses[person.id] = status
        self.chat.users[person.id] = person.user
        self.playground.touch()

    def _owner(self) -> Person:
        return self.playground.people[next(iter(self.chat.statuses))]

    def _service(self, by: User, fields: Json, told: bool = False) -> None:
        """`told`: also to a bot that is no longer here."""
        message = self.playground.post(self.chat, by, service=fields)
        if self.chat.has_bot or told:
            self.playground.tell(message)

    def _bot_becomes(self, status: str, by: User) -> None:
        old = self.chat.bot_status
        self.chat.bot_status, self.chat.opened = status, True
        self.playground.touch()
        self._tell_bot(old, status, by)

    def _tell_bot(self, old: str, status: str, by: User) -> None:
        bot = self.playground.bot
        self.playground.push_member(
            "my_chat_member",
            chat_json(self.chat),
            user_json(by),
            member_json(bot, old),
            member_json(bot, status),
        )

    def _tell_admin(self, by: Person, person: Person, old: str, new: str) -> None:
        """chat_member goes to administrators that asked for it by name."""
        if self.chat.bot_status == "administrator":
            self.playground.push_member(
                "chat_member",
                chat_json(self.chat),
                user_json(by.user),
                member_json(person.user, old),
                member_json(person.user, new),
            )
