"""What LibreOffice makes of a document, page by page, as poppler reads it: words with their places in points."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

MM = 72 / 25.4
_NAME = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Line:
    """A line of text: its place from the left and from above, in millimetres."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """Millimetres; lines from above to below."""

    width: float
    height: float
    lines: Sequence[Line]

    @property
    def text(self) -> str:
        """Without any space: where a line ends is the machine's business."""
        return bare("".join(one.text for one in self.lines))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def printed(folder: Path, files: Sequence[Path]) -> list[list[Page]]:
    """The pages of each file, in the order of the files; all of them in one start of LibreOffice."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return [pages(folder / f"{one.stem}.pdf") for one in files]


def pages(pdf: Path) -> list[Page]:
    found = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    root = ElementTree.fromstring(found.stdout)
    return [_page(one) for one in root.iter(f"{_NAME}page")]


def fonts(pdf: Path) -> list[tuple[str, bool]]:
    """The fonts that were drawn with, and whether the file has them."""
    found = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, timeout=60, text=True)
    rows = [line.split() for line in found.stdout.splitlines()[2:]]
    return [(row[0], row[-5] == "yes") for row in rows]


def _page(found: ElementTree.Element) -> Page:
    words = [
        (one.text or "", *(float(one.get(side, 0)) / MM for side in ("xMin", "xMax", "yMin", "yMax")))
        for one in found.iter(f"{_NAME}word")
    ]
    rows: list[list[tuple[str, float, float, float, float]]] = []
    for word in sorted(words, key=lambda one: (one[3] + one[4], one[1])):
        middle = (word[3] + word[4]) / 2
        if rows and abs((rows[-1][0][3] + rows[-1][0][4]) / 2 - middle) < 1:
            rows[-1].append(word)
        else:
            rows.append([word])
    lines = [_line(sorted(row, key=lambda one: one[1])) for row in rows]
    return Page(float(found.get("width", 0)) / MM, float(found.get("height", 0)) / MM, lines)


def _line(row: Sequence[tuple[str, float, float, float, float]]) -> Line:
    texts, lefts, rights, tops, bottoms = zip(*row, strict=True)
    return Line("".join(texts), min(lefts), max(rights), min(tops), max(bottoms))
