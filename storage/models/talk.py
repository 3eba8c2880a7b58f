"""Talks: that somebody has talked with somebody and whether a record was written, never what was said; campaigns."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import TalkKind, TalkMode
from storage.personal import actor, free_text, home, nothing_personal, own, owner


class TalkCampaign(Model):
    """Everybody is to be talked with from `from_on` to `last_on`, which counts too (the one exception of D4).

    mark, nth: of the same topic and days there is one, unless it was taken back. made_at null: it was brought by an
    archive that does not say. archive_id, extra: as of a person.
    """

    __tablename__ = "talk_campaign"
    __table_args__ = (
        UniqueConstraint("branch_id", "archive_id"),
        UniqueConstraint("branch_id", "last_on", "mark", "nth"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    topic: Mapped[str] = mapped_column(info=free_text(label=True))
    from_on: Mapped[date]
    last_on: Mapped[date]
    made_at: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    mark: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    nth: Mapped[int] = mapped_column(default=0, info=nothing_personal())
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class Talk(Model):
    """One talk, also with several (collective). talker: of the roster by number, else by name (a superior).

    mark, nth: of the same day, talker, people and kind there is one, unless it was asked about. recorded_at null: as
    of made_at above. archive_id, extra: as of a person.
    """

    __tablename__ = "talk"
    __table_args__ = (
        UniqueConstraint("branch_id", "archive_id"),
        UniqueConstraint("branch_id", "on", "mark", "nth"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    on: Mapped[date] = mapped_column(info=nothing_personal(label=True))
    talker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner(label=True))
    talker_name: Mapped[str] = mapped_column(default="", info=free_text(label=True))
    kind: Mapped[TalkKind] = mapped_column(choice(TalkKind), info=nothing_personal(label=True))
    mode: Mapped[TalkMode] = mapped_column(choice(TalkMode))
    written_record: Mapped[bool] = mapped_column(default=False)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("talk_campaign.id"), index=True)
    recorded_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    mark: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    nth: Mapped[int] = mapped_column(default=0, info=nothing_personal())
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class TalkPerson(Model):
    """With whom: of the roster by number, else by name."""

    __tablename__ = "talk_person"
    __table_args__ = (UniqueConstraint("talk_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id"), info=home())
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    name: Mapped[str] = mapped_column(default="", info=free_text())
