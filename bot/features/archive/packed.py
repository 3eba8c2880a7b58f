"""An archive with its files: a .zip of archive.json and files/<sha256>. Read with distrust, one file at a time."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from bot.features.archive.document import MAX_BYTES, BadArchive
from bot.kit.kept_files import MOST_BYTES

DOCUMENT, FOLDER = "archive.json", "files/"
# Of every document the same bytes: a day in a zip would be the day of the export.
_DAY = (1980, 1, 1, 0, 0, 0)


def is_packed(file: Path) -> bool:
    """Whether it is an archive with files: a table (xlsx) is a zip as well."""
    try:
        with zipfile.ZipFile(file) as pack:
            return DOCUMENT in pack.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def pack(out: IO[bytes], document: str, contents: Iterable[tuple[str, bytes]]) -> int:
    """Write both; how many files. Photos and papers are packed already, so they are only stored."""
    number = 0
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo(DOCUMENT, _DAY), document.encode(), zipfile.ZIP_DEFLATED)
        for digest, content in contents:
            made.writestr(zipfile.ZipInfo(f"{FOLDER}{digest}", _DAY), content, zipfile.ZIP_STORED)
            number += 1
    return number


class Packed:
    """An archive that is open: its document, and its files by their SHA-256. Raises BadArchive."""

    def __init__(self, pack: zipfile.ZipFile) -> None:
        self._pack = pack
        self._sizes = {one.filename: one.file_size for one in pack.infolist()}

    @property
    def document(self) -> bytes:
        return self._read(DOCUMENT, MAX_BYTES)

    def content(self, digest: str) -> bytes | None:
        """None: it did not come along."""
        name = f"{FOLDER}{digest}"
        if name not in self._sizes:
            return None
        content = self._read(name, MOST_BYTES)
        if sha256(content).hexdigest() != digest:
            raise BadArchive([f"{name}: holds other bytes, should be the file of this sha256"])
        return content

    def _read(self, name: str, most: int) -> bytes:
        try:
            with self._pack.open(name) as held:
                content = held.read(most + 1)
        # All that zipfile raises for data that is damaged, cut, encrypted or packed in another way.
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
            raise BadArchive([f"{name}: cannot be unpacked"]) from None
        if len(content) > most:
            raise BadArchive([f"{name}: larger than {most // 1024 // 1024} MB"])
        return content


@contextmanager
def opened(file: Path) -> Iterator[Packed]:
    with zipfile.ZipFile(file) as pack:
        yield Packed(pack)
