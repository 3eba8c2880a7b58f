"""Talks on both databases: recorded by whom and of whom, one of a kind, changed, taken back; who sees what."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from bot.features.privacy import erasure, mydata
from bot.features.talks import asked, campaigns, ledger, reading, rules, service
from bot.features.talks.rules import Party
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import TalkKind, TalkMode
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.person import ExemptionSpan, RosterSpan
from storage.models.talk import Talk, TalkPerson
from tests.cast import make_branch
from tests.features.activities.desk import SHANGHAI
from tests.features.talks.desk import BEGAN, DURING, FIRST, LAST, LATER, TODAY, TOPIC, Desk, refused

SOON = BEGAN + timedelta(minutes=5)


def test_a_talk_and_what_is_kept_of_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.talk("乙二", "甲三", written=True)
        talk = desk.held(row)
        assert (talk.on, talk.talker, talk.talkees) == (TODAY, desk.party("乙二"), (desk.party("甲三"),))
        assert (talk.kind, talk.mode, talk.written) == (TalkKind.HEART_TO_HEART, TalkMode.IN_PERSON, True)
        line = session.scalars(select(Audit).where(Audit.subject == "talk")).one()
        assert (line.action, line.details) == ("register", {"on": "2023-07-03", "people": 1})


def test_several_outsiders_and_a_superior(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.talk("区里李书记", "甲三", "乙四", "共建单位王某", by="甲一", mode=TalkMode.COLLECTIVE)
        talk = desk.held(row)
        assert (row.talker_id, row.talker_name) == (None, "区里李书记")
        assert talk.talkees == (desk.party("甲三"), desk.party("乙四"), Party(0, "共建单位王某"))
        assert talk.people == {desk.cast["甲三"], desk.cast["乙四"]}


@pytest.mark.parametrize(
    ("by", "with_whom", "why"),
    [
        ("甲一", "乙四", ""),
        ("乙一", "乙四", ""),
        ("甲二", "乙四", ""),
        ("丙一", "乙四", ""),
        ("乙二", "乙四", ""),
        # A leader with the own group, and with nobody outside it.
        ("甲三", "甲五", ""),
        ("甲三", "乙四", service.OTHER_GROUP),
        ("甲三", "共建单位王某", service.OTHER_GROUP),
        ("甲五", "甲六", NO_RIGHT),
    ],
)
def test_who_records(storage: Storage, by: str, with_whom: str, why: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        if why:
            refused(why, lambda: desk.talk(by, with_whom))
        else:
            desk.talk(by, with_whom)
        assert len(desk.talks) == (0 if why else 1)


def test_days(storage: Storage) -> None:
    """Not tomorrow; of the quarter before until its cut-off, and nobody who was not there on the day."""
    with storage.transaction() as session:
        desk = Desk(session)
        refused(rules.FUTURE, lambda: desk.talk("甲一", "甲三", on=TODAY + timedelta(1), at=BEGAN))
        desk.talk("甲一", "甲三", on=date(2023, 6, 30), at=BEGAN)
        closed = "第二季度统计已截止，不能再修改。如有出入，请告知支部书记。"
        late = datetime(2023, 7, 11, tzinfo=SHANGHAI)
        refused(closed, lambda: desk.talk("甲一", "甲四", on=date(2023, 6, 30), at=late))
        span = session.scalars(select(RosterSpan).where(RosterSpan.person_id == desk.cast["甲四"])).one()
        span.to_on = TODAY
        session.flush()
        refused(service.NOT_HERE, lambda: desk.talk("甲一", "甲四"))
        desk.talk("甲一", "甲四", on=TODAY - timedelta(1), at=BEGAN)


def test_nobody_of_another_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row, campaign = desk.talk("甲一", "甲三"), desk.campaign()
        other = campaign.branch_id
        stranger = Party(10_000)
        refused(service.NOT_HERE, lambda: _of(desk, desk.party("甲一"), stranger))
        refused(service.NO_TALKER, lambda: _of(desk, stranger, desk.party("甲四")))
        wanted = desk.wanted("甲一", "甲四", campaign_id=10_000)
        refused(service.NOT_IN_CAMPAIGN, lambda: service.record(session, desk.me("甲一"), wanted, BEGAN, SHANGHAI))
        elsewhere = _moved(desk)
        refused(service.NO_SUCH, lambda: service.found(session, elsewhere, row.id))
        refused(campaigns.NO_SUCH, lambda: campaigns.found(session, elsewhere, campaign.id))
        assert other != elsewhere.branch_id


def _of(desk: Desk, talker: Party, talkee: Party) -> Talk:
    wanted = rules.Wanted(TODAY, talker, (talkee,))
    return service.record(desk.session, desk.me("甲一"), wanted, BEGAN, SHANGHAI)


def _moved(desk: Desk) -> Any:
    """The secretary as one of another branch."""
    return replace(desk.me("甲一"), branch_id=desk.cast.branch_id + 1000)


def test_the_same_once_unless_it_was_asked_about(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first = desk.talk("乙二", "甲三")
        refused(service.SAME, lambda: desk.talk("乙二", "甲三", written=True))
        # Another kind, talker or day is another talk.
        desk.talk("乙二", "甲三", kind=TalkKind.INTEGRITY_REMINDER)
        desk.talk("甲一", "甲三")
        desk.talk("乙二", "甲三", on=TODAY + timedelta(1))
        desk.talk("乙二", "甲三", again=True)
        assert len(desk.talks) == 5
        # What was taken back is no other.
        service.undo(session, desk.me("乙二"), first.id, SOON, SHANGHAI)
        refused(service.SAME, lambda: desk.talk("乙二", "甲三"))


def test_two_at_once_write_one(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=BEGAN)
    said: list[str] = []

    def record(name: str) -> None:
        try:
            with storage.transaction() as session:
                wanted = rules.Wanted(TODAY, Party(cast["乙二"]), (Party(cast["甲三"]),))
                service.record(session, cast.me(session, name, TODAY), wanted, BEGAN, SHANGHAI)
                said.append("")
        except Refusal as no:
            said.append(no.text)

    threads = [Thread(target=record, args=(name,)) for name in ("乙二", "甲一")]
    with storage.locked():
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert sorted(said) == sorted(["", service.SAME])
    with storage.reading() as session:
        assert len(session.scalars(select(Talk)).all()) == len(session.scalars(select(TalkPerson)).all()) == 1


def test_taken_back_within_ten_minutes_by_whoever_recorded_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.talk("乙二", "甲三")
        refused(NO_RIGHT, lambda: service.undo(session, desk.me("甲一"), row.id, SOON, SHANGHAI))
        late = BEGAN + timedelta(minutes=11)
        refused(
            f"已超过10分钟，不能撤销{service.OTHERWISE}",
            lambda: service.undo(session, desk.me("乙二"), row.id, late, SHANGHAI),
        )
        [step] = service.steps(session, desk.me("乙二"), BEGAN)
        assert (step.what, step.title) == ("谈话登记", "7月3日谈话")
        service.undo(session, desk.me("乙二"), row.id, SOON, SHANGHAI)
        assert desk.talks == []
        assert list(service.steps(session, desk.me("乙二"), BEGAN)) == []


@pytest.mark.parametrize(("by", "why"), [("乙二", NO_RIGHT), ("乙三", NO_RIGHT), ("甲三", service.NO_SUCH)])
def test_not_changed_by_others(storage: Storage, by: str, why: str) -> None:
    """Who sees it may not, and to who does not see it there is none."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.talk("丙一", "乙四")
        seen, me = desk.held(row).seen, desk.me(by)
        refused(why, lambda: service.withdraw(session, me, row.id, seen, "误记", DURING, SHANGHAI))


