"""The figures of talks: by campaign, by the day of the talk, by kind; each by the cut-off of its own quarter."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.features.archive import talks
from bot.features.archive.exporting import export
from bot.features.archive.importing import Target, bring
from bot.features.registry import FIGURES
from bot.features.talks import service
from bot.features.tally.records import shown
from bot.features.tally.service import Tally, to_json
from bot.kit.deadlines import day_in_time
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import TalkKind, TalkMode
from storage.engine import Storage
from storage.models.person import RosterSpan
from storage.models.talk import Talk, TalkCampaign
from tests.counting import over, tally
from tests.features.activities.desk import SHANGHAI
from tests.features.talks.desk import FIRST, LAST, LATER, Desk
from tests.growth.counting import statements

Q3, Q4 = Quarter(2023, 3), Quarter(2023, 4)
EXAMPLE = json.loads((Path(__file__).parents[1] / "archive" / "example.json").read_text())
ZEROS = dict.fromkeys((kind.value for kind in TalkKind), 0)


def counted(desk: Desk, quarter: Quarter = Q3, now: datetime = LATER, only: list[int] | None = None) -> Tally:
    desk.session.flush()
    return tally(desk.session, desk.cast.branch_id, quarter, now, SHANGHAI, only)


def figures(desk: Desk, quarter: Quarter = Q3, now: datetime = LATER, only: list[int] | None = None) -> Any:
    return to_json(counted(desk, quarter, now, only))["figures"]


def test_none(storage: Storage) -> None:
    with storage.transaction() as session:
        said = figures(Desk(session))
        assert (said["talk_campaigns"], said["talk_records_written_quarter"]) == ({}, 0)
        assert said["talks_by_kind"] == ZEROS


def test_st10_24_of_25(storage: Storage) -> None:
    """24 written talks with 24 of 25; the last one of 12 October is not in the third quarter."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign(last=date(2023, 9, 30))
        desk.all_but(row, "丙九", "甲四")
        missing = f"P{desk.cast['甲四']}"
        numbers = {
            "written_records": 24,
            "talked": 24,
            "should": 25,
            "coverage_rate": 96.0,
            "full_coverage": False,
            "missing": [missing],
        }
        said = figures(desk)
        assert said["talk_campaigns"] == {f"K{row.id}": numbers}
        assert said["talk_records_written_quarter"] == 24
        assert said["talks_by_kind"] == ZEROS | {"heart_to_heart": 24}
        october = date(2023, 10, 12)
        desk.talk("甲一", "甲四", on=october, written=True)
        assert figures(desk, now=datetime(2023, 10, 13, tzinfo=SHANGHAI)) == said
        assert figures(desk, Q4, datetime(2023, 10, 13, tzinfo=SHANGHAI))["talk_records_written_quarter"] == 1


def test_who_stands_behind_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        desk.talk("甲一", "甲三", "乙四", on=FIRST, campaign_id=row.id, written=True, mode=TalkMode.COLLECTIVE)
        desk.talk("甲一", "丙四", on=LAST, campaign_id=row.id, kind=TalkKind.INTEGRITY_REMINDER)
        found = counted(desk)
        code = f"talk_campaigns.K{row.id}"
        assert found.behind[f"{code}.talked"] == [f"P{desk.cast[name]}" for name in ("甲三", "乙四", "丙四")]
        assert len(found.behind[f"{code}.should"]) == 25
        assert len(found.behind["talk_records_written_quarter"]) == 1
        assert len(found.behind["talks_by_kind"]) == 2
        [figure] = [each for each in found.counted if each.figure.path == "talk_campaigns"]
        _, [record] = shown(session, found, figure)
        head, counts, missing = record.text.split("\n")
        assert head == "《集中谈心谈话》：9月1日至9月28日"
        assert counts == "　应谈25人，已谈3人，覆盖率12%，书面记录1份"
        assert missing.startswith("　未谈：甲一、甲二、甲四、")
        [figure] = [each for each in found.counted if each.figure.path == "talks_by_kind"]
        _, records = shown(session, found, figure)
        assert [one.text for one in records] == [
            "9月1日 甲一与甲三、乙四谈心谈话，有书面记录",
            "9月28日 甲一与丙四廉政提醒谈话，无书面记录",
        ]


