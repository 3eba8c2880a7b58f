"""Rare letters and their spellings: from a file, out in a table and in again, and typed in chat."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.features.roster_files.reading.reader import read_roster
from bot.features.roster_files.tables import LEDGER, roster_csv, roster_xlsx
from bot.kit.names import group_key, name_key
from bot.playground import story
from storage.models.person import Person
from tests.world import World, world

DESK = story.DESK
RARE = [
    "甲\U0003158e",
    "乙\U0002ebf5一",
    "丙\U0002cb4e",
    "丁\ue863",
    "戊𠱓",
    "葛\U000e0101",
    "己\ufa19",
    "李〇",
    "劉一",
    "庚🌟",
]


def names(*written: str) -> list[str]:
    """As they are read of a csv with a BOM."""
    lines = "".join(f"{name},男,第一党小组\n" for name in written)
    rows = read_roster(f"\ufeff姓名,性别,党小组\n{lines}".encode()).take().rows
    return [row.name for row in rows]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        # Extensions H and I and a private place.
        (["甲\U0003158e", "乙\U0002ebf5一", "丙\U0002cb4e", "丁\ue863"], None),
        (RARE, None),
        # Of names that differ by a rare letter alone none is another's.
        (["甲\U0003158e", "甲\U0003158f", "甲\ue863", "甲"], None),
        # Blanks.
        (["甲　\U0002cb4e", "李　〇", "王　五"], ["甲\U0002cb4e", "李〇", "王五"]),
        (
            ["甲 \U0003158e", "丁　\ue863", "己 \ufa19 一", "Anna  Li"],
            ["甲\U0003158e", "丁\ue863", "己\ufa19一", "Anna Li"],
        ),
        # Middle dots.
        (["阿甲·乙提"], None),
        (["阿甲•乙提"], ["阿甲·乙提"]),
        (["阿甲・丙提", "阿甲 ‧ 丁提", "阿乙･戊提"], ["阿甲·丙提", "阿甲·丁提", "阿乙·戊提"]),
        # Radicals.
        (["⽅一", "⻢二", "⾼ 三"], ["方一", "马二", "高三"]),
        (["⻰四", "⿈五", "⻬六"], ["龙四", "黃五", "齐六"]),
        (["丙\U0002cb4e", "丁䶮", "戊𠱓", "阿甲·乙提买买提江"], None),
    ],
)
def test_names_of_a_file(written: list[str], kept: list[str] | None) -> None:
    assert names(*written) == (kept or written)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (["阿甲·乙提"], ["阿甲•乙提"]),
        (["⽅一", "⻢二", "⾼ 三"], ["方一", "马二", "高三"]),
        (["丁\ue863", "阿甲·乙提"], ["丁䶮", "阿甲．乙提"]),
        (["葛\U000e0101一"], ["葛一"]),
    ],
)
def test_the_same_people_in_another_file(first: list[str], again: list[str]) -> None:
    assert [name_key(name) for name in names(*first)] == [name_key(name) for name in names(*again)]


def test_spellings_of_a_group_in_one_file() -> None:
    spelt = ["第一党小组", "第一小组", "第１党小组", "第1党小组", "第 一 党小组", "一组", "第一 党小组"]
    lines = "".join(f"甲{number},{group}\n" for number, group in enumerate([*spelt, "第一党小组（机关）"]))
    rows = read_roster(f"姓名,党小组\n{lines}".encode()).take().rows
    *same, other = [group_key(row.group) for row in rows]
    assert set(same) == {group_key("第一党小组")}
    assert other not in same


@pytest.mark.parametrize("table", [roster_csv, roster_xlsx])
def test_a_table_brings_every_letter_back(table: object) -> None:
    lines = [(str(at), name, *[""] * 4, f"{name}组", *[""] * 4, f"备注{name}") for at, name in enumerate(RARE)]
    assert callable(table)
    rows = read_roster(table([LEDGER, *lines])).take().rows
    assert [(row.name, row.group, row.notes) for row in rows] == [(name, f"{name}组", f"备注{name}") for name in RARE]


def test_what_no_table_can_hold_stops_none() -> None:
    """A remark from elsewhere with Word's line end and a bell."""
    content = roster_xlsx([LEDGER, ("1", "甲一", *[""] * 9, "一\x0b二\x07\ufffe")])
    [row] = read_roster(content).take().rows
    assert row.notes == "一二"


# --- in chat --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-07 09:00") as there:
        yield there


@pytest.mark.parametrize(
    ("typed", "name", "shown"),
    [
        ("丁\U0003158e", "丁\U0003158e", "丁〓（U+3158E）"),
        ("丁　\ue863", "丁\ue863", ""),
        ("阿甲 •\U0002cb4e⽅", "阿甲·\U0002cb4e方", ""),
    ],
)
async def test_a_typed_name_keeps_its_letters(bot: World, typed: str, name: str, shown: str) -> None:
    """Accepted at a meeting, invited, bound, and shown to its owner as a page and for programs."""
    await story.make_activity(bot.stage, ["党员大会"], "7月7日", "14:30", "三楼会议室")
    await bot.stage.at("2023-07-07 16:40")
    await story.settle(bot.stage, "7月党员大会", [])
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "接收预备党员", "【名册】")
    await bot.stage.say(DESK, typed)
    await bot.stage.say(DESK, "今天")
    await bot.stage.tap(DESK, "第二党小组", f"【接收预备党员】{name}")
    assert bot.stage.people[DESK].chat.from_bot[-1].text.startswith(f"已登记：{name}同志\n")
    await bot.stage.at("2023-07-08 09:00")
    await bot.stage.say(DESK, "党员")
    await bot.stage.tap(DESK, name)
    link = re.search(r"start=(i_[\w-]{22})", bot.stage.people[DESK].chat.from_bot[-1].text)
    player = bot.playground.person(4711, "W")
    await player.start(link[1] if link else "")
    await bot.clock.settle()
    assert f"{name}同志" in player.chat.from_bot[-1].text
    await player.send("我的数据")
    await bot.clock.settle()
    page, data = (message.document or b"" for message in player.chat.from_bot[-2:])
    assert f"<title>{name}同志的数据</title>" in page.decode()
    assert ("代替字库以外的字" in page.decode()) == bool(shown)
    assert shown in page.decode()
    assert f'"name": "{name}"' in data.decode()
    with bot.storage.reading() as session:
        assert session.scalars(select(Person.name).order_by(Person.id.desc())).first() == name
