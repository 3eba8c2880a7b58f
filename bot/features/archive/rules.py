"""What the collections branch and people must look like: plain values out, every fault by its path. No I/O."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from bot.features.archive.document import READ
from bot.features.archive.parts import Held
from bot.features.register.archive.records import Register
from bot.kit.archive_checks import NAME_LENGTH, OUTSIDE, Check, Fields, refused, rest
from bot.kit.branch_settings import EARLIER, FIELDS, read_earlier, write_earlier
from bot.kit.words import plain_number
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank

# Settings that stand in `branch` as well.
OF_BRANCH = ("superior", "peer_orgs", "close_day")
# A plain value holds since ever.
EVER = date.min


class Of(StrEnum):
    """What a span says; the order in which they are kept."""

    ROSTER = "roster"
    MEMBERSHIP = "membership"
    GROUP = "group"
    RANK = "rank"
    CATEGORY = "category"
    DUTY = "duty"
    EXEMPTION = "exemption"


@dataclass(frozen=True, slots=True)
class Span:
    """One dated fact: `says` holds choices and ids of the document, `extra` the further fields."""

    of: Of
    from_on: date
    to_on: date | None
    says: Fields
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the archive. `account` is a Telegram number, None when the archive does not say."""

    id: str
    name: str
    notes: str = ""
    gender: str | None = None
    born_on: date | None = None
    joined_party_on: date | None = None
    account: int | None = None
    phone: str | None = None
    spans: tuple[Span, ...] = ()
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A party group; `leader` describes the day of the export: dated duties decide."""

    id: str
    name: str
    leader: str | None = None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Branch:
    """The branch; `says` are its further fields: superior, peer_orgs, rank_order, timezone, close_day and any other."""

    name: str
    groups: tuple[Group, ...] = ()
    secretary: str | None = None
    committee: tuple[str, ...] = ()
    says: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Archive:
    """What this version reads; None: the collection is not in the document."""

    branch: Branch | None
    people: tuple[Someone, ...] | None
    register: Register = field(default_factory=Register)
    settings: Fields | None = None
    parts: Held = field(default_factory=dict)


_PERSON = frozenset(
    {
        "id",
        "name",
        "group",
        "duties",
        "category",
        "rank_history",
        "roster",
        "membership",
        "exemptions",
        "notes",
        "gender",
        "born_on",
        "joined_party_on",
        "telegram_id",
        "phone",
    }
)
_BRANCH = frozenset({"name", "groups", "secretary", "committee"})


def read_branch(check: Check, row: Any, people: Collection[str] | None) -> Branch | None:
    """The branch; `people` are the ids that it may name, None when the document has no people."""
    if not isinstance(row, dict):
        check.fault("branch", row, "a record")
        return None
    groups = tuple(_group(check, path, one, people) for path, one in check.rows("branch.groups", row.get("groups")))
    check.once("branch.groups", [group.id for group in groups])
    check.once("branch.groups (name)", [group.name for group in groups])
    secretary = _named(check, "branch.secretary", row.get("secretary"), people)
    listed = row.get("committee")
    if listed is not None and not isinstance(listed, list):
        check.fault("branch.committee", listed, "a list of ids of people")
        listed = []
    committee = [_named(check, f"branch.committee[{at}]", one, people) for at, one in enumerate(listed or [])]
    check.text("branch", row, "timezone")
    _texts(check, "branch.rank_order", row.get("rank_order"))
    for name in OF_BRANCH:
        _setting(check, f"branch.{name}", name, row.get(name))
    return Branch(
        check.name("branch", row), groups, secretary, tuple(one for one in committee if one), rest(row, _BRANCH)
    )


def read_settings(check: Check, row: Any, branch: Fields) -> Fields | None:
    """The branch's own settings; what `branch` says of them as well is the same there."""
    if not isinstance(row, dict):
        check.fault("settings", row, "a record")
        return None
    for name in FIELDS:
        _setting(check, f"settings.{name}", name, row.get(name))
        if name in OF_BRANCH and None not in (row.get(name), branch.get(name)) and row[name] != branch[name]:
            check.fault(f"settings.{name}", row[name], f"as branch.{name} ({branch[name]!r})")
    earlier = row.get(EARLIER)
    if earlier is not None and (not isinstance(earlier, dict) or write_earlier(read_earlier(earlier)) != earlier):
        check.fault(f"settings.{EARLIER}", earlier, 'such as {"close_day": [{"before": "2023Q3", "value": 10}]}')
    return row


def _setting(check: Check, path: str, name: str, value: Any) -> None:
    """Nothing is as good as the usual."""
    if value is not None and FIELDS[name].read(value) is None:
        check.fault(path, value, FIELDS[name].should)


def _texts(check: Check, path: str, value: Any) -> None:
    if value is not None and (not isinstance(value, list) or not all(isinstance(one, str) for one in value)):
        check.fault(path, value, "a list of texts")


