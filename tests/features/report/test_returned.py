"""A report that comes back from Word: what is read of it, what is told, what is taken, and what is refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Paper
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.register import service as register
from bot.features.register.kinds.kind import Kind
from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.registry import FIGURES
from bot.features.report import papers, service, text
from bot.features.report.returned import messages, reading, taking
from bot.features.report.returned.comparing import Change, Differences, compare
from bot.features.report.service import Report
from bot.kit import docx_files
from bot.kit.access import NO_RIGHT
from bot.kit.hygiene import Found
from bot.kit.refusal import Refusal
from scheduler.calendar.periods import Period
from storage.choices import StudyItemState
from storage.engine import Storage
from storage.models.entry import Entry, EntryChange
from storage.models.study import StudyItem
from tests.features.closes.desk import EARLY, LATE, OTHERS, Q3, SECRETARY
from tests.world import SHANGHAI

Lay = Callable[[Session], Any]
NEW = "结合工作实际，创新学习方式。"
YEAR = Period(date(2022, 1, 1), date(2023, 1, 1))


@pytest.fixture
def session(storage: Storage, lay: Lay) -> Any:
    with storage.transaction() as session:
        lay(session)
        write(session, ISSUE, text="前瞻性不足。")
        write(session, ISSUE, text="方法单一")
        write(session, PLAN_ITEM, text="以学促行", measures="抓好意识形态工作。")
        write(session, PLAN_ITEM, text="正风肃纪")
        write(session, PARAGRAPH, section="党风廉政", text="用好本土资源。\n传承廉洁基因。")
        yield session


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.text


def write(session: Session, kind: Kind, now: datetime = EARLY, **values: Any) -> int:
    return register.record(session, SECRETARY, kind, {"quarter": str(Q3), **values}, now, SHANGHAI)


def report(session: Session, period: Period | None = None, now: datetime = EARLY) -> Report:
    asked = period or Period.of(Q3)
    return service.report(session, SECRETARY, asked, now, SHANGHAI, figures=FIGURES)


def paper(session: Session, period: Period | None = None) -> bytes:
    return papers.made(session, report(session, period), EARLY.date())


def edited(content: bytes, change: Callable[[Paper], None]) -> bytes:
    here = Document(io.BytesIO(content))
    change(here)
    out = io.BytesIO()
    here.save(out)
    return out.getvalue()


def line(here: Paper, begins: str) -> Any:
    return next(one for one in here.paragraphs if one.text.startswith(begins))


def said(begins: str, old: str, new: str) -> Callable[[Paper], None]:
    def change(here: Paper) -> None:
        found = line(here, begins)
        found.text = found.text.replace(old, new)

    return change


def together(*changes: Callable[[Paper], None]) -> Callable[[Paper], None]:
    def change(here: Paper) -> None:
        for one in changes:
            one(here)

    return change


def gone(begins: str) -> Callable[[Paper], None]:
    def change(here: Paper) -> None:
        found = line(here, begins)._p
        found.getparent().remove(found)

    return change


def behind(begins: str, *texts: str) -> Callable[[Paper], None]:
    """Lines with the style of what they stand behind."""

    def change(here: Paper) -> None:
        above = line(here, begins)
        for one in reversed(texts):
            added = here.add_paragraph(one, style=above.style)
            above._p.addnext(added._p)

    return change


def differences(session: Session, content: bytes, now: datetime = EARLY) -> Differences:
    return compare(report(session, now=now), reading.read(content))


def take(session: Session, content: bytes, now: datetime = EARLY) -> Report:
    found = differences(session, content, now)
    taking.checked(session, SECRETARY, found)
    taken, _ = taking.takeable(session, SECRETARY, Q3, found, now, SHANGHAI)
    kept = taking.from_json(taking.to_json(taken))
    taking.take(session, SECRETARY, Q3, kept, now, SHANGHAI)
    session.expire_all()
    return report(session, now=now)


def test_as_it_was_handed_over_nothing_differs(session: Session) -> None:
    for period in (None, YEAR):
        made = paper(session, period)
        assert compare(report(session, period), reading.read(edited(made, lambda here: None))) == Differences()


@pytest.mark.both_databases
def test_every_text_of_the_secretary_is_taken(session: Session) -> None:
    change = together(
        said("存在问题", "一是前瞻性不足；二是方法单一。", "一是前瞻性、系统性不足；二是方法单一；三是宣传不够。"),
        said("第四季度工作计划", "以学促行。抓好意识形态工作。二是正风肃纪", "以学促行。抓好宣传阵地"),
        said("第四季度工作计划", "两项工作：一是", "一项工作："),
        said("传承廉洁基因", "传承廉洁基因", "传承红色基因"),
        behind("（一）思想", NEW),
        behind("传承红色基因", "与青工委联合开展活动。", "效果良好。"),
    )
    made = edited(paper(session), change)
    assert [one.word for one in reading.read(made).parts][-1] == "存在问题及下一步工作计划"
    found = take(session, made)
    assert [one.text for one in found.own_issues] == ["前瞻性、系统性不足", "方法单一", "宣传不够"]
    assert [one.text for one in found.own_plans] == ["以学促行。抓好宣传阵地"]
    assert [(part.word, [one.text for one in part.own]) for part in found.parts if part.own] == [
        ("思想政治建设", [NEW]),
        ("党风廉政建设", ["用好本土资源。\n传承红色基因。", "与青工委联合开展活动。\n效果良好。"]),
    ]
    assert session.scalars(select(Entry.withdrawn_reason).where(Entry.withdrawn_reason != "")).all() == [taking.WHY]
    assert {row.reason for row in session.scalars(select(EntryChange))} == {taking.WHY}


def test_a_new_section_is_made_by_a_heading(session: Session) -> None:
    def change(here: Paper) -> None:
        behind("传承廉洁基因", "与青工委联合开展活动。")(here)
        behind("（二）党风", "（三）青工委工作")(here)
        heading = line(here, "（三）青工委")
        line(here, "传承廉洁基因")._p.addnext(heading._p)

    found = differences(session, edited(paper(session), change))
    assert found == Differences([Change("paragraph", None, "", "与青工委联合开展活动。", "青工委工作")])


def test_what_figures_say_is_told_and_never_taken(session: Session) -> None:
    change = together(
        said("第三季度，支部共", "党员大会1次", "党员大会9次"), said("第三季度，示范", "认真抓好", "全力抓好"),
        behind("二、存在问题", "有关情况如下。"),
    )  # fmt: skip
    found = differences(session, edited(paper(session), change))
    assert found.changes == []
    assert [new.count("9次") + new.count("全力抓好") for _, new in found.figures] == [1, 1]
    assert found.unread == ["有关情况如下。"]
    [shown] = messages.differences(Period.of(Q3), found, [], [], 1)
    assert "由数据生成，不采用" in shown.text
    assert "党员大会9次" in shown.text
    assert shown.rows == ()
    removed = differences(session, edited(paper(session), gone("第三季度，支部共")))
    assert [(old[:8], new) for old, new in removed.figures] == [("第三季度，支部共", "")]


def test_records_that_changed_meanwhile_are_no_edit(session: Session) -> None:
    """Neither what was written in chat since, nor figures that have changed."""
    made = paper(session)
    issue = session.scalars(select(Entry).where(Entry.title.contains("方法单一"))).one()
    issue.fields = {**issue.fields, "text": "方法不够灵活"}
    write(session, ISSUE, text="调研不深")
    session.flush()
    session.execute(update(StudyItem).values(state=StudyItemState.WITHDRAWN))
    session.expire_all()
    change = together(said("存在问题", "前瞻性不足", "前瞻性欠缺"), behind("（一）思想", NEW))
    found = differences(session, edited(made, change))
    assert [(one.old, one.new) for one in found.changes] == [("", NEW), ("前瞻性不足。", "前瞻性欠缺")]
    assert found.figures == []
    assert found.stale is True


def test_after_the_cut_off_only_words_change(session: Session) -> None:
    change = together(
        said("存在问题", "前瞻性不足；二是方法单一", "前瞻性欠缺"), said("存在问题", "一是", ""),
        said("用好本土资源", "本土", "本地"),
    )  # fmt: skip
    found = differences(session, edited(paper(session), change), LATE)
    taken, late = taking.takeable(session, SECRETARY, Q3, found, LATE, SHANGHAI)
    assert [(one.old, one.new) for one in taken] == [
        ("用好本土资源。\n传承廉洁基因。", "用好本地资源。\n传承廉洁基因。"),
        ("前瞻性不足。", "前瞻性欠缺"),
    ]
    assert [one.old for one in late] == ["方法单一"]
    taking.take(session, SECRETARY, Q3, taken, LATE, SHANGHAI)


def test_what_was_changed_by_others_meanwhile_is_not_written_over(session: Session) -> None:
    found = differences(session, edited(paper(session), said("存在问题", "方法单一", "方法不多")))
    [row] = session.scalars(select(Entry).where(Entry.title.contains("方法单一")))
    row.fields = {**row.fields, "text": "方法老套"}
    session.flush()
    kept = [Change("issue", None, "", "另一个问题"), *found.changes]
    said_no = refused(lambda: taking.take(session, SECRETARY, Q3, kept, EARLY, SHANGHAI))
    assert said_no == register.CHANGED_BY_OTHERS
    for other in OTHERS[::2]:
        assert refused(partial(taking.take, session, other, Q3, [], EARLY, SHANGHAI)) == NO_RIGHT


def test_what_no_form_takes_is_not_taken_from_a_file(session: Session) -> None:
    long, secret = "长" * 1001, "密级：机密"
    for new, word in ((long, "超过1000字"), (secret, Found.MARK.value)):
        found = differences(session, edited(paper(session), said("存在问题", "方法单一", new)))
        assert word in refused(partial(taking.checked, session, SECRETARY, found))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (gone("（二）党风"), "缺少标题“（二）党风廉政建设”"),
        (behind("（一）思想", "（二）思想政治建设"), "标题“思想政治建设”出现了不止一次"),
        (behind("一、第三季度", "四、其他事项"), "“其他事项”不是总结的标题"),
        (said("存在问题", "二是", "四是"), "存在问题的序号不连续"),
        (lambda here: line(here, "（二）党风")._p.addnext(line(here, "（一）思想")._p), messages.REORDERED),
    ],
)
def test_headings_that_cannot_be_read(session: Session, change: Callable[[Paper], None], words: str) -> None:
    assert words in refused(lambda: differences(session, edited(paper(session), change)))


def test_whose_report_it_is(session: Session) -> None:
    half = paper(session, YEAR)
    assert refused(lambda: differences(session, half)) == "这是2022年的总结，请发送第三季度的总结文档。"

    def named(identifier: str, title: str = "") -> bytes:
        def change(here: Paper) -> None:
            here.core_properties.identifier = identifier
            if title:
                line(here, "示范党支部").text = title

        return edited(paper(session), change)

    assert refused(lambda: differences(session, named("report:2:20223:v1"))) == messages.OTHER_BRANCH
    assert differences(session, named("")) == Differences()
    assert "没有认出这份总结" in refused(lambda: differences(session, named("", "某支部总结")))


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", docx_files.EMPTY),
        (b"%PDF-1.7", docx_files.NO_DOCX),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), docx_files.OLD),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), docx_files.LOCKED),
        (b"PK\x03\x04 cut off", docx_files.DAMAGED),
        (zipped(**{"xl__workbook.xml": b"<a/>"}), docx_files.NO_DOCX),
        (zipped(**{"word__document.xml": b"<a", "word__styles.xml": b"<a/>"}), docx_files.DAMAGED),
        (zipped(**{"word__document.xml": b"<a/>"}), reading.NO_TEXT),
        (zipped(**{"word__document.xml": b"<a/>", "word__vbaProject.bin": b"x"}), docx_files.MACROS),
        (zipped(**{"word__document.xml": b"\0" * 20_000_000}), docx_files.SWOLLEN),
        (zipped(**{"word__document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), docx_files.DAMAGED),
        (b"PK" + b"\0" * docx_files.MOST_BYTES, docx_files.TOO_LARGE),
    ],
    ids=["empty", "pdf", "doc", "locked", "cut", "xlsx", "broken", "no_text", "macros", "bomb", "entities", "large"],
)
def test_files_that_are_none(content: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        reading.read(content)


def test_the_same_text_by_numbers_alone_where_the_styles_are_gone(session: Session) -> None:
    def change(here: Paper) -> None:
        said("存在问题", "方法单一", "方法不多")(here)
        for one in here.paragraphs:
            one.style = here.styles["Normal"]

    found = differences(session, edited(paper(session), change))
    assert [(one.old, one.new) for one in found.changes] == [("方法单一", "方法不多")]
    assert found.figures == []


def test_the_lines_of_a_report_are_known_again(session: Session) -> None:
    found = report(session)
    mark = reading.read(paper(session)).mark
    assert mark is not None
    assert all(mark.untouched(one) for heading, listed in text.parts(found) for one in (heading, *listed) if one)
    assert not mark.had(NEW)
