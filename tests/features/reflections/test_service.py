"""Reflections on both databases: what is written, what is refused, what is counted, who owes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.reflections import reviews, service, submissions, tasks
from bot.features.reflections.tasks import Plan
from bot.kit.figures import Slice
from bot.kit.handlers import File
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import (
    ActivityStatus,
    Category,
    ExemptionReason,
    HandInKind,
    PieceState,
    Rank,
    StudyItemKind,
    StudyItemState,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.person import CategorySpan, ExemptionSpan, RankSpan, RosterSpan
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask
from storage.models.study import StudyItem
from tests.cast import make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2023, 8, 18, 14, 30, tzinfo=SHANGHAI)
GIVEN = START + timedelta(hours=3)
DUE = date(2023, 8, 31)
Q3 = Quarter(2023, 3)
CUT_OFF = Q3.cut_off(SHANGHAI)
ALL, CADRES, VOLUNTARY = TaskAudience.ALL_MEMBERS, TaskAudience.SECTION_RANK_AND_ABOVE, TaskAudience.VOLUNTARY
REFLECTION = HandInKind.REFLECTION
PHOTO = File("photo", "P" * 30, "unique", size=1000)


class House:
    """A branch with an activity and a task, and short words for what people do."""

    def __init__(self, session: Session, **changes: Any) -> None:
        self.session, self.cast = session, make_branch(session, now=GIVEN)
        self.activity = Activity(
            branch_id=self.cast.branch_id,
            title="8月廉政专题学习日",
            planned_on=START.date(),
            start_at=START,
            end_at=START + timedelta(hours=2),
            created_by_id=self.cast["乙二"],
            created_at=GIVEN,
            status=ActivityStatus.HELD,
        )
        session.add(self.activity)
        session.flush()
        self.task_id = self.give(**changes).id
        self.messages = 0

    def me(self, name: str) -> Me:
        return self.cast.me(self.session, name, GIVEN.date())

    def give(self, by: str = "乙二", at: datetime = GIVEN, **changes: Any) -> ReflectionTask:
        plan = {
            "title": "廉政心得",
            "audience": ALL,
            "due_on": DUE,
            "activity_id": self.activity.id,
            **changes,
        }
        return tasks.make(self.session, self.me(by), Plan(**plan), at, SHANGHAI)

    @property
    def task(self) -> service.Task:
        return service.load(self.session, self.cast.branch_id, SHANGHAI, [self.task_id])[0]

    def draft(self, name: str, at: datetime = GIVEN, *texts: str) -> Reflection:
        row = submissions.start(self.session, self.me(name), self.task, at)
        for text in texts or ("一点体会",):
            self.messages += 1
            chat = self.cast.account(name)
            submissions.add_part(self.session, row, chat, self.messages, text, (), at)
        return row

    def hand_in(self, name: str, at: datetime = GIVEN) -> Reflection:
        row = self.draft(name, at)
        submissions.submit(self.session, self.me(name), row, at)
        return row

    def review(self, row: Reflection, accept: bool = True, by: str = "乙二", reason: str = "") -> None:
        reviews.review(self.session, self.me(by), row.id, accept, GIVEN + timedelta(days=30), reason)

    def figures(self, cut_off: datetime = CUT_OFF) -> service.TaskFigures:
        found = service.task_figures(self.session, [self.cast.branch_id], [Slice(Period.of(Q3), cut_off)], SHANGHAI)[
            self.cast.branch_id
        ]
        return found.tasks[self.task_id]

    def change(self, table: Any, name: str, **values: Any) -> None:
        self.session.execute(update(table).where(table.person_id == self.cast[name]).values(**values))


def refused(text: str) -> Any:
    return pytest.raises(Refusal, match=text)


# --- tasks ---------------------------------------------------------------------------------------------------------


def test_who_may_give_a_task(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        for name in ("甲一", "乙一", "甲二", "丙一", "乙二"):
            house.give(name, title=f"{name}布置的心得")
        for name in ("甲三", "丙四"):
            with refused("没有办理此事的权限"):
                house.give(name)
        assert session.scalars(select(Audit.action).where(Audit.subject == "reflection_task")).all() == ["make"] * 6


def test_the_same_is_not_set_twice_of_one_activity(storage: Storage) -> None:
    """However it is spelt; for others, under another title, once the first was called off, and of none it is."""
    with storage.transaction() as session:
        house = House(session)
        with refused("没有重复布置"):
            house.give("丙一", title="廉政 心得")
        house.give("丙一", title="廉政心得", audience=CADRES)
        house.give("丙一", title="廉政体会")
        house.give("丙一", title="廉政心得", kind=HandInKind.SELF_CHECK)
        first = service.find(session, house.me("丙一"), house.task_id, SHANGHAI)
        tasks.call_off(session, house.me("丙一"), first, GIVEN)
        session.flush()
        house.give("丙一", title="廉政心得")
        for _ in range(2):
            house.give("丙一", title="自学体会", activity_id=None)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": " "}, "题目"),
        ({"title": "长" * 61}, "题目"),
        ({"due_on": date(2023, 8, 17)}, "不能早于今天"),
        ({"per_person": 0}, "篇数"),
        ({"activity_id": 999_999}, "没有找到关联的活动"),
        ({"study_item_id": 999_999}, "没有找到关联的学习内容"),
    ],
)
def test_what_is_no_task(storage: Storage, changes: dict[str, Any], text: str) -> None:
    with storage.transaction() as session:
        house = House(session)
        with refused(text):
            house.give(**changes)


def test_what_was_called_off_gets_no_task(storage: Storage) -> None:
    """Its page may have been filled in before."""
    with storage.transaction() as session:
        house = House(session)
        item = StudyItem(
            branch_id=house.cast.branch_id,
            kind=StudyItemKind.BOOK,
            title="书目",
            assigned_on=START.date(),
            due_on=DUE,
            created_by_id=house.cast["乙二"],
            created_at=GIVEN,
        )
        session.add(item)
        session.flush()
        house.give(activity_id=None, study_item_id=item.id)
        house.activity.status, item.state = ActivityStatus.CANCELLED, StudyItemState.WITHDRAWN
        with refused("关联的活动已取消"):
            house.give()
        with refused("关联的学习内容已撤回"):
            house.give(activity_id=None, study_item_id=item.id)
        assert len(session.scalars(select(ReflectionTask.id)).all()) == 2


def test_a_task_is_called_off_as_long_as_nobody_has_handed_in(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        task = house.task
        tasks.call_off(session, house.me("乙二"), task, GIVEN)
        with refused("没有找到"):
            service.find(session, house.me("乙二"), house.task_id, SHANGHAI)
        house.task_id = house.give().id
        house.hand_in("甲五")
        with refused("已有同志提交"):
            tasks.call_off(session, house.me("乙二"), house.task, GIVEN)


def test_another_branch_has_no_such_task(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        stranger = Me(1, "某某", house.cast.branch_id + 1, None, frozenset(), frozenset())
        with refused("没有找到"):
            service.find(session, stranger, house.task_id, SHANGHAI)


# --- whom it is for ------------------------------------------------------------------------------------------------


def test_expected_are_those_of_the_activity_s_day(storage: Storage) -> None:
    """23 of 25: two are exempt; who left by then is out, who came later too (D4, D11)."""
    with storage.transaction() as session:
        house = House(session)
        assert len(service.expected(session, house.task)) == 23
        house.change(RosterSpan, "甲五", to_on=START.date())
        house.change(RosterSpan, "甲六", from_on=START.date() + timedelta(days=1))
        house.change(RosterSpan, "甲七", to_on=START.date() + timedelta(days=1))
        gone = {house.cast[name] for name in ("甲五", "甲六", "乙八", "丙八")}
        assert set(house.cast.people.values()) - set(service.expected(session, house.task)) == gone
        assert house.cast["甲七"] not in service.to_tell(session, house.task, DUE)


def test_cadres_by_the_rank_of_the_activity_s_day(storage: Storage) -> None:
    """副科 and above, in service, on that day: a promotion of the next day comes too late."""
    with storage.transaction() as session:
        house = House(session, audience=CADRES)
        cadres = {house.cast[name] for name in ("甲一", "甲二", "甲四", "乙一", "乙二", "丙一")}
        assert set(service.expected(session, house.task)) == cadres
        house.change(RankSpan, "甲四", to_on=START.date())
        house.change(RankSpan, "甲五", rank=Rank.SECTION, from_on=START.date() + timedelta(days=1))
        house.change(CategorySpan, "乙一", category=Category.RETIRED)
        session.add(_exempt(house, "丙一"))
        session.flush()
        rest = {house.cast[name] for name in ("甲一", "甲二", "乙二")}
        assert set(service.expected(session, house.task)) == rest
        assert service.welcome(session, house.task, house.cast["丙一"])
        for name in ("甲四", "甲五", "乙一"):
            with refused("科级以上"):
                submissions.start(session, house.me(name), house.task, GIVEN)


def _exempt(house: House, name: str) -> ExemptionSpan:
    return ExemptionSpan(
        person_id=house.cast[name], reason=ExemptionReason.MATERNITY_LEAVE, from_on=date(2023, 8, 1), to_on=None
    )


def test_a_study_item_expects_who_was_there_first_and_last(storage: Storage) -> None:
    """On the roster on both days, not exempt on the last (D10)."""
    with storage.transaction() as session:
        house = House(session)
        item = StudyItem(
            branch_id=house.cast.branch_id,
            kind=StudyItemKind.BOOK,
            title="八月书目",
            assigned_on=date(2023, 8, 7),
            due_on=DUE,
            created_by_id=house.cast["丙一"],
            created_at=GIVEN,
        )
        session.add(item)
        session.flush()
        house.task_id = house.give(activity_id=None, study_item_id=item.id).id
        house.change(RosterSpan, "甲五", from_on=date(2023, 8, 8))
        house.change(RosterSpan, "甲六", to_on=DUE)
        house.change(RosterSpan, "甲七", to_on=DUE + timedelta(days=1))
        assert house.task.subject.day == date(2023, 8, 7)
        assert len(service.expected(session, house.task)) == 21
        house.change(ExemptionSpan, "乙八", to_on=DUE)
        assert house.cast["乙八"] in service.expected(session, house.task)


def test_a_task_of_its_own_goes_by_its_due_day_and_its_making(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        late_september = datetime(2023, 9, 30, 23, 30, tzinfo=SHANGHAI)
        house.task_id = house.give(activity_id=None, due_on=date(2023, 10, 20), at=late_september).id
        house.change(RosterSpan, "甲五", to_on=date(2023, 10, 20))
        assert Q3.holds(house.task.subject.day)
        assert house.cast["甲五"] not in service.expected(session, house.task)
        assert house.task.is_open(datetime(2023, 10, 20, 23, tzinfo=SHANGHAI), SHANGHAI)
        assert not house.task.is_open(datetime(2023, 10, 21, tzinfo=SHANGHAI), SHANGHAI)


# --- pieces --------------------------------------------------------------------------------------------------------


def test_the_same_message_is_one_part(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        row = house.draft("甲五")
        for _ in range(2):
            submissions.add_part(session, row, 5, 77, "见照片", [PHOTO], GIVEN)
        kept = submissions.parts(session, row.id)
        assert [(part.kind, part.text, part.file_id) for part in kept] == [
            ("text", "一点体会", None),
            ("photo", "见照片", "P" * 30),
        ]


def test_what_cannot_be_a_part(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        row = submissions.start(session, house.me("甲五"), house.task, GIVEN)
        with refused("还没有收到内容"):
            submissions.submit(session, house.me("甲五"), row, GIVEN)
        with refused("请发送文字"):
            submissions.add_part(session, row, 5, 1, "  ", (), GIVEN)
        for number in range(submissions.MOST_PARTS):
            submissions.add_part(session, row, 5, number, "一", (), GIVEN)
        with refused("最多50条"):
            submissions.add_part(session, row, 5, 99, "一", (), GIVEN)
        submissions.submit(session, house.me("甲五"), row, GIVEN)
        with refused("已提交"):
            submissions.add_part(session, row, 5, 100, "一", (), GIVEN)


def test_an_edit_before_submitting_replaces_later_it_changes_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        row = house.draft("甲五")
        [part] = submissions.parts(session, row.id)
        assert submissions.edit_part(session, part, "一点体会", ()) is None
        assert submissions.edit_part(session, part, "更多体会", ()) is True
        assert submissions.edit_part(session, part, "附图", [PHOTO]) is True
        assert (part.kind, part.text, part.file_id) == ("photo", "附图", "P" * 30)
        submissions.submit(session, house.me("甲五"), row, GIVEN)
        assert submissions.edit_part(session, part, "又改", [PHOTO]) is False
        assert part.text == "附图"


def test_a_cancelled_draft_stays_withdrawn_and_the_next_one_begins_anew(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        first = house.draft("甲五")
        submissions.discard(session, house.me("甲五"), first, GIVEN)
        second = submissions.start(session, house.me("甲五"), house.task, GIVEN)
        assert (first.withdrawn_at, second.version, second.id != first.id) == (GIVEN, 1, True)
        assert len(submissions.parts(session, first.id)) == 1
        with refused("已取消或撤销"):
            submissions.mine(session, house.me("甲五"), first.id)
        with refused("没有办理此事的权限"):
            submissions.mine(session, house.me("甲六"), second.id)


def test_a_returned_piece_gets_a_new_version_and_the_old_one_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        first = house.hand_in("甲五")
        house.review(first, accept=False, reason="请补充个人体会")
        second = house.hand_in("甲五", GIVEN + timedelta(days=1))
        assert (second.piece, second.version, first.state) == (1, 2, PieceState.RETURNED)
        with refused("待审阅"):
            house.draft("甲五")
        house.review(second)
        with refused("已通过"):
            house.draft("甲五")
        assert house.figures().rows == (second.id,)


def test_several_pieces_each(storage: Storage) -> None:
    """ST6's variant: one of six cadres hands in two: 共7篇."""
    with storage.transaction() as session:
        house = House(session, audience=CADRES, per_person=2)
        for name in ("甲一", "甲二", "甲四", "乙一", "乙二", "丙一", "甲四"):
            house.review(house.hand_in(name), by="甲一" if name != "甲一" else "乙二")
        found = house.figures()
        assert (found.tally.words, found.named()["pieces"], found.named()["expected_done"]) == ("共7篇", 7, 6)
        assert found.named()["completion_rate"] == Decimal("100.0")


