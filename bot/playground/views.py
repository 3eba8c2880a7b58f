"""What the page shows, as JSON: who one can be, a chat as somebody sees it, the clock."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from bot.kit.words import dated, day_words
from bot.playground.chats import Chat, Json, Message
from bot.playground.clock import TravelClock
from bot.playground.people import Person
from bot.playground.prompter import Coming
from bot.playground.server import Playground

NEWEST = 200


def everybody(playground: Playground, offices: Mapping[int, str]) -> Json:
    """The bot and everybody whom the page can be, in the order in which they were made, and the papers that it hands
    out. `offices`: today's.
    """
    people = [_person(playground, person, offices) for person in playground.people.values()]
    bot = {"name": playground.bot.first_name, "username": playground.bot.username}
    papers = [{"name": one.name, "size": len(one.content)} for one in playground.papers]
    return {"bot": bot, "people": people, "papers": papers, "report": bool(playground.report)}


def _person(playground: Playground, person: Person, offices: Mapping[int, str]) -> Json:
    groups = [group.chat for group in playground.groups if person.id in group.chat.statuses]
    chats = [_title(playground, chat) for chat in (person.chat, *groups)]
    label = offices.get(person.id, person.label)
    return {"id": person.id, "name": person.user.first_name, "label": label, "chats": chats}


def _title(playground: Playground, chat: Chat) -> Json:
    if chat.private:
        return {"id": chat.id, "title": playground.bot.first_name, "private": True, "note": "私聊"}
    return {"id": chat.id, "title": chat.title, "private": False, "note": f"{len(chat.statuses)}位成员"}


def chat_view(playground: Playground, person: Person, chat: Chat) -> Json:
    """A chat as this person sees it, with at most the newest 200 messages."""
    return {
        "private": chat.private,
        "started": chat.opened or not chat.private,
        "blocked": chat.blocked,
        "keyboard": chat.keyboard or [],
        "commands": playground.menus.shown(chat.id, person.id, chat.private),
        "messages": [_message(playground, person, message) for message in chat.messages[-NEWEST:]],
    }


def _message(playground: Playground, person: Person, message: Message) -> Json:
    local = message.date.astimezone(playground.tz)
    return {
        "id": message.message_id,
        "mine": message.sender is person.user,
        "from": message.sender.first_name,
        "bot": message.sender is playground.bot,
        "text": message.text or _service_words(message.service),
        "service": bool(message.service),
        "day": _day(local),
        "time": f"{local:%H:%M}",
        "edited": message.edited,
        "reply_to": message.reply_to.text[:60] if message.reply_to else "",
        "buttons": [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in message.buttons],
        "file": _file(message),
    }


def _file(message: Message) -> Json | None:
    file = message.attachment
    if file is None:
        return None
    return {"kind": file.kind, "id": file.file_id, "name": file.name or "", "size": len(file.content)}


SERVICES = {
    "contact": "名片",
    "location": "位置",
    "migrate_to_chat_id": "群组已升级为超级群组",
    "migrate_from_chat_id": "群组已升级为超级群组",
}


def _service_words(service: Json) -> str:
    if "new_chat_members" in service:
        return "、".join(user["first_name"] for user in service["new_chat_members"]) + " 加入了群组"
    if "left_chat_member" in service:
        return f"{service['left_chat_member']['first_name']} 离开了群组"
    return next((words for field, words in SERVICES.items() if field in service), "")


def clock_view(playground: Playground, coming: Coming | None) -> Json:
    """Date and time where the branch is.

    `travels`: the page may move the clock; `next`: what it will do then; `replay`: how far the story is that plays.
    """
    now = playground.clock.now().astimezone(playground.tz)
    return {
        "travels": isinstance(playground.clock, TravelClock),
        "words": f"{_day(now)}{now:%H:%M}",
        "local": now.strftime("%Y-%m-%dT%H:%M"),
        "next": _next(coming, now, playground.tz),
        "replay": _replay(playground, now),
    }


def _next(coming: Coming | None, now: datetime, tz: tzinfo) -> Json | None:
    if coming is None:
        return None
    at = coming.at.astimezone(tz)
    return {"at": f"{dated(at.date(), now.date())}{at:%H:%M}", "words": coming.words, "people": coming.people}


def _replay(playground: Playground, now: datetime) -> Json | None:
    if playground.replay is None:
        return None
    return {"percent": int(100 * done(playground.replay, now)), "day": day_words(now.date())}


def done(replay: tuple[datetime, datetime], now: datetime) -> float:
    """How much of a story has been played, as a part of 1."""
    first, last = replay
    return min(max((now - first) / (last - first), 0.0), 1.0)


def _day(local: datetime) -> str:
    """2023年7月7日（周五）"""
    return f"{local.year}年{day_words(local.date())}"
