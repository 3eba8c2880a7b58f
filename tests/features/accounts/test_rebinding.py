"""Accounts and requests: bound anew, taken off, bound by the own number; who decides, and who hears nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, rebinding, rebinding_messages, requests, service
from bot.features.accounts.rebinding import Account
from bot.features.accounts.rebinding_messages import names_of
from bot.features.accounts.rules import InviteKind
from bot.kit.refusal import Refusal
from bot.kit.words import plain_number
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.audience import Me, find
from storage.choices import BindRequestState, Lane, OutboxState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.invite import BindRequest, Invite
from storage.models.outbox import Card, Outbox
from storage.models.person import Person
from tests.cast import Cast, make_branch

NOW = datetime(2023, 7, 3, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = date(2023, 7, 3)
NEW, OTHER = 9001, 9002
DESK = ("甲一", "乙一", "甲二")
NO_RIGHT = "没有办理此事的权限"


def redeem(session: Session, code: str, account: int, now: datetime = LATER) -> binding.Bound | None:
    return binding.redeem(session, InviteKind.PERSON, code, account, "W", today=TODAY, now=now)


def secretary(session: Session, cast: Cast) -> Me:
    return cast.me(session, "甲一", TODAY)


def test_a_new_phone_takes_the_seat_and_what_waits_for_it(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        old = cast.account("甲五")
        waits = promise(
            session,
            Owed(("k",), {"text": "通知"}, cast["甲五"], None, Lane.MUST_ARRIVE),
            job=None,
            branch_id=cast.branch_id,
            now=NOW,
        )
        session.add(Card(kind="reflection", subject_id=1, chat_id=old))
        _, _, code = rebinding.reinvite(session, secretary(session, cast), cast["甲五"], TODAY, LATER)
        assert find(session, old, TODAY) is not None
        assert redeem(session, code, NEW) == binding.Bound(cast["甲五"], old)
        assert accounts_noted(session, "bound") == [[True, True]]
        assert find(session, old, TODAY) is None
        me = find(session, NEW, TODAY)
        assert me is not None
        assert me.name == "甲五"
        assert session.scalars(select(Outbox.chat_id).where(Outbox.id == waits)).one() == NEW
        assert session.scalars(select(Card.id)).all() == []
        assert redeem(session, code, OTHER) is None
        assert redeem(session, code, old) is None


def test_a_link_made_before_the_binding_moves_nobody(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW - timedelta(days=2), bound=False)
        first = {name: code for name, _, code in service.make_invites(session, cast.branch_id, NOW)}["甲五"]
        binding.seat(session, session.get_one(Person, cast["甲五"]), NEW, LATER, by="number")
        with pytest.raises(Refusal, match=binding.NOT_VALID):
            redeem(session, first, OTHER, LATER + timedelta(hours=1))


def test_who_is_taken_off_is_a_stranger_until_a_new_link(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        me, old = secretary(session, cast), cast.account("甲五")
        promise(
            session,
            Owed(("k",), {"text": "通知"}, cast["甲五"], None, Lane.MUST_ARRIVE),
            job=None,
            branch_id=cast.branch_id,
            now=NOW,
        )
        assert rebinding.unbind(session, me, cast["甲五"], TODAY, NOW) == ("甲五", old)
        assert accounts_noted(session, "unbound") == [[True, False]]
        assert find(session, old, TODAY) is None
        assert session.scalars(select(Outbox.state)).all() == [OutboxState.UNREACHABLE]
        assert [one.name for one in service.members(session, me, TODAY) if not one.bound] == ["甲五"]
        with pytest.raises(Refusal, match=rebinding.NOT_BOUND):
            rebinding.unbind(session, me, cast["甲五"], TODAY, NOW)
        *_, code = service.invite_person(session, me, cast["甲五"], TODAY, NOW)
        assert redeem(session, code, NEW) == binding.Bound(cast["甲五"])
        assert accounts_noted(session, "bound") == [[False, True]]


def accounts_noted(session: Session, action: str) -> list[list[bool]]:
    """Whether there was an account and is one; never which."""
    lines = session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id)).all()
    return [line.details["changes"]["telegram_id"] for line in lines]


def test_whose_account_the_desk_may_not_change(storage: Storage) -> None:
    """Whoever could move the secretary's account to another phone would be the secretary."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for name in ("甲二", "乙一"):
            for act in (rebinding.reinvite, rebinding.unbind):
                with pytest.raises(Refusal, match="系统管理员"):
                    act(session, cast.me(session, name, TODAY), cast["甲一"], TODAY, NOW)
        # The secretary's own is the operator's as well; any other officer's own is another officer's.
        with pytest.raises(Refusal, match="系统管理员"):
            rebinding.unbind(session, secretary(session, cast), cast["甲一"], TODAY, NOW)
        with pytest.raises(Refusal, match=rebinding.ONESELF):
            rebinding.unbind(session, cast.me(session, "甲二", TODAY), cast["甲二"], TODAY, NOW)
        with pytest.raises(Refusal, match=service.NOT_LISTED):
            rebinding.unbind(session, secretary(session, cast), 999_999, TODAY, NOW)
        _, _, code = service.make_person_invite(session, cast.branch_id, "甲一", LATER)
        assert redeem(session, code, NEW, LATER) == binding.Bound(cast["甲一"], cast.account("甲一"))


