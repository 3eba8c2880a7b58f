"""Reads the XML of a file from outside as a stream: a part of any length in little memory, and no entities."""

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from bot.kit.sheets import Unreadable

_CHUNK = 64 * 1024
Start = Callable[[str, Mapping[str, str]], None]


def walk(
    stream: IO[bytes],
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Calls for every element and text; names come without prefix, so that both namespaces of OOXML are one.

    A part that declares a document type is refused: no office program writes one, and entities come only by it.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def local(name: str) -> str:
    """x:row is row."""
    return name.rpartition(":")[2] if ":" in name else name


def _no_document_type(*declared: object) -> None:
    raise Unreadable(
        "The file declares entities, which no spreadsheet does: save it anew as .xlsx.",
        "表格文件的内容不正常，请用表格软件另存为xlsx后再发。",
    )
