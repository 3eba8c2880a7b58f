"""导入名册: a file becomes a difference to look at; a button writes exactly that; templates to fill in."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.rules import SEATS
from bot.features.roster import import_messages, rules, service, tables
from bot.features.roster.buttons import ConfirmImport, MoveImport, SendSheet, Sheet
from bot.features.roster.desk import day_of
from bot.features.roster.file_hygiene import faults_by_words, not_repeating
from bot.features.roster.file_import import Plan, plan_import, undone_office, write_import
from bot.features.roster.file_reader import read_roster
from bot.features.roster.roster_file import BadRoster
from bot.features.roster.rows import Ambiguous, Exempt, ExemptAsk, Fault, RosterRow
from bot.features.roster.words import differences, full_day
from bot.kit import dialog as dialogs
from bot.kit.access import Right, may
from bot.kit.closing import close_day
from bot.kit.dates import parse_day
from bot.kit.doors import ImportRoster
from bot.kit.glossary.choices import DUTIES
from bot.kit.handlers import Answer, Call, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, Reply, Said, say
from bot.kit.sheets import MAX_BYTES, kind_of
from bot.kit.words import Both
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank
from storage.hygiene import words_of
from storage.models.dialog import Dialog
from storage.models.person import DutySpan, ExemptionSpan, RosterSpan

FILE, LOOK, MOVE = "roster.file", "roster.look", "roster.since"
OLD = "这次导入已失效，请重新点“导入名册”。"
Rows = list[RosterRow]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds; `kind`: xlsx or csv, for the log."""

    rows: Rows
    kind: str


def read_file(content: bytes) -> "Table | tuple[Fault, ...]":
    """The rows of a file, or everything that is wrong with it."""
    try:
        return Table(read_roster(content).take().rows, kind_of(content))
    except BadRoster as bad:
        return bad.faults


def begin(session: Session, call: Call, button: ImportRoster) -> Reply:
    return begin_by_word(session, call)


def begin_by_word(session: Session, call: Call) -> Reply:
    dialogs.ask(session, call.me, FILE, call.now)
    return say(import_messages.ask_file())


def file_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Every fault at once, or the difference; nothing is written yet."""
    if call.content is None:
        raise Refusal("请发送名册文件（xlsx或csv），不导入了请发“取消”。")
    forbidden = words_of(session, call.me.branch_id)
    if isinstance(call.content, tuple):
        return say(*import_messages.faults(not_repeating(call.content, forbidden)))
    table: Table = call.content
    faults = faults_by_words(table.rows, forbidden)
    if faults:
        return say(*import_messages.faults(faults))
    if not table.rows:
        raise Refusal("文件中只有示例，没有党员，请填写后再发。")
    since = _first_day(session, call.me.branch_id, call.today)
    return say(*_look(session, call, table, since))


def _first_day(session: Session, branch_id: int, today: date) -> date:
    """The first roster of a branch holds from New Year, so that the quarter has people; a later one from today."""
    listed = select(RosterSpan.id).where(RosterSpan.branch_id == branch_id).limit(1)
    return today if session.scalars(listed).first() is not None else today.replace(month=1, day=1)


def _look(session: Session, call: Call, table: Table, since: date) -> list[Said]:
    """The difference as it is now, with the buttons to confirm it."""
    plan = _plan(session, call, table.rows, since)
    draft = {
        "rows": [to_json(row) for row in table.rows],
        "file": table.kind,
        "since": since.isoformat(),
        "shown": plan.fingerprint,
    }
    dialog = dialogs.ask(session, call.me, LOOK, call.now, **draft)
    found = differences(plan.facts, plan.edits)
    return import_messages.look(plan.imported(), found, since, dialog.id)


def _plan(session: Session, call: Call, rows: Rows, since: date) -> Plan:
    """What the rows would change; refuses what the person or the close does not allow."""
    try:
        plan = plan_import(session, call.me.branch_id, rows, since)
    except Ambiguous as unclear:
        names = "、".join(unclear.names)
        raise Refusal(f"有同名的党员分不清是谁：{names}。请在文件中填写原来的党小组或出生年月。") from None
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
            f"文件会撤销{name}同志的{word}职务（{began}起）。请先在名册中免去其职务或办理交接，或改用晚于任职的生效日期后重发。"
        )
    return plan


def _before_the_close(session: Session, call: Call, plan: Plan) -> None:
    """Nobody known leaves, comes or is exempt in a quarter that is closed (D5): that is a correction."""
    closes = close_day(session, call.me.branch_id)
    for edit in plan.edits:
        if edit.person_id < 0 or edit.kind not in (RosterSpan, ExemptionSpan):
            continue
        days = [edit.after.get("from_on"), edit.after.get("to_on")]
        if any(day is not None and rules.is_closed(day, call.now, call.tz, closes) for day in days):
            name = plan.facts.people[edit.person_id].values["name"]
            raise Refusal(f"{name}同志的转入、转出或免于考勤日期所在季度已关账，修改请走“更正”。")


def _open(session: Session, call: Call, dialog_id: int) -> Dialog:
    return dialogs.tapped(session, call.me, dialog_id, call.now, OLD, LOOK, MOVE)


def confirm(session: Session, call: Call, button: ConfirmImport) -> Reply:
    """Writes what was shown; what has changed since is shown anew."""
    dialog = _open(session, call, button.dialog_id)
    if not button.sure:
        dialogs.close(session, call.me.id)
        return Reply(toast="未导入。", edit=import_messages.not_done())
    table, since = _draft(dialog)
    plan = _plan(session, call, table.rows, since)
    if plan.fingerprint != dialog.draft["shown"]:
        return Reply(toast="名册已有变动，请重新核对。", alert=True, here=_look(session, call, table, since))
    done = write_import(session, plan, now=call.now, by=call.me, file=table.kind)
    dialogs.close(session, call.me.id)
    return Reply(toast="已导入。", edit=import_messages.done(done, since))


def _draft(dialog: Dialog) -> tuple[Table, date]:
    # A dialog that was asked by an earlier version does not say what kind of file it was.
    table = Table([from_json(row) for row in dialog.draft["rows"]], str(dialog.draft.get("file", "")))
    return table, date.fromisoformat(dialog.draft["since"])


def move(session: Session, call: Call, button: MoveImport) -> Reply:
    dialog = _open(session, call, button.dialog_id)
    dialogs.move(dialog, MOVE, call.now)
    return say("请发送名册从哪一天起生效，例如：2023年7月1日。")


def day_came(session: Session, call: Call, dialog: Dialog) -> Reply:
    day = parse_day(call.text, call.today)
    if day is None:
        raise Refusal("没有看懂日期，请按“2023年7月1日”的样子发送。")
    first = _first_day(session, call.me.branch_id, call.today) != call.today
    if not first and rules.is_closed(day, call.now, call.tz, close_day(session, call.me.branch_id)):
        raise Refusal(service.CLOSED)
    return say(*_look(session, call, _draft(dialog)[0], day))


def undecided(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Another file takes the place of the one that was shown."""
    if call.content is None:
        raise Refusal("请点“确认导入”或“不导入”；要换文件，请直接发送新的文件。")
    return file_came(session, call, dialog)


