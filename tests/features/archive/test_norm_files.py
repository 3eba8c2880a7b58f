"""A branch's own norms in archives, on both databases."""

import copy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.features.archive.importing import Target
from bot.features.norms import changing
from bot.features.norms.service import book_of
from storage.engine import Storage
from storage.models.norm import NormFile
from tests.cast import make_branch
from tests.features.archive.branches import comes_back_whole, document, faults_of, only, out, over, put

SHANGHAI = ZoneInfo("Asia/Shanghai")
NORMS: list[dict[str, Any]] = [
    {"version": "某局 2022", "valid_from": "2022-01-01", "valid_to": "2023-01-01",
     "rules": [{"id": "R11", "min": 2}, {"id": "Z1", "title": "读书会", "event": "study_hours", "scope": "branch",
                                        "period": "month", "min": 3}],
     "deadlines": {"probation": "12m"}, "source": "文件", "recorded_at": "2022-02-01T09:00:00+08:00"},
    {"valid_from": "2022-03-01", "rules": [{"id": "Z1", "min": 4}], "recorded_at": "2022-02-20T09:00:00+08:00",
     "recorded_by": "P1"},
    {"valid_from": "2022-03-01", "rules": [{"id": "R11", "default": True}]},
]  # fmt: skip


def norms() -> list[dict[str, Any]]:
    """Without what only some national files have."""
    found = copy.deepcopy(NORMS)
    del found[0]["deadlines"]
    return found


def test_nothing_is_lost(storage: Storage) -> None:
    """A change in chat has no name; of one day the later one wins, so that they stay in their order."""
    with storage.transaction() as session:
        done = put(session, document(norms=norms()))
        assert out(session, done.branch_id)["norms"] == norms()
        for same in (document(norms=norms()), out(session, done.branch_id)):
            assert not put(session, same, over(done)).changed
        book = book_of(session, done.branch_id)
        days = [date(2022, 2, 1), date(2022, 4, 1), date(2023, 2, 1)]
        assert [book.on(day).norms["R11"].min for day in days[:1]] == [2]
        assert [book.on(day).norms["Z1"].min for day in days[:2]] == [3, 4]
        again = put(session, out(session, done.branch_id), Target(None, "第二支部"))
        assert out(session, again.branch_id)["norms"] == norms()
        turned = [norms()[0], norms()[2], norms()[1]]
        assert put(session, only(document(norms=turned), "norms"), over(done)).changed
        assert out(session, done.branch_id)["norms"] == turned
        assert put(session, {"format": "branch-archive/1", "norms": []}, over(done)).changed
        assert "norms" not in out(session, done.branch_id)


def test_one_file_may_stand_alone(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, document(norms=norms()[0]))
        assert out(session, done.branch_id)["norms"] == norms()[:1]
        comes_back_whole(session, document(branch={"name": "另一支部"}, norms=norms()[:1]), "norms")


def test_every_fault_is_told_and_nothing_is_written(storage: Storage) -> None:
    bad = [
        {"version": "一", "valid_from": "2022-02-30"},
        {"version": "一", "valid_from": "2022-01-01", "valid_to": "2021-01-01", "rules": [{"id": "R11", "min": 0}]},
        {"version": "二", "valid_from": "2022-01-01", "recorded_by": "P9", "rules": [{"id": "Z9", "mim": 1}]},
        7,
    ]
    with storage.transaction() as session:
        found = faults_of(session, document(norms=bad))
        assert [one.partition(", should be")[0] for one in found] == [
            "norms[3]: found 7",
            "norms[1].valid_to: found '2021-01-01'",
            "norms[1].rules.R11.min: found 0",
            "norms[2].recorded_by: found 'P9'",
            *[f"norms[2].rules.Z9.{name}: found {said}" for name, said in (
                ("title", None), ("event", None), ("scope", None), ("period", None), ("mim", 1),
            )],
            "norms[0].valid_from: found '2022-02-30'",
        ]  # fmt: skip
        assert session.scalars(select(NormFile)).all() == []


def test_what_was_changed_in_chat_is_written(storage: Storage) -> None:
    now = datetime(2023, 7, 7, 11, tzinfo=SHANGHAI)
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        me = cast.me(session, "甲一", now.date())
        changing.change(session, me, "R11", {"min": 2}, date(2023, 8, 1), now, SHANGHAI)
        written = out(session, cast.branch_id)
        assert written["norms"] == [
            {"valid_from": "2023-08-01", "rules": [{"id": "R11", "min": 2}], "recorded_at": now.isoformat(),
             "recorded_by": f"P{me.id}"}
        ]  # fmt: skip
        again = put(session, written, Target(None, "又一支部"))
        assert out(session, again.branch_id)["norms"] == written["norms"]
        assert not put(session, written, Target(cast.branch_id)).changed
        assert book_of(session, again.branch_id).on(date(2023, 8, 1)).norms["R11"].min == 2
