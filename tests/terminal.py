"""Somebody at a terminal, for the tests of commands that ask."""

import io
import os
import pty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO


@contextmanager
def typed(text: str) -> Iterator[BinaryIO]:
    """A real terminal on which this was typed: what CliRunner takes as `input`."""
    keyboard, screen = pty.openpty()
    os.write(keyboard, text.encode())
    try:
        with os.fdopen(screen, "rb") as stream:
            yield stream
    finally:
        os.close(keyboard)


class Thinking(io.RawIOBase):
    """A terminal at which something else happens before the answer, which is yes."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def readable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._meanwhile()
        buffer[:2] = b"y\n"
        return 2
