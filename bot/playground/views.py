"""What the page shows, as JSON: who one can be, a chat as somebody sees it, the clock."""

from datetime import datetime
from typing import Any

from bot.playground.chats import Chat, Json, Message
from bot.playground.clock import TravelClock
from bot.playground.people import Person
from bot.playground.server import Playground

NEWEST = 200
WEEKDAYS = "一二三四五六日"


def everybody(playground: Playground) -> Json:
    """The bot and everybody whom the page can be, in the order in which they were made."""
    people = [_person(playground, person) for person in playground.people.values()]
    return {"bot": {"name": playground.bot.first_name, "username": playground.bot.username}, "people": people}


def _person(playground: Playground, person: Person) -> Json:
    groups = [group.chat for group in playground.groups if person.id in group.chat.statuses]
    private = {"id": person.id, "title": playground.bot.first_name, "private": True}
    chats = [private, *({"id": chat.id, "title": chat.title, "private": False} for chat in groups)]
    return {"id": person.id, "name": person.user.first_name, "label": person.label, "chats": chats}


def chat_view(playground: Playground, person: Person, chat: Chat) -> Json:
    """A chat as this person sees it, with at most the newest 200 messages."""
    return {
        "title": playground.bot.first_name if chat.private else chat.title,
        "subtitle": "机器人" if chat.private else f"{len(chat.statuses)}位成员",
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


def clock_view(playground: Playground) -> Json:
    """Date and time where the branch is. `travels`: the page may move the clock; `next`: when something happens."""
    clock = playground.clock
    view: dict[str, Any] = {"travels": isinstance(clock, TravelClock), "next": None}
    if isinstance(clock, TravelClock) and (when := clock.next_at()) is not None:
        view["next"] = _moment(playground, when)
    now = clock.now()
    return {
        **view,
        "words": _moment(playground, now),
        "local": now.astimezone(playground.tz).strftime("%Y-%m-%d %H:%M"),
    }


def _moment(playground: Playground, moment: datetime) -> str:
    local = moment.astimezone(playground.tz)
    return f"{_day(local)}{local:%H:%M}"


def _day(local: datetime) -> str:
    """2023年7月7日（周五）"""
    return f"{local.year}年{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）"
