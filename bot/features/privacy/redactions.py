"""What 我的数据 leaves out of messages: the texts of others' reflections, which only their authors take home."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.privacy.personal_data import DataSubject
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox, Promise
from storage.models.person import DutySpan, Person
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask

NOT_THEIRS = "（他人心得全文不在此列）"
# How the card of a review begins; whose and which piece it is stands in its first line.
CARD = "【心得审阅】"
# The tapped card, and the message that is answered.
REPEATED = frozenset({"message", "reply_to_message", "external_reply", "quote"})
Row = Mapping[str, Any]


def without_others_texts(
    session: Session, subject: DataSubject, table: type[Any], rows: Sequence[Row]
) -> Sequence[Row]:
    """The rows of inbox and outbox as they are exported; those of other tables as they are.

    A piece goes to its reviewers under the name piece:...; what a reviewer opened, tapped or answered repeats it.
    """
    if table not in (Inbox, Outbox) or not _has_reviewed(session, subject):
        return rows
    others = _Others(session, subject)
    if table is Inbox:
        return [
            {**row, "payload": others.out_of_update(row["payload"]), "answer": others.out_of(row["answer"])}
            for row in rows
        ]
    pieces = _pieces(session, subject)
    return [
        {
            **row,
            "message": others.piece(row["message"]) if row["id"] in pieces else others.out_of(row["message"]),
            "about": others.out_of(row["about"]),
        }
        for row in rows
    ]


def _has_reviewed(session: Session, subject: DataSubject) -> bool:
    """Only who has ever held an office has been sent a piece of somebody else's."""
    return session.scalars(select(DutySpan.id).where(DutySpan.person_id == subject.person_id)).first() is not None


def _pieces(session: Session, subject: DataSubject) -> set[int]:
    """The rows that brought a piece to this person, by the names of their promises."""
    mine = Outbox.person_id == subject.person_id
    named = select(Outbox.id).join(Promise, Promise.outbox_id == Outbox.id).where(Promise.key.startswith("piece:"))
    return set(session.scalars(named.where(mine)))


class _Others:
    """The parts of reflections that others of the branch have handed in, by what they say and by their files."""

    def __init__(self, session: Session, subject: DataSubject) -> None:
        own = select(Person.branch_id).where(Person.id == subject.person_id)
        served = select(DutySpan.organisation_id).where(DutySpan.person_id == subject.person_id)
        parts = session.execute(
            select(ReflectionPart.text, ReflectionPart.file_id)
            .join(Reflection, Reflection.id == ReflectionPart.reflection_id)
            .join(ReflectionTask, ReflectionTask.id == Reflection.task_id)
            .where(ReflectionTask.branch_id.in_(own.union(served)), Reflection.person_id != subject.person_id)
        ).all()
        self._texts = {part.text for part in parts} - {""}
        self._files = {part.file_id for part in parts} - {None}

    def piece(self, message: Any) -> Any:
        """A message that is a piece, or the card of one: what is left says whose it was."""
        text = message.get("text", "")
        if text.startswith(CARD):
            return self.out_of(message)
        kept = {key: value for key, value in message.items() if key != "document"}
        return {**kept, "text": NOT_THEIRS} if text or "document" in message else message

    def out_of(self, value: Any) -> Any:
        """The same of everything in a JSON value."""
        if isinstance(value, str):
            return self._out_of_words(value)
        if isinstance(value, list):
            return [self.out_of(each) for each in value]
        if isinstance(value, dict):
            if value.get("file_id") in self._files:
                return NOT_THEIRS
            return {key: self.out_of(each) for key, each in value.items()}
        return value

    def out_of_update(self, payload: str | None) -> str | None:
        """What came in, as the text that it is kept as: only what it repeats may be another's, the rest was written by
        who sent it.
        """
        try:
            update = json.loads(payload or "{}")
        except ValueError:
            return payload
        becomes = {kind: self._out_of_repeated(content) for kind, content in update.items()}
        return payload if becomes == update else json.dumps(becomes, ensure_ascii=False)

    def _out_of_repeated(self, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        return {key: self.out_of(each) if key in REPEATED else each for key, each in content.items()}

    def _out_of_words(self, text: str) -> str:
        if text.startswith(CARD) and "\n" in text:
            return text.split("\n", 1)[0] + "\n" + NOT_THEIRS
        return NOT_THEIRS if text in self._texts else text
