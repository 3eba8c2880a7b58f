"""Every open question, preview and button of somebody with two places: answered where it was begun, or refused."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.features.registry import HANDLERS
from bot.kit import dialog as dialogs
from bot.kit.asking import NOTHING_OPEN
from bot.kit.buttons import placed
from bot.kit.edge import NOT_YOURS
from bot.kit.handlers import Answer, Command, Handler, Tap, Word
from bot.kit.text_routing import CANCELLED
from bot.playground.chats import Message
from storage.audience import Me, find
from storage.choices import Duty
from storage.engine import Storage
from storage.models.activity_file import ActivityFile
from storage.models.dialog import Dialog
from storage.models.person import DutySpan
from storage.models.place import ChosenPlace
from tests.attacks.forging import Watch, watch
from tests.cast import cast_of
from tests.rights.branch import NOW, SINCE, TODAY, Scene, prepare
from tests.rights.table import FURTHER, TABLE, Case
from tests.rights.trial import key
from tests.world import World, alive

WHO = "甲一"
# What every update leaves behind, a choice of place, and the office that is taken and given in the tests.
MACHINERY = {
    "inbox",
    "outbox",
    "promise",
    "job_run",
    "lease",
    "dialog",
    "draft",
    "card",
    "chosen_place",
    "command_menu",
    "own_keyboard",
    "duty_span",
}
BY_KEY: dict[str, Handler] = {key(handler): handler for handler in HANDLERS}
CASES = [(name, case) for name, case in (*TABLE.items(), *FURTHER) if isinstance(BY_KEY[name], Tap | Answer)]
ASKED = [(name, case) for name, case in CASES if case.open is not None]


@dataclass
class Town:
    """The bot with two branches, in each of which 甲一 is secretary; `here` is the own one."""

    bot: World
    made: Scene
    watched: Watch
    said: list[str] = field(default_factory=list)

    @property
    def there(self) -> int:
        return self.made.there.branch_id

    async def begun_there(self, case: Case, name: str) -> Me:
        """A question of the other branch stands open; the number on its buttons is 1."""

        def begin(session: Session) -> Me:
            me = find(session, self.made.accounts["secretary"], TODAY, self.there)
            assert me is not None
            assert me.branch_id == self.there
            dialogs.forget(session, me.id)
            if case.open is not None:
                step, draft = case.open
                dialogs.ask(session, me, step, NOW, **draft(self.made.there))
            return me

        return await self.bot.storage.write(begin)

    async def office_there(self, ends: bool) -> None:
        mine = (DutySpan.person_id == self.made.here.people[WHO], DutySpan.organisation_id == self.there)
        to_on = TODAY if ends else None
        await self.bot.storage.write(
            lambda session: session.execute(update(DutySpan).where(*mine).values(to_on=to_on)) and None
        )

    async def act(self, name: str, case: Case, card: Message) -> str:
        """The tap, or the text; what is heard of it."""
        who, heard = self.bot.stage.people[WHO], len(self.bot.stage.people[WHO].chat.from_bot)
        if isinstance(BY_KEY[name], Answer):
            await who.send(case.text or "是")
            await self.bot.clock.settle()
            return "\n".join(message.text for message in who.chat.from_bot[heard:])
        assert case.make is not None
        tapped = await who.tap_data(card, placed(case.make(self.made.there), self.there))
        await self.bot.clock.settle()
        return tapped.toast or ""

    def written_here(self) -> list[str]:
        """Rows of the own branch that have changed."""
        with self.bot.storage.reading() as session:
            lines = self.watched.written(session)
        return [line for line in lines if line.split()[0] not in MACHINERY and "place_chosen" not in line]


def two_places(session: Session, made: Scene) -> None:
    """甲一 keeps the other branch too, and nobody else has its seat."""
    session.execute(
        update(DutySpan)
        .where(DutySpan.organisation_id == made.there.branch_id, DutySpan.duty == Duty.SECRETARY)
        .values(person_id=made.here.people[WHO], from_on=SINCE)
    )


@asynccontextmanager
async def town_at(path: Path) -> AsyncIterator[Town]:
    with Storage(f"sqlite:///{path}") as storage:
        with storage.transaction() as session:
            made = prepare(session)
            two_places(session, made)
            # No file is due to be fetched: what the clock tries by itself is nobody's tap.
            session.execute(update(ActivityFile).values(again_at=NOW + timedelta(days=365)))
        # What is watched is the own branch: as in the attacks, where it is the other one.
        watched = watch(storage, Scene(made.there, made.here, made.accounts))
        # Whoever acts is somebody of the own branch: a row is that of what it is about.
        watched.theirs["person"].clear()
        with storage.reading() as session:
            cast = cast_of(session, made.here.branch_id)
        async with alive(storage, cast, NOW) as bot:
            yield Town(bot, made, watched)


@pytest.fixture
async def town(sqlite_template: Any, tmp_path: Path) -> AsyncIterator[Town]:
    path = tmp_path / "branch.db"
    path.write_bytes(sqlite_template.read_bytes())
    async with town_at(path) as there:
        await there.bot.stage.say(WHO, "帮助")
        there.watched.touched.clear()
        yield there


def card_of(town: Town) -> Message:
    return town.bot.stage.people[WHO].chat.from_bot[-1]


def test_every_question_that_the_bot_can_ask_is_walked() -> None:
    steps = {handler.step for handler in HANDLERS if isinstance(handler, Answer)} | {"activity.roll"}
    assert steps == {case.open[0] for _, case in ASKED if case.open is not None}


SOFT = ("answer:leave.reason", "answer:register.quick", "answer:offer.hand_in")


async def test_a_draft_of_an_office_that_has_ended_is_taken_nowhere(town: Town) -> None:
    """Typed or tapped, at every step there is: nothing of it comes into the branch that is left."""
    card = card_of(town)
    for name, case in ASKED:
        await town.office_there(ends=False)
        await town.begun_there(case, name)
        await town.office_there(ends=True)
        heard = await town.act(name, case, card)
        # A soft question lets what it cannot take go on: a reason is a text, a table is pasted anew.
        assert heard in (dialogs.ELSEWHERE, NOT_YOURS) or name in SOFT, (name, heard)
        assert town.written_here() == [], name


async def test_a_draft_is_taken_where_it_was_begun_whatever_was_chosen_since(town: Town) -> None:
    """The choice changed under an open question: nothing of it comes into the own branch either."""
    card = card_of(town)
    chosen = []
    for name, case in ASKED:
        await town.begun_there(case, name)
        heard = await town.act(name, case, card)
        chosen.append(heard)
        assert heard not in (dialogs.ELSEWHERE, NOT_YOURS), name
        assert town.written_here() == [], (name, heard)


async def test_after_a_switch_no_button_of_the_draft_fits(town: Town) -> None:
    card = card_of(town)
    for name, case in ASKED:
        if isinstance(BY_KEY[name], Answer):
            continue
        await town.begun_there(case, name)
        await town.bot.stage.people[WHO].tap_data(card, f"ow:{town.made.here.branch_id}")
        await town.bot.clock.settle()
        heard = await town.act(name, case, card)
        assert heard == NOTHING_OPEN or (heard.startswith("这") and heard.endswith("。")), (name, heard)
        assert town.written_here() == [], name


async def test_a_word_and_cancelling_are_free_of_a_draft_that_is_left_behind(town: Town) -> None:
    case = TABLE["answer:notice.text"]
    for text, answer in (("取消", CANCELLED), ("我还欠什么", ""), ("随便", dialogs.ELSEWHERE)):
        await town.office_there(ends=False)
        await town.begun_there(case, "answer:notice.text")
        await town.office_there(ends=True)
        await town.bot.stage.say(WHO, text)
        assert card_of(town).text.startswith(answer), text
        assert card_of(town).text != dialogs.ELSEWHERE or text == "随便"
    # It is told once, and over.
    await town.bot.stage.say(WHO, "随便")
    assert card_of(town).text != dialogs.ELSEWHERE


def shown(town: Town, since: int) -> Iterator[tuple[Message, str]]:
    for message in town.bot.stage.people[WHO].chat.from_bot[since:]:
        for line in message.buttons:
            yield from ((message, button.data) for button in line if button.data)


async def screens(town: Town, place: int) -> list[tuple[Message, str]]:
    """Every button that words and commands bring up while one acts for a place, and that those bring up once more."""

    def choose(session: Session) -> None:
        session.execute(delete(ChosenPlace))
        me = town.made.here.people[WHO]
        session.add(ChosenPlace(person_id=me, organisation_id=place, chosen_at=NOW))

    await town.bot.storage.write(choose)
    since = len(town.bot.stage.people[WHO].chat.from_bot)
    for handler in HANDLERS:
        if isinstance(handler, Command):
            await town.bot.stage.say(WHO, f"/{handler.name}")
        elif isinstance(handler, Word) and handler.words:
            await town.bot.stage.say(WHO, handler.words[0])
    await town.bot.clock.travel(town.bot.clock.now() + timedelta(seconds=30))
    return list(shown(town, since))


@pytest.mark.long
async def test_every_button_on_the_screens_of_an_ended_office_opens_nothing_in_the_branch_left(town: Town) -> None:
    """What names a row is that row's; what names none says for which branch it was shown."""
    found = await screens(town, town.there)
    nameless = {data for _, data in found if data.endswith(f"@{town.there}")}
    assert len({data.split("@")[0].split(":")[0] for data in nameless}) > 20
    await town.office_there(ends=True)
    town.watched.touched.clear()
    for number, (data, message) in enumerate({data: message for message, data in found}.items()):
        if number % 5 == 0:
            # Nobody taps so fast without end.
            await town.bot.clock.travel(town.bot.clock.now() + timedelta(seconds=10))
        tapped = await town.bot.stage.people[WHO].tap_data(message, data)
        await town.bot.clock.settle()
        if data in nameless:
            assert tapped.toast == NOT_YOURS, data
    assert town.written_here() == []


async def test_an_old_draft_goes_on_after_an_upgrade(town: Town) -> None:
    """One that an earlier version began for one of several places: for any of them, while there are several."""
    card, (name, case) = card_of(town), ("tap:PlainNotice", TABLE["tap:PlainNotice"])
    for several, heard in ((True, "通知正在发送。"), (False, dialogs.ELSEWHERE)):
        await town.office_there(ends=False)
        await town.begun_there(case, name)
        await town.bot.storage.write(
            lambda session: session.execute(update(Dialog).values(organisation_id=None)) and None
        )
        await town.office_there(ends=not several)
        assert await town.act(name, case, card) == heard
