"""The sentences without any database: each as domain 4.4 wants it, and what happens where a figure is not there."""

from decimal import Decimal
from typing import Any

import pytest

from bot.features.report import rules
from bot.features.report.rules import Clause, Facts, Sentence, by_clauses, equal, is_true, numeral, points
from bot.features.report.sentences import OPENING, SECTIONS

# A quarter in which everything happened.
FIGURES: dict[str, Any] = {
    "when": "第三季度", "branch": "示范党支部", "superior": "市局党委",
    "by_type.members_meeting": 1, "by_type.theme_party_day": 3, "by_type.integrity_study_day": 1,
    "party_lectures_by_secretary": 1, "first_agenda_items": 3, "study.items": 9, "by_type.group_discussion": 2,
    "by_type.committee_meeting": 3, "by_type.group_meeting": 6, "party_lectures_by_superior": 0, "monthly_themes": 3,
    "guidance.orgs": 4, "guidance.sites": 3, "guidance.full_coverage": True,
    "projects.advanced": 5, "projects.advance_rate": Decimal("83.3"),
    "research.topics": 6, "research.reports": 2, "research.own_recommended": 1,
    "inspections.by_kind.half_year": 1, "inspections.by_kind.reinspection": 1, "inspections.held": 2,
    "rectification.items": 12, "report.categories": 2, "rectification.lists": 4, "rectification.closed": 10,
    "model_units_passed": 4, "development.accepted": 1, "development.converted": 1,
    "by_type.open_talk": 1, "by_type.warning_education": 1,
    "self_check.forms": 22, "self_check.problems": 43, "self_check.measures": 43,
    "report.pieces": 21,
}  # fmt: skip
NAMES = {
    "#topics": ["专项整治形式主义官僚主义突出问题"], "#visited": ["革命甲故居", "革命乙老区"],
    "#visited_with": ["二支部"], "#categories": ["党内政治生活", "党支部建设"], "#own_recommended": ["《课题一》"],
    "#case_materials": ["《案例》"], "#documentaries": ["《片》"], "#article_platforms": ["党建公众号", "日报"],
    "#board_platforms": ["市文化馆"], "#cobuild_partners": ["某所"], "#holidays": ["中秋", "国庆"],
    "#films": ["《警钟》"],
}  # fmt: skip
MANY = {
    "exams": [{"title": "纪法知识网上测试", "closed_book": True, "examinees": 22, "average": Decimal("98.0")}],
    "talk_campaigns": [{"about": "内容聚焦关键岗位，", "written_records": 5, "full_coverage": True}],
    "cadre_tasks": [{"other": "另", "people": 6, "pieces": 12, "each": 2}],
    "delegations": [{"title": "“共建主题党日”", "sites": "廉政基地", "people": 2}],
    "short_videos": [{"title": "《廉视频》", "platforms": "视频号、电视台", "partners": "二支部、三支部"}],
}
FULL = Facts(FIGURES, NAMES, MANY)


def said(name: str, facts: Facts = FULL) -> list[str]:
    section = next(one for one in SECTIONS if one.name == name)
    return [one.text for one in rules.written(section, facts).paragraphs]


def test_the_sentences_of_the_reference_quarter() -> None:
    """Sentence by sentence what domain 4.4 demands, from figures and names alone."""
    assert rules.alone(OPENING, FULL) == "第三季度，在市局党委的正确领导下，示范党支部认真抓好各项工作落实。"
    assert said("thought") == [
        "第三季度，支部共开展党员大会1次，主题党日3次，廉政专题学习日1次，书记上党课1场次，学习“第一议题”3项；"
        "布置自学书目和文件9项；开展专项整治形式主义官僚主义突出问题等集中研讨2次。"
        "召开支委会3次，党小组会6次，按“每月一主题”开展理论学习3个月。",
        "联合二支部“打卡”革命甲故居、革命乙老区；指导其他4个党（总）支部前往3个红色教育基地，全覆盖开展实地党性锤炼活动；"
        "“我为群众办实事”项目已完成或落实推进5项，推进率83.3%；指导6个课题，形成报告2篇，"
        "其中本支部调研课题《课题一》已被择优推送评比。",
    ]
    assert said("organisation") == [
        "开展党建工作检查及其“回头看”，查摆党内政治生活、党支部建设等两大类存在问题12个，"
        "形成4份整改清单并限期整改（已整改10项）；4个创建类型通过督导；形成典型案例材料《案例》并已报送。"
        "拍摄完成专题片《片》；稿件在党建公众号、日报刊登；宣传展板在市文化馆展出。",
        "接收预备党员1名，审批预备党员转正1名；与某所对标共建。",
    ]
    assert said("integrity") == [
        "开展廉政专题学习日和大家谈活动，形成自查表22份，梳理存在问题和整改措施各43个，撰写心得体会21篇；"
        "开展纪法知识网上测试，支部22名党员闭卷平均成绩98分。"
        "开展中秋、国庆节前警示教育1次，集中观看警示教育片《警钟》。"
        "另6名科级以上党员干部撰写心得体会各2篇。"
        "开展全覆盖集中谈心谈话活动，内容聚焦关键岗位，形成书面谈心谈话记录5份。"
        "选派两名党员到廉政基地参加“共建主题党日”。"
        "联合二支部、三支部制作微视频《廉视频》，先后在视频号、电视台刊登展播。"
    ]


