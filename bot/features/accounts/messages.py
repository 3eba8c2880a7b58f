"""Every word and button of people: the menus, the welcome, who is not bound yet, invites."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.features.accounts.rebinding_messages import ChooseBound, PrintSheet, RevokeInvite, ShowAccounts
from bot.features.accounts.rules import InviteKind, invite_link
from bot.kit.buttons import Button
from bot.kit.doors import ImportRoster, ShowRoster, ShowUnbound
from bot.kit.glossary.columns import column_word
from bot.kit.handlers import Command
from bot.kit.keyboard import keyboard
from bot.kit.ledgers import Column, Ledger, book
from bot.kit.lists import PEOPLE, filled, page_of, really, told_apart, two_a_row
from bot.kit.outsiders import OWN_NUMBER
from bot.kit.replies import Choice, Document, Message, Rows
from bot.kit.words import STRANGER
from storage.audience import Me
from storage.models.invite import BindRequest
from storage.roster import Member

IN_PRIVATE = "请在与小助手的私聊中打开邀请链接。"
GROUPS_SHOWN, REQUESTS_SHOWN = 30, 6
# A link in one line of its cell.
_LINK_WIDTH = 64


@dataclass(frozen=True)
class InvitePerson(Button):
    prefix: ClassVar[str] = "pi"
    person_id: int


@dataclass(frozen=True)
class InviteEverybody(Button):
    """Says first what it means for earlier links."""

    prefix: ClassVar[str] = "pa"


@dataclass(frozen=True)
class InviteAll(Button):
    """1: make the links; 0: leave it."""

    prefix: ClassVar[str] = "pj"
    sure: int


@dataclass(frozen=True)
class TieGroup(Button):
    prefix: ClassVar[str] = "pg"


def welcome(me: Me, branch: str, group: str, commands: Iterable[Command]) -> Message:
    """To somebody who has just bound, and to anybody who presses Start again."""
    of = f"{branch}（{group}）" if group else branch
    text = f"{me.name}同志，您好！您已绑定支部小助手，所在支部：{of}。\n请点下方按钮办理，发送“帮助”查看说明。"
    return Message(text, keyboard=keyboard(commands, me))


def stranger() -> Message:
    """To somebody unknown: one polite line, and the second way in."""
    text = f"{STRANGER}没有链接的，请点“发送手机号”，由支部书记核对。"
    return Message(text, keyboard=OWN_NUMBER)


def bound_early(name: str) -> str:
    """To somebody whose first day on the roster is still to come."""
    return f"{name}同志，您好！绑定成功，自编入支部之日起可以使用。"


def unbound(branch: str, members: Sequence[Member], number: int, asked: Sequence[BindRequest] = ()) -> Message:
    """未绑定名单: counts by party group, a button for each of them, a page at a time, and who asks to be bound."""
    waiting = [member for member in members if not member.bound]
    silent = [member for member in members if member.bound and not member.reachable]
    bound = f"已绑定{len(members) - len(waiting)}人，未绑定{len(waiting)}人" if waiting else "均已绑定"
    lines = [f"【党员】{branch}共{len(members)}人，{bound}。"]
    groups = Counter(member.group_name or "未编组" for member in waiting)
    lines += [f"{name}：未绑定{count}人" for name, count in list(groups.items())[:GROUPS_SHOWN]]
    if silent:
        lines.append(f"另有{len(silent)}人停用了小助手，收不到消息。")
    if waiting:
        lines.append("请点姓名，生成其本人的邀请链接；生成新的链接后，以前的链接失效。")
    if asked:
        lines.append(f"另有{len(asked)}份绑定申请，请点“核对”。")
    first = [Choice(f"核对尾号{row.phone_end}", ChooseBound(row.id, 0)) for row in asked[:REQUESTS_SHOWN]]
    return Message("\n".join(lines), [*two_a_row(first), *_unbound_rows(members, waiting, number)])


def _unbound_rows(members: Sequence[Member], waiting: Sequence[Member], number: int) -> Rows:
    called = told_apart(members, lambda one: one.name, lambda one: one.group_name)
    names = {member.id: name for member, name in zip(members, called, strict=True)}
    shown = page_of(waiting, number, PEOPLE)
    people = [Choice(names[member.id], InvitePerson(member.id)) for member in shown.things]
    everybody = [Choice("全部邀请", InviteEverybody()), Choice("打印邀请单", PrintSheet(0))] if waiting else []
    last = [Choice("更换账号", ShowAccounts(0)), Choice("绑定工作群", TieGroup())]
    lists = [Choice("名册", ShowRoster(0)), Choice("导入名册", ImportRoster())]
    return filled(*two_a_row(people), shown.turn(ShowUnbound), everybody, last, lists)


def invite(person_id: int, name: str, group: str, bot_name: str, code: str) -> Document:
    """The link of one person, with a QR code to scan from the secretary's screen, and how to end it."""
    link = invite_link(bot_name, InviteKind.PERSON, code)
    of = f"（{group}）" if group else ""
    caption = f"{name}同志{of}的邀请链接，30天内有效，仅限本人使用1次；以前的链接已失效。\n{link}"
    rows = [[Choice("作废链接", RevokeInvite(person_id))]]
    return Document("invite.png", content=qr(link), caption=caption, rows=rows, picture=True, secret=True)


def before_inviting(count: int) -> Message:
    text = (
        f"【全部邀请】将为未绑定的{count}人生成新的邀请链接，30天内有效。\n"
        "以前的链接和邀请单失效。要保留已打印的邀请单，请点“不生成”。"
    )
    return really(text, Choice("确认生成", InviteAll(1)), Choice("不生成", InviteAll(0)))


def invites(people: Iterable[tuple[str, str, str]], bot_name: str) -> Document:
    """The links of everybody who is not bound, as a table: (name, group, code)."""
    rows = [(name, group, invite_link(bot_name, InviteKind.PERSON, code)) for name, group, code in people]
    columns = [Column(column_word("name")), Column(column_word("group_id")), Column("邀请链接", _LINK_WIDTH)]
    content = book(Ledger("邀请链接", columns, rows))
    caption = f"{len(rows)}人的邀请链接，30天内有效，请分别发给本人；以前的链接已失效。"
    return Document("邀请链接.xlsx", content=content, caption=caption, secret=True)


def qr(link: str) -> bytes:
    """A QR code as PNG."""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def tie_group(bot_name: str, code: str) -> Message:
    text = (
        "请点“选择工作群”，把小助手加入支部工作群。\n链接1天内有效，仅可使用1次。请由本支部已绑定的党员操作，请勿匿名。"
    )
    return Message(text, [[Choice("选择工作群", invite_link(bot_name, InviteKind.GROUP, code))]], secret=True)


def group_tied(branch: str, moved: bool) -> str:
    return f"本群已{'改为' if moved else '绑定为'}{branch}工作群，通知将发到这里。"
