"""Whatever the bot can say to Telegram, the playground must understand."""

import re
from pathlib import Path

import bot
from bot.kit.sending import HELD
from bot.playground.methods.table import METHODS
from tests.playground.conftest import bot_api

HERE = Path(bot.__file__).parent
STRING = re.compile(r'"([a-z]+[A-Z][a-zA-Z]*)"')


def said() -> set[str]:
    """Every string in the bot's code that is the name of a method of the Bot API."""
    api = bot_api().methods
    known = (getattr(getattr(api, name), "__api_method__", None) for name in api.__all__)
    names = {name for name in known if isinstance(name, str)}
    files = (file for file in HERE.rglob("*.py") if HERE / "playground" not in file.parents)
    return names & {word for file in files for word in STRING.findall(file.read_text())}


def test_every_method_that_the_bot_calls_is_served():
    called = said() | {f"send{kind.title()}" for kind in HELD}
    assert {"sendMessage", "getUpdates", "setWebhook", "sendVideo"} <= called
    assert {name for name in called if name.lower() not in METHODS} == set()
