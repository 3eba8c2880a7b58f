"""注销 on both databases: what is left is a number; what others need of what they wrote reads 已注销 and a number."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.accounts import binding
from bot.features.accounts.rules import InviteKind
from bot.features.privacy import changes, erasure
from bot.features.privacy.personal_data import DataSubject, Fate, holdings
from bot.kit import dialog as dialogs
from bot.kit.refusal import Refusal
from storage import audience
from storage.choices import Duty, ExemptionReason, OutboxState
from storage.engine import Storage
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.notice import Notice
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from storage.models.person import DutySpan, ExemptionSpan, Person, RosterSpan
from storage.roster import roster
from tests.cast import Cast, make_branch
from tests.features.privacy.filling import MARK, NOW, where
from tests.features.privacy.planting import message

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2023, 7, 7)
VICTIM = "甲五"


def test_an_erasure_leaves_a_number_and_no_name_no_text_no_account(storage: Storage, cast: Cast) -> None:
    account = str(cast.account(VICTIM))
    with storage.transaction() as session:
        # What the log keeps of somebody who tried a wrong link names no account either.
        binding.redeem(session, InviteKind.PERSON, "A" * 22, cast.account(VICTIM), "x", today=TODAY, now=NOW)
    with storage.transaction() as session:
        secretary = cast.me(session, "甲一", TODAY)
        message(session, cast, "missing", OutboxState.SENT, message={"text": f"未完成：{VICTIM}"})
        dialogs.ask(session, cast.me(session, "甲二", NOW.date()), "roster.look", NOW, rows=[{"name": VICTIM}])
        dialogs.ask(session, cast.me(session, "甲三", NOW.date()), "notice.text", NOW, text="请准时")
        for name, title in (("甲二", f"{VICTIM}发言"), ("甲三", "学习"), (VICTIM, "学习")):
            left = {"title": title}
            branch = cast.branch_id
            session.add(
                Draft(person_id=cast[name], organisation_id=branch, form="activity.wizard", fields=left, at=NOW)
            )
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        # Of who named the erased one the question is closed, and its row counts on.
        open_ = session.execute(select(Dialog.person_id, Dialog.id, Dialog.step).order_by(Dialog.person_id)).all()
        assert [tuple(row) for row in open_] == [(cast["甲二"], 1, ""), (cast["甲三"], 1, "notice.text")]
        assert session.scalars(select(Draft.person_id)).all() == [cast["甲三"]]
    with storage.reading() as session:
        assert {text: where(session, text) for text in (VICTIM, MARK, account)} == {
            VICTIM: set(),
            MARK: set(),
            account: set(),
        }
        person = session.get_one(Person, cast[VICTIM])
        assert (person.name, person.telegram_id, person.erased_at) == (f"已注销{person.id}", None, NOW)
        assert cast[VICTIM] not in {member.id for member in roster(session, cast.branch_id, TODAY)}
        yesterday = {member.id: member.name for member in roster(session, cast.branch_id, TODAY - timedelta(days=1))}
        assert yesterday[cast[VICTIM]] == person.name
        assert session.scalars(select(Outbox.state).where(Outbox.person_id == person.id)).all() == [
            OutboxState.CANCELLED
        ]


@pytest.mark.parametrize("erased_in", ["第一支部", "第二支部"])
def test_the_name_goes_from_what_an_officer_of_two_branches_has_begun(storage: Storage, erased_in: str) -> None:
    """Of their own branch, whatever it was begun for; of the other one, when it was begun for that."""
    with storage.transaction() as session:
        first = make_branch(session, now=NOW)
        second = make_branch(session, now=NOW, bound=False)
        session.get_one(Person, second["甲一"]).telegram_id = 9_001
        officer = session.get_one(Person, first["甲二"])
        session.add(
            DutySpan(person_id=officer.id, organisation_id=second.branch_id, duty=Duty.DEPUTY_SECRETARY, from_on=TODAY)
        )
        gone = first if erased_in == "第一支部" else second
        name = "欧阳戊二"
        session.get_one(Person, gone[VICTIM]).name = name
        said = {"title": f"欢送{name}同志"}
        session.add(Dialog(person_id=officer.id, id=8, step="notice.text", draft=said, expires_at=NOW + dialogs.LIFE))
        session.get_one(Dialog, officer.id).organisation_id = second.branch_id
        for place in (first.branch_id, second.branch_id):
            session.add(Draft(person_id=officer.id, organisation_id=place, form="activity.wizard", fields=said, at=NOW))
        # Of somebody of the other branch, for it: another person's name.
        for whose in (first, second):
            session.add(
                Draft(
                    person_id=whose["甲三"],
                    organisation_id=whose.branch_id,
                    form="activity.wizard",
                    fields=said,
                    at=NOW,
                )
            )
        session.flush()
        secretary = audience.find(session, 9_001 if gone is second else first.account("甲一"), TODAY)
        assert secretary is not None
        erasure.erase(session, secretary, gone[VICTIM], TODAY, NOW)
        dialog = session.get_one(Dialog, officer.id)
        left = session.execute(select(Draft.person_id, Draft.organisation_id)).all()
    assert (dialog.id, dialog.step, dialog.draft) == (8, "", {})
    stays = second if erased_in == "第一支部" else first
    of_officer = [] if erased_in == "第一支部" else [(officer.id, first.branch_id)]
    assert sorted(tuple(row) for row in left) == sorted([*of_officer, (stays["甲三"], stays.branch_id)])


def test_the_number_goes_from_what_others_wrote_and_so_does_why_somebody_was_exempt(
    storage: Storage, cast: Cast
) -> None:
    """A notice with the number of who is gone was kept for ever; the list of the exempt said 行动不便."""
    number, other = "13912345678", "13912345679"
    with storage.transaction() as session:
        session.get_one(Person, cast[VICTIM]).phone = number
        session.get_one(Person, cast["甲六"]).phone = other
        exempt = ExemptionSpan(
            person_id=cast[VICTIM], from_on=date(2023, 7, 1), reason=ExemptionReason.FRAIL_RETIRED, approved_by="甲一"
        )
        notice = Notice(
            branch_id=cast.branch_id,
            text=f"请联系甲五，电话{number}或{other}。",
            reply_by=NOW,
            created_at=NOW,
            created_by_id=cast["甲一"],
        )
        session.add_all([exempt, notice])
        session.flush()
        secretary = cast.me(session, "甲一", TODAY)
        assert erasure.look(session, secretary, cast[VICTIM], TODAY).named == 2
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
    with storage.reading() as session:
        assert where(session, number) == set()
        text = session.scalars(select(Notice.text).where(Notice.text.contains(other))).one()
        assert text == f"请联系已注销{cast[VICTIM]}，电话（号码已注销）或{other}。"
        mine = select(ExemptionSpan.reason).where(ExemptionSpan.person_id == cast[VICTIM])
        assert set(session.scalars(mine)) == {ExemptionReason.OTHER}


def test_what_is_counted_stays_and_the_log_says_who_erased(storage: Storage, cast: Cast) -> None:
    kept = [holding for holding in holdings() if holding.whose is not None and holding.fate is not Fate.DELETE]
    subject = DataSubject(cast[VICTIM], None)

    def counted(session: Session) -> dict[str, int]:
        of = [
            (holding, holding.whose) for holding in kept if holding.whose is not None and "person_id" in holding.knows
        ]
        return {
            holding.title: session.scalar(select(func.count()).select_from(holding.table).where(whose(subject))) or 0
            for holding, whose in of
        }

    with storage.transaction() as session:
        secretary, before = cast.me(session, "甲一", TODAY), counted(session)
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        assert counted(session) == before
        line = changes.page(session, secretary, 0, None, None, SHANGHAI).things[0]
    assert (line.actor, line.action, line.about) == ("甲一", "erase", f"已注销{cast[VICTIM]}")


@pytest.mark.parametrize("who", ["甲二", "乙一", VICTIM])
def test_nobody_but_the_secretary_erases(storage: Storage, cast: Cast, who: str) -> None:
    with storage.transaction() as session, pytest.raises(Refusal):
        erasure.erase(session, cast.me(session, who, TODAY), cast["甲六"], TODAY, NOW)


def test_not_oneself_not_twice_and_not_of_another_branch(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        secretary = cast.me(session, "甲一", TODAY)
        other = Organisation(kind="branch", name="别的支部", settings={}, created_at=NOW)
        session.add(other)
        session.flush()
        stranger = Person(branch_id=other.id, name="外人", created_at=NOW)
        session.add(stranger)
        session.flush()
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        for person_id in (secretary.id, cast[VICTIM], stranger.id, 999_999):
            with pytest.raises(Refusal):
                erasure.look(session, secretary, person_id, TODAY)


def test_somebody_erased_holds_no_office(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        erasure.erase(session, cast.me(session, "甲一", TODAY), cast["甲二"], TODAY, NOW.astimezone(UTC))
        open_ = [
            session.scalars(select(span).where(span.person_id == cast["甲二"], span.to_on.is_(None))).all()
            for span in (DutySpan, RosterSpan)
        ]
        assert open_ == [[], []]
        assert Duty.ORGANIZATION_OFFICER in set(session.scalars(select(DutySpan.duty)))
