"""A question that the next message answers, with its way out: every one has [取消], and 取消 typed does the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from sqlalchemy.orm import Session

from bot.kit import dialog as dialogs
from bot.kit.buttons import Button
from bot.kit.handlers import Answer, Call, Handler, Tap, Word
from bot.kit.replies import Choice, Message, Reply, Rows, say
from bot.kit.words import plain
from storage.models.dialog import Dialog

CANCEL = "取消"
# What may be typed for it.
CANCEL_WORDS = (CANCEL, "不办了", "退出")
NOTHING_OPEN = "没有正在填写的内容。"


@dataclass(frozen=True)
class CancelQuestion(Button):
    prefix: ClassVar[str] = "x"
    dialog_id: int


def question(dialog: Dialog, text: str, rows: Rows = ()) -> Message:
    """What is asked, with the buttons that answer it, and [取消] below them."""
    return Message(text, [*rows, [Choice(CANCEL, CancelQuestion(dialog.id))]])


def is_cancel(text: str) -> bool:
    return plain(text) in CANCEL_WORDS


def open_question(
    session: Session, call: Call, word: Word | None, answers: Mapping[str, Answer], parts: bool = False
) -> Dialog | None:
    """The question that this text may answer: a soft one is passed by by words that are known and what fits it not."""
    dialog = dialogs.standing(session, call.me.id, call.now)
    answer = answers.get(dialog.step) if dialog is not None else None
    if dialog is None or answer is None or answer.soft is None:
        return dialog
    passes = (
        parts
        or (is_cancel(call.text) and answer.cancelled is None)
        or (word is not None and not word.offers)
        or not (is_cancel(call.text) or answer.soft(session, call, dialog))
    )
    return None if passes else dialog


def cancel(session: Session, call: Call, dialog: Dialog, answers: Mapping[str, Answer]) -> Reply:
    """Close the question and say what it was about."""
    answer = answers.get(dialog.step)
    reply = answer.cancelled(session, call, dialog) if answer is not None and answer.cancelled is not None else None
    dialogs.close(session, call.me.id)
    called = answer.called if answer is not None else ""
    return reply or say(f"已取消填写：{called}。" if called else "已取消填写。")


def handlers(others: Sequence[Handler]) -> list[Handler]:
    """The button over the questions that these ask."""
    answers = {one.step: one for one in others if isinstance(one, Answer)}

    def tapped(session: Session, call: Call, button: CancelQuestion) -> Reply:
        dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, NOTHING_OPEN)
        return _in_place(cancel(session, call, dialog, answers))

    return [Tap(CancelQuestion, tapped)]


def _in_place(reply: Reply) -> Reply:
    """The question gives way to what became of it."""
    first, *rest = reply.here
    return replace(reply, edit=first, here=rest) if isinstance(first, Message) else reply
