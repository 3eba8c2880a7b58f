"""The words for columns, values, acts and tables in 我的数据 and 变更记录."""

from enum import StrEnum

from storage import choices

# Columns that say nothing to a reader: keys, machinery, and what is shown in another way.
HIDDEN = frozenset({
    "id", "person_id", "bot_id", "update_id", "lease_until", "attempts", "resent", "batch", "edits_id",
    "outbox_id", "chat_id", "message_id", "file_id", "file_unique_id", "code_hash", "mime_type", "lane", "job",
    "about", "answer", "fault", "step", "form", "sender", "actor_id", "subject_id", "expires_at", "not_before", "open",
    "erased_at", "digest",
})  # fmt: skip

COLUMNS = {
    "name": "姓名", "gender": "性别", "born_on": "出生日期", "joined_party_on": "入党日期", "telegram_id": "聊天账号",
    "bound_at": "绑定时间", "reachable": "能收到消息", "notes": "备注", "created_at": "建立时间", "branch_id": "支部",
    "from_on": "起", "to_on": "止", "status": "状态", "duty": "职务", "organisation_id": "组织", "group_id": "党小组",
    "rank": "职级", "category": "类别", "reason": "事由", "approved_by": "批准人", "contact_person_id": "联系人",
    "activity_id": "活动", "method": "方式", "at": "时间", "marked_by_id": "补登人", "withdrawn_at": "撤销时间",
    "type": "类别", "state": "状态", "requested_at": "申请时间", "entered_by_id": "登记人", "decided_at": "审批时间",
    "decided_by_id": "审批人", "due_on": "截止日期", "done_on": "完成日期", "note": "说明", "files": "附件",
    "submitted_at": "提交时间", "reviewed_at": "审阅时间", "reviewed_by_id": "审阅人", "return_reason": "退回原因",
    "notice_id": "通知", "item_id": "书目和文件", "completed_on": "完成日期", "completed_at": "完成时间",
    "task_id": "心得任务", "piece": "第几篇", "version": "第几稿", "started_at": "开始时间", "reflection_id": "心得",
    "kind": "类别", "text": "内容", "file_name": "文件名", "size": "大小",
    "received_at": "收到时间", "reminder_id": "提醒", "draft": "草稿", "fields": "草稿", "used_at": "使用时间",
    "used_by_telegram_id": "使用账号", "payload": "内容", "handled_at": "办理时间", "message": "内容",
    "sent_at": "发送时间", "via": "途径", "action": "办理事项", "subject": "对象", "details": "变更内容",
    "phone": "联系电话", "archive_id": "档案编号", "extra": "名册所附内容", "reason_text": "原因",
    "asked_at": "申请时间", "shown_name": "聊天中的名字", "phone_end": "电话末四位", "chosen_at": "选择时间",
    "title": "题目", "organizer": "组织单位", "scope": "范围", "planned_on": "原定日期", "start_at": "开始时间",
    "end_at": "结束时间", "place": "地点", "hours": "学时", "host_id": "主持人", "late_minutes": "迟到分钟数",
    "sites": "点位", "partners": "共建单位", "sign_in_code_hash": "签到码", "sign_in_code": "签到码",
    "created_by_id": "建立人", "settled_at": "登记时间", "year": "年份", "papers": "文件依据", "days": "天数",
    "whole": "全年", "source": "来源", "token": "编号", "made_by_id": "登记人", "made_at": "登记时间", "word": "词语",
    "removed_at": "删除时间", "changed_by_id": "修改人", "changed_at": "修改时间", "reply_by": "回复期限",
    "closed_at": "结束时间", "parent_id": "上级组织", "settings": "支部设置", "term_ends_on": "任期届满日",
    "secretary_claimed_at": "书记首次绑定时间", "asked_by_id": "申请人", "holder_id": "原绑定支部",
    "expires_at": "有效期至", "given_up": "已改用其他群",
    "chat_id": "群编号", "active": "在用", "tied_at": "绑定时间", "erased_at": "注销时间", "audience": "对象",
    "study_item_id": "书目和文件", "per_person": "每人篇数", "cancelled_at": "取消时间", "block_start": "放假开始",
    "block_end": "放假结束", "round": "轮次", "holidays": "节日", "holiday": "节日", "provisional": "暂定",
    "ack_due": "已阅期限", "send_on": "发送日期", "skipped": "跳过", "month": "月份", "prompt": "提示文字",
    "prompt_sent_on": "发送日期", "theme_id": "主题", "author": "作者", "assigned_on": "布置日期",
    "secretary_id": "书记",
    # What a branch sets for all its pre-holiday reminders.
    "lead": "提前天数", "hour": "发送时间", "merge": "合并天数", "second_line": "第二次提醒", "holiday_text": "正文",
    "issuer": "落款", "report_phone": "举报电话", "report_mail": "举报邮箱", "report_url": "举报网站",
    "holiday_bans": "禁令",
}  # fmt: skip

