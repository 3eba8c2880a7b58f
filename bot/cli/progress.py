"""A progress bar on standard error: what is printed on standard output stays clean."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


class Bar:
    """How far something is. Says nothing where nobody watches."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress, self._task = progress, progress.add_task(title, total=1.0, note="")

    def advance(self, part: float, note: str) -> None:
        """`part` of 1.0 is done; `note` says what is reached."""
        self._progress.update(self._task, completed=part, note=note)

    def say(self, line: str) -> None:
        """A line above the bar, also where that is not shown."""
        self._progress.console.print(line, soft_wrap=True, highlight=False)

    def stop(self) -> None:
        """Leave the last state on the screen."""
        self._progress.stop()


@contextmanager
def progress_bar(title: str) -> Iterator[Bar]:
    """A bar while the block runs, gone or stopped at its end."""
    note = TextColumn("{task.fields[note]}")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), note, TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        yield Bar(progress, title)
