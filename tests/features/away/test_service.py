"""Days away on both databases: registered, decided on, joined, ended, taken back, seen; nudges rest, figures do not."""

from datetime import date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.archive.document import BadArchive
from bot.features.archive.exporting import export
from bot.features.archive.importing import Target, bring
from bot.features.away import cards, rules, service, waiting
from bot.features.privacy import erasure, mydata, retention
from bot.features.registry import FEATURES
from bot.features.todo import jobs
from bot.kit import leave_offers
from bot.kit.access import NO_RIGHT
from bot.kit.day_lists import Run
from bot.kit.replies import Message
from storage.choices import AwayState, LeaveType
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.away import AwaySpan
from storage.models.person import DutySpan
from storage.personal import Kind
from tests.cast import make_branch
from tests.features.activities.desk import Desk, refused
from tests.features.todo.august import SHANGHAI, local, prepared_plan

NOW = local("2023-07-03 09:00")
TODAY = NOW.date()
LATER = NOW + timedelta(minutes=5)
PLACE = "省城某处"


class Branch:
    """The base branch, and short words for what people say."""

    def __init__(self, session: Session) -> None:
        self.session, self.cast = session, make_branch(session, now=NOW)

    def me(self, name: str, day: date = TODAY) -> Any:
        return self.cast.me(self.session, name, day)

    def away(self, name: str, first: int, last: int, *, at: datetime = NOW, **more: Any) -> AwaySpan:
        """By days from today, both of them too."""
        run = Run(TODAY + timedelta(first), TODAY + timedelta(last))
        place = more.pop("place", "")
        return service.register(self.session, self.me(name), run, place, at, SHANGHAI, **more)

    def decide(self, row: AwaySpan, by: str = "甲二", approve: bool = True, at: datetime = LATER) -> AwaySpan:
        return service.decide(self.session, self.me(by), row.id, approve, at, SHANGHAI)

    def undo(self, row: AwaySpan, by: str = "甲七", at: datetime = LATER) -> AwaySpan:
        return service.undo(self.session, self.me(by), row.id, at, SHANGHAI)

    def states(self) -> list[tuple[int, int, str]]:
        """Days from today, both of them too, and the state."""
        self.session.expire_all()
        rows = self.session.scalars(select(AwaySpan).order_by(AwaySpan.id))
        return [((row.from_on - TODAY).days, (row.to_on - TODAY).days - 1, row.state.value) for row in rows]

    def seen(self, name: str) -> list[tuple[str, str, str]]:
        found = service.seen(self.session, self.me(name), TODAY)
        return [(one.name, one.place, one.state.value) for one in found]

    def waits(self, name: str) -> list[str]:
        return [one.line for one in waiting.waiting(self.session, self.me(name), LATER, SHANGHAI)]


@pytest.fixture
def run(storage: Storage) -> Any:
    with storage.transaction() as session:
        yield Branch(session)


@pytest.mark.parametrize(("days", "state"), [(1, "registered"), (15, "registered"), (16, "pending"), (180, "pending")])
def test_so_many_days(run: Branch, days: int, state: str) -> None:
    row = run.away("甲七", 0, days - 1, place=PLACE)
    assert run.states() == [(0, days - 1, state)]
    assert row.ends_at == datetime.combine(TODAY + timedelta(days), datetime.min.time(), SHANGHAI)
    line = run.session.scalars(select(Audit).where(Audit.subject == "away_span")).one()
    said = {"from_on": "2023-07-03", "to_on": row.to_on.isoformat(), "state": state}
    assert (line.action, line.actor_id, line.details) == ("register", run.cast["甲七"], said)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(0, 180, rules.TOO_LONG), (-8, 0, rules.TOO_EARLY), (-2, -1, rules.OVER), (367, 368, rules.TOO_FAR)],
)
def test_what_cannot_be_said(run: Branch, first: int, last: int, why: str) -> None:
    with refused(f"^{why}$"):
        run.away("甲七", first, last)
    assert run.states() == []


def test_days_that_overlap_are_one_absence_only_once_that_was_asked(run: Branch) -> None:
    run.away("甲七", 0, 7, place=PLACE)
    with refused("点“合并登记”"):
        run.away("甲七", 5, 9, at=LATER)
    # Another person's are nobody's business.
    run.away("甲八", 5, 9, at=LATER)
    joined = run.away("甲七", 5, 9, at=LATER, joins=True)
    assert run.states() == [(0, 7, "withdrawn"), (5, 9, "registered"), (0, 9, "registered")]
    assert joined.place == PLACE
    run.undo(joined, at=LATER + timedelta(minutes=1))
    assert run.states() == [(0, 7, "registered"), (5, 9, "registered"), (0, 9, "withdrawn")]


