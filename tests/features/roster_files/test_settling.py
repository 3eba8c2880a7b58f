"""Marks behind names, groups spelled otherwise, exemptions left open: settled, or asked about."""

from datetime import date

import pytest

from bot.features.roster_files.asking import Answers, Question
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, RosterRow
from bot.features.roster_files.settling import exemptions, groups, names, spellings, twice
from storage.choices import ExemptionReason

ILL = ExemptionReason.LONG_SICK_LEAVE
SEPTEMBER = date(2026, 9, 1)


def rows(*said: str, field: str = "name") -> list[RosterRow]:
    return [RosterRow(**{"name": f"甲{at}", "line": at, field: one}) for at, one in enumerate(said, 2)]


# --- names ---------------------------------------------------------------------------------------------------------


def test_a_mark_behind_a_name_is_asked_about() -> None:
    there = rows("甲一（女）", "甲二*", "甲三")
    found, questions = names(there, ["甲一"], Answers())
    assert [one.name for one in found] == ["甲一", "甲二", "甲三"]
    assert [(one.about, [value for value, _ in one.choices]) for one in questions] == [
        ("甲一（女）", ["甲一", "甲一（女）", "none"]),
        ("甲二*", ["甲二", "甲二*", "none"]),
    ]
    said = {"same:甲一（女）": "甲一", "same:甲二*": "none"}
    found, questions = names(there, [], Answers(said))
    assert ([one.name for one in found], questions) == (["甲一", "甲三"], [])


def test_a_mark_by_which_somebody_is_known_is_the_name() -> None:
    found, questions = names(rows("张伟（大）", "张伟(小)"), ["张伟（大）", "张伟（小）"], Answers())
    assert ([one.name for one in found], questions) == (["张伟（大）", "张伟(小)"], [])


# --- groups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [[], ["第一党小组"]])
def test_spellings_of_a_group_are_one(known: list[str]) -> None:
    there = rows("第一小组", "第一党小组", "一组", "第１党小组", "", field="group")
    found, questions = groups(there, known, Answers())
    assert ([one.group for one in found], questions) == (["第一党小组"] * 4 + [""], [])
    (note,) = spellings(there, found)
    assert (
        note.chinese == "党小组写法不一，已统一：“第一小组”即第一党小组、“一组”即第一党小组、“第１党小组”即第一党小组。"
    )


def test_the_branchs_own_spelling_stays() -> None:
    found, _ = groups(rows("第一党小组", field="group"), ["一组"], Answers())
    assert found[0].group == "一组"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("known", [[], ["第一党小组"]])
def test_a_bracket_behind_a_group_is_asked_about(known: list[str], order: int) -> None:
    there = rows(*("第一党小组", "第一党小组（机关）")[::order], field="group")
    _, questions = groups(there, known, Answers())
    assert [(one.about, [value for value, _ in one.choices]) for one in questions] == [
        ("第一党小组（机关）", ["第一党小组", "new"])
    ]
    for answer, meant in (("第一党小组", {"第一党小组"}), ("new", {"第一党小组", "第一党小组（机关）"})):
        found, questions = groups(there, known, Answers({"same:第一党小组（机关）": answer}))
        assert ({one.group for one in found}, questions) == (meant, [])


def test_people_who_are_one_by_their_keys_are_found() -> None:
    there = [RosterRow(name="甲一", line=2, group="第一党小组"), RosterRow(name="甲 一", line=3, group="第一党小组")]
    assert [fault.row for fault in twice(there)] == [2, 3]
    assert twice(there[:1]) == ()


# --- exemptions ----------------------------------------------------------------------------------------------------


def exemption(
    row: RosterRow, running: list[Exempt], began: date, answers: Answers
) -> tuple[RosterRow, Question | None]:
    """Of a row with one."""
    found, questions = exemptions(row, running, began, answers)
    return found, next(iter(questions), None)


def ended(to_on: date | None = SEPTEMBER) -> RosterRow:
    return RosterRow(name="甲二", line=3, exemption=Exempt(ILL, None, to_on, ExemptAsk.LAST_DAY, "2026年9月已恢复"))


@pytest.mark.parametrize(
    ("running", "began", "asked"),
    [
        # Nothing runs, and by then it was over: nothing to ask.
        ([], date(2026, 11, 30), False),
        ([Exempt(ILL, date(2026, 1, 1))], date(2026, 11, 30), True),
        ([Exempt(ILL, date(2026, 1, 1), SEPTEMBER)], date(2026, 11, 30), False),
        # The first roster holds from New Year: up to when was this person exempt?
        ([], date(2026, 1, 1), True),
    ],
)
def test_an_end_is_asked_for_where_it_counts(running: list[Exempt], began: date, asked: bool) -> None:
    row, question = exemption(ended(), running, began, Answers())
    assert (question is not None) is asked
    if question is None:
        assert row.exemption is None
        return
    assert (question.latest, question.choices[0][0]) == (date(2026, 8, 31), "2026-08-31")
    row, question = exemption(ended(), running, began, Answers({"exempt:3": "2026-08-15"}))
    assert (row.exemption, question) == (Exempt(ILL, None, date(2026, 8, 16)), None)
    for wrong in ("2026-09-01", "yes", ""):
        assert exemption(ended(), running, began, Answers({"exempt:3": wrong}))[1] is not None
    assert exemption(ended(), running, began, Answers({"exempt:3": "no"}))[0].exemption is None


def test_an_end_without_any_date_is_before_the_day_of_the_roster() -> None:
    _, question = exemption(ended(None), [Exempt(ILL, date(2026, 1, 1))], date(2026, 11, 30), Answers())
    assert question is not None
    assert question.latest == date(2026, 11, 29)


def test_a_remark_that_was_not_understood_is_asked_about() -> None:
    row = RosterRow(name="甲五", line=4, exemption=Exempt(ILL, SEPTEMBER, None, ExemptAsk.WHETHER, "拟申请病休"))
    _, question = exemption(row, [], SEPTEMBER, Answers())
    assert question is not None
    assert question.ask.chinese == (
        "文件第4行甲五的备注“拟申请病休”：是否免于考勤（长期病休，2026年9月1日起）？"
        "有起止日期的，可以直接发送，例如：3月1日至8月31日。"
    )
    assert exemption(row, [], SEPTEMBER, Answers({"exempt:4": "no"}))[0].exemption is None
    assert exemption(row, [], SEPTEMBER, Answers({"exempt:4": "yes"}))[0].exemption == Exempt(ILL, SEPTEMBER)
