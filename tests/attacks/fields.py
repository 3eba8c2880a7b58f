"""Every field that takes a text from somebody: each function writes one and reads it back as it was."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts import binding, groups, requests
from bot.features.accounts import service as people
from bot.features.accounts.rules import InviteKind
from bot.features.activities import agenda, planning
from bot.features.activities.details import Details
from bot.features.activity_changes import service as changes_of_activity
from bot.features.activity_changes.standing import standing
from bot.features.archive import document, importing
from bot.features.away import service as away_service
from bot.features.broadcasts import service as broadcasts
from bot.features.calendar import service as calendar
from bot.features.calendar.rules import OwnDays
from bot.features.development import service as development_service
from bot.features.exams import making, scores
from bot.features.exams.making import Plan as ExamPlan
from bot.features.exams.score_lines import Given
from bot.features.integrity import planning as reminders
from bot.features.integrity.buttons import Field
from bot.features.leave import makeups
from bot.features.leave import service as leave_service
from bot.features.minutes import service as minutes
from bot.features.minutes.rules import Speech, Task
from bot.features.privacy import changes, erasure, forbidden
from bot.features.question_bank import service as bank
from bot.features.question_bank.rules import Question
from bot.features.reflections import items, reviews, submissions
from bot.features.reflections import tasks as tasks
from bot.features.register import entries as register_entries
from bot.features.register import ledgers
from bot.features.register import service as register
from bot.features.register import states as register_states
from bot.features.register.entries import Wanted
from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import EntryField
from bot.features.register.kinds.kind import Type as FieldType
from bot.features.register.own import service as own_kinds
from bot.features.register.own import store as own_store
from bot.features.register.own.declaring import Declared, OwnField
from bot.features.register.rules import View
from bot.features.register.values import Owner
from bot.features.registry import BROADCASTS, HANDLERS
from bot.features.roster import service as roster
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster_files.asking import Answers
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import plan_import, write_import
from bot.features.settings import rules as setting_rules
from bot.features.settings import service as settings
from bot.features.study import planning as study_planning
from bot.features.talks import campaigns as talk_campaigns
from bot.features.talks import reading as talk_reading
from bot.features.talks import rules as talk_rules
from bot.features.talks import service as talk_service
from bot.features.votes import rules as vote_rules
from bot.features.votes import service as vote_service
from bot.kit import activity_files, newcomers
from bot.kit import dialog as dialogs
from bot.kit.completion import finish
from bot.kit.day_lists import Run
from bot.kit.handlers import Answer, Call, File
from bot.kit.ledgers import TooLong
from bot.kit.names import LONGEST, clean_name
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from bot.kit.sheets import visible
from bot.kit.voting import Excluded
from bot.receiving.inbox import row_of, store
from scheduler.calendar.checks import Checked
from scheduler.calendar.periods import Period
from scheduler.calendar.year_file import Entry, YearFile
from storage.audience import Me, find
from storage.choices import (
    ActivityFileRole,
    ActivityType,
    AttemptKind,
    DevelopmentStep,
    Duty,
    ExamMode,
    ExemptionReason,
    HandInKind,
    Lane,
    LeaveType,
    Motion,
    Organizer,
    OutboxState,
    PieceState,
    QuestionKind,
    StudyItemKind,
    TaskAudience,
    VoteExclusion,
    YearState,
)
from storage.models.activity import Activity, FirstAgendaItem
from storage.models.calendar import CalendarYear
from storage.models.development import DevelopmentEvent
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest
from storage.models.notice import Notice
from storage.models.organisation import GroupChat, Organisation, PartyGroup
from storage.models.outbox import Outbox
from storage.models.person import DutySpan, ExemptionSpan, Person, RankSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.reminder import Reminder, ReminderPlan
from storage.models.vote import VoteExcluded
from tests.features.register.samples import filled

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 7, 7, 1, 0, tzinfo=UTC)
TODAY = date(2023, 7, 7)
ANSWERS = {one.step: one for one in HANDLERS if isinstance(one, Answer)}
KINDS = {kind.kind: kind for kind in BROADCASTS}
WriteField = Callable[[Session, Me, str], None]


def call(me: Me, text: str) -> Call:
    return Call(
        update_id=1,
        telegram_id=1001,
        chat_id=1001,
        private=True,
        message_id=1,
        now=NOW,
        tz=SHANGHAI,
        bot_name="bot",
        text=text,
        me=me,
    )


def _typed(session: Session, me: Me, step: str, text: str, **draft: Any) -> Reply:
    return ANSWERS[step].run(session, call(me, text), dialogs.ask(session, me, step, NOW, **draft))


def _other(session: Session, me: Me) -> Person:
    """Somebody else of the branch."""
    return session.scalars(select(Person).where(Person.branch_id == me.branch_id, Person.id != me.id)).first()


# --- activities, study, reflections ----------------------------------------------------------------------------------


def activity(session: Session, me: Me, text: str) -> None:
    start = NOW + timedelta(days=1)
    plan = planning.Plan(
        types=[ActivityType.GROUP_DISCUSSION],
        start_at=start,
        end_at=start + timedelta(hours=2),
        place=text,
        title=text,
        topic=text,
        first_agenda=[text],
        details=Details(
            organizer=Organizer.JOINT, organizer_name=text, sites=(text,), partners=(text,), speakers=(text,),
            film=text, lecturer=text, lecturer_of="other", note=text,
        ),
    )  # fmt: skip
    made = planning.make(session, me, plan, NOW, SHANGHAI)
    session.refresh(made)
    assert (made.title, made.place, made.note, made.organizer_name) == (text, text, text, text)
    assert (made.sites, made.partners) == ([text], [text])
    # A title as it is read: one blank of whatever kind, without where it was published.
    assert session.scalars(select(FirstAgendaItem.title)).all() == [agenda.read(text, TODAY).title]


def record(session: Session, me: Me, text: str) -> None:
    """Minutes of a meeting, part by part, and the name of a paper."""
    start = NOW - timedelta(hours=3)
    kind = ActivityType.GROUP_DISCUSSION
    plan = planning.Plan(types=[kind], start_at=start, end_at=start + timedelta(hours=1), place="室", title="会")
    made = planning.make(session, me, plan, NOW, SHANGHAI)
    said = {
        "agenda": [text],
        "speeches": [Speech(text, None, text)],
        "resolutions": [text],
        "tasks": [Task(text, text)],
    }
    row = minutes.save(session, me, made, kind, said, False, NOW, SHANGHAI)
    [announced] = activity_files.announced([File("document", "F", "U", text)])
    role = ActivityFileRole.MINUTES
    [kept] = activity_files.add_files(session, me, made, role, kind, [announced], NOW)
    session.expire_all()
    stands = minutes.written(session, row)
    assert (stands.agenda, stands.resolutions) == ((text,), (text,))
    assert (stands.speeches, stands.tasks) == ((Speech(text, None, text),), (Task(text, text),))
    assert kept.file["name"] == text[:255]


def vote(session: Session, me: Me, text: str) -> None:
    """What is resolved, why somebody is not reckoned, a candidate's name; and why it is taken back, kept nowhere."""
    start = NOW + timedelta(days=1)
    end = start + timedelta(hours=2)
    plan = planning.Plan(types=[ActivityType.MEMBERS_MEETING], start_at=start, end_at=end, place="会议室", title="大会")
    meeting = planning.make(session, me, plan, NOW, SHANGHAI).id
    why = {_other(session, me).id: Excluded(VoteExclusion.OTHER, text)}
    resolved = vote_rules.Wanted(Motion.RESOLUTION, title=text, excluded=why)
    row = vote_service.record(session, me, meeting, resolved, NOW, SHANGHAI)
    session.refresh(row)
    assert (row.title, session.scalars(select(VoteExcluded.note)).one()) == (text, text)
    name = text[-LONGEST:]
    accepted = vote_rules.Wanted(Motion.ACCEPT_PROBATIONARY, subject_name=name)
    candidate = vote_service.record(session, me, meeting, accepted, NOW, SHANGHAI).subject_id
    assert session.get_one(Person, candidate).name == newcomers.name_of(name)
    vote_service.withdraw(session, me, row.id, text, NOW, SHANGHAI)


