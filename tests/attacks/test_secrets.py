"""The token, the database's password, the webhook's secret: in no log line, repr or error, whatever goes wrong."""

import logging
import os
import re
import shutil
import socket
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url, text
from telegram.error import TelegramError

from bot.cli.doctor import Finding
from bot.cli.main import cli
from bot.errors import background, explain
from bot.kit.redact import redact
from bot.kit.sending import Telegram
from bot.kit.transport import AiohttpTransport
from bot.playground.local import ROOT, LocalTransport
from bot.playground.server import Playground
from bot.run import CHATTY, log_to_stderr, webhook
from bot.settings import Settings, load
from storage import backup
from storage.engine import Storage, database_url
from storage.revision import BadBackup
from tests.cli.test_kinds import GOOD
from tests.world import World, world

TOKEN, PASSWORD, SECRET = "7123456789:" + "Ab-_9" * 7, "hunter2-Pa:ss", "webhook-secret-0123456789"
# Nobody listens at port 1: every command fails where it reaches for the database.
URL = "postgresql://bot:hunter2-Pa%3Ass@127.0.0.1:1/branch"
HIDDEN = (TOKEN, TOKEN.partition(":")[2], PASSWORD, "hunter2-Pa%3Ass", SECRET)
NOWHERE = "http://127.0.0.1:1"
SETTINGS = {
    "BOT_TOKEN": TOKEN,
    "DATABASE_URL": URL,
    "WEBHOOK_SECRET": SECRET,
    "LOG_LEVEL": "DEBUG",
    "BOT_API_URL": NOWHERE,
}
# Every command, as it is tried. BUSY is a port that somebody has.
BUSY = "BUSY"
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": (),
    "migrate": (),
    "backup": ("copy.dump",),
    "report": ("--out", "report.docx"),
    "restore": ("some.dump",),
    "tally": (),
    "demo": ("--once", "--port", BUSY),
    "timetable": ("--from", "2023-07-01", "--to", "2023-08-01"),
    "owed": (),
    "doctor": (),
    "branch add": ("x",),
    "branch list": (),
    "calendar blocks": (),
    "calendar months": (),
    "calendar years": (),
    "calendar show": ("2023",),
    "calendar import-notice": ("notice.txt", "--yes"),
    "calendar import": ("2024.json", "--yes"),
    "export": ("--archive", "out.json"),
    "import": ("roster.csv",),
    "invites": (),
    "kinds add": ("kind.toml",),
    "kinds check": ("notice.txt",),
    "kinds list": (),
    "lists": (),
    "ledgers": ("--out", "ledgers"),
    "minutes": ("--activity", "1", "--out", "minutes.docx"),
    "norms add": ("kind.toml",),
    "norms check": ("notice.txt",),
    "norms list": (),
    "norms status": (),
    "readiness": (),
    "office give": ("1", "secretary", "甲一"),
    "office end": ("1", "secretary", "甲一"),
    "roster template": ("out.xlsx", "--filled"),
}
# Those that ask Telegram once the database is there.
ASKING = ("invites", "office give", "doctor")
DAY_OFF = '{"year": 2024, "papers": [], "days": [{"name": "元旦", "date": "2024-01-01", "isOffDay": true}]}'


def shows(text: str) -> list[str]:
    return [secret for secret in HIDDEN if secret in text]


