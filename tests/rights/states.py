"""How the prepared branches have to stand for a handler to do something, and not only to say why it cannot now.

Each is set up inside a trial and taken back with it. It may add to the draft of the dialog that stands open.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.features.accounts.rules import InviteKind, hash_code
from bot.features.calendar import rules as calendar
from bot.features.roster_files.drafts import row_from_json
from bot.features.roster_files.service import plan_import
from bot.kit import votes
from scheduler import broadcasts
from storage.choices import (
    AttendanceStatus,
    BindRequestState,
    Duty,
    ExamMode,
    GroupRequestState,
    Lane,
    LeaveState,
    LeaveType,
    OrganisationKind,
    OutboxState,
    SignInMethod,
    VoteExclusion,
)
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.away import AwaySpan
from storage.models.calendar import CalendarYear
from storage.models.development import DevelopmentEvent
from storage.models.entry import Entry, EntryState
from storage.models.exam import Exam, ExamAnswer, ExamAttempt
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest, Invite
from storage.models.notice import Receipt
from storage.models.organisation import GroupChat, GroupRequest, Organisation, PartyGroup
from storage.models.outbox import Outbox
from storage.models.person import DutySpan, GroupSpan, Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionPart
from storage.models.study import MonthlyTheme, StudyCompletion
from storage.models.talk import Talk
from storage.models.vote import Vote, VoteExcluded
from tests.rights.branch import NOW, SINCE, TODAY, Ids, days_away
from tests.scheduler.notices import OPENING
from tests.world import SHANGHAI

Draft = dict[str, Any]
# The update in which leave was asked for with a reason.
ASKED = 7801
# The session, the rows of one branch, and who acts (None: a stranger), as a row of that branch or of another.
State = Callable[[Session, Ids, int | None], Draft | None]

GROUP = -5001
# Stands in the facts of a case for the account of whoever acts.
OWN_ACCOUNT = -1
CODE = "d" * 22
PERIOD_ENDED = NOW - timedelta(days=400)
ABOVE = Organisation.kind == OrganisationKind.GENERAL_BRANCH
LATER = NOW + timedelta(days=1)
# In the quarter that is closed.
IN_CLOSED = NOW - timedelta(days=110)
WRITTEN = {
    "attendance": Attendance,
    "receipt": Receipt,
    "own_leave": LeaveRequest,
    "makeup": Makeup,
    "completion": StudyCompletion,
    "submitted": Reflection,
    "draft": Reflection,
    "check_draft": Reflection,
    "own_away": AwaySpan,
    "attempt": ExamAttempt,
    "answered": ExamAttempt,
}


IN_EACH = "庚九"


def nothing_done(session: Session, ids: Ids, who: int | None) -> None:
    """The author has not signed in, not answered, not learned and not made up yet, as everybody else."""
    parts = select(Reflection.id).where(Reflection.person_id == ids["author"])
    session.execute(delete(ReflectionPart).where(ReflectionPart.reflection_id.in_(parts)))
    for table in (Attendance, Receipt, LeaveRequest, Makeup, StudyCompletion, Reflection):
        session.execute(delete(table).where(table.person_id == ids["author"]))


def exam_to_begin(session: Session, ids: Ids, who: int | None) -> None:
    """It may be sat now, and nobody has begun."""
    hours = {"opens_at": NOW - timedelta(hours=1), "closes_at": NOW + timedelta(days=1), "mode": ExamMode.IN_CHAT}
    session.execute(update(Exam).where(Exam.title.startswith("测试")).values(**hours))
    session.execute(delete(ExamAnswer))
    session.execute(delete(ExamAttempt).where(ExamAttempt.score.is_(None)))


def not_away(session: Session, ids: Ids, who: int | None) -> None:
    """Nobody has said anything of days away."""
    session.execute(delete(AwaySpan))


def away_now(session: Session, ids: Ids, who: int | None) -> None:
    """Whoever acts is away, in the own branch."""
    not_away(session, ids, who)
    if who is not None and who in ids.people.values():
        session.add(days_away(who, TODAY))


def put_by_me(session: Session, ids: Ids, who: int | None) -> None:
    """The last step on the register's list is this person's, in the own branch."""
    if who in ids.people.values():
        mine = update(EntryState).where(EntryState.id == ids["list_state"])
        session.execute(mine.values(recorded_by_id=who))


def held_with_a_partner(session: Session, ids: Ids, me: int | None) -> None:
    session.execute(update(Activity).where(Activity.id == ids["held"]).values(partners=["甲支部"]))


def recorded_by_me(session: Session, ids: Ids, who: int | None) -> None:
    """The register's list was recorded by this person, in the own branch."""
    if who in ids.people.values():
        session.execute(update(Entry).where(Entry.id == ids["list"]).values(recorded_by_id=who))


