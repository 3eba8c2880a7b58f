"""Archives in and out, on both databases: the people of the example come back whole."""

import copy
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.accounts import service
from bot.features.accounts.rules import InviteKind
from bot.features.accounts.service import issue
from bot.features.archive.document import BadArchive, load
from bot.features.archive.exporting import export
from bot.features.archive.importing import Brought, Target, bring
from bot.features.privacy import erasure
from bot.features.registry import FIGURES
from bot.kit import branch_settings
from bot.kit.closing import close_day
from storage.audience import find
from storage.choices import Duty, OfficialDutyAs
from storage.engine import Storage
from storage.facts import KINDS
from storage.models.audit import Audit
from storage.models.care import HygieneWord
from storage.models.invite import Invite
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import DutySpan, Person
from storage.roster import roster
from tests.cast import make_branch

NOW = datetime(2022, 10, 20, 1, 0, tzinfo=UTC)
TODAY = date(2022, 10, 20)
EXAMPLE: dict[str, Any] = load((Path(__file__).parent / "example.json").read_bytes())
NEW = Target(None)


def put(session: Session, document: dict[str, Any], target: Target = NEW) -> Brought:
    return bring(session, document, target, now=NOW, timezone="Asia/Shanghai", figures=FIGURES)


def out(session: Session, branch_id: int, day: date = TODAY) -> dict[str, Any]:
    """As it is read again from the file."""
    found: dict[str, Any] = json.loads(json.dumps(export(session, branch_id, day, "Asia/Shanghai")))
    return found


def rows(session: Session) -> list[int | None]:
    tables = (Organisation, PartyGroup, Person, Audit, *KINDS)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_the_people_of_the_example_come_back_whole(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, EXAMPLE)
        assert (done.changed, done.people, done.groups) == (True, 8, 2)
        assert done.left_out == {}
    with storage.reading() as session:
        written = out(session, done.branch_id)
        read = (
            "format", "branch", "people", "guidance", "rectification_lists", "publications", "cobuild_events",
            "exams", "exam_attempts", "member_development", "talk_campaigns", "talks",
            "monthly_themes", "study_items", "study_completions", "reflection_tasks", "reflections", "self_check_tasks",
            "self_checks", "reminders", "first_agenda_items", "activities",
        )  # fmt: skip
        assert {name: written[name] for name in read} == {name: EXAMPLE[name] for name in read}
        # What has states or no id is said whole: test_archive of the register.
        more = {"projects", "research_topics", "model_units", "issues", "next_quarter_plan"}
        counts = dict.fromkeys(more, 1) | {"votes": 1, "closes": 1, "corrections": 2}
        assert {name: len(rows) for name, rows in written.items() if name not in read} == counts
        on_roster = roster(session, done.branch_id, date(2022, 9, 30))
        assert len(on_roster) == 8
        assert [one.name for one in on_roster if one.exempt] == ["乙八"]
        leads = session.scalars(select(DutySpan.group_id).where(DutySpan.duty == Duty.GROUP_LEADER)).all()
        assert None not in leads


def test_the_same_archive_again_changes_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, EXAMPLE)
        before = rows(session)
        mine = Target(done.branch_id)
        assert not put(session, EXAMPLE, mine).changed
        assert not put(session, out(session, done.branch_id), mine).changed
        assert not put(session, {"format": EXAMPLE["format"], "people": EXAMPLE["people"][::-1]}, mine).changed
        # Somebody binds after the import: that is no other record.
        session.execute(update(Person).where(Person.archive_id == "P2").values(telegram_id=77))
        assert not put(session, EXAMPLE, mine).changed
        assert rows(session) == before


