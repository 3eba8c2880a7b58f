"""The base branch with somebody at its desk who keeps the register: entries made as chat makes them, then counted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.features.register import entries, service, states
from bot.features.register.figures import REGISTER, figures
from bot.features.register.kinds.catalogue import kind_of
from bot.features.register.kinds.kind import Kind
from bot.features.register.rules import Row, View
from bot.features.register.values import Owner
from bot.kit.deadlines import USUAL
from bot.kit.figures import Counting
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.organisation import Organisation
from tests.cast import Cast, make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3 = Period.of(Quarter(2023, 3))
PEERS = ["甲支部", "乙支部", "丙支部", "丁支部"]
Values = Mapping[str, Any]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Desk:
    """`now` is when the next thing is done, by `by`; tests move both."""

    def __init__(self, session: Session, now: str = "2023-08-11 10:00", by: str = "甲一") -> None:
        self.session, self.cast = session, make_branch(session, now=local("2023-07-01 09:00"))
        self.now, self.by = now, by
        session.get_one(Organisation, self.branch_id).settings = {"peer_orgs": PEERS}
        session.flush()

    @classmethod
    def over(cls, session: Session, cast: Cast, now: str = "2023-08-11 10:00", by: str = "甲一") -> "Desk":
        """The same over a branch that is there."""
        made = cls.__new__(cls)
        made.session, made.cast, made.now, made.by = session, cast, now, by
        return made

    @property
    def branch_id(self) -> int:
        return self.cast.branch_id

    @property
    def me(self) -> Me:
        return self.cast.me(self.session, self.by, local(self.now).date())

    def kind(self, name: str) -> Kind:
        found = kind_of(self.session, name)
        assert found is not None
        return found

    def record(self, kind: str, /, **values: Any) -> int:
        return service.record(self.session, self.me, self.kind(kind), values, local(self.now), SHANGHAI)

    def owner(self, name: str) -> Owner:
        return Owner(id=self.cast[name])

    def view(self, entry_id: int) -> View:
        [view] = entries.views(self.session, [entry_id])
        return view

    def add(self, entry_id: int, rows: str, **values: Any) -> int:
        view = self.view(entry_id)
        return service.add_row(self.session, self.me, view, rows, values, local(self.now), SHANGHAI)

    def remove(self, entry_id: int, row: int, reason: str = "") -> int:
        view = self.view(entry_id)
        of = view.row(row)
        assert of is not None
        return service.withdraw_row(self.session, self.me, view, of, reason, local(self.now), SHANGHAI)

    def put(self, entry_id: int, state: str, on: str, row: int = 0, reason: str = "", **given: Any) -> int:
        view, day = self.view(entry_id), date.fromisoformat(on)
        whole: tuple[View, Row | None] = (view, view.row(row) if row else None)
        return states.put_state(self.session, self.me, *whole, state, day, reason, local(self.now), SHANGHAI, given)

    def change(self, entry_id: int, key: str, value: Any, reason: str = "", row: int = 0) -> int:
        view = self.view(entry_id)
        of = view.row(row) if row else None
        return service.change(self.session, self.me, view, of, key, value, reason, local(self.now), SHANGHAI)

    def withdraw(self, entry_id: int, reason: str) -> None:
        service.withdraw(self.session, self.me, self.view(entry_id), reason, local(self.now), SHANGHAI)

    def keep(self, entry_id: int) -> View:
        return entries.found_to_keep(self.session, self.me, entry_id, local(self.now).date())

    def move(self, entry_id: int, row: int, due_on: str, reason: str = "延期") -> int:
        view, day = self.view(entry_id), date.fromisoformat(due_on)
        of = view.row(row)
        return states.move(self.session, self.me, view, of, local(self.now), SHANGHAI, reason=reason, due_on=day)

    def count(self, period: Period = Q3, now: str = "", only: frozenset[int] | None = None) -> dict[str, Any]:
        """Every figure of the register by its path."""
        counting = self.counting(period, now, only)
        found = {}
        for one in figures(self.session, self.branch_id):
            found[one.path] = one.value(one.rows(counting.of(one.of)))
        return found

    def counting(self, period: Period = Q3, now: str = "", only: frozenset[int] | None = None) -> Counting:
        return Counting(self.session, self.branch_id, period, local(now or self.now), SHANGHAI, USUAL, only)

    def behind(self, path: str, period: Period = Q3, now: str = "") -> int:
        """How many rows stand behind a figure."""
        return len(self.counting(period, now).of(REGISTER).get(path, ()))
