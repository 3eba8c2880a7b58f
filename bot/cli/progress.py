"""A progress bar on standard error: what is printed on standard output stays clean."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """How far something is. Says nothing where nobody watches."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress, self._task = progress, progress.add_task(title, total=1.0, note="")

    def advance(self, part: float, note: str) -> None:
        """`part` of 1.0 is done; `note` says what is reached."""
        self._progress.update(self._task, completed=part, note=note)

    def stop(self) -> None:
        """Leave the last state on the screen."""
        self._progress.stop()


@contextmanager
def progress_bar(title: str) -> Iterator[Bar]:
    """A bar while the block runs, gone or stopped at its end."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        yield Bar(progress, title)
