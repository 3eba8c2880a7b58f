"""Lays one row of a file over its person: what it says holds from the day of the file, or from its own."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.features.roster_files.reading.rows import Exempt, RosterRow, with_kept
from bot.kit.words import Both
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus
from storage.facts import Facts
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    RankSpan,
    RosterSpan,
)

_DETAILS = ("gender", "born_on", "joined_party_on", "phone", "notes")


def lay(facts: Facts, row: RosterRow, person_id: int, earliest: date) -> list[Both]:
    """Lay one row over its person; what is to be said of it."""
    values = facts.people[person_id].values
    told = (name for name in _DETAILS if getattr(row, name) and not _coarser(row, name, values))
    values.update({name: getattr(row, name) for name in told})
    values["notes"] = with_kept(values["notes"], row.kept)
    began = begins(row, facts.since, earliest)
    facts.hold(RosterSpan, person_id, began, row.transfer_out, branch_id=facts.branch_id)
    _lay_membership(facts, row, person_id, began)
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
    return [note for exempt in row.exemptions for note in _lay_exemption(facts, row, person_id, exempt, earliest)]


def _coarser(row: RosterRow, name: str, values: Mapping[str, Any]) -> bool:
    """Whether the file tells the month of a day that is known: it says the same, and less."""
    known, said = values[name], getattr(row, name)
    return name in row.by_month and known is not None and (known.year, known.month) == (said.year, said.month)


def _lay_exemption(facts: Facts, row: RosterRow, person_id: int, exempt: Exempt, earliest: date) -> list[Both]:
    """Out of attendance as the file says it; one that is over by then ends the one that runs (D26)."""
    began = begins(row, facts.since, earliest)
    on_roster = min((span.from_on for span in facts.spans[RosterSpan, person_id]), default=began)
    from_on = max(earliest, exempt.from_on, on_roster) if exempt.from_on else began
    if exempt.to_on is not None and exempt.to_on <= from_on:
        return _end_exemption(facts, row.name, person_id, exempt.reason, exempt.to_on, from_on)
    spans = facts.of(ExemptionSpan, person_id)
    later = [one for one in spans if exempt.to_on and one.from_on >= exempt.to_on]
    same = [one for one in spans if (one.values["reason"], one.to_on) == (exempt.reason, exempt.to_on)]
    known = len(facts.spans[ExemptionSpan, person_id])
    if later and not same:
        # One that begins later than this spell stands beside it.
        facts.add(ExemptionSpan, person_id, from_on, exempt.to_on, reason=exempt.reason)
    elif not later:
        facts.hold(ExemptionSpan, person_id, from_on, exempt.to_on, reason=exempt.reason)
    is_new = len(facts.spans[ExemptionSpan, person_id]) > known
    return [_later(row.name, exempt.from_on, from_on)] if is_new and exempt.from_on and exempt.from_on < from_on else []


def _end_exemption(
    facts: Facts, name: str, person_id: int, reason: ExemptionReason, to_on: date, from_on: date
) -> list[Both]:
    """It is over since a day before the roster holds: what still runs ended then."""
    running = [one for one in facts.of(ExemptionSpan, person_id) if one.values["reason"] is reason]
    for span in running:
        if span.from_on < to_on and (span.to_on is None or span.to_on > to_on):
            span.values["to_on"] = to_on
    there = [one for one in facts.spans[ExemptionSpan, person_id] if one.values["reason"] is reason]
    return [] if there else [_too_old(name, to_on, from_on)]


def _later(name: str, said: date, from_on: date) -> Both:
    return Both(
        f"{name}: the exemption since {said} is recorded from {from_on} on; what was before is closed or was not here.",
        f"{name}的免于考勤自{_words(said)}起，此前的季度统计已截止或尚未在册，自{_words(from_on)}起登记。",
    )


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _too_old(name: str, to_on: date, from_on: date) -> Both:
    last = to_on - timedelta(days=1)
    return Both(
        f"{name}: the exemption up to {last} is over before {from_on} and is not recorded.",
        f"{name}的免于考勤至{_words(last)}，早于{_words(from_on)}，不作登记。",
    )


def begins(row: RosterRow, since: date, earliest: date) -> date:
    """On the roster from the transfer; a probationary member from the day after the meeting (D4)."""
    if row.transfer_in:
        return max(earliest, row.transfer_in)
    if row.status is MembershipStatus.PROBATIONARY and row.joined_party_on:
        return max(since, row.joined_party_on + timedelta(days=1))
    return since


def _lay_membership(facts: Facts, row: RosterRow, person_id: int, began: date) -> None:
    if row.status is None and facts.of(MembershipSpan, person_id):
        return
    status = row.status or MembershipStatus.FULL
    if status is not MembershipStatus.FULL:
        facts.hold(MembershipSpan, person_id, row.joined_party_on or began, status=status)
        return
    converted = row.converted_on or began
    if converted > began and not facts.of(MembershipSpan, person_id):
        facts.add(MembershipSpan, person_id, row.joined_party_on or began, status=MembershipStatus.PROBATIONARY)
    facts.hold(MembershipSpan, person_id, converted, status=status)


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
