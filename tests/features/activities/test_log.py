"""What the log tells the secretary of what was entered by hand: whom, before and after, also when they are erased."""

import pytest

from bot.features.activities import participation, service
from bot.features.leave import service as leave
from bot.features.privacy import change_words, changes, erasure
from storage.activities import audience
from storage.audience import Me
from storage.choices import AttendanceStatus, LeaveType
from storage.engine import Storage
from tests.features.activities.desk import SHANGHAI, START, Desk

DAY = START.date()


def enter_by_hand(desk: Desk) -> None:
    """甲二 enters 丙三 twice, and 丙五 as being away; 甲五 signs in and takes it back."""
    session, me = desk.session, desk.me("甲二")
    members = {one.name: one for one in audience(session, desk.activity, SHANGHAI)}
    for status in (AttendanceStatus.ABSENT, AttendanceStatus.LATE, AttendanceStatus.LATE):
        service.sign_in_for(session, me, desk.activity, members["丙三"], status, START)
    for kind in (LeaveType.SICK, LeaveType.SICK, LeaveType.PERSONAL):
        leave.enter_leave(session, me, desk.activity, members["丙五"], kind, START, SHANGHAI)
    signed = desk.sign_in("甲五").row_id
    participation.undo(session, desk.me("甲五"), signed, START, SHANGHAI)
    session.flush()


def said(desk: Desk, me: Me, person_id: int | None = None) -> list[str]:
    """The lines after the time, the newest last, without those of the roster."""
    found = changes.page(desk.session, me, 0, person_id, DAY, SHANGHAI).things
    lines = [change_words.line(one, SHANGHAI).removeprefix("7月7日（周五）14:30 ") for one in reversed(found)]
    return [line for line in lines if "注销数据" not in line]


MARKED = [
    "甲二：补登考勤（7月主题党日，{丙三}），状态由空改为缺席",
    "甲二：补登考勤（7月主题党日，{丙三}），状态由缺席改为迟到",
]
ENTERED = ["甲二：补登请假（{丙五}），请假类别病假", "甲二：补登请假（{丙五}），请假类别事假"]
OWN = ["{甲五}：签到考勤", "{甲五}：撤销考勤，撤销时间由空改为7月7日（周五）14:30"]


@pytest.mark.parametrize("gone", [(), ("丙三",), ("丙五", "甲五"), ("丙三", "丙五", "甲五")])
def test_who_was_entered_by_hand_and_what_was_taken_back(storage: Storage, gone: tuple[str, ...]) -> None:
    """After an erasure the same lines with 已注销 and the number; by person, of that person alone."""
    with storage.transaction() as session:
        desk = Desk(session)
        enter_by_hand(desk)
        secretary = desk.me("甲一")
        for name in gone:
            erasure.erase(session, secretary, desk.cast[name], DAY, START)
        names = {one: f"已注销{desk.cast[one]}" if one in gone else one for one in ("丙三", "丙五", "甲五")}
        marked, entered, own = ([line.format(**names) for line in lines] for lines in (MARKED, ENTERED, OWN))
        listed = (*marked, *entered, *own)
        assert said(desk, secretary) == list(listed[len(gone) - 2 if len(gone) > 2 else 0 :])
        for name, lines in (("丙三", marked), ("丙五", entered), ("甲五", own), ("甲二", [*marked, *entered])):
            assert said(desk, secretary, desk.cast[name]) == lines, name
        assert said(desk, secretary, desk.cast["丙六"]) == []


def test_another_branch_reads_none_of_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        enter_by_hand(desk)
        elsewhere = Me(1, "某", desk.cast.branch_id + 1, None, desk.me("甲一").duties, frozenset())
        assert said(desk, elsewhere, desk.cast["丙三"]) == []
