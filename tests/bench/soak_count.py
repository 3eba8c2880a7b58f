"""What is counted at the end of a soak, and what must hold of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.outbox_rows import FORGOTTEN
from storage.choices import InboxState, OutboxState
from storage.models.attendance import Attendance
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox, Promise
from storage.models.person import Person
from tests.bench.compressed import Compressed
from tests.bench.soak_phases import Phase
from tests.bench.soak_world import SIGNED_IN, Asked, Crowd, Seen, is_blocked

OPEN = (OutboxState.QUEUED, OutboxState.SENDING)
# Seconds: how long after a fault nothing may stand still.
STILL = 60.0
# The answer to a tap that was handled so shortly before a fault may have met it. Nothing is handled after so long.
NEAR, LONG = 10.0, 600.0


@dataclass(frozen=True)
class Figure:
    """`most`: it must not be more; None: only told."""

    what: str
    value: float
    most: float | None = None
    shown: str = ""

    @property
    def broken(self) -> bool:
        return self.most is not None and self.value > self.most


@dataclass
class Still:
    """After one fault: the longest that no message, no answer to a tap went through; until each first did.

    within: the same while the fault lasted.
    """

    phase: Phase
    sends: float
    taps: float
    first_send: float
    first_tap: float
    sends_within: float
    taps_within: float


@dataclass
class Count:
    """The figures, what stood still after each fault, and examples of what is wrong."""

    figures: list[Figure] = field(default_factory=list)
    stills: list[Still] = field(default_factory=list)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def broken(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.broken]

    def add(self, what: str, wrong: Sequence[Any], most: float | None = 0) -> None:
        """A figure that counts: with some of what it counts, when there must be none."""
        self.figures.append(Figure(what, len(wrong), most))
        if most is not None and len(wrong) > most:
            self.examples[what] = [str(each) for each in wrong[:5]]


def stills(phases: Sequence[Phase], seen: Seen, over: float) -> list[Still]:
    """People tap and write all the time, so that something is always due."""
    found = []
    ends = [phase.begins for phase in phases[1:]] + [over]
    for phase, until in zip(phases, ends, strict=True):
        both = seen.sends, seen.answers
        after = [[at for at in given if phase.ends <= at < until] for given in both]
        within = [[at for at in given if phase.begins <= at < phase.ends] for given in both]
        gaps = [_gap(moments, phase.ends, until) for moments in after]
        firsts = [(moments[0] if moments else until) - phase.ends for moments in after]
        found.append(Still(phase, *gaps, *firsts, *(_gap(moments, phase.begins, phase.ends) for moments in within)))
    return found


def _gap(moments: Sequence[float], begin: float, end: float) -> float:
    points = [begin, *moments, end]
    return max(later - earlier for earlier, later in pairwise(points))


def count(found: Count, session: Session, crowd: Crowd, phases: Sequence[Phase], over: float) -> None:
    """Add what the database and the playground say of each other. over: when people stopped."""
    seen = crowd.scene.seen
    rows = list(session.scalars(select(Outbox).order_by(Outbox.id)))
    _rows(found, crowd, rows)
    keys = {row_id: key for key, row_id in session.execute(select(Promise.key, Promise.outbox_id)) if row_id}
    _late(found, crowd, rows, keys, phases)
    _asked(found, session, seen, phases, crowd.scene.at)
    found.stills = stills(phases, seen, over)
    steps = [each for each in found.stills if not each.phase.outage]
    for words, most, values in (
        ("messages after a fault", STILL, [each.sends for each in found.stills]),
        ("answers to taps after a fault", STILL, [each.taps for each in found.stills]),
        ("messages while a clock is wrong", STILL, [each.sends_within for each in steps]),
        ("answers to taps while a clock is wrong", STILL, [each.taps_within for each in steps]),
    ):
        longest = max(values, default=0.0)
        found.figures.append(Figure(f"longest without {words}, s", longest, most, _both(crowd, longest)))


def _rows(found: Count, crowd: Crowd, rows: Sequence[Outbox]) -> None:
    seen, of_key = crowd.scene.seen, defaultdict[tuple[int, str], list[Outbox]](list)
    for row in rows:
        if row.edits_id is None and row.message != FORGOTTEN and row.chat_id is not None:
            of_key[row.chat_id, row.message.get("text", "")].append(row)
    ours = [row for row in rows if row.job == "soak"]
    found.figures.append(Figure("messages promised in broadcasts", len(ours)))
    found.figures.append(Figure("other messages promised", len(rows) - len(ours)))
    found.add("promised and no row", [key for key in crowd.promised if key not in of_key])
    found.add("rows that are still open", [_said(row) for row in rows if row.state in OPEN])
    found.add("rows without a reason why they did not arrive", [_said(row) for row in rows if _unexplained(row)])
    found.add("reachable, and said not to be, or failed", [_said(row) for row in rows if _wronged(row)])
    sent = {key: [row for row in of_key[key] if row.state is OutboxState.SENT] for key in of_key}
    missing = [key for key in of_key if seen.arrived[key] < len(sent[key])]
    found.add("said to be sent, and not there", missing)
    doubled = [key for key in of_key if seen.arrived[key] > len(of_key[key])]
    unmarked = [key for key in of_key if seen.arrived[key] > sum(1 + row.resent for row in of_key[key])]
    found.add("arrived twice", doubled, None)
    found.add("arrived twice, and not marked", [(key, *map(_said, of_key[key])) for key in unmarked])
    found.add("sent once more after a lost answer", [row for row in rows if row.resent], None)
    for state in (OutboxState.UNREACHABLE, OutboxState.UNKNOWN):
        found.add(f"rows {state.value}", [row for row in rows if row.state is state], None)


def _late(found: Count, crowd: Crowd, rows: Sequence[Outbox], keys: dict[int, str], phases: Sequence[Phase]) -> None:
    """How long those waited that met no outage any more; what was lost and is sent again waits on purpose."""
    outages = [phase for phase in phases if phase.outage]
    due: dict[str, float] = {f"{words}:{chat}": at for (chat, words), at in crowd.promised.items()}
    due |= {f"answer:{crowd.scene.bot.id}:{each.update_id}:0": each.at for each in crowd.scene.seen.asked.values()}
    waited: dict[str, list[tuple[float, str]]] = {"answer to a word": [], "message of a broadcast": []}
    for row in rows:
        when = crowd.scene.seen.when.get((row.chat_id or 0, row.message_id or 0))
        if when is None or row.resent or row.edits_id is not None or keys.get(row.id) not in due:
            continue
        if not _meets(outages, when, when):
            seconds = when - max([due[keys[row.id]], *(each.ends for each in outages if each.ends <= when)])
            what = "message of a broadcast" if row.job == "soak" else "answer to a word"
            waited[what].append((round(seconds, 1), f"until {when:.0f} s: {_said(row)}"))
    for what, each in waited.items():
        each.sort(reverse=True)
        longest = each[0][0] if each else 0.0
        # A broadcast that was slowed down is no standing still.
        most = STILL if what == "answer to a word" else None
        found.figures.append(
            Figure(f"longest that a(n) {what} waited in quiet, s", longest, most, _both(crowd, longest))
        )
        found.add(f"of these waited more than {STILL:.0f} s", [one for one in each if one[0] > STILL], None)
        if longest > STILL:
            found.examples[what] = [f"{seconds} s {row}" for seconds, row in each[:5]]


def _both(crowd: Crowd, seconds: float) -> str:
    return f"{seconds:.1f} s of the clock, {seconds / crowd.scene.at.factor:.1f} s real"


def _meets(phases: Sequence[Phase], since: float, until: float) -> bool:
    return any(phase.begins <= until and since <= phase.ends for phase in phases)


def _said(row: Outbox) -> str:
    return (
        f"row {row.id} {row.lane.value} to {row.chat_id}: {row.state.value} ({row.reason}), {row.attempts} attempts,"
        f" resent {row.resent}, {row.message.get('text', '')[:20]!r}, made {row.created_at:%F %T},"
        f" not before {row.not_before:%F %T}"
    )


def _unexplained(row: Outbox) -> bool:
    return row.state not in (OutboxState.SENT, *OPEN) and not row.reason


def _wronged(row: Outbox) -> bool:
    blocked = row.chat_id is not None and is_blocked(row.chat_id)
    bad = (OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.CANCELLED)
    return row.state in bad or (row.state is OutboxState.UNREACHABLE and not blocked)


def _asked(found: Count, session: Session, seen: Seen, phases: Sequence[Phase], at: Compressed) -> None:
    inbox = {row.update_id: row for row in session.scalars(select(Inbox))}
    asked = list(seen.asked.values())
    taps = [each for each in asked if each.query_id]
    found.figures.append(Figure("taps", len(taps)))
    took = sorted(each.answered - each.at for each in taps if each.answered)
    if took:
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        found.figures.append(
            Figure("until a tap was answered, p50 and p99, s", p99, None, f"{p50:.1f} and {p99:.1f} s of the clock")
        )
    found.figures.append(Figure("words typed", len(asked) - len(taps)))
    found.add("too old for Telegram: dropped", [each for each in asked if _dropped(each, inbox)], None)
    found.add("confirmed, and no row", [each for each in asked if each.confirmed and each.update_id not in inbox])
    states = {each.update_id: inbox[each.update_id].state for each in asked if each.update_id in inbox}
    found.add("not dropped, and never fetched", _unfetched(asked, inbox, seen))
    unhandled = [_told(inbox[number]) for number, state in states.items() if state is not InboxState.ANSWERED]
    found.add("handled never, or set aside", unhandled)
    found.add("said before it could be read", [each for each in taps if each.early])
    silent = [each for each in taps if each.update_id in inbox and not each.answered]
    met = [_meets(phases, each.at, _handled(inbox[each.update_id], each, at) + NEAR) for each in silent]
    found.add("taps whose answer was lost with the line", list(compress(silent, met)), None)
    lost = [f"{_told(inbox[each.update_id])}, {each}" for each in compress(silent, [not one for one in met])]
    found.add("taps without an answer", lost)
    found.add("told so and not signed in, or twice", _unrecorded(session, taps))


def _handled(row: Inbox, asked: Asked, at: Compressed) -> float:
    """When it was handled, after which it is answered; when it was asked, if the clock there was wrong."""
    handled = (row.handled_at - at.start).total_seconds() if row.handled_at else 0.0
    return handled if asked.at <= handled <= asked.at + LONG else asked.at


def _dropped(asked: Asked, inbox: dict[int, Inbox]) -> bool:
    return not asked.confirmed and asked.update_id not in inbox


def _unfetched(asked: Sequence[Asked], inbox: dict[int, Inbox], seen: Seen) -> list[Asked]:
    """Words are kept for a day: nobody may have missed one."""
    return [each for each in asked if not each.query_id and _dropped(each, inbox)]


def _told(row: Inbox) -> str:
    return f"update {row.update_id} {row.state.value} {row.fault}, handled at {row.handled_at}"


def _unrecorded(session: Session, taps: Sequence[Asked]) -> list[str]:
    whose, which = Person.telegram_id, Attendance.activity_id
    query = select(whose, which, func.count()).join(Person, Person.id == Attendance.person_id).group_by(whose, which)
    kept = {(who, what): n for who, what, n in session.execute(query.where(Attendance.withdrawn_at.is_(None)))}
    told = {(each.chat_id, each.activity) for each in taps if each.toast.startswith(SIGNED_IN)}
    return [f"{key}: {kept.get(key, 0)} rows" for key in sorted(told | set(kept)) if kept.get(key) != 1]
