"""交心得: a dialog that takes every message as a part of the piece, until 提交 or 取消; 审阅 of what waits."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.reflections import (
    buttons,
    cards,
    desk,
    form_file,
    forms,
    items,
    kinds,
    messages,
    of_activity,
    reviews,
    service,
    submissions,
    written,
)
from bot.kit import dialog as dialogs
from bot.kit import photos
from bot.kit.access import Right
from bot.kit.asking import question
from bot.kit.broadcasts import delivering
from bot.kit.handlers import Answer, Call, CardView, Command, Edited, Handler, Tap, Word, no_files
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, Message, Reply, To, say
from bot.kit.undo import Step
from bot.kit.words import plain
from storage.audience import Me
from storage.choices import HandInKind, PieceState
from storage.models.dialog import Dialog
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask, SelfCheckItem

STEP, CHECK = "reflection.parts", "self_check.items"
REASON = "reflection.reason"
SHOWN = 8
DONE = frozenset(
    ["提交", "提交了", "交", "交了", "已交", "发完了", "写完了", "填完了", "完成", "完了", "就这些", "没有了"]
)
PROBLEM_FIRST = "请先发送问题，再发送整改措施。"
TAKE_BACK = "正在填自查表：删除刚才的一条请点“删除上一条”，不填了请点“取消”。"
# Halves of a long text and the photos of an album come at once: they share one confirmation.
AT_ONCE = timedelta(seconds=10)


def hand_in(session: Session, call: Call) -> Reply:
    """/submit, 交心得, 心得: the only task there is, else ask which."""
    return _hand_in(session, call, HandInKind.REFLECTION)


def self_check(session: Session, call: Call) -> Reply:
    """/selfcheck, 填自查表, 自查."""
    return _hand_in(session, call, HandInKind.SELF_CHECK)


def _hand_in(session: Session, call: Call, kind: HandInKind) -> Reply:
    noun, act = kinds.of(kind).noun, kinds.of(kind).act
    tasks = submissions.open_tasks(session, call.me, kind, call.now, call.tz)
    if not tasks:
        raise Refusal(messages.EMPTY.format(noun=noun))
    if len(tasks) > 1:
        return say(messages.choose_task(f"请选择要提交的{noun}。", tasks[:SHOWN], buttons.HandIn, act[0]))
    return _begin(session, call, tasks[0])


def hand_in_to(session: Session, call: Call, button: buttons.HandIn) -> Reply:
    """The button 交心得 or 重新提交."""
    return _begin(session, call, service.find(session, call.me, button.task_id, call.tz))


def _begin(session: Session, call: Call, task: service.Task) -> Reply:
    row = submissions.start(session, call.me, task, call.now)
    go_on_with(session, call, row, task.row.kind)
    return Reply(toast=f"请发送{kinds.of(task.row.kind).noun}。", others=[own_card(session, call, row)])


def go_on_with(session: Session, call: Call, row: Reflection, kind: HandInKind) -> None:
    step = CHECK if kind is HandInKind.SELF_CHECK else STEP
    dialogs.ask(session, call.me, step, call.now, reflection=row.id)


def own_card(session: Session, call: Call, row: Reflection) -> To:
    """The author's card at the end of the chat: from now on this one shows how many parts there are."""
    return To(cards.own(session, row, call.tz), person_id=call.me.id, card=(cards.PIECE, row.id))


def take_part(session: Session, call: Call, dialog: Dialog) -> Reply:
    """One message is one part; it is confirmed by the card, which moves to the end of the chat after a pause."""
    row = submissions.mine(session, call.me, int(dialog.draft["reflection"]))
    if plain(call.text) in DONE and not call.files:
        return submitted(session, call, row)
    return _another_part(session, call, dialog, row)


def _another_part(session: Session, call: Call, dialog: Dialog, row: Reflection) -> Reply:
    """The question stays as it is."""
    before = submissions.parts(session, row.id)
    submissions.add_part(session, row, call.chat_id, call.message_id or 0, call.text, call.files, call.now)
    dialogs.move(dialog, dialog.step, call.now)
    if before and call.now - max(part.received_at for part in before) < AT_ONCE:
        return Reply(refresh=[(cards.PIECE, row.id)])
    return Reply(others=[own_card(session, call, row)])


def take_line(session: Session, call: Call, dialog: Dialog) -> Reply:
    """A problem, then its measure, or a form that was filled in; anything else is handed in as it is."""
    row = submissions.mine(session, call.me, int(dialog.draft["reflection"]))
    reply = _by_word(session, call, row) if not call.files else None
    if reply is not None:
        return reply
    if call.files and not isinstance(call.content, list):
        return _another_part(session, call, dialog, row)
    submissions.still_draft(session, row)
    if isinstance(call.content, list):
        reply = form_came(session, call, row, call.content)
    else:
        _say(session, call, row)
        reply = Reply(others=[own_card(session, call, row)])
    dialogs.move(dialog, CHECK, call.now)
    return reply


