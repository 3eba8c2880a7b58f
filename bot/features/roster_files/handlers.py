"""导入名册: a file becomes a difference to look at; a button writes exactly that; templates to fill in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.rules import SEATS
from bot.features.roster import rules
from bot.features.roster.desk import day_of as day_of_button
from bot.features.roster.rules import first_open
from bot.features.roster.words import differences, full_day
from bot.features.roster_files import messages as import_messages
from bot.features.roster_files import tables
from bot.features.roster_files.asking import Question, Undecided
from bot.features.roster_files.buttons import AnswerImport, ConfirmImport, MoveImport
from bot.features.roster_files.drafts import SHEET, SINCE, Draft, from_json
from bot.features.roster_files.meetings import changed_meetings, day_of
from bot.features.roster_files.reading.hygiene import clean, faults_by_words, not_repeating, sheet_faults
from bot.features.roster_files.reading.reader import read_roster
from bot.features.roster_files.reading.roster_file import BadRoster, RosterFile
from bot.features.roster_files.reading.rows import Fault, RosterRow, as_planned, future_faults
from bot.features.roster_files.service import Plan, closed_change, plan_import, undone_office, write_import
from bot.features.roster_files.settling import NO, YES
from bot.kit import dialog as dialogs
from bot.kit.access import Right, may
from bot.kit.closing import close_days
from bot.kit.day_lists import parse_days
from bot.kit.deadlines import closed
from bot.kit.doors import ImportRoster, SendSheet, Sheet
from bot.kit.fetching import FetchFirst
from bot.kit.glossary.choices import DUTIES
from bot.kit.handing_in import Sent, Takes, Taking, files, is_table, taken
from bot.kit.handlers import Answer, Call, Handler, Tap, Word
from bot.kit.questions import FAR
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, Message, Reply, Said, say
from bot.kit.sheets import MAX_BYTES, kind_of
from bot.kit.typed_days import the_day
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.hygiene import words_of
from storage.models.dialog import Dialog
from storage.models.person import DutySpan, RosterSpan

FILE, ASK, LOOK, MOVE = "roster.file", "roster.ask", "roster.look", "roster.since"
OLD = "这次导入已失效，请重新点“导入名册”。"
# The answer that a button gives to every question like the one that is asked.
LIKE_IT = -1


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it was read; `kind`: xlsx or csv, for the log."""

    file: RosterFile
    kind: str


def read_file(content: bytes) -> "Handed | tuple[Fault, ...]":
    """The people of a file, or everything that is wrong with it."""
    try:
        return Handed(read_roster(content), kind_of(content))
    except BadRoster as bad:
        return bad.faults


def begin(session: Session, call: Call, button: ImportRoster) -> Reply:
    return begin_by_word(session, call)


def begin_by_word(session: Session, call: Call) -> Reply:
    return say(import_messages.ask_file(dialogs.ask(session, call.me, FILE, call.now)))


