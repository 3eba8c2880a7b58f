"""A vote taken at an activity: who was not reckoned among the voters, who wrote an opinion, and how it came out."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import Motion, Opinion, VoteExclusion
from storage.personal import actor, free_text, home, own, owner


class Vote(Model):
    """One motion put to the vote, in totals (D18): `for_`, against, abstain in the room, written_* by opinion.

    subject_id: whom it is about, of an acceptance or a conversion (R3: one vote a person). title: what a resolution
    says, or what an election fills. secret: totals alone, no opinion by name. issued, returned, valid: ballots, of an
    election. withdrawn_at: taken back, and counted nowhere. archive_id, extra: as of a person.
    """

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("branch_id", "archive_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    motion: Mapped[Motion] = mapped_column(choice(Motion))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    title: Mapped[str] = mapped_column(default="", info=free_text(label=True))
    secret: Mapped[bool] = mapped_column(default=False)
    for_: Mapped[int] = mapped_column("for", default=0)
    against: Mapped[int] = mapped_column(default=0)
    abstain: Mapped[int] = mapped_column(default=0)
    written_for: Mapped[int] = mapped_column(default=0)
    written_against: Mapped[int] = mapped_column(default=0)
    written_abstain: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int | None]
    returned: Mapped[int | None]
    valid: Mapped[int | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class VoteExcluded(Model):
    """A full member who is not reckoned among the expected voters of a vote (R6); note: the reason in other words."""

    __tablename__ = "vote_excluded"

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, info=owner())
    reason: Mapped[VoteExclusion] = mapped_column(choice(VoteExclusion), info=own(VoteExclusion.OTHER))
    note: Mapped[str] = mapped_column(default="", info=free_text())


class WrittenOpinion(Model):
    """Who gave a written opinion before the meeting (R3); opinion null: the vote is secret."""

    __tablename__ = "written_opinion"

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, info=owner())
    opinion: Mapped[Opinion | None] = mapped_column(choice(Opinion), info=own())
