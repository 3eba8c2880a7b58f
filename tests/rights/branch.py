"""Two branches and the committee above them, prepared so that every handler has something to be tried on."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import service
from bot.features.activities.participation import hash_code
from bot.features.roster import service as changes
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from storage.audience import find
from storage.base import Model
from storage.choices import (
    ActivityFileRole,
    ActivityStatus,
    ActivityType,
    AttemptKind,
    AttendanceStatus,
    AwayState,
    BindRequestState,
    DevelopmentStep,
    Duty,
    ExamMode,
    HandInKind,
    LeaveType,
    MakeupState,
    Motion,
    OrganisationKind,
    PieceState,
    QuestionKind,
    Rank,
    Scope,
    SignInMethod,
    StudyItemKind,
    TalkKind,
    TalkMode,
    TaskAudience,
)
from storage.models.activity import Activity, Component
from storage.models.activity_file import ActivityFile
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.away import AwaySpan
from storage.models.care import HygieneWord
from storage.models.close import FigureVersion, QuarterClose
from storage.models.development import DevelopmentEvent
from storage.models.dues import DuesMonth
from storage.models.entry import Entry, EntryRow, EntryState
from storage.models.exam import Exam, ExamAnswer, ExamAttempt, ExamItem, ExamQuestion
from storage.models.invite import BindRequest
from storage.models.notice import Notice, Receipt
from storage.models.organisation import Organisation, PartyGroup
from storage.models.own_kind import OwnKind, OwnKindRevision
from storage.models.person import DutySpan, Person
from storage.models.recurrence import Recurrence
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask
from storage.models.reminder import Reminder, ReminderAudience
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from storage.models.talk import Talk, TalkCampaign, TalkPerson
from storage.models.vote import Vote
from tests.cast import make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 7, 7, 14, 40, tzinfo=SHANGHAI)
TODAY = NOW.date()
SINCE = date(2023, 1, 1)
ROLES = (
    "stranger",
    "member",
    "group_leader",
    "publicity_officer",
    "discipline_officer",
    "organization_officer",
    "deputy_secretary",
    "secretary",
    "youth_officer",
    "mass_work_officer",
    "committee_member",
    "other_secretary",
    "committee_officer",
)
NAMES = {
    "member": "丙四",
    "group_leader": "甲三",
    "publicity_officer": "丙一",
    "discipline_officer": "乙二",
    "organization_officer": "甲二",
    "deputy_secretary": "乙一",
    "secretary": "甲一",
    "youth_officer": "丙五",
    "mass_work_officer": "丙六",
    "committee_member": "丙三",
}
ACCOUNTS = {"stranger": 9999, "other_secretary": 2001, "committee_officer": 3001}
# In the leader's group: whose leave it is, and who is not bound.
IN_GROUP, UNBOUND = "甲九", "甲八"
CODE = "c" * 22
# What the publicity officer, the discipline officer and the leader of the first group may make by their own office.
OFFICERS = {
    "discussion": ActivityType.GROUP_DISCUSSION,
    "warning": ActivityType.WARNING_EDUCATION,
    "meeting": ActivityType.GROUP_MEETING,
}


@dataclass(frozen=True)
class Ids:
    """The rows of one branch, by what they are."""

    branch_id: int
    people: dict[str, int]
    rows: dict[str, int]

    def __getitem__(self, what: str) -> int:
        return self.rows[what]


@dataclass(frozen=True)
class Scene:
    """`here`: the branch of the roles; `there`: the other one; `accounts`: the account of each role."""

    here: Ids
    there: Ids
    accounts: dict[str, int]


def prepare(session: Session) -> Scene:
    cast = make_branch(session, now=NOW)
    people = dict(cast.people)
    session.execute(update(Person).where(Person.id == people[UNBOUND]).values(telegram_id=None, bound_at=None))
    for role in ("youth_officer", "mass_work_officer", "committee_member"):
        session.add(_office(people[NAMES[role]], cast.branch_id, Duty(role)))
    here = _fill(session, cast.branch_id, people, author=NAMES["member"], leave=IN_GROUP, unbound=UNBOUND, tail="1")
    committee = Organisation(kind=OrganisationKind.GENERAL_BRANCH, name="机关总支", settings={}, created_at=NOW)
    session.add(committee)
    session.flush()
    there = _other(session)
    session.execute(update(Organisation).where(Organisation.id != committee.id).values(parent_id=committee.id))
    officer = _keep(session, Person(branch_id=committee.id, name="总支干部", created_at=NOW, telegram_id=3001))
    session.add(_office(officer, committee.id, Duty.COMMITTEE_OFFICER))
    session.flush()
    session.expire_all()
    return Scene(here, there, {**{role: cast.account(name) for role, name in NAMES.items()}, **ACCOUNTS})


def _other(session: Session) -> Ids:
    branch_id = service.add_branch(session, "第二支部", None, NOW)
    rows = [RosterRow(name=name, group="第一党小组") for name in ("丁二", "丁三", "丁四")]
    secretary = RosterRow(name="丁一", group="第一党小组", duties=(Duty.SECRETARY,))
    import_roster(session, branch_id, [secretary, *rows], now=NOW, since=SINCE)
    found = session.execute(select(Person.name, Person.id).where(Person.branch_id == branch_id)).all()
    people = {row.name: row.id for row in found}
    for name, account in (("丁一", 2001), ("丁二", 2002), ("丁三", 2003)):
        bound = {"telegram_id": account, "bound_at": NOW}
        session.execute(update(Person).where(Person.id == people[name]).values(**bound))
    return _fill(session, branch_id, people, author="丁二", leave="丁三", unbound="丁四", tail="2")


def _office(person_id: int, organisation_id: int, duty: Duty) -> DutySpan:
    return DutySpan(person_id=person_id, organisation_id=organisation_id, duty=duty, from_on=SINCE)


def days_away(person_id: int, first: date, state: AwayState = AwayState.REGISTERED) -> AwaySpan:
    """Three of them, of which nothing is decided."""
    ends = datetime.combine(first + timedelta(days=3), time(), SHANGHAI)
    days = {"from_on": first, "to_on": ends.date(), "ends_at": ends}
    return AwaySpan(person_id=person_id, state=state, made_by_id=person_id, made_at=NOW, **days)


def _keep(session: Session, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)


def _fill(
    session: Session, branch_id: int, people: dict[str, int], *, author: str, leave: str, unbound: str, tail: str
) -> Ids:
    """`author` has signed in, received, asked for leave, learned and written; `leave` waits for a decision."""
    mine, maker = people[author], next(iter(people.values()))
    rows: dict[str, int] = {"author": mine, "unbound": people[unbound], "bound": people[leave]}

    def keep(what: str, row: Model) -> int:
        rows[what] = _keep(session, row)
        return rows[what]

    made = {"created_by_id": maker, "created_at": NOW}
    for what, days, status in (
        ("activity", 0, ActivityStatus.PLANNED),
        ("ahead", 7, ActivityStatus.PLANNED),
        ("held", -4, ActivityStatus.HELD),
    ):
        start = NOW.replace(hour=14, minute=30) + timedelta(days=days)
        code = hash_code(CODE + tail) if what == "activity" else None
        activity = keep(
            what,
            Activity(
                branch_id=branch_id,
                title=f"主题党日{what}{tail}",
                planned_on=start.date(),
                start_at=start,
                end_at=start + timedelta(hours=2),
                place="会议室",
                status=status,
                sign_in_code_hash=code,
                recorder_id=mine if what == "held" else None,
                **made,
            ),
        )
        session.add(Component(activity_id=activity, type=ActivityType.THEME_PARTY_DAY))
    session.add(Component(activity_id=rows["activity"], type=ActivityType.MEMBERS_MEETING))
    resolved = {"motion": Motion.RESOLUTION, "title": f"决议{tail}", "recorded_at": NOW, "recorded_by_id": maker}
    keep("vote", Vote(branch_id=branch_id, activity_id=rows["activity"], **resolved))
    paper = {"kind": "document", "file_id": "B" * 30, "file_unique_id": f"m{tail}", "name": f"会议记录{tail}.pdf"}
    made_of = {"role": ActivityFileRole.MINUTES, "component": ActivityType.THEME_PARTY_DAY, "added_at": NOW}
    keep("minutes_file", ActivityFile(activity_id=rows["held"], file=paper, unique_id=f"m{tail}", **made_of))
    seen = {"kind": "photo", "file_id": "C" * 30, "file_unique_id": f"p{tail}", "name": f"活动照片{tail}.jpg"}
    of_photo = {"role": ActivityFileRole.PHOTO, "unique_id": f"p{tail}", "added_at": NOW}
    keep("photo", ActivityFile(activity_id=rows["held"], file=seen, **of_photo))
    monthly = {"title": "组织生活", "answers": {"types": ["theme_party_day"], "place": "会议室"}, "clock": "14:30"}
    keep("monthly", Recurrence(branch_id=branch_id, month_day=7, made_at=NOW, made_by_id=maker, **monthly))
    noticed = {"branch_id": branch_id, "text": f"通知{tail}", "reply_by": NOW + timedelta(hours=1), **made}
    keep("notice", Notice(activity_id=rows["ahead"], **noticed))
    # So long ago that nobody owes it.
    keep("plain_notice", Notice(**{**noticed, "reply_by": NOW - timedelta(days=60)}))
    keep("receipt", Receipt(notice_id=rows["notice"], person_id=mine, at=NOW))
    keep(
        "attendance",
        Attendance(
            activity_id=rows["activity"],
            person_id=mine,
            status=AttendanceStatus.PRESENT,
            method=SignInMethod.BUTTON,
            at=NOW,
        ),
    )
    rows["group"] = session.scalars(select(PartyGroup.id).where(PartyGroup.branch_id == branch_id)).first() or 0
    for days, (what, kind) in enumerate(OFFICERS.items(), 8):
        start = NOW + timedelta(days=days)
        group = {"scope": Scope.GROUP, "group_id": rows["group"]} if what == "meeting" else {}
        activity = keep(
            what,
            Activity(
                branch_id=branch_id,
                title=f"{what}{tail}",
                planned_on=start.date(),
                start_at=start,
                place="会议室",
                end_at=start + timedelta(hours=2),
                status=ActivityStatus.PLANNED,
                **group,
                **made,
            ),
        )
        session.add(Component(activity_id=activity, type=kind))
        keep(f"{what}_notice", Notice(activity_id=activity, closed_at=None, **noticed))
    for what, activity, person in (("leave", "ahead", people[leave]), ("own_leave", "ahead", mine)):
        keep(what, LeaveRequest(activity_id=rows[activity], person_id=person, type=LeaveType.SICK, requested_at=NOW))
    keep("away", days_away(people[leave], TODAY + timedelta(days=40), AwayState.PENDING))
    keep("own_away", days_away(mine, TODAY + timedelta(days=40)))
    topic = {
        "topic": f"集中谈心谈话{tail}",
        "from_on": TODAY - timedelta(days=3),
        "last_on": TODAY + timedelta(days=30),
    }
    keep("talk_campaign", TalkCampaign(branch_id=branch_id, made_at=NOW, made_by_id=maker, mark=1, **topic))
    kind = {"kind": TalkKind.HEART_TO_HEART, "mode": TalkMode.IN_PERSON}
    by = {"recorded_at": NOW, "recorded_by_id": maker, "talker_id": maker}
    keep("talk", Talk(branch_id=branch_id, on=TODAY, mark=1, campaign_id=rows["talk_campaign"], **kind, **by))
    session.add(TalkPerson(talk_id=rows["talk"], person_id=people[leave]))
    closed = keep("close", QuarterClose(branch_id=branch_id, quarter="2023Q1", closed_at=NOW, closed_by_id=maker))
    texts = {"figures": "{}", "sources": "{}", "sha256": "0" * 64}
    session.add(FigureVersion(close_id=closed, number=1, made_at=NOW, made_by_id=maker, **texts))
    session.get_one(Organisation, branch_id).settings = {"dues": "monthly"}
    keep("dues", DuesMonth(branch_id=branch_id, month=f"{TODAY:%Y-%m}", person_id=mine, recorded_at=NOW))
    keep(
        "makeup",
        Makeup(
            activity_id=rows["held"],
            person_id=mine,
            state=MakeupState.SUBMITTED,
            submitted_at=NOW,
            done_on=TODAY,
            note="学",
        ),
    )
    _register(session, keep, branch_id, maker, mine, tail)
    _exams(session, keep, branch_id, maker, mine, people[leave], tail)
    _study_and_pieces(session, keep, rows, branch_id, mine, made)
    keep(
        "reminder",
        Reminder(
            branch_id=branch_id,
            kind="pre_holiday_integrity",
            block_start=date(2023, 7, 8),
            block_end=date(2023, 7, 9),
            holidays=["2023:端午"],
            text="请严守纪律。",
            sent_at=NOW,
            ack_due=NOW + timedelta(days=1),
        ),
    )
    session.add_all(ReminderAudience(reminder_id=rows["reminder"], person_id=person) for person in people.values())
    keep(
        "request",
        BindRequest(
            branch_id=branch_id,
            telegram_id=8000 + int(tail),
            shown_name="某",
            phone_end="0000",
            state=BindRequestState.PENDING,
            asked_at=NOW,
        ),
    )
    keep("candidate", Person(branch_id=branch_id, name=f"发展{tail}", created_at=NOW))
    stepped = {"recorded_at": NOW, "recorded_by_id": maker, "on": TODAY - timedelta(days=9)}
    applied = {"person_id": rows["candidate"], "step": DevelopmentStep.APPLICATION}
    keep("step", DevelopmentEvent(branch_id=branch_id, **stepped, **applied))
    accepts = {**resolved, "motion": Motion.ACCEPT_PROBATIONARY, "title": "", "for_": 1}
    keep("decided", Vote(branch_id=branch_id, activity_id=rows["held"], subject_id=rows["candidate"], **accepts))
    keep("guest", Person(branch_id=branch_id, name=f"列席{tail}", created_at=NOW))
    keep("word", HygieneWord(branch_id=branch_id, word=f"词语{tail}", made_by_id=maker, made_at=NOW))
    rows["changed"] = _changed(session, branch_id, people[leave], maker)
    session.flush()
    return Ids(branch_id, people, rows)


def _changed(session: Session, branch_id: int, person_id: int, maker: int) -> int:
    """A change of somebody's facts by the desk, with the line of the log by which it can be taken back."""
    me = find(session, session.get_one(Person, maker).telegram_id or 0, TODAY)
    assert me is not None
    wanted = FactChange(kind=Kind.RANK, person_id=person_id, day=TODAY, value=Rank.WORKER)
    return changes.change(session, me, wanted, NOW, SHANGHAI).audit_id


