"""getUpdates, the webhook, and the answer to a tap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import Update

from bot.playground.call import Call
from bot.playground.chats import Json
from bot.playground.errors import ApiError, conflict
from bot.playground.taps import Answer
from bot.playground.updates import WEBHOOK_ACTIVE, WEBHOOK_SET

if TYPE_CHECKING:
    from bot.playground.server import Playground


async def get_updates(playground: Playground, call: Call) -> list[Json]:
    if playground.webhooks.url:
        raise conflict(WEBHOOK_ACTIVE)
    playground.updates.allow(_kinds(call))
    return await playground.updates.poll(call.integer("offset"), call.integer("limit", 100), call.number("timeout"))


def set_webhook(playground: Playground, call: Call) -> bool:
    """An empty url deletes the webhook. Any other may be set once a second: 429 for the next one."""
    if not call.text("url"):
        return delete_webhook(playground, call)
    playground.webhooks.admit()
    if call.true("drop_pending_updates"):
        delete_webhook(playground, call)
    playground.updates.end_poll(WEBHOOK_SET)
    playground.webhooks.set(
        call.text("url"), call.text("secret_token"), call.integer("max_connections", 40), call.text("ip_address")
    )
    playground.updates.allow(_kinds(call))
    return True


def delete_webhook(playground: Playground, call: Call) -> bool:
    playground.webhooks.clear()
    if call.true("drop_pending_updates"):
        playground.updates.drop()
    return True


def get_webhook_info(playground: Playground, call: Call) -> Json:
    allowed = playground.updates.allowed
    return {**playground.webhooks.info(), **({"allowed_updates": allowed} if allowed else {})}


def answer_callback_query(playground: Playground, call: Call) -> bool:
    answer = Answer(call.text("text"), call.true("show_alert"), call.text("url"))
    playground.taps.answer(call.text("callback_query_id"), answer)
    playground.touch()
    return True


def _kinds(call: Call) -> list[str] | None:
    """None keeps what was said before: so does what is no list of names. Kinds that are not known are left out."""
    try:
        kinds: Any = call.shape("allowed_updates")
    except ApiError:
        return None
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        return None
    return [kind.lower() for kind in kinds if kind.lower() in Update.ALL_TYPES]
