"""撤销 of every kind of step: whose, how long, until when, which of several; on both databases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features import registry
from bot.features.activities.service import mark, settle
from bot.features.leave.service import enter_leave
from bot.features.reflections.handlers import steps as pieces
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster.service import CHANGED, change
from bot.kit.access import NO_RIGHT
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.closing import SETTING
from bot.kit.deadlines import UNDONE_ALREADY
from bot.kit.handlers import Call, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from bot.kit.undo import NOTHING, Step, own_lines
from storage.activities import notice_of
from storage.audience import Me
from storage.audit import By, record
from storage.choices import (
    AttendanceStatus,
    Duty,
    LeaveType,
    MakeupState,
    PieceState,
    Rank,
    SignInMethod,
    StudyItemKind,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.notice import Receipt
from storage.models.organisation import Organisation
from storage.models.person import RankSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.study import StudyCompletion, StudyItem
from storage.roster import roster
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch
from tests.growth.counting import scanned, statements

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DONE = datetime(2023, 7, 10, 9, tzinfo=SHANGHAI)
LATE = datetime(2023, 10, 10, 23, 55, tzinfo=SHANGHAI)
WHO = "甲二"


class Place(Desk):
    """The branch of the desk, where 甲二 takes steps of every kind."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.by = {"created_by_id": self.cast[WHO], "created_at": TOLD}
        self.item = StudyItem(
            branch_id=self.cast.branch_id,
            kind=StudyItemKind.BOOK,
            title="书目",
            assigned_on=date(2023, 7, 5),
            due_on=date(2023, 8, 31),
            **self.by,
        )
        self.task = ReflectionTask(
            branch_id=self.cast.branch_id,
            activity_id=self.activity.id,
            title="廉政心得",
            audience=TaskAudience.ALL_MEMBERS,
            due_on=date(2023, 8, 31),
            **self.by,
        )
        self.add(self.item, self.task)
        notice = notice_of(session, self.activity.id)
        assert notice is not None
        notice.text, self.notice = "通知\n内容", notice

    def add(self, *rows: Any) -> int:
        self.session.add_all(rows)
        self.session.flush()
        number: int = rows[-1].id
        return number

    def close_on(self, day: int) -> None:
        self.session.get_one(Organisation, self.cast.branch_id).settings = {SETTING: day}
        self.session.flush()

    def word(self, now: datetime, me: Me | None = None, card: tuple[str, int] | None = None) -> Reply:
        """What 撤销 leads to."""
        word = next(one for one in registry.HANDLERS if isinstance(one, Word) and "撤销" in one.words)
        call = Call(
            update_id=1,
            telegram_id=1,
            chat_id=-1 if card else 1,
            private=card is None,
            message_id=None,
            now=now,
            tz=SHANGHAI,
            bot_name="bot",
            card=card,
            me=me or self.me(WHO),
        )
        reply = word.run(self.session, call)
        self.session.flush()
        return reply

    def said(self, now: datetime, me: Me | None = None, card: tuple[str, int] | None = None) -> str:
        said = self.word(now, me, card).others[0].said
        assert isinstance(said, Message)
        return said.text

    def lines(self) -> list[str]:
        """What stands in the log of steps taken back."""
        actions = select(Audit.action).where(Audit.action.in_(["undo", "fact_undone"]))
        return list(self.session.scalars(actions.order_by(Audit.id)))


def signed_in(place: Place, at: datetime) -> int:
    came = {"status": AttendanceStatus.PRESENT, "method": SignInMethod.BUTTON}
    return place.add(Attendance(activity_id=place.activity.id, person_id=place.cast[WHO], at=at, **came))


def received(place: Place, at: datetime) -> int:
    return place.add(Receipt(notice_id=place.notice.id, person_id=place.cast[WHO], at=at))


def asked_for_leave(place: Place, at: datetime) -> int:
    mine = {"activity_id": place.activity.id, "person_id": place.cast[WHO]}
    return place.add(LeaveRequest(type=LeaveType.SICK, requested_at=at, **mine))


def made_up(place: Place, at: datetime) -> int:
    mine = {"activity_id": place.activity.id, "person_id": place.cast[WHO]}
    return place.add(Makeup(state=MakeupState.SUBMITTED, submitted_at=at, done_on=at.date(), **mine))


def learned(place: Place, at: datetime) -> int:
    mine = {"item_id": place.item.id, "person_id": place.cast[WHO]}
    return place.add(StudyCompletion(completed_on=at.date(), completed_at=at, **mine))


def handed_in(place: Place, at: datetime) -> int:
    mine = {"task_id": place.task.id, "person_id": place.cast[WHO]}
    return place.add(Reflection(state=PieceState.SUBMITTED, started_at=at, submitted_at=at, **mine))


