"""Of every handler which act of permissions.md it is, and on what it is tried. A handler without an entry fails."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.features.accounts import group_messages as tied
from bot.features.accounts import messages as people
from bot.features.accounts import rebinding_messages as accounts
from bot.features.activities import buttons as activities
from bot.features.away import buttons as away
from bot.features.calendar import buttons as calendar
from bot.features.closes import buttons as closes
from bot.features.development import buttons as development
from bot.features.dues import buttons as dues
from bot.features.dues import rules as rules_of_dues
from bot.features.exams import buttons as exams
from bot.features.integrity import buttons as integrity
from bot.features.kept_files import buttons as kept_files
from bot.features.leave import buttons as leave
from bot.features.ledgers import buttons as ledgers
from bot.features.lists import buttons as lists
from bot.features.menu import messages as menu
from bot.features.minutes import buttons as minutes
from bot.features.minutes.rules import Found, HandedIn
from bot.features.month import buttons as month
from bot.features.norms import buttons as norms
from bot.features.notices import buttons as notices
from bot.features.notices import cards as notice_cards
from bot.features.offices import messages as offices
from bot.features.privacy import buttons as care
from bot.features.privacy.rules import Kind as Kept
from bot.features.question_bank import buttons as question_bank
from bot.features.readiness import buttons as readiness
from bot.features.reflections import buttons as reflections
from bot.features.register import buttons as register
from bot.features.register.own import buttons as own_kinds
from bot.features.register.own.declaring import to_json
from bot.features.reminders import buttons as reminders
from bot.features.report import buttons as report
from bot.features.report.returned.comparing import Change
from bot.features.report.returned.marks import Mark, Under, digits
from bot.features.report.returned.marks import Paper as Returned
from bot.features.report.returned.taking import to_json as to_changes
from bot.features.roster import buttons as roster
from bot.features.roster_files import buttons as roster_files
from bot.features.roster_files.handlers import Handed
from bot.features.roster_files.reading.roster_file import PeopleSheet, RosterFile
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.study import buttons as study
from bot.features.talks import buttons as talks
from bot.features.tally import buttons as tally
from bot.features.todo import messages as todo
from bot.features.votes import buttons as votes
from bot.kit import asking, broadcasts, doors, handing_in, parked, photos
from bot.kit.buttons import Button
from bot.kit.figures import Area, Section
from bot.kit.form_fields import Fill
from bot.kit.handlers import File
from bot.kit.undo import UndoStep
from storage.choices import ActivityFileRole, ActivityType, DevelopmentStep, Duty, HandInKind, LeaveType, StudyItemKind
from tests.features.register.own_team import TEAM
from tests.rights import states
from tests.rights.branch import NAMES, NOW, Ids
from tests.rights.effects import ASKS, NOTICE_SENT, POSTPONED, TASK_MADE, Effect, rows
from tests.rights.permissions import may
from tests.rights.states import State

# The acts of permissions.md, each with the roles it is for. Another branch and strangers never.
KNOWN_HERE, OWN = may("known"), may("own")
BRANCH = OWN
# A row that is somebody's own: whose it is.
AUTHOR = frozenset({"member"})
PAPER = File("document", "A" * 30, "paper", name="签到表.pdf")
ROLL, NUDGE, RECORD = may("see_roll"), may("nudge"), may("see_record")
START_ACTIVITY, MAKE_THIS_ACTIVITY = may("make_activity"), may("make_activity", "all")
NOTICE, STUDY, TASK, REMINDER = may("make_notice"), may("make_study"), may("make_task"), may("make_reminder")
SEE_AWAY, DECIDE_AWAY = may("see_away"), may("decide_away")
LEAVE, SIGN_IN_OTHERS, SIGN_IN_ALL = may("approve_leave"), may("sign_in_others"), may("roll_call")
REVIEW, ROSTER = may("review_pieces"), may("roster")
MAKE_EXAM, SCORES = may("make_exam"), may("see_scores")
TALLY, BELOW = may("tally", "group", "all"), may("tally", "below")
ROLL_ALL = may("see_roll", "all")
WRITE, WRITE_ALL, TEMPLATES = may("write_minutes"), may("write_minutes", "all"), may("make_templates")
CALENDAR, CARE, WIPE, HAND_OVER = may("calendar"), may("care"), may("wipe"), may("hand_over")
RECORD_TALK, SEE_TALKS, RUN_TALKS = may("record_talk"), may("see_talks"), may("run_talks")
SENDS, BRANCH_SETTINGS = may("sends"), may("branch_settings")
KEEP, KEEP_ALL = may("keep_register"), may("keep_register", "all")
READ, READ_ALL = may("read_register"), may("read_register", "all")
# Of what is one's own to do or to read: the list of the prepared branch is a member's of no group of the leader's.
SEE_LISTS_ALL, NUDGE_ALL = may("see_lists", "all"), may("nudge", "all")
DUES = may("dues")
CLOSE, REPORT, EXPORT = may("close"), may("report"), may("export")
NORMS, SET_NORMS = may("norms"), may("set_norms")
READY, READY_BELOW = may("readiness", "all"), may("readiness", "below")
NOBODY: frozenset[str] = frozenset()
THIS_MONTH = rules_of_dues.number_of(NOW.date())
RECORDER = frozenset({NAMES["secretary"]})
# Whom somebody names is said back to them, known or not.
TYPED = frozenset({"甲九"})
GROUP_MEETINGS = may("make_activity", "group", "all")
# An office, not a right: the page of the own party group.
LEADERS = frozenset({Duty.GROUP_LEADER.value})
# No right is asked: everybody who is known, each about oneself or the own place; the clock draws what cards show.
KNOWN = KNOWN_HERE | {"other_secretary"}
EVERYBODY = KNOWN | {"stranger"}
DRAWN: frozenset[str] = frozenset({"drawn"})

Make = Callable[[Ids], Button]


@dataclass(frozen=True)
class Case:
    """Who may; `make`: the button of a branch (none: a word); `open`: the dialog that stands open, and its draft.

    `own`: nothing of a branch is named, so whoever has the right has it in the own branch as well. `content`: what was
    read in the file handed in, or what makes it of the branch. `files`: what comes with the message. `group`: it comes
    from a group. `state`, `effect`:
    other ones than the handler's. `leaves`: tables that even a refusal writes to. `did`: what the edited message had
    recorded, and which row of ids. `by`: who of the desk is named beside what concerns whoever asks. `records`: whoever
    may writes the minutes, and hears who was there and who was not.
    """

    may: frozenset[str]
    make: Make | None = None
    open: tuple[str, Callable[[Ids], dict[str, Any]]] | None = None
    text: str = ""
    own: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    content: Any = None
    files: tuple[File, ...] = ()
    group: bool = False
    state: State | None = None
    effect: Effect | None = None
    leaves: frozenset[str] = frozenset()
    did: str = ""
    by: frozenset[str] = frozenset()
    records: bool = False

    @property
    def names_a_row(self) -> bool:
        """The button itself carries an id, not only the dialog that stands open."""
        if self.make is None:
            return False
        one = Ids(1, defaultdict(lambda: 1), defaultdict(lambda: 1))
        other = Ids(2, defaultdict(lambda: 2), defaultdict(lambda: 2))
        return self.make(one) != self.make(other)


def own(may: frozenset[str], make: Make | None = None, **more: Any) -> Case:
    return Case(may, make, own=True, **more)


def of_item(ids: Ids) -> str:
    """The key of the one item to be put right, as it is owed."""
    return f"entry:{ids['list']}:{ids['list_item']}"


ROLL_CALL = ("activity.roll", lambda ids: {"activity": ids["activity"], "missing": [], "page": 0})
WHICH = ("activity.roll", lambda ids: {"activity": ids["activity"], "missing": [], "doubts": [[ids["bound"]]]})
POSTPONE = (
    "activity.postpone",
    lambda ids: {"field": "confirm", "activity": ids["ahead"], "day": "2023-07-20", "time": "14:30"},
)


def changing(what: str, field: str = "confirm") -> tuple[str, Callable[[Ids], dict[str, Any]]]:
    """The form of its fields with another title, at one of its questions or at the end."""
    draft = {"field": field, "may": ["title"], "title": "换一个标题"}
    return "activity.change", lambda ids: {**draft, "activity": ids[what]}


PLAIN = ("notice.text", lambda ids: {"text": "请准时"})
WIZARD = (
    "activity.wizard",
    lambda ids: {
        "field": "confirm",
        "types": ["theme_party_day"],
        "day": "2023-07-21",
        "time": "14:30",
        "place": "会议室",
    },
)
TASKS = (
    "reflection.task",
    lambda ids: {
        "field": "confirm",
        "subject": f"a{ids['ahead']}",
        "audience": "all_members",
        "due": "2023-07-28",
        "title": "谈体会",
        "per_person": 1,
    },
)
ITEM = (
    "study.item",
    lambda ids: {
        "theme": ids["theme"],
        "field": "confirm",
        "kind": "book",
        "title": "书",
        "due_on": "2023-07-31",
        "files": [],
    },
)
ENTRY = (
    "register.form",
    lambda ids: {
        "act": "new", "of": "rectification_list", "field": "confirm", "target": "甲支部", "source": "other",
        "note": "", "files": [],
    },
)  # fmt: skip
GUIDED = "日期\t被指导单位\n7月6日\t甲支部"
PASTED = ("register.quick", lambda ids: {"act": "table", "of": "guidance", "field": "confirm", "text": GUIDED})
MEANT = ("register.quick", lambda ids: {"act": "meant", "field": "which", "text": "7月6日到丁园区指导"})
SOUGHT = ("register.form", lambda ids: {"act": "find", "of": "rectification_list", "field": "words"})
SCORED = (
    "exams.scores",
    lambda ids: {"exam": ids["past_exam"], "given": [[None, "某人", "formal", 9500]]},
)
AWAY = ("away.form", lambda ids: {"from": "2023-07-10", "days": "3", "field": "confirm"})
UNVOTED = (
    "votes.form",
    lambda ids: {"act": "withdraw", "vote": ids["vote"], "field": "confirm", "reason": "登记有误"},
)
# The quarter in whose grace the prepared branches are, and one that is closed.
IN_GRACE, CLOSED = "20232", "20231"
FIXED_ROLL = (
    "closes.roll",
    lambda ids: {
        "period": CLOSED, "activity": str(ids["held"]), "person": str(ids["author"]), "new": "present", "field": "why",
    },
)  # fmt: skip
FIXED_SCORE = (
    "closes.score",
    lambda ids: {"period": CLOSED, "attempt": str(ids["attempt"]), "field": "score"},
)
FIXED_FIELD = (
    "closes.field",
    lambda ids: {"period": CLOSED, "table": "activity", "number": ids["held"], "key": "hours", "field": "value"},
)
ADMITTED = ("closes.admit", lambda ids: {"period": CLOSED, "key": f"talk.{ids['talk']}", "field": "why"})
UNSTEPPED = ("development.step", lambda ids: {"act": "remove", "event": ids["step"], "field": "reason"})
REMOVED = (
    "development.step",
    lambda ids: {"act": "remove", "event": ids["step"], "field": "confirm", "reason": "登记有误"},
)
APPLIED = ("development.enter", lambda ids: {"name": "庚三", "application": "2023-07-01", "field": "confirm"})
COMING = ("integrity.day", lambda ids: {"year": 2023, "festival": "中秋"})
OWN_FILE = (TEAM, [], "")
OWN_LOOK = ("own.look", lambda ids: {"id": TEAM.id, "said": to_json(TEAM)})
NAMED = ("register.own", lambda ids: {"act": "new", "field": "word"})
THEME_DAY = ActivityType.THEME_PARTY_DAY
RECORD_OF = {"component": THEME_DAY.value, "agenda_was": [], "speeches_was": []}
RECORDING = (
    "minutes.form", lambda ids: {"field": "agenda", "activity": ids["held"], **RECORD_OF},
)  # fmt: skip
READING = ("minutes.paper", lambda ids: {"activity": ids["held"], "component": THEME_DAY.value})
TEMPLATE = ("minutes.template", lambda ids: {"field": "record_points", "type": THEME_DAY.value})
MINUTES = ("settings.form", lambda ids: {"field": "late_minutes", "late_minutes_was": "10"})
NORM_COUNT = ("norms.change", lambda ids: {"norm": "R11", "keys": ["min"], "since": "2023-09-01", "field": "min"})
OTHER_MINUTES = ("settings.form", lambda ids: {"field": "confirm", "late_minutes_was": "10", "late_minutes": "20"})
LOOK = (
    "calendar.look",
    lambda ids: {
        "year": 2024,
        "days": [{"name": "元旦", "date": "2024-01-01", "isOffDay": True}],
        "papers": [],
        "only": [],
    },
)
CHANGE = ("roster.change", lambda ids: {"kind": "g", "person": ids["bound"]})
DATED = ("roster.change", lambda ids: {"kind": "o", "person": ids["bound"]})
ACCEPT = ("roster.change", lambda ids: {"kind": "a", "person": 0})
ACCEPTED = (
    "roster.change",
    lambda ids: {
        "kind": "a",
        "person": 0,
        "name": "丁九",
        "meeting": "2023-07-07",
    },
)
ASKED = (
    "roster.ask",
    lambda ids: {
        "rows": [{"name": "丁九*"}],
        "since": "2023-07-07",
        "asked": ["same:丁九*", ["丁九", "丁九*", "none"]],
    },
)
IMPORT = ("roster.look", lambda ids: {"rows": [{"name": "丁九"}], "since": "2023-07-07", "shown": ""})
CORRECTION = ("broadcast.text", lambda ids: {"kind": "notice", "subject": ids["plain_notice"], "text": "改"})
ERASE = ("care.erase", lambda ids: {"person": ids["bound"], "asked": 1})
ERASE_AGAIN = ("care.erase", lambda ids: {"person": ids["bound"], "asked": 2})
HELD = (
    "activity.makeup",
    lambda ids: {
        "activity": ids["held"],
        photos.HELD: [{"message_id": 1, "text": "", "files": []}],
    },
)
OFFERED = (
    handing_in.STEP,
    lambda ids: {
        handing_in.SENT: [{"message_id": 1, "text": "已自学", "files": []}],
        handing_in.AT: NOW.isoformat(),
    },
)
QUARTER = "20233"
RETURNING = ("report.returned", lambda ids: {"period": QUARTER})


def returned(ids: Ids) -> Returned:
    """The report of this branch with one more paragraph."""
    mark = Mark(ids.branch_id, QUARTER, frozenset({digits("")}))
    return Returned(mark, "", [Under(2, "思想政治建设", ["创新学习方式。"])])


TAKING = (
    "report.returned",
    lambda ids: {
        "period": QUARTER,
        "quarter": "2023Q3",
        "changes": to_changes([Change("paragraph", None, "", "创新学习方式。", "思想政治建设")]),
    },
)
FILE = Handed(RosterFile((PeopleSheet("", (RosterRow(name="丁九"),)),)), "xlsx")
# A link in the wrong hands is noted.
NOTED = frozenset({"audit"})

TABLE: dict[str, Case] = {
    # own sign-in, leave, study, pieces, own record
    "tap:SignIn": Case(OWN, lambda ids: notice_cards.SignIn(ids["activity"])),
    "tap:Acknowledge": Case(OWN, lambda ids: notice_cards.Acknowledge(ids["notice"])),
    "tap:AcknowledgeListed": Case(OWN, lambda ids: notice_cards.AcknowledgeListed(ids["notice"])),
    "tap:SeeActivity": Case(OWN, lambda ids: activities.SeeActivity(ids["activity"])),
    "tap:AskLeave": Case(OWN, lambda ids: notice_cards.AskLeave(ids["ahead"])),
    "tap:ChooseLeave": Case(OWN, lambda ids: doors.ChooseLeave(ids["ahead"], LeaveType.SICK)),
    "tap:OfferLeave": Case(OWN, lambda ids: leave.OfferLeave(ids["ahead"], states.ASKED)),
    "tap:ChooseFor": Case(OWN, lambda ids: leave.ChooseFor(ids["ahead"], LeaveType.SICK, states.ASKED)),
    "tap:NoLeave": Case(OWN, lambda ids: doors.NoLeave(ids["ahead"])),
    "command:away": own(OWN),
    "word:外出": own(OWN),
    "word:wants_away": own(OWN, text="我要外出"),
    "word:says_away": own(OWN, text="外出 7天"),
    "word:says_trip": own(OWN, text="因公出差一周"),
    "word:提前返回": own(OWN),
    "word:回来了": own(OWN),
    "tap:SayMore": own(OWN, lambda ids: away.SayMore()),
    "tap:ComeBack": Case(AUTHOR, lambda ids: away.ComeBack(ids["own_away"])),
    "tap:UndoAway": Case(AUTHOR, lambda ids: away.UndoAway(ids["own_away"])),
    "tap:DecideAway": Case(DECIDE_AWAY, lambda ids: away.DecideAway(ids["away"], 1)),
    "tap:DecideAwayListed": Case(DECIDE_AWAY, lambda ids: away.DecideAwayListed(ids["away"], 1)),
    "word:外出名单": own(SEE_AWAY, text="外出名单"),
    "tap:ShowAway": own(SEE_AWAY, lambda ids: away.ShowAway()),
    "answer:away.form": own(OWN, open=("away.form", lambda ids: {"from": "2023-07-10", "field": "days"}), text="3天"),
    "command:exam": own(KNOWN),
    "word:考试": own(KNOWN),
    "word:测试": own(KNOWN),
    "word:may_answer": own(AUTHOR, text="交卷"),
    "word:题库": own(MAKE_EXAM, text="题库"),
    "tap:SitExam": Case(OWN, lambda ids: exams.SitExam(ids["exam"], 1)),
    "tap:NotYet": Case(OWN, lambda ids: exams.NotYet(ids["exam"])),
    "tap:ChooseOption": Case(AUTHOR, lambda ids: exams.ChooseOption(ids["attempt"], 2, "A")),
    "tap:TurnQuestion": Case(AUTHOR, lambda ids: exams.TurnQuestion(ids["attempt"], 2, 1)),
    "tap:HandInExam": Case(AUTHOR, lambda ids: exams.HandInExam(ids["answered"])),
    "tap:OpenExam": Case(MAKE_EXAM, lambda ids: exams.OpenExam(ids["exam"])),
    "tap:MakeExam": own(MAKE_EXAM, lambda ids: exams.MakeExam()),
    "tap:ChangeExam": Case(MAKE_EXAM, lambda ids: exams.ChangeExam(ids["exam"])),
    "tap:CallOffExam": Case(MAKE_EXAM, lambda ids: exams.CallOffExam(ids["exam"])),
    "tap:NotSat": Case(MAKE_EXAM, lambda ids: exams.NotSat(ids["past_exam"])),
    "tap:ScoreSheet": Case(SCORES, lambda ids: exams.ScoreSheet(ids["past_exam"])),
    "tap:EnterScores": Case(SCORES, lambda ids: exams.EnterScores(ids["past_exam"])),
    "tap:SaveScores": Case(SCORES, lambda ids: exams.SaveScores(1), open=SCORED),
    "tap:ChangeScore": Case(SCORES, lambda ids: exams.ChangeScore(ids["past_exam"])),
    "tap:LetIn": Case(SCORES, lambda ids: exams.LetIn(ids["past_exam"])),
    "answer:exams.form": own(MAKE_EXAM, open=("exams.form", lambda ids: {"field": "title"}), text="纪法知识问答"),
    "answer:exams.call_off": Case(
        MAKE_EXAM, open=("exams.call_off", lambda ids: {"exam": ids["exam"], "field": "reason"}), text="改期"
    ),
    "answer:exams.scores": Case(
        SCORES, open=("exams.scores", lambda ids: {"exam": ids["past_exam"]}), text="某人 95 非党员"
    ),
    "answer:exams.change_score": Case(
        SCORES,
        open=(
            "exams.change_score",
            lambda ids: {"exam": ids["past_exam"], "attempt": str(ids["scored"]), "field": "score"},
        ),
        text="95",
    ),
    "answer:exams.let_in": Case(
        SCORES, open=("exams.let_in", lambda ids: {"exam": ids["past_exam"], "field": "people"}), text="丙四"
    ),
    "tap:OpenBank": own(MAKE_EXAM, lambda ids: doors.OpenBank()),
    "tap:ShowQuestions": own(MAKE_EXAM, lambda ids: question_bank.ShowQuestions(0)),
    "tap:BankTemplate": own(MAKE_EXAM, lambda ids: question_bank.BankTemplate()),
    "tap:AddQuestions": own(MAKE_EXAM, lambda ids: question_bank.AddQuestions()),
    "tap:SaveQuestions": own(
        MAKE_EXAM,
        lambda ids: question_bank.SaveQuestions(1),
        open=("question_bank.add", lambda ids: {"questions": [["true_false", "新题", [], "A"]]}),
    ),
    "tap:TakeOut": own(MAKE_EXAM, lambda ids: question_bank.TakeOut()),
    "answer:question_bank.add": own(MAKE_EXAM, open=("question_bank.add", lambda ids: {}), text="新题\n答案：对"),
    "answer:question_bank.take_out": own(
        MAKE_EXAM, open=("question_bank.take_out", lambda ids: {"field": "numbers"}), text="1-1"
    ),
    "tap:CancelLeave": Case(AUTHOR, lambda ids: leave.CancelLeave(ids["ahead"])),
    "tap:UndoLeave": Case(AUTHOR, lambda ids: leave.UndoLeave(ids["own_leave"])),
    "tap:UndoSignIn": Case(AUTHOR, lambda ids: activities.UndoSignIn(ids["attendance"])),
    "tap:UndoReceipt": Case(AUTHOR, lambda ids: notices.UndoReceipt(ids["receipt"])),
    "tap:UndoMakeup": Case(AUTHOR, lambda ids: leave.UndoMakeup(ids["makeup"])),
    "tap:HandInMakeup": Case(OWN, lambda ids: leave.HandInMakeup(ids["held"])),
    "tap:OpenItem": Case(OWN, lambda ids: study.OpenItem(ids["item"])),
    "tap:Done": Case(OWN, lambda ids: study.Done(ids["item"], study.Origin.LIST)),
    "tap:UndoDone": Case(AUTHOR, lambda ids: study.UndoDone(ids["completion"], study.Origin.LIST)),
    "tap:HandIn": Case(OWN, lambda ids: reflections.HandIn(ids["other_task"])),
    "tap:Submit": Case(AUTHOR, lambda ids: reflections.Submit(ids["draft"])),
    "tap:Discard": Case(AUTHOR, lambda ids: reflections.Discard(ids["draft"])),
    "tap:UndoSubmit": Case(AUTHOR, lambda ids: reflections.UndoSubmit(ids["submitted"])),
    "tap:Resubmit": Case(AUTHOR, lambda ids: reflections.Resubmit(ids["submitted"])),
    "tap:DropLast": Case(AUTHOR, lambda ids: reflections.DropLast(ids["draft"])),
    "tap:NoProblem": Case(AUTHOR, lambda ids: reflections.NoProblem(ids["check_draft"])),
    "tap:EmptyForm": Case(AUTHOR, lambda ids: reflections.EmptyForm(ids["check_draft"])),
    "command:selfcheck": own(OWN),
    "word:自查表": own(OWN),
    "word:自查": own(OWN),
    "tap:SeeReminder": Case(OWN, lambda ids: integrity.SeeReminder(ids["reminder"])),
    "tap:Read": Case(OWN, lambda ids: integrity.Read(ids["reminder"], next(iter(integrity.Origin)))),
    "tap:ShowMine": own(KNOWN, lambda ids: tally.ShowMine(QUARTER)),
    "tap:Snooze": own(OWN, lambda ids: todo.Snooze()),
    "answer:activity.makeup": Case(
        OWN, open=("activity.makeup", lambda ids: {"activity": ids["held"]}), text="已自学"
    ),
    "answer:reflection.parts": Case(
        AUTHOR, open=("reflection.parts", lambda ids: {"reflection": ids["draft"]}), text="体会"
    ),
    "answer:self_check.items": Case(
        AUTHOR, open=("self_check.items", lambda ids: {"reflection": ids["check_draft"]}), text="学习不够"
    ),
    "word:is_about_leave": own(OWN, text="请假 家里有事"),
    "word:取消请假": own(OWN),
    "word:sounds_like_leave": own(OWN, text="我来不了"),
    "word:takes_leave_back": own(OWN, text="不请了"),
    "word:asks_whether": own(OWN, text="能不能请假"),
    "word:asks_when": own(OWN, text="几点开会"),
    "word:都学完了": own(OWN),
    "answer:leave.reason": Case(
        AUTHOR, open=("leave.reason", lambda ids: {"leave": ids["own_leave"]}), text="家中老人过寿"
    ),
    "tap:UndoStep": Case(AUTHOR, lambda ids: UndoStep("请假", int(NOW.timestamp()), ids["own_leave"])),
    # what acts on nothing
    "word:is_courtesy": own(OWN, text="谢谢"),
    "word:is_greeting": own(KNOWN, text="您好"),
    "word:has_arrived": own(OWN, text="我来啦"),
    "word:names_step": own(OWN, text="撤销收到"),
    "otherwise": own(KNOWN, text="几点开始"),
    "edited:reflections": own(OWN, text="改过"),
    "edited:leave": Case(OWN, text="改过", did="leave_request own_leave"),
    "edited:notices": Case(OWN, text="改过", did="receipt receipt"),
    "edited:activities": Case(OWN, text="改过", did="attendance attendance"),
    "edited:photos": own(KNOWN, text="改过", open=HELD),
    "edited:handing_in": own(KNOWN, text="改过", open=OFFERED),
    "answer:offer.hand_in": own(KNOWN, text="改过", open=OFFERED),
    "start:c_": Case(OWN, text="c_"),
    # group roll and unfinished list, nudge
    "command:roll": own(ROLL),
    "word:考勤": own(ROLL),
    "tap:AllActivities": own(ROLL, lambda ids: activities.AllActivities()),
    "tap:OpenActivity": Case(ROLL, lambda ids: activities.OpenActivity(ids["activity"])),
    "tap:ShowNames": Case(ROLL, lambda ids: activities.ShowNames(ids["activity"], activities.Names.ROLL)),
    "command:todo": own(ROLL),
    "word:未完成名单": own(ROLL),
    "word:谁还缺": own(ROLL),
    "tap:RemindAll": own(NUDGE, lambda ids: todo.RemindAll()),
    "tap:RemindSure": own(NUDGE, lambda ids: todo.RemindSure(1)),
    "tap:OpenRecord": Case(RECORD, lambda ids: doors.OpenRecord(QUARTER, ids["bound"])),
    "tap:ShowRecord": Case(RECORD, lambda ids: doors.ShowRecord(QUARTER, ids["bound"])),
    "word:names_somebody": own(RECORD, text=f"查 {states.IN_EACH}", state=states.somebody_in_each),
    "tap:ShowUnread": Case(ROLL, lambda ids: integrity.ShowUnread(ids["reminder"])),
    # minutes: the recorder of what was held is whoever reads and writes elsewhere as the author
    "command:minutes": own(WRITE | AUTHOR),
    "word:会议记录": own(WRITE | AUTHOR),
    "word:写记录": own(WRITE | AUTHOR),
    "tap:AllMinutes": own(WRITE | AUTHOR, lambda ids: minutes.AllMinutes()),
    "tap:OpenMinutes": Case(WRITE_ALL | AUTHOR, lambda ids: doors.OpenMinutes(ids["held"]), records=True),
    "tap:ShowMinutes": Case(WRITE_ALL | AUTHOR, lambda ids: minutes.ShowMinutes(ids["held"], THEME_DAY), records=True),
    "tap:WriteMinutes": Case(
        WRITE_ALL | AUTHOR, lambda ids: minutes.WriteMinutes(ids["held"], THEME_DAY), records=True
    ),
    "tap:SendPaper": Case(WRITE_ALL | AUTHOR, lambda ids: minutes.SendPaper(ids["held"], THEME_DAY), records=True),
    "tap:SendPapers": Case(WRITE_ALL | AUTHOR, lambda ids: minutes.SendPapers(ids["held"]), records=True),
    "tap:ReadPaper": Case(WRITE_ALL | AUTHOR, lambda ids: minutes.ReadPaper(ids["held"], THEME_DAY), records=True),
    "answer:minutes.form": Case(WRITE_ALL | AUTHOR, open=RECORDING, text="听取汇报", records=True),
    "answer:minutes.paper": Case(
        WRITE_ALL | AUTHOR,
        open=READING,
        content=HandedIn({THEME_DAY: Found({"agenda": ["听取汇报"]})}),
        files=(PAPER,),
        records=True,
    ),
    "tap:ShowActivityFiles": Case(
        WRITE_ALL | AUTHOR, lambda ids: doors.ShowActivityFiles(ids["held"], "minutes", THEME_DAY.value)
    ),
    "tap:OpenFiles": Case(ROLL_ALL, lambda ids: doors.OpenFiles(ids["held"])),
    "tap:AddFiles": Case(SIGN_IN_ALL, lambda ids: kept_files.AddFiles(ids["held"], ActivityFileRole.PHOTO)),
    "tap:DropFile": Case(SIGN_IN_ALL, lambda ids: kept_files.DropFile(ids["photo"], 1)),
    "answer:activity.files": Case(
        SIGN_IN_ALL, open=("activity.files", lambda ids: {"activity": ids["held"], "role": "photo"}), files=(PAPER,)
    ),
    "tap:OpenSheet": Case(ROLL_ALL, lambda ids: doors.OpenSheet(ids["held"])),
    "tap:SendSignIns": Case(ROLL_ALL, lambda ids: minutes.SendSignIns(ids["held"], minutes.SheetAs.XLSX)),
    "command:templates": own(TEMPLATES),
    "word:活动要求": own(TEMPLATES),
    "answer:minutes.template": own(TEMPLATES, open=TEMPLATE, text="讨论情况"),
    # make activities, study items, reminders
    "command:new": own(START_ACTIVITY),
    "word:建活动": own(START_ACTIVITY),
    "tap:Fill": own(MAKE_THIS_ACTIVITY, lambda ids: Fill("a", 1, "go", "publish"), open=WIZARD),
    "tap:Wizard": own(MAKE_THIS_ACTIVITY, lambda ids: activities.Wizard(1, "go", "publish"), open=WIZARD),
    "answer:activity.wizard": own(
        START_ACTIVITY, open=(WIZARD[0], lambda ids: {**WIZARD[1](ids), "field": "place"}), text="礼堂"
    ),
    "tap:Postpone": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.Postpone(ids["ahead"])),
    "tap:PostponeTo": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.PostponeTo(1, 1), open=POSTPONE),
    "answer:activity.postpone": Case(MAKE_THIS_ACTIVITY, open=POSTPONE, text="7月20日 14:30"),
    "tap:ChangeActivity": Case(MAKE_THIS_ACTIVITY, lambda ids: doors.ChangeActivity(ids["ahead"])),
    "answer:activity.change": Case(
        MAKE_THIS_ACTIVITY, open=changing("ahead", "title"), text="七月主题党日"
    ),
    "tap:CallOff": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.CallOff(ids["ahead"], 1)),
    "tap:LikeEarlier": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.LikeEarlier(ids["activity"])),
    "tap:LikeThis": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.LikeThis(ids["held"])),
    "tap:EveryMonth": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.EveryMonth(ids["held"])),
    "tap:EveryMonthOn": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.EveryMonthOn(ids["held"], 0)),
    "tap:Monthly": own(MAKE_THIS_ACTIVITY, lambda ids: activities.Monthly()),
    "tap:EndMonthly": Case(MAKE_THIS_ACTIVITY, lambda ids: activities.EndMonthly(ids["monthly"], 1)),
    "tap:DecideMonth": Case(
        MAKE_THIS_ACTIVITY, lambda ids: activities.DecideMonth(ids["monthly"], 202308, activities.Month.SKIP)
    ),
    "command:notice": own(NOTICE),
    "word:发通知": own(NOTICE),
    "answer:notice.text": own(NOTICE, open=PLAIN, text="请准时"),
    "tap:PlainNotice": own(NOTICE, lambda ids: notices.PlainNotice(1, notices.Draft.SEND), open=PLAIN),
    "command:study_plan": own(STUDY),
    "word:学习安排": own(STUDY),
    "tap:OpenMonth": own(STUDY, lambda ids: study.OpenMonth("2023-08")),
    "tap:EditTheme": Case(STUDY, lambda ids: study.EditTheme(ids["theme"], study.Field.TITLE)),
    "tap:AddItem": Case(STUDY, lambda ids: study.AddItem(ids["theme"], StudyItemKind.BOOK)),
    "tap:ItemDraft": Case(STUDY, lambda ids: study.ItemDraft(1, study.Field.SAVE), open=ITEM),
    "tap:WithdrawItem": Case(STUDY, lambda ids: study.WithdrawItem(ids["planned"], 1)),
    # the register
    **dict.fromkeys(("command:entry", "word:登记"), own(KEEP)),
    **dict.fromkeys(("command:ledger", "word:台账"), own(READ)),
    "word:names_new": own(KEEP_ALL, text="登记整改清单"),
    "word:names_ledger": own(READ_ALL, text="整改清单"),
    "word:names_table": own(READ_ALL, text="指导台账"),
    "word:says_entry": own(KEEP_ALL, text="7月6日指导甲支部"),
    "word:pastes_table": own(KEEP_ALL, text=GUIDED),
    "word:may_be_table": own(KEEP_ALL, text=GUIDED),
    "answer:register.quick": own(KEEP_ALL, open=PASTED, text=GUIDED.replace("甲", "乙")),
    "tap:LikeLast": own(
        KEEP_ALL, lambda ids: register.LikeLast("rectification_list"), state=states.recorded_by_me
    ),
    "tap:ChooseActivity": own(KEEP_ALL, lambda ids: register.ChooseActivity("rectification_list")),
    "tap:FromActivity": Case(KEEP_ALL, lambda ids: register.FromActivity("rectification_list", ids["activity"])),
    "tap:RecordProved": Case(
        KEEP_ALL,
        lambda ids: register.RecordProved("cobuild_event", ids["held"]),
        state=states.held_with_a_partner,
    ),
    "tap:MakeLinked": Case(KEEP_ALL, lambda ids: register.MakeLinked(ids["inspection"], 0, "")),
    "tap:NewEntry": own(KEEP_ALL, lambda ids: register.NewEntry("rectification_list")),
    "tap:ShowKinds": own(READ, lambda ids: register.ShowKinds(register.Way.LOOK, "")),
    "tap:ShowList": own(READ_ALL, lambda ids: register.ShowList("rectification_list", "20233", 0)),
    "tap:ShowInState": own(
        READ_ALL, lambda ids: register.ShowInState("rectification_list", "20233", 1, 0)
    ),
    "tap:Appoint": Case(ROSTER, lambda ids: doors.Appoint(ids["bound"], "organization_officer", 20230701, 0)),
    "tap:BeginTerm": own(ROSTER, lambda ids: doors.BeginTerm(20230701, 0)),
    "tap:FindEntries": own(READ_ALL, lambda ids: register.FindEntries("rectification_list")),
    "tap:ExportLedger": own(READ_ALL, lambda ids: register.ExportLedger("rectification_list", "20233")),
    "tap:TurnDeadlines": own(SENDS, lambda ids: register.TurnDeadlines("rectification_list", "20233", 0)),
    "tap:OpenEntry": Case(READ_ALL | AUTHOR, lambda ids: register.OpenEntry(ids["list"], 0)),
    "tap:TurnRows": Case(READ_ALL | AUTHOR, lambda ids: register.TurnRows(ids["list"], 0)),
    "tap:ShowFiles": Case(READ_ALL | AUTHOR, lambda ids: doors.ShowFiles(ids["list"], ids["list_item"])),
    "tap:ShowHistory": Case(READ_ALL | AUTHOR, lambda ids: register.ShowHistory(ids["list"])),
    "tap:ChooseField": Case(KEEP_ALL, lambda ids: register.ChooseField(ids["list"], 0)),
    "tap:ChangeField": Case(KEEP_ALL, lambda ids: register.ChangeField(ids["list"], ids["list_item"], "problem")),
    "tap:PasteRows": Case(KEEP_ALL, lambda ids: register.PasteRows(ids["list"], "items")),
    "tap:AddRow": Case(KEEP_ALL, lambda ids: register.AddRow(ids["list"], "items")),
    "tap:PutState": Case(KEEP_ALL, lambda ids: register.PutState(ids["list"], ids["list_item"], "closed")),
    "tap:Withdraw": Case(KEEP_ALL, lambda ids: register.Withdraw(ids["list"], 0)),
    "tap:Report": Case(AUTHOR, lambda ids: register.Report(ids["list"], ids["list_item"])),
    "tap:UndoEntry": Case(
        KEEP_ALL, lambda ids: register.UndoEntry("s", ids["list"], ids["list_state"]), state=states.put_by_me
    ),
    "answer:register.form": own(READ_ALL, open=SOUGHT, text="受检"),
    # a unit's own kinds
    "word:names_own": own(KEEP_ALL, text="登记沙龙"),
    "word:may_be_own": own(READ_ALL, text="沙龙"),
    **dict.fromkeys(("command:kinds", "word:登记项目"), own(BRANCH_SETTINGS)),
    "tap:ShowOwn": own(BRANCH_SETTINGS, lambda ids: own_kinds.ShowOwn()),
    "tap:MakeOwn": own(BRANCH_SETTINGS, lambda ids: own_kinds.MakeOwn()),
    "tap:OpenOwn": Case(BRANCH_SETTINGS, lambda ids: own_kinds.OpenOwn(f"own_{ids['own_kind']}")),
    "tap:AddField": Case(BRANCH_SETTINGS, lambda ids: own_kinds.AddField(f"own_{ids['own_kind']}")),
    "tap:OpenField": Case(BRANCH_SETTINGS, lambda ids: own_kinds.OpenField(f"own_{ids['own_kind']}", "f2")),
    "tap:Rename": Case(BRANCH_SETTINGS, lambda ids: own_kinds.Rename(f"own_{ids['own_kind']}", "")),
    "tap:DropField": Case(BRANCH_SETTINGS, lambda ids: own_kinds.DropField(f"own_{ids['own_kind']}", "f2")),
    "tap:StopOwn": Case(BRANCH_SETTINGS, lambda ids: own_kinds.StopOwn(f"own_{ids['own_kind']}", 1)),
    "tap:HideOwn": Case(BRANCH_SETTINGS, lambda ids: own_kinds.HideOwn(f"own_{ids['own_kind']}", 1)),
    "tap:HandInKind": own(BRANCH_SETTINGS, lambda ids: own_kinds.HandInKind()),
    "answer:own.file": own(BRANCH_SETTINGS, open=("own.file", lambda ids: {}), content=OWN_FILE),
    "answer:own.look": own(BRANCH_SETTINGS, open=OWN_LOOK, content=OWN_FILE),
    "tap:TakeFile": own(BRANCH_SETTINGS, lambda ids: own_kinds.TakeFile(1, 1), open=OWN_LOOK),
    "answer:register.own": own(BRANCH_SETTINGS, open=NAMED, text="读书沙龙"),
    # its deadlines, and what is found
    **dict.fromkeys(("command:lists", "word:清单", "word:到期"), own(SEE_LISTS_ALL)),
    "tap:ShowLists": own(SEE_LISTS_ALL, lambda ids: lists.ShowLists(0)),
    "tap:AskOwner": Case(NUDGE_ALL, lambda ids: doors.AskOwner(ids["author"], of_item(ids))),
    "tap:AskSure": Case(NUDGE_ALL, lambda ids: todo.AskSure(ids["author"], 1, of_item(ids))),
    # Everybody may seek; who finds what is in tests/features/finding.
    "command:find": own(KNOWN, text="受检"),
    **dict.fromkeys(("word:查找", "word:查"), own(KNOWN, text="查找")),
    "word:seeks": own(KNOWN, text="查 受检"),
    "answer:finding.form": own(KNOWN, open=("finding.form", lambda ids: {"field": "words"}), text="受检"),
    "tap:SetPrompt": own(STUDY, lambda ids: study.SetPrompt(0, 1)),
    "tap:SendNow": Case(STUDY, lambda ids: study.SendNow(ids["theme"], 1)),
    "answer:study.title": own(STUDY, open=("study.title", lambda ids: {"month": "2023-08"}), text="主题"),
    "answer:study.change": Case(
        STUDY, open=("study.change", lambda ids: {"theme": ids["theme"], "only": "title"}), text="新的主题"
    ),
    "answer:study.item": Case(STUDY, open=(ITEM[0], lambda ids: {**ITEM[1](ids), "field": "title"}), text="书"),
    "command:task": own(TASK),
    "word:布置心得": own(TASK),
    "tap:TaskWizard": Case(TASK, lambda ids: reflections.TaskWizard(1, "go", "publish"), open=TASKS),
    "answer:reflection.task": own(
        TASK, open=("reflection.task", lambda ids: {**TASKS[1](ids), "field": "title"}), text="谈体会"
    ),
    "command:check_task": own(TASK),
    "word:布置自查": own(TASK),
    "answer:self_check.task": own(
        TASK, open=("self_check.task", lambda ids: {**TASKS[1](ids), "field": "title"}), text="廉政自查"
    ),
    "tap:ListChecks": own(TASK, lambda ids: reflections.ListChecks()),
    "tap:ListTasks": own(TASK, lambda ids: reflections.ListTasks()),
    "tap:AssignTask": Case(TASK, lambda ids: reflections.AssignTask(ids["activity"], HandInKind.SELF_CHECK)),
    "tap:OpenTask": Case(TASK, lambda ids: reflections.OpenTask(ids["task"])),
    "tap:ListMissing": Case(TASK, lambda ids: reflections.ListMissing(ids["task"])),
    "tap:CallOffTask": Case(TASK, lambda ids: reflections.CallOffTask(ids["other_task"], 1)),
    "command:holidays": own(REMINDER),
    "word:节前提醒": own(REMINDER),
    # approve leave, sign in for others, review pieces
    "tap:DecideLeave": Case(LEAVE, lambda ids: leave.DecideLeave(ids["leave"], 1)),
    "tap:DecideListed": Case(LEAVE, lambda ids: leave.DecideListed(ids["leave"], 1)),
    "tap:MarkSomebody": Case(SIGN_IN_OTHERS, lambda ids: activities.MarkSomebody(ids["activity"], 0)),
    "tap:MarkOther": Case(SIGN_IN_OTHERS, lambda ids: activities.MarkOther(ids["activity"], 0)),
    "tap:MarkHere": Case(SIGN_IN_OTHERS, lambda ids: activities.MarkHere(ids["activity"], ids["bound"], 0)),
    "tap:MarkPerson": Case(SIGN_IN_OTHERS, lambda ids: activities.MarkPerson(ids["activity"], ids["bound"])),
    "tap:MarkAs": Case(
        SIGN_IN_OTHERS, lambda ids: activities.MarkAs(ids["activity"], ids["bound"], activities.Mark.PRESENT)
    ),
    "tap:RollCall": Case(SIGN_IN_ALL, lambda ids: activities.RollCall(ids["activity"])),
    "tap:RollToggle": Case(SIGN_IN_ALL, lambda ids: activities.RollToggle(1, ids["bound"]), open=ROLL_CALL),
    "tap:RollPage": Case(SIGN_IN_ALL, lambda ids: activities.RollPage(1, 1), open=ROLL_CALL),
    "tap:RollDone": Case(SIGN_IN_ALL, lambda ids: activities.RollDone(1), open=ROLL_CALL),
    "tap:RollChange": Case(SIGN_IN_ALL, lambda ids: activities.RollChange(1), open=ROLL_CALL),
    "tap:RollSure": Case(SIGN_IN_ALL, lambda ids: activities.RollSure(1), open=ROLL_CALL),
    "tap:RollWhich": Case(SIGN_IN_ALL, lambda ids: activities.RollWhich(1, ids["bound"]), open=WHICH),
    "tap:RollSaid": Case(SIGN_IN_ALL, lambda ids: activities.RollSaid(ids["activity"], states.ASKED)),
    "word:is_roll": own(SIGN_IN_ALL, text="全部到会"),
    "tap:SignInCode": Case(SIGN_IN_ALL, lambda ids: activities.SignInCode(ids["activity"])),
    "tap:OpenMakeup": Case(REVIEW, lambda ids: leave.OpenMakeup(ids["makeup"])),
    "tap:ReviewMakeup": Case(REVIEW, lambda ids: leave.ReviewMakeup(ids["makeup"], 1)),
    "answer:activity.makeup_reason": Case(
        REVIEW, open=("activity.makeup_reason", lambda ids: {"makeup": ids["makeup"]}), text="请补充"
    ),
    "command:review": own(REVIEW),
    "word:审阅": own(REVIEW),
    "tap:ListWaiting": own(REVIEW, lambda ids: reflections.ListWaiting(ids["task"])),
    "tap:OpenPiece": Case(REVIEW, lambda ids: reflections.OpenPiece(ids["submitted"])),
    "tap:Review": Case(REVIEW, lambda ids: reflections.Review(ids["submitted"], 1)),
    "tap:CountProblems": Case(REVIEW, lambda ids: reflections.CountProblems(ids["paper"], 2)),
    "tap:ReturnFor": Case(REVIEW, lambda ids: reflections.ReturnFor(ids["submitted"], next(iter(reflections.Reason)))),
    "answer:reflection.reason": Case(
        REVIEW, open=("reflection.reason", lambda ids: {"reflection": ids["submitted"]}), text="请补充"
    ),
    # roster
    "command:people": own(ROSTER),
    "word:党员": own(ROSTER),
    "word:未绑定名单": own(ROSTER),
    "word:花名册": own(ROSTER, text="花名册"),
    "tap:ShowUnbound": own(ROSTER, lambda ids: doors.ShowUnbound(0)),
    "tap:InvitePerson": Case(ROSTER, lambda ids: people.InvitePerson(ids["unbound"])),
    "tap:InviteEverybody": own(ROSTER, lambda ids: people.InviteEverybody()),
    "tap:InviteAll": own(ROSTER, lambda ids: people.InviteAll(1)),
    "tap:TieGroup": own(ROSTER, lambda ids: people.TieGroup()),
    "tap:DecideGroup": Case(
        ROSTER, lambda ids: tied.DecideGroup(states.request_of(ids), 1), state=states.group_asked_for
    ),
    "tap:PrintSheet": own(ROSTER, lambda ids: accounts.PrintSheet(1)),
    "tap:ShowAccounts": own(ROSTER, lambda ids: accounts.ShowAccounts(0)),
    "tap:OpenAccount": Case(ROSTER, lambda ids: accounts.OpenAccount(ids["bound"])),
    "tap:Reinvite": Case(ROSTER, lambda ids: accounts.Reinvite(ids["bound"])),
    "tap:RevokeInvite": Case(ROSTER, lambda ids: accounts.RevokeInvite(ids["unbound"])),
    "tap:Unbind": Case(ROSTER, lambda ids: accounts.Unbind(ids["bound"], 1)),
    "tap:ChooseBound": Case(ROSTER, lambda ids: accounts.ChooseBound(ids["request"], 0)),
    "tap:BindPerson": Case(ROSTER, lambda ids: accounts.BindPerson(ids["request"], ids["unbound"])),
    "tap:RefuseBinding": Case(ROSTER, lambda ids: accounts.RefuseBinding(ids["request"])),
    # tally
    "command:tally": own(KNOWN),
    "word:季度数据": own(KNOWN),
    "word:names_quarter": own(KNOWN, text="三季度"),
    "word:names_period": own(KNOWN, text="上半年"),
    # 本月安排
    "command:month": own(KNOWN),
    "word:本月安排": own(KNOWN),
    "word:有什么活动": own(KNOWN, text="有什么活动"),
    "word:names_month": own(KNOWN, text="下个月安排"),
    "tap:ShowMonth": own(KNOWN, lambda ids: month.ShowMonth(202307, 0)),
    "tap:ShowTally": own(TALLY, lambda ids: tally.ShowTally(QUARTER)),
    "tap:ShowSections": own(TALLY, lambda ids: tally.ShowSections(QUARTER)),
    "tap:ShowArea": own(TALLY, lambda ids: tally.ShowArea(QUARTER, Area.PEOPLE, 0)),
    "tap:ShowGroups": own(TALLY, lambda ids: tally.ShowGroups(QUARTER, Area.PEOPLE, 0)),
    "tap:ShowPeople": own(TALLY, lambda ids: tally.ShowPeople(QUARTER, Area.PEOPLE, 0)),
    "tap:ShowPictures": own(TALLY, lambda ids: tally.ShowPictures(QUARTER, Area.MEETINGS)),
    "tap:ShowFormulas": own(TALLY, lambda ids: tally.ShowFormulas(QUARTER, Area.PEOPLE, 0)),
    "tap:ShowSection": own(TALLY, lambda ids: tally.ShowSection(QUARTER, Section.PEOPLE)),
    "tap:OpenType": own(TALLY, lambda ids: tally.OpenType(QUARTER, ActivityType.THEME_PARTY_DAY, 0)),
    "tap:OpenFigure": own(TALLY, lambda ids: tally.OpenFigure(QUARTER, "close", 0)),
    "tap:OpenNames": Case(TALLY, lambda ids: doors.OpenNames(QUARTER, ids["held"])),
    "tap:ShowMissing": own(TALLY, lambda ids: tally.ShowMissing(QUARTER)),
    "tap:ShowBelow": Case(BELOW, lambda ids: tally.ShowBelow(QUARTER, 0)),
    "tap:OpenBranch": Case(BELOW, lambda ids: tally.OpenBranch(QUARTER, ids.branch_id)),
    "tap:ExportBelow": Case(BELOW, lambda ids: tally.ExportBelow(QUARTER)),
    # the report
    **dict.fromkeys(("command:report", "word:生成总结", "word:总结"), own(REPORT)),
    "word:names_a_report": own(REPORT, text="上半年总结"),
    "tap:ShowReport": own(REPORT, lambda ids: report.ShowReport(QUARTER)),
    "tap:ReadReport": own(REPORT, lambda ids: report.ReadReport(QUARTER)),
    "tap:MakeReport": own(REPORT, lambda ids: report.MakeReport(QUARTER)),
    "tap:ReturnReport": own(REPORT, lambda ids: report.ReturnReport(QUARTER)),
    "answer:report.returned": Case(REPORT, open=RETURNING, content=returned, files=(PAPER,)),
    "tap:TakeReturned": own(REPORT, lambda ids: report.TakeReturned(1), open=TAKING),
    # ledgers
    **dict.fromkeys(("command:export", "word:导出", "word:导出表格"), own(EXPORT)),
    "word:names_an_export": own(EXPORT, text="导出上半年"),
    "tap:ShowBooks": own(EXPORT, lambda ids: ledgers.ShowBooks(QUARTER, 0)),
    "tap:GetBook": own(EXPORT, lambda ids: ledgers.GetBook(QUARTER, "3.0")),
    "tap:GetAll": own(EXPORT, lambda ids: ledgers.GetAll(QUARTER)),
    "tap:ShowTotals": Case(BELOW, lambda ids: tally.ShowTotals(QUARTER)),
    # who has not closed, of a superior committee
    **dict.fromkeys(("command:below", "word:未定稿支部", "word:谁还没定稿"), Case(BELOW)),
    "tap:ShowUnclosed": Case(BELOW, lambda ids: closes.ShowUnclosed(IN_GRACE, 0)),
    "tap:AskSecretary": Case(BELOW, lambda ids: closes.AskSecretary(IN_GRACE, ids.branch_id)),
    "tap:AskSecretarySure": Case(BELOW, lambda ids: closes.AskSecretarySure(IN_GRACE, ids.branch_id, 1)),
    # the close and corrections
    **dict.fromkeys(("command:close", "word:定稿", "word:季度定稿"), own(CLOSE)),
    **dict.fromkeys(("command:fix", "word:更正"), own(CLOSE)),
    "tap:ShowCheck": own(CLOSE, lambda ids: closes.ShowCheck(IN_GRACE)),
    "tap:CloseQuarter": own(CLOSE, lambda ids: closes.CloseQuarter(IN_GRACE, 1)),
    "tap:ShowFixes": own(CLOSE, lambda ids: closes.ShowFixes(CLOSED)),
    "tap:ShowLate": own(CLOSE, lambda ids: closes.ShowLate(CLOSED, 0)),
    "tap:ShowNotes": own(CLOSE, lambda ids: closes.ShowNotes(CLOSED, 0)),
    "tap:FixRoll": own(CLOSE, lambda ids: closes.FixRoll(CLOSED)),
    "tap:FixScore": own(CLOSE, lambda ids: closes.FixScore(CLOSED)),
    "tap:AdmitLate": Case(
        CLOSE, lambda ids: closes.AdmitLate(CLOSED, f"talk.{ids['talk']}"), state=states.talked_before_the_close
    ),
    "tap:FixKinds": own(CLOSE, lambda ids: closes.FixKinds(CLOSED)),
    "tap:FixThings": own(CLOSE, lambda ids: closes.FixThings(CLOSED, "activity", 0)),
    "tap:FixThing": Case(
        CLOSE, lambda ids: closes.FixThing(CLOSED, "activity", ids["held"], 0), state=states.held_before_the_close
    ),
    "tap:FixField": Case(
        CLOSE, lambda ids: closes.FixField(CLOSED, "activity", ids["held"], "hours"), state=states.held_before_the_close
    ),
    "answer:closes.field": Case(CLOSE, open=FIXED_FIELD, text="4", state=states.held_before_the_close),
    "answer:closes.roll": Case(CLOSE, open=FIXED_ROLL, text="补交签到照片", state=states.held_before_the_close),
    "answer:closes.score": Case(CLOSE, open=FIXED_SCORE, text="95", state=states.sat_before_the_close),
    "answer:closes.admit": Case(CLOSE, open=ADMITTED, text="补交", state=states.talked_before_the_close),
    # the desk of the reminders
    "tap:TurnPage": own(REMINDER, lambda ids: integrity.TurnPage(integrity.Page.TIMING)),
    "tap:Coming": own(REMINDER, lambda ids: integrity.Coming(integrity.Act.OPEN, 2023, "中秋")),
    "tap:SetTiming": own(REMINDER, lambda ids: integrity.SetTiming(integrity.Knob.LEAD, 2)),
    "tap:Reword": own(REMINDER, lambda ids: integrity.Reword(integrity.Field.ISSUER)),
    "tap:Unword": own(REMINDER, lambda ids: integrity.Unword(integrity.Field.ISSUER)),
    "tap:TickBan": own(REMINDER, lambda ids: integrity.TickBan(1)),
    "tap:Sample": own(KNOWN, lambda ids: integrity.Sample()),
    "answer:integrity.day": own(REMINDER, open=COMING, text="9月20日"),
    "answer:integrity.text": own(REMINDER, open=("integrity.text", COMING[1]), text="请严守纪律。"),
    "answer:integrity.words": own(
        REMINDER, open=("integrity.words", lambda ids: {"only": "issuer"}), text="机关纪委"
    ),
    # the calendar
    "command:calendar": own(CALENDAR),
    "word:工作日历": own(CALENDAR),
    "tap:Send": own(CALENDAR, lambda ids: calendar.Send(calendar.What.OFF)),
    "answer:calendar.notice": own(CALENDAR, open=("calendar.notice", lambda ids: {}), text=states.NOTICE),
    "answer:calendar.look": own(CALENDAR, open=LOOK, text=states.NOTICE),
    "tap:TakeOver": own(CALENDAR, lambda ids: calendar.TakeOver(1, 1), open=LOOK),
    "answer:calendar.own": own(CALENDAR, open=("calendar.own", lambda ids: {"off": True}), text="8月1日 建军节"),
    "tap:DropDays": own(CALENDAR, lambda ids: calendar.DropDays("2023-08-01")),
    # readiness
    **dict.fromkeys(("command:ready", "word:准备情况", "word:还差什么"), own(READY | READY_BELOW)),
    "word:names_it": own(READY | READY_BELOW, text="三季度准备情况"),
    "tap:ShowReady": own(READY, lambda ids: readiness.ShowReady(IN_GRACE, 0)),
    "tap:ShowPart": own(READY, lambda ids: readiness.ShowPart(IN_GRACE, readiness.Part.NONE, 0)),
    "tap:ShowReadyBelow": Case(READY_BELOW, lambda ids: readiness.ShowReadyBelow(IN_GRACE, 0)),
    "tap:OpenReadyBelow": Case(READY_BELOW, lambda ids: readiness.OpenReadyBelow(IN_GRACE, ids.branch_id, 0)),
    # norms
    **dict.fromkeys(("command:norms", "word:规范检查", "word:达标情况", "word:规范"), own(NORMS)),
    "tap:ShowNorms": own(NORMS, lambda ids: norms.ShowNorms("")),
    "tap:OpenNorm": own(NORMS, lambda ids: norms.OpenNorm("", "R44", 0)),
    "tap:ExportNorms": own(NORMS, lambda ids: norms.ExportNorms("")),
    "tap:ChangeNorm": own(SET_NORMS, lambda ids: norms.ChangeNorm("R11")),
    "answer:norms.change": own(SET_NORMS, open=NORM_COUNT, text="2"),
    # what the clock sends
    "command:settings": own(BRANCH_SETTINGS),
    "word:支部设置": own(BRANCH_SETTINGS),
    "word:设置": own(BRANCH_SETTINGS),
    "answer:settings.form": own(BRANCH_SETTINGS, open=MINUTES, text="20"),
    "command:reminders": own(SENDS),
    "word:提醒设置": own(SENDS),
    "tap:TurnSend": own(SENDS, lambda ids: reminders.TurnSend(reminders.Send.INTEGRITY_SECOND, 1)),
    "tap:TurnSure": own(SENDS, lambda ids: reminders.TurnSure(reminders.Send.STUDY_PROMPT, 0)),
    "tap:SetDigest": own(SENDS, lambda ids: reminders.SetDigest(reminders.DigestOn.NEVER)),
    # what goes to many
    "tap:Stop": Case(
        MAKE_THIS_ACTIVITY, lambda ids: broadcasts.Stop("notice", ids["notice"], broadcasts.Sure.YES)
    ),
    "tap:Resume": Case(MAKE_THIS_ACTIVITY, lambda ids: broadcasts.Resume("notice", ids["notice"])),
    "tap:Correct": Case(NOTICE, lambda ids: broadcasts.Correct("notice", ids["plain_notice"])),
    "tap:DecideCorrection": Case(
        NOTICE, lambda ids: broadcasts.DecideCorrection(1, broadcasts.Draft.SEND), open=CORRECTION
    ),
    "answer:broadcast.text": Case(NOTICE, open=CORRECTION, text="改在二楼会议室"),
    "tap:Previewed": own(KNOWN, lambda ids: broadcasts.Previewed()),
    # the roster in chat
    "command:roster": own(ROSTER),
    "word:名册": own(ROSTER, text="名册"),
    "word:导入名册": own(ROSTER),
    "tap:ShowRoster": own(ROSTER, lambda ids: doors.ShowRoster(0)),
    "tap:ShowGroup": own(ROSTER, lambda ids: roster.ShowGroup(0, 0)),
    "tap:ShowPerson": Case(ROSTER, lambda ids: roster.ShowPerson(ids["bound"])),
    "tap:Change": Case(ROSTER, lambda ids: roster.Change(ids["bound"], roster.Kind.GROUP)),
    "tap:Pick": Case(ROSTER, lambda ids: roster.Pick(1, 0, 1), open=CHANGE),
    "answer:roster.change": Case(ROSTER, open=DATED, text="7月7日"),
    "tap:UndoChange": Case(ROSTER, lambda ids: roster.UndoChange(ids["changed"])),
    "tap:SetTerm": own(ROSTER, lambda ids: roster.SetTerm()),
    "answer:roster.term": own(ROSTER, open=("roster.term", lambda ids: {}), text="2023年3月1日"),
    "tap:ImportRoster": own(ROSTER, lambda ids: doors.ImportRoster()),
    "tap:ConfirmImport": own(ROSTER, lambda ids: roster_files.ConfirmImport(1, 1), open=IMPORT),
    "tap:AnswerImport": own(ROSTER, lambda ids: roster_files.AnswerImport(1, 0, 0), open=ASKED),
    "answer:roster.ask": own(ROSTER, open=ASKED, content=FILE),
    "tap:MoveImport": own(ROSTER, lambda ids: roster_files.MoveImport(1), open=IMPORT),
    "tap:SendSheet": own(ROSTER, lambda ids: doors.SendSheet(doors.Sheet.FILLED, 0)),
    "answer:roster.file": own(ROSTER, open=("roster.file", lambda ids: {}), content=FILE),
    "answer:roster.look": own(ROSTER, open=IMPORT, content=FILE),
    "answer:roster.since": own(ROSTER, open=("roster.since", IMPORT[1]), text="7月1日"),
    "tap:ShowGuests": Case(SIGN_IN_ALL, lambda ids: activities.ShowGuests(ids["activity"], 0)),
    "tap:SeatGuest": Case(SIGN_IN_ALL, lambda ids: activities.SeatGuest(ids["activity"], ids["guest"])),
    "tap:NewGuest": Case(SIGN_IN_ALL, lambda ids: activities.NewGuest(ids["activity"])),
    "answer:activity.guest": Case(
        SIGN_IN_ALL, open=("activity.guest", lambda ids: {"activity": ids["activity"], "field": "name"}), text="庚一"
    ),
    # votes
    "tap:ShowVotes": Case(SIGN_IN_ALL, lambda ids: doors.ShowVotes(ids["activity"], 0)),
    "tap:NewVote": Case(SIGN_IN_ALL, lambda ids: votes.NewVote(ids["activity"])),
    "tap:OpenVote": Case(SIGN_IN_ALL, lambda ids: votes.OpenVote(ids["vote"])),
    "tap:ChangeVote": Case(SIGN_IN_ALL, lambda ids: votes.ChangeVote(ids["vote"])),
    "tap:WithdrawVote": Case(SIGN_IN_ALL, lambda ids: votes.WithdrawVote(ids["vote"])),
    "tap:UndoVote": Case(SIGN_IN_ALL, lambda ids: votes.UndoVote(ids["vote"]), state=states.voted_by_me),
    "answer:votes.form": Case(
        SIGN_IN_ALL,
        open=("votes.form", lambda ids: {"act": "withdraw", "vote": ids["vote"], "field": "reason"}),
        text="票数有误",
    ),
    # talks
    # Who records none is told of the own ones.
    **dict.fromkeys(("command:talk", "word:谈话", "word:谈心谈话"), own(KNOWN)),
    # Whom one has typed one is asked about.
    "word:says_talk": own(RECORD_TALK, text="今天和甲九谈话", by=TYPED),
    "answer:talks.form": own(
        RECORD_TALK, open=("talks.form", lambda ids: {"field": "who"}), text="甲九", by=TYPED
    ),
    "answer:talks.withdraw": Case(
        RUN_TALKS, open=("talks.withdraw", lambda ids: {"field": "reason", "talk": ids["talk"], "seen": 0}), text="误记"
    ),
    "answer:talks.campaign": own(RUN_TALKS, open=("talks.campaign", lambda ids: {"field": "topic"}), text="谈心"),
    "tap:ShowTalks": own(SEE_TALKS, lambda ids: doors.ShowTalks()),
    "tap:ListTalks": own(RECORD_TALK, lambda ids: talks.ListTalks(2023, 0)),
    "tap:OpenTalk": Case(SEE_TALKS, lambda ids: talks.OpenTalk(ids["talk"])),
    "tap:ChangeTalk": Case(RUN_TALKS, lambda ids: talks.ChangeTalk(ids["talk"])),
    "tap:WithdrawTalk": Case(RUN_TALKS, lambda ids: talks.WithdrawTalk(ids["talk"])),
    "tap:UndoTalk": Case(RECORD_TALK, lambda ids: talks.UndoTalk(ids["talk"]), state=states.talked_by_me),
    "tap:ShowYear": own(SEE_TALKS, lambda ids: talks.ShowYear(2023)),
    "tap:ExportTalks": own(may("see_talks", "all"), lambda ids: talks.ExportTalks(2023)),
    "tap:OpenCampaign": Case(SEE_TALKS, lambda ids: talks.OpenCampaign(ids["talk_campaign"])),
    "tap:NewCampaign": own(RUN_TALKS, lambda ids: talks.NewCampaign()),
    "tap:ChangeCampaign": Case(RUN_TALKS, lambda ids: talks.ChangeCampaign(ids["talk_campaign"])),
    "tap:EndCampaign": Case(RUN_TALKS, lambda ids: talks.EndCampaign(ids["talk_campaign"], 1)),
    "tap:CancelCampaign": Case(RUN_TALKS, lambda ids: talks.CancelCampaign(ids["talk_campaign"], 1)),
    # dues
    **dict.fromkeys(("command:dues", "word:党费", "word:党费登记"), own(DUES)),
    "word:says_everybody": own(DUES, text="党费全部已交"),
    "tap:ShowDues": own(DUES, lambda ids: dues.ShowDues(THIS_MONTH, 0)),
    "tap:ShowTicked": own(DUES, lambda ids: dues.ShowTicked(THIS_MONTH, 0)),
    "tap:TickDues": Case(DUES, lambda ids: dues.TickDues(THIS_MONTH, ids["bound"], 0)),
    "tap:TickEverybody": own(DUES, lambda ids: dues.TickEverybody(THIS_MONTH, 1)),
    "tap:UntickDues": Case(DUES, lambda ids: dues.UntickDues(THIS_MONTH, ids["author"], 0)),
    # development
    "command:dev": own(ROSTER),
    "word:发展党员": own(ROSTER),
    "word:积极分子": own(ROSTER),
    "tap:ShowDevelopment": own(ROSTER, lambda ids: development.ShowDevelopment(0, 0)),
    "tap:EnterSomebody": own(ROSTER, lambda ids: development.EnterSomebody()),
    "tap:ExportDevelopment": own(ROSTER, lambda ids: development.ExportDevelopment()),
    "tap:OpenDevelopment": Case(ROSTER, lambda ids: doors.OpenDevelopment(ids["candidate"])),
    "tap:ChooseStep": Case(ROSTER, lambda ids: development.ChooseStep(ids["candidate"])),
    "tap:RecordStep": Case(
        ROSTER, lambda ids: development.RecordStep(ids["candidate"], DevelopmentStep.APPLICATION_TALK)
    ),
    "tap:ShowSteps": Case(ROSTER, lambda ids: development.ShowSteps(ids["candidate"], 0)),
    "tap:CorrectStep": Case(ROSTER, lambda ids: development.CorrectStep(ids["step"])),
    "tap:RemoveStep": Case(ROSTER, lambda ids: development.RemoveStep(ids["step"])),
    "tap:UndoDevelopment": Case(
        ROSTER, lambda ids: development.UndoDevelopment(ids["step"]), state=states.stepped_by_me
    ),
    "tap:RecordDecided": Case(ROSTER, lambda ids: doors.RecordDecided(ids["decided"]), state=states.has_passed),
    "tap:AcceptOnRoster": Case(ROSTER, lambda ids: doors.AcceptOnRoster(ids["guest"], 20230705)),
    "tap:TurnFull": Case(ROSTER, lambda ids: doors.TurnFull(ids["bound"], 20230705)),
    "answer:development.step": Case(ROSTER, open=UNSTEPPED, text="日期有误"),
    "answer:development.enter": own(ROSTER, open=("development.enter", lambda ids: {"field": "name"}), text="庚二"),
    # the care for data
    # Whose data it is may know who recorded them.
    "command:mydata": own(KNOWN, by=RECORDER),
    "word:我的数据": own(KNOWN, by=RECORDER),
    "command:care": own(CARE),
    "word:数据管理": own(CARE),
    "tap:ShowChanges": own(CARE, lambda ids: care.ShowChanges(0, 0, "")),
    "tap:NarrowChanges": own(CARE, lambda ids: care.NarrowChanges(care.By.DAY)),
    "answer:care.narrow": own(CARE, open=("care.narrow", lambda ids: {"by": "day"}), text="7月7日"),
    "tap:ShowRetention": own(WIPE, lambda ids: care.ShowRetention()),
    "tap:ChoosePeriod": own(WIPE, lambda ids: care.ChoosePeriod(Kept.DRAFTS)),
    "tap:SetPeriod": own(WIPE, lambda ids: care.SetPeriod(Kept.DRAFTS, 90, 1)),
    "tap:Sweep": own(WIPE, lambda ids: care.Sweep(1)),
    "tap:ShowWords": own(CARE, lambda ids: care.ShowWords()),
    "tap:AddWord": own(CARE, lambda ids: care.AddWord()),
    "answer:care.word": own(CARE, open=("care.word", lambda ids: {}), text="绝不"),
    "tap:RemoveWord": Case(CARE, lambda ids: care.RemoveWord(ids["word"])),
    "tap:EraseWhom": own(WIPE, lambda ids: care.EraseWhom(0)),
    "answer:care.whom": own(WIPE, open=("care.whom", lambda ids: {})),
    "tap:ErasePerson": Case(WIPE, lambda ids: care.ErasePerson(ids["bound"])),
    "tap:EraseGo": Case(WIPE, lambda ids: care.EraseGo(1), open=ERASE),
    "answer:care.erase": own(WIPE, open=ERASE, text="是"),
    "tap:ConfirmPhotos": Case(OWN, lambda ids: photos.ConfirmPhotos(1), open=HELD),
    "tap:TakeAs": Case(OWN, lambda ids: handing_in.TakeAs(1, "makeup", ids["held"]), open=OFFERED),
    "tap:NotHandedIn": own(KNOWN, lambda ids: handing_in.NotHandedIn(1), open=OFFERED),
    "tap:DropPhotos": own(KNOWN, lambda ids: photos.DropPhotos(1), open=HELD),
    # the secretary alone
    "command:handover": own(HAND_OVER),
    "word:移交书记职务": own(HAND_OVER),
    "word:办理交接": own(HAND_OVER),
    "tap:ChooseSuccessor": own(HAND_OVER, lambda ids: offices.ChooseSuccessor(0)),
    "tap:HandOver": Case(HAND_OVER, lambda ids: offices.HandOver(ids["bound"], 1)),
    # The operator's account alone, whoever it belongs to: tests/watch/test_parked.py
    "tap:TakeUpAgain": own(NOBODY, lambda ids: parked.TakeUpAgain(1)),
    # who leads a party group
    "command:group": own(LEADERS),
    "word:本组": own(LEADERS),
    "command:approve": own(LEAVE),
    "word:审批请假": own(LEAVE),
    "command:group_meeting": own(GROUP_MEETINGS),
    "word:建党小组会": own(GROUP_MEETINGS),
    # who has two places
    "command:switch": own(OWN, state=states.two_places),
    "word:切换支部": own(OWN, state=states.two_places),
    "tap:SwitchTo": Case(OWN, lambda ids: offices.SwitchTo(ids.branch_id)),
    # a link that is good, in the hands of whoever has no account, or of the branch
    "start:i_": own(frozenset({"stranger"}), text="i_", state=states.invited, leaves=NOTED),
    "start:s_": own(frozenset({"stranger", "secretary"}), text="s_", state=states.seat_is_free, leaves=NOTED),
    "start:g_": Case(OWN, text="g_", group=True, state=states.to_tie, leaves=NOTED),
    # oneself, the menu, what Telegram reports
    **{
        f"word:{word}": own(OWN)
        for word in (
            "签到", "到", "收到", "请假", "公差", "病假", "事假", "补学", "补课", "撤销", "学完了", "交心得", "心得",
            "已阅", "我的待办", "我欠什么",
        )
    },
    **{f"word:{word}": own(KNOWN) for word in ("我的学习", "我的记录", "我的", "帮助", "怎么用", "更多")},
    **{f"command:{name}": own(OWN) for name in ("signin", "leave", "submit", "mine", "makeup")},
    **{f"command:{name}": own(KNOWN) for name in ("study", "me", "help", "more")},
    "tap:OpenSection": own(KNOWN, lambda ids: menu.OpenSection(0)),
    "tap:Open": own(OWN, lambda ids: doors.Open("leave")),
    "tap:Look": own(KNOWN, lambda ids: doors.Look("me")),
    "tap:CancelQuestion": own(
        KNOWN_HERE,
        lambda ids: asking.CancelQuestion(1),
        open=("activity.makeup", lambda ids: {"activity": ids["held"]}),
    ),
    "start:": own(EVERYBODY),
    "service:contact": own(KNOWN, facts={"contact": (0, "13800000000")}),
    "service:my_chat_member": own(KNOWN, facts={"status": "kicked"}),
    "service:migrated": own(EVERYBODY, group=True, facts={"migrate_to": -6001}),
    **{
        f"card:{kind}": Case(DRAWN)
        for kind in (
            "activity", "notice", "reflection_task", "reflection", "reflection_review", "reminder", "progress.notice",
            "progress.theme", "progress.study_item", "progress.reminder", "progress.reflection_task", "progress.exam",
            handing_in.OFFER,
        )
    },
}  # fmt: skip

# What else goes by a handler of the table.
FURTHER: list[tuple[str, Case]] = [
    # 接收预备党员, of somebody new and of somebody who is known
    ("tap:Change", own(ROSTER, lambda ids: roster.Change(0, roster.Kind.ACCEPT))),
    ("tap:Change", Case(ROSTER, lambda ids: roster.Change(ids["guest"], roster.Kind.ACCEPT))),
    ("answer:roster.change", own(ROSTER, open=ACCEPT, text="丁九")),
    ("tap:Pick", own(ROSTER, lambda ids: roster.Pick(1, 2, 0), open=ACCEPTED)),
    # whatever is the author's alone in the table: each has it of the own row
    *(
        (name, Case(OWN, case.make, case.open, case.text, state=states.mine))
        for name, case in TABLE.items()
        if case.may == AUTHOR and not case.own
    ),
    # the other forms
    ("tap:Fill", own(NOTICE, lambda ids: Fill("n", 1, "go", "send"), open=PLAIN, effect=NOTICE_SENT)),
    ("tap:Fill", Case(TASK, lambda ids: Fill("r", 1, "go", "publish"), open=TASKS, effect=TASK_MADE)),
    (
        "tap:Fill",
        Case(
            NOTICE,
            lambda ids: Fill("b", 1, "go", "send"),
            open=CORRECTION,
            state=states.sending,
            effect=rows("notice audit dialog"),
        ),
    ),
    (
        "tap:Fill",
        Case(MAKE_THIS_ACTIVITY, lambda ids: Fill("p", 1, "go", "postpone"), open=POSTPONE, effect=POSTPONED),
    ),
    (
        "tap:Fill",
        Case(
            MAKE_THIS_ACTIVITY,
            lambda ids: Fill("ac", 1, "go", "save"),
            open=changing("ahead"),
            effect=rows("activity audit dialog"),
        ),
    ),
    (
        "tap:Fill",
        Case(STUDY, lambda ids: Fill("si", 1, "go", "save"), open=ITEM, effect=rows("study_item audit dialog")),
    ),
    (
        "tap:Fill",
        own(
            KEEP_ALL,
            lambda ids: Fill("e", 1, "go", "save"),
            open=ENTRY,
            effect=rows("entry entry_value entry_state audit dialog"),
        ),
    ),
    (
        "tap:Fill",
        own(
            KEEP_ALL,
            lambda ids: Fill("eq", 1, "go", "some"),
            open=PASTED,
            effect=rows("entry entry_day entry_value entry_state audit dialog"),
        ),
    ),
    ("tap:Fill", own(KEEP_ALL, lambda ids: Fill("eq", 1, "which", "0"), open=MEANT, effect=ASKS)),
    (
        "tap:Fill",
        own(
            BRANCH_SETTINGS,
            lambda ids: Fill("st", 1, "go", "save"),
            open=OTHER_MINUTES,
            effect=rows("organisation audit dialog"),
        ),
    ),
    (
        "tap:Fill",
        Case(SIGN_IN_ALL, lambda ids: Fill("v", 1, "go", "save"), open=UNVOTED, effect=rows("vote audit dialog")),
    ),
    *(
        (
            "tap:Fill",
            Case(
                CLOSE,
                lambda ids, code=code: Fill(code, 1, "go", "save"),
                open=(name, lambda ids, draft=draft, more=more: {**draft(ids), **more, "field": "confirm"}),
                state=state,
                effect=rows(f"correction figure_version audit dialog {tables}"),
            ),
        )
        for code, (name, draft), more, state, tables in (
            ("qr", FIXED_ROLL, {"why": "补交签到照片"}, states.held_before_the_close, "attendance admission"),
            ("qs", FIXED_SCORE, {"score": "9100", "why": "核对试卷"}, states.sat_before_the_close, "exam_attempt"),
            ("qa", ADMITTED, {"why": "补交"}, states.talked_before_the_close, "admission"),
        )
    ),
    ("tap:Fill", own(OWN, lambda ids: Fill("w", 1, "go", "save"), open=AWAY, effect=rows("away_span audit dialog"))),
    (
        "tap:Fill",
        Case(
            ROSTER,
            lambda ids: Fill("d", 1, "go", "save"),
            open=REMOVED,
            effect=rows("development_event audit dialog"),
        ),
    ),
    (
        "tap:Fill",
        own(
            ROSTER,
            lambda ids: Fill("dn", 1, "go", "save"),
            open=APPLIED,
            effect=rows("development_event person audit dialog"),
        ),
    ),
    ("tap:Fill", Case(ROSTER, lambda ids: Fill("c", 1, "value", str(ids["group"])), open=CHANGE, effect=ASKS)),
    # the second question before an erasure; a stranger's own number; a code that nobody made
    ("tap:EraseGo", Case(WIPE, lambda ids: care.EraseGo(1), open=ERASE_AGAIN, effect=rows("person audit dialog"))),
    *(
        (f"start:{prefix}", own(NOBODY, text=f"{prefix}guess", group=prefix == "g_", leaves=NOTED))
        for prefix in ("i_", "s_", "g_")
    ),
]
# A number that the roster has, of somebody with an account.
ASKING = Case(
    frozenset({"stranger"}),
    facts={"contact": (states.OWN_ACCOUNT, "13800000000")},
    state=states.nobody_asked,
    effect=rows("bind_request audit", tells=True),
)
