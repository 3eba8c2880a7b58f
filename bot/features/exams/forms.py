"""新建考试, 修改考试, 取消考试: what is asked, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from unicodedata import normalize

from sqlalchemy.orm import Session

from bot.features.exams import buttons, cards, making, messages, rules, service
from bot.features.exams.making import Plan
from bot.features.exams.spans import minutes_of, whole_of
from bot.features.question_bank import service as bank
from bot.features.question_bank.rules import numbers
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.broadcasts import preview
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import before_cut_off
from bot.kit.doors import OpenBank
from bot.kit.form_fields import Action, Doubt, Field, Values
from bot.kit.forms import Form
from bot.kit.glossary.choices import EXAM_MODES
from bot.kit.handlers import Call
from bot.kit.quiet_hours import open_now
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To
from bot.kit.words import day_words
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import at
from scheduler.calendar.store import calendar_of
from storage.choices import ExamMode
from storage.models.exam import Exam

KEEP, DRAWN = "keep", "n"
AGAIN = "新建考试"
_MINUTES = {"30": "30分钟", "60": "60分钟", "90": "90分钟", "0": "不限时间"}
_PAST_DAY = "考试日期不能早于今天，请重新选择。"
_NO_BANK = "题库中还没有题目，请先点“题库”添加，或选择“线下或其他平台”。"


def _in_chat(values: Values) -> bool:
    return values.get("mode") == ExamMode.IN_CHAT.value


# --- the questions ---------------------------------------------------------------------------------------------------


def _titles(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [("纪法知识测试", "纪法知识测试"), ("党的知识测试", "党的知识测试")]


def _days(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    days = [call.today + timedelta(days=after) for after in (0, 1, 2, 3)]
    return [(day.isoformat(), day_words(day)) for day in days]


def _how_many(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    there = bank.many(session, call.me.branch_id)
    offered = [(f"{DRAWN}{many}", f"抽{many}题") for many in (10, 20, 30, 50) if many < there]
    kept = [(KEEP, "试题不变")] if values.get("exam") else []
    whole = [(f"{DRAWN}{there}", f"全部{there}题")] if 0 < there <= rules.MOST_QUESTIONS else []
    return [*kept, *offered, *whole]


def _read_questions(session: Session, call: Call, said: str) -> Values:
    """20题 are drawn; 1-20 are picked."""
    text, there = normalize("NFKC", said).strip(), bank.listed(session, call.me.branch_id)
    if not there:
        raise Refusal(_NO_BANK)
    alone = whole_of(text.removeprefix("抽"), "道题", "个题", "题", "道")
    if alone is not None:
        if not 0 < alone <= min(len(there), rules.MOST_QUESTIONS):
            raise Refusal(f"题库中有{len(there)}题，请重新发送题数。")
        return {"questions": f"{DRAWN}{alone}"}
    picked, known = numbers(text), {one.number for one in there}
    if picked is None:
        raise Refusal("没有看懂，请发送题数或题号，例如：20题，或1-20。")
    missing = [number for number in picked if number not in known]
    if missing:
        raise Refusal(f"题库中没有第{missing[0]}题，请重新发送题号。")
    return {"questions": ",".join(map(str, picked))}


def _accepts_questions(call: Call, value: str) -> bool:
    return value.startswith(DRAWN) and value[1:].isdecimal() and len(value) < 5


def _number(
    key: str, ask: str, most: int, label: str, offered: dict[str, str], *, in_chat: bool = False, later: bool = False
) -> Field:
    """A whole number; one of the buttons, or typed."""

    def read(session: Session, call: Call, said: str) -> Values:
        found = minutes_of(said) if in_chat else whole_of(said, "分")
        if found is None or not 0 < found <= most:
            raise Refusal(f"请发送1至{most}的整数作为{label}。")
        return {key: str(found)}

    return Field(
        key,
        ask,
        label,
        options=questions.fixed(offered),
        read=read,
        when=_in_chat if in_chat else lambda values: True,
        later=later,
        what=label,
        longest=12,
    )


def _start() -> Field:
    asked = questions.clock(
        "start", "请选择开始时间，或直接发送，例如：9:00。", offered=("09:00", "14:30"), label="开始"
    )
    doubts = asked.doubts

    def also(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        return [*doubts(session, call, values), _quiet(session, call, values)]

    return replace(asked, doubts=also, when=_in_chat)


def _quiet(session: Session, call: Call, values: Values) -> Doubt | None:
    """The start tells everybody, so that one outside the speaking hours is asked about."""
    day, clock = date.fromisoformat(values["on"]), time.fromisoformat(values["start"])
    if open_now(at(day, clock, call.tz), call.tz, calendar_of(session, call.me.branch_id)):
        return None
    ask = f"{day_words(day)}{clock:%H:%M}不在通知时间（工作日8:30至20:30），确认在这个时间开始并通知吗？"
    return Doubt(ask, [(values["start"], f"确认{clock:%H:%M}")], again="重选时间")


def _fields() -> Sequence[Field]:
    end = questions.clock(
        "end", "请选择结束时间，或直接发送，例如：18:00。", offered=("12:00", "18:00", "20:00"), label="结束"
    )
    last = questions.day("end_on", "请选择结束日期，或直接发送，例如：8月31日。", label="结束日期", options=_days)
    score = {"60": "60分", "80": "80分", "90": "90分"}
    return (
        questions.text(
            "title", "请发送考试名称，或点按钮选择。", "考试名称", making.LONGEST_TITLE, label="名称", options=_titles
        ),
        Field("mode", "请选择考试方式。", "方式", options=questions.fixed(EXAM_MODES), one_a_row=True),
        questions.day(
            "on", "请选择考试日期，或直接发送，例如：8月30日。", example="8月30日", label="日期", options=_days
        ),
        Field(
            "questions",
            "请选择题数，从题库中随机抽取；也可以直接发送题号，例如：1-20。",
            "试题",
            options=_how_many,
            read=_read_questions,
            accepts=_accepts_questions,
            when=_in_chat,
            below=lambda session, call, values: (Choice("题库", OpenBank()),),
            needed=_NO_BANK,
            what="题号",
            longest=200,
        ),
        _number(
            "minutes", "请选择答题时间，或直接发送分钟数。", rules.MOST_MINUTES, "答题时间", _MINUTES, in_chat=True
        ),
        _start(),
        replace(end, when=_in_chat),
        replace(last, when=_in_chat, later=True),
        _number("pass", "请选择合格分，或直接发送。", rules.MOST_SCORE, "合格分", score),
        _number("full", "请选择满分，或直接发送。", rules.MOST_SCORE, "满分", {"100": "100分"}, later=True),
        Field("closed", "请选择闭卷或开卷。", "闭卷", options=questions.fixed({1: "闭卷", 0: "开卷"}), later=True),
        Field(
            "shows",
            "交卷后是否告知本人成绩？",
            "告知成绩",
            options=questions.fixed({1: "告知成绩", 0: "不告知成绩"}),
            later=True,
            when=_in_chat,
        ),
        replace(
            questions.text("reason", "请发送修改的原因。", "原因", making.LONGEST_REASON, label="原因"),
            when=lambda values: bool(values.get("exam")),
        ),
    )  # fmt: skip


# --- what it comes to ------------------------------------------------------------------------------------------------


def plan_of(call: Call, values: Values) -> Plan:
    """What is filled in; of what was left out the usual."""
    day, here = date.fromisoformat(values["on"]), _in_chat(values)
    last = date.fromisoformat(values["end_on"]) if values.get("end_on") else day
    return Plan(
        title=values["title"],
        held_on=day,
        mode=ExamMode(values["mode"]),
        closed_book=values.get("closed", "1") == "1",
        full_score=int(values.get("full") or 100) * 100,
        pass_score=int(values["pass"]) * 100,
        minutes=int(values.get("minutes") or 0) or None,
        opens_at=_instant(call, day, values["start"]) if here else None,
        closes_at=_instant(call, last, values["end"]) if here else None,
        shows_score=values.get("shows", "1") == "1",
        questions=_questions(values.get("questions") or KEEP),
    )


def _instant(call: Call, day: date, clock: str) -> datetime:
    return at(day, time.fromisoformat(clock), call.tz)


def _questions(said: str) -> int | Sequence[int]:
    if said == KEEP:
        return 0
    return int(said[1:]) if said.startswith(DRAWN) else [int(one) for one in said.split(",")]


def _row(call: Call, values: Values) -> Exam:
    """The test as it would be, in no database."""
    plan = plan_of(call, values)
    return Exam(
        id=0,
        title=plan.title,
        held_on=plan.held_on,
        mode=plan.mode,
        closed_book=plan.closed_book,
        minutes=plan.minutes if plan.in_chat else None,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        full_score=plan.full_score,
        pass_score=plan.pass_score,
    )


def _asked_for(values: Values) -> str:
    said = values.get("questions") or KEEP
    if said == KEEP:
        return "不变"
    return f"随机抽取{said[1:]}题" if said.startswith(DRAWN) else f"指定的{len(said.split(','))}题"


def _summary(session: Session, call: Call, values: Values) -> str:
    head = f"【{'修改考试' if values.get('exam') else AGAIN}】{values.get('title', '')}"
    needed = ["title", "mode", "on", "pass", *(["start", "end"] if _in_chat(values) else [])]
    if all(values.get(name) for name in needed):
        hidden = ["交卷后不告知成绩"] if values.get("shows") == "0" else []
        return "\n".join([head, *messages.about(_row(call, values), _asked_for(values), call.tz), *hidden])
    day = [f"日期：{day_words(date.fromisoformat(values['on']))}"] if values.get("on") else []
    mode = [f"方式：{EXAM_MODES[ExamMode(values['mode'])]}"] if values.get("mode") else []
    return "\n".join([head, *mode, *day])


def _check(session: Session, call: Call, values: Values) -> None:
    needed = ["title", "mode", "on", "pass", *(["start", "end"] if _in_chat(values) else [])]
    if _in_chat(values) and not values.get("exam") and not bank.many(session, call.me.branch_id):
        raise Refusal(_NO_BANK)
    if values.get("on") and not values.get("exam"):
        _check_day(session, call, values)
    if all(values.get(name) for name in needed):
        stands = service.find(session, call.me, int(values["exam"])) if values.get("exam") else None
        making.check(session, call.me, plan_of(call, values), call.now, call.tz, stands)


def _check_day(session: Session, call: Call, values: Values) -> None:
    """As soon as the day and each hour is given: what makes a new test impossible, in the order of the questions."""
    day, last = date.fromisoformat(values["on"]), values.get("end_on") or values["on"]
    before_cut_off(call.now, cut_off_of(session, call.me.branch_id, day, call.tz))
    if not _in_chat(values):
        return
    if day < call.today:
        raise Refusal(_PAST_DAY)
    if not values.get("start") or not values.get("end"):
        return
    closes = _instant(call, date.fromisoformat(last), values["end"])
    if closes <= call.now:
        raise Refusal(making.ENDED)
    if closes <= _instant(call, day, values["start"]):
        raise Refusal(making.BACKWARDS)


def _confirm(session: Session, call: Call, values: Values) -> str:
    if values.get("exam"):
        return "核对无误请点“确认修改”。"
    if _in_chat(values):
        return "核对无误请点“发布”，考试开始时通知应参加的同志。"
    return "核对无误请点“保存”，考试后登记成绩。"


def _label(session: Session, call: Call, values: Values) -> str:
    return "确认修改" if values.get("exam") else "发布" if _in_chat(values) else "保存"


def _save(session: Session, call: Call, values: Values) -> Reply:
    plan = plan_of(call, values)
    if values.get("exam"):
        row = making.change(session, call.me, int(values["exam"]), plan, values["reason"], call.now, call.tz)
        done = "已修改考试。"
    else:
        row = making.make(session, call.me, plan, call.now, call.tz)
        done = "已发布考试。" if plan.in_chat else "已保存考试。"
    return Reply(toast=done, edit=Message(f"{row.title}\n{done}"), here=[cards.of(session, call, row)])


def _preview(session: Session, call: Call, values: Values) -> Reply:
    """预览: what everybody is told at the beginning."""
    shown = messages.announced(_row(call, values), call.tz)
    return Reply(toast="预览已发给您本人。", here=[preview(shown)])


FORM = Form(
    name="exams.form",
    code="xm",
    again=AGAIN,
    fields=_fields(),
    summary=_summary,
    confirm=_confirm,
    actions=(
        Action("preview", lambda session, call, values: "预览" if _in_chat(values) else "", _preview, closes=False),
        Action("save", _label, _save),
    ),
    right=Right.MAKE_EXAM,
    called="这次考试的内容",
    check=_check,
)


def change(session: Session, call: Call, button: buttons.ChangeExam) -> Reply:
    """The form with all that stands, and why it is changed."""
    exam = service.find(session, call.me, button.exam_id)
    service.must_be_open(session, exam, call.now, call.tz)
    return Reply(here=[FORM.filled(session, call, exam=exam.id, **_as_answers(exam, call))])


def _as_answers(exam: Exam, call: Call) -> dict[str, str]:
    said = {
        "title": exam.title,
        "mode": exam.mode.value,
        "on": exam.held_on.isoformat(),
        "pass": str(exam.pass_score // 100),
        "full": str(exam.full_score // 100),
        "closed": str(int(exam.closed_book)),
        "shows": str(int(exam.shows_score)),
        "minutes": str(exam.minutes or 0),
        "questions": KEEP,
    }
    if exam.opens_at is not None and exam.closes_at is not None:
        opens, closes = exam.opens_at.astimezone(call.tz), exam.closes_at.astimezone(call.tz)
        said |= {"start": f"{opens:%H:%M}", "end": f"{closes:%H:%M}", "end_on": closes.date().isoformat()}
    return said


# --- calling it off --------------------------------------------------------------------------------------------------


def _off_summary(session: Session, call: Call, values: Values) -> str:
    exam = service.find(session, call.me, int(values["exam"]))
    return "\n".join([f"【取消考试】{exam.title}", *([f"原因：{values['reason']}"] if values.get("reason") else [])])


def _off(session: Session, call: Call, values: Values) -> Reply:
    exam, people = making.call_off(session, call.me, int(values["exam"]), values["reason"], call.now, call.tz)
    told = [
        To(
            messages.called_off(exam),
            person_id=person,
            key=f"exam_off:{exam.id}:{person}",
            batch=batch_of("exam_off", exam.id),
        )
        for person in people
        if person != call.me.id
    ]
    return Reply(toast="已取消考试。", edit=Message(f"{exam.title}\n已取消考试。"), others=told)


CALL_OFF = Form(
    name="exams.call_off",
    code="xo",
    again="考试",
    fields=(questions.text("reason", "请发送取消考试的原因。", "原因", making.LONGEST_REASON, label="原因"),),
    summary=_off_summary,
    confirm="确认取消这次考试吗？已开始的，将通知有关同志。",
    actions=(Action("off", "取消考试", _off),),
    right=Right.MAKE_EXAM,
    called="这次考试",
    leave="保留考试",
    dropped="考试没有取消。",
)


def call_off(session: Session, call: Call, button: buttons.CallOffExam) -> Reply:
    exam = service.find(session, call.me, button.exam_id)
    service.must_be_open(session, exam, call.now, call.tz)
    return Reply(here=[CALL_OFF.open(session, call, exam=exam.id)])
