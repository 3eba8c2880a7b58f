"""撤销: taking one's own last step back, by its button or by the word."""

from sqlalchemy.orm import Session

from bot.features.activities import buttons, participation
from bot.features.leave import makeups
from bot.features.leave import service as leave
from bot.features.notices import service as notices
from bot.features.notices.cards import NOTICE
from bot.kit.activities import ACTIVITY_CARD, undone
from bot.kit.deadlines import UNDO_WITHIN
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.replies import Message, Reply, To

NOTHING = "没有可以撤销的事项。签到、收到、请假和补学可在十分钟内撤销。"
# In each of them what somebody did last may stand, and can be taken back.
STEPS = (participation.steps, notices.steps, leave.steps, makeups.steps)


def undo_sign_in(session: Session, call: Call, button: buttons.UndoSignIn) -> Reply:
    return undone(participation.undo(session, call.me, button.row_id, call.now, call.tz).id, "签到")


def undo_by_word(session: Session, call: Call) -> Reply:
    """The newest step, wherever it was taken: after a tap in the group there is no button for it."""
    if call.card is not None and call.card[0] not in (ACTIVITY_CARD, NOTICE):
        return Reply()
    since = call.now - UNDO_WITHIN
    found = [step for source in STEPS for step in source(session, call.me, since)]
    if not found:
        return Reply(others=[To(Message(NOTHING), person_id=call.me.id)])
    last = max(found, key=lambda step: step.at)
    last.undo(session, call.me, last.row_id, call.now, call.tz)
    done = Message(f"已撤销{last.what}：{last.title}")
    return Reply(others=[To(done, person_id=call.me.id)], refresh=[last.card])


HANDLERS: list[Handler] = [
    Tap(buttons.UndoSignIn, undo_sign_in),
    Word(("撤销",), undo_by_word, in_group=True),
]
