"""定稿 and 更正 over real rows: the example archive from its draft to v1 and to what its corrections make of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from bot.features.closes import corrections, late, service
from bot.features.privacy import erasure
from bot.features.registry import FIGURES
from bot.features.tally.service import period_to_json, tally
from bot.kit.access import NO_RIGHT
from bot.kit.back_fill import Recorded, recorded
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import after
from bot.kit.owing import Waits
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    CorrectionKind,
    Duty,
    HandInKind,
    LeaveState,
    LeaveType,
    MakeupState,
    MinutesState,
    PieceState,
    TalkKind,
    TalkMode,
)
from storage.engine import Storage
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.close import Admission, Correction, FigureVersion, QuarterClose
from storage.models.entry import Entry, EntryDay, EntryPerson
from storage.models.exam import ExamAttempt
from storage.models.minutes import Minutes
from storage.models.organisation import Organisation
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.study import StudyCompletion
from storage.models.talk import Talk, TalkPerson
from tests.features.activities.desk import refused
from tests.features.closes.desk import (
    CHANGES,
    EARLY,
    LATE,
    LATER,
    OFFERED,
    OTHERS,
    Q3,
    SECRETARY,
    admit,
    close,
    differing,
    figures,
    fix_roll,
    frozen,
    shown,
)
from tests.world import SHANGHAI

Lay = Callable[[Session], Any]


def number_on(session: Session) -> None:
    """PostgreSQL's numbers go on behind those that the archive has taken."""
    for model in (Activity, Attendance, LeaveRequest, Makeup, Organisation):
        if session.get_bind().dialect.name == "postgresql":
            name = model.__tablename__
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 100000)"))


@pytest.fixture
def session(storage: Storage, lay: Lay) -> Any:
    with storage.transaction() as session:
        lay(session)
        number_on(session)
        # What waits in the archive was decided on paper.
        settled = update(Reflection).where(Reflection.state == PieceState.SUBMITTED)
        session.execute(settled.values(state=PieceState.RETURNED))
        yield session


# --- 定稿 -------------------------------------------------------------------------------------------------------------


def test_the_close_changes_no_figure(session: Session) -> None:
    """Every figure as it was counted: in JSON, and as each says it in chat."""
    draft = shown(session)
    said = {one.figure.path: one for one in draft.counted}
    before = figures(session)
    assert draft.version == "draft"
    version = close(session)
    after_it = shown(session)
    assert (version.number, after_it.version, after_it.by) == (1, "v1", "甲一")
    assert differing(before, figures(session)) == {}
    assert {path: list(ids) for path, ids in draft.behind.items()} == after_it.behind
    for one in after_it.counted:
        was = said.pop(one.figure.path)
        assert one.figure.number(one.value) == one.figure.number(was.value), one.figure.path
        assert one.is_empty == was.is_empty, one.figure.path
        assert one.figure.more(one.value) == one.figure.more(was.value), one.figure.path
        if one.figure.said is not None:
            assert one.figure.said(one.value) == one.figure.said(was.value), one.figure.path
    assert said == {}
    lines = session.execute(select(Audit.action, Audit.subject, Audit.actor_id).where(Audit.subject == "quarter_close"))
    assert lines.all() == [("close", "quarter_close", 1)]


def test_before_anybody_was_there_nothing_is_closed(session: Session) -> None:
    with refused(service.NOBODY):
        close(session, quarter=Quarter(2000, 1))


def test_it_is_closed_once(session: Session) -> None:
    close(session)
    with refused("第三季度数据已定稿。"):
        close(session, LATER)
    assert len(frozen(session)) == 1


def test_a_quarter_that_runs_is_not_closed(session: Session) -> None:
    running = Quarter(2022, 4)
    with refused("第四季度尚未结束，不能定稿。"):
        close(session, quarter=running)
    with refused("尚未结束"):
        service.check(session, SECRETARY, running, OFFERED, LATE, SHANGHAI)


