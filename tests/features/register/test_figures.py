"""What the register counts, on both databases: the stories with their numbers, as of any day, before and after."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select, update

from bot.features.register import states, undoing
from bot.features.register.kinds.catalogue import declared
from bot.features.register.values import Owner
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.engine import Storage
from storage.models.entry import EntryState
from storage.models.organisation import PartyGroup
from storage.models.person import RosterSpan
from storage.roster import roster
from tests.closed import first_version_is
from tests.features.register.desk import SHANGHAI, Desk, local
from tests.features.register.samples import LOAN


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def quarter(year: int, number: int) -> Period:
    return Period.of(Quarter(year, number))


# --- guidance (ST7) --------------------------------------------------------------------------------------------------


def guided(desk: Desk) -> None:
    for org, site, on in (("甲", 1, 1), ("乙", 1, 2), ("丙", 2, 3), ("甲", 3, 4)):
        desk.record("guidance", org=f"{org}支部", site=f"基地{site}", on=f"2023-08-0{on}")
    desk.record("guidance", org="丁支部", site="基地4", on="2023-09-20")


def test_orgs_and_sites_are_counted_once_and_what_is_planned_not_at_all(desk: Desk) -> None:
    guided(desk)
    found = desk.count(now="2023-09-30 20:00")
    assert [found[f"guidance.{name}"] for name in ("times", "orgs", "sites")] == [4, 3, 3]
    assert (str(found["guidance.coverage_rate"]), found["guidance.full_coverage"]) == ("75.0", False)


def test_full_coverage_needs_every_peer_and_nothing_is_no_rate(desk: Desk) -> None:
    empty = desk.count()
    assert (empty["guidance.coverage_rate"], empty["guidance.full_coverage"]) == (0, False)
    guided(desk)
    desk.now = "2023-09-21 09:00"
    desk.put(5, "held", "2023-09-21")
    found = desk.count()
    assert (str(found["guidance.coverage_rate"]), found["guidance.full_coverage"]) == ("100.0", True)
    assert (found["guidance.times"], found["guidance.orgs"]) == (5, 4)


def test_a_unit_in_another_spelling_is_the_same_and_an_outsider_is_no_peer(desk: Desk) -> None:
    for org in ("甲支部", "甲 支部", "甲支部 ", "某中心"):
        desk.record("guidance", org=org, on="2023-08-01")
    found = desk.count()
    assert (found["guidance.times"], found["guidance.orgs"], str(found["guidance.coverage_rate"])) == (4, 2, "25.0")


def test_a_cancelled_visit_counts_nowhere_and_a_planned_one_only_once_it_was_held(desk: Desk) -> None:
    number = desk.record("guidance", org="甲支部", on="2023-08-20")
    desk.now = "2023-08-21 09:00"
    assert desk.count()["guidance.times"] == 0
    desk.put(number, "held", "2023-08-21")
    assert desk.count()["guidance.times"] == 1
    desk.put(number, "cancelled", "2023-08-21", reason="重复")
    assert desk.count()["guidance.times"] == 0


def test_of_two_entries_the_one_that_was_withdrawn_counts_no_more(desk: Desk) -> None:
    desk.record("guidance", org="甲支部", on="2023-08-01")
    desk.withdraw(desk.record("guidance", org="乙支部", on="2023-08-02"), "误记")
    found = desk.count()
    assert (found["guidance.times"], found["guidance.orgs"]) == (1, 1)


def test_a_state_that_was_taken_back_is_none(desk: Desk) -> None:
    number = desk.record("guidance", org="甲支部", on="2023-08-20")
    desk.now = "2023-08-21 09:00"
    held = desk.put(number, "held", "2023-08-21")
    undoing.undo(desk.session, desk.me, "s", held, local("2023-08-21 09:05"), SHANGHAI)
    desk.record("guidance", org="乙支部", on="2023-08-01")
    assert desk.count()["guidance.times"] == 1


def test_a_state_that_was_recorded_too_late_is_none_of_its_quarter(desk: Desk) -> None:
    """D16: held in the quarter, and told of after its cut-off (by an archive: in chat that is refused)."""
    number = desk.record("guidance", org="甲支部", on="2023-09-20")
    desk.now = "2023-09-21 09:00"
    held = desk.put(number, "held", "2023-09-20")
    for at, times in (("2023-10-10 23:59", 1), ("2023-10-11 00:00", 0)):
        desk.session.execute(update(EntryState).where(EntryState.id == held).values(recorded_at=local(at)))
        assert desk.count(quarter(2023, 3), "2023-12-01 09:00")["guidance.times"] == times


def test_somebody_who_is_no_peer_any_more_raises_no_rate(desk: Desk) -> None:
    desk.record("guidance", org="外单位支部", on="2023-08-01")
    found = desk.count()
    assert (found["guidance.orgs"], str(found["guidance.coverage_rate"])) == (1, "0.0")


# --- what comes too late ---------------------------------------------------------------------------------------------


def test_it_belongs_to_the_quarter_of_its_day_and_comes_in_time_by_its_recording(desk: Desk) -> None:
    for now in ("2023-09-30 23:59", "2023-10-10 23:59"):
        desk.now = now
        desk.record("guidance", org="甲支部", on="2023-09-29")
    desk.now = "2023-10-11 00:00"
    desk.record("guidance", org="乙支部", on="2023-09-29")
    assert desk.count(quarter(2023, 3), "2023-12-01 09:00")["guidance.times"] == 2
    assert desk.count(quarter(2023, 4), "2023-12-01 09:00")["guidance.times"] == 0
    # Over a year every entry is judged by its own quarter (D27).
    year = Period(quarter(2023, 1).start, quarter(2023, 4).to)
    assert desk.count(year, "2023-12-01 09:00")["guidance.times"] == 2


def test_a_period_may_be_any_days(desk: Desk) -> None:
    for day in ("2023-07-31", "2023-08-01", "2023-08-31"):
        desk.now = "2023-09-01 09:00"
        desk.record("guidance", org="甲支部", on=day)
    desk.record("guidance", org="甲支部", on="2023-09-01")
    august = Period(quarter(2023, 3).start.replace(month=8), quarter(2023, 3).start.replace(month=9))
    assert desk.count(august)["guidance.times"] == 2
    assert desk.count(Period(august.start, august.start.replace(day=2)))["guidance.times"] == 1


def test_what_is_due_on_the_last_day_is_not_overdue_yet(desk: Desk) -> None:
    """D15: projects by their own deadline."""
    for due in ("2023-09-29", "2023-09-30"):
        desk.record("practical_project", title=due, owner=Owner(name="甲单位"), since="2023-07-01", due_on=due)
    assert desk.count(quarter(2023, 3), "2023-10-05 09:00")["projects.overdue"] == 1


def test_who_is_on_the_roster_no_more_is_of_no_share_of_it(desk: Desk) -> None:
    people = [{"id": desk.cast[name]} for name in ("甲四", "甲五")]
    desk.record("volunteer_service", kind="community", on="2023-08-05", participants=people)
    gone = update(RosterSpan).where(RosterSpan.person_id == desk.cast["甲五"]).values(to_on=date(2023, 9, 1))
    desk.session.execute(gone)
    found = desk.count(quarter(2023, 3), "2023-10-05 09:00")
    assert (found["volunteer_service.people"], str(found["volunteer_service.share"])) == (2, "4.2")


# --- articles (D19) --------------------------------------------------------------------------------------------------


def test_an_article_on_two_platforms_is_one_piece_and_two_placements(desk: Desk) -> None:
    first = desk.record("article", title="稿件一", written_on="2023-07-03")
    desk.add(first, "placements", platform="晨报", on="2023-08-01")
    desk.add(first, "placements", platform="党建公众号", on="2023-08-08")
    desk.record("article", title="稿件二", submitted_on="2023-08-09")
    found = desk.count()
    assert [found[f"publications.article.{name}"] for name in ("pieces", "placements", "written")] == [1, 2, 2]
    assert found["publications.article.platforms"] == ["党建公众号", "晨报"]


def test_a_piece_placed_in_two_quarters_counts_in_each_and_once_in_the_year(desk: Desk) -> None:
    number = desk.record("article", title="稿件一", written_on="2023-06-20")
    desk.add(number, "placements", platform="晨报", on="2023-06-30")
    desk.add(number, "placements", platform="晨报", on="2023-07-01")
    desk.now = "2023-08-11 10:00"
    second, third = desk.count(quarter(2023, 2)), desk.count(quarter(2023, 3))
    # The placement of June was recorded in August, when the second quarter took nothing more.
    assert (second["publications.article.pieces"], third["publications.article.pieces"]) == (0, 1)
    assert third["publications.article.written"] == 0


def test_distinct_over_a_year_is_counted_anew(desk: Desk) -> None:
    number = desk.record("article", title="稿件一", written_on="2023-08-01")
    desk.add(number, "placements", platform="晨报", on="2023-08-11")
    desk.now = "2023-10-20 10:00"
    desk.add(number, "placements", platform="晨 报", on="2023-10-20")
    year = desk.count(Period(quarter(2023, 1).start, quarter(2023, 4).to))
    each = [desk.count(quarter(2023, one)) for one in (3, 4)]
    assert [one["publications.article.pieces"] for one in each] == [1, 1]
    assert (year["publications.article.pieces"], year["publications.article.placements"]) == (1, 2)
    assert len(year["publications.article.platforms"]) == 1


# --- rectification (ST9, D16) ----------------------------------------------------------------------------------------


def issued(desk: Desk, target: str, on: str, dues: list[str], source: str = "half_year_inspection") -> int:
    number = desk.record("rectification_list", target=target, source=source)
    for at, due in enumerate(dues):
        category = "political_life" if at % 2 else "branch_building"
        desk.add(number, "items", category=category, problem=f"问题{at}", measure="整改", due_on=due)
    desk.put(number, "issued", on)
    return number


def st9(desk: Desk) -> None:
    """Four lists of three items issued in July; ten closed, nine of them on time; one overdue, one due 15 October."""
    desk.now = "2023-07-20 10:00"
    for at in range(4):
        issued(desk, PEERS[at], "2023-07-20", ["2023-08-20"] * 3)
    draft = desk.record("rectification_list", target="丁支部", source="reinspection")
    desk.add(draft, "items", category="other", problem="问题", measure="整改", due_on="2023-08-01")
    rows = [(view, row) for number in range(1, 5) for view in [desk.view(number)] for row in view.rows]
    desk.now = "2023-09-25 10:00"
    for at, (view, row) in enumerate(rows):
        if at < 10:
            desk.put(view.id, "closed", "2023-08-21" if at == 0 else "2023-08-20", row=row.id, evidence="会议记录")
    last = rows[11]
    view = desk.view(last[0].id)
    desk.move(view.id, last[1].id, "2023-10-15")


PEERS = ("甲支部", "乙支部", "丙支部", "丁支部")


def test_st9(desk: Desk) -> None:
    st9(desk)
    found = desk.count(now="2023-10-09 09:00")
    names = ("lists", "reinspection_lists", "targets", "items", "closed", "closed_on_time", "open_overdue")
    assert [found[f"rectification.{name}"] for name in names] == [4, 0, 4, 12, 10, 9, 1]
    assert found["rectification.by_category.political_life"] == 4
    assert found["rectification.by_category.branch_building"] == 8
    assert found["rectification.by_category.other"] == 0
    assert str(found["rectification.close_rate"]) == "83.3"
    first_version_is(desk.session, desk.branch_id, desk.cast["甲一"], local("2023-10-09 09:00"))


def test_states_are_read_as_of_the_last_day(desk: Desk) -> None:
    st9(desk)
    desk.now = "2023-10-04 10:00"
    late = next(row for row in desk.view(4).rows if row.fact and row.fact.state == "open")
    desk.put(4, "closed", "2023-10-04", row=late.id, evidence="补办")
    third = desk.count(quarter(2023, 3), "2023-10-09 09:00")
    assert (third["rectification.closed"], third["rectification.open_overdue"]) == (10, 1)
    # In the fourth quarter no list was issued, and what is overdue is told whenever its list was.
    fourth = desk.count(quarter(2023, 4), "2023-12-31 20:00")
    assert (fourth["rectification.lists"], fourth["rectification.open_overdue"]) == (0, 0)
    assert fourth["rectification.open_overdue_all"] == 1
    year = desk.count(Period(quarter(2023, 1).start, quarter(2023, 4).to), "2023-12-31 20:00")
    assert (year["rectification.lists"], year["rectification.closed"]) == (4, 11)


def test_an_item_due_on_the_last_day_is_not_late(desk: Desk) -> None:
    desk.now = "2023-07-20 10:00"
    issued(desk, "甲支部", "2023-07-20", ["2023-09-30"])
    assert desk.count(now="2023-10-05 09:00")["rectification.open_overdue"] == 0
    assert desk.count(now="2023-10-05 09:00")["rectification.open_overdue_all"] == 0


def test_an_item_that_is_opened_again_is_open_from_that_day_on(desk: Desk) -> None:
    desk.now = "2023-07-20 10:00"
    number = issued(desk, "甲支部", "2023-07-20", ["2023-08-01"])
    row = desk.view(number).rows[0].id
    desk.now = "2023-07-30 10:00"
    desk.put(number, "closed", "2023-07-30", row=row, evidence="记录")
    desk.now = "2023-10-08 10:00"
    desk.put(number, "open", "2023-10-08", row=row, reason="未整改到位")
    assert desk.count(quarter(2023, 3))["rectification.closed"] == 1
    fourth = desk.count(quarter(2023, 4))
    assert fourth["rectification.open_overdue_all"] == 1


def test_a_list_typed_later_than_it_was_issued_has_its_items_from_then_on(desk: Desk) -> None:
    desk.now = "2023-10-08 10:00"
    issued(desk, "甲支部", "2023-07-20", ["2023-08-01", "2023-10-30"])
    found = desk.count(quarter(2023, 3))
    assert (found["rectification.items"], found["rectification.open_overdue"]) == (2, 1)


# --- what stands behind ----------------------------------------------------------------------------------------------


def test_a_number_is_the_number_of_the_rows_behind_it(desk: Desk) -> None:
    st9(desk)
    guided(desk)
    found = desk.count(now="2023-10-09 09:00")
    for path in ("rectification.lists", "rectification.items", "rectification.closed", "guidance.times"):
        assert found[path] == desk.behind(path, now="2023-10-09 09:00")


def test_a_leader_s_groups_are_what_names_their_people(desk: Desk) -> None:
    group = desk.cast.groups["第一党小组"]
    number = desk.record("article", title="稿件一", written_on="2023-08-01", author=[{"id": desk.cast["甲四"]}])
    desk.add(number, "placements", platform="晨报", on="2023-08-11")
    other = desk.record("article", title="稿件二", written_on="2023-08-01", author=[{"id": desk.cast["乙四"]}])
    desk.add(other, "placements", platform="晨报", on="2023-08-11")
    assert desk.count()["publications.article.pieces"] == 2
    assert desk.count(only=frozenset({group}))["publications.article.pieces"] == 1


def test_a_leader_counts_the_different_people_of_what_names_the_own(desk: Desk) -> None:
    """Where people are counted, the group is looked for beside them."""
    group = desk.cast.groups["第一党小组"]
    with declared([LOAN]):
        for name in ("甲四", "甲四", "丙五"):
            desk.record("lent_book", title="书", reader=[{"id": desk.cast[name]}], on="2023-08-01")
        found = desk.count()["lent_books.people"], desk.count(only=frozenset({group}))["lent_books.people"]
    assert found == (2, 1)


def test_of_an_entry_a_leader_counts_the_own_people(desk: Desk) -> None:
    group = desk.session.scalars(select(PartyGroup.id).order_by(PartyGroup.id)).first()
    assert group is not None
    members = roster(desk.session, desk.branch_id, date(2023, 8, 11))
    mine = [one for one in members if one.group_id == group][:1]
    others = [one for one in members if one.group_id != group][:2]
    people = [{"id": one.id} for one in [*mine, *others]]
    event = {"title": "报告会", "whose": "示范局", "level": "unit", "kind": "lecture", "on": "2023-08-04"}
    desk.record("superior_event", **event, attendees=people)
    whole, own = desk.count(), desk.count(only=frozenset({group}))
    assert [one["superior_events.person_times"] for one in (whole, own)] == [3, 1]
    assert [one["superior_events.people"] for one in (whole, own)] == [3, 1]
    assert [one["superior_events.times"] for one in (whole, own)] == [1, 1]


def test_a_leader_s_items_are_those_of_the_own_group_by_who_owes_them_now(desk: Desk) -> None:
    first, third = (desk.cast.groups[name] for name in ("第一党小组", "第三党小组"))
    number = issued(desk, "甲支部", "2023-08-11", ["2023-09-20", "2023-09-21"])
    one, other = (row.id for row in desk.view(number).rows)
    for row, name in ((one, "甲四"), (other, "丙五")):
        view = desk.view(number)
        owner = Owner(id=desk.cast[name])
        states.move(desk.session, desk.me, view, view.row(row), local(desk.now), SHANGHAI, reason="分工", owner=owner)
    counted = [desk.count(only=frozenset({group}))["rectification.items"] for group in (first, third)]
    assert counted == [1, 1]
    desk.put(number, "closed", "2023-08-11", other, evidence="照片")
    assert desk.count(only=frozenset({first}))["rectification.closed"] == 0
    view = desk.view(number)
    owner = Owner(id=desk.cast["丙五"])
    states.move(desk.session, desk.me, view, view.row(one), local(desk.now), SHANGHAI, reason="调整", owner=owner)
    counted = [desk.count(only=frozenset({group}))["rectification.items"] for group in (first, third)]
    assert counted == [0, 2]


def test_an_item_that_was_reopened_in_a_draft_stays_open_when_the_list_is_issued_on_an_earlier_day(desk: Desk) -> None:
    number = desk.record("rectification_list", target="甲支部", source="other")
    item = desk.add(number, "items", category="other", problem="问题", measure="整改", due_on="2023-09-01")
    desk.put(number, "closed", "2023-08-11", item, evidence="照片")
    desk.now = "2023-08-12 10:00"
    desk.put(number, "open", "2023-08-12", item, reason="反弹")
    desk.put(number, "issued", "2023-08-05")
    found = desk.count()
    assert (found["rectification.items"], found["rectification.closed"]) == (1, 0)
