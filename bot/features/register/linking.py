"""What entries have to do with activities and with each other: what a field points to, what points back, and what of an
earlier one is still open.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.features.register import entries, rules
from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import ACTIVITY, VOTE, EntryField, Kind, Linked
from bot.features.register.rules import Row, View
from bot.features.register.values import ENTRY, Called, Json, Link
from bot.kit.access import Right, may
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.words import cut, in_marks
from scheduler.calendar.days import Calendar, at, local_day
from storage.activities import in_scope
from storage.audience import Me
from storage.choices import OFF, ActivityStatus, Motion, Scope
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryDay, EntryLink
from storage.models.vote import Vote

# What may be pointed to is of so long ago and so far ahead; so many are offered.
MOST = 24
BEFORE, AHEAD = timedelta(days=400), timedelta(days=14)
# Of which activities an entry is made: so many, begun within so long.
LATEST, LATELY = 8, timedelta(days=60)
# What was found asks for something after so many working days, and for so long.
WORKING_DAYS, STANDS = 5, timedelta(days=120)
# Of the words of an entry that is pointed to.
LONGEST = 60


# --- what is pointed to ----------------------------------------------------------------------------------------------


def with_links(
    session: Session,
    branch_id: int,
    called: Called,
    tz: tzinfo,
    found: Iterable[View],
    more: Iterable[Link] = (),
    me: Me | None = None,
) -> Called:
    """How what these entries point to is called besides, of their own branch; what 撤销 took back never was.

    me: as far as somebody may know of it.
    """
    wanted = {*more}
    for view in found:
        held: list[tuple[str, Json]] = [("", view.fields), *((row.field, row.fields) for row in view.rows)]
        wanted |= {link for rows, fields in held for _, link in rules.linked(view.kind, rows, fields)}
    return replace(called, links={**called.links, **words(session, branch_id, wanted, tz, me)}) if wanted else called


def words(
    session: Session, branch_id: int, wanted: Iterable[Link], tz: tzinfo, me: Me | None = None
) -> dict[Link, str]:
    """7月主题党日（2023年7月7日）; 整改清单“甲支部 半年检查”."""
    by: dict[str, list[int]] = defaultdict(list)
    for one in wanted:
        by[one.to].append(one.id)
    mine = (Activity.branch_id == branch_id, Activity.id.in_(by[ACTIVITY]))
    votes = _vote_words(session, branch_id, by[VOTE], tz) if by[VOTE] else {}
    activities = session.scalars(select(Activity).where(*mine)) if by[ACTIVITY] else ()
    known = [one for one in activities if me is None or knows_of(session, me, one)]
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    here = select(Entry.id).where(Entry.branch_id == branch_id, Entry.id.in_(by[ENTRY]), stands)
    there = entries.views(session, session.scalars(here).all()) if by[ENTRY] else []
    there = [one for one in there if me is None or entries.reads_all(me, one.kind)]
    called = entries.called(session, branch_id, there)
    found = {Link(ACTIVITY, one.id): activity_words(one, tz) for one in known} | votes
    return found | {Link(ENTRY, one.id): entry_words(one, called) for one in there}


def _vote_words(session: Session, branch_id: int, ids: Sequence[int], tz: tzinfo) -> dict[Link, str]:
    """9月党员大会（2023年9月22日）选举支部委员会委员"""
    query = select(Vote, Activity).join(Activity, Activity.id == Vote.activity_id)
    found = session.execute(query.where(Vote.branch_id == branch_id, Vote.id.in_(ids))).all()
    return {Link(VOTE, vote.id): vote_words(vote, activity, tz) for vote, activity in found}


def vote_words(vote: Vote, activity: Activity, tz: tzinfo) -> str:
    gone = "（已取消）" if vote.withdrawn_at is not None else ""
    return f"{activity_words(activity, tz)}{cut(vote.title, LONGEST)}{gone}"


def activity_words(activity: Activity, tz: tzinfo) -> str:
    day = local_day(activity.start_at, tz)
    return f"{activity.title}（{day.year}年{day.month}月{day.day}日）"


def entry_words(view: View, called: Called) -> str:
    gone = "（已取消登记）" if view.withdrawn_at is not None else ""
    return f"{view.kind.word}{in_marks(rules.line_of(view, called), LONGEST)}{gone}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a field may point to: how it is called, and the day that it is of."""

    link: Link
    word: str
    day: date


