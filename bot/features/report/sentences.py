"""The sentences of a report (domain 4.4), as data: which figures and names stand in each, in which order.

A name in braces is the path of a figure (docs/figures.md), or one of those that facts.py makes; what ends with ? need
not be there, a number behind ~ is written as in 两名. What the report of 2023Q3 says stands first in each section; then
what reports of other units say.
"""

from collections.abc import Sequence

from bot.features.report.rules import Clause, Section, Sentence, equal, is_true

HOLDING = "支部共开展"
LETTING = "“我为群众办实事”项目"

_THOUGHT = (
    (
        Sentence(
            head="{when}，",
            clauses=(
                Clause("党员大会{by_type.members_meeting}次", HOLDING),
                Clause("主题党日{by_type.theme_party_day}次", HOLDING, "，"),
                Clause("廉政专题学习日{by_type.integrity_study_day}次", HOLDING, "，"),
                Clause("书记上党课{party_lectures_by_secretary}场次", glue="，"),
                Clause("学习“第一议题”{first_agenda_items}项", glue="，"),
                Clause("布置自学书目和文件{study.items}项"),
                Clause(
                    "开展{#topics}等集中研讨{by_type.group_discussion}次",
                    or_=Clause("开展集中研讨{by_type.group_discussion}次"),
                ),
            ),
        ),
        Sentence(
            further=True,
            clauses=(
                Clause("支委会{by_type.committee_meeting}次", "召开"),
                Clause("党小组会{by_type.group_meeting}次", "召开", "，"),
                Clause("听取上级党课{party_lectures_by_superior}场次", glue="，"),
                Clause("按“每月一主题”开展理论学习{monthly_themes}个月", glue="，"),
            ),
        ),
        Sentence(
            further=True,
            clauses=(
                Clause("为{#campaigns}开展活动{campaigns.activities}次"),
                Clause("撰写{title}{pieces}篇", of="further_tasks"),
            ),
        ),
    ),
    (
        Sentence(
            clauses=(
                Clause("联合{#visited_with}“打卡”{#visited}", or_=Clause("“打卡”{#visited}")),
                Clause(
                    "指导其他{guidance.orgs}个党（总）支部前往{guidance.sites}个红色教育基地，全覆盖开展实地党性锤炼活动",
                    when=is_true("guidance.full_coverage"),
                    or_=Clause("指导其他{guidance.orgs}个党（总）支部前往{guidance.sites}个红色教育基地"),
                ),
                Clause("已完成或落实推进{projects.advanced}项", LETTING),
                Clause("推进率{projects.advance_rate}%", LETTING, "，", also=("projects.advanced",)),
                Clause("指导{research.topics}个课题"),
                Clause("形成报告{research.reports}篇", glue="，"),
                Clause("其中本支部调研课题{#own_recommended}已被择优推送评比", glue="，"),
            ),
        ),
    ),
)

_ORGANISATION = (
    (
        Sentence(
            clauses=(
                Clause(
                    "开展党建工作检查及其“回头看”",
                    also=("inspections.by_kind.half_year", "inspections.by_kind.reinspection"),
                    or_=Clause("开展党建工作检查{inspections.held}次"),
                ),
                Clause(
                    "查摆{#categories}等{~report.categories}大类存在问题{rectification.items}个",
                    glue="，",
                    or_=Clause("查摆存在问题{rectification.items}个"),
                ),
                Clause(
                    "形成{rectification.lists}份整改清单并限期整改（已整改{rectification.closed}项）",
                    glue="，",
                    or_=Clause("形成{rectification.lists}份整改清单并限期整改"),
                ),
                Clause("{model_units_passed}个创建类型通过督导"),
                Clause("形成典型案例材料{#case_materials}并已报送"),
            ),
        ),
        Sentence(
            clauses=(
                Clause("拍摄完成专题片{#documentaries}"),
                Clause("稿件在{#article_platforms}刊登"),
                Clause("宣传展板在{#board_platforms}展出"),
            ),
        ),
    ),
    (
        Sentence(
            clauses=(
                Clause("接收预备党员{development.accepted}名"),
                Clause("审批预备党员转正{development.converted}名", glue="，"),
                Clause("新增入党积极分子{development.activists_confirmed}名", glue="，"),
                Clause("与{#cobuild_partners}对标共建"),
            ),
        ),
    ),
)