def _exams(session: Session, keep: Any, branch_id: int, maker: int, mine: int, other: int, tail: str) -> None:
    """A test with two questions, which the author sits, and calls nobody (states.py opens it); one with a score."""
    made: dict[str, Any] = {"made_by_id": maker, "made_at": NOW}
    said: dict[str, Any] = {"branch_id": branch_id, "held_on": TODAY, "full_score": 10000, "pass_score": 6000}
    said |= {"mode": ExamMode.OUTSIDE, "set_at": NOW, **made}
    exam, past = (
        keep("exam", Exam(title=f"测试{tail}", **said)),
        keep("past_exam", Exam(title=f"线下测试{tail}", **said)),
    )
    for number in (1, 2):
        words = {"kind": QuestionKind.TRUE_FALSE, "text": f"题目{number}{tail}", "right": "A"}
        question = keep(f"question{number}", ExamQuestion(branch_id=branch_id, number=number, **words, **made))
        session.add(ExamItem(exam_id=exam, position=number, question_id=question, points=5000))
    times = {"started_at": NOW, "deadline": NOW + timedelta(hours=1), "position": 2}
    attempt = keep("attempt", ExamAttempt(exam_id=exam, person_id=mine, kind=AttemptKind.FORMAL, **times))
    session.add(ExamAnswer(attempt_id=attempt, position=1, chosen="A", at=NOW))
    times |= {"position": 3}
    keep("answered", ExamAttempt(exam_id=exam, person_id=mine, kind=AttemptKind.RETAKE, **times))
    keep("scored", ExamAttempt(exam_id=past, person_id=other, kind=AttemptKind.FORMAL, score=9000, recorded_at=NOW))


