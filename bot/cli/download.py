"""Fetches a small file for the command line: https alone, a cap on its size, one clear sentence when it fails."""

from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT = 20.0


class CannotFetch(ValueError):
    """The text says why, in English, without a name or password that the address may hold."""


def plain_address(address: str) -> str:
    """The address without user, password and query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def download(address: str, largest: int) -> bytes:
    """The file at an https address; one byte more than `largest` when it is larger. Raises CannotFetch."""
    _require_https(address)
    try:
        with build_opener(_Redirects).open(
            Request(address, headers={"User-Agent": "branch-bot"}), timeout=TIMEOUT
        ) as answer:
            content: bytes = answer.read(largest + 1)
    except (OSError, HTTPException) as error:
        raise CannotFetch(f"{plain_address(address)} could not be fetched: {getattr(error, 'reason', error)}") from None
    return content


def _require_https(address: str) -> None:
    if urlsplit(address).scheme != "https" or not urlsplit(address).hostname:
        raise CannotFetch(f"{plain_address(address)}: only https addresses are fetched.")


class _Redirects(HTTPRedirectHandler):
    """A server may not lead away from https."""

    def redirect_request(self, request: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _require_https(newurl)
        return super().redirect_request(request, fp, code, msg, headers, newurl)
