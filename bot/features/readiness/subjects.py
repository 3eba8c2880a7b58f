"""What a report speaks of, subject by subject: who settles each, and by what it is asked for. Data.

The figures and names are those of the report's sentences (bot/features/report/sentences.py); a test holds the two
together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.kit.owing import Waits
from storage.choices import ActivityType, Duty

_SEC, _ORG = Duty.SECRETARY, Duty.ORGANIZATION_OFFICER
_PUB, _DIS = Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing of which a report says something.

    name: its first figure, by path. word: as it is called where that figure has no word of its own, or another one.
    says: what else its clauses begin with: figures, lists of names, what there are several of. keeper: the office that
    settles it. events: the norms by which it is asked for. kinds: of entries that have a deadline or are planned.
    type: of the activity that is planned for it. waits: what of it waits for an officer. needed: every quarter asks for
    it, though no norm does.
    """

    name: str
    word: str = ""
    says: frozenset[str] = frozenset()
    keeper: Duty = _ORG
    events: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    type: ActivityType | None = None
    waits: tuple[Waits, ...] = ()
    needed: bool = False


def _of(
    name: str,
    word: str = "",
    *says: str,
    keeper: Duty = _ORG,
    events: tuple[str, ...] = (),
    kinds: tuple[str, ...] = (),
    type: ActivityType | None = None,
    waits: tuple[Waits, ...] = (),
    needed: bool = False,
) -> Subject:
    return Subject(
        name=name, word=word, says=frozenset(says), keeper=keeper, events=events, kinds=kinds, type=type, waits=waits,
        needed=needed,
    )  # fmt: skip


def _held(kind: ActivityType, keeper: Duty = _ORG, *says: str, events: tuple[str, ...] = ()) -> Subject:
    """An activity of the branch, asked for under its own name."""
    return Subject(
        name=f"by_type.{kind.value}", says=frozenset(says), keeper=keeper, events=(kind.value, *events), type=kind
    )


ATTENDANCE = _of(
    "branch_scope_overall.attendance_rate", "考勤", waits=(Waits.ROLL, Waits.LEAVE, Waits.MAKEUP)
)  # fmt: skip
DOCUMENTS = _of("documents.present", "月度资料", events=("minutes",), kinds=("document",))
PIECES = _of("report.pieces", "心得体会", "further_tasks", keeper=_PUB, waits=(Waits.PIECE,))
EXAMS = _of("exams", "考试", keeper=_DIS)
CAMPAIGNS = _of("talk_campaigns", "谈心谈话", keeper=_SEC)

