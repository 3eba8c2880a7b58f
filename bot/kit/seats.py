"""Whose keyboard it is, and where 更多 has what stands on no key: by the offices held in the organisation acted for."""

from collections.abc import Collection
from enum import IntEnum, StrEnum

from storage.choices import Duty


class Seat(StrEnum):
    """The desk (书记, 副书记, 组织委员) comes before the fields (宣传委员, 纪检委员), these before a party group."""

    MEMBER = "member"
    GROUP = "group"
    PUBLICITY = "publicity"
    DISCIPLINE = "discipline"
    FIELDS = "fields"
    DESK = "desk"
    BELOW = "below"


OF_FIELDS = (Seat.PUBLICITY, Seat.DISCIPLINE, Seat.FIELDS)
# Whoever has no desk to keep: what is one's own comes first on their keys.
NO_DESK = (Seat.MEMBER, Seat.GROUP, *OF_FIELDS)
OF_BRANCH = (*NO_DESK, Seat.DESK)
ALL_SEATS = (*OF_BRANCH, Seat.BELOW)
# The last row: what is of a group or of several places, then 更多.
LAST_ROW, LAST_KEY = 91, 92

_DESK = frozenset({Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER})


def seat_of(duties: Collection[Duty]) -> Seat:
    """The one keyboard of somebody who may hold several offices in one organisation."""
    held = set(duties)
    if held & _DESK:
        return Seat.DESK
    fields = held & {Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER}
    if fields:
        only = Seat.PUBLICITY if Duty.PUBLICITY_OFFICER in held else Seat.DISCIPLINE
        return Seat.FIELDS if len(fields) > 1 else only
    if Duty.GROUP_LEADER in held:
        return Seat.GROUP
    return Seat.BELOW if Duty.COMMITTEE_OFFICER in held else Seat.MEMBER


def keys(at: int, *seats: Seat) -> dict[Seat, int]:
    """One key in the same place for each of these: 32 is the second of the third row."""
    return dict.fromkeys(seats, at)


class Section(IntEnum):
    """The doors of 更多, in their order."""

    OWN = 1
    ACTIVITIES = 2
    STUDY = 3
    ROSTER = 4
    LISTS = 5
    SETTINGS = 6
    HELP = 9

    @property
    def title(self) -> str:
        """What stands on the door; the help has none."""
        return _TITLES[self - 1] if self <= len(_TITLES) else ""


_TITLES = ("本人", "活动和通知", "学习和廉政", "名册和发展", "清单和总结", "设置和管理")
