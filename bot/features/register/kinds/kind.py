"""What a kind of entry is declared with: data, read by the one engine of the register. No I/O.

A built-in kind and one that a unit makes for itself are the same value, so nothing here is a function.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.kit.access import TABLE, Right
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

DESK = (Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER)
READERS = (*DESK, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER)
# Fields of an archive's record that are of every kind.
RESERVED = frozenset(
    {"id", "revision", "state", "history", "note", "files", "activity", "recorded_at", "by", "withdrawn"}
)
# What a form keeps beside the answers: no field has such a name.
OF_FORMS = frozenset(
    {"act", "of", "entry", "version", "row", "rows", "key", "reasoned", "has", "reason", "unread", "field"}
)


class Type(StrEnum):
    """What a field holds; values.py, questions.py and archive/ say how each is said, counted, asked and kept."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MONTH = "month"
    DAYS = "days"
    QUARTER = "quarter"
    CHOICE = "choice"
    YESNO = "yesno"
    PEOPLE = "people"
    ORG = "org"
    SITE = "site"
    FILES = "files"
    LINK = "link"
    ROWS = "rows"
    # Dated facts, kept with the states: since when it is there at all, whose it is, and until when.
    SINCE = "since"
    OWNER = "owner"
    DUE = "due"


# What is kept with the states, not in the entry.
FACTS = (Type.SINCE, Type.OWNER, Type.DUE)


