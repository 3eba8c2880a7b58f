"""Which files of a chat the page opens: pictures, PDF, plain text and pages, none of which can do anything there."""

from bot.playground.chats import Attachment
from bot.playground.files import picture_size

# A page that somebody sends runs nothing, asks nobody and is no page of ours; what it brings along it may show.
SEALED = (
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'none'"
)
PAGES = {".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".csv": "text/plain; charset=utf-8"}


def shown_as(file: Attachment) -> dict[str, str] | None:
    """The headers with which a file is shown; None: it is only ever saved."""
    if picture_size(file.content):
        return {"Content-Type": "image/png" if file.content.startswith(b"\x89PNG") else "image/jpeg"}
    if file.content.startswith(b"%PDF-"):
        return {"Content-Type": "application/pdf"}
    kind = next((kind for end, kind in PAGES.items() if (file.name or "").lower().endswith(end)), None)
    return {"Content-Type": kind, "Content-Security-Policy": SEALED} if kind is not None else None
