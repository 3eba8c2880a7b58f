"""Rival in broadcasting: aiogram-broadcaster with its handler of 429s and no pause between two messages."""

import asyncio
import os
import sys

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent
from aiogram_broadcaster.utils.retry_after_handler import setup_retry_after_handler

from tests.bench.contestants import accounts


async def main(recipients: int) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BOT_API_URL"]))
    async with Bot(os.environ["BOT_TOKEN"], session=session).context() as bot:
        broadcaster = Broadcaster(bot)
        setup_retry_after_handler(broadcaster.event)
        mailer = await broadcaster.create_mailer(chats=accounts(recipients), content=TextContent(text="通知"))
        await mailer.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