def _group(check: Check, path: str, row: Fields, people: Collection[str] | None) -> Group:
    leader = _named(check, f"{path}.leader", row.get("leader"), people)
    return Group(check.key(path, row), check.name(path, row), leader, rest(row, ("id", "name", "leader")))


def _named(check: Check, path: str, value: Any, people: Collection[str] | None) -> str | None:
    """Somebody named by id; nobody by null. Without people in the document any id will do."""
    if value is None:
        return None
    if people is None and isinstance(value, str):
        return value
    return check.reference(path, value, people or (), "person")


def read_people(check: Check, rows: Any, groups: Mapping[str, str | None]) -> tuple[Someone, ...]:
    """Everybody with every span; `groups`: the ids that may be named, each with its leader."""
    found = check.rows("people", rows)
    ids = [check.key(path, row) for path, row in found]
    check.once("people", ids)
    return tuple(_someone(check, path, row, one, groups, set(ids)) for (path, row), one in zip(found, ids, strict=True))


def _someone(
    check: Check, path: str, row: Fields, key: str, groups: Mapping[str, str | None], people: Collection[str]
) -> Someone:
    extra = rest(row, _PERSON)
    spans = [
        *_spans(check, f"{path}.roster", row.get("roster"), Of.ROSTER),
        *_spans(check, f"{path}.membership", row.get("membership"), Of.MEMBERSHIP),
        *_dated(check, f"{path}.group", row.get("group"), Of.GROUP, groups),
        *_dated(check, f"{path}.rank_history", row.get("rank_history"), Of.RANK, groups),
        *_dated(check, f"{path}.category", row.get("category"), Of.CATEGORY, groups),
        *_duties(check, f"{path}.duties", row.get("duties"), key, groups),
        *_exemptions(check, f"{path}.exemptions", row.get("exemptions"), people),
    ]
    _apart(check, path, spans)
    account = row.get("telegram_id")
    if account is not None and (not isinstance(account, int) or isinstance(account, bool) or not 0 < account < 2**52):
        check.fault(f"{path}.telegram_id", account, "the number of a Telegram account")
        account = None
    gender = row.get("gender")
    if gender not in (None, "男", "女"):
        check.fault(f"{path}.gender", gender, "男 or 女")
    phone = row.get("phone")
    if phone is not None and not isinstance(phone, str):
        check.fault(f"{path}.phone", phone, "a telephone number as a text")
        phone = None
    elif phone is not None and phone != plain_number(phone):
        # Kept to the letter as well: an archive goes out as it came in.
        extra = {**extra, "phone": phone}
    born, joined = (
        check.day(f"{path}.{name}", row[name]) if row.get(name) is not None else None
        for name in ("born_on", "joined_party_on")
    )
    return Someone(
        key,
        check.name(path, row),
        check.text(path, row, "notes"),
        gender,
        born,
        joined,
        account,
        plain_number(phone) if phone else None,
        tuple(spans),
        extra,
    )


def _bounds(check: Check, path: str, row: Fields, *, ever: bool) -> tuple[date, date | None]:
    """[from, to): `to` null is open; `from` may be missing where a fact may hold since ever."""
    from_on = EVER if ever and row.get("from") is None else check.day(f"{path}.from", row.get("from"))
    to_on = None if row.get("to") is None else check.day(f"{path}.to", row["to"])
    if from_on is not None and to_on is not None and to_on <= from_on:
        check.fault(f"{path}.to", row["to"], "after `from`: the first day that no longer counts")
    return from_on or EVER, to_on


def _spans(check: Check, path: str, value: Any, of: Of) -> list[Span]:
    """roster and membership: always a list of spans."""
    found = []
    for at, row in check.rows(path, value):
        says: dict[str, Any] = {}
        if of is Of.MEMBERSHIP:
            says["status"] = check.choice(f"{at}.status", row.get("status"), MembershipStatus)
        found.append(Span(of, *_bounds(check, at, row, ever=False), says, rest(row, ("from", "to", *says))))
    return found


def _dated(check: Check, path: str, value: Any, of: Of, groups: Collection[str]) -> list[Span]:
    """group, category, rank: a plain value (since ever) or rows, each of which lasts until the next."""
    if value is None:
        return []
    rows: list[tuple[str, Fields]] = check.rows(path, value) if isinstance(value, list) else [(path, {of.value: value})]
    found = []
    for at, row in rows:
        where = at if at == path else f"{at}.{of.value}"
        says = _said(check, at, where, row, of, groups)
        found.append(Span(of, *_bounds(check, at, row, ever=True), says, rest(row, ("from", "to", *says))))
    found.sort(key=lambda span: span.from_on)
    after: list[date | None] = [span.from_on for span in found[1:]] + [None] * bool(found)
    return [
        Span(of, span.from_on, span.to_on or then, span.says, span.extra)
        for span, then in zip(found, after, strict=True)
    ]