def _say(session: Session, call: Call, row: Reflection) -> None:
    """问题：…… 整改措施：…… are pairs; else it is whichever is asked for, and called nothing else."""
    pairs = written.read(call.text)
    if pairs is not None:
        items.append(session, row.id, pairs, call.now, call.today)
        return
    label, text = written.parted(call.text)
    if label == "problem":
        items.complete(session, row.id)
    elif label == "measure" and items.unanswered(session, row.id) is None:
        raise Refusal(PROBLEM_FIRST)
    items.say(session, row.id, text, call.message_id, call.now, call.today)


def _by_word(session: Session, call: Call, row: Reflection) -> Reply | None:
    """What a typed word does as its button does; None: it is no such word."""
    said = plain(call.text)
    if said in DONE or items.says_none(said):
        return submitted(session, call, row, nothing=said not in DONE)
    if said in ("撤销", "撤回"):
        raise Refusal(TAKE_BACK)
    if said != "删除上一条":
        return None
    submissions.drop_last(session, row)
    return Reply(others=[own_card(session, call, row)])


def form_came(session: Session, call: Call, row: Reflection, found: list[items.Item]) -> Reply:
    """What it says takes the place of what was said before; one that finds no problem only offers to say so."""
    items.lay(session, row.id, found, call.now, call.today)
    if found:
        return Reply(others=[own_card(session, call, row)])
    return Reply(here=[Message("表格中填写的是无问题，确认请点“无问题”。")], others=[own_card(session, call, row)])


def drop_last(session: Session, call: Call, button: buttons.DropLast) -> Reply:
    row = submissions.mine(session, call.me, button.reflection_id)
    submissions.drop_last(session, row)
    return Reply(toast="已删除。", edit=cards.own(session, row, call.tz))


def no_problem(session: Session, call: Call, button: buttons.NoProblem) -> Reply:
    return submitted(session, call, submissions.mine(session, call.me, button.reflection_id), tapped=True, nothing=True)


def empty_form(session: Session, call: Call, button: buttons.EmptyForm) -> Reply:
    submissions.mine(session, call.me, button.reflection_id)
    asked = "填好后直接发回，我会逐条读出来请您核对。"
    return say(Document(form_file.NAME, form_file.empty(), caption=asked))


def submit(session: Session, call: Call, button: buttons.Submit) -> Reply:
    return submitted(session, call, submissions.mine(session, call.me, button.reflection_id), tapped=True)


def submitted(session: Session, call: Call, row: Reflection, tapped: bool = False, nothing: bool = False) -> Reply:
    task = service.find(session, call.me, row.task_id, call.tz)
    photos.require_confirmed(session, call)
    before = submissions.submit(session, call.me, row, call.now, nothing=nothing, cut_off=task.cut_off(call.tz))
    _close(session, call, row)
    card = cards.own(session, row, call.tz)
    return Reply(
        toast="已提交。",
        edit=card if tapped else None,
        here=[] if tapped else [card],
        others=cards.ask_for_review(session, row, call.now, call.tz),
        refresh=[
            (cards.TASK, row.task_id),
            *([] if tapped else [(cards.PIECE, row.id)]),
            *([(cards.REVIEW, before.id), (cards.PIECE, before.id)] if before is not None else []),
        ],
    )


def _close(session: Session, call: Call, row: Reflection) -> None:
    """Close the dialog of this piece, and no other question."""
    dialog = dialogs.current(session, call.me, call.now)
    if dialog is not None and dialog.step in (STEP, CHECK) and dialog.draft["reflection"] == row.id:
        dialogs.close(session, call.me.id)


def discard(session: Session, call: Call, button: buttons.Discard) -> Reply:
    row = submissions.mine(session, call.me, button.reflection_id)
    submissions.discard(session, call.me, row, call.now)
    _close(session, call, row)
    return Reply(toast="已取消。", edit=cards.own(session, row, call.tz))


def discard_by_word(session: Session, call: Call, dialog: Dialog) -> Reply:
    row = submissions.mine(session, call.me, int(dialog.draft["reflection"]))
    submissions.discard(session, call.me, row, call.now)
    return Reply(here=[cards.own(session, row, call.tz)], refresh=[(cards.PIECE, row.id)])


def undo(session: Session, call: Call, button: buttons.UndoSubmit) -> Reply:
    taken = _take_back(session, call.me, button.reflection_id, call.now, call.tz)
    done = Message(f"{session.get_one(ReflectionTask, taken[0].task_id).title}：已撤销提交。")
    return replace(_gone_on(session, call, taken), toast="已撤销提交。", edit=done)


