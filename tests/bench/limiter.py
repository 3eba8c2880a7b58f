"""Rival in broadcasting: PTB with its own AIORateLimiter(max_retries=5), all messages at once."""

import asyncio
import os
import sys

from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, Application, ExtBot

from tests.bench.contestants import accounts

# Seconds and connections: with the defaults most would be lost to a pool that is full.
PATIENCE, CONNECTIONS = 300, 64


async def say(bot: ExtBot[int], chat_id: int) -> None:
    try:
        await bot.send_message(chat_id, "通知")
    except TelegramError as error:
        print(f"{chat_id}: {error!r}", file=sys.stderr)


async def main(recipients: int) -> None:
    builder = Application.builder().token(os.environ["BOT_TOKEN"]).base_url(f"{os.environ['BOT_API_URL']}/bot")
    builder = builder.rate_limiter(AIORateLimiter(max_retries=5))
    builder = builder.connection_pool_size(CONNECTIONS).pool_timeout(PATIENCE).read_timeout(PATIENCE)
    async with builder.build() as application:
        await asyncio.gather(*(say(application.bot, chat_id) for chat_id in accounts(recipients)))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
