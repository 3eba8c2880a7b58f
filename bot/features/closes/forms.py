"""更正考勤, 更正成绩, 补计: what is asked of a correction, with what stands there and what is to stand there."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.activities.service import roll
from bot.features.closes import corrections, late, messages
from bot.features.closes.about import NOTHING, of_each
from bot.features.exams import service as exams
from bot.features.exams.rules import score_of, score_words
from bot.features.tally.periods import opened_quarter
from bot.features.tally.service import counting
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.activities import find_activity
from bot.kit.figures import Figures
from bot.kit.form_fields import Action, Field, Options, Values
from bot.kit.forms import Form
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_TYPES
from bot.kit.handlers import Call
from bot.kit.lists import label
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from bot.kit.words import short_day
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import AttendanceStatus, LeaveType
from storage.lookups import names_of
from storage.models.close import Correction
from storage.models.exam import Exam, ExamAttempt

CONFIRM = "更正后生成新的一版。核对无误请点“确认更正”。"
_STATES = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ONLINE, AttendanceStatus.ABSENT)
# What a person may have been, by what travels in the button.
ROLL = {**{str(one): ATTENDANCE[one] for one in _STATES}, **{str(one): word for one, word in LEAVE_TYPES.items()}}


def quarter_of(code: str, call: Call) -> Quarter:
    """The quarter of a button or a form; refuses what is none."""
    return opened_quarter(code, call.today, messages.NO_QUARTER)


def why() -> Field:
    return questions.text("why", "请发送更正的理由。", "理由", corrections.LONGEST_WHY, label="理由")


def _form(
    name: str, code: str, fields: Sequence[Field], summary: Callable[[Session, Call, Values], list[str]], save: Action
) -> Form:
    def whole(session: Session, call: Call, values: Values) -> str:
        reason = [f"理由：{values['why']}"] if values.get("why") else []
        head = messages.word(quarter_of(str(values["period"]), call))
        return "\n".join([f"【更正】{head}", *summary(session, call, values), *reason])

    return Form(
        name=name,
        code=code,
        again=messages.FIX,
        fields=(*fields, why()),
        summary=whole,
        confirm=CONFIRM,
        actions=(save,),
        right=Right.CLOSE,
        called="这次更正",
        dropped="已取消填写：更正。",
    )


def done(session: Session, call: Call, values: Values, row: Correction) -> Reply:
    who = names_of(session, [row.person_id]).get(row.person_id, "") if row.person_id is not None else ""
    about = of_each(session, call.me.branch_id, [row], call.tz).get(row.id, NOTHING)
    return Reply(toast="已更正。", edit=messages.done(quarter_of(str(values["period"]), call), row, who, about))


# --- who came --------------------------------------------------------------------------------------------------------


def _held(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    period = Period.of(quarter_of(str(values["period"]), call))
    found = counting(session, call.me.branch_id, period, call.now, call.tz).of(HELD)
    return [(str(one.id), label(f"{short_day(one.day)}{one.title}")) for one in found]


def _people(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    """Who was expected, each with what stands of them."""
    activity = find_activity(session, call.me, int(values["activity"]))
    people = roll(session, activity, call.tz).expected
    names = names_of(session, people)
    return [(str(one), names[one]) for one in people]


def _of_roll(session: Session, call: Call, values: Values) -> list[str]:
    if not values.get("activity"):
        return []
    activity = find_activity(session, call.me, int(values["activity"]))
    lines = [f"活动：{activity.title}（{short_day(activity.start_at.astimezone(call.tz).date())}）"]
    if values.get("person"):
        person = int(values["person"])
        name = names_of(session, [person]).get(person, "")
        stands = messages.state(corrections.stated(session, activity.id, person))
        new = f"，现“{ROLL[str(values['new'])]}”" if values.get("new") else ""
        lines.append(f"{name}同志：原“{stands}”{new}")
    return lines


def roll_form(figures: Figures) -> Form:
    def save(session: Session, call: Call, values: Values) -> Reply:
        said = str(values["new"])
        new = LeaveType(said) if said in set(LeaveType) else AttendanceStatus(said)
        row = corrections.corrected_roll(
            session,
            call.me,
            int(values["activity"]),
            int(values["person"]),
            new,
            str(values["why"]),
            figures,
            call.now,
            call.tz,
        )
        return done(session, call, values, row)

    of_roll: Options = questions.fixed(ROLL)
    fields = (
        Field("activity", "请选择活动。", "活动", options=_held, one_a_row=True, then=lambda *_: {"person": None}),
        Field("person", "请选择要更正哪位同志的考勤。", "姓名", options=_people),
        Field("new", "更正为哪一种？", "考勤", options=of_roll),
    )
    return _form("closes.roll", "qr", fields, _of_roll, Action("save", "确认更正", save))


# --- a score ---------------------------------------------------------------------------------------------------------


def _scored(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    period = Period.of(quarter_of(str(values["period"]), call))
    query = (
        select(ExamAttempt, Exam.title)
        .join(Exam, Exam.id == ExamAttempt.exam_id)
        .where(Exam.branch_id == call.me.branch_id, Exam.withdrawn_at.is_(None))
        .where(Exam.held_on.between(period.start, period.end), ExamAttempt.withdrawn_at.is_(None))
        .where(ExamAttempt.score.is_not(None), ExamAttempt.person_id.is_not(None))
        .order_by(Exam.held_on, ExamAttempt.exam_id, ExamAttempt.id)
    )
    found = [(row, title) for row, title in session.execute(query)]
    names = names_of(session, [row.person_id or 0 for row, _ in found])
    return [
        (str(row.id), label(f"{names.get(row.person_id or 0, '')}{score_words(row.score or 0)}（{title}）"))
        for row, title in found
    ]


def _read_score(session: Session, call: Call, said: str) -> Values:
    score = score_of(said)
    if score is None:
        raise Refusal("成绩请发送数字，例如：95。")
    return {"score": str(score)}


def _of_score(session: Session, call: Call, values: Values) -> list[str]:
    row = session.get(ExamAttempt, int(values["attempt"])) if values.get("attempt") else None
    if row is None:
        return []
    exam = exams.find(session, call.me, row.exam_id)
    name = names_of(session, [row.person_id or 0]).get(row.person_id or 0, "")
    new = f"，现“{score_words(int(values['score']))}”" if values.get("score") else ""
    return [f"考试：{exam.title}", f"{name}同志：原“{score_words(row.score or 0)}”{new}"]


def score_form(figures: Figures) -> Form:
    def save(session: Session, call: Call, values: Values) -> Reply:
        attempt, score = int(values["attempt"]), int(values["score"])
        row = corrections.corrected_score(
            session, call.me, attempt, score, str(values["why"]), figures, call.now, call.tz
        )
        return done(session, call, values, row)

    fields = (
        Field("attempt", "请选择要更正谁的成绩。", "姓名", options=_scored, one_a_row=True),
        Field("score", "请发送更正后的成绩，例如：95。", "成绩", read=_read_score, what="成绩", longest=8),
    )
    return _form("closes.score", "qs", fields, _of_score, Action("save", "确认更正", save))


# --- what came too late ----------------------------------------------------------------------------------------------


def _of_late(session: Session, call: Call, values: Values) -> list[str]:
    quarter = quarter_of(str(values["period"]), call)
    keys = str(values["key"]).split()
    found = late.find(session, call.me.branch_id, quarter, keys, call.tz)
    if not keys or len(found) < len(keys):
        raise Refusal(corrections.GONE)
    return messages.to_admit(found)


def admit_form(figures: Figures) -> Form:
    def save(session: Session, call: Call, values: Values) -> Reply:
        quarter = quarter_of(str(values["period"]), call)
        keys, why = str(values["key"]).split(), str(values["why"])
        rows = corrections.admit(session, call.me, quarter, keys, why, figures, call.now, call.tz)
        if len(rows) == 1:
            return done(session, call, values, rows[0])
        return Reply(toast="已更正。", edit=messages.done_together(quarter, rows))

    return _form("closes.admit", "qa", (), _of_late, Action("save", "确认更正", save))
