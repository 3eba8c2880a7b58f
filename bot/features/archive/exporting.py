"""Writes a branch as an archive: exactly the names and shapes of branch-archive/1; ids stay what they were."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import undone
from bot.features.archive.collections import PARTS
from bot.features.archive.document import FORMAT
from bot.features.archive.rules import EVER, OF_BRANCH
from bot.features.register.archive import writing
from bot.kit import branch_settings
from bot.kit.archive_ids import numbered
from bot.kit.closing import SETTING
from bot.kit.deadlines import is_close_day
from storage.choices import COMMITTEE, Duty, Rank
from storage.facts import KINDS, Facts
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
)
from storage.roster import duties_on

# Of the branch, kept among its settings; the rest of what an archive says of it is in `further`.
SAID = ("superior", "timezone", "peer_orgs", "rank_order")
# The same, written only where the branch has set it.
SET = (SETTING,)
FURTHER = "archive"
# What the collection of settings alone says; and further names in it, kept under this one.
APART = tuple(name for name in branch_settings.FIELDS if name not in OF_BRANCH)
FURTHER_SETTINGS = "archive_settings"
Json = dict[str, Any]


def export(session: Session, branch_id: int, today: date, timezone: str) -> Json:
    """The document; `today` is the day as of which secretary, committee and leaders are said.

    Somebody whom the archive named and who is gone by now (erased, or left out of a later archive) is not named: an id
    that no person of the document has would be refused when it is read again.
    """
    groups = group_ids(session, branch_id)
    people = person_ids(session, branch_id)
    branch = session.get_one(Organisation, branch_id)
    facts = Facts.of_branch(session, branch_id, today)
    rows = session.scalars(select(Person).where(Person.branch_id == branch_id).order_by(Person.id))
    listed = [row for row in rows if row.archive_id or _has_facts(facts, row.id)]
    told, tz = {row.id: people[row.id] for row in listed}, ZoneInfo(timezone)
    return {
        "format": FORMAT,
        "branch": _branch(session, branch, groups, people, today, timezone),
        "people": [_person(row, facts, groups, people) for row in listed],
        **({"settings": settings_of(branch)} if _is_set(branch) else {}),
        **PARTS.write(session, branch_id, told, tz),
        **writing.write(session, branch_id, told, tz, undone.of_branch(session, branch_id).contents),
    }


def _is_set(branch: Organisation) -> bool:
    """Whether it has set anything that `branch` does not say already."""
    return any(name in branch.settings for name in (*APART, branch_settings.EARLIER, FURTHER_SETTINGS))


def settings_of(branch: Organisation) -> Json:
    """The branch's own settings as they are in force, also those that it has not set; its peers stand in `branch`."""
    decided = branch_settings.read(branch.settings)
    said, earlier = branch_settings.to_json(decided), branch_settings.write_earlier(decided.earlier)
    return {
        **{name: said[name] for name in (SETTING, *APART)},
        **({branch_settings.EARLIER: earlier} if earlier else {}),
        **(branch.settings.get(FURTHER_SETTINGS) or {}),
    }


def _has_facts(facts: Facts, person_id: int) -> bool:
    """Who is on no list and never was is left to the logs."""
    return any(facts.spans[kind, person_id] for kind in KINDS)


def group_ids(session: Session, branch_id: int) -> dict[int, str]:
    """The id of every party group: the one it came with, else one of its own."""
    query = select(PartyGroup.id, PartyGroup.archive_id).where(PartyGroup.branch_id == branch_id)
    return numbered("G", {row.id: row.archive_id for row in session.execute(query.order_by(PartyGroup.id))})


def person_ids(session: Session, branch_id: int) -> dict[int, str]:
    """The id of everybody whom the branch knows, as of groups."""
    query = select(Person.id, Person.archive_id).where(Person.branch_id == branch_id)
    return numbered("P", {row.id: row.archive_id for row in session.execute(query.order_by(Person.id))})


def _still_there(session: Session, branch_id: int) -> set[str]:
    """The ids of the archive that still are somebody's. Not those of `person_ids`: P3 may be another one's there."""
    return {
        known
        for known in session.scalars(select(Person.archive_id).where(Person.branch_id == branch_id))
        if known is not None
    }


def _branch(
    session: Session,
    branch: Organisation,
    groups: Mapping[int, str],
    people: Mapping[int, str],
    today: date,
    timezone: str,
) -> Json:
    held = duties_on(session, branch.id, today)
    secretary = [people[one] for one, duties in held.items() if Duty.SECRETARY in duties and one in people]
    committee = [people[one] for one in people if held.get(one, set()) & COMMITTEE]
    kept, there = branch.settings.get(FURTHER) or {}, _still_there(session, branch.id)
    parent = session.get(Organisation, branch.parent_id) if branch.parent_id else None
    usual = {
        "superior": parent.name if parent else "",
        "timezone": timezone,
        "peer_orgs": [],
        "rank_order": list(Rank),
    }
    said = {name: branch.settings.get(name, usual[name]) for name in SAID}
    return {
        "name": branch.name,
        "superior": said["superior"],
        "timezone": said["timezone"],
        "groups": _groups(session, branch.id, groups, people, there, today),
        "committee": committee or [one for one in kept.get("committee", []) if one in there],
        "secretary": next(iter(secretary), _among(there, kept.get("secretary"))),
        "peer_orgs": said["peer_orgs"],
        "rank_order": said["rank_order"],
        **{name: value for name, value in kept.items() if name not in ("committee", "secretary")},
        **{name: branch.settings[name] for name in SET if is_close_day(branch.settings.get(name))},
    }


