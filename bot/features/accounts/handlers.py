"""Start, help and 党员: the doors of the bot, and what Telegram reports of people and groups."""

from sqlalchemy.orm import Session

from bot.features.accounts import binding, group_messages, groups, messages, rebinding_handlers, requests, service
from bot.features.accounts.group_messages import DecideGroup
from bot.features.accounts.messages import InviteAll, InviteEverybody, InvitePerson, TieGroup
from bot.features.accounts.rebinding_messages import MOVED_AWAY
from bot.features.accounts.rules import InviteKind
from bot.kit.access import Right, may
from bot.kit.completion import forget_payload
from bot.kit.doors import ShowUnbound
from bot.kit.handlers import Call, Command, Handler, Service, Start, Tap, Visit
from bot.kit.replies import Message, Reply, To, of_place, say
from storage.audience import Me, find
from storage.choices import GroupRequestState

PRESENT = frozenset({"member", "administrator", "creator", "restricted"})


def start(session: Session, visit: Visit, payload: str) -> Reply:
    """Start without a code: the menu for those who are known, one polite line for everybody else."""
    if not visit.private:
        return Reply()
    me = find(session, visit.telegram_id, visit.today)
    if me is None:
        return say(messages.stranger())
    service.set_reachable(session, visit.telegram_id, True, visit.now)
    return say(_welcome(session, me, visit), *_first_screen(session, me, visit))


def _first_screen(session: Session, me: Me, visit: Visit) -> list[Message]:
    """未绑定名单 comes first to those who keep the roster, while there is anybody."""
    if not may(me, Right.ROSTER, branch_id=me.branch_id):
        return []
    members = service.members(session, me, visit.today)
    if all(member.bound for member in members) and not requests.pending(session, me):
        return []
    asked = requests.pending(session, me)
    shown = messages.unbound(service.branch_name(session, me.branch_id), members, 0, asked)
    return [of_place(shown, me.branch_id)]


def start_with_invite(session: Session, visit: Visit, payload: str) -> Reply:
    """A link of one's own, or of the first secretary."""
    if not visit.private:
        return say(messages.IN_PRIVATE)
    kind = next(kind for kind in InviteKind if payload.startswith(kind.prefix))
    name = str((visit.facts or {}).get("first_name", ""))
    forget_payload(session, visit)
    bound = binding.redeem(
        session, kind, payload.removeprefix(kind.prefix), visit.telegram_id, name, today=visit.today, now=visit.now
    )
    if bound is None:
        return say(binding.NOT_VALID)
    session.flush()
    old = [To(Message(MOVED_AWAY), chat_id=bound.old_account)] if bound.old_account is not None else []
    old += rebinding_handlers.tell_secretary(session, visit, bound)
    me = find(session, visit.telegram_id, visit.today)
    if me is None:
        return Reply(here=[Message(messages.bound_early(service.person_name(session, bound.person_id)))], others=old)
    return Reply(here=[_welcome(session, me, visit), *_first_screen(session, me, visit)], others=old)


def start_in_group(session: Session, visit: Visit, payload: str) -> Reply:
    """The secretary's startgroup link: Telegram writes /start with the code into the group."""
    if visit.private:
        return say(binding.NOT_VALID)
    forget_payload(session, visit)
    tied = groups.tie_group(
        session,
        payload.removeprefix(InviteKind.GROUP.prefix),
        visit.telegram_id,
        visit.chat_id,
        str((visit.facts or {}).get("chat_title", "")),
        today=visit.today,
        now=visit.now,
    )
    if tied is None:
        return say(binding.NOT_VALID)
    if tied.asked is not None:
        told = group_messages.told_desk(session, tied.asked, list(tied.told), visit.tz)
        return Reply(here=[Message(group_messages.asked(session, tied.asked, visit.tz))], others=told)
    return say(messages.group_tied(service.branch_name(session, tied.branch_id), tied.moved))


