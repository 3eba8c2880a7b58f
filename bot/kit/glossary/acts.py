"""The word of every act of the log and of what it was done to, once, and by whom or what."""

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "make": "新建", "cancel": "取消", "postpone": "延期", "settle": "登记考勤", "sign_in": "签到", "undo": "撤销",
    "mark": "补登", "ask": "申请", "decide": "审批", "withdraw": "取消", "enter": "补登", "submit": "提交",
    "resubmit": "修改重交",
    "review": "审阅", "discard": "放弃", "complete": "完成", "acknowledge": "回复", "erase": "注销数据", "set": "设置",
    "sweep": "清理", "add": "增加", "remove": "删除", "export": "取得数据", "branch_added": "新建支部",
    "bound": "绑定账号", "secretary_claimed": "书记绑定", "secretary_invited": "邀请书记", "invite_made": "生成邀请",
    "invites_made": "批量邀请", "group_invited": "邀请工作群", "group_tied": "绑定工作群", "invite_failed": "链接无效",
    "reachable_changed": "停用或启用", "account_moved": "账号转移",
    "person_added": "编入", "person_changed": "修改",
    "change": "修改", "confirm": "确认", "fact_changed": "变更", "fact_undone": "撤销变更", "term_changed": "登记换届",
    "archive_imported": "导入档案", "binding_asked": "收到", "binding_decided": "核对", "reinvited": "重新邀请",
    "invite_revoked": "作废邀请", "group_asked": "申请工作群", "group_decided": "答复工作群申请",
    "unbound": "解除绑定", "handed_over": "移交书记职务", "place_chosen": "切换支部", "stop": "停止发送",
    "resume": "继续发送", "correct": "修改已发内容", "person_removed": "移除", "code_made": "生成签到码",
    "read_in": "导入", "office_given": "任职", "office_ended": "免职", "taken_up": "重新办理", "send": "发送",
    "register": "登记", "come_back": "提前返回", "state": "变更状态", "end": "结束", "save": "保存",
    "begin": "开始", "let_in": "安排补考", "close": "定稿", "amend": "更正",
}  # fmt: skip
# What the same act is called of one kind of thing.
_OF_SUBJECT: Mapping[tuple[str, str], str] = {("withdraw", "study_item"): "撤回", ("review", "makeup"): "审核"}

SUBJECTS: Mapping[str, str] = {
    "activity": "活动", "component": "活动内容", "delegate": "参加人员",
    "attendance": "考勤", "leave_request": "请假", "away_span": "外出", "makeup": "补学", "receipt": "收到",
    "notice": "通知", "reflection": "心得", "reflection_task": "心得任务", "study_item": "学习内容",
    "study_completion": "学习完成", "monthly_theme": "每月一主题", "reminder": "节前提醒", "person": "党员",
    "organisation": "支部", "retention_rule": "保存期限", "hygiene_word": "禁发词语", "telegram": "账号",
    "photos": "照片", "reminder_plan": "节前提醒安排", "group_chat": "工作群", "acknowledgement": "已阅",
    "bind_request": "绑定申请", "calendar_year": "放假安排", "reminder_settings": "节前提醒设置",
    "group_request": "工作群申请", "theme": "每月一主题", "updates": "消息", "sends": "提醒设置",
    "study_settings": "学习提示设置", "entry": "登记", "own_kind": "登记项目", "branch_settings": "支部设置",
    "vote": "表决", "minutes": "会议记录", "activity_file": "活动附件", "activity_template": "活动要求",
    "recurrence": "每月活动", "exam": "考试", "exam_attempt": "答题", "exam_question": "题目",
    "talk": "谈话", "talk_campaign": "谈话活动",
    "development_event": "发展党员",
    "norm_file": "规范要求", "dues_month": "党费登记", "quarter_close": "季度定稿", "correction": "更正",
    "ledger": "台账", "report": "工作总结",
}  # fmt: skip

# Who acted where nobody is named.
VIA: Mapping[str, str] = {"chat": "聊天", "command": "系统管理员", "clock": "定时", "setting": "设置"}
# By what somebody was bound.
BOUND_BY: Mapping[str, str] = {"link": "邀请链接", "setting": "设置", "number": "手机号码", "request": "绑定申请"}


def action_word(action: str, subject: str = "") -> str:
    return _OF_SUBJECT.get((action, subject)) or ACTIONS.get(action, "变更")


def subject_word(subject: str) -> str:
    return SUBJECTS.get(subject, "")
