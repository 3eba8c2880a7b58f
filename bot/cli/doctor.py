"""Looks at everything that the bot stands on: one line each, and what to do."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from telegram.error import InvalidToken, TelegramError

from bot.kit.redact import redact
from bot.kit.sending import Telegram
from bot.kit.transport import AiohttpTransport
from bot.receiving import polling
from bot.run import webhook
from bot.settings import ENV_FILE, BadSettings, Settings
from bot.watch import heartbeats
from bot.watch.observations import parked
from bot.watch.rules import is_full
from bot.watch.webhook_check import error_of, shown
from scheduler import outbox
from scheduler.calendar.store import Calendars, calendars
from scheduler.clock_check import FAR
from storage import entry_files, faults, leases
from storage.backup import kept
from storage.choices import YearState
from storage.disk_space import disk_space
from storage.engine import Storage, StorageBusy
from storage.models.inbox import Inbox
from storage.revision import OldSchema, require_newest

COLUMNS = ("check", "ok", "found", "to_do")
SAFE_SQLITE = (3, 51, 3)
SOON = timedelta(days=60)
STALE = timedelta(days=2)
DAMAGED = "Stop the bot, keep the file, restore the last copy (branch-bot restore), and look after the disk."
WHERE = "Check DATABASE_URL, DATA_DIR and who may write there."


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `ok` None: works, but worth knowing."""

    check: str
    ok: bool | None
    found: str
    to_do: str = ""

    def row(self) -> dict[str, Any]:
        word = {True: "yes", False: "no", None: "note"}[self.ok]
        return {"check": self.check, "ok": word, "found": redact(self.found), "to_do": redact(self.to_do)}


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """All findings, in an order that lets the first trouble explain the next."""
    yield _token(settings)
    yield from _database(settings, now)
    if settings.bot_token.get_secret_value():
        yield from asyncio.run(_telegram(settings))
    yield _backup(settings, now)
    yield from _calendar(settings, now)
    if settings.operator_id is None:
        what = "Set OPERATOR_ID, and press Start in the bot with that account; until then it is in the log alone."
        yield Finding("operator", None, "nobody is told when something goes wrong", what)
    yield Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} {settings.timezone}")


def _token(settings: Settings) -> Finding:
    try:
        _ = settings.token
    except BadSettings as error:
        return Finding("settings", False, "no BOT_TOKEN", str(error))
    way = "webhook" if settings.webhook_url else "long polling"
    file = Path(ENV_FILE)
    if file.exists() and file.stat().st_mode & 0o077:
        return Finding("settings", None, f"{ENV_FILE} holds the token, and others may read it", f"chmod 600 {ENV_FILE}")
    return Finding("settings", True, f"receives by {way}, time zone {settings.timezone}")


def _database(settings: Settings, now: datetime) -> Iterator[Finding]:
    try:
        with Storage(settings.database) as storage:
            require_newest(storage)
            yield Finding("database", True, storage.url.render_as_string(hide_password=True))
            yield from _sqlite(storage)
            yield from _running(storage, settings)
            yield from _newest_row(storage, now)
            yield _room(storage)
            yield _files(storage)
            yield from _parked(storage, now, settings)
    except OldSchema as error:
        yield Finding("database", False, "not as this program needs it", str(error))
    except (DatabaseError, OSError, ValueError) as error:
        yield Finding("database", False, faults.words(error), DAMAGED if _damaged(error) else WHERE)


def _damaged(error: Exception) -> bool:
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _sqlite(storage: Storage) -> Iterator[Finding]:
    if storage.dialect != "sqlite":
        return
    with storage.reading() as session:
        faults = [str(each) for each in session.scalars(text("PRAGMA quick_check(5)"))]
    if faults == ["ok"]:
        yield Finding("file", True, "whole (quick_check)")
    else:
        yield Finding("file", False, f"damaged: {'; '.join(' '.join(each.split()) for each in faults)}", DAMAGED)
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        yield Finding(
            "sqlite",
            None,
            f"version {sqlite3.sqlite_version} has a rare fault that 3.51.3 mends",
            "Keep one process on the file (the bot sees to it) and keep backups; a newer Python brings a newer SQLite.",
        )