def development(session: Session, me: Me, text: str) -> None:
    """A candidate's name; why a step is taken out, kept nowhere."""
    wanted, name = development_service.Wanted(DevelopmentStep.APPLICATION, TODAY), text[-LONGEST:]
    person = development_service.enter(session, me, name, [wanted], NOW, SHANGHAI)
    assert session.get_one(Person, person).name == newcomers.name_of(name)
    row = session.scalars(select(DevelopmentEvent).where(DevelopmentEvent.person_id == person)).one()
    development_service.remove(session, me, row.id, text, NOW, SHANGHAI)


def activity_changed(session: Session, me: Me, text: str) -> None:
    """The same of what is changed after it was published."""
    activity(session, me, "字")
    made = session.scalars(select(Activity)).one()
    was = standing(session, made, SHANGHAI)
    texts = dict.fromkeys(("title", "place", "note", "organizer_name", "topic"), text)
    lists = {key: [text] for key in ("sites", "partners", "agenda")}
    changes_of_activity.change(session, me, made.id, was, {**was, **texts, **lists}, NOW, SHANGHAI)
    session.refresh(made)
    assert standing(session, made, SHANGHAI) == {**was, **texts, **lists, "agenda": [agenda.read(text, TODAY).title]}


def leave(session: Session, me: Me, text: str) -> None:
    activity(session, me, text)
    made = session.scalars(select(Activity)).one()
    row = leave_service.ask_leave(session, me, made.id, LeaveType.SICK, NOW, text)
    session.refresh(row)
    assert row.reason == text


