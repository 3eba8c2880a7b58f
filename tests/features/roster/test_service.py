"""Facts of people: changed from a day, taken back, accepted at a meeting; who may, and what the log keeps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import service as people
from bot.features.privacy import erasure
from bot.features.roster import jobs, service, undoing
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.kit.refusal import Refusal
from scheduler.calendar.days import at
from scheduler.jobs import NotReady
from storage.choices import Duty, ExemptionReason, MembershipStatus, Rank, Why
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.invite import Invite
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, ExemptionSpan, MembershipSpan, Person, RankSpan, RosterSpan
from storage.roster import Member, roster
from tests.cast import Cast, make_branch
from tests.world import SHANGHAI

NOW = datetime(2023, 7, 28, 2, 0, tzinfo=UTC)
TODAY, AUGUST = date(2023, 7, 28), date(2023, 8, 1)


def change(session: Session, cast: Cast, who: str, kind: Kind, by: str = "甲二", **values: object) -> service.Done:
    person = 0 if kind is Kind.NEW else cast[who]
    wanted = FactChange(**{"kind": kind, "person_id": person, "day": AUGUST, **values})
    return service.change(session, cast.me(session, by, TODAY), wanted, NOW, SHANGHAI)


def on(session: Session, cast: Cast, day: date) -> dict[str, Member]:
    return {one.name: one for one in roster(session, cast.branch_id, day)}


def test_a_fact_holds_from_its_day_and_stops_at_the_next(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        change(session, cast, "甲五", Kind.RANK, value=Rank.SECTION, day=date(2023, 9, 1))
        change(session, cast, "甲五", Kind.RANK, value=Rank.DEPUTY_SECTION, day=date(2023, 7, 5))
        days = (date(2023, 7, 4), date(2023, 7, 5), date(2023, 8, 31), date(2023, 9, 1))
        ranks = [on(session, cast, day)["甲五"].rank for day in days]
        assert ranks == [Rank.STAFF, Rank.DEPUTY_SECTION, Rank.DEPUTY_SECTION, Rank.SECTION]
        spans = session.scalars(select(RankSpan).where(RankSpan.person_id == cast["甲五"]).order_by(RankSpan.from_on))
        assert [span.to_on for span in spans] == [date(2023, 7, 5), date(2023, 9, 1), None]
        with pytest.raises(Refusal, match="无需变更"):
            change(session, cast, "甲五", Kind.RANK, value=Rank.SECTION, day=date(2023, 9, 2))


def test_who_leaves_gives_up_the_offices_and_may_come_back(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        done = change(session, cast, "丙二", Kind.OUT)
        assert [str(line) for line in done.lines] == [
            "名册 在册→转出（自2023年8月1日起）",
            "党内职务 党小组长→无（自2023年8月1日起）",
        ]
        assert len(on(session, cast, TODAY)) == 25
        assert "丙二" not in on(session, cast, AUGUST)
        held = session.scalars(select(DutySpan).where(DutySpan.person_id == cast["丙二"])).all()
        assert [span.to_on for span in held] == [AUGUST]
        newest = select(Audit).order_by(Audit.id.desc()).limit(1)
        back = change(session, cast, "丙二", Kind.BACK, value=cast.groups["第一党小组"], day=date(2023, 8, 20))
        assert on(session, cast, date(2023, 8, 20))["丙二"].group_name == "第一党小组"
        me = cast.me(session, "甲二", TODAY)
        undoing.undo(session, me, back.audit_id, NOW, SHANGHAI)
        was, undone = (session.get_one(Audit, back.audit_id), session.scalars(newest).one())
        # What is taken back is in the log as what it was, the other way round.
        assert undone.action == "fact_undone"
        assert [(edit["before"], edit["after"]) for edit in undone.details["edits"]] == [
            (edit["after"], edit["before"]) for edit in was.details["edits"]
        ]
        left = {edit["table"]: edit["says"] for edit in session.get_one(Audit, done.audit_id).details["edits"]}
        assert left["duty_span"]["duty"] == "group_leader"
        undoing.undo(session, me, done.audit_id, NOW, SHANGHAI)
        assert on(session, cast, AUGUST)["丙二"].duties == {Duty.GROUP_LEADER}
        with pytest.raises(Refusal, match="已撤销"):
            undoing.undo(session, me, done.audit_id, NOW, SHANGHAI)


def test_of_somebody_erased_nothing_is_entered_any_more(storage: Storage) -> None:
    """By an old button or a form of before: neither back on the roster, nor a fact, nor a change undone."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        out = change(session, cast, "甲五", Kind.OUT, day=date(2023, 7, 20))
        listed = on(session, cast, TODAY)
        me = cast.me(session, "甲二", TODAY)
        since = NOW - timedelta(minutes=5)
        assert cast["甲五"] in dict(service.others(session, me, TODAY))
        assert [step.title for step in undoing.steps(session, me, since)] == ["甲五同志"]
        erasure.erase(session, cast.me(session, "甲一", TODAY), cast["甲五"], TODAY, NOW)
        assert cast["甲五"] not in dict(service.others(session, me, TODAY))
        assert undoing.steps(session, me, since) == []
        wanted: list[tuple[Kind, dict[str, object]]] = [
            (Kind.BACK, {}),
            (Kind.OUT, {}),
            (Kind.GROUP, {"value": cast.groups["第一党小组"]}),
            (Kind.RANK, {"value": Rank.SECTION}),
            (Kind.STATUS, {"value": MembershipStatus.PROBATIONARY}),
            (Kind.DUTY, {"value": Duty.PUBLICITY_OFFICER}),
            (Kind.EXEMPT, {"value": ExemptionReason.OTHER}),
            (Kind.ACCEPT, {"day": TODAY}),
        ]
        for kind, values in wanted:
            with pytest.raises(Refusal, match=service.NO_SUCH):
                change(session, cast, "甲五", kind, **values)
        with pytest.raises(Refusal, match=service.NO_SUCH):
            service.facts_of(session, me, cast["甲五"], TODAY)
        with pytest.raises(Refusal, match="已注销"):
            undoing.undo(session, me, out.audit_id, NOW, SHANGHAI)
        # Nor do they look after anybody.
        with pytest.raises(Refusal, match=service.NO_SUCH):
            change(session, cast, "甲六", Kind.EXEMPT, value=ExemptionReason.OTHER, contact_id=cast["甲五"])
        assert set(on(session, cast, TODAY)) == set(listed)


