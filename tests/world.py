"""A whole bot against the playground, without a socket: what chat tests tap on."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.app import App, running
from bot.features import registry
from bot.kit import dialog
from bot.kit.handlers import Handler
from bot.kit.keyboard import digest, keyboard
from bot.playground import story
from bot.playground.acting import Stage
from bot.playground.clock import TravelClock
from bot.playground.local import ROOT, LocalTransport
from bot.playground.server import Playground
from bot.watch.command_menus import NO_OFFICE
from storage import audience
from storage.engine import Storage
from storage.models.organisation import GroupChat
from storage.models.outbox import Card
from storage.models.place import OwnKeyboard
from tests.cast import Cast, make_branch
from tests.keys import COMMANDS, somebody

SHANGHAI = ZoneInfo("Asia/Shanghai")
GROUP_ID = -5001
OPERATOR = 9001


@dataclass
class World:
    """The base branch of the stories, everybody bound, its group tied. `stage` acts; `storage` is looked into."""

    storage: Storage
    playground: Playground
    clock: TravelClock
    stage: Stage
    cast: Cast
    app: App


@asynccontextmanager
async def world(url: str, start: str, *, tied: bool = True) -> AsyncIterator[World]:
    """The bot, running, at a local time ('2023-07-03 09:00'); `tied`: the branch has its group chat."""
    now = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    storage = Storage(url)
    try:
        cast = prepare(storage, now, tied=tied)
        async with alive(storage, cast, now) as there:
            yield there
    finally:
        await storage.close()


def prepare(storage: Storage, now: datetime, *, tied: bool = True) -> Cast:
    """The branch, its people and its group, as rows."""
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        if tied:
            session.add(GroupChat(branch_id=cast.branch_id, chat_id=GROUP_ID, title="示范党支部群", tied_at=now))
    return cast


@asynccontextmanager
async def alive(
    storage: Storage,
    cast: Cast,
    now: datetime,
    handlers: Sequence[Handler] = registry.HANDLERS,
    date_ahead: timedelta | None = None,
    before: Callable[[Playground], None] = lambda playground: None,
    **more: Any,
) -> AsyncIterator[World]:
    """A bot on a database that is there already, in a playground where everybody has pressed start before.

    date_ahead: by how much the time that Telegram tells is ahead of `now`. before: what else the playground is to hold
    when the bot starts. `more` goes to the App: a webhook, where it listens.
    """
    clock = TravelClock(now)
    playground = Playground(clock, tz=SHANGHAI)
    playground.date_ahead = date_ahead
    people = {name: playground.person(cast.account(name), name) for name in cast.people}
    for person in people.values():
        person.chat.opened = True
    with storage.transaction() as session:
        give_keyboards(session, cast, now)
    playground.person(OPERATOR, "管理员").chat.opened = True
    group = playground.group(GROUP_ID, "示范党支部群", list(people.values()))
    before(playground)
    app = App(
        storage=storage,
        transport=LocalTransport(playground),
        clock=clock,
        tz=SHANGHAI,
        token=playground.token,
        api_url=ROOT,
        handlers=handlers,
        jobs=registry.jobs(SHANGHAI),
        operator=OPERATOR,
        sources=registry.ANEW,
        **more,
    )
    for name, read, sleeps in app.gauges():
        clock.watch(name, read, sleeps=sleeps)
    async with running(app):
        await clock.settle()
        yield World(storage, playground, clock, Stage(people, group, clock, SHANGHAI), cast, app)
    await playground.close()


def give_keyboards(session: Session, cast: Cast, now: datetime) -> None:
    """Whoever has pressed start has the keyboard of the own office; who has one already keeps it."""
    has, held = set(session.scalars(select(OwnKeyboard.telegram_id))), audience.offices(session, now.date())
    accounts = [account for name in cast.people if (account := cast.account(name)) not in has]
    rows = [
        {"telegram_id": account, "digest": _keys(held.get(account, NO_OFFICE)), "latest": ""} for account in accounts
    ]
    if rows:
        session.execute(insert(OwnKeyboard), rows)


@cache
def _keys(office: audience.Office) -> str:
    places = (1, 2) if office.several else (1,)
    return digest(keyboard(COMMANDS, somebody(*office.duties, places=places)))


async def make(bot: World) -> None:
    """The story until its first activity has a card in the group."""
    for when, act in story.STEPS:
        if when <= "2023-07-04 09:40":
            await bot.stage.at(when)
            await act(bot.stage)


async def touch(bot: World) -> None:
    """The count of the group's one card may have changed: it is edited."""
    with bot.storage.reading() as session:
        card = session.scalars(select(Card).where(Card.chat_id < 0)).one()
    assert bot.app.edge is not None
    bot.app.edge.cards.touch(card.kind, card.subject_id)
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=10))


def begun(bot: World, who: str, step: str, /, **draft: Any) -> int:
    """A question stands open as an earlier version left it; the id that its buttons name."""
    with bot.storage.transaction() as session:
        me = audience.find(session, bot.stage.people[who].id, bot.clock.now().date())
        assert me is not None
        return dialog.ask(session, me, step, bot.clock.now(), **draft).id
