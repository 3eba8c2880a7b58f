"""Ledgers 3, 4 and 5: who came how often, what was held in each month, what was studied first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.rules import Held, Sum, hours, of_type
from bot.kit.access import Right
from bot.kit.activity_words import type_words
from bot.kit.glossary.choices import CATEGORIES
from bot.kit.group_scope import GROUPS
from bot.kit.ledger_books import Asked, Book, fixed, numbered, wholly
from bot.kit.ledgers import Cell, Ledger, Percent
from bot.kit.rates import rate
from bot.kit.words import full_day
from storage.choices import ActivityType, LeaveState, LeaveType
from storage.lookups import names_of
from storage.models.activity import Component, FirstAgendaItem
from storage.models.attendance import LeaveRequest
from storage.roster import Member, rosters

ATTENDANCE, MONTHS, AGENDA = "考勤汇总", "三会一课统计", "第一议题台账"
_OF_PEOPLE = (
    "姓名", "党小组", "类别", "应参加", "实到", "公差", "病假", "事假", "缺席", "补学",
    "出席率", "参学率", "学时", "备注",
)  # fmt: skip
_OF_AGENDA = ("学习日期", "会议名称", "学习内容", "来源", "领学人", "参加人数", "贯彻措施", "责任人")
# Of ledger 4, before and behind the meetings of the party groups, which have a column each.
_MEETINGS = (ActivityType.MEMBERS_MEETING, ActivityType.COMMITTEE_MEETING)
_OTHERS = (
    ActivityType.PARTY_LECTURE, ActivityType.THEME_PARTY_DAY, ActivityType.INTEGRITY_STUDY_DAY,
    ActivityType.GROUP_DISCUSSION,
)  # fmt: skip


# --- 3 ---------------------------------------------------------------------------------------------------------------


def attendance(asked: Asked) -> list[Ledger]:
    """考勤汇总: of everybody who was expected at anything, or came: in the order of the roster."""
    held = asked.counting.of(HELD)
    if not held:
        return []
    members = _members(asked, held)
    kinds, earned = _leaves(asked, held), hours(held)
    rows = [_person(one, held, kinds, earned) for one in members.values()]
    foot = ["含上级和其他单位举办、选派参加的活动。"]
    return [numbered(asked, ATTENDANCE, _OF_PEOPLE, rows, foot)]


def _members(asked: Asked, held: Sequence[Held]) -> dict[int, Member]:
    """As each of them was when last expected; who only sat in is on no roster and in no line."""
    listed = rosters(asked.session, asked.branch_id, sorted({one.day for one in held}))
    wanted = {person for one in held for person in (*one.roll.expected, *one.roll.left_out)}
    last: dict[int, Member] = {}
    for day in sorted(listed):
        last |= {member.id: member for member in listed[day] if member.id in wanted}
    return last


def _leaves(asked: Asked, held: Sequence[Held]) -> Mapping[tuple[int, int], LeaveType]:
    """By activity and person the kind of an approved leave."""
    query = select(LeaveRequest.activity_id, LeaveRequest.person_id, LeaveRequest.type).where(
        LeaveRequest.activity_id.in_([one.id for one in held]),
        LeaveRequest.state == LeaveState.APPROVED,
        LeaveRequest.withdrawn_at.is_(None),
    )
    return {(row.activity_id, row.person_id): row.type for row in asked.session.execute(query)}


def _person(
    member: Member,
    held: Sequence[Held],
    kinds: Mapping[tuple[int, int], LeaveType],
    earned: Mapping[int, Decimal],
) -> list[Cell]:
    me = member.id
    expected, present, absent, made_up = (
        sum(me in getattr(one.roll, name) for one in held) for name in ("expected", "present", "absent", "made_up")
    )
    reached = sum(me in {*one.roll.present, *one.roll.made_up} for one in held if me in one.roll.expected)
    away = Counter(
        kinds.get((one.id, me)) for one in held if me in (*one.roll.leave, *one.roll.on_duty, *one.roll.left_out)
    )
    unrecorded = sum(me in one.roll.unrecorded for one in held)
    back_filled = sum(one.back_filled_on is not None for one in held if me in one.roll.expected)
    notes = [f"未登记{unrecorded}次" if unrecorded else "", f"补报{back_filled}次" if back_filled else ""]
    return [
        member.name,
        member.group_name or "",
        CATEGORIES.get(member.category, "") if member.category is not None else "",
        expected,
        present,
        *(away[kind] for kind in (LeaveType.OFFICIAL_DUTY, LeaveType.SICK, LeaveType.PERSONAL)),
        absent,
        made_up,
        Percent(rate(present, expected)),
        Percent(rate(reached, expected)),
        earned.get(me, Decimal(0)),
        "；".join(filter(None, notes)),
    ]


# --- 4 ---------------------------------------------------------------------------------------------------------------


def months(asked: Asked) -> list[Ledger]:
    """三会一课统计: a line for each month of the period with what the branch held in it, and their sum."""
    held = [one for one in asked.counting.of(HELD) if one.own]
    if not held:
        return []
    groups, called = asked.counting.of(GROUPS), type_words(asked.session, asked.branch_id)
    meetings = [f"{called[ActivityType.GROUP_MEETING]}（{name}）" for name in groups.values()]
    kinds = [*(called[kind] for kind in _MEETINGS), *meetings, *(called[kind] for kind in _OTHERS)]
    words = ["月份", *kinds, "应到人次", "实到人次", "出席率", "补报"]
    listed = sorted({(one.day.year, one.day.month) for one in held})
    rows = [
        [
            f"{year}年{month}月",
            *_of_month([one for one in held if (one.day.year, one.day.month) == (year, month)], groups),
        ]
        for year, month in listed
    ]
    foot = ["应到、实到和出席率按本支部举办的全部活动统计，含未单独列出类别的活动。"]
    made = numbered(asked, MONTHS, words, rows, foot)
    return [replace(made, rows=[*made.rows, [None, "合计", *_of_month(held, groups)]])]


def _of_month(held: Sequence[Held], groups: Iterable[int]) -> list[Cell]:
    meetings = of_type(held, ActivityType.GROUP_MEETING)
    came = Sum.of(held)
    return [
        *(len(of_type(held, kind)) for kind in _MEETINGS),
        *(sum(one.group_id == group for one in meetings) for group in groups),
        *(len(of_type(held, kind)) for kind in _OTHERS),
        came.expected,
        came.present,
        Percent(came.attendance_rate),
        sum(one.back_filled_on is not None for one in held),
    ]


# --- 5 ---------------------------------------------------------------------------------------------------------------


def first_agenda(asked: Asked) -> list[Ledger]:
    """第一议题台账: a line each time that an item was studied at an activity of the branch."""
    held = [one for one in asked.counting.of(HELD) if one.own and one.first_agenda]
    if not held:
        return []
    wanted = {item for one in held for item in one.first_agenda}
    items = {
        row.id: row for row in asked.session.scalars(select(FirstAgendaItem).where(FirstAgendaItem.id.in_(wanted)))
    }
    leading = _leading(asked, held)
    rows: list[list[Cell]] = [
        [
            one.day,
            one.title,
            items[item].title,
            _source(items[item]),
            leading.get(one.id, ""),
            len(one.roll.present),
            "",
            "",
        ]
        for one in held
        for item in one.first_agenda
    ]
    return [numbered(asked, AGENDA, _OF_AGENDA, rows)]


def _source(item: FirstAgendaItem) -> str:
    day = full_day(item.source_date) if item.source_date is not None else ""
    return " ".join(filter(None, [item.source, day]))


def _leading(asked: Asked, held: Sequence[Held]) -> dict[int, str]:
    """Who led the study, where that was said of the content."""
    query = select(Component.activity_id, Component.lecturer_id).where(
        Component.activity_id.in_([one.id for one in held]),
        Component.type == ActivityType.LEAD_STUDY,
        Component.lecturer_id.is_not(None),
    )
    found = {row.activity_id: row.lecturer_id or 0 for row in asked.session.execute(query)}
    names = names_of(asked.session, found.values())
    return {activity: names.get(person, "") for activity, person in found.items()}


LEDGERS = fixed(
    Book((3, 0), ATTENDANCE, attendance, wholly(Right.TALLY)),
    Book((4, 0), MONTHS, months, wholly(Right.TALLY)),
    Book((5, 0), AGENDA, first_agenda, wholly(Right.TALLY)),
)
