"""The pictures of a tally: their numbers are those of its figures, of a closed quarter the frozen ones; in chat a photo
with the same in words, of the own group alone for its leader.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.tally import buttons, pictures
from bot.features.tally.messages import NOTHING
from bot.features.tally.service import Tally
from bot.kit.access import NO_RIGHT
from bot.kit.figures import Area
from bot.kit.pictures import Bars, words
from bot.kit.replies import Document
from bot.kit.replies import Message as Said
from bot.playground.chats import Message
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import AttendanceStatus
from storage.engine import Storage
from storage.models.organisation import PartyGroup
from tests.counting import over, tally
from tests.features.closes.desk import LATE, Q3, close, fix_roll
from tests.features.tally.conftest import SHANGHAI
from tests.features.tally.test_areas import LEADER, SEC, bot, opened
from tests.features.tally.test_chat import last
from tests.world import World

# The fixture of those tests.
__all__ = ["bot"]
Lay = Callable[[Session], Any]
YEAR = Period(date(2022, 1, 1), date(2023, 1, 1))


def total(found: list[Bars]) -> tuple[int, int]:
    """Of the whole branch, over all months."""
    bars = found[0].panels[0].bars
    return sum(one.part for one in bars), sum(one.whole for one in bars)


def overall(found: Tally) -> tuple[int, int]:
    figure = found.figures["branch_scope_overall"]
    return figure["present"], figure["expected"]


def test_the_numbers_are_those_of_the_figures(storage: Storage, lay: Lay) -> None:
    with storage.transaction() as session:
        lay(session)
        found, year = tally(session, 1, Q3, LATE, SHANGHAI), over(session, 1, YEAR, LATE, SHANGHAI)
        [attendance] = pictures.attendance(session, found)
        assert total([attendance]) == overall(found)
        assert [one.word for one in attendance.panels] == ["全支部", *found.groups.values()]
        # Nobody is counted in two groups, and nobody in none.
        whole, *groups = ([(bar.label, bar.part, bar.whole) for bar in one.bars] for one in attendance.panels)
        assert [label for label, *_ in whole] == ["7月", "8月", "9月"]
        added = [tuple(map(sum, zip(*(each[1:] for each in at), strict=True))) for at in zip(*groups, strict=True)]
        assert [(part, of) for _, part, of in whole] == added
        # Over more than a few months each group is one bar.
        [longer] = pictures.attendance(session, year)
        assert [len(one.bars) for one in longer.panels] == [10, len(year.groups)]
        assert total([longer]) == overall(year)
        assert sum(bar.whole for bar in longer.panels[1].bars) == overall(year)[1]

        [study] = pictures.completion(session, found)
        bars = study.panels[0].bars
        assert sum(bar.whole for bar in bars) == found.figures["study"]["expected_pairs"]
        assert sum(bar.part for bar in bars) == found.figures["study"]["completed_pairs"]
        assert len(bars) == found.figures["study"]["items"]

        [glance] = pictures.year(year, found)
        counts = {
            one.figure.word: one.figure.number(one.value) for one in year.counted if "by_type." in one.figure.path
        }
        assert {row.word: sum(row.counts) for row in glance.rows} == {
            word: count for word, count in counts.items() if word in {row.word for row in glance.rows}
        }
        assert sum(map(bool, counts.values())) == sum(any(row.counts) for row in glance.rows)
        assert [one.title.partition("：")[0] for one in pictures.of_report(session, found)] == [
            pictures.ATTENDANCE, pictures.COMPLETION, pictures.YEAR
        ]  # fmt: skip


def test_a_closed_quarter_shows_what_was_frozen(storage: Storage, lay: Lay) -> None:
    with storage.transaction() as session:
        lay(session)
        before = overall(tally(session, 1, Q3, LATE, SHANGHAI))
        close(session)
        fix_roll(session, 1, 3, AttendanceStatus.ABSENT)
        found = tally(session, 1, Q3, LATE, SHANGHAI)
        [drawn] = pictures.attendance(session, found)
        assert found.frozen is not None
        assert total([drawn]) == overall(found) == (before[0] - 1, before[1])
        assert drawn.title == "出席情况：2022年第三季度（第2版）"
        assert drawn.note.endswith(pictures.NOT_FROZEN)
        [study] = pictures.completion(session, found)
        assert sum(bar.whole for bar in study.panels[0].bars) == found.figures["study"]["expected_pairs"]


def test_of_nothing_there_is_no_picture_and_many_groups_go_on_in_their_order(storage: Storage, lay: Lay) -> None:
    with storage.transaction() as session:
        lay(session)
        session.add_all(
            PartyGroup(id=number, branch_id=1, name=f"第{number}党小组{'很长' * 12}") for number in range(3, 16)
        )
        session.flush()
        none = tally(session, 1, Quarter(2021, 1), LATE, SHANGHAI)
        assert not any(pictures.has_some(none, area) for area in Area)
        assert pictures.of_report(session, none) == []
        found = tally(session, 1, Q3, LATE, SHANGHAI)
        drawn = pictures.attendance(session, found)
        named = [bar.label for one in drawn for panel in one.panels[-1:] for bar in panel.bars if "党小组" in bar.label]
        assert named == list(found.groups.values())
        # What is too long for a caption follows as a message; nothing is left out.
        said = pictures.said(drawn)
        assert [type(one) for one in said].count(Document) == len(drawn)
        text = "\n".join(one.caption if isinstance(one, Document) else one.text for one in said)
        assert all(words(one) in text for one in drawn)
        assert any(isinstance(one, Said) for one in said) or all(len(words(one)) <= 1024 for one in drawn)


async def photos(bot: World, name: str, before: int) -> list[str]:
    """The captions of what came as photos since."""
    sent = [one for one in bot.stage.people[name].chat.messages if one.message_id > before and one.attachment]
    for one in sent:
        assert one.attachment is not None
        assert (one.attachment.kind, one.attachment.content[:4]) == ("photo", b"\x89PNG")
        assert one.attachment.shown[-1]["width"] == 1080
    return [one.text for one in sent]


async def test_a_photo_with_its_numbers_in_words(bot: World) -> None:
    card = await opened(bot, SEC, "三季度", "组织生活")
    await bot.stage.tap(SEC, "图表")
    attendance, year = await photos(bot, SEC, card.message_id)
    assert attendance.split("\n") == [
        "出席情况：2023年第三季度（截至7月15日）",
        "数字为出席率和实到/应到（人次）。",
        "全支部：7月87.5%（21/24）。",
        "第一党小组：7月88.9%（8/9）。",
        "第二党小组：7月85.7%（6/7）。",
        "第三党小组：7月87.5%（7/8）。",
    ]
    lines = year.split("\n")
    assert lines[0] == "活动一览：2023年（截至7月15日）"
    assert "主题党日2次：4月1次，7月1次。" in lines
    assert lines[-1].startswith("暂无：党员大会、支委会、党小组会、")
    # The frozen quarter has an activity still whose rows are gone; of study there was nothing, so there is no button.
    card = await opened(bot, SEC, "二季度", "组织生活")
    await bot.stage.tap(SEC, "图表")
    attendance, year = await photos(bot, SEC, card.message_id)
    assert "主题党日3次：4月1次，5月1次，7月1次。" in year
    assert attendance.split("\n")[0] == "出席情况：2023年第二季度（第1版）"
    assert "全支部：4月100%（23/23），5月100%（23/23），6月暂无。" in attendance
    assert "图表" not in (await opened(bot, SEC, "三季度", "队伍")).labels


async def test_a_leader_sees_the_own_group_and_a_member_nothing(bot: World) -> None:
    card = await opened(bot, LEADER, "三季度", "组织生活")
    await bot.stage.tap(LEADER, "图表")
    [attendance, year] = await photos(bot, LEADER, card.message_id)
    assert attendance.split("\n")[::2] == [
        "出席情况：2023年第三季度第一党小组（截至7月15日）",
        "第一党小组：7月88.9%（8/9）。",
    ]
    assert year.startswith("活动一览：2023年第一党小组（截至7月15日）\n")
    made_up = buttons.ShowPictures("20233", Area.MEETINGS)
    await bot.stage.say("甲五", "帮助")
    assert await refused(bot, "甲五", last(bot, "甲五"), made_up) == NO_RIGHT
    # Of a part or of a time without figures it says so.
    card = await opened(bot, SEC, "三季度")
    for made_up in (buttons.ShowPictures("20231", Area.STUDY), buttons.ShowPictures("20231", Area.LISTS)):
        assert await refused(bot, SEC, card, made_up) == NOTHING


async def refused(bot: World, name: str, card: Message, button: buttons.ShowPictures) -> str:
    """What a made-up tap hears, which brings no photo."""
    tap = await bot.stage.people[name].tap_data(card, button.pack())
    await bot.clock.settle()
    assert await photos(bot, name, 0) == []
    return tap.toast