@pytest.mark.parametrize("me", OTHERS, ids=["organization officer", "deputy", "member"])
def test_nobody_but_the_secretary_closes_or_corrects(session: Session, me: Me) -> None:
    with refused(NO_RIGHT):
        close(session, me=me)
    with refused(NO_RIGHT):
        service.check(session, me, Q3, OFFERED, LATE, SHANGHAI)
    close(session)
    before = frozen(session)
    for act in (
        lambda: fix_roll(session, 2, 3, AttendanceStatus.PRESENT, me),
        lambda: admit(session, "reflection.1", me),
        lambda: corrections.corrected_score(session, me, 1, 100, "x", FIGURES, LATER, SHANGHAI),
        lambda: corrections.may_correct(session, me, Q3),
    ):
        with refused(NO_RIGHT):
            act()
    assert frozen(session) == before


def test_another_branch_s_secretary_reaches_nothing_of_it(session: Session) -> None:
    first = session.get_one(Organisation, 1)
    other = Organisation(kind=first.kind, name="别的支部", created_at=EARLY)
    session.add(other)
    session.flush()
    stranger = Me(99, "外人", other.id, None, frozenset({Duty.SECRETARY}), frozenset())
    close(session)
    with refused("没有找到这项活动。"):
        fix_roll(session, 2, 3, AttendanceStatus.PRESENT, stranger)
    with refused("尚未定稿"):
        admit(session, "reflection.1", stranger)
    attempt = session.scalars(select(ExamAttempt.id)).first()
    assert attempt is not None
    with pytest.raises(Refusal):
        corrections.corrected_score(session, stranger, attempt, 1, "x", FIGURES, LATER, SHANGHAI)
    assert corrections.of_quarter(session, other.id, Q3) == []
    assert session.scalar(select(func.count()).select_from(Correction)) == 0


def test_what_waits_blocks_it(session: Session) -> None:
    """A roll that nobody called, 未登记, leave, a make-up, a piece: each with what settles it. Then it is closed."""
    held = session.scalars(select(Activity).where(Activity.id == 1)).one()
    person = session.scalars(select(Attendance.person_id).where(Attendance.activity_id == 1)).first()
    assert person is not None
    session.execute(
        update(Attendance)
        .where(Attendance.activity_id == 4, Attendance.person_id == 2)
        .values(withdrawn_at=EARLY - timedelta(days=9))
    )
    plan = Activity(
        branch_id=1, title="9月座谈", planned_on=date(2022, 9, 20), start_at=EARLY - timedelta(days=18),
        end_at=EARLY - timedelta(days=18), created_by_id=1, created_at=EARLY - timedelta(days=20),
    )  # fmt: skip
    piece = session.scalars(select(Reflection).order_by(Reflection.id)).first()
    assert piece is not None
    piece.state, before = PieceState.SUBMITTED, piece.state
    session.add(plan)
    session.add(Makeup(activity_id=held.id, person_id=person, state=MakeupState.SUBMITTED, submitted_at=EARLY))
    session.flush()
    session.add(LeaveRequest(activity_id=plan.id, person_id=4, type=LeaveType.SICK, requested_at=EARLY))
    session.flush()
    waits = service.check(session, SECRETARY, Q3, OFFERED, EARLY, SHANGHAI)
    kinds = [one.kind for one in waits]
    assert {Waits.ROLL, Waits.LEAVE, Waits.MAKEUP} <= set(kinds)
    assert kinds.count(Waits.ROLL) == 2
    assert set(kinds) & {Waits.PIECE, Waits.SELF_CHECK}
    assert all(one.does for one in waits)
    with refused(service.BLOCKED):
        close(session, EARLY)
    plan.status = ActivityStatus.CANCELLED
    piece.state = before
    session.execute(update(Makeup).where(Makeup.state == MakeupState.SUBMITTED).values(state=MakeupState.ACCEPTED))
    session.execute(
        update(Attendance).where(Attendance.activity_id == 4, Attendance.person_id == 2).values(withdrawn_at=None)
    )
    assert service.check(session, SECRETARY, Q3, OFFERED, EARLY, SHANGHAI) == []
    close(session, EARLY)


