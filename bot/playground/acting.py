"""How a story is acted: people by name who tap, type and hand in; each act waits until everything is at rest."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from bot.playground.chats import Chat, Message
from bot.playground.clock import TravelClock
from bot.playground.groups import Group
from bot.playground.people import Person
from bot.playground.taps import Tap


class NoSuchButton(LookupError):
    """The story taps what is not there: the text shows the last messages of the chat."""


class Stage:
    """The people, the group chat and the clock of a story. Times are local to `tz`."""

    def __init__(self, people: Mapping[str, Person], group: Group, clock: TravelClock, tz: tzinfo) -> None:
        self.people, self.group, self.clock, self.tz = people, group, clock, tz

    async def at(self, when: str) -> None:
        """Let time pass until a local instant: '2023-07-04 09:30'."""
        await self.clock.travel(datetime.fromisoformat(when).replace(tzinfo=self.tz))

    async def tap(self, name: str, label: str, about: str = "", chat: Chat | None = None) -> Tap:
        """Press the newest button with this label, in a message that says `about`; in private, or in `chat`."""
        person = self.people[name]
        message, data = newest(chat or person.chat, label, about)
        tap = await person.tap_data(message, data)
        await self.clock.settle()
        return tap

    async def tap_all(self, names: Iterable[str], label: str, about: str = "", chat: Chat | None = None) -> None:
        """Many people press at the same moment."""
        for name in names:
            message, data = newest(chat or self.people[name].chat, label, about)
            await self.people[name].tap_data(message, data)
        await self.clock.settle()

    async def say(self, name: str, text: str) -> None:
        """Type something to the bot."""
        await self.people[name].send(text)
        await self.clock.settle()


def newest(chat: Chat, label: str, about: str = "") -> tuple[Message, str]:
    """The newest message with such a button and its data; the label may be the beginning of the button's."""
    for message in reversed(chat.messages):
        if about not in message.text:
            continue
        for row in message.buttons:
            for button in row:
                if button.data is not None and button.label.startswith(label):
                    return message, button.data
    last = "\n---\n".join(message.text for message in chat.messages[-4:])
    raise NoSuchButton(f"no button {label!r} (about {about!r}) in the chat {chat.title}; its last messages:\n{last}")
