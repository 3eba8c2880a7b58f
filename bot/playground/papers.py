"""What a quarter leaves on paper: the report, all its ledgers and its pictures, and the report as a page to read."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from pathlib import Path

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from sqlalchemy.orm import Session

from bot.features.ledgers import service as ledgers
from bot.features.ledgers.feature import offered_by
from bot.features.registry import FEATURES
from bot.features.tally import pictures
from bot.features.tally.periods import words
from bot.features.tally.service import Tally
from bot.kit import paper
from bot.kit.drawing import png
from bot.kit.pictures import words as words_of

REPORT, LEDGERS = "工作总结", "材料"
FOLDER = "branch-bot-demo"
# How a paragraph of a paper is a paragraph of a page.
_TAGS = {paper.TITLE: "h1", paper.FIRST: "h2", paper.SECOND: "h3"}
_CLASSES = {paper.TEXT: "text", paper.LINE: "line", paper.LABEL: "label", paper.CELL: "cell"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A file: its name, its bytes, and of a picture what it says."""

    name: str
    content: bytes
    words: str = ""

    @property
    def is_report(self) -> bool:
        return self.name.endswith(".docx")


def made(session: Session, found: Tally, now: datetime, tz: tzinfo) -> list[Paper]:
    """All of them of a tally, the report first: the one that stands among the ledgers as well."""
    asked = ledgers.asked_of(session, found.counting.branch_id, None, found.period, now, tz)
    listed = list(ledgers.files(asked, offered_by(FEATURES)))
    of, packed = words(found.period), ledgers.packed(asked, listed)
    reports = [Paper(f"{of}{REPORT}.docx", one.content) for one in listed if one.what == REPORT]
    drawn = [
        Paper(f"图{number} {one.title.partition('：')[0]}.png", png(one), words_of(one))
        for number, one in enumerate(pictures.of_report(session, found), 1)
    ]
    return [*reports, Paper(f"{of}{LEDGERS}.zip", packed), *drawn]


# --- on the disk --------------------------------------------------------------------------------------------------


def new_folder(here: Path) -> Path:
    """A name below a folder that is not taken: branch-bot-demo, branch-bot-demo-2, ..."""
    return next(one for one in _names(here) if not one.exists())


def _names(here: Path) -> Iterator[Path]:
    yield here / FOLDER
    number = 2
    while True:
        yield here / f"{FOLDER}-{number}"
        number += 1


def write(folder: Path, listed: Sequence[Paper]) -> list[Path]:
    """Into a folder, which is made; nothing that is there is written over. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in listed:
        path = folder / one.name
        with path.open("xb") as file:
            file.write(one.content)
        written.append(path)
    return written


# --- as a page ----------------------------------------------------------------------------------------------------


def page(listed: Sequence[Paper]) -> str:
    """The report as HTML of the paragraphs, pictures and tables of its file; "" without one."""
    report = next((one for one in listed if one.is_report), None)
    if report is None:
        return ""
    drawn = (number for number, one in enumerate(listed) if one.words)
    parts = (_part(one, drawn, listed) for one in Document(io.BytesIO(report.content)).iter_inner_content())
    name = escape(report.name.removesuffix(".docx"))
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{name}</title>\n<link rel="stylesheet" href="/page/paper.css">\n</head>\n<body>\n<main>\n'
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _part(one: Paragraph | Table, drawn: Iterator[int], listed: Sequence[Paper]) -> str:
    """One of it; the pictures stand in the file in the order in which they are listed."""
    if isinstance(one, Table):
        return _table(one)
    if one._p.xpath(".//w:drawing"):
        number = next(drawn)
        return f'<figure><img src="/paper/{number}" alt="{escape(listed[number].words)}"></figure>'
    style, text = one.style.name if one.style is not None else "", escape(one.text)
    if not text:
        return ""
    tag = _TAGS.get(style or "")
    return f"<{tag}>{text}</{tag}>" if tag is not None else f'<p class="{_CLASSES.get(style or "", "text")}">{text}</p>'


def _table(table: Table) -> str:
    head, *rows = ([escape(cell.text) for cell in row.cells] for row in table.rows)
    first = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    shape = ' class="wide"' if len(head) > 2 else ""
    whole = f"<table{shape}><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="table" tabindex="0">{whole}</div>'
