"""What goes with the secretary's office: as many of each as wait, and none of what is over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.features.offices.messages import receipt_of_new, sure
from bot.features.registry import FEATURES
from bot.features.todo.service import waiting
from bot.kit.owing import Waiting, Waits, counted
from storage.choices import (
    ActivityStatus,
    BindRequestState,
    LeaveState,
    LeaveType,
    MakeupState,
    PieceState,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.invite import BindRequest
from storage.models.reflection import Reflection, ReflectionTask
from storage.roster import Member
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch

AFTER = START + timedelta(days=1)


def found(desk: Desk, now: datetime = AFTER) -> str:
    desk.session.flush()
    return counted(waiting(desk.session, FEATURES, desk.me("甲一"), now, SHANGHAI))


def test_nothing_waits(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        assert found(desk, TOLD) == ""
        assert found(desk) == "活动待点名1项"
        desk.settle()
        assert found(desk) == "会议记录待交1份"


def test_leave_waits_until_it_is_decided_and_while_it_can_be(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first, _ = desk.leave("乙四"), desk.leave("丙三")
        assert found(desk, TOLD) == "请假待审批2人"
        desk.decide(first)
        assert found(desk, TOLD) == "请假待审批1人"
        assert "请假" not in found(desk, datetime(2023, 10, 11, tzinfo=SHANGHAI))
        desk.activity.status = ActivityStatus.CANCELLED
        assert found(desk) == ""


def test_makeups_wait_once_they_are_handed_in(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.settle("乙四", "丙三")
        for name, state in (("乙四", MakeupState.SUBMITTED), ("丙三", MakeupState.RETURNED)):
            session.add(Makeup(activity_id=desk.activity.id, person_id=desk.cast[name], state=state))
        assert found(desk) == "补学待审核1份，会议记录待交1份"


def test_pieces_and_requests_wait(storage: Storage) -> None:
    """Not one's own piece, nor a draft; not a request that was answered."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.settle()
        pieces(session, desk)
        for number, state in enumerate((BindRequestState.PENDING, BindRequestState.PENDING, BindRequestState.REFUSED)):
            session.add(
                BindRequest(
                    branch_id=desk.cast.branch_id,
                    telegram_id=5000 + number,
                    shown_name="丁一",
                    phone_end="0001",
                    state=state,
                    asked_at=TOLD,
                )
            )
        assert found(desk) == "心得待审阅1份，绑定申请2份，会议记录待交1份"


def pieces(session: Session, desk: Desk) -> None:
    task = ReflectionTask(
        branch_id=desk.cast.branch_id,
        title="心得",
        audience=TaskAudience.ALL_MEMBERS,
        due_on=AFTER.date(),
        created_by_id=desk.cast["丙一"],
        created_at=TOLD,
    )
    session.add(task)
    session.flush()
    states = (("甲五", PieceState.SUBMITTED), ("甲一", PieceState.SUBMITTED), ("丙三", PieceState.DRAFT))
    for name, state in states:
        session.add(
            Reflection(task_id=task.id, person_id=desk.cast[name], state=state, started_at=TOLD, submitted_at=TOLD)
        )


def test_another_branch_has_its_own(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        activity, maker = another_branch(session)
        away = {"type": LeaveType.SICK, "state": LeaveState.PENDING, "requested_at": TOLD}
        session.add(LeaveRequest(activity_id=activity.id, person_id=maker.id, **away))
        assert found(desk) == "活动待点名1项"


@pytest.mark.parametrize(
    ("many", "said"),
    [
        ({}, ""),
        ({Waits.LEAVE: 2}, "请假待审批2人"),
        ({Waits.ROLL: 1, Waits.MAKEUP: 1}, "补学待审核1份，活动待点名1项"),
        (
            dict(zip(Waits, (2, 1, 1, 3, 2, 1, 4, 2, 5), strict=True)),
            "请假待审批2人，外出待审批1人，补学待审核1份，心得待审阅3份，自查表待审阅2份，绑定申请1份，活动待点名4项，会议记录待交2份，"
            "发展党员待办理5项",
        ),
    ],
)
def test_what_is_said_of_them(many: dict[Waits, int], said: str) -> None:
    """In the confirmation and to the new secretary: none at all is one line less."""
    waits = [Waiting(kind, "……", (), TOLD) for kind, number in many.items() for _ in range(number)]
    assert counted(waits) == said
    new = Member(2, "乙一", 2, "第二党小组", None, None, None, None, True, True)
    asked = sure("示范党支部", new, waits)
    assert asked.text.startswith("确认将示范党支部书记职务移交给乙一同志（第二党小组）吗？请在上级党组织批复后办理。\n")
    assert (f"一并移交的待办事项：{said}。" in asked.text) is bool(said)
    assert [choice.label for row in asked.rows for choice in row] == ["确认移交", "不移交"]
    receipt = receipt_of_new("示范党支部", "甲一", "7月3日", waits, [])
    assert (f"待您办理：{said}。" in receipt.text) is bool(said)
    assert receipt.text.count("\n") == (2 if said else 1)