def away(session: Session, me: Me, text: str) -> None:
    run = Run(TODAY, TODAY + timedelta(days=3))
    row = away_service.register(session, me, run, text, NOW, SHANGHAI)
    session.refresh(row)
    assert row.place == text


def question(session: Session, me: Me, text: str) -> None:
    """The text and the options of a question of the bank."""
    asked = Question(QuestionKind.SINGLE, text, (text[:150] + "甲", text[:150] + "乙"), "A")
    [row] = bank.add(session, me, [asked], NOW)
    session.refresh(row)
    assert (row.text, tuple(row.options)) == (text, asked.options)


def exam(session: Session, me: Me, text: str) -> None:
    """The name of a test, who sat it and is of no roster, why a score was changed."""
    name = f"{text[:20]}"
    plan = ExamPlan(name, TODAY, ExamMode.OUTSIDE, True, 10000, 6000)
    row = making.make(session, me, plan, NOW, SHANGHAI)
    given = [Given(None, text, AttemptKind.FORMAL, 9000)]
    [attempt] = scores.enter(session, me, row.id, given, NOW, SHANGHAI)
    reason = text[:100]
    scores.correct(session, me, attempt.id, 8000, reason, NOW, SHANGHAI)
    session.refresh(attempt)
    assert (row.title, attempt.outsider, attempt.note) == (name, text, reason)


def talk(session: Session, me: Me, text: str) -> None:
    """The names of outsiders, and what a campaign is about."""
    campaign = talk_campaigns.make(session, me, text, TODAY, TODAY, NOW, SHANGHAI)
    wanted = talk_rules.Wanted(
        TODAY, talk_rules.Party(0, text), (talk_rules.Party(me.id), talk_rules.Party(0, f"a{text}"))
    )
    row = talk_service.record(session, me, wanted, NOW, SHANGHAI)
    session.refresh(row)
    session.refresh(campaign)
    assert (campaign.topic, row.talker_name) == (text, text)
    assert talk_reading.one(session, row).talkees[1].name == f"a{text}"


def makeup(session: Session, me: Me, text: str) -> None:
    activity(session, me, text)
    made, after = session.scalars(select(Activity)).one(), NOW + timedelta(days=2)
    file = File("document", "A" * 30, "u", name=text)
    row = makeups.hand_in_makeup(session, me, made.id, text, [file.to_json()], after, SHANGHAI)
    # One's own is reviewed by somebody else.
    account = session.scalars(select(Person.telegram_id).where(Person.name == "乙二")).one()
    officer = find(session, account or 0, TODAY)
    assert officer is not None
    makeups.review_makeup(session, officer, row.id, False, after, text, today=TODAY)
    session.refresh(row)
    assert (row.note, row.return_reason, row.files[0]["name"]) == (text, text, text)


def study(session: Session, me: Me, text: str) -> None:
    theme = study_planning.enter_theme(session, me, "2023-07", text, NOW, SHANGHAI)
    study_planning.change_theme(session, me, theme, NOW, prompt=text)
    file = File("document", "A" * 30, "u", name=text)
    draft = study_planning.Draft(kind=StudyItemKind.BOOK, title=text, due_on=date(2023, 7, 31), files=[file.to_json()])
    item = study_planning.add_item(session, me, theme, draft, NOW, SHANGHAI)
    session.refresh(theme)
    session.refresh(item)
    assert (theme.title, theme.prompt, item.title, item.files[0]["name"]) == (text, text, text, text)


