"""What a person's next text or file means."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Model
from storage.personal import Kind, Rule, ages, free_text, nothing_personal, owner

BY_DRAFT = Rule("drafts", "a draft that names somebody goes as a whole: half of it could not be answered")


class Dialog(Model):
    """One open question a person; opening another closes the first.

    It belongs to `organisation_id`, for which it was begun; NULL: an earlier version began it, for one of several.
    """

    __tablename__ = "dialog"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, info=owner(goes=True, home=True))
    id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    step: Mapped[str] = mapped_column(info=nothing_personal(swept=True))
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text(swept=True, looked_through=BY_DRAFT))
    expires_at: Mapped[datetime] = mapped_column(info=ages(Kind.DRAFTS))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