@pytest.mark.parametrize(
    ("name", "value", "instead"),
    [
        ("self_check.measures", 42, "梳理存在问题43个、整改措施42个"),
        ("guidance.full_coverage", False, "指导其他4个党（总）支部前往3个红色教育基地；"),
        ("by_type.open_talk", 0, "开展廉政专题学习日活动，形成"),
        ("rectification.closed", 0, "形成4份整改清单并限期整改；"),
        ("inspections.by_kind.reinspection", 0, "开展党建工作检查2次，"),
        ("by_type.members_meeting", 0, "支部共开展主题党日3次"),
        ("by_type.warning_education", 0, "发送中秋、国庆节前廉洁提醒，集中观看"),
        ("report.categories", 0, "，查摆存在问题12个，"),
    ],
)
def test_what_is_not_true_is_not_said(name: str, value: Any, instead: str) -> None:
    facts = Facts({**FIGURES, name: value}, NAMES, MANY)
    whole = "".join(text for section in SECTIONS for text in said(section.name, facts))
    assert instead in whole


@pytest.mark.parametrize(
    ("name", "one", "instead"),
    [
        ("cadre_tasks", {"people": 6, "pieces": 11, "each": None}, "。6名科级以上党员干部撰写心得体会共11篇。"),
        ("talk_campaigns", {"about": "", "written_records": 2, "full_coverage": False},
         "开展集中谈心谈话活动，形成书面谈心谈话记录2份。"),
        ("exams", {"title": "测试", "closed_book": False, "examinees": 3, "average": Decimal("90.5")},
         "开展测试，支部3名党员平均成绩90.5分。"),
        ("short_videos", {"title": "《片》", "platforms": "公众号", "partners": ""},
         "制作微视频《片》，先后在公众号刊登展播。"),
    ],
)  # fmt: skip
def test_of_several_each_says_what_is_true_of_it(name: str, one: dict[str, Any], instead: str) -> None:
    assert instead in "".join(said("integrity", Facts(FIGURES, NAMES, {**MANY, name: [one]})))


def test_nothing_at_all_writes_nothing_and_says_what_is_missing() -> None:
    found = [rules.written(one, Facts()) for one in SECTIONS]
    assert [one.paragraphs for one in found] == [[], [], [], []]
    assert [one.dropped[0].text for one in found if one.dropped] == [
        "党员大会{by_type.members_meeting}次",
        "开展党建工作检查及其“回头看”",
        "开展廉政专题学习日和大家谈活动",
    ]


def test_several_of_a_kind_are_said_one_after_the_other() -> None:
    sentence = Sentence(clauses=(Clause("{title}{count}次", of="those"), Clause("又{more}项", glue="，")))
    two = {"those": [{"title": "甲", "count": 1}, {"title": "乙", "count": 0}, {"title": "丙", "count": 2}]}
    assert rules.alone(sentence, Facts({"more": 3}, {}, two)) == "甲1次；丙2次，又3项。"
    assert rules.alone(sentence, Facts({"more": 3})) == "又3项。"


def test_conditions_read_the_figures() -> None:
    assert equal("a", "b")(Facts({"a": 2, "b": 2}))
    assert not equal("a", "b")(Facts({"a": 2, "b": 1}))
    assert is_true("a")(Facts({"a": True}))
    assert not is_true("a")(Facts({"a": 1}))


def test_a_phrase_of_an_own_kind_loses_the_clauses_that_are_empty() -> None:
    phrase = "志愿服务队出队{count}次，{members.person_times}人次参加，服务群众{served.sum}人次"
    assert by_clauses(phrase, Facts({"count": 2, "members.person_times": 7, "served.sum": 0})) == (
        "志愿服务队出队2次，7人次参加"
    )
    assert (
        by_clauses("{full_coverage}参加；共{count}次。", Facts({"full_coverage": True, "count": 1}))
        == "全覆盖参加；共1次"
    )
    assert by_clauses(phrase, Facts()) == ""


@pytest.mark.parametrize(("number", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")])
def test_numerals(number: int, word: str) -> None:
    assert numeral(number) == word


def test_points_are_numbered_from_two_on() -> None:
    assert points([]) == ""
    assert points(["前瞻性不足。"]) == "前瞻性不足。"
    assert points(["前瞻性不足；", " 创新不够。"]) == "一是前瞻性不足；二是创新不够。"
    assert points(["以学促行。抓好学习。", "正风肃纪"]) == "一是以学促行。抓好学习。二是正风肃纪。"
