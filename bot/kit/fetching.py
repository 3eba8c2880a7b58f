"""Fetches a file that a dialog step wants to read, before any transaction begins."""

import asyncio
import logging
from typing import Any

from telegram.error import TelegramError

from bot.kit.handlers import Answer, Call, File
from bot.kit.refusal import Refusal
from bot.kit.sending import Telegram

log = logging.getLogger(__name__)

TOO_LARGE = "文件超过{megabytes}兆，请精简后再发。"
NOT_FETCHED = "文件没有取到，请稍后重新发送。"


class FetchFirst(Exception):
    """The step wants the file that came: fetch it outside the transaction, then run again."""

    def __init__(self, answer: Answer, file: File) -> None:
        super().__init__()
        self.answer, self.file = answer, file


def ready(answer: Answer, call: Call) -> None:
    """Raise FetchFirst until the file has been read, and the Refusal that it met."""
    wanted = call.files and answer.reads_which(call.files[0])
    if answer.reads_file is not None and wanted and call.content is None:
        raise FetchFirst(answer, call.files[0])
    if isinstance(call.content, Refusal):
        raise call.content


async def fetched(telegram: Telegram, answer: Answer, file: File) -> Any:
    """What the step makes of the file, or a Refusal."""
    if answer.reads_file is None or (file.size or 0) > answer.largest:
        return Refusal(TOO_LARGE.format(megabytes=answer.largest // 1024 // 1024))
    try:
        return await asyncio.to_thread(answer.reads_file, await telegram.download(file.file_id))
    except TelegramError:
        log.warning("a file could not be fetched", exc_info=True)
        return Refusal(NOT_FETCHED)
    except Refusal as refusal:
        return refusal
