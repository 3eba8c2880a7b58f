"""One handler tried by one person, then taken back: what became of it, and everything that anybody hears of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.people.binding import NOT_VALID
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT
from bot.kit.handlers import Answer, Call, CardView, Command, Edited, Handler, Service, Start, Tap, Visit, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, Reply, Said
from bot.kit.words import STRANGER
from storage.audience import find
from storage.engine import Storage
from storage.models.outbox import Outbox
from storage.models.person import Person
from tests.rights.branch import CODE, NOW, SHANGHAI, Ids, Scene
from tests.rights.papers import text_of
from tests.rights.table import Case

# The words of "no": who hears one of them got nothing. Any other refusal speaks to somebody who may.
NO = {
    NO_RIGHT, NOT_VALID, STRANGER, "您不在本次活动的参加范围内。", "名册上没有这位党员。", "您没有可取消的请假。",
    "您只在一个支部，无需切换。", "请先通过支部书记给您的邀请链接绑定，再扫码签到。",
    "签到码无效，请扫现场最新的签到码。", "请在与我的私聊中打开邀请链接。", "这条请假已撤回。",
    "没有可以撤销的变更。", "这一步已失效，请重新点“党员”。", "这个词语已不在名单上。",
}  # fmt: skip
GROUP = -5001


def key(handler: Handler) -> str:
    """How the table calls a handler."""
    if isinstance(handler, Tap):
        return f"tap:{handler.button.__name__}"
    if isinstance(handler, Command):
        return f"command:{handler.name}"
    if isinstance(handler, Word):
        return f"word:{handler.words[0] if handler.words else getattr(handler.matches, '__name__', '')}"
    if isinstance(handler, Answer):
        return f"answer:{handler.step}"
    if isinstance(handler, Start):
        return f"start:{handler.prefix}"
    if isinstance(handler, Edited):
        return "edited"
    return f"{'card' if isinstance(handler, CardView) else 'service'}:{handler.kind}"


class TakenBack(Exception):
    """Ends a trial: nothing of it stays."""


@dataclass(frozen=True)
class Heard:
    """What somebody else was told: a person by row, or (None) the chat of a group or of an unknown account."""

    person_id: int | None
    chat_id: int | None
    text: str


@dataclass(frozen=True)
class Got:
    """`may`: the handler did, or said, something for this person; `said`: all that they hear, documents too."""

    may: bool
    said: str = ""
    others: tuple[Heard, ...] = ()


def tried(
    storage: Storage, made: Scene, handler: Handler, case: Case, role: str, ids: Ids, *, private: bool = True,
    opened: Ids | None = None,
) -> Got:  # fmt: skip
    """`ids`: whose rows are named; `opened`: whose rows the open dialog is about, if not the same branch's."""
    found: list[Got] = []
    try:
        with storage.transaction() as session:
            account = made.accounts[role]
            visit = visit_of(account, case, ids, private=private)
            found.append(_got(session, handler, case, visit, ids, opened or ids))
            raise TakenBack
    except TakenBack:
        return found[0]


def visit_of(account: int, case: Case, ids: Ids, *, private: bool = True) -> Visit:
    return Visit(
        update_id=1, telegram_id=account, chat_id=account if private else GROUP, private=private, message_id=1,
        now=NOW, tz=SHANGHAI, bot_name="bot", text=case.text, facts={"first_name": "某", **case.facts},
        card=None if private else ("activity", ids["activity"]),
    )  # fmt: skip


def _got(session: Session, handler: Handler, case: Case, visit: Visit, ids: Ids, opened: Ids) -> Got:
    before = session.scalars(select(Outbox.id).order_by(Outbox.id.desc())).first() or 0
    try:
        reply = _run(session, handler, case, visit, ids, opened)
    except Refusal as refusal:
        no = refusal.text in NO or refusal.text.startswith("没有找到")
        return Got(not no, refusal.text)
    session.flush()
    said = words(reply)
    others = [*_told(session, reply), *_promised(session, before)]
    return Got(not any(text in NO for text in said), "\n".join([*said, *papers(reply.here)]), tuple(others))


def _run(session: Session, handler: Handler, case: Case, visit: Visit, ids: Ids, opened: Ids) -> Reply:
    if isinstance(handler, Start):
        payload = f"c_{CODE}{_tail(ids)}" if handler.prefix == "c_" else case.text
        return handler.run(session, visit, payload)
    if isinstance(handler, Service):
        return handler.run(session, visit)
    me = find(session, visit.telegram_id, visit.today)
    if me is None:
        # As the edge does for whoever is not known: tried with the real one in test_strangers.
        return Reply(toast=STRANGER)
    call = Call(**{name: getattr(visit, name) for name in Visit.__dataclass_fields__}, me=me)
    if case.open is not None:
        dialogs.ask(session, me.id, case.open[0], NOW, **case.open[1](opened))
    if isinstance(handler, Tap) and handler.operator:
        # As the edge does for every account but one.
        raise Refusal(NO_RIGHT)
    if isinstance(handler, Tap):
        assert case.make is not None
        return tap(session, handler, call, case.make(ids).pack())
    if isinstance(handler, Answer):
        dialog = dialogs.current(session, me.id, NOW)
        assert dialog is not None
        return handler.run(session, call, dialog)
    assert isinstance(handler, Command | Word | Edited)
    return handler.run(session, call) or Reply()


def tap(session: Session, handler: Tap, call: Call, data: str) -> Reply:
    """As the edge does it: what is slow is prepared first, and a refusal there left to the handler."""
    button = handler.button.unpack(data)
    ready = None
    if handler.prepare is not None:
        try:
            ready = handler.prepare(session, call, button)
        except Refusal:
            ready = None
    return handler.run(session, replace(call, ready=ready), button)


def _tail(ids: Ids) -> str:
    return "1" if "甲一" in ids.people else "2"


# --- what is heard -----------------------------------------------------------------------------------------------


def words(reply: Reply) -> list[str]:
    """The texts and labels that the person who acted reads in the chat."""
    said = [reply.toast]
    for item in (*([reply.edit] if reply.edit else []), *reply.here):
        said += _worded(item)
    return [text for text in said if text]


def _worded(said: Said) -> Iterator[str]:
    yield str(said.to_json()["text"])
    yield from (choice.label for row in said.rows for choice in row)


def papers(said: Iterable[Said]) -> list[str]:
    return [text_of(item) for item in said if isinstance(item, Document)]


def _told(session: Session, reply: Reply) -> Iterator[Heard]:
    for to in reply.others:
        text = "\n".join([*_worded(to.said), *papers([to.said])])
        yield Heard(to.person_id or _bound(session, to.chat_id), to.chat_id, text)


def _promised(session: Session, before: int) -> Iterator[Heard]:
    """What the handler put into the outbox itself."""
    for row in session.scalars(select(Outbox).where(Outbox.id > before)):
        labels = [choice["text"] for line in row.message.get("inline", []) for choice in line]
        text = "\n".join([str(row.message.get("text", "")), *labels])
        yield Heard(row.person_id or _bound(session, row.chat_id), row.chat_id, text)


def _bound(session: Session, chat_id: int | None) -> int | None:
    query: Any = select(Person.id).where(Person.telegram_id == chat_id)
    return session.scalars(query).first() if chat_id is not None else None


def heard(session: Session, reply: Reply) -> str:
    """All that anybody hears of a reply."""
    return "\n".join([*words(reply), *papers(reply.here), *(one.text for one in _told(session, reply))])
