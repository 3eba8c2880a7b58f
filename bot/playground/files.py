"""Files as Telegram keeps them: an id to send again, a path to download for an hour."""

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram.constants import FileSizeLimit

from bot.playground.chats import Attachment, Json
from bot.playground.errors import ApiError, bad_request

LINK_LIFE = timedelta(hours=1)
FOLDERS = {
    "document": "documents",
    "photo": "photos",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "animation": "animations",
    "sticker": "stickers",
    "video_note": "video_notes",
}
# What a file is when nobody says: its MIME type, and the end of its path.
USUAL = {
    "document": ("application/octet-stream", ""),
    "photo": ("image/jpeg", ".jpg"),
    "voice": ("audio/ogg", ".oga"),
    "audio": ("audio/mpeg", ".mp3"),
    "video": ("video/mp4", ".mp4"),
    "animation": ("video/mp4", ".mp4"),
    "sticker": ("image/webp", ".webp"),
    "video_note": ("video/mp4", ".mp4"),
}
SIDE = 512


@dataclass(slots=True, eq=False)
class Stored:
    attachment: Attachment
    unique_id: str
    path: str
    link_until: datetime | None = None


class Files:
    """Everything uploaded, by file_id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Stored] = {}
        self._by_path: dict[str, Stored] = {}

    def keep(
        self, kind: str, content: bytes, name: str | None, *, mime: str | None = None, seconds: int = 0
    ) -> Attachment:
        """Store an upload; 413 beyond 50 MB (photos 10 MB), 400 for an empty file or a photo that is none."""
        _check(kind, content)
        number = len(self._by_id) + 1
        digest = hashlib.sha256(content).digest()
        file_id = _text(b"play" + number.to_bytes(6, "big") + digest[:20])
        unique_id = _text(kind.encode()[:1] + digest[:11])
        shown = _shown(kind, file_id, unique_id, content, name, mime, seconds)
        attachment = Attachment(kind, shown, file_id, content, name)
        stored = Stored(attachment, unique_id, f"{FOLDERS[kind]}/file_{number}{_suffix(kind, name)}")
        self._by_id[file_id] = self._by_path[stored.path] = stored
        return attachment

    def get(self, file_id: str, kind: str | None = None) -> Attachment:
        """A stored file to send again, as what it is: a video goes by sendDocument, too, and stays a video.

        400 when the id is unknown, and when of photo and file it is the other.
        """
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if kind is not None and (kind == "photo") != (stored.attachment.kind == "photo"):
            raise bad_request(f"can't use file of type {_type(stored.attachment.kind)} as {_type(kind)}")
        return stored.attachment

    def link(self, file_id: str, now: datetime) -> Json:
        """What getFile answers: a path good for an hour; 400 beyond 20 MB."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
        size = len(stored.attachment.content)
        if size > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise bad_request("file is too big")
        stored.link_until = now + LINK_LIFE
        return {
            "file_id": file_id,
            "file_unique_id": stored.unique_id,
            "file_size": size,
            "file_path": stored.path,
        }

    def download(self, path: str, now: datetime) -> bytes:
        """The bytes behind a link; 404 without a fresh one."""
        stored = self._by_path.get(path)
        if stored is None or stored.link_until is None or stored.link_until < now:
            raise ApiError(404, "Not Found")
        return stored.attachment.content


def _type(kind: str) -> str:
    return {"voice": "VoiceNote", "video_note": "VideoNote"}.get(kind, kind.title())


def _check(kind: str, content: bytes) -> None:
    if not content:
        raise bad_request("file must be non-empty")
    limit = FileSizeLimit.PHOTOSIZE_UPLOAD if kind == "photo" else FileSizeLimit.FILESIZE_UPLOAD
    if len(content) > limit:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo" and picture_size(content) is None:
        raise bad_request("IMAGE_PROCESS_FAILED")


def _shown(
    kind: str, file_id: str, unique_id: str, content: bytes, name: str | None, mime: str | None, seconds: int
) -> Json | list[Json]:
    file: Json = {"file_id": file_id, "file_unique_id": unique_id, "file_size": len(content)}
    if kind == "photo":
        width, height = picture_size(content) or (1, 1)
        return [{**file, "width": width, "height": height}]
    if kind == "sticker":
        whole = {"type": "regular", "width": SIDE, "height": SIDE, "is_animated": False, "is_video": False}
        return {**file, **whole, "emoji": "👍", "set_name": "playground"}
    if kind == "video_note":
        return {**file, "length": SIDE, "duration": seconds}
    named = {"file_name": name} if name and kind != "voice" else {}
    sized = {"width": SIDE, "height": SIDE} if kind in ("video", "animation") else {}
    lasting = {"duration": seconds} if kind != "document" else {}
    return {**file, **named, **sized, **lasting, "mime_type": mime or USUAL[kind][0]}


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return _jpeg_size(content) if content.startswith(b"\xff\xd8\xff") else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the segments to the frame header."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def _suffix(kind: str, name: str | None) -> str:
    if kind in ("photo", "voice", "sticker", "video_note"):
        return USUAL[kind][1]
    ending = (name or "").rpartition(".")[2]
    return f".{ending}" if ending.isascii() and ending.isalnum() and "." in (name or "") else USUAL[kind][1]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
