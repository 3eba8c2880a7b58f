"""A roster laid over a branch, once and again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.accounts import service
from bot.features.reflections.rules import is_cadre
from bot.features.roster.words import differences, offices
from bot.features.roster_files.asking import Answers, Undecided
from bot.features.roster_files.reading.reader import read_roster
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, RosterRow
from bot.features.roster_files.service import Imported, import_roster, plan_import, write_import
from bot.features.roster_files.tables import roster_csv, roster_rows, roster_xlsx
from storage.activities import audience_of
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank, Scope
from storage.engine import Storage
from storage.facts import KINDS
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.invite import Invite
from storage.models.organisation import PartyGroup
from storage.models.person import DutySpan, ExemptionSpan, GroupSpan, MembershipSpan, Person, RosterSpan
from storage.roster import Member, roster, rosters
from tests.cast import BASE_BRANCH, Cast, make_branch

NOW = datetime(2023, 6, 30, 1, 0, tzinfo=UTC)
JULY, YEAR = date(2023, 7, 1), date(2023, 1, 1)


def by_name(session: Session, branch_id: int, day: date = JULY) -> dict[str, Member]:
    return {member.name: member for member in roster(session, branch_id, day)}


def again(session: Session, cast: Cast, rows: list[RosterRow], since: date = YEAR) -> Imported:
    return import_roster(session, cast.branch_id, rows, now=NOW, since=since)


def changed_row(name: str, **values: object) -> list[RosterRow]:
    return [replace(row, **values) if row.name == name else row for row in BASE_BRANCH]


def test_who_leaves_by_the_file_has_no_link_any_more(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        service.make_invites(session, cast.branch_id, NOW - timedelta(days=1))
        again(session, cast, changed_row("甲五", transfer_out=NOW.date()))
        open_ = set(session.scalars(select(Invite.person_id).where(Invite.expires_at > NOW)))
        assert set(cast.people.values()) - open_ == {cast["甲五"]}


def test_the_base_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
    with storage.reading() as session:
        people = by_name(session, cast.branch_id)
        assert list(people) == [row.name for row in BASE_BRANCH]
        assert len(people) == 25
        assert sum(not member.exempt for member in people.values()) == 23
        assert [name for name, member in people.items() if member.exempt] == ["乙八", "丙八"]
        assert people["甲一"].duties == {Duty.SECRETARY}
        assert people["甲一"].group_name == "第一党小组"
        assert people["丙七"].status is MembershipStatus.PROBATIONARY
        assert people["乙七"].status is MembershipStatus.FULL
        assert people["丙八"].category is Category.RETIRED
        cadres = [name for name, member in people.items() if list(Rank).index(member.rank or Rank.WORKER) >= 3]
        assert cadres == ["甲一", "甲二", "甲四", "乙一", "乙二", "丙一"]
        assert cast.me(session, "乙三", JULY).leads == {cast.groups["第二党小组"]}
        assert roster(session, cast.branch_id, date(2022, 12, 31)) == []


def test_the_same_file_again_changes_nothing(storage: Storage) -> None:
    tables = [Person, PartyGroup, *KINDS]
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        audits = session.scalar(select(func.count()).select_from(Audit))
        for since in (YEAR, JULY, date(2022, 1, 1)):
            done = again(session, cast, BASE_BRANCH, since)
            assert (done.listed, done.added, done.changed, done.groups_added) == (25, 0, 0, 0)
            assert done.exempt == ("乙八", "丙八")
        assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == counts
        assert session.scalar(select(func.count()).select_from(Audit)) == audits


def test_what_changed_holds_from_its_day(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        done = again(session, cast, changed_row("甲五", group="第二党小组", rank=Rank.DEPUTY_SECTION), JULY)
        assert (done.added, done.changed) == (0, 1)
        before, after = (by_name(session, cast.branch_id, day)["甲五"] for day in (date(2023, 6, 30), JULY))
        assert (before.group_name, before.rank) == ("第一党小组", Rank.STAFF)
        assert (after.group_name, after.rank) == ("第二党小组", Rank.DEPUTY_SECTION)


def test_an_earlier_mistake_is_put_right_in_place(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        again(session, cast, changed_row("甲五", group="第三党小组"), YEAR)
        [span] = session.scalars(select(GroupSpan).where(GroupSpan.person_id == cast["甲五"]))
        assert (span.group_id, span.from_on) == (cast.groups["第三党小组"], YEAR)


def test_an_office_passes_on(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        rows = [replace(row, duties=()) if row.name == "甲一" else row for row in BASE_BRANCH]
        rows = [replace(row, duties=(Duty.SECRETARY,)) if row.name == "甲四" else row for row in rows]
        again(session, cast, rows, JULY)
        for day, holder in ((date(2023, 6, 30), "甲一"), (JULY, "甲四")):
            people = by_name(session, cast.branch_id, day).items()
            assert [name for name, member in people if Duty.SECRETARY in member.duties] == [holder]


def test_who_is_not_listed_stays_and_is_named(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        done = again(session, cast, BASE_BRANCH[:23])
        assert done.not_listed == ("丙七", "丙八")
        assert len(by_name(session, cast.branch_id)) == 25


def test_transfers(storage: Storage) -> None:
    came = RosterRow(name="戊一", group="第一党小组", transfer_in=date(2023, 8, 15))
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        rows = [*changed_row("丙六", transfer_out=date(2023, 9, 1)), came]
        done = again(session, cast, rows)
        assert (done.added, done.changed) == (1, 1)
        for day, count in ((date(2023, 8, 14), 25), (date(2023, 8, 15), 26), (date(2023, 8, 31), 26)):
            assert len(roster(session, cast.branch_id, day)) == count
        assert "丙六" not in by_name(session, cast.branch_id, date(2023, 9, 1))
        assert again(session, cast, rows, JULY).changed == 0
        gone = RosterRow(name="己一", group="第一党小组", transfer_out=date(2022, 3, 1))
        assert again(session, cast, [*rows, gone]).added == 0


def test_somebody_who_came_back(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        again(session, cast, changed_row("丙六", transfer_out=date(2023, 2, 1)))
        assert again(session, cast, BASE_BRANCH, JULY).changed == 1
        spans = session.scalars(select(RosterSpan).where(RosterSpan.person_id == cast["丙六"]).order_by(RosterSpan.id))
        assert [(span.from_on, span.to_on) for span in spans] == [(YEAR, date(2023, 2, 1)), (JULY, None)]


def test_a_probationary_member_is_on_the_roster_from_the_next_day_and_converted_later(storage: Storage) -> None:
    row = RosterRow(
        name="丁一", group="第一党小组", status=MembershipStatus.PROBATIONARY, joined_party_on=date(2023, 9, 22)
    )
    full = replace(row, status=MembershipStatus.FULL, converted_on=date(2024, 9, 30))
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        again(session, cast, [*BASE_BRANCH, row])
        assert "丁一" not in by_name(session, cast.branch_id, date(2023, 9, 22))
        assert by_name(session, cast.branch_id, date(2023, 9, 23))["丁一"].status is MembershipStatus.PROBATIONARY
        again(session, cast, [*BASE_BRANCH, full], date(2024, 10, 1))
        assert by_name(session, cast.branch_id, date(2024, 9, 29))["丁一"].status is MembershipStatus.PROBATIONARY
        assert by_name(session, cast.branch_id, date(2024, 9, 30))["丁一"].status is MembershipStatus.FULL


def test_a_conversion_inside_the_first_import(storage: Storage) -> None:
    row = RosterRow(name="丁二", joined_party_on=date(2022, 3, 1), converted_on=date(2023, 3, 1))
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for _ in range(2):
            again(session, cast, [*BASE_BRANCH, row])
        spans = session.scalars(select(MembershipSpan).order_by(MembershipSpan.id.desc()).limit(2)).all()
        assert [(span.status.value, span.from_on, span.to_on) for span in spans] == [
            ("full", date(2023, 3, 1), None),
            ("probationary", date(2022, 3, 1), date(2023, 3, 1)),
        ]


def test_exemptions_end_and_begin_anew(storage: Storage) -> None:
    leave = Exempt(ExemptionReason.MATERNITY_LEAVE, date(2023, 8, 1), date(2024, 2, 1))
    ill = Exempt(ExemptionReason.LONG_SICK_LEAVE, date(2024, 5, 1))
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for exemption in (leave, leave, ill, ill):
            again(session, cast, changed_row("乙七", exemption=exemption), JULY)
        spans = session.scalars(
            select(ExemptionSpan).where(ExemptionSpan.person_id == cast["乙七"]).order_by(ExemptionSpan.id)
        )
        assert [(span.reason, span.from_on, span.to_on) for span in spans] == [
            (leave.reason, leave.from_on, leave.to_on),
            (ill.reason, ill.from_on, None),
        ]


def test_two_of_one_name(storage: Storage) -> None:
    rows = [RosterRow(name="张伟", group="一组"), RosterRow(name="张伟", group="二组")]
    with storage.transaction() as session:
        branch_id = service.add_branch(session, "二支部", None, NOW)
        import_roster(session, branch_id, rows, now=NOW, since=YEAR)
        done = import_roster(session, branch_id, rows, now=NOW, since=YEAR)
        assert (done.added, done.changed) == (0, 0)
        moved = [RosterRow(name="张伟", group="三组"), RosterRow(name="张伟", group="四组")]
        with pytest.raises(Undecided, match="张伟"):
            import_roster(session, branch_id, moved, now=NOW, since=JULY)


def test_a_secretary_who_came_first_gets_the_row_of_the_roster(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = service.add_branch(session, "示范党支部", None, NOW)
        early = service.claim_secretary(session, 77, "Jia", NOW)
        import_roster(session, branch_id, BASE_BRANCH, now=NOW, since=YEAR)
        row = session.scalars(select(Person).where(Person.telegram_id == 77)).one()
        assert (row.name, row.id != early) == ("甲一", True)
        held = session.scalars(select(DutySpan).where(DutySpan.duty == Duty.SECRETARY, DutySpan.to_on.is_(None)))
        assert [span.person_id for span in held] == [row.id]


def test_branches(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        top = service.add_branch(session, "\u202e总支", None, NOW)
        under = service.add_branch(session, "二支部", top, NOW)
        with pytest.raises(ValueError, match="people of its own"):
            service.add_branch(session, "三支部", cast.branch_id, NOW)
        with pytest.raises(ValueError, match="no branch with the id 999"):
            service.add_branch(session, "三支部", 999, NOW)
        with pytest.raises(ValueError, match="needs a name"):
            service.add_branch(session, " ", None, NOW)
        lines = service.list_branches(session)
    assert [(one.id, one.name, one.kind.value, one.parent_id, one.people, one.bound) for one in lines] == [
        (cast.branch_id, "示范党支部", "branch", None, 25, 25),
        (top, "总支", "general_branch", None, 0, 0),
        (under, "二支部", "branch", top, 0, 0),
    ]


def test_a_telephone_number_is_kept_for_binding_and_shown_and_noted_without_it(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        plan = plan_import(session, cast.branch_id, changed_row("甲三", phone="13812345678"), YEAR)
        assert [str(each) for each in differences(plan.facts, plan.edits)] == ["手机 无→尾号5678"]
        write_import(session, plan, now=NOW)
        assert session.get_one(Person, cast["甲三"]).phone == "13812345678"
        (line,) = session.scalars(select(Audit).where(Audit.action == "person_changed"))
        assert line.details["edits"][0]["after"] == {"phone": True}
        assert line.details["why"] == "roster_import"


MEMBER = Duty.COMMITTEE_MEMBER
MEMBERS = [
    RosterRow(name="甲五", group="第一党小组", duties=(MEMBER,), titles=("妇女委员", "统战委员")),
    RosterRow(name="乙五", group="第二党小组", duties=(Duty.DISCIPLINE_OFFICER, MEMBER), titles=("保密员",)),
    RosterRow(name="丙五", group="第三党小组", duties=(MEMBER,)),
]
RANKS = [
    RosterRow(name="甲五", group="第一党小组", rank=Rank.DEPUTY_SECTION, rank_text="四级主任科员"),
    RosterRow(name="乙五", group="第二党小组", rank_text="正高级"),
    RosterRow(name="丙五", group="第三党小组", rank=Rank.BUREAU),
]


def test_members_of_the_committee_keep_their_titles_there_and_back(storage: Storage) -> None:
    """The file, the roster, the table that is handed out, and the file again."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        again(session, cast, MEMBERS, JULY)
        people = by_name(session, cast.branch_id)
        assert people["甲五"].titles == {"妇女委员", "统战委员"}
        assert people["乙五"].duties == {Duty.DISCIPLINE_OFFICER, Duty.COMMITTEE_MEMBER}
        assert [offices(people[name]) for name in ("甲五", "乙五", "丙五", "甲六")] == [
            "妇女委员、统战委员",
            "纪检委员、保密员",
            "支部委员",
            "",
        ]
        assert rosters(session, cast.branch_id, [JULY])[JULY] == roster(session, cast.branch_id, JULY)
        assert again(session, cast, MEMBERS, JULY).changed == 0
        table = roster_rows(session, cast.branch_id, JULY)
        assert again(session, cast, read_roster(roster_csv(table)).take().rows, JULY).changed == 0
        assert again(session, cast, read_roster(roster_xlsx(table)).take().rows, JULY).changed == 0
        plan = plan_import(session, cast.branch_id, [replace(MEMBERS[0], titles=("统战委员",))], date(2023, 8, 1))
        assert [str(one) for one in differences(plan.facts, plan.edits)] == ["党内职务 妇女委员→无（自2023年8月1日起）"]


