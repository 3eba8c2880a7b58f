"""Asks Telegram for the bot's own name, for commands that print links."""

import asyncio

from telegram.error import InvalidToken, TelegramError

from bot.errors import TOKEN_REFUSED, CannotReceive
from bot.kit.sending import Telegram
from bot.kit.transport import AiohttpTransport
from bot.settings import Settings


def bot_name(settings: Settings) -> str:
    """The name without @. Raises CannotReceive."""
    return asyncio.run(_bot_name(settings))


async def _bot_name(settings: Settings) -> str:
    transport = AiohttpTransport()
    try:
        me = await Telegram(transport, settings.bot_api_url, settings.token).call("getMe", timeout=10)
        return str(me["username"])
    except InvalidToken:
        raise CannotReceive(TOKEN_REFUSED) from None
    except TelegramError as error:
        text = f"Telegram was not reached at {settings.bot_api_url} to ask for the bot's name: {error}"
        raise CannotReceive(text) from None
    finally:
        await transport.shutdown()
