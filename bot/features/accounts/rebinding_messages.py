"""Every word and button about accounts: the printed sheet, a new phone, binding by the own number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from bot.features.accounts.rebinding import Account
from bot.features.accounts.sheet import pages
from bot.kit.buttons import Button
from bot.kit.doors import ShowUnbound
from bot.kit.lists import PEOPLE, filled, page_of, really, told_apart, two_a_row
from bot.kit.replies import CAPTION_LIMIT, Choice, Document, Message
from bot.kit.words import cut, moment_words
from storage.models.invite import BindRequest
from storage.roster import Member

NOT_YOURS = "请点下方“发送手机号”，发送本人的手机号。转发的名片不能用于绑定。"
ASKED = "手机号已收到，请等待支部书记核对。核对结果将在这里通知您。"
UNKNOWN_NUMBER = "名册上没有这个号码，请联系支部书记获取邀请链接。"
NOT_ACCEPTED = "支部书记未能核对您的身份，请当面联系支部书记获取邀请链接。"
TAKEN_OFF = "您的这个账号已解除绑定，不能再使用支部小助手。如有疑问，请联系支部书记。"
MOVED_AWAY = "您的支部小助手已换到新的账号，这个账号不能再使用。如非本人操作，请立即联系支部书记。"


@dataclass(frozen=True)
class PrintSheet(Button):
    """0: say what it means; 1: draw it; 2: leave it."""

    prefix: ClassVar[str] = "pr"
    sure: int


@dataclass(frozen=True)
class ShowAccounts(Button):
    prefix: ClassVar[str] = "pb"
    page: int


@dataclass(frozen=True)
class OpenAccount(Button):
    prefix: ClassVar[str] = "pc"
    person_id: int


@dataclass(frozen=True)
class Reinvite(Button):
    prefix: ClassVar[str] = "pn"
    person_id: int


@dataclass(frozen=True)
class RevokeInvite(Button):
    """End somebody's open links without a new one."""

    prefix: ClassVar[str] = "pw"
    person_id: int


@dataclass(frozen=True)
class Unbind(Button):
    prefix: ClassVar[str] = "px"
    person_id: int
    sure: int


@dataclass(frozen=True)
class ChooseBound(Button):
    """Which of the unbound people a request is of."""

    prefix: ClassVar[str] = "bq"
    request_id: int
    page: int


@dataclass(frozen=True)
class BindPerson(Button):
    prefix: ClassVar[str] = "bp"
    request_id: int
    person_id: int


@dataclass(frozen=True)
class RefuseBinding(Button):
    prefix: ClassVar[str] = "bx"
    request_id: int


def new_account(name: str, anew: bool) -> str:
    """To the secretary, of somebody in office: whoever has the account has the office."""
    done = "已改用新的账号，原账号已停用" if anew else "已绑定账号"
    return f"任职的{name}同志{done}。如不是本人操作，请立即联系本人，并在“党员”的“更换账号”中解除绑定。"


# --- the sheet ----------------------------------------------------------------------------------------------------


def before_printing(count: int) -> Message:
    text = (
        f"【打印邀请单】未绑定{count}人，共{pages(count)}页，每页12人。\n"
        "打印会为每人生成新的邀请链接，30天内有效；以前的链接和邀请单全部失效。"
    )
    return really(text, Choice("确认打印", PrintSheet(1)), Choice("不打印", PrintSheet(2)))


def printed(content: bytes, count: int, by_hand: str = "") -> Document:
    """`by_hand`: letters that the sheet lacks, in a sentence."""
    caption = f"{count}人的邀请单，共{pages(count)}页，30天内有效。请打印裁开，分别交给本人；以前的链接已失效。"
    caption = cut("\n".join(filter(None, [caption, by_hand])), CAPTION_LIMIT)
    return Document("邀请单.pdf", content=content, caption=caption, secret=True)


# --- accounts -----------------------------------------------------------------------------------------------------


def bound(people: Sequence[Account], number: int) -> Message:
    """Who is bound, to choose whose account changes; those of one name by group, then by the end of the account."""
    choices = [Choice(name, OpenAccount(one.person_id)) for one, name in zip(people, names_of(people), strict=True)]
    shown = page_of(choices, number, PEOPLE)
    text = f"【更换账号】已绑定{len(people)}人。请点需要更换或解除账号的同志。" if people else "还没有人绑定。"
    return Message(text, filled(*two_a_row(shown.things), shown.turn(ShowAccounts), [Choice("党员", ShowUnbound(0))]))


def names_of(people: Sequence[Account]) -> list[str]:
    """甲五; two of a name 张伟（第一党小组）; two of them in one group 张伟（尾号1005）."""
    return told_apart(people, lambda one: one.name, lambda one: one.group, lambda one: f"尾号{one.tail}")


def account(one: Account, tz: tzinfo) -> Message:
    group = f"（{one.group}）" if one.group else ""
    since = f"，{moment_words(one.bound_at, tz)}绑定" if one.bound_at else ""
    text = (
        f"{one.name}同志{group}：账号尾号{one.tail}{since}。\n"
        "换了手机或账号的，请点“生成新链接”，用新账号打开后原账号停用。账号被他人使用的，请点“解除绑定”。"
    )
    first = [Choice("生成新链接", Reinvite(one.person_id)), Choice("账号名单", ShowAccounts(0))]
    return Message(text, [first, [Choice("解除绑定", Unbind(one.person_id, 0))]])


def revoked(name: str) -> str:
    return f"已作废{name}同志的邀请链接，没有生成新的链接。需要时请点“党员”重新生成。"


def sure_to_unbind(one: Account) -> Message:
    text = f"确认解除{one.name}同志（尾号{one.tail}）的绑定吗？解除后，该账号立即停用，并会收到通知。"
    return really(text, Choice("确认解除", Unbind(one.person_id, 1)), Choice("不解除", OpenAccount(one.person_id)))


# --- binding by the own number --------------------------------------------------------------------------------------


def number(name: str, phone: str) -> Message:
    """The whole number, once: it is how people are known. Without buttons, for a tap would bring it back here."""
    shown = f"“{name}”" if name else "（未设名称）"
    return Message(f"【绑定申请】账号名称{shown}，手机号{phone}，申请绑定。", secret=True)


def to_decide(request_id: int, phone_end: str) -> Message:
    text = f"【绑定申请】手机尾号{phone_end}：请核对是否为本支部党员，再选择姓名。"
    rows = [[Choice("选择姓名", ChooseBound(request_id, 0)), Choice("不同意", RefuseBinding(request_id))]]
    return Message(text, rows)


def choose_person(row: BindRequest, people: Sequence[Member], number: int) -> Message:
    names = told_apart(people, lambda one: one.name, lambda one: one.group_name)
    choices = [Choice(name, BindPerson(row.id, one.id)) for one, name in zip(people, names, strict=True)]
    shown = page_of(choices, number, PEOPLE)
    turn = shown.turn(lambda at: ChooseBound(row.id, at))
    called = f"，账号名称“{row.shown_name}”" if row.shown_name else ""
    text = f"【绑定申请】手机尾号{row.phone_end}{called}：请选择是哪位同志。"
    return Message(text, filled(*two_a_row(shown.things), turn, [Choice("不同意", RefuseBinding(row.id))]))
