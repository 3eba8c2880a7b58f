"""The line between a bot and its PostgreSQL, which can be cut at a word: before the server hears it, or just after."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

SOCKET = ".s.PGSQL.5432"


class Line:
    """Passes bytes on, until it is told where to end."""

    def __init__(self, url: str) -> None:
        there = make_url(url)
        self._server = str(Path(str(there.query["host"])) / SOCKET)
        self._folder = tempfile.mkdtemp(prefix="line-", dir="/tmp")
        self.url = there.update_query_dict({"host": self._folder}).render_as_string(hide_password=False)
        self.word, self.after, self.delivered, self.times, self.down_after = b"", b"", False, 0, False
        self._ends: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self.up()

    def cut_at(self, word: bytes, *, delivered: bool, after: bytes = b"", down_after: bool = False) -> None:
        """The next message with this word is its connection's last.

        after: only on a connection on which this was said before. down_after: no new connection before up().
        """
        self.word, self.after, self.delivered, self.times, self.down_after = word, after, delivered, 1, down_after

    @property
    def is_up(self) -> bool:
        return self._listening is not None

    def up(self) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(Path(self._folder) / SOCKET))
        self._listening.listen(64)
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def down(self) -> None:
        """Cut everything; nobody can be reached."""
        self._deaf()
        self.cut()

    def _deaf(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            (Path(self._folder) / SOCKET).unlink()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def cut(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            _close(end)

    def close(self) -> None:
        self.down()
        shutil.rmtree(self._folder)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._server)
            self._ends += [near, far]
            for pump in (self._there, self._back):
                threading.Thread(target=pump, args=(near, far), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        said = b""
        with suppress(OSError):
            while data := near.recv(65_536):
                said = said + data if self.times else b""
                if self.times and self.word in data and self.after in said:
                    self.times -= 1
                    self._last(near, far, data)
                    return
                far.sendall(data)
        _close(near, far)

    def _last(self, near: socket.socket, far: socket.socket, data: bytes) -> None:
        if self.down_after:
            self._deaf()
        near.shutdown(socket.SHUT_WR)
        if self.delivered:
            far.sendall(data)
            # The server goes away only after it has carried out what it heard.
            far.shutdown(socket.SHUT_WR)
            while far.recv(65_536):
                pass
        _close(near, far)
        if self.down_after:
            self.cut()

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65_536):
                near.sendall(data)
            # The server has hung up.
            near.shutdown(socket.SHUT_WR)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def line(url: str) -> Iterator[Line]:
    between = Line(url)
    try:
        yield between
    finally:
        between.close()
