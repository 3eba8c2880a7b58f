"""The arithmetic of a quarter, without a database: sums, what counts as what, who came and went, quarter words."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.features.activities.counting import figures as activities
from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.listed import SITES
from bot.features.activities.counting.rules import Held, Lecturer, Sum, hours, of_type
from bot.features.activities.rules import Expected, Roll, count_roll
from bot.features.roster.counting.rules import Stay, transfers
from bot.features.study import figures as study
from bot.features.study.figures import STUDY
from bot.features.study.rules import Completion, Item, StudyCounts
from bot.features.tally.periods import names_quarter, names_the_tally, quarter_at_hand, read_quarter
from bot.features.tally.service import Tally, count
from bot.kit.deadlines import USUAL
from bot.kit.entry_hours import ENTRY_HOURS
from bot.kit.figures import Counting, Figures, Source, codes
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.group_scope import GROUPS, LATEST
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import ActivityType, AttendanceStatus, Organizer, Scope, StudyItemKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3 = Quarter(2023, 3)
ON_TIME, LATE = datetime(2023, 8, 20, 9, tzinfo=SHANGHAI), datetime(2023, 9, 5, 9, tzinfo=SHANGHAI)
KINDS = [(1, StudyItemKind.BOOK), (2, StudyItemKind.DOCUMENT), (3, StudyItemKind.DOCUMENT)]
THEME = frozenset({ActivityType.THEME_PARTY_DAY})


def roll(expected: int, present: int, leave: int = 0, made_up: int = 0) -> Roll:
    """The roll of people 1, 2, 3 …: the first ones came, the next were on leave, the next made up."""
    people = [Expected(number, False) for number in range(1, expected + 1)]
    came = dict.fromkeys(range(1, present + 1), AttendanceStatus.PRESENT)
    away = range(present + 1, expected + 1)
    return count_roll(people, came, set(away[:leave]), set(away[:made_up]))


def held(number: int, said: Roll, types: Collection[ActivityType] = THEME, **more: Any) -> Held:
    values: dict[str, Any] = {
        "title": "活动",
        "day": date(2023, 7, 7),
        "organizer": Organizer.OWN_BRANCH,
        "scope": Scope.BRANCH,
        "hours": Decimal("4.0"),
    }
    return Held(id=number, types=frozenset(types), roll=said, **{**values, **more})


def figures(*occasions: Held, groups: Collection[int] = ()) -> Tally:
    """What the figures of activities make of these, in no database."""
    return made(
        lambda session, branch_id: activities.called(tuple(ACTIVITY_TYPES.items())),
        {HELD: occasions, SITES: (), GROUPS: dict.fromkeys(groups, "党小组")},
    )


def made(of: Figures, found: Mapping[Source[Any], Any]) -> Tally:
    """The tally of what the sources have found."""
    session, now = Session(), datetime(2023, 10, 13, tzinfo=SHANGHAI)
    asked = Counting(
        session,
        1,
        Period.of(Q3),
        now,
        SHANGHAI,
        USUAL,
        _loaded={GROUPS: {}, ENTRY_HOURS: [], LATEST: None, **found},
    )
    return count(asked, "示范党支部", of(session, 1))


def test_st1_one_theme_party_day() -> None:
    """ST1: 应到 24, 实到 21, 请假 2, 缺席 1, 87.5%; both on leave made up, 95.8%; 4 hours for 23 people."""
    counted = figures(held(1, roll(24, 21, leave=2, made_up=2)))
    assert counted.figures["by_type"]["theme_party_day"] == {
        "count": 1,
        "expected": 24,
        "present": 21,
        "leave": 2,
        "absent": 1,
        "made_up": 2,
        "attendance_rate": Decimal("87.5"),
        "coverage_rate": Decimal("95.8"),
    }
    assert len(counted.figures["hours"]) == 23
    assert set(counted.figures["hours"].values()) == {Decimal("4.0")}
    assert counted.behind["by_type.theme_party_day"] == ["A1"]


def test_st8_rates_are_sums_over_sums() -> None:
    """ST8: 22/23, 20/22, 22/23, 21/22 -> 85/90 = 94.4%."""
    said = Sum.of([held(n, roll(*pair)) for n, pair in enumerate([(23, 22), (22, 20), (23, 22), (22, 21)])])
    assert (said.expected, said.present, said.attendance_rate) == (90, 85, Decimal("94.4"))


def test_st6_the_film_and_its_make_ups() -> None:
    """ST6: 应到 23, 实到 21, 请假 2, both watch it later: 91.3%, 100%."""
    said = Sum.of([held(1, roll(23, 21, leave=2, made_up=2), {ActivityType.WARNING_EDUCATION})])
    assert (said.attendance_rate, said.coverage_rate) == (Decimal("91.3"), Decimal("100.0"))


def test_st3_first_agenda_items_are_distinct() -> None:
    """ST3: {a,b}, {b,c}, {c}: 3 items, 5 mentions; a superior's meeting adds none."""
    counted = figures(
        held(1, roll(5, 5), {ActivityType.COMMITTEE_MEETING}, scope=Scope.COMMITTEE, first_agenda=(1, 2)),
        held(2, roll(23, 23), first_agenda=(2, 3)),
        held(3, roll(8, 8), {ActivityType.GROUP_MEETING}, scope=Scope.GROUP, group_id=1, first_agenda=(3,)),
        held(4, roll(23, 23), organizer=Organizer.SUPERIOR, first_agenda=(4,)),
        groups=[1, 2],
    )
    assert counted.figures["first_agenda_items"] == 3
    assert counted.figures["first_agenda_mentions"] == 5
    assert counted.behind["first_agenda_items"] == ["F1", "F2", "F3"]
    assert counted.behind["first_agenda_mentions"] == ["A1", "A2", "A3"]
    assert counted.figures["group_meetings_by_group"] == {"G1": 1, "G2": 0}