def send_sheet(session: Session, call: Call, button: SendSheet) -> Reply:
    """The empty template, or the roster of a day in the same form: that of today imports back as it is."""
    if button.which is Sheet.TEMPLATE:
        document = Document("党员名册模板.xlsx", tables.template_xlsx(), caption=import_messages.TEMPLATE)
    else:
        day = day_of(button.day, call.today)
        rows = tables.roster_rows(session, call.me.branch_id, day)
        document = import_messages.filled(tables.roster_xlsx(rows), day, today=day == call.today)
    return Reply(toast="已发送。", here=[document])


# --- a row in the draft of the dialog ------------------------------------------------------------------------------

_DAYS = ("born_on", "joined_party_on", "converted_on", "transfer_in", "transfer_out")


def to_json(row: RosterRow) -> dict[str, Any]:
    """Only what the row says."""
    said = {**asdict(replace(row, remarks=())), "remarks": [[str(one), one.chinese] for one in row.remarks]}
    return {name: _plain(value) for name, value in said.items() if value or (name == "duties" and value is not None)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(said: dict[str, Any]) -> RosterRow:
    """The row that `to_json` wrote."""
    known = {field.name for field in fields(RosterRow)}
    values: dict[str, Any] = {name: value for name, value in said.items() if name in known}
    values |= {name: date.fromisoformat(values[name]) for name in _DAYS if name in values}
    kinds = {"rank": Rank, "category": Category, "status": MembershipStatus}
    values |= {name: kind(values[name]) for name, kind in kinds.items() if name in values}
    if "duties" in values:
        values["duties"] = tuple(Duty(duty) for duty in values["duties"])
    if "exemption" in values:
        values["exemption"] = _exempt(values["exemption"])
    values |= {name: tuple(values[name]) for name in ("titles", "kept") if name in values}
    values["further"] = tuple(_exempt(one) for one in values.get("further", ()))
    values["remarks"] = tuple(Both(*one) for one in values.get("remarks", ()))
    return RosterRow(**values)


def _exempt(said: dict[str, Any]) -> Exempt:
    from_on, to_on = (date.fromisoformat(said[name]) if said[name] else None for name in ("from_on", "to_on"))
    # A draft of an earlier version asks nothing.
    asks = ExemptAsk(said["asks"]) if said.get("asks") else None
    return Exempt(ExemptionReason(said["reason"]), from_on, to_on, asks, said.get("said", ""))


HANDLERS: list[Handler] = [
    Word(("导入名册",), begin_by_word, right=Right.ROSTER),
    Tap(ImportRoster, begin, right=Right.ROSTER, private=True),
    Tap(ConfirmImport, confirm, right=Right.ROSTER, private=True),
    Tap(MoveImport, move, right=Right.ROSTER, private=True),
    Tap(SendSheet, send_sheet, reads=True, right=Right.ROSTER, private=True),
    Answer(FILE, file_came, reads_file=read_file, largest=MAX_BYTES, right=Right.ROSTER),
    Answer(LOOK, undecided, reads_file=read_file, largest=MAX_BYTES, right=Right.ROSTER),
    Answer(MOVE, day_came, right=Right.ROSTER),
]
