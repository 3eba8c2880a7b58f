"""What can be read in a document that the bot hands out: a new kind of file fails until it is read here."""

import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator

from bot.kit.replies import Document

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
# A line of the PDF: (letters) Tj, two bytes a letter; and the map from letter to character, <0001> <793A>, of a rare
# letter to a pair of surrogates.
_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\) ?Tj", re.DOTALL)
_LETTER = re.compile(rb"^<([0-9A-F]{4})> <((?:[0-9A-F]{4}){1,2})>$", re.MULTILINE)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(document: Document) -> str:
    """Its name, and all words in it; nothing of a file that Telegram holds already, and of a picture (a QR code)."""
    content = document.content
    if content is None or document.name.endswith(".png"):
        return document.name
    ending = document.name.rpartition(".")[2]
    if ending == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            within = [text_of(Document(name, packed.read(name))) for name in packed.namelist()]
        return "\n".join([document.name, *within])
    read = {"csv": _plain, "html": _page, "json": _json, "xlsx": _sheets, "docx": _sheets, "pdf": _paper}[ending]
    return f"{document.name}\n{read(content)}"


def _plain(content: bytes) -> str:
    return content.decode("utf-8-sig")


def _page(content: bytes) -> str:
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", content.decode(), flags=re.DOTALL))


def _json(content: bytes) -> str:
    return json.dumps(json.loads(content), ensure_ascii=False)


def _sheets(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(_page(archive.read(name)) for name in archive.namelist() if name.endswith(".xml"))


def _paper(content: bytes) -> str:
    streams = list(_streams(content))
    maps = (found for stream in streams for found in _LETTER.findall(stream))
    letters = {int(at, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for at, letter in maps}
    return "\n".join(_line(shown, letters) for stream in streams for shown in _SHOWN.findall(stream))


def _line(shown: bytes, letters: dict[int, str]) -> str:
    plain = _ESCAPED.sub(lambda found: _CONTROLS.get(found[1], found[1]), shown)
    return "".join(letters.get(int.from_bytes(plain[at : at + 2]), "") for at in range(0, len(plain), 2))


def _streams(content: bytes) -> Iterator[bytes]:
    for stream in _STREAM.findall(content):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            yield stream
