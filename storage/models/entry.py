"""The register: whatever a branch records beside its activities, of any kind, and what the figures read of it.

An entry is what somebody wrote down: `fields` and those of its rows are for showing. What a figure reads lies beside
them in days, states, people and values, written in the same transaction (bot/features/register/rules.py makes them),
so that value and rows come from one plain query on both databases.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import Duty
from storage.personal import Left, actor, free_text, home, nothing_personal, own, owner


class Entry(Model):
    """One entry of a kind; `revision` is that of the kind by which it was saved, `version` grows with every change.

    withdrawn_at: taken back, and counted nowhere: by 撤销 without a reason, by 取消登记 with one. assumed: nobody said
    when it was recorded. archive_id, extra: as of a person.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_branch_id_kind", "branch_id", "kind"),
        Index("uq_entry_archive_id", "branch_id", "kind", "archive_id", unique=True),
        # A number stands in buttons and in the log: no other entry gets it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    revision: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(info=free_text(label=True))
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    assumed: Mapped[bool] = mapped_column(default=False, server_default=false())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_reason: Mapped[str] = mapped_column(default="", info=free_text())
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class EntryRow(Model):
    """One of the short list that an entry has: a placement, an item to be put right. In time by its own instant.

    assumed: nobody said when it was recorded.
    """

    __tablename__ = "entry_row"
    __table_args__ = (UniqueConstraint("entry_id", "field", "position"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), info=home())
    field: Mapped[str] = mapped_column(info=nothing_personal())
    position: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    assumed: Mapped[bool] = mapped_column(default=False, server_default=false())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class EntryDay(Model):
    """A day of an entry, or of one of its rows; of days that last `last` is the last one, null: open."""

    __tablename__ = "entry_day"
    __table_args__ = (Index("ix_entry_day_field_on", "field", "on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    field: Mapped[str] = mapped_column(info=nothing_personal())
    on: Mapped[date]
    last: Mapped[date | None]


class EntryState(Model):
    """All dated facts of an entry, or of one of its rows, from a day on: the state, whose it is, and until when.

    since: the day from which the state itself holds, also where only owner or deadline changed. assumed: nobody said
    when it was recorded. undone_at: taken back within the ten minutes. The owner is a person, a party group, an office,
    or a name.
    """

    __tablename__ = "entry_state"
    __table_args__ = (Index("ix_entry_state_entry_id_on", "entry_id", "on"), Index("ix_entry_state_due_on", "due_on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), info=home())
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    on: Mapped[date]
    state: Mapped[str] = mapped_column(info=nothing_personal())
    since: Mapped[date]
    due_on: Mapped[date | None]
    owner_name: Mapped[str] = mapped_column(default="", info=free_text(left=Left.UNITS))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    owner_group_id: Mapped[int | None] = mapped_column(ForeignKey("party_group.id"))
    owner_duty: Mapped[Duty | None] = mapped_column(choice(Duty), info=own())
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    assumed: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str] = mapped_column(default="", info=free_text())
    undone_at: Mapped[datetime | None]


class EntryPerson(Model):
    """Somebody whom an entry names: of the roster by number, else by name."""

    __tablename__ = "entry_person"
    __table_args__ = (Index("ix_entry_person_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True, info=home())
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    field: Mapped[str] = mapped_column(info=nothing_personal())
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=owner())
    name: Mapped[str] = mapped_column(default="", info=free_text())


class EntryValue(Model):
    """A choice, an organisation, a site, a yes by its key, with its word where that is somebody's own; a number in
    hundredths, so that its sum is exact.
    """

    __tablename__ = "entry_value"
    __table_args__ = (Index("ix_entry_value_field_key", "field", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    field: Mapped[str] = mapped_column(info=nothing_personal())
    key: Mapped[str] = mapped_column(default="", info=free_text(left=Left.UNITS))
    word: Mapped[str] = mapped_column(default="", info=free_text(left=Left.UNITS))
    hundredths: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())


class EntryLink(Model):
    """What an entry, or one of its rows, points to: the activity that proves it, another entry (`target_id`), or a
    vote.
    """

    __tablename__ = "entry_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    field: Mapped[str] = mapped_column(info=nothing_personal())
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    vote_id: Mapped[int | None] = mapped_column(ForeignKey("vote.id"), index=True)


class EntryChange(Model):
    """What one field of an entry, or of one of its rows, was and is: the history that an inspector is shown.

    on: from that day; null: as if it had always been so. undone_at: taken back within the ten minutes.
    """

    __tablename__ = "entry_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True, info=home())
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    field: Mapped[str] = mapped_column(info=nothing_personal())
    old: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    new: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    on: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    reason: Mapped[str] = mapped_column(default="", info=free_text())
    undone_at: Mapped[datetime | None]
