"""Answers that Telegram never gave: a proxy's page, JSON of another shape, a body cut in the middle."""

from typing import NamedTuple

JSON = "application/json"
HTML = "text/html"
PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Access to this site</title></head>"
    b"<body><h1>Access to this site</h1><p>Please sign in to the network.</p></body></html>\n"
)
# Where a page with a 3xx status sends the browser; the playground's HTTP answers there with a page, too.
SIGN_IN = "/sign-in"
# The status and the body, by kind of fault.
SHAPES: dict[str, tuple[int, bytes]] = {
    "no_ok": (200, b'{"result":{"message_id":1}}'),
    "no_result": (200, b'{"ok":true}'),
    "list": (200, b"[]"),
    "text": (200, b'"text"'),
    "null": (200, b"null"),
    "empty": (200, b""),
    "no_words": (400, b'{"ok":false}'),
    "404": (404, b'{"ok":false,"error_code":404,"description":"Not Found"}'),
    "no_method": (404, b'{"ok":false,"error_code":404,"description":"Not Found: method not found"}'),
}


class Answer(NamedTuple):
    """`length`: what the head of the answer promises; more than there is when the line is cut in the middle."""

    status: int
    content: bytes
    content_type: str = JSON
    length: int | None = None

    @property
    def cut(self) -> bool:
        return self.length is not None and self.length > len(self.content)


class Foreign(Exception):
    """Another answer stands in for the Bot API's own."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


def page(status: int) -> Answer:
    return Answer(status, PAGE, HTML)


def shape(kind: str, status: int | None) -> Answer:
    usual, content = SHAPES[kind]
    return Answer(usual if status is None else status, content)


def half(status: int, content: bytes, *, cut: bool) -> Answer:
    """The first half of the real answer; `cut`: the line breaks off there, else it is framed as if it were whole."""
    return Answer(status, content[: len(content) // 2], length=len(content) if cut else None)
