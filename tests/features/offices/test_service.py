"""Offices change hands once and for today; who serves in two places acts for one at a time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts import binding
from bot.features.accounts.rules import InviteKind
from bot.features.accounts.service import add_branch
from bot.features.offices import service
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Refusal
from storage.audience import below, find, offices
from storage.choices import Duty
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.person import DutySpan, Person
from storage.roster import duties_on, roster
from tests.cast import Cast, make_branch

NOW = datetime(2023, 7, 3, 1, 0, tzinfo=UTC)
TODAY = date(2023, 7, 3)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
NEW = 9001


def secretaries(session: Session, cast: Cast, day: date) -> list[str]:
    held = duties_on(session, cast.branch_id, day)
    return [session.get_one(Person, one).name for one, duties in held.items() if Duty.SECRETARY in duties]


def test_the_secretary_hands_over_in_one_act(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        me = cast.me(session, "甲一", TODAY)
        assert service.hand_over(session, me, cast["乙一"], TODAY, NOW).name == "乙一"
        assert secretaries(session, cast, YESTERDAY) == ["甲一"]
        assert secretaries(session, cast, TODAY) == secretaries(session, cast, TOMORROW) == ["乙一"]
        assert cast.me(session, "甲一", TODAY).duties == frozenset()
        assert cast.me(session, "乙一", TODAY).duties == {Duty.SECRETARY}
        assert cast["甲一"] in {one.id for one in roster(session, cast.branch_id, TOMORROW)}
        [row] = session.scalars(select(Audit).where(Audit.action == "handed_over"))
        edits = row.details["edits"]
        assert (row.actor_id, {**row.details, "edits": len(edits)}) == (
            cast["甲一"],
            {"old": cast["甲一"], "new": cast["乙一"], "why": "hand_over", "edits": 3},
        )
        ended = {"before": {"to_on": None}, "after": {"to_on": "2023-07-03"}}
        assert [(edit["person_id"], edit.get("says", edit["after"])["duty"]) for edit in edits] == [
            (cast["甲一"], "secretary"),
            (cast["乙一"], "deputy_secretary"),
            (cast["乙一"], "secretary"),
        ]
        assert [{name: edit[name] for name in ended} for edit in edits[:2]] == [ended, ended]
        assert (edits[2]["before"], edits[2]["after"]["from_on"]) == (None, "2023-07-03")
        for again in (me, cast.me(session, "甲一", TODAY)):
            with pytest.raises(Refusal):
                service.hand_over(session, again, cast["甲二"], TODAY, NOW)
        assert secretaries(session, cast, TODAY) == ["乙一"]


def test_handed_back_on_the_same_day(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        service.hand_over(session, cast.me(session, "甲一", TODAY), cast["丙四"], TODAY, NOW)
        service.hand_over(session, cast.me(session, "丙四", TODAY), cast["甲一"], TODAY, NOW)
        assert secretaries(session, cast, TODAY) == secretaries(session, cast, TOMORROW) == ["甲一"]


def test_to_whom_it_cannot_go(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.get_one(Person, cast["甲九"]).telegram_id = None
        session.flush()
        me = cast.me(session, "甲一", TODAY)
        assert cast["甲九"] not in {one.id for one in service.successors(session, me, TODAY)}
        for person, words in (
            (cast["甲九"], service.NOT_BOUND),
            (cast["甲一"], service.ONESELF),
            (999_999, service.NOT_LISTED),
        ):
            with pytest.raises(Refusal, match=words):
                service.hand_over(session, me, person, TODAY, NOW)
        for name in ("乙一", "甲二", "丙四"):
            with pytest.raises(Refusal, match=NO_RIGHT):
                service.hand_over(session, cast.me(session, name, TODAY), cast["甲五"], TODAY, NOW)


def two_places(session: Session) -> tuple[Cast, int]:
    """丙四 keeps the minutes of a second branch too."""
    cast = make_branch(session, now=NOW)
    other = add_branch(session, "第二支部", None, NOW)
    service.give(session, other, Duty.ORGANIZATION_OFFICER, "丙四", NOW, cast.branch_id)
    return cast, other


def test_who_serves_in_two_places_acts_for_the_one_chosen(storage: Storage) -> None:
    with storage.transaction() as session:
        cast, other = two_places(session)
        me = cast.me(session, "丙四", TODAY)
        assert (me.branch_id, me.places, me.duties) == (cast.branch_id, (cast.branch_id, other), frozenset())
        assert [place.name for place in service.places(session, me, TODAY)] == ["示范党支部", "第二支部"]
        dialogs.ask(session, me, "activity.wizard", NOW)
        service.switch(session, me, other, NOW)
        there = cast.me(session, "丙四", TODAY)
        assert (there.branch_id, there.group_id, there.duties) == (other, None, {Duty.ORGANIZATION_OFFICER})
        assert dialogs.current(session, me, NOW) is None
        assert offices(session, TODAY)[cast.account("丙四")].several
        service.switch(session, there, cast.branch_id, NOW)
        assert cast.me(session, "丙四", TODAY).branch_id == cast.branch_id
        with pytest.raises(Refusal, match=NO_RIGHT):
            service.switch(session, me, 999, NOW)


def test_a_choice_ends_with_the_office(storage: Storage) -> None:
    with storage.transaction() as session:
        cast, other = two_places(session)
        service.switch(session, cast.me(session, "丙四", TODAY), other, NOW)
        assert service.take(session, other, Duty.ORGANIZATION_OFFICER, "丙 四", NOW) == "丙四"
        me = cast.me(session, "丙四", TODAY)
        assert (me.branch_id, me.places) == (cast.branch_id, (cast.branch_id,))


def test_an_officer_of_the_committee_comes_by_link(storage: Storage) -> None:
    with storage.transaction() as session:
        above = add_branch(session, "机关总支", None, NOW)
        first = add_branch(session, "一支部", above, NOW)
        deep = add_branch(session, "三支部", add_branch(session, "二总支", above, NOW), NOW)
        name, code = service.give(session, above, Duty.COMMITTEE_OFFICER, "总支干部", NOW)
        assert name == "总支干部"
        bound = binding.redeem(session, InviteKind.PERSON, code or "", NEW, "", today=TODAY, now=NOW)
        me = find(session, NEW, TODAY)
        assert bound is not None
        assert me is not None
        assert (me.id, me.branch_id, me.duties) == (bound.person_id, above, {Duty.COMMITTEE_OFFICER})
        assert set(session.scalars(below(above))) == {first, deep}
        assert service.give(session, above, Duty.COMMITTEE_OFFICER, "总支⼲部", NOW) == ("总支干部", None)
        spans = session.scalars(select(DutySpan.duty).where(DutySpan.organisation_id == above)).all()
        assert spans == [Duty.COMMITTEE_OFFICER]


def test_what_cannot_be_given(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for organisation, duty, name, words in (
            (cast.branch_id, Duty.COMMITTEE_OFFICER, "甲五", "belongs to an organisation above"),
            (cast.branch_id, Duty.GROUP_LEADER, "甲五", "needs a party group"),
            (cast.branch_id, Duty.SECRETARY, "王五", "nobody called 王五"),
            (999, Duty.SECRETARY, "甲五", "no branch with the id 999"),
        ):
            with pytest.raises(ValueError, match=words):
                service.give(session, organisation, duty, name, NOW)
        with pytest.raises(ValueError, match="甲一"):
            service.take(session, cast.branch_id, Duty.SECRETARY, "甲五", NOW)
        service.give(session, cast.branch_id, Duty.SECRETARY, "甲五", NOW)
        assert secretaries(session, cast, TODAY) == ["甲五"]
        service.take(session, cast.branch_id, Duty.SECRETARY, "甲五", NOW)
        lines = session.scalars(select(Audit).where(Audit.action.like("office_%")).order_by(Audit.id)).all()
        assert [(line.action, line.subject_id, line.details["why"]) for line in lines] == [
            ("office_given", cast["甲五"], "office_command"),
            ("office_ended", cast["甲五"], "office_command"),
        ]
        # Also whose office ended by it.
        assert [edit["person_id"] for line in lines for edit in line.details["edits"]] == [
            cast["甲一"],
            cast["甲五"],
            cast["甲五"],
        ]
