"""审阅: pieces that wait, 通过, 退回 with a reason."""

from sqlalchemy.orm import Session

from bot.features.reflections import buttons, cards, messages, reviews, submissions
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.handlers import ANYBODY, Answer, Call, Command, Handler, HelpGroup, Key, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from storage.models.dialog import Dialog
from storage.models.person import Person

STEP = "reflection.reason"


def list_waiting(session: Session, call: Call) -> Reply:
    return say(messages.waiting_list(reviews.waiting(session, call.me)))


def list_waiting_of(session: Session, call: Call, button: buttons.ListWaiting) -> Reply:
    return say(messages.waiting_list(reviews.waiting(session, call.me, button.task_id)))


def open_piece(session: Session, call: Call, button: buttons.OpenPiece) -> Reply:
    """The piece as it was sent, and its card: under the name of the piece, by which it is found to be taken away."""
    row, _ = reviews.to_review(session, call.me, button.reflection_id)
    held = [*messages.forwarded(submissions.parts(session, row.id)), cards.review(session, row, call.tz)]
    key = f"piece:{row.id}:{call.me.id}:{call.update_id}"
    return Reply(others=[To(said, person_id=call.me.id, key=f"{key}:{number}") for number, said in enumerate(held)])


def review(session: Session, call: Call, button: buttons.Review) -> Reply:
    """通过 at once; 退回 asks for the reason first."""
    if button.accept:
        return _reviewed(session, call, button.reflection_id, True)
    row, _ = reviews.to_decide(session, call.me, button.reflection_id)
    dialogs.ask(session, call.me, STEP, call.now, reflection=row.id)
    return Reply(toast="请选择退回原因。", here=[messages.choose_reason(row)])


def return_for(session: Session, call: Call, button: buttons.ReturnFor) -> Reply:
    return _reviewed(session, call, button.reflection_id, False, messages.REASONS[button.reason])


def return_typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    reason = call.text.strip()
    if not reason or len(reason) > reviews.LONGEST_REASON:
        raise Refusal(f"请用不超过{reviews.LONGEST_REASON}字写明退回原因。")
    return _reviewed(session, call, int(dialog.draft["reflection"]), False, reason, typed=True)


def _reviewed(
    session: Session, call: Call, reflection_id: int, accept: bool, reason: str = "", typed: bool = False
) -> Reply:
    row, task = reviews.review(session, call.me, reflection_id, accept, call.now, reason)
    _close(session, call, row.id)
    line = messages.done_line(row, task, session.get_one(Person, row.person_id).name)
    shown = cards.review(session, row, call.tz) if accept else Message(line)
    return Reply(
        toast=line[:200],
        edit=None if typed else shown,
        here=[Message(line)] if typed else [],
        others=[To(messages.reviewed(row, task), person_id=row.person_id, key=f"reviewed:{row.id}")],
        refresh=[(cards.TASK, task.id), (cards.REVIEW, row.id)],
    )


def _close(session: Session, call: Call, reflection_id: int) -> None:
    """Close the question about this piece, and no other."""
    dialog = dialogs.current(session, call.me, call.now)
    if dialog is not None and dialog.step == STEP and dialog.draft["reflection"] == reflection_id:
        dialogs.close(session, call.me.id)


HANDLERS: list[Handler] = [
    Command(
        "review",
        list_waiting,
        "审阅",
        Right.REVIEW_PIECES,
        reads=True,
        keys={ANYBODY: Key(61)},
        help="审阅：查看待审阅的心得，通过或退回。",
        group=HelpGroup.OFFICE,
        words=("待审心得",),
    ),
    Tap(buttons.ListWaiting, list_waiting_of, reads=True),
    Tap(buttons.OpenPiece, open_piece, reads=True),
    Tap(buttons.Review, review),
    Tap(buttons.ReturnFor, return_for),
    Answer(STEP, return_typed),
]
