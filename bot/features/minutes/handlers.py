"""会议记录 and 签到表: the list, an activity, one component of it; the paper out and back in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.minutes import asked, buttons, forms, known, lines, messages, rules, service, sheet, template_forms
from bot.features.minutes.rules import PARTS, Found, HandedIn, Speech
from bot.kit import activity_files
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Right
from bot.kit.activities import find_activity, still_open
from bot.kit.asking import question
from bot.kit.doors import OpenMinutes, OpenSheet
from bot.kit.handlers import Answer, Call, Command, Handler, Tap
from bot.kit.kept_files import MOST_BYTES
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from scheduler.calendar.days import local_day
from storage.activities import components
from storage.choices import ActivityFileRole, ActivityType, MinutesForm
from storage.lookups import of_branch
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.roster import roster

PAPER = "minutes.paper"
# So many are listed.
MOST = 12


def show_list(session: Session, call: Call) -> Reply:
    """会议记录 /minutes: what somebody may write, what lacks some first; to who may write none at all it is refused."""
    return say(_list(session, call))


def all_minutes(session: Session, call: Call, button: buttons.AllMinutes) -> Reply:
    return Reply(edit=_list(session, call))


def _list(session: Session, call: Call) -> Message:
    found = asked.recent(session, call.me, call.now, MOST)
    if not found and not service.writes_any(call.me):
        raise Refusal(NO_RIGHT)
    return messages.listed(found, call.tz)


def open_minutes(session: Session, call: Call, button: OpenMinutes) -> Reply:
    """An activity; with one component that is opened at once."""
    activity = service.find(session, call.me, button.activity_id)
    parts = asked.wanted(session, [activity])[activity.id]
    if len(parts) == 1:
        return Reply(edit=_page(session, call, activity, parts[0].component, several=False))
    return Reply(edit=messages.of_activity(activity, parts, call.tz))


def show(session: Session, call: Call, button: buttons.ShowMinutes) -> Reply:
    activity = service.find(session, call.me, button.activity_id, button.component)
    several = len(components(session, activity.id)) > 1
    return Reply(edit=_page(session, call, activity, button.component, several=several))


def _page(session: Session, call: Call, activity: Activity, component: ActivityType, *, several: bool) -> Message:
    row = service.row_of(session, activity.id, component)
    said = service.written(session, row)
    return messages.page(
        activity.id,
        known.of(session, activity, component, call.tz),
        said,
        row.state if row is not None else None,
        forms.speakers(session, said),
        len(activity_files.of(session, activity.id, ActivityFileRole.MINUTES, component)),
        open_=still_open(session, activity.branch_id, call.now, call.tz)(activity) and call.now >= activity.start_at,
        several=several,
    )


def write(session: Session, call: Call, button: buttons.WriteMinutes) -> Reply:
    return say(forms.opened(session, call, button.activity_id, button.component))


# --- papers ----------------------------------------------------------------------------------------------------------


def send_paper(session: Session, call: Call, button: buttons.SendPaper) -> Reply:
    activity = service.find(session, call.me, button.activity_id, button.component)
    return _sent(session, call, activity, [button.component], service.title_of(button.component))


def send_papers(session: Session, call: Call, button: buttons.SendPapers) -> Reply:
    activity = service.find(session, call.me, button.activity_id)
    return _sent(session, call, activity, [one.type for one in components(session, activity.id)], "会议记录")


def _sent(session: Session, call: Call, activity: Activity, kinds: Iterable[ActivityType], word: str) -> Reply:
    from bot.features.minutes import papers

    content = papers.of_activity(session, activity, list(kinds), call.tz)
    return Reply(toast="已发送。", here=[messages.paper(activity, word, content, call.tz)])


def ask_paper(session: Session, call: Call, button: buttons.ReadPaper) -> Reply:
    service.writable(session, call.me, button.activity_id, button.component, call.now, call.tz)
    about = {"activity": button.activity_id, "component": button.component.value}
    return say(question(dialogs.ask(session, call.me, PAPER, call.now, **about), messages.SEND_PAPER))


def read_paper(content: bytes) -> Any:
    """What it says; runs before any transaction begins."""
    from bot.features.minutes import reading

    return reading.read(content)


def paper_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    """What differs is shown, in the form that takes it when it is saved; a file that is none of ours is kept."""
    if not call.files:
        raise Refusal(messages.SEND_PAPER)
    activity_id, component = int(dialog.draft["activity"]), ActivityType(dialog.draft["component"])
    activity = service.writable(session, call.me, activity_id, component, call.now, call.tz)
    handed: HandedIn = call.content or HandedIn()
    _is_of_this(session, call, activity, component, handed)
    found = handed.found.get(component) or Found()
    if found.alien:
        return _kept(session, call, activity, component)
    row = service.row_of(session, activity.id, component)
    said = service.written(session, row)
    names = forms.speakers(session, said)
    before = {part: lines.said_lines(part, said, names) for part in PARTS}
    changed = rules.differing(before, found)
    dialogs.close(session, call.me.id)
    if not changed:
        return say(messages.unchanged(found.unread))
    stands = lines.by_line(said, names)
    answers = {part: _read(session, call, part, found, stands) for part in changed}
    page = forms.filled(session, call, activity.id, component, answers)
    return say(messages.differences(changed, found.unread), page)


def _is_of_this(session: Session, call: Call, activity: Activity, component: ActivityType, handed: HandedIn) -> None:
    """Refuse a paper that says itself that it is of something else; one that says nothing is what it is sent for."""
    if handed.activity_id is None:
        return
    if handed.activity_id != activity.id:
        other = of_branch(session, Activity, handed.activity_id, call.me.branch_id)
        if other is None:
            raise Refusal(messages.OTHER_PAPER)
        raise Refusal(messages.of_another(other.title, local_day(other.start_at, call.tz)))
    if handed.found and component not in handed.found:
        there = [service.title_of(one) for one in handed.found]
        raise Refusal(messages.of_other_parts(there, service.title_of(component)))


def _read(
    session: Session, call: Call, part: str, found: Found, stands: Mapping[str, Sequence[Speech]]
) -> list[Any] | str:
    """As if it had been typed; what was emptied is empty."""
    said = found.parts[part]
    if not said:
        return ""
    if part == "speeches":
        return lines.speeches(said, roster(session, call.me.branch_id, call.today), stands)
    return lines.tasks(said, call.today) if part == "tasks" else lines.plain(part, said)


def _kept(session: Session, call: Call, activity: Activity, component: ActivityType) -> Reply:
    files = activity_files.announced(call.files)
    activity_files.add_files(session, call.me, activity, ActivityFileRole.MINUTES, component, files, call.now)
    if service.row_of(session, activity.id, component) is None:
        only = {"form": MinutesForm.FILE}
        service.save(session, call.me, activity, component, only, False, call.now, call.tz)
    dialogs.close(session, call.me.id)
    several = len(components(session, activity.id)) > 1
    return say(messages.KEPT_FILE, _page(session, call, activity, component, several=several))


# --- 签到表 ----------------------------------------------------------------------------------------------------------


def open_sheet(session: Session, call: Call, button: OpenSheet) -> Reply:
    return say(messages.which_shape(_seen(session, call, button.activity_id), call.now))


def send_sheet(session: Session, call: Call, button: buttons.SendSignIns) -> Reply:
    activity = _seen(session, call, button.activity_id)
    made = sheet.of(session, activity, call.now, call.tz)
    as_docx = button.shape is buttons.SheetAs.DOCX
    content = sheet.docx(made, activity.id) if as_docx else sheet.xlsx(made)
    return Reply(toast="已发送。", here=[messages.sheet(activity, button.shape, content, call.tz)])


def _seen(session: Session, call: Call, activity_id: int) -> Activity:
    activity = find_activity(session, call.me, activity_id)
    if not activities.sees_names(call.me, activity):
        raise Refusal(NO_RIGHT)
    return activity


HANDLERS: list[Handler] = [
    Command(
        "minutes",
        show_list,
        "会议记录",
        Right.WRITE_MINUTES,
        only_shown=True,
        reads=True,
        more=23,
        group_at=4,
        words=("写记录",),
    ),
    Tap(buttons.AllMinutes, all_minutes, reads=True, private=True),
    Tap(OpenMinutes, open_minutes, reads=True, private=True),
    Tap(buttons.ShowMinutes, show, reads=True, private=True),
    Tap(buttons.WriteMinutes, write, private=True),
    Tap(buttons.SendPaper, send_paper, reads=True, private=True),
    Tap(buttons.SendPapers, send_papers, reads=True, private=True),
    Tap(buttons.ReadPaper, ask_paper, private=True),
    Answer(PAPER, paper_came, called=messages.OLD_PAPER, reads_file=read_paper, largest=MOST_BYTES),
    Tap(OpenSheet, open_sheet, reads=True, right=Right.SEE_ROLL, private=True),
    Tap(buttons.SendSignIns, send_sheet, reads=True, right=Right.SEE_ROLL, private=True),
    *template_forms.HANDLERS,
]
