"""Every word of stopping and correcting; the card of the progress is in bot/kit/broadcasts.py."""

from bot.kit.broadcasts import PREVIEW, BatchContent, DecideCorrection, Draft, Resume, Stop, Sure, figures
from bot.kit.lists import really
from bot.kit.replies import TEXT_LIMIT, Choice, Message
from bot.kit.words import cut
from scheduler.broadcasts import Progress

OLD = "这份更正已失效，请重新点“更正内容”。"
ONLY_PREVIEW = "这是预览，按钮在正式发送后才有效。"
ALL_SENT = "已全部发出，没有可以停止的。"
GOES_ON = "继续发送。"


def sure_to_stop(kind: str, subject_id: int, subject: BatchContent, found: Progress) -> Message:
    return really(
        f"{cut(subject.title, 60)}\n{figures(found)}\n确定停止？未发送的将不再发送。",
        Choice("确定停止", Stop(kind, subject_id, Sure.YES)),
        Choice("继续发送", Stop(kind, subject_id, Sure.NO)),
    )


def stopped(kind: str, subject_id: int, subject: BatchContent, many: int, found: Progress) -> Message:
    rows = [[Choice("继续发送", Resume(kind, subject_id))]] if found.cancelled else []
    return Message(f"{cut(subject.title, 60)}\n已停止发送，{many}份没有发出。\n{figures(found)}", rows)


def resumed(many: int) -> str:
    return f"已继续发送，还有{many}份。"


def ask_text(subject: BatchContent) -> Message:
    """Shows what there is, so that it can be copied and changed."""
    text = f"现在的内容：\n{subject.text}\n\n请发送更正后的全文；不改了请发“取消”。"
    return Message(cut(text, TEXT_LIMIT))


def correction_preview(reworded: Message, found: Progress, dialog_id: int) -> Message:
    rest = f"，未发送的{found.waiting}份按此发送" if found.waiting else ""
    note = f"（已送达的{found.sent}份将改成这样{rest}。核对无误请点“确认更正”。）"
    rows = [
        [Choice("确认更正", DecideCorrection(dialog_id, Draft.SEND))],
        [
            Choice("修改", DecideCorrection(dialog_id, Draft.CHANGE)),
            Choice("取消", DecideCorrection(dialog_id, Draft.DROP)),
        ],
    ]
    return Message(f"{cut(f'{PREVIEW}{chr(10)}{reworded.text}', TEXT_LIMIT - 200)}\n\n{note}", rows)


def corrected(subject: BatchContent, found: Progress) -> Message:
    return Message(f"{cut(subject.title, 60)}\n已更正，正在更改已送达的{found.correcting}份。")