def test_st3_pairs() -> None:
    """ST3: 23 people, 3 items, 66 of 69 pairs, 6 of them late: 95.7%."""
    items = [Item(number, kind, date(2023, 8, 1), date(2023, 8, 31)) for number, kind in KINDS]
    pairs = [(person, item.id) for item in items for person in range(1, 24)]
    done = [
        Completion(row, item, person, *((ON_TIME.date(), ON_TIME) if row < 60 else (LATE.date(), LATE)))
        for row, (person, item) in enumerate(pairs[:66])
    ]
    counts = StudyCounts(tuple(items), tuple(pairs), tuple(done), (1,))
    said = made(study.FIGURES, {STUDY: counts}).figures["study"]
    assert (said["items"], said["books"], said["expected_pairs"], said["completed_pairs"]) == (3, 1, 69, 66)
    assert (said["late"], said["completion_rate"]) == (6, Decimal("95.7"))
    assert said["not_done"] == {"P21": ["S3"], "P22": ["S3"], "P23": ["S3"]}


def test_one_occasion_counts_under_each_type_and_once_overall() -> None:
    """D3, D7."""
    both = held(1, roll(23, 22, leave=1), {ActivityType.INTEGRITY_STUDY_DAY, ActivityType.OPEN_TALK})
    counted = figures(both).figures
    assert [counted["by_type"][name]["count"] for name in ("integrity_study_day", "open_talk")] == [1, 1]
    assert counted["branch_scope_overall"]["count"] == 1
    assert counted["branch_scope_overall"]["expected"] == 23


def test_only_own_branch_activities_stand_in_the_overall_rate() -> None:
    """D2, D7: a group's meeting, the committee's and a delegation stand elsewhere."""
    counted = figures(
        held(1, roll(10, 9)),
        held(2, roll(8, 1), {ActivityType.GROUP_MEETING}, scope=Scope.GROUP),
        held(3, roll(5, 1), {ActivityType.COMMITTEE_MEETING}, scope=Scope.COMMITTEE),
        held(4, roll(2, 2), scope=Scope.DELEGATED, organizer=Organizer.OTHER_BRANCH, delegates=(7, 8)),
        held(5, roll(10, 10), organizer=Organizer.JOINT),
    )
    assert counted.figures["branch_scope_overall"]["attendance_rate"] == Decimal("95.0")
    assert counted.behind["branch_scope_overall"] == ["A1", "A5"]
    assert counted.figures["by_type"]["theme_party_day"]["count"] == 2
    assert counted.figures["delegations"] == {"activities": 1, "people": 2}