def test_the_close_day_of_a_branch_comes_and_goes_with_its_archive(storage: Storage) -> None:
    """Written only where it is set; null is the usual one again, and an archive without it leaves it alone."""
    document = copy.deepcopy(EXAMPLE)
    document["branch"]["close_day"] = 15
    with storage.transaction() as session:
        done = put(session, document)
        mine = Target(done.branch_id, replace=True)
        assert close_day(session, done.branch_id, TODAY) == 15
        assert out(session, done.branch_id)["branch"] == document["branch"]
        assert not put(session, document, mine).changed
        assert not put(session, EXAMPLE, mine).changed
        for said, day in ((28, 28), (None, 10), (1, 1)):
            document["branch"]["close_day"] = said
            assert put(session, document, mine).changed
            assert not put(session, document, mine).changed
            assert close_day(session, done.branch_id, TODAY) == day
            assert out(session, done.branch_id)["branch"].get("close_day") == said
        line = session.scalars(
            select(Audit).where(Audit.action == "archive_imported").order_by(Audit.id.desc())
        ).first()
        assert line is not None
        assert list(line.details["changes"]) == ["settings"]


@pytest.mark.parametrize("said", [0, 29, -1, "15", True, 15.0, [15]])
def test_a_close_day_that_is_none_is_a_fault(storage: Storage, said: Any) -> None:
    document = copy.deepcopy(EXAMPLE)
    document["branch"]["close_day"] = said
    with storage.transaction() as session:
        with pytest.raises(BadArchive) as refused:
            put(session, document)
        assert refused.value.faults == [f"branch.close_day: found {said!r}, should be a day of the month from 1 to 28"]


SETTINGS: dict[str, Any] = {
    "close_day": 15,
    "late_minutes": 5,
    "official_duty_as": "present",
    "cadre_min_rank": "section",
    "conversion_count_date": "branch_meeting",
    "exempt_from": ["attendance", "exam"],
    "monthly_documents": ["minutes", "rectification_evidence"],
    "appraisal_excellent_share": 15,
    "aliases": {"支部大会": "members_meeting", "讲座": "party_lecture"},
    "dues": "quarterly",
    "dues_day": 20,
    "earlier": {"close_day": [{"before": "2022Q2", "value": 10}]},
    "report_title": "汇报",
}


def test_the_settings_of_a_branch_come_and_go_whole(storage: Storage) -> None:
    """The close day stands in both; what is not known stays; a branch that has set nothing has no settings."""
    document = copy.deepcopy(EXAMPLE) | {"settings": SETTINGS}
    with storage.transaction() as session:
        done = put(session, document)
        mine = Target(done.branch_id, replace=True)
        settings = branch_settings.of_branch(session, done.branch_id)
        assert [settings.close_day_on(date(2022, month, 1)) for month in (1, 4)] == [10, 15]
        assert (settings.late_minutes, settings.official_duty_as) == (5, OfficialDutyAs.PRESENT)
        said = out(session, done.branch_id)
        assert (said["settings"], said["branch"]) == (SETTINGS, {**EXAMPLE["branch"], "close_day": 15})
        assert load(json.dumps(said).encode()) == said
        for same in (document, said, EXAMPLE, {**document, "settings": {"exempt_from": ["exam", "attendance"]}}):
            assert not put(session, same, mine).changed
        again = put(session, said, Target(None, "第二支部"))
        assert out(session, again.branch_id)["settings"] == SETTINGS
        plain = put(session, EXAMPLE, Target(None, "第三支部"))
        assert "settings" not in out(session, plain.branch_id)
        # What the collection says of peers and the superior stands in the branch.
        more = {"peer_orgs": ["丁支部"], "superior": "某局党委", "late_minutes": None}
        people = {name: EXAMPLE[name] for name in ("format", "people")}
        assert put(session, {**people, "settings": more}, mine).changed
        assert not put(session, {**people, "settings": more}, mine).changed
        said = out(session, done.branch_id)
        assert (said["branch"]["peer_orgs"], said["branch"]["superior"]) == (["丁支部"], "某局党委")
        assert (said["settings"]["late_minutes"], said["settings"]["report_title"]) == (10, "汇报")


