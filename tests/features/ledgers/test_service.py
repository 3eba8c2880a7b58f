"""The ledgers of the example archive: columns and rows of each, for whom they are, all together in a zip."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.ledgers import service
from bot.features.ledgers.feature import offered_by
from bot.features.registry import FEATURES
from bot.kit.access import NO_RIGHT
from bot.kit.ledger_books import Asked
from bot.kit.ledgers import Ledger, Percent
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import AttendanceStatus, Duty, PieceState
from storage.engine import Storage
from storage.models.reflection import Reflection
from tests.features.activities.desk import refused
from tests.features.closes.desk import LATER, OTHERS, Q3, SECRETARY, close, fix_roll
from tests.world import SHANGHAI

Lay = Callable[[Session], Any]
OFFERED = offered_by(FEATURES)
DISCIPLINE = Me(2, "甲二", 1, 1, frozenset({Duty.DISCIPLINE_OFFICER}), frozenset())


@pytest.fixture
def session(storage: Storage, lay: Lay) -> Any:
    with storage.transaction() as session:
        lay(session)
        settled = update(Reflection).where(Reflection.state == PieceState.SUBMITTED)
        session.execute(settled.values(state=PieceState.RETURNED))
        yield session


def asked(session: Session, me: Me | None = SECRETARY, period: Period | None = None) -> Asked:
    return service.asked_of(session, 1, me, period or Period.of(Q3), LATER, SHANGHAI)


def sheets(session: Session, name: str, me: Me | None = SECRETARY, period: Period | None = None) -> list[Ledger]:
    found = next(one for one in service.books(session, 1, me, OFFERED) if one.name == name)
    return list(found.sheets(asked(session, me, period)))


def rows(session: Session, name: str, **more: Any) -> list[list[Any]]:
    """The heading and the rows of the only sheet, rates as their numbers."""
    [one] = sheets(session, name, **more)
    told = [[cell.value if isinstance(cell, Percent) else cell for cell in row] for row in one.rows]
    return [[column.word for column in one.columns], *told]


def names(session: Session, me: Me | None) -> list[str]:
    return [one.name for one in service.books(session, 1, me, OFFERED)]


def test_attendance_sums_to_the_figures(session: Session) -> None:
    """Ledger 3: 应到 is 实到, leave and absences; all four activities, those of others too."""
    heading, *listed = rows(session, "考勤汇总")
    assert heading == [
        "序号", "姓名", "党小组", "类别", "应参加", "实到", "公差", "病假", "事假", "缺席", "补学", "出席率", "参学率",
        "学时", "备注",
    ]  # fmt: skip
    by_name = {row[1]: row for row in listed}
    assert [float(one) if one is not None else None for one in by_name["甲一"][4:14]] == [
        3, 3, 0, 0, 0, 0, 0, 100.0, 100.0, 7.5,
    ]  # fmt: skip
    for row in listed:
        assert row[4] == row[5] + row[6] + row[7] + row[8] + row[9]
    assert sum(row[4] for row in listed) == 16
    assert sum(row[5] for row in listed) == 13


def test_months_sum_to_the_figures(session: Session) -> None:
    heading, *listed = rows(session, "三会一课统计")
    assert heading[1:6] == ["月份", "党员大会", "支委会", "党小组会（第一党小组）", "党小组会（第二党小组）"]
    assert [row[1] for row in listed] == ["2022年8月", "2022年9月", "合计"]
    assert listed[-1][2:10] == [1, 0, 1, 0, 1, 1, 0, 1]
    assert listed[-1][10] == sum(row[10] for row in listed[:-1])


def test_what_was_studied_first_and_alone(session: Session) -> None:
    assert [row[1:4] for row in rows(session, "第一议题台账")[1:]] == [
        [date(2022, 8, 5), "8月主题党日", "第一议题材料一"],
        [date(2022, 8, 9), "第一党小组会", "第一议题材料一"],
        [date(2022, 9, 23), "支部党员大会", "第一议题材料一"],
    ]
    heading, only = rows(session, "自学台账")
    assert heading[6:] == ["应完成", "已完成", "逾期完成", "完成率", "未完成名单"]
    assert [*only[6:9], float(only[9]), only[10]] == [5, 2, 1, 40.0, "甲三、乙一、乙二"]


def test_hand_ins(session: Session) -> None:
    heading, *listed = rows(session, "心得体会台账")
    assert heading == ["序号", "姓名", "职级", "题目", "关联活动", "提交日期", "版本", "是否逾期", "状态"]
    assert [[row[1], row[3], row[6:]] for row in listed] == [
        ["甲一", "警示教育心得", [2, "否", "已通过"]],
        ["甲二", "警示教育心得", [None, "", "未交"]],
    ]
    _, *forms = rows(session, "自查表汇总")
    assert [row[1] for row in forms] == ["甲一", "甲二"]
    assert forms[1][2] == "无"


def test_scores_are_for_those_who_may_see_them(session: Session) -> None:
    assert [one.title for one in sheets(session, "成绩册")] == ["示范党支部纪法知识测试成绩册"]
    assert "成绩册" not in names(session, OTHERS[0])
    assert "成绩册" in names(session, DISCIPLINE)
    assert "党员名册" not in names(session, DISCIPLINE)
    with refused(NO_RIGHT):
        names(session, OTHERS[2])
    with refused(NO_RIGHT):
        asked(session, OTHERS[2])


def test_leave_reminders_and_the_roster(session: Session) -> None:
    assert [[*row[2:5], *row[8:]] for row in rows(session, "请假登记")[1:]] == [
        ["乙一", "8月主题党日", "公差", "已批准", date(2022, 8, 12)],
        ["乙二", "8月主题党日", "事假", "未批准", None],
    ]
    [reminder] = rows(session, "廉洁提醒发送记录")[1:]
    assert reminder[2:] == ["中秋", 7, 1, "甲三、乙一、乙二、乙八、戊一"]
    listed = rows(session, "党员名册")
    assert listed[0][:3] == ["序号", "姓名", "性别"]
    assert len(listed) == 9


def test_figures_and_corrections(session: Session) -> None:
    listed = {row[0]: row for row in rows(session, "季度数据汇总表")[1:]}
    assert listed["党员大会"][1:3] == [1, "次"]
    assert sheets(session, "更正记录") == []
    close(session)
    fix_roll(session, 1, 5, AttendanceStatus.PRESENT)
    [one] = rows(session, "更正记录")[1:]
    assert one[1:9] == [
        "2022年第三季度", "第2版", "更正考勤", "8月5日8月主题党日", "乙二",
        "缺席（事假未批准）", "到会", "补交签到照片",
    ]  # fmt: skip


def test_where_there_is_nothing_there_is_no_file(session: Session) -> None:
    empty = Period(date(2021, 1, 1), date(2021, 4, 1))
    for one in service.books(session, 1, SECRETARY, OFFERED):
        if one.name not in ("季度数据汇总表", "党员名册"):
            assert not one.sheets(asked(session, period=empty)), one.name
    with refused(service.EMPTY):
        service.one(asked(session, period=empty), "3.0", OFFERED)


def test_one_as_a_file(session: Session) -> None:
    name, content = service.one(asked(session), "3.0", OFFERED)
    assert name == "考勤汇总 2022年第三季度.xlsx"
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet["A1"].value == "示范党支部考勤汇总（2022年第三季度）"
    assert sheet.print_title_rows == "$1:$2"
    with refused(NO_RIGHT):
        service.one(asked(session, OTHERS[0]), "9.0", OFFERED)


def test_all_of_them_in_a_zip_with_an_index(session: Session) -> None:
    of = asked(session)
    listed = list(service.files(of, OFFERED))
    assert [one.name for one in listed][:2] == [
        "00 示范党支部2022年第三季度工作情况总结报告.docx",
        "01 签到表/01 20220805 8月主题党日.docx",
    ]
    assert [one.what for one in listed if one.what not in ("签到表", "会议记录")] == [
        "工作总结", "考勤汇总", "三会一课统计", "第一议题台账", "自学台账", "心得体会台账", "自查表汇总", "成绩册",
        "发展党员台账", "党员名册", "请假登记", "廉洁提醒发送记录", "季度数据汇总表",
    ]  # fmt: skip
    packed = service.packed(of, listed)
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.namelist() == ["目录.xlsx", *(one.name for one in listed)]
        index = load_workbook(io.BytesIO(found.read("目录.xlsx"))).active
    assert index is not None
    assert [row[2].value for row in index.iter_rows(min_row=3)] == [one.name for one in listed]
    again = asked(session)
    assert service.packed(again, list(service.files(again, OFFERED))) == packed