def changed(place: Place, at: datetime) -> int:
    wanted = FactChange(Kind.RANK, date(2023, 9, 1), place.cast["甲五"], Rank.SECTION)
    return change(place.session, place.me(WHO), wanted, at, SHANGHAI).audit_id


def marked(place: Place, at: datetime) -> int:
    mark(place.session, place.me(WHO), place.activity, place.cast["丙三"], AttendanceStatus.LATE, at)
    place.session.flush()
    return place.session.scalars(select(Attendance.id).order_by(Attendance.id.desc())).first() or 0


def entered_leave(place: Place, at: datetime) -> int:
    member = next(one for one in roster(place.session, place.cast.branch_id, TOLD.date()) if one.name == "丙五")
    return enter_leave(place.session, place.me(WHO), place.activity, member, LeaveType.SICK, at, SHANGHAI).id


@dataclass(frozen=True)
class Sort:
    """A kind of step. `closes`: not after the cut-off. `own`: and only by whoever took it, for ten minutes."""

    does: Callable[[Place, datetime], int]
    table: type[Any]
    says: str
    closes: bool = True
    own: bool = True

    def stands(self, place: Place, row_id: int) -> bool:
        if not self.own:
            spans = select(RankSpan.rank).where(RankSpan.person_id == place.cast["甲五"])
            return Rank.SECTION in set(place.session.scalars(spans))
        place.session.expire_all()
        return place.session.get_one(self.table, row_id).withdrawn_at is None


SORTS = {
    "sign-in": Sort(signed_in, Attendance, "已撤销签到：7月主题党日。"),
    "somebody entered": Sort(marked, Attendance, "已撤销补登：丙三同志，7月主题党日。"),
    "leave entered": Sort(entered_leave, LeaveRequest, "已撤销补登：丙五同志，7月主题党日。"),
    "receipt": Sort(received, Receipt, "已撤销收到：通知。", closes=False),
    "leave": Sort(asked_for_leave, LeaveRequest, "已撤销请假：7月主题党日。"),
    "make-up": Sort(made_up, Makeup, "已撤销补学：7月主题党日。"),
    "study": Sort(learned, StudyCompletion, "已撤销学完：《书目》。"),
    "reflection": Sort(handed_in, Reflection, "已撤销提交：廉政心得。"),
    "roster": Sort(changed, RankSpan, "已撤销变更：甲五同志。", own=False),
}
sorts = pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)


def button(place: Place, sort: Sort, row_id: int, now: datetime, me: Me | None = None) -> Any:
    """What the button below the step asks for: the same as the word."""
    step = step_of(place, sort, row_id)
    return step.undo(place.session, me or place.me(WHO), row_id, now, SHANGHAI)


def step_of(place: Place, sort: Sort, row_id: int) -> Step:
    every = [step for source in registry.STEPS for step in source(place.session, place.me(WHO), TOLD - 99 * MINUTE)]
    [step] = [
        one for one in every if one.row_id == row_id and f"已撤销{one.what}：" == sort.says.partition("：")[0] + "："
    ]
    return step


@pytest.fixture
def place(storage: Storage) -> Any:
    with storage.transaction() as session:
        yield Place(session)


def test_without_a_step_nothing_is_taken_back(place: Place) -> None:
    assert place.said(DONE) == NOTHING
    assert place.lines() == []


@sorts
def test_a_step_is_taken_back_by_the_word_within_ten_minutes(place: Place, sort: Sort) -> None:
    row_id = sort.does(place, DONE)
    assert sort.stands(place, row_id)
    assert place.said(DONE + 10 * MINUTE) == sort.says
    assert not sort.stands(place, row_id)
    assert place.said(DONE + 10 * MINUTE) == NOTHING
    assert len(place.lines()) == 1


@sorts
def test_and_by_its_button(place: Place, sort: Sort) -> None:
    row_id = sort.does(place, DONE)
    step = step_of(place, sort, row_id)
    step.undo(place.session, place.me(WHO), row_id, DONE + 10 * MINUTE, SHANGHAI)
    assert not sort.stands(place, row_id)
    with pytest.raises(Refusal) as refused:
        step.undo(place.session, place.me(WHO), row_id, DONE + 10 * MINUTE, SHANGHAI)
    assert "撤" in str(refused.value)
    assert len(place.lines()) == 1


@sorts
def test_a_second_later_it_stands(place: Place, sort: Sort) -> None:
    """What the desk changes of the roster has its own button for longer: the close decides, not the ten minutes."""
    row_id = sort.does(place, DONE)
    too_late = DONE + 10 * MINUTE + SECOND
    assert place.said(too_late) == NOTHING
    if sort.own:
        with pytest.raises(Refusal, match="已超过10分钟，不能撤销"):
            button(place, sort, row_id, too_late)
        assert sort.stands(place, row_id)
        assert place.lines() == []