def _register(session: Session, keep: Any, branch_id: int, maker: int, author: int, tail: str) -> None:
    """A list to be put right that was issued, with one item open, the author's; and a kind of the branch's own."""
    own = OwnKind(organisation_id=branch_id, name="", made_at=NOW, made_by_id=maker)
    own.name = f"own_{keep('own_kind', own)}"
    fields_of_it = [
        {"key": "f1", "type": "day", "label": "日期", "needed": True, "dated": True},
        {"key": "f2", "type": "text", "label": "内容"},
    ]
    said = {
        "word": "沙龙",
        "unit": "次",
        "keepers": ["secretary", "deputy_secretary", "organization_officer"],
        "phrase": "",
        "fields": fields_of_it,
    }
    session.add(OwnKindRevision(own_kind_id=own.id, revision=1, declaration=said, made_at=NOW, made_by_id=maker))
    made: dict[str, Any] = {"recorded_at": NOW, "recorded_by_id": maker}
    fields = {"target": f"受检支部{tail}", "source": "other"}
    entry = Entry(branch_id=branch_id, kind="rectification_list", title=fields["target"], fields=fields, **made)
    number = keep("list", entry)
    proof = {"kind": "photo", "file_id": "A" * 30, "file_unique_id": tail, "name": f"整改照片{tail}.jpg"}
    words = {"category": "other", "problem": "问题", "measure": "措施", "proof": [proof]}
    item = keep("list_item", EntryRow(entry_id=number, field="items", position=0, fields=words, **made))
    begun: dict[str, Any] = {"on": TODAY, "since": TODAY, **made}
    session.add(EntryState(entry_id=number, state="draft", **begun))
    keep("list_state", EntryState(entry_id=number, state="issued", **begun))
    looked = {"kind": "other", "period": {"from": "2023-07-06", "to": "2023-07-07"}}
    visit = keep("inspection", Entry(branch_id=branch_id, kind="inspection", title="检查", fields=looked, **made))
    session.add(EntryState(entry_id=visit, state="held", **begun))
    begun |= {"due_on": date(2023, 7, 31), "owner_id": author}
    keep("list_owner", EntryState(entry_id=number, row_id=item, state="open", **begun))


