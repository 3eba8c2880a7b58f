"""A bot on the snapshot's rows, in a playground that shows the snapshot's messages; and what is seen of it."""

import base64
import itertools
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.playground.chats import Chat, Message
from bot.playground.people import PIXEL
from bot.playground.server import Playground
from bot.playground.taps import Answer
from storage.engine import Storage
from tests.cast import Cast
from tests.world import GROUP_ID, OPERATOR, SHANGHAI, World, alive

Json = dict[str, Any]
NUMBER = re.compile(r"\d+")
# The button of a page of 变更记录.
LOG = "ch"
# What the chats show: by message, its text and its buttons.
Seen = dict[tuple[int, int], tuple[str, list[list[Json]]]]


# --- the messages of the snapshot ----------------------------------------------------------------------------------


def scene_of(bot: World) -> Json:
    """Chats, messages of the bot and files as the playground holds them; people as the cast names them."""
    kept = [chat for chat in bot.playground.chats.values() if chat.from_bot]
    return {
        "now": bot.clock.now().astimezone(SHANGHAI).isoformat(),
        "branch": bot.cast.branch_id,
        "people": bot.cast.people,
        "others": {str(one.id): one.user.first_name for one in bot.playground.people.values() if _other(bot, one.id)},
        "last_message": max(number for chat in bot.playground.chats.values() for number in chat.messages_by_id),
        "chats": {str(chat.id): [_message(one) for one in chat.from_bot if not one.deleted] for chat in kept},
    }


def _other(bot: World, account: int) -> bool:
    return account != OPERATOR and account not in bot.cast.telegram_ids.values()


def _message(message: Message) -> Json:
    """No more than is needed to edit it and to tap on it."""
    file = message.attachment
    told = {
        "id": message.message_id,
        "text": message.text,
        "buttons": [[[each.label, each.data or each.url] for each in row] for row in message.buttons],
        "file": [file.kind, file.name] if file else None,
    }
    return {key: value for key, value in told.items() if value}


def files_of(bot: World, rows: str) -> Json:
    """Of the files that Telegram has, those that a row names."""
    known = bot.playground.files._by_id
    return {
        key: [one.attachment.kind, one.attachment.name, base64.b64encode(one.attachment.content).decode()]
        for key, one in known.items()
        if key in rows
    }


@asynccontextmanager
async def living(url: str, walk: Json) -> AsyncIterator[World]:
    """The bot on this database, everything at rest at the snapshot's moment."""
    storage = Storage(url)
    cast = Cast(walk["scene"]["branch"], dict(walk["scene"]["people"]), {})
    now = moment_of(walk)
    try:
        async with alive(storage, cast, now, before=lambda playground: _restore(playground, walk)) as bot:
            yield bot
    finally:
        await storage.close()


def moment_of(walk: Json) -> datetime:
    """When the snapshot was taken."""
    return datetime.fromisoformat(walk["scene"]["now"])


def _restore(playground: Playground, walk: Json) -> None:
    scene = walk["scene"]
    for account, name in scene["others"].items():
        playground.person(int(account), name).chat.opened = True
    for file_id, (kind, name, content) in walk["files"].items():
        playground.files.keep(kind, base64.b64decode(content), name)
        known = playground.files._by_id
        known[file_id] = known.pop(next(reversed(known)))
        known[file_id].attachment.file_id = file_id
    for chat_id, messages in scene["chats"].items():
        for told in messages:
            _post(playground, playground.chats[int(chat_id)], told)
    playground._message_ids = itertools.count(scene["last_message"] + 1)
    # An update is answered once, by its number.
    playground.updates._next_id = scene["last_update"] + 1


def _post(playground: Playground, chat: Chat, told: Json) -> None:
    file = told.get("file")
    shown = playground.files.keep(file[0], PIXEL if file[0] == "photo" else b"x", file[1]) if file else None
    playground._message_ids = itertools.count(told["id"])
    playground.post(chat, playground.bot, told.get("text", ""), attachment=shown, markup=_markup(told))


def _markup(told: Json) -> list[list[Json]]:
    return [[_button(*each) for each in row] for row in told.get("buttons", ())]


def _button(label: str, does: str) -> Json:
    return {"text": label, "url" if does.startswith("https://") else "callback_data": does}


# --- what is seen --------------------------------------------------------------------------------------------------


