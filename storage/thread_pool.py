"""Threads that run pieces of work and answer the event loop, one call a group."""

import asyncio
import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable

from storage.transactions import Piece

log = logging.getLogger(__name__)


class ThreadPool:
    """`threads` workers on one queue; each takes up to `limit` waiting pieces, runs them, then answers.

    The threads start with the first piece, so that a command that never awaits starts none.
    """

    def __init__(self, name: str, run: Callable[[list[Piece]], None], *, threads: int, limit: int = 1):
        self._name, self._run, self._size, self._limit = name, run, threads, limit
        self._waiting: deque[Piece] = deque()
        self._ready = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stopped = False

    def add(self, piece: Piece) -> None:
        with self._ready:
            if self._stopped:
                raise RuntimeError("the storage is closed")
            self._waiting.append(piece)
            if not self._threads:
                self._start()
            self._ready.notify()

    def stop(self) -> None:
        """Finish what is waiting, then end the threads."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        for number in range(self._size):
            thread = threading.Thread(target=self._work, name=f"storage-{self._name}-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while self._turn():
            pass

    def _turn(self) -> bool:
        """Do one group; False when there will be no more."""
        group = self._take()
        wanted = [piece for piece in group if not piece.future.cancelled()]
        try:
            self._run(wanted)
        except BaseException as error:
            for piece in wanted:
                piece.error = error
        self._answer(group)
        return bool(group)

    def _take(self) -> list[Piece]:
        """What is waiting now, in order; nothing only when the crew has stopped."""
        with self._ready:
            self._ready.wait_for(lambda: self._waiting or self._stopped)
            group: list[Piece] = []
            while self._waiting and len(group) < self._limit:
                if group and (group[-1].alone or self._waiting[0].alone):
                    break
                group.append(self._waiting.popleft())
            return group

    def _answer(self, group: list[Piece]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[Piece]] = defaultdict(list)
        for piece in group:
            by_loop[piece.future.get_loop()].append(piece)
        for loop, pieces in by_loop.items():
            try:
                loop.call_soon_threadsafe(self._tell, pieces)
            except RuntimeError:
                log.debug("%d answers came after their event loop had closed", len(pieces))

    def _tell(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            piece.tell()