def piece(session: Session, me: Me, text: str) -> None:
    plan = tasks.Plan(title=text, audience=TaskAudience.ALL_MEMBERS, due_on=date(2023, 7, 31))
    task = tasks.make(session, me, plan, NOW, SHANGHAI)
    row = _piece(session, task, me.id)
    part = submissions.add_part(
        session, row, 1, 1, text, [File("document", "A" * 30, "u", name=text, mime_type=text)], NOW
    )
    session.refresh(part)
    session.refresh(task)
    assert (task.title, part.text, part.file_name, part.mime_type) == (text, text, text, text)


def self_check(session: Session, me: Me, text: str) -> None:
    plan = tasks.Plan(
        title="自查", audience=TaskAudience.ALL_MEMBERS, due_on=date(2023, 7, 31), kind=HandInKind.SELF_CHECK
    )
    row = _piece(session, tasks.make(session, me, plan, NOW, SHANGHAI), me.id)
    items.say(session, row.id, text, 1, NOW, TODAY)
    items.say(session, row.id, text, 2, NOW, TODAY)
    [line] = items.listed(session, row.id)
    # Marks that nobody sees are taken out of a line.
    seen = visible(text).strip()
    assert (line.problem, line.measure) == (seen, seen)
    items.lay(session, row.id, [items.Item(text, text, text)], NOW, TODAY)
    [line] = items.listed(session, row.id)
    assert (line.problem, line.measure, line.owner) == (text, text, text)


def returned(session: Session, me: Me, text: str) -> None:
    """The reason, typed by the reviewer."""
    plan = tasks.Plan(title="谈体会", audience=TaskAudience.ALL_MEMBERS, due_on=date(2023, 7, 31))
    row = _piece(session, tasks.make(session, me, plan, NOW, SHANGHAI), _other(session, me).id)
    row.state, row.submitted_at = PieceState.SUBMITTED, NOW
    session.flush()
    reviews.review(session, me, row.id, False, NOW, text)
    session.refresh(row)
    assert row.return_reason == text


def _piece(session: Session, task: ReflectionTask, person_id: int) -> Reflection:
    row = Reflection(task_id=task.id, person_id=person_id, piece=1, version=1, started_at=NOW)
    session.add(row)
    session.flush()
    return row


# --- notices and reminders -------------------------------------------------------------------------------------------


def notice(session: Session, me: Me, text: str) -> None:
    """Typed, sent, and corrected to another text."""
    _typed(session, me, "notice.text", text)
    dialog = dialogs.current(session, me, NOW)
    assert dialog is not None
    assert dialog.draft["text"] == text
    row = Notice(branch_id=me.branch_id, text="请准时", reply_by=NOW, created_by_id=me.id, created_at=NOW)
    _corrected(session, me, "notice", row, text)
    assert row.text == text


def reminder(session: Session, me: Me, text: str) -> None:
    """Its words before it goes, the branch's own words, and the correction of one that went."""
    one = reminders.find(session, me, 2023, "中秋", NOW, SHANGHAI)
    reminders.reword(session, me, one, text, NOW)
    assert session.scalars(select(ReminderPlan.text)).one() == text
    for field in Field:
        with suppress(Refusal):
            reminders.set_words(session, me, field, text, NOW)
    settings = session.get_one(Organisation, me.branch_id, populate_existing=True).settings
    assert settings[Field.TEXT.value] == settings[Field.ISSUER.value] == text
    row = Reminder(
        branch_id=me.branch_id,
        kind="pre_holiday_integrity",
        block_start=TODAY,
        block_end=TODAY,
        holidays=["2023:端午"],
        text="请严守纪律。",
        sent_at=NOW,
        ack_due=NOW,
    )
    _corrected(session, me, "reminder", row, text)
    assert text in row.text


def _corrected(session: Session, me: Me, kind: str, row: Any, text: str) -> None:
    session.add(row)
    session.flush()
    went = {"lane": Lane.MUST_ARRIVE, "state": OutboxState.SENT, "created_at": NOW, "not_before": NOW}
    session.add(Outbox(batch=f"{kind}:{row.id}", message={"text": "x"}, person_id=me.id, message_id=1, **went))
    session.flush()
    found = broadcasts.find(session, KINDS, me, kind, row.id, SHANGHAI)
    broadcasts.correct(session, me, found, text, NOW, SHANGHAI)
    session.refresh(row)