def test_what_can_be_settled_no_more_blocks_nothing(session: Session) -> None:
    """Of a quarter whose cut-off is over no roll is taken: what lacks stands in 未计入."""
    session.add(
        Activity(
            branch_id=1, title="9月座谈", planned_on=date(2022, 9, 20), start_at=EARLY - timedelta(days=18),
            end_at=EARLY - timedelta(days=18), created_by_id=1, created_at=EARLY - timedelta(days=20),
        )
    )  # fmt: skip
    session.flush()
    assert service.check(session, SECRETARY, Q3, OFFERED, EARLY, SHANGHAI) != []
    assert service.check(session, SECRETARY, Q3, OFFERED, LATE, SHANGHAI) == []


def test_minutes_that_lack_are_named_and_block_nothing(session: Session) -> None:
    """Of each component of the quarter's own held activities, until its cut-off: after it nobody can write them."""
    everything = session.scalars(select(Minutes)).all()
    for one in everything:
        one.state = MinutesState.FINAL
    session.flush()

    def lacking(now: datetime = EARLY) -> list[tuple[Waits, int]]:
        found = service.unfinished(session, SECRETARY, Q3, OFFERED, now, SHANGHAI)
        assert all(one.does for one in found)
        return [(one.kind, one.many) for one in found]

    others = sum(many for _, many in lacking())
    activity = Activity(
        branch_id=1, title="9月座谈", status=ActivityStatus.HELD, planned_on=date(2022, 9, 20), settled_at=EARLY,
        start_at=EARLY - timedelta(days=18), end_at=EARLY - timedelta(days=18), created_by_id=1, created_at=EARLY,
    )  # fmt: skip
    session.add(activity)
    session.flush()
    assert sum(many for _, many in lacking()) == others
    for kind in (ActivityType.THEME_PARTY_DAY, ActivityType.PARTY_LECTURE):
        session.add(Component(activity_id=activity.id, type=kind))
    session.flush()
    assert (Waits.MINUTES, 2) in lacking()
    assert sum(many for _, many in lacking()) == others + 2
    assert [one.kind for one in service.check(session, SECRETARY, Q3, OFFERED, EARLY, SHANGHAI)] == [Waits.ROLL]
    assert lacking(LATE) == []
    with refused(NO_RIGHT):
        service.unfinished(session, OTHERS[0], Q3, OFFERED, EARLY, SHANGHAI)
    activity.status = ActivityStatus.CANCELLED
    assert sum(many for _, many in lacking()) == others


# --- early -----------------------------------------------------------------------------------------------------------


def test_a_close_in_the_grace_ends_it(session: Session) -> None:
    """D20: the moment of the close counts, what comes later does not, and is 补报 no more but too late."""
    close(session, EARLY)
    end = cut_off_of(session, 1, Q3.start, SHANGHAI)
    assert end == after(EARLY)
    day = date(2022, 9, 28)
    assert recorded(day, EARLY, end, SHANGHAI) is Recorded.IN_GRACE
    assert recorded(day, EARLY + timedelta(seconds=1), end, SHANGHAI) is Recorded.TOO_LATE
    before = figures(session, "draft", EARLY)
    come_late(session)
    assert differing(before, figures(session, "draft")) == {}
    assert [one.kind for one in late.listed(session, 1, Q3, SHANGHAI)][:1] == [CorrectionKind.ACTIVITY_ADMIT]


def test_a_close_after_the_close_day_moves_nothing(session: Session) -> None:
    close(session, LATE)
    assert session.scalars(select(QuarterClose.cut_off)).all() == [None]
    assert cut_off_of(session, 1, Q3.start, SHANGHAI) == Q3.cut_off(SHANGHAI)