def test_an_archive_without_its_past_moves_no_cut_off_that_has_passed(storage: Storage) -> None:
    document = copy.deepcopy(EXAMPLE)
    with storage.transaction() as session:
        done = put(session, document)
        document["branch"]["close_day"] = 25
        assert put(session, document, Target(done.branch_id, replace=True)).changed
        days = [close_day(session, done.branch_id, date(2022, month, 1)) for month in (4, 7, 10)]
        assert days == [10, 10, 25]
        assert out(session, done.branch_id)["settings"]["earlier"] == {"close_day": [{"before": "2022Q4", "value": 10}]}
        # Of a branch that it makes, it knows best.
        new = put(session, document, Target(None, "第二支部"))
        assert close_day(session, new.branch_id, date(2022, 4, 1)) == 25


@pytest.mark.parametrize(
    ("name", "said", "should"),
    [
        ("close_day", 16, "as branch.close_day (15)"),
        ("close_day", 0, "a day of the month from 1 to 28"),
        ("late_minutes", 61, "a number of minutes from 0 to 60"),
        ("official_duty_as", "away", "one of leave, present, excluded"),
        ("cadre_min_rank", "bureau", "one of deputy_section, section"),
        ("dues", True, "one of off, monthly, quarterly"),
        ("dues_day", 29, "a day of the month from 1 to 28"),
        ("exempt_from", ["talks"], "a list of attendance, study, reflection, exam"),
        ("monthly_documents", "minutes", "a list of minutes, monthly_ledger, rectification_evidence"),
        ("appraisal_excellent_share", 0, "a number of per cent from 1 to 100"),
        ("peer_orgs", ["丁支部"], "as branch.peer_orgs (['甲支部', '乙支部'])"),
        ("superior", 7, "a text"),
        ("earlier", {"close_day": 7}, 'such as {"close_day": [{"before": "2023Q3", "value": 10}]}'),
        ("earlier", {"late_minutes": [{"before": "2022Q1", "value": 7}]}, "such as"),
        ("earlier", {"close_day": [{"before": "2022Q5", "value": 7}]}, "such as"),
    ],
)
def test_settings_that_are_none_or_contradict_are_faults(storage: Storage, name: str, said: Any, should: str) -> None:
    document = copy.deepcopy(EXAMPLE) | {"settings": {name: said}}
    document["branch"]["close_day"] = 15
    with storage.transaction() as session:
        with pytest.raises(BadArchive) as refused:
            put(session, document)
        assert refused.value.faults[0].startswith(f"settings.{name}: found ")
        assert f", should be {should}" in refused.value.faults[0]
        with pytest.raises(BadArchive, match="settings: found"):
            put(session, {**document, "settings": [1]})


def test_what_is_dated_and_what_is_further_comes_back(storage: Storage) -> None:
    document = copy.deepcopy(EXAMPLE)
    document["branch"] |= {"address": {"city": "某市"}, "superior": "某局党委"}
    document["branch"]["groups"][0]["room"] = "302"
    document["people"][3] |= {
        "group": [{"group": "G1", "from": "2020-01-01", "by": "纪要"}, {"group": "G2", "from": "2021-01-01"}],
        "duties": [
            {"duty": "youth_officer", "from": "2020-01-01", "to": "2022-01-01", "title": "团青委员"},
            {"duty": "committee_member", "title": "统战委员", "from": "2022-01-01", "to": "2022-06-01"},
            {"duty": "committee_member", "title": "保密委员", "from": "2022-02-01", "to": "2022-06-01"},
            {"duty": "committee_member", "from": "2022-03-01", "to": "2022-06-01"},
        ],
        "rank_history": [
            {"rank": None, "rank_text": "正高级", "from": "2019-01-01"},
            {"rank": "deputy_section", "rank_text": "四级主任科员", "from": "2020-01-01"},
            {"rank": "bureau", "from": "2021-01-01"},
        ],
        "category": [{"category": "in_service", "from": "2018-01-01", "to": "2021-01-01"}],
        "exemptions": [
            {
                "from": "2022-03-01",
                "to": "2022-04-01",
                "reason": "挂职",
                "approved_by": "EXT:某局党委",
                "contact_person": "EXT:王某",
            },
        ],
        "phone": "0571-1",
        "gender": "男",
        "born_on": "1980-05-01",
        "telegram_id": 4711,
        "notes": "一\n二",
    }
    with storage.transaction() as session:
        done = put(session, document)
        written = out(session, done.branch_id)
        assert written["people"] == document["people"]
        assert written["branch"] == document["branch"]
        assert session.scalars(select(Person.archive_id).where(Person.telegram_id == 4711)).all() == ["P4"]
        assert not put(session, document, Target(done.branch_id)).changed
        twin = put(session, document, Target(None, "第二支部"))
        assert [note.split(":")[0] for note in twin.notes] == ["乙一 (P4)"]
        assert out(session, twin.branch_id)["people"] == document["people"]
        assert not put(session, document, Target(twin.branch_id, "第二支部")).changed


