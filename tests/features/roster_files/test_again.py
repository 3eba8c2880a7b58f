"""What a file says is written once: the same again changes nothing, another day puts it right, nothing closed moves."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.roster.rules import first_open
from bot.features.roster_files.asking import Answers, Undecided
from bot.features.roster_files.reading.reader import read_roster
from bot.features.roster_files.service import Plan, closed_change, plan_import, write_import
from storage.choices import ExemptionReason
from storage.engine import Storage
from storage.models.person import ExemptionSpan, GroupSpan, Person, RosterSpan
from storage.roster import roster

NEW_YEAR, TODAY = date(2026, 1, 1), date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
G = "第一党小组"
ILL, BIRTH = ExemptionReason.LONG_SICK_LEAVE, ExemptionReason.MATERNITY_LEAVE
Spell = tuple[ExemptionReason, date, date | None]


def table(heading: str, *rows: str) -> bytes:
    return "\n".join([heading, *rows]).encode()


def notes(*remarks: str) -> bytes:
    """庚一, 庚二 ... with remarks."""
    people = zip("一二三四", remarks, strict=False)
    return table("姓名,党小组,备注", *(f"庚{number},{G},{remark}" for number, remark in people))


class Branch:
    """A branch into which files are brought; today is 1 December 2026, the open quarter is the fourth."""

    def __init__(self, session: Session) -> None:
        self.session, self.id = session, add_branch(session, "示范党支部", None, NOW)

    def plan(self, file: bytes, since: date = TODAY, **answers: str) -> Plan:
        said = Answers({f"{key.replace('_', ':', 1)}": value for key, value in answers.items()})
        open_from = first_open(NOW, UTC)
        return plan_import(self.session, self.id, read_roster(file).take().rows, since, said, open_from=open_from)

    def bring(self, file: bytes, since: date = TODAY, **answers: str) -> Plan:
        plan = self.plan(file, since, **answers)
        write_import(self.session, plan, now=NOW)
        return plan

    def spells(self) -> list[Spell]:
        """Those of 庚一, without empty ones."""
        query = select(ExemptionSpan).join(Person, Person.id == ExemptionSpan.person_id).where(Person.name == "庚一")
        rows = self.session.scalars(query.order_by(ExemptionSpan.from_on, ExemptionSpan.id))
        return [(one.reason, one.from_on, one.to_on) for one in rows if one.to_on is None or one.to_on > one.from_on]


# --- exemptions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "then"),
    [
        # The same again.
        ("产假2026年10月8日至2026年11月20日", "", [(BIRTH, date(2026, 10, 8), date(2026, 11, 21))]),
        ("产假2026年3月8日至2026年11月20日", "", [(BIRTH, date(2026, 3, 8), date(2026, 11, 21))]),
        ("长期病休", "", [(ILL, NEW_YEAR, None)]),
        ("产假2026年3月1日至8月31日", "", [(BIRTH, date(2026, 3, 1), date(2026, 9, 1))]),
        # Put right, as far as its quarter is open.
        (
            "产假2026年10月1日至12月31日",
            "产假2026年11月1日至2027年1月31日",
            [(BIRTH, date(2026, 11, 1), date(2027, 2, 1))],
        ),
        (
            "产假2027年3月1日至8月31日",
            "产假2027年4月1日至9月30日",
            [(BIRTH, date(2027, 4, 1), date(2027, 10, 1))],
        ),
        (
            "产假2026年3月1日至2027年8月31日",
            "产假2026年3月1日至2026年10月31日",
            [(BIRTH, date(2026, 3, 1), date(2026, 11, 1))],
        ),
        # An end that the file does not name stays.
        ("长期病休2026年6月1日至12月31日", "长期病休2026年6月1日起", [(ILL, date(2026, 6, 1), date(2027, 1, 1))]),
        # Another reason gives way, and goes on behind it.
        (
            "长期病休2026年1月1日至12月31日",
            "产假2026年10月1日至11月30日",
            [
                (ILL, NEW_YEAR, date(2026, 10, 1)),
                (BIRTH, date(2026, 10, 1), date(2026, 12, 1)),
                (ILL, date(2026, 12, 1), date(2027, 1, 1)),
            ],
        ),
        # What is planned for later stands.
        (
            "产假2027年3月1日至8月31日",
            "长期病休",
            [(ILL, TODAY, date(2027, 3, 1)), (BIRTH, date(2027, 3, 1), date(2027, 9, 1))],
        ),
    ],
)
def test_a_spell_is_laid_once(storage: Storage, first: str, second: str, then: list[Spell]) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(notes(first), NEW_YEAR)
        for _ in range(2):
            branch.bring(notes(second or first))
            assert branch.spells() == then
        assert branch.plan(notes(second or first)).edits == []


def test_an_end_in_a_closed_quarter_holds_from_the_open_one(storage: Storage) -> None:
    """And that is said; the closed quarters stay as they were counted."""
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(notes("长期病休"), NEW_YEAR)
        over = notes("原长期病休，2026年9月已恢复")
        with pytest.raises(Undecided):
            branch.plan(over)
        plan = branch.bring(over, exempt_2="2026-08-31")
        assert branch.spells() == [(ILL, NEW_YEAR, date(2026, 10, 1))]
        assert [note.chinese for note in plan.notes] == [
            "庚一的免于考勤至2026年8月31日，该季度统计已截止，自2026年10月1日起不再免于考勤"
        ]
        assert branch.plan(over).edits == []


def test_an_end_before_the_beginning_takes_the_spell_away(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(notes("曾任委员"), NEW_YEAR)
        branch.bring(notes("长期病休2026年11月5日起"))
        branch.bring(notes("原长期病休，已恢复"), exempt_2="2026-11-01")
        assert branch.spells() == []
        assert branch.plan(notes("原长期病休，已恢复")).edits == []


def test_days_that_are_told_settle_a_remark(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        remark = notes("拟申请产假")
        branch.bring(remark, NEW_YEAR, exempt_2="2026-11-01/2027-01-31")
        assert branch.spells() == [(BIRTH, date(2026, 11, 1), date(2027, 2, 1))]
        for wrong in ("2026-11-01/", "2027-01-31/2026-11-01", "x", "/"):
            with pytest.raises(Undecided):
                branch.plan(remark, exempt_2=wrong)


# --- coming and going ------------------------------------------------------------------------------------------------


def moves(*said: str) -> bytes:
    people = zip("一二三四", said, strict=False)
    return table("姓名,党小组,转入/转出", *(f"庚{number},{G},{move}" for number, move in people))


def spans(session: Session, name: str) -> list[tuple[date, date | None]]:
    query = select(RosterSpan).join(Person, Person.id == RosterSpan.person_id).where(Person.name == name)
    return [(one.from_on, one.to_on) for one in session.scalars(query.order_by(RosterSpan.id))]


def test_who_has_left_is_not_entered_again(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(moves("", "2026-11-01转出"), NEW_YEAR)
        for _ in range(3):
            branch.bring(moves("", "2026-11-01转出"))
        assert spans(session, "庚二") == [(NEW_YEAR, date(2026, 11, 1))]
        assert branch.plan(moves("", "2026-11-01转出")).edits == []


def test_a_day_of_coming_is_put_right(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(moves(""), NEW_YEAR)
        branch.bring(moves("", "2026-11-15转入"))
        for day in (date(2026, 11, 1), date(2026, 11, 20)):
            branch.bring(moves("", f"{day}转入"))
            assert spans(session, "庚二") == [(day, None)]
            groups = select(GroupSpan.from_on).join(Person, Person.id == GroupSpan.person_id)
            assert session.scalars(groups.where(Person.name == "庚二")).all() == [day]


def test_who_left_before_and_was_never_here_is_named(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        plan = branch.bring(moves("", "2025-11-01转出"), NEW_YEAR)
        assert [note.chinese for note in plan.notes] == ["庚二不在名册上，2025年11月1日已转出，未导入"]


def test_nothing_of_a_closed_quarter_moves(storage: Storage) -> None:
    def is_closed(day: date) -> bool:
        return day < date(2026, 10, 1)

    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(moves("", ""), NEW_YEAR)
        assert closed_change(branch.plan(moves("", "2026-05-01转出")), is_closed) == "庚二"
        assert closed_change(branch.plan(moves("", "2026-11-01转出")), is_closed) == ""
        other = table("姓名,党小组", "庚一,第二党小组")
        assert closed_change(branch.plan(other, date(2026, 2, 1)), is_closed) == "庚一"
        assert closed_change(branch.plan(other), is_closed) == ""


def test_a_planned_move_stands(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(moves(""), NEW_YEAR)
        branch.bring(table("姓名,党小组", "庚一,第二党小组"), date(2027, 1, 1))
        assert branch.plan(moves("")).edits == []


# --- who is who ------------------------------------------------------------------------------------------------------


def test_a_name_put_right_is_asked_about(storage: Storage) -> None:
    heading = "姓名,性别,党小组,出生年月,入党日期"
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(table(heading, f"庚一,男,{G},1980.05.17,2005.07.01"), NEW_YEAR)
        other = table(heading, f"庚壹,男,{G},1980.05.17,2005.07.01")
        with pytest.raises(Undecided, match="Is 庚壹 of row 2"):
            branch.plan(other)
        person = session.scalars(select(Person.id)).one()
        branch.bring(other, same_2=str(person))
        assert session.scalars(select(Person.name)).all() == ["庚壹"]
        assert branch.plan(other).edits == []


@pytest.mark.parametrize("wrong", ["999", "庚一", "-1", "none"])
def test_what_is_no_answer_is_not_passed_over(storage: Storage, wrong: str) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(moves(""), NEW_YEAR)
        answers = Answers({"same:2": wrong})
        plan_import(session, branch.id, read_roster(moves("")).take().rows, TODAY, answers)
        assert answers.unused == [f"--same 2={wrong}"]


def test_one_person_is_not_two_rows(storage: Storage) -> None:
    file = table("姓名,党小组", "张伟,第二党小组", "张伟,第三党小组")
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(table("姓名,党小组", f"张伟,{G}"), NEW_YEAR)
        person = str(session.scalars(select(Person.id)).one())
        answers = Answers({"same:2": person, "same:3": person})
        plan_import(session, branch.id, read_roster(file).take().rows, TODAY, answers)
        assert answers.unused == [f"--same 3={person}"]


def test_who_left_is_nobodys_row_while_a_namesake_is_here(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(table("姓名,性别,党小组", f"张伟,男,{G}", "张伟,女,第二党小组"), NEW_YEAR)
        gone = table("姓名,性别,党小组,转入/转出", f"张伟,男,{G},2026-11-01转出", "张伟,女,第二党小组,")
        branch.bring(gone)
        assert len(roster(session, branch.id, TODAY)) == 1
        with pytest.raises(Undecided, match="Which of the people of this name"):
            branch.plan(table("姓名,党小组", f"张伟,{G}"))


def test_one_answer_is_for_one_person_and_for_one_group(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.bring(table("姓名,党小组", f"庚一,{G}"), NEW_YEAR)
        marked = table("姓名,党小组", f"张三*,{G}", "张三*,第二党小组")
        with pytest.raises(Undecided) as asked:
            branch.plan(marked)
        assert [one.about for one in asked.value.questions] == ["张三*@2", "张三*@3"]
        groups = table("姓名,党小组", f"庚一,{G}", "庚二,机关第一党小组", "庚三,机关第一小组")
        with pytest.raises(Undecided) as asked:
            branch.plan(groups)
        assert [one.about for one in asked.value.questions] == ["机关第一党小组"]
        branch.bring(groups, same_机关第一党小组="new")
        assert branch.plan(groups).edits == []