def come_late(session: Session) -> None:
    """Activity 4 is recorded after the close, with its whole roll."""
    session.execute(update(Activity).where(Activity.id == 4).values(settled_at=LATER))
    session.execute(update(Activity).where(Activity.id == 4).values(settled_at=None))
    row = session.get_one(Activity, 4)
    new = Activity(
        branch_id=1, title="补报的会", status=ActivityStatus.HELD, planned_on=row.planned_on, start_at=row.start_at,
        end_at=row.end_at, created_by_id=1, created_at=LATER, settled_at=LATER,
    )  # fmt: skip
    session.add(new)
    session.flush()
    for person in (1, 2, 3, 4, 5):
        session.add(
            Attendance(
                activity_id=new.id, person_id=person, status=AttendanceStatus.PRESENT, method="marked", at=LATER,
                marked_by_id=1,
            )
        )  # fmt: skip
    session.flush()


# --- 更正 -------------------------------------------------------------------------------------------------------------


def test_the_corrections_of_the_example_make_its_second_version(session: Session) -> None:
    """archive_example.v2.json; v1 keeps its bytes, and each correction says who, when, old, new and why."""
    close(session)
    v1, before = frozen(session), figures(session)
    first = fix_roll(session, 2, 3, AttendanceStatus.PRESENT)
    [piece] = [one for one in late.listed(session, 1, Q3, SHANGHAI) if one.kind is CorrectionKind.REFLECTION_ADMIT]
    second = admit(session, piece.key)
    assert differing(before, figures(session)) == CHANGES
    assert frozen(session)[:1] == v1
    assert figures(session, "v1") == before
    assert (first.version, second.version, shown(session).version) == (2, 3, "v3")
    assert (first.old, first.new) == ({"status": "absent"}, {"status": "present"})
    assert (first.why, first.made_by_id, first.made_at, first.approved_by_id) == ("补交签到照片", 1, LATER, 1)
    assert corrections.of_quarter(session, 1, Q3) == [first, second]
    assert [one.key for one in late.listed(session, 1, Q3, SHANGHAI) if one.key == piece.key] == []
    with refused(corrections.GONE):
        admit(session, piece.key)
    lines = session.execute(select(Audit.action, Audit.subject_id).where(Audit.subject == "correction")).all()
    assert lines == [("amend", first.id), ("amend", second.id)]


ROLLS = [AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ONLINE, *LeaveType]


@pytest.mark.parametrize("new", ROLLS, ids=str)
def test_a_roll_is_corrected_to_any_state_and_back(session: Session, new: AttendanceStatus | LeaveType) -> None:
    close(session)
    before = figures(session)
    fix_roll(session, 2, 3, new)
    roll = figures(session)["attendance_by_activity"]["A2"]
    assert roll["expected"] == roll["present"] + roll["leave"] + roll["absent"]
    assert (
        roll["present" if isinstance(new, AttendanceStatus) else "leave"]
        > before["attendance_by_activity"]["A2"]["present" if isinstance(new, AttendanceStatus) else "leave"]
    )
    with refused(corrections.SAME):
        fix_roll(session, 2, 3, new)
    fix_roll(session, 2, 3, AttendanceStatus.ABSENT, now=LATER + timedelta(hours=1))
    assert differing(before, figures(session)) == {}
    assert [one[0] for one in frozen(session)] == [1, 2, 3]


def test_only_who_was_expected_at_what_was_held(session: Session) -> None:
    close(session)
    with refused(corrections.NOT_EXPECTED):
        fix_roll(session, 2, 8, AttendanceStatus.PRESENT)
    session.get_one(Activity, 2).status = ActivityStatus.CANCELLED
    with refused(corrections.NOT_HELD):
        fix_roll(session, 2, 3, AttendanceStatus.PRESENT)
    with refused("没有找到这项活动。"):
        fix_roll(session, 999, 3, AttendanceStatus.PRESENT)


def test_nothing_is_corrected_before_the_close(session: Session) -> None:
    with refused("第三季度数据尚未定稿，请直接办理。"):
        fix_roll(session, 2, 3, AttendanceStatus.PRESENT)
    with refused("尚未定稿"):
        admit(session, "reflection.1")