def test_who_has_left_has_no_open_link(storage: Storage) -> None:
    """丙二 leaves today, 丙三 in August: that link is good until then, and is refused afterwards when it is opened."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.execute(update(Person).where(Person.name.in_(["丙二", "丙三"])).values(telegram_id=None, bound_at=None))
        made = people.make_invites(session, cast.branch_id, NOW - timedelta(days=1))
        assert [name for name, _, _ in made] == ["丙二", "丙三"]
        change(session, cast, "丙二", Kind.OUT, day=TODAY)
        change(session, cast, "丙三", Kind.OUT)
        open_ = session.scalars(select(Invite.person_id).where(Invite.expires_at > NOW)).all()
        assert open_ == [cast["丙三"]]


def test_an_exemption_has_its_reason_its_approver_and_its_end(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        leave = {"value": ExemptionReason.MATERNITY_LEAVE, "until": date(2024, 2, 1), "approver": "committee"}
        done = change(session, cast, "乙七", Kind.EXEMPT, **leave, contact_id=cast["乙六"])
        span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == cast["乙七"])).one()
        assert (span.from_on, span.to_on, span.contact_person_id) == (AUGUST, date(2024, 2, 1), cast["乙六"])
        assert [on(session, cast, day)["乙七"].exempt for day in (TODAY, AUGUST)] == [False, True]
        line = session.get_one(Audit, done.audit_id)
        assert (line.actor_id, line.details["why"], line.details["day"]) == (cast["甲二"], "decided", "2023-08-01")
        [edit] = line.details["edits"]
        assert edit["after"]["reason"] == "maternity_leave"
        assert edit["after"]["approved_by"]["length"] == len("committee")
        change(session, cast, "乙七", Kind.PRESENT, day=date(2023, 10, 1))
        assert not on(session, cast, date(2023, 10, 1))["乙七"].exempt
        with pytest.raises(Refusal, match="起始日期之后"):
            change(session, cast, "甲五", Kind.EXEMPT, value=ExemptionReason.ABROAD, until=AUGUST)


def test_an_undo_never_runs_over_a_later_change(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        done = change(session, cast, "甲五", Kind.RANK, value=Rank.SECTION)
        span = session.scalars(select(RankSpan).where(RankSpan.person_id == cast["甲五"], RankSpan.to_on.is_(None)))
        span.one().rank = Rank.DIVISION
        session.flush()
        with pytest.raises(Refusal, match="之后又有变更"):
            undoing.undo(session, cast.me(session, "甲二", TODAY), done.audit_id, NOW, SHANGHAI)


def test_backdating_ends_with_the_close(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        change(session, cast, "甲五", Kind.RANK, value=Rank.SECTION, day=date(2023, 7, 1))
        with pytest.raises(Refusal, match="统计已截止"):
            change(session, cast, "甲六", Kind.RANK, value=Rank.SECTION, day=date(2023, 6, 30))
        me = cast.me(session, "甲二", TODAY)
        last = undoing.last_change(session, cast.branch_id, cast["甲五"])
        assert last is not None
        with pytest.raises(Refusal, match="统计已截止"):
            undoing.undo(session, me, last.id, at(date(2023, 10, 11), NOW.time(), SHANGHAI), SHANGHAI)


def test_only_the_secretary_makes_a_secretary_and_there_is_one(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        # Nor does who keeps the roster make a deputy of anybody, least of all of oneself.
        for seat in (Duty.SECRETARY, Duty.DEPUTY_SECRETARY):
            with pytest.raises(Refusal, match="由书记本人登记"):
                change(session, cast, "甲二", Kind.DUTY, value=seat)
        made = change(session, cast, "甲二", Kind.DUTY, value=Duty.DEPUTY_SECRETARY, by="甲一")
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            undoing.undo(session, cast.me(session, "甲二", TODAY), made.audit_id, NOW, SHANGHAI)
        with pytest.raises(Refusal, match="现任书记是甲一同志"):
            change(session, cast, "甲二", Kind.DUTY, value=Duty.SECRETARY, by="甲一")
        gone = change(session, cast, "甲一", Kind.DUTY, value=Duty.SECRETARY, by="甲一")
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            undoing.undo(session, cast.me(session, "甲二", TODAY), gone.audit_id, NOW, SHANGHAI)
        assert session.get_one(Organisation, cast.branch_id).term_ends_on is None
        change(session, cast, "甲四", Kind.DUTY, value=Duty.SECRETARY, by="甲一", why=Why.ELECTION)
        assert session.get_one(Organisation, cast.branch_id).term_ends_on == date(2026, 8, 1)
        with pytest.raises(Refusal, match="请先免去书记职务"):
            change(session, cast, "甲四", Kind.OUT, day=date(2023, 8, 2))


def test_others_and_other_branches_change_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        other, cast = make_branch(session, now=NOW, bound=False), make_branch(session, now=NOW)
        for name in ("甲三", "丙一", "乙二", "丙四"):
            with pytest.raises(Refusal, match="没有办理此事的权限"):
                change(session, cast, "甲五", Kind.RANK, by=name, value=Rank.SECTION)
        me = cast.me(session, "甲一", TODAY)
        away = FactChange(kind=Kind.OUT, day=AUGUST, person_id=other["甲五"])
        with pytest.raises(Refusal, match=service.NO_SUCH):
            service.change(session, me, away, NOW, SHANGHAI)
        into = FactChange(kind=Kind.GROUP, day=AUGUST, person_id=cast["甲五"], value=other.groups["第一党小组"])
        with pytest.raises(Refusal, match="没有这个党小组"):
            service.change(session, me, into, NOW, SHANGHAI)
        with pytest.raises(Refusal, match=service.NO_SUCH):
            service.facts_of(session, me, other["甲五"], TODAY)


def test_who_is_accepted_at_a_meeting_is_on_the_roster_from_the_next_day(storage: Storage) -> None:
    """ST2: 丁一 is 列席 on 22 September; the roster of the 23rd has 26."""
    met, evening = date(2023, 9, 22), datetime(2023, 9, 22, 10, 0, tzinfo=UTC)
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        me, wanted = cast.me(session, "甲二", met), FactChange(kind=Kind.ACCEPT, day=met, name="丁一")
        wanted = replace(wanted, value=cast.groups["第二党小组"])
        done = service.change(session, me, wanted, evening, SHANGHAI)
        assert [len(on(session, cast, met + timedelta(days=days))) for days in (0, 1)] == [25, 26]
        member = on(session, cast, met + timedelta(days=1))["丁一"]
        assert (member.status, member.group_name) == (MembershipStatus.PROBATIONARY, "第二党小组")
        assert session.get_one(Person, done.person_id).joined_party_on == met
        since = select(MembershipSpan.from_on).where(MembershipSpan.person_id == done.person_id)
        assert session.scalars(since).all() == [met]
        line = session.get_one(Audit, done.audit_id)
        assert (line.details["kind"], line.details["day"], line.details["why"]) == ("accept", "2023-09-22", "decided")
        # Once more is nobody else; taken back, 丁一 is known and on no roster, and is accepted anew.
        with pytest.raises(Refusal, match="已是党员"):
            service.change(session, me, replace(wanted, person_id=done.person_id), evening, SHANGHAI)
        undoing.undo(session, me, done.audit_id, evening, SHANGHAI)
        assert len(on(session, cast, met + timedelta(days=1))) == 25
        again = service.change(session, me, replace(wanted, person_id=done.person_id), evening, SHANGHAI)
        assert again.person_id == done.person_id
        assert len(on(session, cast, met + timedelta(days=1))) == 26


@pytest.mark.parametrize(
    ("day", "by", "said"),
    [
        (date(2023, 7, 29), "甲二", "大会通过后"),
        (date(2023, 6, 30), "甲二", "统计已截止"),
        (TODAY, "丙一", "没有办理此事的权限"),
        (TODAY, "甲三", "没有办理此事的权限"),
    ],
)
def test_nobody_is_accepted_before_the_meeting_or_by_others(storage: Storage, day: date, by: str, said: str) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        wanted = FactChange(kind=Kind.ACCEPT, day=day, name="丁一")
        with pytest.raises(Refusal, match=said):
            service.change(session, cast.me(session, by, TODAY), wanted, NOW, SHANGHAI)


def test_what_many_branches_are_reminded_of_is_one_question(storage: Storage) -> None:
    since, until = (at(day, NOW.time(), SHANGHAI) for day in (date(2023, 7, 20), date(2023, 7, 30)))
    with storage.transaction() as session:
        cast, other = make_branch(session, now=NOW), make_branch(session, now=NOW, bound=False)
        for who in (cast, other):
            span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == who["乙八"])).one()
            span.to_on = AUGUST
            session.get_one(Organisation, who.branch_id).term_ends_on = date(2024, 1, 21)
        session.flush()
        for ask in (jobs.exemption_ends, jobs.term_ends):
            found = ask(session, since, until, None, SHANGHAI)
            assert sorted(branch for branch, _, _ in found) == [cast.branch_id, other.branch_id]
            assert [branch for branch, _, _ in ask(session, since, until, other.branch_id, SHANGHAI)] == [
                other.branch_id
            ]
            assert ask(session, until, until + timedelta(days=3), None, SHANGHAI) == []
        # Whoever goes on being exempt, or has left by then, needs no reminder.
        session.add(ExemptionSpan(person_id=cast["乙八"], from_on=AUGUST, reason=ExemptionReason.LONG_SICK_LEAVE))
        left = session.scalars(select(RosterSpan).where(RosterSpan.person_id == other["乙八"])).one()
        left.to_on = AUGUST
        session.flush()
        assert jobs.exemption_ends(session, since, until, None, SHANGHAI) == []


def test_the_word_of_a_rank_is_not_brought_back_by_a_guess(storage: Storage) -> None:
    """The log holds no texts. A rank that ended the day before stands as it was; one put right on its day does not."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        row = RosterRow(name="甲五", group="第一党小组", rank=Rank.DEPUTY_SECTION, rank_text="四级主任科员")
        import_roster(session, cast.branch_id, [row], now=NOW, since=TODAY)
        me = cast.me(session, "甲二", TODAY)
        for day, refused in ((TODAY + timedelta(days=1), False), (TODAY, True)):
            done = change(session, cast, "甲五", Kind.RANK, day=day, value=Rank.SECTION)
            assert [str(one).split("（")[0] for one in done.lines] == ["职级 四级主任科员→正科"]
            if refused:
                with pytest.raises(Refusal, match="文字没有留存"):
                    undoing.undo(session, me, done.audit_id, NOW, SHANGHAI)
                continue
            undoing.undo(session, me, done.audit_id, NOW, SHANGHAI)
            member = next(one for one in roster(session, cast.branch_id, day) if one.name == "甲五")
            assert (member.rank, member.rank_text) == (Rank.DEPUTY_SECTION, "四级主任科员")


