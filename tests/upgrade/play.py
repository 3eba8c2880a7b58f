"""What a branch does in chat until the snapshot is taken: each feature begun, each question open, each page shown.

Two branches. 示范党支部 (13 of the people of the stories) does what a branch does in a month. 备课党支部 is all
secretaries, each of whom has left one page or one question of the bot open: holders of dialogs, one person each.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import service
from bot.features.accounts.rules import RosterRow
from bot.playground import story
from storage.choices import Duty, OrganisationKind
from storage.models.organisation import GroupChat, Organisation
from storage.models.person import DutySpan, Person
from tests.cast import Cast, make_branch
from tests.rights.states import NOTICE as NOTICE_OF_2024
from tests.world import GROUP_ID, SHANGHAI, World

BEGAN = datetime(2023, 3, 20, 8, 30, tzinfo=SHANGHAI)
SINCE = date(2023, 1, 1)
MAIN = [
    "甲一", "甲二", "甲三", "甲四", "甲五", "乙一", "乙二", "乙三", "乙四", "丙一", "丙二", "丙三", "丙四"
]  # fmt: skip
UNBOUND = ("甲四", "乙四")
TWO_PLACES, COMMITTEE = "丙三", "机关总支"
OTHER_GROUP = -5002
STRANGER = 8001
LEAVES = "丁乙"
ROSTER_FILE = "姓名,性别\n庚一,男\n".encode()
TRIAL = "试办一件事"


def prepare(session: Session) -> Cast:
    """The rows that a first day finds: a branch below a committee, everybody bound but two."""
    cast = make_branch(session, now=BEGAN, only=MAIN)
    unbound = Person.id.in_([cast[name] for name in UNBOUND])
    session.execute(update(Person).where(unbound).values(telegram_id=None, bound_at=None))
    session.add(GroupChat(branch_id=cast.branch_id, chat_id=GROUP_ID, title="示范党支部群", tied_at=BEGAN))
    above = Organisation(kind=OrganisationKind.GENERAL_BRANCH, name=COMMITTEE, settings={}, created_at=BEGAN)
    session.add(above)
    session.flush()
    session.execute(update(Organisation).where(Organisation.id != above.id).values(parent_id=above.id))
    session.add(_office(cast[TWO_PLACES], above.id, Duty.COMMITTEE_OFFICER))
    session.add(Person(branch_id=cast.branch_id, name="列席一", created_at=BEGAN))
    session.execute(update(Person).where(Person.id == cast["甲五"]).values(phone=f"138{STRANGER:08d}"))
    return Cast(cast.branch_id, {**cast.people, **dict.fromkeys(SEATS, 0)}, cast.groups)


def found_the_other(session: Session, cast: Cast, now: datetime) -> None:
    """备课党支部, on its first day: a secretary for each seat."""
    above = session.scalars(select(Organisation.id).where(Organisation.name == COMMITTEE)).one()
    other = service.add_branch(session, "备课党支部", None, now)
    rows = [RosterRow(name=name, group="第一党小组") for name in SEATS]
    service.import_roster(session, other, rows, now=now, since=now.date() - timedelta(days=7))
    session.flush()
    session.execute(update(Organisation).where(Organisation.id == other).values(parent_id=above))
    for person in session.scalars(select(Person).where(Person.branch_id == other)):
        person.telegram_id, person.bound_at, person.reachable = cast.account(person.name), now, True
        cast.people[person.name] = person.id
        if person.name != LEAVES:
            session.add(_office(person.id, other, Duty.SECRETARY))


def _office(person_id: int, organisation_id: int, duty: Duty) -> DutySpan:
    return DutySpan(person_id=person_id, organisation_id=organisation_id, duty=duty, from_on=SINCE)


# --- how an act is written -----------------------------------------------------------------------------------------

# "建活动": said; "[下一步]": the button of the newest message that has one; ("name", bytes): a file.
Act = str | tuple[str, bytes] | Callable[[World, str], Awaitable[None]]


async def act(bot: World, name: str, *acts: Act) -> None:
    for one in acts:
        if callable(one):
            await one(bot, name)
        elif isinstance(one, tuple):
            await bot.stage.people[name].upload_document(*one)
            await bot.clock.settle()
        elif one.startswith("["):
            label, _, about = one[1:].partition("]")
            await bot.stage.tap(name, label, about)
        else:
            await bot.stage.say(name, one)


async def first_button(bot: World, name: str) -> None:
    """Whatever the newest message offers first."""
    message = bot.stage.people[name].chat.last
    await bot.stage.people[name].tap_data(message, message.buttons[0][0].data or "")
    await bot.clock.settle()


async def photo(bot: World, name: str) -> None:
    await bot.stage.people[name].photo()
    await bot.clock.settle()


# --- 备课党支部: a question or a page each ---------------------------------------------------------------------------

LIST = "【节前提醒】"
REMINDER = ("节前提醒", f"[劳动]{LIST}")
ROSTER = ("党员", "[名册]【党员】")
PERSON = (*ROSTER, "[第一党小组]【名册】", "[丁01]请点姓名")
DATA = ("数据管理",)
WIZARD = ("建活动", "[主题党日]", "[下一步]【建活动】", "5月26日", "14:30", "三楼会议室")
LECTURES = ("建活动", "[党课]", "[集中研讨]", *WIZARD[2:])
TASK = ("布置心得", "[不关联]", "[全体党员]", "5月31日", "读书心得")
MONTH = ("学习安排", "[6月]")
# The first of them enters the theme, the others find it.
THEME = ("学习安排", "[5月]")
ITEM = (*THEME, "[加书目]", "论党的自我革命")
NEXT = first_button
# Each is (name of the question, what its holder did, what is answered): None where only buttons are there.
Question = tuple[str, Sequence[Act], Act | None]


def changes(kind: str, count: int, *first: Act) -> list[Question]:
    """A change of the roster, at each of its questions; those before are answered by the first button."""
    opened = (*(first or PERSON), f"[{kind}]")
    return [(f"roster.change {kind} {at}", (*opened, *([NEXT] * at)), "今天") for at in range(count)]


NEW = (*ROSTER, "[转入党员]", "戊一")
QUESTIONS: list[Question] = [
    ("integrity.day", (*REMINDER, f"[改日期]{LIST}"), "4月25日"),
    ("integrity.day ahead", (*REMINDER, f"[改日期]{LIST}"), "4月28日"),
    ("integrity.text", (*REMINDER, f"[改文字]{LIST}"), "（节日）期间，严禁公车私用。"),
    *(
        (f"integrity.words {word}", ("节前提醒", f"[文字设置]{LIST}", f"[{word}]【文字设置】"), "12388")
        for word in ("正文", "落款", "举报电话", "举报邮箱", "举报网站")
    ),
    *changes("党小组", 3),
    *changes("党内职务", 1),
    *changes("职级", 1),
    *changes("类别", 1),
    *changes("党员身份", 1),
    *changes("免于考勤", 5),
    ("", (*PERSON[:-1], "[丁甲]请点姓名", "[免于考勤]", *([NEXT] * 5)), None),
    *changes("恢复考勤", 2, *PERSON[:-1], "[丁甲]请点姓名"),
    *changes("转出", 2),
    ("", (*PERSON[:-1], "[丁乙]请点姓名", "[转出]", "4月25日", NEXT), None),
    *changes("转入", 3, *ROSTER, "[不在册]【名册】", "[丁乙]"),
    ("roster.change new name", (*ROSTER, "[转入党员]"), "戊一"),
    *((f"roster.change new {at}", (*NEW, *([NEXT] * at)), "今天") for at in range(4)),
    ("roster.change accepted name", (*ROSTER, "[接收预备党员]"), "己一"),
    ("roster.change accepted day", (*ROSTER, "[接收预备党员]", "己一"), "今天"),
    ("roster.file", ("导入名册",), ("名册.csv", ROSTER_FILE)),
    ("roster.look", ("导入名册", ("名册.csv", ROSTER_FILE)), ("名册.csv", ROSTER_FILE)),
    ("roster.since", ("导入名册", ("名册.csv", ROSTER_FILE), "[改生效日期]【导入名册】"), "4月20日"),
    ("roster.term", (*ROSTER, "[登记换届]"), "2021年1月4日"),
    ("notice.text", ("发通知",), "请报送材料"),
    ("notice.text draft", ("发通知", "请报送材枓"), "请报送材料"),
    ("activity.wizard types", ("建活动",), "主题党日"),
    ("activity.wizard types chosen", ("建活动", "[主题党日]"), "下一步"),
    ("activity.wizard group", ("建活动", "[党小组会]", "[下一步]【建活动】"), "第一党小组"),
    ("activity.wizard day", WIZARD[:3], "5月26日"),
    ("activity.wizard time", WIZARD[:4], "14:30"),
    ("activity.wizard place", WIZARD[:5], "礼堂"),
    ("activity.wizard confirm", WIZARD, "礼堂"),
    *(
        (f"activity.wizard {field}", (*WIZARD, f"[{label}]核对无误"), answer)
        for field, label, answer in (
            ("title", "标题", "五月主题党日"),
            ("length", "时长", "2小时"),
            ("hours", "学时", "4"),
            ("host", "主持人", "丁01"),
            ("agenda", "第一议题", "材料一\n材料二"),
            ("way", "发送方式", "发到群"),
        )
    ),
    ("activity.wizard lecturer", (*LECTURES, "[授课人]核对无误"), "丁01"),
    ("activity.wizard topic", (*LECTURES, "[研讨题目]核对无误"), "谈体会"),
    ("reflection.task subject", TASK[:1], "不关联"),
    ("reflection.task audience", TASK[:2], "全体党员"),
    ("reflection.task due", TASK[:3], "5月31日"),
    ("reflection.task title", TASK[:4], "读书心得"),
    ("reflection.task confirm", TASK, "另一题目"),
    ("reflection.task pieces", (*TASK, "[篇数]核对无误"), "2"),
    ("study.title", MONTH, "学思践悟"),
    ("", (*THEME, "学思践悟"), None),
    ("", ("学习安排", "[4月]", "没有按时发的主题"), None),
    ("", ("学习安排", "[4月]", "[立即发送]"), None),
    ("", ("移交书记",), None),
    ("study.change title", (*THEME, "[改主题]"), "新的主题"),
    ("study.change prompt", (*THEME, "[改提示语]"), "原原本本学。"),
    ("study.item name", (*THEME, "[加文件]"), "文件一"),
    ("study.item named", ITEM, "文件一"),
    ("study.item file", (*THEME, "[加文件]"), ("学习文件.pdf", b"%PDF-1.4")),
    ("study.item new name", (*ITEM, "[改名称]【加书目】"), "文件一"),
    ("study.item due", (*ITEM, "[改时限]【加书目】"), "6月25日"),
    ("care.narrow person", (*DATA, "[变更记录]【数据管理】", "[按人员]"), "丁01"),
    ("care.narrow day", (*DATA, "[变更记录]【数据管理】", "[按日期]"), "3月30日"),
    ("care.word", (*DATA, "[禁发词语]【数据管理】", "[增加词语]"), "某某项目"),
    ("care.whom", (*DATA, "[注销数据]【数据管理】"), "丁90"),
    ("care.erase", (*DATA, "[注销数据]【数据管理】", "[丁02]"), "是"),
    ("care.erase again", (*DATA, "[注销数据]【数据管理】", "[丁03]", "[继续注销]"), "是"),
    ("calendar.notice", ("工作日历", "[读入通知]"), "2027年元旦放假。"),
    ("calendar.own", ("工作日历", "[加放假日]"), "7月1日 建党节"),
    ("calendar.own worked", ("工作日历", "[加上班日]"), "7月2日 加班"),
    ("calendar.look", ("工作日历", "[读入通知]", NOTICE_OF_2024), NOTICE_OF_2024),
]  # fmt: skip

SEATS = ["丁甲", "丁乙", *(f"丁{number:02}" for number in range(1, len(QUESTIONS) + 1))]
HOLDERS = dict(zip(SEATS[2:], QUESTIONS, strict=True))


# --- 示范党支部: a month -----------------------------------------------------------------------------------------

SEC, DEP, ORG, PUB, DIS, LEADER = "甲一", "乙一", "甲二", "丙一", "乙二", "甲三"
EVERYBODY = [name for name in MAIN if name not in UNBOUND]
HELD, FILM, LECTURE, TODAY, OFF = "4月主题党日", "4月警示教育", "4月党课", "4月党员大会", "4月支委会"


async def march(bot: World) -> None:
    await bot.stage.at("2023-03-20 09:00")
    await act(bot, ORG, *ROSTER, "[登记换届]", "2020年5月27日")
    await bot.stage.at("2023-03-31 10:00")
    await bot.stage.tap_all([SEC, ORG, DEP], "已阅", "清明")
    await act(bot, PUB, "学习安排", "[4月]", "学思践悟强党性")
    await act(bot, PUB, "[加书目]4月学习安排", "论党的自我革命", "[保存]【加书目】")
    await act(bot, PUB, "[加文件]4月学习安排", ("学习文件.pdf", b"%PDF-1.4"), "[保存]【加文件】")


async def held(bot: World) -> None:
    """An activity with everything that follows it."""
    await bot.stage.at("2023-04-03 10:00")
    await bot.stage.tap_all(["甲五", "乙三"], "已学完 1", "【4月学习】")
    await bot.stage.at("2023-04-06 09:30")
    await story.make_activity(bot.stage, ["主题党日"], "4月10日", "14:30", "三楼会议室", hours="4学时")
    await bot.stage.tap_all([SEC, ORG, DEP, PUB], "收到", HELD, bot.stage.group.chat)
    for name, kind, verdict in (("甲五", "公差", "批准"), ("乙三", "病假", "批准"), ("丙二", "事假", "不批准")):
        await bot.stage.tap(name, "请假", HELD, bot.stage.group.chat)
        await bot.stage.tap(name, kind, HELD)
        await bot.stage.tap(ORG, verdict, f"【请假审批】{name}")
    await bot.stage.at("2023-04-10 14:20")
    away = ("甲五", "乙三", "丙二")
    await story.sign_in(bot.stage, [name for name in EVERYBODY if name not in away], HELD)
    await bot.stage.at("2023-04-10 16:40")
    await story.settle(bot.stage, HELD, ["丙二"])
    await bot.stage.at("2023-04-11 19:00")
    await act(bot, "甲五", f"[补学材料]{HELD}", "已自学。")
    await act(bot, ORG, "[退回]【补学审核】甲五", "请写明所学内容。")
    await act(bot, "乙三", f"[补学材料]{HELD}", "已自学主题党日材料。")


async def called_off(bot: World) -> None:
    await bot.stage.at("2023-04-12 09:30")
    await story.make_activity(bot.stage, ["支委会"], "4月14日", "15:00", "小会议室")
    await act(bot, ORG, f"[取消活动]{OFF}", f"[确定取消]{OFF}")


async def film(bot: World) -> None:
    """Held, and its roll not called; pieces are asked for, and stand at each of their states."""
    await bot.stage.at("2023-04-17 09:30")
    await story.make_activity(bot.stage, ["警示教育"], "4月20日", "15:00", "三楼会议室", by=DIS)
    await bot.stage.tap_all([SEC, ORG, DEP, PUB], "收到", FILM, bot.stage.group.chat)
    await bot.stage.at("2023-04-20 14:50")
    await story.sign_in(bot.stage, [SEC, ORG, DEP, PUB, DIS, "甲五"], FILM)
    await bot.stage.at("2023-04-20 17:30")
    await act(bot, DIS, "布置心得", "[4月20日]请选择心得关联", "[全体党员]请选择对象", "4月28日", "[布置]核对无误")
    for name in (PUB, LEADER, DEP):
        await story_piece(bot, name)
    await act(bot, DIS, f"[通过]【心得审阅】{PUB}")
    await act(bot, DIS, f"[退回]【心得审阅】{LEADER}", "[请补充个人体会]")


async def story_piece(bot: World, name: str) -> None:
    await act(bot, name, "[交心得]【心得体会】", "观看警示教育片，深受触动。", "[提交]【交心得】")


async def ahead(bot: World) -> None:
    """Told to the group and to each, then moved; the leader's own; leave that waits for a word."""
    await bot.stage.at("2023-04-24 09:30")
    await story.make_activity(bot.stage, ["党课"], "4月27日", "14:30", "三楼会议室", way="群和私聊")
    await bot.stage.tap_all([SEC, DEP], "收到", LECTURE, bot.stage.group.chat)
    await act(bot, ORG, f"[改期]{LECTURE}", "4月28日 14:30", "[确定改期]新的时间：")
    await bot.stage.tap_all([SEC, PUB], "收到", LECTURE, bot.stage.group.chat)
    for name, kind in (("甲五", "公差"), ("丙二", "事假")):
        await bot.stage.tap(name, "请假", LECTURE, bot.stage.group.chat)
        await bot.stage.tap(name, kind, LECTURE)
    await act(bot, ORG, "[批准]【请假审批】甲五")
    await story.make_activity(bot.stage, ["党小组会"], "5月4日", "16:00", "小会议室", by=LEADER, group="第一党小组")
    await story.make_activity(bot.stage, ["党员大会"], "4月26日", "14:30", "三楼会议室")
    await bot.stage.tap_all(EVERYBODY[:6], "收到", TODAY, bot.stage.group.chat)


