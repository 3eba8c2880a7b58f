"""Taps about accounts: the printed sheet, a new phone, binding by the own number."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.features.accounts import messages, office_accounts, rebinding, requests, service, sheet
from bot.features.accounts import rebinding_messages as words
from bot.features.accounts.binding import Bound
from bot.features.accounts.rebinding_messages import (
    BindPerson,
    ChooseBound,
    OpenAccount,
    PrintSheet,
    RefuseBinding,
    Reinvite,
    RevokeInvite,
    ShowAccounts,
    Unbind,
)
from bot.features.accounts.rules import InviteKind, invite_link
from bot.kit.access import Right
from bot.kit.completion import forget_payload
from bot.kit.handlers import Call, Handler, Service, Tap, Visit
from bot.kit.names import clean_name
from bot.kit.replies import Message, Reply, To, say
from bot.kit.words import plain_number
from storage.audience import find
from storage.models.person import Person

EVERYBODY = "所有党员均已绑定。"
NOT_PRINTED = "未打印，以前的链接仍然有效。"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sheet before it is true: the codes on it by person, the paper, and what has to be written on it by hand."""

    codes: dict[int, str]
    paper: bytes
    by_hand: str


def draw_sheet(session: Session, call: Call, button: PrintSheet) -> Drawn | None:
    """The codes and the PDF, outside of every transaction that writes: 200 slips take seconds."""
    people = service.to_invite(session, call.me, call.today) if button.sure == 1 else {}
    if not people:
        return None
    codes = {person_id: service.new_code() for person_id in people}
    slips = [
        sheet.Slip(name, group, invite_link(call.bot_name, InviteKind.PERSON, codes[person_id]))
        for person_id, (name, group) in people.items()
    ]
    until = (call.now + service.LIFE[InviteKind.PERSON]).astimezone(call.tz).date()
    branch = service.branch_name(session, call.me.branch_id)
    by_hand = sheet.by_hand(sheet.lacking(slips, branch)).chinese
    return Drawn(codes, sheet.draw(slips, branch, until), by_hand)


def print_sheet(session: Session, call: Call, button: PrintSheet) -> Reply:
    """打印邀请单: what it does to earlier links is said before."""
    if button.sure == 0:
        count = len(service.to_invite(session, call.me, call.today))
        return Reply(here=[words.before_printing(count)]) if count else Reply(toast=EVERYBODY)
    if button.sure != 1:
        return Reply(edit=Message(NOT_PRINTED))
    if call.ready is None:
        return Reply(toast=EVERYBODY)
    made = service.invite_everybody(session, call.me, call.now, call.ready.codes)
    return Reply(edit=Message("邀请单已生成。"), here=[words.printed(call.ready.paper, len(made), call.ready.by_hand)])


def show_accounts(session: Session, call: Call, button: ShowAccounts) -> Reply:
    return Reply(edit=words.bound(rebinding.accounts(session, call.me, call.today), button.page))


def open_account(session: Session, call: Call, button: OpenAccount) -> Reply:
    return Reply(edit=words.account(rebinding.account(session, call.me, button.person_id, call.today), call.tz))


def reinvite(session: Session, call: Call, button: Reinvite) -> Reply:
    name, group, code = rebinding.reinvite(session, call.me, button.person_id, call.today, call.now)
    return say(messages.invite(button.person_id, name, group, call.bot_name, code))


def revoke_invite(session: Session, call: Call, button: RevokeInvite) -> Reply:
    name = rebinding.revoke(session, call.me, button.person_id, call.now)
    return Reply(toast="链接已作废。", here=[Message(words.revoked(name))])


def unbind(session: Session, call: Call, button: Unbind) -> Reply:
    if not button.sure:
        rebinding.seated(session, call.me, button.person_id, call.today)
        one = rebinding.account(session, call.me, button.person_id, call.today)
        return Reply(edit=words.sure_to_unbind(one))
    name, old = rebinding.unbind(session, call.me, button.person_id, call.today, call.now)
    done = Message(f"已解除{name}同志的绑定，原账号已停用。")
    return Reply(toast="已解除绑定。", edit=done, others=[To(Message(words.TAKEN_OFF), chat_id=old)])


# --- binding by the own number --------------------------------------------------------------------------------------


