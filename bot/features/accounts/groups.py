"""The group chat of a branch: tied by a code; one that another branch holds only once that branch has agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.features.accounts.binding import NOT_VALID, note_failure, too_many, use
from bot.features.accounts.rules import InviteKind
from bot.kit.access import TABLE, Right, may, require
from bot.kit.names import clean_name
from bot.kit.refusal import Refusal
from storage.audience import Me, find
from storage.audit import By, change, record
from storage.choices import GroupRequestState
from storage.lookups import changed, of_branch
from storage.models.organisation import GroupChat, GroupRequest
from storage.models.person import DutySpan, Person, RosterSpan
from storage.spans import on_day

# So long the branch that holds a group may think about it.
ASKED_FOR = timedelta(days=3)
NO_DESK = "本群是另一支部的工作群，该支部目前没有可以答复的负责人。请联系系统管理员，或另建工作群。"
NO_SUCH = "没有找到这条申请。"
DECIDED = "这条申请已处理。"
OVER = "这条申请已失效，无需答复，工作群没有变动。"


@dataclass(frozen=True, slots=True)
class Tied:
    """The branch of a group chat; `moved`: it was another one's. `asked`: it still is, and its desk (`told`) is asked.

    `ended`: what others had asked for this group, and will not get.
    """

    branch_id: int
    moved: bool
    asked: GroupRequest | None = None
    told: Sequence[int] = ()
    ended: Sequence[GroupRequest] = ()


def tie_group(
    session: Session, code: str, telegram_id: int, chat_id: int, title: str, *, today: date, now: datetime
) -> Tied | None:
    """Tie a group chat by the code shown in it; by somebody of the branch, while its maker still has the right.

    None: unknown, used, expired, too often; Refusal with the same words: a good code in the wrong hands.
    """
    if too_many(session, telegram_id, now):
        return None
    invite = use(session, InviteKind.GROUP, code, telegram_id, now)
    if invite is None:
        note_failure(session, telegram_id, now)
        return None
    maker = session.get_one(Person, invite.person_id)
    shown_by = find(session, telegram_id, today, invite.branch_id)
    allowed = _keeps(session, maker.id, invite.branch_id, today)
    if not allowed or shown_by is None or shown_by.branch_id != invite.branch_id:
        raise Refusal(NOT_VALID)
    holder = held_by(session, chat_id, today)
    if holder in (None, invite.branch_id):
        before = tie(session, invite.branch_id, chat_id, clean_name(title), shown_by.id, now)
        return Tied(invite.branch_id, before not in (None, invite.branch_id))
    return _ask(session, invite.branch_id, holder or 0, chat_id, maker.id, today, now)


def held_by(session: Session, chat_id: int, today: date) -> int | None:
    """The branch whose group this is; nobody's once that has tied another, or is no more.

    A bot that was muted or put out changes nothing about it: anybody in charge of the chat can do that.
    """
    chat = session.scalars(select(GroupChat).where(GroupChat.chat_id == chat_id)).first()
    if chat is None or chat.given_up:
        return None
    ahead = [or_(span.to_on.is_(None), span.to_on > today) for span in (RosterSpan, DutySpan)]
    listed = select(RosterSpan.id).where(RosterSpan.branch_id == chat.branch_id, ahead[0]).limit(1)
    served = select(DutySpan.id).where(DutySpan.organisation_id == chat.branch_id, ahead[1]).limit(1)
    lives = any(session.scalars(query).first() is not None for query in (listed, served))
    return chat.branch_id if lives else None


def tie(session: Session, branch_id: int, chat_id: int, title: str, by: int, now: datetime) -> int | None:
    """This group is the branch's from now on, and no other is; the branch that it belonged to before."""
    others = select(GroupChat).where(
        GroupChat.branch_id == branch_id, GroupChat.chat_id != chat_id, ~GroupChat.given_up
    )
    ends = {"active": False, "given_up": True}
    for other in session.scalars(others.with_for_update().execution_options(populate_existing=True)).all():
        change(session, "reachable_changed", other, ends, now=now, by=By(branch_id, by))
    chat = session.scalars(select(GroupChat).where(GroupChat.chat_id == chat_id)).first()
    before, held = (chat.branch_id, chat.active) if chat is not None else (None, False)
    if chat is None:
        chat = GroupChat(branch_id=branch_id, chat_id=chat_id, title=title, active=False, given_up=False, tied_at=now)
        session.add(chat)
    tied = {"branch_id": branch_id, "title": title, "active": True, "given_up": False, "tied_at": now}
    change(session, "group_tied", chat, tied, now=now, by=By(branch_id, by))
    if before not in (None, branch_id):
        record(
            session,
            "change",
            "group_chat",
            chat.id,
            now=now,
            by=By(before),
            changes={"active": [held, False]},
        )
    return before


# --- a group that another branch holds ----------------------------------------------------------------------------


