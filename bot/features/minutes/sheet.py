"""签到表: blank with the names of who is expected, to be printed before; afterwards as it was signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.activities.rules import Roll
from bot.kit.activities import coming
from bot.kit.activity_words import type_words
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_TYPES, SIGN_IN_METHODS
from bot.kit.words import day_words
from storage.activities import audience, components
from storage.choices import HERE, AttendanceStatus, SignInMethod
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.person import Person
from storage.roster import Member

# Of each column its word, and its width on paper in millimetres and in a book in figures.
COLUMNS = (
    ("序号", 14, 6),
    ("姓名", 30, 14),
    ("党小组", 36, 18),
    ("签到时间", 26, 12),
    ("方式", 20, 10),
    ("备注", 30, 16),
)
# To be signed by hand: the way of signing in is the signature.
TO_SIGN = (*COLUMNS[:3], ("签名", 40, 20), ("备注", 36, 16))
BY_OTHERS = "代登"
# So many empty lines stand below the names of one that is to be signed: guests, and who was not on the roster.
EMPTY = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """The head, a line each of words and what they are, and a row for each person, of these columns."""

    title: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, int, int], ...]

    @property
    def lines(self) -> list[str]:
        return [f"{word}：{said}" for word, said in self.head]


def of(session: Session, activity: Activity, now: datetime, tz: tzinfo) -> Sheet:
    """As it is to be signed until the start, afterwards as it was."""
    roll = activities.roll(session, activity, tz) if now >= activity.start_at else None
    rows = _signed(session, activity, roll, tz) if roll is not None else _blank(session, activity, tz)
    columns = TO_SIGN if roll is None else COLUMNS
    return Sheet(f"{activity.title}签到表", tuple(_head(session, activity, roll, tz)), tuple(_numbered(rows)), columns)


def _numbered(rows: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(rows, 1):
        yield (str(number), *row)


def _head(session: Session, activity: Activity, roll: Roll | None, tz: tzinfo) -> Iterator[tuple[str, str]]:
    start, end = activity.start_at.astimezone(tz), activity.end_at.astimezone(tz)
    host = session.get(Person, activity.host_id) if activity.host_id is not None else None
    words = type_words(session, activity.branch_id)
    yield "活动名称", activity.title
    yield "类别", "、".join(words[one.type] for one in components(session, activity.id))
    yield "时间", f"{start.year}年{day_words(start.date())}{start:%H:%M}至{end:%H:%M}"
    yield "地点", activity.place
    yield "主持人", host.name if host is not None else ""
    if roll is None:
        yield "应到", f"{len(coming(session, activity, tz))}人"
        yield from ((word, "") for word in ("实到", "请假", "缺席"))
        return
    unknown = len(roll.unrecorded)
    yield "应到", f"{len(roll.expected)}人"
    yield "实到", f"{len(roll.present)}人"
    yield "请假", f"{len(roll.leave)}人"
    yield "缺席", f"{len(roll.absent) - unknown}人{f'（另有未登记{unknown}人）' if unknown else ''}"


def _blank(session: Session, activity: Activity, tz: tzinfo) -> Iterator[tuple[str, ...]]:
    for one in coming(session, activity, tz):
        yield one.name, one.group_name or "", "", ""
    for _ in range(EMPTY):
        yield "", "", "", ""


def _signed(session: Session, activity: Activity, roll: Roll, tz: tzinfo) -> Iterator[tuple[str, ...]]:
    """Everybody who was expected in the order of the roster, then who sat in."""
    members = {one.id: one for one in audience(session, activity, tz)}
    live = (Attendance.activity_id == activity.id, Attendance.withdrawn_at.is_(None))
    signed = {row.person_id: row for row in session.scalars(select(Attendance).where(*live))}
    asked = (LeaveRequest.activity_id == activity.id, LeaveRequest.withdrawn_at.is_(None))
    leaves = {row.person_id: row for row in session.scalars(select(LeaveRequest).where(*asked))}
    expected = [member for member in members.values() if member.id in roll.expected]
    for member in expected:
        note = _note(roll, member, signed.get(member.id), leaves.get(member.id))
        yield member.name, member.group_name or "", *_how(activity, signed.get(member.id), tz), note
    for person, name in names_of(session, roll.observers).items():
        yield name, "", *_how(activity, signed.get(person), tz), ATTENDANCE[AttendanceStatus.OBSERVER]


def _how(activity: Activity, row: Attendance | None, tz: tzinfo) -> tuple[str, str]:
    """When, and by what: 代登 is entered by somebody else before the end; what others have entered has no hour."""
    if row is None or row.status is AttendanceStatus.ABSENT:
        return "", ""
    if row.method in (SignInMethod.MARKED, SignInMethod.ROLL_CALL):
        in_time = row.method is SignInMethod.MARKED and row.at <= activity.end_at
        return "", BY_OTHERS if in_time else SIGN_IN_METHODS[row.method]
    return f"{row.at.astimezone(tz):%H:%M}", SIGN_IN_METHODS[row.method]


def _note(roll: Roll, member: Member, row: Attendance | None, leave: LeaveRequest | None) -> str:
    if row is not None and row.status in HERE:
        return "" if row.status is AttendanceStatus.PRESENT else ATTENDANCE[row.status]
    if leave is not None and member.id in (*roll.leave, *roll.on_duty):
        return LEAVE_TYPES[leave.type]
    return "" if member.id in roll.unrecorded else ATTENDANCE[AttendanceStatus.ABSENT]


# --- as files ------------------------------------------------------------------------------------------------------


def xlsx(sheet: Sheet) -> bytes:
    from bot.kit.ledgers import Cell, Column, Ledger, book

    columns = [Column(word, width) for word, _, width in sheet.columns]
    rows: list[list[Cell]] = [[int(row[0]), *row[1:]] for row in sheet.rows]
    return book(Ledger("签到表", columns, rows, title=sheet.title, head=sheet.lines))


def docx(sheet: Sheet, activity_id: int) -> bytes:
    from bot.kit import paper

    here = paper.begun(f"sign_in_sheet:{activity_id}")
    paper.roomy(here)
    paper.title(here, sheet.title)
    said = dict(sheet.head)
    counts = [(f"{one}", said[one], other, said[other]) for one, other in (("应到", "实到"), ("请假", "缺席"))]
    facts = [(word, said[word]) for word in ("类别", "时间", "地点", "主持人")]
    paper.facts(here, [*facts, *counts], (26, 52, 26, 52))
    paper.add(here, "", paper.LINE)
    words, widths, _ = zip(*sheet.columns, strict=True)
    paper.table(here, widths, [words, *sheet.rows])
    return paper.done(here)
