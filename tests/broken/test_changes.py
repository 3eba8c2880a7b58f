"""The list of changes is one of the code as it is. Whether each fails its test: `python -m tests.broken`, by hand."""

import ast
import re

import pytest

from tests.broken.changes import CHANGES, Change
from tests.broken.loader import ROOT, changed


def test_they_are_many_and_each_is_there_once() -> None:
    assert len(CHANGES) >= 60
    assert len({(one.path, one.was, one.becomes) for one in CHANGES}) == len(CHANGES)
    assert len({one.why for one in CHANGES}) == len(CHANGES)


@pytest.mark.parametrize("one", CHANGES, ids=lambda one: one.why)
def test_it_changes_what_stands_there_and_names_a_test(one: Change) -> None:
    assert one.was != one.becomes
    ast.parse(changed(one.path, one.was, one.becomes))
    path, _, name = one.test.partition("::")
    assert re.search(rf"^(async )?def {re.escape(name)}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_a_text_that_stands_nowhere_or_twice_is_no_change() -> None:
    for was in ("", "no such text stands here"):
        with pytest.raises(ValueError, match="stands there"):
            changed("bot/kit/rates.py", was, "")
