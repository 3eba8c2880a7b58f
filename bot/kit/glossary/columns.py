"""The word of every table and column, and of stored words that are no enum's, once; of one table's column first."""

from collections.abc import Mapping
from typing import Any

from bot.kit.glossary.choices import (
    ACTIVITY_TYPES,
    CONVERSION_DATES,
    DUES_KEPT,
    EXEMPT_FROM,
    MONTHLY_DOCUMENTS,
    OFFICIAL_DUTY,
    RANKS,
)
from storage.choices import Rank

# What the tables are called in 我的数据, in the order of the page; one that is not listed stands at its end.
TABLES: Mapping[str, str] = {
    "person": "基本情况",
    "roster_span": "编入支部",
    "membership_span": "党员身份",
    "group_span": "所在党小组",
    "duty_span": "党内职务",
    "rank_span": "职级",
    "category_span": "人员类别",
    "exemption_span": "免于考勤",
    "attendance": "签到和考勤",
    "leave_request": "请假",
    "makeup": "补学",
    "away_span": "外出",
    "talk_person": "参加的谈话",
    "talk": "谈话",
    "dues_month": "党费登记",
    "correction": "更正",
    "development_event": "发展党员",
    "development_person": "培养联系人和介绍人",
    "delegate": "选派参加",
    "receipt": "回复收到",
    "study_completion": "学习完成",
    "vote": "表决",
    "vote_excluded": "不计入应到会（表决）",
    "written_opinion": "书面意见",
    "minutes_speech": "会议发言",
    "reflection": "心得体会",
    "reflection_part": "心得正文和附件",
    "self_check_item": "自查问题和措施",
    "exam_attempt": "考试",
    "exam_answer": "考试作答",
    "reminder_audience": "节前提醒",
    "acknowledgement": "节前提醒已阅",
    "entry": "登记",
    "entry_row": "登记内容",
    "entry_person": "登记中提到您的",
    "entry_state": "由您负责的事项",
    "entry_change": "登记的变更",
    "stored_file": "登记附件",
    "draft": "可以继续填写的草稿",
    "dialog": "没有办完的草稿",
    "invite": "邀请链接",
    "bind_request": "绑定申请",
    "chosen_place": "所选支部",
    "command_menu": "菜单",
    "own_keyboard": "下方按钮",
    "inbox": "收到的消息",
    "outbox": "发给您的消息",
    "card": "聊天中的卡片",
    "audit": "变更记录",
    "activity": "活动",
    "component": "活动内容",
    "minutes": "会议记录",
    "activity_file": "活动附件",
    "activity_template": "活动要求",
    "recurrence": "每月活动",
    "recurrence_month": "每月活动的办理",
    "notice": "通知",
    "monthly_theme": "每月一主题",
    "study_item": "自学书目和文件",
    "reflection_task": "布置心得",
    "exam": "考试",
    "exam_question": "题库",
    "reminder_plan": "节前提醒安排",
    "calendar_year": "放假安排",
    "hygiene_word": "禁发词语",
    "retention_rule": "保存期限",
    "group_request": "工作群申请",
    "own_kind": "登记项目",
    "own_kind_revision": "登记项目的调整",
    "talk_campaign": "谈话活动",
    "norm_file": "规范要求",
    "quarter_close": "季度定稿",
    "figure_version": "定稿数据",
}
UNTITLED = "其他记录"

_OF_TABLE: Mapping[tuple[str, str], str] = {
    # People have a name of one kind, groups and branches of another.
    ("party_group", "name"): "名称", ("organisation", "name"): "名称", ("reminder_settings", "name"): "名称",
    ("membership_span", "status"): "党员身份", ("leave_request", "type"): "请假类别", ("component", "type"): "活动内容",
    ("leave_request", "entered_by_id"): "补登人", ("leave_request", "withdrawn_at"): "取消时间",
    ("study_item", "withdrawn_at"): "撤回时间", ("outbox", "reason"): "原因",
    ("duty_span", "title"): "职务名称", ("stored_file", "name"): "文件名",
    ("vote", "for"): "赞成", ("minutes_speech", "text"): "发言", ("minutes_task", "owner"): "责任人",
    ("activity", "title"): "标题", ("activity", "note"): "备注", ("activity", "agenda"): "第一议题",
    ("activity", "organizer"): "主办", ("component", "details"): "内容说明",
    ("talk", "on"): "日期", ("talk_campaign", "withdrawn_at"): "取消时间",
    ("development_event", "on"): "日期", ("development_event", "months"): "延长月数",
    ("vote", "title"): "表决事项", ("activity_file", "role"): "用途", ("activity_file", "component"): "活动内容",
    ("activity_template", "component"): "活动内容", ("minutes", "component"): "活动内容",
    ("exam", "title"): "考试名称", ("exam", "mode"): "考试方式", ("exam_question", "right"): "正确答案",
    ("exam_attempt", "position"): "答到第几题", ("exam_answer", "position"): "第几题",
    ("exam_attempt", "number"): "第几次", ("exam_question", "number"): "题号", ("exam_attempt", "note"): "备注",
    ("correction", "version"): "定稿版本", ("correction", "kind"): "更正事项", ("figure_version", "number"): "版本",
    ("quarter_close", "closed_at"): "定稿时间", ("correction", "old"): "原内容",
    ("correction", "new"): "现内容",
    ("entry_person", "field"): "作为", ("entry_value", "word"): "内容",
}  # fmt: skip

