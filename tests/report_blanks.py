"""What a real report of a quarter leaves to be filled in, blank by blank, and what is said there of the quarter in
reference_quarter: with the figure behind it, or who writes it.

Its 49 blanks have numbers; what it prints as a number has none. A part of a sentence may hold several blanks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.reference_quarter import AREA, BRANCH, MEMORIAL


@dataclass(frozen=True, slots=True)
class Blank:
    """`said`: a part of a sentence of the report. `path`: of the figure whose records hold it; "" where `how` says
    where it is written. `number`: what of `said` is that figure's value; None where it is a name. `rows`: the path that
    opens its records, where it is another one.
    """

    blanks: Sequence[int]
    said: str
    path: str = ""
    number: str | None = None
    how: str = ""
    rows: str = ""


OF_BRANCH, PARAGRAPH, PLAN, ISSUE = "支部设置 · 名册", "补充文字", "下季计划", "存在问题"

BLANKS = (
    Blank([1], BRANCH, how=OF_BRANCH),
    Blank([], "党员大会1次", "by_type.members_meeting", "1"),
    Blank([2], "主题党日3次", "by_type.theme_party_day", "3"),
    Blank([3], "廉政专题学习日2次", "by_type.integrity_study_day", "2"),
    Blank([], "书记上党课1场次", "party_lectures_by_secretary", "1"),
    Blank([4], "学习“第一议题”5项", "first_agenda_items", "5"),
    Blank([5], "布置自学书目和文件6项", "study.items", "6"),
    Blank([6], "等集中研讨2次", "by_type.group_discussion", "2"),
    Blank([7, 8, 9], f"联合某中心党支部“打卡”{MEMORIAL}、{AREA}", "by_type.red_site_visit"),
    Blank([10], "指导其他3个党（总）支部", "guidance.orgs", "3"),
    Blank([11], "前往3个红色教育基地，全覆盖开展实地党性锤炼活动", "guidance.sites", "3"),
    Blank([12], "已完成或落实推进5项", "projects.advanced", "5"),
    Blank([13], "推进率83.3%", "projects.advance_rate", "83.3"),
    Blank([14], "指导5个课题", "research.topics", "5"),
    Blank([15], "形成报告4篇", "research.reports", "4"),
    Blank([16], "其中本支部调研课题《课题一》已被择优推送评比", "research.own_recommended"),
    Blank([], "查摆党内政治生活、党支部建设等两大类存在问题12个", "rectification.items", "12"),
    Blank([17], "形成4份整改清单并限期整改", "rectification.lists", "4"),
    Blank([], "（已整改10项）", "rectification.closed", "10"),
    Blank([], "4个创建类型通过督导", "model_units_passed", "4"),
    Blank([18, 19], "《“三联”模式深化“先锋”品牌》", "publications.case_material"),
    Blank([20], "拍摄完成专题片《先锋》", "publications.documentary"),
    Blank([21, 22], "稿件在某党建微信公众号、某日报刊登", "publications.article.pieces"),
    Blank([23], "宣传展板在市某馆展出", "publications.exhibition_board.pieces"),
    Blank([24, 25], "有效传播某局党建好声音、弘扬某局党建正能量", how=PARAGRAPH),
    Blank([26], "接收预备党员1名", "development.accepted", "1"),
    Blank([27], "审批预备党员转正1名", "development.converted", "1"),
    Blank([28, 38], "与某中心党支部对标共建", "cobuild_events"),
    Blank([29], "开展廉政专题学习日和大家谈活动", "by_type.open_talk"),
    Blank([30], "形成自查表22份", "self_check.forms", "22"),
    Blank([31], "梳理存在问题和整改措施各43个", "self_check.problems", "43"),
    Blank([32], "撰写心得体会21篇", "reflections.R1.pieces", "21"),
    Blank([33], "支部22名党员", "exams.E1.examinees", "22"),
    Blank([], "闭卷平均成绩98分", "exams.E1.average", "98", rows="exams.E1.examinees"),
    Blank([], "开展中秋、国庆节前警示教育1次", "by_type.warning_education", "1"),
    Blank([34, 35], "另6名科级以上党员干部撰写心得体会各1篇", "reflections.R2.pieces", "6"),
    Blank([36], "内容聚焦关键岗位实际工作", "talk_campaigns.K1.written_records"),
    Blank([37], "形成书面谈心谈话记录24份", "talk_campaigns.K1.written_records", "24"),
    Blank([39, 40, 41], "选派两名党员到某廉政基地参加“廉洁文化主题党日”", "delegations"),
    Blank([42, 43, 44], "联合甲支部、乙支部制作微视频《清风》", "publications.short_video.pieces"),
    Blank([45, 46], "先后在市局内网、某频道刊登展播", "publications.short_video.placements"),
    Blank([47], "弘扬某局清正廉洁价值理念", how=PARAGRAPH),
    Blank([], "存在问题：一是前瞻性不足，创新手段不多；二是智慧党建思路不够创新", how=ISSUE),
    Blank([], "下一步主要做好以下四项工作", how=PLAN),
    Blank([48], "一是以学促行。推动意识形态等重点工作", how=PLAN),
    Blank([49], "四是共融共建。进一步推进与某中心党建对标提升工作", how=PLAN),
)