VALUES: dict[type[StrEnum], dict[str, str]] = {
    choices.MembershipStatus: {
        "applicant": "入党申请人", "activist": "入党积极分子", "development_target": "发展对象",
        "probationary": "预备党员", "full": "正式党员",
    },
    choices.Duty: {
        "secretary": "书记", "deputy_secretary": "副书记", "organization_officer": "组织委员",
        "publicity_officer": "宣传委员", "discipline_officer": "纪检委员", "youth_officer": "青年委员",
        "mass_work_officer": "群工委员", "group_leader": "党小组长", "committee_officer": "上级党委干部",
    },
    choices.Rank: {
        "worker": "工人", "clerk": "科办员", "staff": "科员", "deputy_section": "副科", "section": "正科",
        "deputy_division": "副处", "division": "正处",
    },
    choices.Category: {"in_service": "在职", "retired": "离退休", "floating": "流动"},
    choices.ExemptionReason: {
        "long_sick_leave": "长期病休", "maternity_leave": "产假", "frail_retired": "年老体弱",
        "floating_member": "流动党员", "abroad": "出国", "other": "另有原因",
    },
    choices.BindRequestState: {"pending": "待核对", "accepted": "已绑定", "refused": "未同意"},
    choices.GroupRequestState: {"pending": "待答复", "accepted": "已同意", "refused": "未同意", "over": "已过期"},
    choices.AttendanceStatus: {
        "present": "到会", "late": "迟到", "online": "线上参加", "absent": "缺席", "observer": "列席",
    },
    choices.SignInMethod: {
        "button": "按钮", "word": "发送文字", "code": "扫码", "roll_call": "点名", "marked": "补登",
    },
    choices.LeaveType: {"official_duty": "公差", "sick": "病假", "personal": "事假"},
    choices.LeaveState: {"pending": "待审批", "approved": "已批准", "refused": "未批准", "withdrawn": "已取消"},
    choices.MakeupState: {"assigned": "待补学", "submitted": "待审核", "accepted": "已通过", "returned": "已退回"},
    choices.PieceState: {"draft": "未提交", "submitted": "待审阅", "returned": "已退回", "accepted": "已通过"},
    choices.InboxState: {
        "new": "待办理", "claimed": "办理中", "done": "已办理", "answered": "已答复", "parked": "未能办理",
        "refused": "已拒收",
    },
    choices.OutboxState: {
        "queued": "待发送", "sending": "发送中", "sent": "已发送", "unreachable": "未能送达", "unknown": "不确定",
        "expired": "已过期", "cancelled": "已取消", "failed": "未能发送",
    },
    choices.ActivityStatus: {"planned": "计划", "held": "已举行", "cancelled": "已取消", "postponed": "已延期"},
    choices.StudyItemState: {"assigned": "已布置", "withdrawn": "已撤回"},
}  # fmt: skip

PLAIN = {
    "photo": "照片", "voice": "语音", "document": "文件", "audio": "录音", "video": "视频", "text": "文字",
    "message": "消息", "edited_message": "修改的消息", "callback_query": "按钮", "my_chat_member": "停用或启用",
    "person": "党员", "secretary": "书记", "group": "工作群", "chat": "聊天", "command": "管理员", "clock": "定时",
    "setting": "设置", "import": "导入",
}  # fmt: skip

