"""Tries one change: a process of its own loads the project with it, and the test that it is to fail runs there."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

import pytest

from tests.broken.changes import Change
from tests.broken.loader import ROOT, change

# What pytest answers when a test has failed, and nothing else went wrong.
FAILED = int(pytest.ExitCode.TESTS_FAILED)
QUIET = (
    "-x",
    "-q",
    "--tb=line",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-m",
    "not browser",
    "-k",
    "not postgresql",
)


def tried(one: Change) -> tuple[bool, str]:
    """Whether the test fails for the change, and what pytest said. On SQLite: what is counted is said once for both."""
    with TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os._exit(_in_child(one, said.fileno()))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status) == FAILED, said.read()


def _in_child(one: Change, said: int) -> int:
    os.chdir(ROOT)
    with _into(said):
        change(one.path, one.was, one.becomes)
        return int(pytest.main([*QUIET, one.test]))
    return 1


@contextmanager
def _into(file: int) -> Iterator[None]:
    """All that is printed goes into a file; whatever is raised is said there, and is no test that failed."""
    os.dup2(file, 1)
    os.dup2(file, 2)
    try:
        yield
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(99)
