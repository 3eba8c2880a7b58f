"""What is said about a group chat that another branch holds: the question, its two buttons, and the answer."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.buttons import Button
from bot.kit.replies import Choice, Message, To
from bot.kit.words import moment_words
from storage.choices import GroupRequestState
from storage.models.organisation import GroupChat, GroupRequest, Organisation

ANSWERS = {
    GroupRequestState.ACCEPTED: "{holder}已同意，“{group}”现为{branch}工作群，通知将发到那里。",
    GroupRequestState.REFUSED: "{holder}没有同意将“{group}”改为{branch}工作群。请与该支部当面商量，或另建工作群。",
    GroupRequestState.OVER: "将“{group}”改为{branch}工作群的申请已失效，本群没有变动。如仍需要，请重新点“绑定工作群”。",
}


@dataclass(frozen=True)
class DecideGroup(Button):
    """1: agree; 0: decline."""

    prefix: ClassVar[str] = "gd"
    request_id: int
    agree: int


def asked(session: Session, row: GroupRequest, tz: tzinfo) -> str:
    """In the group, to whoever showed the code."""
    names = _names(session, row)
    until = moment_words(row.expires_at, tz)
    return f"本群现为{names['holder']}工作群，已请该支部答复，{until}前未同意则不改。结果会通知申请人。"


def question(session: Session, row: GroupRequest, tz: tzinfo) -> Message:
    """To the desk of the branch that holds the group."""
    names = _names(session, row)
    text = (
        f"【工作群申请】{names['branch']}申请将本支部工作群“{names['group']}”改为{names['branch']}工作群。\n"
        f"同意后，本支部的通知不再发到该群。请于{moment_words(row.expires_at, tz)}前答复，逾期视为不同意。"
    )
    return Message(text, [[Choice("同意改绑", DecideGroup(row.id, 1)), Choice("不同意", DecideGroup(row.id, 0))]])


def told_desk(session: Session, row: GroupRequest, desk: list[int], tz: tzinfo) -> list[To]:
    said = question(session, row, tz)
    return [To(said, person_id=one, key=f"group_request:{row.id}:{one}") for one in desk]


def answer(session: Session, row: GroupRequest) -> Message:
    """To whoever asked."""
    return Message(ANSWERS[row.state].format(**_names(session, row)))


def answer_key(row: GroupRequest) -> str:
    return f"group_request:{row.id}:answer"


def done(session: Session, row: GroupRequest) -> Message:
    """What the question becomes for who has decided."""
    words = {
        GroupRequestState.ACCEPTED: "已同意：“{group}”改为{branch}工作群，本支部的通知不再发到该群。",
        GroupRequestState.REFUSED: "未同意：“{group}”仍为本支部工作群。",
    }
    return Message(words[row.state].format(**_names(session, row)))


def _names(session: Session, row: GroupRequest) -> dict[str, str]:
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_([row.branch_id, row.holder_id]))
    names = {one.id: one.name for one in session.execute(query)}
    title = session.scalars(select(GroupChat.title).where(GroupChat.chat_id == row.chat_id)).first()
    return {"branch": names[row.branch_id], "holder": names[row.holder_id], "group": title or "工作群"}
