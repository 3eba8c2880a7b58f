"""permissions.md as data: whom an act is for, and how far."""

import re
from functools import cache
from pathlib import Path

from storage.choices import ActivityType, Duty

NO = "–"
DUTIES = {
    "YOU": Duty.YOUTH_OFFICER,
    "MWO": Duty.MASS_WORK_OFFICER,
    "GL": Duty.GROUP_LEADER,
    "PUB": Duty.PUBLICITY_OFFICER,
    "DIS": Duty.DISCIPLINE_OFFICER,
    "ORG": Duty.ORGANIZATION_OFFICER,
    "DEP": Duty.DEPUTY_SECRETARY,
    "SEC": Duty.SECRETARY,
    "COM": Duty.COMMITTEE_OFFICER,
}
# The offices that give no more than everybody has.
LIKE_MEMBERS = frozenset({"member", Duty.COMMITTEE_MEMBER.value})


@cache
def acts() -> dict[str, dict[str, str]]:
    """act -> column -> how far"""
    head, *rows = _tables()[0]
    return {row[0]: dict(zip(head[2:], row[2:], strict=True)) for row in rows}


@cache
def fields() -> dict[str, frozenset[ActivityType]]:
    """office -> the contents of activities that are of its field"""
    return {
        office: frozenset(one for one in ActivityType if one.value in re.split(r"\W+", contents))
        for office, contents in _tables()[1][1:]
    }


def may(act: str, *reaches: str) -> frozenset[str]:
    """The roles that an act is for, so far (nothing named: however far)."""
    columns = [column for column, reach in acts()[act].items() if reach != NO and (not reaches or reach in reaches)]
    return frozenset().union(*(_roles(column) for column in columns))


def reach_of(act: str, duty: Duty) -> str:
    """How far an act goes for who holds this office."""
    return acts()[act][next((column for column, one in DUTIES.items() if one is duty), "MEM")]


def _roles(column: str) -> frozenset[str]:
    return LIKE_MEMBERS if column == "MEM" else frozenset({DUTIES[column].value})


def _tables() -> list[list[list[str]]]:
    """Every table of the page as its rows of cells, the heads first and without the line below them."""
    text = (Path(__file__).parent / "permissions.md").read_text()
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines() if "---" not in line]
        for block in blocks
    ]
