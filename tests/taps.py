"""How much somebody does for a task: each tap on a key or a button, each text sent, and the characters typed.

A label of the keyboard costs its tap alone; words typed by hand cost the send and their characters.
"""

from dataclasses import dataclass

from bot.playground.acting import Stage
from bot.playground.chats import Chat
from bot.playground.taps import Tap


@dataclass(frozen=True, slots=True)
class Cost:
    taps: int
    typed: int


class Counted:
    """One person of a stage who acts and is counted; `print` shows what was done, for whoever reads the run."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._stage, self.name = stage, name
        self._done: list[str] = []
        self._taps = self._typed = 0

    @property
    def chat(self) -> Chat:
        return self._stage.people[self.name].chat

    @property
    def said(self) -> str:
        """What the bot said last, or its card has become."""
        return self.chat.last.text

    async def key(self, label: str) -> None:
        """A key of the keyboard: it has to be there."""
        keys = [key for row in self._stage.people[self.name].keyboard or [] for key in row]
        assert not keys or label in keys, f"no key {label}: {keys}"
        self._count(f"[{label}]")
        await self._stage.say(self.name, label)

    async def tap(self, label: str, about: str = "", chat: Chat | None = None) -> Tap:
        """A button, by the beginning of its label."""
        self._count(label)
        return await self._stage.tap(self.name, label, about, chat)

    async def send(self, text: str, *, free: bool = False) -> None:
        """A typed text; `free`: the piece itself, whose length is nobody's fault."""
        self._count(f"“{text}”", 0 if free else len(text))
        await self._stage.say(self.name, text)

    async def voice(self) -> None:
        self._count("语音")
        await self._stage.people[self.name].voice()
        await self._stage.clock.settle()

    def _count(self, what: str, typed: int = 0) -> None:
        self._done.append(what)
        self._taps += 1
        self._typed += typed

    def cost(self, task: str) -> Cost:
        """What it has cost by now, printed."""
        print(f"{task}: {' > '.join(self._done)}: {self._taps} taps, {self._typed} characters")
        return Cost(self._taps, self._typed)