async def nudges(bot: World) -> None:
    """The digest of the 25th; a leader reminds; somebody puts it off."""
    await bot.stage.at("2023-04-25 09:40")
    await act(bot, LEADER, "本组未完成")
    await act(bot, SEC, "未完成名单")
    await act(bot, DIS, "节前提醒", f"[劳动]{LIST}", f"[改日期]{LIST}", "4月27日")
    await act(bot, ORG, *ROSTER, "[第一党小组]【名册】", "[甲五]请点姓名", "[职级]", "[副科]", "[今天]", "[工作调整]")
    await act(
        bot, ORG, *ROSTER, "[第三党小组]【名册】", "[丙四]请点姓名", "[免于考勤]", NEXT, "[今天]", "5月4日", NEXT, NEXT
    )


# --- the last day ------------------------------------------------------------------------------------------------

# Who opens which page; what is tapped stands on the message that the page before was.
TIMING = ("节前提醒", f"[时间设置]{LIST}")
QUARTER = ("季度数据", "[看明细]第二季度")
PAGES: list[tuple[str, Sequence[Act]]] = [
    (SEC, ("党员",)),
    (SEC, ("党员", "[甲四]【党员】")),
    (SEC, ("党员", "[打印邀请单]【党员】")),
    (SEC, ("党员", "[绑定工作群]【党员】")),
    (SEC, ("党员", "[更换账号]【党员】")),
    (SEC, ("党员", "[更换账号]【党员】", "[甲五]【更换账号】")),
    (SEC, ("党员", "[更换账号]【党员】", "[甲五]【更换账号】", "[解除绑定]")),
    (SEC, ROSTER),
    (SEC, (*ROSTER, "[第一党小组]【名册】")),
    (SEC, (*ROSTER, "[第一党小组]【名册】", "[甲五]请点姓名")),
    (SEC, ("名册 2023-04-01",)),
    (SEC, ("移交书记",)),
    (SEC, ("移交书记", "[乙三]【移交书记】")),
    (SEC, ("考勤",)),
    (SEC, ("未完成名单",)),
    (SEC, ("学习安排",)),
    (SEC, ("学习安排", "[4月]")),
    (SEC, ("学习安排", "[4月]", "[撤回 1]4月学习安排")),
    (SEC, ("布置心得", "[已布置的心得]")),
    (SEC, ("布置心得", "[已布置的心得]", "[4月警示教育]")),
    (SEC, ("布置心得", "[已布置的心得]", "[4月警示教育]", "[取消任务]")),
    (SEC, ("数据管理",)),
    (SEC, (*DATA, "[变更记录]【数据管理】")),
    (SEC, (*DATA, "[变更记录]【数据管理】", "[按人员]", "甲")),
    (SEC, (*DATA, "[保存期限]【数据管理】")),
    (SEC, (*DATA, "[保存期限]【数据管理】", "[收到的消息]")),
    (SEC, (*DATA, "[保存期限]【数据管理】", "[收到的消息]", "[90天]")),
    (SEC, (*DATA, "[保存期限]【数据管理】", "[收到的消息]", "[30天]", "[确定]", "[现在清理]")),
    (SEC, (*DATA, "[保存期限]【数据管理】")),
    (SEC, (*DATA, "[注销数据]【数据管理】")),
    (DEP, (*DATA, "[禁发词语]【数据管理】", "[增加词语]", "某某项目")),
    (DEP, ("工作日历", "[加放假日]", "6月1日 儿童节")),
    (DEP, ("工作日历",)),
    (SEC, ("季度数据",)),
    (SEC, ("一季度",)),
    (SEC, QUARTER),
    *((SEC, (*QUARTER, f"[{label}]")) for label in ("组织生活", "学习", "心得", "提醒", "人员")),
    (SEC, (*QUARTER, "[组织生活]", NEXT)),
    (SEC, (*QUARTER, "[组织生活]", NEXT, NEXT)),
    (SEC, (*QUARTER, "[人员]", NEXT)),
    (SEC, ("季度数据", "[谁还缺]第二季度")),
    (ORG, (f"[考勤名单]{TODAY}",)),
    (ORG, (f"[回复名单]{LECTURE}",)),
    (ORG, (f"[签到码]{TODAY}",)),
    (ORG, (f"[补登]{TODAY}",)),
    (ORG, (f"[补登]{TODAY}", "[丙三]【补登】")),
    (ORG, (f"[补登]{TODAY}", "[登记列席]【补登】")),
    (ORG, ("考勤", "[4月28日]", f"[取消活动]{LECTURE}")),
    (LEADER, ("签到",)),
    ("丙二", (f"[收到]{TODAY}",)),
    ("乙三", ("[请假]4月党课",)),
    ("乙三", ("[请假]4月党课", "[事假]4月党课")),
    ("乙三", ("[交心得]4月警示教育", "体会", "[提交]")),
    (LEADER, ("本组考勤",)),
    (LEADER, ("本组未完成",)),
    (DIS, ("节前提醒",)),
    (DIS, REMINDER),
    (DIS, TIMING),
    *(
        (DIS, ("节前提醒", f"[时间设置]{LIST}", f"[{page}]【时间设置】"))
        for page in ("提前天数", "发送时间", "合并提醒")
    ),
    (DIS, ("节前提醒", f"[文字设置]{LIST}")),
    (DIS, ("节前提醒", f"[文字设置]{LIST}", "[严禁事项]【文字设置】")),
    (DIS, ("节前提醒", f"[文字设置]{LIST}", "[落款]【文字设置】", "机关纪委")),
    (DIS, ("节前提醒", f"[文字设置]{LIST}", "[落款]【文字设置】")),
    (DIS, ("节前提醒", f"[未阅名单]{LIST}")),
    (DIS, ("审阅",)),
    (DIS, ("审阅", "[乙一]")),
    (PUB, ("我的学习",)),
    (PUB, ("学完了",)),
    ("甲五", ("我的记录",)),
    ("甲五", ("我的",)),
    ("甲五", ("我还欠什么",)),
    ("甲五", ("我的数据",)),
    ("丙二", ("帮助",)),
    (TWO_PLACES, ("切换支部",)),
    (TWO_PLACES, ("切换支部", f"[{COMMITTEE}]")),
    (TWO_PLACES, ("季度数据",)),
    (TWO_PLACES, ("季度数据", "[示范党支部]")),
]