def test_leave_that_nobody_had_decided_on(session: Session) -> None:
    row = LeaveRequest(activity_id=2, person_id=3, type=LeaveType.SICK, requested_at=EARLY)
    session.add(row)
    session.flush()
    session.execute(
        update(Attendance).where(Attendance.activity_id == 2, Attendance.person_id == 3).values(withdrawn_at=EARLY)
    )
    close(session, LATE)
    before = figures(session)["attendance_by_activity"]["A2"]
    done = admit(session, f"leave_request.{row.id}")
    now = figures(session)["attendance_by_activity"]["A2"]
    assert (row.state, row.decided_by_id, done.kind) == (LeaveState.APPROVED, 1, CorrectionKind.LEAVE_APPROVE)
    assert (now["leave"], now["absent"]) == (before["leave"] + 1, before["absent"] - 1)
    assert (done.old, done.new) == ({"state": "pending"}, {"state": "approved"})


def test_a_score(session: Session) -> None:
    close(session)
    row = session.scalars(select(ExamAttempt).where(ExamAttempt.score.is_not(None)).order_by(ExamAttempt.id)).first()
    assert row is not None
    assert row.score is not None
    before, old = figures(session), row.score
    done = corrections.corrected_score(session, SECRETARY, row.id, old - 500, "核对试卷", FIGURES, LATER, SHANGHAI)
    changed = differing(before, figures(session))
    assert changed
    assert all(name.startswith("exam") for name in changed)
    assert (done.old, done.new) == ({"score": old}, {"score": old - 500})
    for score in (old - 500, 10**6, -1):
        with pytest.raises(Refusal):
            corrections.corrected_score(session, SECRETARY, row.id, score, "x", FIGURES, LATER, SHANGHAI)


@pytest.mark.parametrize("early", [True, False], ids=["closed early", "closed late"])
def test_each_kind_of_what_came_too_late(session: Session, early: bool) -> None:
    """What came late counts in nothing; admitted, it counts as if it had come in time, and nothing else does."""
    whole = figures(session)
    parts = late_rows(session)
    end = EARLY if early else LATE
    missing = figures(session, "draft", LATE)
    close(session, end)
    assert differing(figures(session), missing) == {} or early
    listed = {one.kind: one for one in late.listed(session, 1, Q3, SHANGHAI) if one.key in parts.values()}
    assert listed.keys() == parts.keys()
    before = figures(session)
    for kind, one in listed.items():
        done = admit(session, one.key)
        assert (done.kind, done.old, done.new) == (kind, {"counts": False}, {"counts": True})
        now = figures(session)
        assert differing(before, now) != {}, kind
        before = now
    # It counts, and was handed in late all the same (D11).
    assert differing(whole, before).keys() <= {"reflections.R1.late"}
    assert [one[0] for one in frozen(session)] == list(range(1, len(parts) + 2))


def test_what_is_admitted_together_is_one_version(session: Session) -> None:
    """docs/archive.md: corrections approved together make one; of one that is gone nothing is written."""
    parts = list(late_rows(session).values())
    close(session, EARLY)
    whole, before = [one.key for one in late.listed(session, 1, Q3, SHANGHAI)], frozen(session)
    with refused(corrections.GONE):
        corrections.admit(session, SECRETARY, Q3, [*parts, "talk.999"], "x", FIGURES, LATER, SHANGHAI)
    with refused(corrections.GONE):
        corrections.admit(session, SECRETARY, Q3, [], "x", FIGURES, LATER, SHANGHAI)
    assert (frozen(session), corrections.of_quarter(session, 1, Q3)) == (before, [])
    rows = corrections.admit(session, SECRETARY, Q3, [*parts, parts[0]], "补交", FIGURES, LATER, SHANGHAI)
    assert [(one.version, one.why) for one in rows] == [(2, "补交")] * len(parts)
    assert [one[0] for one in frozen(session)] == [1, 2]
    assert {one.key for one in late.listed(session, 1, Q3, SHANGHAI)} == {*whole} - {*parts}
    assert len(session.scalars(select(Audit).where(Audit.action == "amend")).all()) == len(parts)


