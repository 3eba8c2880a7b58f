"""查看附件: the files of an entry or a row, or of an activity, sent back to whoever may read it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.kept_files import messages, of_activities
from bot.features.kept_files.rules import shown
from bot.features.minutes import service as minutes
from bot.features.register import entries
from bot.features.register.kinds.kind import Type
from bot.features.register.rules import declared
from bot.kit import activity_files
from bot.kit.access import NO_RIGHT
from bot.kit.activities import find_activity
from bot.kit.doors import ShowActivityFiles, ShowFiles
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from storage.choices import ActivityFileRole, ActivityType
from storage.file_holders import Json, files_in
from storage.models.stored_file import StoredContent


def show(session: Session, call: Call, button: ShowFiles) -> Reply:
    view = entries.find(session, call.me, button.entry_id, call.today)
    row = view.row(button.row) if button.row else None
    if button.row and row is None:
        raise Refusal(messages.GONE)
    if row is not None and row.id in view.hidden:
        raise Refusal(NO_RIGHT)
    fields, rows = (row.fields, row.field) if row is not None else (view.fields, "")
    keys = [one.key for one in declared(view.kind, rows) if one.type is Type.FILES]
    files = [file for key in keys for file in files_in(fields.get(key))]
    if not files:
        raise Refusal(messages.GONE)
    return _sent(session, files)


def show_of_activity(session: Session, call: Call, button: ShowActivityFiles) -> Reply:
    """Papers of minutes to who may write these, what else there is to who may see the roll."""
    role = ActivityFileRole(button.role) if button.role in set(ActivityFileRole) else None
    component = ActivityType(button.component) if button.component in set(ActivityType) else None
    activity = find_activity(session, call.me, button.activity_id)
    reads = minutes.may_write if role is ActivityFileRole.MINUTES else activities.sees_names
    if not reads(call.me, activity):
        raise Refusal(NO_RIGHT)
    rows = activity_files.of(session, activity.id, role, component) if role is not None else []
    if not rows:
        raise Refusal(messages.NONE_THERE)
    return _sent(session, [{**row.file, "stored": row.stored_id} for row in rows])


def _sent(session: Session, files: Sequence[Json]) -> Reply:
    numbers = [one["stored"] for one in files if one.get("stored") is not None]
    kept = set(session.scalars(select(StoredContent.stored_id).where(StoredContent.stored_id.in_(numbers))))
    return Reply(here=messages.sent([shown(one, kept) for one in files]))


HANDLERS: Sequence[Handler] = [
    Tap(ShowFiles, show, reads=True, private=True),
    Tap(ShowActivityFiles, show_of_activity, reads=True, private=True),
    *of_activities.HANDLERS,
]
