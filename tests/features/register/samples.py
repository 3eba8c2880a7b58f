"""An entry of any kind, filled in by the types of its fields; and a kind that is declared while a test runs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.features.register.kinds.kind import Count, EntryField, Kind, Ledger, Tracking, Type
from bot.features.register.values import Owner
from bot.kit.figures import Behaviour, Section
from scheduler.calendar.days import Quarter
from storage.choices import Duty

# All of it, in the 25 lines that a new kind may take.
LOAN = Kind(
    name="lent_book",
    word="图书借阅",
    unit="次",
    section=Section.SERVICE,
    collection="lent_books",
    keepers=(Duty.SECRETARY, Duty.PUBLICITY_OFFICER),
    fields=(
        EntryField(key="title", word="书名", needed=True, titled=True),
        EntryField(key="reader", word="借阅人", type=Type.PEOPLE, needed=True, outside=True),
        EntryField(key="on", word="借出日期", type=Type.DAY, needed=True),
        EntryField(key="copies", word="册数", type=Type.NUMBER),
        EntryField(key="due_on", word="归还期限", type=Type.DUE),
        EntryField(key="owner", word="责任人", type=Type.OWNER),
    ),
    dated="on",
    tracking=Tracking(states={"lent": "已借出", "returned": "已归还"}, done=("returned",), follows=""),
    line="{on} {title} {reader}",
    counts=(
        Count(path="lent_books.times", word="图书借阅", unit="次", on="on", formula="借阅次数"),
        Count(path="lent_books.copies", word="借出册数", unit="册", on="on", total="copies", formula="借出册数"),
        Count(path="lent_books.people", word="借阅人数", unit="人", on="on", distinct="reader", formula="不同的借阅人"),
    ),
    ledger=Ledger(name="借阅台账", columns=(("书名", "title"), ("借阅人", "reader"), ("归还期限", "due_on"))),
)


def filled(fields: Sequence[EntryField], person: int, *, on: str = "2023-08-01") -> dict[str, Any]:
    """A value of every field by its type; `person` is named wherever somebody is."""
    values: dict[Type, Any] = {
        Type.TEXT: "文字",
        Type.NUMBER: 2,
        Type.DAY: on,
        Type.MONTH: on[:7],
        Type.QUARTER: str(Quarter.of(date.fromisoformat(on))),
        Type.SINCE: on,
        Type.DAYS: {"from": on, "to": None},
        Type.YESNO: True,
        Type.PEOPLE: [{"id": person}],
        Type.ORG: "甲支部",
        Type.SITE: "基地1",
        Type.FILES: [{"kind": "photo", "file_id": "F", "file_unique_id": "U", "name": "照片.jpg"}],
        Type.OWNER: Owner(id=person),
        Type.DUE: "2023-08-20",
    }
    found = {one.key: values[one.type] for one in fields if one.type in values}
    found |= {one.key: next(iter(one.options)) for one in fields if one.type is Type.CHOICE}
    # A share that allows whatever there is, the year of the day, and nothing that ends or computes it.
    found |= {one.key: {"share": 100, "year": int(on[:4])}[one.key] for one in fields if one.key in ("share", "year")}
    for one in fields:
        if (one.key == "to" and one.type is Type.DAY) or one.computed:
            found.pop(one.key, None)
    return found | {one.key: ["甲支部", "乙支部"] for one in fields if one.type is Type.ORG and one.several}


def counts_something(count: Count) -> bool:
    """Whether an entry that is filled in, with one row of each, is behind it."""
    return not (count.overdue or count.row_states or count.behaviour is Behaviour.OPEN)
