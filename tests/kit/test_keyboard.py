"""The keyboard and the help of every combination of offices, letter by letter, and what may be typed for them."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from bot.features.accounts import messages
from bot.features.registry import HANDLERS
from bot.kit.access import Reach, Right, reach
from bot.kit.handlers import ANYBODY, Command, HelpGroup, Key, Word
from bot.kit.keyboard import help_lines, key_of, keyboard, offered, with_words
from bot.kit.replies import Reply
from storage.audience import Me
from storage.choices import Duty
from tests.keys import COMMANDS, somebody

# Those whose keys and help are told apart here, letter by letter; another feature's are its own test's.
NAMES = (
    "signin leave study submit me help mine mydata notice new study_plan task review roll todo holidays tally people"
)
TOLD = tuple(one for one in COMMANDS if one.name in {*NAMES.split(), "calendar", "care", "handover", "switch"})
OWN = [["签到", "请假"], ["我的学习", "交心得"], ["我的记录", "帮助"]]
# Below that, by right: the label for the whole branch, and for one's own party group.
OFFICES = (
    (Right.MAKE_NOTICE, "发通知", ""),
    (Right.MAKE_ACTIVITY, "建活动", "建活动"),
    (Right.MAKE_STUDY, "学习安排", ""),
    (Right.MAKE_TASK, "布置心得", ""),
    (Right.REVIEW_PIECES, "审阅", ""),
    (Right.SEE_ROLL, "考勤", "本组考勤"),
    (Right.SEE_ROLL, "未完成名单", "本组未完成"),
    (Right.MAKE_REMINDER, "节前提醒", ""),
    (Right.TALLY, "季度数据", ""),
    (Right.ROSTER, "党员", ""),
    (Right.CALENDAR, "工作日历", ""),
    (Right.CARE, "数据管理", ""),
)
OWN_HELP = """【使用说明】
签到：活动开始前后点“签到”。
请假：点“请假”，选择公差、病假或事假，等待审批。
我的学习：查看本月书目和文件，学完后点“已学完”。
交心得：发送文字、照片、文件或语音，再点“提交”。
我的记录：查看本人的出勤、学习和心得。
发送“我还欠什么”，查看本人未完成的事项。
发送“我的数据”，取得小助手保存的本人全部数据。
发送“取消”，退出正在填写的内容。
办错了，十分钟内可以撤销。
请勿上传涉密或标密级的文件。"""
OFFICE_HELP = {
    "发通知": "发通知：发送需要回复“收到”的通知。",
    "建活动": "建活动：按提示选择类别、时间和地点后发布。",
    "学习安排": "学习安排：填写每月学习主题、书目和文件，每月第一个工作日自动发送。",
    "布置心得": "布置心得：选择关联的活动、对象和截止日期，通知有关同志。",
    "审阅": "审阅：查看待审阅的心得，通过或退回。",
    "考勤": "考勤：查看各次活动的签到，点名、补登和审批请假。",
    "本组考勤": "本组考勤：查看本组签到，为本组党员代登，审批本组请假。",
    "未完成名单": "未完成名单：查看谁还未完成，可一键提醒。",
    "本组未完成": "本组未完成：查看本组谁还未完成，可一键提醒。",
    "节前提醒": "节前提醒：查看接下来的发送时间和阅知情况。",
    "季度数据": "季度数据：查看本季度各项数据和出处，也可以发送“上季度”“2023年第三季度”。",
    "党员": "党员：查看谁还没绑定，生成邀请链接，打印邀请单，更换账号，绑定工作群；查看、导入和变更名册。",
    "工作日历": "工作日历：查看放假和调休安排，读入放假通知，设置本支部的放假日和上班日。",
    "数据管理": "数据管理：查看变更记录，规定禁发词语和保存期限，应本人要求注销数据。",
}
HAND_OVER_HELP = "移交书记：发送“移交书记”，选择接任的同志并确认。"
SWITCH_HELP = "切换支部：您在多个支部任职，办理前请先选定支部。"


def everybody() -> Iterator[Me]:
    for many in range(len(Duty) + 1):
        for duties in combinations(Duty, many):
            yield somebody(*duties)
            yield somebody(*duties, places=(1, 2))


def labels_of(me: Me) -> list[str]:
    """Of the offices, by the widest reach of each right."""
    column = {Reach.ALL: 1, Reach.OWN_FIELD: 1, Reach.OWN_GROUP: 2, Reach.BELOW: 1}
    found = [row[column[wide]] for row in OFFICES if (wide := reach(me, row[0])) in column]
    return [label for label in found if label]


def test_every_combination_of_offices_has_its_keyboard() -> None:
    for me in everybody():
        more = [*labels_of(me), *(["切换支部"] if len(me.places) > 1 else [])]
        assert keyboard(TOLD, me) == [*OWN, *(more[at : at + 2] for at in range(0, len(more), 2))], me


def test_every_combination_of_offices_has_its_help() -> None:
    for me in everybody():
        lines = [OWN_HELP, *(OFFICE_HELP[label] for label in labels_of(me))]
        lines += [HAND_OVER_HELP] if Duty.SECRETARY in me.duties else []
        lines += [SWITCH_HELP] if len(me.places) > 1 else []
        shown = messages.help_for(me, TOLD)
        assert shown.text == "\n".join(lines), me
        assert shown.keyboard == keyboard(TOLD, me)


def test_every_label_is_understood_and_nothing_goes_before_it() -> None:
    labels = {label for me in everybody() for row in keyboard(COMMANDS, me) for label in row}
    words = [one for one in HANDLERS if isinstance(one, Word)]
    for label in labels:
        [word] = [one for one in words if label in one.words]
        assert word.label, label
        assert next(one for one in words if one.fits(label)) is word


def test_no_two_keys_stand_in_one_place_and_every_key_has_a_command_that_may_be_used() -> None:
    for me in everybody():
        keys = [key for one in COMMANDS if (key := key_of(one, me)) is not None]
        assert len({key.at for key in keys}) == len(keys)
    assert {duty for one in COMMANDS for duty in one.keys} <= {ANYBODY, *Duty}


def nothing(session: object, call: object) -> Reply:
    return Reply()


def test_a_key_by_office_and_a_line_of_the_help() -> None:
    command = Command(
        "books",
        nothing,
        "借书",
        Right.SEE_ROLL,
        keys={ANYBODY: Key(12), Duty.GROUP_LEADER: Key(11, "本组借书", "本组借书：……"), Duty.SECRETARY: None},
        help="借书：……",
        group=HelpGroup.OFFICE,
        words=("书",),
    )
    member, leader = somebody(), somebody(Duty.GROUP_LEADER)
    publicity, secretary = somebody(Duty.GROUP_LEADER, Duty.PUBLICITY_OFFICER), somebody(Duty.SECRETARY)
    assert [keyboard([command], me) for me in (member, leader, publicity, secretary)] == [
        [],
        [["本组借书"]],
        [["借书"]],
        [],
    ]
    lines = [help_lines([command], me, HelpGroup.OFFICE) for me in (member, leader, publicity, secretary)]
    assert lines == [[], ["本组借书：……"], ["借书：……"], []]
    [_, word] = with_words([command])
    assert isinstance(word, Word)
    assert (word.words, word.label) == (("借书", "本组借书", "书"), True)


@pytest.mark.parametrize(("duties", "several", "shown"), [((), False, False), ((), True, True)])
def test_some_are_for_who_acts_for_several(duties: tuple[Duty, ...], several: bool, shown: bool) -> None:
    assert offered(Command("switch", nothing, "切换支部", several=True), duties, several) is shown