def _running(storage: Storage, settings: Settings) -> Iterator[Finding]:
    """Whether a bot has the database, and whether what it has to do is done: a process may stand still, or wait."""
    bot_id = int(settings.bot_token.get_secret_value().partition(":")[0] or 0)
    parts = [heartbeats.SENDING] if settings.webhook_url else [heartbeats.POLLING, heartbeats.SENDING]
    with storage.reading() as session:
        missing = heartbeats.missing(session, bot_id, parts)
        running = _has_lock(storage) if storage.dialect == "sqlite" else _has_turn(session, bot_id)
    if not running:
        yield Finding("bot", None, "not running on this database")
    elif missing and bot_id:
        what = "Look into its log; if this stays when it has been up for a minute, start it again."
        yield Finding("bot", False, f"running on this database, but {'; '.join(missing)}", what)
    else:
        yield Finding("bot", True, "running on this database")


def _has_lock(storage: Storage) -> bool:
    try:
        with storage.locked():
            return False
    except StorageBusy:
        return True


def _has_turn(session: Session, bot_id: int) -> bool:
    turns = ((f"sender:{bot_id}", outbox.LEASE), (f"poller:{bot_id}", polling.LEASE))
    return any(leases.taken(session, name, life) for name, life in turns)


def _backup(settings: Settings, now: datetime) -> Finding:
    found = next(iter(kept(settings.backups)), None)
    if found is None:
        what = "Run branch-bot backup; the bot makes one every night unless BACKUP_KEEP is 0."
        return Finding("backup", None, f"none in {settings.backups}", what)
    size = found.stat()
    made = datetime.fromtimestamp(size.st_mtime, now.tzinfo)
    line = f"{made:%Y-%m-%d %H:%M}, {size.st_size / 1024 / 1024:.1f} MB, {found}"
    if now - made > STALE:
        return Finding("backup", None, f"the last one is of {line}", "Run branch-bot backup, and look into the log.")
    return Finding("backup", True, line)


def _newest_row(storage: Storage, now: datetime) -> Iterator[Finding]:
    with storage.reading() as session:
        newest = session.scalar(select(func.max(Inbox.received_at)))
    if newest is not None and newest > now + timedelta(minutes=5):
        yield Finding(
            "clock",
            False,
            f"the database has updates of {newest:%Y-%m-%d %H:%M} UTC, which is in the future",
            "Set the clock of this machine (timedatectl set-ntp true).",
        )


def _room(storage: Storage) -> Finding:
    left = disk_space(storage)
    if left is None:
        return Finding("room", None, "not looked at: the data is on another machine", "Watch the disk of PostgreSQL.")
    found = f"{left.free // 2**20} MB free, the database has {left.size // 2**20} MB"
    what = "Free some space on the disk of DATA_DIR, or give it a larger one." if is_full(left) else ""
    return Finding("room", not is_full(left), found, what)


def _files(storage: Storage) -> Finding:
    """What the database has grown by: files of the register and of activities are kept in it."""
    with storage.reading() as session:
        found = entry_files.count(session)
    more = [f"{found.waiting} still to be fetched"] if found.waiting else []
    more += [f"{found.elsewhere} only with Telegram"] if found.elsewhere else []
    line = f"{found.files} of the register are kept, {found.size / 2**20:.1f} MB"
    return Finding("files", True, "; ".join([line, *more]))


def _parked(storage: Storage, now: datetime, settings: Settings) -> Iterator[Finding]:
    with storage.reading() as session:
        found = parked(session, now, settings.timezone)
    if found is not None:
        aside, day = found
        numbers = ", ".join(map(str, aside.ids))
        yield Finding(
            "updates",
            False,
            f"{aside.number} could not be handled on {day} ({numbers}): {aside.fault}",
            "branch-bot owed shows all of them. Once the cause is gone: branch-bot owed --again, or the chat's button.",
        )