def decide_group(session: Session, call: Call, button: DecideGroup) -> Reply:
    """同意改绑 or 不同意, by the desk of the branch that holds the group; whoever asked hears of it."""
    row, tied = groups.decide(session, call.me, button.request_id, button.agree == 1, call.today, call.now)
    over = [row] if row.state is GroupRequestState.OVER else []
    others = [
        To(group_messages.answer(session, one), person_id=one.asked_by_id, key=group_messages.answer_key(one))
        for one in (row, *(tied.ended if tied else ()))
    ]
    if over:
        return Reply(toast=groups.OVER, edit=Message(groups.OVER), others=others)
    if tied is not None:
        said = messages.group_tied(service.branch_name(session, tied.branch_id), tied.moved)
        others.append(To(Message(said), chat_id=row.chat_id))
    return Reply(toast="已答复。", edit=group_messages.done(session, row), others=others)


def _welcome(session: Session, me: Me, visit: Visit) -> Message:
    branch, group = service.branch_name(session, me.branch_id), service.group_name(session, me.group_id)
    return messages.welcome(me, branch, group, visit.commands)


def show_people(session: Session, call: Call) -> Reply:
    return say(_unbound(session, call, 0))


def turn_page(session: Session, call: Call, button: ShowUnbound) -> Reply:
    return Reply(edit=_unbound(session, call, button.page))


def _unbound(session: Session, call: Call, page: int) -> Message:
    members = service.members(session, call.me, call.today)
    asked = requests.pending(session, call.me)
    return messages.unbound(service.branch_name(session, call.me.branch_id), members, page, asked)


def invite_person(session: Session, call: Call, button: InvitePerson) -> Reply:
    name, group, code = service.invite_person(session, call.me, button.person_id, call.today, call.now)
    return say(messages.invite(button.person_id, name, group, call.bot_name, code))


def invite_everybody(session: Session, call: Call, button: InviteEverybody) -> Reply:
    """全部邀请: what it does to earlier links and to printed sheets is said before."""
    count = len(service.to_invite(session, call.me, call.today))
    return say(messages.before_inviting(count)) if count else Reply(toast=rebinding_handlers.EVERYBODY)


def invite_all(session: Session, call: Call, button: InviteAll) -> Reply:
    if button.sure != 1:
        return Reply(edit=Message("未生成，以前的链接仍然有效。"))
    people = service.invite_everybody(session, call.me, call.now)
    if not people:
        return Reply(toast=rebinding_handlers.EVERYBODY)
    return Reply(edit=Message("邀请链接已生成。"), here=[messages.invites(people, call.bot_name)])


def tie_group(session: Session, call: Call, button: TieGroup) -> Reply:
    return say(messages.tie_group(call.bot_name, service.invite_group(session, call.me, call.now)))


def membership_changed(session: Session, visit: Visit) -> Reply:
    """Somebody blocked the bot or took it back; a group put it out or in, or took its right to write."""
    facts = visit.facts or {}
    present = facts.get("status") in PRESENT and not facts.get("muted")
    if visit.private:
        service.set_reachable(session, visit.telegram_id, present, visit.now)
    else:
        why = "" if present else "no_rights" if facts.get("status") in PRESENT else "kicked"
        service.set_group_active(session, visit.chat_id, present, visit.telegram_id, visit.now, why)
    return Reply()


def group_moved(session: Session, visit: Visit) -> Reply:
    """A group became a supergroup; the new group's own report of it (migrate_from) tells nothing more."""
    new = (visit.facts or {}).get("migrate_to")
    if isinstance(new, int):
        service.move_group(session, visit.chat_id, new, visit.telegram_id, visit.now)
    return Reply()


HANDLERS: list[Handler] = [
    Start(InviteKind.PERSON.prefix, start_with_invite),
    Start(InviteKind.SECRETARY.prefix, start_with_invite),
    Start(InviteKind.GROUP.prefix, start_in_group),
    Start("", start),
    Command(
        "people",
        show_people,
        "党员",
        Right.ROSTER,
        reads=True,
        more=41,
        labels=("谁还没绑定",),
        words=("未绑定名单",),
    ),
    Tap(ShowUnbound, turn_page, reads=True, right=Right.ROSTER),
    Tap(InvitePerson, invite_person, right=Right.ROSTER),
    Tap(InviteEverybody, invite_everybody, reads=True, right=Right.ROSTER),
    Tap(InviteAll, invite_all, right=Right.ROSTER),
    Tap(TieGroup, tie_group, right=Right.ROSTER),
    Tap(DecideGroup, decide_group, right=Right.ROSTER),
    Service("my_chat_member", membership_changed),
    Service("migrated", group_moved),
    *rebinding_handlers.HANDLERS,
]