def share_number(session: Session, visit: Visit) -> Reply:
    """A contact: only one's own, as Telegram vouches for it; the number is not kept as it came."""
    if not visit.private:
        return Reply()
    forget_payload(session, visit)
    me = find(session, visit.telegram_id, visit.today)
    if me is not None:
        return say(_welcome(session, visit))
    facts = visit.facts or {}
    whose, phone = facts["contact"]
    if whose != visit.telegram_id:
        return say(words.NOT_YOURS)
    name = str(facts.get("first_name", ""))
    asked = requests.share(session, visit.telegram_id, phone, name, today=visit.today, now=visit.now)
    if asked.bound is not None:
        return Reply(here=[_welcome(session, visit)], others=tell_secretary(session, visit, asked.bound))
    if asked.unknown:
        return say(words.UNKNOWN_NUMBER)
    if asked.request_id is None:
        return say(words.ASKED)
    plain = plain_number(phone)
    said = (words.number(clean_name(name)[:20], plain), words.to_decide(asked.request_id, plain[-4:]))
    key = f"bind:{asked.request_id}"
    told = [To(each, person_id=one, key=f"{key}:{one}:{at}") for one in asked.deciders for at, each in enumerate(said)]
    return Reply(here=[Message(words.ASKED)], others=told)


def tell_secretary(session: Session, visit: Visit, bound: Bound) -> list[To]:
    """Once of every new account of somebody in office: a second tap of the link makes none."""
    session.flush()
    person = session.get_one(Person, bound.person_id)
    if person.bound_at != visit.now:
        return []
    said = Message(words.new_account(person.name, bound.old_account is not None))
    key = f"new_account:{person.id}:{visit.now.isoformat()}"
    told = office_accounts.told_of(session, person.id, visit.today)
    return [To(said, person_id=one, key=f"{key}:{one}") for one in told]


def _welcome(session: Session, visit: Visit) -> Message:
    session.flush()
    me = find(session, visit.telegram_id, visit.today)
    if me is None:
        return messages.stranger()
    branch, group = service.branch_name(session, me.branch_id), service.group_name(session, me.group_id)
    return messages.welcome(me, branch, group, visit.commands)


def choose_bound(session: Session, call: Call, button: ChooseBound) -> Reply:
    row, people = requests.waiting(session, call.me, button.request_id, call.today)
    return Reply(edit=words.choose_person(row, people, button.page))


def bind_person(session: Session, call: Call, button: BindPerson) -> Reply:
    person, row = requests.accept(session, call.me, button.request_id, button.person_id, call.today, call.now)
    session.flush()
    them = find(session, row.telegram_id, call.today)
    branch = service.branch_name(session, call.me.branch_id)
    early = Message(messages.bound_early(person.name))
    told = messages.welcome(them, branch, person.group_name, call.commands) if them else early
    done = Message(f"已绑定：{person.name}同志（手机尾号{row.phone_end}）。")
    others = [To(told, chat_id=row.telegram_id), *tell_secretary(session, call, Bound(person.id))]
    return Reply(toast="已绑定。", edit=done, others=others)


def refuse_binding(session: Session, call: Call, button: RefuseBinding) -> Reply:
    row = requests.refuse(session, call.me, button.request_id, call.now)
    done = Message(f"已回复手机尾号{row.phone_end}的申请：不同意。")
    return Reply(toast="已回复。", edit=done, others=[To(Message(words.NOT_ACCEPTED), chat_id=row.telegram_id)])


HANDLERS: list[Handler] = [
    Tap(PrintSheet, print_sheet, prepare=draw_sheet, right=Right.ROSTER),
    Tap(ShowAccounts, show_accounts, reads=True, right=Right.ROSTER),
    Tap(OpenAccount, open_account, reads=True, right=Right.ROSTER),
    Tap(Reinvite, reinvite, right=Right.ROSTER),
    Tap(RevokeInvite, revoke_invite, right=Right.ROSTER),
    Tap(Unbind, unbind, right=Right.ROSTER),
    Service("contact", share_number),
    Tap(ChooseBound, choose_bound, reads=True, right=Right.ROSTER),
    Tap(BindPerson, bind_person, right=Right.ROSTER),
    Tap(RefuseBinding, refuse_binding, right=Right.ROSTER),
]
