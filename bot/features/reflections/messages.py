"""Every word that this feature shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from bot.features.reflections import buttons, rules
from bot.features.reflections.buttons import Reason
from bot.features.reflections.service import Task
from bot.kit.glossary.choices import AUDIENCES, PIECES
from bot.kit.lists import really
from bot.kit.replies import Choice, Document, Message, Pages, Said
from bot.kit.words import day_words, moment_words, short_day
from storage.choices import PieceState, TaskAudience
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask

REASONS = {
    Reason.PERSONAL: "请补充个人体会",
    Reason.WORK: "请结合本职工作",
    Reason.UNREADABLE: "内容看不清，请重新发送",
}
EMPTY = "现在没有需要提交的心得。"
EDIT_TAKEN = "已按您的修改更新。"
EDIT_TOO_LATE = "这篇心得已提交，修改不再生效。如需更改，请在10分钟内点“撤销”，或在退回后重新提交。"
AFTER_CUT_OFF = "本季度已关账，是否计入请联系支部书记。"
ASK_REASON = "请选择退回原因，或直接发送文字（会告诉本人）。不退了请发“取消”。"
SHOWN = 20
# In UTF-16 units, as Telegram counts; leaves room for the heading and a reason.
ONE_MESSAGE, CAPTION = 3000, 1024


@dataclass(frozen=True, slots=True)
class Counts:
    """What the live card of a task shows: people and pieces."""

    expected: int
    handed_in: int
    waiting: int
    accepted: int
    returned: int
    late: int


# --- the task ------------------------------------------------------------------------------------------------------


def _about(task: Task) -> list[str]:
    row = task.row
    more = f"，每人最多{row.per_person}篇" if row.per_person > 1 else ""
    lines = [f"对象：{AUDIENCES[row.audience]}{more}", f"截止：{day_words(row.due_on)}"]
    return [f"关联：{task.subject.title}", *lines] if task.subject.title else lines


def announced(task: Task) -> Message:
    """To each who is asked."""
    how = "文字、照片、文件、语音均可，可分多条发送。"
    rows = [[Choice("交心得", buttons.HandIn(task.row.id))]]
    return Message("\n".join([f"【心得体会】{task.row.title}", *_about(task), how]), rows)


def called_off(task: Task) -> Message:
    return Message(f"【心得取消】{task.row.title}\n这项心得不再需要提交。")


def task_card(task: Task, counts: Counts) -> Message:
    """The maker's card with the live counts."""
    waiting = f"待审{counts.waiting}篇，" if counts.waiting else ""
    late = f"，逾期{counts.late}篇" if counts.late else ""
    asked = f"应交{counts.expected}人，已交{counts.handed_in}人\n" if counts.expected else ""
    text = f"{asked}{waiting}通过{counts.accepted}篇，退回{counts.returned}篇{late}"
    rows = [
        [Choice("待审心得", buttons.ListWaiting(task.row.id)), Choice("未交名单", buttons.ListMissing(task.row.id))],
        [Choice("取消任务", buttons.CallOffTask(task.row.id, 0))],
    ]
    return Message("\n".join([f"【心得任务】{task.row.title}", *_about(task), text]), rows)


def sure_to_call_off(task: Task) -> Message:
    return really(
        f"确定取消“{task.row.title}”并通知有关同志吗？",
        Choice("确定取消", buttons.CallOffTask(task.row.id, 1)),
        Choice("不取消", buttons.OpenTask(task.row.id)),
    )


def choose_task(title: str, tasks: Iterable[Task], does: type[buttons.HandIn | buttons.OpenTask]) -> Message:
    """Ask which one, when there are several."""
    return Message(
        title,
        [[Choice(f"{task.row.title[:16]} {short_day(task.row.due_on)}前", does(task.row.id))] for task in tasks],
    )


def missing(task: Task, names: Sequence[str]) -> list[Message]:
    """Names of who has handed nothing in, for the desk."""
    lines = [f"{task.row.title}：未交{len(names)}人", "、".join(names) or "全部已交。"]
    return [Message(text) for text in Pages().add(lines).texts]


# --- the author ----------------------------------------------------------------------------------------------------


def own_card(row: Reflection, task: ReflectionTask, parts: int, tz: tzinfo, note: str = "") -> Message:
    """The author's card of one version, as it stands."""
    title = f"【交心得】{task.title}{_piece(row, task)}"
    if row.withdrawn_at is not None:
        return Message(f"{title}\n已取消。需要时请再点“交心得”。", [[Choice("交心得", buttons.HandIn(task.id))]])
    if row.state is PieceState.DRAFT:
        return _draft_card(row, task, title, parts)
    if row.state is PieceState.SUBMITTED and row.submitted_at is not None:
        late = "（逾期）" if rules.is_late(row.submitted_at, task.due_on, tz) else ""
        done = f"已提交{parts}条：{moment_words(row.submitted_at, tz)}{late}，等待审阅。"
        return Message(f"{title}\n{done}{note}", [[Choice("撤销", buttons.UndoSubmit(row.id))]])
    return reviewed(row, task)


