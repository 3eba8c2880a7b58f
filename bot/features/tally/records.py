"""The rows behind a figure, in words that people read: activities, pieces, items, reminders, names (S71)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.counting.rules import Held, Lecturer
from bot.features.integrity.rules import names as holiday_names
from bot.features.tally.buttons import Figure
from bot.features.tally.service import Tally
from bot.kit.glossary.choices import PIECES
from bot.kit.lists import told_apart
from bot.kit.rates import percent
from bot.kit.words import cut, moment_words, quoted, short_day
from storage.base import Model
from storage.choices import ActivityType, Organizer, PieceState, Scope
from storage.models.activity import FirstAgendaItem
from storage.models.person import Person
from storage.models.reflection import Reflection
from storage.models.reminder import Reminder
from storage.models.study import MonthlyTheme, StudyItem
from storage.roster import roster

Row = TypeVar("Row", bound=Model)
LONGEST = 60
WAITING = PIECES[PieceState.SUBMITTED]

# Which occasions stand behind a figure that is not simply a type.
OCCASIONS: Mapping[Figure, Callable[[Held], bool]] = {
    Figure.OVERALL: lambda held: held.own and held.scope is Scope.BRANCH,
    Figure.SECRETARY_LECTURES: lambda held: held.own and held.lecturer is Lecturer.SECRETARY,
    Figure.SUPERIOR_LECTURES: lambda held: (
        ActivityType.PARTY_LECTURE in held.types
        and (held.organizer is Organizer.SUPERIOR or held.lecturer is Lecturer.SUPERIOR)
    ),
    Figure.DELEGATIONS: lambda held: held.scope is Scope.DELEGATED,
}
HEADS: Mapping[Figure, str] = {
    Figure.OPENING: "roster_open",
    Figure.CLOSING: "roster_close",
    Figure.TRANSFERS_IN: "transfers_in",
    Figure.TRANSFERS_OUT: "transfers_out",
    Figure.FULL: "full_at_close",
    Figure.PROBATIONARY: "probationary_at_close",
    Figure.EXEMPT: "exempt_at_close",
}


def numbers(listed: Iterable[str]) -> list[int]:
    """P7 -> 7"""
    return [int(one[1:]) for one in listed]


def names(session: Session, people: Collection[int], tally: Tally) -> dict[int, str]:
    """How people are called in lists; those of one name are told apart by their party group."""
    query = select(Person.id, Person.name, Person.branch_id).where(Person.id.in_(list(people)))
    found = {row.id: row for row in session.execute(query)}
    if len({row.name for row in found.values()}) == len(found):
        return {person: row.name for person, row in found.items()}
    branch_id = next(row.branch_id for row in found.values())
    groups = {one.id: one.group_name for one in roster(session, branch_id, tally.quarter.end)}
    called = told_apart(list(found.values()), lambda row: row.name, lambda row: groups.get(row.id) or "")
    return dict(zip(found, called, strict=True))


def everybody(tally: Tally) -> set[int]:
    """Every person that the tally speaks of."""
    return {person for listed in tally.behind.values() for person in _of_people(listed)}


def _rows(session: Session, table: type[Row], listed: Iterable[int]) -> Sequence[Row]:
    key = table.__table__.c["id"]
    return session.scalars(select(table).where(key.in_(list(listed))).order_by(key)).all()


def _people(listed: Iterable[str], called: Mapping[int, str]) -> str:
    """Names from P7, or from S1/P7 and R1/P7/1/1."""
    return "、".join(called[one] for one in dict.fromkeys(_of_people(listed)))


def _counted(*counts: tuple[str, int]) -> str:
    """应完成23人，已完成22人, without what there is none of."""
    return "，".join(f"{word}{number}人" for word, number in counts if number)


def _with_names(called: Mapping[int, str], *parts: tuple[str, Iterable[str]]) -> list[str]:
    """A line for each that has somebody."""
    named = [(word, _people(listed, called)) for word, listed in parts]
    return [f"　{word}：{people}" for word, people in named if people]


def _of_people(listed: Iterable[str]) -> list[int]:
    return [int(part[1:]) for one in listed for part in one.split("/") if part.startswith("P")]


def first_agenda(session: Session, tally: Tally) -> list[str]:
    """Each item, and where it was studied (D9)."""
    items = _rows(session, FirstAgendaItem, numbers(tally.behind["first_agenda_items"]))
    own = [one for one in tally.held if one.own]
    return [
        f"{item.title}\n　{'；'.join(_occasion(one) for one in own if item.id in one.first_agenda)}" for item in items
    ]


def _occasion(held: Held) -> str:
    return f"{short_day(held.day)} {cut(held.title, LONGEST)}"


def themes(session: Session, tally: Tally) -> list[str]:
    return [
        f"{int(theme.month[5:])}月：{theme.title}（{short_day(theme.prompt_sent_on)}发送）"
        for theme in _rows(session, MonthlyTheme, numbers(tally.behind["monthly_themes"]))
        if theme.prompt_sent_on is not None
    ]


def study(session: Session, tally: Tally, called: Mapping[int, str]) -> list[str]:
    """Each item with who has learned it and who has not."""
    behind = tally.behind
    lines = []
    for item in _rows(session, StudyItem, numbers(behind["study.items"])):
        mine = f"S{item.id}/"
        expected, done, late = (
            [one for one in behind[f"study.{name}"] if one.startswith(mine)]
            for name in ("expected_pairs", "completed_pairs", "late")
        )
        missing = [one for one in expected if one not in done]
        lines += [
            f"{quoted(item.title)}：{short_day(item.assigned_on)}布置，{short_day(item.due_on)}截止",
            f"　{_counted(('应完成', len(expected)), ('已完成', len(done)), ('逾期完成', len(late)))}",
            *_with_names(called, ("已完成", done), ("未完成", missing)),
        ]
    return lines


def reflections(session: Session, tally: Tally, called: Mapping[int, str]) -> list[str]:
    """Each task with whose pieces count, whose wait for their review and whose are missing."""
    lines = []
    waits = _waiting(session, tally)
    for task, said in tally.figures["reflections"].items():
        pieces, missing = tally.behind[f"reflections.{task}.pieces"], tally.behind[f"reflections.{task}.missing"]
        read, owed = [one for one in missing if one in waits[task]], [one for one in missing if one not in waits[task]]
        rated = f"，完成率{percent(said['completion_rate'])}" if said["expected"] else ""
        people = (("应交", said["expected"]), ("已通过", said["expected_done"]), (WAITING, len(read)))
        counted = _counted(*people, ("未交", len(owed)))
        lines += [
            f"{said['title']}：{said['pieces']}篇" + (f"，逾期{said['late']}篇" if said["late"] else ""),
            *([f"　{counted}{rated}"] if counted else []),
            *_with_names(called, ("已通过", pieces), (WAITING, read), ("未交", owed)),
        ]
    return lines


def _waiting(session: Session, tally: Tally) -> dict[str, set[str]]:
    """Who has handed in what nobody has read yet, by task: they owe nothing now (R7 -> P3, P5)."""
    query = select(Reflection.task_id, Reflection.person_id).where(
        Reflection.task_id.in_(numbers(tally.figures["reflections"])),
        Reflection.state == PieceState.SUBMITTED,
        Reflection.withdrawn_at.is_(None),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for task_id, person_id in session.execute(query):
        found[f"R{task_id}"].add(f"P{person_id}")
    return found


def reminders(session: Session, tally: Tally, called: Mapping[int, str], tz: tzinfo) -> list[str]:
    """Each reminder with who has read it in time, later, never."""
    lines = []
    for reminder in _rows(session, Reminder, numbers(tally.figures["reminders"])):
        path = f"reminders.M{reminder.id}"
        said = tally.figures["reminders"][f"M{reminder.id}"]
        late = [one for one in tally.behind[f"{path}.ack_all"] if one not in tally.behind[f"{path}.ack_on_time"]]
        sent, due = moment_words(reminder.sent_at, tz), moment_words(reminder.ack_due, tz)
        lines += [
            f"{holiday_names(reminder.holidays)}：{sent}发送，{due}截止",
            f"　{_counted(('应阅', said['audience']), ('按时已阅', said['ack_on_time']))}",
            *_with_names(called, ("逾期已阅", late), ("未阅", _unread(tally, reminder.id))),
        ]
    return lines


def _unread(tally: Tally, reminder_id: int) -> list[str]:
    path = f"reminders.M{reminder_id}"
    return [one for one in tally.behind[f"{path}.audience"] if one not in tally.behind[f"{path}.ack_all"]]


def heads(tally: Tally, figure: Figure, called: Mapping[int, str]) -> list[str]:
    found = [called[one] for one in numbers(tally.behind[HEADS[figure]])]
    return ["、".join(found)] if found else []


def missing(session: Session, tally: Tally, called: Mapping[int, str]) -> list[tuple[str, list[str]]]:
    """未完成情况: absent or on leave and not made up, not learned, no piece, not read."""
    found = []
    for one in tally.held:
        absent = [person for person in one.roll.absent if person not in one.roll.unrecorded]
        for word, people in (("缺席未补学", absent), ("请假未补学", one.roll.leave), ("未登记", one.roll.unrecorded)):
            listed = [called[person] for person in people if person not in one.roll.made_up]
            found.append((f"{_occasion(one)}，{word}", listed))
    owed = tally.figures["study"]["not_done"]
    for item in _rows(session, StudyItem, numbers(tally.behind["study.items"])):
        listed = [called[int(person[1:])] for person, items in owed.items() if f"S{item.id}" in items]
        found.append((f"{quoted(item.title)}，未完成", listed))
    waits = _waiting(session, tally)
    for task, said in tally.figures["reflections"].items():
        without = [one for one in tally.behind[f"reflections.{task}.missing"] if one not in waits[task]]
        found.append((f"{said['title']}，未交", [called[person] for person in numbers(without)]))
    for reminder in _rows(session, Reminder, numbers(tally.figures["reminders"])):
        unread = numbers(_unread(tally, reminder.id))
        found.append((f"{holiday_names(reminder.holidays)}节前提醒，未阅", [called[person] for person in unread]))
    return found
