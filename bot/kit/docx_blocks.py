"""Reads a docx from outside as a stream, within bounds and expanding nothing: paragraphs, tables, its identifier."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.kit.xml_parts import local, walk

# Unpacked, a part of a paper is much less than that; so many paragraphs and cells, letters, rows of a table.
_MOST_BYTES, _MOST_BLOCKS, _MOST_LETTERS, _MOST_ROWS = 8 * 1024 * 1024, 5_000, 1_000_000, 200
_WORDS, _STYLES, _PROPERTIES = "word/document.xml", "word/styles.xml", "docProps/core.xml"
# What stands beside the text: a text box, the same once more for older programs, what was moved elsewhere.
_ASIDE = frozenset({"txbxContent", "Fallback", "moveFrom"})


class TooMuchError(ValueError):
    """More than any paper has."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph with the name of its style, or a table by its rows."""

    text: str = ""
    style: str = ""
    rows: Sequence[Sequence[str]] = ()


def blocks(packed: zipfile.ZipFile) -> list[Block]:
    """Raises what its readers make of a broken file, and TooMuchError."""
    body = _Body(_styles(packed))
    with packed.open(_fitting(packed, _WORDS)) as stream:
        walk(stream, body.start, body.end, body.said)
    return body.blocks


def _fitting(packed: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    part = packed.getinfo(name)
    if part.file_size > _MOST_BYTES:
        raise TooMuchError
    return part


def _styles(packed: zipfile.ZipFile) -> Mapping[str, str]:
    """The names of styles by what they are called in the file: office programs give them new numbers, not names."""
    found: dict[str, str] = {}
    open_ = [""]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "style":
            open_[0] = _of(attributes, "styleId")
        elif name == "name":
            found.setdefault(open_[0], _of(attributes, "val"))

    if _STYLES in packed.namelist():
        with packed.open(_fitting(packed, _STYLES)) as stream:
            walk(stream, start)
    return found


def _of(attributes: Mapping[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if local(key) == name), "")


def identifier(packed: zipfile.ZipFile) -> str:
    """What it is of, as its properties keep it; "" where they do not say."""
    if _PROPERTIES not in packed.namelist():
        return ""
    inside, said = [False], [""]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        inside[0] = name == "identifier"

    def text(more: str) -> None:
        said[0] += more if inside[0] and len(said[0]) < 1000 else ""

    with packed.open(_fitting(packed, _PROPERTIES)) as stream:
        walk(stream, start, text=text)
    return said[0].strip()


class _Body:
    """The paragraphs and tables of a body, as its elements pass by; a table within a table is text of its cell."""

    def __init__(self, styles: Mapping[str, str]) -> None:
        self.blocks: list[Block] = []
        self._styles = styles
        self._rows: list[list[str]] = []
        self._text, self._style, self._merged = "", "", False
        self._tables = self._aside = self._many = self._letters = 0
        self._in_run = self._in_text = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _ASIDE or self._aside:
            self._aside += name in _ASIDE
        elif name in _STARTS:
            _STARTS[name](self, attributes)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= name in _ASIDE
        elif name in _ENDS:
            _ENDS[name](self)

    def said(self, text: str) -> None:
        if self._in_text and not self._aside:
            self._letters += len(text)
            if self._letters > _MOST_LETTERS:
                raise TooMuchError
            self._text += text

    def _count(self) -> None:
        self._many += 1
        if self._many > _MOST_BLOCKS or len(self._rows) > _MOST_ROWS:
            raise TooMuchError

    def _paragraph(self, attributes: Mapping[str, str]) -> None:
        self._count()
        if not self._tables:
            self._text = self._style = ""
        elif self._text:
            self._text += " "

    def _styled(self, attributes: Mapping[str, str]) -> None:
        name = _of(attributes, "val")
        self._style = self._style or self._styles.get(name, name)

    def _run(self, attributes: Mapping[str, str]) -> None:
        self._in_run = True

    def _letter(self, attributes: Mapping[str, str]) -> None:
        self._in_text = True

    def _blank(self, attributes: Mapping[str, str]) -> None:
        self._text += " " if self._in_run else ""

    def _line_break(self, attributes: Mapping[str, str]) -> None:
        self._text += "\n" if not self._tables else " "

    def _table(self, attributes: Mapping[str, str]) -> None:
        self._tables += 1
        self._rows = self._rows if self._tables > 1 else []

    def _row(self, attributes: Mapping[str, str]) -> None:
        self._count()
        if self._tables == 1:
            self._rows.append([])

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self._count()
        if self._tables == 1:
            self._text, self._merged = "", False

    def _goes_on(self, attributes: Mapping[str, str]) -> None:
        self._merged = self._merged or (self._tables == 1 and _of(attributes, "val") != "restart")

    def _paragraph_over(self) -> None:
        if not self._tables:
            self.blocks.append(Block(self._text, self._style))

    def _run_over(self) -> None:
        self._in_run = False

    def _letter_over(self) -> None:
        self._in_text = False

    def _cell_over(self) -> None:
        """One that is merged with the cell above says what that says."""
        if self._tables != 1 or not self._rows:
            return
        at = len(self._rows[-1])
        above = self._rows[-2] if len(self._rows) > 1 else []
        self._rows[-1].append(above[at] if self._merged and at < len(above) else self._text.strip())

    def _table_over(self) -> None:
        self._tables -= 1
        if not self._tables:
            self.blocks.append(Block(rows=self._rows))


_STARTS = {
    "p": _Body._paragraph, "pStyle": _Body._styled, "r": _Body._run, "t": _Body._letter, "tab": _Body._blank,
    "br": _Body._line_break, "cr": _Body._line_break, "tbl": _Body._table, "tr": _Body._row, "tc": _Body._cell,
    "vMerge": _Body._goes_on,
}  # fmt: skip
_ENDS = {
    "p": _Body._paragraph_over, "r": _Body._run_over, "t": _Body._letter_over, "tc": _Body._cell_over,
    "tbl": _Body._table_over,
}  # fmt: skip