def _draft_card(row: Reflection, task: ReflectionTask, title: str, parts: int) -> Message:
    cancel = Choice("取消", buttons.Discard(row.id))
    if not parts:
        how = "请直接发送文字、照片、文件或语音，可分多条。"
        return Message(f"{title}\n截止：{day_words(task.due_on)}\n{how}", [[cancel]])
    return Message(
        f"{title}\n已收到{parts}条。可继续发送，发完请点“提交”。",
        [[Choice("提交", buttons.Submit(row.id)), cancel]],
    )


def _piece(row: Reflection, task: ReflectionTask) -> str:
    piece = f"（第{row.piece}篇）" if task.per_person > 1 else ""
    return f"{piece}（第{row.version}稿）" if row.version > 1 else piece


def reviewed(row: Reflection, task: ReflectionTask) -> Message:
    """To the author."""
    if row.state is PieceState.ACCEPTED:
        return Message(f"心得已通过：{task.title}{_piece(row, task)}。")
    again = [[Choice("重新提交", buttons.HandIn(task.id))]]
    return Message(f"心得已退回：{row.return_reason.rstrip('。')}。\n{task.title}{_piece(row, task)}", again)


# --- the reviewer --------------------------------------------------------------------------------------------------


def review_card(
    row: Reflection, task: ReflectionTask, name: str, parts: Sequence[ReflectionPart], tz: tzinfo, by: str = ""
) -> Message:
    """通过/退回, or what became of it. A short piece of text alone stands in the card itself."""
    late = "（逾期）" if rules.is_late(row.submitted_at, task.due_on, tz) else ""
    when = f"，{moment_words(row.submitted_at, tz)}{late}" if row.submitted_at else ""
    text = f"【心得审阅】{name}同志：{task.title}{_piece(row, task)}{when}"
    text += f"\n{_text(parts)}" if in_one_card(parts) else f"\n共{len(parts)}条，见上。"
    if row.withdrawn_at is not None:
        return Message(f"{text}\n已由本人撤回。")
    if row.state is PieceState.SUBMITTED:
        choices = [Choice("通过", buttons.Review(row.id, 1)), Choice("退回", buttons.Review(row.id, 0))]
        return Message(text, [choices])
    word = PIECES[row.state] + ("" if row.state is PieceState.ACCEPTED else f"：{row.return_reason}")
    return Message(f"{text}\n{word}{f'（{by}）' if by else ''}")


def in_one_card(parts: Sequence[ReflectionPart]) -> bool:
    return all(part.file_id is None for part in parts) and _units(_text(parts)) <= ONE_MESSAGE


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _text(parts: Sequence[ReflectionPart]) -> str:
    return "\n".join(part.text for part in parts)


def forwarded(parts: Sequence[ReflectionPart]) -> list[Said]:
    """What was handed in, message by message, files by Telegram's own id; empty when the card has it all."""
    return [] if in_one_card(parts) else [said for part in parts for said in _forwarded(part)]


def _forwarded(part: ReflectionPart) -> list[Said]:
    if part.file_id is None:
        return [Message(part.text)]
    short = _units(part.text) <= CAPTION
    file = Document(
        part.file_name or "心得体会", file_id=part.file_id, caption=part.text if short else "", kind=part.kind
    )
    return [file] if short else [file, Message(part.text)]


def choose_reason(row: Reflection) -> Message:
    choices = [[Choice(word, buttons.ReturnFor(row.id, reason))] for reason, word in REASONS.items()]
    return Message(ASK_REASON, choices)


def waiting_list(found: Sequence[tuple[Reflection, ReflectionTask, str]]) -> Message:
    """审阅: who waits for a review."""
    if not found:
        return Message("没有待审阅的心得。")
    more = f"，先列出{SHOWN}篇" if len(found) > SHOWN else ""
    return Message(
        f"待审阅的心得{len(found)}篇{more}：",
        [[Choice(f"{name}：{task.title}"[:30], buttons.OpenPiece(row.id))] for row, task, name in found[:SHOWN]],
    )


def done_line(row: Reflection, task: ReflectionTask, name: str) -> str:
    return f"{PIECES[row.state]}：{name}同志，{task.title}"


def wizard_summary(
    title: str, subject: str, audience: TaskAudience | None, due_on: date | None, per_person: int
) -> str:
    """What the wizard has gathered so far."""
    lines = [f"【布置心得】{title}"]
    lines += [f"关联：{subject}"] if subject else []
    lines += [f"对象：{AUDIENCES[audience]}"] if audience else []
    lines += [f"截止：{day_words(due_on)}"] if due_on else []
    lines += [f"每人最多{per_person}篇"] if per_person > 1 else []
    return "\n".join(lines)