def test_a_campaign_across_the_end_of_a_quarter(storage: Storage) -> None:
    """Reported in the quarter of its last day and judged by that quarter's cut-off; records by the day of the talk."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign(date(2023, 9, 20), date(2023, 10, 20))
        desk.talk("甲一", "甲三", on=date(2023, 9, 25), campaign_id=row.id, written=True)
        desk.talk("甲一", "甲四", on=date(2023, 10, 16), campaign_id=row.id, written=True)
        at = datetime(2023, 10, 21, tzinfo=SHANGHAI)
        assert figures(desk, Q3, at)["talk_campaigns"] == {}
        assert figures(desk, Q3, at)["talk_records_written_quarter"] == 1
        [fourth] = figures(desk, Q4, at)["talk_campaigns"].values()
        assert (fourth["written_records"], fourth["talked"]) == (2, 2)
        assert figures(desk, Q4, at)["talk_records_written_quarter"] == 1
        # Over both quarters: the campaign once, and the sum of the records.
        whole = over(session, desk.cast.branch_id, Period(date(2023, 7, 1), date(2024, 1, 1)), at, SHANGHAI)
        said = to_json(whole)["figures"]
        assert (len(said["talk_campaigns"]), said["talk_records_written_quarter"]) == (1, 2)


def test_what_came_too_late_or_was_taken_back(storage: Storage) -> None:
    """What somebody writes into the database after the cut-off counts in no version; what is withdrawn then did."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        one = desk.talk("甲一", "甲三", on=FIRST, campaign_id=row.id, written=True)
        gone = desk.talk("甲一", "甲四", on=FIRST, campaign_id=row.id, written=True)
        late = desk.talk("甲一", "甲五", on=FIRST, campaign_id=row.id, written=True)
        seen = desk.held(gone).seen
        service.withdraw(
            session, desk.me("甲一"), gone.id, seen, "误记", datetime(2023, 9, 2, tzinfo=SHANGHAI), SHANGHAI
        )
        late.recorded_at = datetime(2023, 10, 11, tzinfo=SHANGHAI)
        one.withdrawn_at = datetime(2023, 10, 11, tzinfo=SHANGHAI)
        now = datetime(2023, 11, 1, tzinfo=SHANGHAI)
        [said] = figures(desk, now=now)["talk_campaigns"].values()
        assert (said["talked"], figures(desk, now=now)["talk_records_written_quarter"]) == (1, 1)


