"""登记项目 in chat: a unit's own kind made question by question, used, changed, and its figures in the tally."""

import pytest

from bot.features.register.own import declaring, service
from bot.features.register.quick.pasted import is_pasted
from tests.cli.test_kinds import GOOD
from tests.features.register.own_team import DOCUMENT
from tests.features.register.test_chat import MEMBER, PUB, SEC, last, said
from tests.features.register.test_chat import bot as bot
from tests.world import World

CLUB = ("读书沙龙", "次", "参加人员", "人员", "本数", "数量", "形式", "选项", "领读、讨论")


async def make(bot: World, *more: str, name: str = SEC) -> None:
    """读书沙龙: people, a number, a choice; `more`: what is answered behind them."""
    await bot.stage.say(name, "登记项目")
    await bot.stage.tap(name, "新增登记项目")
    await bot.stage.say(name, CLUB[0])
    await bot.stage.tap(name, CLUB[1])
    for label, kind in (CLUB[2:4], CLUB[4:6], CLUB[6:8]):
        await bot.stage.say(name, label)
        await bot.stage.tap(name, kind)
    await bot.stage.say(name, CLUB[8])
    for one in ("没有了", *(more or ("否", "书记、副书记"))):
        await bot.stage.tap(name, one)
    await bot.stage.tap(name, "保存")


async def meet(bot: World, day: str = "8月11日") -> None:
    await bot.stage.say(SEC, "登记")
    if "读书沙龙" not in last(bot, SEC).labels:
        await bot.stage.tap(SEC, "自设项目")
    await bot.stage.tap(SEC, "读书沙龙")
    await bot.stage.say(SEC, day)
    await bot.stage.say(SEC, "甲四、甲五、庚一")
    await bot.stage.say(SEC, "3本")
    await bot.stage.tap(SEC, "领读")
    await bot.stage.tap(SEC, "保存")


async def test_a_kind_is_made_in_chat_and_its_figure_opens_its_records(bot: World) -> None:
    await make(bot)
    assert last(bot, SEC).text == "已新增登记项目：读书沙龙。"
    await meet(bot)
    assert "已登记：2023年8月11日 甲四、甲五、庚一" in said(bot, SEC)
    await bot.stage.say(SEC, "季度数据")
    await bot.stage.tap(SEC, "清单")
    assert "读书沙龙1次" in last(bot, SEC).text
    assert "读书沙龙参加人员人次3人次" in last(bot, SEC).text
    assert "读书沙龙本数3" in last(bot, SEC).text
    await bot.stage.tap(SEC, "读书沙龙1次")
    assert "2023年8月11日 甲四、甲五、庚一" in last(bot, SEC).text


async def test_the_preview_says_what_will_be_asked(bot: World) -> None:
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "新增登记项目")
    await bot.stage.say(SEC, "一个过于冗长的名称")
    assert "请发送不超过8字的名称。" in said(bot, SEC)
    await bot.stage.say(SEC, "安全检查")
    await bot.stage.say(SEC, "处")
    await bot.stage.say(SEC, "检查地点")
    await bot.stage.tap(SEC, "地点")
    await bot.stage.tap(SEC, "没有了")
    await bot.stage.tap(SEC, "是")
    await bot.stage.tap(SEC, "另加青年委员")
    text = last(bot, SEC).text
    assert "1. 日期（日期，统计日期）\n2. 检查地点（地点）\n跟踪办理：责任人、完成期限，未办结、已办结" in text
    assert text.endswith("登记人：书记、副书记、组织委员、青年委员\n核对无误请点“保存”。"), text


async def test_money_is_not_recorded(bot: World) -> None:
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "新增登记项目")
    for words in ("爱心互助", "次"):
        await bot.stage.say(SEC, words)
    await bot.stage.say(SEC, "金额")
    assert "小助手不登记金额和证件号码。" in said(bot, SEC)


async def test_a_name_that_is_taken_is_refused(bot: World) -> None:
    await make(bot)
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "新增登记项目")
    for taken in ("读书沙龙", "指导支部"):
        await bot.stage.say(SEC, taken)
        assert f"已有登记类别“{taken}”，请换一个名称。" in said(bot, SEC)


async def test_a_field_is_added_renamed_and_dropped_and_the_kind_stopped(bot: World) -> None:
    await make(bot)
    await meet(bot)
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "读书沙龙")
    await bot.stage.tap(SEC, "新增内容")
    await bot.stage.say(SEC, "地点")
    await bot.stage.tap(SEC, "地点")
    await bot.stage.tap(SEC, "保存")
    await bot.stage.tap(SEC, "打开")
    await bot.stage.tap(SEC, "本数")
    await bot.stage.tap(SEC, "改名")
    await bot.stage.say(SEC, "图书册数")
    await bot.stage.tap(SEC, "保存")
    await bot.stage.tap(SEC, "打开")
    await bot.stage.tap(SEC, "形式")
    await bot.stage.tap(SEC, "停用")
    assert "形式" not in last(bot, SEC).text
    assert "图书册数（数量）" in last(bot, SEC).text
    await bot.stage.tap(SEC, "停用")
    assert "已停用，不能新增登记。" in last(bot, SEC).text
    await bot.stage.say(SEC, "登记")
    assert "自设项目" not in last(bot, SEC).labels
    await bot.stage.say(SEC, "台账")
    assert {"读书沙龙", "自设项目"} & {*last(bot, SEC).labels}