def candidates(session: Session, me: Me, one: EntryField, today: date, tz: tzinfo) -> list[Candidate]:
    """What a field may point to, the latest first; of activities those that somebody may know of."""
    branch_id = me.branch_id
    found = _activities(session, me, today, tz) if ACTIVITY in one.to else []
    if VOTE in one.to:
        found += _votes(session, branch_id, today, tz)
    kinds = [name for name in one.to if name not in (ACTIVITY, VOTE)]
    if kinds:
        found += _entries(session, branch_id, kinds, tz)
    return sorted(found, key=lambda each: (each.day, each.link.id), reverse=True)


def _activities(session: Session, me: Me, today: date, tz: tzinfo) -> list[Candidate]:
    there = (Activity.branch_id == me.branch_id, Activity.status != ActivityStatus.CANCELLED)
    days = (Activity.start_at >= at(today - BEFORE, time(), tz), Activity.start_at < at(today + AHEAD, time(), tz))
    rows = [one for one in session.scalars(select(Activity).where(*there, *days)) if knows_of(session, me, one)]
    return [Candidate(Link(ACTIVITY, row.id), activity_words(row, tz), local_day(row.start_at, tz)) for row in rows]


def _votes(session: Session, branch_id: int, today: date, tz: tzinfo) -> list[Candidate]:
    """The elections put to the vote lately."""
    elections = (Vote.branch_id == branch_id, Vote.motion == Motion.ELECTION, Vote.withdrawn_at.is_(None))
    query = select(Vote, Activity).join(Activity, Activity.id == Vote.activity_id)
    lately = query.where(*elections, Activity.status.not_in(OFF), Activity.start_at >= at(today - BEFORE, time(), tz))
    return [
        Candidate(Link(VOTE, vote.id), vote_words(vote, activity, tz), local_day(activity.start_at, tz))
        for vote, activity in session.execute(lately)
    ]


def knows_of(session: Session, me: Me, activity: Activity) -> bool:
    """Of an activity of the whole branch everybody, of any other who sees the roll or was to come."""
    whole = activity.scope is Scope.BRANCH or may(me, Right.SEE_ROLL, branch_id=activity.branch_id)
    return whole or in_scope(session, me, activity)


def held(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Candidate]:
    """The latest activities that have begun, of which an entry may be made."""
    mine = (Activity.branch_id == me.branch_id, Activity.status.not_in(OFF), Activity.start_at <= now)
    query = select(Activity).where(*mine, Activity.start_at >= now - LATELY)
    rows = session.scalars(query.order_by(Activity.start_at.desc(), Activity.id.desc()).limit(4 * LATEST))
    known = [row for row in rows if knows_of(session, me, row)][:LATEST]
    return [Candidate(Link(ACTIVITY, row.id), activity_words(row, tz), local_day(row.start_at, tz)) for row in known]


def _entries(session: Session, branch_id: int, kinds: Sequence[str], tz: tzinfo) -> list[Candidate]:
    mine = (Entry.branch_id == branch_id, Entry.kind.in_(kinds), Entry.withdrawn_at.is_(None))
    query = select(Entry.id).where(*mine).order_by(Entry.id.desc()).limit(4 * MOST)
    found = entries.views(session, session.scalars(query).all())
    called = entries.called(session, branch_id, found)
    return [Candidate(Link(ENTRY, one.id), entry_words(one, called), _day_of(one, tz)) for one in found]


def _day_of(view: View, tz: tzinfo) -> date:
    return rules.dated(view.kind, view.fields) or local_day(view.recorded_at, tz)


def are_there(session: Session, branch_id: int, kind: Kind, rows: str, values: Json) -> None:
    """Refuses what points to nothing of the branch, to what was taken back, or to something else than the field may."""
    by_key = {one.key: one for one in rules.declared(kind, rows)}
    for key, link in rules.linked(kind, rows, values):
        to = by_key[key].to
        row: Activity | Entry | Vote | None
        if link.to == VOTE:
            row = _election(session, link.id) if VOTE in to else None
        elif link.to == ACTIVITY:
            row = session.get(Activity, link.id) if ACTIVITY in to else None
        else:
            entry = session.get(Entry, link.id)
            row = entry if entry is not None and entry.kind in to and entry.withdrawn_at is None else None
        if row is None or row.branch_id != branch_id:
            raise Refusal(f"没有找到{by_key[key].word}，请重新选择。")


def _election(session: Session, vote_id: int) -> Vote | None:
    """A vote that elects, and stands."""
    vote = session.get(Vote, vote_id)
    return vote if vote is not None and vote.motion is Motion.ELECTION and vote.withdrawn_at is None else None


# --- what points back ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Back:
    """Entries that point to one, by how they are declared to."""

    linked: Linked
    entries: Sequence[View]