def seen(bot: World) -> Seen:
    return {
        (chat.id, message.message_id): (message.text, message.markup)
        for chat in bot.playground.chats.values()
        for message in chat.from_bot
        if not message.deleted
    }


def seen_of(walk: Json) -> Seen:
    """What the chats showed when the snapshot was made."""
    return {
        (int(chat), told["id"]): (told.get("text", ""), _markup(told))
        for chat, messages in walk["scene"]["chats"].items()
        for told in messages
    }


def different(before: Seen, now: Seen) -> Iterator[tuple[int, int, str]]:
    """Each message that is new, edited or gone since: its chat, its number, which of these."""
    for key in [*before, *(now.keys() - before.keys())]:
        if before.get(key) != now.get(key):
            yield *key, "new" if key not in before else "edit" if key in now else "gone"


def name_of(bot: World, chat_id: int) -> str:
    return "群" if chat_id == GROUP_ID else bot.playground.chats[chat_id].title


# --- acts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Press:
    """A button of the snapshot in the hands of somebody who holds it."""

    who: int
    chat: int
    message: int
    data: str
    label: str

    def __str__(self) -> str:
        return f"{self.who} {self.chat} {self.message} {self.data}"


def presses(walk: Json) -> list[Press]:
    """Every button that a message of the snapshot has."""
    found = []
    for chat_id, messages in walk["scene"]["chats"].items():
        for message in messages:
            buttons = [each for row in message.get("buttons", ()) for each in row if not each[1].startswith("https://")]
            for label, data in buttons:
                holders = (int(chat_id),) if int(chat_id) > 0 else walk["in_group"]
                found += [Press(who, int(chat_id), message["id"], data, label) for who in holders]
    return found


def of_each_kind(walk: Json, found: Iterable[Press]) -> list[Press]:
    """One of those that differ in numbers alone and stand on cards that begin with the same words."""
    texts = {
        (int(chat), one["id"]): one.get("text", "") for chat, ones in walk["scene"]["chats"].items() for one in ones
    }
    kinds: dict[object, Press] = {}
    for press in found:
        kinds.setdefault((NUMBER.sub("#", press.data), texts[press.chat, press.message][:6], press.chat > 0), press)
    return list(kinds.values())


def prefix_of(data: str) -> str:
    return data.partition(":")[0].partition("@")[0]


async def tap(bot: World, press: Press) -> Answer:
    """What the tap is answered with."""
    [answer] = await tap_all(bot, [press])
    return answer


async def tap_all(bot: World, presses: Sequence[Press]) -> list[Answer]:
    """What each is answered with, of people who tap at the same time."""
    taps = []
    for press in presses:
        message = bot.playground.chats[press.chat].messages_by_id[press.message]
        taps.append(await bot.playground.people[press.who].tap_data(message, press.data))
    await bot.clock.settle()
    missing = [press for press, tap in zip(presses, taps, strict=True) if tap.answer is None]
    assert not missing, f"nobody answered {missing}"
    return [tap.answer for tap in taps if tap.answer is not None]


async def say_yes(bot: World, press: Press, shown: Seen) -> Answer:
    """To what the tap is asked back, on its own message or on a new one: the button that does it stands first."""
    chat = bot.playground.chats[press.who]
    new = [one for one in chat.from_bot if (chat.id, one.message_id) not in shown]
    asked = new[-1] if new else bot.playground.chats[press.chat].messages_by_id[press.message]
    data = asked.buttons[0][0].data or ""
    return await tap(bot, replace(press, chat=asked.chat.id, message=asked.message_id, data=data))


async def answer(bot: World, name: str, given: Any) -> None:
    """Somebody has typed this, or handed in this file (name and content)."""
    person = bot.stage.people[name]
    if isinstance(given, str):
        await person.send(given)
    else:
        await person.upload_document(given[0], given[1].encode())
    await bot.clock.settle()


async def pages_of_log(bot: World, walk: Json) -> int:
    """变更记录 from its first page to its last; how many there are."""
    press = next(one for one in presses(walk) if one.data.startswith(f"{LOG}:0:0:"))
    message = bot.playground.chats[press.chat].messages_by_id[press.message]
    for page in itertools.count(1):
        await tap(bot, press)
        onward = [one.data for row in message.buttons for one in row if (one.data or "").startswith(f"{LOG}:{page}:0:")]
        if not onward:
            return page
        press = replace(press, data=onward[0] or "")
    raise AssertionError