# Why a fact of somebody changed: the answers of the wizard, and the acts that ask for none (choices.Source).
WHYS = {
    "work": "工作调整",
    "election": "换届选举",
    "own": "本人情况",
    "transfer": "组织关系",
    "mistake": "更正差错",
    "decided": "组织决定",
    "roster_import": "名册导入",
    "archive_import": "档案导入",
    "hand_over": "书记移交",
    "office_command": "命令行任免",
}
# By what somebody was bound.
BY = {"link": "邀请链接", "setting": "设置", "number": "手机号码", "request": "绑定申请"}
# The dated facts of people: what each is, and the column that says it.
SPANS = {
    "roster_span": ("在册", ""),
    "membership_span": ("党员身份", "status"),
    "group_span": ("党小组", "group_id"),
    "rank_span": ("职级", "rank"),
    "category_span": ("类别", "category"),
    "duty_span": ("党内职务", "duty"),
    "exemption_span": ("免于考勤", "reason"),
}

ACTIONS = {
    "make": "新建", "cancel": "取消", "postpone": "延期", "settle": "登记考勤", "sign_in": "签到", "undo": "撤销",
    "mark": "补登", "ask": "申请", "decide": "审批", "withdraw": "撤回", "enter": "代为登记", "submit": "提交",
    "review": "审阅", "discard": "放弃", "complete": "完成", "acknowledge": "回复", "erase": "注销数据", "set": "设置",
    "sweep": "清理", "add": "增加", "remove": "删除", "export": "取得数据", "branch_added": "新建支部",
    "bound": "绑定账号", "secretary_claimed": "书记绑定", "secretary_invited": "邀请书记", "invite_made": "生成邀请",
    "invites_made": "批量邀请", "group_invited": "邀请工作群", "group_tied": "绑定工作群", "invite_failed": "链接无效",
    "reachable_changed": "停用或启用", "account_moved": "账号转移",
    "person_added": "编入", "person_changed": "修改",
    "change": "修改", "confirm": "确认", "fact_changed": "变更", "fact_undone": "撤销变更", "term_changed": "登记换届",
    "archive_imported": "导入档案", "binding_asked": "收到", "binding_decided": "核对", "reinvited": "重新邀请",
    "invite_revoked": "作废邀请", "group_asked": "申请工作群", "group_decided": "答复工作群申请",
    "unbound": "解除绑定", "handed_over": "移交书记", "place_chosen": "切换支部", "stop": "停止发送",
    "resume": "继续发送", "correct": "更正", "person_removed": "移除", "code_made": "生成签到码", "read_in": "导入",
    "office_given": "任职", "office_ended": "免职", "taken_up": "重新办理", "send": "发送",
}  # fmt: skip

SUBJECTS = {
    "activity": "活动", "attendance": "考勤", "leave_request": "请假", "makeup": "补学", "receipt": "收到",
    "notice": "通知", "reflection": "心得", "reflection_task": "心得任务", "study_item": "书目和文件",
    "study_completion": "学习完成", "monthly_theme": "每月一主题", "reminder": "节前提醒", "person": "党员",
    "organisation": "支部", "retention_rule": "保存期限", "hygiene_word": "禁发词语", "telegram": "账号",
    "photos": "照片", "reminder_plan": "节前提醒安排", "group_chat": "工作群", "acknowledgement": "已阅",
    "bind_request": "绑定申请", "calendar_year": "放假安排", "reminder_settings": "节前提醒设置",
    "group_request": "工作群申请", "theme": "每月一主题", "updates": "消息",
}  # fmt: skip


def column_word(name: str) -> str:
    return COLUMNS.get(name, "其他")


def value_word(value: StrEnum) -> str:
    """The word for one of a closed list."""
    return VALUES.get(type(value), {}).get(value.value, PLAIN.get(value.value, "其他"))


def action_word(action: str) -> str:
    return ACTIONS.get(action, "变更")


def subject_word(subject: str) -> str:
    return SUBJECTS.get(subject, "")
