"""What is answered to whoever is of no branch today: not known, not yet listed, or moved away."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.kit import group_replies
from bot.kit.handlers import Visit
from bot.kit.keyboard import LEFT
from bot.kit.replies import Message, OwnNumber, Reply, To, say
from bot.kit.words import STRANGER
from storage.audience import Me, find_parted
from storage.models.organisation import Organisation
from storage.models.person import RosterSpan

OWN_NUMBER = [[OwnNumber("发送手机号")]]
EARLY = "自编入支部之日起可以使用。"


def answer(session: Session, visit: Visit, *, tapped: bool) -> Reply:
    """A toast on what was tapped, else a message with the keyboard that is right now."""
    said = _known(session, visit) or Message(STRANGER, keyboard=OWN_NUMBER)
    return Reply(toast=said.text, alert=True) if tapped else say(said)


def in_group(session: Session, visit: Visit) -> Reply:
    """To a reply to a card of ours: in private to who is known, else the one line under it."""
    said = _known(session, visit)
    if said is None:
        return group_replies.to_unbound(session, visit)
    told = group_replies.card_of(session, visit) is not None
    return Reply(others=[To(said, chat_id=visit.telegram_id)]) if told else Reply()


def _known(session: Session, visit: Visit) -> Message | None:
    """To who was of a branch or will be; None: nobody knows who this is."""
    me = find_parted(session, visit.telegram_id)
    if me is None:
        return None
    if _is_early(session, me, visit.today):
        return Message(EARLY, keyboard=[])
    return Message(_left(session, me), keyboard=LEFT)


def _is_early(session: Session, me: Me, today: date) -> bool:
    first = session.scalar(select(func.min(RosterSpan.from_on)).where(RosterSpan.person_id == me.id))
    return first is not None and first > today


def _left(session: Session, me: Me) -> str:
    branch = session.get_one(Organisation, me.branch_id).name
    return f"您已转出{branch}。查看本人数据请点“我的数据”。"
