"""Study on both databases: what is given out, completed, taken back, owed and counted."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.study import jobs, planning, rules, service
from bot.kit.figures import Slice
from bot.kit.refusal import Refusal
from scheduler.calendar.days import BUNDLED, Quarter
from scheduler.calendar.periods import Period
from scheduler.jobs import NotReady, Occurrence, Owed
from storage.audience import Me
from storage.choices import ExemptionReason, StudyItemKind, StudyItemState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.person import ExemptionSpan, RosterSpan
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from tests.cast import Cast, make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3 = Quarter(2023, 3)
CUT_OFF = Q3.cut_off(SHANGHAI)
BOOK, DOCUMENT = StudyItemKind.BOOK, StudyItemKind.DOCUMENT
DUE = date(2023, 8, 31)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class House:
    """A branch whose publicity officer has planned August on 30 July: a book and a document."""

    def __init__(self, session: Session) -> None:
        self.session, self.cast = session, make_branch(session, now=local("2023-07-01 09:00"))
        entered = local("2023-07-30 10:00")
        planner = self.me("丙一", entered)
        self.theme = planning.enter_theme(session, planner, "2023-08", "学思践悟强党性", entered, SHANGHAI)
        self.items = [self.add(kind, title, "2023-07-30 10:00") for kind, title in ((BOOK, "书目"), (DOCUMENT, "文件"))]

    def me(self, name: str, when: datetime) -> Me:
        return self.cast.me(self.session, name, when.astimezone(SHANGHAI).date())

    def add(self, kind: StudyItemKind, title: str, when: str) -> StudyItem:
        draft = planning.Draft(kind, title, DUE)
        now = local(when)
        return planning.add_item(self.session, self.me("丙一", now), self.theme, draft, now, SHANGHAI)

    def prompt(self, when: str = "2023-08-01 09:00") -> list[Owed]:
        day = date(2023, 8, 1)
        occurrence = Occurrence(
            "2023-08", day, local("2023-08-01 09:00"), rules.grace_end("2023-08", SHANGHAI, BUNDLED)
        )
        return jobs.send_prompt(self.session, self.cast.branch_id, occurrence, local(when), SHANGHAI)

    def complete(self, name: str, item: StudyItem, when: str) -> service.Completed:
        now = local(when)
        return service.complete(self.session, self.me(name, now), item.id, now, SHANGHAI)

    def owing(self, when: str, name: str | None = None) -> set[str]:
        names = {row: name for name, row in self.cast.people.items()}
        person = self.cast[name] if name else None
        found = service.owing(self.session, self.cast.branch_id, local(when), SHANGHAI, person)
        return {f"{names[item.person_id]} {item.key}" for item in found}

    def figures(self, cut_off: datetime = CUT_OFF) -> rules.StudyCounts:
        return service.study_figures(self.session, [self.cast.branch_id], [Slice(Period.of(Q3), cut_off)])[
            self.cast.branch_id
        ]


def test_the_prompt_assigns_its_items_and_goes_to_those_not_exempt(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        owed = house.prompt()
        assert {item.person_id for item in owed} == {
            row for name, row in house.cast.people.items() if name not in ("乙八", "丙八")
        }
        assert (house.theme.prompt_sent_on, house.items[0].assigned_on) == (date(2023, 8, 1), date(2023, 8, 1))
        assert [item.keys for item in owed] == [item.keys for item in house.prompt("2023-08-01 09:01")]


def test_after_an_outage_the_items_are_assigned_on_the_day_it_goes(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        for night in ("2023-08-01 22:00", "2023-08-05 10:00"):
            with pytest.raises(NotReady):
                house.prompt(night)
        house.prompt("2023-08-03 14:00")
        session.expire_all()
        assert house.theme.prompt_sent_on == date(2023, 8, 3)
        assert {item.assigned_on for item in house.items} == {date(2023, 8, 3)}
        assert house.add(DOCUMENT, "补充文件", "2023-08-10 09:00").assigned_on == date(2023, 8, 10)


def test_beyond_the_grace_the_secretary_is_told_and_it_goes_by_hand(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        occurrence = Occurrence("2023-08", date(2023, 8, 1), local("2023-08-01 09:00"), local("2023-08-08 20:30"))
        told = jobs.prompt_missed(session, house.cast.branch_id, occurrence)
        assert [item.person_id for item in told] == [house.cast["甲一"]]
        assert jobs.ask_again(session, dict(told[0].about)) == told[0].message
        assert planning.goes_at(session, house.theme, local("2023-08-09 10:00"), SHANGHAI) is None
        planning.give_out(session, house.theme, date(2023, 8, 9), local("2023-08-09 10:00"))
        assert jobs.prompt_missed(session, house.cast.branch_id, occurrence) == []


def test_beyond_the_grace_a_month_without_a_theme_is_told_all_the_same(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        (check,) = [job for job in jobs.build(SHANGHAI) if job.name == jobs.CHECK]
        assert check.missed is not None
        day = local("2023-09-01 09:00")
        september = Occurrence("2023-09", day.date(), day, local("2023-09-08 20:30"))
        (told,) = check.missed(session, house.cast.branch_id, september)
        assert told.person_id == house.cast["甲一"]
        assert "9月学习主题还没有录入。" in told.message["text"]
        august = Occurrence("2023-08", date(2023, 8, 1), local("2023-08-01 09:00"), local("2023-08-08 20:30"))
        assert list(check.missed(session, house.cast.branch_id, august)) == []


def test_what_is_only_planned_is_nobodys_to_learn(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        with pytest.raises(Refusal, match="没有找到"):
            house.complete("甲三", house.items[0], "2023-07-31 10:00")
        assert (house.figures().items, house.figures().monthly_themes) == (0, 0)
        assert house.owing("2023-07-31 10:00") == set()
        assert (
            service.recent(session, house.me("甲三", local("2023-07-31 10:00")), local("2023-07-31 10:00"), SHANGHAI)
            == []
        )


def test_completing_again_finds_the_first_row_and_both_are_one_pair(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        first = house.complete("甲三", house.items[0], "2023-08-15 10:00")
        again = house.complete("甲三", house.items[0], "2023-09-15 10:00")
        assert (first.again, again.again, again.row.id) == (False, True, first.row.id)
        assert again.row.completed_on == date(2023, 8, 15)
        assert (house.figures().completed_pairs, house.figures().completed_ids) == (1, [first.row.id])
        assert session.scalars(select(Audit.subject_id).where(Audit.action == "complete")).all() == [first.row.id]


def test_undo_takes_the_row_back_and_leaves_it_marked(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        row = house.complete("甲三", house.items[0], "2023-08-15 10:00").row
        with pytest.raises(Refusal, match="权限"):
            service.undo(session, house.me("甲四", row.completed_at), row.id, row.completed_at, SHANGHAI)
        service.undo(session, house.me("甲三", row.completed_at), row.id, local("2023-08-15 10:10"), SHANGHAI)
        with pytest.raises(Refusal, match="已撤销"):
            service.undo(session, house.me("甲三", row.completed_at), row.id, local("2023-08-15 10:10"), SHANGHAI)
        assert row.withdrawn_at == local("2023-08-15 10:10")
        assert house.figures().completed_pairs == 0
        second = house.complete("甲三", house.items[0], "2023-08-15 10:11")
        with pytest.raises(Refusal, match="10分钟"):
            service.undo(
                session, house.me("甲三", row.completed_at), second.row.id, local("2023-08-15 10:22"), SHANGHAI
            )


def test_nothing_is_taken_back_after_the_cut_off(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        row = house.complete("甲三", house.items[0], "2023-10-10 23:58").row
        with pytest.raises(Refusal, match="统计已截止"):
            service.undo(session, house.me("甲三", row.completed_at), row.id, local("2023-10-11 00:01"), SHANGHAI)
        with pytest.raises(Refusal, match="第三季度统计已截止"):
            planning.withdraw(session, house.me("丙一", CUT_OFF), house.items[0], local("2023-10-11 00:01"), SHANGHAI)
        assert (house.figures().completed_pairs, house.figures().late) == (1, 1)
        house.complete("甲四", house.items[0], "2023-10-12 09:00")
        assert house.figures().completed_pairs == 1


def test_figures_at_an_earlier_instant_are_what_stood_then(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        row = house.complete("甲三", house.items[0], "2023-08-15 10:00").row
        service.undo(session, house.me("甲三", row.completed_at), row.id, local("2023-08-15 10:05"), SHANGHAI)
        assert house.figures(local("2023-08-15 10:01")).completed_pairs == 1
        assert house.figures(local("2023-08-15 09:59")).completed_pairs == 0


def test_st8_a_joiner_a_leaver_and_a_maternity_leave(storage: Storage) -> None:
    """Expected: 22 of 25 people (the two exempt ones and 乙七 not; 戊一 came later; 丙六 counts on 31 August)."""
    with storage.transaction() as session:
        house = House(session)
        _move_people(session, house.cast)
        house.prompt("2023-08-07 09:00")
        session.expire_all()
        house.items[0].assigned_on = date(2023, 8, 7)
        learners = service.expected(session, house.cast.branch_id, [house.items[0]])[house.items[0].id]
        assert len(learners) == 22
        assert house.cast["丙六"] in learners
        assert house.cast["乙七"] not in learners
        key = f"study:{house.items[0].id}"
        assert f"丙六 {key}" in house.owing("2023-08-31 10:00")
        assert f"丙六 {key}" not in house.owing("2023-09-01 10:00")
        house.complete("丙八", house.items[0], "2023-08-20 10:00")
        assert house.figures().expected_pairs == 44
        assert house.figures().completed_pairs == 0


def _move_people(session: Session, cast: Cast) -> None:
    session.add(ExemptionSpan(person_id=cast["乙七"], from_on=date(2023, 8, 1), reason=ExemptionReason.MATERNITY_LEAVE))
    session.execute(update(RosterSpan).where(RosterSpan.person_id == cast["丙六"]).values(to_on=date(2023, 9, 1)))
    session.flush()


def test_who_owes_and_when_they_are_nudged(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        assert len(house.owing("2023-08-02 10:00")) == 46
        house.complete("甲三", house.items[0], "2023-08-15 10:00")
        assert house.owing("2023-08-20 10:00", "甲三") == {f"甲三 study:{house.items[1].id}"}
        assert house.owing("2023-08-20 10:00", "丙八") == set()
        found = service.owing(session, house.cast.branch_id, local("2023-09-02 10:00"), SHANGHAI, house.cast["甲三"])
        assert [item.line for item in found] == ["《文件》：应于8月31日（含）前学完，已逾期，仍可补交。"]
        assert found[0].nudges == (local("2023-08-28 09:00"), local("2023-08-31 09:00"))
        assert house.owing("2023-10-10 23:00") != set()
        assert house.owing("2023-10-11 00:01") == set()


def test_a_withdrawn_item_counts_nowhere(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        house.complete("甲三", house.items[1], "2023-08-15 10:00")
        now = local("2023-08-16 10:00")
        item = planning.find_item(session, house.me("丙一", now), house.items[1].id)
        planning.withdraw(session, house.me("丙一", now), item, now, SHANGHAI)
        assert (item.state, item.withdrawn_at) == (StudyItemState.WITHDRAWN, now)
        assert (house.figures().items, house.figures().completed_pairs) == (1, 0)
        assert house.owing("2023-08-20 10:00", "甲四") == {f"甲四 study:{house.items[0].id}"}
        with pytest.raises(Refusal, match="已撤回"):
            house.complete("甲四", item, "2023-08-17 10:00")


def test_another_branchs_item_does_not_exist_here(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        me = house.me("甲三", local("2023-08-15 10:00"))
        stranger = Me(me.id, me.name, me.branch_id + 1, None, me.duties, frozenset())
        with pytest.raises(Refusal, match="没有找到"):
            service.complete(session, stranger, house.items[0].id, local("2023-08-15 10:00"), SHANGHAI)
        assert session.scalars(select(StudyCompletion)).all() == []


def test_what_is_refused_when_planning(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        now = local("2023-07-30 10:00")
        planner = house.me("丙一", now)
        for month in ("2023-08", "2023-06", "2024-01"):
            with pytest.raises(Refusal):
                planning.enter_theme(session, planner, month, "主题", now, SHANGHAI)
        with pytest.raises(Refusal, match="权限"):
            planning.enter_theme(session, house.me("甲三", now), "2023-09", "主题", now, SHANGHAI)
        for title, due in (("", DUE), ("长" * 101, DUE), ("文件", date(2023, 7, 31)), ("文件", date(2025, 1, 1))):
            with pytest.raises(Refusal):
                planning.add_item(session, planner, house.theme, planning.Draft(DOCUMENT, title, due), now, SHANGHAI)
        for _ in range(planning.MOST_ITEMS - 2):
            house.add(DOCUMENT, "文件", "2023-07-30 10:00")
        with pytest.raises(Refusal, match="最多"):
            house.add(DOCUMENT, "文件", "2023-07-30 10:00")
        planning.change_theme(session, planner, house.theme, now, prompt="原原本本学。")
        house.prompt()
        with pytest.raises(Refusal, match="已发送"):
            planning.change_theme(session, planner, house.theme, now, title="另一个主题")


def test_themes_count_in_the_quarter_in_which_they_were_sent(storage: Storage) -> None:
    with storage.transaction() as session:
        house = House(session)
        house.prompt()
        session.add(
            MonthlyTheme(
                branch_id=house.cast.branch_id,
                month="2023-10",
                title="十月",
                prompt_sent_on=date(2023, 10, 7),
                created_by_id=house.cast["丙一"],
                created_at=local("2023-09-20 10:00"),
            )
        )
        session.flush()
        assert house.figures().theme_ids == (house.theme.id,)
        later = service.study_figures(
            session, [house.cast.branch_id], [Slice(Period.of(Q3.next()), CUT_OFF + timedelta(days=90))]
        )[house.cast.branch_id]
        assert (later.monthly_themes, later.items) == (1, 0)