def test_the_draft_of_a_closed_quarter_counts_what_was_admitted_once(session: Session) -> None:
    """As it is counted now: what the newest version says, and no more."""
    parts = late_rows(session)
    close(session)
    assert differing(figures(session, "draft"), figures(session)) == {}
    for key in parts.values():
        admit(session, key)
    # A row that two corrections have admitted counts once all the same.
    [row, *_] = session.scalars(select(Admission)).all()
    session.add(Admission(correction_id=row.correction_id, subject=row.subject, row_id=row.row_id))
    session.flush()
    assert differing(figures(session, "draft"), figures(session)) == {}
    assert shown(session, "draft").version == "draft"


def test_a_talk_a_self_check_and_an_entry_that_came_too_late(session: Session) -> None:
    """Each counts in nothing until it is admitted, and then in its own figures alone."""
    form = session.scalars(
        select(Reflection)
        .join(ReflectionTask, ReflectionTask.id == Reflection.task_id)
        .where(ReflectionTask.kind == HandInKind.SELF_CHECK, Reflection.state == PieceState.ACCEPTED)
        .order_by(Reflection.id)
    ).first()
    assert form is not None
    form.submitted_at = LATE
    talk = Talk(
        branch_id=1,
        on=date(2022, 9, 30),
        talker_id=1,
        kind=TalkKind.HEART_TO_HEART,
        mode=TalkMode.IN_PERSON,
        written_record=True,
        recorded_at=LATE,
        mark=1,
    )
    entry = Entry(branch_id=1, kind="training", title="培训", recorded_at=LATE)
    session.add_all([talk, entry])
    session.flush()
    session.add(TalkPerson(talk_id=talk.id, person_id=2))
    session.add(EntryDay(entry_id=entry.id, field="period", on=date(2022, 9, 29), last=date(2022, 9, 30)))
    session.add(EntryPerson(entry_id=entry.id, field="trainees", person_id=3))
    session.flush()
    close(session)
    before = figures(session)
    for kind, key, names in (
        (CorrectionKind.SELF_CHECK_ADMIT, f"reflection.{form.id}", ("self_check", "problems", "measures")),
        (CorrectionKind.TALK_ADMIT, f"talk.{talk.id}", ("talk",)),
        (CorrectionKind.ENTRY_ADMIT, f"entry.{entry.id}", ("trainings",)),
    ):
        assert admit(session, key).kind is kind
        now = figures(session)
        changed = differing(before, now)
        assert changed, kind
        assert all(name.startswith(names) for name in changed), changed
        before = now
    assert [one[0] for one in frozen(session)] == [1, 2, 3, 4]


def late_rows(session: Session) -> dict[CorrectionKind, str]:
    """One row of each kind, moved behind the cut-off; what it is called in the list."""
    found: dict[CorrectionKind, str] = {}
    for kind, model, column, state in (
        (CorrectionKind.REFLECTION_ADMIT, Reflection, "submitted_at", {"state": PieceState.ACCEPTED, "task_id": 1}),
        (CorrectionKind.COMPLETION_ADMIT, StudyCompletion, "completed_at", {}),
        (CorrectionKind.MAKEUP_ADMIT, Makeup, "done_on", {"state": MakeupState.ACCEPTED}),
        (CorrectionKind.ATTEMPT_ADMIT, ExamAttempt, "recorded_at", {"withdrawn_at": None}),
    ):
        rows = select(model).filter_by(**state).order_by(model.id.desc())
        taken = {one.key for one in late.listed(session, 1, Q3, SHANGHAI)}
        row = next(
            one
            for one in session.scalars(rows)
            if f"{model.__tablename__}.{one.id}" not in taken and _counts(session, one)
        )
        setattr(row, column, LATER.date() if column == "done_on" else LATER)
        session.flush()
        found[kind] = f"{model.__tablename__}.{row.id}"
    return found


def _counts(session: Session, row: Any) -> bool:
    """Whether the figures know it: else nothing would change."""
    column = {"reflection": "submitted_at", "study_completion": "completed_at", "makeup": "done_on"}.get(
        row.__tablename__, "recorded_at"
    )
    before, was = figures(session), getattr(row, column)
    setattr(row, column, LATER.date() if column == "done_on" else LATER)
    session.flush()
    found = differing(before, figures(session))
    setattr(row, column, was)
    session.flush()
    return bool(found) and "P6" not in str(found)