def talked_by_me(session: Session, ids: Ids, who: int | None) -> None:
    """The talk of the prepared branch is recorded by who asks."""
    session.execute(update(Talk).where(Talk.id == ids["talk"]).values(recorded_by_id=who))


def talked_before_the_close(session: Session, ids: Ids, who: int | None) -> None:
    """The talk is of the quarter that is closed, and was recorded too late for it."""
    session.execute(update(Talk).where(Talk.id == ids["talk"]).values(on=IN_CLOSED.date()))


def held_before_the_close(session: Session, ids: Ids, who: int | None) -> None:
    """The held activity is of the quarter that is closed."""
    moved = {"planned_on": IN_CLOSED.date(), "start_at": IN_CLOSED, "end_at": IN_CLOSED + timedelta(hours=2)}
    session.execute(update(Activity).where(Activity.id == ids["held"]).values(**moved))


def sat_before_the_close(session: Session, ids: Ids, who: int | None) -> None:
    """The test of the attempt is of the quarter that is closed, and has a score."""
    row = session.get_one(ExamAttempt, ids["attempt"])
    row.score = 8000
    session.get_one(Exam, row.exam_id).held_on = IN_CLOSED.date()
    session.flush()


def voted_by_me(session: Session, ids: Ids, who: int | None) -> None:
    """The vote of the prepared branch is recorded by who asks."""
    session.execute(update(Vote).where(Vote.id == ids["vote"]).values(recorded_by_id=who))


def stepped_by_me(session: Session, ids: Ids, who: int | None) -> None:
    """The step of the prepared branch is recorded by who asks."""
    session.execute(update(DevelopmentEvent).where(DevelopmentEvent.id == ids["step"]).values(recorded_by_id=who))


def has_passed(session: Session, ids: Ids, who: int | None) -> None:
    """The one voter of the held meeting was there and for it; nobody else is reckoned."""
    activity = session.get_one(Activity, session.get_one(Vote, ids["decided"]).activity_id)
    full = [one.id for one in votes.room(session, activity, SHANGHAI).full]
    session.execute(delete(Attendance).where(Attendance.activity_id == activity.id))
    present = {"status": AttendanceStatus.PRESENT, "method": SignInMethod.BUTTON, "at": NOW}
    session.add(Attendance(activity_id=activity.id, person_id=full[0], **present))
    left_out = {"vote_id": ids["decided"], "reason": VoteExclusion.ABROAD}
    session.add_all(VoteExcluded(person_id=one, **left_out) for one in full[1:])


def owned_by_me(session: Session, ids: Ids, who: int | None) -> None:
    """The item on the register's list is this person's, in the own branch."""
    if who in ids.people.values():
        session.execute(update(EntryState).where(EntryState.id == ids["list_owner"]).values(owner_id=who))


def mine(session: Session, ids: Ids, who: int | None) -> None:
    """What the author has done is what this person has done, in the own branch."""
    if who in ids.people.values():
        for what, table in WRITTEN.items():
            session.execute(update(table).where(table.id == ids[what]).values(person_id=who))
        owned_by_me(session, ids, who)


def somebody_in_each(session: Session, ids: Ids, who: int | None) -> None:
    """The branch has somebody in its first group who has the same name in each."""
    group = select(PartyGroup.id).where(PartyGroup.branch_id == ids.branch_id, PartyGroup.name == "第一党小组")
    person = Person(branch_id=ids.branch_id, name=IN_EACH, created_at=NOW)
    session.add(person)
    session.flush()
    session.add(RosterSpan(person_id=person.id, from_on=SINCE, branch_id=ids.branch_id))
    session.add(GroupSpan(person_id=person.id, from_on=SINCE, group_id=session.scalars(group).one()))


def asked_in_words(session: Session, ids: Ids, who: int | None) -> None:
    """Nothing is done yet, and this person has written why, in an update of one's own."""
    nothing_done(session, ids, who)
    _written(session, who, "请假 家里有事")


def called_in_words(session: Session, ids: Ids, who: int | None) -> None:
    """This person has called the roll in a sentence."""
    _written(session, who, "全部到会")


def _written(session: Session, who: int | None, text: str) -> None:
    account = session.get_one(Person, who).telegram_id if who is not None else None
    if account is not None and session.scalars(select(Inbox.id).where(Inbox.update_id == ASKED)).first() is None:
        message = {"message_id": 9, "date": 1688000000, "chat": {"id": account}, "text": text}
        payload = json.dumps({"update_id": ASKED, "message": message})
        session.add(Inbox(bot_id=1, update_id=ASKED, sender=account, kind="message", payload=payload, received_at=NOW))


