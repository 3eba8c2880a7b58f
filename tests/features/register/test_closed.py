"""What a closed quarter has counted stays, whichever way somebody goes; what it never counted may be put right."""

import io
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl
import pytest
from sqlalchemy import select

from bot.features.register import entries, ledgers, service, undoing
from bot.features.register.late import not_counted
from bot.features.settings import service as settings
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.engine import Storage
from storage.models.entry import EntryState
from tests.features.register.desk import Q3, SHANGHAI, Desk, local
from tests.features.register.test_figures import issued

LATER = "2023-12-01 09:00"
YEAR = Period(Quarter(2023, 1).start, Quarter(2024, 1).start)


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def undo(desk: Desk, what: str, number: int, now: str) -> None:
    undoing.undo(desk.session, desk.me, what, number, local(now), SHANGHAI)


def state_of(desk: Desk, entry: int) -> int:
    fact = desk.view(entry).fact
    assert fact is not None
    return fact.id


def test_the_last_minutes_before_the_cut_off_are_not_undone_after_it(desk: Desk) -> None:
    desk.now = "2023-10-10 23:55"
    number = issued(desk, "甲支部", "2023-09-01", ["2023-09-20"])
    visit = desk.record("guidance", org="甲支部", on="2023-09-02")
    change = desk.change(visit, "org", "乙支部")
    before = desk.count(Q3, LATER)
    for what, of in (("s", state_of(desk, number)), ("c", change), ("e", visit)):
        with pytest.raises(Refusal, match="第三季度统计已截止"):
            undo(desk, what, of, "2023-10-11 00:04")
    assert desk.count(Q3, LATER) == before


def test_a_list_that_was_counted_is_not_emptied_by_way_of_a_draft(desk: Desk) -> None:
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20"])
    before = desk.count(Q3, LATER)
    desk.now = "2023-11-01 10:00"
    desk.put(number, "draft", "2023-11-01", reason="重新核对")
    with pytest.raises(Refusal, match="第三季度统计已截止"):
        desk.change(number, "source", "other", "有误")
    with pytest.raises(Refusal, match="第三季度统计已截止"):
        desk.withdraw(number, "有误")
    view = desk.view(number)
    with pytest.raises(Refusal, match="第三季度统计已截止"):
        service.withdraw_row(desk.session, desk.me, view, view.rows[0], "有误", local(desk.now), SHANGHAI)
    assert desk.count(Q3, LATER) == before


def test_what_was_issued_too_late_for_its_quarter_is_missing_in_the_year(desk: Desk) -> None:
    number = desk.record("rectification_list", target="甲支部", source="other")
    desk.add(number, "items", category="other", problem="问题", measure="措施", due_on="2023-11-01")
    desk.now = "2023-10-20 10:00"
    desk.put(number, "issued", "2023-09-25")
    found = [desk.count(period, LATER)["rectification.lists"] for period in (Q3, Period.of(Quarter(2023, 4)), YEAR)]
    assert found == [0, 0, 0]


def test_a_row_that_was_removed_comes_back_whole(desk: Desk) -> None:
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20", "2023-09-21"])
    view = desk.view(number)
    service.withdraw_row(desk.session, desk.me, view, view.rows[0], "重复", local("2023-08-11 10:05"), SHANGHAI)
    [removed] = entries.changes(desk.session, number)
    undo(desk, "c", removed.id, "2023-08-11 10:08")
    assert [row.fields["problem"] for row in desk.view(number).rows] == ["问题0", "问题1"]
    assert "items" not in desk.view(number).fields


