"""One process writes to a SQLite file; the others are told so, and may read."""

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from storage.choices import OrganisationKind
from storage.engine import Storage, StorageBusy
from storage.models.organisation import Organisation

NOW = datetime(2023, 7, 7, tzinfo=UTC)


def test_who_comes_second_is_told_who_was_first(sqlite_url: str) -> None:
    with Storage(sqlite_url) as bot, Storage(sqlite_url) as command:
        bot.hold()
        with pytest.raises(StorageBusy) as refused, command.transaction():
            pytest.fail("the command must not write beside the bot")
        assert str(bot.url.database) in str(refused.value)
        assert f"process {os.getpid()}" in str(refused.value)
        assert "Stop it first" in str(refused.value)
        with pytest.raises(StorageBusy):
            command.hold()
        with command.reading() as session:
            assert session.connection().dialect.name == "sqlite"


def test_who_holds_the_database_may_use_it(sqlite_url: str) -> None:
    with Storage(sqlite_url) as bot:
        bot.hold()
        bot.hold()
        with bot.transaction():
            pass
        with Storage(sqlite_url) as command, pytest.raises(StorageBusy), command.transaction():
            pass


def test_the_lock_ends_with_its_holder(sqlite_url: str) -> None:
    with Storage(sqlite_url) as bot:
        bot.hold()
    with Storage(sqlite_url) as command, command.transaction() as session:
        assert session.scalar(select(1)) == 1
    with Storage(sqlite_url) as bot, Storage(sqlite_url) as command:
        bot.hold()
        with pytest.raises(StorageBusy):
            command.hold()


def test_a_failed_command_lets_go(sqlite_url: str) -> None:
    with Storage(sqlite_url) as command, pytest.raises(LookupError), command.transaction():
        raise LookupError
    with Storage(sqlite_url) as bot:
        bot.hold()


def test_postgresql_is_shared(postgresql_url: str) -> None:
    with Storage(postgresql_url) as bot, Storage(postgresql_url) as command:
        bot.hold()
        command.hold()
        for each in (bot, command):
            with each.transaction() as session:
                session.add(Organisation(kind=OrganisationKind.BRANCH, name="支部", settings={}, created_at=NOW))
        with bot.reading() as session:
            assert session.scalar(select(func.count()).select_from(Organisation)) == 2
