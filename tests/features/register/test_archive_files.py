"""Files of the register in archives: rows and ids in the document, bytes in the .zip, out and in and out the same."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.archive.document import BadArchive, dump
from bot.features.archive.exporting import export
from bot.features.archive.importing import Brought, Target, bring
from bot.features.archive.packed import Packed, is_packed, opened, pack
from bot.features.register.archive.files import contents
from bot.kit.kept_files import MOST_BYTES
from storage.engine import Storage
from storage.models.entry import Entry
from storage.models.stored_file import EntryFile, StoredContent, StoredFile
from tests.features.register.test_archive import FILE, NOW, TODAY, VISIT, document

Json = dict[str, Any]
CONTENT = b"%PDF minutes"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
KEPT: Json = {
    "id": "H1", "name": "签到表.jpg", "media_type": "image/jpeg", "size": len(CONTENT), "sha256": DIGEST,
    "stored": True, "about": ["guidance/G1"],
}  # fmt: skip
OUTSIDE: Json = {
    "id": "H2", "name": "录像.mp4", "media_type": None, "size": 80_000_000, "sha256": None, "stored": False,
    "about": ["guidance/G1"], "telegram": {"kind": "video", "file_id": "F" * 30, "file_unique_id": "u2"},
}  # fmt: skip
FOR_OTHERS: Json = {**KEPT, "id": "H3", "sha256": "0" * 64, "about": ["activities/A1"], "foo": 1}


def one(**more: Any) -> Json:
    return document(guidance=[{**VISIT, "id": "G1", "files": ["H1", "H2"]}], files=[KEPT, OUTSIDE], **more)


def bytes_of(digest: str) -> bytes | None:
    return CONTENT if digest == DIGEST else None


def put(session: Session, found: Json, branch_id: int | None = None, **more: Any) -> Brought:
    come = {"contents": more.pop("contents", bytes_of)}
    return bring(session, found, Target(branch_id, **more), now=NOW, timezone="Asia/Shanghai", **come)


def out(session: Session, branch_id: int) -> Json:
    found: Json = json.loads(json.dumps(export(session, branch_id, TODAY, "Asia/Shanghai")))
    return found


def test_no_files_are_no_collection(storage: Storage) -> None:
    with storage.transaction() as session:
        mine = put(session, document(guidance=[VISIT])).branch_id
        assert "files" not in out(session, mine)


def test_rows_ids_and_bytes_go_in_and_come_out_the_same(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, one())
        found = out(session, done.branch_id)
        assert (done.files, done.notes) == (2, ())
        assert found["files"] == [KEPT, OUTSIDE]
        assert found["guidance"][0]["files"] == ["H1", "H2"]
        assert list(contents(session, done.branch_id)) == [(DIGEST, CONTENT)]
        held = session.scalars(select(Entry)).one().fields["files"]
        assert held[0]["name"] == "签到表.jpg"
        assert held[1] == {
            "kind": "video", "file_id": "F" * 30, "file_unique_id": "u2", "name": "录像.mp4", "mime_type": None,
            "size": 80_000_000, "stored": held[1]["stored"],
        }  # fmt: skip
        assert session.scalar(select(func.count()).select_from(EntryFile)) == 2
        assert not put(session, found, done.branch_id).changed
        again = put(session, {**found, "branch": {**found["branch"], "name": "第二支部"}})
        assert out(session, again.branch_id)["files"] == [KEPT, OUTSIDE]


def test_a_bare_document_keeps_the_rows_and_the_zip_brings_the_bytes(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, one(), contents=lambda digest: None)
        assert done.notes == (
            "1 files did not come with it; their rows are kept, and the .zip of this archive brings them",
        )
        assert out(session, done.branch_id)["files"] == [KEPT, OUTSIDE]
        came = put(session, one(), done.branch_id)
        assert (came.changed, came.files, came.notes) == (True, 1, ())
        assert session.scalars(select(StoredContent.content)).all() == [CONTENT]
        assert not put(session, one(), done.branch_id).changed


def test_bytes_of_another_file_are_not_taken(storage: Storage) -> None:
    with storage.transaction() as session:
        put(session, one(), contents=lambda digest: b"other")
        assert session.scalars(select(StoredContent.content)).all() == []


def test_a_size_that_the_bytes_have_not_is_a_fault(storage: Storage) -> None:
    """Also of a bare document, where the bytes are there already; of bytes that nobody has, nobody knows."""
    size = len(CONTENT) - 1
    wrong = one() | {"files": [OUTSIDE, {**KEPT, "size": size}]}
    fault = f"files[1].size: found {size}, should be {len(CONTENT)}, as many as its bytes are"
    with storage.transaction() as session:
        with pytest.raises(BadArchive) as refused:
            put(session, wrong)
        assert refused.value.faults == [fault]
        mine = put(session, one()).branch_id
        with pytest.raises(BadArchive) as refused:
            put(session, wrong, mine, replace=True, contents=lambda digest: None)
        assert refused.value.faults == [fault]
        assert out(session, mine)["files"] == [KEPT, OUTSIDE]
        assert put(session, wrong, name="第二支部", contents=lambda digest: None).changed
        unknown = one() | {"files": [OUTSIDE, {**KEPT, "size": None}]}
        assert put(session, unknown, name="第三支部").files == 2


def test_what_was_sent_in_chat_gets_an_id(storage: Storage) -> None:
    """As an earlier version wrote it: what Telegram announced, in the record itself."""
    with storage.transaction() as session:
        mine = put(session, document(guidance=[{**VISIT, "id": "G1", "files": [FILE]}])).branch_id
        found = out(session, mine)
        [row] = found["files"]
        assert found["guidance"][0]["files"] == [row["id"]]
        assert (row["name"], row["stored"], row["about"]) == ("照片.jpg", False, ["guidance/G1"])
        assert row["telegram"] == {"kind": "photo", "file_id": "abc", "file_unique_id": "u"}
        again = put(session, {**found, "branch": {**found["branch"], "name": "第二支部"}}).branch_id
        assert out(session, again)["files"] == [row]


def test_what_another_collection_holds_is_kept_and_goes_with_the_archive(storage: Storage) -> None:
    with storage.transaction() as session:
        mine = put(session, document(guidance=[VISIT], files=[FOR_OTHERS])).branch_id
        assert out(session, mine)["files"] == [FOR_OTHERS]
        put(session, document(guidance=[{**VISIT, "site": "基地9"}], files=[]), mine, replace=True)
        assert "files" not in out(session, mine)
        assert session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_changes_name_files_by_their_ids(storage: Storage) -> None:
    change = {
        "path": "guidance/G1/files", "old": ["H1"], "new": ["H1", "H2"], "on": None,
        "at": "2022-08-12T09:00:00+08:00", "by": None, "reason": "",
    }  # fmt: skip
    with storage.transaction() as session:
        mine = put(session, one(changes=[change])).branch_id
        assert out(session, mine)["changes"] == [change]


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ([{**KEPT, "sha256": "A" * 64}, OUTSIDE], "files[0].sha256"),
        ([{**KEPT, "sha256": None}, OUTSIDE], "files[0].stored"),
        ([{**KEPT, "size": -1}, OUTSIDE], "files[0].size"),
        ([{**KEPT, "size": True}, OUTSIDE], "files[0].size"),
        ([{**KEPT, "id": ""}, OUTSIDE], "files[0].id"),
        ([{**KEPT, "name": 5}, OUTSIDE], "files[0].name"),
        ([{**KEPT, "about": ["guidance/G9"]}, OUTSIDE], "files[0].about"),
        ([{**KEPT, "about": "guidance/G1"}, OUTSIDE], "files[0].about"),
        ([KEPT, {**OUTSIDE, "telegram": {"file_id": 5}}], "files[1].telegram"),
        ([KEPT], "guidance[0].files[1]"),
        ([KEPT, OUTSIDE, {**KEPT, "id": "H3", "about": []}], "files (sha256)"),
        ([KEPT, {**OUTSIDE, "id": "H1"}], "files: the id"),
        ([{**KEPT, "name": "110101199003070011.pdf"}, OUTSIDE], "files[0].name: holds an identity number"),
        ("x", "files: found"),
        ([5], "files[0]: found"),
    ],
)
def test_every_fault_is_told_by_its_path(storage: Storage, files: Any, fault: str) -> None:
    with storage.transaction() as session:
        with pytest.raises(BadArchive) as refused:
            put(session, {**one(), "files": files})
        assert any(each.startswith(fault) for each in refused.value.faults), refused.value.faults
        assert session.scalar(select(func.count()).select_from(StoredFile)) == 0


# --- the zip ---------------------------------------------------------------------------------------------------------


def test_a_zip_has_the_document_and_the_files(tmp_path: Path) -> None:
    for number, held in enumerate(([], [(DIGEST, CONTENT)], [(DIGEST, CONTENT), ("0" * 64, b"x")])):
        file = tmp_path / f"{number}.zip"
        with file.open("wb") as made:
            assert pack(made, dump({"format": "branch-archive/1"}), held) == number
        assert is_packed(file)
        with opened(file) as packed:
            assert json.loads(packed.document) == {"format": "branch-archive/1"}
            assert packed.content(DIGEST) == (CONTENT if number else None)


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04", b"\xff" * 100])
def test_what_is_no_zip_of_ours_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(content)
    assert not is_packed(file)
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("xl/workbook.xml", b"")
    assert not is_packed(file)


def _packed(files: dict[str, bytes]) -> Packed:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return Packed(zipfile.ZipFile(held))


def test_what_is_wrong_in_a_zip_refuses_it() -> None:
    with pytest.raises(BadArchive, match="holds other bytes"):
        _packed({f"files/{DIGEST}": b"other"}).content(DIGEST)
    with pytest.raises(BadArchive, match="larger than 10 MB"):
        _packed({f"files/{DIGEST}": b"\0" * (MOST_BYTES + 1)}).content(DIGEST)
