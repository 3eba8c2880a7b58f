"""Taps and words of what is made up: 补学 asked for, handed in, reviewed."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.features.leave import buttons, makeups, messages, missing, service
from bot.kit import dialog as dialogs
from bot.kit.activities import choose_activity, cut_off, find_activity, undone
from bot.kit.asking import question
from bot.kit.handing_in import Sent, Takes, files, taken, texts
from bot.kit.handlers import Answer, Call, Command, File, Handler, Tap, no_files
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, apart, say
from bot.kit.words import not_counted, units
from scheduler.calendar.days import local_day
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.models.person import Person

TOO_LONG = f"补学情况不超过{makeups.LONGEST_NOTE}字，没有提交，请精简后重新发送，或作为文件发送。"


def start_makeup(session: Session, call: Call, button: buttons.HandInMakeup) -> Reply:
    activity = find_activity(session, call.me, button.activity_id)
    if call.now < activity.start_at:
        raise Refusal("活动举行之后再提交补学。")
    makeups.may_make_up(session, call.me, activity, call.now)
    return Reply(toast="请提交补学。", here=[_makeup_question(session, call, activity)])


def _makeup_question(session: Session, call: Call, activity: Activity) -> Message:
    dialog = dialogs.ask(session, call.me, "activity.makeup", call.now, activity=activity.id)
    return question(dialog, messages.ask_for_makeup(activity))


def makeup_by_word(session: Session, call: Call) -> Reply:
    missed = makeups.to_make_up(session, call.me, call.now, call.tz)
    if not missed:
        raise Refusal("您没有需要补学的活动。")
    if len(missed) > 1:
        return say(choose_activity("请选择要补学的活动。", missed[:8], buttons.HandInMakeup, call.tz))
    return say(_makeup_question(session, call, missed[0]))


def hand_in_makeup(session: Session, call: Call, dialog: Dialog) -> Reply:
    activity_id = int(dialog.draft["activity"])
    if units(call.text) > makeups.LONGEST_NOTE:
        raise Refusal(TOO_LONG)
    reply = _handed_in(session, call, activity_id, call.text, call.files)
    dialogs.close(session, call.me.id)
    return reply


def take(session: Session, call: Call, activity_id: int, sent: Sequence[Sent]) -> Reply:
    """What had come with nothing open; what is too long is sent anew, so that it waits no longer."""
    note = texts(sent)
    if units(note) > makeups.LONGEST_NOTE:
        return Reply(edit=Message(TOO_LONG))
    return replace(taken(_handed_in(session, call, activity_id, note, files(sent))), toast="补学已提交。")


def _handed_in(session: Session, call: Call, activity_id: int, note: str, came: Sequence[File]) -> Reply:
    kept = [file.to_json() for file in came]
    row = makeups.hand_in_makeup(session, call.me, activity_id, note, kept, call.now, call.tz)
    activity = session.get_one(Activity, activity_id)
    review = messages.makeup_to_review(row, activity, call.me.name)
    reviewers = service.approvers(session, activity, call.me.id, call.tz)
    key = f"makeup:{row.id}:{int(call.now.timestamp())}"
    attached = [To(messages.attached(file), person_id=person) for person in reviewers for file in came]
    return Reply(
        here=[messages.makeup_handed_in(row, activity, _late(session, call, activity))],
        others=[*attached, *(To(review, person_id=person, key=f"{key}:{person}") for person in reviewers)],
    )


def _late(session: Session, call: Call, activity: Activity) -> str:
    """What is heard when the quarter is closed (D20b)."""
    late = call.now > cut_off(session, activity, call.tz)
    return not_counted(local_day(activity.start_at, call.tz)) if late else ""


def open_makeup(session: Session, call: Call, button: buttons.OpenMakeup) -> Reply:
    row, activity = makeups.reviewable(session, call.me, button.makeup_id, call.today)
    name = session.get_one(Person, row.person_id).name
    return Reply(here=[*map(messages.kept, row.files), messages.makeup_to_review(row, activity, name)])


def review_makeup(session: Session, call: Call, button: buttons.ReviewMakeup) -> Reply:
    if not button.accept:
        makeups.reviewable(session, call.me, button.makeup_id, call.today)
        dialog = dialogs.ask(session, call.me, "activity.makeup_reason", call.now, makeup=button.makeup_id)
        return Reply(toast="请写明退回原因。", here=[question(dialog, "请发送退回原因，将告知本人。")])
    return _reviewed(session, call, button.makeup_id, True, "")


def return_makeup(session: Session, call: Call, dialog: Dialog) -> Reply:
    reason = call.text.strip()
    if not reason:
        raise Refusal("请用文字写明退回原因。")
    if len(reason) > makeups.LONGEST_REASON:
        raise Refusal(f"请用不超过{makeups.LONGEST_REASON}字写明退回原因。")
    # Closing empties the draft.
    makeup_id = int(dialog.draft["makeup"])
    dialogs.close(session, call.me.id)
    reply = _reviewed(session, call, makeup_id, False, reason)
    return apart(reply)


def _reviewed(session: Session, call: Call, makeup_id: int, accept: bool, reason: str) -> Reply:
    row, activity = makeups.review_makeup(session, call.me, makeup_id, accept, call.now, reason, today=call.today)
    person = session.get_one(Person, row.person_id)
    told = To(messages.makeup_reviewed(row, activity), person_id=person.id)
    done = messages.reviewed(row, activity, person.name)
    return Reply(toast="已通过。" if accept else "已退回。", edit=done, others=[told])


def undo_makeup(session: Session, call: Call, button: buttons.UndoMakeup) -> Reply:
    return undone(makeups.undo(session, call.me, button.row_id, call.now, call.tz).id, "补学")


TAKES = Takes("makeup", missing.takings, take)
HANDLERS: list[Handler] = [
    Tap(buttons.HandInMakeup, start_makeup),
    Tap(buttons.OpenMakeup, open_makeup, reads=True, private=True),
    Tap(buttons.ReviewMakeup, review_makeup),
    Tap(buttons.UndoMakeup, undo_makeup),
    Command("makeup", makeup_by_word, "补学", more=15, words=("补课",), hands_in=True),
    Answer("activity.makeup", hand_in_makeup, called="补学", measure=lambda dialog: ("补学情况", makeups.LONGEST_NOTE)),
    Answer(
        "activity.makeup_reason",
        return_makeup,
        called="退回原因",
        takes_files=no_files,
        measure=lambda dialog: ("退回原因", makeups.LONGEST_REASON),
    ),
]
