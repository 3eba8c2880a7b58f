"""ST2 with its minutes: the meeting of 22 September that accepts 丁一, the lecture, the votes."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.features.activities import planning
from bot.features.activities import service as activities
from bot.features.activities.details import Details
from bot.features.activities.planning import Plan
from bot.features.leave import service as leave
from bot.features.minutes import service
from bot.features.minutes.rules import Speech, Task
from storage.audience import Me
from storage.choices import ActivityType, AttendanceStatus, LeaveType, Motion, SignInMethod, VoteExclusion
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.models.minutes import Minutes
from storage.models.person import Person
from storage.models.vote import Vote, VoteExcluded
from tests.cast import make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
TOLD = datetime(2023, 9, 18, 9, 30, tzinfo=SHANGHAI)
START = datetime(2023, 9, 22, 14, 30, tzinfo=SHANGHAI)
END = START + timedelta(hours=2)
EVENING = datetime(2023, 9, 22, 19, 0, tzinfo=SHANGHAI)
DAY = EVENING.date()
MEETING, LECTURE = ActivityType.MEMBERS_MEETING, ActivityType.PARTY_LECTURE
SEC, ORG, DEP, GL, MEMBER = "甲一", "甲二", "乙一", "甲三", "丙四"


class Desk:
    """The branch on that Friday; `settled`: the roll is complete. `session` is set anew for another transaction."""

    def __init__(self, session: Session, *, settled: bool = True, **changes: Any) -> None:
        self.session, self.cast = session, make_branch(session, now=TOLD)
        self.activity_id = self.make(**changes).id
        if settled:
            self.settle()

    @property
    def activity(self) -> Activity:
        return self.session.get_one(Activity, self.activity_id)

    def me(self, name: str, on: date = DAY) -> Me:
        return self.cast.me(self.session, name, on)

    def make(self, by: str = ORG, **changes: Any) -> Activity:
        plan: dict[str, Any] = {
            "types": [MEETING, LECTURE],
            "start_at": START,
            "end_at": END,
            "place": "三楼会议室",
            "title": "9月党员大会、党课",
            "host_id": self.cast[SEC],
            "lecturer_id": self.cast[SEC] if LECTURE in changes.get("types", [LECTURE]) else None,
            "first_agenda": ["关于党的建设的重要论述"],
            "details": Details(recorder_id=self.cast["乙二"]),
            **changes,
        }
        return planning.make(self.session, self.me(by, TOLD.date()), Plan(**plan), TOLD, SHANGHAI)

    def settle(self) -> None:
        """甲四 公差, 乙五 病假, everybody else is there, 丁一 sits in."""
        me, activity = self.me(ORG), self.activity
        for name, kind in (("甲四", LeaveType.OFFICIAL_DUTY), ("乙五", LeaveType.SICK)):
            asked = leave.ask_leave(self.session, self.me(name, TOLD.date()), activity.id, kind, TOLD)
            leave.decide_leave(self.session, self.me(ORG, TOLD.date()), asked.id, True, TOLD, SHANGHAI)
        activities.settle(self.session, me, activity, [], END, SHANGHAI)
        guest = Person(branch_id=self.cast.branch_id, name="丁一", created_at=TOLD)
        self.session.add(guest)
        self.session.flush()
        self.guest_id = guest.id
        self.session.add(
            Attendance(activity_id=activity.id, person_id=guest.id, status=AttendanceStatus.OBSERVER,
                       method=SignInMethod.MARKED, at=START, marked_by_id=me.id)
        )  # fmt: skip
        self.session.flush()

    def vote(self) -> None:
        """19 for, 1 abstains, 甲四 wrote for it; 乙八 and 丙八 are not reckoned."""
        row = Vote(branch_id=self.cast.branch_id, activity_id=self.activity_id, motion=Motion.ACCEPT_PROBATIONARY,
                   subject_id=self.guest_id, for_=19, abstain=1, written_for=1, recorded_at=EVENING)  # fmt: skip
        self.session.add(row)
        self.session.flush()
        out = {"reason": VoteExclusion.BEDRIDDEN}
        self.session.add_all(
            VoteExcluded(vote_id=row.id, person_id=self.cast[name], **out) for name in ("乙八", "丙八")
        )
        self.session.flush()

    def said(self) -> dict[str, Any]:
        return {
            "agenda": ["审议接收丁一同志为预备党员", "书记讲党课"],
            "speeches": [
                Speech("介绍丁一同志的培养考察情况，认为其已具备党员条件。", self.cast["甲三"]),
                Speech("表示将以党员标准严格要求自己。", None, "丁一"),
                Speech("与会党员一致认为该同志思想上积极要求进步，工作上认真负责。"),
            ],
            "resolutions": ["同意接收丁一同志为中共预备党员，报上级党委审批。"],
            "tasks": [Task("整理入党材料报上级党委", "甲二", date(2023, 10, 9)), Task("确定培养联系人", "甲三")],
        }

    def write(self, by: str = SEC, component: ActivityType = MEETING, *, finish: bool = True, now: datetime = EVENING,
              **changes: Any) -> Minutes:  # fmt: skip
        said = changes or self.said()
        return service.save(self.session, self.me(by), self.activity, component, said, finish, now, SHANGHAI)
