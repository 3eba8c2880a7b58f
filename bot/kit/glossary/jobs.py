"""What the clock does, in the words of whoever is told of it: one for each job."""

from collections.abc import Mapping

JOBS: Mapping[str, str] = {
    "pre_holiday": "节前廉洁提醒",
    "activity_reminder": "活动提醒",
    "sign_in_opens": "签到开始",
    "activity_end": "活动结束核对",
    "activity_change": "活动变更通知",
    "monthly_proposal": "每月活动提醒",
    "makeup_prompt": "补学提示",
    "leave_closed": "请假审批",
    "away_closed": "外出审批",
    "close_due": "统计截止提醒",
    "study_prompt": "学习提示",
    "study_theme_check": "主题未录入提醒",
    "exam_begins": "测试开始",
    "exam_ends": "自动交卷",
    "nudge_morning": "待办提醒",
    "nudge_noon": "待办提醒",
    "unfinished_digest": "25日摘要",
    "weekly_digest": "本周摘要",
    "own_keyboards": "更新下方按钮",
    "group_request_over": "绑定工作群申请到期",
    "exemption_end": "免于考勤到期提醒",
    "anniversary": "政治生日祝贺",
    "term_end": "任期届满提醒",
    "attention": "了解情况",
    "broadcast_correction": "修改已发内容",
}
OTHER_JOB = "定时消息"


def job_word(name: str | None) -> str:
    """The word for a job by its name."""
    return JOBS.get(name or "", OTHER_JOB)
