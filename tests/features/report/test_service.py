"""The report of the example archive: from its figures, its records and the secretary's own text; its file."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.register import service as register
from bot.features.register.kinds.kind import Kind
from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.registry import FIGURES
from bot.features.report import annex, papers, service, text
from bot.features.report.service import Report
from bot.features.tally import pictures
from bot.kit import paper
from bot.kit.access import NO_RIGHT
from bot.kit.drawing import png
from bot.kit.pictures import Row, Year, words
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import Duty, PieceState, StudyItemState
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.reflection import Reflection
from storage.models.study import StudyItem
from tests.features.activities.desk import refused
from tests.features.closes.desk import EARLY, LATE, LATER, OTHERS, Q3, SECRETARY, close
from tests.world import SHANGHAI

Lay = Callable[[Session], Any]
DEPUTY = Me(2, "甲二", 1, 1, frozenset({Duty.DEPUTY_SECRETARY}), frozenset())
THOUGHT = (
    "第三季度，支部共开展党员大会1次，主题党日1次，书记上党课1场次，学习“第一议题”1项；布置自学书目和文件1项；"
    "开展集中研讨1次。召开党小组会1次，按“每月一主题”开展理论学习1个月。"
)


@pytest.fixture
def session(storage: Storage, lay: Lay) -> Any:
    with storage.transaction() as session:
        lay(session)
        settled = update(Reflection).where(Reflection.state == PieceState.SUBMITTED)
        session.execute(settled.values(state=PieceState.RETURNED))
        yield session


def report(session: Session, me: Me = SECRETARY, period: Period | None = None, version: str = "") -> Report:
    asked = period or Period.of(Q3)
    return service.report(session, me, asked, LATER, SHANGHAI, figures=FIGURES, version=version)


def write(session: Session, kind: Kind, now: datetime = EARLY, **values: Any) -> int:
    return register.record(session, SECRETARY, kind, {"quarter": str(Q3), **values}, now, SHANGHAI)


def texts(found: Report) -> list[str]:
    return [line for heading, listed in text.parts(found) for line in (heading, *listed) if line]


def test_the_example_quarter(session: Session) -> None:
    found = report(session)
    assert found.title == "示范党支部2022年第三季度工作情况总结报告"
    assert texts(found) == [
        "第三季度，示范党支部认真抓好各项工作落实。现将第三季度工作情况报告如下：",
        "一、第三季度主要工作情况",
        "（一）思想政治建设",
        THOUGHT,
        "（二）党风廉政建设",
        "形成自查表2份，梳理存在问题和整改措施各1个；开展纪法知识测试，支部2名党员闭卷平均成绩93.5分。"
        "发送中秋节前廉洁提醒。1名科级以上党员干部撰写心得体会各1篇。选派两名党员到廉政基地一参加“赴廉政基地”。",
    ]
    assert "廉政专题学习日" in found.dropped
    assert "支委会" not in found.dropped


def test_what_the_secretary_writes_stands_where_it_belongs(session: Session) -> None:
    session.get_one(Organisation, 1).settings = {"superior": "市局党委"}
    write(session, ISSUE, text="前瞻性不足。")
    write(session, ISSUE, text="方法单一")
    write(session, PLAN_ITEM, text="以学促行", measures="抓好意识形态工作。")
    write(session, PLAN_ITEM, text="正风肃纪")
    write(session, PARAGRAPH, section="党风廉政", text="用好本土资源。\n传承廉洁基因。")
    write(session, PARAGRAPH, section="青工委工作", text="与青工委联合开展活动。")
    found = report(session)
    listed = texts(found)
    assert listed[0].startswith("第三季度，在市局党委的正确领导下，示范党支部")
    assert listed[6:8] == ["用好本土资源。", "传承廉洁基因。"]
    assert listed[8:10] == ["（三）青工委工作", "与青工委联合开展活动。"]
    assert listed[10:] == [
        "二、存在问题及下一步工作计划",
        "存在问题：一是前瞻性不足；二是方法单一。",
        "第四季度工作计划：下一步主要做好以下两项工作：一是以学促行。抓好意识形态工作。二是正风肃纪。",
    ]


def test_one_plan_is_not_numbered(session: Session) -> None:
    write(session, PLAN_ITEM, text="以学促行")
    assert texts(report(session))[-1] == "第四季度工作计划：下一步主要工作：以学促行。"


def test_of_a_closed_quarter_it_says_what_was_frozen(session: Session) -> None:
    write(session, ISSUE, text="前瞻性不足")
    close(session)
    write(session, ISSUE, LATE, text="后来才想到的")
    session.execute(update(StudyItem).values(state=StudyItemState.WITHDRAWN))
    session.expire_all()
    frozen, draft = report(session), report(session, version="draft")
    assert "布置自学书目和文件1项" in texts(frozen)[3]
    assert texts(frozen)[-1] == "存在问题：前瞻性不足。"
    assert "布置自学书目和文件" not in "".join(texts(draft))
    assert frozen.late == 1
    assert text.version(frozen) == "第1版（2022年10月12日定稿）"
    assert text.version(draft) == "草稿（尚未定稿）"


@pytest.mark.parametrize(
    ("start", "to", "title", "begins"),
    [
        (date(2022, 7, 1), date(2023, 1, 1), "示范党支部2022年下半年工作情况总结报告", "2022年下半年，支部共开展"),
        (date(2022, 1, 1), date(2023, 1, 1), "示范党支部2022年工作情况总结报告", "2022年，支部共开展党员大会1次"),
        (date(2022, 8, 1), date(2022, 9, 1), "示范党支部2022年8月工作情况总结报告", "2022年8月，支部共开展主题党日1次"),
    ],
)
def test_longer_and_shorter_periods(session: Session, start: date, to: date, title: str, begins: str) -> None:
    found = report(session, period=Period(start, to))
    assert found.title == title
    assert texts(found)[3].startswith(begins)


def test_of_a_period_without_records_there_is_only_the_opening(session: Session) -> None:
    found = report(session, period=Period(date(2021, 1, 1), date(2021, 4, 1)))
    assert found.parts == []
    assert len(texts(found)) == 2


def test_the_secretary_and_the_deputy_write_it_and_nobody_else(session: Session) -> None:
    assert report(session, DEPUTY).title == report(session).title
    for me in (OTHERS[0], OTHERS[2]):
        with refused(NO_RIGHT):
            report(session, me)


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_paper_has_the_text_the_signature_and_every_figure(session: Session) -> None:
    found = report(session)
    content = papers.made(session, found, date(2022, 10, 12))
    here: Any = Document(io.BytesIO(content))
    lines = [(one.style.name, one.text) for one in here.paragraphs if one.text]
    assert [said for style, said in lines if style == paper.TITLE] == [
        "示范党支部2022年第三季度", "工作情况总结报告", "季度数据汇总表",
    ]  # fmt: skip
    assert (paper.TEXT, THOUGHT) in lines
    assert (paper.TEXT, "附件：季度数据汇总表") in lines
    assert [said for style, said in lines if style == paper.LINE] == ["示范党支部", "2022年10月12日"]
    assert (paper.CELL, "数据版本：草稿（尚未定稿）") in lines
    rows = [[cell.text for cell in row.cells] for row in here.tables[0].rows]
    assert rows[0] == ["指标", "数值", "单位", "口径", "来源记录"]
    assert ["党员大会", "1", "次", "本支部举办并已举行的活动，内容含党员大会", "A4"] in rows
    assert len(rows) == 1 + len(annex.lines(found.found))
    records = {row.cells[0].text: row.cells[1].text for row in here.tables[1].rows}
    assert records["党员大会"].splitlines()[1] == "9月23日　支部党员大会"


def test_its_pictures_stand_behind_the_table_and_say_in_words_what_they_show(session: Session) -> None:
    found = report(session).found
    here: Any = Document(io.BytesIO(papers.made(session, report(session), date(2022, 10, 12))))
    said = [one._inline.docPr.get("descr") for one in here.inline_shapes]
    assert said == [words(one).replace("\n", " ") for one in pictures.of_report(session, found)]
    assert [one.split("：")[0] for one in said] == ["出席情况", "学习完成情况", "活动一览"]
    assert said[2].startswith("活动一览：2022年1月至9月（")
    assert all(one.width <= Mm(150) and one.height <= Mm(210) for one in here.inline_shapes)
    assert len({round(one.width / one.height, 2) for one in here.inline_shapes}) == 3
    # What is higher than a page is made smaller, and keeps its shape.
    high = paper.begun("x")
    paper.picture(high, png(Year("2022年", [Row("党课", [1])] * 40, "次")), "高\0", 1)
    [one] = high.inline_shapes
    assert one.height == Mm(210)
    assert one.width < Mm(150)


def test_every_figure_that_counts_something_is_in_the_annex(session: Session) -> None:
    found = report(session).found
    listed = {one.word for one in annex.lines(found)}
    for one in found.counted:
        number = one.figure.number(one.value)
        if isinstance(number, int) and number and one.figure.beside == "":
            assert one.figure.word in listed, one.figure.path


def test_the_signature_stands_as_the_standard_has_it() -> None:
    """7.3.5.2: the longer one two letters from the right, the date two letters to the right of the name."""
    for name, right in (("示范党支部", (1760, 640)), ("中共某市某局机关第一党支部委员会", (640, 3040))):
        here = paper.begun("x")
        paper.signed(here, name, "2023年10月9日")
        lines = [one for one in here.paragraphs if one.text]
        found = [int(one._p.pPr.ind.get(qn("w:right"))) for one in lines]
        assert found == list(right), name


def test_the_same_report_is_the_same_bytes(session: Session) -> None:
    assert len({papers.made(session, report(session), date(2022, 10, 12)) for _ in range(2)}) == 1
