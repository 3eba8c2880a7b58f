"""getUpdates, the webhook, and the answer to a tap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.call import Call
from bot.playground.chats import Json
from bot.playground.errors import bad_request, conflict
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
    """An empty url deletes the webhook."""
    if not call.text("url"):
        return delete_webhook(playground, call)
    playground.updates.allow(_kinds(call))
    if call.true("drop_pending_updates"):
        playground.updates.drop()
    playground.webhooks.set(call.text("url"), call.text("secret_token"), call.integer("max_connections", 40))
    playground.updates.end_poll(WEBHOOK_SET)
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
    kinds: Any = call.shape("allowed_updates")
    if kinds is not None and not isinstance(kinds, list):
        raise bad_request("can't parse allowed updates: expected an Array of String")
    return kinds