def test_a_row_that_was_removed_comes_back_as_it_was_and_only_by_its_removal(desk: Desk) -> None:
    """A change of it before is no removal, and is not taken back in a row that is gone."""
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20", "2023-09-21"])
    row = desk.view(number).rows[0].id
    changed = desk.change(number, "problem", "新的问题", "有误", row)
    view = desk.view(number)
    removed = service.withdraw_row(desk.session, desk.me, view, view.rows[0], "重复", local(desk.now), SHANGHAI)
    with pytest.raises(Refusal, match="刚刚有变更"):
        undo(desk, "c", changed, desk.now)
    assert len(desk.view(number).rows) == 1
    undo(desk, "c", removed, desk.now)
    found = desk.view(number).row(row)
    assert found is not None
    assert (found.fields["problem"], "items" in found.fields) == ("新的问题", False)
    with pytest.raises(Refusal, match="已撤销"):
        undo(desk, "c", removed, desk.now)
    undo(desk, "c", changed, desk.now)
    assert desk.view(number).rows[0].fields["problem"] == "问题0"


def test_a_removal_of_before_the_cut_off_is_not_undone_after_it(desk: Desk) -> None:
    desk.now = "2023-10-10 23:51"
    number = desk.record("article", title="稿件", written_on="2023-08-01")
    desk.add(number, "placements", platform="晨报", on="2023-08-10")
    view = desk.view(number)
    removed = service.withdraw_row(desk.session, desk.me, view, view.rows[0], "", local("2023-10-10 23:58"), SHANGHAI)
    with pytest.raises(Refusal, match="第三季度统计已截止"), desk.session.begin_nested():
        undo(desk, "c", removed, "2023-10-11 00:02")
    assert desk.count(Q3, LATER)["publications.article.placements"] == 0


def test_what_took_place_is_not_moved_ahead_by_an_undo(desk: Desk) -> None:
    number = desk.record("guidance", org="甲支部", on="2023-08-18")
    moved = desk.change(number, "on", "2023-08-10")
    desk.put(number, "held", "2023-08-10")
    with pytest.raises(Refusal, match="不能晚于今天"):
        undo(desk, "c", moved, desk.now)


def test_what_showed_that_it_was_done_goes_with_that(desk: Desk) -> None:
    """Undone, or opened again: another time it is asked for anew; the history has it."""
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20"])
    row = desk.view(number).rows[0].id
    done = desk.put(number, "closed", "2023-08-11", row, evidence="错误的佐证")
    undo(desk, "s", done, desk.now)
    assert "evidence" not in desk.view(number).rows[0].fields
    with pytest.raises(Refusal, match="请先填写佐证"):
        desk.put(number, "closed", "2023-08-11", row)
    desk.put(number, "closed", "2023-08-11", row, evidence="照片")
    desk.put(number, "open", "2023-08-11", row, reason="佐证不实")
    assert "evidence" not in desk.view(number).rows[0].fields
    told = [(one.old["value"], one.new["value"]) for one in entries.changes(desk.session, number)]
    assert told == [(None, "照片"), ("照片", None)]


def test_the_last_row_stays_where_the_entry_would_be_nothing_without_it(desk: Desk) -> None:
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20"])
    view = desk.view(number)
    with pytest.raises(Refusal, match="已下发的整改清单至少保留1项整改事项"):
        service.withdraw_row(desk.session, desk.me, view, view.rows[0], "重复", local(desk.now), SHANGHAI)
    article = desk.record("article", title="稿件", submitted_on="2023-08-01")
    desk.add(article, "placements", platform="晨报", on="2023-08-10")
    desk.change(article, "submitted_on", None)
    view = desk.view(article)
    with pytest.raises(Refusal, match="请先填写撰写日期或报送日期"):
        service.withdraw_row(desk.session, desk.me, view, view.rows[0], "重复", local(desk.now), SHANGHAI)


def test_peers_that_are_set_later_leave_a_closed_quarter_alone(desk: Desk) -> None:
    for org in ("甲支部", "乙支部", "丙支部", "丁支部"):
        desk.record("guidance", org=org, on="2023-08-01")
    before = desk.count(Q3, LATER)
    assert before["guidance.full_coverage"] is True
    now = local("2023-11-01 10:00")
    settings.save(desk.session, desk.me, {"peer_orgs": "甲支部\n乙支部\n丙支部\n丁支部\n戊支部"}, now, SHANGHAI)
    assert desk.count(Q3, LATER) == before