def test_what_stands_goes_on_until_the_longer_one_is_decided_on(run: Branch) -> None:
    run.away("甲七", 0, 9)
    longer = run.away("甲七", 10, 20, at=LATER, joins=True)
    assert run.states() == [(0, 9, "registered"), (0, 20, "pending")]
    again = run.away("甲七", 21, 22, at=LATER, joins=True)
    assert run.states() == [(0, 9, "registered"), (0, 20, "withdrawn"), (0, 22, "pending")]
    with refused("^这条外出已取消。$"):
        run.decide(longer)
    run.decide(again)
    assert run.states() == [(0, 9, "withdrawn"), (0, 20, "withdrawn"), (0, 22, "approved")]
    with refused(rules.TOO_LONG):
        run.away("甲七", 23, 190, at=LATER, joins=True)


def test_refused_it_leaves_what_stood(run: Branch) -> None:
    run.away("甲七", 0, 9)
    run.decide(run.away("甲七", 5, 20, at=LATER, joins=True), approve=False)
    assert run.states() == [(0, 9, "registered"), (0, 20, "refused")]


# --- who decides ---------------------------------------------------------------------------------------------------


def test_who_decides(run: Branch) -> None:
    row = run.away("甲七", 0, 20)
    for name in ("丙四", "甲三", "丙一", "乙二"):
        with refused(f"^{NO_RIGHT}$"):
            run.decide(row, by=name)
        assert run.waits(name) == []
    for name in ("甲一", "乙一", "甲二"):
        assert run.waits(name) == ["甲七同志外出：7月3日（周一）至7月23日（周日），共21天。"]
    run.decide(row)
    assert run.waits("甲一") == []
    with refused("^这条外出已审批。$"):
        run.decide(row, by="甲一")
    with refused("不能撤销"):
        run.undo(row)


def test_one_s_own_is_decided_by_another_where_there_is_one(run: Branch) -> None:
    row = run.away("甲一", 0, 20)
    assert run.waits("甲一") == []
    with refused("由其他同志审批"):
        run.decide(row, by="甲一")
    run.session.execute(delete(DutySpan).where(DutySpan.person_id.in_([run.cast["甲二"], run.cast["乙一"]])))
    assert len(run.waits("甲一")) == 1
    run.decide(row, by="甲一")
    assert run.states() == [(0, 20, "approved")]


def test_what_is_over_is_not_decided_any_more(run: Branch) -> None:
    row = run.away("甲七", 0, 20)
    after = NOW + timedelta(days=21)
    assert list(waiting.waiting(run.session, run.me("甲二"), after, SHANGHAI)) == []
    with refused("日期已过"):
        run.decide(row, at=after)