def leaves(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        path = (*before, name)
        if isinstance(command, click.Group):
            yield from leaves(command, path)
        else:
            yield " ".join(path)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """What run and demo do to the logs of the whole process is over with the test."""
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in ("bot", "scheduler", *CHATTY))]
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    yield
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder without settings, with the files that the commands name."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some.dump").write_text("x")
    (tmp_path / "roster.csv").write_text("姓名\n甲一\n", encoding="utf-8")
    (tmp_path / "notice.txt").write_text("2024年元旦：1月1日放假。", encoding="utf-8")
    (tmp_path / "2024.json").write_text(DAY_OFF, encoding="utf-8")
    (tmp_path / "kind.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def said(done: Result, caplog: pytest.LogCaptureFixture) -> str:
    beneath = "".join(traceback.format_exception(done.exception)) if done.exception else ""
    return done.output + caplog.text + beneath


def test_every_command_is_tried() -> None:
    assert set(leaves(cli)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_them_when_it_fails(command: str, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = [port if one == BUSY else one for one in COMMANDS[command]]
        done = CliRunner().invoke(cli, [*command.split(), *arguments], env=SETTINGS)
    assert done.exit_code == 1, done.output
    assert shows(said(done, caplog)) == []


@pytest.mark.parametrize("command", ASKING)
def test_no_command_shows_them_when_telegram_is_away(
    command: str, folder: Path, caplog: pytest.LogCaptureFixture, sqlite_template: Path
) -> None:
    """The address of Telegram has a password as well: that of a proxy in between."""
    shutil.copy(sqlite_template, folder / "branch-bot.db")
    away = {"DATABASE_URL": f"sqlite:///{folder}/branch-bot.db", "BOT_API_URL": f"http://bot:{PASSWORD}@127.0.0.1:1"}
    made = CliRunner().invoke(cli, ["branch", "add", "x"], env=SETTINGS | away)
    assert made.exit_code == 0
    done = CliRunner().invoke(cli, [*command.split(), *COMMANDS[command]], env=SETTINGS | away)
    assert done.exit_code == 1
    assert "127.0.0.1:1" in done.output
    assert shows(said(done, caplog)) == []


@pytest.mark.parametrize("url", [URL, "postgresql://bot@127.0.0.1:1/branch?password=hunter2-Pa%3Ass"])
def test_nothing_that_holds_them_shows_them(url: str) -> None:
    """libpq has the password in the query as well."""
    settings = Settings(bot_token=TOKEN, database_url=url, webhook_secret=SECRET, webhook_url="https://bot.example.org")
    telegram = Telegram(AiohttpTransport(), "https://api.telegram.org", TOKEN)
    with Storage(url) as storage:
        for thing in (settings, storage, storage.engine, telegram, webhook(settings), database_url(url)):
            assert shows(repr(thing) + str(thing)) == [], type(thing)
        with pytest.raises(Exception, match="Connection refused") as caught, storage.reading() as session:
            session.execute(text("SELECT 1"))
    assert shows("".join(traceback.format_exception(caught.value)) + repr(caught.value)) == []


def test_a_password_with_an_at_sign_is_asked_for_as_a_url_has_it() -> None:
    """Else what follows the sign is taken for the host, and shown as that."""
    with pytest.raises(ValueError, match="%40") as caught:
        Storage("postgresql://bot:hun@ter2@127.0.0.1:1/branch")
    assert "ter2" not in str(caught.value)


def test_what_is_told_of_an_error_has_none_of_them() -> None:
    """An error of somebody else's may say anything, in any form."""
    settings = Settings(bot_token=TOKEN, database_url=URL, webhook_secret=SECRET)
    for secret in HIDDEN:
        for form in (f"lost {secret}", f"{{'x': {secret!r}}}", f"https://bot:{secret}@proxy/", f"password={secret} x"):
            assert shows(explain(ValueError(form)) + explain(RuntimeError(form))) == [], form
            assert shows(background(RuntimeError(form))) == [], form
            assert shows(str(Finding("x", False, form, form).row())) == [], form
    quoted = 'it\'s \\ "quoted"'
    Settings(database_url=f"postgresql://bot:{quote(quoted)}@h/d")
    assert "quoted" not in redact(f"{quoted} {quoted!r} {quote(quoted)}")
    assert settings.token == TOKEN


def test_a_short_word_and_an_innocent_text_stay() -> None:
    """A password like "bot" is not taken out of every text: that would tell it."""
    Settings(bot_token=TOKEN, database_url="postgresql://bot:bot@127.0.0.1/branch")
    for innocent in ("the bot has died", "postgresql://bot:***@127.0.0.1/branch", "http://127.0.0.1:8080/a@b", ""):
        assert redact(innocent) == innocent
    assert redact("postgresql://bot:bot@127.0.0.1/branch") == "postgresql://bot:[password]@127.0.0.1/branch"


async def test_no_error_of_the_network_shows_them() -> None:
    transport = AiohttpTransport()
    telegram = Telegram(transport, "http://127.0.0.1:1", TOKEN)
    with pytest.raises(TelegramError) as caught:
        await telegram.call("getMe")
    outcome = await telegram.send(1, {"text": "x"})
    await transport.shutdown()
    assert shows("".join(traceback.format_exception(caught.value)) + repr(outcome)) == []


async def test_a_log_at_its_most_talkative_shows_none_of_them(
    postgresql_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A whole bot at DEBUG that tells Telegram its webhook; then everything that somebody might log by mistake."""
    url = make_url(postgresql_url).set(password=PASSWORD).render_as_string(hide_password=False)
    log_to_stderr("DEBUG")
    async with world(url, "2023-07-07 09:00") as bot:
        token = bot.playground.token
        settings = Settings(bot_token=token, database_url=url, webhook_secret=SECRET, webhook_url=NOWHERE)
        await talk(bot)
        blunder(bot, settings)
    await announce(settings)
    logged = capsys.readouterr().err
    assert {"[token]", "[password]", "[secret]"} <= set(re.findall(r"\[\w+\]", logged))
    assert shows(logged) == []
    assert token.partition(":")[2] not in logged


async def talk(bot: World) -> None:
    await bot.stage.say("甲五", "帮助")
    await bot.stage.people["甲五"].photo()
    await bot.clock.settle()


async def announce(settings: Settings) -> None:
    """To another Telegram: the first one's bot polls."""
    hook, there = webhook(settings), Playground()
    assert hook is not None
    await hook.announce(Telegram(LocalTransport(there), ROOT, there.token))
    await there.close()


def blunder(bot: World, settings: Settings) -> None:
    log = logging.getLogger("anything")
    log.error("failed at https://api.telegram.org/bot%s/getMe", bot.playground.token)
    log.debug("connects to %s", settings.database)
    log.debug("calls %s", {"secret_token": settings.webhook_secret.get_secret_value(), "password": PASSWORD})
    log.debug("%r %r", settings, bot.storage, stack_info=True)
    try:
        raise RuntimeError(f"lost {settings.database} {SECRET}")
    except RuntimeError:
        log.exception("gone")


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