def missed(session: Session, ids: Ids, who: int | None) -> None:
    """This person was away with leave, and has made nothing up."""
    if who in ids.people.values():
        nothing_done(session, ids, who)
        away = {"type": LeaveType.SICK, "state": LeaveState.APPROVED, "requested_at": NOW - timedelta(days=9)}
        session.add(LeaveRequest(activity_id=ids["held"], person_id=who, **away))


def noted(session: Session, ids: Ids, who: int | None) -> None:
    """A part of the own draft is the message that is edited (visit_of)."""
    mine(session, ids, who)
    if who in ids.people.values():
        account = session.get_one(Person, who).telegram_id
        of_mine = ReflectionPart.reflection_id == ids["draft"]
        session.execute(update(ReflectionPart).where(of_mine).values(chat_id=account, message_id=1, text="从前"))


def too_late(session: Session, ids: Ids, who: int | None) -> None:
    """The clock no longer sends the prompt: it is of a month before."""
    session.execute(update(MonthlyTheme).where(MonthlyTheme.id == ids["theme"]).values(month="2023-06"))


def sending(session: Session, ids: Ids, who: int | None) -> None:
    """Every notice has gone to one person and waits for another."""
    for what in [what for what in ids.rows if what.endswith("notice")]:
        for person, state in ((ids["author"], OutboxState.SENT), (ids["bound"], OutboxState.QUEUED)):
            session.add(
                Outbox(
                    lane=Lane.BROADCASTS,
                    branch_id=ids.branch_id,
                    person_id=person,
                    chat_id=1,
                    message={"text": "通知"},
                    batch=broadcasts.batch_of("notice", ids[what]),
                    state=state,
                    created_at=NOW,
                    not_before=NOW,
                    message_id=7 if state is OutboxState.SENT else None,
                )
            )


def stopped(session: Session, ids: Ids, who: int | None) -> None:
    sending(session, ids, who)
    session.flush()
    for what in [what for what in ids.rows if what.endswith("notice")]:
        broadcasts.stop(session, broadcasts.batch_of("notice", ids[what]), NOW)


def long_ago(session: Session, ids: Ids, who: int | None) -> None:
    """What was said once is kept beyond its period."""
    session.add(
        Outbox(
            lane=Lane.ANSWERS,
            branch_id=ids.branch_id,
            chat_id=1,
            message={"text": "从前"},
            state=OutboxState.SENT,
            created_at=PERIOD_ENDED,
            not_before=PERIOD_ENDED,
        )
    )


def signed(session: Session, ids: Ids, who: int | None) -> None:
    """The reminders bear a signature."""
    session.execute(
        update(Organisation).where(Organisation.id == ids.branch_id).values(settings={"issuer": "机关纪委"})
    )


def own_day(session: Session, ids: Ids, who: int | None) -> None:
    day = {"name": "建军节", "date": "2023-08-01", "isOffDay": True}
    session.add(
        CalendarYear(
            organisation_id=ids.branch_id,
            year=2023,
            whole=False,
            papers=[],
            days=[day],
            source="chat",
            token=f"day{ids.branch_id}",
            made_at=NOW,
        )
    )


NOTICE = (
    OPENING.format(year=2024, number="国办发明电〔2023〕7号")
    + """
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至4日放假调休，共4天。4月28日（星期日）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。"""
)


def read_in(session: Session, ids: Ids, who: int | None) -> Draft:
    """The notice was understood and waits for a yes: on a Saturday less people work than it is known now."""
    found = calendar.read_year(NOTICE)
    return {**found.to_json(), "only": list(found.only)}


def invited(session: Session, ids: Ids, who: int | None) -> None:
    _invite(session, ids, InviteKind.PERSON, ids["unbound"])


def seat_is_free(session: Session, ids: Ids, who: int | None) -> None:
    """A link for the secretary, who has no account yet."""
    secretary = next(iter(ids.people.values()))
    session.execute(update(Person).where(Person.id == secretary).values(telegram_id=None, bound_at=None))
    _invite(session, ids, InviteKind.SECRETARY, None)


def to_tie(session: Session, ids: Ids, who: int | None) -> None:
    _invite(session, ids, InviteKind.GROUP, next(iter(ids.people.values())))


def _invite(session: Session, ids: Ids, kind: InviteKind, person_id: int | None) -> None:
    session.add(
        Invite(
            kind=kind.value,
            code_hash=hash_code(code_of(ids)),
            branch_id=ids.branch_id,
            person_id=person_id,
            created_at=NOW,
            expires_at=LATER,
        )
    )


def code_of(ids: Ids) -> str:
    return f"{CODE}{ids.branch_id}"


