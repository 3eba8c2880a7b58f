"""The base branch in the third quarter of 2023, for the tests of norms: what is held, and what comes of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.features.activities import planning, service
from bot.features.activities.planning import Plan
from bot.features.norms import overview
from bot.features.norms.laying import national
from bot.features.norms.overview import Line
from bot.features.norms.rules import Check
from bot.features.norms.service import Span, checked
from bot.features.registry import FEATURES
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import ActivityType, Scope
from storage.models.activity import Activity
from storage.models.norm import NormFile
from tests.cast import make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGUN = datetime(2023, 1, 3, 9, 0, tzinfo=SHANGHAI)
AUGUST = Period(date(2023, 8, 1), date(2023, 9, 1))
JULY = Period(date(2023, 7, 1), date(2023, 8, 1))
Q3 = Period(date(2023, 7, 1), date(2023, 10, 1))
YEAR = Period(date(2023, 1, 1), date(2024, 1, 1))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ask_nothing(session: Session, branch_id: int) -> None:
    """The branch is asked by no norm, for the tests of what else a digest says."""
    off = [{"id": name, "off": True} for name in national().norms]
    session.add(NormFile(organisation_id=branch_id, valid_from=BEGUN.date(), content={"rules": off}, made_at=BEGUN))
    session.flush()


class Desk:
    """The branch since January; `hold` and `plan` make activities, `checks` says what norms come to."""

    def __init__(self, session: Session) -> None:
        self.session, self.cast = session, make_branch(session, now=BEGUN)

    def me(self, name: str, on: date = date(2023, 7, 3)) -> Me:
        return self.cast.me(self.session, name, on)

    def plan(self, start: str, *types: ActivityType, by: str = "甲二", **changes: Any) -> Activity:
        """Made the morning before."""
        at = local(start)
        values: dict[str, Any] = {"place": "三楼会议室", "hours": Decimal(4), **changes}
        wanted = Plan(types=list(types), start_at=at, end_at=at + timedelta(hours=2), **values)
        return planning.make(self.session, self.me(by, at.date()), wanted, at - timedelta(hours=30), SHANGHAI)

    def hold(self, start: str, *types: ActivityType, missing: Sequence[str] = (), **changes: Any) -> Activity:
        """And its roll complete at the end."""
        activity = self.plan(start, *types, **changes)
        self.settle(activity, *missing)
        return activity

    def settle(self, activity: Activity, *missing: str) -> None:
        ended = activity.end_at.astimezone(SHANGHAI)
        gone = [self.cast[name] for name in missing]
        service.settle(self.session, self.me("甲二", ended.date()), activity, gone, ended, SHANGHAI)

    def meet(self, start: str, group: str = "第一党小组", **changes: Any) -> Activity:
        """A meeting of a party group."""
        of = {"scope": Scope.GROUP, "group_id": self.cast.groups[group]}
        return self.hold(start, ActivityType.GROUP_MEETING, **of, **changes)

    def checks(self, now: str, period: Period | None = None) -> list[Check]:
        self.session.flush()
        moment = local(now)
        span = Span.present(moment.date()) if period is None else Span(period, moment.date())
        return checked(self.session, FEATURES, self.cast.branch_id, span, moment, SHANGHAI)

    def of(self, name: str, now: str, period: Period | None = None) -> list[Check]:
        return [one for one in self.checks(now, period) if one.norm.id == name]

    def states(self, name: str, now: str, period: Period | None = None) -> list[str]:
        return [one.state.value for one in self.of(name, now, period)]

    def lines(self, name: str, now: str) -> list[Line]:
        """As somebody sees them."""
        moment = local(now)
        me, span = self.me(name, moment.date()), Span.present(moment.date())
        return overview.seen(self.session, FEATURES, me, span, moment, SHANGHAI)
