"""What of a quarter is still to be settled, and by whom: norms, what waits, the register, plans, papers, tasks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.norms import overview, service, words
from bot.features.norms.rule_file import Every
from bot.features.norms.rules import Check, State
from bot.features.norms.service import Span
from bot.features.readiness.rules import Todo
from bot.features.readiness.subjects import ATTENDANCE, CAMPAIGNS, DOCUMENTS, EXAMS, PIECES, SUBJECTS, Subject
from bot.features.register import due, entries
from bot.features.register.kinds.catalogue import KINDS
from bot.features.register.rules import line_of, owed_title
from bot.features.tally.service import Tally
from bot.kit.addressees import reachable
from bot.kit.buttons import Button
from bot.kit.closing import cut_off_on
from bot.kit.deadlines import last_instant
from bot.kit.doors import Look, NewEntry, Open, OpenActivity, OpenEntry, ShowTalks
from bot.kit.feature import Feature
from bot.kit.figures import value_at
from bot.kit.glossary.choices import MONTHLY_DOCUMENTS
from bot.kit.owing import Does, Waiting, short
from bot.kit.words import by_day, in_marks, short_day
from scheduler.calendar.days import local_day
from storage.choices import ActivityStatus, Duty, MonthlyDocument, Organizer, Scope
from storage.models.activity import Activity, Component
from storage.models.entry import Entry, EntryDay
from storage.models.exam import Exam
from storage.models.talk import TalkCampaign
from storage.roster import roster

# Keys that this feature answers for; others are those of norms and of the register.
PREFIX = "ready:"
VERB = "办理"
_BY_EVENT: Mapping[str, Subject] = {event: one for one in SUBJECTS for event in one.events}
_BY_KIND: Mapping[str, Subject] = {kind: one for one in SUBJECTS for kind in one.kinds}
# Kinds of which an entry may say that it is planned.
_AHEAD = frozenset(one.name for one in KINDS if one.tracking is not None and one.tracking.ahead)
Found = tuple[Subject, Todo]


@dataclass(frozen=True, slots=True)
class Asked:
    """What looking takes: a tally of the quarter as it is counted now, and what the features tell of it."""

    found: Tally
    features: Sequence[Feature]
    filled: Callable[[Subject], bool]

    @property
    def session(self) -> Session:
        return self.found.counting.session

    @property
    def branch_id(self) -> int:
        return self.found.counting.branch_id

    @property
    def today(self) -> date:
        return local_day(self.found.counting.now, self.found.counting.tz)

    @property
    def in_grace(self) -> bool:
        """The quarter is over and still takes records (D20)."""
        return self.today > self.found.period.end and not self.found.counting.over

    @property
    def last(self) -> date:
        """The last day on which the quarter takes anything."""
        counting = self.found.counting
        return local_day(last_instant(cut_off_on(counting.period.end, counting.closes, counting.tz)), counting.tz)

    def key(self, rest: str) -> str:
        return f"{PREFIX}{self.found.period.code}:{rest}"


class Offices:
    """The one person of an office: who can be reached, else the secretary and so on; asked once an office."""

    def __init__(self, session: Session, branch_id: int, today: date) -> None:
        self._asked = (session, branch_id, today)
        self._known: dict[Duty, list[int]] = {}

    def of(self, duty: Duty, but: int | None = None) -> int | None:
        """`but`: whose own it is, and who is asked only where nobody else can be."""
        people = [one for each in (duty, Duty.SECRETARY, Duty.DEPUTY_SECRETARY) for one in self._held(each)]
        return next((one for one in people if one != but), people[0] if people else None)

    def _held(self, duty: Duty) -> list[int]:
        if duty not in self._known:
            self._known[duty] = reachable(*self._asked, duty)
        return self._known[duty]


def gathered(asked: Asked) -> list[Found]:
    """Everything open of a quarter. The number of statements depends on nothing that was recorded."""
    offices = Offices(asked.session, asked.branch_id, asked.today)
    found = [*_waits(asked, offices)]
    if not asked.found.counting.over:
        found += _norms(asked, offices)
        found += [*_planned(asked), *_register(asked), *_ahead(asked, offices)]
        found += [*_documents(asked, offices), *_tasks(asked, offices), *_campaigns(asked, offices)]
        found += _needed(asked, offices)
    return found


# --- what an officer has to settle -----------------------------------------------------------------------------------


def _waits(asked: Asked, offices: Offices) -> Iterator[Found]:
    by_kind = {kind: one for one in SUBJECTS for kind in one.waits}
    tz = asked.found.counting.tz
    for waiting in (one for each in asked.features if each.blocks for one in each.blocks(asked.found.counting)):
        subject = by_kind.get(waiting.kind, ATTENDANCE)
        yield (
            subject,
            Todo(
                key=asked.key(_code_of(waiting)),
                line=waiting.line,
                since=local_day(waiting.since, tz),
                until=asked.last if not asked.found.counting.over else None,
                person_id=offices.of(subject.keeper, waiting.whose),
                does=waiting.does[0],
            ),
        )


def _code_of(waiting: Waiting) -> str:
    """By what settles it: short enough for a button, and the same as long as it waits."""
    return f"w{crc32(waiting.does[0].button.pack().encode()):08x}"


# --- norms -----------------------------------------------------------------------------------------------------------


def _norms(asked: Asked, offices: Offices) -> list[Found]:
    counting, today = asked.found.counting, asked.today
    span = Span(counting.period, today)
    checks = service.checked(asked.session, asked.features, asked.branch_id, span, counting.now, counting.tz, counting)
    closer = overview.closers(asked.session, asked.branch_id, today)
    offers = service.offers_of(asked.features)
    found: list[Found] = []
    missed: set[str] = set()
    for one in checks:
        subject = _BY_EVENT.get(one.norm.event)
        if subject is None or one.norm.secretary_only or not _of_a_quarter(one):
            continue
        button = one.case.opens if one.case is not None else offers[one.norm.event].does
        does = Does(VERB, button) if button is not None else None
        if one.state is State.OPEN and not one.arranged:
            found.append((subject, _to_do(one, overview.key_of(one), does, closer(one), today)))
        elif one.state is State.MISSED and one.case is not None and one.norm.event == "minutes":
            # Too late for the norm, and still to be written.
            found.append((subject, _to_do(one, asked.key(overview.key_of(one)), does, closer(one), today)))
        elif asked.in_grace and _is_lost(one) and subject.name not in missed and not asked.filled(subject):
            missed.add(subject.name)
            found.append((subject, _to_back_fill(asked, one, subject, does, closer(one))))
    return found


def _is_lost(one: Check) -> bool:
    return one.state is State.MISSED and one.case is None


def _of_a_quarter(one: Check) -> bool:
    return one.norm.by_case or one.norm.period in (Every.MONTH, Every.QUARTER)


def _to_do(one: Check, key: str, does: Does | None, person_id: int | None, today: date) -> Todo:
    """党员大会：第三季度尚未开展，9月30日（含）前。"""
    parts = [f"{words.period_words(one.period)}{words.whom(one)}{words.so_far(one)}"] if one.case is None else []
    parts += [words.whom(one)] if one.case is not None else []
    until = words.until_words(one, today)
    line = f"{one.norm.title}：{'，'.join([*parts, *([until] if until else [])])}。"
    return Todo(
        key=key,
        line=line,
        since=one.case.day if one.case is not None else one.period.start,
        until=one.until if one.state is State.OPEN else None,
        person_id=person_id,
        does=does,
    )


def _to_back_fill(asked: Asked, one: Check, subject: Subject, does: Does | None, person_id: int | None) -> Todo:
    """党员大会：没有记录，已开展的请于10月10日（含）前补登。"""
    return Todo(
        key=asked.key(f"b{crc32(subject.name.encode()):08x}"),
        line=f"{one.norm.title}：没有记录，已开展的请于{by_day(asked.last)}补登。",
        since=one.period.start,
        until=asked.last,
        person_id=person_id,
        does=does,
    )


# --- what is planned -------------------------------------------------------------------------------------------------


def _planned(asked: Asked) -> Iterator[Found]:
    """Own activities that are to come in the quarter, behind every subject that they will count for."""
    counting = asked.found.counting
    start, _ = counting.bounds(counting.period)
    own = (Activity.organizer.in_([Organizer.OWN_BRANCH, Organizer.JOINT]), Activity.scope != Scope.DELEGATED)
    query = (
        select(Activity.id, Activity.title, Activity.start_at, Component.type)
        .join(Component, Component.activity_id == Activity.id)
        .where(Activity.branch_id == asked.branch_id, Activity.status == ActivityStatus.PLANNED, *own)
        .where(Activity.start_at >= start, Activity.start_at < counting.bounds(counting.period)[1])
        .where(Activity.end_at > counting.now)
        .order_by(Activity.start_at, Activity.id, Component.id)
    )
    by_type = {one.type: one for one in SUBJECTS if one.type is not None}
    for activity_id, title, start_at, kind in asked.session.execute(query):
        subject, day = by_type.get(kind), local_day(start_at, counting.tz)
        if subject is not None:
            line = f"{short(title)}：已安排{short_day(day)}开展。"
            does = Does("查看", OpenActivity(activity_id))
            key = asked.key(f"a{activity_id}")
            yield subject, Todo(key=key, line=line, since=day, until=day, does=does, arranged=True)


# --- the register ----------------------------------------------------------------------------------------------------


def _register(asked: Asked) -> Iterator[Found]:
    """What falls due in the quarter, or has before, and is not done: its owner's."""
    session, today = asked.session, asked.today
    items = due.open_items(session, asked.branch_id, today)
    mine = [one for one in items if one.view.kind.name in _BY_KIND and one.due_on <= asked.found.period.end]
    here, called = roster(session, asked.branch_id, today), entries.everybody(session, asked.branch_id)
    desk = due.keepers_of(session, asked.branch_id, today)
    for one in mine:
        people, _ = due.whose(one.view.kind, one.fact, here, desk)
        late = "，已逾期" if one.overdue(today) else ""
        yield (
            _BY_KIND[one.view.kind.name],
            Todo(
                key=one.key,
                line=f"{short(owed_title(one.view, one.row, called))}：期限{short_day(one.due_on)}{late}。",
                since=one.view.since or local_day(one.view.recorded_at, asked.found.counting.tz),
                until=one.due_on,
                person_id=next(iter(people), None),
                does=Does("更新", OpenEntry(one.view.id, one.row_id)),
            ),
        )


