"""PTB as it is used here: it parses and matches; receiving, sending and time belong to others."""

from typing import Any, NoReturn

import telegram
from telegram.ext import Application, ApplicationBuilder

from bot.kit.api_errors import read_json
from bot.kit.transport import Transport

Ptb = Application[Any, Any, Any, Any, Any, Any]


class _Raising(Ptb):
    """PTB swallows what a handler raises; here the worker has to know."""

    async def process_error(self, update: object, error: Exception, *_: Any, **__: Any) -> NoReturn:
        raise error


def ptb_application(token: str, api_url: str, transport: Transport) -> Ptb:
    """An Application that never starts anything by itself: no updater, no job queue."""
    root = api_url.rstrip("/")
    builder = ApplicationBuilder().application_class(_Raising).token(token)
    builder = builder.base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
    return builder.request(transport).get_updates_request(transport).updater(None).job_queue(None).build()


def read_update(payload: str, bot: telegram.Bot) -> telegram.Update:
    """A stored update as PTB's object; raises whatever PTB raises about one that it does not understand."""
    return telegram.Update.de_json(read_json(payload), bot)