def test_ranks_in_words_of_their_own_there_and_back(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        plan = plan_import(session, cast.branch_id, RANKS, JULY)
        assert [str(one) for one in differences(plan.facts, plan.edits)] == [
            "职级 科员→四级主任科员（自2023年7月1日起）",
            "职级 科员→正高级（自2023年7月1日起）",
            "职级 科员→正厅（自2023年7月1日起）",
        ]
        again(session, cast, RANKS, JULY)
        people = by_name(session, cast.branch_id)
        found = [(people[name].rank, people[name].rank_text) for name in ("甲五", "乙五", "丙五")]
        assert found == [(Rank.DEPUTY_SECTION, "四级主任科员"), (None, "正高级"), (Rank.BUREAU, "")]
        assert [is_cadre(rank, Category.IN_SERVICE) for rank, _ in found] == [True, False, True]
        assert rosters(session, cast.branch_id, [JULY])[JULY] == roster(session, cast.branch_id, JULY)
        table = roster_rows(session, cast.branch_id, JULY)
        assert again(session, cast, read_roster(roster_xlsx(table)).take().rows, JULY).changed == 0


def test_what_is_kept_of_other_cells_stands_in_the_notes_once(storage: Storage) -> None:
    kept = RosterRow(name="甲五", group="第一党小组", kept=("党内职务：安全员",))
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.get_one(Person, cast["甲五"]).notes = "曾任科长"
        session.flush()
        assert again(session, cast, [kept]).changed == 1
        session.expire_all()
        assert session.get_one(Person, cast["甲五"]).notes == "曾任科长；党内职务：安全员"
        assert again(session, cast, [kept]).changed == 0
        assert again(session, cast, [replace(kept, notes="曾任科长")]).changed == 0


def test_several_spells_of_exemption_stand_apart(storage: Storage) -> None:
    """What is asked about is not taken by itself."""
    spells = (
        Exempt(ExemptionReason.MATERNITY_LEAVE, date(2023, 7, 1), date(2023, 9, 1)),
        Exempt(ExemptionReason.LONG_SICK_LEAVE, date(2023, 10, 1)),
    )
    row = RosterRow(name="甲五", group="第一党小组", exemption=spells[0], further=spells[1:])
    asked = RosterRow(
        name="甲六",
        group="第一党小组",
        exemption=Exempt(ExemptionReason.MATERNITY_LEAVE, asks=ExemptAsk.WHETHER, said="其妻产假"),
    )
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        with pytest.raises(Undecided, match="其妻产假"):
            again(session, cast, [row, asked], JULY)
        for changed in (1, 0):
            plan = plan_import(session, cast.branch_id, [row, asked], JULY, Answers({"exempt:0": "no"}))
            assert write_import(session, plan, now=NOW).changed == changed
        query = select(ExemptionSpan).where(ExemptionSpan.person_id.in_([cast["甲五"], cast["甲六"]]))
        found = session.scalars(query.order_by(ExemptionSpan.from_on)).all()
        assert [Exempt(one.reason, one.from_on, one.to_on) for one in found] == list(spells)


def test_everybody_called_a_member_of_the_committee_is_expected_at_it(storage: Storage) -> None:
    """The secretary, the officers, and 支部委员 whatever the title."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        again(session, cast, MEMBERS, JULY)
        activity = Activity(branch_id=cast.branch_id, scope=Scope.COMMITTEE, start_at=NOW + timedelta(days=7))
        members = roster(session, cast.branch_id, JULY)
        assert [one.name for one in audience_of(activity, members, [])] == [
            *["甲一", "甲二", "甲五", "乙一", "乙二", "乙五", "丙一", "丙五"]
        ]


def test_an_exemption_that_is_over_since_a_day_has_ended_then(storage: Storage) -> None:
    """乙八 is exempt without an end; 丙八 for another reason, and somebody new was never exempt here."""
    over = Exempt(ExemptionReason.LONG_SICK_LEAVE, None, date(2023, 6, 1))
    rows = [
        RosterRow(name="乙八", group="第二党小组", exemption=over),
        RosterRow(name="丙八", group="第三党小组", exemption=over),
        RosterRow(name="戊一", group="第一党小组", exemption=over),
    ]
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        plan = plan_import(session, cast.branch_id, rows, JULY, open_from=date(2023, 4, 1))
        [ended] = [one for one in differences(plan.facts, plan.edits) if one.what == "免于考勤"]
        assert (ended.name, ended.before, ended.after) == ("乙八", "长期病休", "长期病休至2023年5月31日")
        write_import(session, plan, now=NOW)
        session.flush()
        assert again(session, cast, rows, JULY).changed == 0
        assert not by_name(session, cast.branch_id)["乙八"].exempt
        assert by_name(session, cast.branch_id)["丙八"].exempt