def test_an_activity_that_was_recorded_too_late_comes_in_with_its_roll(session: Session) -> None:
    close(session)
    before = figures(session)
    come_late(session)
    [one] = [one for one in late.listed(session, 1, Q3, SHANGHAI) if one.kind is CorrectionKind.ACTIVITY_ADMIT]
    assert len(one.admits) == 6
    admit(session, one.key)
    roll = figures(session)["attendance_by_activity"][f"A{one.row_id}"]
    assert roll["present"] == 5
    assert f"A{one.row_id}" not in before["attendance_by_activity"]


# --- what is frozen --------------------------------------------------------------------------------------------------


def test_a_version_stays_the_same_bytes(session: Session) -> None:
    """After a rename, a late record, a correction, and the erasure of somebody whom it counts."""
    close(session)
    before = frozen(session)
    session.get_one(Person, 3).name = "新名"
    session.get_one(Organisation, 1).name = "新支部"
    come_late(session)
    fix_roll(session, 2, 3, AttendanceStatus.PRESENT)
    row = fix_roll(session, 4, 5, LeaveType.SICK)
    both = frozen(session)
    assert both[:1] == before
    erasure.erase(session, SECRETARY, 5, LATER.date(), LATER)
    session.expire_all()
    assert frozen(session) == both
    assert shown(session, "v1").version == "v1"
    assert (row.person_id, row.why, row.old, row.new) == (row.person_id, "", None, None)


def test_names_stand_in_no_version(session: Session) -> None:
    close(session)
    [(_, values, sources, _)] = frozen(session)
    for name in session.scalars(select(Person.name)):
        assert name not in values
        assert name not in sources


def test_a_year_reads_the_newest_version_of_each_quarter(session: Session) -> None:
    """D27: and says which; what is not admitted is missing in the year too."""
    year = Period(date(2022, 1, 1), date(2023, 1, 1))

    def read() -> dict[str, Any]:
        return period_to_json(tally(session, 1, year, LATER, SHANGHAI, figures=FIGURES))

    close(session)
    assert read()["versions"] == {"2022Q1": "draft", "2022Q2": "draft", "2022Q3": "v1", "2022Q4": "draft"}
    before = read()["figures"]["reflection_pieces_total"]
    [piece] = [one for one in late.listed(session, 1, Q3, SHANGHAI) if one.kind is CorrectionKind.REFLECTION_ADMIT]
    admit(session, piece.key)
    assert read()["versions"]["2022Q3"] == "v2"
    assert read()["figures"]["reflection_pieces_total"] == before + 1


def test_there_is_no_other_version(session: Session) -> None:
    for version in ("v1", "v2"):
        with refused("没有这一版数据。"):
            shown(session, version)
    close(session)
    assert shown(session, "v1").version == "v1"
    assert shown(session, "draft").version == "draft"
    with refused("没有这一版数据。"):
        shown(session, "v2")
    assert session.scalar(select(func.count()).select_from(Admission)) == 0
    assert session.scalar(select(func.count()).select_from(FigureVersion)) == 1


# --- at once ---------------------------------------------------------------------------------------------------------


def test_two_at_once_make_one(storage: Storage, lay: Lay) -> None:
    """The second waits for the first, and hears that it is closed."""
    with storage.transaction() as session:
        lay(session)
        session.execute(
            update(Reflection).where(Reflection.state == PieceState.SUBMITTED).values(state=PieceState.RETURNED)
        )

    def one(_: int) -> str:
        try:
            with storage.transaction() as session:
                close(session)
        except Refusal as refusal:
            return refusal.text
        return "closed"

    # As the bot has it: the file is held by one process, whose threads wait for each other.
    storage.hold()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == ["closed", "第三季度数据已定稿。"]
    with storage.reading() as session:
        assert len(frozen(session)) == 1
