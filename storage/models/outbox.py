"""Every promise to send: one unique key a promise, one row a message, one row a job's run."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import JobRunState, Lane, OutboxState
from storage.personal import Kind, Rule, ages, free_text, nothing_personal, own, owner

PLANNING = text("state = 'planning'")
BY_MESSAGE = Rule(
    "messages", "what waits is said with the other name, what has gone is emptied; of each only the branch's"
)
BY_FILE = Rule(
    "files", "no name can be replaced in a table that was made: it does not go, and its content is forgotten"
)
PIECES = Rule("piece", "which messages brought a piece to review is known by the names of their promises")
OTHERS_TEXTS = Rule("words", "what a job keeps for later may repeat the reflections of others")
SILENCED = Rule("silenced", "what has not gone out yet does not go; what has stays as it is")
SAID_WHY = Rule("said_why", "the sender's own word for it")
GONE = Rule("gone", "what waits to be sent is needed")


class Outbox(Model):
    """One message to one chat. `message` is the JSON that the bot made; `about` what its job needs to ask again.

    `job` names who promised it (null: an answer). A retry is queued with `not_before`.
    `batch` names the broadcast that it is a part of: what is shown, stopped and corrected together. A row with
    `edits_id` edits the message that this other row has sent, and says nothing new.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "lane", "not_before", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lane: Mapped[Lane] = mapped_column(choice(Lane))
    job: Mapped[str | None] = mapped_column(info=nothing_personal())
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    chat_id: Mapped[int | None] = mapped_column(BigInteger, info=owner())
    message: Mapped[dict[str, Any]] = mapped_column(
        info=free_text({"text": ""}, swept=True, looked_through=BY_MESSAGE, export=PIECES)
    )
    about: Mapped[dict[str, Any]] = mapped_column(
        default=dict, info=free_text(looked_through=BY_MESSAGE, export=OTHERS_TEXTS)
    )
    batch: Mapped[str | None] = mapped_column(index=True, info=nothing_personal())
    edits_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    state: Mapped[OutboxState] = mapped_column(choice(OutboxState), default=OutboxState.QUEUED, info=own(SILENCED))
    reason: Mapped[str] = mapped_column(default="", info=own(SAID_WHY))
    created_at: Mapped[datetime] = mapped_column(info=ages(Kind.SENT, still=GONE))
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    resent: Mapped[bool] = mapped_column(default=False)
    # Written by nobody since one process at a time sends: it may go with the table's next revision.
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())


class Promise(Model):
    """The name of one thing promised, e.g. pre_holiday:2023:中秋:r1:17. Two promises may point at one message."""

    __tablename__ = "promise"

    key: Mapped[str] = mapped_column(primary_key=True, info=nothing_personal())
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)


class JobRun(Model):
    """A job's run for a branch: `slot` is the nominal local date, or the name of the deadline it belongs to."""

    __tablename__ = "job_run"
    # Of the runs only those under way are looked for by their state: a branch has thousands that are done.
    __table_args__ = (
        UniqueConstraint("job", "branch_id", "slot"),
        Index("ix_job_run_planning", "id", sqlite_where=PLANNING, postgresql_where=PLANNING),
        # How many branches have run a slot: counted without reading the runs of all the years before.
        Index("ix_job_run_slot", "job", "slot", "branch_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job: Mapped[str] = mapped_column(info=nothing_personal())
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    slot: Mapped[str] = mapped_column(info=nothing_personal())
    nominal_on: Mapped[date]
    state: Mapped[JobRunState] = mapped_column(choice(JobRunState))
    planned: Mapped[int] = mapped_column(default=0)
    ran_at: Mapped[datetime]


class Card(Model):
    """A message that is edited in place with a live count: the group's and the secretary's only."""

    __tablename__ = "card"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "chat_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    subject_id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    chat_id: Mapped[int] = mapped_column(BigInteger, info=owner(goes=True))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())
    open: Mapped[bool] = mapped_column(default=True)


class Upload(Model):
    """A file that goes to many: its content once, and the id by which Telegram knows it after the first upload.

    `digest` is the SHA-256 of kind, name and content: the same file again is the same row. A `file_id` holds for the
    bot that uploaded it (`bot_id`).
    """

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True, info=free_text(looked_through=BY_FILE))
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    name: Mapped[str] = mapped_column(info=free_text(looked_through=BY_FILE))
    content: Mapped[bytes] = mapped_column(LargeBinary, info=free_text(looked_through=BY_FILE))
    file_id: Mapped[str | None] = mapped_column(info=free_text(looked_through=BY_FILE))
    bot_id: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())
    created_at: Mapped[datetime]


class Lease(Model):
    """One holder of a singleton (sender, poller) at a time; real time, because the holder may be dead."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True, info=nothing_personal())
    holder: Mapped[str] = mapped_column(info=nothing_personal())
    expires_at: Mapped[datetime]
