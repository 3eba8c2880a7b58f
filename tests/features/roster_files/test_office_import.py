"""A roster as a real office keeps it: in, changed, in again; no change that is not one."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.roster.words import differences
from bot.features.roster_files.asking import Answers
from bot.features.roster_files.reading.reader import read_roster
from bot.features.roster_files.service import Plan, plan_import, write_import
from storage.engine import Storage
from storage.models.organisation import PartyGroup
from storage.models.person import ExemptionSpan, Person
from storage.roster import roster
from tests.features.roster_files import office

NOW = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)
YEAR, JULY = date(2026, 1, 1), date(2026, 7, 1)
Made = Callable[..., bytes]
BOTH = pytest.mark.parametrize("made", [office.xlsx, office.csv_file])


def plan(session: Session, branch_id: int, file: bytes, since: date) -> Plan:
    return plan_import(session, branch_id, read_roster(file).take().rows, since, Answers())


def changes(found: Plan) -> list[str]:
    return [f"{one.name} {one}" for one in differences(found.facts, found.edits)]


@BOTH
def test_in_changed_and_in_again(storage: Storage, made: Made) -> None:
    other: Made = office.csv_file if made is office.xlsx else office.xlsx
    with storage.transaction() as session:
        branch_id = add_branch(session, "示范党支部", None, NOW)
        write_import(session, plan(session, branch_id, made(), YEAR), now=NOW)
        assert len(roster(session, branch_id, JULY)) == 25
        groups = list(session.scalars(select(PartyGroup.name).order_by(PartyGroup.id)))
        assert groups == list(office.GROUPS)
        exempt = session.scalars(select(ExemptionSpan)).one()
        assert (exempt.from_on, exempt.to_on) == (date(2026, 3, 1), date(2026, 9, 1))
        # The same, and the same in the other kind of file.
        assert plan(session, branch_id, made(), JULY).edits == []
        assert plan(session, branch_id, other(), JULY).edits == []
        found = plan(session, branch_id, made(office.changed()), JULY)
        assert changes(found) == [
            "甲一 出生年月 1960年1月1日→1960年1月17日",
            "乙二 职级 科员→副科（自2026年7月1日起）",
            "戊二 新增 无→第三党小组、正式党员、科员、在职（自2026年7月1日起）",
        ]
        assert [note.chinese for note in found.notes] == ["党小组写法不一，已统一：“第二小组”即第二党小组。"]
        write_import(session, found, now=NOW)
        for file in (made(office.changed()), other(office.changed())):
            again = plan(session, branch_id, file, JULY)
            assert (again.edits, again.not_listed) == ([], ())
        names = set(session.scalars(select(Person.name)))
        assert {"甲三", "丙𬭎", "丁䶮", "阿甲·乙提", "戊二"} <= names
        assert len(names) == 26


@BOTH
def test_the_first_edition_again_takes_back_what_the_second_changed_and_nothing_else(
    storage: Storage, made: Made
) -> None:
    with storage.transaction() as session:
        branch_id = add_branch(session, "示范党支部", None, NOW)
        write_import(session, plan(session, branch_id, made(office.changed()), YEAR), now=NOW)
        found = plan(session, branch_id, made(), JULY)
        assert changes(found) == [
            # 1960.01 says of the 17th nothing else.
            "乙二 职级 副科→科员（自2026年7月1日起）",
        ]
        assert found.not_listed == ("戊二",)
