"""新增表决, 修改, 取消表决: the forms of votes (asking.py has their questions)."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.features.votes import messages, rules, service
from bot.features.votes.answers import as_answers, of_excluded, wanted
from bot.features.votes.asking import activity_of, fields_of
from bot.features.votes.rules import Wanted
from bot.kit import questions, votes
from bot.kit.access import Right
from bot.kit.activities import ACTIVITY_CARD, find_activity
from bot.kit.decided import resting, to_record
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Values
from bot.kit.form_pages import FIELD
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from bot.kit.votes import Counted
from bot.kit.voting import has_quorum, motion_words
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.vote import Vote

NAME, CODE, AGAIN = "votes.form", "v", "新增表决"
LONGEST_REASON = 100


def _summary(session: Session, call: Call, values: Values) -> str:
    activity = activity_of(session, call, values)
    head = f"【{'修改表决' if values.get('vote') else AGAIN}】{activity.title}"
    if not values.get("motion"):
        return head
    said = wanted(values)
    there = votes.room(session, activity, call.tz)
    expected, present = len(there.voters(said.excluded)), len(there.present(said.excluded))
    names = names_of(session, [*said.excluded, *said.writers, said.subject_id or 0])
    return "\n".join(
        [
            head,
            messages.voters_words(expected, present),
            messages.quorum_line([said.motion], expected, present),
            *_about(said, names),
            *messages.excluded_line(said.excluded, names),
            *_written(said, names),
            *([f"到会表决：{said.room.words}"] if said.room is not None else []),
            *([said.ballots.words] if said.ballots is not None else []),
        ]
    )


def _about(said: Wanted, names: Mapping[int, str]) -> list[str]:
    who = said.subject_name or names.get(said.subject_id or 0, "")
    about = motion_words(said.motion, who, said.title) if who or not said.of_person else ""
    return [f"事项：{about}（{messages.SECRET if said.secret else messages.OPEN}）"] if about else []


def _written(said: Wanted, names: Mapping[int, str]) -> list[str]:
    if not said.writers:
        return []
    listed = "、".join(messages.opinion_words(names.get(one, ""), opinion) for one, opinion in said.writers.items())
    totals = [f"书面票数：{said.written.named}"] if said.secret and said.written.sum else []
    return [f"书面意见：{listed}", *totals, *([] if said.of_person else [messages.WRITTEN_NOT_COUNTED])]


def _check(session: Session, call: Call, values: Values) -> None:
    """What does not go together, and a meeting with too few: said before the votes are asked for."""
    if not values.get("motion"):
        return
    activity, said = activity_of(session, call, values), wanted(values)
    service.may_change(session, activity, call.now, call.tz)
    _enough(session, call, values, activity, said)
    service.check(session, activity, said, call.now, call.tz, int(values.get("vote") or 0))


def _enough(session: Session, call: Call, values: Values, activity: Activity, said: Wanted) -> None:
    """Once it is known who is not reckoned, and why."""
    asked = values.get("excluded")
    known = asked is not None and len(said.excluded) == len(asked)
    if values.get("begun") and known and values.get(FIELD) != "motion":
        there = votes.room(session, activity, call.tz)
        many = len(there.voters(said.excluded)), len(there.present(said.excluded))
        rules.quorate(said.motion, *many)


def _save(session: Session, call: Call, values: Values) -> Reply:
    said, number = wanted(values), int(values.get("vote") or 0)
    if number:
        vote = service.change(session, call.me, number, said, int(values["seen"]), call.now, call.tz)
    else:
        vote = service.record(session, call.me, int(values["activity"]), said, call.now, call.tz)
    return _done(session, call, vote, "已修改表决" if number else "已登记表决", undo=not number)


def _done(session: Session, call: Call, vote: Vote, word: str, *, undo: bool) -> Reply:
    activity = session.get_one(Activity, vote.activity_id)
    one = votes.of_vote(session, vote, call.tz)
    decided, rests = to_record(session, [one]), resting(session, vote, call.tz)
    return Reply(
        edit=messages.done(word, activity, one, decided, rests, undo=undo), refresh=[(ACTIVITY_CARD, activity.id)]
    )


def _withdraw(values: Values) -> Form:
    def summary(session: Session, call: Call, values: Values) -> str:
        vote = service.found(session, call.me, int(values["vote"]))
        said = messages.said(votes.of_vote(session, vote, call.tz))
        return "\n".join([f"【取消表决】{said}", *([f"原因：{values['reason']}"] if values.get("reason") else [])])

    def save(session: Session, call: Call, values: Values) -> Reply:
        vote = service.withdraw(session, call.me, int(values["vote"]), values["reason"], call.now, call.tz)
        activity = session.get_one(Activity, vote.activity_id)
        rests = resting(session, vote, call.tz)
        return Reply(edit=messages.gone("已取消表决", activity, rests), refresh=[(ACTIVITY_CARD, activity.id)])

    reason = questions.text("reason", "请发送取消这项表决的原因。", "原因", LONGEST_REASON, label="原因")
    return Form(
        NAME, CODE, "表决", (reason,), summary, "确认取消这项表决吗？", (Action("save", "确认取消表决", save),),
        right=Right.SIGN_IN_OTHERS, called="这项表决",
    )  # fmt: skip


def _make(session: Session, values: Values) -> Form | None:
    if values.get("act") == "withdraw":
        return _withdraw(values)
    if values.get("act") != "record" or not isinstance(values.get("activity"), int):
        return None
    return Form(
        name=NAME,
        code=CODE,
        again="表决",
        fields=fields_of(session, values),
        summary=_summary,
        confirm="核对无误请点“保存”。",
        actions=(Action("save", "保存", _save),),
        right=Right.SIGN_IN_OTHERS,
        called="这项表决",
        check=_check,
    )


FORMS = Forms(name=NAME, code=CODE, again="表决", make=_make, right=Right.SIGN_IN_OTHERS)


def open_new(session: Session, call: Call, activity_id: int) -> Message:
    """Who was not reckoned at the last vote of the meeting is filled in, where there are enough of the others for
    anything that may be put: else it is asked, because one more may make it enough.
    """
    activity = service.found_activity(session, call.me, activity_id)
    service.may_change(session, activity, call.now, call.tz)
    if not rules.votes_at(service.types_of(session, activity)):
        raise Refusal(rules.NOT_HERE)
    before = votes.of_activity(session, activity, call.tz)
    last = of_excluded(before[-1].excluded) if before and _enough_for_all(session, activity, before[-1]) else {}
    begun = int(service.has_begun(activity, call.now))
    return FORMS.open(session, call, act="record", activity=activity.id, begun=begun, **last)


def _enough_for_all(session: Session, activity: Activity, last: Counted) -> bool:
    motions = rules.votes_at(service.types_of(session, activity))
    return all(has_quorum(one, len(last.expected), len(last.present)) for one in motions)


def open_change(session: Session, call: Call, vote_id: int) -> Message:
    vote = service.found(session, call.me, vote_id)
    activity = find_activity(session, call.me, vote.activity_id)
    service.may_change(session, activity, call.now, call.tz)
    one = votes.of_vote(session, vote, call.tz)
    begun = int(service.has_begun(activity, call.now))
    given = {"act": "record", "activity": activity.id, "vote": vote.id, "begun": begun, "seen": service.mark_of(one)}
    return FORMS.filled(session, call, **given, **as_answers(one))


def open_withdraw(session: Session, call: Call, vote_id: int) -> Message:
    vote = service.found(session, call.me, vote_id)
    service.may_change(session, find_activity(session, call.me, vote.activity_id), call.now, call.tz)
    return FORMS.open(session, call, act="withdraw", vote=vote.id)
