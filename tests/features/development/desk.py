"""The base branch with somebody on the way, and short words for what its desk does."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.development import known, service, waiting
from bot.features.development.known import Case
from bot.features.development.service import Wanted
from storage.choices import DevelopmentStep as Step
from storage.models.development import DevelopmentEvent
from tests.cast import make_branch
from tests.world import SHANGHAI

NOW = datetime(2023, 9, 1, 9, tzinfo=SHANGHAI)


def at(day: str, clock: str = "09:00") -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=SHANGHAI)


class Desk:
    def __init__(self, session: Session, now: datetime = NOW) -> None:
        self.session, self.cast, self.now = session, make_branch(session, now=now), now

    def me(self, name: str = "甲二") -> Any:
        return self.cast.me(self.session, name, self.now.date())

    def enter(self, name: str = "丁一", by: str = "甲二", **days: str) -> int:
        """By step its day: application="2022-01-05"."""
        steps = [Wanted(Step(step), date.fromisoformat(day)) for step, day in days.items()]
        return service.enter(self.session, self.me(by), name, steps, self.now, SHANGHAI)

    def record(self, person: int, step: str, day: str, by: str = "甲二", **more: Any) -> DevelopmentEvent:
        decided = more.pop("decided", False)
        wanted = Wanted(Step(step), date.fromisoformat(day), **more)
        return service.record(self.session, self.me(by), person, wanted, self.now, SHANGHAI, decided=decided)

    def target(self) -> int:
        """Somebody who is a target of development since February 2023."""
        days = {"application": "2021-06-01", "activist_confirmed": "2022-01-31", "development_target": "2023-02-01"}
        return self.enter(**days)

    def case(self, person: int, day: date | None = None) -> Case:
        return known.cases(self.session, self.cast.branch_id, day or self.now.date(), person)[0]

    def steps(self, person: int) -> list[tuple[str, str]]:
        here = (DevelopmentEvent.person_id == person, DevelopmentEvent.withdrawn_at.is_(None))
        rows = self.session.scalars(select(DevelopmentEvent).where(*here).order_by(DevelopmentEvent.id))
        return [(row.step.value, row.on.isoformat()) for row in rows]

    def matters(self, day: str, person: int | None = None) -> list[tuple[int, str, int]]:
        """To whom what is said, with how many buttons, of what is nudged for on that day."""
        found = waiting.matters(self.session, self.cast.branch_id, at(day), SHANGHAI, person)
        mine = [one for one in found if at(day) in one.nudges and "丁一" in one.line]
        return sorted((one.person_id, one.line, len(one.does)) for one in mine)
