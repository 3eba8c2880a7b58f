"""Every word and button of people: the menus, the welcome, who is not bound yet, invites."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.features.accounts.rebinding_messages import ChooseBound, PrintSheet, RevokeInvite, ShowAccounts
from bot.features.accounts.rules import InviteKind, invite_link
from bot.kit.access import Reach, Right, reach
from bot.kit.buttons import Button
from bot.kit.doors import ImportRoster, ShowRoster, ShowUnbound
from bot.kit.lists import filled, page_of, told_apart, two_a_row
from bot.kit.replies import Choice, Document, Message, OwnNumber, Rows
from bot.kit.sheets import csv_text
from bot.kit.words import STRANGER
from storage.audience import Me
from storage.models.invite import BindRequest
from storage.roster import Member

IN_PRIVATE = "请在与我的私聊中打开邀请链接。"
SWITCH = "切换支部"
PEOPLE_ON_A_PAGE, GROUPS_SHOWN, REQUESTS_SHOWN = 20, 30, 6

MEMBER = (("签到", "请假"), ("我的学习", "交心得"), ("我的记录", "帮助"))
# What those with a right find below that: the label for the whole branch, and for one's own party group.
DESK = (
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
MEMBER_HELP = """【使用说明】
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
DESK_HELP = {
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


@dataclass(frozen=True)
class InvitePerson(Button):
    prefix: ClassVar[str] = "pi"
    person_id: int


@dataclass(frozen=True)
class InviteEverybody(Button):
    prefix: ClassVar[str] = "pa"


@dataclass(frozen=True)
class TieGroup(Button):
    prefix: ClassVar[str] = "pg"


def menu(me: Me) -> list[list[str]]:
    """The keyboard that stays: everybody's six, then what the offices held allow."""
    labels = [*desk_labels(me), *([SWITCH] if len(me.places) > 1 else [])]
    return [*(list(row) for row in MEMBER), *(labels[at : at + 2] for at in range(0, len(labels), 2))]


def desk_labels(me: Me) -> list[str]:
    """The labels beyond everybody's own."""
    wide = {Reach.ALL: 1, Reach.OWN_FIELD: 1, Reach.OWN_GROUP: 2, Reach.BELOW: 1}
    found = [row[wide[reach(me, row[0])]] for row in DESK if reach(me, row[0]) in wide]
    return [label for label in found if label]


def welcome(me: Me, branch: str, group: str) -> Message:
    """To somebody who has just bound, and to anybody who presses Start again."""
    of = f"{branch}（{group}）" if group else branch
    text = f"{me.name}同志，您好！您已加入{of}。\n请点下方按钮办理，发送“帮助”查看说明。"
    return Message(text, keyboard=menu(me))


def stranger() -> Message:
    """To somebody unknown: one polite line, and the second way in."""
    text = f"{STRANGER}没有链接的同志，可点下方按钮发送本人手机号，由支部书记核对。"
    return Message(text, keyboard=[[OwnNumber("发送手机号")]])


def bound_early(name: str) -> str:
    """To somebody whose first day on the roster is still to come."""
    return f"{name}同志，您好！绑定成功，自编入支部之日起可以使用。"


def help_for(me: Me) -> Message:
    lines = [MEMBER_HELP, *(DESK_HELP[label] for label in desk_labels(me))]
    lines += [HAND_OVER_HELP] if reach(me, Right.HAND_OVER) is Reach.ALL else []
    lines += [SWITCH_HELP] if len(me.places) > 1 else []
    return Message("\n".join(lines), keyboard=menu(me))


def unbound(branch: str, members: Sequence[Member], number: int, asked: Sequence[BindRequest] = ()) -> Message:
    """谁还没绑定: counts by party group, a button for each of them, a page at a time, and who asks to be bound."""
    waiting = [member for member in members if not member.bound]
    silent = [member for member in members if member.bound and not member.reachable]
    lines = [f"【党员】{branch}共{len(members)}人，已绑定{len(members) - len(waiting)}人，未绑定{len(waiting)}人。"]
    groups = Counter(member.group_name or "未编组" for member in waiting)
    lines += [f"{name}：未绑定{count}人" for name, count in list(groups.items())[:GROUPS_SHOWN]]
    if silent:
        lines.append(f"另有{len(silent)}人停用了小助手，收不到消息。")
    if waiting:
        lines.append("点姓名生成其本人的邀请链接；生成新的链接后，以前的链接失效。")
    if asked:
        lines.append(f"另有{len(asked)}份绑定申请待核对，请点“绑定申请”。")
    first = [Choice(f"绑定申请 尾号{row.phone_end}", ChooseBound(row.id, 0)) for row in asked[:REQUESTS_SHOWN]]
    return Message("\n".join(lines), [*two_a_row(first), *_unbound_rows(members, waiting, number)])


def _unbound_rows(members: Sequence[Member], waiting: Sequence[Member], number: int) -> Rows:
    called = told_apart(members, lambda one: one.name, lambda one: one.group_name)
    names = {member.id: name for member, name in zip(members, called, strict=True)}
    shown = page_of(waiting, number, PEOPLE_ON_A_PAGE)
    people = [Choice(names[member.id], InvitePerson(member.id)) for member in shown.things]
    everybody = [Choice("全部邀请", InviteEverybody()), Choice("打印邀请单", PrintSheet(0))] if waiting else []
    last = [Choice("更换账号", ShowAccounts(0)), Choice("绑定工作群", TieGroup())]
    lists = [Choice("名册", ShowRoster(0)), Choice("导入名册", ImportRoster())]
    return filled(*two_a_row(people), shown.turn(ShowUnbound), everybody, last, lists)


def invite(person_id: int, name: str, group: str, bot_name: str, code: str) -> Document:
    """The link of one person, with a QR code to scan from the secretary's screen, and how to end it."""
    link = invite_link(bot_name, InviteKind.PERSON, code)
    of = f"（{group}）" if group else ""
    caption = f"{name}同志{of}的邀请链接，30天内有效，仅限本人使用一次；以前的链接已失效。\n{link}"
    rows = [[Choice("作废链接", RevokeInvite(person_id))]]
    return Document("invite.png", content=qr(link), caption=caption, rows=rows, picture=True, secret=True)


def invites(people: Iterable[tuple[str, str, str]], bot_name: str) -> Document:
    """The links of everybody who is not bound, as a table: (name, group, code)."""
    rows = [(name, group, invite_link(bot_name, InviteKind.PERSON, code)) for name, group, code in people]
    content = csv_text(("姓名", "党小组", "邀请链接"), rows).encode()
    caption = f"{len(rows)}人的邀请链接，30天内有效，请分别发给本人；以前的链接已失效。"
    return Document("邀请链接.csv", content=content, caption=caption, secret=True)


def qr(link: str) -> bytes:
    """A QR code as PNG."""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def tie_group(bot_name: str, code: str) -> Message:
    text = (
        "请点下方按钮，选择支部工作群，把小助手加入群中。\n"
        "链接1天内有效，仅限一次；请由本支部已绑定的党员操作，不要匿名。"
    )
    return Message(text, [[Choice("选择工作群", invite_link(bot_name, InviteKind.GROUP, code))]], secret=True)


def group_tied(branch: str, moved: bool) -> str:
    return f"本群已{'改为' if moved else '绑定为'}{branch}工作群，通知将发到这里。"
