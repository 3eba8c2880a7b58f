"""A branch with one planned activity, for the tests of its services."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from bot.features.activities import participation, planning, service
from bot.features.activities.planning import Plan
from bot.features.activities.rules import Roll
from bot.features.leave import service as leave
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import ActivityType, Duty, LeaveType, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from tests.cast import make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")

TOLD = datetime(2023, 7, 4, 9, 30, tzinfo=SHANGHAI)
START = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)


class Desk:
    """A branch with one planned activity, and short words for what people do."""

    def __init__(self, session: Session, **changes: object) -> None:
        self.session, self.cast = session, make_branch(session, now=TOLD)
        self.activity = self.make(**changes)

    def make(self, by: str = "甲二", **changes: object) -> Activity:
        plan: dict[str, Any] = {
            "types": [ActivityType.THEME_PARTY_DAY],
            "start_at": START,
            "end_at": START + timedelta(hours=2),
            "place": "三楼会议室",
            "hours": Decimal(4),
            **changes,
        }
        return planning.make(self.session, self.me(by), Plan(**plan), TOLD, SHANGHAI)

    def me(self, name: str) -> Me:
        return self.cast.me(self.session, name, TOLD.date())

    def sign_in(self, name: str, after: int = 0) -> participation.SignedIn:
        at = START + timedelta(minutes=after)
        return participation.sign_in(self.session, self.me(name), self.activity.id, at, SignInMethod.BUTTON)

    def leave(self, name: str, kind: LeaveType = LeaveType.SICK, at: datetime = TOLD) -> LeaveRequest:
        return leave.ask_leave(self.session, self.me(name), self.activity.id, kind, at)

    def decide(self, row: LeaveRequest, by: str = "甲二", approve: bool = True, at: datetime = TOLD) -> None:
        leave.decide_leave(self.session, self.me(by), row.id, approve, at, SHANGHAI)

    def settle(self, *missing: str, by: str = "甲二") -> Roll:
        gone = [self.cast[name] for name in missing]
        return service.settle(self.session, self.me(by), self.activity, gone, START + timedelta(hours=2), SHANGHAI)


def another_branch(session: Session, *, start: datetime = START) -> tuple[Activity, Me]:
    """A branch beside, with an activity at the same time, and who made it."""
    cast = make_branch(session, now=TOLD, bound=False, only=("甲一", "甲二"))
    maker = Me(cast["甲二"], "甲二", cast.branch_id, None, frozenset({Duty.ORGANIZATION_OFFICER}), frozenset())
    plan = Plan(
        types=[ActivityType.THEME_PARTY_DAY],
        start_at=start,
        end_at=start + 2 * timedelta(hours=1),
        place="会议室",
        hours=Decimal(2),
    )
    return planning.make(session, maker, plan, TOLD, SHANGHAI), maker


def refused(text: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, match=text)