class Part(BaseModel):
    """A declaration: nothing of it changes, and a word that is none of it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EntryField(Part):
    """One field. `word`: its label. needed: chat asks until it is there; later: asked from the last page only.

    several: more than one; alone: one of them stands in an archive without a list. outside: people who are on no roster
    may be named. options: code and word of a choice. usual: the code, text, whole number or yes that stands without an
    answer. happened: a day that cannot lie ahead. half: a number in half steps. titled: said in 《》. counted: the word
    after a number of rows (项). fields, tracking: of each row. once: the people of this field stand in one row
    each. least, most: of a number. offered: texts that are offered; "peer_orgs": those of the branch. short: the label
    of a button, where that is not the word. to: what a link points to: ACTIVITY, VOTE, or the names of kinds. unless:
    the field that says it where it is there: then it is neither needed nor kept. proved: what an activity says of it
    (of the dated field it always says the day): PRESENT, SITES, PARTNERS, TOPIC or UNLISTED. by_type: of a choice what
    follows from a type of activity, the first that it has.
    """

    key: str
    word: str
    type: Type = Type.TEXT
    needed: bool = False
    later: bool = False
    several: bool = False
    alone: bool = False
    outside: bool = False
    options: Mapping[str, str] = Field(default_factory=dict)
    usual: str = ""
    longest: int = 100
    happened: bool = True
    half: bool = False
    titled: bool = False
    counted: str = "项"
    short: str = ""
    offered: tuple[str, ...] = ()
    computed: bool = False
    apart: bool = False
    retired: tuple[str, ...] = ()
    dropped: bool = False
    to: tuple[str, ...] = ()
    proved: str = ""
    by_type: Mapping[str, str] = Field(default_factory=dict)
    unless: str = ""
    fields: "tuple[EntryField, ...]" = ()
    tracking: "Tracking | None" = None
    once: str = ""
    least: int = 0
    most: int | None = None

    def field(self, key: str) -> "EntryField | None":
        return next((one for one in self.fields if one.key == key), None)

    @property
    def label(self) -> str:
        return self.short or self.word


class Tracking(Part):
    """States with the days from which they hold, in the order in which they are gone through; the first is the start.

    done: nothing is owed any more. barred: a state that is not entered with this code in that field, and what is said.
    reasoned: entered with a reason, as is whatever lies before the state left. follows:
    the field whose day all states have, where they have none of their own (planned, held). ahead: what something is
    that still lies ahead of that day. days: the name of the day of a state in an archive. needs: the field or rows
    without which a state is not entered. acts: the button of a state, where that is not its word. drafts: in which it
    stands in no ledger yet.
    """

    states: Mapping[str, str]
    done: tuple[str, ...] = ()
    reasoned: tuple[str, ...] = ()
    follows: str = ""
    usual: str = ""
    ahead: str = ""
    days: Mapping[str, str] = Field(default_factory=dict)
    needs: Mapping[str, str] = Field(default_factory=dict)
    acts: Mapping[str, str] = Field(default_factory=dict)
    drafts: tuple[str, ...] = ()
    barred: Mapping[str, tuple[str, str, str]] = Field(default_factory=dict)

    @property
    def start(self) -> str:
        return self.usual or next(iter(self.states))

    def goes_back(self, old: str, new: str) -> bool:
        order = list(self.states)
        return order.index(new) < order.index(old) if old in order and new in order else True

    def wants_reason(self, old: str, new: str) -> bool:
        return new in self.reasoned or self.goes_back(old, new)


# What a link may point to besides entries; and what an activity proves: who came, where it was, with whom, about what,
# and at which sites that are on no list.
ACTIVITY, VOTE = "activity", "vote"
PRESENT, SITES, PARTNERS, TOPIC, UNLISTED = "present", "sites", "partners", "topic", "unlisted"
COMMON = (
    EntryField(key="activity", word="关联活动", type=Type.LINK, later=True, to=(ACTIVITY,)),
    EntryField(key="note", word="备注", later=True, longest=500),
    EntryField(key="files", word="附件", type=Type.FILES, later=True),
)


class Count(Part):
    """A figure over the entries of a kind: which of them stand behind it, and what is made of these.

    rows: counted are the rows of this field, not the entries. on: the day that lies in the period (a field; of a row
    placements.on, of days the first); first: only where it is the first such day of the entry; ends: the day after the
    last of these days lies in it; began: the day since which the state holds does; holds: these days reach the last day
    of the period, or (behaviour OPEN) any of it; quarter: it is of the quarter of that day, or (earlier) of the one
    before. Without any: whatever there is on the last day, but what has `gone` by then. states, row_states: in which it
    is as of that day; year: of the year of that day. where: only with one of these codes in that field. distinct:
    counted are the different values of a field ("entry": the entries), of one that is put together also each entry
    without it; total: the sum of a number; limit: how many rows are that share (total, in per cent) of all; latest: the
    number of the newest; times: once for each of these people; names: the value lists them. by: one figure for each
    code of a choice, which stands for {} in path and word, or ends the path and is the word. overdue: the deadline was
    before that day; in_time: done by it. beside: shown in the brackets of that figure, as `said` words it ({}).
    """

    path: str
    word: str
    unit: str
    behaviour: Behaviour = Behaviour.ADDITIVE
    formula: str
    rows: str = ""
    on: str = ""
    first: bool = False
    ends: str = ""
    holds: str = ""
    quarter: str = ""
    earlier: bool = False
    gone: str = ""
    began: bool = False
    year: str = ""
    states: tuple[str, ...] = ()
    row_states: tuple[str, ...] = ()
    where: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)
    distinct: str = ""
    latest: str = ""
    total: str = ""
    limit: bool = False
    times: str = ""
    names: bool = False
    by: str = ""
    overdue: bool = False
    in_time: bool = False
    beside: str = ""
    said: str = ""


class Ratio(Part):
    """A rate: the rows behind one figure over those of another, or the different ones over the peer branches, or over
    the roster of the last day (D7).

    full: the path of what says whether that is all of them.
    """

    path: str
    word: str
    formula: str
    over: str
    under: str
    full: str = ""
    beside: str = ""
    said: str = ""


class Span(Part):
    """Days between two fields: to the day of `end`, or (`open_end`) to the one before it; without one they last on."""

    start: str
    end: str
    open_end: bool = False


class Told(Part):
    """States that nobody types: the word of the first of these fields that is there (and is not no), else the usual."""

    usual: str
    by: Mapping[str, str]


class Ceiling(Part):
    """A state that is not entered while more of the rows than that share hold a code.

    rows, field, code: of which rows; but: codes that are not judged; share: the field that says it, in per cent (none:
    no check); setting: of the branch, which stands there where nobody has said it.
    """

    state: str
    rows: str
    field: str
    code: str
    but: tuple[str, ...] = ()
    share: str
    setting: str


class Papers(Part):
    """What is expected of each month that has ended: one entry for each of the kinds that the setting names.

    month, kind: the fields; expected, present, missing, rate: the paths of the figures.
    """

    month: str
    kind: str
    setting: str
    expected: str
    present: str
    missing: str
    rate: str


# The peer branches of the settings, and the roster, as what a rate is over.
PEER_ORGS, ROSTER = "peer_orgs", "roster"


class Linked(Part):
    """Entries of another kind that point to this one by a field of theirs: named on its page and in its ledger.

    act: the button that makes one. unit: the field of it that holds the unit: each of those in `of` here has one of its
    own; without `of` it is the branch. choice, codes: its field that follows from the code of `by` here, or (by "") is
    always the only one. asks: a number here that wants one where it is above 0.
    """

    kind: str
    field: str
    word: str
    act: str = ""
    unit: str = ""
    of: str = ""
    choice: str = ""
    by: str = ""
    codes: Mapping[str, str] = Field(default_factory=dict)
    asks: str = ""


class Earlier(Part):
    """What is still open of the latest earlier entry of a kind with the same unit, shown when it is looked at again.

    kind: whose rows; unit: its field; of: the field here; where: only with one of these codes here.
    """

    kind: str
    unit: str
    of: str
    where: Mapping[str, tuple[str, ...]]


class Appoints(Part):
    """Who is to get an office once an entry is in a state: by the roster's own step, never by itself. but: not with one
    of these codes here.

    person, office: the fields of `rows`, of those with these codes; from the day of the state. term: with this code in
    that field of the entry the term of the committee begins.
    """

    state: str
    rows: str
    person: str
    office: str
    where: Mapping[str, str]
    term: tuple[str, str]
    but: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Ledger(Part):
    """The table of a kind (台账): its number, name, and columns as word and field.

    A column is a field of the entry, or of `rows`, one line each; `kind`, `state` and the name of a state (the day
    since which it holds) are columns too, `in_time`: 是 or 否, and the name of a kind that points to it (`linked`).
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: str = ""


