"""The token and the database's password: in no log line, no repr, no error, whatever goes wrong."""

import logging
import os
import sys
import traceback
from pathlib import Path

import pytest
from click.testing import CliRunner
from telegram.error import TelegramError

from bot.cli import cli
from bot.front import log_to_stderr
from bot.kit.sending import Telegram
from bot.kit.transport import AiohttpTransport
from bot.settings import Settings, load
from bot.web import Webhook
from storage import backup
from storage.engine import Storage, database_url
from storage.revision import BadBackup
from tests.world import World, world

TOKEN, PASSWORD, SECRET = "7123456789:" + "Ab-_9" * 7, "hunter2-Pa:ss", "webhook-secret-0123456789"
# Nobody listens at port 1: every command fails where it reaches for the database.
URL = "postgresql://bot:hunter2-Pa%3Ass@127.0.0.1:1/branch"
HIDDEN = (TOKEN, TOKEN.partition(":")[2], PASSWORD, "hunter2-Pa%3Ass", SECRET)
COMMANDS = [
    ("run",), ("migrate",), ("branch", "list"), ("branch", "add", "x"), ("invites",), ("tally",), ("timetable",),
    ("owed",), ("doctor",), ("backup", "copy.dump"), ("restore", "some.dump"),
]  # fmt: skip


def shows(text: str) -> list[str]:
    return [secret for secret in HIDDEN if secret in text]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_them_when_it_fails(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some.dump").write_text("x")
    settings = {
        "BOT_TOKEN": TOKEN, "DATABASE_URL": URL, "WEBHOOK_SECRET": SECRET, "LOG_LEVEL": "DEBUG",
        "BOT_API_URL": "http://127.0.0.1:1",
    }  # fmt: skip
    done = CliRunner().invoke(cli, command, env=settings)
    assert done.exit_code == 1
    background = "".join(traceback.format_exception(done.exception)) if done.exception else ""
    assert shows(done.output + caplog.text + background) == []


def test_nothing_that_holds_them_shows_them(sqlite_url: str) -> None:
    settings = Settings(bot_token=TOKEN, database_url=URL, webhook_secret=SECRET)
    telegram = Telegram(AiohttpTransport(), "https://api.telegram.org", TOKEN)
    hook = Webhook("https://bot.example.org", SECRET, TOKEN)
    with Storage(URL) as storage:
        for thing in (settings, storage, storage.engine, telegram, hook, database_url(URL)):
            assert shows(repr(thing) + str(thing)) == [], type(thing)


async def test_no_error_of_the_network_shows_them() -> None:
    transport = AiohttpTransport()
    telegram = Telegram(transport, "http://127.0.0.1:1", TOKEN)
    with pytest.raises(TelegramError) as caught:
        await telegram.call("getMe")
    outcome = await telegram.send(1, {"text": "x"})
    await transport.shutdown()
    assert shows("".join(traceback.format_exception(caught.value)) + repr(outcome)) == []


async def test_a_log_at_its_most_talkative_does_not_show_the_token(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A whole bot at DEBUG, with a token that Telegram refuses half way."""
    before = logging.getLogger().handlers[:]
    log_to_stderr("DEBUG")
    try:
        async with world(sqlite_url, "2023-07-07 09:00") as bot:
            await talk(bot)
            logging.getLogger("anything").error("failed at https://api.telegram.org/bot%s/getMe", bot.playground.token)
            logged = capsys.readouterr().err
            assert "[token]" in logged
            assert bot.playground.token.partition(":")[2] not in logged
    finally:
        logging.basicConfig(handlers=before, force=True)


async def talk(bot: World) -> None:
    await bot.stage.say("甲五", "帮助")
    await bot.stage.people["甲五"].photo()
    await bot.clock.settle()


def test_the_password_is_in_no_argument_of_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pg_dump of our own says how it was called, and where its password lies."""
    tool = tmp_path / "pg_dump"
    tool.write_text(f'#!{sys.executable}\nimport sys\nsys.exit(" ".join(sys.argv))\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(BadBackup) as caught:
        backup.make(database_url(URL), tmp_path / "copy.dump")
    assert "127.0.0.1" in str(caught.value)
    assert shows(str(caught.value)) == []


def test_a_wrong_line_of_the_settings_shows_no_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / ".env").write_text(f"BOT_TOKEN={TOKEN} trailing\nDATABASE_URL=mysql{URL}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match="BOT_TOKEN") as caught:
        load()
    assert shows("".join(traceback.format_exception(caught.value))) == []
