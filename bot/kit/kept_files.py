"""How large a file is that is kept, and what is made of a picture before it is: plain bytes in, plain bytes out."""

import io
import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
# As what Telegram takes a file, ours too: anything but a photo is one like any other.
KINDS = frozenset({"document", "photo", "audio", "voice", "video"})
# How long the name of one may be.
LONGEST_NAME = 255
# The longer side of a photo: what is written on a sheet of paper can be read, and a page takes half a megabyte.
MOST_PIXELS = 2_000
# What unpacks to more than that is kept as it came.
_HUGE = 80_000_000
_SCALED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("image/jpeg", {"quality": 85, "optimize": True}),
    "PNG": ("image/png", {"optimize": True}),
}


def stays_outside(file: Mapping[str, Any]) -> bool:
    """Whether a file that Telegram announced is too large to be kept, and is not."""
    return file.get("stored") is None and (file.get("size") or 0) > MOST_BYTES


def scaled(content: bytes, media_type: str | None) -> tuple[bytes, str | None]:
    """A photo of at most so many pixels, with its media type; anything else, and what is no picture, as it came.

    A photo that is drawn anew no longer says where it was taken.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=list(_SCALED)) as picture:
            kind = picture.format or ""
            if max(picture.size) <= MOST_PIXELS or picture.width * picture.height > _HUGE:
                return content, media_type or _SCALED[kind][0]
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MOST_PIXELS, MOST_PIXELS), Image.Resampling.LANCZOS)
            drawn, (found, how) = io.BytesIO(), _SCALED[kind]
            upright.save(drawn, kind, **how)
    except Exception as error:
        # Whatever a broken picture makes of the library: its bytes are what the branch has.
        if media_type is not None and media_type.startswith("image/"):
            log.info("a picture is kept as it came: %s", type(error).__name__)
        return content, media_type
    return drawn.getvalue(), found