def backs(session: Session, found: Sequence[View]) -> Mapping[int, list[Back]]:
    """What points to each of these entries; what was taken back does not. A statement more, where any kind asks."""
    asked = {view.id: view for view in found if view.kind.linked}
    if not asked:
        return {}
    here = session.execute(
        select(EntryLink.target_id, EntryLink.entry_id, EntryLink.field)
        .join(Entry, Entry.id == EntryLink.entry_id)
        .where(EntryLink.target_id.in_(asked), Entry.withdrawn_at.is_(None))
        .order_by(EntryLink.entry_id)
    ).all()
    views = {one.id: one for one in entries.views(session, sorted({one for _, one, _ in here}))}
    made: dict[int, list[Back]] = {}
    for number, view in asked.items():
        made[number] = [
            Back(
                linked,
                [
                    views[one]
                    for to, one, field in here
                    if to == number and field == linked.field and one in views and views[one].kind.name == linked.kind
                ],
            )
            for linked in view.kind.linked
        ]
    return made


def lacking(view: View, back: Back, branch: str) -> list[str]:
    """The units that still have none of those; of one that asks for none of each: [""] where there is none at all."""
    linked = back.linked
    if not linked.unit:
        return [""]
    there = {name_key(str(one.fields.get(linked.unit, ""))) for one in back.entries}
    units = [one for one in (_units(view, linked.of) if linked.of else [branch]) if name_key(one) not in there]
    return units or ([] if there else [""])


def _units(view: View, key: str) -> list[str]:
    named = view.fields.get(key) or []
    return [named] if isinstance(named, str) else list(named)


def given(view: View, linked: Linked, unit: str) -> dict[str, object]:
    """What is filled in of the entry that is made from this one."""
    made: dict[str, object] = {linked.field: f"e{view.id}"}
    if unit:
        made[linked.unit] = unit
    choice = linked.codes.get(str(view.fields.get(linked.by, "")) if linked.by else "")
    return {**made, linked.choice: choice} if choice else made


def asks(view: View, back: Back) -> bool:
    """Whether something was found and nothing made of it."""
    number = view.fields.get(back.linked.asks) if back.linked.asks else None
    return bool(number) and not back.entries and view.withdrawn_at is None


def unanswered(session: Session, branch_id: int, day: date, calendar: Calendar) -> list[tuple[View, Linked, date]]:
    """Where something was found lately and nothing was made of it by the fifth working day after: with that day."""
    asking = [one for one in built_in() if any(linked.asks for linked in one.linked)]
    mine = (Entry.branch_id == branch_id, Entry.withdrawn_at.is_(None), Entry.kind.in_([one.name for one in asking]))
    lately = EntryDay.entry_id == Entry.id, EntryDay.on > day - STANDS, EntryDay.on <= day
    ids = session.scalars(select(Entry.id).where(*mine, exists().where(*lately)).order_by(Entry.id)).all()
    found: list[tuple[View, Linked, date]] = []
    views = entries.views(session, ids)
    pointing = backs(session, views)
    for view in views:
        last = max((end or on for _, on, end in rules.index(view.kind, "", view.fields).days), default=None)
        if last is None or not _took_place(view):
            continue
        due = calendar.working_day_after(last, WORKING_DAYS)
        if due <= day:
            found += [(view, back.linked, due) for back in pointing[view.id] if asks(view, back)]
    return found


def _took_place(view: View) -> bool:
    tracking = view.kind.tracking
    return tracking is None or not tracking.follows or (view.fact is not None and view.fact.state == tracking.usual)


# --- what is still open of an earlier one ----------------------------------------------------------------------------


def open_before(session: Session, branch_id: int, view: View) -> list[tuple[View, Row]]:
    """The open rows of the latest earlier entries of the same units, for one that looks again."""
    earlier = view.kind.earlier
    if earlier is None or not all(view.fields.get(key) in codes for key, codes in earlier.where.items()):
        return []
    mine = (Entry.branch_id == branch_id, Entry.kind == earlier.kind, Entry.withdrawn_at.is_(None), Entry.id != view.id)
    others = entries.views(session, session.scalars(select(Entry.id).where(*mine)).all())
    handed = [(one.fact.since, one.id, one) for one in others if one.fact is not None and not rules.is_draft(one)]
    found: list[tuple[View, Row]] = []
    for unit in _units(view, earlier.of):
        same = [each for each in handed if name_key(str(each[2].fields.get(earlier.unit, ""))) == name_key(unit)]
        found += [(max(same)[2], row) for row in _open_rows(max(same)[2])] if same else []
    return found


def _open_rows(view: View) -> list[Row]:
    return [
        row
        for row in view.rows
        if row.fact is not None and (of := view.kind.tracking_of(row.field)) and row.fact.state not in of.done
    ]