@pytest.mark.parametrize(
    ("to_on", "told"),
    [
        # A week before is a Tuesday; a Saturday and a Sunday, told on the Friday; a Saturday that is worked.
        ("2023-08-01", "2023-07-25"),
        ("2023-08-05", "2023-07-28"),
        ("2023-08-06", "2023-07-28"),
        ("2023-10-14", "2023-10-07"),
        # In the holidays of 29 September to 6 October: before them.
        ("2023-10-10", "2023-09-28"),
    ],
)
def test_an_exemption_is_told_a_week_before_its_end_and_never_on_a_day_off(
    storage: Storage, to_on: str, told: str
) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == cast["乙八"])).one()
        span.to_on = date.fromisoformat(to_on)
        session.flush()
        since, until = (datetime(2023, month, 1, tzinfo=SHANGHAI) for month in (7, 12))
        [(branch, _, when)] = jobs.exemption_ends(session, since, until, None, SHANGHAI)
        assert (branch, when.isoformat()) == (cast.branch_id, f"{told}T09:00:00+08:00")
        # Whoever looks every day finds it on that day alone.
        days = [since + timedelta(days=number) for number in range(150)]
        found = [day for day in days if jobs.exemption_ends(session, day, day + timedelta(hours=23), None, SHANGHAI)]
        assert [day.date().isoformat() for day in found] == [told]


