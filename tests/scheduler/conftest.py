"""The post office of these tests, on each database."""

import pytest

from storage.engine import Storage
from tests.scheduler.office import Office, open_office


@pytest.fixture
async def office(storage: Storage) -> Office:
    return open_office(storage)