def file_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Every fault at once, or what has to be asked, or the difference; nothing is written yet."""
    if call.content is None:
        raise Refusal("请发送名册文件（xlsx或csv）。")
    forbidden = words_of(session, call.me.branch_id)
    if isinstance(call.content, tuple):
        return say(*import_messages.faults(not_repeating(call.content, forbidden)))
    handed: Handed = call.content
    rows = [row for sheet in handed.file.sheets for row in sheet.rows]
    faults = (*sheet_faults(handed.file, forbidden), *faults_by_words(rows, forbidden))
    if faults:
        return say(*import_messages.faults(faults))
    if not any(sheet.rows or sheet.faults for sheet in handed.file.sheets):
        raise Refusal("文件中只有示例，没有党员，请填写后再发。")
    since = _first_day(session, call.me.branch_id, call.today)
    return say(*_go_on(session, call, Draft(clean(handed.file, forbidden), handed.kind, since)))


def _first_day(session: Session, branch_id: int, today: date) -> date:
    """The first roster of a branch holds from New Year, so that the quarter has people; a later one from today."""
    listed = select(RosterSpan.id).where(RosterSpan.branch_id == branch_id).limit(1)
    return today if session.scalars(listed).first() is not None else today.replace(month=1, day=1)


# --- questions -----------------------------------------------------------------------------------------------------


def _go_on(session: Session, call: Call, draft: Draft) -> list[Said]:
    """The next question about the file, or the difference as it is now, with the buttons to confirm it."""
    if len(draft.file.sheets) > import_messages.MOST_BUTTONS:
        raise Refusal(f"文件有{len(draft.file.sheets)}张名册，请只保留需要导入的表后重发。")
    if not draft.file.is_one and f"{SHEET}:" not in draft.answers:
        return _ask(session, call, draft, [import_messages.which_sheet(draft.file)])
    try:
        reading = draft.reading()
        if faults := future_faults(reading.rows, call.today):
            raise BadRoster(*faults)
        plan = _plan(session, call, reading.rows, draft)
    except BadRoster as bad:
        dialogs.ask(session, call.me, FILE, call.now)
        return import_messages.faults(not_repeating(bad.faults, words_of(session, call.me.branch_id)))
    except Undecided as open_:
        return _ask(session, call, draft, open_.questions)
    meetings = changed_meetings(session, plan, call.now, call.tz)
    if f"{SINCE}:" not in draft.answers and any(day_of(one, call.tz) == draft.since for one in meetings):
        return _ask(session, call, draft, [import_messages.which_day(meetings, draft.since)])
    found = differences(plan.facts, plan.edits)
    if not found:
        dialogs.close(session, call.me.id)
        return [import_messages.nothing_new(plan.imported(), (*reading.notes, *plan.notes))]
    draft = replace(draft, shown=plan.fingerprint)
    dialog = dialogs.ask(session, call.me, LOOK, call.now, **draft.to_json())
    notes = (*reading.notes, *plan.notes)
    return import_messages.look(plan.imported(), notes, meetings, found, draft.since, dialog.id)


def _ask(session: Session, call: Call, draft: Draft, questions: Sequence[Question]) -> list[Said]:
    """The first of them; its buttons name it by how many were answered before."""
    first = questions[0]
    draft = replace(draft, asked=(first.key, tuple(value for value, _ in first.choices)))
    dialog = dialogs.ask(session, call.me, ASK, call.now, **draft.to_json())
    return [import_messages.question(questions, dialog, len(draft.answers))]


def answer(session: Session, call: Call, button: AnswerImport) -> Reply:
    """A button under a question; the next one takes its place."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, ASK)
    draft = from_json(dialog.draft)
    key, values = draft.asked
    if button.number != len(draft.answers) or button.choice not in range(LIKE_IT, len(values)):
        raise Refusal(OLD)
    like = button.choice == LIKE_IT
    return _shown(session, call, _like_it(session, call, draft) if like else draft.answer(key, values[button.choice]))


def _like_it(session: Session, call: Call, draft: Draft) -> Draft:
    """The first answer to each question that asks whether somebody is the one person of that name."""
    try:
        _plan(session, call, draft.reading().rows, draft)
    except Undecided as open_:
        for one in import_messages.alike(open_.questions):
            draft = draft.answer(one.key, one.choices[0][0])
        return draft
    raise Refusal(OLD)


def _shown(session: Session, call: Call, draft: Draft) -> Reply:
    said = _go_on(session, call, draft)
    *before, last = said
    return Reply(edit=last, here=before) if isinstance(last, Message) and not before else Reply(here=said)


