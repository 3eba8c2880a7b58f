"""The ledgers of a period: which there are for somebody, one of them, all of them in a zip with an index."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.minutes import sheet
from bot.features.report import annex
from bot.features.report import ledgers as of_figures
from bot.features.report import service as report
from bot.features.tally.periods import words
from bot.features.tally.service import Tally, counting, tally
from bot.kit.access import NO_RIGHT, Reach, Right, reach, require
from bot.kit.figures import Figures
from bot.kit.ledger_books import Asked, Book, Books, wholly
from bot.kit.ledgers import Cell, Column, Ledger, book
from bot.kit.refusal import Refusal
from bot.kit.sheets import visible
from bot.kit.words import cut
from scheduler.calendar.days import local_day
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.activity import Activity
from storage.models.minutes import Minutes
from storage.models.organisation import Organisation

EMPTY = "这段时间没有记录。"
INDEX = "目录"
_SAME_TIME = (1980, 1, 1, 0, 0, 0)
# Places of what is made of all figures, and of the papers of activities (domain 4.2).
_SIGNED, _MINUTES, _FIGURES, _REPORT, _OWN = "01", "02", (19, 0), "00", 21
# Of a title in the name of a file, in UTF-16 units.
_LONGEST = 60
_NO_NAME = '\\/:*?"<>|'


@dataclass(frozen=True, slots=True)
class Offered:
    """What the features have: their figures, and their ledgers."""

    figures: Figures
    books: Books


def books(session: Session, branch_id: int, me: Me | None, offered: Offered) -> list[Book]:
    """Those that somebody may have (None: the operator), as inspectors ask for them; refuses who may have none."""
    if me is not None:
        require(me, Right.EXPORT, branch_id=branch_id)
    every = [*offered.books(session, branch_id), Book(_FIGURES, annex.NAME, _OfFigures(offered), wholly(Right.TALLY))]
    return sorted((one for one in every if me is None or one.may(me)), key=lambda one: one.place)


@dataclass(frozen=True, slots=True)
class _OfFigures:
    """Ledger 19 is made of the tally."""

    offered: Offered

    def __call__(self, asked: Asked) -> Sequence[Ledger]:
        found = _tally(asked, self.offered, asked.me)
        return [of_figures.figures(found, asked.titled(annex.name_of(found)))]


def _tally(asked: Asked, offered: Offered, to: Me | None = None) -> Tally:
    of = asked.counting
    figures, version = offered.figures, asked.version
    return tally(of.session, of.branch_id, of.period, of.now, of.tz, figures=figures, to=to, version=version)


def asked_of(
    session: Session, branch_id: int, me: Me | None, period: Period, now: datetime, tz: tzinfo, version: str = ""
) -> Asked:
    """Refuses who may have none of them."""
    if me is not None:
        require(me, Right.EXPORT, branch_id=branch_id)
    name = session.get_one(Organisation, branch_id).name
    return Asked(counting(session, branch_id, period, now, tz), name, words(period), local_day(now, tz), me, version)


def one(asked: Asked, key: str, offered: Offered) -> tuple[str, bytes]:
    """The name of its file and its bytes; refuses who may not have it, and what has nothing."""
    found = next((each for each in books(asked.session, asked.branch_id, asked.me, offered) if each.key == key), None)
    if found is None:
        raise Refusal(NO_RIGHT)
    sheets = found.sheets(asked)
    if not sheets:
        raise Refusal(EMPTY)
    return f"{found.name} {asked.when}.xlsx", book(sheets[0], *sheets[1:])


# --- all of them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file of the zip: its name, what the index says of it, how many rows it has, its bytes."""

    name: str
    what: str
    count: int
    content: bytes


def most(asked: Asked, offered: Offered) -> int:
    """How many files there are at most."""
    return 1 + 2 * len(asked.counting.of(HELD)) + len(books(asked.session, asked.branch_id, asked.me, offered))


def files(asked: Asked, offered: Offered) -> Iterator[File]:
    """Every file for an inspector, in their order; what has nothing is left out."""
    yield from _report(asked, offered)
    yield from _papers(asked)
    for each in books(asked.session, asked.branch_id, asked.me, offered):
        sheets = each.sheets(asked)
        if sheets:
            place = each.place[0] if each.place[0] < _OWN else _OWN + each.place[1]
            count = sum(len(sheet.rows) for sheet in sheets)
            yield File(f"{place:02} {each.name}.xlsx", each.name, count, book(sheets[0], *sheets[1:]))


def _report(asked: Asked, offered: Offered) -> Iterator[File]:
    if asked.me is not None and not report.may_write(asked.me):
        return
    # Loaded for the few who ask: documents cost every start a tenth of a second.
    from bot.features.report import papers

    found = _tally(asked, offered)
    made = report.of_tally(asked.session, found)
    content = papers.made(asked.session, made, asked.today)
    yield File(f"{_REPORT} {file_name(made.title)}.docx", "工作总结", 1, content)


def _papers(asked: Asked) -> Iterator[File]:
    """Ledgers 1 and 2: of each activity that counts who signed in, and its minutes where there are any."""
    if asked.me is not None and reach(asked.me, Right.WRITE_MINUTES) is not Reach.ALL:
        return
    from bot.features.minutes import papers as minutes

    of = asked.counting
    ids = [each.id for each in of.of(HELD)]
    query = select(Activity).where(Activity.id.in_(ids)).order_by(Activity.start_at, Activity.id)
    held = list(asked.session.scalars(query)) if ids else []
    for number, each in enumerate(held, 1):
        name = f"{number:02} {local_day(each.start_at, of.tz):%Y%m%d} {file_name(each.title)}"
        signed = sheet.of(asked.session, each, of.now, of.tz)
        yield File(f"{_SIGNED} 签到表/{name}.docx", "签到表", len(signed.rows), sheet.docx(signed, each.id))
    with_minutes = set(asked.session.scalars(select(Minutes.activity_id).where(Minutes.activity_id.in_(ids))))
    for number, each in enumerate(held, 1):
        if each.id not in with_minutes:
            continue
        name = f"{number:02} {local_day(each.start_at, of.tz):%Y%m%d} {file_name(each.title)}"
        yield File(f"{_MINUTES} 会议记录/{name}.docx", "会议记录", 1, minutes.whole(asked.session, each, of.tz))


def index(asked: Asked, listed: Sequence[File]) -> bytes:
    """目录: every file in its order, with how many rows it has."""
    rows: list[list[Cell]] = [[number, one.what, one.name, one.count] for number, one in enumerate(listed, 1)]
    columns = [Column(word) for word in ("序号", "内容", "文件", "条数")]
    return book(Ledger(INDEX, columns, rows, title=asked.titled("材料目录"), beside=1))


def packed(asked: Asked, listed: Sequence[File]) -> bytes:
    """One zip of them, the index first; the same content is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in ((f"{INDEX}.xlsx", index(asked, listed)), *((one.name, one.content) for one in listed)):
            entry = zipfile.ZipInfo(name, _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return out.getvalue()


def file_name(title: str) -> str:
    """A title without what no file name has."""
    short = cut(" ".join(visible(title).split()), _LONGEST)
    return "".join(sign for sign in short if sign not in _NO_NAME).strip(". ")
