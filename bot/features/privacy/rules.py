"""What is kept how long, and what a word that may not be sent can be: plain values, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.kit.names import ERASED
from storage.personal import Kind

FOR_EVER = 0
# What the secretary may choose from, in days.
PERIODS = {30: "30天", 90: "90天", 180: "半年", 365: "1年", 1095: "3年", 1825: "5年", FOR_EVER: "长期"}
MOST_WORDS, SHORTEST, LONGEST = 50, 2, 20


@dataclass(frozen=True, slots=True)
class Retention:
    """One rule: what it is called, and after how many days it goes unless the branch says otherwise."""

    label: str
    days: int


RETENTION = {
    Kind.RECEIVED: Retention("收到的消息原文", 30),
    Kind.SENT: Retention("发送的消息原文", 90),
    Kind.DRAFTS: Retention("没有办完的草稿", 30),
    Kind.INVITES: Retention("邀请链接记录", 90),
    Kind.REQUESTS: Retention("绑定申请记录", 90),
    Kind.REASONS: Retention("请假事由、补学说明和外出", 365),
    Kind.PIECES: Retention("心得正文和附件", 1095),
}


def cut_off(now: datetime, days: int) -> datetime | None:
    """What is older goes; None: nothing does."""
    return now - timedelta(days=days) if days != FOR_EVER else None


def erased_name(person_id: int) -> str:
    """What stands in the ledgers for somebody whose data were erased."""
    return f"{ERASED}{person_id}"


# What members send all day: a word inside one of these would shut the door on everybody.
EVERYDAY = (
    "签到",
    "请假",
    "我的学习",
    "本组",
    "更多",
    "交心得",
    "我的记录",
    "帮助",
    "收到",
    "已阅",
    "学完了",
    "提交",
    "取消",
    "撤销",
    "补学",
    "公差",
    "病假",
    "事假",
    "我的数据",
    "我的待办",
    "我还欠什么",
    "党员",
    "支部",
    "心得体会",
    "主题党日",
)


def word_fault(word: str) -> str | None:
    """Why a word (as it is compared) cannot be put on the list; None: it can."""
    if not SHORTEST <= len(word) <= LONGEST:
        return f"请发送{SHORTEST}至{LONGEST}个字的词语。"
    if any(word in everyday for everyday in EVERYDAY):
        return "这是日常办理用的词语，不能禁发。"
    return None
