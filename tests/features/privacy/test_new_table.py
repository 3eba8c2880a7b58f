"""A table that is new in the house, who borrowed which book: its model alone says what becomes of people in it."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import ForeignKey, Table, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot.features.privacy import erasure, mydata, retention, sweeping
from bot.features.privacy.page import page
from storage.base import BigId, Model
from storage.choices import OrganisationKind
from storage.engine import Storage
from storage.models.everything import METADATA
from storage.models.organisation import Organisation
from storage.models.person import Person
from storage.personal import Kind, actor, ages, free_text, nothing_personal, owner, through
from tests.cast import Cast
from tests.features.privacy.filling import MARK, NOW
from tests.features.privacy.planting import SAID, TODAY, VICTIM, WRITER, becomes
from tests.features.privacy.test_service import SHANGHAI
from tests.test_house import misread, silent


class Beside(DeclarativeBase):
    """Not among the tables of the house, but for the length of a test."""

    type_annotation_map = Model.type_annotation_map


class Loan(Beside):
    __tablename__ = "tried_loan"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    lent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=actor())
    code: Mapped[str] = mapped_column(info=nothing_personal())
    book: Mapped[str] = mapped_column(info=free_text(label=True))
    note: Mapped[str | None] = mapped_column(info=free_text(swept=True))
    pictures: Mapped[list[Any]] = mapped_column(default=list, info=free_text(swept=True))
    lent_at: Mapped[datetime] = mapped_column(info=ages(Kind.REASONS))


class LoanRemark(Beside):
    """No person stands in it: a remark is whose the loan is."""

    __tablename__ = "tried_remark"

    loan_id: Mapped[int] = mapped_column(ForeignKey("tried_loan.id"), primary_key=True, info=through(goes=True))
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(info=free_text())
    at: Mapped[datetime] = mapped_column(info=ages(Kind.PIECES))


@pytest.fixture
def loans(storage: Storage, bare: Cast) -> Iterator[tuple[Table, Table]]:
    """The tables, with a loan of 甲五, who is erased, of 甲六, and of somebody of another branch."""
    made = [of.to_metadata(METADATA) for of in Beside.metadata.tables.values()]
    try:
        with storage.transaction() as session:
            METADATA.create_all(session.connection(), made)
            elsewhere = someone_else(session)
            lend(session, made, bare, bare[VICTIM], MARK)
            lend(session, made, bare, bare[WRITER], SAID)
            lend(session, made, bare, elsewhere, SAID)
        yield made[0], made[1]
    finally:
        for of in reversed(made):
            METADATA.remove(of)


def someone_else(session: Session) -> int:
    there = Organisation(kind=OrganisationKind.BRANCH, name="第三支部", settings={}, created_at=NOW)
    session.add(there)
    session.flush()
    somebody = Person(branch_id=there.id, name="外人", created_at=NOW)
    session.add(somebody)
    session.flush()
    return somebody.id


def lend(session: Session, made: list[Table], cast: Cast, person_id: int, text: str) -> None:
    pictures = [{"file_id": "A" * 30, "name": text}]
    values = {"person_id": person_id, "lent_by_id": cast["甲二"], "code": "A1", "book": text, "note": text}
    row = session.execute(insert(made[0]).values(**values, pictures=pictures, lent_at=NOW))
    session.execute(insert(made[1]).values(loan_id=row.inserted_primary_key[0], number=1, text=text, at=NOW))


def rows(session: Session, of: Table) -> list[tuple[Any, ...]]:
    """The texts of every row; of pictures the names."""
    columns = [of.c[name] for name in ("book", "note", "pictures", "text") if name in of.c]
    found = session.execute(select(*columns).order_by(*of.primary_key.columns)).all()
    return [
        tuple([one["name"] for one in value] if isinstance(value, list) else value for value in row) for row in found
    ]


def test_the_house_asks_no_more_of_it(loans: tuple[Table, Table]) -> None:
    assert silent(METADATA) == misread(METADATA) == set()


def test_one_s_own_loans_are_exported_and_what_one_lent_is_counted(
    storage: Storage, bare: Cast, loans: tuple[Table, Table]
) -> None:
    with storage.reading() as session:
        mine = mydata.gather(session, bare.me(session, VICTIM, TODAY))
        lender = mydata.to_json(mydata.gather(session, bare.me(session, "甲二", TODAY)), NOW)
    told = mydata.to_json(mine, NOW)["tables"]
    [loan], [remark] = told["tried_loan"], told["tried_remark"]
    assert (loan["person_id"], loan["book"], loan["note"], remark["text"]) == (bare[VICTIM], MARK, MARK, MARK)
    assert mine.names["tried_loan", loan["id"]] == MARK
    assert SAID not in json.dumps(told, ensure_ascii=False)
    assert MARK in page(mine, NOW, SHANGHAI)
    assert "tried_loan" not in lender["tables"]
    assert lender["named_in"]["tried_loan"] == 3


def test_an_erasure_empties_the_own_rows_and_puts_the_other_name_into_those_of_others(
    storage: Storage, bare: Cast, loans: tuple[Table, Table]
) -> None:
    loan, remark = loans
    with storage.transaction() as session:
        secretary = bare.me(session, "甲一", TODAY)
        before = erasure.look(session, secretary, bare[VICTIM], TODAY)
        done = erasure.erase(session, secretary, bare[VICTIM], TODAY, NOW)
        said = becomes(bare[VICTIM])
        assert rows(session, loan) == [("", None, []), (said, said, [said]), (SAID, SAID, [SAID])]
        assert rows(session, remark) == [(said,), (SAID,)]
        assert session.scalars(select(loan.c.person_id).order_by(loan.c.id)).first() == bare[VICTIM]
    assert before.named == done["named"] == 4
    assert (done["tried_loan"], done["tried_remark"]) == (1, 1)


async def test_the_night_takes_what_is_old(storage: Storage, bare: Cast, loans: tuple[Table, Table]) -> None:
    loan, remark = loans
    with storage.transaction() as session:
        first = select(loan.c.id).where(loan.c.person_id == bare[VICTIM]).scalar_subquery()
        session.execute(update(loan).where(loan.c.id == first).values(lent_at=NOW - timedelta(days=400)))
        session.execute(update(remark).where(remark.c.loan_id == first).values(at=NOW - timedelta(days=1100)))
        secretary = bare.me(session, "甲一", TODAY)
        due = retention.preview(session, secretary, NOW)
        assert (due[Kind.REASONS], due[Kind.PIECES]) == (1, 1)
        retention.set_period(session, secretary, Kind.REASONS, 0, NOW)
    assert await sweeping.sweep(storage, NOW) == {"pieces": 1}
    with storage.transaction() as session:
        retention.set_period(session, bare.me(session, "甲一", TODAY), Kind.REASONS, 365, NOW)
    assert await sweeping.sweep(storage, NOW) == {"reasons": 1}
    with storage.reading() as session:
        assert rows(session, loan) == [(MARK, None, []), (SAID, SAID, [SAID]), (SAID, SAID, [SAID])]
        assert rows(session, remark) == [(SAID,), (SAID,)]
    assert await sweeping.sweep(storage, NOW) == {}