COLUMNS: Mapping[str, str] = {
    "quarter": "季度", "cut_off": "统计截止时间", "closed_by_id": "定稿人", "close_id": "季度定稿", "why": "更正理由",
    "approved_at": "批准时间", "approved_by_id": "批准人", "correction_id": "更正", "figures": "数据",
    "sources": "来源记录",
    "number": "编号", "exam_id": "考试",
    "attempt_id": "考试", "question_id": "题目", "held_on": "考试日期", "closed_book": "闭卷",
    "minutes": "答题分钟数", "opens_at": "开始时间", "closes_at": "结束时间", "full_score": "满分（百分之一分）",
    "pass_score": "合格分（百分之一分）", "shows_score": "告知成绩", "set_at": "设定时间", "options": "选项",
    "points": "分值", "outsider": "姓名", "deadline": "最迟交卷时间",
    "seen_at": "最近作答时间", "score": "成绩（百分之一分）", "chosen": "选择",
    "right": "正确答案",
    "talk_id": "谈话", "talker_id": "谈话人", "talker_name": "谈话人", "written_record": "书面记录", "topic": "主题",
    "last_on": "截止日期", "mark": "核对码", "nth": "次序", "talk_campaigns_asked": "谈话到期提醒",
    "step": "环节", "event_id": "发展党员", "months": "月数",
    "vote_id": "表决", "motion": "表决类别", "subject_id": "表决对象", "secret": "无记名",
    "against": "反对", "abstain": "弃权",
    "written_for": "书面赞成", "written_against": "书面反对", "written_abstain": "书面弃权", "issued": "发出",
    "returned": "收回", "valid": "有效", "opinion": "书面意见", "minutes_id": "会议记录", "agenda": "议程",
    "resolutions": "决议", "finished_at": "完成时间", "required_parts": "规定动作", "optional_parts": "自选动作",
    "record_points": "记录要点", "answers": "内容", "week": "第几周", "weekday": "星期", "month_day": "日期",
    "clock": "开始时间", "recurrence_id": "每月活动", "file": "附件", "added_at": "添加时间", "added_by_id": "添加人",
    "ended_at": "结束时间", "ends_at": "期满时间",
    "component": "活动内容", "form": "方式", "role": "用途", "owner": "责任人",
    "for": "赞成",
    "counted_at": "统计时间", "newest": "最新记录", "basis": "统计依据", "counts": "各项数据", "waits": "待办理事项",
    "over": "已截止", "period": "统计期间", "day": "统计日期",
    "sha256": "校验码", "media_type": "文件格式", "uploader_id": "提交人", "stored_at": "保存时间",
    "stored_id": "附件", "content": "文件内容", "again_at": "再次获取时间", "tries": "次数",
    "unique_id": "文件编号",
    "own_kind_id": "登记项目", "declaration": "项目内容", "stopped_at": "停用时间",
    "entry_id": "登记", "row_id": "所在内容", "field": "栏目", "position": "次序", "revision": "项目版本",
    "recorded_at": "登记时间", "recorded_by_id": "登记人", "withdrawn_by_id": "撤销人", "withdrawn_reason": "撤销原因",
    "on": "自", "last": "至", "since": "状态起始", "owner_name": "责任单位", "owner_id": "责任人",
    "owner_group_id": "责任党小组", "owner_duty": "责任职务", "assumed": "时间为推定", "undone_at": "撤销时间",
    "key": "内容", "hundredths": "数量", "old": "原内容", "new": "现内容",
    "name": "姓名", "gender": "性别", "born_on": "出生年月", "joined_party_on": "入党日期", "telegram_id": "聊天账号",
    "bound_at": "绑定时间", "reachable": "能收到消息", "notes": "备注", "created_at": "建立时间", "branch_id": "支部",
    "from_on": "起", "to_on": "止", "status": "状态", "duty": "党内职务", "organisation_id": "组织",
    "group_id": "党小组", "rank": "职级", "category": "人员类别", "reason": "事由", "approved_by": "批准人",
    "contact_person_id": "联系人", "activity_id": "活动", "method": "方式", "at": "时间", "marked_by_id": "补登人",
    "withdrawn_at": "撤销时间", "type": "类别", "state": "状态", "requested_at": "申请时间", "entered_by_id": "登记人",
    "decided_at": "审批时间", "decided_by_id": "审批人", "due_on": "截止日期", "done_on": "完成日期", "note": "说明",
    "files": "附件", "submitted_at": "提交时间", "reviewed_at": "审阅时间", "reviewed_by_id": "审阅人",
    "return_reason": "退回原因", "notice_id": "通知", "item_id": "学习内容", "completed_on": "完成日期",
    "completed_at": "完成时间", "task_id": "心得任务", "piece": "第几篇", "version": "第几稿", "started_at": "开始时间",
    "reflection_id": "心得", "kind": "类别", "text": "内容", "file_name": "文件名", "size": "大小",
    "received_at": "收到时间", "reminder_id": "提醒", "draft": "草稿", "fields": "草稿", "used_at": "使用时间",
    "used_by_telegram_id": "使用账号", "payload": "内容", "handled_at": "办理时间", "message": "内容",
    "sent_at": "发送时间", "via": "途径", "action": "办理事项", "subject": "对象", "details": "变更内容",
    "problems": "问题数", "problem": "存在问题", "measure": "整改措施", "problem_message": "消息",
    "measure_message": "消息",
    "rank_text": "原文", "phone": "手机", "archive_id": "档案编号", "extra": "名册所附内容", "reason_text": "原因",
    "asked_at": "申请时间", "shown_name": "账号名称", "phone_end": "手机尾号", "chosen_at": "选择时间",
    "title": "题目", "organizer": "组织单位", "scope": "范围", "planned_on": "原定日期", "start_at": "开始时间",
    "end_at": "结束时间", "recorder_id": "记录人", "mode": "方式",
    "organizer_name": "主办单位", "organizer_level": "主办级别", "guests": "其他人数", "campaign_id": "主题教育",
    "types": "活动内容", "place": "地点", "hours": "学时", "host_id": "主持人", "late_minutes": "迟到分钟数",
    "sites": "点位", "partners": "共建单位", "sign_in_code_hash": "签到码", "sign_in_code": "签到码",
    "created_by_id": "建立人", "settled_at": "登记时间", "year": "年份", "papers": "文件依据", "days": "天数",
    "whole": "全年", "source": "来源", "token": "编号", "made_by_id": "登记人", "made_at": "登记时间", "word": "词语",
    "removed_at": "删除时间", "changed_by_id": "修改人", "changed_at": "修改时间", "reply_by": "回复截止",
    "closed_at": "结束时间", "parent_id": "上级组织", "settings": "支部设置", "term_ends_on": "任期届满日",
    "secretary_claimed_at": "书记首次绑定时间", "asked_by_id": "申请人", "holder_id": "原绑定支部",
    "expires_at": "有效期至", "given_up": "已改用其他群",
    "latest": "最近使用", "due_at": "待更新时间",
    "chat_id": "群编号", "active": "在用", "tied_at": "绑定时间", "erased_at": "注销时间", "audience": "对象",
    "study_item_id": "学习内容", "per_person": "每人篇数", "cancelled_at": "取消时间", "block_start": "放假开始",
    "block_end": "放假结束", "round": "轮次", "holidays": "节日", "holiday": "节日", "provisional": "暂定",
    "ack_due": "阅知截止", "send_on": "发送日期", "skipped": "本次不发", "month": "月份", "prompt": "提示语",
    "prompt_sent_on": "发送日期", "theme_id": "主题", "author": "作者", "assigned_on": "布置日期",
    "secretary_id": "书记", "lecturer_id": "授课人", "source_date": "来源日期",
    # What a branch sets for all its pre-holiday reminders.
    "lead": "提前天数", "hour": "发送时间", "merge": "合并天数", "second_line": "第二次提醒", "holiday_text": "正文",
    "issuer": "落款", "report_phone": "举报电话", "report_mail": "举报邮箱", "report_url": "举报网站",
    "holiday_bans": "严禁事项",
    # What the clock sends, and a branch may switch off.
    "study_prompt": "学习提示", "integrity_reminder": "节前廉洁提醒", "integrity_second": "节前第二次提醒",
    "activity_reminder": "活动提醒", "sign_in_opens": "签到开始", "minutes_asked": "会议记录提醒",
    "anniversary_greeting": "政治生日祝贺", "anniversary_list": "政治生日名单",
    "attention": "了解情况", "valid_from": "执行日期", "valid_to": "停止执行日期",
    "min": "数量", "or_hours": "学时", "committee_min": "支委会委员", "target": "参学率", "fixed_day": "固定日",
    "slip_days": "顺延天数", "workdays": "工作日", "workdays_before": "提前工作日",
    "digest": "摘要", "sends": "节前提醒", "quiet_kinds": "不发到期提醒的项目",
    # What a branch sets for its counting.
    "close_day": "统计截止日", "official_duty_as": "公差统计", "cadre_min_rank": "科级以上",
    "conversion_count_date": "转正统计",
    "exempt_from": "免于考勤范围", "monthly_documents": "月度资料", "peer_orgs": "兄弟支部", "superior": "上级党委",
    "aliases": "活动称谓", "dues": "党费登记", "dues_day": "党费交纳日",
    "appraisal_excellent_share": "优秀比例上限",
}  # fmt: skip

