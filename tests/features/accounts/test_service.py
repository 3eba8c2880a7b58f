"""Invites, the first secretary, the group chat: who gets in, and who does not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import run
from bot.features.accounts import binding, groups, rebinding, service
from bot.features.accounts.rules import InviteKind, hash_code, invite_link
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.kit.refusal import Refusal
from storage.audience import find
from storage.choices import Duty
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.invite import Invite
from storage.models.organisation import GroupChat, Organisation
from storage.models.person import DutySpan, Person, RosterSpan
from tests.cast import NAMES, Cast, make_branch

NOW = datetime(2023, 7, 3, 1, 0, tzinfo=UTC)
TODAY = date(2023, 7, 3)
NEWCOMER, OTHER = 9001, 9002
GROUP = -100200300


def redeem(
    session: Session, code: str, account: int = NEWCOMER, kind: InviteKind = InviteKind.PERSON, now: datetime = NOW
) -> int | None:
    bound = binding.redeem(session, kind, code, account, "Wang \u202eWei", today=TODAY, now=now)
    return bound.person_id if bound else None


def codes(session: Session, cast: Cast, now: datetime = NOW) -> dict[str, str]:
    return {name: code for name, _, code in service.make_invites(session, cast.branch_id, now)}


def test_everybody_unbound_is_invited_and_only_hashes_are_kept(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        made = service.make_invites(session, cast.branch_id, NOW)
        assert [name for name, _, _ in made] == NAMES
        assert made[0][1] == "第一党小组"
        assert {len(code) for _, _, code in made} == {22}
        kept = set(session.scalars(select(Invite.code_hash)))
        assert kept == {hash_code(code) for _, _, code in made}


def test_a_code_binds_its_person_once(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        code = codes(session, cast)["甲五"]
        assert redeem(session, code) == cast["甲五"]
        me = find(session, NEWCOMER, TODAY)
        assert me is not None
        assert (me.name, me.reachable) == ("甲五", True)
        person = session.get_one(Person, cast["甲五"])
        assert person.bound_at == NOW
        assert redeem(session, code) == cast["甲五"]
        assert redeem(session, code, OTHER) is None
        assert len(codes(session, cast)) == 24


def test_what_does_not_open_a_door(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        old, new = codes(session, cast)["甲五"], codes(session, cast)["甲五"]
        assert redeem(session, old) is None
        assert redeem(session, "") is None
        assert redeem(session, new, kind=InviteKind.SECRETARY) is None
        assert redeem(session, new, now=NOW + timedelta(days=30)) is None
        assert redeem(session, new, now=NOW + timedelta(days=29)) == cast["甲五"]


def test_an_account_is_one_person(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        made = codes(session, cast)
        redeem(session, made["甲五"])
        with pytest.raises(Refusal, match=binding.NOT_VALID):
            redeem(session, made["甲六"])


def test_whoever_tries_too_often_has_to_wait(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        code = codes(session, cast)["甲五"]
        for _ in range(binding.MAX_FAILED + 3):
            assert redeem(session, "guess") is None
        assert redeem(session, code) is None
        failures = select(func.count()).where(Audit.action == "invite_failed")
        assert session.scalar(failures) == binding.MAX_FAILED
        assert redeem(session, code, now=NOW + binding.FAILED_WITHIN) == cast["甲五"]


def test_who_may_invite(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        person = session.get_one(Person, cast["甲九"])
        person.telegram_id = None
        session.flush()
        for name in ("甲一", "乙一", "甲二"):
            me = cast.me(session, name, TODAY)
            assert service.invite_person(session, me, person.id, TODAY, NOW)[:2] == ("甲九", "第一党小组")
            assert [one.name for one in service.members(session, me, TODAY) if not one.bound] == ["甲九"]
        for name in ("甲三", "丙一", "乙二", "丙四"):
            me = cast.me(session, name, TODAY)
            for act in (
                lambda me=me: service.invite_person(session, me, person.id, TODAY, NOW),
                lambda me=me: service.invite_everybody(session, me, NOW),
                lambda me=me: service.invite_group(session, me, NOW),
                lambda me=me: service.members(session, me, TODAY),
            ):
                with pytest.raises(Refusal, match="没有办理此事的权限"):
                    act()


def test_whom_nobody_can_invite(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        me = cast.me(session, "甲一", TODAY)
        with pytest.raises(Refusal, match="甲二同志已绑定"):
            service.invite_person(session, me, cast["甲二"], TODAY, NOW)
        other = service.add_branch(session, "二支部", None, NOW)
        stranger = Person(branch_id=other, name="己一", created_at=NOW, notes="", reachable=True)
        session.add(stranger)
        session.flush()
        for person_id in (stranger.id, 999_999):
            with pytest.raises(Refusal, match=service.NOT_LISTED):
                service.invite_person(session, me, person_id, TODAY, NOW)


def test_a_link_is_revoked_without_a_new_one(storage: Storage) -> None:
    with storage.transaction() as session:
        other, cast = make_branch(session, now=NOW, bound=False), make_branch(session, now=NOW)
        session.execute(update(Person).where(Person.name.in_(["甲五", "甲六"])).values(telegram_id=None, bound_at=None))
        made, me = codes(session, cast), cast.me(session, "甲一", TODAY)
        assert rebinding.revoke(session, me, cast["甲五"], NOW) == "甲五"
        assert redeem(session, made["甲五"]) is None
        assert redeem(session, made["甲六"]) == cast["甲六"]
        with pytest.raises(Refusal, match=rebinding.NONE_OPEN):
            rebinding.revoke(session, me, cast["甲五"], NOW)
        with pytest.raises(Refusal, match=service.NOT_LISTED):
            rebinding.revoke(session, me, other["甲五"], NOW)
        line = session.scalars(select(Audit).where(Audit.action == "invite_revoked")).one()
        assert (line.subject_id, line.actor_id, line.details) == (cast["甲五"], cast["甲一"], {"count": 1})


def test_who_has_left_does_not_bind(storage: Storage) -> None:
    """Also when the link was never ended: the day of leaving lay ahead when the change was made."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        made = codes(session, cast)
        ends = {"甲五": TODAY, "甲六": TODAY + timedelta(days=1)}
        for name, day in ends.items():
            session.execute(update(RosterSpan).where(RosterSpan.person_id == cast[name]).values(to_on=day))
        with pytest.raises(Refusal, match="您已不在本支部名册，请联系支部书记。"):
            redeem(session, made["甲五"])
        assert redeem(session, made["甲六"]) == cast["甲六"]