def test_people_of_one_name_are_told_apart(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for name in ("甲四", "甲五", "乙四"):
            session.execute(update(Person).where(Person.id == cast[name]).values(name="张伟"))
        listed = rebinding.accounts(session, secretary(session, cast), TODAY)
        shown = [name for one, name in zip(listed, names_of(listed), strict=True) if one.name == "张伟"]
        assert shown == ["张伟（尾号1004）", "张伟（尾号1005）", "张伟（第二党小组）"]
        with pytest.raises(ValueError, match="several people called 张伟") as several:
            service.make_person_invite(session, cast.branch_id, "张伟", NOW)
        assert f"{cast['乙四']} 张伟 (第二党小组)" in str(several.value)


@pytest.mark.parametrize("typed", ["丁\ue863·乙", "丁䶮•乙", " 丁 䶮．乙 "])
def test_somebody_is_found_by_any_spelling_of_the_name(storage: Storage, typed: str) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.execute(update(Person).where(Person.id == cast["甲四"]).values(name="丁\ue863·乙"))
        assert service.one_of(session, cast.branch_id, typed, TODAY).id == cast["甲四"]
        assert service.one_of(session, cast.branch_id, str(cast["甲四"]), TODAY).name == "丁\ue863·乙"
        with pytest.raises(ValueError, match="nobody called 丁乙"):
            service.one_of(session, cast.branch_id, "丁乙", TODAY)


def test_a_sheet_makes_true_only_what_is_still_unbound(storage: Storage) -> None:
    """Between the drawing and the writing somebody was bound: that slip opens nothing."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        binding.seat(session, session.get_one(Person, cast["甲一"]), cast.account("甲一"), NOW, by="link")
        before = {name: code for name, _, code in service.make_invites(session, cast.branch_id, NOW)}
        drawn = {cast[name]: service.new_code() for name in ("甲五", "甲六")}
        binding.seat(session, session.get_one(Person, cast["甲五"]), NEW, NOW, by="link")
        made = service.invite_everybody(session, secretary(session, cast), LATER, drawn)
        assert [(name, code) for name, _, code in made] == [("甲六", drawn[cast["甲六"]])]
        assert redeem(session, drawn[cast["甲五"]], OTHER) is None
        assert redeem(session, before["甲六"], OTHER) is None
        assert redeem(session, drawn[cast["甲六"]], OTHER) == binding.Bound(cast["甲六"])


# --- the own number -------------------------------------------------------------------------------------------------


def share(session: Session, account: int = NEW, phone: str = "+8613800000005", now: datetime = NOW) -> requests.Asked:
    return requests.share(session, account, phone, "W\u202ei", today=TODAY, now=now)


def unbound(session: Session, *names: str) -> Cast:
    cast = make_branch(session, now=NOW)
    session.execute(update(Person).where(Person.name.in_(names)).values(telegram_id=None, bound_at=None))
    session.expire_all()
    return cast


def test_the_number_of_the_roster_binds_at_once(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = unbound(session, "甲五")
        session.get_one(Person, cast["甲五"]).phone = "13800000005"
        session.flush()
        assert share(session).bound == binding.Bound(cast["甲五"])
        [row] = session.scalars(select(Audit).where(Audit.action == "bound", Audit.subject_id == cast["甲五"]))
        assert row.details["by"] == "number"


def test_a_number_that_is_taken_or_shared_is_asked(storage: Storage) -> None:
    """A roster's number never moves somebody who is bound, and two of one number are told apart by people."""
    with storage.transaction() as session:
        cast = unbound(session, "甲五", "甲六")
        session.execute(update(Person).where(Person.name.in_(["甲五", "甲六"])).values(phone="13800000005"))
        session.execute(update(Person).where(Person.name == "甲七").values(phone="13800000007"))
        for account, phone in ((NEW, "13800000005"), (OTHER, "8613800000007")):
            asked = share(session, account, phone)
            assert asked.bound is None
            assert (asked.branch_id, asked.deciders) == (cast.branch_id, (cast["甲一"],))
        assert find(session, cast.account("甲七"), TODAY) is not None


def test_what_nobody_knows_is_asked_of_the_only_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = unbound(session, "甲五")
        asked = share(session)
        row = session.get_one(BindRequest, asked.request_id)
        assert (row.shown_name, row.phone_end, row.state) == ("Wi", "0005", BindRequestState.PENDING)
        assert share(session) == requests.Asked()
        me = secretary(session, cast)
        person, _ = requests.accept(session, me, row.id, cast["甲五"], TODAY, LATER)
        assert person.name == "甲五"
        assert find(session, NEW, TODAY) is not None
        with pytest.raises(Refusal, match=requests.DECIDED):
            requests.refuse(session, me, row.id, LATER)


def test_of_several_branches_nobody_is_asked_about_an_unknown_number(storage: Storage) -> None:
    with storage.transaction() as session:
        make_branch(session, now=NOW)
        service.add_branch(session, "第二支部", None, NOW)
        assert share(session).unknown
        assert session.scalars(select(BindRequest)).all() == []


def test_whoever_is_refused_cannot_go_on_asking(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = unbound(session, "甲五")
        me = secretary(session, cast)
        for number in range(requests.MOST_ASKED):
            asked = share(session, now=NOW + timedelta(minutes=number))
            assert asked.request_id is not None
            requests.refuse(session, me, asked.request_id, NOW + timedelta(minutes=number))
        assert share(session, now=LATER) == requests.Asked()
        assert share(session, now=NOW + timedelta(days=1, hours=1)).request_id is not None


def test_what_a_request_may_not_become(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = unbound(session, "甲五")
        request_id = share(session).request_id or 0
        me = secretary(session, cast)
        with pytest.raises(Refusal, match="已绑定"):
            requests.accept(session, me, request_id, cast["甲六"], TODAY, LATER)
        with pytest.raises(Refusal, match=service.NOT_LISTED):
            requests.accept(session, me, request_id, 999_999, TODAY, LATER)
        with pytest.raises(Refusal, match=NO_RIGHT):
            requests.accept(session, cast.me(session, "丙一", TODAY), request_id, cast["甲五"], TODAY, LATER)


@pytest.mark.parametrize("text", ["+8613812345678", "86 138-1234-5678", "13812345678"])
def test_numbers_are_compared_as_digits(text: str) -> None:
    assert plain_number(text) == "13812345678"


def test_only_hashes_of_codes_are_kept(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        *_, code = rebinding.reinvite(session, secretary(session, cast), cast["甲五"], TODAY, NOW)
        [row] = session.scalars(select(Invite))
        assert code not in {row.code_hash, row.kind}


def test_long_lists_turn_pages() -> None:
    people = [Account(number, f"甲{number}", "第一党小组", "1001", NOW) for number in range(45)]
    last = rebinding_messages.bound(people, 99)
    assert [[choice.label for choice in row] for row in last.rows[-2:]] == [["上一页"], ["党员"]]
    assert len(last.rows) == 7


@pytest.mark.parametrize("name", ["甲二", "乙一"])
def test_nobody_but_the_operator_fills_the_seat_of_the_secretary(storage: Storage, name: str) -> None:
    """Who writes the roster could bind the secretary's row to an account of the own choice, and wipe with it."""
    with storage.transaction() as session:
        cast = unbound(session, "甲一", "甲五")
        session.get_one(Person, cast["甲一"]).phone = "13800000005"
        session.flush()
        me = cast.me(session, name, TODAY)
        with pytest.raises(Refusal, match="系统管理员"):
            service.invite_person(session, me, cast["甲一"], TODAY, NOW)
        assert [one for one, *_ in service.invite_everybody(session, me, NOW)] == ["甲五"]
        assert list(service.to_invite(session, me, TODAY)) == [cast["甲五"]]
        asked = share(session)
        assert (asked.bound, asked.request_id is None) == (None, False)
        _, people = requests.waiting(session, me, asked.request_id or 0, TODAY)
        assert [one.name for one in people] == ["甲五"]
        with pytest.raises(Refusal, match="系统管理员"):
            requests.accept(session, me, asked.request_id or 0, cast["甲一"], TODAY, LATER)
        assert find(session, NEW, TODAY) is None


def test_a_request_waits_in_sight_of_all_who_keep_the_roster(storage: Storage) -> None:
    """The secretary who has blocked the bot is not the only one to hear of it."""
    with storage.transaction() as session:
        cast = unbound(session, "甲五")
        session.execute(update(Person).where(Person.name == "甲一").values(reachable=False))
        asked = share(session)
        assert set(asked.deciders) == {cast["甲二"], cast["乙一"]}
        for name in ("甲一", "甲二"):
            assert [row.id for row in requests.pending(session, cast.me(session, name, TODAY))] == [asked.request_id]
        with pytest.raises(Refusal, match=NO_RIGHT):
            requests.pending(session, cast.me(session, "丙一", TODAY))
