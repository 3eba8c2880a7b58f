"""What is copied is what the import writes."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.features.accounts import service
from storage.engine import Storage
from storage.models.everything import METADATA
from storage.models.organisation import Organisation
from storage.models.person import Person
from tests.cast import NAMES, import_branch, make_branch

NOW = datetime(2023, 7, 7, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def everything(storage: Storage) -> dict[str, list[object]]:
    with storage.reading() as session:
        found = {of.name: session.execute(select(of).order_by(*of.primary_key)).all() for of in METADATA.sorted_tables}
    return {name: [tuple(row) for row in rows] for name, rows in found.items() if rows}


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize("only", [NAMES, ("甲一", "乙八"), ()], ids=["all", "two", "none"])
def test_a_copied_branch_is_an_imported_one(
    storage: Storage, tmp_path: Path, bound: bool, only: tuple[str, ...]
) -> None:
    with storage.transaction() as session:
        make_branch(session, now=NOW, bound=bound, only=only)
    copied = everything(storage)
    with Storage(f"sqlite:///{tmp_path}/imported.db") as other:
        METADATA.create_all(other.engine)
        with other.transaction() as session:
            import_branch(session, only, bound, NOW)
        imported = everything(other)
    assert copied == imported
    assert len(copied.get("person", [])) == len(only)


def test_what_comes_after_a_copy_has_numbers_of_its_own(storage: Storage) -> None:
    with storage.transaction() as session:
        make_branch(session, now=NOW)
        second = service.add_branch(session, "第二支部", None, NOW)
        session.add(Person(branch_id=second, name="丁一", created_at=NOW))
        session.flush()
        third = make_branch(session, now=NOW, bound=False, only=("甲一",))
        assert (second, third.branch_id) == (2, 3)
        assert session.scalars(select(Organisation.id).order_by(Organisation.id)).all() == [1, 2, 3]
        assert session.scalar(select(func.max(Person.id))) == len(NAMES) + 2