async def pages(bot: World) -> None:
    await bot.stage.tap_all([SEC, ORG, "乙三"], "签到", TODAY, bot.stage.group.chat)
    for name, acts in PAGES:
        await act(bot, name, *acts)


async def strangers(bot: World) -> None:
    """Somebody asks by number for a seat; another branch asks for the group."""
    newcomer = bot.playground.person(STRANGER, "路人")
    await newcomer.start()
    await bot.clock.settle()
    await newcomer.share_contact()
    second = bot.playground.person(STRANGER + 1, "另一路人")
    await second.start()
    await bot.clock.settle()
    await second.share_contact(f"+86138{STRANGER:08d}")
    await bot.clock.settle()
    await act(bot, SEC, "[选择姓名]绑定申请")
    await act(bot, "丁甲", "党员", "[绑定工作群]【党员】")
    url = bot.stage.people["丁甲"].chat.last.buttons[0][0].url or ""
    await bot.stage.group.add_bot(bot.stage.people["丁甲"], url.partition("startgroup=")[2])
    await bot.clock.settle()


async def questions(bot: World) -> None:
    """The seats of the other branch, and what only the first one has: each with a question open."""
    for name, (_, acts, _) in HOLDERS.items():
        await act(bot, name, *acts)
    for name, (_, acts, _) in OWN.items():
        await act(bot, name, *acts)


