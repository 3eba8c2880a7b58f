"""What a text means: a label of the menu, the answer to an open question, a plain word, a word to a card."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit import admission, drafts, photos
from bot.kit import dialog as dialogs
from bot.kit.fetching import ready
from bot.kit.handlers import Answer, Call, Word
from bot.kit.replies import Reply, say
from storage.models.dialog import Dialog
from storage.models.outbox import Card

HINT = "没有看懂，请点下方按钮，或发送“帮助”。"
CANCELLED = "已取消。"
KEPT = "现在没有正在填写的内容。之前没有填完的仍然保留，从菜单点开后可以继续填写或重新填写。"


def choose(session: Session, call: Call, word: Word | None, answers: Mapping[str, Answer]) -> Word | Reply:
    """In private: a menu label, an open dialog, a plain word, a hint. In a group: a word in reply to a card."""
    if not call.private:
        return word if word is not None and word.in_group and card(session, call) is not None else Reply()
    if word is not None and word.label:
        return word
    dialog = dialogs.standing(session, call.me.id, call.now)
    if dialog is not None and not dialogs.is_here(dialog, call.me):
        return _elsewhere(session, call, dialog, word)
    answer = answers.get(dialog.step) if dialog is not None else None
    if call.text.strip() == "取消":
        cancelled = answer.cancelled if answer is not None else None
        reply = cancelled(session, call, dialog) if cancelled and dialog else _nothing_more(session, call, dialog)
        dialogs.close(session, call.me.id)
        return reply
    if answer is not None and dialog is not None:
        admission.admit(answer, call)
        if photos.waits(call, dialog, answer):
            return photos.hold(call, dialog)
        ready(answer, call)
        return admission.run(answer, session, call, dialog)
    return word if word is not None else say(HINT)


def _nothing_more(session: Session, call: Call, dialog: Dialog | None) -> Reply:
    """Where no question is open a form that was left before is still offered: nothing of it is cancelled."""
    return say(KEPT if dialog is None and drafts.any_left(session, call.me, call.now) else CANCELLED)


def _elsewhere(session: Session, call: Call, dialog: Dialog, word: Word | None) -> Word | Reply:
    """It is answered where it was begun; a question of a place that is no longer one's own ends here."""
    why = dialogs.elsewhere(dialog, call.me)
    if isinstance(why, dialogs.Begun):
        raise why
    dialogs.close(session, call.me.id)
    if call.text.strip() == "取消":
        return say(CANCELLED)
    return word if word is not None else say(dialogs.ELSEWHERE)


def card(session: Session, call: Call) -> tuple[str, int] | None:
    """The card of a group that was replied to: kind and subject."""
    replied = (call.facts or {}).get("reply_to")
    if call.private or replied is None:
        return None
    found = session.execute(
        select(Card.kind, Card.subject_id).where(Card.chat_id == call.chat_id, Card.message_id == replied)
    ).first()
    return (found.kind, found.subject_id) if found else None