async def test_a_kind_without_entries_goes(bot: World) -> None:
    await make(bot)
    await bot.stage.tap(SEC, "打开")
    await bot.stage.tap(SEC, "停用")
    assert last(bot, SEC).text == "“读书沙龙”没有登记内容，已删除。"
    await bot.stage.tap(SEC, "登记项目")
    assert "读书沙龙" not in last(bot, SEC).text


async def test_its_words_open_it_and_words_that_name_none_are_not_understood(bot: World) -> None:
    await make(bot)
    await bot.stage.say(SEC, "登记读书沙龙")
    assert said(bot, SEC).startswith("【登记】读书沙龙")
    await bot.stage.say(SEC, "取消")
    await bot.stage.say(SEC, "读书沙龙台账")
    assert said(bot, SEC).startswith("【读书沙龙台账】")
    for words in ("登记来了", "某某台账"):
        await bot.stage.say(SEC, words)
        assert "没有看懂" in said(bot, SEC), said(bot, SEC)


async def test_its_name_alone_opens_its_list_for_who_reads_it(bot: World) -> None:
    await make(bot)
    await meet(bot)
    for name in (SEC, PUB):
        for words in ("读书沙龙", "读书沙龙。", "读书沙龙台账"):
            await bot.stage.say(name, words)
            assert said(bot, name).startswith("【读书沙龙台账】2023年第三季度"), (name, words)
    for name, words in ((MEMBER, "读书沙龙"), ("甲三", "读书沙龙"), (SEC, "读书沙"), (SEC, "读书沙龙和讨论")):
        await bot.stage.say(name, words)
        assert said(bot, name).startswith("没有看懂。您是要："), (name, words)
    # While a question is open it is the answer.
    await bot.stage.say(PUB, "登记宣传稿件")
    await bot.stage.say(PUB, "读书沙龙")
    assert "《读书沙龙》" in said(bot, PUB)


async def test_a_kind_that_is_stopped_still_opens_by_its_name(bot: World) -> None:
    await make(bot)
    await meet(bot)
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "读书沙龙")
    await bot.stage.tap(SEC, "停用")
    await bot.stage.say(SEC, "读书沙龙")
    assert said(bot, SEC).startswith("【读书沙龙台账】")


async def test_a_table_under_the_labels_of_an_own_kind_is_one(bot: World) -> None:
    """None of its headings is a word of a built-in kind; who may not record it gets none."""
    text = "出队日期\t服务内容\t参加党员\n8月10日\t课后辅导\t甲四、甲五\n8月11日\t修车\t甲四\n8月11日\t其他\t甲六"
    assert not is_pasted(text)
    await bot.stage.say(SEC, text)
    assert said(bot, SEC).startswith("没有看懂。您是要：")
    with bot.storage.transaction() as session:
        me, (team, _) = bot.cast.me(session, SEC, bot.clock.now().date()), declaring.read(DOCUMENT)
        assert team is not None
        service.put(session, bot.cast.branch_id, team, "service_team", 1, me, bot.clock.now())
    for shown in (text, text.replace("\t", "|"), text.replace("\t", "  ")):
        await bot.stage.say(SEC, shown)
        assert said(bot, SEC).startswith("【登记志愿服务队】读出2条"), shown
        assert "第3行" in said(bot, SEC)
        assert "登记2条" in last(bot, SEC).labels
    await bot.stage.tap(SEC, "登记2条")
    assert "已登记" in said(bot, SEC)
    for name in (MEMBER, PUB):
        await bot.stage.say(name, text)
        assert said(bot, name).startswith("没有看懂。您是要："), name


async def test_a_file_is_shown_and_added_and_again_as_the_next_revision(bot: World) -> None:
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "导入文件")
    wrong = GOOD.replace('unit = "次"', 'unit = "人次数"').replace('type = "number"', 'type = "integer"')
    await bot.stage.people[SEC].upload_document("kind.toml", wrong.encode())
    await bot.clock.settle()
    assert "第4行 kind.unit：最多2个字。\n第11行 fields.served.type：没有“integer”这种类型" in said(bot, SEC)
    await bot.stage.people[SEC].upload_document("kind.toml", GOOD.encode())
    await bot.clock.settle()
    assert said(bot, SEC).startswith("【新增登记项目】志愿服务队\n计量单位：次\n1. 出队日期（日期，统计日期）")
    await bot.stage.tap(SEC, "添加")
    assert said(bot, SEC) == "已新增登记项目：志愿服务队。"
    await bot.stage.say(SEC, "登记项目")
    await bot.stage.tap(SEC, "导入文件")
    await bot.stage.people[SEC].upload_document("kind.toml", GOOD.replace("服务人数", "服务群众").encode())
    await bot.clock.settle()
    assert said(bot, SEC).startswith("【调整登记项目】")
    await bot.stage.tap(SEC, "添加")
    assert said(bot, SEC) == "已调整：志愿服务队。"


@pytest.mark.parametrize("name", [PUB, MEMBER])
async def test_who_is_not_the_secretary_makes_none(bot: World, name: str) -> None:
    await bot.stage.say(name, "登记项目")
    assert "新增登记项目" not in last(bot, name).labels


async def test_an_office_that_is_named_keeps_it(bot: World) -> None:
    await make(bot, "否", "另加宣传委员")
    await bot.stage.say(PUB, "登记")
    assert "自设项目" in last(bot, PUB).labels
