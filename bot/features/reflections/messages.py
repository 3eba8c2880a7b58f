"""Every word that this feature shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from bot.features.reflections import buttons, rules
from bot.features.reflections.buttons import Reason
from bot.features.reflections.service import Standing, Task
from bot.kit.glossary.choices import AUDIENCES, PIECES
from bot.kit.lists import really, two_a_row
from bot.kit.replies import Choice, Document, Message, Pages, Said
from bot.kit.words import by_day, cut, day_words, moment_words
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
ASK_REASON = "请选择退回原因，或直接发送文字。退回原因会告诉本人。"
HOW = "文字、语音、照片、文件均可，可以分多条发送。"
SHOWN, LABEL = 20, 16
# In UTF-16 units, as Telegram counts; leaves room for the heading and a reason.
ONE_MESSAGE, CAPTION = 3000, 1024


@dataclass(frozen=True, slots=True)
class Counts:
    """What the live card of a task shows: people, then pieces. `to_review` are some of those who have handed in,
    `sent_back` some of the others.
    """

    expected: int
    handed_in: int
    to_review: int
    sent_back: int
    waiting: int
    accepted: int
    returned: int
    late: int


# --- the task ------------------------------------------------------------------------------------------------------


def _about(task: Task) -> list[str]:
    row = task.row
    more = f"，每人最多{row.per_person}篇" if row.per_person > 1 else ""
    lines = [f"对象：{AUDIENCES[row.audience]}{more}", f"截止日期：{day_words(row.due_on)}"]
    return [f"关联：{task.subject.title}", *lines] if task.subject.title else lines


def announced(task: Task) -> Message:
    """To each who is asked."""
    how = f"请于{by_day(task.row.due_on)}点“交心得”提交，{HOW}"
    rows = [[Choice("交心得", buttons.HandIn(task.row.id))]]
    return Message("\n".join([f"【心得体会】{task.row.title}", *_about(task)[:-1], how]), rows)


def called_off(task: Task) -> Message:
    return Message(f"【心得取消】{task.row.title}\n心得任务已取消，无需提交。")


def task_card(task: Task, counts: Counts) -> Message:
    """The maker's card with the live counts."""
    rows = [
        [Choice("审阅心得", buttons.ListWaiting(task.row.id)), Choice("未交名单", buttons.ListMissing(task.row.id))],
        [Choice("取消任务", buttons.CallOffTask(task.row.id, 0))],
    ]
    lines = [f"【心得任务】{task.row.title}", *_about(task), _people(counts), _pieces(counts)]
    return Message("\n".join(filter(None, lines)), rows)


def _people(counts: Counts) -> str:
    """应交23人，已交20人（待审阅5人），未交3人（已退回1人）。"""
    if not counts.expected:
        return ""
    to_review = f"（待审阅{counts.to_review}人）" if counts.to_review else ""
    sent_back = f"（已退回{counts.sent_back}人）" if counts.sent_back else ""
    missing = counts.expected - counts.handed_in
    left = f"未交{missing}人{sent_back}" if missing else ""
    given = f"已交{counts.handed_in}人{to_review}" if counts.handed_in else ""
    return "，".join(filter(None, [f"应交{counts.expected}人", given, left])) + "。"


def _pieces(counts: Counts) -> str:
    """收到心得21篇：待审阅5篇，已通过15篇，已退回1篇，逾期2篇。"""
    states = {"待审阅": counts.waiting, "已通过": counts.accepted, "已退回": counts.returned}
    said = [f"{word}{number}篇" for word, number in (states | {"逾期": counts.late}).items() if number]
    return f"收到心得{sum(states.values())}篇：{'，'.join(said)}。" if said else ""


def sure_to_call_off(task: Task) -> Message:
    return really(
        f"确认取消“{task.row.title}”吗？取消后将通知有关同志。",
        Choice("取消任务", buttons.CallOffTask(task.row.id, 1)),
        Choice("保留任务", buttons.OpenTask(task.row.id)),
    )


def choose_task(title: str, tasks: Sequence[Task], does: type[buttons.HandIn | buttons.OpenTask], verb: str) -> Message:
    """Ask which one, when there are several."""
    lines = [f"{at}. {task.row.title}：{by_day(task.row.due_on)}" for at, task in enumerate(tasks, 1)]
    taps = [Choice(f"{verb}第{at}项", does(task.row.id)) for at, task in enumerate(tasks, 1)]
    return Message("\n".join([title, *lines]), two_a_row(taps))


def missing(task: Task, found: Standing) -> list[Message]:
    """Names of who has handed nothing in, for the desk; apart from them who has it back, and who waits."""
    named = {"未交": found.missing, "已退回": found.returned, "待审阅": found.waiting}
    lines = [task.row.title, *([] if found.missing or found.returned else ["全部已交。"])]
    lines += [f"{word}{len(names)}人：{'、'.join(names)}" for word, names in named.items() if names]
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
        done = f"已于{moment_words(row.submitted_at, tz)}提交{parts}条{late}，待审阅。"
        return Message(f"{title}\n{done}{note}", [[Choice("撤销", buttons.UndoSubmit(row.id))]])
    return reviewed(row, task)


def _draft_card(row: Reflection, task: ReflectionTask, title: str, parts: int) -> Message:
    cancel = Choice("取消", buttons.Discard(row.id))
    if not parts:
        return Message(f"{title}\n截止日期：{day_words(task.due_on)}\n请直接发送心得，{HOW}", [[cancel]])
    return Message(
        f"{title}\n已收到{parts}条，尚未提交。可以继续发送，发完请点“提交”。",
        [[Choice("提交", buttons.Submit(row.id)), cancel]],
    )


def _piece(row: Reflection, task: ReflectionTask) -> str:
    piece = f"（第{row.piece}篇）" if task.per_person > 1 else ""
    return f"{piece}（第{row.version}稿）" if row.version > 1 else piece


def reviewed(row: Reflection, task: ReflectionTask) -> Message:
    """To the author."""
    if row.state is PieceState.ACCEPTED:
        return Message(f"您的心得已通过：{task.title}{_piece(row, task)}。")
    again = [[Choice("重新提交", buttons.HandIn(task.id))]]
    why = row.return_reason.rstrip("。")
    return Message(f"您的心得已退回：{why}。\n{task.title}{_piece(row, task)}\n修改后请点“重新提交”。", again)


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
        return Message(f"{text}\n本人已撤销提交。")
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
    """What comes first of each stands on its button."""
    labels = {reason: word.partition("，")[0] for reason, word in REASONS.items()}
    choices = [[Choice(label, buttons.ReturnFor(row.id, reason))] for reason, label in labels.items()]
    return Message(ASK_REASON, choices)


def waiting_list(found: Sequence[tuple[Reflection, ReflectionTask, str]]) -> Message:
    """审阅: who waits for a review."""
    if not found:
        return Message("现在没有待审阅的心得。")
    more = f"，先列出{SHOWN}篇" if len(found) > SHOWN else ""
    return Message(
        f"待审阅的心得{len(found)}篇{more}：",
        [[Choice(cut(f"{name}：{task.title}", LABEL), buttons.OpenPiece(row.id))] for row, task, name in found[:SHOWN]],
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
    lines += [f"截止日期：{day_words(due_on)}"] if due_on else []
    lines += [f"每人最多{per_person}篇"] if per_person > 1 else []
    return "\n".join(lines)
