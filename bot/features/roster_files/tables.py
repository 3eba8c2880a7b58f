"""The roster as a table (ledger 14): the template to fill in, and the branch as it stands; both import back."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.features.roster.words import offices
from bot.features.roster_files.reading.headings import EXAMPLE, HEADINGS, HOW, OFFICES
from bot.kit.glossary.choices import CATEGORIES, DUTIES, EXEMPTIONS, RANKS, STATUSES
from bot.kit.glossary.columns import LEDGER as WORDS
from bot.kit.ledgers import Column, Ledger, book
from bot.kit.sheets import csv_text
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank
from storage.facts import Facts
from storage.models.person import ExemptionSpan, MembershipSpan, RosterSpan
from storage.roster import Member, roster

LEDGER, EXEMPT = tuple(WORDS.values()), HEADINGS["exempt"][0]
_EXAMPLE = (
    "1",
    f"{EXAMPLE}：张三",
    "男",
    "1980.05",
    "2005.07.01",
    "2006.07.01",
    "第一党小组",
    DUTIES[Duty.ORGANIZATION_OFFICER],
    RANKS[Rank.STAFF],
    CATEGORIES[Category.IN_SERVICE],
    "2023-08-15转入",
    "此行不会导入，可删除",
)
_WIDTHS = dict(zip((*LEDGER, EXEMPT), (6, 14, 6, 12, 14, 14, 14, 16, 10, 18, 18, 30, 30), strict=True))
_CHOICES = {
    WORDS["gender"]: ("男", "女"),
    WORDS["rank"]: tuple(RANKS.values()),
    WORDS["category"]: tuple(CATEGORIES.values()),
}


def template_xlsx() -> bytes:
    return _xlsx(LEDGER, [_EXAMPLE])


def template_csv() -> bytes:
    return csv_text(LEDGER, [_EXAMPLE]).encode()


def roster_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """The heading is the first of `rows`."""
    return _xlsx(rows[0], rows[1:])


def roster_csv(rows: Sequence[Sequence[str]]) -> bytes:
    return csv_text(rows[0], rows[1:]).encode()


def _xlsx(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    # No title: the first row is the heading to whoever fills the table in.
    table = Ledger("党员名册", [_column(word) for word in heading], rows, beside=2)
    return book(table, Ledger("填写说明", head=HOW))


def _column(word: str) -> Column:
    return Column(word, _WIDTHS.get(word), _CHOICES.get(word, ()), as_text=word.endswith(("年月", "日期")))


def roster_rows(session: Session, branch_id: int, day: date) -> list[tuple[str, ...]]:
    """Ledger 14 as of a day, the heading first; with a column for exemptions when there are any."""
    members = roster(session, branch_id, day)
    facts = Facts.of_branch(session, branch_id, day, [one.id for one in members])
    exempt = any(one.exempt for one in members)
    first = min((span.from_on for one in members for span in facts.spans[RosterSpan, one.id]), default=day)
    heading = (*LEDGER, EXEMPT) if exempt else LEDGER
    lines = [_line(facts, one, number, day, first) for number, one in enumerate(members, 1)]
    return [heading, *(line[: len(heading)] for line in lines)]


def _line(facts: Facts, member: Member, number: int, day: date, first: date) -> tuple[str, ...]:
    values = facts.people[member.id].values
    joined, converted = values["joined_party_on"], _converted(facts, member.id, day)
    return (
        str(number),
        member.name,
        values["gender"] or "",
        _day(values["born_on"]),
        _day(joined),
        _day(converted),
        member.group_name,
        offices(member, OFFICES),
        member.rank_text or (RANKS[member.rank] if member.rank else ""),
        _standing(member),
        _transfers(facts, member.id, first, day),
        values["notes"],
        _exempt(facts, member.id, day),
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None and day != date.min else ""


def _converted(facts: Facts, person_id: int, day: date) -> date | None:
    """Known only where a probationary time stands before it."""
    full = facts.on(MembershipSpan, person_id, day)
    before = [span for span in facts.spans[MembershipSpan, person_id] if full and span.to_on == full.from_on]
    return full.from_on if full is not None and before and full.values["status"] is MembershipStatus.FULL else None


def _standing(member: Member) -> str:
    """在职（正式党员）: said outright, so that no empty cell has to tell it."""
    words = [CATEGORIES[member.category] if member.category else ""]
    words += [STATUSES[member.status] if member.status else ""]
    category, status = words
    return f"{category}（{status}）" if category and status else category or status


def _transfers(facts: Facts, person_id: int, first: date, day: date) -> str:
    """Somebody who came after the branch's first roster, or who is to leave."""
    span = facts.on(RosterSpan, person_id, day)
    came = f"{_day(span.from_on)}转入" if span is not None and span.from_on > first else ""
    leaves = f"{_day(span.to_on)}转出" if span is not None and span.to_on is not None else ""
    return "，".join(part for part in (came, leaves) if part)


def _exempt(facts: Facts, person_id: int, day: date) -> str:
    span = facts.on(ExemptionSpan, person_id, day)
    if span is None or span.values["reason"] is ExemptionReason.OTHER:
        return ""
    word = EXEMPTIONS[span.values["reason"]]
    if span.to_on is None:
        return f"{word}（{_day(span.from_on)}起）"
    return f"{word}{_day(span.from_on)}至{_day(span.to_on - timedelta(days=1))}"