def answer_typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    """A day where one is asked for, or another file in the place of this one."""
    if call.content is not None:
        return file_came(session, call, dialog)
    draft = from_json(dialog.draft)
    key, values = draft.asked
    if values == (NO, YES):
        return say(*_go_on(session, call, draft.answer(key, _spell(call))))
    latest = next((date.fromisoformat(value) for value in values if _is_day(value)), None)
    if latest is None:
        raise Refusal("请点按钮选择；要换文件，请直接发送新的文件。")
    day = the_day(call.text, call.today, full_day(latest))
    if not key.startswith(SINCE) and day > latest:
        raise Refusal(f"最迟{full_day(latest)}，请重新发送。")
    if key.startswith(SINCE):
        _not_closed(session, call, day)
    return say(*_go_on(session, call, draft.answer(key, day.isoformat())))


def _spell(call: Call) -> str:
    """A first and a last day, typed: 2026-03-01/2026-08-31."""
    runs = parse_days(call.text, call.today)
    if runs is None or len(runs) != 1:
        raise Refusal("请点按钮选择，或这样发送起止日期：3月1日至8月31日。")
    return f"{runs[0].first}/{runs[0].last}"


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


# --- the difference ------------------------------------------------------------------------------------------------


def _plan(session: Session, call: Call, rows: Sequence[RosterRow], draft: Draft) -> Plan:
    """What the rows would change; refuses what the person or the close does not allow. Raises Undecided, BadRoster."""
    _not_closed(session, call, draft.since)
    oldest = first_open(call.now, call.tz, close_days(session, call.me.branch_id))
    plan = plan_import(
        session, call.me.branch_id, as_planned(rows, call.today), draft.since, draft.said(), open_from=oldest
    )
    duties = (edit.stays or edit.after for edit in plan.edits if edit.kind is DutySpan)
    seats = any(values["duty"] in SEATS for values in duties)
    if seats and not may(call.me, Right.CLOSE, branch_id=call.me.branch_id):
        raise Refusal(
            "文件会变更书记或副书记的职务，请由书记本人导入（支部没有书记的，请联系系统管理员），或核对“党内职务”一栏后重发。"
        )
    _before_the_close(session, call, plan)
    if (undone := undone_office(plan)) is not None:
        name, word = plan.facts.people[undone.person_id].values["name"], DUTIES[undone.stays["duty"]]
        began = full_day(undone.stays["from_on"])
        raise Refusal(
            f"文件会撤销{name}同志的{word}职务（{began}起）。请先在名册中免去其职务，或移交书记职务，或改用晚于任职的生效日期后重发。"
        )
    return plan


def _before_the_close(session: Session, call: Call, plan: Plan) -> None:
    """Of nobody known anything changes in a quarter that is closed (D5), also one that was open when it was shown."""
    closes = close_days(session, call.me.branch_id)
    name = closed_change(plan, lambda day: rules.is_closed(day, call.now, call.tz, closes))
    if name:
        raise Refusal(
            f"{name}同志的变更所在季度统计已截止，不能再修改。请核对文件中的日期，或改用统计未截止的生效日期后重发。"
        )


def _open(session: Session, call: Call, dialog_id: int, *steps: str) -> Dialog:
    return dialogs.tapped(session, call.me, dialog_id, call.now, OLD, *steps)


def confirm(session: Session, call: Call, button: ConfirmImport) -> Reply:
    """Writes what was shown; what has changed since is shown anew, or asked."""
    dialog = _open(session, call, button.dialog_id, *((LOOK, MOVE) if button.sure else (ASK, LOOK, MOVE)))
    if not button.sure:
        dialogs.close(session, call.me.id)
        return Reply(toast="未导入。", edit=import_messages.not_done())
    draft = from_json(dialog.draft)
    try:
        plan = _plan(session, call, draft.reading().rows, draft)
    except (BadRoster, Undecided):
        return Reply(toast="名册已有变动，请重新核对。", alert=True, here=_go_on(session, call, draft))
    if plan.fingerprint != draft.shown:
        return Reply(toast="名册已有变动，请重新核对。", alert=True, here=_go_on(session, call, draft))
    done = write_import(session, plan, now=call.now, by=call.me, file=draft.kind)
    dialogs.close(session, call.me.id)
    return Reply(toast="已导入。", edit=import_messages.done(done, draft.since))