def _study_and_pieces(
    session: Session, keep: Any, rows: dict[str, int], branch_id: int, mine: int, made: dict[str, Any]
) -> None:
    keep("theme", MonthlyTheme(branch_id=branch_id, month="2023-07", title="主题", **made))
    for what, theme in (("item", None), ("learned", None), ("planned", rows["theme"])):
        keep(
            what,
            StudyItem(
                branch_id=branch_id,
                theme_id=theme,
                kind=StudyItemKind.BOOK,
                title="书",
                assigned_on=TODAY,
                due_on=date(2023, 7, 31),
                **made,
            ),
        )
    keep("completion", StudyCompletion(item_id=rows["learned"], person_id=mine, completed_on=TODAY, completed_at=NOW))
    for task, piece, state, kind in (
        ("task", "submitted", PieceState.SUBMITTED, HandInKind.REFLECTION),
        ("other_task", "draft", PieceState.DRAFT, HandInKind.REFLECTION),
        ("check", "paper", PieceState.SUBMITTED, HandInKind.SELF_CHECK),
        ("other_check", "check_draft", PieceState.DRAFT, HandInKind.SELF_CHECK),
    ):
        whose = {"kind": kind, "audience": TaskAudience.ALL_MEMBERS, "due_on": date(2023, 7, 31)}
        title = "自查表" if kind is HandInKind.SELF_CHECK else "心得"
        keep(task, ReflectionTask(branch_id=branch_id, title=title, **whose, **made))
        done = NOW if state is PieceState.SUBMITTED else None
        keep(piece, Reflection(task_id=rows[task], person_id=mine, state=state, started_at=NOW, submitted_at=done))
        if piece == "check_draft":
            continue
        session.add(
            ReflectionPart(
                reflection_id=rows[piece],
                chat_id=branch_id,
                message_id=rows[piece],
                kind="text",
                text="体会",
                received_at=NOW,
            )
        )
