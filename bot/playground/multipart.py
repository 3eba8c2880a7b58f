"""Reads multipart/form-data as the real server does: its escapes, its percent-decoding, its refusals."""

import re
from urllib.parse import unquote_to_bytes

from bot.playground.call import Upload
from bot.playground.errors import bad_request

BOUNDARY = re.compile(r'boundary[^=]*=\s*"?([^";]+)"?', re.IGNORECASE)
SPACE = b" \t\r\n"
# A file whose kind nobody says.
BYTES = "application/octet-stream"


def read(body: bytes, content_type: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """Fields and files by name; a part that has a file name is a file."""
    found = BOUNDARY.search(content_type)
    if found is None:
        raise bad_request("boundary not found")
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    # The first delimiter has no line break before it.
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:]:
        if part.startswith(b"--"):
            break
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name, filename, kind = _head(head)
        if filename is None:
            fields[name] = content.decode(errors="replace")
        else:
            files[name] = Upload(filename, content, kind)
    return fields, files


def _head(head: bytes) -> tuple[str, str | None, str]:
    """The name of a part, the name of its file, its content type."""
    if not head:
        raise bad_request("headers in multipart/form-data are empty")
    named: dict[bytes, bytes] = {}
    kind = BYTES
    for line in head.split(b"\r\n"):
        header, colon, value = line.partition(b":")
        if not colon:
            raise bad_request("can't parse form data headers")
        if header.strip().lower() == b"content-disposition":
            named = disposition(value.strip())
        elif header.strip().lower() == b"content-type":
            kind = value.strip().decode(errors="replace")
    if not named.get(b"name"):
        raise bad_request("field name in multipart/form-data not found")
    filename = named.get(b"filename")
    return _text(named[b"name"]), None if filename is None else _text(filename), kind


def disposition(value: bytes) -> dict[bytes, bytes]:
    """The parameters of a Content-Disposition. `filename*` is one of the many that nobody asks for."""
    if not value.startswith(b"form-data;"):
        raise bad_request("expected form-data content disposition")
    rest, found = value.removeprefix(b"form-data;"), {}
    while b"=" in rest:
        key, _, rest = rest.strip(SPACE).partition(b"=")
        rest = rest.lstrip(SPACE)
        said, rest = _quoted(rest[1:]) if rest.startswith(b'"') else _token(rest)
        found[key.strip(SPACE)] = unquote_to_bytes(said)
    return found


def _quoted(rest: bytes) -> tuple[bytes, bytes]:
    """What stands before the closing quote, and what comes after it; a backslash takes the next byte as it is."""
    said, at = bytearray(), 0
    while at < len(rest) and rest[at : at + 1] != b'"':
        at += rest[at : at + 1] == b"\\"
        if at == len(rest):
            raise bad_request("wrong escape sequence in Content-Disposition header")
        said += rest[at : at + 1]
        at += 1
    if at == len(rest):
        raise bad_request("unclosed quoted string in Content-Disposition header")
    after = rest[at + 1 :].lstrip(SPACE)
    if after and not after.startswith(b";"):
        raise bad_request("expected ';' in Content-Disposition header")
    return bytes(said), after[1:]


def _token(rest: bytes) -> tuple[bytes, bytes]:
    said, _, after = rest.partition(b";")
    return said.strip(SPACE), after


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
