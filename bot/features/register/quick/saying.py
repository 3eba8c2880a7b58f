"""A sentence in the branch where it was said: what it may mean there, each meaning as a form that is filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import entries, rules
from bot.features.register.kinds.kind import Kind
from bot.features.register.quick import filling, sentences
from bot.features.register.quick.sentences import Said
from bot.kit.handlers import Call


@dataclass(frozen=True, slots=True)
class Meaning:
    """given: what its form is opened with."""

    label: str
    given: Mapping[str, Any]


def meanings(session: Session, call: Call, text: str) -> list[Meaning]:
    """What a text may mean of the kinds that somebody keeps."""
    patterned = {one.kind for one in sentences.PATTERNS}
    kept = filling.kept_kinds(session, call)
    some = {one.name: one for one in kept if one.name in patterned}
    if not some or not sentences.is_sentence(text):
        return []
    found = sentences.read(text, call.today, filling.known(session, call, list(some.values())), some)
    return [one for said in found for one in _meant(session, call, kept, some[said.kind], said, found)]


def _meant(
    session: Session, call: Call, kept: Sequence[Kind], kind: Kind, said: Said, every: Sequence[Said]
) -> list[Meaning]:
    """A row of what is there with that title, else a new entry."""
    there = _there(session, call, kept, kind, said)
    if there:
        called = entries.called(session, call.me.branch_id, there)
        return [
            Meaning(f"{one.kind.label} {rules.line_of(one, called)}", _row(session, call, one, said)) for one in there
        ]
    return [Meaning(_label(kind, said, every), _new(session, call, kind, said))]


def _there(session: Session, call: Call, kept: Sequence[Kind], kind: Kind, said: Said) -> list[rules.View]:
    titled = next((one.key for one in kind.fields if one.titled), "")
    if not said.rows or titled not in said.texts:
        return []
    names = [one.name for one in kept if one.collection == kind.collection and one.field(said.rows) is not None]
    return entries.views(session, entries.titled(session, call.me.branch_id, names, said.texts[titled]))


def _row(session: Session, call: Call, view: rules.View, said: Said) -> dict[str, Any]:
    outer = view.kind.field(said.rows)
    assert outer is not None
    of_rows = {key.partition(".")[2]: text for key, text in said.texts.items() if "." in key}
    fields = {one.key: one for one in outer.fields}
    values, unread = filling.fill(session, call, fields, of_rows)
    left = filling.left_empty(outer.fields, values)
    about = {"act": "row", "of": view.kind.name, "entry": view.id, "version": view.version, "row": 0}
    return {**about, "rows": said.rows, **values, **left, **_unread(unread, said)}


def _new(session: Session, call: Call, kind: Kind, said: Said) -> dict[str, Any]:
    inner = filling.of_row(kind, said.rows)
    fields = {one.key: one for one in (*kind.every, *inner)}
    values, unread = filling.fill(session, call, fields, said.texts)
    left = filling.left_empty([*kind.fields, *inner], values)
    rows = {"rows": said.rows} if said.rows else {}
    return {"act": "new", "of": kind.name, **rows, **values, **left, **_unread(unread, said)}


def _unread(unread: Sequence[str], said: Said) -> dict[str, Any]:
    return {"unread": [*unread, *said.left]} if unread or said.left else {}


def _label(kind: Kind, said: Said, every: Sequence[Said]) -> str:
    """The kind; of one kind that of which field the doubtful name is."""
    others = [one for one in every if one.kind == said.kind and one is not said]
    for key, text in said.texts.items():
        declared = kind.field(key)
        if declared is not None and any(one.texts.get(key) != text for one in others):
            return f"{declared.word}：{text}"
    return kind.word
