"""The playground under test: whatever it says in a test must also parse as aiogram and PTB understand the Bot API."""

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import telegram
from pydantic import TypeAdapter

from bot.playground.clock import TravelClock
from bot.playground.server import Called, Playground


@cache
def bot_api() -> Any:
    """aiogram takes seconds to load, in each worker: only for who asks it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import aiogram.methods
        import aiogram.types
    return aiogram


MORNING = datetime(2023, 7, 7, 0, 30, tzinfo=UTC)
Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def clock() -> TravelClock:
    return TravelClock(MORNING, bound=5)


@pytest.fixture
async def playground(clock: TravelClock) -> AsyncIterator[Playground]:
    playground = Playground(clock)
    yield playground
    await playground.close()
    for called in playground.calls:
        check_answer(called)
    for update in playground.updates.history:
        if "poison" not in update:
            check_update(update)


@pytest.fixture
def call(playground: Playground) -> Call:
    """call("sendMessage", chat_id=..) -> the whole answer."""

    async def run(method: str, **params: Any) -> dict[str, Any]:
        status, answer = await playground.handle(playground.token, method, params)
        assert status == (200 if answer["ok"] else answer["error_code"])
        return answer

    return run


@pytest.fixture
def updates(call: Call) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """updates() -> what getUpdates gives now."""

    async def get(**params: Any) -> list[dict[str, Any]]:
        return (await call("getUpdates", **params))["result"]

    return get


def check_answer(called: Called) -> None:
    if not called.answer["ok"]:
        assert set(called.answer) <= {"ok", "error_code", "description", "parameters"}
        return
    name = called.method[0].upper() + called.method[1:]
    method = getattr(bot_api().methods, name, None)
    assert method is not None, f"aiogram does not know {called.method}"
    TypeAdapter(method.__returning__).validate_python(called.answer["result"], context={"bot": None})
    kind = PTB_KINDS.get(called.method)
    if kind is not None and isinstance(called.answer["result"], dict):
        assert kind.de_json(called.answer["result"], None) is not None


def check_update(update: dict[str, Any]) -> None:
    bot_api().types.Update.model_validate(update, context={"bot": None})
    parsed = telegram.Update.de_json(update, None)
    assert parsed.update_id == update["update_id"]
    assert not parsed.api_kwargs, "PTB does not know what kind of update this is"


PTB_KINDS: dict[str, Any] = {
    "getMe": telegram.User,
    "sendMessage": telegram.Message,
    "sendDocument": telegram.Message,
    "sendPhoto": telegram.Message,
    "sendVoice": telegram.Message,
    "sendAudio": telegram.Message,
    "sendVideo": telegram.Message,
    "editMessageText": telegram.Message,
    "editMessageCaption": telegram.Message,
    "editMessageReplyMarkup": telegram.Message,
    "getFile": telegram.File,
    "getWebhookInfo": telegram.WebhookInfo,
    "getChat": telegram.ChatFullInfo,
    "getChatMember": telegram.ChatMember,
    "getMyName": telegram.BotName,
    "getMyDescription": telegram.BotDescription,
    "getMyShortDescription": telegram.BotShortDescription,
}