# Questions about what only 示范党支部 has.
OWN: dict[str, Question] = {
    ORG: ("activity.makeup_reason", ("[退回]【补学审核】乙三",), "请写明所学内容。"),
    DEP: ("activity.roll", ("考勤", "[4月20日]", f"[点名]{FILM}"), None),
    PUB: ("reflection.reason", (f"[退回]【心得审阅】{DEP}",), "请再具体一些。"),
    LEADER: ("activity.postpone", ("[改期]5月党小组会", "5月5日 15:00"), "5月5日 16:30"),
    "丙二": ("reflection.parts", ("[交心得]4月警示教育", "第一段", "第二段", photo), "第三段"),
    "甲五": ("activity.makeup", (f"[重新提交]{HELD}", photo), "已自学。"),
    SEC: ("broadcast.text", ("发通知", "请报送材枓", "[发送]请报送", "[更正内容]", "请报送材料"), "请于周五前报送"),
}


async def halfway(bot: World) -> None:
    """Telegram takes nothing for one: what goes to many stands half-way; one of it was stopped, one nearly."""
    hold(bot, TWO_PLACES)
    for name, title in ((DIS, "廉政心得"), (ORG, "读书心得"), (SEC, "五一心得")):
        await act(bot, name, "布置心得", "[不关联]请选择", "[全体党员]请选择对象", "5月19日", title)
        await act(bot, name, "[发给自己看看]核对无误", "[布置]核对无误")
    await act(bot, ORG, "[停止发送]读书心得", "[确定停止]")
    await act(bot, SEC, "[停止发送]五一心得")
    await act(bot, PUB, "学习安排", "[4月]", "[加书目]4月学习安排", "另一本书", "[保存]【加书目】")


