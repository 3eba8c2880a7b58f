"""附件 of an activity: the sheet that was signed, photos, what goes out with its notice; added, shown, taken out."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.kept_files import buttons, messages
from bot.features.minutes import service as minutes
from bot.kit import activity_files, notice_files
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Right, may
from bot.kit.activities import before_cut_off, coming, find_activity
from bot.kit.asking import question
from bot.kit.doors import OpenFiles
from bot.kit.handlers import Answer, Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from scheduler.promises import taken
from storage.activities import components, notice_of
from storage.choices import OFF, ActivityFileRole
from storage.lookups import group_chats
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.dialog import Dialog
from storage.models.notice import Notice

STEP = "activity.files"
# Papers of minutes are added with these.
ADDED = (ActivityFileRole.SIGN_IN_SHEET, ActivityFileRole.PHOTO, ActivityFileRole.NOTICE)


def open_files(session: Session, call: Call, button: OpenFiles) -> Reply:
    return say(_page(session, call, _seen(session, call, button.activity_id)))


def _seen(session: Session, call: Call, activity_id: int) -> Activity:
    activity = find_activity(session, call.me, activity_id)
    if not activities.sees_names(call.me, activity):
        raise Refusal(NO_RIGHT)
    return activity


def _page(session: Session, call: Call, activity: Activity) -> Message:
    """What there is for whom it is, and what may be added now."""
    rows = [one for one in _files(session, activity) if _reads(call, activity, one.role)]
    open_ = [role for role in ADDED if _why_not(session, call, activity, role) is None]
    return messages.of_activity(activity, rows, open_, [one for one in rows if one.role in open_])


def _files(session: Session, activity: Activity) -> list[ActivityFile]:
    mine = (ActivityFile.activity_id == activity.id, ActivityFile.withdrawn_at.is_(None))
    return list(session.scalars(select(ActivityFile).where(*mine).order_by(ActivityFile.role, ActivityFile.id)))


def _reads(call: Call, activity: Activity, role: ActivityFileRole) -> bool:
    return role is not ActivityFileRole.MINUTES or minutes.may_write(call.me, activity)


def _why_not(session: Session, call: Call, activity: Activity, role: ActivityFileRole) -> str | None:
    """Why somebody may add none of this kind now; None: they may."""
    if role is ActivityFileRole.NOTICE:
        return _why_not_to_the_notice(session, call, activity)
    if not activities.calls(call.me, activity):
        return NO_RIGHT
    if activity.status in OFF:
        return activities.OFF_ALREADY
    if call.now < activity.start_at:
        return messages.NOT_BEGUN
    try:
        before_cut_off(session, activity, call.now, call.tz)
    except Refusal as refusal:
        return refusal.text
    return None


def _why_not_to_the_notice(session: Session, call: Call, activity: Activity) -> str | None:
    types = [one.type for one in components(session, activity.id)]
    where, group = activity.branch_id, activity.group_id
    if not may(call.me, Right.MAKE_ACTIVITY, branch_id=where, group_id=group, types=types):
        return NO_RIGHT
    notice = notice_of(session, activity.id)
    asks = notice is not None and notice.closed_at is None and activity.status not in OFF
    return None if asks and call.now < activity.start_at else messages.NO_NOTICE


# --- added and taken out ---------------------------------------------------------------------------------------------


def ask(session: Session, call: Call, button: buttons.AddFiles) -> Reply:
    activity = _addable(session, call, button.activity_id, button.role)
    dialog = dialogs.ask(session, call.me, STEP, call.now, activity=activity.id, role=str(button.role))
    return say(question(dialog, messages.ask(activity, button.role)))


def _addable(session: Session, call: Call, activity_id: int, role: ActivityFileRole) -> Activity:
    activity = find_activity(session, call.me, activity_id)
    why = _why_not(session, call, activity, role) if role in ADDED else NO_RIGHT
    if why is not None:
        raise Refusal(why)
    return activity


def came(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Each message adds what it holds; the question stays, because an album comes one by one."""
    role = ActivityFileRole(dialog.draft["role"])
    activity = _addable(session, call, int(dialog.draft["activity"]), role)
    if not call.files:
        raise Refusal(messages.ONLY_FILES)
    announced = activity_files.announced(call.files)
    if role is ActivityFileRole.NOTICE:
        notice_files.fitting(len(activity_files.of(session, activity.id, role)), announced)
    rows = activity_files.add_files(session, call.me, activity, role, None, announced, call.now)
    dialogs.move(dialog, STEP, call.now)
    done = question(dialog, messages.added(activity, role, len(activity_files.of(session, activity.id, role))))
    return Reply(here=[done], others=_sent(session, call, activity, rows) if role is ActivityFileRole.NOTICE else [])


def closed(session: Session, call: Call, dialog: Dialog) -> Reply:
    activity = find_activity(session, call.me, int(dialog.draft["activity"]))
    return say(_page(session, call, activity))


def drop(session: Session, call: Call, button: buttons.DropFile) -> Reply:
    """What has gone out with a notice has gone out: only the record loses it."""
    row = session.get(ActivityFile, button.file_id)
    if row is None or row.withdrawn_at is not None:
        raise Refusal(messages.NONE_THERE)
    activity = _addable(session, call, row.activity_id, row.role)
    if not button.sure:
        return Reply(edit=messages.really_drop(row))
    activity_files.withdraw(session, call.me, row, call.now)
    return Reply(toast="已移除。", edit=_page(session, call, activity))


# --- below the notice ------------------------------------------------------------------------------------------------


def _sent(session: Session, call: Call, activity: Activity, rows: Sequence[ActivityFile]) -> list[To]:
    """Where the notice stands, each file once: below the groups' card, else below that of each."""
    notice = notice_of(session, activity.id)
    if notice is None:
        return []
    return [
        To(
            file,
            person_id=person,
            chat_id=chat,
            key=f"{notice_files.KEY_OF_NOTICE}:{notice.id}:r{row.id}:{under}",
            batch=notice_files.batch("notice", notice.id),
        )
        for under, person, chat in _where(session, call, activity, notice)
        for row in rows
        for file in notice_files.documents([row.file], under)
    ]


def _where(
    session: Session, call: Call, activity: Activity, notice: Notice
) -> list[tuple[str, int | None, int | None]]:
    """The promise of each message of the notice, and whose it is."""
    key = f"notice:{notice.id}"
    chats = {f"{key}:chat:{chat}": chat for chat in group_chats(session, activity.branch_id)}
    in_groups = taken(session, chats)
    if in_groups:
        return [(under, None, chat) for under, chat in chats.items() if under in in_groups]
    people = {f"{key}:{one.id}": one.id for one in coming(session, activity, call.tz)}
    told = taken(session, people)
    return [(under, person, None) for under, person in people.items() if under in told]


HANDLERS: Sequence[Handler] = [
    Tap(OpenFiles, open_files, reads=True, private=True),
    Tap(buttons.AddFiles, ask, private=True),
    Tap(buttons.DropFile, drop, private=True),
    Answer(STEP, came, closed, called="附件", refuses_files=False),
]
