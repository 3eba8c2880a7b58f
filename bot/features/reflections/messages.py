"""Every word that this feature shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from bot.features.reflections import buttons, kinds, rules
from bot.features.reflections.buttons import Reason
from bot.features.reflections.items import due_in
from bot.features.reflections.kinds import Kind
from bot.features.reflections.service import Standing, Task
from bot.kit.glossary.choices import AUDIENCES, PIECES
from bot.kit.lists import really, two_a_row
from bot.kit.replies import Choice, Document, Message, Pages, Said
from bot.kit.words import by_day, cut, day_words, in_marks, moment_words, short_day
from storage.choices import HandInKind, PieceState, TaskAudience
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask, SelfCheckItem

REASONS = {
    Reason.PERSONAL: "请补充个人体会",
    Reason.WORK: "请结合本职工作",
    Reason.MEASURE: "缺少整改措施，请补充",
    Reason.VAGUE: "问题不够具体，请补充",
    Reason.UNREADABLE: "内容看不清，请重新发送",
}
_OF_REFLECTIONS = (Reason.PERSONAL, Reason.WORK, Reason.UNREADABLE)
_OF_SELF_CHECKS = (Reason.MEASURE, Reason.VAGUE, Reason.UNREADABLE)
EMPTY = "现在没有需要提交的{noun}。"
EDIT_TAKEN = "已按您的修改更新。"
EDIT_TOO_LATE = "这份内容已提交，修改不再生效。如需更改，请在审阅前点“修改重交”，或在退回后重新提交。"
ASK_REASON = "请选择退回原因，或直接发送文字。退回原因会告诉本人。"
SHOWN, LABEL = 20, 16
# In UTF-16 units, as Telegram counts; leaves room for the heading and a reason.
ONE_MESSAGE, CAPTION = 3000, 1024
# What is shown of each line of a form in the draft's own card.
_IN_A_DRAFT = 60
_MOST_COUNTED, _IN_A_ROW = 20, 4


@dataclass(frozen=True, slots=True)
class Counts:
    """What the live card of a task shows: people, then pieces. `to_review` are some of those who have handed in,
    `sent_back` some of the others. problems: of the self-checks that were accepted.
    """

    expected: int
    handed_in: int
    to_review: int
    sent_back: int
    waiting: int
    accepted: int
    returned: int
    late: int
    problems: int = 0


# --- the task ------------------------------------------------------------------------------------------------------


def _about(task: Task) -> list[str]:
    row = task.row
    more = f"，每人最多{row.per_person}篇" if row.per_person > 1 else ""
    lines = [f"对象：{AUDIENCES[row.audience]}{more}", f"截止日期：{day_words(row.due_on)}"]
    return [f"关联：{task.subject.title}", *lines] if task.subject.title else lines


def announced(task: Task) -> Message:
    """To each who is asked."""
    kind = _kind(task.row)
    how = f"请于{by_day(task.row.due_on)}点“{kind.act}”提交，{kind.how}"
    rows = [[Choice(kind.act, buttons.HandIn(task.row.id))]]
    return Message("\n".join([f"【{kind.title}】{task.row.title}", *_about(task)[:-1], how]), rows)


def called_off(task: Task) -> Message:
    noun = _kind(task.row).noun
    return Message(f"【{noun}取消】{task.row.title}\n{noun}任务已取消，无需提交。")


def _kind(task: ReflectionTask) -> Kind:
    return kinds.of(task.kind or HandInKind.REFLECTION)


def task_card(task: Task, counts: Counts) -> Message:
    """The maker's card with the live counts."""
    noun = _kind(task.row).noun
    rows = [
        [Choice(f"审阅{noun}", buttons.ListWaiting(task.row.id)), Choice("未交名单", buttons.ListMissing(task.row.id))],
        [Choice("取消任务", buttons.CallOffTask(task.row.id, 0))],
    ]
    lines = [f"【{noun}任务】{task.row.title}", *_about(task), _people(counts), _pieces(task.row, counts)]
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


