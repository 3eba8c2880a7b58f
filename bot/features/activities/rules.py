"""Decisions about activities: when one may sign in, what the roll counts, when a reply is due. Plain values only."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.kit.activities import OPENS_BEFORE
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.rates import rate
from bot.kit.words import plain
from scheduler.calendar.days import Calendar
from storage.choices import HERE, ActivityStatus, ActivityType, AttendanceStatus, OfficialDutyAs, Organizer, Scope

# What is tied to an activity goes between these on any day: at its end it is asked for the roll.
FIRST, LAST, MORNING = time(7), time(22), time(9)
ASKED_AGAIN = (1, 3, 5)
_MEETING = r"(?:开会|开党会|活动|会议|上课|上党课|党课|主题党日|学习会|那?个?会)"
_ASKS_WHEN = (
    r"(?:是?(?:在|从)?(?:什么|啥|哪个?|何)(?:时候|时间|时)|是?(?:在)?(?:几点|几号|哪天|星期几|周几|礼拜几|多会儿?)钟?|"
    r"是?在(?:哪里?|哪儿|什么地方|啥地方|几楼|哪个会议室))"
)
_AROUND_WHEN = (
    r"(?:请问|问一下|想问|我们?|咱们?|支部|到底|"
    r"今[天日儿]|明[天日儿]|后天|这[周次]|本[周次]|下[周次个]|[上下]午|的|是|要)*"
)
_WHEN = re.compile(
    rf"{_AROUND_WHEN}(?:{_ASKS_WHEN}{_AROUND_WHEN}(?:召?开始?)?(?:的)?{_MEETING}|"
    rf"{_MEETING}{_AROUND_WHEN}{_ASKS_WHEN}(?:召?开始?|举行)?|"
    rf"{_MEETING}(?:的)?(?:时间|地点))(?:来着|呢|啊|呀|的|吗)*[?？]*"
)


def asks_when(text: str) -> bool:
    """几点开会, 啥时候开会, 活动在哪儿: the whole text asks when or where, and of nothing else."""
    return _WHEN.fullmatch(plain(text)) is not None


class SignIn(StrEnum):
    """What a tap on 签到 meets."""

    TOO_EARLY = "too_early"
    ON_TIME = "on_time"
    LATE = "late"
    CLOSED = "closed"
    OFF = "off"


def sign_in(status: ActivityStatus, start: datetime, end: datetime, late_minutes: int, now: datetime) -> SignIn:
    """The window opens 30 minutes before the start and closes at the end (R33); later than N minutes is late (D23)."""
    if status is not ActivityStatus.PLANNED:
        return SignIn.CLOSED if status is ActivityStatus.HELD else SignIn.OFF
    if now < start - OPENS_BEFORE:
        return SignIn.TOO_EARLY
    if now > end:
        return SignIn.CLOSED
    return SignIn.LATE if now > start + timedelta(minutes=late_minutes) else SignIn.ON_TIME


@dataclass(frozen=True, slots=True)
class Expected:
    """One person on the roster that day and in the activity's scope."""

    person_id: int
    exempt: bool


@dataclass(frozen=True, slots=True)
class Roll:
    """Who was to come, who came. People as ids, so that every figure opens its records.

    Always expected = present + leave + absent (D6). `unmarked` are those of the absent whom nobody has marked,
    `unrecorded` (未登记) those of them who never asked for leave either. Where the branch counts official duty (公差)
    otherwise than as leave, `on_duty` are those of `present` who were away for it, and `left_out` whom it takes out of
    `expected`.
    """

    expected: tuple[int, ...]
    present: tuple[int, ...]
    late: tuple[int, ...]
    leave: tuple[int, ...]
    absent: tuple[int, ...]
    unmarked: tuple[int, ...]
    unrecorded: tuple[int, ...]
    made_up: tuple[int, ...]
    observers: tuple[int, ...]
    on_duty: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()

    @property
    def learned(self) -> frozenset[int]:
        """Who gets the hours: who was really there, or has made up (D21)."""
        return frozenset(self.present).difference(self.on_duty).union(self.made_up)

    @property
    def attendance_rate(self) -> Decimal | None:
        return rate(len(self.present), len(self.expected))

    @property
    def coverage_rate(self) -> Decimal | None:
        reached = {*self.present, *self.made_up}
        return rate(sum(person in reached for person in self.expected), len(self.expected))

    def among(self, people: Collection[int]) -> "Roll":
        """The same occasion with some people only."""
        names = self.__dataclass_fields__
        return Roll(**{name: tuple(one for one in getattr(self, name) if one in people) for name in names})


