"""Edited messages: what one was taken for stands, and its sender is told so; any other is taken as if new.

Nothing is recorded twice by an edit. Telegram also reports edits that change no word (a preview of a link).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.kit import dialog as dialogs
from bot.kit import group_replies
from bot.kit.asking import is_cancel, open_question
from bot.kit.handlers import Answer, Call, Edited, Heard, Word
from bot.kit.replies import Message, Reply, say
from bot.kit.words import plain

# What an answer to an open question was, with its step; what was done that is no row of one table.
ANSWERED, DONE = "answer:", "done:"
STANDS = "这条消息已办理，修改消息不改变办理结果。如需更改，请重新办理；刚刚办理的，10分钟内可发送“撤销”。"
SAY_ANEW = "修改消息不改变已填写的内容，请直接发送修改后的内容。"
OLD = "修改以前的消息不起作用，请重新发送。"
# The same words again so soon are a correction of nothing: they were answered.
LATELY = timedelta(minutes=10)


class AsNew(Exception):
    """Nothing came of the message before: what it says now is taken as if it were sent now."""


def answered(
    session: Session, call: Call, handlers: Sequence[Edited], words: Sequence[Word], answers: Mapping[str, Answer]
) -> Reply:
    """What an edit is answered; raises AsNew."""
    before = call.before
    did = before.did if before is not None else ""
    if before is not None and did and not did.startswith(ANSWERED) and _says_the_same(call, before, words):
        return Reply(did=did)
    here = [handler for handler in handlers if call.private or handler.in_group]
    known = next((reply for handler in here if (reply := handler.run(session, call)) is not None), None)
    if known is not None:
        return _privately(call, known, did)
    if not call.private and group_replies.card_of(session, call) is None:
        return Reply()
    if before is not None and _says_the_same(call, before, words):
        return Reply(did=did)
    told = _of_answer(session, call, answers) if did.startswith(ANSWERED) else STANDS if did.startswith(DONE) else ""
    if isinstance(told, Reply):
        return told
    return _privately(call, Reply(here=[Message(told)]), did) if told else _as_new(session, call, words, answers)


def _as_new(session: Session, call: Call, words: Sequence[Word], answers: Mapping[str, Answer]) -> Reply:
    """What it says now, within its day; what nobody understands either time is answered once, and what was written
    before a question was asked is no answer to it.
    """
    if call.sent_at is not None and call.sent_at.astimezone(call.tz).date() != call.today:
        return _privately(call, Reply(here=[Message(OLD)]), "")
    before, text = call.before, call.text.strip()
    if any(word.fits(text) for word in words) or is_cancel(text):
        raise AsNew
    handled_at = before.handled_at if before is not None else None
    dialog = open_question(session, call, None, answers) if call.private else None
    if dialog is not None and (handled_at is None or handled_at < dialog.expires_at - dialogs.LIFE):
        return say(SAY_ANEW)
    hinted = before is not None and not any(word.fits(before.text) for word in words)
    if dialog is None and hinted and handled_at is not None and call.now - handled_at <= LATELY:
        return Reply()
    raise AsNew


def _says_the_same(call: Call, before: Heard, words: Sequence[Word]) -> bool:
    """No other words than before; or the same word otherwise, of which something came or which was answered lately."""
    if call.text.strip() == before.text:
        return True
    if not before.did and (before.handled_at is None or call.now - before.handled_at > LATELY):
        return False
    was = {word.run for word in words if word.lists(before.text)}
    return plain(call.text) == plain(before.text) or any(word.run in was for word in words if word.lists(call.text))


def _of_answer(session: Session, call: Call, answers: Mapping[str, Answer]) -> Reply | str:
    """The answer to a question: changed while that is open and can tell which one it was."""
    dialog = dialogs.standing(session, call.me.id, call.now)
    step = call.before.did.removeprefix(ANSWERED) if call.before is not None else ""
    if dialog is None or dialog.step != step or not dialogs.is_here(dialog, call.me):
        return STANDS
    if is_cancel(call.text):
        raise AsNew
    changed = answers[step].edited(session, call, dialog) if step in answers else None
    return replace(changed, did=f"{ANSWERED}{step}") if changed is not None else SAY_ANEW


def _privately(call: Call, reply: Reply, did: str) -> Reply:
    """Wherever the message stands, as an answer to it would be; what it did is still what it did."""
    return replace(group_replies.privately(call, reply, call.me.id), did=did)
