"""What a text means: a label of the menu, the answer to an open question, a plain word, a word to a card."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.kit import admission, drafts, group_replies, photos
from bot.kit import dialog as dialogs
from bot.kit.asking import NOTHING_OPEN, cancel, is_cancel, open_question
from bot.kit.edits import ANSWERED
from bot.kit.fetching import ready
from bot.kit.handing_in import WAITED
from bot.kit.handlers import Answer, Call, CardView, Otherwise, Word
from bot.kit.long_texts import Whole
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply, say
from storage.models.dialog import Dialog

HINT = "没有看懂，请点下方按钮，或发送“帮助”。"
CANCELLED = "已取消填写。"
NO_FILES = "这里只能用文字回答，文件没有收下。请发送文字。"
ONLY_WORDS = "这里只能用文字回答：文件没有收下，附带的文字也没有保存。请单独发送文字。"
KEPT = "现在没有正在填写的内容。之前没有填完的仍然保留，从菜单点开后可以继续填写或重新填写。"


def choose(
    session: Session,
    call: Call,
    word: Word | None,
    answers: Mapping[str, Answer],
    views: Mapping[str, CardView],
    otherwise: Otherwise,
    whole: Whole | None = None,
) -> Word | Reply:
    """In private: a menu label, an open dialog, a plain word, what is likeliest meant. In a group: what is said in
    reply to a card.

    `whole`: the text in several messages of which this is one: it is no word, and no answer but where parts are.
    """
    if not call.private:
        return _in_group(session, call, word, views, otherwise)
    if whole is not None:
        word = None
    if word is not None and word.label:
        return word
    dialog = open_question(session, call, word, answers, whole is not None)
    if dialog is not None and not dialogs.is_here(dialog, call.me):
        return _elsewhere(session, call, dialog, word)
    answer = answers.get(dialog.step) if dialog is not None else None
    if whole is not None and (answer is None or not answer.pieces):
        return _whole(session, call, whole, otherwise, answer, dialog)
    if whole is None and is_cancel(call.text):
        return cancel(session, call, dialog, answers) if dialog is not None else _nothing_open(session, call, otherwise)
    if answer is not None and dialog is not None:
        if word is not None and not word.perhaps and not admission.may(answer, call):
            # A question of an office that has ended takes nothing any more: what is a word is taken as one.
            dialogs.close(session, call.me.id)
            return word
        admission.admit(answer, call)
        if call.files and not answer.takes_files(dialog) and (call.text.strip() or not answer.refuses_files):
            raise Refusal(ONLY_WORDS if call.text.strip() else NO_FILES)
        if photos.waits(call, dialog, answer):
            return photos.hold(call, dialog)
        ready(answer, call)
        step = dialog.step
        reply = admission.run(answer, session, call, dialog)
        return reply if reply.did else replace(reply, did=f"{ANSWERED}{step}")
    return word if word is not None else otherwise.not_understood(session, call)


def _whole(
    session: Session,
    call: Call,
    whole: Whole,
    otherwise: Otherwise,
    answer: Answer | None,
    dialog: Dialog | None,
) -> Reply:
    """It is refused as one, by its last part; what another part was taken for before that came is asked again."""
    if whole.goes_on:
        return Reply()
    taken = [part for part in whole.others if part.did and part.did != WAITED]
    texts = [part.text for part in taken]
    if texts and (answer is None or dialog is None or not answer.forget(session, call, dialog, texts)):
        return say(whole.taken_in_part())
    if (answer is None or dialog is None) and not all(part.text for part in whole.others):
        # Of what was refused on arrival nothing is kept.
        return say(HINT)
    if answer is None or dialog is None:
        return otherwise.in_parts(session, call, whole.others)
    return say(whole.refused(*answer.measure(dialog)))


def _in_group(
    session: Session, call: Call, word: Word | None, views: Mapping[str, CardView], otherwise: Otherwise
) -> Word | Reply:
    """What is no reply to a card of ours is none of our business."""
    card = group_replies.card_of(session, call)
    if card is None:
        return Reply()
    if word is not None and word.in_group:
        return word
    if is_cancel(call.text):
        told = otherwise.nothing_open(session, replace(call, card=card), NOTHING_OPEN)
        return group_replies.privately(call, told, call.me.id)
    return group_replies.not_understood(session, call, word, card, views)


def _nothing_open(session: Session, call: Call, otherwise: Otherwise) -> Reply:
    """Where no question is open a form that was left before is still offered: nothing of it is cancelled."""
    kept = drafts.any_left(session, call.me, call.now)
    return otherwise.nothing_open(session, call, KEPT if kept else NOTHING_OPEN)


def hinted(session: Session, call: Call) -> Reply:
    return say(HINT)


# A bot that knows no more.
PLAIN = Otherwise(
    hinted,
    lambda session, call, said: say(said),
    lambda session, call, nothing: say(nothing.text),
    lambda session, call, parts: say(HINT),
)


def _elsewhere(session: Session, call: Call, dialog: Dialog, word: Word | None) -> Word | Reply:
    """It is answered where it was begun; a question of a place that is no longer one's own ends here."""
    why = dialogs.elsewhere(dialog, call.me)
    if isinstance(why, dialogs.Begun):
        raise why
    dialogs.close(session, call.me.id)
    if is_cancel(call.text):
        return say(CANCELLED)
    return word if word is not None and not word.perhaps else say(dialogs.ELSEWHERE)
