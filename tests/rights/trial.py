"""One handler tried by one person, then taken back: what became of it, and everything that anybody hears of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from bot.kit import admission
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT
from bot.kit.handlers import (
    Answer,
    Call,
    CardView,
    Command,
    Edited,
    Handler,
    Otherwise,
    Service,
    Start,
    Tap,
    Visit,
    Word,
)
from bot.kit.handlers import Heard as Before
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, Reply, Said
from bot.kit.words import STRANGER
from storage.audience import find
from storage.engine import Storage
from storage.models.everything import METADATA
from storage.models.outbox import Outbox
from storage.models.person import Person
from tests.keys import COMMANDS
from tests.rights.branch import CODE, NOW, SHANGHAI, Ids, Scene
from tests.rights.changes import changed, rows, touched
from tests.rights.effects import EFFECTS, Effect, missing
from tests.rights.papers import text_of
from tests.rights.states import GROUP, OWN_ACCOUNT, STATES, Draft, State, code_of
from tests.rights.table import Case


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
        return f"edited:{handler.run.__module__.split('.')[2]}"
    if isinstance(handler, Otherwise):
        return "otherwise"
    return f"{'card' if isinstance(handler, CardView) else 'service'}:{handler.kind}"


class TakenBack(Exception):
    """Ends a trial: nothing of it stays."""


@dataclass(frozen=True)
class Heard:
    """What somebody else was told: a person by row, or (None) the chat of a group or of an unknown account."""

    person_id: int | None
    chat_id: int | None
    text: str

    def is_for(self, person_id: int | None, account: int) -> bool:
        return self.chat_id == account or (person_id is not None and self.person_id == person_id)


@dataclass(frozen=True)
class Got:
    """`said`: all that this person hears, documents too; `others`: what others hear; `rows`: the tables changed.

    `became`: whose account it is afterwards.
    """

    said: str = ""
    others: tuple[Heard, ...] = ()
    rows: frozenset[str] = frozenset()
    refused: bool = False
    became: str = ""

    def missing(self, effect: Effect) -> list[str]:
        """What did not come of it; nothing missing is that it was done."""
        return list(missing(effect, self.rows, self.said, self.others))

    def more_than_no(self, effect: Effect, leaves: frozenset[str] = frozenset()) -> list[str]:
        """What came of it all the same for somebody who may not: nothing but one polite line."""
        found = [*sorted(self.rows - leaves), *(f"tells {one}" for one in self.others)]
        if effect.shows and effect.shows in self.said and not self.refused:
            found.append(f"shows “{effect.shows}”")
        return found + ([] if "\n" not in self.said else [self.said])


class Walk:
    """The prepared branches, on which everything is tried and taken back; who acts is a role."""

    def __init__(self, storage: Storage, made: Scene) -> None:
        self.storage, self.made, self._touched = storage, made, touched(storage)
        with storage.reading() as session:
            self._before = {of.name: rows(session, of) for of in METADATA.sorted_tables}

    def tried(self, handler: Handler, case: Case, role: str, ids: Ids, *, opened: Ids | None = None) -> Got:
        """`ids`: whose rows are named; `opened`: whose rows the open dialog is about, if not the same branch's."""
        with suppress(TakenBack), self.storage.transaction() as session:
            got = self._got(session, handler, case, self.made.accounts[role], ids, opened or ids)
            raise TakenBack
        return got

    def _got(self, session: Session, handler: Handler, case: Case, account: int, ids: Ids, opened: Ids) -> Got:
        self._touched.clear()
        who = _bound(session, account)
        run = ready(session, self.made, handler, case, account, ids, opened)
        session.flush()
        before = {**self._before, **{of.name: rows(session, of) for of in self._written()}}
        last = session.scalars(select(Outbox.id).order_by(Outbox.id.desc())).first() or 0
        self._touched.clear()
        try:
            with session.begin_nested():
                reply = run()
                session.flush()
        except Refusal as refusal:
            return Got(refusal.text, refused=True)
        written = frozenset(of.name for of in self._written() if list(changed(before[of.name], rows(session, of))))
        told = [*_told(session, reply), *_promised(session, last)]
        own = [one.text for one in told if one.is_for(who, account)]
        said = dict.fromkeys([*words(reply), *papers(reply.here), *own])
        others = tuple(one for one in told if not one.is_for(who, account))
        became = session.scalars(select(Person.name).where(Person.telegram_id == account)).first() or ""
        return Got("\n".join(said), others, written, became=became)

    def _written(self) -> list[Table]:
        return [of for of in METADATA.sorted_tables if of.name in self._touched]


