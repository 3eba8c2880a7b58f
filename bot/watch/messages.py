"""Every word to the operator and to the secretary about what did not go as it should, and about an outage."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from bot.features.accounts.messages import TieGroup
from bot.kit.glossary.choices import OUTBOX_STATES
from bot.kit.glossary.columns import UNDELIVERED
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, day_words, moment_words
from storage.choices import OutboxState

LONGEST_FAULT = 200
SHOWN_NAMES = 30
POSTED_ANEW = "（此条已重新发送，请在最新一条上办理。）"

GROUP = "支部工作群"


# --- to the secretary ----------------------------------------------------------------------------------------------


def undelivered(title: str, total: int, people: Sequence[tuple[str, str]], groups: Sequence[str]) -> str:
    """9月节前提醒：应发25人，2人未送达（甲三，未绑定；丙五，已停用），请另行通知。"""
    parts = []
    if people:
        named = "；".join(f"{name}，{reason_word(reason)}" for name, reason in people[:SHOWN_NAMES])
        more = f"；等{len(people)}人" if len(people) > SHOWN_NAMES else ""
        parts.append(f"{_how_many(total, people)}（{named}{more}）")
    if groups:
        parts.append(f"{GROUP}未送达（{reason_word(groups[0])}）")
    return f"{cut(title, 60)}：{'，'.join(parts)}，请另行通知。"


def _how_many(total: int, people: Sequence[tuple[str, str]]) -> str:
    return f"应发{total}人，{len(people)}人未送达"


def reason_word(reason: str) -> str:
    """Why something did not arrive; anything without a word of its own is simply not delivered."""
    return UNDELIVERED.get(reason, OUTBOX_STATES[OutboxState.FAILED])


# By what the sender or Telegram said of it.
_LOST = {
    "kicked": f"支部小助手已被移出{GROUP}",
    "no_rights": f"支部小助手在{GROUP}被禁止发言",
    "chat_deleted": f"{GROUP}已解散",
}


def your_group_lost(why: str, taken_by: str) -> Message:
    """支部小助手已被移出支部工作群，通知改为逐人私聊发送。 `taken_by`: the branch that has tied it since."""
    return Message(f"{_lost(why, taken_by)}，通知改为逐人私聊发送。", [[Choice("绑定工作群", TieGroup())]])


def _lost(why: str, taken_by: str) -> str:
    if taken_by:
        return f"{GROUP}已改由{cut(taken_by, 60)}绑定"
    return _LOST.get(why, f"支部小助手不能再向{GROUP}发送消息")


# --- to the operator -----------------------------------------------------------------------------------------------


def parked(number: int, ids: Sequence[int], fault: str, since: datetime, tz: tzinfo, *, again: bool = False) -> str:
    """`again`: there is a button below it."""
    shown = "、".join(map(str, ids)) + ("等" if number > len(ids) else "")
    when = moment_words(since, tz)
    text = (
        f"【运行提示】自{when}起有{number}条消息未能办理，已搁置，编号{shown}。"
        f"原因：{cut(fault, LONGEST_FAULT)}。详情请运行 branch-bot owed 查看。"
    )
    return f"{text}排除原因后，可点“重新办理”。" if again else text


def clock(skew: timedelta) -> str:
    seconds = round(abs(skew.total_seconds()))
    word = "慢" if skew > timedelta() else "快"
    return f"【运行提示】本机时钟{word}了约{seconds}秒，定时提醒、清理和备份暂停，请校准时钟。"


def clock_behind() -> str:
    return "【运行提示】本机时间早于最近的记录，时钟可能慢了，定时提醒、清理和备份暂停，请校准时钟。"


def space(free: int, size: int) -> str:
    return f"【运行提示】数据库空间不足：磁盘剩余{_megabytes(free)}兆，数据库{_megabytes(size)}兆，请清理磁盘或扩容。"


def _megabytes(size: int) -> int:
    return size // 1024**2


def silence(seconds: float) -> str:
    return f"【运行提示】已有{round(seconds / 60)}分钟收不到新消息，请检查网络，并确认没有其他程序使用同一令牌。"


def group_lost(branch: str, why: str, taken_by: str) -> str:
    return f"【运行提示】{cut(branch, 60)}：{_lost(why, taken_by)}，通知改为逐人私聊发送。"


def nobody_to_tell(branch: str, what: str) -> str:
    """Names nobody; `what`: how the promise is called, digest or exemption."""
    return (
        f"【运行提示】{cut(branch, 60)}的{_WHAT.get(what, _WHAT['missed'])}无人接收"
        "（书记、副书记、组织委员均未绑定或已停用），请联系该支部。"
    )


_WHAT = {
    "digest": "摘要",
    "exemption": "免于考勤到期提醒",
    "term": "任期届满提醒",
    "undelivered": "未送达名单",
    "monthly": "每月活动提醒",
    "away": "外出审批",
    "close_due": "统计截止提醒",
    "missed": "未按时发送的提示",
}


CONFLICT = (
    "【运行提示】有其他程序正在使用同一令牌接收消息，本支部同志的操作可能收不到。请停止其中一个程序，或为各自更换令牌。"
)
WEBHOOK_INSTEAD = (
    "【运行提示】有人为同一令牌设置了webhook，小助手收不到新消息，到期的提醒照常发送。"
    "请删除该webhook（deleteWebhook），或按文档设置WEBHOOK_URL后重新启动。"
)
WEBHOOK_BESIDE = (
    "【运行提示】有人为同一令牌设置了webhook，小助手收不到新消息，已停止运行。"
    "请删除该webhook（deleteWebhook），或按文档设置WEBHOOK_URL后重新启动。"
)
WEBHOOK_GONE = "【运行提示】webhook被删除，小助手将重新设置。请确认没有其他程序使用同一令牌。"


def webhook_elsewhere(host: str) -> str:
    return (
        f"【运行提示】webhook已被改到{cut(host, 60)}，小助手收不到新消息。"
        "如非本人所设，请更换令牌；如已改用，请停止本程序。重新启动后将改回本程序。"
    )


def webhook_failed(words: str) -> str:
    return f"【运行提示】Telegram向webhook发送消息失败：{cut(words, LONGEST_FAULT)}。请检查域名、证书和反向代理。"


def failing(job: str, number: int, fault: str) -> str:
    return f"【运行提示】定时任务 {job} 连续{number}次未能完成。原因：{cut(fault, LONGEST_FAULT)}。"


def year_missing(year: int) -> str:
    return f"【运行提示】还没有{year}年的放假安排，工作日和节假日均为暂定。公布后请及时更新。"


def provisional(names: str, send_day: date) -> str:
    return f"【运行提示】{names}的放假安排尚为暂定，节前提醒将于{day_words(send_day)}按暂定日期发送，请核对。"


def outage(start: datetime, end: datetime, tz: tzinfo, *, anew: bool) -> str:
    """7月7日（周五）14:02至14:12; `anew`: the open cards are posted once more."""
    local = end.astimezone(tz)
    until = f"{local:%H:%M}" if local.date() == start.astimezone(tz).date() else moment_words(end, tz)
    minutes = max(round((end - start).total_seconds() / 60), 1)
    text = f"【运行提示】小助手于{moment_words(start, tz)}至{until}停止运行或断网，约{minutes}分钟。"
    return f"{text}其间点过的按钮可能无效，可办理的卡片将重新发送。" if anew else text
