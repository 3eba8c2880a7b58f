"""The report of a quarter in which all is there that a real one tells: an archive comes in, every blank is filled."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.features.archive.importing import Target, bring
from bot.features.registry import FIGURES
from bot.features.report import service, text
from bot.features.report.service import Report
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from tests import figures_page, reference_quarter
from tests.reference_quarter import Row
from tests.report_blanks import BLANKS
from tests.world import SHANGHAI

Q3 = Period.of(Quarter(2023, 3))
CLOSING = datetime(2023, 10, 10, 3, tzinfo=UTC)


def made(session: Session, document: Row, now: datetime = CLOSING) -> Report:
    done = bring(session, document, Target(None), now=now, timezone="Asia/Shanghai", figures=FIGURES)
    me = Me(1, "甲一", done.branch_id, done.branch_id, frozenset({Duty.SECRETARY}), frozenset())
    return service.report(session, me, Q3, now, SHANGHAI, figures=FIGURES, version="")


def lines(found: Report) -> list[str]:
    return [line for heading, listed in text.parts(found) for line in (heading, *listed) if line]


def value(figures: Any, path: str) -> Any:
    for part in path.split("."):
        figures = figures[part]
    return figures.get("count", figures) if isinstance(figures, dict) else figures


def test_sentence_by_sentence_and_blank_by_blank(storage: Storage) -> None:
    with storage.transaction() as session:
        quarter = made(session, reference_quarter.document())
    assert lines(quarter) == EXPECTED
    assert quarter.title == "某局党支部2023年第三季度工作情况总结报告"
    assert list(quarter.dropped) == ["确定积极分子", "通报典型案例", "参观廉政展览"]
    for blank in BLANKS:
        assert blank.said in "".join(EXPECTED), blank
        if blank.path:
            assert quarter.found.behind[blank.rows or blank.path], f"{blank.path} opens no record"
        if blank.number is not None:
            assert blank.number in re.findall(r"[0-9.]+", blank.said)
            assert Decimal(str(value(quarter.found.figures, blank.path))) == Decimal(blank.number)


def test_every_blank_is_told_once_and_says_where_it_is_from() -> None:
    assert sorted(number for one in BLANKS for number in one.blanks) == list(range(1, 50))
    assert all(bool(one.path) != bool(one.how) for one in BLANKS)


def test_the_page_shows_every_blank() -> None:
    page = (Path(__file__).parents[3] / "docs" / "figures.md").read_text(encoding="utf-8")
    assert figures_page.blanks() in page


def test_one_record_less_and_the_sentence_says_so(storage: Storage) -> None:
    """各, 全覆盖 and 另 go with the record that made them true; a clause without a figure goes whole."""
    document = reference_quarter.document()
    document["talks"].pop()
    document["guidance"].pop(2)
    document["reflections"].append({**document["reflections"][-1], "person": "P1", "piece": 2})
    document["reflection_tasks"][1]["per_person"] = 2
    document["self_checks"][0]["items"].pop()
    document["exams"][0]["closed_book"] = False
    document["research_topics"][0]["recommended_on"] = "2023-10-02"
    document["activities"] = [one for one in document["activities"] if one["id"] != "A9"]
    document["publications"][3]["completed_on"] = "2023-10-01"
    with storage.transaction() as session:
        said = "\n".join(lines(made(session, document)))
    assert "开展集中谈心谈话活动，内容聚焦关键岗位实际工作，形成书面谈心谈话记录23份" in said
    assert "指导其他2个党（总）支部前往2个红色教育基地；" in said
    assert "另6名科级以上党员干部撰写心得体会共7篇。" in said
    assert "梳理存在问题和整改措施各42个" in said
    assert "支部22名党员平均成绩98分" in said
    assert "形成报告4篇。" in said
    assert "全覆盖" not in said
    assert "选派" not in said
    assert "专题片" not in said


def test_after_the_close_the_same_is_read_from_its_version(storage: Storage) -> None:
    closed = [{"quarter": "2023Q3", "closed_at": "2023-10-10T23:59:59+08:00", "by": "P1"}]
    with storage.transaction() as session:
        found = made(session, {**reference_quarter.document(), "closes": closed}, datetime(2023, 10, 20, tzinfo=UTC))
    assert text.version(found) == "第1版（2023年10月10日定稿）"
    assert lines(found) == EXPECTED


EXPECTED = [
    "第三季度，在市局党委的正确领导下，某局党支部以开展“学习贯彻习近平新时代中国特色社会主义思想主题教育”为主线，认真抓好各项工作落实。现将第三季度工作情况报告如下：",
    "一、第三季度主要工作情况",
    "（一）思想政治建设",
    "第三季度，支部共开展党员大会1次，主题党日3次，廉政专题学习日2次，书记上党课1场次，学习“第一议题”5项；布置自学书目和文件6项；"
    "开展调查研究、专项整治形式主义官僚主义突出问题等集中研讨2次。召开支委会1次，按“每月一主题”开展理论学习3个月。",
    "联合某中心党支部“打卡”某革命故居、某革命老区；指导其他3个党（总）支部前往3个红色教育基地，全覆盖开展实地党性锤炼活动；"
    "“我为群众办实事”项目已完成或落实推进5项，推进率83.3%；指导5个课题，形成报告4篇，其中本支部调研课题《课题一》已被择优推送评比。",
    "（二）组织建设",
    "开展党建工作检查及其“回头看”，查摆党内政治生活、党支部建设等两大类存在问题12个，形成4份整改清单并限期整改（已整改10项）；4个创建类型通过督导；"
    "形成典型案例材料《“三联”模式深化“先锋”品牌》并已报送。拍摄完成专题片《先锋》；稿件在某党建微信公众号、某日报刊登；宣传展板在市某馆展出。",
    "接收预备党员1名，审批预备党员转正1名；与某中心党支部对标共建。",
    "有效传播某局党建好声音、弘扬某局党建正能量。",
    "（三）党风廉政建设",
    "开展廉政专题学习日和大家谈活动，形成自查表22份，梳理存在问题和整改措施各43个，撰写心得体会21篇；开展纪法知识网上测试，支部22名党员闭卷平均成绩98分。"
    "开展中秋、国庆节前警示教育1次，集中观看警示教育片“镜鉴”。另6名科级以上党员干部撰写心得体会各1篇。"
    "开展全覆盖集中谈心谈话活动，内容聚焦关键岗位实际工作，形成书面谈心谈话记录24份。选派两名党员到某廉政基地参加“廉洁文化主题党日”。"
    "联合甲支部、乙支部制作微视频《清风》，先后在市局内网、某频道刊登展播。",
    "弘扬某局清正廉洁价值理念。",
    "二、存在问题及下一步工作计划",
    "存在问题：一是前瞻性不足，创新手段不多；二是智慧党建思路不够创新。",
    "第四季度工作计划：下一步主要做好以下四项工作：一是以学促行。推动意识形态等重点工作。二是强基固本。三是正风肃纪。四是共融共建。进一步推进与某中心党建对标提升工作。",
]