async def _telegram(settings: Settings) -> list[Finding]:
    transport = AiohttpTransport()
    telegram = Telegram(transport, settings.bot_api_url, settings.bot_token.get_secret_value())
    try:
        me = await telegram.call("getMe", timeout=10)
        info = await telegram.call("getWebhookInfo", timeout=10)
    except InvalidToken:
        return [Finding("telegram", False, "does not accept BOT_TOKEN", "Copy the token from BotFather again.")]
    except TelegramError as error:
        what = "Check the network of this machine and BOT_API_URL."
        return [Finding("telegram", False, f"not reached at {settings.bot_api_url}: {error}", what)]
    finally:
        await transport.shutdown()
    return [Finding("telegram", True, f"@{me.get('username')}"), *_webhook(settings, info), *_skew(transport.skew)]


def _skew(skew: timedelta | None) -> Iterator[Finding]:
    if skew is not None and abs(skew) > FAR:
        way = "behind" if skew > timedelta() else "ahead of"
        what = "Set the clock (timedatectl set-ntp true): until it is right nothing is planned, swept or backed up."
        yield Finding("clock", False, f"{abs(skew).total_seconds():.0f} s {way} Telegram's", what)


def _webhook(settings: Settings, info: dict[str, Any]) -> Iterator[Finding]:
    url, waiting = str(info.get("url") or ""), f"{info.get('pending_update_count') or 0} updates wait"
    ours = webhook(settings)
    if url and ours is None:
        what = "Set WEBHOOK_URL, or delete the webhook (deleteWebhook) if nothing else uses this token."
        yield Finding("webhook", False, f"one is set ({shown(url)}), so polling gets nothing; {waiting}", what)
    elif ours is not None and not url:
        what = "The bot sets it when it starts, and again within two minutes when somebody deletes it."
        yield Finding("webhook", None, f"none is set; {waiting}", what)
    elif ours is not None and url != ours.url:
        what = "Stop the other program or give it another token; the bot sets its own when it starts."
        yield Finding("webhook", False, f"another one is set ({shown(url)}); {waiting}", what)
    elif ours is not None:
        yield Finding("webhook", True, f"ours is set; {waiting}")
    at, words = error_of(info)
    if words and ours is not None and url == ours.url:
        when = f"{at.astimezone(settings.timezone):%Y-%m-%d %H:%M}: " if at is not None else ""
        what = "Telegram must reach WEBHOOK_URL from outside; the proxy passes it on to LISTEN."
        yield Finding("webhook", False, f"the last error, {when}{words}; {waiting}", what)


def _calendar(settings: Settings, now: datetime) -> Iterator[Finding]:
    known = _calendars(settings)
    for year in sorted({now.year, (now + SOON).year}):
        state = known.national.state(year)
        if state is YearState.PROVISIONAL:
            what = (
                "Read the notice in once it is out: branch-bot calendar import-notice FILE,"
                " or in chat 工作日历 (/calendar); or upgrade chinesecalendar."
            )
            yield Finding("calendar", None, f"{year}: not announced yet, reckoned and shown as 暂定", what)
        else:
            how = "as announced" if state is YearState.OFFICIAL else "by a file of this organisation (override)"
            yield Finding("calendar", True, f"{year}: holidays {how}")
    if known.differing:
        yield Finding("calendar", True, f"branches with days of their own: {len(known.differing)}")


def _calendars(settings: Settings) -> Calendars:
    """As the rows have it; a database that cannot be read has a line of its own, and the bundled years remain."""
    try:
        with Storage(settings.database) as storage:
            require_newest(storage)
            with storage.reading() as session:
                return calendars(session)
    except (OldSchema, DatabaseError, OSError, ValueError):
        return Calendars()
