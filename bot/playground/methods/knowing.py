"""Who the bot is, who is in a chat, the bot's command lists, and files by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.call import Call
from bot.playground.chats import Json
from bot.playground.errors import bad_request
from bot.playground.menus import chat_of
from bot.playground.methods.reaching import reach
from bot.playground.wire import chat_json, member_json, user_json

if TYPE_CHECKING:
    from bot.playground.server import Playground


def get_me(playground: Playground, call: Call) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return {**user_json(playground.bot), **abilities}


def get_file(playground: Playground, call: Call) -> Json:
    return playground.files.link(call.text("file_id"), playground.clock.now())


def get_chat(playground: Playground, call: Call) -> Json:
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    required = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return {**chat_json(reach(playground, call)), **required}


def get_chat_member(playground: Playground, call: Call) -> Json:
    chat, user_id = reach(playground, call), call.integer("user_id")
    if user_id == playground.bot.id:
        return member_json(playground.bot, chat.bot_status if not chat.private else "member")
    if chat.private:
        return member_json(playground.people[chat.id].user, "member")
    if user_id not in chat.users:
        raise bad_request("user not found")
    return member_json(chat.users[user_id], chat.statuses.get(user_id, "left"))


def get_chat_administrators(playground: Playground, call: Call) -> list[Json]:
    chat = reach(playground, call)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    admins = [
        member_json(chat.users[user_id], status) for user_id, status in chat.statuses.items() if status == "creator"
    ]
    return admins + ([member_json(playground.bot, "administrator")] if chat.bot_status == "administrator" else [])


def get_chat_member_count(playground: Playground, call: Call) -> int:
    chat = reach(playground, call)
    return 2 if chat.private else len(chat.statuses) + 1


def leave_chat(playground: Playground, call: Call) -> bool:
    chat = reach(playground, call)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    group = next(group for group in playground.groups if group.chat is chat)
    group.bot_leaves()
    return True


def set_my_commands(playground: Playground, call: Call) -> bool:
    _check_scope(playground, call)
    playground.menus.set(call.shape("scope"), call.text("language_code"), call.shape("commands") or [])
    playground.touch()
    return True


def get_my_commands(playground: Playground, call: Call) -> list[Json]:
    return playground.menus.get(call.shape("scope"), call.text("language_code"))


def delete_my_commands(playground: Playground, call: Call) -> bool:
    _check_scope(playground, call)
    playground.menus.delete(call.shape("scope"), call.text("language_code"))
    playground.touch()
    return True


def _check_scope(playground: Playground, call: Call) -> None:
    """A list can be given only to a chat that the bot knows."""
    chat_id = chat_of(call.shape("scope"))
    if chat_id is not None:
        reach(playground, Call(call.method, {"chat_id": chat_id}))


def set_text(playground: Playground, call: Call) -> bool:
    """setMyName, setMyDescription, setMyShortDescription."""
    field = FIELDS[call.method.removeprefix("setmy")]
    playground.menus.texts[field] = call.text(field)
    return True


def get_text(playground: Playground, call: Call) -> Json:
    field = FIELDS[call.method.removeprefix("getmy")]
    default = playground.bot.first_name if field == "name" else ""
    return {field: playground.menus.texts.get(field, default)}


def agree(playground: Playground, call: Call) -> bool:
    """Calls that change nothing here: setChatMenuButton, logOut, close."""
    return True


FIELDS = {"name": "name", "description": "description", "shortdescription": "short_description"}
