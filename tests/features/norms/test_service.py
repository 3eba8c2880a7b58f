"""On both databases: the facts that the features offer, which file judges, who is asked, and changing a norm."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest
from sqlalchemy import select, update

from bot.features.minutes import service as minutes
from bot.features.norms import changing, handlers, overview
from bot.features.norms.reading import read
from bot.features.norms.rule_file import EVENTS
from bot.features.norms.rules import State
from bot.features.norms.service import Span, book_of, checked
from bot.features.registry import FEATURES
from bot.features.study import jobs as study_jobs
from bot.features.study import planning as study
from bot.features.talks import service as talks
from bot.features.talks.rules import Party, Wanted
from bot.kit.feature import Feature
from bot.kit.norms import Fact, Offer
from bot.kit.refusal import Refusal
from scheduler.jobs import Occurrence
from storage.choices import ActivityType, Scope, StudyItemKind
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.norm import NormFile
from storage.models.person import ExemptionSpan, GroupSpan, MembershipSpan
from storage.models.reminder import Reminder
from tests.features.norms.desk import AUGUST, BEGUN, JULY, Q3, SHANGHAI, YEAR, Desk, local

THEME, MEETING, COMMITTEE = ActivityType.THEME_PARTY_DAY, ActivityType.MEMBERS_MEETING, ActivityType.COMMITTEE_MEETING
LECTURE = ActivityType.PARTY_LECTURE


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


# --- facts -----------------------------------------------------------------------------------------------------------


def test_one_afternoon_of_three_contents_meets_three_norms(desk: Desk) -> None:
    one = desk.hold("2023-08-04 14:30", THEME, MEETING, LECTURE, lecturer_id=desk.cast["甲一"])
    for name in ("R1", "R10", "R10b", "R11"):
        [check] = desk.of(name, "2023-08-05 09:00")
        assert (check.state, [fact.code for fact in check.facts]) == (State.MET, [f"A{one.id}"]), name
    assert desk.states("R7", "2023-08-05 09:00") == ["open"]


def test_what_is_planned_is_told_and_meets_once_its_roll_is_complete(desk: Desk) -> None:
    activity = desk.plan("2023-08-04 14:30", THEME)
    [before] = desk.of("R11", "2023-08-03 09:00")
    assert (before.state, before.arranged, before.until) == (State.OPEN, True, date(2023, 8, 31))
    [uncalled] = desk.of("R11", "2023-08-05 09:00")
    assert uncalled.planned[0].words == "8月4日 8月主题党日（待点名）"
    desk.settle(activity)
    assert desk.states("R11", "2023-08-05 09:00") == ["met"]


def test_a_month_is_judged_by_the_day_it_was_held_on_and_the_week_after_by_what_it_was_planned_for(desk: Desk) -> None:
    one = desk.hold("2023-08-04 14:30", THEME)
    one.planned_on = date(2023, 7, 28)
    assert (desk.states("R11", "2023-09-05 09:00", JULY), desk.states("R11", "2023-09-05 09:00", AUGUST)) == (
        ["met"],
        ["missed"],
    )
    one.planned_on = date(2023, 7, 27)
    assert (desk.states("R11", "2023-09-05 09:00", JULY), desk.states("R11", "2023-09-05 09:00", AUGUST)) == (
        ["missed"],
        ["met"],
    )


def test_half_of_the_committee_makes_a_meeting_of_it(desk: Desk) -> None:
    """Its five: 甲一 甲二 乙一 乙二 丙一."""
    first = desk.hold("2023-08-01 14:30", COMMITTEE, scope=Scope.COMMITTEE, missing=["乙一", "乙二", "丙一"])
    [check] = desk.of("R7", "2023-08-02 09:00")
    assert (check.state, [(fact.code, why) for fact, why in check.not_counted]) == (
        State.OPEN, [(f"A{first.id}", "到会人数不足")],
    )  # fmt: skip
    desk.hold("2023-08-03 14:30", COMMITTEE, scope=Scope.COMMITTEE, missing=["乙一", "乙二"])
    assert desk.states("R7", "2023-08-04 09:00") == ["met"]


def test_for_some_of_the_people_it_meets_no_norm_of_all(desk: Desk) -> None:
    from bot.features.activities.details import Details

    people = Details(people=[desk.cast["甲四"], desk.cast["乙四"]])
    desk.hold("2023-08-04 14:30", THEME, scope=Scope.NAMED, details=people)
    [check] = desk.of("R11", "2023-08-05 09:00")
    assert (check.state, [why for _, why in check.not_counted]) == (State.OPEN, ["不是面向全体"])


def test_each_party_group_is_asked_and_one_that_has_ended_no_more(desk: Desk) -> None:
    desk.meet("2023-08-08 14:30")
    found = desk.of("R8", "2023-08-20 09:00")
    assert [(one.unit.name, one.state.value) for one in found if one.unit] == [
        ("第一党小组", "met"), ("第二党小组", "open"), ("第三党小组", "open"),
    ]  # fmt: skip
    third = desk.cast.groups["第三党小组"]
    desk.session.execute(update(GroupSpan).where(GroupSpan.group_id == third).values(to_on=date(2023, 8, 10)))
    assert [one.unit.name for one in desk.of("R8", "2023-08-20 09:00") if one.unit] == ["第一党小组", "第二党小组"]
    assert len(desk.of("R8", "2023-08-20 09:00", JULY)) == 3


def test_a_branch_of_six_full_members_has_no_committee_to_ask(desk: Desk) -> None:
    assert desk.states("R7", "2023-08-20 09:00") == ["open"]
    few = [desk.cast[name] for name in ("甲一", "甲二", "甲三", "乙一", "乙二", "丙一")]
    spans = update(MembershipSpan).where(MembershipSpan.person_id.not_in(few))
    desk.session.execute(spans.values(to_on=date(2023, 6, 1)))
    assert desk.states("R7", "2023-08-20 09:00") == []
    assert "支委会人数" not in [one.case.words for one in desk.of("R44", "2023-08-20 09:00") if one.case]


def test_nothing_is_asked_of_the_time_before_the_branch(desk: Desk) -> None:
    made = datetime(2023, 8, 20, tzinfo=SHANGHAI)
    from storage.models.organisation import Organisation

    desk.session.get_one(Organisation, desk.cast.branch_id).created_at = made
    found = {one.norm.id for one in desk.checks("2023-08-25 09:00") if not one.norm.by_case}
    assert found == set()
    assert desk.states("R11", "2023-09-02 09:00") == ["open"]
    # An older record says that it was there.
    desk.hold("2023-07-07 14:30", THEME)
    assert desk.states("R11", "2023-08-25 09:00") == ["open"]


def test_hours_are_reckoned_for_each_member_and_nobody_exempt_is_asked(desk: Desk) -> None:
    desk.hold("2023-08-04 08:30", THEME, hours=Decimal(32), missing=["甲四"])
    found = {one.unit.name: one for one in desk.of("R28", "2023-08-05 09:00") if one.unit}
    assert len(found) == 23
    assert {"乙八", "丙八"}.isdisjoint(found)
    assert (found["甲五"].state, found["甲四"].state) == (State.MET, State.OPEN)
    assert (found["甲一"].have, found["甲一"].want, found["甲一"].state) == (32, 56, State.OPEN)


def test_what_meetings_begin_with_who_led_them_and_who_caught_up(desk: Desk) -> None:
    desk.hold("2023-08-01 14:30", COMMITTEE, scope=Scope.COMMITTEE, first_agenda=["议题一"], host_id=desk.cast["甲一"])
    desk.hold("2023-08-04 14:30", MEETING, host_id=desk.cast["甲四"], missing=["甲五"])
    desk.meet("2023-08-08 14:30", host_id=desk.cast["甲三"])
    desk.meet("2023-08-09 14:30", "第二党小组", host_id=desk.cast["甲三"])
    assert desk.states("R37", "2023-08-10 09:00") == ["met", "open", "open", "open"]
    assert desk.states("R9", "2023-08-10 09:00") == ["met", "open", "met", "open"]
    [caught] = desk.of("R32", "2023-08-10 09:00")
    assert caught.case is not None
    assert (caught.state, caught.case.detail, caught.until) == (State.OPEN, "1人未补学", date(2023, 10, 10))
    assert set(desk.states("R37", "2023-10-11 09:00", Q3)) == {"met", "missed"}


def test_the_share_that_came_to_a_theme_day_is_the_secretary_s_to_know(desk: Desk) -> None:
    """23 were expected: 85% are 20 of them."""
    desk.hold("2023-08-04 14:30", THEME, missing=["甲四", "甲五", "甲六"])
    [good] = desk.of("R34", "2023-08-05 09:00")
    assert good.state is State.MET
    desk.hold("2023-08-11 14:30", THEME, missing=["甲四", "甲五", "甲六", "甲七"])
    assert desk.states("R34", "2023-08-12 09:00") == ["met", "open"]
    shown = {name: {line.norm.id for line in desk.lines(name, "2023-08-12 09:00")} for name in ("甲一", "乙一", "甲二")}
    assert ("R34" in shown["甲一"], "R34" in shown["乙一"], "R34" in shown["甲二"]) == (True, False, False)


def test_minutes_are_due_on_the_third_working_day(desk: Desk) -> None:
    one = desk.hold("2023-08-04 14:30", THEME, host_id=desk.cast["甲一"])
    [check] = desk.of("R45", "2023-08-09 09:00")
    assert (check.state, check.until, check.case and check.case.detail) == (State.OPEN, date(2023, 8, 9), "还缺1份")
    assert desk.states("R45", "2023-08-10 09:00") == ["missed"]
    closer = overview.closers(desk.session, desk.cast.branch_id, date(2023, 8, 9))
    assert closer(check) == desk.cast["甲二"]
    assert one.created_by_id == desk.cast["甲二"]
    assert minutes.may_write(desk.me("甲二"), one)


def test_what_was_entered_later_is_due_from_then_on_and_stays_with_its_day(desk: Desk) -> None:
    """Held on 28 September, entered on 8 October, a Sunday that is no day off less: due on the third working day."""
    activity = desk.hold("2023-09-28 14:30", MEETING, host_id=desk.cast["甲一"])
    activity.created_at = local("2023-10-08 10:00")
    [check] = desk.of("R45", "2023-10-09 09:00")
    assert (check.state, check.until, check.period) == (State.OPEN, date(2023, 10, 11), Q3)
    assert desk.states("R45", "2023-10-12 09:00", Q3) == ["missed"]


def test_what_is_still_open_of_the_quarter_before_is_told_while_it_can_be_closed(desk: Desk) -> None:
    desk.hold("2023-09-28 14:30", MEETING, host_id=desk.cast["甲一"])
    desk.hold("2023-09-27 14:30", COMMITTEE, scope=Scope.COMMITTEE, first_agenda=["议题"], host_id=desk.cast["甲一"])
    [check] = desk.of("R37", "2023-10-10 09:00")
    assert (check.state, check.until) == (State.OPEN, date(2023, 10, 10))
    assert desk.of("R37", "2023-10-11 09:00") == []
    assert sorted(desk.states("R37", "2023-10-11 09:00", Q3)) == ["met", "missed"]


def test_the_holiday_that_follows_the_year_is_told_in_december(desk: Desk) -> None:
    """1 January 2025 is a Wednesday: the third working day before it is the 27th."""

    def new_year(now: str) -> list[str]:
        return [one.state.value for one in desk.of("R39", now) if one.case and one.case.since == date(2025, 1, 1)]

    assert [new_year(f"2024-12-{day} 10:00") for day in (26, 27, 31)] == [[], ["open"], ["open"]]


def test_theme_and_book_of_the_month(desk: Desk) -> None:
    entered, me = local("2023-07-28 10:00"), desk.me("丙一", date(2023, 7, 28))
    theme = study.enter_theme(desk.session, me, "2023-08", "主题", entered, SHANGHAI)
    assert [one.arranged for one in desk.of("R38", "2023-08-01 08:00")] == [True]
    item = study.Draft(StudyItemKind.BOOK, "书", date(2023, 8, 31))
    study.add_item(desk.session, me, theme, item, entered, SHANGHAI)
    sent = local("2023-08-01 09:00")
    grace = sent + timedelta(days=5)
    study_jobs.send_prompt(
        desk.session, desk.cast.branch_id, Occurrence("2023-08", sent.date(), sent, grace), sent, SHANGHAI
    )
    assert (desk.states("R38", "2023-08-02 09:00"), desk.states("R38b", "2023-08-02 09:00")) == (["met"], ["met"])
    assert (desk.states("R38", "2023-09-02 09:00"), desk.states("R38b", "2023-09-02 09:00")) == (["open"], ["open"])


def test_a_holiday_is_reminded_of_before_it_begins(desk: Desk) -> None:
    """中秋 and 国庆 of 2023 are one block from 29 September."""

    def autumn(now: str) -> list[str]:
        return [one.state.value for one in desk.of("R39", now) if one.case and one.case.since == date(2023, 9, 29)]

    assert [autumn(f"2023-09-{day} 08:00") for day in (25, 26, 28, 29)] == [[], ["open"], ["open"], ["missed"]]
    desk.session.add(
        Reminder(
            branch_id=desk.cast.branch_id, kind="pre_holiday_integrity", block_start=date(2023, 9, 29),
            block_end=date(2023, 10, 6), holidays=["2023:中秋", "2023:国庆"], text="",
            sent_at=local("2023-09-28 09:00"), ack_due=local("2023-09-28 18:00"),
        )
    )  # fmt: skip
    assert [autumn(f"2023-09-{day} 10:00") for day in (28, 30)] == [["met"], ["met"]]


def test_the_roster_says_who_is_of_no_group_and_has_nobody_in_touch(desk: Desk) -> None:
    now = "2023-08-20 09:00"
    assert {(one.state.value, one.case.detail) for one in desk.of("R46", now) if one.case} == {("met", "")}
    contacts = {one.case.words: one.state.value for one in desk.of("R36", now) if one.case}
    assert contacts == {"乙八": "open", "丙八": "open"}
    mine = ExemptionSpan.person_id == desk.cast["乙八"]
    desk.session.execute(update(ExemptionSpan).where(mine).values(contact_person_id=desk.cast["乙二"]))
    desk.session.execute(
        update(GroupSpan).where(GroupSpan.person_id == desk.cast["甲四"]).values(to_on=date(2023, 8, 1))
    )
    assert desk.states("R36", now).count("met") == 1
    assert [one.case.words for one in desk.of("R46", now) if one.case and one.state is State.OPEN] == ["甲四"]
    assert {one.state for one in desk.of("R44", now)} == {State.MET}


def test_every_event_that_a_feature_offers_is_one_that_a_rule_may_ask_for_and_offered_once() -> None:
    offered = [offer.event for feature in FEATURES for offer in feature.norms]
    assert set(offered) <= EVENTS
    assert len(offered) == len(set(offered))


# --- features to come ------------------------------------------------------------------------------------------------


def test_what_nobody_offers_is_not_there_and_a_feature_that_offers_it_plugs_in(desk: Desk) -> None:
    assert desk.of("R40", "2023-08-20 09:00") == []
    month = Offer("discipline_month", lambda counting: [Fact(day=date(2023, 8, 1))])
    later = Feature(name="discipline_month", norms=[month])
    now = local("2023-08-20 09:00")
    span = Span.present(now.date())
    found = checked(desk.session, [*FEATURES, later], desk.cast.branch_id, span, now, SHANGHAI)
    assert [one.state for one in found if one.norm.id == "R40"] == [State.MET]


def test_whoever_was_talked_with_is_met_and_who_is_exempt_is_asked_too(desk: Desk) -> None:
    now = local("2023-08-20 09:00")
    wanted = Wanted(date(2023, 8, 1), Party(desk.cast["乙二"]), (Party(desk.cast["甲四"]),))
    talks.record(desk.session, desk.cast.me(desk.session, "乙二", now.date()), wanted, now, SHANGHAI)
    found = checked(desk.session, FEATURES, desk.cast.branch_id, Span.present(now.date()), now, SHANGHAI)
    by_name = {one.unit.name: one.state for one in found if one.norm.id == "R15" and one.unit}
    # Talks go on with who is exempt (D26).
    assert (len(by_name), by_name["甲四"], by_name["乙八"]) == (25, State.MET, State.OPEN)
    # Whoever of the two began it, both have talked.
    assert by_name["乙二"] is State.MET


# --- otherwise -------------------------------------------------------------------------------------------------------

NOW = local("2023-08-20 09:00")


def put(desk: Desk, text: str) -> bool:
    found, faults = read(text.encode())
    assert found is not None, faults
    return changing.add(desk.session, desk.cast.branch_id, found, NOW)


FILE = 'version = "local"\nvalid_from = 2023-07-01\n[[rules]]\nid = "R11"\nmin = 2\n'


def test_a_file_valid_from_july_judges_june_by_the_old_rule(desk: Desk) -> None:
    put(desk, FILE)
    desk.hold("2023-06-02 14:30", THEME)
    desk.hold("2023-07-07 14:30", THEME)
    half = replace(YEAR, start=date(2023, 6, 1), to=date(2023, 8, 1))
    assert [(one.want, one.state.value) for one in desk.of("R11", "2023-08-20 09:00", half)] == [
        (1, "met"),
        (2, "missed"),
    ]


def test_the_same_version_takes_the_place_of_the_one_before(desk: Desk) -> None:
    assert put(desk, FILE)
    assert not put(desk, FILE)
    assert put(desk, FILE.replace("min = 2", "slip_days = 3"))
    norm = book_of(desk.session, desk.cast.branch_id).on(NOW.date()).norms["R11"]
    assert (norm.min, norm.slip_days) == (1, 3)
    assert len(desk.session.scalars(select(NormFile)).all()) == 2


def test_a_committee_s_file_holds_below_and_the_branch_s_own_over_it(desk: Desk) -> None:
    from storage.choices import OrganisationKind
    from storage.models.organisation import Organisation

    above = Organisation(kind=OrganisationKind.SUPERIOR_COMMITTEE, name="某局党委", created_at=BEGUN)
    desk.session.add(above)
    desk.session.flush()
    desk.session.get_one(Organisation, desk.cast.branch_id).parent_id = above.id
    found, _ = read(FILE.encode())
    assert found is not None
    changing.add(desk.session, above.id, found, NOW)
    put(desk, FILE.replace("min = 2", "slip_days = 3"))
    norm = book_of(desk.session, desk.cast.branch_id).on(NOW.date()).norms["R11"]
    assert (norm.min, norm.slip_days) == (2, 3)


def test_the_secretary_changes_a_norm_from_a_day_on_and_takes_it_back(desk: Desk) -> None:
    me, since = desk.me("甲一"), date(2023, 8, 1)
    changing.change(desk.session, me, "R11", {"min": 2, "event": "talk"}, since, NOW, SHANGHAI)
    book = book_of(desk.session, desk.cast.branch_id)
    assert [book.on(day).norms["R11"].min for day in (date(2023, 7, 31), since)] == [1, 2]
    assert book.on(since).norms["R11"].event == "theme_party_day"
    with pytest.raises(Refusal, match="没有变动"):
        changing.change(desk.session, me, "R11", {"min": 2}, since, NOW, SHANGHAI)
    changing.restore(desk.session, me, "R11", date(2023, 9, 1), NOW, SHANGHAI)
    book = book_of(desk.session, desk.cast.branch_id)
    assert [book.on(day).norms["R11"].min for day in (date(2023, 8, 31), date(2023, 9, 1))] == [2, 1]
    lines = desk.session.scalars(select(Audit).where(Audit.subject == "norm_file").order_by(Audit.id)).all()
    assert [(line.action, line.details["norm"], line.details["changes"]["min"]) for line in lines] == [
        ("change", "R11", [1, 2]),
        ("change", "R11", [2, 1]),
    ]


def test_nobody_else_changes_one_and_not_for_what_is_over(desk: Desk) -> None:
    for name in ("乙一", "甲二", "甲三", "丙四"):
        with pytest.raises(Refusal, match="没有办理此事的权限"):
            changing.change(desk.session, desk.me(name), "R11", {"min": 2}, date(2023, 8, 1), NOW, SHANGHAI)
    with pytest.raises(Refusal, match="请选择7月1日或之后的日期"):
        changing.change(desk.session, desk.me("甲一"), "R11", {"min": 2}, date(2023, 6, 30), NOW, SHANGHAI)
    with pytest.raises(Refusal, match="没有找到"):
        changing.change(desk.session, desk.me("甲一"), "R99", {"min": 2}, date(2023, 8, 1), NOW, SHANGHAI)
    with pytest.raises(Refusal, match="填写有误"):
        changing.change(desk.session, desk.me("甲一"), "R11", {"min": 0}, date(2023, 8, 1), NOW, SHANGHAI)
    assert desk.session.scalars(select(NormFile)).all() == []


def test_of_two_at_once_the_second_finds_it_changed(storage: Storage) -> None:
    with storage.transaction() as session:
        me = Desk(session).me("甲一")
    begun, said = Event(), list[str]()

    def change() -> None:
        with storage.transaction() as session:
            changing.change(session, me, "R11", {"min": 2}, date(2023, 8, 1), NOW, SHANGHAI)
            begun.set()

    def second() -> None:
        begun.wait(5)
        try:
            change()
        except Refusal as refused:
            said.append(str(refused))

    other = Thread(target=second)
    other.start()
    change()
    other.join(10)
    assert said == ["这项要求没有变动。"]
    with storage.reading() as session:
        assert len(session.scalars(select(NormFile)).all()) == 1


# --- who can close it ------------------------------------------------------------------------------------------------


def test_who_can_close_what_is_open(desk: Desk) -> None:
    closer = overview.closers(desk.session, desk.cast.branch_id, NOW.date())
    found = {(one.norm.id, one.unit.name if one.unit else ""): closer(one) for one in desk.checks("2023-08-20 09:00")}
    assert found["R8", "第一党小组"] == desk.cast["甲三"]
    assert found["R8", "第三党小组"] == desk.cast["丙二"]
    assert (found["R11", ""], found["R7", ""], found["R38", ""]) == (
        desk.cast["甲二"], desk.cast["甲一"], desk.cast["丙一"],
    )  # fmt: skip


def test_one_is_asked_by_hand_while_it_is_open_and_by_who_sees_norms(desk: Desk) -> None:
    [check] = desk.of("R11", "2023-08-20 09:00")
    key, person, branch = overview.key_of(check), desk.cast["甲二"], desk.cast.branch_id

    def asked(me: str | None, whom: int = person) -> str | None:
        who = desk.me(me) if me is not None else None
        found = handlers.by_hand(FEATURES, desk.session, who, branch, whom, key, NOW, SHANGHAI)
        return found.line if found is not None else None

    assert asked("甲一") == "主题党日（8月）：请于8月31日（含）前办理。"
    assert (asked(None) is not None, asked("丙一"), asked("甲三"), asked("甲一", desk.cast["甲三"])) == (
        True,
        None,
        None,
        None,
    )
    desk.plan("2023-08-25 14:30", THEME)
    assert asked("甲一") is None


def test_what_is_the_secretary_s_alone_is_asked_by_nobody_else(desk: Desk) -> None:
    desk.hold("2023-08-04 14:30", THEME, missing=["甲四", "甲五", "甲六", "甲七"])
    [check] = desk.of("R34", "2023-08-20 09:00")
    key, person, branch = overview.key_of(check), desk.cast["甲一"], desk.cast.branch_id
    found = {
        name: handlers.by_hand(FEATURES, desk.session, desk.me(name), branch, person, key, NOW, SHANGHAI)
        for name in ("甲一", "乙一", "甲二")
    }
    assert [name for name, one in found.items() if one is not None] == ["甲一"]


def test_the_digest_tells_of_what_is_over_within_fourteen_days(desk: Desk) -> None:
    def said(now: str, name: str = "甲一") -> str:
        moment = local(now)
        me = desk.me(name, moment.date())
        found = handlers.digest(FEATURES, desk.session, me, moment.date(), moment, SHANGHAI)
        return found.texts[0] if found is not None else ""

    assert said("2023-08-16 09:30") == ""
    assert said("2023-08-17 09:30") == (
        "规范检查：未达到且还能办理的5项（14天内）：支委会，8月31日（含）前；党小组会，第一党小组、第二党小组、第三党小组，"
        "8月31日（含）前；主题党日，8月31日（含）前；每月一主题，8月31日（含）前；月读一书，8月31日（含）前。"
    )
    desk.plan("2023-08-25 14:30", THEME)
    assert "主题党日" not in said("2023-08-17 09:30")
    assert (said("2023-08-17 09:30", "丙一"), said("2023-08-17 09:30", "丙四")) == ("", "")


def test_activities_of_another_branch_count_nothing_here(desk: Desk) -> None:
    from tests.features.activities.desk import another_branch

    activity, _ = another_branch(desk.session, start=local("2023-08-04 14:30"))
    assert activity.branch_id != desk.cast.branch_id
    assert desk.states("R11", "2023-08-03 09:00") == ["open"]
    assert not desk.of("R11", "2023-08-03 09:00")[0].planned
    assert desk.session.get_one(Activity, activity.id).title