def test_the_secretary_of_the_roster_comes_by_code(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=False)
        first = service.make_secretary_invite(session, cast.branch_id, NOW)
        code = service.make_secretary_invite(session, cast.branch_id, NOW)
        assert redeem(session, first, kind=InviteKind.SECRETARY) is None
        assert redeem(session, code, kind=InviteKind.SECRETARY) == cast["甲一"]
        again = service.make_secretary_invite(session, cast.branch_id, NOW)
        with pytest.raises(Refusal, match=binding.NOT_VALID):
            redeem(session, again, OTHER, InviteKind.SECRETARY)


def test_a_branch_without_a_secretary_gets_one_by_code(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = service.add_branch(session, "新支部", None, NOW)
        code = service.make_secretary_invite(session, branch_id, NOW)
        person_id = redeem(session, code, kind=InviteKind.SECRETARY)
        me = find(session, NEWCOMER, TODAY)
        assert me is not None
        assert (me.id, me.name, me.branch_id, me.duties) == (person_id, "Wang Wei", branch_id, {Duty.SECRETARY})


def test_a_provisional_secretary_moves_to_the_own_row(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = service.add_branch(session, "新支部", None, NOW)
        service.claim_secretary(session, NEWCOMER, "", NOW)
        claimed = find(session, NEWCOMER, TODAY)
        assert claimed is not None
        assert claimed.name == "书记"
        import_roster(session, branch_id, [RosterRow(name="王伟")], now=NOW, since=TODAY)
        [(_, _, code)] = service.make_invites(session, branch_id, NOW)
        redeem(session, code)
        me = find(session, NEWCOMER, TODAY)
        assert me is not None
        assert (me.name, me.duties) == ("王伟", {Duty.SECRETARY})


def test_the_setting_claims_the_first_branch_once(storage: Storage) -> None:
    with storage.transaction() as session:
        assert service.claim_secretary(session, NEWCOMER, "王伟", NOW) is None
        cast = make_branch(session, now=NOW, bound=False)
        assert service.claim_secretary(session, NEWCOMER, "王伟", NOW) == cast["甲一"]
        assert service.claim_secretary(session, NEWCOMER, "王伟", NOW) == cast["甲一"]
        assert service.claim_secretary(session, OTHER, "李四", NOW) is None
        assert find(session, OTHER, TODAY) is None


async def test_a_start_with_another_number_says_in_the_log_that_it_takes_nothing(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    with storage.transaction() as session:
        make_branch(session, now=NOW, bound=False)
    for account in (NEWCOMER, NEWCOMER, OTHER):
        assert "SECRETARY_ID" not in caplog.text
        await run.claim(storage, account, NOW)
    assert "SECRETARY_ID does not name the secretary" in caplog.text
    with storage.reading() as session:
        assert find(session, OTHER, TODAY) is None


@pytest.mark.parametrize("how", ["claimed", "bound by a link"])
def test_the_setting_gives_the_seat_to_nobody_again(storage: Storage, how: str) -> None:
    """Not when it is empty again, nor when somebody else sits there without an account."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW, bound=how != "claimed")
        assert service.claim_secretary(session, NEWCOMER, "王伟", NOW) == (cast["甲一"] if how == "claimed" else None)
        branch = session.get_one(Organisation, cast.branch_id)
        assert branch.secretary_claimed_at == NOW
        session.execute(update(Person).where(Person.id == cast["甲一"]).values(telegram_id=None))
        session.expire_all()
        assert service.claim_secretary(session, OTHER, "李四", NOW) is None
        assert service.sits_or_none(session, OTHER, TODAY) is False
        for span in session.scalars(select(DutySpan).where(DutySpan.person_id == cast["甲一"])):
            span.to_on = TODAY
        session.flush()
        assert service.claim_secretary(session, OTHER, "李四", NOW) is None
        assert find(session, OTHER, TODAY) is None


def tie(session: Session, code: str, account: int, chat_id: int = GROUP) -> groups.Tied | None:
    return groups.tie_group(session, code, account, chat_id, "\u202e工作群", today=TODAY, now=NOW)


def test_a_group_is_tied_by_the_secretarys_code(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        code = service.invite_group(session, cast.me(session, "甲一", TODAY), NOW)
        assert tie(session, code, cast.account("丙四")) == groups.Tied(cast.branch_id, moved=False)
        assert tie(session, code, cast.account("丙四"), -7) is None
        [chat] = session.scalars(select(GroupChat))
        assert (chat.chat_id, chat.title, chat.active) == (GROUP, "工作群", True)
        code = service.invite_group(session, cast.me(session, "甲一", TODAY), NOW)
        tie(session, code, cast.account("甲一"), -8)
        session.expire_all()
        active = dict(session.execute(select(GroupChat.chat_id, GroupChat.active)).all())
        assert active == {GROUP: False, -8: True}


def test_a_good_group_code_in_the_wrong_hands(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        code = service.invite_group(session, cast.me(session, "甲一", TODAY), NOW)
        with pytest.raises(Refusal, match=binding.NOT_VALID):
            tie(session, code, NEWCOMER)
    with storage.transaction() as session:
        code = service.invite_group(session, cast.me(session, "甲一", TODAY), NOW)
        for span in session.scalars(select(DutySpan).where(DutySpan.person_id == cast["甲一"])):
            span.to_on = TODAY
        session.flush()
        with pytest.raises(Refusal):
            tie(session, code, cast.account("丙四"))


def test_a_group_moves_to_another_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        code = service.invite_group(session, cast.me(session, "甲一", TODAY), NOW)
        other = service.add_branch(session, "二支部", None, NOW)
        session.add(GroupChat(branch_id=other, chat_id=GROUP, title="旧群", active=True, tied_at=NOW))
        session.flush()
        assert tie(session, code, cast.account("甲一")) == groups.Tied(cast.branch_id, moved=True)
        # Both branches read of it in their own log.
        lines = session.scalars(select(Audit).where(Audit.subject == "group_chat").order_by(Audit.id)).all()
        assert [(line.action, line.branch_id, line.actor_id) for line in lines] == [
            ("group_tied", cast.branch_id, cast["甲一"]),
            ("change", other, None),
        ]


def test_what_telegram_reports(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.add(GroupChat(branch_id=cast.branch_id, chat_id=-5, title="群", active=True, tied_at=NOW))
        session.flush()
        for reachable in (False, False, True):
            service.set_reachable(session, cast.account("甲五"), reachable, NOW)
            assert session.get_one(Person, cast["甲五"]).reachable is reachable
        service.set_reachable(session, NEWCOMER, False, NOW)
        assert session.scalar(select(func.count()).where(Audit.action == "reachable_changed")) == 2
        [chat] = session.scalars(select(GroupChat))
        for by, active in ((cast.account("甲五"), False), (NEWCOMER, False), (NEWCOMER, True), (NEWCOMER, False)):
            service.set_group_active(session, -5, active, by, NOW)
        service.move_group(session, -5, GROUP, cast.account("甲五"), NOW)
        service.set_group_active(session, -5, True, NEWCOMER, NOW)
        session.expire_all()
        assert (chat.chat_id, chat.active) == (GROUP, False)
        lines = session.scalars(select(Audit).where(Audit.subject == "group_chat").order_by(Audit.id)).all()
        assert {(line.branch_id, line.subject_id, line.via) for line in lines} == {(cast.branch_id, chat.id, "chat")}
        assert [(line.action, line.actor_id, line.details["changes"]) for line in lines] == [
            ("reachable_changed", cast["甲五"], {"active": [True, False]}),
            ("reachable_changed", None, {"active": [False, True]}),
            ("reachable_changed", None, {"active": [True, False]}),
            ("change", cast["甲五"], {"chat_id": [True, True]}),
        ]


def test_links() -> None:
    assert invite_link("bot", InviteKind.PERSON, "abc") == "https://t.me/bot?start=i_abc"
    assert invite_link("bot", "secretary", "abc") == "https://t.me/bot?start=s_abc"
    assert invite_link("bot", InviteKind.GROUP, "abc") == "https://t.me/bot?startgroup=g_abc"
