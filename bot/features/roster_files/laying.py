"""Lays one row of a file over its person: what it says holds from the day of the file, or from its own."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.features.roster_files.reading.rows import RosterRow, with_kept
from bot.features.roster_files.spells import lay_exemption
from bot.kit.names import name_key
from bot.kit.words import Both
from storage.choices import Category, Duty, MembershipStatus
from storage.facts import Facts
from storage.models.person import (
    CategorySpan,
    DutySpan,
    GroupSpan,
    MembershipSpan,
    RankSpan,
    RosterSpan,
)

_DETAILS = ("gender", "born_on", "joined_party_on", "phone", "notes")


def lay(facts: Facts, row: RosterRow, person_id: int, earliest: date) -> list[Both]:
    """Lay one row over its person; what is to be said of it. earliest: nothing before it changes, but for newcomers."""
    values = facts.people[person_id].values
    told = (name for name in _DETAILS if getattr(row, name) and not _coarser(row, name, values))
    values.update({name: getattr(row, name) for name in told})
    values["notes"] = with_kept(values["notes"], row.kept)
    if name_key(values["name"]) != name_key(row.name):
        values["name"] = row.name
    _move_in(facts, row, person_id, earliest)
    began = begins(row, facts.since, earliest)
    if row.transfer_out is not None and row.transfer_out <= began:
        _has_left(facts, person_id, row.transfer_out)
        return []
    facts.hold(RosterSpan, person_id, began, row.transfer_out, branch_id=facts.branch_id)
    _lay_membership(facts, row, person_id, began, earliest)
    if row.group:
        facts.hold(GroupSpan, person_id, began, group_id=facts.group(row.group))
    if row.rank or row.rank_text:
        facts.hold(RankSpan, person_id, began, rank=row.rank, rank_text=row.rank_text)
    if row.category or person_id < 0:
        facts.hold(CategorySpan, person_id, began, category=row.category or Category.IN_SERVICE)
    if row.duties is not None:
        _lay_duties(facts, row, person_id, began)
    if row.transfer_out:
        _end_duties(facts, person_id, row.transfer_out)
    floor = max(earliest, min((span.from_on for span in facts.spans[RosterSpan, person_id]), default=began))
    laid = (lay_exemption(facts, row.name, person_id, exempt, began, floor) for exempt in row.exemptions)
    return [note for notes in laid for note in notes]


def _move_in(facts: Facts, row: RosterRow, person_id: int, earliest: date) -> None:
    """Another day of coming than the recorded one, in a quarter that is open: all that began with it begins then."""
    current = next(reversed(facts.of(RosterSpan, person_id)), None)
    if row.transfer_in is None or current is None or current.from_on < earliest:
        return
    before, day = current.from_on, max(earliest, row.transfer_in)
    if current.to_on is not None and current.to_on <= day:
        return
    for kind in (RosterSpan, MembershipSpan, GroupSpan, RankSpan, CategorySpan, DutySpan):
        for span in facts.spans[kind, person_id]:
            if span.from_on == before and (span.to_on is None or span.to_on > day):
                span.values["from_on"] = day


def _has_left(facts: Facts, person_id: int, left_on: date) -> None:
    """Off the roster since a day before the file holds, and out of every office; nothing else of the row matters."""
    for span in facts.spans[RosterSpan, person_id]:
        if span.from_on < left_on and (span.to_on is None or span.to_on > left_on):
            span.values["to_on"] = left_on
    _end_duties(facts, person_id, left_on)


def _coarser(row: RosterRow, name: str, values: Mapping[str, Any]) -> bool:
    """Whether the file tells the month of a day that is known: it says the same, and less."""
    known, said = values[name], getattr(row, name)
    return name in row.by_month and known is not None and (known.year, known.month) == (said.year, said.month)


def begins(row: RosterRow, since: date, earliest: date) -> date:
    """On the roster from the transfer; a probationary member from the day after the meeting (D4)."""
    if row.transfer_in:
        return max(earliest, row.transfer_in)
    if row.status is MembershipStatus.PROBATIONARY and row.joined_party_on:
        return max(since, row.joined_party_on + timedelta(days=1))
    return since


def _lay_membership(facts: Facts, row: RosterRow, person_id: int, began: date, earliest: date) -> None:
    """From the written days for who is new; of somebody known nothing changes in a quarter that is closed."""
    is_known = bool(facts.of(MembershipSpan, person_id))
    if row.status is None and is_known:
        return
    status = row.status or MembershipStatus.FULL
    if status is not MembershipStatus.FULL:
        facts.hold(MembershipSpan, person_id, began if is_known else row.joined_party_on or began, status=status)
        return
    converted = row.converted_on or began
    if converted > began and not is_known:
        facts.add(MembershipSpan, person_id, row.joined_party_on or began, status=MembershipStatus.PROBATIONARY)
    facts.hold(MembershipSpan, person_id, max(converted, earliest) if is_known else converted, status=status)


def _lay_duties(facts: Facts, row: RosterRow, person_id: int, began: date) -> None:
    group_id = facts.group(row.group) if row.group else None
    wanted = {
        (duty, group_id if duty is Duty.GROUP_LEADER else None, title)
        for duty in row.duties or ()
        for title in (row.titles if duty is Duty.COMMITTEE_MEMBER and row.titles else ("",))
    }
    held = {
        (span.values["duty"], span.values["group_id"], span.values["title"]): span
        for span in facts.of(DutySpan, person_id)
        if span.values["organisation_id"] == facts.branch_id
    }
    for key in held.keys() - wanted:
        held[key].values["to_on"] = max(began, held[key].from_on)
    for duty, leads, title in sorted(wanted - held.keys()):
        facts.add(DutySpan, person_id, began, organisation_id=facts.branch_id, duty=duty, group_id=leads, title=title)


def _end_duties(facts: Facts, person_id: int, left_on: date) -> None:
    """Whoever leaves the branch holds no office in it any longer."""
    for span in facts.of(DutySpan, person_id):
        if span.values["organisation_id"] == facts.branch_id and (span.to_on is None or span.to_on > left_on):
            span.values["to_on"] = max(left_on, span.from_on)