def move(session: Session, call: Call, button: MoveImport) -> Reply:
    dialog = _open(session, call, button.dialog_id, LOOK, MOVE)
    dialogs.move(dialog, MOVE, call.now)
    return say(import_messages.ask_day(dialog))


def day_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    day = the_day(call.text, call.today, import_messages.A_DAY)
    _not_closed(session, call, day)
    return say(*_go_on(session, call, from_json(dialog.draft).answer(f"{SINCE}:", day.isoformat())))


def _not_closed(session: Session, call: Call, day: date) -> None:
    """The first roster of a branch may hold from any day; a later one from none of a quarter that is closed."""
    if day - call.today > FAR:
        raise Refusal(f"{full_day(day)}离今天太远，请核对。")
    first = _first_day(session, call.me.branch_id, call.today) != call.today
    if not first and rules.is_closed(day, call.now, call.tz, close_days(session, call.me.branch_id)):
        raise closed(Quarter.of(day))


def undecided(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Another file takes the place of the one that was shown."""
    if call.content is None:
        raise Refusal("请点“确认导入”或“不导入”；要换文件，请直接发送新的文件。")
    return file_came(session, call, dialog)


def not_done(session: Session, call: Call, dialog: Dialog) -> Reply:
    """取消, at any of the questions."""
    return say(import_messages.not_done())


def send_sheet(session: Session, call: Call, button: SendSheet) -> Reply:
    """The empty template, or the roster of a day in the same form: that of today imports back as it is."""
    if button.which is Sheet.TEMPLATE:
        document = Document("党员名册模板.xlsx", tables.template_xlsx(), caption=import_messages.TEMPLATE)
    else:
        day = day_of_button(button.day, call.today)
        rows = tables.roster_rows(session, call.me.branch_id, day)
        document = import_messages.filled(tables.roster_xlsx(rows), day, today=day == call.today)
    return Reply(toast="已发送。", here=[document])


def offers(session: Session, me: Me, sent: Sequence[Sent], now: datetime, tz: tzinfo) -> Iterator[Taking]:
    """导入名册 with a table that came with nothing open."""
    if len(sent) == 1 and any(map(is_table, files(sent))):
        yield Taking(0, "导入名册")


def take(session: Session, call: Call, subject_id: int, sent: Sequence[Sent]) -> Reply:
    """As if it had been asked for."""
    if call.content is None:
        raise FetchFirst(FILE_ANSWER, files(sent)[0])
    if isinstance(call.content, Refusal):
        return Reply(edit=Message(call.content.text))
    return taken(file_came(session, call, dialogs.ask(session, call.me, FILE, call.now)))


TAKES = Takes("roster", offers, take, right=Right.ROSTER)
FILE_ANSWER = Answer(FILE, file_came, not_done, reads_file=read_file, largest=MAX_BYTES, right=Right.ROSTER)
HANDLERS: list[Handler] = [
    Word(("导入名册",), begin_by_word, right=Right.ROSTER),
    Tap(ImportRoster, begin, right=Right.ROSTER, private=True),
    Tap(AnswerImport, answer, right=Right.ROSTER, private=True),
    Tap(ConfirmImport, confirm, right=Right.ROSTER, private=True),
    Tap(MoveImport, move, right=Right.ROSTER, private=True),
    Tap(SendSheet, send_sheet, reads=True, right=Right.ROSTER, private=True),
    FILE_ANSWER,
    Answer(ASK, answer_typed, not_done, reads_file=read_file, largest=MAX_BYTES, right=Right.ROSTER),
    Answer(LOOK, undecided, not_done, reads_file=read_file, largest=MAX_BYTES, right=Right.ROSTER),
    Answer(MOVE, day_came, not_done, right=Right.ROSTER),
]