class Kind(Part):
    """A kind of entry. `collection`, `also`: where and with which further fields an archive has it; `letter`: before
    the number of an entry that has no id there yet.

    short: the label of its key. dated: the field whose day puts it into a period; "" where each figure has its day.
    first_of: a further day, the first of these fields that is there. spans: further days, from one field to another.
    together: a further value, of all these fields. one_of: at least one of these is needed. at_most: pairs of numbers,
    the first no more than the second; candidates.votes is that of each row. in_order: pairs of days, the second not
    before the first. told: the states that the fields tell of. computes: what fills the fields that nobody says
    (computing.py). apart: its entries are for its readers and whom they name, not for leaders; secret: so are its
    figures. monthly: whose it is is asked each month how far it has come, unless something was recorded.
    linked, earlier: what other entries have to do with one. appoints: whom it gives an office.
    line: an entry in a list, with the fields that it names. phrase: what a report says of it.
    """

    name: str
    word: str
    short: str = ""
    unit: str
    section: Section
    collection: str
    also: Mapping[str, str] = Field(default_factory=dict)
    letter: str = Field(default="E", pattern="^[A-Z]$")
    revision: int = 1
    keepers: tuple[Duty, ...] = DESK
    readers: tuple[Duty, ...] = READERS
    fields: tuple[EntryField, ...]
    dated: str = ""
    first_of: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    spans: Mapping[str, Span] = Field(default_factory=dict)
    together: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    at_most: tuple[tuple[str, str], ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    tracking: Tracking | None = None
    told: Told | None = None
    computes: str = ""
    ceiling: Ceiling | None = None
    papers: Papers | None = None
    apart: bool = False
    secret: bool = False
    monthly: bool = False
    linked: tuple[Linked, ...] = ()
    earlier: Earlier | None = None
    appoints: Appoints | None = None
    phrase: str = ""
    line: str
    counts: tuple[Count, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    ledger: Ledger

    def __hash__(self) -> int:
        # What is made of a kind is kept by it: all else of it is compared only where this is the same.
        return hash((self.name, self.revision))

    @property
    def label(self) -> str:
        return self.short or self.word

    @property
    def every(self) -> tuple[EntryField, ...]:
        """Its own fields, and those that every kind has."""
        return (*self.fields, *COMMON)

    def field(self, key: str) -> EntryField | None:
        """A field by its name; items.due_on is one of the rows of items."""
        name, _, inner = key.partition(".")
        found = next((one for one in self.every if one.key == name), None)
        return found.field(inner) if found is not None and inner else found

    @property
    def paths(self) -> tuple[str, ...]:
        """Of all its figures."""
        rates = [path for one in self.ratios for path in (one.path, one.full) if path]
        papers = self.papers
        kept = [papers.expected, papers.present, papers.missing, papers.rate] if papers is not None else []
        return (*(one.path for one in self.counts), *rates, *kept)

    @property
    def rowed(self) -> tuple[EntryField, ...]:
        return tuple(one for one in self.fields if one.type is Type.ROWS)

    def tracking_of(self, rows: str) -> Tracking | None:
        """The states of the entry (""), or of the rows of a field."""
        field = self.field(rows) if rows else None
        return field.tracking if field is not None else None if rows else self.tracking

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _faults(kind: Kind) -> Iterator[str]:
    """What a declaration names and does not have."""
    keys = [one.key for one in kind.fields]
    yield from (f"fields.{key}: stands twice" for key in {key for key in keys if keys.count(key) > 1})
    inside = [*keys, *(inner.key for one in kind.fields for inner in one.fields)]
    yield from (f"fields.{key}: the name is reserved" for key in keys if key in RESERVED)
    yield from (f"fields.{key}: the name is one of the form's" for key in inside if key in OF_FORMS)
    yield from (f"fields.{one.key}.options: none" for one in kind.fields if one.type is Type.CHOICE and not one.options)
    for part, offices, right in (
        ("keepers", kind.keepers, Right.KEEP_REGISTER),
        ("readers", kind.readers, Right.READ_REGISTER),
    ):
        yield from (f"{part}: {one} has no right {right}" for one in offices if one not in TABLE[right])
    named = [kind.dated, *kind.one_of, *(key for first in kind.first_of.values() for key in first)]
    named += [key for span in kind.spans.values() for key in (span.start, span.end)]
    named += [key for keys in kind.together.values() for key in keys]
    named += [key for pair in (*kind.at_most, *kind.in_order) for key in pair]
    named += [f"{one.key}.{one.once}" for one in kind.fields if one.once]
    named += list(kind.told.by.values()) if kind.told is not None else []
    named += [key for one in kind.linked for key in (one.of, one.by, one.asks)]
    named += [kind.earlier.of, *kind.earlier.where] if kind.earlier is not None else []
    yield from (f"{key}: no such field" for key in named if key and kind.field(key) is None)
    every = [*kind.fields, *(inner for one in kind.fields for inner in one.fields)]
    yield from (f"fields.{one.key}.to: none" for one in every if one.type is Type.LINK and not one.to)
    for count in kind.counts:
        yield from _faults_of_count(kind, count)
    paths = {one.path for one in kind.counts}
    for ratio in kind.ratios:
        yield from (
            f"{ratio.path}: no figure {one}"
            for one in (ratio.over, ratio.under)
            if one not in {*paths, PEER_ORGS, ROSTER}
        )


def _faults_of_count(kind: Kind, count: Count) -> Iterator[str]:
    inner = f"{count.rows}." if count.rows else ""
    if count.rows and (kind.field(count.rows) or EntryField(key="", word="")).type is not Type.ROWS:
        yield f"{count.path}: {count.rows} are no rows"
    for day in (count.on, count.ends, count.holds, count.quarter, count.gone):
        if day and kind.field(day) is None and day not in kind.first_of and day not in kind.spans:
            yield f"{count.path}: no day {day}"
    distinct = count.distinct if count.distinct != "entry" and count.distinct not in kind.together else ""
    for key in (*count.where, count.total, count.times, count.by, count.year, count.latest, distinct):
        if key and kind.field(f"{inner}{key}") is None and kind.field(key) is None:
            yield f"{count.path}: no field {key}"
    for rows, states in (("", count.states), (count.rows, count.row_states)):
        tracking = kind.tracking_of(rows)
        yield from (
            f"{count.path}: no state {state}" for state in states if tracking is None or state not in tracking.states
        )
