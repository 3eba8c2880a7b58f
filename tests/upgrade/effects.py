"""What an act did, in lines that no rewording changes: whom it told something, and what it wrote.

`told 甲五 edit`, `card activity 4 shown in 群`, `receipt + notice_id=4 person_id=7 at=now`,
`receipt ~ 19 withdrawn_at=now`, `audit decide leave_request 6 by 甲二 via chat`, `promise notice:7:3`,
`asks notice.text of 丁04`. Of texts only whether there is one and whether it is what was given; new rows, and moments
about now, go by these words. The columns are those of the snapshot's revision, and all is read by plain SQL: so the
code of then and today's are looked at in the same way.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.upgrade.database import Database, Key, Rows

Row = dict[str, Any]
# By table its columns: those of the snapshot's revision, whatever has come since.
Columns = dict[str, list[str]]

MACHINE_WORD = re.compile(r"[a-z][a-z_.]*")
NEAR = timedelta(minutes=10)
# What is received and how it is answered is looked at in the chats; what keyboards there are every version decides.
NOT_COMPARED = ("inbox", "command_menu")
# What Telegram, the queue, the length of a text or of a list gives.
INCIDENTAL = {"id", "message_id", "outbox_id", "bot_id", "update_id", "file_id", "size", "length", "hash", "sha256"}
INCIDENTAL |= {"digest", "planned"}
# The promise of an answer is named by the update, and seen in the chat.
ANSWER = "answer:"
UPDATE_OR_MOMENT = re.compile(r"\b\d{9,10}\b")
# What a card or a page can be of.
SUBJECTS = ("activity", "notice", "reminder", "reflection_task", "reflection", "monthly_theme")


@dataclass
class Written:
    """What is different in the rows.

    now: when the act was. names, people: what chats and people are called. given: what somebody typed.
    """

    database: Database
    columns: Columns
    before: Rows
    after: Rows
    now: datetime
    names: dict[int, str]
    people: dict[int, str]
    given: str = ""
    new: dict[str, set[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for of in self.before:
            self.new[of] = {key[0] for key in self.after[of].keys() - self.before[of].keys()}

    def lines(self) -> list[str]:
        return sorted(line for of in self.columns if of not in NOT_COMPARED for line in self._lines_of(of))

    def _lines_of(self, of: str) -> Iterator[str]:
        was, now = self.before[of], self.after[of]
        if was == now:
            return
        for key in was.keys() | now.keys():
            old, row = was.get(key), now.get(key)
            if old != row:
                yield from self._said(of, key, self._named(of, old), self._named(of, row))

    def _named(self, of: str, row: tuple[Any, ...] | None) -> Row | None:
        return None if row is None else self.database.named(of, row)

    def _said(self, of: str, key: Key, old: Row | None, row: Row | None) -> Iterator[str]:
        if of == "dialog":
            yield from self._question(old, row)
        elif of == "promise":
            if row and not old and not row["key"].startswith(ANSWER):
                yield f"promise {UPDATE_OR_MOMENT.sub('#', row['key'])}"
        elif of == "outbox":
            yield from self._queued(old, row)
        elif of == "audit" and row:
            yield self._logged(row)
        elif of == "card":
            yield from self._card(old, row)
        elif old is None and row is not None:
            yield f"{of} + {self._values(of, row, row.keys())}".rstrip()
        elif row is None:
            yield f"{of} - {_word(key)}"
        elif old is not None:
            values = self._values(of, row, [name for name in row if row[name] != old[name]])
            if values:
                yield f"{of} ~ {_word(key)} {values}"

    # --- what has words of its own ---------------------------------------------------------------------------------

    def _question(self, old: Row | None, row: Row | None) -> Iterator[str]:
        """How a draft is kept is its form's own business; what was typed is in it, or is not."""
        if row and row["step"]:
            kept = bool(self.given) and self.given in json.dumps(json.loads(row["draft"]), ensure_ascii=False)
            yield f"asks {row['step']} of {self.people.get(row['person_id'])}{' with given' if kept else ''}"
        elif old and old["step"]:
            yield f"closes {old['step']} of {self.people.get(old['person_id'])}"

    def _queued(self, old: Row | None, row: Row | None) -> Iterator[str]:
        """What waited and does so no longer; what is new is told or promised."""
        if old and (row is None or row["state"] != old["state"]):
            who = self.names.get(old["chat_id"], "nobody")
            yield f"outbox ~ {old['job']} to {who} {row['state'] if row else 'gone'}"

    def _logged(self, row: Row) -> str:
        subject, number = row["subject"], row["subject_id"]
        which = "new" if number in self.new.get(subject, ()) else number
        details = self._json(json.loads(row["details"]) if row["details"] else {})
        actor = self.people.get(row["actor_id"], "nobody")
        return f"audit {row['action']} {subject} {which} by {actor} via {row['via']} {details}"

    def _card(self, old: Row | None, row: Row | None) -> Iterator[str]:
        one = row or old
        assert one is not None
        where = f"{one['kind']} {self._subject(one['subject_id'])} in {self.names.get(one['chat_id'])}"
        if row is None:
            yield f"card - {where}"
        elif old is None or bool(old["open"]) != bool(row["open"]):
            yield f"card {'~' if old else '+'} {where} open={bool(row['open'])}"

    def _subject(self, number: int) -> object:
        return "new" if any(number in self.new[of] for of in SUBJECTS) else number

    # --- values ----------------------------------------------------------------------------------------------------

    def _values(self, of: str, row: Row, names: Iterable[str]) -> str:
        compared = [name for name in names if name in self.columns[of] and name not in INCIDENTAL]
        found = {name: self._value(of, name, row[name]) for name in compared}
        return " ".join(f"{name}={value}" for name, value in found.items() if value != "")

    def _value(self, of: str, name: str, value: Any) -> Any:
        kind = self.database.kinds[of][name]
        if value is None:
            return "null"
        if kind == "BOOLEAN":
            return bool(value)
        if kind == "DATE":
            return str(value)
        if kind.startswith(("DATETIME", "TIMESTAMP")):
            return self._moment(value)
        if kind.startswith("NUMERIC"):
            return float(value)
        if kind in ("BLOB", "BYTEA"):
            return "bytes"
        if kind == "JSON":
            return self._json(json.loads(value))
        if isinstance(value, int):
            return "new" if value in self.new.get(self.database.refers[of].get(name, ""), ()) else value
        return value if kind != "VARCHAR" else self._text(value)

    def _moment(self, value: Any) -> str:
        moment = datetime.fromisoformat(str(value))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return "now" if abs(moment - self.now) < NEAR else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"

    def _text(self, value: str) -> str:
        if not value or MACHINE_WORD.fullmatch(value):
            return value
        return "given" if value in self.given or (self.given and self.given in value) else "text"

    def _json(self, value: Any) -> str:
        return json.dumps(self._shape(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def _shape(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._shape(each) for key, each in value.items() if key not in INCIDENTAL}
        if isinstance(value, list):
            return [self._shape(each) for each in value]
        if not isinstance(value, str):
            return value
        try:
            return value if len(value) == 10 and datetime.fromisoformat(value) else self._moment(value)
        except ValueError:
            return self._text(value)


def _word(key: Key) -> str:
    return " ".join(str(part) for part in key)
