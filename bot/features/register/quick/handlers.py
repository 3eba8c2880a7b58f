"""Entries without a walk through the form: a sentence, a pasted table, the same as last time.

Nothing is recorded unseen: each ends in the form of its kind, or in what a table comes to, and is confirmed there.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.features.register import entries, linking, messages
from bot.features.register.buttons import ChooseActivity, FromActivity, LikeLast, PasteRows, RecordProved
from bot.features.register.forms import FORMS, LATELY
from bot.features.register.kinds.kind import Kind, Type
from bot.features.register.quick import filling, forms, pasted, saying, sentences
from bot.kit import proved
from bot.kit.access import NO_RIGHT, Right
from bot.kit.activities import find_activity
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Reply, apart, say
from storage.choices import OFF
from storage.models.activity import Activity


def says_entry(text: str) -> bool:
    return sentences.is_sentence(text)


def by_sentence(session: Session, call: Call) -> Reply:
    """Of who may not record it, and of what no kind says, nothing is made: it is answered as any other text."""
    found = saying.meanings(session, call, call.text)
    if not found:
        raise Nothing("", call.text)
    if len(found) > 1:
        return say(forms.QUICK.filled(session, call, act="meant", text=call.text))
    return say(FORMS.filled(session, call, **found[0].given))


def may_be_table(text: str) -> bool:
    return pasted.may_be_pasted(text)


def pastes_table(text: str) -> bool:
    return pasted.is_pasted(text)


def by_table(session: Session, call: Call) -> Reply:
    about = forms.about_table(session, call, call.text)
    if not about:
        raise Nothing("", call.text)
    return say(forms.QUICK.filled(session, call, **about))


def _kept(session: Session, call: Call, name: str) -> Kind:
    kind = next((one for one in filling.kept_kinds(session, call) if one.name == name), None)
    if kind is None:
        raise Refusal(NO_RIGHT)
    return kind


def choose_activity(session: Session, call: Call, button: ChooseActivity) -> Reply:
    """据活动填写: what was held lately."""
    kind, found = _kept(session, call, button.kind), linking.held(session, call.me, call.now, call.tz)
    if not found:
        raise Refusal(messages.NO_ACTIVITY)
    return Reply(edit=messages.activities_page(kind, found))


def from_activity(session: Session, call: Call, button: FromActivity) -> Reply:
    """What the activity does not say is asked."""
    kind, activity = _kept(session, call, button.kind), _known_to(session, call, button.activity_id)
    if kind.name in proved.ONCE and proved.is_recorded(session, activity, kind.name):
        raise Refusal(messages.ONCE.format(kind=kind.word))
    return Reply(edit=_filled(session, call, kind, activity))


def record_proved(session: Session, call: Call, button: RecordProved) -> Reply:
    """The same from the card of the activity, which stays; nothing once it was recorded."""
    kind, activity = _kept(session, call, button.kind), _known_to(session, call, button.activity_id)
    if activity.start_at > call.now:
        raise Refusal(messages.NOT_YET)
    if kind.name not in {one.kind for one in proved.unrecorded(session, activity)}:
        raise Refusal(messages.ONCE.format(kind=kind.word))
    return say(_filled(session, call, kind, activity))


def _known_to(session: Session, call: Call, activity_id: int) -> Activity:
    activity = find_activity(session, call.me, activity_id)
    if activity.status in OFF or not linking.knows_of(session, call.me, activity):
        raise Refusal(messages.NO_ACTIVITY)
    return activity


def _filled(session: Session, call: Call, kind: Kind, activity: Activity) -> Message:
    given = filling.of_activity(session, call, kind, activity)
    return FORMS.filled(session, call, act="new", of=kind.name, **given)


def like_last(session: Session, call: Call, button: LikeLast) -> Reply:
    """同上一条: the days, the title and the numbers are asked."""
    kind = _kept(session, call, button.kind)
    last = entries.last_own(session, call.me, kind, call.now - LATELY)
    if last is None:
        raise Refusal(messages.NO_LAST)
    [view] = entries.views(session, [last])
    return Reply(edit=FORMS.filled(session, call, act="new", of=kind.name, **filling.again(session, call, view)))


def paste_rows(session: Session, call: Call, button: PasteRows) -> Reply:
    """粘贴多行: a table is asked for, whose lines are rows of this entry."""
    view = entries.found_to_keep(session, call.me, button.entry_id, call.today)
    outer = view.kind.field(button.field)
    if outer is None or outer.type is not Type.ROWS:
        raise Refusal(entries.GONE)
    needed = "、".join(f"“{one.word}”" for one in outer.fields if one.needed)
    about = {"act": "rows", "of": view.kind.name, "entry": view.id, "headings": needed}
    return apart(Reply(edit=forms.QUICK.open(session, call, **about)))


HANDLERS: Sequence[Handler] = [
    # Neither records anything yet: as an answer to a soft question it is rather that.
    Word((), by_table, matches=pastes_table, offers=True),
    Word((), by_table, matches=may_be_table, offers=True, perhaps=True),
    Word((), by_sentence, matches=says_entry, offers=True),
    Tap(PasteRows, paste_rows, right=Right.KEEP_REGISTER, private=True),
    Tap(LikeLast, like_last, right=Right.KEEP_REGISTER, private=True),
    Tap(ChooseActivity, choose_activity, right=Right.KEEP_REGISTER, private=True),
    Tap(FromActivity, from_activity, right=Right.KEEP_REGISTER, private=True),
    Tap(RecordProved, record_proved, right=Right.KEEP_REGISTER, private=True),
]
