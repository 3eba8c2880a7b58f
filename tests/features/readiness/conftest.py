"""The example archive laid into the tables, as the tests of the tally have it."""

from tests.features.tally.conftest import example, lay

__all__ = ["example", "lay"]