def _ask(
    session: Session, branch_id: int, holder_id: int, chat_id: int, asker: int, today: date, now: datetime
) -> Tied:
    """One open request a branch and group; asked once more it is the same one, and nobody is told again."""
    desk = desk_of(session, holder_id, today)
    if not desk:
        raise Refusal(NO_DESK)
    mine = (GroupRequest.chat_id == chat_id, GroupRequest.branch_id == branch_id)
    open_ = (*mine, GroupRequest.state == GroupRequestState.PENDING)
    row = session.scalars(select(GroupRequest).where(*open_)).first()
    if row is not None and row.holder_id == holder_id and row.expires_at > now:
        return Tied(branch_id, False, row)
    if row is not None:
        _settle(session, row, GroupRequestState.OVER, now)
    row = GroupRequest(
        chat_id=chat_id,
        branch_id=branch_id,
        holder_id=holder_id,
        asked_by_id=asker,
        asked_at=now,
        expires_at=now + ASKED_FOR,
        state=GroupRequestState.PENDING,
    )
    session.add(row)
    session.flush()
    # Who asked is named in the own log alone.
    for place, actor in ((branch_id, asker), (holder_id, None)):
        record(session, "group_asked", "group_request", row.id, now=now, by=By(place, actor))
    return Tied(branch_id, False, row, desk)


def desk_of(session: Session, branch_id: int, today: date) -> list[int]:
    """Everybody with an account who may speak for the branch about its group."""
    query = (
        select(Person.id)
        .join(DutySpan, DutySpan.person_id == Person.id)
        .where(
            DutySpan.organisation_id == branch_id,
            DutySpan.duty.in_(TABLE[Right.ROSTER]),
            on_day(DutySpan, today),
            Person.telegram_id.is_not(None),
        )
        .order_by(Person.id)
    )
    return list(dict.fromkeys(session.scalars(query)))


def decide(
    session: Session, me: Me, request_id: int, agree: bool, today: date, now: datetime
) -> tuple[GroupRequest, Tied | None]:
    """Agree or decline, for the branch that holds the group; what became of it is the row's state.

    Agreed too late, of a group that has changed hands, or to somebody who is no longer in charge: it is over.
    """
    require(me, Right.ROSTER, branch_id=me.branch_id)
    row = session.get(GroupRequest, request_id)
    if row is None or row.holder_id != me.branch_id:
        raise Refusal(NO_SUCH)
    if row.state is not GroupRequestState.PENDING:
        raise Refusal(DECIDED)
    if not _stands(session, row, today, now):
        _settle(session, row, GroupRequestState.OVER, now)
        return row, None
    _settle(session, row, GroupRequestState.ACCEPTED if agree else GroupRequestState.REFUSED, now, me.id)
    if not agree:
        return row, None
    title = session.scalars(select(GroupChat.title).where(GroupChat.chat_id == row.chat_id)).one()
    tie(session, row.branch_id, row.chat_id, title, row.asked_by_id, now)
    return row, Tied(row.branch_id, True, ended=_end_others(session, row, now))


def _stands(session: Session, row: GroupRequest, today: date, now: datetime) -> bool:
    """In time, of a group that is still the holder's, for a branch that has tied none since and whose asker may."""
    since = (GroupChat.branch_id == row.branch_id, GroupChat.active, GroupChat.tied_at > row.asked_at)
    return (
        now < row.expires_at
        and held_by(session, row.chat_id, today) == row.holder_id
        and _keeps(session, row.asked_by_id, row.branch_id, today)
        and session.scalars(select(GroupChat.id).where(*since)).first() is None
    )


def _keeps(session: Session, person_id: int, branch_id: int, today: date) -> bool:
    """Whether somebody has the right to the branch's group, wherever that one acts just now."""
    account = session.get_one(Person, person_id).telegram_id
    me = find(session, account or 0, today, branch_id)
    return me is not None and may(me, Right.ROSTER, branch_id=branch_id)


def _settle(
    session: Session, row: GroupRequest, state: GroupRequestState, now: datetime, by: int | None = None
) -> None:
    """One conditional update: of two taps, or of a tap and the clock, one decides."""
    mine = update(GroupRequest).where(GroupRequest.id == row.id, GroupRequest.state == GroupRequestState.PENDING)
    if not changed(session, mine.values(state=state, decided_by_id=by, decided_at=now)):
        raise Refusal(DECIDED)
    session.expire(row)
    for place in (row.branch_id, row.holder_id):
        # Who decided for the holder is named in its own log alone.
        actor = by if place == row.holder_id else None
        record(session, "group_decided", "group_request", row.id, now=now, by=By(place, actor), new=state)


def _end_others(session: Session, row: GroupRequest, now: datetime) -> list[GroupRequest]:
    """What other branches had asked for the same group: it is no longer the one's that they asked."""
    pending = (GroupRequest.chat_id == row.chat_id, GroupRequest.state == GroupRequestState.PENDING)
    others = list(session.scalars(select(GroupRequest).where(*pending, GroupRequest.id != row.id)))
    for other in others:
        _settle(session, other, GroupRequestState.OVER, now)
    return others


def expire(session: Session, request_id: int, branch_id: int, now: datetime) -> GroupRequest | None:
    """Nobody has answered in time; None when somebody has."""
    row = of_branch(session, GroupRequest, request_id, branch_id)
    if row is None or row.state is not GroupRequestState.PENDING or row.expires_at > now:
        return None
    _settle(session, row, GroupRequestState.OVER, now)
    return row