def test_the_roster_of_its_last_day(storage: Storage) -> None:
    """Who leaves on it is no longer asked, who is exempt is; outsiders and talkers are nobody that was talked with."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        span = session.scalars(select(RosterSpan).where(RosterSpan.person_id == desk.cast["丙六"])).one()
        span.to_on = LAST
        session.flush()
        desk.talk("区里李书记", "丙六", "乙八", "共建单位王某", by="甲一", on=FIRST, campaign_id=row.id)
        [said] = figures(desk)["talk_campaigns"].values()
        assert (said["should"], said["talked"], said["written_records"]) == (24, 1, 0)
        assert f"P{desk.cast['乙八']}" not in said["missing"]


def test_of_a_leader_s_group(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        desk.talk("甲一", "甲三", on=FIRST, campaign_id=row.id, written=True)
        desk.talk("甲一", "乙四", on=FIRST, campaign_id=row.id, written=True)
        said = figures(desk, only=[desk.cast.groups["第一党小组"]])
        [one] = said["talk_campaigns"].values()
        assert (one["should"], one["talked"], one["written_records"]) == (9, 1, 1)
        assert said["talk_records_written_quarter"] == 1


def test_the_number_of_statements_depends_on_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        desk.talk("甲一", "甲三", on=FIRST, campaign_id=row.id)
        session.flush()
        with statements() as few:
            counted(desk)
        other = desk.campaign(FIRST + timedelta(1), LAST, topic="又一项")
        desk.all_but(other)
        session.flush()
        with statements() as many:
            counted(desk)
        assert len(few) == len(many)


# --- in and out with an archive --------------------------------------------------------------------------------------


def test_the_example(storage: Storage) -> None:
    """As its tally has it; out and in again nothing is lost or changed."""
    now = datetime(2022, 10, 20, 9, tzinfo=SHANGHAI)
    with storage.transaction() as session:
        done = bring(session, EXAMPLE, Target(None), now=now, timezone="Asia/Shanghai", figures=FIGURES)
        said = to_json(tally(session, done.branch_id, Quarter(2022, 3), now, SHANGHAI))["figures"]
        [one] = said["talk_campaigns"].values()
        missing = one.pop("missing")
        assert one == {"written_records": 1, "talked": 1, "should": 8, "coverage_rate": 12.5, "full_coverage": False}
        assert len(missing) == 7
        assert said["talk_records_written_quarter"] == 1
        assert said["talks_by_kind"] == ZEROS | {"heart_to_heart": 1, "integrity_reminder": 1}
        written = export(session, done.branch_id, now.date(), "Asia/Shanghai")
        assert written["talk_campaigns"] == EXAMPLE["talk_campaigns"]
        assert written["talks"] == EXAMPLE["talks"]
        mine = Target(done.branch_id)
        assert not bring(session, written, mine, now=now, timezone="Asia/Shanghai").changed
        assert not bring(session, EXAMPLE, mine, now=now, timezone="Asia/Shanghai").changed


def test_what_was_recorded_in_chat_comes_back(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        desk.talk("区里李书记", "甲三", "共建单位王某", by="甲一", on=FIRST, campaign_id=row.id, written=True)
        desk.talk("甲一", "甲三", on=FIRST)
        desk.talk("甲一", "甲三", on=FIRST, again=True)
        written = json.loads(json.dumps(export(session, desk.cast.branch_id, LAST, "Asia/Shanghai")))
        assert written["talks"][0]["talkees"][-1] == "EXT:共建单位王某"
        assert written["talks"][0]["talker"] == "EXT:区里李书记"
        new = Target(None, name="又一支部")
        done = bring(session, written, new, now=LATER, timezone="Asia/Shanghai")
        there = export(session, done.branch_id, LAST, "Asia/Shanghai")
        assert (there["talks"], there["talk_campaigns"]) == (written["talks"], written["talk_campaigns"])
        # Without the talks their campaign is replaced, and they are of the new one.
        other = {name: written[name] for name in ("format", "talk_campaigns")}
        other["talk_campaigns"][0]["title"] = "另一个主题"
        mine = Target(done.branch_id, replace=True)
        assert bring(session, other, mine, now=LATER, timezone="Asia/Shanghai").changed
        again = export(session, done.branch_id, LAST, "Asia/Shanghai")
        assert [one["title"] for one in again["talk_campaigns"]] == ["另一个主题"]
        assert again["talks"] == written["talks"]
        rows = session.scalars(select(Talk).where(Talk.branch_id == done.branch_id)).all()
        assert len(rows) == 3
        assert len(session.scalars(select(TalkCampaign)).all()) == 2


def test_every_fault_of_a_document() -> None:
    document = {
        "talk_campaigns": [{"id": "K1", "title": "", "from": "2022-09-28", "to": "2022-09-01"}],
        "talks": [
            {"id": "T1", "date": "2022-09-31", "talker": "P9", "talkees": [], "kind": "chat", "written_record": "yes"},
            {"id": "T1", "date": "2022-09-01", "talker": "EXT:", "talkees": ["P1", "P1"], "campaign": "K7"},
            {"id": "T2", "date": "2022-09-01", "talker": "EXT:某", "talkees": ["P1"], "mode": "by letter"},
        ],
    }
    found, faults = talks.read(document, ["P1"])
    paths = [fault.split(":")[0] for fault in faults]
    assert paths == [
        "talk_campaigns[0].title",
        "talk_campaigns[0].to",
        "talks",
        "talks[0].date",
        "talks[0].talker",
        "talks[0].talkees",
        "talks[0].kind",
        "talks[0].written_record",
        "talks[1].talker",
        "talks[1].talkees",
        "talks[1].campaign",
    ]
    assert found.talks is not None
    assert (found.talks[-1].mode, found.talks[-1].extra) == (TalkMode.OTHER, {"mode": "by letter"})


@pytest.mark.parametrize(
    ("last", "quarters"),
    [(date(2023, 6, 30), (0, 0)), (date(2023, 7, 1), (1, 0)), (date(2023, 9, 30), (1, 0)), (date(2023, 10, 1), (0, 1))],
)
def test_a_campaign_is_of_the_quarter_of_its_last_day(storage: Storage, last: date, quarters: tuple[int, int]) -> None:
    """D14."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.campaign(first=date(2023, 6, 1), last=last, at=datetime(2023, 6, 1, 9, tzinfo=SHANGHAI))
        found = (figures(desk, one, datetime(2024, 1, 12, tzinfo=SHANGHAI))["talk_campaigns"] for one in (Q3, Q4))
        assert tuple(map(len, found)) == quarters


@pytest.mark.parametrize(("on", "many"), [(date(2023, 10, 10), 1), (date(2023, 10, 11), 0)])
def test_one_that_only_has_a_day_came_in_time_by_it(storage: Storage, on: date, many: int) -> None:
    """D28: until the close day, that day too."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.talk("甲一", "甲四", on=on, written=True)
        session.execute(update(Talk).values(recorded_at=None))
        cut_off = datetime(2023, 10, 11, tzinfo=SHANGHAI)
        session.flush()
        assert session.scalar(select(func.count()).where(day_in_time(Talk.on, cut_off, SHANGHAI))) == many
