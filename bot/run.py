"""The front door: settings become storage, app and the signals that stop it."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app import App
from bot.errors import OURS, CannotReceive
from bot.features.accounts.service import claim_secretary, sits_or_none
from bot.features.registry import ANEW, HANDLERS, KEEPS, jobs
from bot.kit.redact import RedactSecrets, tell_in_the_log
from bot.kit.transport import AiohttpTransport
from bot.receiving.webhook import Webhook
from bot.settings import Settings
from bot.watch.nightly import Backups, NightlyWork
from scheduler.clock import Clock, SystemClock
from scheduler.clock_check import ClockCheck
from storage.backup import short_lived
from storage.connections import places
from storage.engine import Storage
from storage.leftovers import clear_up
from storage.privacy import tighten
from storage.revision import require_newest
from storage.transactions import unavailable

log = logging.getLogger(__name__)

# Calls to Telegram side by side: a burst of taps is two calls each, and one call is a round trip.
CONNECTIONS = 128
# What the nightly backup takes beside the bot's own.
BACKUP = 1
# Seconds between two looks at a database that is away at the start.
AGAIN_AFTER = (0.2, 0.5, 1.0, 2.0)
# After a stop was asked for; whatever has not ended by then is in the database and goes on at the next start.
STOP_WITHIN = 10.0
CHATTY = ("httpx", "httpcore", "aiohttp.access", "telegram", "apscheduler")
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_to_stderr(level: str) -> None:
    """Plain lines, without token, password and secret in any of them, nor a word of anybody."""
    handler = logging.StreamHandler()
    handler.addFilter(RedactSecrets())
    logging.basicConfig(level=level, format=FORMAT, handlers=[handler], force=True)
    tell_in_the_log()
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def run(settings: Settings, starts_at: datetime | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises OldSchema, StorageBusy, CannotReceive, BadSettings, or what died.

    starts_at: a rehearsal, the clock goes on from there.
    """
    token = settings.token
    log_to_stderr(settings.log_level)
    try:
        _run(settings, token, starts_at)
    except OURS:
        raise
    except Exception:
        log.exception("the bot has died")
        raise


def _run(settings: Settings, token: str, starts_at: datetime | None) -> None:
    with Storage(settings.database) as storage:
        storage.hold()
        clear_up(storage.url, [settings.backups, short_lived(settings.backups), settings.data_dir.absolute()])
        _tighten(storage, settings)
        until_there(storage, require_newest, require_connections)
        clock = SystemClock() if starts_at is None else SystemClock.starting_at(starts_at)
        if starts_at is not None:
            log.warning("a rehearsal: the clock starts at %s; what falls due is really sent", starts_at.isoformat())
        app = App(
            storage=storage,
            transport=AiohttpTransport(CONNECTIONS),
            clock=clock,
            tz=settings.timezone,
            token=token,
            api_url=settings.bot_api_url,
            handlers=HANDLERS,
            jobs=jobs(settings.timezone),
            listen=settings.listen,
            webhook=webhook(settings),
            operator=settings.operator_id,
            sources=ANEW,
            nightly_work=lambda clock_check: nightly_work(storage, clock, settings, clock_check).tasks(),
        )
        asyncio.run(_until_told(app, storage, settings, clock))


def _tighten(storage: Storage, settings: Settings) -> None:
    """Names and attendance are their owner's only; said in one line, because somebody may have wanted it otherwise."""
    mended, stuck = tighten(storage.url, settings.data_dir.absolute())
    if mended:
        log.warning("others could read %s: now only this user can", ", ".join(map(str, mended)))
    if stuck:
        log.warning("others can read %s, and that cannot be changed here", ", ".join(map(str, stuck)))


def until_there(storage: Storage, *checks: Callable[[Storage], None]) -> None:
    """A line that is cut just now, and a server that comes up, is asked again; one that stays away ends the start."""
    for check in checks:
        for pause in (*AGAIN_AFTER, None):
            try:
                check(storage)
                break
            except Exception as error:
                if pause is None or not unavailable(error):
                    raise
                log.warning("the database is away (%s): asked again in %g s", type(error).__name__, pause)
            time.sleep(pause)


def require_connections(storage: Storage) -> None:
    """Say how many a server has to have for us; raises CannotReceive when it has fewer left."""
    if storage.dialect == "sqlite":
        return
    needed = storage.connections + BACKUP
    with storage.reading() as session:
        left, limit = places(session)
    log.info("up to %d connections to PostgreSQL are taken, %d are left (%s)", needed, left, limit)
    if left < needed:
        raise CannotReceive(
            f"PostgreSQL has {left} connections left for this bot ({limit}), and it takes up to {needed}. "
            f"Raise {limit}, or end what takes them."
        )


def webhook(settings: Settings) -> Webhook | None:
    """Where Telegram is to come; None: the bot polls."""
    if not settings.webhook_url:
        return None
    return Webhook(settings.webhook_url, settings.webhook_secret.get_secret_value(), settings.token)


def nightly_work(storage: Storage, clock: Clock, settings: Settings, clock_check: ClockCheck) -> NightlyWork:
    """What is done every night and every few hours; a failure is told to the operator, else to the first secretary."""
    tell = settings.operator_id or settings.secretary_id
    backups = Backups(settings.backups, settings.backup_keep, tell, settings.backup_every)
    return NightlyWork(storage, clock, settings.timezone, backups, clock_check.off, KEEPS)


async def _until_told(app: App, storage: Storage, settings: Settings, clock: Clock) -> None:
    if settings.secretary_id is not None:
        secretary, now = settings.secretary_id, clock.now().astimezone(settings.timezone)
        await claim(storage, secretary, now)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, _stop, stop)
    await app.run(stop)


async def claim(storage: Storage, secretary: int, now: datetime) -> None:
    """The account of SECRETARY_ID sits down on the first branch's seat, once for all; later it is only looked at."""

    def sits(session: Session) -> bool:
        claim_secretary(session, secretary, "", now)
        return sits_or_none(session, secretary, now.date())

    if not await storage.write(sits):
        log.warning(
            "SECRETARY_ID does not name the secretary: the seat was claimed before, and the setting gives it to nobody "
            "again (branch-bot office give, branch-bot invites --person)"
        )


def _stop(stop: asyncio.Event) -> None:
    """Asked once: end what has begun. Asked twice, or not done in time: leave at once."""
    if stop.is_set():
        os._exit(1)
    stop.set()
    bound = threading.Timer(STOP_WITHIN, os._exit, (1,))
    bound.daemon = True
    bound.start()
