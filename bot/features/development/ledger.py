"""Ledger 13, 发展党员台账: one line for everybody on the way and who went it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from bot.features.development import known, messages
from bot.features.development.known import Case
from bot.kit.access import Right, require
from bot.kit.ledgers import Cell, Column, Ledger, book
from storage.audience import Me
from storage.choices import DevelopmentStep as Step
from storage.lookups import names_of
from storage.models.organisation import Organisation

NAME = "发展党员台账"
COLUMNS = (
    "姓名", "申请日期", "谈话日期", "确定积极分子", "培养联系人", "半年考察", "确定发展对象", "培训", "预审", "公示",
    "支部大会", "上级审批", "预备期满", "转正大会", "转正审批",
)  # fmt: skip


def table(session: Session, me: Me, today: date) -> bytes:
    require(me, Right.ROSTER, branch_id=me.branch_id)
    return book(sheet(session, me.branch_id, today))


def sheet(session: Session, branch_id: int, today: date) -> Ledger:
    """As of a day."""
    cases = known.cases(session, branch_id, today)
    names = names_of(session, [person for case in cases for person in case.mentors])
    name = session.get_one(Organisation, branch_id).name
    rows = [line(case, names) for case in cases]
    return Ledger(NAME, [Column(word) for word in COLUMNS], rows, title=f"{name}{NAME}", beside=1)


def line(case: Case, names: messages.Names) -> Sequence[Cell]:
    chain = case.chain
    return [
        case.name,
        chain.on(Step.APPLICATION),
        chain.on(Step.APPLICATION_TALK),
        chain.on(Step.ACTIVIST_CONFIRMED),
        "、".join(names[one] for one in case.mentors),
        _days(case, Step.REVIEW),
        chain.on(Step.DEVELOPMENT_TARGET),
        _days(case, Step.TRAINING),
        chain.on(Step.PREVIEW),
        _days(case, Step.PUBLICITY),
        chain.accepted_on,
        chain.on(Step.ACCEPT_APPROVED),
        case.ends,
        chain.on(Step.CONVERSION_PASSED),
        chain.on(Step.CONVERSION_APPROVED),
    ]


def _days(case: Case, step: Step) -> str:
    """Each day of what happens more than once, or lasts."""
    found = case.chain.all(step)
    amounts = {one.id: messages.amount(one.days, one.hours) for one in found}
    said = [messages.day_of(one) + (f"（{amounts[one.id]}）" if amounts[one.id] else "") for one in found]
    return "、".join(said)
