"""One figure, declared once: in chat with its button and its records, in the JSON, on the command line."""

import ast
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.cli.tally_table import tally_rows
from bot.features.activities.counting.figures import of_occasions
from bot.features.registry import FEATURES, FIGURES, HANDLERS
from bot.features.tally import buttons, feature, service
from bot.features.tally.service import Tally, to_json
from bot.kit.buttons import LIMIT, Button, placed
from bot.kit.doors import OpenNames
from bot.kit.feature import Feature
from bot.kit.figures import Area, Section, Source, fixed, those, together
from bot.kit.handlers import Handler
from bot.kit.keyboard import with_words
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import ActivityType, Duty
from storage.engine import Storage
from tests.features.tally.test_chat import NOW, forge, hold_st1, labels, last
from tests.no_records import no_records
from tests.world import SHANGHAI, World, alive, prepare

LONG_DAYS = of_occasions(
    "long_days",
    "长时活动",
    formula="学时在3个以上的活动",
    rows=those(lambda held: held.hours > 3),
)
SECRET = of_occasions(
    "special_days",
    "专项活动",
    formula="只供书记查看的活动",
    rows=those(lambda held: held.hours > 3),
    opens_to=lambda me: Duty.SECRETARY in me.duties,
)
FEATURE = Feature(name="of_the_test", figures=fixed(LONG_DAYS, SECRET))


def test_a_figure_costs_six_lines_in_one_place() -> None:
    [node] = [
        one
        for one in ast.parse(Path(__file__).read_text()).body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "LONG_DAYS"
    ]
    assert node.end_lineno is not None
    assert node.end_lineno - node.lineno + 1 <= 6


def with_the_new() -> list[Handler]:
    """All handlers, those of the tally over one feature more."""
    assert feature.FEATURE.across is not None
    [present] = [one for one in FEATURES if one.name == "tally"]
    old, new = list(with_words(present.handlers)), feature.FEATURE.across([*FEATURES, FEATURE]).handlers
    return [*(one for one in HANDLERS if one not in old), *with_words(new)]


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        hold_st1(session, cast)
    async with alive(storage, cast, NOW, handlers=with_the_new()) as there:
        yield there
    await storage.close()


async def test_it_stands_in_chat_with_its_records(bot: World) -> None:
    await bot.stage.say("甲一", "季度数据")
    card = last(bot, "甲一")
    await bot.stage.tap("甲一", "组织生活")
    assert "主题党日1次\n出席率87.5%，参学率95.8%\n长时活动1次\n" in card.text
    assert "长时活动1次" in labels(card)
    await bot.stage.tap("甲一", "长时活动1次")
    head = "2023年第三季度（截至7月15日）\n【长时活动】共1次\n口径：学时在3个以上的活动。\n7月7日　7月主题党日\n"
    assert card.text.startswith(head)
    await bot.stage.tap("甲一", "7月7日")
    assert "甲六（迟到）" in last(bot, "甲一").text


async def test_who_may_not_open_it_sees_the_number_alone(bot: World) -> None:
    for name, may in (("甲一", True), ("甲二", False)):
        await bot.stage.say(name, "季度数据")
        await bot.stage.tap(name, "组织生活")
        card = last(bot, name)
        assert "专项活动1次" in card.text
        assert ("专项活动1次" in labels(card)) is may
        answer = await forge(bot, name, f"tf:20233:{SECRET.code}:0")
        assert answer == ("" if may else "您没有办理此事的权限。如需办理，请联系支部书记。")


async def test_a_figure_that_is_not_there_meets_a_polite_answer(bot: World) -> None:
    await bot.stage.say("甲一", "季度数据")
    for code in ("nothing", "00000000"):
        assert await forge(bot, "甲一", f"tf:20233:{code}:0") == "没有这项数据。"


async def test_it_stands_in_the_json_and_in_the_table(bot: World) -> None:
    with bot.storage.reading() as session:
        found = counted(session, bot.cast.branch_id)
    values = to_json(found)["figures"]
    assert (values["long_days"], found.behind["long_days"]) == (1, ["A1"])
    rows = tally_rows([one.figure for one in found.counted], values, {})
    assert {"in_chat": "长时活动", "figure": "long_days", "value": "1", "unit": "次"} in rows
    assert {"in_chat": "专项活动", "figure": "special_days", "value": "1", "unit": "次"} in rows
    # A frozen version keeps the names in their own order, and is read like a draft.
    by_name = json.loads(json.dumps(values, sort_keys=True))
    assert list(by_name) != list(values)
    again = tally_rows([one.figure for one in found.counted], by_name, {})
    assert [row["figure"] for row in again if "." not in row["figure"]] == [
        row["figure"] for row in rows if "." not in row["figure"]
    ]


def counted(session: Session, branch_id: int) -> Tally:
    figures = together(FIGURES, FEATURE.figures)
    return service.tally(session, branch_id, Period.of(Quarter(2023, 3)), NOW, SHANGHAI, figures=figures)


def test_every_figure_has_a_code_and_a_path_of_its_own() -> None:
    figures = FIGURES(no_records(), 1)
    assert len({one.code for one in figures}) == len({one.path for one in figures}) == len(figures)
    assert [one.path for one in figures if one.beside and one.beside not in {other.path for other in figures}] == []
    # What a card of an earlier version calls them.
    old = "all agenda lecture superior sent items themes pieces reminders open close in out full probationary exempt"
    assert {one.old for one in figures if one.old} == {*old.split(), "hours"}


CODE = "20230101-20230821"


@pytest.mark.parametrize(
    "button",
    [
        buttons.ShowTally(CODE),
        buttons.ShowSections(CODE),
        buttons.ShowArea(CODE, Area.MEETINGS, 0),
        buttons.ShowGroups(CODE, Area.MEETINGS, 0),
        buttons.ShowPeople(CODE, Area.MEETINGS, 0),
        buttons.ShowFormulas(CODE, Area.MEETINGS, 0),
        buttons.ShowPictures(CODE, Area.MEETINGS),
        buttons.ShowSection(CODE, Section.ORGANISATION),
        buttons.OpenType("20233", ActivityType.ORGANIZATIONAL_LIFE_MEETING, 99),
        buttons.OpenFigure(CODE, "ffffffff", 9999),
        buttons.OpenFigure(CODE, "probationary", 9999),
        OpenNames(CODE, 2**62),
        buttons.ShowMissing(CODE),
        buttons.ShowMine(CODE),
        buttons.ShowBelow(CODE, 9999),
        buttons.OpenBranch(CODE, 2**62),
        buttons.ExportBelow(CODE),
    ],
)
def test_every_button_of_any_period_fits_with_its_place(button: Button) -> None:
    data = placed(button, 10**15)
    assert len(data.encode()) <= LIMIT
    assert button.names_a_row or data.endswith("@1000000000000000")
    assert type(button).unpack(button.pack()) == button


def test_whoever_lacks_something_is_told_of() -> None:
    """未完成情况 asks the sources that figures are made of: one behind them is asked by nobody."""
    asked = {id(one.of) for one in FIGURES(no_records(), 1)}
    named = [
        f"{name}.{what}"
        for name, module in sorted(sys.modules.items())
        if name.startswith("bot.features.")
        for what, held in vars(module).items()
        if isinstance(held, Source) and held.lacking is not None and id(held) not in asked
    ]
    assert named == []
