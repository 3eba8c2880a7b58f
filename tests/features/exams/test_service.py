"""Tests on both databases: made, sat, handed in by the clock, scored, made up, counted, brought in and out."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive.document import BadArchive
from bot.features.archive.exporting import export
from bot.features.archive.importing import Target, bring
from bot.features.exams import jobs, ledger, making, messages, own, score_lines, scores, service, sitting
from bot.features.privacy import erasure, mydata
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import AttemptKind, Duty
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.exam import Exam, ExamAttempt
from storage.roster import roster
from tests.cast import make_branch
from tests.counting import over
from tests.features.activities.desk import refused
from tests.features.exams.branch import (
    AFTER,
    CLOSES,
    NOW,
    OPENS,
    OUTSIDE,
    SHANGHAI,
    Branch,
    fill_bank,
    local,
    plan,
)

TEN = local("08-30 10:00")
Q3 = Period.of(Quarter(2023, 3))
RIGHT, HALF = ("AC", "A", "A", "A"), ("AC", "A", "B", "B")


@pytest.fixture
def branch(storage: Storage) -> Iterator[Branch]:
    with storage.transaction() as session:
        found = Branch(session, make_branch(session, now=NOW))
        fill_bank(session, found.me("乙二"))
        yield found


# --- making ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["乙二", "甲一", "乙一", "甲二"])
def test_who_makes_tests(branch: Branch, name: str) -> None:
    exam = branch.exam(name)
    assert [item.points for item in service.items(branch.session, exam.id)] == [2500] * 4


@pytest.mark.parametrize("name", ["甲三", "甲四", "丙一"])
def test_nobody_else_does(branch: Branch, name: str) -> None:
    with refused(NO_RIGHT):
        branch.exam(name)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"closes_at": OPENS}, "结束时间要晚于开始时间"),
        ({"closes_at": NOW, "opens_at": local("08-28 09:00"), "held_on": local("08-28 09:00").date()}, "已经过去"),
        ({"opens_at": local("08-31 09:00"), "closes_at": local("08-31 18:00")}, "考试当天"),
        ({"closes_at": local("12-30 09:00")}, "最长三个月"),
        ({"pass_score": 10100}, "合格分不能高于满分"),
        ({"questions": 5}, "题库中只有4题"),
        ({"questions": [1, 9]}, "有的题目已从题库删除"),
        ({"full_score": 300, "pass_score": 200}, "题数不能多于满分"),
        ({"title": "字" * 61}, "不超过60字"),
        ({"held_on": local("06-30 09:00").date(), **OUTSIDE}, "第二季度统计已截止"),
    ],
)
def test_what_cannot_be_made(branch: Branch, changes: dict[str, Any], why: str) -> None:
    with refused(why):
        branch.exam(**changes)
    assert branch.session.scalars(select(Exam)).all() == []


def test_the_same_is_made_once(branch: Branch) -> None:
    branch.exam()
    with refused("已有同名的考试"):
        branch.exam("甲一")


def test_as_many_as_are_wanted_are_drawn_once_for_everybody(branch: Branch) -> None:
    exam = branch.exam(questions=3)
    drawn = [item.question_id for item in service.items(branch.session, exam.id)]
    assert len(set(drawn)) == 3
    assert sum(item.points for item in service.items(branch.session, exam.id)) == 10000


def test_changed_freely_until_somebody_has_begun(branch: Branch) -> None:
    exam = branch.exam()
    later = plan(title="新的名称", minutes=60, full_score=20000, questions=0)
    making.change(branch.session, branch.me("甲一"), exam.id, later, "改名", NOW, SHANGHAI)
    assert (exam.title, exam.minutes) == ("新的名称", 60)
    assert [item.points for item in service.items(branch.session, exam.id)] == [5000] * 4
    line = branch.session.scalars(select(Audit).where(Audit.subject == "exam", Audit.action == "change")).one()
    assert (line.actor_id, line.details["reason"]["length"]) == (branch.cast["甲一"], 2)
    assert "改名" not in str(line.details)
    row = branch.begin("甲三", exam, TEN)
    with refused("已有同志开始答题"):
        making.change(branch.session, branch.me("甲一"), exam.id, plan(minutes=30), "改", TEN, SHANGHAI)
    with refused("已有同志开始答题"):
        early = plan(title="新的名称", minutes=60, full_score=20000, closes_at=local("08-30 12:00"), questions=0)
        making.change(branch.session, branch.me("甲一"), exam.id, early, "改", TEN, SHANGHAI)
    longer = plan(title="又改", minutes=60, full_score=20000, closes_at=local("08-30 20:00"), questions=0)
    making.change(branch.session, branch.me("甲一"), exam.id, longer, "改", TEN, SHANGHAI)
    assert (exam.title, row.deadline) == ("又改", local("08-30 11:00"))


def test_a_later_end_is_one_for_who_sits_without_a_limit(branch: Branch) -> None:
    exam = branch.exam(minutes=None)
    row = branch.begin("甲三", exam, TEN)
    longer = plan(minutes=None, closes_at=local("08-30 20:00"), questions=0)
    making.change(branch.session, branch.me("甲一"), exam.id, longer, "延长", TEN, SHANGHAI)
    assert row.deadline == local("08-30 20:00")


def test_called_off_it_counts_nowhere_and_who_was_told_hears_of_it(branch: Branch) -> None:
    exam = branch.exam()
    row = branch.begin("甲三", exam, TEN)
    _, told = making.call_off(branch.session, branch.me("乙二"), exam.id, "改期", TEN, SHANGHAI)
    assert len(told) == 23
    with refused("这次考试已取消"):
        sitting.mine(branch.session, branch.me("甲三"), row.id)
    assert branch.owing(TEN) == []
    early = branch.exam()
    assert making.call_off(branch.session, branch.me("乙二"), early.id, "改期", NOW, SHANGHAI)[1] == []


def test_one_with_scores_is_not_called_off(branch: Branch) -> None:
    exam = branch.exam()
    branch.sit("甲三", exam, TEN, *RIGHT)
    with refused("已有同志的成绩"):
        making.call_off(branch.session, branch.me("乙二"), exam.id, "改期", TEN, SHANGHAI)


# --- sitting ---------------------------------------------------------------------------------------------------------


def test_answered_one_by_one_and_scored(branch: Branch) -> None:
    exam = branch.exam()
    row = branch.sit("甲三", exam, TEN, *HALF)
    assert (row.kind, row.score, row.submitted_at, row.deadline) == (
        AttemptKind.FORMAL, 5000, TEN, TEN + timedelta(minutes=30),
    )  # fmt: skip
    assert branch.answers(row) == {1: "AC", 2: "A", 3: "B", 4: "B"}
    with refused("您已交卷"):
        branch.begin("甲三", exam, TEN)


def test_taken_up_again_where_it_was_left(branch: Branch) -> None:
    exam = branch.exam()
    row = branch.begin("甲三", exam, TEN)
    branch.answer(row, "AC", TEN)
    again = branch.begin("甲三", exam, TEN + timedelta(minutes=9))
    assert (again.id, again.position, again.deadline) == (row.id, 2, TEN + timedelta(minutes=30))
    page = sitting.page(branch.session, again, TEN + timedelta(minutes=9))
    assert page.question is not None
    assert (page.question.text, page.minutes_left, page.many) == ("第二题说得对。", 21, 4)


def test_back_and_on(branch: Branch) -> None:
    row = branch.begin("甲三", branch.exam(), TEN)
    assert not sitting.move(branch.session, row, 1, 0, TEN)
    with refused("请先选择答案"):
        sitting.move(branch.session, row, 1, 2, TEN)
    branch.answer(row, "A", TEN)
    assert sitting.move(branch.session, row, 2, 1, TEN)
    # Ticked again it is off, and another one on.
    assert sitting.choose(branch.session, row, 1, "A", TEN)
    branch.answer(row, "C", TEN)
    assert (branch.answers(row), row.position) == ({1: "C"}, 2)
    # A button of a question that is not open any more, and one that jumps.
    assert not sitting.choose(branch.session, row, 1, "B", TEN)
    assert not sitting.move(branch.session, row, 2, 4, TEN)
    with refused("没有找到这次答题"):
        sitting.choose(branch.session, row, 2, "C", TEN)
    assert branch.answers(row) == {1: "C"}


def test_the_last_second_counts_one_after_it_does_not(branch: Branch) -> None:
    row = branch.begin("甲三", branch.exam(), TEN)
    last = TEN + timedelta(minutes=30)
    assert not sitting.is_over(row, last)
    assert sitting.is_over(row, last + timedelta(seconds=1))
    branch.answer(row, "AC", last)
    # A clock that is set back after that does not make it earlier.
    assert sitting.moment(row, TEN) == last
    assert sitting.page(branch.session, row, TEN).minutes_left == 1


def test_a_clock_that_is_set_back_after_a_look_lengthens_nothing(branch: Branch) -> None:
    """Turning a page is enough, without any answer since."""
    row = branch.begin("甲三", branch.exam(), TEN)
    branch.answer(row, "AC", TEN)
    assert sitting.move(branch.session, row, row.position, row.position - 1, TEN + timedelta(minutes=29))
    assert sitting.moment(row, TEN) == TEN + timedelta(minutes=29)
    assert sitting.page(branch.session, row, TEN).minutes_left == 1


def test_no_two_letters_at_once_and_none(branch: Branch) -> None:
    row = branch.begin("甲三", branch.exam(), TEN)
    for letter in ("AB", "", "E", "a"):
        with refused("没有找到这次答题"):
            sitting.choose(branch.session, row, 1, letter, TEN)
    assert branch.answers(row) == {}


@pytest.mark.parametrize(
    ("at", "why"),
    [(local("08-30 08:59"), "还没有开始"), (CLOSES + timedelta(seconds=1), "考试已结束")],
)
def test_within_its_hours(branch: Branch, at: datetime, why: str) -> None:
    exam = branch.exam()
    with refused(why):
        branch.begin("甲三", exam, at)


def test_who_begins_late_has_until_the_end(branch: Branch) -> None:
    row = branch.begin("甲三", branch.exam(), CLOSES - timedelta(minutes=10))
    assert row.deadline == CLOSES


def test_whose_attempt_it_is(branch: Branch) -> None:
    exam = branch.exam()
    row = branch.begin("甲三", exam, TEN)
    with refused("没有找到这次答题"):
        sitting.mine(branch.session, branch.me("甲四"), row.id)
    other = make_branch(branch.session, now=NOW, bound=False, only=("甲一", "甲二"))
    stranger = Me(other["甲一"], "甲一", other.branch_id, None, frozenset({Duty.SECRETARY}), frozenset())
    for refuses in (
        lambda: service.find(branch.session, stranger, exam.id),
        lambda: sitting.begin(branch.session, stranger, exam.id, TEN, SHANGHAI),
        lambda: scores.enter(branch.session, stranger, exam.id, [], AFTER, SHANGHAI),
        lambda: making.call_off(branch.session, stranger, exam.id, "原因", TEN, SHANGHAI),
    ):
        with refused("没有找到这次考试"):
            refuses()


def test_handed_in_by_the_clock_with_what_was_answered(branch: Branch) -> None:
    exam = branch.exam()
    row = branch.begin("甲三", exam, TEN)
    branch.answer(row, "AC", TEN)
    sitting.choose(branch.session, row, 2, "A", TEN)
    [(branch_id, occurrence)] = jobs.endings(branch.session, TEN, AFTER, None, SHANGHAI)
    assert branch_id == branch.cast.branch_id
    early = TEN + timedelta(minutes=30)
    assert jobs.hand_in(branch.session, branch_id, occurrence, early, SHANGHAI) == []
    assert row.submitted_at is None
    # In the evening it is handed in at once, and said in the morning.
    night = local("08-30 21:00")
    [owed] = jobs.hand_in(branch.session, branch_id, occurrence, night, SHANGHAI)
    assert (row.submitted_at, row.score) == (TEN + timedelta(minutes=30), 5000)
    assert night + owed.delay == local("08-31 08:30")
    assert owed.message["text"] == "纪法知识测试：答题时间已到，已自动交卷。您的成绩：50分，不合格。"
    assert jobs.hand_in(branch.session, branch_id, occurrence, night, SHANGHAI) == []
    assert jobs.endings(branch.session, TEN, AFTER, None, SHANGHAI) == []


def test_the_score_is_not_told_where_its_maker_does_not_want_that(branch: Branch) -> None:
    exam = branch.exam(shows_score=False)
    branch.sit("甲三", exam, TEN, *RIGHT)
    me = branch.me("甲三")
    assert own.results(branch.session, me, TEN, SHANGHAI) == []
    assert own.results(branch.session, me, AFTER, SHANGHAI) == ["8月30日　纪法知识测试：100分，合格"]


# --- making it up, trying again --------------------------------------------------------------------------------------


def test_who_missed_it_is_let_in_afterwards(branch: Branch) -> None:
    exam = branch.exam()
    branch.sit("甲三", exam, TEN, *HALF)
    with refused("考试还没有结束"):
        scores.let_in(branch.session, branch.me("乙二"), exam.id, [branch.cast["甲四"]], TEN, SHANGHAI)
    with refused("请重新选择"):
        scores.let_in(branch.session, branch.me("乙二"), exam.id, [branch.cast["甲三"]], AFTER, SHANGHAI)
    with refused("考试已结束"):
        branch.begin("甲四", exam, AFTER)
    scores.let_in(branch.session, branch.me("乙二"), exam.id, [branch.cast["甲四"]], AFTER, SHANGHAI)
    assert branch.owing(AFTER) == ["甲四"]
    row = branch.sit("甲四", exam, AFTER, *RIGHT)
    assert (row.kind, row.score) == (AttemptKind.MAKEUP, 10000)
    assert branch.owing(AFTER) == []
    assert sorted(branch.counted(exam).scores) == [5000, 10000]


def test_who_failed_and_who_is_exempt_are_not_let_in(branch: Branch) -> None:
    """D13: the formal score counts, so that there is nothing to make up; D26: who is exempt is not expected."""
    exam = branch.exam()
    branch.sit("甲三", exam, TEN, *HALF)
    offered = [one.name for one in scores.may_make_up(branch.session, exam)]
    there = [one.name for one in roster(branch.session, exam.branch_id, exam.held_on)]
    assert offered == [name for name in there if name not in ("甲三", "乙八", "丙八")]
    for name in ("甲三", "乙八"):
        with refused("请重新选择"):
            scores.let_in(branch.session, branch.me("乙二"), exam.id, [branch.cast[name]], AFTER, SHANGHAI)


def test_nothing_is_made_up_after_the_cut_off(branch: Branch) -> None:
    exam = branch.exam()
    late = local("10-11 09:00")
    scores.let_in(branch.session, branch.me("乙二"), exam.id, [branch.cast["甲四"]], AFTER, SHANGHAI)
    with refused("考试已结束"):
        branch.begin("甲四", exam, late)
    with refused("第三季度统计已截止"):
        scores.let_in(branch.session, branch.me("乙二", late), exam.id, [branch.cast["甲五"]], late, SHANGHAI)
    assert branch.owing(late) == []
    last = branch.begin("甲四", exam, local("10-10 23:50"))
    assert last.deadline == local("10-10 23:59").replace(second=59)


def test_trying_again_counts_nowhere(branch: Branch) -> None:
    exam = branch.exam()
    branch.sit("甲三", exam, TEN, *HALF)
    again = branch.sit("甲三", exam, AFTER, *RIGHT)
    more = branch.sit("甲三", exam, AFTER, *RIGHT)
    assert [(again.kind, again.number), (more.kind, more.number)] == [(AttemptKind.RETAKE, 1), (AttemptKind.RETAKE, 2)]
    assert branch.counted(exam).scores == [5000]


# --- scores that are brought -----------------------------------------------------------------------------------------


def test_pasted_lines_are_scores(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    said = "甲三 95\n甲四：97.5分\n甲五\t88 补考\n甲六，缺考\n\n丁一 100 积极分子"
    assert branch.paste(exam, said) == 4
    assert sorted(branch.counted(exam).scores) == [8800, 9500, 9750]
    assert branch.counted(exam).average == Decimal("93.5")
    rows = service.attempts(branch.session, [exam.id])
    assert [(row.outsider, row.score) for row in rows if row.person_id is None] == [("丁一", 10000)]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("甲三 95\n丁九 90", "第2行：名册中没有丁九同志"),
        ("甲三 101", "第1行：成绩高于满分（100分）"),
        ("甲三 九十", "第1行：成绩请写数字"),
        ("甲三", "第1行：成绩请写数字"),
        ("甲三 95\n甲四 90\n甲三 96", "第3行：甲三同志写了两次"),
        ("甲三 95\n甲三 缺考", "第2行：甲三同志写了两次"),
        ("甲三 -5", "第1行：成绩请写数字"),
        ("甲三 95.555", "第1行：成绩请写数字"),
        ("合计 95", "第1行：没有看懂姓名"),
        ("甲三 95 乙一", "第1行：没有看懂“乙一”"),
        ("甲三 95 缺考", "第1行：没有看懂“缺考”"),
        ("甲三 95 正考 补考", "第1行：正考、补考、重考请只写一个"),
        ("甲三 95\n王外人 80 非党员\n王外人 81 非党员", "第3行：王外人同志写了两次"),
        ("㍿" * 4000 + " 95", "第1行：没有看懂姓名"),
        ("（" * 4000 + " 95", "第1行：没有看懂姓名"),
    ],
)
def test_faults_are_named_by_their_row_and_nothing_is_written(branch: Branch, said: str, why: str) -> None:
    exam = branch.exam(**OUTSIDE)
    with refused(why):
        branch.paste(exam, said)
    assert service.attempts(branch.session, [exam.id]) == []


@pytest.mark.parametrize("said", ["甲三 95；乙一 80", "甲三 95，乙一 80", "甲三 95 乙一 80", "甲三：95、乙一：80 正考"])
def test_several_on_one_line_are_all_read(branch: Branch, said: str) -> None:
    exam = branch.exam(**OUTSIDE)
    assert branch.paste(exam, said) == 2
    assert sorted(branch.counted(exam).scores) == [8000, 9500]


def test_who_has_begun_since_the_scores_were_shown_keeps_the_own(branch: Branch) -> None:
    exam = branch.exam()
    found = scores.look(branch.session, exam, score_lines.of_text("甲三 95\n丙一 90"))
    branch.begin("甲三", exam, TEN)
    with refused("甲三同志已在支部小助手答题，成绩自动登记。"):
        scores.enter(branch.session, branch.me("乙二", TEN), exam.id, found, TEN, SHANGHAI)


def test_a_score_that_is_told_later_is_told_the_day_after_by_the_clock_of_the_place(branch: Branch) -> None:
    """It ends at half past seven in the morning, which is the evening before by UTC."""
    ends = datetime(2023, 8, 31, 7, 30, tzinfo=SHANGHAI)
    exam = branch.exam(shows_score=False, closes_at=ends)
    branch.sit("甲三", exam, TEN, *RIGHT)
    branch.session.flush()
    branch.session.refresh(exam)
    told = [
        bool(own.results(branch.session, branch.me("甲三"), at, SHANGHAI)) for at in (ends, ends + timedelta(days=1))
    ]
    assert told == [False, True]


def test_who_is_of_no_roster_has_one_score_of_a_kind_too(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "王外人 80 非党员")
    with refused("王外人同志已有成绩"):
        branch.paste(exam, "王外人 80 非党员")
    assert len(service.attempts(branch.session, [exam.id])) == 1


def test_two_of_one_name_are_told_apart_by_the_party_group() -> None:
    people = [score_lines.Somebody(1, "王伟", "第一党小组"), score_lines.Somebody(2, "王伟", "第二党小组")]
    with refused("第1行：有2位王伟同志，请写明党小组：王伟（第一党小组）"):
        score_lines.read(score_lines.of_text("王伟 90"), people, 10000, ())
    found = score_lines.read(score_lines.of_text("王伟（第二党小组） 90\n王伟(一组) 80"), people, 10000, ())
    assert [(one.person_id, one.score) for one in found] == [(2, 9000), (1, 8000)]


def table(*sheets: list[list[Any]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        page = made.create_sheet(f"表{number}")
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_table_is_read_sheet_by_sheet_and_its_faults_named(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    heading = ["序号", "姓名", "类型", "成绩", "备注"]
    lines = score_lines.of_table(
        table([heading, [1, "甲三", "正考", 95, ""]], [heading, [1, "甲四", "补考", 97.5, None]])
    )
    found = scores.look(branch.session, exam, lines)
    assert [(one.kind, one.score) for one in found] == [(AttemptKind.FORMAL, 9500), (AttemptKind.MAKEUP, 9750)]
    wrong = table([heading, [1, "甲三", "", 95, ""]], [heading, [1, "甲四", "", "=90+5", ""], [2, "丁九", "", 1, ""]])
    with pytest.raises(Refusal) as said:
        scores.look(branch.session, exam, score_lines.of_table(wrong))
    assert said.value.text.splitlines()[1:] == [
        "“表2”第2行：成绩请写数字，例如：95，没有参加的写“缺考”。",
        "“表2”第3行：名册中没有丁九同志，非党员请在后面写“非党员”。",
    ]
    with refused("没有找到“姓名”和“成绩”两栏"):
        score_lines.of_table(table([["甲三", 95]]))


def test_the_score_sheet_is_read_again_as_it_was_written(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "甲四 97.5 补考\n甲三 95\n甲五 缺考\n丁一 100 积极分子")
    content = ledger.table(branch.session, exam)
    found = [(line.name, line.score) for line in score_lines.of_table(content)]
    assert [one for one in found if one[1]] == [("甲三", "95"), ("甲四", "97.5"), ("丁一", "100")]
    page = load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[2] == ["序号", "姓名", "类型", "成绩", "是否合格", "备注"]
    there = [one.name for one in roster(branch.session, exam.branch_id, exam.held_on)]
    listed = [row for row in rows[3:-1] if row[1]]
    assert [row[1] for row in listed] == [*(name for name in there if name not in ("乙八", "丙八")), "丁一"]
    assert next(row for row in listed if row[1] == "甲三")[2:] == ["正考", 95, "合格", None]
    assert listed[-1][5] == "非党员，不计入"
    assert rows[-1][0] == "应考23人　实考2人　缺考1人　平均分96.3　最高97.5　最低95"
    # Who is expected and has no score: 缺考 only where that was recorded.
    assert [row[1] for row in listed if row[5] == "缺考"] == ["甲五"]
    assert len([row for row in listed if row[5] == "未参加"]) == 20


def test_who_was_noted_as_absent_too_early_sits_it_still(branch: Branch) -> None:
    exam = branch.exam()
    branch.paste(exam, "甲三 缺考", at=TEN)
    assert branch.names(branch.counted(exam).absent) == ["甲三"]
    branch.paste(exam, "甲三 缺考", at=TEN)
    row = branch.sit("甲三", exam, TEN, *RIGHT)
    assert (row.score, row.note, branch.counted(exam).absent) == (10000, "", ())
    with refused("甲三同志已有成绩"):
        branch.paste(exam, "甲三 缺考", at=AFTER)


def test_scores_are_told_in_the_order_of_the_roster(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "丙一 100\n乙一 90\n甲三 60")
    names = dict(zip(branch.cast.people.values(), branch.cast.people, strict=True))
    assert messages.scores_of(branch.counted(exam), names) == ["甲三60分", "乙一90分", "丙一100分"]


def test_a_score_is_there_once(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "甲三 95")
    with refused("第1行：甲三同志已有成绩"):
        branch.paste(exam, "甲三 96")
    given = score_lines.read(score_lines.of_text("甲三 96"), scores.known(branch.session, exam), 10000, ())
    with refused("甲三同志已有成绩"):
        scores.enter(branch.session, branch.me("甲一"), exam.id, given, AFTER, SHANGHAI)


@pytest.mark.parametrize("name", ["乙一", "甲二", "丙一", "甲三"])
def test_only_two_offices_record_scores(branch: Branch, name: str) -> None:
    exam = branch.exam(**OUTSIDE)
    with refused(NO_RIGHT):
        branch.paste(exam, "甲三 95", by=name)


def test_before_the_test_and_after_the_cut_off_no_score_is_recorded(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    with refused("考试还没有举行"):
        branch.paste(exam, "甲三 95", at=NOW)
    with refused("第三季度统计已截止"):
        branch.paste(exam, "甲三 95", at=local("10-11 00:00"))
    assert branch.paste(exam, "甲三 95", at=local("10-10 23:59")) == 1


def test_a_score_is_changed_with_its_reason(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "甲三 95")
    [row] = service.attempts(branch.session, [exam.id])

    def correct(score: int, reason: str = "登记有误", at: datetime = AFTER, by: str = "甲一") -> None:
        scores.correct(branch.session, branch.me(by, at), row.id, score, reason, at, SHANGHAI)

    for score, reason, why in ((9500, "登记有误", "没有修改"), (10100, "登记有误", "高于满分"), (9000, "", "原因")):
        with refused(why):
            correct(score, reason)
    with refused(NO_RIGHT):
        correct(9000, by="甲二")
    with refused("第三季度统计已截止"):
        correct(9000, at=local("10-11 09:00"))
    correct(9000)
    assert (row.score, row.note) == (9000, "登记有误")
    line = branch.session.scalars(select(Audit).where(Audit.subject == "exam_attempt")).one()
    assert line.details["changes"]["score"] == [9500, 9000]
    assert "登记有误" not in str(line.details)


# --- what counts, what is seen ---------------------------------------------------------------------------------------


def figures(branch: Branch, at: datetime = AFTER, period: Period = Q3) -> dict[str, Any]:
    found = over(branch.session, branch.cast.branch_id, period, at, SHANGHAI)
    return dict(found.figures)


def test_d13_on_the_roster_of_the_day(branch: Branch) -> None:
    """乙八 is exempt, comes all the same, and is in the average alone."""
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "甲三 90\n乙八 70\n丁一 100 非党员\n甲四 95 重考")
    said = figures(branch)["exams"][f"E{exam.id}"]
    assert said["not_sat"] == sorted(said["not_sat"])
    assert len(said.pop("not_sat")) == 22
    assert said == {
        "examinees": 2, "score_sum": 160, "average": Decimal("80.0"), "expected": 23,
        "participation_rate": Decimal("4.3"), "passed": 1, "highest": 90, "lowest": 70,
    }  # fmt: skip


def test_what_nobody_has_sat_is_there_with_nothing(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    said = figures(branch)["exams"][f"E{exam.id}"]
    assert (said["examinees"], said["score_sum"], said["average"], said["highest"]) == (0, 0, None, None)
    assert "exam_average" not in figures(branch)


def test_what_was_called_off_after_the_cut_off_would_count_still(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    making.call_off(branch.session, branch.me("乙二"), exam.id, "改期", NOW, SHANGHAI)
    assert figures(branch)["exams"] == {}


def test_over_a_year_the_average_is_over_the_attempts(branch: Branch) -> None:
    one = branch.exam(**OUTSIDE)
    branch.paste(one, "甲三 90\n甲四 100")
    other = branch.exam(at=local("10-02 09:00"), title="第四季度测试", held_on=local("10-02 09:00").date(), **OUTSIDE)
    branch.paste(other, "甲三 60", at=local("10-03 09:00"))
    year = Period(local("01-01 00:00").date(), local("12-31 00:00").date())
    said = figures(branch, local("10-20 09:00"), year)
    assert set(said["exams"]) == {f"E{one.id}", f"E{other.id}"}
    assert said["exam_average"] == Decimal("83.3")
    assert figures(branch, local("10-20 09:00"))["exam_average"] == Decimal("95.0")


def test_scores_of_different_full_marks_have_no_average(branch: Branch) -> None:
    """D13: 90 of 100 and 45 of 50 are no 67.5."""
    branch.paste(branch.exam(**OUTSIDE), "甲三 90")
    half = branch.exam(title="小测验", full_score=5000, pass_score=3000, **OUTSIDE)
    assert figures(branch)["exam_average"] == Decimal("90.0")
    branch.paste(half, "甲三 45")
    assert "exam_average" not in figures(branch)


def test_whose_scores_a_record_tells(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "甲四 95")
    with_score, without = "8月30日　纪法知识测试：95分，合格", "8月30日　纪法知识测试：已参加（正考）"
    for name, line in (
        ("甲四", with_score),
        ("甲一", with_score),
        ("乙二", with_score),
        ("乙一", without),
        ("甲二", without),
    ):
        assert own.lines(branch.session, branch.me(name), branch.cast["甲四"], Q3, AFTER.date(), SHANGHAI) == [line]


# --- who owes it -----------------------------------------------------------------------------------------------------


def test_who_is_expected_owes_it_while_it_is_open(branch: Branch) -> None:
    exam = branch.exam(closes_at=local("09-01 18:00"))
    assert branch.owing(local("08-30 08:59")) == []
    assert len(branch.owing(TEN)) == 23
    assert "乙八" not in branch.owing(TEN)
    branch.sit("甲三", exam, TEN, *RIGHT)
    assert branch.owing(TEN, "甲三") == []
    [one] = service.owing(branch.session, branch.cast.branch_id, TEN, SHANGHAI, branch.cast["甲四"])
    assert one.line == "纪法知识测试：请于9月1日（周五）18:00前完成。"
    assert one.nudges == (local("09-01 09:00"),)
    assert list(service.nearing(branch.session, TEN, SHANGHAI)) == [branch.cast.branch_id]
    assert branch.owing(local("09-01 18:01")) == []


def test_on_the_one_day_nobody_is_nudged(branch: Branch) -> None:
    branch.exam()
    [one] = service.owing(branch.session, branch.cast.branch_id, TEN, SHANGHAI, branch.cast["甲四"])
    assert one.nudges == ()


def test_everybody_expected_is_told_at_its_hour(branch: Branch) -> None:
    exam = branch.exam()
    [(branch_id, occurrence)] = jobs.beginnings(branch.session, NOW, AFTER, None, SHANGHAI)
    assert (occurrence.at, occurrence.until) == (OPENS, CLOSES)
    branch.sit("甲三", exam, TEN, *RIGHT)
    owed = jobs.tell(branch.session, branch_id, occurrence, TEN, SHANGHAI)
    people = branch.names([one.person_id for one in owed if one.person_id is not None and "exam" in one.about])
    assert (len(people), "甲三" in people, "乙八" in people) == (22, False, False)
    about = {"exam": exam.id, "person": branch.cast["甲四"]}
    assert jobs.ask_again(branch.session, about, TEN, SHANGHAI) is not None
    branch.sit("甲四", exam, TEN, *RIGHT)
    assert jobs.ask_again(branch.session, about, TEN, SHANGHAI) is None
    about["person"] = branch.cast["甲五"]
    assert jobs.ask_again(branch.session, about, CLOSES + timedelta(seconds=1), SHANGHAI) is None


def test_one_made_after_its_hour_is_told_of_when_it_is_made(branch: Branch) -> None:
    branch.exam(at=TEN)
    [(_, occurrence)] = jobs.beginnings(branch.session, TEN, AFTER, None, SHANGHAI)
    assert occurrence.at == TEN


# --- in and out ------------------------------------------------------------------------------------------------------


def test_an_archive_goes_out_and_comes_back(branch: Branch) -> None:
    exam = branch.exam()
    branch.sit("甲三", exam, TEN, *HALF)
    branch.sit("甲三", exam, AFTER, *RIGHT)
    other = branch.exam(title="线下测试", **OUTSIDE)
    branch.paste(other, "甲四 97.5\n丁一 100 积极分子")
    document = export(branch.session, branch.cast.branch_id, AFTER.date(), "Asia/Shanghai")
    assert document["exams"][0] == {
        "id": f"E{exam.id}", "title": "纪法知识测试", "date": "2023-08-30", "closed_book": True, "full_score": 100,
        "pass_score": 80, "mode": "in_chat", "minutes": 30, "opens_at": "2023-08-30T09:00:00+08:00",
        "closes_at": "2023-08-30T18:00:00+08:00",
    }  # fmt: skip
    people = {one["name"]: one["id"] for one in document["people"]}
    one, two = {"exam": f"E{exam.id}", "person": people["甲三"]}, {"exam": f"E{other.id}", "submitted_at": None}
    typed = {**two, "kind": "formal", "recorded_at": "2023-09-01T09:00:00+08:00"}
    assert document["exam_attempts"] == [
        {**one, "kind": "formal", "score": 50, "submitted_at": "2023-08-30T10:00:00+08:00"},
        {**one, "kind": "retake", "score": 100, "submitted_at": "2023-09-01T09:00:00+08:00"},
        {**typed, "person": people["甲四"], "score": 97.5},
        {**typed, "person": "EXT:丁一", "score": 100},
    ]
    said = figures(branch)["exams"].values()

    def brought(**more: Any) -> Any:
        target = Target(**{"branch_id": branch.cast.branch_id, **more})
        return bring(branch.session, document, target, now=AFTER, timezone="Asia/Shanghai")

    assert not brought().changed
    made = brought(branch_id=None, name="另一支部")
    again = export(branch.session, made.branch_id, AFTER.date(), "Asia/Shanghai")
    assert (again["exams"], again["exam_attempts"]) == (document["exams"], document["exam_attempts"])
    there = over(branch.session, made.branch_id, Q3, AFTER, SHANGHAI).figures["exams"].values()
    numbers = ("examinees", "score_sum", "average", "expected", "participation_rate", "passed", "highest", "lowest")
    assert [[one[name] for name in numbers] for one in there] == [[one[name] for name in numbers] for one in said]
    # A record calls nobody.
    assert service.owing(branch.session, made.branch_id, TEN, SHANGHAI) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"date": "30.8."}, "exams[0].date"),
        ({"full_score": -1}, "exams[0].full_score"),
        ({"pass_score": 101}, "exams[0].pass_score"),
        ({"closed_book": "yes"}, "exams[0].closed_book"),
        ({"title": ""}, "exams[0].title"),
        ({"score": 101}, "exam_attempts[0].score"),
        ({"score": "95"}, "exam_attempts[0].score"),
        ({"person": "P99"}, "exam_attempts[0].person"),
        ({"exam": "E9"}, "exam_attempts[0].exam"),
        ({"kind": "oral"}, "exam_attempts[0].kind"),
        ({"submitted_at": "2022-08-30"}, "exam_attempts[0].submitted_at"),
    ],
)
def test_a_bad_archive_is_refused_whole(branch: Branch, changes: dict[str, Any], fault: str) -> None:
    exam = {"id": "E1", "title": "测试", "date": "2022-08-30", "full_score": 100, "pass_score": 80}
    attempt = {"exam": "E1", "person": "P1", "kind": "formal", "score": 90}
    of_exam = {"id", "title", "date", "closed_book", "full_score", "pass_score"}
    exam |= {name: value for name, value in changes.items() if name in of_exam}
    attempt |= {name: value for name, value in changes.items() if name not in of_exam}
    document = {
        "format": "branch-archive/1", "branch": {"name": "新支部"}, "people": [{"id": "P1", "name": "甲一"}],
        "exams": [exam], "exam_attempts": [attempt],
    }  # fmt: skip
    with pytest.raises(BadArchive) as refused:
        bring(branch.session, document, Target(None), now=NOW, timezone="Asia/Shanghai")
    assert [line.partition(":")[0] for line in refused.value.faults] == [fault]


def test_own_data_tell_what_was_sat_and_an_erasure_takes_it(branch: Branch) -> None:
    exam = branch.exam(**OUTSIDE)
    branch.paste(exam, "甲四 95")
    data = mydata.to_json(mydata.gather(branch.session, branch.me("甲四")), AFTER)
    assert "9500" in str(data)
    erasure.erase(branch.session, branch.me("甲一"), branch.cast["甲四"], AFTER.date(), AFTER)
    [row] = service.attempts(branch.session, [exam.id])
    assert (row.person_id, row.score) == (branch.cast["甲四"], 9500)


# --- at once ---------------------------------------------------------------------------------------------------------


def at_once(storage: Storage, first: Callable[[Session], object], second: Callable[[Session], object]) -> list[str]:
    """Both in transactions of their own, the second begun before the first has ended; what was refused."""
    begun, said = Event(), list[str]()

    def other() -> None:
        begun.wait(10)
        try:
            with storage.transaction() as session:
                second(session)
        except Refusal as refusal:
            said.append(refusal.text)

    thread = Thread(target=other)
    thread.start()
    with storage.transaction() as session:
        first(session)
        begun.set()
    thread.join(10)
    return said


def test_two_taps_at_once_begin_one_attempt(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session, make_branch(session, now=NOW))
        fill_bank(session, branch.me("乙二"))
        exam_id, me = branch.exam().id, branch.me("甲三")

    def begin(session: Session) -> None:
        sitting.begin(session, me, exam_id, TEN, SHANGHAI)

    assert at_once(storage, begin, begin) == []
    with storage.reading() as session:
        assert len(session.scalars(select(ExamAttempt)).all()) == 1


def test_two_officers_record_one_score_once(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session, make_branch(session, now=NOW))
        exam_id = branch.exam(**OUTSIDE).id
        given = [score_lines.Given(branch.cast["甲三"], "甲三", AttemptKind.FORMAL, 9500)]
        officers = [branch.me("乙二", AFTER), branch.me("甲一", AFTER)]

    def enters(me: Me) -> Callable[[Session], object]:
        return lambda session: scores.enter(session, me, exam_id, given, AFTER, SHANGHAI)

    assert at_once(storage, enters(officers[0]), enters(officers[1])) == ["甲三同志已有成绩，请重新发送。"]