def _ahead(asked: Asked, offices: Offices) -> Iterator[Found]:
    """What was recorded as planned in the quarter and not as held."""
    kinds = [one for one in _BY_KIND if one in _AHEAD]
    days = asked.found.period
    query = (
        select(Entry.id)
        .join(EntryDay, EntryDay.entry_id == Entry.id)
        .where(Entry.branch_id == asked.branch_id, Entry.kind.in_(kinds), Entry.withdrawn_at.is_(None))
        .where(EntryDay.row_id.is_(None), EntryDay.on >= days.start, EntryDay.on < days.to)
    )
    views = entries.views(asked.session, sorted(set(asked.session.scalars(query))))
    called = entries.everybody(asked.session, asked.branch_id)
    for view in views:
        tracking = view.kind.tracking
        if tracking is not None and view.fact is not None and view.fact.state == tracking.ahead:
            yield (
                _BY_KIND[view.kind.name],
                Todo(
                    key=asked.key(f"e{view.id}"),
                    line=f"{view.kind.word}{in_marks(line_of(view, called))}：开展后请登记。",
                    since=view.since or days.start,
                    person_id=offices.of(view.kind.keepers[0]),
                    does=Does("更新", OpenEntry(view.id, 0)),
                ),
            )


def _needed(asked: Asked, offices: Offices) -> Iterator[Found]:
    """存在问题 and 下季计划, which the secretary writes."""
    kinds = {"issues": "issue", "next_quarter_plan": "plan_item"}
    words_of = {one.figure.path: one.figure.word for one in asked.found.counted}
    for subject in SUBJECTS:
        if subject.needed and not asked.filled(subject):
            yield (
                subject,
                Todo(
                    key=asked.key(f"n{subject.name}"),
                    line=f"{words_of.get(subject.name, subject.word)}：尚未登记，请于{by_day(asked.last)}登记。",
                    since=asked.found.period.start,
                    until=asked.last,
                    person_id=offices.of(subject.keeper),
                    does=Does("登记", NewEntry(kinds[subject.name])),
                ),
            )


