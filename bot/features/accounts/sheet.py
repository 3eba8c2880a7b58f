"""The printable invite sheet: A4 pages of twelve slips to cut out, each with a name, a group and a QR code."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.kit.letters import LACKING, Lacking, drawn, font, missing
from bot.kit.words import Both

if TYPE_CHECKING:
    from fpdf import FPDF

COLUMNS, ROWS = 3, 4
ON_A_PAGE = COLUMNS * ROWS
# In millimetres, from the upper left corner.
WIDTH, HEIGHT, MARGIN, HEAD = 210.0, 297.0, 10.0, 14.0
SLIP_WIDTH = (WIDTH - 2 * MARGIN) / COLUMNS
SLIP_HEIGHT = (HEIGHT - 2 * MARGIN - HEAD) / ROWS
CODE = 38.0
# In points.
TITLE, NAME, GROUP, SMALL = 14.0, 16.0, 10.0, 9.0
# So many names with letters that the font lacks are named.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Slip:
    """One person's part of the sheet."""

    name: str
    group: str
    link: str


def pages(count: int) -> int:
    """How many sheets of paper so many slips take."""
    return -(-count // ON_A_PAGE)


def lacking(slips: Sequence[Slip], branch: str) -> list[Lacking]:
    """The names on the sheet with letters that the font lacks, each once."""
    return missing([branch, *(text for slip in slips for text in (slip.name, slip.group))])


def by_hand(found: Sequence[Lacking]) -> Both:
    """To whoever prints the sheet: 〓 stands for letters to be written by hand; "" where there are none."""
    if not found:
        return Both("", "")
    english = ", ".join(f"{one.text} ({', '.join(one.codes)})" for one in found[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Both(
        f"The font lacks letters, printed as {LACKING}, to be written by hand: {english}{more}.",
        f"字库中缺字，邀请单上以“{LACKING}”代替，请手写补上：{_named(found, lambda text: text)}。",
    )


def _named(found: Sequence[Lacking], shown: Callable[[str], str]) -> str:
    """戊𠱓（U+20C53）, or as it is drawn 戊〓（U+20C53）."""
    names = "、".join(f"{shown(one.text)}（{'、'.join(one.codes)}）" for one in found[:NAMED])
    return f"{names}等{len(found)}处" if len(found) > NAMED else names


def draw(slips: Sequence[Slip], branch: str, until: date) -> bytes:
    """The sheet as PDF, its letters embedded; `until` is the last day on which the links open."""
    # Loaded for the few who print: it costs every start half a second.
    from fpdf import FPDF

    paper = FPDF(unit="mm", format="A4")
    paper.set_auto_page_break(False)
    paper.add_font("sheet", fname=font())
    paper.set_title(f"{branch}邀请单")
    paper.set_line_width(0.15)
    for number in range(pages(len(slips))):
        paper.add_page()
        shown = slips[number * ON_A_PAGE : (number + 1) * ON_A_PAGE]
        _head(paper, branch, f"第{number + 1}页，共{pages(len(slips))}页", until, lacking(shown, branch))
        for at, slip in enumerate(shown):
            row, column = divmod(at, COLUMNS)
            left, top = MARGIN + column * SLIP_WIDTH, MARGIN + HEAD + row * SLIP_HEIGHT
            _slip(paper, slip, left, top)
            foot = f"{branch}，{until.month}月{until.day}日前有效"
            _line(paper, foot, left + 2, top + 61, SLIP_WIDTH - 4, SMALL)
    return bytes(paper.output())


def _head(paper: "FPDF", branch: str, page: str, until: date, found: Sequence[Lacking]) -> None:
    room = WIDTH - 2 * MARGIN
    _line(paper, f"{branch}邀请单", MARGIN, MARGIN, room, TITLE)
    words = f"请沿虚线裁开，分别交给本人。限本人使用1次，{until.month}月{until.day}日前有效；重新打印后，本单作废。"
    _line(paper, f"{words}（{page}）", MARGIN, MARGIN + 6, room, SMALL)
    if found:
        words = f"名单中有字库以外的字，以“{LACKING}”代替，请手写补上：{_named(found, drawn)}"
        _line(paper, words, MARGIN, MARGIN + 9.5, room, SMALL)


def _slip(paper: "FPDF", slip: Slip, left: float, top: float) -> None:
    with paper.local_context():
        paper.set_dash_pattern(1, 1)
        paper.rect(left, top, SLIP_WIDTH, SLIP_HEIGHT)
    room = SLIP_WIDTH - 4
    _line(paper, slip.name, left + 2, top + 3, room, NAME)
    _line(paper, slip.group, left + 2, top + 10.5, room, GROUP)
    # Also a link: on a screen it is tapped instead of scanned.
    paper.image(_code(slip.link), left + (SLIP_WIDTH - CODE) / 2, top + 16.5, CODE, CODE, link=slip.link)
    _line(paper, "手机扫码后，请点“开始”", left + 2, top + 57, room, SMALL)


def _line(paper: "FPDF", text: str, left: float, top: float, room: float, size: float) -> None:
    """A centred line, in smaller letters where it would not fit."""
    text = drawn(text)
    paper.set_font("sheet", size=size)
    paper.set_font_size(size * min(1, room / max(paper.get_string_width(text), 1)))
    paper.set_xy(left, top)
    paper.cell(room, size / 2, text, align="C")


def _code(link: str) -> io.BytesIO:
    """A QR code as PNG, with the quiet edge that a camera needs."""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=6, border=2)
    return out
