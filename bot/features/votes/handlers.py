"""表决 on the card of a meeting: the page of its votes, one of them, and what is done with it."""

from sqlalchemy.orm import Session

from bot.features.votes import buttons, forms, messages, rules, service
from bot.kit import votes
from bot.kit.access import Right
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.decided import resting, to_record
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.replies import Message, Reply
from storage.lookups import names_of
from storage.models.activity import Activity


def show_votes(session: Session, call: Call, button: buttons.ShowVotes) -> Reply:
    """As the roll stands now."""
    page = _page(session, call, service.found_activity(session, call.me, button.activity_id))
    return Reply(edit=page) if button.again else Reply(here=[page])


def _page(session: Session, call: Call, activity: Activity) -> Message:
    found = votes.of_activity(session, activity, call.tz)
    there = votes.room(session, activity, call.tz)
    excluded = found[-1].excluded if found else {}
    motions = rules.votes_at(service.types_of(session, activity))
    decided = to_record(session, found)
    return messages.page(activity, there, excluded, motions, found, names_of(session, excluded), call.tz, decided)


def new_vote(session: Session, call: Call, button: buttons.NewVote) -> Reply:
    return Reply(edit=forms.open_new(session, call, button.activity_id))


def open_vote(session: Session, call: Call, button: buttons.OpenVote) -> Reply:
    vote = service.found(session, call.me, button.vote_id)
    one = votes.of_vote(session, vote, call.tz)
    names = names_of(session, [*one.excluded, *one.writers])
    activity = session.get_one(Activity, vote.activity_id)
    return Reply(edit=messages.vote_page(activity, one, names, to_record(session, [one])))


def change_vote(session: Session, call: Call, button: buttons.ChangeVote) -> Reply:
    return Reply(edit=forms.open_change(session, call, button.vote_id))


def withdraw_vote(session: Session, call: Call, button: buttons.WithdrawVote) -> Reply:
    return Reply(edit=forms.open_withdraw(session, call, button.vote_id))


def undo_vote(session: Session, call: Call, button: buttons.UndoVote) -> Reply:
    vote = service.undo(session, call.me, button.vote_id, call.now, call.tz)
    rests = resting(session, vote, call.tz)
    gone = messages.gone("已撤销表决", session.get_one(Activity, vote.activity_id), rests)
    return Reply(toast="已撤销表决。", edit=gone, refresh=[(ACTIVITY_CARD, vote.activity_id)])


KEEPS = Right.SIGN_IN_OTHERS
HANDLERS: list[Handler] = [
    Tap(buttons.ShowVotes, show_votes, reads=True, right=KEEPS, private=True),
    Tap(buttons.NewVote, new_vote, right=KEEPS, private=True),
    Tap(buttons.OpenVote, open_vote, reads=True, right=KEEPS, private=True),
    Tap(buttons.ChangeVote, change_vote, right=KEEPS, private=True),
    Tap(buttons.WithdrawVote, withdraw_vote, right=KEEPS, private=True),
    Tap(buttons.UndoVote, undo_vote, right=KEEPS, private=True),
]