_INTEGRITY = (
    (
        Sentence(
            clauses=(
                Clause(
                    "开展廉政专题学习日和大家谈活动",
                    also=("by_type.integrity_study_day", "by_type.open_talk"),
                    or_=Clause(
                        "开展廉政专题学习日活动",
                        also=("by_type.integrity_study_day",),
                        or_=Clause("开展大家谈活动", also=("by_type.open_talk",)),
                    ),
                ),
                Clause("形成自查表{self_check.forms}份", glue="，"),
                Clause(
                    "梳理存在问题和整改措施各{self_check.problems}个",
                    glue="，",
                    when=equal("self_check.problems", "self_check.measures"),
                    or_=Clause("梳理存在问题{self_check.problems}个、整改措施{self_check.measures}个"),
                ),
                Clause("撰写心得体会{report.pieces}篇", glue="，"),
                Clause(
                    "开展{title}，支部{examinees}名党员闭卷平均成绩{average}分",
                    of="exams",
                    when=is_true("closed_book"),
                    or_=Clause("开展{title}，支部{examinees}名党员平均成绩{average}分"),
                ),
            ),
        ),
        Sentence(
            clauses=(
                Clause(
                    "开展{#holidays}节前警示教育{by_type.warning_education}次",
                    or_=Clause("开展警示教育{by_type.warning_education}次", or_=Clause("发送{#holidays}节前廉洁提醒")),
                ),
                Clause("集中观看警示教育片{#films}", glue="，"),
                Clause("通报典型案例{by_type.case_bulletin}次", glue="，"),
                Clause("参观廉政展览{by_type.integrity_exhibition_visit}次", glue="，"),
            ),
        ),
        Sentence(
            clauses=(
                Clause(
                    "{other?}{people}名科级以上党员干部撰写心得体会各{each}篇",
                    of="cadre_tasks",
                    or_=Clause("{other?}{people}名科级以上党员干部撰写心得体会共{pieces}篇"),
                ),
            ),
        ),
        Sentence(
            clauses=(
                Clause(
                    "开展全覆盖集中谈心谈话活动，{about?}形成书面谈心谈话记录{written_records}份",
                    of="talk_campaigns",
                    when=is_true("full_coverage"),
                    or_=Clause("开展集中谈心谈话活动，{about?}形成书面谈心谈话记录{written_records}份"),
                ),
                Clause("形成书面谈话记录{report.other_records}份"),
            ),
        ),
        Sentence(
            clauses=(
                Clause(
                    "选派{~people}名党员到{sites}参加{title}",
                    of="delegations",
                    or_=Clause("选派{~people}名党员参加{title}"),
                ),
            ),
        ),
        Sentence(
            clauses=(
                Clause(
                    "联合{partners}制作微视频{title}，先后在{platforms}刊登展播",
                    of="short_videos",
                    or_=Clause("制作微视频{title}，先后在{platforms}刊登展播"),
                ),
            ),
        ),
    ),
)

_FURTHER = (
    (
        Sentence(
            further=True,
            clauses=(
                Clause("开展志愿服务{volunteer_service.times}次"),
                Clause("{volunteer_service.person_times}人次参加", glue="，"),
                Clause("服务群众{volunteer_service.beneficiaries}人次", glue="，"),
                Clause("走访慰问{condolences.times}次"),
                Clause("慰问{condolences.recipients}人", glue="，"),
                Clause("结对帮扶{pairings.open}对"),
                Clause("征集意见建议{suggestions.collected}条"),
                Clause("组织爱心捐赠{donations.times}次，{donations.person_times}人次参加"),
            ),
        ),
        Sentence(
            further=True,
            clauses=(
                Clause("获得表彰荣誉{awards.items}项"),
                Clause("主办竞赛和文体活动{contests.held}次"),
                Clause("参加竞赛和文体活动{contests.joined}次"),
                Clause("举办培训班{trainings.held}期"),
                Clause("参加培训班{trainings.attended}期，{trainings.person_times}人次参加培训"),
                Clause("参加上级活动{superior_events.times}次"),
                Clause("迎接检查{inspections_received.times}次"),
                Clause("报送材料{submissions.items}份"),
            ),
        ),
    ),
    # The phrases of a unit's own kinds.
    (Sentence(further=True, clauses=(Clause("{phrase}", of="own_kinds"),)),),
)

SECTIONS: Sequence[Section] = (
    Section("thought", "思想政治建设", _THOUGHT),
    Section("organisation", "组织建设", _ORGANISATION),
    Section("integrity", "党风廉政建设", _INTEGRITY),
    Section("further", "其他工作", _FURTHER),
)
OPENING = Sentence(
    head="{when}，",
    clauses=(
        Clause("在{superior}的正确领导下"),
        Clause(
            "{branch}以开展{#campaigns}为主线，认真抓好各项工作落实",
            glue="，",
            or_=Clause("{branch}认真抓好各项工作落实"),
        ),
    ),
)
REPORTING = "现将{when}工作情况报告如下："