def _among(there: Collection[str], known: str | None) -> str | None:
    return known if known in there else None


def _groups(
    session: Session,
    branch_id: int,
    groups: Mapping[int, str],
    people: Mapping[int, str],
    there: Collection[str],
    today: date,
) -> list[Json]:
    leaders = defaultdict[int, list[str]](list)
    facts = Facts.of_branch(session, branch_id, today)
    for person_id, known in people.items():
        for span in facts.spans[DutySpan, person_id]:
            if span.values["duty"] is Duty.GROUP_LEADER and span.holds(today) and span.values["group_id"]:
                leaders[span.values["group_id"]].append(known)
    rows = session.scalars(select(PartyGroup).where(PartyGroup.branch_id == branch_id).order_by(PartyGroup.id))
    return [_group(row, groups[row.id], next(iter(leaders[row.id]), None), there) for row in rows]


def _group(row: PartyGroup, known: str, leader: str | None, there: Collection[str]) -> Json:
    extra = dict(row.extra or {})
    said = _among(there, extra.pop("leader", None))
    return {"id": known, "name": row.name, "leader": leader or said, **extra}


def _person(row: Person, facts: Facts, groups: Mapping[int, str], people: Mapping[int, str]) -> Json:
    def of(kind: type[Any]) -> list[Mapping[str, Any]]:
        return [span.values for span in facts.spans[kind, row.id]]

    further = {
        "gender": row.gender,
        "born_on": _day(row.born_on),
        "joined_party_on": _day(row.joined_party_on),
        "telegram_id": row.telegram_id,
        "phone": row.phone,
    }
    return {
        "id": people[row.id],
        "name": row.name,
        "group": _plain_or_rows("group", of(GroupSpan), lambda one: groups[one["group_id"]]),
        "duties": [_duty(one, groups) for one in of(DutySpan)],
        "category": _plain_or_rows("category", of(CategorySpan), lambda one: one["category"].value),
        "rank_history": _rows(of(RankSpan), _rank),
        "roster": [_span({}, one) for one in of(RosterSpan)],
        "membership": [_span({"status": one["status"].value}, one) for one in of(MembershipSpan)],
        "exemptions": [_exemption(one, people) for one in of(ExemptionSpan)],
        "notes": row.notes,
        **{name: value for name, value in further.items() if value is not None},
        **(row.extra or {}),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _from(values: Mapping[str, Any]) -> str | None:
    return None if values["from_on"] == EVER else _day(values["from_on"])


def _span(says: Json, values: Mapping[str, Any]) -> Json:
    return {**says, "from": _from(values), "to": _day(values["to_on"]), **(values["extra"] or {})}


def _plain_or_rows(name: str, spans: Sequence[Mapping[str, Any]], say: Any) -> Any:
    """What has held since ever and still does is said plainly; nothing is null."""
    if not spans:
        return None
    only = spans[0]
    if len(spans) == 1 and only["from_on"] == EVER and only["to_on"] is None and not only["extra"]:
        return say(only)
    return _rows(spans, lambda one: {name: say(one)})


def _rows(spans: Sequence[Mapping[str, Any]], say: Callable[[Mapping[str, Any]], Json]) -> list[Json]:
    """`to` is said only where it is not the beginning of the next row."""
    after: list[date | None] = [one["from_on"] for one in spans[1:]] + [None] * bool(spans)
    rows = []
    for one, then in zip(spans, after, strict=True):
        ends = {} if one["to_on"] == then else {"to": _day(one["to_on"])}
        rows.append({**say(one), "from": _from(one), **ends, **(one["extra"] or {})})
    return rows


def _rank(values: Mapping[str, Any]) -> Json:
    text = {"rank_text": values["rank_text"]} if values["rank_text"] or values["rank"] is None else {}
    return {"rank": values["rank"].value if values["rank"] else None, **text}


def _duty(values: Mapping[str, Any], groups: Mapping[int, str]) -> Any:
    title = {"title": values["title"]} if values["title"] else {}
    if values["from_on"] == EVER and values["to_on"] is None and not values["extra"] and not title:
        return values["duty"].value
    leads = groups.get(values["group_id"] or 0)
    group = {"group": leads} if leads is not None else {}
    return {"duty": values["duty"].value, **title, **group, **_span({}, values)}


def _exemption(values: Mapping[str, Any], people: Mapping[int, str]) -> Json:
    contact = people.get(values["contact_person_id"] or 0)
    return {
        "from": _from(values),
        "to": _day(values["to_on"]),
        "reason": values["reason_text"] or values["reason"].value,
        "approved_by": values["approved_by"],
        "contact_person": contact,
        **(values["extra"] or {}),
    }
