"""Every word of stopping and changing what was sent; the card of the progress is in bot/kit/broadcasts.py."""

from bot.kit.broadcasts import PREVIEW, BatchContent, Resume, Stop, Sure, figures
from bot.kit.lists import really
from bot.kit.replies import Choice, Message
from bot.kit.words import cut
from scheduler.broadcasts import Progress

ASK_TEXT = "请发送修改后的全文。"
ANOTHER = "\n（尚未修改。请重新发送修改后的全文。）"
ONLY_PREVIEW = "这是预览，按钮在正式发送后才有效。"
ALL_SENT = "已全部发送，没有可以停止的内容。"
GOES_ON = "未停止，正在继续发送。"


def sure_to_stop(kind: str, subject_id: int, subject: BatchContent, found: Progress) -> Message:
    return really(
        f"{cut(subject.title, 60)}\n{figures(found)}\n确认停止发送吗？未发送的将不再发送。",
        Choice("确认停止", Stop(kind, subject_id, Sure.YES)),
        Choice("不停止", Stop(kind, subject_id, Sure.NO)),
    )


def stopped(kind: str, subject_id: int, subject: BatchContent, many: int, found: Progress) -> Message:
    rows = [[Choice("继续发送", Resume(kind, subject_id))]] if found.cancelled else []
    return Message(f"{cut(subject.title, 60)}\n已停止发送，{many}份没有发送。\n{figures(found)}", rows)


def resumed(many: int) -> str:
    return f"已继续发送，还有{many}份。"


def now(subject: BatchContent) -> str:
    return f"现在的内容：\n{subject.text}\n"


def reworded(message: Message) -> str:
    return f"{PREVIEW}\n{message.text}\n"


def correction_confirm(found: Progress) -> str:
    rest = f"，未发送的{found.waiting}份按此发送" if found.waiting else ""
    return f"（已送达的{found.sent}份将改成这样{rest}。核对无误请点“确认修改”。）"


def corrected(subject: BatchContent, found: Progress) -> Message:
    return Message(f"{cut(subject.title, 60)}\n已修改，正在更新已送达的{found.correcting}份。")
