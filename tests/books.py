"""Workbooks for tests, made by code: openpyxl's, and what it cannot write put into their parts."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl

Rows = Sequence[Sequence[Any]]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_EMPTY, _LETTER = re.compile(r"(?<=[^ ])/>"), re.compile(r"&#(\d{3,});")


def book_of(*sheets: tuple[str, Rows]) -> openpyxl.Workbook:
    """A workbook with these sheets, in order."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def xlsx(*rows: Sequence[Any], name: str = "名册") -> bytes:
    return saved(book_of((name, rows)))


def rows_of(content: bytes) -> list[list[Any]]:
    """The values of the cells of the first sheet, None for an empty one."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def edited(content: bytes, change: Callable[[str, str], str]) -> bytes:
    """The file with every part of XML as `change` (name, text) makes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, _plain(old.read(name).decode())))
    return out.getvalue()


def _plain(text: str) -> str:
    """One way of writing, whichever XML library openpyxl has found: letters as they are, <a /> for an empty element."""
    return _EMPTY.sub(" />", _LETTER.sub(lambda found: chr(int(found[1])), text))


def with_text(content: bytes, *changes: tuple[str, str]) -> bytes:
    """The file with words of its XML replaced, each of which has to be there."""
    found = set()

    def change(_: str, text: str) -> str:
        for old, new in changes:
            if old in text:
                found.add(old)
                text = text.replace(old, new)
        return text

    made = edited(content, change)
    assert found == {old for old, _ in changes}
    return made


_STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main"),
)


def strict(content: bytes) -> bytes:
    """The file as a strict program writes it: the namespaces of ISO 29500 strict, and its conformance."""
    return with_text(content, *_STRICT, ("<workbookPr ", '<workbookPr dateCompatibility="0" '))


def cell(reference: str, inside: str, attributes: str = "") -> str:
    """A cell as XML."""
    return f'<c r="{reference}" {attributes}>{inside}</c>'