# The dated facts of people, by table: what each is, and the column that says it.
FACTS: Mapping[str, tuple[str, str]] = {
    "roster_span": ("在册", ""),
    "membership_span": (_OF_TABLE["membership_span", "status"], "status"),
    "group_span": (COLUMNS["group_id"], "group_id"),
    "rank_span": (COLUMNS["rank"], "rank"),
    "category_span": (COLUMNS["category"], "category"),
    "duty_span": (COLUMNS["duty"], "duty"),
    "exemption_span": ("免于考勤", "reason"),
}

# Ledger 14, by the fields of a roster: the headings of the table that the field keeps, in their order.
LEDGER: Mapping[str, str] = {
    "number": "序号",
    "name": COLUMNS["name"],
    "gender": COLUMNS["gender"],
    "born_on": COLUMNS["born_on"],
    "joined_party_on": COLUMNS["joined_party_on"],
    "converted_on": "转正日期",
    "group": COLUMNS["group_id"],
    "duties": COLUMNS["duty"],
    "rank": COLUMNS["rank"],
    # Of the table alone: elsewhere it is 人员类别.
    "category": "类别",
    "transfers": "转入/转出",
    "notes": COLUMNS["notes"],
}

# --- stored words that are no enum's ---------------------------------------------------------------------------------