def _said(check: Check, path: str, where: str, row: Fields, of: Of, groups: Collection[str]) -> Fields:
    """A rank in a word of its own (`rank_text`) may have no place in the order: `rank` is null then."""
    value = row.get(of.value)
    if of is Of.GROUP:
        return {of.value: check.reference(where, value, groups, "party group")}
    if of is Of.CATEGORY:
        return {of.value: check.choice(where, value, Category)}
    alone = value is None and "rank_text" in row
    return {
        of.value: None if alone else check.choice(where, value, Rank),
        "rank_text": check.text(path, row, "rank_text", NAME_LENGTH),
    }


def _duties(check: Check, path: str, value: Any, key: str, groups: Mapping[str, str | None]) -> list[Span]:
    """A list whose entries are plain (since ever) or spans; one without `to` is open."""
    if value is None or value == []:
        return []
    listed = value if isinstance(value, list) else [value]
    found = []
    for at, entry in enumerate(listed):
        where = f"{path}[{at}]"
        row: Fields = entry if isinstance(entry, dict) else {"duty": entry}
        duty = check.choice(f"{where}.duty" if isinstance(entry, dict) else where, row.get("duty"), Duty)
        leads = _leads(check, where, row, key, groups) if duty is Duty.GROUP_LEADER else None
        # Of another office a title is a further field.
        title = {"title": check.text(where, row, "title", NAME_LENGTH)} if duty is Duty.COMMITTEE_MEMBER else {}
        bounds, known = _bounds(check, where, row, ever=True), ("duty", "from", "to", "group", *title)
        found.append(Span(Of.DUTY, *bounds, {"duty": duty, "group": leads, **title}, rest(row, known)))
    return found


def _leads(check: Check, path: str, row: Fields, key: str, groups: Mapping[str, str | None]) -> str | None:
    """Which group: named in the span, else the one that names its leader; None is the own one."""
    if row.get("group") is not None:
        return check.reference(f"{path}.group", row["group"], groups, "party group")
    return next((group for group, leader in groups.items() if leader == key), None)


def _exemptions(check: Check, path: str, value: Any, people: Collection[str]) -> list[Span]:
    """A reason that is none of the list is kept as text."""
    found = []
    for at, row in check.rows(path, value):
        reason = check.text(at, row, "reason")
        if not reason:
            check.fault(f"{at}.reason", row.get("reason"), "a reason")
        known = reason in set(ExemptionReason)
        contact, extra = row.get("contact_person"), rest(row, ("from", "to", "reason", "approved_by", "contact_person"))
        if isinstance(contact, str) and contact.startswith(OUTSIDE):
            contact, extra = None, {**extra, "contact_person": contact}
        says = {
            "reason": ExemptionReason(reason) if known else ExemptionReason.OTHER,
            "reason_text": None if known else reason,
            "approved_by": check.text(at, row, "approved_by"),
            "contact": check.reference(f"{at}.contact_person", contact, people, "person") if contact else None,
        }
        found.append(Span(Of.EXEMPTION, *_bounds(check, at, row, ever=False), says, extra))
    return found


_NAMES = {Of.RANK: "rank_history"}


def _apart(check: Check, path: str, spans: Iterable[Span]) -> None:
    """One roster, stage, group, rank and category a day."""
    for of in (Of.ROSTER, Of.MEMBERSHIP, Of.GROUP, Of.RANK, Of.CATEGORY):
        mine = sorted((span for span in spans if span.of is of), key=lambda span: span.from_on)
        for one, then in pairwise(mine):
            if one.to_on is None or one.to_on > then.from_on or one.from_on == then.from_on:
                end = one.to_on.isoformat() if one.to_on else "open"
                check.faults.append(
                    f"{path}.{_NAMES.get(of, of.value)}: the spans from {one.from_on} (to {end}) and from "
                    f"{then.from_on} overlap, should be one a day"
                )


def read(document: Fields, groups: Mapping[str, str | None]) -> tuple[Archive, list[str]]:
    """The archive and every fault of it; `groups` are those of the branch, for a document without one."""
    check = Check()
    rows = document.get("people")
    ids = [one.get("id") for one in rows if isinstance(one, dict)] if isinstance(rows, list) else None
    known = None if ids is None else {one for one in ids if isinstance(one, str)}
    branch = read_branch(check, document["branch"], known) if "branch" in document else None
    if branch is not None:
        groups = {group.id: group.leader for group in branch.groups}
    people = read_people(check, rows, groups) if "people" in document else None
    beside = branch.says if branch is not None else {}
    settings = read_settings(check, document["settings"], beside) if "settings" in document else None
    kept = (line for name in READ for line in refused(name, document.get(name)))
    return Archive(branch, people, settings=settings), [*check.faults, *kept]