def test_other_records_are_not_run_over(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.flush()
        before = rows(session)
        with pytest.raises(BadArchive, match=r"other records \(25 people\); --replace"):
            put(session, EXAMPLE, Target(cast.branch_id))
        assert rows(session) == before
        done = put(session, EXAMPLE, Target(cast.branch_id, replace=True))
        assert done.changed
        written = out(session, cast.branch_id)
        assert written["branch"] == EXAMPLE["branch"]
        assert {one.pop("telegram_id", None) for one in written["people"]} > {cast.account("甲一"), None}
        assert written["people"] == EXAMPLE["people"]
        # The same names keep their rows, and with them their accounts.
        assert session.get_one(Person, cast["甲一"]).telegram_id == cast.account("甲一")
        assert not put(session, EXAMPLE, Target(cast.branch_id)).changed


def test_an_id_of_another_archive_gives_nobody_the_account_or_the_records_of_somebody_else(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        mine = out(session, cast.branch_id)
        # Another branch's archive: the same names under other ids.
        other = copy.deepcopy(mine)
        ids = [one["id"] for one in mine["people"]]
        names = {one["id"]: one["name"] for one in other["people"]}
        for one, name in zip(other["people"], [names[ids[-1]], *(names[each] for each in ids[:-1])], strict=True):
            one["name"] = name
            one.pop("telegram_id")
        put(session, other, Target(cast.branch_id, replace=True))
        put(session, mine, Target(cast.branch_id, replace=True))
        kept = {row.id: row for row in session.scalars(select(Person).where(Person.branch_id == cast.branch_id))}
        assert {row.name: row.telegram_id for row in kept.values()} == cast.telegram_ids
        assert {row.name: row.id for row in kept.values()} == cast.people


def test_a_branch_keeps_a_name_of_its_own(storage: Storage) -> None:
    with storage.transaction() as session:
        put(session, EXAMPLE)
        empty = service.add_branch(session, "第二支部", None, NOW)
        with pytest.raises(BadArchive, match="is the name of branch"):
            put(session, EXAMPLE, Target(empty))
        renamed = copy.deepcopy(EXAMPLE)
        renamed["branch"]["name"] = "第三支部"
        assert "is called 第三支部 now; it was 第二支部" in put(session, renamed, Target(empty)).notes[0]


def test_somebody_erased_is_bound_to_nobody_again(storage: Storage) -> None:
    """An archive made after the erasure, over an older import that still holds the name and the account."""
    with storage.transaction() as session:
        done = put(session, EXAMPLE)
        session.execute(update(Person).where(Person.archive_id == "P2").values(telegram_id=77))
        after = copy.deepcopy(EXAMPLE)
        after["people"][1]["name"] = "已注销2"
        put(session, after, Target(done.branch_id, replace=True))
        [row] = session.scalars(select(Person).where(Person.archive_id == "P2"))
        assert (row.name, row.telegram_id, row.erased_at) == ("已注销2", None, NOW)


def test_who_has_left_by_the_archive_has_no_link_any_more(storage: Storage) -> None:
    """Nor who is not in it at all."""
    document = copy.deepcopy(EXAMPLE)
    document["people"][4] |= {"roster": [{"from": "2018-01-01", "to": "2022-10-01"}], "duties": []}
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        issue(session, InviteKind.PERSON, cast.branch_id, cast.people.values(), NOW - timedelta(days=1))
        put(session, document, Target(cast.branch_id, replace=True))
        open_ = set(session.scalars(select(Invite.person_id).where(Invite.expires_at > NOW)))
        assert open_ == {cast[name] for name in ("甲一", "甲二", "甲三", "乙一", "乙八")}


def lines_of(session: Session, after: int) -> list[Audit]:
    return list(session.scalars(select(Audit).where(Audit.id > after).order_by(Audit.id)))


def newest(session: Session) -> int:
    return session.scalar(select(func.max(Audit.id))) or 0


def test_what_an_archive_puts_in_the_place_of_records_is_noted_person_by_person(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        document = out(session, cast.branch_id, date(2023, 7, 1))
        by_name = {one["name"]: one for one in document["people"]}
        document["people"].remove(by_name["甲七"])
        by_name["甲五"] |= {"gender": "男", "phone": "0571-1", "notes": "不得进入记录的备注"}
        by_name["甲五"]["rank_history"][0]["rank"] = "clerk"
        by_name["甲五"]["category"][0]["to"] = "2023-05-01"
        before = newest(session)
        put(session, document, Target(cast.branch_id, replace=True))
        *people, whole = lines_of(session, before)
        assert [(line.action, line.subject_id, line.via) for line in people] == [
            ("person_changed", cast["甲五"], "command"),
            ("person_removed", cast["甲七"], "command"),
        ]
        assert {line.details["why"] for line in people} == {"archive_import"}
        edits = {edit["table"]: edit for edit in people[0].details["edits"]}
        notes = edits["person"]["after"].pop("notes")
        assert edits["person"]["before"]["gender"] is False
        assert edits["person"]["after"] == {"gender": True, "phone": True}
        assert notes["length"] == 9
        assert (edits["rank_span"]["before"], edits["rank_span"]["after"]) == ({"rank": "staff"}, {"rank": "clerk"})
        assert edits["category_span"]["after"] == {"to_on": "2023-05-01"}
        assert edits["category_span"]["says"] == {"category": "in_service"}
        assert set(edits) == {"person", "rank_span", "category_span"}
        gone = {edit["table"]: edit for edit in people[1].details["edits"]}
        assert all(edit["after"] is None for edit in gone.values() if edit["table"] != "person")
        assert gone["group_span"]["before"]["group_id"] == cast.groups["第一党小组"]
        assert whole.details["counts"] == {"person_added": 0, "person_changed": 1, "person_removed": 1}
        assert not any("备注" in str(line.details) or "0571" in str(line.details) for line in people)


def test_a_new_branch_from_an_archive_has_a_line_for_everybody(storage: Storage) -> None:
    with storage.transaction() as session:
        before = newest(session)
        put(session, EXAMPLE)
        made, *people, whole = lines_of(session, before)
        assert (made.action, whole.action) == ("branch_added", "archive_imported")
        # And one who is on no roster, of whom the way into the Party and the talks tell.
        assert [line.action for line in people] == ["person_added"] * 9
        assert [edit["table"] for edit in whole.details["edits"]] == ["party_group"] * 2
        assert not any(one["name"] in str(line.details) for line in people for one in EXAMPLE["people"])


def test_a_bad_archive_writes_nothing(storage: Storage) -> None:
    document = copy.deepcopy(EXAMPLE)
    document["people"][7]["group"] = "G9"
    with storage.transaction() as session:
        before = rows(session)
        for bad in (document, {"format": EXAMPLE["format"]}, {"format": EXAMPLE["format"], "people": []}):
            with pytest.raises(BadArchive):
                put(session, bad)
        assert rows(session) == before


def test_records_made_in_chat_get_ids(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        written = out(session, cast.branch_id, date(2023, 7, 1))
        assert [one["id"] for one in written["people"]] == [f"P{person}" for person in cast.people.values()]
        assert written["branch"]["secretary"] == f"P{cast['甲一']}"
        assert [group["leader"] for group in written["branch"]["groups"]] == [
            f"P{cast[name]}" for name in ("甲三", "乙三", "丙二")
        ]
        copied = put(session, written, Target(None, "另一支部"))
        again = out(session, copied.branch_id)
        accounts = [one.pop("telegram_id") for one in again["people"]]
        assert accounts == [one.pop("telegram_id") for one in written["people"]]
        assert again["people"] == written["people"]
        session.execute(update(Person).where(Person.id == cast["甲二"]).values(archive_id=f"P{cast['甲一']}"))
        ids = [one["id"] for one in out(session, cast.branch_id)["people"]]
        assert len(set(ids)) == 25


def test_people_alone_go_into_the_groups_that_are_there(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, {"format": EXAMPLE["format"], "branch": EXAMPLE["branch"]})
        only = {"format": EXAMPLE["format"], "people": EXAMPLE["people"]}
        assert put(session, only, Target(done.branch_id)).changed
        assert out(session, done.branch_id)["people"] == EXAMPLE["people"]


@pytest.mark.parametrize("gone", ["P2", "P3", "P5"])
def test_an_archive_that_was_exported_after_an_erasure_is_read_again(
    storage: Storage, sqlite_template: Path, tmp_path: Path, gone: str
) -> None:
    """One of the committee, a leader, the contact of an exemption: the archive named them, and they are gone."""
    with storage.transaction() as session:
        # So that nobody's number is the one of the archive.
        make_branch(session, now=NOW, bound=False)
        done = put(session, EXAMPLE)
        ids = {row.archive_id: row for row in session.scalars(select(Person).where(Person.branch_id == done.branch_id))}
        ids["P1"].telegram_id = 4711
        session.flush()
        me = find(session, 4711, TODAY)
        assert me is not None
        erasure.erase(session, me, ids[gone].id, TODAY, NOW)
        written = out(session, done.branch_id)
    assert f'"{gone}"' not in json.dumps(written)
    assert f"P{ids[gone].id}" in {one["id"] for one in written["people"]}
    empty = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'empty.db')}"
    with Storage(empty) as other, other.transaction() as session:
        assert out(session, put(session, written).branch_id) == written


def test_an_id_that_was_somebody_s_names_nobody_else(storage: Storage) -> None:
    """P3 is gone, and the number of the row makes it P3 once more: it leads no group and sits on no committee."""
    with storage.transaction() as session:
        done = put(session, EXAMPLE)
        session.execute(delete(DutySpan))
        row = session.scalars(select(Person).where(Person.archive_id == "P3")).one()
        row.archive_id = None
        session.flush()
        written = out(session, done.branch_id)["branch"]
    assert [group["leader"] for group in written["groups"]] == [None, "P5"]
    assert (written["secretary"], written["committee"]) == ("P1", ["P1", "P2"])


def test_a_branch_s_own_words_are_looked_for_before_anything_is_written(storage: Storage) -> None:
    document = copy.deepcopy(EXAMPLE)
    document["people"][3]["notes"] = "参加某某 项目"
    with storage.transaction() as session:
        done = put(session, document)
        secretary = session.scalars(select(Person.id).where(Person.archive_id == "P1")).one()
        session.add(HygieneWord(branch_id=done.branch_id, word="某某项目", made_by_id=secretary, made_at=NOW))
        session.flush()
        # It says so already: nothing comes in.
        assert not put(session, document, Target(done.branch_id)).changed
        document["people"][3]["notes"] = "不再参加某某项目"
        before = rows(session)
        with pytest.raises(BadArchive) as refused:
            put(session, document, Target(done.branch_id, replace=True))
        assert refused.value.faults == [
            "people[3].notes: holds a word that the branch does not allow, should be without it"
        ]
        assert rows(session) == before