APPROVERS: Mapping[str, str] = {
    "committee": "支委会",
    "secretary": "支部书记",
    "members_meeting": "党员大会",
    "superior_committee": "上级党委",
}
FILES: Mapping[str, str] = {
    "photo": "照片", "voice": "语音", "document": "文件", "audio": "录音", "video": "视频", "text": "文字",
}  # fmt: skip
# What the sender writes down of what did not arrive.
UNDELIVERED: Mapping[str, str] = {
    "never_bound": "未绑定", "nobody": "未绑定", "blocked": "已停用", "never_started": "未启用",
    "deactivated": "账号已注销", "chat_not_found": "账号已失效", "is_a_bot": "账号有误",
    "expired": "逾期未发", "interrupted": "不能确认送达", "answer_lost": "不能确认送达",
    "server_error": "不能确认送达",
    "kicked": "已移出小助手", "chat_deleted": "群已解散", "no_rights": "群内禁止发言", "no_topic": "话题已关闭",
    "no_files": "群内禁止发送文件",
}  # fmt: skip


def _by_value(words: Mapping[Any, str]) -> Mapping[str, str]:
    return {str(value): word for value, word in words.items()}


STORED: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("exemption_span", "approved_by"): APPROVERS,
    ("reflection_part", "kind"): FILES,
    ("activity", "types"): _by_value(ACTIVITY_TYPES),
    ("outbox", "reason"): UNDELIVERED,
    ("invite", "kind"): {"person": "党员", "secretary": "书记", "group": "工作群"},
    ("inbox", "kind"): {
        "message": "消息", "edited_message": "修改的消息", "callback_query": "按钮", "my_chat_member": "停用或启用",
    },
    ("sends", "digest"): {"weekly": "每周", "25th": "仅25日", "never": "不发"},
    ("branch_settings", "official_duty_as"): _by_value(OFFICIAL_DUTY),
    ("branch_settings", "conversion_count_date"): _by_value(CONVERSION_DATES),
    ("branch_settings", "dues"): _by_value(DUES_KEPT),
    ("branch_settings", "exempt_from"): _by_value(EXEMPT_FROM),
    ("branch_settings", "monthly_documents"): _by_value(MONTHLY_DOCUMENTS),
    ("branch_settings", "cadre_min_rank"): {
        rank.value: f"{RANKS[rank]}及以上" for rank in (Rank.DEPUTY_SECTION, Rank.SECTION)
    },
}  # fmt: skip


def column_word(column: str, table: str = "") -> str:
    """What a column is called; of some tables it has a word of its own."""
    return _OF_TABLE.get((table, column)) or COLUMNS.get(column, "其他")


def stored_word(table: str, column: str, value: str) -> str:
    """A stored text in words, where it is one of a closed list; else as it stands."""
    return STORED.get((table, column), {}).get(value, value)
