"""Files of the register and somebody who is on them: listed in 我的数据, and gone where they are about nobody else."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.features.privacy import erasure, mydata, page
from storage import entry_files
from storage.engine import Storage
from storage.models.entry import Entry, EntryChange
from storage.models.stored_file import EntryFile, StoredContent, StoredFile
from tests.features.register.desk import SHANGHAI, Desk, local

NOW = local("2023-08-12 10:00")
VICTIM = "甲五"


def sent(name: str) -> dict[str, Any]:
    return {"kind": "document", "file_id": f"{name}-" + "A" * 30, "file_unique_id": name, "name": f"{name}.pdf"}


@pytest.fixture
def desk(storage: Storage) -> Any:
    """An honour of 甲五 alone, one of 甲五 and 甲四, and a visit that names nobody; each with a file that is kept."""
    with storage.transaction() as session:
        desk = Desk(session)
        both = [{"id": desk.cast[VICTIM]}, {"id": desk.cast["甲四"]}]
        people = {"own": both[:1], "shared": both}
        for name, those in people.items():
            said = {"title": name, "kind": "honour", "level": "city", "holder_kind": "person", "issuer": "机关党委"}
            desk.record("award", **said, holders=those, issued_on="2023-08-09", files=[sent(name)])
        desk.record("guidance", org="甲支部", site="基地1", on="2023-08-11", files=[sent("visit")])
        for one in entry_files.wanted(session, NOW, 10):
            entry_files.keep(session, one, one.file["name"].encode(), "application/pdf", NOW)
        visit = session.scalars(select(StoredFile).where(StoredFile.name == "visit.pdf")).one()
        visit.uploader_id = desk.cast[VICTIM]
        session.flush()
        yield desk


def names(desk: Desk) -> list[str]:
    return list(desk.session.scalars(select(StoredFile.name).order_by(StoredFile.id)))


def test_one_s_own_files_are_listed_and_those_that_name_one(desk: Desk) -> None:
    data = mydata.gather(desk.session, desk.cast.me(desk.session, VICTIM, NOW.date()))
    assert [(one["name"], one["own"]) for one in data.files] == [
        ("own.pdf", False),
        ("shared.pdf", False),
        ("visit.pdf", True),
    ]
    assert mydata.to_json(data, NOW)["files"][0]["size"] == len(b"own.pdf")
    shown = page.page(data, NOW, SHANGHAI)
    assert "您提交的和登记中提到您的附件" in shown
    assert "<td>visit.pdf</td><td>1KB</td>" in shown
    nobody = mydata.gather(desk.session, desk.cast.me(desk.session, "丙四", NOW.date()))
    assert nobody.files == []
    assert "附件" not in page.page(nobody, NOW, SHANGHAI)


def test_with_an_erasure_goes_what_is_about_nobody_else(desk: Desk) -> None:
    session = desk.session
    own = session.scalars(select(Entry).where(Entry.title == "own")).one()
    desk.change(own.id, "files", [*own.fields["files"], sent("more")])
    erasure.erase(session, desk.me, desk.cast[VICTIM], NOW.date(), NOW)
    assert names(desk) == ["shared.pdf", "visit.pdf"]
    assert session.scalars(select(StoredFile.uploader_id).where(StoredFile.name == "visit.pdf")).one() is None
    assert set(session.scalars(select(StoredContent.content))) == {b"shared.pdf", b"visit.pdf"}
    assert "files" not in session.get_one(Entry, own.id).fields
    assert all(change.new == {"value": []} for change in session.scalars(select(EntryChange)))
    assert own.id not in set(session.scalars(select(EntryFile.entry_id)))
    assert entry_files.wanted(session, NOW, 10) == []


def test_bytes_that_another_entry_holds_stay(desk: Desk) -> None:
    session = desk.session
    kept = session.scalars(select(Entry).where(Entry.title == "own")).one().fields["files"]
    desk.record("guidance", org="乙支部", site="基地1", on="2023-08-11", files=kept)
    erasure.erase(session, desk.me, desk.cast[VICTIM], NOW.date(), NOW)
    assert names(desk) == ["own.pdf", "shared.pdf", "visit.pdf"]
