"""The 25 people of the demo and of the tests (docs/rules.md), as the rows of a roster."""

from datetime import date

from bot.features.roster_files.reading.rows import Exempt, RosterRow
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank

NAME = "示范党支部"
GROUPS = {"第一党小组": "甲", "第二党小组": "乙", "第三党小组": "丙"}
_NUMBERS = "一二三四五六七八九"
_SIZES = {"甲": 9, "乙": 8, "丙": 8}
_DUTIES = {
    "甲一": (Duty.SECRETARY,),
    "乙一": (Duty.DEPUTY_SECRETARY,),
    "甲二": (Duty.ORGANIZATION_OFFICER,),
    "丙一": (Duty.PUBLICITY_OFFICER,),
    "乙二": (Duty.DISCIPLINE_OFFICER,),
    "甲三": (Duty.GROUP_LEADER,),
    "乙三": (Duty.GROUP_LEADER,),
    "丙二": (Duty.GROUP_LEADER,),
}
_RANKS = {
    "甲一": Rank.SECTION,
    "甲二": Rank.DEPUTY_SECTION,
    "甲四": Rank.DEPUTY_SECTION,
    "乙一": Rank.SECTION,
    "乙二": Rank.DEPUTY_SECTION,
    "丙一": Rank.DEPUTY_SECTION,
}
_EXEMPT = {"乙八": ExemptionReason.LONG_SICK_LEAVE, "丙八": ExemptionReason.FRAIL_RETIRED}
_RETIRED = ("丙八",)
_PROBATIONARY = {"丙七": date(2022, 12, 9)}
YEAR = date(2023, 1, 1)


def base_branch() -> list[RosterRow]:
    """甲一..甲九, 乙一..乙八, 丙一..丙八 in three party groups; to be imported since `YEAR`."""
    return [
        _row(letter + _NUMBERS[at], group, line=len(_NUMBERS) * index + at + 1)
        for index, (group, letter) in enumerate(GROUPS.items())
        for at in range(_SIZES[letter])
    ]


def _row(name: str, group: str, line: int) -> RosterRow:
    joined = _PROBATIONARY.get(name)
    return RosterRow(
        name=name,
        line=line,
        group=group,
        duties=_DUTIES.get(name, ()),
        rank=_RANKS.get(name, Rank.STAFF),
        category=Category.RETIRED if name in _RETIRED else Category.IN_SERVICE,
        status=MembershipStatus.PROBATIONARY if joined else MembershipStatus.FULL,
        joined_party_on=joined,
        exemption=Exempt(_EXEMPT[name], YEAR) if name in _EXEMPT else None,
    )