@pytest.mark.parametrize(
    ("ends", "told"),
    [("2024-01-21", ["2023-07-25", "2023-12-22"]), ("2024-02-05", ["2023-08-09", "2024-01-05"])],
)
def test_a_term_is_told_half_a_year_and_a_month_before(storage: Storage, ends: str, told: list[str]) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.get_one(Organisation, cast.branch_id).term_ends_on = date.fromisoformat(ends)
        session.flush()
        since, until = datetime(2023, 7, 1, tzinfo=SHANGHAI), datetime(2024, 3, 1, tzinfo=SHANGHAI)
        found = jobs.term_ends(session, since, until, None, SHANGHAI)
        assert sorted(when.date().isoformat() for _, _, when in found) == told


def told(session: Session, cast: Cast, slot: str, when: str) -> dict[int, str]:
    now = datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)
    owed = jobs.owed(session, cast.branch_id, slot, now, SHANGHAI)
    return {one.person_id or 0: one.message["text"] for one in owed}


def test_what_ends_is_told_to_the_secretary_else_to_the_next_and_in_speaking_hours(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == cast["乙八"])).one()
        span.to_on = date(2024, 1, 1)
        session.get_one(Organisation, cast.branch_id).term_ends_on = date(2024, 9, 1)
        session.flush()
        exemption, term = f"exemption:{span.id}:2024-01-01", "term:2024-09-01:180"
        line = (
            "【免于考勤到期】乙八同志的免于考勤（长期病休）至12月31日止，此后恢复参加组织生活。如需延长，请点“变更”。"
        )
        assert told(session, cast, exemption, "2023-12-25 09:00") == {cast["甲一"]: line}
        assert told(session, cast, term, "2023-12-25 09:00") == {
            cast["甲一"]: "【任期届满】本届支部委员会任期至2024年8月31日止，请提前向上级党组织请示换届。"
        }
        for out_of_hours in ("2023-12-25 20:31", "2023-12-24 10:00"):
            with pytest.raises(NotReady):
                told(session, cast, exemption, out_of_hours)
        for gone, to in (("甲一", "乙一"), ("乙一", "甲二"), ("甲二", None)):
            session.execute(update(Person).where(Person.id == cast[gone]).values(reachable=False))
            assert told(session, cast, exemption, "2023-12-25 09:00") == ({cast[to]: line} if to else {})


def test_what_was_changed_meanwhile_is_not_told(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == cast["乙八"])).one()
        span.to_on = date(2023, 8, 1)
        session.flush()
        slot = f"exemption:{span.id}:2023-08-01"
        assert jobs.message(session, cast.branch_id, slot, date(2023, 7, 25)) is not None
        span.to_on = date(2023, 9, 1)
        session.flush()
        assert jobs.message(session, cast.branch_id, slot, date(2023, 7, 25)) is None
        session.get_one(Organisation, cast.branch_id).term_ends_on = date(2026, 8, 1)
        session.flush()
        assert jobs.message(session, cast.branch_id, "term:2023-08-01:30", date(2023, 7, 25)) is None