def ready(
    session: Session, made: Scene, handler: Handler, case: Case, account: int, ids: Ids, opened: Ids
) -> Callable[[], Reply]:
    """The handler, to be called by somebody on rows that stand as it needs them."""
    draft = _stands(session, made, case.state or STATES.get(key(handler)), ids, _bound(session, account))
    return _prepared(session, handler, case, visit_of(account, case, ids), ids, opened, draft)


def _stands(session: Session, made: Scene, state: State | None, ids: Ids, who: int | None) -> Draft:
    """The state is set up in the branch that is named and, the last, in that of whoever acts."""
    places = [one for one in (made.here, made.there) if one is ids or who in one.people.values()]
    draft: Draft = {}
    for one in sorted(places, key=lambda one: who in one.people.values()):
        draft |= (state(session, one, who) if state else None) or {}
    session.flush()
    session.expire_all()
    return draft


def subject_of(card: CardView, ids: Ids) -> int:
    """The row that a card of this kind is about."""
    kind = card.kind.removeprefix("progress.")
    named = {
        "reflection_task": "task",
        "reflection": "submitted",
        "reflection_review": "submitted",
        "study_item": "item",
        "hand_in_offer": "author",
    }
    return ids[named.get(kind, kind)]


def effect_of(handler: Handler, case: Case) -> Effect:
    return case.effect or EFFECTS[key(handler)]


def visit_of(account: int, case: Case, ids: Ids) -> Visit:
    facts = {"first_name": "某", **case.facts}
    if facts.get("contact", (None,))[0] == OWN_ACCOUNT:
        facts["contact"] = (account, facts["contact"][1])
    return Visit(
        update_id=1,
        telegram_id=account,
        chat_id=GROUP if case.group else account,
        private=not case.group,
        message_id=1,
        now=NOW,
        tz=SHANGHAI,
        bot_name="bot",
        text=case.text,
        facts=facts,
        content=case.content(ids) if callable(case.content) else case.content,
        files=case.files,
        card=("activity", ids["activity"]) if case.group else None,
        commands=COMMANDS,
    )


def _prepared(
    session: Session, handler: Handler, case: Case, visit: Visit, ids: Ids, opened: Ids, draft: Draft
) -> Callable[[], Reply]:
    """All but the last step: the dialog stands open, the person is known; what is left is the handler itself."""
    if isinstance(handler, Start):
        payload = _payload(handler, case, ids)
        return lambda: handler.run(session, visit, payload)
    if isinstance(handler, Service):
        return lambda: handler.run(session, visit)
    me = find(session, visit.telegram_id, visit.today)
    if me is None:
        # As the edge does for whoever is not known: tried with the real one in test_strangers.
        return lambda: Reply(toast=STRANGER)
    call = Call(**{name: getattr(visit, name) for name in Visit.__dataclass_fields__}, me=me)
    if case.open is not None:
        dialogs.ask(session, me, case.open[0], NOW, **{**case.open[1](opened), **draft})
    return lambda: _run(session, handler, case, call, ids)


def _payload(handler: Start, case: Case, ids: Ids) -> str:
    if handler.prefix == "c_":
        return f"c_{CODE}{'1' if '甲一' in ids.people else '2'}"
    return f"{case.text}{code_of(ids)}" if case.text == handler.prefix != "" else case.text


def _run(session: Session, handler: Handler, case: Case, call: Call, ids: Ids) -> Reply:
    if isinstance(handler, Tap) and handler.operator:
        # As the edge does for every account but one.
        raise Refusal(NO_RIGHT)
    if isinstance(handler, Tap):
        assert case.make is not None
        return tap(session, handler, call, case.make(ids).pack())
    if isinstance(handler, Answer):
        dialog = dialogs.current(session, call.me, NOW)
        assert dialog is not None
        return admission.run(handler, session, call, dialog)
    if isinstance(handler, Command | Word):
        return admission.run(handler, session, call)
    if isinstance(handler, Otherwise):
        return handler.not_understood(session, call)
    assert isinstance(handler, Edited)
    return handler.run(session, replace(call, before=_before(case, call, ids))) or Reply()


def _before(case: Case, call: Call, ids: Ids) -> Before:
    """The edited message as it was."""
    subject, _, row = case.did.partition(" ")
    return Before(0, call.chat_id, 1, "从前", NOW, False, NOW, f"{subject}:{ids[row]}" if row else "", 2)


def tap(session: Session, handler: Tap, call: Call, data: str) -> Reply:
    """As the edge does it: what is slow is prepared first, and a refusal there left to the handler."""
    button = handler.button.unpack(data)
    ready = None
    if handler.prepare is not None:
        try:
            ready = admission.prepare(handler, session, call, button)
        except Refusal:
            ready = None
    return admission.run(handler, session, replace(call, ready=ready), button)


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
