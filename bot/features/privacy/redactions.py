"""What 我的数据 leaves out of messages: the texts of others' reflections, which only their authors take home."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from bot.features.privacy.columns import meanings
from bot.features.privacy.personal_data import DataSubject
from storage.models.outbox import Outbox, Promise
from storage.models.person import DutySpan, Person
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask, SelfCheckItem

NOT_THEIRS = "（他人心得全文不在此列）"
# How the card of a review begins; whose and which piece it is stands in its first line.
CARDS = tuple(f"【{kind}审阅】" for kind in ("心得", "自查表"))
# The tapped card, and the message that is answered.
REPEATED = frozenset({"message", "reply_to_message", "external_reply", "quote"})
Row = Mapping[str, Any]


def without_others_texts(session: Session, subject: DataSubject, of: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows as they are exported: of columns that say so, without what is others'; any other as it is.

    A piece goes to its reviewers under the name piece:...; what a reviewer opened, tapped or answered repeats it.
    """
    rules = {column.name: WITHHELD[means.export.name] for column, means in meanings(of) if means.export}
    if not rules or not _has_reviewed(session, subject):
        return rows
    others = _Others(session, subject)
    return [{**row, **{name: rule(others, row, row[name]) for name, rule in rules.items()}} for row in rows]


def _has_reviewed(session: Session, subject: DataSubject) -> bool:
    """Only who has ever held an office has been sent a piece of somebody else's."""
    return session.scalars(select(DutySpan.id).where(DutySpan.person_id == subject.person_id)).first() is not None


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
        # The rows that brought a piece to this person, by the names of their promises.
        named = select(Outbox.id).join(Promise, Promise.outbox_id == Outbox.id).where(Promise.key.startswith("piece:"))
        self._pieces = set(session.scalars(named.where(Outbox.person_id == subject.person_id)))
        lines = session.execute(
            select(SelfCheckItem.problem, SelfCheckItem.measure)
            .join(Reflection, Reflection.id == SelfCheckItem.reflection_id)
            .join(ReflectionTask, ReflectionTask.id == Reflection.task_id)
            .where(ReflectionTask.branch_id.in_(own.union(served)), Reflection.person_id != subject.person_id)
        )
        self._texts = {part.text for part in parts}.union(*lines) - {""}
        self._files = {part.file_id for part in parts} - {None}

    def message(self, row: Row, message: Any) -> Any:
        """A message that is a piece, or the card of one: what is left says whose it was."""
        text = message.get("text", "")
        if row["id"] not in self._pieces or text.startswith(CARDS):
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
        if text.startswith(CARDS) and "\n" in text:
            return text.split("\n", 1)[0] + "\n" + NOT_THEIRS
        return NOT_THEIRS if text in self._texts else text


# By the rules of the columns.
WITHHELD: Mapping[str, Callable[[_Others, Row, Any], Any]] = {
    "piece": _Others.message,
    "update": lambda others, row, value: others.out_of_update(value),
    "words": lambda others, row, value: others.out_of(value),
}