class Phase(StrEnum):
    """How far an activity is: before its start nobody is missing, until its roll is completed only who is entered."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    HELD = "held"


def phase(status: ActivityStatus, start: datetime, end: datetime, now: datetime) -> Phase:
    if status is ActivityStatus.HELD:
        return Phase.HELD
    if now < start:
        return Phase.AHEAD
    return Phase.RUNNING if now <= end else Phase.OVER


@dataclass(frozen=True, slots=True)
class Parts:
    """A roll as it is shown: everybody expected stands in one of these. `pending`: who waits for an answer to a leave.

    open: of whom nothing is known: 未签到 until the end, 未登记 after it. Who is on duty is on leave until the roll is
    completed, however that counts then.
    """

    present: tuple[int, ...]
    leave: tuple[int, ...]
    pending: tuple[int, ...]
    absent: tuple[int, ...]
    open: tuple[int, ...]


def parts(roll: Roll, pending: Collection[int], phase: Phase) -> Parts:
    waiting = tuple(person for person in roll.absent if person in pending)
    rest = [person for person in roll.absent if person not in pending]
    unknown = roll.unrecorded if phase is Phase.HELD else roll.unmarked
    counted = roll.on_duty if phase is not Phase.HELD else ()
    return Parts(
        present=tuple(person for person in roll.present if person not in counted),
        leave=(*roll.leave, *counted),
        pending=waiting,
        absent=tuple(person for person in rest if person not in unknown),
        open=tuple(person for person in rest if person in unknown),
    )


def called(roll: Roll, pending: Collection[int], missing: Collection[int]) -> Parts:
    """What 完成点名 makes of a roll: who is open is present, but the `missing`; who has asked for leave keeps it."""
    known = parts(roll, pending, Phase.OVER)
    gone = {*known.absent, *(person for person in known.open if person in missing)}
    came = tuple(person for person in known.open if person not in gone)
    absent = tuple(person for person in roll.absent if person in gone)
    return Parts((*known.present, *came), known.leave, known.pending, absent, ())


def count_roll(
    people: Iterable[Expected],
    statuses: Mapping[int, AttendanceStatus],
    approved_leave: Collection[int],
    accepted_makeup: Collection[int],
    asked_leave: Collection[int] = (),
    official_duty: Collection[int] = (),
    duty_as: OfficialDutyAs = OfficialDutyAs.LEAVE,
) -> Roll:
    """The roll of one activity by D5-D7; `official_duty` are those of the approved leave who were away for it.

    An exempt person who comes is added to both 应到 and 实到; somebody outside the roster is 列席. A make-up raises
    only the coverage, and only for those who were expected and did not come.
    """
    known = {person.person_id: person for person in people}
    here = {person for person, status in statuses.items() if status in HERE}
    asked = [person.person_id for person in known.values() if not person.exempt or person.person_id in here]
    duty = [person for person in asked if person in official_duty and person not in here]
    on_duty = duty if duty_as is OfficialDutyAs.PRESENT else []
    left_out = duty if duty_as is OfficialDutyAs.EXCLUDED else []
    expected = [person for person in asked if person not in left_out]
    present = [person for person in expected if person in here or person in on_duty]
    away = [person for person in expected if person not in present]
    leave = [person for person in away if person in approved_leave]
    absent = [person for person in away if person not in approved_leave]
    unmarked = [person for person in absent if person not in statuses]
    return Roll(
        expected=tuple(expected),
        present=tuple(present),
        late=tuple(person for person in present if statuses.get(person) is AttendanceStatus.LATE),
        leave=tuple(leave),
        absent=tuple(absent),
        unmarked=tuple(unmarked),
        unrecorded=tuple(person for person in unmarked if person not in asked_leave),
        made_up=tuple(person for person in asked if person not in here and person in accepted_makeup),
        observers=tuple(person for person in statuses if person not in known),
        on_duty=tuple(on_duty),
        left_out=tuple(left_out),
    )


def asked_at(end_at: datetime) -> datetime:
    """At the end, in the branch's time; not at night: then in the morning after it."""
    if FIRST <= end_at.time() <= LAST:
        return end_at
    morning = end_at if end_at.time() < FIRST else end_at + timedelta(days=1)
    return morning.replace(hour=MORNING.hour, minute=MORNING.minute, second=0, microsecond=0)


def asked_again_on(ended_on: date, asked_on: date, calendar: Calendar) -> list[date]:
    """The working days on which the roll is asked for once more: the first, third and fifth after the end, but for that
    on which it is asked first.
    """
    days = (calendar.working_day_after(ended_on, number) for number in ASKED_AGAIN)
    return [day for day in days if day != asked_on]


def counts_as_own(organizer: Organizer, scope: Scope) -> bool:
    """支部开展 (D2): our own or joint, and not a delegation."""
    return organizer in (Organizer.OWN_BRANCH, Organizer.JOINT) and scope is not Scope.DELEGATED


def default_title(types: Iterable[ActivityType], day: date, words: Mapping[ActivityType, str] = ACTIVITY_TYPES) -> str:
    """7月主题党日; several components are joined in the order of the list. words: what the branch calls them."""
    chosen = set(types)
    return f"{day.month}月" + "、".join(word for kind, word in words.items() if kind in chosen)
