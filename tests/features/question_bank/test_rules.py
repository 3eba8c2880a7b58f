"""Questions read from lines and from tables: every fault named, nothing half-read."""

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.features.question_bank import rules, sheet
from bot.features.question_bank.rules import Question
from bot.kit.refusal import Refusal
from storage.choices import QuestionKind

SINGLE, SEVERAL, TRUE_FALSE = QuestionKind.SINGLE, QuestionKind.SEVERAL, QuestionKind.TRUE_FALSE
HEADING = ["题型", "题目", "选项A", "选项B", "选项C", "选项D", "正确答案"]
ONE = ["单选", "最高纪律处分是什么？", "警告", "开除党籍", None, None, "B"]
TWO = ["多选", "处分有哪些？", "警告", "罚款", "记大过", "严重警告", "AD"]
THREE = ["判断", "处分分为五种。", None, None, None, None, "正确"]


def table(*sheets: list[list[Any]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        page = made.create_sheet(f"题库{number}")
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def faults(content: bytes) -> list[str]:
    with pytest.raises(Refusal) as refused:
        sheet.read(content)
    return refused.value.text.splitlines()


def _read(text: str) -> tuple[Question | None, list[tuple[str, str]]]:
    (found,) = rules.read_all(text)
    return found


def test_lines_are_a_question() -> None:
    said = "党的最高纪律处分是什么？\nA. 警告\nB、开除党籍\n答案：B"
    assert _read(said) == (Question(SINGLE, "党的最高纪律处分是什么？", ("警告", "开除党籍"), "B"), [])
    several = "哪些是处分？\n（多行）\nＡ．警告\nB:罚款\nC）严重警告\n正确答案: C、A"
    assert _read(several)[0] == Question(SEVERAL, "哪些是处分？\n（多行）", ("警告", "罚款", "严重警告"), "AC")
    assert _read("处分分为五种。\n答案：对")[0] == Question(TRUE_FALSE, "处分分为五种。", (), "A")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "题目"),
        ("没有答案", "正确答案"),
        ("问题\nA. 一\n答案：A", "选项"),
        ("问题\nA. 一\nC. 三\n答案：A", "选项"),
        ("问题\nA. 一\nB. 一\n答案：A", "选项"),
        ("问题\nA. 一\nB. 二\n答案：C", "正确答案"),
        ("问题\nA. 一\nB. 二\n答案：AA", "正确答案"),
        ("字" * 501 + "\n答案：对", "题目"),
        ("问题\nA. 一\nB. " + "字" * 201 + "\n答案：A", "选项"),
    ],
)
def test_what_is_no_question(text: str, what: str) -> None:
    found, wrong = _read(text)
    assert found is None
    assert what in [one for one, _ in wrong]


PAIR = "1. 题一？\nA. 甲\nB. 乙\n答案：A\n2. 题二？\nA. 丙\nB. 丁\n答案：B"


@pytest.mark.parametrize("text", [PAIR, PAIR.replace("1. ", "").replace("2. ", ""), PAIR.replace("\n2", "\n\n2"),
                                  PAIR.replace("1. ", "第1题").replace("2. ", "第2题：")])  # fmt: skip
def test_two_questions_in_one_message(text: str) -> None:
    first, second = Question(SINGLE, "题一？", ("甲", "乙"), "A"), Question(SINGLE, "题二？", ("丙", "丁"), "B")
    assert rules.read_all(text) == [(first, []), (second, [])]


def test_a_question_without_its_answer_ends_at_the_next_number() -> None:
    found = rules.read_all(PAIR.replace("\n答案：A", ""))
    assert [one is None for one, _ in found] == [True, False]
    assert [len(wrong) for _, wrong in rules.read_all("1. 甲对。\n2. 乙对。\n答案：对")] == [1, 0]


def test_numbers_within_a_question_are_its_own() -> None:
    said = "下列说法对的是？\n1. 甲\n2. 乙\nA. 只有1\nB. 都对\n答案：B"
    assert [one.text for one, _ in rules.read_all(said) if one] == ["下列说法对的是？\n1. 甲\n2. 乙"]
    assert [one.text for one, _ in rules.read_all("1.5万元以下不立案。\n答案：错") if one] == ["1.5万元以下不立案。"]


def test_a_letter_without_an_option_is_named() -> None:
    assert _read("问\nA. 一\nB. 二\n答案：C")[1] == [("正确答案", "没有选项C，选项是A、B")]
    assert _read("问\nA. 一\nB. 二\n答案：AD")[1] == [("正确答案", "没有选项D，选项是A、B")]
    assert _read("问\nA. 一\nA. 二\n答案：A")[1] == [("选项", "选项A写了两次")]


@pytest.mark.parametrize(
    ("text", "found"),
    [("1、3、5-8", [1, 3, 5, 6, 7, 8]), ("１，２", [1, 2]), ("3 3", [3]), ("1至3", [1, 2, 3]),
     ("", None), ("8-5", None), ("一", None), ("1-500", None), ("-3", None)],
)  # fmt: skip
def test_numbers(text: str, found: list[int] | None) -> None:
    assert rules.numbers(text) == found


def test_every_sheet_is_read() -> None:
    found = sheet.read(table([HEADING, ONE, TWO], [["说明"], HEADING, THREE]))
    assert [one.kind for one in found] == [SINGLE, SEVERAL, TRUE_FALSE]
    assert found[1].right == "AD"
    assert found[2].options == ()


def test_faults_name_sheet_row_and_column_and_nothing_is_read() -> None:
    wrong = [HEADING, ["单选", "有人吗", "有", None, None, None, "A"], [None, "没有题型", "一", "二", None, None, "A"]]
    said = faults(table([HEADING, ONE], wrong))
    assert said[0] == "题库没有导入，请修改后重新发送："
    assert said[1:] == [
        "“题库2”第2行“选项”：请填写2至8个选项。",
        "“题库2”第3行“题型”：请填写单选、多选或判断。",
    ]


def test_a_formula_is_named_and_merged_cells_say_the_same_below() -> None:
    made = load_workbook(io.BytesIO(table([HEADING, ONE, [None, *TWO[1:]]])))
    page = made.active
    page["A3"] = None
    page.merge_cells("A2:A3")
    page["G3"] = "A"
    out = io.BytesIO()
    made.save(out)
    assert [one.kind for one in sheet.read(out.getvalue())] == [SINGLE, SINGLE]
    assert faults(table([HEADING, [*ONE[:1], '="问"&"题"', *ONE[2:]]]))[1] == "第2行“题目”：是公式，请改为文字。"


def test_what_is_no_bank() -> None:
    assert faults(table([["姓名", "成绩"], ["甲三", 95]]))[0].startswith("表格中没有找到“题型”")
    assert faults(table([HEADING]))[0] == "表格中没有填写题目。"
    assert faults(b"\x00\x01") != []


def test_the_template_is_read_once_it_is_filled_in() -> None:
    made = load_workbook(io.BytesIO(sheet.empty()))
    assert [cell.value for cell in made.worksheets[0][1]] == HEADING
    for at, value in enumerate(ONE, 1):
        made.worksheets[0].cell(2, at, value)
    out = io.BytesIO()
    made.save(out)
    assert [one.text for one in sheet.read(out.getvalue())] == ["最高纪律处分是什么？"]


def test_more_than_ten_faults_are_counted() -> None:
    said = faults(table([HEADING, *([["单选", "", "一", "二", None, None, "A"]] * 12)]))
    assert (len(said), said[-1]) == (12, "另有2处。")