_THOUGHT = (
    _held(ActivityType.MEMBERS_MEETING, events=("resolution_vote", "development_vote", "election_vote")),
    _held(ActivityType.THEME_PARTY_DAY),
    _of("party_lectures_by_secretary", keeper=_SEC, events=("party_lecture",), type=ActivityType.PARTY_LECTURE),
    _of("first_agenda_items", "第一议题", events=("first_agenda_item",)),
    _held(ActivityType.COMMITTEE_MEETING, _SEC),
    _held(ActivityType.GROUP_MEETING),
    _held(ActivityType.GROUP_DISCUSSION, _ORG, "#topics"),
    _of("monthly_themes", keeper=_PUB, events=("monthly_theme",)),
    _of("study.items", keeper=_PUB, events=("monthly_book",)),
    ATTENDANCE,
    _of("party_lectures_by_superior"),
    _of("campaigns.activities", "主题教育活动", "#campaigns"),
    _held(ActivityType.RED_SITE_VISIT, _ORG, "#visited", "#visited_with"),
    _of("guidance.orgs", "指导支部", "guidance.sites", keeper=_SEC, kinds=("guidance",)),
    _of(
        "projects.advanced", "“我为群众办实事”项目", "projects.advance_rate", keeper=_SEC, kinds=("practical_project",)
    ),
    _of("research.topics", "课题", keeper=_PUB),
    _of("research.reports", "课题报告", keeper=_PUB),
    _of("research.own_recommended", "本支部课题推优", "#own_recommended", keeper=_PUB),
)
_ORGANISATION = (
    _of("inspections.held", "开展检查", "inspections.by_kind.half_year", keeper=_SEC, kinds=("inspection",)),
    _of(
        "rectification.lists", "整改清单", "#categories", "rectification.items", keeper=_SEC,
        kinds=("rectification_list",),
    ),
    DOCUMENTS,
    _of("model_units_passed", "模范机关创建", keeper=_SEC),
    _of("publications.article.pieces", "刊登稿件", "#article_platforms", keeper=_PUB),
    _of("publications.case_material", "典型案例", "#case_materials", keeper=_PUB),
    _of("publications.documentary", "专题片", "#documentaries", keeper=_PUB),
    _of("publications.exhibition_board", "宣传展板", "#board_platforms", keeper=_PUB),
    _of(
        "development.accepted",
        events=("development_training", "development_publicity", "preview_to_meeting", "acceptance_approval"),
    ),
    _of("development.converted", events=("probation_end", "conversion_approval")),
    _of("development.activists_confirmed", events=("application_talk", "activist_review")),
    _of("cobuild_events", "对标共建", "#cobuild_partners"),
)  # fmt: skip
_INTEGRITY = (
    _held(ActivityType.INTEGRITY_STUDY_DAY, _DIS),
    _held(ActivityType.OPEN_TALK, _DIS),
    _of("self_check.forms", "自查表", "self_check.problems", keeper=_DIS, waits=(Waits.SELF_CHECK,)),
    PIECES,
    EXAMS,
    _held(ActivityType.WARNING_EDUCATION, _DIS, "#holidays", "#films", events=("pre_holiday_integrity",)),
    _held(ActivityType.CASE_BULLETIN, _DIS),
    _held(ActivityType.INTEGRITY_EXHIBITION_VISIT, _DIS),
    _of("cadre_tasks", "科级以上干部心得", keeper=_DIS),
    CAMPAIGNS,
    _of("report.other_records", "书面谈话记录", keeper=_SEC),
    _of("delegations", "选派党员", keeper=_SEC),
    _of("publications.short_video.pieces", "微视频", "short_videos", keeper=_PUB),
)  # fmt: skip
_FURTHER = (
    _of("volunteer_service.times", "志愿服务", "volunteer_service.person_times", "volunteer_service.beneficiaries"),
    _of("condolences.times", "走访慰问", "condolences.recipients"),
    _of("pairings.open", "结对帮扶"),
    _of("suggestions.collected", "意见建议", kinds=("suggestion",)),
    _of("donations.times", "爱心捐赠"),
    _of("awards.items", "表彰荣誉", keeper=_SEC),
    _of("contests.held", "主办竞赛文体", keeper=_PUB),
    _of("contests.joined", "参加竞赛文体", keeper=_PUB),
    _of("trainings.held", "举办培训班"),
    _of("trainings.attended", "参加培训班"),
    _of("superior_events.times", "上级活动"),
    _of("inspections_received.times", "迎接检查", keeper=_SEC),
    _of("submissions.items", "报送材料"),
    _of("own_kinds", "自设项目"),
)
_REPORT = (
    _of("issues", keeper=_SEC, needed=True),
    _of("next_quarter_plan", keeper=_SEC, needed=True, kinds=("plan_item",)),
)
# By the part of the report, under its word.
AREAS: Mapping[str, tuple[str, Sequence[Subject]]] = {
    "thought": ("思想政治建设", _THOUGHT),
    "organisation": ("组织建设", _ORGANISATION),
    "integrity": ("党风廉政建设", _INTEGRITY),
    "further": ("其他工作", _FURTHER),
    "report": ("存在问题和计划", _REPORT),
}
SUBJECTS: Sequence[Subject] = [one for _, listed in AREAS.values() for one in listed]
