"""The prepared branches, once for the module: every trial is taken back."""

from collections.abc import Iterator
from typing import Any

import pytest

from storage.engine import Storage
from tests.rights.branch import Scene, prepare
from tests.rights.trial import Walk


@pytest.fixture(scope="module")
def scene(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Storage, Scene]]:
    path = tmp_path_factory.mktemp("rights") / "branch.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Storage(f"sqlite:///{path}") as storage:
        with storage.transaction() as session:
            made = prepare(session)
        yield storage, made


@pytest.fixture(scope="module")
def walk(scene: tuple[Storage, Scene]) -> Walk:
    return Walk(*scene)