@sorts
@pytest.mark.parametrize("closes", [10, 5, 15])
def test_after_the_cut_off_it_stands(place: Place, sort: Sort, closes: int) -> None:
    place.close_on(closes)
    midnight = datetime(2023, 10, closes + 1, tzinfo=SHANGHAI)
    row_id = sort.does(place, midnight - 5 * MINUTE)
    if not sort.closes:
        assert place.said(midnight) == sort.says
        return
    for acts in (lambda: place.word(midnight), lambda: button(place, sort, row_id, midnight)):
        with pytest.raises(Refusal, match="统计已截止"):
            acts()
    assert sort.stands(place, row_id)
    assert place.said(midnight - timedelta(microseconds=1)) == sort.says


@sorts
def test_nobody_takes_back_what_somebody_else_did(place: Place, sort: Sort) -> None:
    row_id = sort.does(place, DONE)
    for name in ("甲三", "甲一"):
        assert place.said(DONE + MINUTE, place.me(name)) == NOTHING
        if sort.own:
            with pytest.raises(Refusal, match=NO_RIGHT):
                button(place, sort, row_id, DONE + MINUTE, place.me(name))
    assert sort.stands(place, row_id)


@sorts
def test_nor_does_another_branch(place: Place, sort: Sort) -> None:
    row_id = sort.does(place, DONE)
    _, stranger = another_branch(place.session)
    assert place.said(DONE + MINUTE, stranger) == NOTHING
    with pytest.raises(Refusal):
        button(place, sort, row_id, DONE + MINUTE, stranger)
    assert sort.stands(place, row_id)


def test_the_newest_of_several_goes_first(place: Place) -> None:
    """Whatever they are; each word takes one."""
    order = [
        "leave",
        "roster",
        "somebody entered",
        "study",
        "leave entered",
        "receipt",
        "make-up",
        "reflection",
        "sign-in",
    ]
    for number, name in enumerate(order):
        SORTS[name].does(place, DONE + number * SECOND)
    said = [place.said(DONE + MINUTE) for _ in [*order, "nothing"]]
    assert said == [*(SORTS[name].says for name in reversed(order)), NOTHING]


def test_in_reply_to_a_card_only_its_own_step_is_taken_back(place: Place) -> None:
    """What stands on another card, or on none, is left alone."""
    other = place.make()
    SORTS["sign-in"].does(place, DONE)
    SORTS["study"].does(place, DONE + 2 * SECOND)
    SORTS["reflection"].does(place, DONE + 3 * SECOND)
    place.add(
        LeaveRequest(activity_id=other.id, person_id=place.cast[WHO], type=LeaveType.SICK, requested_at=DONE + SECOND)
    )
    card = (ACTIVITY_CARD, place.activity.id)
    assert place.word(DONE + MINUTE, card=("reminder", 1)) == Reply()
    assert place.said(DONE + MINUTE, card=card) == SORTS["sign-in"].says
    assert place.said(DONE + MINUTE, card=card) == NOTHING
    assert place.said(DONE + MINUTE, card=(ACTIVITY_CARD, other.id)).startswith("已撤销请假：")
    assert place.said(DONE + MINUTE) == SORTS["reflection"].says


@pytest.mark.parametrize(
    "sort", [one for one in SORTS.values() if one.own], ids=[name for name in SORTS if name != "roster"]
)
def test_of_two_at_once_one_wins(place: Place, sort: Sort) -> None:
    """Somebody else's transaction withdraws the row between our look and our write."""
    row_id = sort.does(place, DONE)
    seen, now = place.session.get_one(sort.table, row_id), DONE + MINUTE
    step = step_of(place, sort, row_id)
    gone = update(sort.table).where(sort.table.id == row_id).values(withdrawn_at=now)
    place.session.execute(gone.execution_options(synchronize_session=False))
    assert seen.withdrawn_at is None
    with pytest.raises(Refusal, match=f"{UNDONE_ALREADY}|刚刚有了变化"):
        step.undo(place.session, place.me(WHO), row_id, now, SHANGHAI)
    assert place.lines() == []


def test_what_somebody_has_decided_on_is_no_step_any_more(place: Place) -> None:
    row = place.session.get_one(Reflection, SORTS["reflection"].does(place, DONE))
    row.state = PieceState.ACCEPTED
    leave = place.session.get_one(LeaveRequest, SORTS["leave"].does(place, DONE))
    place.decide(leave, "甲一", at=DONE)
    assert pieces(place.session, place.me(WHO), DONE) == []
    assert place.said(DONE + MINUTE) == NOTHING