def test_of_two_at_once_one_decides(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        row_id = branch.away("甲七", 0, 20).id
        officers = [branch.me("甲一"), branch.me("甲二")]
    begun, said = Event(), list[str]()

    def second() -> None:
        begun.wait(5)
        try:
            with storage.transaction() as session:
                service.decide(session, officers[1], row_id, False, LATER, SHANGHAI)
        except Exception as error:
            said.append(str(error))

    other = Thread(target=second)
    other.start()
    with storage.transaction() as session:
        service.decide(session, officers[0], row_id, True, LATER, SHANGHAI)
        begun.set()
    other.join(10)
    assert said == ["这条外出已审批。"]


# --- back early, taken back ------------------------------------------------------------------------------------------


def test_what_waited_and_went_with_the_days_waits_again(run: Branch) -> None:
    first, now = run.away("甲七", 0, 7), NOW + timedelta(minutes=1)
    me = run.me("甲七")
    longer = service.register(run.session, me, Run(date(2023, 7, 3), date(2023, 7, 25)), "", now, SHANGHAI, joins=True)
    assert longer.state is AwayState.PENDING
    back = NOW + timedelta(days=2)
    service.come_back(run.session, me, service.own(run.session, me, first.id, back.date()), back, SHANGHAI)
    assert (first.state, longer.state) == (AwayState.ENDED, AwayState.WITHDRAWN)
    service.undo_back(run.session, me, first.id, back + timedelta(minutes=1), SHANGHAI)
    assert (first.state, first.to_on, longer.state) == (AwayState.REGISTERED, date(2023, 7, 11), AwayState.PENDING)


def test_what_nobody_decided_on_in_time_joins_nothing(run: Branch) -> None:
    run.away("甲七", 0, 16)
    wanted = Run(date(2023, 7, 20), date(2023, 7, 21))
    assert service.joined(run.session, run.me("甲七").id, wanted, date(2023, 7, 20)) == (wanted, [])
    assert len(service.joined(run.session, run.me("甲七").id, wanted, date(2023, 7, 19))[1]) == 1


def test_back_early_and_taken_back(run: Branch) -> None:
    row = run.away("甲七", 0, 7)
    back = NOW + timedelta(days=3)
    me = run.me("甲七")
    service.come_back(run.session, me, service.back_of(run.session, me, back.date()), back, SHANGHAI)
    assert run.states() == [(0, 2, "ended")]
    with refused("^这条外出已结束。$"):
        service.own(run.session, me, row.id, back.date())
    with refused("^您没有登记外出，无需提前返回。$"):
        service.back_of(run.session, me, back.date())
    [step] = cards.steps(run.session, me, back - timedelta(minutes=10))
    assert (step.what, step.title) == ("提前返回", "7月3日（周一）至7月10日（周一），共8天")
    step.undo(run.session, me, row.id, back + timedelta(minutes=9), SHANGHAI)
    assert run.states() == [(0, 7, "registered")]
    with refused("没有可以撤销"):
        service.undo_back(run.session, me, row.id, back + timedelta(minutes=9), SHANGHAI)


def test_what_has_not_begun_is_called_off(run: Branch) -> None:
    row = run.away("甲七", 2, 7)
    me = run.me("甲七")
    with refused("没有登记外出"):
        service.back_of(run.session, me, TODAY)
    service.come_back(run.session, me, service.own(run.session, me, row.id, TODAY), LATER, SHANGHAI)
    assert run.states() == [(2, 7, "withdrawn")]


def test_ten_minutes_and_the_own_one_alone(run: Branch) -> None:
    row = run.away("甲七", 0, 7)
    with refused(f"^{NO_RIGHT}$"):
        run.undo(row, by="甲八")
    with refused("^这条外出已结束。$"):
        service.own(run.session, run.me("甲八"), row.id, TODAY)
    with refused("^已超过10分钟，不能撤销，如已返回请点“提前返回”。$"):
        run.undo(row, at=NOW + timedelta(minutes=10, seconds=1))
    run.undo(row, at=NOW + timedelta(minutes=10))
    with refused("^这一步已撤销。$"):
        run.undo(row)
    assert run.states() == [(0, 7, "withdrawn")]


# --- who sees it -----------------------------------------------------------------------------------------------------


def test_who_sees_whose(run: Branch) -> None:
    run.away("甲七", 0, 7, place=PLACE)
    run.away("乙五", 3, 30, place=PLACE)
    assert (run.states()[1][2], len(run.states())) == ("pending", 2)
    for name in ("甲一", "乙一", "甲二"):
        assert run.seen(name) == [("甲七", PLACE, "registered"), ("乙五", PLACE, "pending")]
    assert run.seen("甲三") == [("甲七", "", "registered")]
    for name in ("丙四", "丙一", "乙二"):
        assert run.seen(name) == []


# --- no nudge --------------------------------------------------------------------------------------------------------


class August:
    """Three owe something; nudged on Monday 28 August and on Thursday the 31st."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cast, _ = prepared_plan(session, local("2023-07-01 09:00"))

    def away(self, name: str, first: date, last: date, state: AwayState = AwayState.REGISTERED) -> AwaySpan:
        ends = datetime.combine(last + rules.DAY, datetime.min.time(), SHANGHAI)
        days = {"from_on": first, "to_on": last + rules.DAY, "ends_at": ends}
        row = AwaySpan(person_id=self.cast[name], state=state, made_at=local("2023-08-20 09:00"), **days)
        self.session.add(row)
        self.session.flush()
        return row

    def nudged(self, when: str) -> set[str]:
        names = {row: name for name, row in self.cast.people.items()}
        owed = jobs.nudges(self.session, FEATURES, self.cast.branch_id, local(when), SHANGHAI)
        return {names[one.person_id or 0] for one in owed}


def day(text: str) -> date:
    return date.fromisoformat(f"2023-{text}")


@pytest.fixture
def august(storage: Storage) -> Any:
    with storage.transaction() as session:
        yield August(session)


@pytest.mark.parametrize(
    ("state", "rests"),
    [
        (AwayState.REGISTERED, True),
        (AwayState.APPROVED, True),
        (AwayState.ENDED, True),
        (AwayState.PENDING, False),
        (AwayState.REFUSED, False),
        (AwayState.WITHDRAWN, False),
    ],
)
def test_nobody_is_nudged_from_the_first_day_to_the_last(august: August, state: AwayState, rests: bool) -> None:
    august.away("甲三", day("08-28"), day("08-28"), state)
    assert august.nudged("2023-08-28 09:00") == {"甲七", "乙五"} | (set() if rests else {"甲三"})
    assert august.nudged("2023-08-25 09:00") == set()


@pytest.mark.parametrize(
    ("last", "back"),
    [
        ("08-22", "2023-08-23 09:00"),
        # To a Friday, a Saturday, a Sunday: on Monday.
        ("08-18", "2023-08-21 09:00"),
        ("08-19", "2023-08-21 09:00"),
        ("08-20", "2023-08-21 09:00"),
    ],
)
def test_the_first_working_day_after_brings_what_is_owed(august: August, last: str, back: str) -> None:
    august.away("甲三", day("08-15"), day(last))
    at = local(back)
    assert august.nudged(back) == {"甲三"}
    for days in (-1, 1, 2):
        assert august.nudged(f"{at + timedelta(days):%Y-%m-%d} 09:00") == set()
    concerned = next(one for one in jobs.build(SHANGHAI, FEATURES) if one.name == jobs.NUDGE).concerns
    assert concerned is not None
    assert august.cast.branch_id in concerned(august.session, at)


def test_away_again_at_once_nobody_is_back(august: August) -> None:
    august.away("甲三", day("08-15"), day("08-22"))
    august.away("甲三", day("08-23"), day("08-24"))
    assert august.nudged("2023-08-23 09:00") == set()
    assert august.nudged("2023-08-25 09:00") == {"甲三"}


def test_back_early_it_is_the_next_working_day(august: August) -> None:
    row = august.away("甲三", day("08-15"), day("08-30"))
    row.state, row.to_on = AwayState.ENDED, day("08-18")
    august.session.flush()
    assert august.nudged("2023-08-18 09:00") == set()
    assert august.nudged("2023-08-21 09:00") == {"甲三"}


def test_who_owes_nothing_hears_nothing(august: August) -> None:
    august.away("甲四", day("08-15"), day("08-22"))
    assert august.nudged("2023-08-23 09:00") == set()


def test_what_was_promised_before_is_not_sent_to_who_is_away(august: August) -> None:
    about = {"branch": august.cast.branch_id, "person": august.cast["甲三"]}
    at = local("2023-08-28 09:00")
    assert jobs.ask_again(august.session, FEATURES, about, at, SHANGHAI) is not None
    august.away("甲三", day("08-28"), day("08-28"))
    assert jobs.ask_again(august.session, FEATURES, about, at, SHANGHAI) is None


# --- figures, leave --------------------------------------------------------------------------------------------------


def test_no_figure_reads_it(storage: Storage) -> None:
    """应到, 请假 and 缺席 are what they were."""
    with storage.transaction() as session:
        desk = Desk(session)

        def roll() -> tuple[int, ...]:
            found = activities.roll(session, desk.activity, SHANGHAI)
            return len(found.expected), len(found.present), len(found.leave), len(found.absent)

        desk.settle("甲七", "甲八")
        before = roll()
        run = Run(date(2023, 7, 4), date(2023, 7, 10))
        service.register(session, desk.me("甲七"), run, "", local("2023-07-04 10:00"), SHANGHAI)
        assert roll() == before == (23, 21, 0, 2)


def test_leave_is_proposed_for_what_lies_inside(storage: Storage) -> None:
    """Not of what was over, not twice, not to who has asked for leave, is not asked to come, or is there again."""
    with storage.transaction() as session:
        desk = Desk(session)
        branch_id, now = desk.cast.branch_id, local("2023-07-04 10:00")

        def offered(name: str, first: int, end: int, at: datetime = now) -> list[str]:
            days = (date(2023, 7, first), date(2023, 7, end))
            found = leave_offers.of_days(session, branch_id, desk.cast[name], days, at, SHANGHAI)
            return [one.said.text for one in found if isinstance(one.said, Message)]

        said = "7月主题党日，7月7日（周五）14:30。"
        assert offered("甲七", 7, 8) == [f"期间有1项活动：{said}"]
        assert offered("甲七", 8, 9) == offered("甲七", 6, 7) == []
        assert offered("甲七", 7, 8, local("2023-07-07 14:30")) == []
        # Exempt.
        assert offered("乙八", 7, 8) == []
        desk.leave("甲七", LeaveType.SICK)
        assert offered("甲七", 7, 8) == []
        desk.make(start_at=local("2023-07-08 09:00"), end_at=local("2023-07-08 10:00"))
        assert [text[:13] for text in offered("甲八", 1, 20)] == ["期间有2项活动，第1项：7", "期间有2项活动，第2项：7"]


# --- data -----------------------------------------------------------------------------------------------------------


def test_own_data_retention_and_erasure(run: Branch) -> None:
    run.away("甲七", 0, 7, place=PLACE)
    run.away("甲八", 0, 7, place=PLACE)
    held = {part.name: part.rows for part in mydata.gather(run.session, run.me("甲七")).parts}
    assert [row["place"] for row in held["away_span"]] == [PLACE]
    secretary = run.me("甲一")
    ends = NOW.replace(hour=0) + timedelta(days=8)
    for at, due in ((ends + timedelta(days=365), 0), (ends + timedelta(days=365, seconds=1), 2)):
        assert retention.preview(run.session, secretary, at)[Kind.REASONS] == due
    erasure.erase(run.session, secretary, run.cast["甲七"], TODAY, LATER)
    assert run.session.scalars(select(AwaySpan.person_id)).all() == [run.cast["甲八"]]
    retention.sweep_branch(run.session, secretary, ends + timedelta(days=366))
    assert run.session.scalars(select(AwaySpan)).all() == []


def bring_in(session: Session, document: dict[str, Any], target: Target) -> bool:
    return bring(session, document, target, now=LATER, timezone="Asia/Shanghai").changed


def test_in_and_out_of_an_archive(run: Branch) -> None:
    run.away("甲七", 0, 7, place=PLACE)
    run.decide(run.away("乙五", 3, 30))
    run.undo(run.away("甲八", 0, 7), by="甲八")
    document = export(run.session, run.cast.branch_id, TODAY, "Asia/Shanghai")
    said = [(one["person"], one["from"], one["to"], one["state"]) for one in document["away"]]
    seven, five = f"P{run.cast['甲七']}", f"P{run.cast['乙五']}"
    assert said == [
        (seven, "2023-07-03", "2023-07-11", "registered"),
        (five, "2023-07-06", "2023-08-03", "approved"),
    ]
    assert not bring_in(run.session, document, Target(run.cast.branch_id))
    new = bring(run.session, document, Target(None, "新支部"), now=LATER, timezone="Asia/Shanghai")
    again = export(run.session, new.branch_id, TODAY, "Asia/Shanghai")
    assert again["away"] == document["away"]
    changed = {**document, "away": [{**document["away"][0], "place": "", "more": 1}]}
    mine = Target(new.branch_id, replace=True)
    with pytest.raises(BadArchive, match="2 days away"):
        bring_in(run.session, {"format": document["format"], "away": changed["away"]}, Target(new.branch_id))
    assert bring_in(run.session, {"format": document["format"], "away": changed["away"]}, mine)
    assert export(run.session, new.branch_id, TODAY, "Asia/Shanghai")["away"] == changed["away"]
    assert len(run.states()) == 4


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("person", "P999", "away[0].person"),
        ("to", "2023-07-03", "away[0].to"),
        ("state", "gone", "away[0].state"),
        ("made_at", "2023-07-03", "away[0].made_at"),
        ("decided_by", "P999", "away[0].decided_by"),
        ("place", "字" * 41, "away[0].place"),
        ("place", "秘密★10年", "away[0].place"),
        ("id", "", "away[0].id"),
    ],
)
def test_what_no_archive_may_say(run: Branch, field: str, value: str, fault: str) -> None:
    run.away("甲七", 0, 7)
    document = export(run.session, run.cast.branch_id, TODAY, "Asia/Shanghai")
    document["away"][0][field] = value
    with pytest.raises(BadArchive) as told:
        bring_in(run.session, document, Target(run.cast.branch_id, replace=True))
    assert any(line.startswith(fault) for line in told.value.faults), told.value.faults
