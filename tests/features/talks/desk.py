"""The base branch with short words for talks, for the tests of this folder."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.talks import campaigns, reading, service
from bot.features.talks.rules import Held, Party, Wanted
from bot.kit.refusal import Refusal
from storage.models.talk import Talk, TalkCampaign
from tests.cast import make_branch
from tests.features.activities.desk import SHANGHAI

BEGAN = datetime(2023, 7, 3, 9, tzinfo=SHANGHAI)
TODAY = BEGAN.date()
FIRST, LAST = date(2023, 9, 1), date(2023, 9, 28)
# In the days of the campaign, and after the cut-off of its quarter.
DURING, LATER = datetime(2023, 9, 20, 15, tzinfo=SHANGHAI), datetime(2023, 10, 11, tzinfo=SHANGHAI)
TOPIC = "集中谈心谈话"


def refused(text: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refusal, match=re.escape(text)):
        act()


class Desk:
    def __init__(self, session: Session) -> None:
        self.session, self.cast = session, make_branch(session, now=BEGAN)

    def me(self, name: str, day: date = TODAY) -> Any:
        return self.cast.me(self.session, name, day)

    def party(self, name: str) -> Party:
        return Party(self.cast[name]) if name in self.cast.people else Party(0, name)

    def wanted(self, talker: str, *people: str, on: date = TODAY, **more: Any) -> Wanted:
        return Wanted(on, self.party(talker), tuple(map(self.party, people)), **more)

    def talk(
        self, talker: str, *people: str, by: str = "", at: datetime | None = None, again: bool = False, **more: Any
    ) -> Talk:
        """Recorded at nine of its day, unless it is said when."""
        wanted = self.wanted(talker, *people, **more)
        now = at or datetime.combine(wanted.on, BEGAN.timetz(), SHANGHAI)
        return service.record(self.session, self.me(by or talker), wanted, now, SHANGHAI, again=again)

    def campaign(
        self, first: date = FIRST, last: date = LAST, *, by: str = "甲一", topic: str = TOPIC, at: datetime = BEGAN
    ) -> TalkCampaign:
        return campaigns.make(self.session, self.me(by), topic, first, last, at, SHANGHAI)

    def everybody_but(self, *names: str) -> list[str]:
        return [name for name in self.cast.people if name not in names]

    def all_but(self, row: TalkCampaign, *names: str, written: bool = True) -> None:
        """The secretary, and with the secretary the deputy, talk with everybody else, two a day."""
        for at, name in enumerate(self.everybody_but(*names)):
            talker = "乙一" if name == "甲一" else "甲一"
            on = row.from_on + timedelta(days=at // 2)
            self.talk(talker, name, on=on, written=written, campaign_id=row.id)

    def held(self, row: Talk) -> Held:
        return reading.one(self.session, row)

    @property
    def talks(self) -> list[Talk]:
        return list(self.session.scalars(select(Talk).where(reading.LIVE).order_by(Talk.id)))
