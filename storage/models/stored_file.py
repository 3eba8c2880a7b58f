"""Files that a record needs to be shown to an inspector: kept as bytes, once a branch; the rest stays with Telegram.

A field of files of an entry holds what Telegram announced of each (bot/kit/handlers.File), and beside it `stored`, the
number of the row here, once its bytes have been fetched (bot/watch/files.py).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import Rule, actor, free_text, home, nothing_personal

TO_FETCH = text("stored_id IS NULL")
BY_ENTRY = Rule("kept_files", "no name can be replaced in a file: that of an entry about nobody else goes with it")


class StoredFile(Model):
    """One file of a branch, told apart by the SHA-256 of its bytes as they are kept (a large photo is scaled).

    sha256 null: nobody ever had the bytes, an archive only names it. unique_id: how Telegram calls the file that was
    fetched, so that it is not fetched twice. archive_id, extra: as of a person.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        UniqueConstraint("branch_id", "sha256"),
        UniqueConstraint("branch_id", "archive_id"),
        Index("ix_stored_file_branch_id_unique_id", "branch_id", "unique_id"),
        # A number stands in the fields of entries: no other file gets it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sha256: Mapped[str | None] = mapped_column(info=nothing_personal())
    size: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())
    media_type: Mapped[str | None] = mapped_column(info=nothing_personal())
    name: Mapped[str] = mapped_column(info=free_text(label=True))
    unique_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    uploader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=actor())
    stored_at: Mapped[datetime]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class StoredContent(Model):
    """The bytes, apart from what is said of them: a list of files reads none. No row: they came with no archive."""

    __tablename__ = "stored_content"

    stored_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), primary_key=True, info=home())
    content: Mapped[bytes] = mapped_column(LargeBinary, info=free_text(looked_through=BY_ENTRY))


class EntryFile(Model):
    """A file that a field of an entry, or of one of its rows, holds; written with the fields, as what figures read.

    stored_id: once it is kept. tries, again_at: how often it was asked for in vain, and when it is asked for again.
    given_up: why it stays with Telegram, too_large or not_there.
    """

    __tablename__ = "entry_file"
    __table_args__ = (Index("ix_entry_file_to_fetch", "id", sqlite_where=TO_FETCH, postgresql_where=TO_FETCH),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True, info=home())
    row_id: Mapped[int | None] = mapped_column(ForeignKey("entry_row.id"), index=True)
    field: Mapped[str] = mapped_column(info=nothing_personal())
    unique_id: Mapped[str] = mapped_column(default="", info=nothing_personal())
    stored_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    again_at: Mapped[datetime | None]
    given_up: Mapped[str] = mapped_column(default="", info=nothing_personal())
