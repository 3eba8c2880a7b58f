"""The base branch that ticks dues by the month, with short words for it, for the tests of this folder."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.dues import rules, service
from bot.features.dues.rules import State
from bot.features.settings import service as settings
from storage.models.dues import DuesMonth
from tests.cast import make_branch
from tests.world import SHANGHAI

JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)


def at(day: str, clock: str = "09:00") -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=SHANGHAI)


BEGAN, EARLIER = at("2023-01-03"), at("2023-04-20")
NOW = at("2023-07-12")
TODAY = NOW.date()


class Desk:
    def __init__(self, session: Session, **said: str) -> None:
        self.session, self.cast = session, make_branch(session, now=BEGAN)
        self.set(EARLIER, **{"dues": "monthly", **said})

    def set(self, now: datetime = EARLIER, **said: str) -> None:
        settings.save(self.session, self.me("甲一"), said, now, SHANGHAI)

    def me(self, name: str = "甲二", day: date = TODAY) -> Any:
        return self.cast.me(self.session, name, day)

    def tick(self, *names: str, month: date = JULY, now: datetime = NOW, by: str = "甲二") -> State:
        """Without a name all of them."""
        people = [self.cast[name] for name in names] if names else None
        return service.tick(self.session, self.me(by), month, people, now, SHANGHAI)

    def untick(self, name: str, month: date = JULY, now: datetime = NOW, by: str = "甲二") -> State:
        return service.untick(self.session, self.me(by), month, self.cast[name], now, SHANGHAI)

    def state(self, month: date = JULY) -> State:
        return service.state(self.session, self.cast.branch_id, service.span_of(self.session, self.me(), month))

    def left(self, month: date = JULY) -> list[str]:
        return [one.name for one in self.state(month).open]

    def rows(self, *, all: bool = False) -> list[tuple[str, str]]:
        """(name, month) of what stands; all: also of what was taken back."""
        names = {number: name for name, number in self.cast.people.items()}
        found = self.session.scalars(select(DuesMonth).order_by(DuesMonth.month, DuesMonth.person_id))
        return [(names[row.person_id], row.month) for row in found if all or row.withdrawn_at is None]


def code(day: date) -> str:
    return rules.code_of(day)
