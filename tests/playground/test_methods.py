"""Whatever the bot can say to Telegram, the playground must understand."""

import ast
from pathlib import Path

import aiogram.methods

import bot
from bot.kit.sending import HELD
from bot.playground.methods.table import METHODS

HERE = Path(bot.__file__).parent


def said() -> set[str]:
    """Every string in the bot's code that is the name of a method of the Bot API."""
    known = (getattr(getattr(aiogram.methods, name), "__api_method__", None) for name in aiogram.methods.__all__)
    names = {name for name in known if isinstance(name, str)}
    files = (file for file in HERE.rglob("*.py") if HERE / "playground" not in file.parents)
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    return names & {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_method_that_the_bot_calls_is_served():
    called = said() | {f"send{kind.title()}" for kind in HELD}
    assert {"sendMessage", "getUpdates", "setWebhook", "sendVideo"} <= called
    assert {name for name in called if name.lower() not in METHODS} == set()
