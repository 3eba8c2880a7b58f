"""The bots of a soak: born by fork, because everything is imported only once, in compressed time, killed by SIGKILL.

Run as a module it is the one that they are forked from: a line on stdin (the file with the offset of its machine's
clock) is one bot more, a line on stdout its number.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.bench.compressed import Compressed, Offset
from tests.bench.process import environment

TIME = "SOAK_TIME"
DIE_WITH_PARENT = 1


class Bots:
    """So many processes, each with a clock of its own that can be set wrong."""

    def __init__(self, folder: Path, how_many: int, at: Compressed, settings: dict[str, str]) -> None:
        self.offsets = [Offset(folder / f"clock-{number}") for number in range(how_many)]
        self._files = [folder / f"clock-{number}" for number in range(how_many)]
        self._pids = [0] * how_many
        self.said = folder / "said.txt"
        where = {"DATA_DIR": str(folder), "LISTEN": "127.0.0.1:0", "LOG_LEVEL": "INFO", TIME: at.to_word()}
        with self.said.open("wb") as said:
            self._mother = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.soak_bots"],
                cwd=folder,
                env=environment() | where | settings,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def bear(self, number: int) -> None:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(f"{self._files[number]}\n")
        self._mother.stdin.flush()
        self._pids[number] = int(self._mother.stdout.readline())

    def kill(self, number: int) -> None:
        """By SIGKILL, and born again as soon as it has gone: until then it has the data folder."""
        self._end(number)
        self.bear(number)

    def alive(self) -> list[bool]:
        return [_is_there(pid) for pid in self._pids]

    def _end(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pids[number], signal.SIGKILL)
        while _is_there(self._pids[number]):
            time.sleep(0.01)

    def __enter__(self) -> Self:
        for number in range(len(self._pids)):
            self.bear(number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in range(len(self._pids)):
            self._end(number)
        self._mother.kill()
        self._mother.communicate()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    wrong: list[Offset] = []
    Compressed.of_word(os.environ[TIME]).install(lambda: wrong[0].get() if wrong else 0.0)
    from bot import run, settings

    # Children that were killed need no funeral.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            # Nobody outlives a soak that was ended itself.
            ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
            wrong.append(Offset(Path(line.strip())))
            try:
                run.run(settings.load())
            finally:
                os._exit(1)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