def test_another_s_activity_and_who_is_sent_twice() -> None:
    """D2: what another holds for everybody is none of this branch; a delegate is one person however often."""
    counted = figures(
        held(1, roll(10, 9)),
        held(2, roll(10, 1), organizer=Organizer.OTHER_BRANCH),
        held(3, roll(2, 2), scope=Scope.DELEGATED, organizer=Organizer.OTHER_BRANCH, delegates=(7, 8)),
        held(4, roll(1, 1), scope=Scope.DELEGATED, organizer=Organizer.OTHER_BRANCH, delegates=(7,)),
    )
    assert counted.behind["branch_scope_overall"] == ["A1"]
    assert counted.figures["delegations"] == {"activities": 2, "people": 2}


def test_a_groups_discussion_is_listed_not_counted() -> None:
    """S16."""
    kinds = {ActivityType.GROUP_MEETING, ActivityType.GROUP_DISCUSSION}
    found = [held(1, roll(8, 8), kinds, scope=Scope.GROUP), held(2, roll(23, 20), kinds)]
    assert [one.id for one in of_type(found, ActivityType.GROUP_DISCUSSION)] == [2]
    assert [one.id for one in of_type(found, ActivityType.GROUP_MEETING)] == [1, 2]
    some = held(3, roll(3, 3), kinds, scope=Scope.NAMED)
    assert of_type([some], ActivityType.GROUP_DISCUSSION) == []


def test_lectures_by_whom() -> None:
    """S11: the secretary's own; a superior's apart, whoever organised it."""
    lecture = {ActivityType.PARTY_LECTURE}
    counted = figures(
        held(1, roll(23, 21), lecture, lecturer=Lecturer.SECRETARY),
        held(2, roll(23, 21), lecture, lecturer=Lecturer.OTHER),
        held(3, roll(23, 21), lecture, organizer=Organizer.SUPERIOR),
        held(4, roll(23, 21), lecture, lecturer=Lecturer.SUPERIOR),
        held(5, roll(23, 21), lecture, organizer=Organizer.OTHER_BRANCH, lecturer=Lecturer.SECRETARY),
    ).figures
    assert counted["by_type"]["party_lecture"]["count"] == 3
    assert (counted["party_lectures_by_secretary"], counted["party_lectures_by_superior"]) == (1, 2)


def test_visits_are_counted_by_distinct_sites() -> None:
    visit = {ActivityType.THEME_PARTY_DAY, ActivityType.RED_SITE_VISIT}
    counted = figures(
        held(1, roll(23, 20), visit, sites=("某故居", "某纪念馆"), partners=("某中心党支部",)),
        held(2, roll(23, 20), visit, sites=("某故居",), partners=("甲支部", "某中心党支部")),
    ).figures
    assert counted["red_site_visits"] == {"activities": 2, "sites": 2, "partners": ["某中心党支部", "甲支部"]}


def test_who_has_no_hours_is_not_listed() -> None:
    """D21: an activity without hours gives nobody any."""
    assert figures(held(1, roll(3, 2), hours=Decimal(0))).figures["hours"] == {}
    assert hours([held(1, roll(3, 2), hours=Decimal(0)), held(2, roll(1, 1))]) == {1: Decimal("4.0")}


def test_nothing_is_null_never_zero_percent() -> None:
    """D7."""
    counted = figures().figures
    assert counted["branch_scope_overall"]["attendance_rate"] is None
    assert counted["hours"] == {}
    assert len(counted["by_type"]) == 10


def test_further_types_stand_beside_the_ten() -> None:
    counted = figures(held(1, roll(5, 5), {ActivityType.OATH_REVIEW})).figures
    assert counted["by_type"]["oath_review"]["count"] == 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)), max_size=6))
def test_expected_is_present_leave_and_absent(counts: list[tuple[int, int, int]]) -> None:
    """D6, over any number of occasions."""
    found = [held(n, roll(a + b + c, a, leave=b, made_up=min(b, 1))) for n, (a, b, c) in enumerate(counts)]
    said = Sum.of(found)
    assert said.expected == said.present + said.leave + said.absent
    assert sum(hours(found).values()) == Decimal("4.0") * (said.present + said.made_up)


# --- who came and went ----------------------------------------------------------------------------------------------

BASE = [Stay(person, date(2023, 1, 1), None) for person in range(1, 25)]


def test_st8_a_transfer_in_and_one_out() -> None:
    moved = [*BASE, Stay(25, date(2023, 1, 1), date(2023, 9, 1)), Stay(26, date(2023, 8, 15), None)]
    assert transfers(moved, Period.of(Q3)) == ([26], [25])