@pytest.mark.parametrize("by", ["丙一", "甲一", "甲二"])
def test_changed_and_withdrawn_by_its_recorder_or_the_desk(storage: Storage, by: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.talk("丙一", "乙四")
        seen, wanted = desk.held(row).seen, desk.wanted("丙一", "乙四", "乙五", written=True)

        def change() -> Talk:
            return service.change(session, desk.me(by), row.id, wanted, seen, "漏记一人", DURING, SHANGHAI)

        change()
        assert desk.held(row).talkees == (desk.party("乙四"), desk.party("乙五"))
        # Whoever still has the old page open does not write over it.
        refused(service.CHANGED_BY_OTHERS, change)
        mark = desk.held(row).seen
        refused("请填写原因。", lambda: service.withdraw(session, desk.me(by), row.id, mark, "", DURING, SHANGHAI))
        service.withdraw(session, desk.me(by), row.id, mark, "误记", DURING, SHANGHAI)
        assert desk.talks == []
        last = session.scalars(select(Audit).where(Audit.subject == "talk").order_by(Audit.id)).all()[-1]
        assert last.action == "withdraw"
        assert last.details["reason"]["length"] == 2


def test_nothing_changes_after_the_cut_off(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.talk("甲一", "甲三", on=date(2023, 9, 20))
        seen, wanted = desk.held(row).seen, desk.wanted("甲一", "甲四", on=date(2023, 9, 20))
        closed = "第三季度统计已截止，不能再修改。如有出入，请告知支部书记。"
        me = desk.me("甲一")
        refused(closed, lambda: service.change(session, me, row.id, wanted, seen, "误记", LATER, SHANGHAI))
        refused(closed, lambda: service.withdraw(session, me, row.id, seen, "误记", LATER, SHANGHAI))


def test_a_change_does_not_make_two_of_a_kind(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.talk("甲一", "甲三")
        row = desk.talk("甲一", "甲四")
        seen, wanted = desk.held(row).seen, desk.wanted("甲一", "甲三")
        refused(
            "当天已有相同登记，请核对。",
            lambda: service.change(session, desk.me("甲一"), row.id, wanted, seen, "误记", SOON, SHANGHAI),
        )


# --- campaigns -------------------------------------------------------------------------------------------------------


def test_a_campaign_and_who_is_missing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        assert reading.progress(session, row).missing == tuple(desk.cast.people.values())
        desk.all_but(row, "甲九")
        found = reading.progress(session, row)
        assert (len(found.talked), found.written, str(found.rate), found.full) == (24, 24, "96.0", False)
        assert found.missing == (desk.cast["甲九"],)
        desk.talk("甲一", "甲九", on=LAST, campaign_id=row.id)
        assert reading.progress(session, row).full


def test_who_moved_away_by_the_last_day_is_not_asked(storage: Storage) -> None:
    """Exempt people stay; the last day counts, and who leaves on it is not there any more."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        gone = session.scalars(select(RosterSpan).where(RosterSpan.person_id == desk.cast["丙六"])).one()
        gone.to_on = LAST
        session.flush()
        assert session.scalars(select(ExemptionSpan.person_id)).all()
        desk.talk("甲一", "丙六", on=FIRST, campaign_id=row.id)
        desk.talk("甲一", "乙八", on=FIRST, campaign_id=row.id, mode=TalkMode.HOME_VISIT)
        found = reading.progress(session, row)
        assert (len(found.should), set(found.talked)) == (24, {desk.cast["乙八"]})


def test_a_talk_is_of_a_campaign_in_its_days(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        for on, fits in ((FIRST, True), (LAST, True), (FIRST - timedelta(1), False), (LAST + timedelta(1), False)):
            if fits:
                desk.talk("甲一", "甲三", on=on, campaign_id=row.id)
            else:
                refused(service.NOT_IN_CAMPAIGN, partial(desk.talk, "甲一", "甲三", on=on, campaign_id=row.id))


@pytest.mark.parametrize(
    ("by", "may"), [("甲一", True), ("乙一", True), ("甲二", True), ("乙二", False), ("甲三", False)]
)
def test_who_runs_campaigns(storage: Storage, by: str, may: bool) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        if may:
            desk.campaign(by=by)
        else:
            refused(NO_RIGHT, lambda: desk.campaign(by=by))


def test_one_of_a_kind_changed_ended_cancelled(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row, me = desk.campaign(), desk.me("甲一")
        refused(campaigns.SAME, desk.campaign)
        seen = campaigns.seen_of(row)
        campaigns.change(session, me, row.id, seen, TOPIC, FIRST, date(2023, 9, 30), SOON, SHANGHAI)
        assert row.last_on == date(2023, 9, 30)
        refused(
            campaigns.CHANGED_BY_OTHERS,
            lambda: campaigns.change(session, me, row.id, seen, TOPIC, FIRST, LAST, SOON, SHANGHAI),
        )
        refused(campaigns.NOT_RUNNING, lambda: campaigns.end(session, me, row.id, SOON, SHANGHAI))
        campaigns.end(session, me, row.id, DURING, SHANGHAI)
        assert row.last_on == DURING.date()
        campaigns.cancel(session, me, row.id, DURING, SHANGHAI)
        refused(campaigns.NO_SUCH, lambda: campaigns.found(session, me, row.id))
        desk.campaign()
        assert len(reading.campaigns(session, desk.cast.branch_id)) == 1


def test_days_of_a_campaign_in_a_quarter_that_is_closed(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        closed = "第三季度统计已截止，不能再修改。如有出入，请告知支部书记。"
        refused(closed, lambda: desk.campaign(topic="又一项", at=LATER))
        refused(closed, lambda: campaigns.cancel(session, desk.me("甲一"), row.id, LATER, SHANGHAI))
        refused(rules.WRONG_WAY, lambda: desk.campaign(LAST, FIRST, topic="又一项"))


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_each_sees_what_is_theirs(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        of_group, mixed, other = desk.talk("甲一", "甲五"), desk.talk("甲一", "甲五", "乙四"), desk.talk("丙一", "乙四")
        every = reading.of_days(session, desk.cast.branch_id, TODAY, TODAY)

        def seen(name: str) -> list[int]:
            return [one.id for one in reading.seen(session, desk.me(name), every)]

        whole = [of_group.id, mixed.id, other.id]
        assert [seen(name) for name in ("甲一", "乙一", "甲二", "乙二")] == [whole] * 4
        assert (seen("甲三"), seen("丙一"), seen("甲五")) == ([of_group.id], [other.id], [])


def test_in_a_record_stands_that_there_was_one(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.talk("甲一", "甲五", kind=TalkKind.INTEGRITY_REMINDER, written=True)
        desk.talk("区里李书记", "甲五", "乙四", by="甲一")
        period = Period.of(Quarter.of(TODAY))

        def lines(name: str, of: str = "甲五") -> list[str]:
            return asked.own_lines(session, desk.me(name), desk.cast[of], period, TODAY, SHANGHAI)

        both = ["7月3日 甲一：廉政提醒谈话", "7月3日 区里李书记：谈心谈话"]
        assert lines("甲五") == lines("甲一") == lines("乙二") == lines("甲三") == both
        # Another member, a leader of another group, and who records but does not see.
        assert lines("甲六") == lines("乙三") == lines("丙一") == []
        assert lines("甲一", "甲六") == []


def test_who_is_still_to_be_talked_with_comes_first(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.talk("甲一", "甲五")
        row, lacking = reading.waiting(session, desk.me("乙二"), TODAY)
        assert row is None
        # Without a campaign: the year's, for a committee member with the own pairs.
        assert lacking == {desk.cast[name] for name in desk.everybody_but("甲五", "乙二")}
        campaign = desk.campaign(TODAY, LAST)
        desk.talk("乙二", "乙四", campaign_id=campaign.id)
        row, lacking = reading.waiting(session, desk.me("乙二"), TODAY)
        assert row is campaign
        assert lacking == {desk.cast[name] for name in desk.everybody_but("乙四")}
        assert reading.waiting(session, desk.me("丙一"), TODAY) == (None, frozenset())


def test_the_owner_is_told_before_it_ends(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()

        def told(day: int, person: str | None = None) -> list[tuple[int, str, list[str]]]:
            now = datetime(2023, 9, day, 8, tzinfo=SHANGHAI)
            person_id = desk.cast[person] if person else None
            found = asked.matters(session, row.branch_id, now, SHANGHAI, person_id)
            return [(one.person_id, one.line, [f"{at:%m-%d %H:%M}" for at in one.nudges]) for one in found]

        [(whom, line, nudges)] = told(20)
        assert whom == desk.cast["甲一"]
        assert line == "《集中谈心谈话》：还有25人未谈，请于9月28日（含）前完成。"
        assert nudges == ["09-25 09:00", "09-28 09:00"]
        assert (len(told(20, "甲一")), told(20, "乙二"), told(29)) == (1, [], [])
        assert list(asked.nearing(session, DURING, SHANGHAI)) == [row.branch_id]
        asked.SWITCH.turn(session, desk.me("甲一"), False, DURING)
        assert told(20) == []


def test_nobody_is_told_when_nobody_is_missing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        desk.all_but(row)
        assert list(asked.matters(session, row.branch_id, DURING, SHANGHAI)) == []


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def test_the_table(storage: Storage) -> None:
    """Who with whom, and ledger 10 in its columns, without a word of what was said."""
    with storage.transaction() as session:
        desk = Desk(session)
        campaign = desk.campaign(TODAY, LAST)
        desk.talk("甲一", "甲三", "乙二", written=True, campaign_id=campaign.id, mode=TalkMode.COLLECTIVE)
        desk.talk("区里李书记", "甲一", by="甲二", on=date(2023, 6, 30), at=BEGAN)
        content = ledger.table(session, desk.cast.branch_id, 2023, TODAY, SHANGHAI)
        found = sheets(content)
        matrix, listed = found["谈话情况"], found["谈心谈话台账"]
        assert matrix[2] == ["序号", "姓名", "党小组", "甲一", "甲二", "乙一", "乙二", "丙一", "本年情况"]
        assert matrix[3] == [1, "甲一", "第一党小组", "—", None, None, 1, None, "未谈：甲二、乙一、丙一"]
        assert [matrix[5][-1], matrix[6][-1]] == ["已谈", "未谈"]
        assert tuple(listed[1]) == ledger.HEADINGS
        before, today = datetime(2023, 6, 30), datetime(2023, 7, 3)
        late = "补报：6月30日，7月3日登记"
        assert listed[2] == [1, before, "区里李书记", "甲一", "谈心谈话", "当面", "无", late]
        assert listed[3] == [2, today, "甲一", "甲三、乙二", "谈心谈话", "集体", "有", TOPIC]
        assert listed[4][0] == "共2次，书面记录1份。"


def test_of_somebody_erased(storage: Storage) -> None:
    """The talks stay and count; in the own data stands the day."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.campaign()
        desk.talk("甲一", "甲五", "共建甲五", on=FIRST, campaign_id=row.id, written=True)
        data = mydata.to_json(mydata.gather(session, desk.me("甲五")), DURING)
        [mine] = data["tables"]["talk_person"]
        said = mydata.gather(session, desk.me("甲五")).names["talk", mine["talk_id"]]
        assert said == "2023年9月1日 甲一 谈心谈话"
        assert mine["person_id"] == desk.cast["甲五"]
        assert "talk" not in data["tables"]
        before = reading.progress(session, row)
        erasure.erase(session, desk.me("甲一"), desk.cast["甲五"], TODAY, DURING)
        assert reading.progress(session, row).written == before.written == 1
        assert "甲五" not in {one.name for one in session.scalars(select(TalkPerson))}