def resubmit(session: Session, call: Call, button: buttons.Resubmit) -> Reply:
    row = submissions.mine(session, call.me, button.reflection_id)
    task = service.find_of(session, row.task_id, call.tz)
    draft = submissions.resubmit(session, call.me, row, task.cut_off(call.tz), call.now)
    done = Message(f"{task.row.title}：请修改后重新提交；重新提交之前，已提交的内容仍然有效。")
    return replace(_gone_on(session, call, (row, draft)), toast="请修改后重新提交。", edit=done)


def _take_back(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> tuple[Reflection, Reflection]:
    """The version that is withdrawn, and the draft that goes on."""
    row = submissions.mine(session, me, row_id)
    cut_off = service.find_of(session, row.task_id, tz).cut_off(tz)
    return row, submissions.undo(session, me, row, cut_off, now)


def _gone_on(session: Session, call: Call, taken: tuple[Reflection, Reflection]) -> Reply:
    """After 撤销 the reviewers' cards say so, and the author goes on with the draft."""
    row, draft = taken
    go_on_with(session, call, draft, session.get_one(ReflectionTask, row.task_id).kind)
    return Reply(others=[own_card(session, call, draft)], refresh=[(cards.TASK, row.task_id), (cards.REVIEW, row.id)])


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The own pieces handed in since then that nobody has reviewed."""
    return [
        Step(at, "提交", title, row_id, _take_back, then=_gone_on)
        for row_id, at, title in submissions.lately(session, me, since)
    ]


def edited(session: Session, call: Call) -> Reply | None:
    """An edit before 提交 replaces the part; later it changes nothing and says so."""
    line = _line_of(session, call)
    if line is not None:
        return _reworded(session, call, line)
    part = submissions.part_of(session, call.chat_id, call.message_id or 0)
    if part is None or not _mine(session, call, part):
        return None
    taken = submissions.edit_part(session, part, call.text, call.files)
    if taken is None:
        return Reply()
    return say(messages.EDIT_TAKEN if taken else messages.EDIT_TOO_LATE)


def _line_of(session: Session, call: Call) -> SelfCheckItem | None:
    """The line of one's own self-check that a message has said."""
    said = or_(SelfCheckItem.problem_message == call.message_id, SelfCheckItem.measure_message == call.message_id)
    query = select(SelfCheckItem).join(Reflection, Reflection.id == SelfCheckItem.reflection_id)
    # A piece that is written anew holds it once more, and is the later one.
    mine = query.where(Reflection.person_id == call.me.id, said).order_by(SelfCheckItem.reflection_id.desc())
    return session.scalars(mine.limit(1)).first()


def _reworded(session: Session, call: Call, line: SelfCheckItem) -> Reply:
    row = session.get_one(Reflection, line.reflection_id)
    if row.state is not PieceState.DRAFT or row.withdrawn_at is not None:
        return say(messages.EDIT_TOO_LATE)
    if not items.reword(session, line, call.message_id or 0, call.text, call.today):
        return Reply()
    return Reply(here=[Message(messages.EDIT_TAKEN)], refresh=[(cards.PIECE, row.id)])


def _mine(session: Session, call: Call, part: ReflectionPart) -> bool:
    return session.get_one(Reflection, part.reflection_id).person_id == call.me.id


# --- 审阅 ---------------------------------------------------------------------------------------------------------


def list_waiting(session: Session, call: Call) -> Reply:
    return say(messages.waiting_list(reviews.waiting(session, call.me)))


def list_waiting_of(session: Session, call: Call, button: buttons.ListWaiting) -> Reply:
    return say(messages.waiting_list(reviews.waiting(session, call.me, button.task_id)))


def open_piece(session: Session, call: Call, button: buttons.OpenPiece) -> Reply:
    """The piece as it was sent, and its card: under the name of the piece, by which it is found to be taken away."""
    row, _ = reviews.to_review(session, call.me, button.reflection_id)
    said = messages.forwarded(submissions.parts(session, row.id), items.listed(session, row.id))
    held = [*said, cards.review(session, row, call.tz)]
    key = f"piece:{row.id}:{call.me.id}:{call.update_id}"
    return Reply(others=[To(said, person_id=call.me.id, key=f"{key}:{number}") for number, said in enumerate(held)])


def review(session: Session, call: Call, button: buttons.Review) -> Reply:
    """通过 at once; 退回 asks for the reason first."""
    row, task = reviews.to_decide(session, call.me, button.reflection_id)
    if button.accept and reviews.to_count(session, row, task):
        name = session.get_one(Person, row.person_id).name
        return Reply(edit=messages.count_problems(row, task, name))
    if button.accept:
        return _reviewed(session, call, button.reflection_id, True)
    dialog = dialogs.ask(session, call.me, REASON, call.now, reflection=row.id)
    reasons = messages.choose_reason(row, task)
    return Reply(toast="请选择退回原因。", here=[question(dialog, reasons.text, reasons.rows)])


def count_problems(session: Session, call: Call, button: buttons.CountProblems) -> Reply:
    if not 0 <= button.number <= items.MOST:
        raise Refusal(reviews.COUNT_FIRST)
    return _reviewed(session, call, button.reflection_id, True, problems=button.number)


def return_for(session: Session, call: Call, button: buttons.ReturnFor) -> Reply:
    return _reviewed(session, call, button.reflection_id, False, messages.REASONS[button.reason])


def return_typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    reason = call.text.strip()
    if not reason or len(reason) > reviews.LONGEST_REASON:
        raise Refusal(f"请发送退回原因，不超过{reviews.LONGEST_REASON}字。")
    return _reviewed(session, call, int(dialog.draft["reflection"]), False, reason, typed=True)


def _reviewed(
    session: Session,
    call: Call,
    reflection_id: int,
    accept: bool,
    reason: str = "",
    typed: bool = False,
    problems: int | None = None,
) -> Reply:
    row, task = reviews.review(session, call.me, reflection_id, accept, call.now, reason, problems)
    _close_question(session, call, row.id)
    line = messages.done_line(row, task, session.get_one(Person, row.person_id).name)
    shown = cards.review(session, row, call.tz) if accept else Message(line)
    return Reply(
        toast=line[:200],
        edit=None if typed else shown,
        here=[Message(line)] if typed else [],
        others=[To(messages.reviewed(row, task), person_id=row.person_id, key=f"reviewed:{row.id}")],
        refresh=[(cards.TASK, task.id), (cards.REVIEW, row.id)],
    )


def _close_question(session: Session, call: Call, reflection_id: int) -> None:
    """Close the question about this piece, and no other."""
    dialog = dialogs.current(session, call.me, call.now)
    if dialog is not None and dialog.step == REASON and dialog.draft["reflection"] == reflection_id:
        dialogs.close(session, call.me.id)


CHECK_ANSWER = Answer(
    CHECK,
    take_line,
    discard_by_word,
    called="填自查表",
    reads_file=form_file.read,
    reads_which=form_file.is_form,
)
HANDLERS: list[Handler] = [
    Command(
        "submit",
        hand_in,
        "交心得",
        more=14,
        hands_in=True,
    ),
    Word(("心得", "心得体会", "我要交", "我要交心得", "交心得体会", "我要交作业", "交作业"), hand_in, hands_in=True),
    Command(
        "selfcheck",
        self_check,
        "自查表",
        more=15,
        labels=("填自查表",),
        words=("自查", "自查自纠"),
        hands_in=True,
    ),
    Tap(buttons.HandIn, hand_in_to),
    Tap(buttons.Resubmit, resubmit),
    Tap(buttons.DropLast, drop_last),
    Tap(buttons.NoProblem, no_problem),
    Tap(buttons.EmptyForm, empty_form, reads=True),
    Tap(buttons.Submit, submit),
    Tap(buttons.Discard, discard),
    Tap(buttons.UndoSubmit, undo),
    Answer(STEP, take_part, discard_by_word, pieces=True, called="交心得"),
    CHECK_ANSWER,
    Edited(edited),
    CardView(cards.TASK, cards.render_task, lives=delivering(cards.TASK)),
    CardView(cards.PIECE, cards.render_piece),
    CardView(cards.REVIEW, cards.render_review),
    Command(
        "review",
        list_waiting,
        "审阅",
        Right.REVIEW_PIECES,
        reads=True,
        more=34,
        help="审阅：查看待审阅的心得和自查表，通过或退回。",
        labels=("待审心得",),
    ),
    Tap(buttons.ListWaiting, list_waiting_of, reads=True, right=Right.REVIEW_PIECES),
    Tap(buttons.OpenPiece, open_piece, reads=True, right=Right.REVIEW_PIECES),
    Tap(buttons.Review, review, right=Right.REVIEW_PIECES),
    Tap(buttons.CountProblems, count_problems, right=Right.REVIEW_PIECES),
    Tap(buttons.ReturnFor, return_for, right=Right.REVIEW_PIECES),
    Answer(
        REASON,
        return_typed,
        takes_files=no_files,
        measure=lambda dialog: ("退回原因", reviews.LONGEST_REASON),
        called="退回心得",
    ),
    *desk.HANDLERS,
    *forms.HANDLERS,
    *of_activity.HANDLERS,
]