def _pieces(task: ReflectionTask, counts: Counts) -> str:
    """收到心得21篇：待审阅5篇，已通过15篇，已退回1篇，逾期2篇。 Of self-checks with the problems of those accepted."""
    kind = _kind(task)
    states = {"待审阅": counts.waiting, "已通过": counts.accepted, "已退回": counts.returned}
    said = [f"{word}{number}{kind.unit}" for word, number in (states | {"逾期": counts.late}).items() if number]
    said += [f"问题和整改措施各{counts.problems}个"] if counts.problems else []
    return f"收到{kind.noun}{sum(states.values())}{kind.unit}：{'，'.join(said)}。" if said else ""


def sure_to_call_off(task: Task) -> Message:
    return really(
        f"确认取消{in_marks(task.row.title)}吗？取消后将通知有关同志。",
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


def own_card(
    row: Reflection,
    task: ReflectionTask,
    parts: int,
    tz: tzinfo,
    note: str = "",
    items: Sequence[SelfCheckItem] = (),
    stands: bool = False,
) -> Message:
    """The author's card of one version, as it stands. stands: a version before it waits for its review still."""
    kind = _kind(task)
    title = f"【{kind.act}】{task.title}{_piece(row, task)}"
    if row.withdrawn_at is not None and stands:
        return Message(f"{title}\n已取消修改，之前提交的内容仍然有效。")
    if row.withdrawn_at is not None and row.submitted_at is not None:
        return Message(f"{title}\n这一稿已撤销，以最新一稿为准。")
    if row.withdrawn_at is not None:
        again = [[Choice(kind.act, buttons.HandIn(task.id))]]
        return Message(f"{title}\n已取消。需要时请再点“{kind.act}”。", again)
    if row.state is PieceState.DRAFT:
        return _draft_card(row, task, title, parts, items)
    if row.state is PieceState.SUBMITTED and row.submitted_at is not None:
        late = "（逾期）" if rules.is_late(row.submitted_at, task.due_on, tz) else ""
        done = f"已于{moment_words(row.submitted_at, tz)}提交{_holds(row, parts, items)}{late}，待审阅。"
        return Message(f"{title}\n{done}{note}", [[Choice("修改重交", buttons.Resubmit(row.id))]])
    return reviewed(row, task)


def _holds(row: Reflection, parts: int, items: Sequence[SelfCheckItem]) -> str:
    """2条, 2个问题和整改措施，附件1个, （无问题）."""
    if row.problems == 0:
        return "（无问题）"
    said = [f"{len(items)}个问题和整改措施"] if items else []
    said += [f"附件{parts}个" if items else f"{parts}条"] if parts else []
    return "，".join(said)


def _draft_card(
    row: Reflection, task: ReflectionTask, title: str, parts: int, items: Sequence[SelfCheckItem]
) -> Message:
    kind, cancel = _kind(task), Choice("取消", buttons.Discard(row.id))
    check = task.kind is HandInKind.SELF_CHECK
    if not parts and not items:
        begin = [Choice("无问题", buttons.NoProblem(row.id)), Choice("下载空白表", buttons.EmptyForm(row.id))]
        ask = "请发送第1个问题。" if check else f"请直接发送{kind.noun}，{kind.how}"
        more = "也可以发送填好的表格或照片；没有问题的，请点“无问题”。" if check else ""
        text = f"{title}\n截止日期：{day_words(task.due_on)}\n{ask}{more}"
        return Message(text, [begin, [cancel]] if check else [[cancel]])
    listed = [line for at, one in enumerate(items, 1) for line in _lines(at, one, _IN_A_DRAFT)]
    went = [f"已收到附件{parts}个。" if items else f"已收到{parts}条，尚未提交。"] if parts else []
    text = "\n".join([title, *listed, *went, _next(items)])
    keys = [Choice("提交", buttons.Submit(row.id)), Choice("删除上一条", buttons.DropLast(row.id))]
    return Message(text, [keys[1:] if _open(items) else keys, [cancel]])


def _open(items: Sequence[SelfCheckItem]) -> int:
    """Which problem waits for its measure; 0: none."""
    return next((at for at, one in enumerate(items, 1) if not one.measure), 0)


def _next(items: Sequence[SelfCheckItem]) -> str:
    if not items:
        return "可以继续发送，发完请点“提交”。"
    if _open(items):
        return f"请发送第{_open(items)}个问题的整改措施。"
    return f"尚未提交。可以发送第{len(items) + 1}个问题，发完请点“提交”。"


def _lines(at: int, one: SelfCheckItem, longest: int | None = None) -> list[str]:
    """1. 问题：……  措施：……（责任人：甲二）"""
    problem, measure = (cut(text, longest) if longest else text for text in (one.problem, one.measure))
    facts = [f"责任人：{one.owner}"] if one.owner else []
    if one.due_on is not None and due_in(one.measure, one.due_on) is None:
        facts.append(f"{short_day(one.due_on)}前")
    owner = f"（{'，'.join(facts)}）" if facts else ""
    return [f"{at}. 问题：{problem}", *([f"　措施：{measure}{owner}"] if measure else [])]


def _piece(row: Reflection, task: ReflectionTask) -> str:
    piece = f"（第{row.piece}篇）" if task.per_person > 1 else ""
    return f"{piece}（第{row.version}稿）" if row.version > 1 else piece


def reviewed(row: Reflection, task: ReflectionTask) -> Message:
    """To the author."""
    if row.state is PieceState.ACCEPTED:
        return Message(f"您的{_kind(task).noun}已通过：{task.title}{_piece(row, task)}。")
    again = [[Choice("重新提交", buttons.HandIn(task.id))]]
    why = row.return_reason.rstrip("。")
    return Message(
        f"您的{_kind(task).noun}已退回：{why}。\n{task.title}{_piece(row, task)}\n修改后请点“重新提交”。", again
    )


# --- the reviewer --------------------------------------------------------------------------------------------------


def review_card(
    row: Reflection,
    task: ReflectionTask,
    name: str,
    parts: Sequence[ReflectionPart],
    tz: tzinfo,
    by: str = "",
    items: Sequence[SelfCheckItem] = (),
    anew: bool = False,
) -> Message:
    """通过/退回, or what became of it. A short piece of text alone stands in the card itself."""
    late = "（逾期）" if rules.is_late(row.submitted_at, task.due_on, tz) else ""
    when = f"，{moment_words(row.submitted_at, tz)}{late}" if row.submitted_at else ""
    text = f"【{_kind(task).noun}审阅】{name}同志：{task.title}{_piece(row, task)}{when}"
    text += f"\n{_said(row, parts, items)}"
    if row.withdrawn_at is not None:
        return Message(f"{text}\n{'本人已修改重交，请审阅最新一稿。' if anew else '本人已撤销提交。'}")
    if row.state is PieceState.SUBMITTED:
        choices = [Choice("通过", buttons.Review(row.id, 1)), Choice("退回", buttons.Review(row.id, 0))]
        return Message(text, [choices])
    word = PIECES[row.state] + ("" if row.state is PieceState.ACCEPTED else f"：{row.return_reason}")
    return Message(f"{text}\n{word}{f'（{by}）' if by else ''}")


def _said(row: Reflection, parts: Sequence[ReflectionPart], items: Sequence[SelfCheckItem]) -> str:
    """What the card itself says of a piece."""
    if row.problems == 0 and not parts:
        return "无问题。"
    counted = [f"表中问题{row.problems}个。"] if row.problems is not None else []
    sent = [] if not parts and items else [_text(parts) if in_one_card(parts) else f"共{len(parts)}条，见上。"]
    listed = form_text(items)
    shown = [listed] if listed and _units(listed) <= ONE_MESSAGE else ["问题和整改措施见上。"] if listed else []
    return "\n".join([*shown, *sent, *counted])


def form_text(items: Sequence[SelfCheckItem]) -> str:
    return "\n".join(line for at, one in enumerate(items, 1) for line in _lines(at, one))


def in_one_card(parts: Sequence[ReflectionPart]) -> bool:
    return all(part.file_id is None for part in parts) and _units(_text(parts)) <= ONE_MESSAGE


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _text(parts: Sequence[ReflectionPart]) -> str:
    return "\n".join(part.text for part in parts)


def forwarded(parts: Sequence[ReflectionPart], items: Sequence[SelfCheckItem] = ()) -> list[Said]:
    """What was handed in, message by message, files by Telegram's own id; empty when the card has it all."""
    listed = form_text(items)
    lines = Pages().add(listed.split("\n")).texts if _units(listed) > ONE_MESSAGE else []
    sent = [] if in_one_card(parts) else [said for part in parts for said in _forwarded(part)]
    return [*(Message(text) for text in lines), *sent]


def _forwarded(part: ReflectionPart) -> list[Said]:
    if part.file_id is None:
        return [Message(part.text)]
    short = _units(part.text) <= CAPTION
    file = Document(part.file_name or "附件", file_id=part.file_id, caption=part.text if short else "", kind=part.kind)
    return [file] if short else [file, Message(part.text)]


def choose_reason(row: Reflection, task: ReflectionTask) -> Message:
    """What comes first of each stands on its button."""
    offered = _OF_SELF_CHECKS if task.kind is HandInKind.SELF_CHECK else _OF_REFLECTIONS
    labels = {reason: REASONS[reason].partition("，")[0] for reason in offered}
    choices = [[Choice(label, buttons.ReturnFor(row.id, reason))] for reason, label in labels.items()]
    return Message(ASK_REASON, choices)


def count_problems(row: Reflection, task: ReflectionTask, name: str) -> Message:
    """Of a form on paper: how many problems, each with a measure, with 通过."""
    numbers = [
        Choice("无问题" if not number else f"{number}个", buttons.CountProblems(row.id, number))
        for number in range(_MOST_COUNTED + 1)
    ]
    rows = [numbers[at : at + _IN_A_ROW] for at in range(0, len(numbers), _IN_A_ROW)]
    ask = "表中有几个问题？每个问题都有整改措施的再通过，缺少的请退回。"
    back = [Choice("退回", buttons.Review(row.id, 0))]
    return Message(f"{name}同志：{task.title}\n{ask}", [*rows, back])


def waiting_list(found: Sequence[tuple[Reflection, ReflectionTask, str]]) -> Message:
    """审阅: who waits for a review."""
    if not found:
        return Message("现在没有待审阅的内容。")
    more = f"，先列出{SHOWN}份" if len(found) > SHOWN else ""
    return Message(
        f"待审阅{len(found)}份{more}：",
        [[Choice(cut(f"{name}：{task.title}", LABEL), buttons.OpenPiece(row.id))] for row, task, name in found[:SHOWN]],
    )


def done_line(row: Reflection, task: ReflectionTask, name: str) -> str:
    return f"{PIECES[row.state]}：{name}同志，{task.title}"


def wizard_summary(
    kind: HandInKind, title: str, subject: str, audience: TaskAudience | None, due_on: date | None, per_person: int
) -> str:
    """What the wizard has gathered so far."""
    lines = [f"【{kinds.of(kind).assign}】{title}"]
    lines += [f"关联：{subject}"] if subject else []
    lines += [f"对象：{AUDIENCES[audience]}"] if audience else []
    lines += [f"截止日期：{day_words(due_on)}"] if due_on else []
    lines += [f"每人最多{per_person}篇"] if per_person > 1 else []
    return "\n".join(lines)