async def breaking_off(bot: World) -> None:
    """Telegram takes nothing for anybody any more: answers, notices and corrections wait."""
    await act(bot, DIS, "[更正内容]清明", "请严守纪律，廉洁过节，不收礼。")
    for name in ("乙三", "丙二", "甲五", PUB):
        hold(bot, name)
    await act(bot, ORG, "[批准]【请假审批】丙二")
    await act(bot, DIS, "[确认更正]【预览】")
    await act(bot, "乙三", "帮助", "我的学习")


def hold(bot: World, name: str) -> None:
    bot.playground.faults.add("429", method="sendMessage", chat_id=bot.cast.account(name), times=None, retry_after=3600)


async def failing(bot: World) -> None:
    """What nobody could handle: a word whose handler fails (see make), and what cannot be read."""
    bot.playground.submit({"surprise": 1})
    await bot.stage.say("甲五", TRIAL)
    await bot.app.watchdog.look()
    await bot.clock.settle()


async def month(bot: World) -> None:
    """All of it up to the last moment."""
    for part in (march, held, called_off, film, ahead, nudges):
        await part(bot)
    await bot.stage.at("2023-04-26 14:20")
    with bot.storage.transaction() as session:
        found_the_other(session, bot.cast, bot.clock.now())
    for part in (pages, strangers, failing, halfway, questions, breaking_off):
        await part(bot)
