"""A members' meeting of the base branch with its roll, for the tests of votes, and short words for the desk."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.votes import service
from bot.features.votes.rules import Wanted
from bot.kit import votes
from bot.kit.votes import Counted
from bot.kit.voting import Excluded, Votes
from storage.choices import ActivityType, AttendanceStatus, Motion, Opinion, VoteExclusion
from storage.models.person import Person
from storage.models.vote import Vote
from tests.features.activities.desk import SHANGHAI, START, TOLD
from tests.features.activities.desk import Desk as ActivityDesk

DURING, AFTER = START + timedelta(hours=1), START + timedelta(hours=3)
# Of the 24 full members two are not reckoned; expected voters are 22 (ST2).
BEDRIDDEN = Excluded(VoteExclusion.BEDRIDDEN)
AWAY = ("甲四", "乙五", "乙八", "丙八")


class Desk(ActivityDesk):
    def __init__(self, session: Session, **changes: Any) -> None:
        super().__init__(session, **{"types": [ActivityType.MEMBERS_MEETING], **changes})

    def come(self, *names: str) -> None:
        for name in names:
            self.sign_in(name)

    def all_come(self, but: tuple[str, ...] = AWAY) -> None:
        """Everybody signs in but those: of ST2 21 of 23, 丙七 among them."""
        self.come(*(name for name in self.cast.people if name not in but))

    def guest(self, name: str = "丁一") -> int:
        """Who is on no roster, and known."""
        person = Person(branch_id=self.cast.branch_id, name=name, created_at=TOLD)
        self.session.add(person)
        self.session.flush()
        activities.mark(self.session, self.me("甲二"), self.activity, person.id, AttendanceStatus.OBSERVER, DURING)
        return person.id

    @property
    def excluded(self) -> Mapping[int, Excluded]:
        return {self.cast["乙八"]: BEDRIDDEN, self.cast["丙八"]: BEDRIDDEN}

    def wanted(self, motion: Motion = Motion.RESOLUTION, **more: Any) -> Wanted:
        """With the two that are not reckoned."""
        title = "" if more.get("subject_id") else "通过年度工作计划"
        return Wanted(motion, **{"title": title, "excluded": self.excluded, **more})

    def record(self, wanted: Wanted, by: str = "甲二", at: datetime = DURING) -> Counted:
        vote = service.record(self.session, self.me(by), self.activity.id, wanted, at, SHANGHAI)
        return votes.of_vote(self.session, vote, SHANGHAI)

    def change(self, one: Counted, wanted: Wanted, by: str = "甲二", at: datetime = DURING) -> Counted:
        seen = service.mark_of(one)
        vote = service.change(self.session, self.me(by), one.row.id, wanted, seen, at, SHANGHAI)
        return votes.of_vote(self.session, vote, SHANGHAI)

    def again(self, one: Counted) -> Counted:
        """As it stands now."""
        return votes.of_vote(self.session, one.row, SHANGHAI)

    def wrote(self, *names: str, opinion: Opinion | None = Opinion.FOR) -> dict[int, Opinion | None]:
        return {self.cast[name]: opinion for name in names}

    def accepting(self, subject: int, **more: Any) -> Wanted:
        given = {"room": Votes(19, 0, 1), "writers": self.wrote("甲四"), **more}
        return self.wanted(Motion.ACCEPT_PROBATIONARY, subject_id=subject, **given)

    @property
    def votes(self) -> list[Vote]:
        return list(self.session.scalars(select(Vote).order_by(Vote.id)))