def test_undo_within_ten_minutes(storage: Storage) -> None:
    """The row is withdrawn, its parts go on in a new draft of the same version."""
    with storage.transaction() as session:
        house = House(session)
        row, me = house.hand_in("甲五"), house.me("甲五")
        with refused("超过10分钟"):
            submissions.undo(session, me, row, CUT_OFF, GIVEN + timedelta(minutes=11))
        with refused("第三季度统计已截止"):
            submissions.undo(session, me, row, GIVEN, GIVEN + timedelta(minutes=1))
        draft = submissions.undo(session, me, row, CUT_OFF, GIVEN + timedelta(minutes=9))
        assert (row.withdrawn_at is not None, draft.state, draft.version) == (True, PieceState.DRAFT, 1)
        assert [part.text for part in submissions.parts(session, draft.id)] == ["一点体会"]
        submissions.submit(session, me, draft, GIVEN + timedelta(minutes=10))
        house.review(draft)
        with refused("审阅"):
            submissions.undo(session, me, draft, CUT_OFF, GIVEN + timedelta(minutes=11))
        assert house.figures().rows == (draft.id,)


# --- reviewing -----------------------------------------------------------------------------------------------------


def test_who_reviews(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        names = {number: name for name, number in house.cast.people.items()}
        row = session.get_one(ReflectionTask, house.task_id)

        def asked(author: str) -> list[str]:
            return [names[person] for person in reviews.reviewers(session, row, house.cast[author], GIVEN.date())]

        assert sorted(asked("甲五")) == sorted(["乙二", "丙一"])
        assert asked("乙二") == ["丙一"]
        piece = house.hand_in("甲五")
        for name in ("甲三", "甲五", "丙四"):
            with refused("没有办理此事的权限"):
                house.review(piece, by=name)
        mine = house.hand_in("乙二")
        with refused("由他人审阅"):
            house.review(mine, by="乙二")
        with refused("退回原因"):
            house.review(piece, accept=False)
        assert [found.id for found, _, _ in reviews.waiting(session, house.me("乙二"))] == [piece.id]
        house.review(piece)
        with refused("审阅"):
            house.review(piece, accept=False, by="丙一", reason="晚了")
        assert reviews.waiting(session, house.me("乙二")) == []


def test_a_draft_or_a_withdrawn_piece_is_nobody_s_to_review(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        draft = house.draft("甲五")
        with refused("没有找到这份内容"):
            house.review(draft)
        row = house.hand_in("甲六")
        submissions.undo(session, house.me("甲六"), row, CUT_OFF, GIVEN)
        with refused("没有找到这份内容"):
            house.review(row)


def test_of_an_undo_and_a_review_at_once_one_wins(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        row = house.hand_in("甲五")
        session.execute(update(Reflection).values(withdrawn_at=GIVEN).execution_options(synchronize_session=False))
        with refused("刚刚有了变化"):
            house.review(row)


# --- what counts, who owes -----------------------------------------------------------------------------------------


def test_figures_by_the_names_of_the_archive(storage: Storage) -> None:
    """ST4: 21 pieces, 91.3%, late 1; a volunteer's piece counts beside them; after the cut-off nothing does."""
    with storage.transaction() as session:
        house = House(session)
        names = [name for name in house.cast.people if name not in ("乙八", "丙八")]
        for name in names[:20]:
            house.review(house.hand_in(name), by="丙一" if name != "丙一" else "乙二")
        house.review(house.hand_in(names[20]), accept=False, reason="请补充")
        late = house.hand_in(names[20], datetime(2023, 9, 6, 9, tzinfo=SHANGHAI))
        house.review(late, by="丙一")
        house.review(house.hand_in(names[21]), accept=False, reason="请补充")
        house.draft(names[22])
        found = house.figures()
        assert found.named() == {
            "title": "廉政心得",
            "pieces": 21,
            "expected": 23,
            "expected_done": 21,
            "late": 1,
            "completion_rate": Decimal("91.3"),
            "missing": [house.cast[name] for name in names[21:]],
        }
        assert found.tally.late == (late.id,)
        house.review(house.hand_in("丙八"), by="丙一")
        after = service.task_figures(session, [house.cast.branch_id], [Slice(Period.of(Q3), CUT_OFF)], SHANGHAI)[
            house.cast.branch_id
        ]
        assert (after.reflection_pieces_total, len(after.rows), len(set(after.rows))) == (22, 22, 22)
        before = house.figures(datetime(2023, 9, 1, tzinfo=SHANGHAI))
        assert (before.named()["pieces"], before.named()["late"]) == (21, 0)
        assert (
            service.task_figures(session, [house.cast.branch_id], [Slice(Period.of(Q3.next()), CUT_OFF)], SHANGHAI)[
                house.cast.branch_id
            ].tasks
            == {}
        )


def test_pieces_after_the_cut_off_wait_for_a_correction(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.review(house.hand_in("甲五", CUT_OFF + timedelta(days=1)))
        assert (house.figures().named()["pieces"], len(house.figures().named()["missing"])) == (0, 23)


def test_who_owes_and_when_to_nudge(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.hand_in("甲五")
        house.draft("甲六")
        house.review(house.hand_in("甲七"), accept=False, reason="请补充")
        house.change(RosterSpan, "甲九", to_on=date(2023, 8, 25))

        def owing(now: datetime, name: str | None = None) -> dict[int, Any]:
            person = house.cast[name] if name else None
            found = service.owing(session, house.cast.branch_id, now, SHANGHAI, person)
            return {item.person_id: item for item in found}

        now = datetime(2023, 8, 28, 9, tzinfo=SHANGHAI)
        assert len(owing(now)) == 21
        assert house.cast["甲五"] not in owing(now)
        assert owing(now, "甲六").keys() == {house.cast["甲六"]}
        item = owing(now, "甲七")[house.cast["甲七"]]
        assert (item.key, item.line) == (
            f"reflection:{house.task_id}",
            "廉政心得：心得已退回，请于8月31日（含）前重新提交心得。",
        )
        assert item.nudges == tuple(
            datetime.combine(day, time(9), SHANGHAI) for day in (date(2023, 8, 28), date(2023, 8, 31))
        )
        assert len(owing(CUT_OFF - timedelta(seconds=1))) == 21
        assert owing(CUT_OFF) == {}
        house.activity.status = ActivityStatus.CANCELLED
        session.flush()
        assert owing(now) == {}


def test_nobody_owes_a_voluntary_piece(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session, audience=VOLUNTARY)
        assert service.owing(session, house.cast.branch_id, GIVEN, SHANGHAI) == []
        assert len(service.to_tell(session, house.task, GIVEN.date())) == 23
        assert [
            task.row.id for task in submissions.open_tasks(session, house.me("丙八"), REFLECTION, GIVEN, SHANGHAI)
        ] == [house.task_id]
        house.review(house.hand_in("丙八"))
        named = house.figures().named()
        assert (named["pieces"], named["expected"], named["completion_rate"], named["missing"]) == (1, 0, None, [])


def test_open_tasks_are_those_with_something_to_do(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        voluntary = house.give(audience=VOLUNTARY, due_on=date(2023, 8, 20)).id
        cadres = house.give(audience=CADRES).id

        def mine(name: str) -> list[int]:
            return [
                task.row.id for task in submissions.open_tasks(session, house.me(name), REFLECTION, GIVEN, SHANGHAI)
            ]

        assert mine("甲四") == [house.task_id, cadres, voluntary]
        house.hand_in("甲五")
        assert mine("甲五") == [voluntary]


def test_parts_are_unique_over_chat_and_message(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        row = house.draft("甲五")
        other = submissions.start(session, house.me("甲六"), house.task, GIVEN)
        submissions.add_part(session, other, house.cast.account("甲六"), 1, "另一个聊天", (), GIVEN)
        assert len(session.scalars(select(ReflectionPart)).all()) == 2
        assert len(submissions.parts(session, row.id)) == 1