# --- papers, pieces, tests, talks ------------------------------------------------------------------------------------


def _documents(asked: Asked, offices: Offices) -> Iterator[Found]:
    """The papers of each month that is over; minutes are asked for one by one."""
    for month, kind in value_at(asked.found.figures, "documents.missing") or ():
        if kind == MonthlyDocument.MINUTES.value:
            continue
        word = f"{int(month[-2:])}月{MONTHLY_DOCUMENTS[MonthlyDocument(kind)]}"
        yield (
            DOCUMENTS,
            Todo(
                key=asked.key(f"d{month}:{kind}"),
                line=f"{word}：请于{by_day(asked.last)}登记。",
                since=date(int(month[:4]), int(month[-2:]), 1),
                until=asked.last,
                person_id=offices.of(DOCUMENTS.keeper),
                does=Does("登记", NewEntry("document")),
            ),
        )


def _tasks(asked: Asked, offices: Offices) -> Iterator[Found]:
    """Of pieces and tests who has not handed in is told to the officer of them, in counts."""
    titles = _titles(asked)
    each: Iterable[tuple[Subject, str, str, str, Button]] = (
        (PIECES, "reflections", "missing", "应交{}人，已交{}人", Look("todo")),
        (EXAMS, "exams", "not_sat", "应考{}人，已考{}人", Open("exam")),
    )
    for subject, path, owing, said, button in each:
        for code, counts in (value_at(asked.found.figures, path) or {}).items():
            if counts[owing]:
                done = counts["expected"] - len(counts[owing])
                yield (
                    subject,
                    Todo(
                        key=asked.key(f"t{code}"),
                        line=f"{short(counts.get('title') or titles[code])}：{said.format(counts['expected'], done)}。",
                        since=asked.found.period.start,
                        until=asked.last,
                        person_id=offices.of(subject.keeper),
                        does=Does("查看", button),
                    ),
                )


def _titles(asked: Asked) -> dict[str, str]:
    """Of the tests, which their figures do not say."""
    ids = [int(code[1:]) for code in value_at(asked.found.figures, "exams") or {}]
    query = select(Exam.id, Exam.title).where(Exam.id.in_(ids))
    return {f"E{row.id}": row.title for row in asked.session.execute(query)}


def _campaigns(asked: Asked, offices: Offices) -> Iterator[Found]:
    """Talks that do not reach everybody yet."""
    counts = value_at(asked.found.figures, "talk_campaigns") or {}
    ids = [int(code[1:]) for code, one in counts.items() if not one["full_coverage"]]
    query = select(TalkCampaign).where(TalkCampaign.id.in_(ids)).order_by(TalkCampaign.last_on, TalkCampaign.id)
    for row in asked.session.scalars(query):
        one = counts[f"K{row.id}"]
        yield (
            CAMPAIGNS,
            Todo(
                key=asked.key(f"k{row.id}"),
                line=f"{short(row.topic)}：应谈{one['should']}人，已谈{one['talked']}人。",
                since=row.from_on,
                until=row.last_on,
                person_id=offices.of(CAMPAIGNS.keeper),
                does=Does("查看", ShowTalks()),
            ),
        )