# --- people ----------------------------------------------------------------------------------------------------------


def roster_row(session: Session, me: Me, text: str) -> None:
    offices = {"duties": (Duty.COMMITTEE_MEMBER,), "titles": (text,)}
    row = RosterRow(name=text, group=text, notes=text, phone="13800138000", rank_text=text, **offices)
    # What looks like a mark behind a name is asked about: the whole is the name.
    plan = plan_import(session, me.branch_id, [row], TODAY, Answers({f"same:{text}": text}))
    write_import(session, plan, now=NOW)
    session.flush()
    made = session.scalars(select(Person).where(Person.notes == text)).one()
    assert (made.name, made.notes) == (text, text)
    assert session.scalars(select(RankSpan.rank_text).where(RankSpan.person_id == made.id)).one() == text
    assert session.scalars(select(DutySpan.title).where(DutySpan.person_id == made.id)).one() == text
    assert session.scalars(select(PartyGroup).where(PartyGroup.name == text)).one().branch_id == me.branch_id


def new_member(session: Session, me: Me, text: str) -> None:
    """Somebody new, then out of attendance by the word of somebody."""
    group = session.scalars(select(PartyGroup.id).where(PartyGroup.branch_id == me.branch_id)).first()
    wanted = FactChange(kind=Kind.NEW, day=TODAY, name=text, value=group)
    done = roster.change(session, me, wanted, NOW, SHANGHAI)
    assert done.name == session.get_one(Person, done.person_id).name == text
    away = FactChange(
        kind=Kind.EXEMPT, day=TODAY, person_id=done.person_id, value=ExemptionReason.ABROAD, approver=text
    )
    roster.change(session, me, away, NOW, SHANGHAI)
    mine = select(ExemptionSpan.approved_by).where(ExemptionSpan.person_id == done.person_id)
    assert session.scalars(mine).one() == text


def branch(session: Session, me: Me, text: str) -> None:
    made = people.add_branch(session, text, None, NOW)
    assert session.get_one(Organisation, made, populate_existing=True).name == clean_name(text)


def look_up(session: Session, me: Me, text: str) -> None:
    assert list(changes.find_people(session, me, text)) == []
    assert erasure.people(session, me, text) == []


def erased(session: Session, me: Me, text: str) -> None:
    """A name that would match everything, were it a pattern: what others have said stays."""
    session.add_all(
        [
            Person(branch_id=me.branch_id, name=text, created_at=NOW, notes="", reachable=True),
            Inbox(
                bot_id=1,
                update_id=7,
                sender=1001,
                kind="message",
                payload='{"text": "a"}',
                received_at=NOW,
                state="answered",
                answer={"toast": "b"},
            ),
            Outbox(
                lane=Lane.ANSWERS,
                state=OutboxState.SENT,
                branch_id=me.branch_id,
                message={"text": "c"},
                created_at=NOW,
                not_before=NOW,
            ),
        ]
    )
    session.flush()
    gone = session.scalars(select(Person.id).where(Person.name == text)).one()
    dialogs.ask(session, me, "care.word", NOW, text="d")
    erasure.erase(session, me, gone, TODAY, NOW)
    assert session.scalars(select(Inbox.payload)).all() == ['{"text": "a"}']
    assert session.scalars(select(Outbox.message)).all() == [{"text": "c"}]
    assert dialogs.current(session, me, NOW) is not None
    assert session.scalars(select(Person.id).where(Person.erased_at.is_not(None))).all() == [gone]


def word(session: Session, me: Me, text: str) -> None:
    with suppress(Refusal):
        forbidden.add(session, me, text[-20:], NOW)


def door(session: Session, me: Me, text: str) -> None:
    """Codes that nobody made."""
    for kind in InviteKind:
        assert binding.redeem(session, kind, text, 9_001, text, today=TODAY, now=NOW) is None


def group(session: Session, me: Me, text: str) -> None:
    """The title of the group chat that is tied."""
    code = people.invite_group(session, me, NOW)
    tied = groups.tie_group(session, code, 1001, -7, text, today=TODAY, now=NOW)
    assert tied is not None
    assert session.scalars(select(GroupChat.title).where(GroupChat.chat_id == -7)).one() == clean_name(text)


