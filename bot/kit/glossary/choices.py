"""The word of every choice, once: chat, log, export and command line read it here. Imports nothing but the choices."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from storage.choices import (
    ActivityFileRole,
    ActivityStatus,
    ActivityType,
    AttemptKind,
    AttendanceStatus,
    AwayState,
    BindRequestState,
    Category,
    ConversionCountDate,
    CorrectionKind,
    DevelopmentEnd,
    DevelopmentStep,
    DuesKept,
    Duty,
    ExamMode,
    ExemptFrom,
    ExemptionReason,
    GroupRequestState,
    HandInKind,
    InboxState,
    LeaveState,
    LeaveType,
    Level,
    MakeupState,
    MembershipStatus,
    MinutesForm,
    MinutesState,
    Mode,
    MonthlyDocument,
    Motion,
    OfficialDutyAs,
    Opinion,
    OrganisationKind,
    Organizer,
    OutboxState,
    PieceState,
    QuestionKind,
    Rank,
    Scope,
    SignInMethod,
    Source,
    StudyItemKind,
    StudyItemState,
    TalkKind,
    TalkMode,
    TaskAudience,
    VoteExclusion,
    Why,
    YearState,
)

# --- organisation and people -----------------------------------------------------------------------------------------

ORGANISATIONS = {
    OrganisationKind.SUPERIOR_COMMITTEE: "上级党委",
    OrganisationKind.GENERAL_BRANCH: "党总支",
    OrganisationKind.BRANCH: "党支部",
}
DUTIES = {
    Duty.SECRETARY: "书记",
    Duty.DEPUTY_SECRETARY: "副书记",
    Duty.ORGANIZATION_OFFICER: "组织委员",
    Duty.PUBLICITY_OFFICER: "宣传委员",
    Duty.DISCIPLINE_OFFICER: "纪检委员",
    Duty.YOUTH_OFFICER: "青年委员",
    Duty.MASS_WORK_OFFICER: "群工委员",
    Duty.COMMITTEE_MEMBER: "支部委员",
    Duty.GROUP_LEADER: "党小组长",
    Duty.COMMITTEE_OFFICER: "上级党委干部",
}
RANKS = {
    Rank.WORKER: "工人",
    Rank.CLERK: "科办员",
    Rank.STAFF: "科员",
    Rank.DEPUTY_SECTION: "副科",
    Rank.SECTION: "正科",
    Rank.DEPUTY_DIVISION: "副处",
    Rank.DIVISION: "正处",
    Rank.DEPUTY_BUREAU: "副厅",
    Rank.BUREAU: "正厅",
}
CATEGORIES = {Category.IN_SERVICE: "在职", Category.RETIRED: "离退休", Category.FLOATING: "流动"}
STATUSES = {
    MembershipStatus.APPLICANT: "入党申请人",
    MembershipStatus.ACTIVIST: "入党积极分子",
    MembershipStatus.DEVELOPMENT_TARGET: "发展对象",
    MembershipStatus.PROBATIONARY: "预备党员",
    MembershipStatus.FULL: "正式党员",
}
DEVELOPMENT_STEPS = {
    DevelopmentStep.APPLICATION: "递交入党申请书",
    DevelopmentStep.APPLICATION_TALK: "派人谈话",
    DevelopmentStep.ACTIVIST_CONFIRMED: "确定积极分子",
    DevelopmentStep.MENTORS: "培养联系人",
    DevelopmentStep.REVIEW: "半年考察",
    DevelopmentStep.DEVELOPMENT_TARGET: "确定发展对象",
    DevelopmentStep.SPONSORS: "入党介绍人",
    DevelopmentStep.TRAINING: "集中培训",
    DevelopmentStep.POLITICAL_REVIEW: "政治审查",
    DevelopmentStep.PREVIEW: "预审",
    DevelopmentStep.PUBLICITY: "公示",
    DevelopmentStep.ACCEPT_PASSED: "大会通过接收",
    DevelopmentStep.ACCEPT_APPROVED: "上级审批接收",
    DevelopmentStep.EXTENSION: "延长预备期",
    DevelopmentStep.CONVERSION_PASSED: "大会通过转正",
    DevelopmentStep.CONVERSION_APPROVED: "上级审批转正",
    DevelopmentStep.ENDED: "终止培养",
    DevelopmentStep.TRANSFER_IN: "转入",
    DevelopmentStep.TRANSFER_OUT: "转出",
}
DEVELOPMENT_ENDS = {
    DevelopmentEnd.OWN_WISH: "本人提出",
    DevelopmentEnd.LEFT: "离开本单位",
    DevelopmentEnd.DECIDED: "组织决定",
}
EXEMPTIONS = {
    ExemptionReason.LONG_SICK_LEAVE: "长期病休",
    ExemptionReason.MATERNITY_LEAVE: "产假",
    ExemptionReason.FRAIL_RETIRED: "行动不便",
    ExemptionReason.ABROAD: "出国",
    ExemptionReason.FLOATING_MEMBER: "流动党员",
    ExemptionReason.OTHER: "其他原因",
}
# Why a fact of somebody changed: the answers of the wizard, and the acts that ask for none.
WHYS = {
    Why.WORK: "工作调整",
    Why.ELECTION: "换届选举",
    Why.OWN: "本人情况",
    Why.TRANSFER: "组织关系",
    Why.MISTAKE: "纠正差错",
    Why.DECIDED: "组织决定",
}
SOURCES = {
    Source.ROSTER_IMPORT: "名册导入",
    Source.ARCHIVE_IMPORT: "档案导入",
    Source.HAND_OVER: "书记移交",
    Source.OFFICE_COMMAND: "系统管理员任免",
}
BIND_REQUESTS = {
    BindRequestState.PENDING: "待核对",
    BindRequestState.ACCEPTED: "已绑定",
    BindRequestState.REFUSED: "未同意",
}
GROUP_REQUESTS = {
    GroupRequestState.PENDING: "待答复",
    GroupRequestState.ACCEPTED: "已同意",
    GroupRequestState.REFUSED: "未同意",
    GroupRequestState.OVER: "已失效",
}

# --- activities ------------------------------------------------------------------------------------------------------

# In the order in which they are offered and joined in a title.
ACTIVITY_TYPES = {
    ActivityType.MEMBERS_MEETING: "党员大会",
    ActivityType.COMMITTEE_MEETING: "支委会",
    ActivityType.GROUP_MEETING: "党小组会",
    ActivityType.THEME_PARTY_DAY: "主题党日",
    ActivityType.PARTY_LECTURE: "党课",
    ActivityType.INTEGRITY_STUDY_DAY: "廉政专题学习日",
    ActivityType.GROUP_DISCUSSION: "集中研讨",
    ActivityType.RED_SITE_VISIT: "参观红色教育基地",
    ActivityType.OPEN_TALK: "大家谈",
    ActivityType.WARNING_EDUCATION: "警示教育",
    ActivityType.LEAD_STUDY: "集中领学",
    ActivityType.ORGANIZATIONAL_LIFE_MEETING: "组织生活会",
    ActivityType.DEMOCRATIC_APPRAISAL: "民主评议党员",
    ActivityType.CASE_BULLETIN: "通报典型案例",
    ActivityType.INTEGRITY_EXHIBITION_VISIT: "参观廉政展览",
    ActivityType.INTEGRITY_BASE_VISIT: "参观廉政基地",
    ActivityType.COBUILD_EXCHANGE: "对标共建",
    ActivityType.OATH_REVIEW: "重温入党誓词",
}
SCOPES = {
    Scope.BRANCH: "全体党员",
    Scope.GROUP: "党小组",
    Scope.COMMITTEE: "支委会委员",
    Scope.DELEGATED: "选派",
    Scope.NAMED: "指定人员",
}
MOTIONS = {
    Motion.ACCEPT_PROBATIONARY: "接收预备党员",
    Motion.CONVERT_FULL: "预备党员转正",
    Motion.RESOLUTION: "一般决议",
    Motion.ELECTION: "选举",
}
OPINIONS = {Opinion.FOR: "赞成", Opinion.AGAINST: "反对", Opinion.ABSTAIN: "弃权"}
VOTE_EXCLUSIONS = {
    VoteExclusion.INCAPABLE: "不能表达意志",
    VoteExclusion.ABROAD: "出国半年以上",
    VoteExclusion.UNDER_SANCTION: "留党察看或服刑",
    VoteExclusion.BEDRIDDEN: "卧床不能自理",
    VoteExclusion.NOT_TRANSFERRED: "应转未转组织关系半年以上",
    VoteExclusion.RETIRED_AWAY: "回原籍的离退休党员",
    VoteExclusion.OTHER: "其他原因",
}
MINUTES_FORMS = {MinutesForm.TYPED: "填写", MinutesForm.FILE: "文件", MinutesForm.PAPER: "纸质"}
MINUTES_STATES = {MinutesState.DRAFT: "草稿", MinutesState.FINAL: "已完成"}
ACTIVITY_FILE_ROLES = {
    ActivityFileRole.NOTICE: "通知附件",
    ActivityFileRole.SIGN_IN_SHEET: "签到表",
    ActivityFileRole.PHOTO: "活动照片",
    ActivityFileRole.MINUTES: "会议记录附件",
}
MODES = {Mode.IN_PERSON: "线下", Mode.ONLINE: "线上", Mode.MIXED: "线上线下"}
LEVELS = {
    Level.NATIONAL: "国家级",
    Level.PROVINCIAL: "省部级",
    Level.MUNICIPAL: "市厅级",
    Level.COUNTY: "县处级",
    Level.SUPERIOR_COMMITTEE: "上级党委",
    Level.UNIT: "本单位",
}
ORGANIZERS = {
    Organizer.OWN_BRANCH: "本支部",
    Organizer.JOINT: "联合开展",
    Organizer.SUPERIOR: "上级组织",
    Organizer.OTHER_BRANCH: "其他支部",
}
ACTIVITY_STATES = {
    ActivityStatus.PLANNED: "计划",
    ActivityStatus.HELD: "已举行",
    ActivityStatus.CANCELLED: "已取消",
    ActivityStatus.POSTPONED: "已延期",
}
ATTENDANCE = {
    AttendanceStatus.PRESENT: "到会",
    AttendanceStatus.LATE: "迟到",
    AttendanceStatus.ONLINE: "线上参加",
    AttendanceStatus.ABSENT: "缺席",
    AttendanceStatus.OBSERVER: "列席",
}
SIGN_IN_METHODS = {
    SignInMethod.BUTTON: "按钮",
    SignInMethod.WORD: "发送文字",
    SignInMethod.CODE: "扫码",
    SignInMethod.ROLL_CALL: "点名",
    SignInMethod.MARKED: "补登",
}
LEAVE_TYPES = {LeaveType.OFFICIAL_DUTY: "公差", LeaveType.SICK: "病假", LeaveType.PERSONAL: "事假"}
CONVERSION_DATES = {
    ConversionCountDate.APPROVAL: "按审批日",
    ConversionCountDate.BRANCH_MEETING: "按大会日",
}
OFFICIAL_DUTY = {
    OfficialDutyAs.LEAVE: "按请假统计",
    OfficialDutyAs.PRESENT: "按到会统计",
    OfficialDutyAs.EXCLUDED: "不计入应到",
}
DUES_KEPT = {DuesKept.OFF: "不登记", DuesKept.MONTHLY: "按月登记", DuesKept.QUARTERLY: "按季度登记"}
EXEMPT_FROM = {
    ExemptFrom.ATTENDANCE: "考勤",
    ExemptFrom.STUDY: "学习",
    ExemptFrom.REFLECTION: "心得",
    ExemptFrom.EXAM: "测试",
}
MONTHLY_DOCUMENTS = {
    MonthlyDocument.MINUTES: "会议记录",
    MonthlyDocument.MONTHLY_LEDGER: "月度台账",
    MonthlyDocument.RECTIFICATION_EVIDENCE: "整改痕迹",
}
LEAVE_STATES = {
    LeaveState.PENDING: "待审批",
    LeaveState.APPROVED: "已批准",
    LeaveState.REFUSED: "未批准",
    LeaveState.WITHDRAWN: "已取消",
}
AWAY_STATES = {
    AwayState.REGISTERED: "已登记",
    AwayState.PENDING: "待审批",
    AwayState.APPROVED: "已批准",
    AwayState.REFUSED: "未批准",
    AwayState.ENDED: "已返回",
    AwayState.WITHDRAWN: "已取消",
}
EXAM_MODES = {
    ExamMode.IN_CHAT: "在支部小助手答题",
    ExamMode.OUTSIDE: "线下或其他平台",
}
QUESTION_KINDS = {
    QuestionKind.SINGLE: "单选",
    QuestionKind.SEVERAL: "多选",
    QuestionKind.TRUE_FALSE: "判断",
}
CORRECTIONS = {
    CorrectionKind.ATTENDANCE: "更正考勤",
    CorrectionKind.LEAVE_APPROVE: "补批请假",
    CorrectionKind.ACTIVITY_ADMIT: "补计活动",
    CorrectionKind.MAKEUP_ADMIT: "补计补学",
    CorrectionKind.COMPLETION_ADMIT: "补计学习完成",
    CorrectionKind.REFLECTION_ADMIT: "补计心得",
    CorrectionKind.SELF_CHECK_ADMIT: "补计自查表",
    CorrectionKind.TALK_ADMIT: "补计谈话",
    CorrectionKind.ATTEMPT_ADMIT: "补计考试",
    CorrectionKind.SCORE: "更正成绩",
    CorrectionKind.ENTRY_ADMIT: "补计登记",
    CorrectionKind.FIELD: "更正内容",
}
ATTEMPTS = {
    AttemptKind.FORMAL: "正考",
    AttemptKind.MAKEUP: "补考",
    AttemptKind.RETAKE: "重考",
}
TALK_KINDS = {
    TalkKind.HEART_TO_HEART: "谈心谈话",
    TalkKind.INTEGRITY_REMINDER: "廉政提醒谈话",
    TalkKind.ROUTINE: "例行谈话",
    TalkKind.PRE_APPOINTMENT: "任前谈话",
    TalkKind.TRANSFER: "岗位变动谈话",
}
TALK_MODES = {
    TalkMode.IN_PERSON: "当面",
    TalkMode.PHONE: "电话",
    TalkMode.HOME_VISIT: "上门",
    TalkMode.COLLECTIVE: "集体",
    TalkMode.OTHER: "其他方式",
}
MAKEUPS = {
    MakeupState.ASSIGNED: "待补学",
    MakeupState.SUBMITTED: "待审核",
    MakeupState.ACCEPTED: "已通过",
    MakeupState.RETURNED: "已退回",
}

# --- study, reflections ----------------------------------------------------------------------------------------------

STUDY_KINDS = {StudyItemKind.BOOK: "书目", StudyItemKind.DOCUMENT: "文件"}
STUDY_STATES = {StudyItemState.ASSIGNED: "已布置", StudyItemState.WITHDRAWN: "已撤回"}
AUDIENCES = {
    TaskAudience.ALL_MEMBERS: "全体党员",
    TaskAudience.SECTION_RANK_AND_ABOVE: "科级以上党员干部",
    TaskAudience.VOLUNTARY: "自愿参加",
}
HAND_INS = {HandInKind.REFLECTION: "心得", HandInKind.SELF_CHECK: "自查表"}
PIECES = {
    PieceState.DRAFT: "未提交",
    PieceState.SUBMITTED: "待审阅",
    PieceState.RETURNED: "已退回",
    PieceState.ACCEPTED: "已通过",
}

# --- messages, the calendar ------------------------------------------------------------------------------------------

INBOX_STATES = {
    InboxState.NEW: "待办理",
    InboxState.CLAIMED: "办理中",
    InboxState.DONE: "已办理",
    InboxState.ANSWERED: "已答复",
    InboxState.PARKED: "未能办理",
    InboxState.REFUSED: "已拒收",
}
OUTBOX_STATES = {
    OutboxState.QUEUED: "待发送",
    OutboxState.SENDING: "发送中",
    OutboxState.SENT: "已送达",
    OutboxState.UNREACHABLE: "未送达",
    OutboxState.UNKNOWN: "不能确认送达",
    OutboxState.EXPIRED: "逾期未发",
    OutboxState.CANCELLED: "已取消",
    OutboxState.FAILED: "未送达",
}
YEARS = {
    YearState.OFFICIAL: "已公布",
    YearState.OVERRIDE: "按本单位导入的安排",
    YearState.PROVISIONAL: "暂定，国务院办公厅尚未公布",
}

WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    type(next(iter(words))): words
    for words in (
        ORGANISATIONS, DUTIES, RANKS, CATEGORIES, STATUSES, EXEMPTIONS, WHYS, SOURCES, BIND_REQUESTS, GROUP_REQUESTS,
        ACTIVITY_TYPES, SCOPES, MODES, LEVELS, ORGANIZERS, ACTIVITY_STATES, ATTENDANCE, SIGN_IN_METHODS, LEAVE_TYPES,
        LEAVE_STATES, OFFICIAL_DUTY, CONVERSION_DATES, DUES_KEPT, EXEMPT_FROM, MONTHLY_DOCUMENTS,
        MOTIONS, OPINIONS, VOTE_EXCLUSIONS, MINUTES_FORMS, MINUTES_STATES, ACTIVITY_FILE_ROLES,
        AWAY_STATES, EXAM_MODES, QUESTION_KINDS, ATTEMPTS, CORRECTIONS, TALK_KINDS, TALK_MODES,
        DEVELOPMENT_STEPS, DEVELOPMENT_ENDS,
        MAKEUPS, STUDY_KINDS, STUDY_STATES, AUDIENCES, HAND_INS, PIECES, INBOX_STATES, OUTBOX_STATES, YEARS,
    )
}  # fmt: skip


def value_word(value: StrEnum) -> str:
    """The word for one of a closed list."""
    return WORDS.get(type(value), {}).get(value, "其他")
