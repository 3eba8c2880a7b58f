"""What people are asked to hand in: reflections (S48, D11) and self-checks (S46, D12), with all that they hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import HandInKind, PieceState, TaskAudience
from storage.models.attendance import LIVE
from storage.personal import Kind, Left, account, actor, ages, free_text, home, nothing_personal, own, owner, through


class ReflectionTask(Model):
    """Belongs to the quarter of its activity or study item (D11), else of `created_at`.

    created_by_id null: it was brought by an archive that does not say by whom. archive_id, extra: as of a person.
    """

    __tablename__ = "reflection_task"
    __table_args__ = (
        UniqueConstraint("branch_id", "kind", "archive_id"),
        Index("ix_reflection_task_due_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[HandInKind] = mapped_column(
        choice(HandInKind), default=HandInKind.REFLECTION, server_default=HandInKind.REFLECTION.value
    )
    title: Mapped[str] = mapped_column(info=free_text(label=True))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"))
    study_item_id: Mapped[int | None] = mapped_column(ForeignKey("study_item.id"))
    audience: Mapped[TaskAudience] = mapped_column(choice(TaskAudience))
    due_on: Mapped[date]
    per_person: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class Reflection(Model):
    """One version of one piece of one person; `piece` counts from 1 to the task's `per_person`.

    problems: of a self-check how many it names where no items say so: 0 is 无问题, another was counted on the paper by
    who has read it. null: its items say so. extra: as of a person.
    """

    __tablename__ = "reflection"
    __table_args__ = (
        Index(
            "uq_reflection_live",
            "task_id",
            "person_id",
            "piece",
            "version",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_reflection_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("reflection_task.id"), info=home())
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    piece: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[PieceState] = mapped_column(choice(PieceState), default=PieceState.DRAFT)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    return_reason: Mapped[str] = mapped_column(default="", info=free_text())
    problems: Mapped[int | None] = mapped_column(info=own())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class ReflectionPart(Model):
    """One message of a version: text, or a file known to Telegram. An edit before 提交 replaces it.

    A piece that is written anew holds its messages once more, so that what was handed in stands meanwhile.
    Of an archive chat_id is 0 and message_id its place; extra as of a person.
    """

    __tablename__ = "reflection_part"
    __table_args__ = (UniqueConstraint("chat_id", "message_id", "reflection_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reflection_id: Mapped[int] = mapped_column(
        ForeignKey("reflection.id"), index=True, info=through(goes=True, home=True)
    )
    chat_id: Mapped[int] = mapped_column(BigInteger, info=account())
    message_id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    text: Mapped[str] = mapped_column(default="", info=free_text(left=Left.PIECES))
    file_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    file_unique_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    file_name: Mapped[str | None] = mapped_column(info=free_text(left=Left.PIECES))
    mime_type: Mapped[str | None] = mapped_column(info=nothing_personal())
    size: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(info=ages(Kind.PIECES))
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text(left=Left.PIECES))


class SelfCheckItem(Model):
    """A problem and what is done about it, of a version of a self-check (S47); in the order of `position`.

    measure "": it is still to come, in a draft alone. problem_message, measure_message: the messages that said it, in
    the author's chat; null: it came with a form file. due_on: until when the measure is taken; done_on: once it was.
    What is emptied after its time is counted still. extra: as of a person.
    """

    __tablename__ = "self_check_item"
    __table_args__ = (UniqueConstraint("reflection_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reflection_id: Mapped[int] = mapped_column(ForeignKey("reflection.id"), info=through(home=True))
    position: Mapped[int]
    problem: Mapped[str] = mapped_column(default="", info=free_text(swept=True, left=Left.PIECES))
    measure: Mapped[str] = mapped_column(default="", info=free_text(swept=True, left=Left.PIECES))
    owner: Mapped[str] = mapped_column(default="", info=free_text(swept=True, left=Left.PIECES))
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    problem_message: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())
    measure_message: Mapped[int | None] = mapped_column(BigInteger, info=nothing_personal())
    received_at: Mapped[datetime] = mapped_column(info=ages(Kind.PIECES))
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text(swept=True, left=Left.PIECES))
