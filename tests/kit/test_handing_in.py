"""A long text, a voice, photos and files that come with nothing open: offered as what is owed, taken in one tap."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.features.privacy import erasure
from bot.features.reflections import offered
from bot.kit import handing_in
from bot.kit.plain_words import NOT_UNDERSTOOD
from bot.playground.chats import Message
from storage.choices import MakeupState, PieceState
from storage.engine import Storage
from storage.models.attendance import Makeup
from storage.models.dialog import Dialog
from storage.models.inbox import Inbox
from storage.models.person import Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionPart, SelfCheckItem
from tests.features.activities.played import count, jump, play
from tests.features.reflections.test_chat import give
from tests.features.reflections.test_self_checks import give as give_check
from tests.features.reflections.test_self_checks import table
from tests.world import SHANGHAI, World, alive, prepare, world

START = "2023-08-21 09:00"
LONG = "通过这次学习，我深受触动，今后将严格要求自己，认真履行党员义务，做到学以致用、知行合一。" * 2
OFFER = "这是您的心得吗？\n廉政心得：请于8月31日（含）前提交心得。"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, START) as there:
        yield there


@pytest.fixture
async def july(chat_url: str) -> AsyncIterator[World]:
    """甲五 was on leave and has something to make up."""
    async with world(chat_url, "2023-07-03 09:00") as there:
        await play(there, "2023-07-07 16:45")
        yield there


def last(bot: World, name: str = "甲五") -> Message:
    return bot.stage.people[name].chat.last


async def say(bot: World, text: str, name: str = "甲五") -> list[str]:
    """What that is answered."""
    chat = bot.stage.people[name].chat
    before = len(chat.from_bot)
    await bot.stage.say(name, text)
    return [one.text for one in chat.from_bot[before:]]


def waits(bot: World, name: str = "甲五") -> list[str]:
    """The texts that wait."""
    with bot.storage.reading() as session:
        found = session.scalars(select(Dialog.draft).where(Dialog.person_id == bot.cast[name])).all()
    return [one["text"] for draft in found for one in draft.get(handing_in.SENT, [])]


def parts(bot: World) -> list[tuple[str, str]]:
    with bot.storage.reading() as session:
        rows = session.scalars(select(ReflectionPart).order_by(ReflectionPart.message_id))
        return [(row.kind, row.text) for row in rows]


def pieces(bot: World) -> list[PieceState]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Reflection.state)))


# --- one, several, none ----------------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_a_long_text_is_handed_in_by_one_tap(bot: World) -> None:
    await give(bot)
    assert await say(bot, LONG) == [OFFER]
    assert last(bot).labels == ["提交为心得", "不提交"]
    await bot.stage.tap("甲五", "提交为心得")
    assert (pieces(bot), parts(bot)) == ([PieceState.SUBMITTED], [("text", LONG)])
    assert last(bot).labels == ["修改重交"]
    assert waits(bot) == []
    assert any(LONG in one.text for one in bot.stage.people["乙二"].chat.from_bot)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("字" * 59, False),
        ("字" * 60, True),
        # As the house counts: an emoji is two.
        ("字" * 58 + "\U0001f600", True),
        ("字" * 57 + "\U0001f600", False),
        ("  " + "字" * 59 + "\n ", False),
    ],
    ids=["59", "60", "60 with an emoji", "59 with an emoji", "59 with blanks"],
)
async def test_from_sixty_characters_on(bot: World, text: str, offered: bool) -> None:
    await give(bot)
    [told] = await say(bot, text)
    assert (told == OFFER, told == NOT_UNDERSTOOD) == (offered, not offered)


async def test_nothing_is_owed(bot: World) -> None:
    assert await say(bot, LONG) == [handing_in.NOTHING]
    assert waits(bot) == []
    await bot.stage.people["甲五"].voice()
    await jump(bot, "2023-08-21 09:05")
    await bot.stage.people["甲五"].voice()
    await bot.clock.settle()
    assert last(bot).text == handing_in.NOTHING
    assert await say(bot, "取消") == ["没有正在填写的内容。"]


@pytest.mark.long
async def test_several_are_named(july: World) -> None:
    await give(july, due="7月31日")
    await give(july, title="支部书记党课心得", due="7月20日")
    [told] = await say(july, LONG)
    assert told == (
        "您要提交哪一项？\n1. 7月主题党日：请于7月14日（含）前补学。\n"
        "2. 支部书记党课心得：请于7月20日（含）前提交心得。\n3. 廉政心得：请于7月31日（含）前提交心得。"
    )
    assert last(july).labels == ["1. 补学：7月主题党日", "2. 心得：支部书记党课心得", "3. 心得：廉政心得", "不提交"]
    await july.stage.tap("甲五", "3. 心得")
    with july.storage.reading() as session:
        assert len(session.scalars(select(Reflection)).all()) == 1
    # One less; the make-up is offered beside the other still.
    await jump(july, "2023-07-07 17:30")
    [told] = await say(july, LONG)
    assert "廉政心得" not in told
    await july.stage.tap("甲五", "1. 补学")
    assert count(july, Makeup, Makeup.state == MakeupState.SUBMITTED) == 1


async def test_a_voluntary_task_is_offered_where_nothing_is_owed(bot: World) -> None:
    await give(bot, audience="自愿参加")
    [told] = await say(bot, LONG)
    assert told == "这是您的心得吗？\n廉政心得：可以提交心得。"
    await give(bot, title="警示教育心得")
    await jump(bot, "2023-08-21 09:05")
    [told] = await say(bot, LONG)
    assert "警示教育心得" in told
    assert "廉政心得" not in told


# --- every kind of message -------------------------------------------------------------------------------------------


@pytest.mark.long
async def test_a_make_up_by_each_kind(july: World) -> None:
    person = july.stage.people["甲五"]
    assert await say(july, LONG) == ["这是您的补学内容吗？\n7月主题党日：请于7月14日（含）前补学。"]
    await person.voice()
    await july.clock.settle()
    await july.clock.travel(july.clock.now() + timedelta(seconds=5))
    assert "共2条，将一并提交。" in last(july).text
    await person.upload_document("笔记.docx", b"PK", caption="学习笔记")
    await july.clock.travel(july.clock.now() + timedelta(seconds=5))
    await july.stage.tap("甲五", "提交为补学")
    with july.storage.reading() as session:
        [row] = session.scalars(select(Makeup)).all()
    assert row.note == f"{LONG}\n学习笔记"
    assert [(one["kind"], one["name"]) for one in row.files] == [("voice", None), ("document", "笔记.docx")]
    assert last(july).text == "7月主题党日：补学已提交，待审核。"
    reviewer = [one.text for one in july.stage.people["甲二"].chat.from_bot]
    assert any(LONG in text for text in reviewer)


async def test_an_album_is_one_offer(bot: World) -> None:
    """Asked about secret papers with it, noted as the tick is."""
    await give(bot)
    person = bot.stage.people["甲五"]
    before = len(person.chat.from_bot)
    for number in range(3):
        await person.photo(caption="心得手稿" if not number else "")
    await bot.clock.settle()
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    [shown] = person.chat.from_bot[before:]
    assert shown.text == f"{OFFER}\n共3条，将一并提交。\n{handing_in.PICTURES}"
    await bot.stage.tap("甲五", "提交为心得")
    assert parts(bot) == [("photo", "心得手稿"), ("photo", ""), ("photo", "")]
    assert pieces(bot) == [PieceState.SUBMITTED]


async def test_a_text_in_several_messages_is_one_offer(bot: World) -> None:
    await give(bot)
    assert await say(bot, "字" * 5500) == [f"{OFFER}\n共2条，将一并提交。"]
    await bot.stage.tap("甲五", "提交为心得")
    assert [len(text) for _, text in parts(bot)] == [4096, 1404]


@pytest.mark.long
async def test_one_too_long_for_a_make_up_is_sent_anew(july: World) -> None:
    await say(july, "字" * 3001)
    await july.stage.tap("甲五", "提交为补学")
    assert last(july).text.startswith("补学情况不超过3000字，没有提交")
    assert (count(july, Makeup), waits(july)) == (0, [])


async def test_a_second_one_is_added(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    await jump(bot, "2023-08-21 10:00")
    assert await say(bot, "补充：" + LONG) == [f"{OFFER}\n共2条，将一并提交。"]
    # The first message offers the same.
    old = bot.stage.people["甲五"].chat.find("这是您的心得吗？")
    await bot.stage.people["甲五"].tap(old, "提交为心得")
    await bot.clock.settle()
    assert [text for _, text in parts(bot)] == [LONG, "补充：" + LONG]


# --- what becomes of it ----------------------------------------------------------------------------------------------


async def test_not_handed_in(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    await bot.stage.tap("甲五", "不提交")
    assert (last(bot).text, waits(bot), pieces(bot)) == (handing_in.DROPPED, [], [])
    await jump(bot, "2023-08-21 09:10")
    await say(bot, LONG)
    assert await say(bot, "取消") == [handing_in.DROPPED]
    assert waits(bot) == []


@pytest.mark.both_databases
async def test_two_taps_are_one_hand_in(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    shown, person = last(bot), bot.stage.people["甲五"]
    taps = [await person.tap(shown, "提交为心得") for _ in range(2)]
    await bot.clock.settle()
    assert pieces(bot) == [PieceState.SUBMITTED]
    assert sorted(str(tap.answer.text if tap.answer else "") for tap in taps) == sorted(["已提交。", handing_in.OLD])


async def test_words_and_labels_pass_it_by(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    assert await say(bot, "我的待办") != [OFFER]
    assert await say(bot, "辛苦了") == ["不客气。"]
    assert waits(bot) == [LONG]
    # A question that is opened takes what is sent from then on.
    await bot.stage.tap("甲五", "交心得", "【心得")
    assert waits(bot) == []
    await say(bot, LONG)
    assert parts(bot) == [("text", LONG)]
    assert pieces(bot) == [PieceState.DRAFT]


async def test_an_open_draft_is_handed_in_only_after_a_look(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("甲五", "交心得", "廉政心得")
    await say(bot, "开头")
    await say(bot, "布置心得", "乙二")
    await bot.stage.say("甲五", "请假")
    with bot.storage.transaction() as session:
        session.execute(update(Dialog).values(step="", draft={}))
    await jump(bot, "2023-08-21 09:30")
    await say(bot, LONG)
    await bot.stage.tap("甲五", "提交为心得")
    assert pieces(bot) == [PieceState.DRAFT]
    assert "提交" in last(bot).labels
    await bot.stage.tap("甲五", "提交")
    assert pieces(bot) == [PieceState.SUBMITTED]
    assert [text for _, text in parts(bot)] == ["开头", LONG]


async def test_an_edit_of_what_waits(bot: World) -> None:
    await give(bot)
    person = bot.stage.people["甲五"]
    await say(bot, LONG)
    sent = next(one for one in person.chat.messages if one.text == LONG)
    await person.edit(sent, LONG + "（修改）")
    await bot.clock.settle()
    assert waits(bot) == [LONG + "（修改）"]


async def test_a_day_later_it_is_gone(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    shown = last(bot)
    await jump(bot, "2023-08-22 09:01")
    tap = await bot.stage.people["甲五"].tap(shown, "提交为心得")
    await bot.clock.settle()
    assert tap.answer is not None
    assert tap.answer.text == handing_in.OLD
    assert pieces(bot) == []


async def test_after_the_last_day_and_after_the_quarter(bot: World) -> None:
    """By the rules of the long way: late, and at last not offered."""
    await give(bot)
    await jump(bot, "2023-09-04 09:00")
    [told] = await say(bot, LONG)
    assert told == "这是您的心得吗？\n廉政心得：应于8月31日（含）前提交心得，已逾期，仍可补交。"
    await bot.stage.tap("甲五", "提交为心得")
    assert pieces(bot) == [PieceState.SUBMITTED]
    await jump(bot, "2023-11-01 09:00")
    assert await say(bot, LONG, "甲四") == [handing_in.NOTHING]


@pytest.mark.both_databases
async def test_a_restart_between(chat_url: str) -> None:
    now = datetime.fromisoformat(START).replace(tzinfo=SHANGHAI)
    storage = Storage(chat_url)
    try:
        cast = prepare(storage, now)
        async with alive(storage, cast, now) as bot:
            await give(bot)
            await say(bot, LONG)
        async with alive(storage, cast, now + timedelta(minutes=5)) as bot:
            # Telegram counts on.
            bot.playground.submit({"update_id": 800_000_000})
            assert await say(bot, LONG) == [f"{OFFER}\n共2条，将一并提交。"]
            await bot.stage.tap("甲五", "提交为心得")
            assert pieces(bot) == [PieceState.SUBMITTED]
    finally:
        await storage.close()


# --- who -------------------------------------------------------------------------------------------------------------


async def test_who_has_moved_away_hands_in_nothing(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    shown = last(bot)
    with bot.storage.transaction() as session:
        mine = RosterSpan.person_id == bot.cast["甲五"]
        session.execute(update(RosterSpan).where(mine).values(to_on=datetime(2023, 8, 22).date()))
    await jump(bot, "2023-08-22 08:50")
    await bot.stage.people["甲五"].tap(shown, "提交为心得")
    await say(bot, LONG)
    assert pieces(bot) == []


async def test_nobody_elses_offer_and_none_in_a_group(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    data = last(bot).buttons[0][0].data or ""
    await bot.stage.people["甲六"].tap_data(last(bot), data)
    await bot.clock.settle()
    assert (pieces(bot), waits(bot)) == ([], [LONG])
    before = len(bot.stage.group.chat.from_bot), len(bot.stage.people["甲四"].chat.from_bot)
    bot.stage.people["甲四"].say_in(bot.stage.group.chat, LONG)
    await bot.clock.settle()
    assert (len(bot.stage.group.chat.from_bot), len(bot.stage.people["甲四"].chat.from_bot)) == before
    assert waits(bot, "甲四") == []


async def test_a_stranger_is_told_as_ever(bot: World) -> None:
    await give(bot)
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bot.cast["甲五"]).values(telegram_id=None))
    [told] = await say(bot, LONG)
    assert "支部小助手仅供已登记人员使用" in told
    assert waits(bot) == []


async def test_erased_with_an_offer_open(bot: World) -> None:
    await give(bot)
    await say(bot, LONG)
    assert waits(bot) == [LONG]
    person = bot.cast["甲五"]
    with bot.storage.transaction() as session:
        today, secretary = bot.clock.now().date(), bot.cast.me(session, "甲一", bot.clock.now().date())
        erasure.erase(session, secretary, person, today, bot.clock.now())
    assert waits(bot) == []
    with bot.storage.reading() as session:
        assert not [one for one in session.scalars(select(Inbox.payload)) if one and LONG in one]


# --- a self-check ----------------------------------------------------------------------------------------------------

CHECKED = (
    "自查情况\n1. 问题：学习不够深入，满足于读文件，联系实际少。\n整改措施：每周集中学习一次，9月30日前完成。\n"
    "2. 问题：联系群众不够。\n整改措施：每月走访两户。"
)


async def test_a_self_check_is_read_or_the_way_is_told(bot: World) -> None:
    await give_check(bot)
    [told] = await say(bot, LONG)
    assert told.startswith("这是您的自查表吗？")
    await bot.stage.tap("甲五", "提交为自查表")
    assert last(bot).text.startswith("没有读出问题和整改措施，内容没有提交。")
    assert last(bot).labels == ["填自查表"]
    assert (pieces(bot), waits(bot)) == ([], [])
    await jump(bot, "2023-08-28 10:00")
    await say(bot, CHECKED)
    await bot.stage.tap("甲五", "提交为自查表")
    assert pieces(bot) == [PieceState.SUBMITTED]
    with bot.storage.reading() as session:
        rows = session.scalars(select(SelfCheckItem).order_by(SelfCheckItem.position)).all()
    assert [(row.problem, row.measure) for row in rows] == [
        ("学习不够深入，满足于读文件，联系实际少。", "每周集中学习一次，9月30日前完成。"),
        ("联系群众不够。", "每月走访两户。"),
    ]
    assert rows[0].due_on == datetime(2023, 9, 30).date()


async def test_a_form_file_is_read(bot: World) -> None:
    await give_check(bot)
    person = bot.stage.people["甲五"]
    await person.upload_document("自查表.xlsx", table((1, "学习不深", "加强学习", "", "")))
    await bot.clock.settle()
    assert last(bot).labels == ["提交为自查表", "不提交"]
    await bot.stage.tap("甲五", "提交为自查表")
    assert pieces(bot) == [PieceState.SUBMITTED]
    assert count(bot, SelfCheckItem) == 1
    await bot.stage.people["甲六"].upload_document("自查表.xlsx", table((1, "学习不深", "", "", "")))
    await bot.clock.settle()
    await bot.stage.tap("甲六", "提交为自查表")
    assert "有问题，没有整改措施" in last(bot, "甲六").text
    assert len(pieces(bot)) == 1


@pytest.mark.parametrize("caption", ["心得", "交心得", "心得体会。", "补学"])
async def test_a_caption_that_asks_for_a_hand_in_names_the_file(bot: World, caption: str) -> None:
    """As a word it would open the hand-in, and the file would be gone."""
    await give(bot)
    await bot.stage.people["甲五"].upload_document("心得.docx", b"PK", caption=caption)
    await bot.clock.settle()
    assert last(bot).text == OFFER
    await bot.stage.tap("甲五", "提交为心得")
    assert parts(bot) == [("document", caption)]


async def test_a_caption_with_another_word_does_that_and_says_so_of_the_file(bot: World) -> None:
    await give(bot)
    await bot.stage.people["甲五"].upload_document("心得.docx", b"PK", caption="我的待办")
    await bot.clock.settle()
    assert [one.text for one in bot.stage.people["甲五"].chat.from_bot[-1:]] == ["附带的文件没有收下。"]
    assert "廉政心得" in bot.stage.people["甲五"].chat.from_bot[-2].text


# --- an officer's file -----------------------------------------------------------------------------------------------


async def test_a_document_of_an_officer_is_a_notice(bot: World) -> None:
    await bot.stage.people["甲一"].upload_document("通知.pdf", b"%PDF", caption="请各位同志按时参加会议。")
    await bot.clock.settle()
    assert last(bot, "甲一").text == handing_in.USE
    assert last(bot, "甲一").labels == ["发通知", "取消"]
    await bot.stage.tap("甲一", "发通知")
    assert "请各位同志按时参加会议。" in last(bot, "甲一").text
    assert "1个（通知.pdf）" in last(bot, "甲一").text
    assert "发送" in last(bot, "甲一").labels
    # The caption names the use, as a word it would open an empty notice.
    await bot.stage.say("甲一", "取消")
    await bot.stage.people["甲一"].upload_document("方案.pdf", b"%PDF", caption="发通知")
    await bot.clock.settle()
    assert last(bot, "甲一").labels == ["发通知", "取消"]
    # A member has no use for it.
    await bot.stage.people["甲五"].upload_document("通知.pdf", b"%PDF")
    await bot.clock.settle()
    assert last(bot).text == handing_in.NOTHING


async def test_beside_what_the_officer_owes(bot: World) -> None:
    await give(bot)
    await bot.stage.people["甲一"].upload_document("心得.docx", b"PK")
    await bot.clock.settle()
    assert last(bot, "甲一").labels == ["提交为心得", "发通知", "不提交"]
    await bot.stage.tap("甲一", "发通知")
    assert "请发送通知内容" in last(bot, "甲一").text
    assert pieces(bot) == []


async def test_a_table_of_an_officer_is_a_roster(bot: World) -> None:
    await bot.stage.people["甲一"].upload_document("名册.csv", "姓名,党员类别\n".encode())
    await bot.clock.settle()
    assert last(bot, "甲一").labels == ["导入名册", "取消"]
    await bot.stage.tap("甲一", "导入名册")
    with bot.storage.reading() as session:
        step = session.scalar(select(Dialog.step).where(Dialog.person_id == bot.cast["甲一"]))
    assert step == "roster.file"
    assert "导入名册" not in last(bot, "甲一").labels


# --- what is another message ----------------------------------------------------------------------------------------


async def test_an_edit_in_the_group_is_another_message_of_the_same_number(bot: World) -> None:
    """Each chat counts its messages by itself."""
    await give(bot)
    person = bot.stage.people["甲五"]
    sent = await person.send(LONG)
    await bot.clock.settle()
    assert waits(bot) == [LONG]
    at = int(bot.clock.now().timestamp())
    said = {
        "message_id": sent.message_id,
        "from": {"id": person.id, "is_bot": False, "first_name": "甲五"},
        "chat": {"id": -5001, "type": "group", "title": "示范党支部群"},
        "date": at,
        "edit_date": at + 1,
        "text": "群里改过的话",
    }
    bot.playground.submit({"edited_message": said})
    await bot.clock.settle()
    assert waits(bot) == [LONG]


async def test_a_file_that_cannot_be_fetched_now_is_offered_still(bot: World) -> None:
    await give_check(bot)
    person = bot.stage.people["甲五"]
    await person.upload_document("自查表.xlsx", table((1, "学习不够", "每周学习", None, None)))
    await bot.clock.settle()
    bot.playground.faults.add("502", method="getFile")
    tap = await bot.stage.tap("甲五", "提交为自查表")
    assert tap.toast == offered.TRY_AGAIN
    await bot.stage.tap("甲五", "提交为自查表")
    assert pieces(bot) == [PieceState.SUBMITTED]
