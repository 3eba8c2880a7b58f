"""The words of what is counted of activities: occasions with their sums, who came, who still lacks one."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from bot.features.activities.counting.rules import Held, Learned, Sum, hours
from bot.features.activities.rules import Roll
from bot.kit import back_fill
from bot.kit.doors import OpenNames
from bot.kit.figures import Counting, Lacking, Look, Record, Shown
from bot.kit.glossary.choices import ATTENDANCE
from bot.kit.glossary.figures import OF_A_ROLL
from bot.kit.lists import label
from bot.kit.rates import percent, plain
from bot.kit.replies import Choice
from bot.kit.words import cut, short_day
from storage.choices import AttendanceStatus
from storage.models.activity import FirstAgendaItem

UNRECORDED = "未登记"
# Of a title in a list.
LONGEST = 60


def sum_words(held: Sequence[Held]) -> str:
    """应到23人，实到21人，请假2人，出席率91.3%，参学率100%; of several occasions 人次. 未登记 is not absent."""
    said, unit = Sum.of(held), "人" if len(held) == 1 else "人次"
    unrecorded = sum(len(one.roll.unrecorded) for one in held)
    counts = [
        (OF_A_ROLL["present"], said.present),
        (OF_A_ROLL["leave"], said.leave),
        (OF_A_ROLL["absent"], said.absent - unrecorded),
        (UNRECORDED, unrecorded),
    ]
    words = [f"{OF_A_ROLL['expected']}{said.expected}{unit}", *(f"{word}{n}{unit}" for word, n in counts if n)]
    rates = [(OF_A_ROLL["attendance_rate"], said.attendance_rate), (OF_A_ROLL["coverage_rate"], said.coverage_rate)]
    return "，".join([*words, *(f"{word}{percent(value)}" for word, value in rates if value is not None)])


def roll_of(rolls: Sequence[Roll], person: int, unknown: str = UNRECORDED) -> str:
    """应参加3次，参加2次，请假1次: of one person, without what there is none of. unknown: how it is said that nothing
    is recorded of somebody, which is not absent.
    """
    expected, present, leave, absent, unrecorded, made_up = (
        sum(person in getattr(roll, name) for roll in rolls)
        for name in ("expected", "present", "leave", "absent", "unrecorded", "made_up")
    )
    counts = [
        ("应参加", expected),
        ("参加", present),
        (OF_A_ROLL["leave"], leave),
        (OF_A_ROLL["absent"], absent - unrecorded),
        (unknown, unrecorded),
        ("补学", made_up),
    ]
    return "，".join(f"{word}{number}次" for word, number in counts if number)


def activity_lines(held: Held) -> str:
    """One occasion on two lines."""
    mark = back_fill.words(held.day, held.back_filled_on)
    return f"{short_day(held.day)}　{cut(held.title, LONGEST)}{mark}\n　{sum_words([held])}"


def occasions(look: Look, rows: Sequence[Held]) -> Shown:
    """The activities behind a figure, each opening its names."""
    code = look.counting.period.code
    head = [f"共{len(rows)}次", *([sum_words(rows)] if len(rows) > 1 else [])]
    return head, [
        Record(
            activity_lines(one),
            Choice(label(f"{short_day(one.day)} {one.title}"), OpenNames(code, one.id)),
        )
        for one in rows
    ]


def names_of(held: Held, names: Mapping[int, str]) -> list[str]:
    """Who came to one activity and who did not."""
    roll = held.roll
    absent = [one for one in roll.absent if one not in roll.unrecorded]
    parts = [
        (OF_A_ROLL["present"], [_marked(names[one], one in roll.late, "迟到") for one in roll.present]),
        (OF_A_ROLL["leave"], [_marked(names[one], one in roll.made_up, "已补学") for one in roll.leave]),
        (OF_A_ROLL["absent"], [_marked(names[one], one in roll.made_up, "已补学") for one in absent]),
        (UNRECORDED, [names[one] for one in roll.unrecorded]),
        (ATTENDANCE[AttendanceStatus.OBSERVER], [names[one] for one in roll.observers]),
    ]
    return [activity_lines(held), *(f"{word}{len(people)}人：{'、'.join(people)}" for word, people in parts if people)]


def _marked(name: str, marked: bool, note: str) -> str:
    return f"{name}（{note}）" if marked else name


def hours_of(look: Look, rows: Sequence[Learned]) -> Shown:
    """Whose 学时, in the order of the people."""
    earned = hours(rows)
    called = look.called(earned)
    return (), [Record(f"{called[person]}：{plain(total)}学时") for person, total in earned.items()]


def first_agenda(look: Look, rows: Sequence[Held]) -> Shown:
    """Each item, and where it was studied (D9)."""
    studied = [item for one in rows for item in one.first_agenda]
    query = select(FirstAgendaItem.id, FirstAgendaItem.title).where(FirstAgendaItem.id.in_(studied))
    return (), [
        Record(f"{item.title}\n　{'；'.join(_occasion(one) for one in rows if item.id in one.first_agenda)}")
        for item in look.session.execute(query.order_by(FirstAgendaItem.id))
    ]


def _occasion(held: Held) -> str:
    return f"{short_day(held.day)} {cut(held.title, LONGEST)}"


def lacking(counting: Counting, held: Sequence[Held]) -> Iterable[Lacking]:
    """Absent or on leave and not made up, and who stands nowhere on a complete roll."""
    for one in held:
        absent = [person for person in one.roll.absent if person not in one.roll.unrecorded]
        parts = (("缺席未补学", absent), ("请假未补学", one.roll.leave), (UNRECORDED, one.roll.unrecorded))
        for word, people in parts:
            owing = [person for person in people if person not in one.roll.made_up]
            yield Lacking(f"{_occasion(one)}，{word}", owing)
