"""A bot on the snapshot's rows, in a playground that shows the snapshot's messages; and what is seen of it."""

import base64
import itertools
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.playground.chats import Chat, Message
from bot.playground.people import PIXEL
from bot.playground.server import Playground
from storage.engine import Storage
from tests.cast import Cast
from tests.world import GROUP_ID, OPERATOR, SHANGHAI, World, alive

Json = dict[str, Any]
NUMBER = re.compile(r"\d+")
# Of a link that opens a door: another one every time.
CODE = re.compile(r"\b([isgc]_)[\w-]{22}")
# What a chat shows: by message, its text, its buttons' labels, and whether it is gone.
Seen = dict[tuple[int, int], tuple[str, tuple[str, ...], bool]]


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
    now = datetime.fromisoformat(walk["scene"]["now"])
    try:
        async with alive(storage, cast, now, before=lambda playground: _restore(playground, walk)) as bot:
            yield bot
    finally:
        await storage.close()


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
    markup = [[_button(*each) for each in row] for row in told.get("buttons", ())]
    playground._message_ids = itertools.count(told["id"])
    playground.post(chat, playground.bot, told.get("text", ""), attachment=shown, markup=markup)


def _button(label: str, does: str) -> Json:
    return {"text": label, "url" if does.startswith("https://") else "callback_data": does}


# --- what is seen --------------------------------------------------------------------------------------------------


def seen(bot: World) -> Seen:
    return {
        (chat.id, message.message_id): (message.text, tuple(message.labels), message.deleted)
        for chat in bot.playground.chats.values()
        for message in chat.from_bot
    }


def changed(bot: World, before: Seen) -> list[str]:
    """Every message that is new, edited or gone since: whose chats, its words and its buttons."""
    said: dict[tuple[str, str], list[str]] = {}
    for key, now in seen(bot).items():
        if before.get(key) != now:
            text, labels, gone = now
            how = "gone" if gone else "edit" if key in before else "new"
            shown = " | ".join(labels)
            said.setdefault((how, f"{_named(bot, key, text)} {shown}".rstrip()), []).append(name_of(bot, key[0]))
    return sorted(f"{how} {'、'.join(sorted(names))}: {text}" for (how, text), names in said.items())


def _named(bot: World, key: tuple[int, int], text: str) -> str:
    text = CODE.sub(r"\1...", text)
    file = bot.playground.chats[key[0]].messages_by_id[key[1]].attachment
    return f"<{file.kind} {file.name or ''}> {text}" if file else text


def name_of(bot: World, chat_id: int) -> str:
    return "群" if chat_id == GROUP_ID else bot.playground.chats[chat_id].title


def woken(bot: World, walk: Json) -> list[str]:
    """What a start alone makes of the snapshot's messages: what was not answered is, what is new is handled."""
    shown = {
        (int(chat), told["id"]): (told.get("text", ""), tuple(_labels(told)), False)
        for chat, messages in walk["scene"]["chats"].items()
        for told in messages
    }
    return changed(bot, shown)


def _labels(told: Json) -> list[str]:
    return [label for row in told.get("buttons", ()) for label, _ in row]


def parked(bot: World) -> int:
    with bot.storage.reading() as session:
        query = "SELECT count(*) FROM inbox WHERE state = 'parked'"
        return int(session.connection().exec_driver_sql(query).scalar_one())


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


async def toast(bot: World, press: Press) -> str:
    """The words of the answer to a tap."""
    message = bot.playground.chats[press.chat].messages_by_id[press.message]
    tap = await bot.playground.people[press.who].tap_data(message, press.data)
    await bot.clock.settle()
    assert tap.answer is not None, f"nobody answered {press}"
    return f"{'alert' if tap.answer.alert else 'toast'}: {tap.answer.text}"


async def press(bot: World, press: Press) -> list[str]:
    """The words of the answer, then what is seen of it."""
    before = seen(bot)
    return [await toast(bot, press), *changed(bot, before)]


async def answer(bot: World, name: str, given: Any) -> list[str]:
    """What is seen after somebody has typed this, or handed in this file (name and content)."""
    before, person = seen(bot), bot.stage.people[name]
    if isinstance(given, str):
        await person.send(given)
    else:
        await person.upload_document(given[0], given[1].encode())
    await bot.clock.settle()
    return changed(bot, before)


async def log_pages(bot: World, name: str) -> list[str]:
    """变更记录 to its end."""
    await bot.stage.say(name, "数据管理")
    await bot.stage.tap(name, "变更记录", "【数据管理】")
    pages = [bot.stage.people[name].chat.last.text]
    while "下一页" in bot.stage.people[name].chat.last.labels:
        await bot.stage.tap(name, "下一页")
        pages.append(bot.stage.people[name].chat.last.text)
    return pages


async def sent_until(bot: World, end: str) -> dict[str, list[str]]:
    """Let the clock run: by its words, when and to whom each new message went."""
    before, found = seen(bot), dict[str, list[str]]()
    await bot.stage.at(end)
    for chat in bot.playground.chats.values():
        for message in chat.from_bot:
            if (chat.id, message.message_id) not in before:
                when = message.date.astimezone(SHANGHAI)
                found.setdefault(message.text, []).append(f"{when:%m-%d %H:%M} {name_of(bot, chat.id)}")
    return {text: sorted(found[text]) for text in sorted(found)}