def units(session: Session, me: Me, text: str) -> None:
    """The names of the superior and of the peer branches, as long as the form takes them."""
    text = text[:LONGEST]
    said = {"superior": text, "peer_orgs": f"甲支部\n{text}"}
    settings.save(session, me, said, NOW, SHANGHAI)
    stands = settings.standing(session, me.branch_id)
    assert (stands["superior"], stands["peer_orgs"]) == (text, ["甲支部", *text.splitlines()])


def own_words(session: Session, me: Me, text: str) -> None:
    """What the branch calls an activity, as far as the form takes it for a word."""
    with suppress(Refusal):
        said = setting_rules.own_words(f"{text}：党员大会")
        settings.save(session, me, {"aliases": said}, NOW, SHANGHAI)
        assert list(settings.standing(session, me.branch_id)["aliases"].values()) == ["members_meeting"]


def entry(session: Session, me: Me, text: str) -> None:
    """Every text of an entry and of its rows, whose it is, a reason, words to find it by, and its table."""
    for kind in built_in():
        number = register.record(session, me, kind, {**_written(kind.fields, me.id, text), "note": text}, NOW, SHANGHAI)
        for rowed in kind.rowed:
            row = _written(rowed.fields, me.id, text)
            register.add_row(session, me, _entry(session, number), rowed.key, row, NOW, SHANGHAI)
        assert _entry(session, number).fields["note"] == text
        register.change(session, me, _entry(session, number), None, "note", text + text, text, NOW, SHANGHAI)
        for row in [one for one in _entry(session, number).rows if one.fact is not None]:
            due = date(2024, 1, 1)
            register_states.move(session, me, _entry(session, number), row, NOW, SHANGHAI, reason=text, due_on=due)
        register_entries.listed(session, me.branch_id, kind, Wanted(words=text))
        with suppress(TooLong):
            ledgers.table(session, me.branch_id, kind, Period(date(2023, 1, 1), date(2024, 1, 1)), TODAY, SHANGHAI)
        register.withdraw(session, me, _entry(session, number), text, NOW, SHANGHAI)
        assert _entry(session, number).reason == text


def _entry(session: Session, number: int) -> View:
    [view] = register_entries.views(session, [number])
    return view


def _written(declared: Sequence[EntryField], person: int, text: str) -> dict[str, Any]:
    """A value of every field, and the text wherever one is typed."""
    typed: dict[FieldType, Any] = dict.fromkeys((FieldType.TEXT, FieldType.ORG, FieldType.SITE), text)
    typed |= {FieldType.PEOPLE: [{"name": text}], FieldType.OWNER: Owner(name=text)}
    listed = {one.key: [text] for one in declared if one.type is FieldType.ORG and one.several}
    return filled(declared, person) | {one.key: typed[one.type] for one in declared if one.type in typed} | listed


def own_kind(session: Session, me: Me, text: str) -> None:
    """The words of a kind of the branch's own; those with braces are refused (test_own_kinds)."""
    plain = clean_name(text.translate(str.maketrans("", "", "{}")))
    word, label = clean_name(plain[:8]) or "沙龙", clean_name(plain[:12]) or "日期"
    made = own_kinds.add(session, me, Declared(word, "次", (OwnField("f1", "day", label, dated=True),)), NOW)
    [kind] = own_store.named(session, [made.name])
    assert (kind.word, kind.fields[0].word) == (word, label)


def contact(session: Session, me: Me, text: str) -> None:
    """Somebody unknown shares a number, under any name."""
    asked = requests.share(session, 9_001, f"+86 138 0013 8000{text}", text, today=TODAY, now=NOW)
    assert asked.request_id is not None
    assert session.get_one(BindRequest, asked.request_id).shown_name == clean_name(text)[:20]