def test_a_wrong_year_never_counted_and_may_be_mended(desk: Desk) -> None:
    number = desk.record("guidance", org="甲支部", on="2022-08-11")
    desk.now = "2023-08-14 10:00"
    desk.change(number, "on", "2023-08-11", "年份有误")
    assert desk.count()["guidance.times"] == 1
    other = desk.record("guidance", org="乙支部", on="2022-08-11")
    desk.now = "2023-08-15 10:00"
    desk.withdraw(other, "登记有误")
    third = desk.record("guidance", org="丙支部", on="2023-08-11")
    desk.now = "2023-11-01 10:00"
    with pytest.raises(Refusal, match="第三季度统计已截止"):
        desk.change(third, "on", "2023-10-30", "有误")


def test_a_draft_of_a_closed_quarter_may_still_be_dropped(desk: Desk) -> None:
    number = desk.record("rectification_list", target="甲支部", source="other")
    desk.now = "2023-11-01 10:00"
    desk.change(number, "target", "乙支部", "有误")
    desk.withdraw(number, "不再下发")
    assert desk.view(number).reason == "不再下发"


def test_what_holds_from_the_start_is_no_step(desk: Desk) -> None:
    number = desk.record("guidance", org="甲支部", on="2023-08-11")
    with pytest.raises(Refusal):
        undo(desk, "s", state_of(desk, number), "2023-08-11 10:01")


def test_nobody_undoes_what_another_has_worked_on(desk: Desk) -> None:
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20"])
    row = desk.view(number).rows[0].id
    desk.by = "甲二"
    desk.put(number, "closed", "2023-08-11", row=row, evidence="记录")
    desk.by = "甲一"
    with pytest.raises(Refusal, match="刚刚有变更"):
        undo(desk, "r", row, "2023-08-11 10:05")


def test_what_took_place_is_not_moved_to_a_day_to_come(desk: Desk) -> None:
    number = desk.record("guidance", org="甲支部", on="2023-08-10")
    with pytest.raises(Refusal, match="不能晚于今天"):
        desk.change(number, "on", "2023-09-20", "改期")
    with pytest.raises(Refusal):
        desk.put(number, "planned", "2023-08-10", reason="改期")


def test_an_item_is_not_closed_before_its_list_was_issued(desk: Desk) -> None:
    number = issued(desk, "甲支部", "2023-08-08", ["2023-09-20"])
    row = desk.view(number).rows[0].id
    with pytest.raises(Refusal, match="不能早于2023年8月8日"):
        desk.put(number, "closed", "2023-08-01", row=row, evidence="记录")


def test_the_number_of_an_entry_is_never_another_s(desk: Desk) -> None:
    first = desk.record("guidance", org="甲支部", on="2023-08-10")
    session = desk.session
    session.execute(EntryState.__table__.delete())
    for table in ("entry_day", "entry_value"):
        session.execute(EntryState.metadata.tables[table].delete())
    session.execute(EntryState.metadata.tables["entry"].delete())
    session.expire_all()
    assert desk.record("guidance", org="甲支部", on="2023-08-10") > first
    assert session.scalars(select(EntryState.id)).all()
    assert isinstance(local(desk.now), datetime)


def test_what_came_too_late_is_marked_wherever_it_stands(desk: Desk) -> None:
    """The figure has one less than list and ledger, and both say which."""
    desk.record("guidance", org="甲支部", on="2023-08-11")
    late = Desk.over(desk.session, desk.cast, "2023-10-11 00:00")
    number = late.record("guidance", org="乙支部", on="2023-08-14")
    kind = desk.kind("guidance")
    found = entries.views(desk.session, entries.listed(desk.session, desk.branch_id, kind, entries.Wanted()))
    assert not_counted(desk.session, desk.branch_id, found, SHANGHAI) == {number: "不计入第三季度"}
    assert desk.count(now="2023-10-12 09:00")["guidance.times"] == 1
    content = ledgers.table(desk.session, desk.branch_id, kind, Q3, date(2023, 10, 12), SHANGHAI)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [row[-1].value for row in sheet.iter_rows() if row[1].value and row[-1].value] == ["备注", "不计入第三季度"]
