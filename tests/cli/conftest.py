"""The command line in an empty folder, without settings or with a database of this version."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import cli
from bot.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """run("branch", "list") in an empty folder without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str) -> Result:
        return CliRunner().invoke(cli, arguments, env=settings)

    return run


@pytest.fixture
def ready(run: Run, tmp_path: Path, sqlite_template: Path) -> Run:
    """With a database of this version."""
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data" / "branch-bot.db")
    return run
