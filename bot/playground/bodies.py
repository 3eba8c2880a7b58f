"""Reads the body of a request: JSON, urlencoded or multipart, into parameters and uploads."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from bot.playground.call import Upload
from bot.playground.errors import bad_request

Read = tuple[dict[str, Any], dict[str, Upload]]
BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
PARAMETER = re.compile(r'(\w+\*?)="([^"]*)"|(\w+\*?)=([^;\s]+)')


def read(body: bytes | None, content_type: str | None, query: str = "") -> Read:
    """Parameters (of the address and the body) and uploads by field name; ApiError 400 for a broken body."""
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = (content_type or "").partition(";")[0].strip().lower()
    if not body:
        return params, {}
    if kind == "application/json":
        return params | _json(body), {}
    if kind == "multipart/form-data":
        fields, files = _multipart(body, content_type or "")
        return params | fields, files
    return params | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)), {}


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object: expected an Object")
    return value


def _multipart(body: bytes, content_type: str) -> Read:
    found = BOUNDARY.search(content_type)
    if found is None:
        raise bad_request("boundary expected in multipart/form-data")
    params: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    # The first delimiter has no line break before it.
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:]:
        if part.startswith(b"--"):
            break
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _headers(head)
        disposition = _parameters(headers.get("content-disposition", ""))
        if (name := disposition.get("name")) is None:
            raise bad_request("field name expected in multipart/form-data")
        if "filename" in disposition or "filename*" in disposition:
            files[name] = Upload(_file_name(disposition), content, headers.get("content-type"))
        else:
            params[name] = content.decode(errors="replace")
    return params, files


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode(errors="replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _parameters(disposition: str) -> dict[str, str]:
    return {hit[1] or hit[3]: hit[2] if hit[1] else hit[4] for hit in PARAMETER.finditer(disposition)}


def _file_name(disposition: dict[str, str]) -> str:
    """filename* (RFC 5987) wins; else the browsers' way of writing quotes and line breaks."""
    if "filename*" in disposition:
        return unquote(disposition["filename*"].rpartition("''")[2])
    name = disposition["filename"]
    for written, meant in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        name = name.replace(written, meant)
    return name