@pytest.mark.parametrize("later", [timedelta(), MINUTE])
def test_what_gave_way_to_an_entry_stands_again(place: Place, later: timedelta) -> None:
    """Only what did so at that moment, and only while nothing else stands."""
    me, whom = place.me(WHO), place.cast["丙五"]
    came = (Attendance.person_id == whom, Attendance.withdrawn_at.is_(None))
    away = (LeaveRequest.person_id == whom, LeaveRequest.withdrawn_at.is_(None))
    for status in (AttendanceStatus.ABSENT, AttendanceStatus.LATE, AttendanceStatus.PRESENT):
        mark(place.session, me, place.activity, whom, status, DONE)
        place.session.flush()
    place.said(DONE + later)
    assert place.session.scalars(select(Attendance.status).where(*came)).all() == [AttendanceStatus.LATE]
    asked = place.add(
        LeaveRequest(activity_id=place.activity.id, person_id=whom, type=LeaveType.PERSONAL, requested_at=TOLD)
    )
    entered_leave(place, DONE + later + SECOND)
    assert place.session.scalars(select(Attendance.status).where(*came)).all() == []
    assert place.said(DONE + 2 * later + SECOND) == SORTS["leave entered"].says
    assert place.session.scalars(select(Attendance.status).where(*came)).all() == [AttendanceStatus.LATE]
    assert place.session.scalars(select(LeaveRequest.id).where(*away)).all() == [asked]
    assert place.lines() == ["undo", "undo"]


def test_a_whole_roll_is_no_step(place: Place) -> None:
    """点名 enters many at once, and has no way back."""
    settle(place.session, place.me(WHO), place.activity, [], START, SHANGHAI)
    assert place.said(START + MINUTE) == NOTHING


def test_who_may_change_the_roster_no_more_takes_no_change_back(place: Place) -> None:
    SORTS["roster"].does(place, DONE)
    assert place.said(DONE + MINUTE, replace(place.me(WHO), duties=frozenset())) == NOTHING


@pytest.mark.parametrize("name", ["somebody entered", "leave entered"])
def test_who_may_enter_nobody_any_more_takes_no_entry_back(place: Place, name: str) -> None:
    """Neither by the word nor by the number; nor a leader of another group than the one of who was entered."""
    sort, me = SORTS[name], place.me(WHO)
    row_id = sort.does(place, DONE)
    member = replace(me, duties=frozenset())
    leader = replace(me, duties=frozenset({Duty.GROUP_LEADER}), leads=frozenset({place.me("甲一").group_id or 0}))
    assert place.said(DONE + MINUTE, member) == NOTHING
    for one in (member, leader):
        with pytest.raises(Refusal, match=NO_RIGHT):
            button(place, sort, row_id, DONE + MINUTE, one)
    assert sort.stands(place, row_id)
    theirs = roster(
        place.session, place.cast.branch_id, TOLD.date(), [place.session.get_one(sort.table, row_id).person_id]
    )
    button(place, sort, row_id, DONE + MINUTE, replace(leader, leads=frozenset({theirs[0].group_id or 0})))
    assert not sort.stands(place, row_id)


@pytest.mark.parametrize("name", ["somebody entered", "leave entered", "roster"])
def test_however_much_the_branch_has_written_since(place: Place, name: str) -> None:
    """One line among them says that it was earlier than any step may be: whoever wrote it took long."""
    SORTS[name].does(place, DONE)
    by = By(place.cast.branch_id, place.cast["甲五"])
    for number in range(600):
        at = DONE + timedelta(seconds=number % 60) - (20 * MINUTE if number == 300 else 0 * MINUTE)
        record(place.session, "sign_in", "attendance", number, now=at, by=by)
    assert place.said(DONE + 4 * MINUTE) == SORTS[name].says
    assert len(place.lines()) == 1


@pytest.mark.parametrize("lines", [0, 3, 60])
def test_of_the_log_only_the_last_hours_are_read(place: Place, lines: int) -> None:
    """Lines of a year ago are as good as none; it is one statement either way."""
    for number in range(lines):
        by = By(place.cast.branch_id, place.cast[WHO])
        record(place.session, "mark", "attendance", number, now=DONE - timedelta(days=365 - number), by=by)
    changed(place, DONE)
    with statements() as said:
        found = own_lines(place.session, place.me(WHO), DONE - 10 * MINUTE, CHANGED, "person")
    assert len(found) == 1
    assert len([one for one in said if "FROM audit" in one.sql]) == 1
    if place.session.get_bind().dialect.name == "sqlite":
        assert scanned(place.session, said) == set()