def nobody_asked(session: Session, ids: Ids, who: int | None) -> None:
    """No request to be bound waits yet; the number that is shared is on the roster, of somebody who has an account."""
    session.execute(update(Person).where(Person.id == ids["author"]).values(phone="13800000000"))
    settled = {"state": BindRequestState.REFUSED, "decided_at": NOW}
    session.execute(update(BindRequest).where(BindRequest.branch_id == ids.branch_id).values(**settled))


def tied(session: Session, ids: Ids, who: int | None) -> None:
    chat = GROUP if "甲一" in ids.people else GROUP - 1
    session.add(GroupChat(branch_id=ids.branch_id, chat_id=chat, title="支部工作群", tied_at=NOW))


def request_of(ids: Ids) -> int:
    """The number of the request for the group of a branch."""
    return 900 + ids.branch_id


def group_asked_for(session: Session, ids: Ids, who: int | None) -> None:
    """A third branch would like to have the group of this one."""
    tied(session, ids, who)
    asking = Organisation(kind=OrganisationKind.BRANCH, name="第三支部", settings={}, created_at=NOW)
    session.add(asking)
    session.flush()
    account = 7000 + ids.branch_id
    asker = Person(branch_id=asking.id, name="某", created_at=NOW, telegram_id=account, reachable=True, notes="")
    session.add(asker)
    session.flush()
    session.add(DutySpan(person_id=asker.id, organisation_id=asking.id, duty=Duty.SECRETARY, from_on=SINCE))
    chat_id = session.scalars(select(GroupChat.chat_id).where(GroupChat.branch_id == ids.branch_id)).one()
    session.add(
        GroupRequest(
            id=request_of(ids),
            chat_id=chat_id,
            branch_id=asking.id,
            holder_id=ids.branch_id,
            asked_by_id=asker.id,
            asked_at=NOW,
            expires_at=LATER,
            state=GroupRequestState.PENDING,
        )
    )


def two_places(session: Session, ids: Ids, who: int | None) -> None:
    """Whoever acts has an office above the branch as well."""
    if who in ids.people.values():
        above = session.scalars(select(Organisation.id).where(ABOVE)).one()
        session.add(DutySpan(person_id=who, organisation_id=above, duty=Duty.COMMITTEE_OFFICER, from_on=SINCE))


def looked_at(session: Session, ids: Ids, who: int | None) -> Draft:
    """The file was shown, and nothing has changed since."""
    rows = [row_from_json({"name": "丁九"})]
    return {"shown": plan_import(session, ids.branch_id, rows, TODAY).fingerprint}


STATES: dict[str, State] = {
    **dict.fromkeys(
        (
            "tap:SignIn", "tap:Acknowledge", "command:signin", "word:签到", "word:到", "start:c_", "word:收到",
            "tap:ChooseLeave", "command:leave", "word:请假", "word:公差", "word:病假", "word:事假", "tap:Done",
            "word:学完了", "command:submit", "word:交心得", "word:心得", "tap:HandIn", "answer:activity.makeup",
            "tap:NoLeave", "word:is_about_leave", "tap:ConfirmPhotos", "tap:TakeAs", "word:我的待办", "word:我欠什么",
            "word:sounds_like_leave", "word:is_courtesy", "word:asks_whether", "word:asks_when",
            "word:has_arrived", "word:都学完了", "command:mine",
            "tap:HandInMakeup", "tap:AcknowledgeListed", "command:selfcheck", "word:自查表", "word:自查",
        ),
        nothing_done,
    ),
    **dict.fromkeys(("tap:OfferLeave", "tap:ChooseFor"), asked_in_words),
    "tap:RollSaid": called_in_words,
    **dict.fromkeys(("command:makeup", "word:补学", "word:补课"), missed),
    **dict.fromkeys(("command:away", "word:外出", "word:wants_away"), not_away),
    **dict.fromkeys(("word:提前返回", "word:回来了"), away_now),
    "tap:SitExam": exam_to_begin,
    "word:撤销": mine,
    **dict.fromkeys(("word:取消请假", "word:takes_leave_back", "word:names_step"), mine),
    "edited:reflections": noted,
    **dict.fromkeys(("edited:leave", "edited:notices", "edited:activities"), mine),
    "tap:SendNow": too_late,
    **dict.fromkeys(("tap:Stop", "tap:Correct", "tap:DecideCorrection", "answer:broadcast.text"), sending),
    "tap:Resume": stopped,
    "tap:Sweep": long_ago,
    "tap:Unword": signed,
    "tap:DropDays": own_day,
    "tap:TakeOver": read_in,
    "answer:calendar.look": read_in,
    "tap:RevokeInvite": invited,
    "tap:ConfirmImport": looked_at,
    "service:migrated": tied,
}  # fmt: skip