def archive(session: Session, me: Me, text: str) -> None:
    """Every text of an archive, and further fields that only its maker knows; a name has nothing hidden in it."""
    name, number = clean_name(text)[:50].strip(), text[-40:]
    span = {"from": "2023-01-01", text: text}
    person = {
        "id": number,
        "name": name,
        "notes": text,
        text: [text],
        "roster": [span],
        "group": [{**span, "group": number}],
        "membership": [{**span, "status": "full"}],
        "rank_history": [{**span, "rank": "section"}],
        "category": [{**span, "category": "in_service"}],
        "duties": [{**span, "duty": "secretary"}],
        "exemptions": [{**span, "reason": text, "approved_by": text}],
    }
    groups = [{"id": number, "name": name, text: text}]
    visit = {"id": number, "org": text, "on": "2023-08-01", "files": [number], text: text}
    paper = {"id": number, "name": text, "stored": False, "about": [f"guidance/{number}"], text: text}
    days = {"from": "2023-07-03", "to": "2023-07-10", "made_at": "2023-07-03T09:00:00+08:00"}
    days_away = {"id": number, "person": number, "place": number, "state": "registered", **days, text: text}
    step = {"id": number, "person": number, "event": "application", "on": "2023-07-03", text: text}
    items = [{"category": "other", "due_on": "2023-09-01", text: text}]
    listed = {"id": number, "target": text, "issued_on": "2023-07-20", "state": "issued", "items": items}
    register_of = {"guidance": [visit], "rectification_lists": [listed]}
    whole = {
        "format": "branch-archive/1",
        "branch": {"name": name, "groups": groups},
        "people": [person],
        "away": [days_away],
        "exams": [{"id": number, "title": text[:60], "date": "2023-08-30", text: text}],
        "exam_attempts": [{"exam": number, "person": number, "kind": "formal", "score": 90, text: text}],
        "member_development": [step],
        "dues": [{"person": number, "month": "2023-07", text: text}],
        **register_of,
        "files": [paper],
    }
    read = document.load(json.dumps(whole).encode())
    done = importing.bring(session, read, importing.Target(None), now=NOW, timezone="Asia/Shanghai")
    made = session.scalars(select(Person).where(Person.branch_id == done.branch_id)).one()
    assert (made.name, made.archive_id, made.notes, made.extra) == (name, number, text, {text: [text]})
    assert session.scalars(select(ExemptionSpan.reason_text).where(ExemptionSpan.person_id == made.id)).one() == text


# --- the calendar, the machinery -------------------------------------------------------------------------------------


def own_days(session: Session, me: Me, text: str) -> None:
    """The name of an own day; the names, papers and source of a year that is read in."""
    calendar.add_own_days(session, me, [OwnDays(date(2023, 8, 1), date(2023, 8, 1), True, text)], NOW)
    assert calendar.own_days(session, me.branch_id, TODAY)[0].name == text
    file = YearFile(2024, (Entry(date(2024, 1, 1), True, text),), (text,))
    for state in (YearState.OFFICIAL, YearState.OVERRIDE):
        taken = calendar.Proposal(Checked(file), None, state, YearState.PROVISIONAL, [(date(2024, 1, 1), False)])
        calendar.take_over(session, taken, text, NOW, by_id=me.id)
    rows = session.scalars(select(CalendarYear).where(CalendarYear.year == 2024).order_by(CalendarYear.id)).all()
    assert [(row.papers, row.source, row.days[0]["name"]) for row in rows] == [
        ([text], text, text),
        ([], f"{text}; {text}", text),
    ]


def update(session: Session, me: Me, text: str) -> None:
    """An update as it comes, the draft of a dialog, and what is answered."""
    sent = {"from": {"id": 1001}, "chat": {"id": 1001, "type": "private"}, "text": text}
    rows = [row_of(1, {"update_id": number, kind: sent}, NOW) for number, kind in enumerate(("message", text), 1)]
    store(session, [row for row in rows if row is not None], NOW, set())
    dialogs.ask(session, me, "care.word", NOW, text=text)
    finish(session, 1, call(me, text), Reply(toast=text, here=[Message(text)]), "q", me.branch_id)
    came, odd = session.scalars(select(Inbox).order_by(Inbox.id)).all()
    assert odd.kind == text[:40]
    assert json.loads(came.payload or "")["message"]["text"] == text
    assert (came.answer or {})["toast"] == text
    assert session.scalars(select(Outbox.message)).one() == {"text": text}


FIELDS: list[WriteField] = [
    own_kind,
    activity,
    record,
    vote,
    development,
    activity_changed,
    leave,
    away,
    question,
    exam,
    talk,
    makeup,
    study,
    piece,
    self_check,
    returned,
    notice,
    reminder,
    roster_row,
    new_member,
    branch,
    look_up,
    erased,
    word,
    door,
    group,
    units,
    own_words,
    entry,
    contact,
    archive,
    own_days,
    update,
]