@pytest.mark.parametrize(
    ("stay", "why"),
    [
        (Stay(26, date(2023, 9, 23), None, (date(2023, 9, 22),)), "accepted at a meeting (D4)"),
        (Stay(26, date(2023, 6, 30), None), "the quarter before"),
        (Stay(26, date(2023, 10, 1), date(2023, 10, 1)), "the quarter after"),
    ],
)
def test_no_transfer(stay: Stay, why: str) -> None:
    assert transfers([*BASE, stay], Period.of(Q3)) == ([], []), why


def test_the_first_roster_of_a_branch_is_no_transfer() -> None:
    assert transfers([Stay(person, date(2023, 7, 3), None) for person in (1, 2)], Period.of(Q3)) == ([], [])


def test_a_stay_that_goes_on_is_no_transfer() -> None:
    split = [*BASE, Stay(25, date(2023, 1, 1), date(2023, 8, 1)), Stay(25, date(2023, 8, 1), None)]
    assert transfers(split, Period.of(Q3)) == ([], [])


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("三季度", Q3),
        ("第三季度", Q3),
        ("第3季度", Q3),
        ("3季度", Q3),
        ("2023年第三季度", Q3),
        ("2023年三季度", Q3),
        ("2023Q3", Q3),
        ("2023-Q3", Q3),
        ("2023—q3", Q3),
        ("23Q3", Q3),
        ("23-Q3", Q3),
        ("23年Q3", Q3),
        ("2023年第3季度", Q3),
        ("2023-3季度", Q3),
        ("2023年度第三季度", Q3),
        ("二〇二三年第三季度", Q3),
        ("三季度数据", Q3),
        ("第三季度的数据", Q3),
        ("Q3数据", Q3),
        ("2023年三季度数据", Q3),
        ("季度数据：2023Q3", Q3),
        ("本季度数据", Quarter(2023, 4)),
        ("2023 q3", Q3),
        ("２０２３Ｑ３", Q3),
        ("q3", Q3),
        ("季度数据 2023Q3", Q3),
        ("季度报表 2023Q3", Q3),
        ("三季度报表", Q3),
        ("本组数据 三季度", Q3),
        ("季度数据三季度", Q3),
        ("上季度", Q3),
        ("上个季度", Q3),
        ("本季度", Quarter(2023, 4)),
        ("四季度", Quarter(2023, 4)),
        ("去年第四季度", Quarter(2022, 4)),
        ("22年一季度", Quarter(2022, 1)),
        ("下季度", Quarter(2024, 1)),
    ],
)
def test_words_for_a_quarter(words: str, meant: Quarter) -> None:
    assert names_quarter(words)
    assert read_quarter(words, date(2023, 10, 13)) == meant


def test_without_a_year_the_latest_that_has_begun() -> None:
    assert read_quarter("四季度", date(2023, 10, 1)) == Quarter(2023, 4)
    assert read_quarter("四季度", date(2023, 9, 30)) == Quarter(2022, 4)


MORE = [
    "23季度",
    "233季度",
    "20233季度",
    "2023-3",
    "二季度、三季度",
    "三季度前",
    "不是三季度",
    "三季度数据表",
    "2023-Q33",
]


@pytest.mark.parametrize("words", ["季度", "五季度", "2023Q5", "三季度党课", "我的", "2023", "", *MORE])
def test_no_words_for_a_quarter(words: str) -> None:
    assert not names_quarter(words)
    assert read_quarter(words, date(2023, 10, 13)) is None


@given(st.text(max_size=20))
def test_any_text_is_read_or_not(words: str) -> None:
    meant = read_quarter(words, date(2023, 10, 13)) is not None or names_the_tally(words)
    assert names_quarter(words) == meant


@pytest.mark.parametrize("words", ["季度数据", "季度报表", "本组数据", "季度数据！", "季度报表，谢谢", " 季度 数据 "])
def test_the_tally_without_a_quarter(words: str) -> None:
    assert names_the_tally(words)
    assert names_quarter(words)
    assert read_quarter(words, date(2023, 10, 13)) is None


def test_in_the_days_of_grace_the_quarter_that_is_being_closed() -> None:
    assert quarter_at_hand(datetime(2023, 10, 10, 23, 59, tzinfo=SHANGHAI)) == Q3
    assert quarter_at_hand(datetime(2023, 10, 11, tzinfo=SHANGHAI)) == Quarter(2023, 4)


def test_ids_go_in_the_order_of_the_rows() -> None:
    assert codes("P", [10, 2, 2]) == ["P2", "P10"]
