"""Attacks by buttons: forged, from the future, replayed, and in the hands of somebody who has lost the office."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, get_type_hints

import pytest
import telegram
from sqlalchemy import func, select, update

from bot.features import registry
from bot.kit.access import NO_RIGHT
from bot.kit.buttons import OLD_BUTTON, Button
from bot.kit.handlers import Tap
from bot.kit.incoming import read
from storage.choices import Duty, InboxState
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.invite import Invite
from storage.models.person import DutySpan
from storage.models.study import MonthlyTheme
from tests.world import World, world

# What every update leaves behind, whatever becomes of it.
MACHINERY = frozenset({"inbox", "outbox", "promise", "job_run", "lease", "dialog", "draft", "card", "alembic_version"})
GARBAGE = [
    "",
    "si",
    "si:",
    "si:x",
    "si:1:2",
    "zz:1",
    "SI:1",
    "si:1\n",
    "si:" + "9" * 60,
    "\u202esi:1",
    "ma:1:2:god",
]


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-07 09:00") as there:
        yield there


def forged(button: type[Button], number: int, word: str) -> str:
    """The data of a button with every number and every word set to this one, whatever it may point at."""
    kinds = get_type_hints(button)

    def value(kind: Any) -> Any:
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return next(iter(kind))
        return number if kind is int else word

    return button(**{field.name: value(kinds[field.name]) for field in fields(button)}).pack()


def rows(bot: World) -> dict[str, int]:
    with bot.storage.reading() as session:
        return {
            of.name: session.scalar(select(func.count()).select_from(of)) or 0
            for of in METADATA.sorted_tables
            if of.name not in MACHINERY
        }


def parked(bot: World) -> list[str]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Inbox.fault).where(Inbox.state == InboxState.PARKED)))


async def test_forged_buttons_change_nothing_and_crash_nothing(bot: World) -> None:
    """Every button there is, pointing at nothing, pressed by a member and by a stranger: through the whole bot.

    What they may do to an open dialog is tried in test_forged.py.
    """
    await bot.stage.say("丙四", "帮助")
    message = bot.stage.people["丙四"].chat.from_bot[-1]
    stranger = bot.playground.person(9_001, "外人")
    buttons = [item.button for item in registry.HANDLERS if isinstance(item, Tap)]
    before = rows(bot)
    taps = []
    for person in (bot.stage.people["丙四"], stranger):
        for number, word in ((0, "go"), (-1, "²"), (2**62, "x")):
            data = [forged(button, number, word) for button in buttons[number % 2 :: 2]]
            taps += [await person.tap_data(message, each) for each in data]
        taps += [await person.tap_data(message, data) for data in GARBAGE]
        await bot.clock.settle()
    assert parked(bot) == []
    assert rows(bot) == before
    assert all(tap.toast is not None for tap in taps)


async def test_what_is_no_button_of_ours_is_politely_old(bot: World) -> None:
    await bot.stage.say("丙四", "帮助")
    message = bot.stage.people["丙四"].chat.from_bot[-1]
    for data in GARBAGE:
        tap = await bot.stage.people["丙四"].tap_data(message, data)
        await bot.clock.settle()
        assert tap.toast == OLD_BUTTON, data


async def test_letters_that_no_database_takes_are_taken_out(postgresql_url: str) -> None:
    """A modified client may send NUL: in a button, a text, the name of a file. PostgreSQL takes it nowhere."""
    async with world(postgresql_url, "2023-07-07 09:00") as bot:
        sender = bot.stage.people["甲一"]
        await bot.stage.say("甲一", "学习安排")
        await sender.tap_data(sender.chat.from_bot[-1], "sm:2023\0-09")
        await bot.clock.settle()
        await bot.stage.say("甲一", "九月\0主题")
        await bot.stage.tap("甲一", "加书目")
        await sender.upload_document("a\0.pdf", b"%PDF", caption="书\0名")
        await bot.clock.settle()
        assert parked(bot) == []
        with bot.storage.reading() as session:
            assert [theme.title for theme in session.scalars(select(MonthlyTheme))] == ["九月主题"]


@pytest.mark.parametrize("never", ["\0", "\ud800"], ids=["NUL", "half a pair"])
def test_a_visit_holds_only_letters(never: str) -> None:
    """Half a surrogate pair as well: it is no UTF-8, and no database takes it."""
    chat = {"id": 7, "type": "private", "title": f"x{never}"}
    file = {"file_id": "x", "file_unique_id": "x", "file_name": f"a{never}.pdf", "mime_type": f"x{never}"}
    sent = {"message_id": 1, "date": 1, "chat": chat, "from": {"id": 7, "is_bot": False, "first_name": f"甲{never}一"}}
    for content in ({"text": f"签{never}到"}, {"document": file, "caption": f"签{never}到"}):
        update = telegram.Update.de_json({"update_id": 1, "message": {**sent, **content}})
        visit = read(update, datetime(2023, 7, 7, tzinfo=UTC), UTC, "bot")
        assert visit is not None
        assert (visit.text, never in repr(visit), never in str(visit.facts)) == ("签到", False, False)
        assert [file.name for file in visit.files] in ([], ["a.pdf"])


async def test_a_button_kept_from_an_office_opens_nothing_after_it(bot: World) -> None:
    """Replayed weeks later by the former organization officer: the office is asked for anew."""
    await bot.stage.say("甲二", "党员")
    kept = bot.stage.people["甲二"].chat.from_bot[-1]

    def lose(session: Any) -> None:
        mine = (DutySpan.person_id == bot.cast["甲二"], DutySpan.duty == Duty.ORGANIZATION_OFFICER)
        session.execute(update(DutySpan).where(*mine).values(to_on=date(2023, 7, 7)))

    await bot.storage.write(lose)
    with bot.storage.reading() as session:
        before = session.scalar(select(func.count()).select_from(Invite))
    for data in ("pg", "pa", f"pi:{bot.cast['甲三']}", "ch:0:0:", "ew:0", f"ep:{bot.cast['甲三']}", "cw:1", "cr"):
        tap = await bot.stage.people["甲二"].tap_data(kept, data)
        await bot.clock.settle()
        assert tap.toast == "您没有办理此事的权限。如需办理，请联系支部书记。", data
    with bot.storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invite)) == before


async def test_somebody_else_s_dialog_is_nobody_s_to_answer(bot: World) -> None:
    """Another may guess the number that the button carries, and it is the number of an own dialog as well."""
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "注销数据")
    await bot.stage.tap("甲一", "下一页", "【注销数据】")
    await bot.stage.tap("甲一", "丙三")
    asked = bot.stage.people["甲一"].chat.find("【注销数据】丙三")
    for name in ("丙三", "乙一", "甲二"):
        for number in range(5):
            tap = await bot.stage.people[name].tap_data(asked, f"eg:{number}")
            await bot.clock.settle()
            assert tap.toast == NO_RIGHT
    await bot.stage.tap("甲一", "继续注销")
    await bot.stage.people["甲一"].tap_data(asked, "eg:2")
    await bot.clock.settle()
    assert any(
        member.button("确认注销") for member in bot.stage.people["甲一"].chat.from_bot if "再次确认" in member.text
    )
