"""What makers and who reads scores tap: a test, who is missing, scores brought in and changed, making up."""

import re

from sqlalchemy.orm import Session

from bot.features.exams import buttons, cards, forms, ledger, messages, rules, score_lines, scores, service
from bot.kit import dialog as dialogs
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.asking import question
from bot.kit.form_fields import Action, Field, Values
from bot.kit.forms import Form
from bot.kit.handlers import Answer, Call, Handler, Tap
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Document, Message, Noted, Pages, Reply, To, say
from bot.kit.words import cut, moment_words
from storage.lookups import names_of
from storage.models.dialog import Dialog
from storage.roster import roster

STEP = "exams.scores"
_EVERYBODY = "all"
# D13: a formal score counts and no other beside it, so that who failed makes nothing up.
_FAILED = "不合格的同志以正考成绩为准，可在“考试”中自行重考，不计入统计。"
_OLD = "这份成绩已失效，请重新点“登记成绩”。"
_SAVE = "核对无误请点“保存”，如有错误请重新发送。"


def open_exam(session: Session, call: Call, button: buttons.OpenExam) -> Reply:
    return Reply(here=[cards.of(session, call, service.find(session, call.me, button.exam_id))])


def make(session: Session, call: Call, button: buttons.MakeExam) -> Reply:
    return forms.FORM.start(session, call)


def not_sat(session: Session, call: Call, button: buttons.NotSat) -> Reply:
    """Names without scores, in private."""
    exam = service.find(session, call.me, button.exam_id)
    counted = service.counted(session, exam)
    names = names_of(session, counted.not_sat)
    listed, absent = [[names[person] for person in people] for people in (counted.not_sat, counted.absent)]
    return say(*messages.not_sat(exam, listed, absent))


def sheet(session: Session, call: Call, button: buttons.ScoreSheet) -> Reply:
    exam = service.find(session, call.me, button.exam_id)
    name = f"{exam.title}{ledger.NAME}.xlsx"
    noted = Noted("export", "exam", exam.id, call.me)
    return Reply(
        here=[Document(name, ledger.table(session, exam), caption=f"{cut(exam.title, 100)}{ledger.NAME}。")],
        noted=[noted],
    )


# --- scores that are brought -----------------------------------------------------------------------------------------


def ask_scores(session: Session, call: Call, button: buttons.EnterScores) -> Reply:
    exam = scores.may_enter(session, call.me, button.exam_id, call.now, call.tz)
    dialog = dialogs.ask(session, call.me, STEP, call.now, exam=exam.id)
    asked = f"【登记成绩】{exam.title}\n{score_lines.HOW}\n也可以发送有“姓名”“成绩”两栏的表格。"
    return Reply(here=[question(dialog, asked)])


def take_scores(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Lines or a table: shown as they were read, and nothing is written yet."""
    exam = scores.may_enter(session, call.me, int(dialog.draft["exam"]), call.now, call.tz)
    if call.files and not isinstance(call.content, list):
        raise Refusal(f"请发送文字或表格。{score_lines.HOW}")
    lines = call.content if isinstance(call.content, list) else score_lines.of_text(call.text)
    found = scores.look(session, exam, lines)
    dialogs.move(dialog, STEP, call.now, given=[one.to_json() for one in found])
    dialog.id += 1
    members = {one.id for one in roster(session, exam.branch_id, exam.held_on)}
    *before, last = Pages().add(messages.given(exam, found, members)).texts
    save = [[Choice("保存", buttons.SaveScores(dialog.id))]]
    return say(*before, question(dialog, f"{last}\n{_SAVE}", save))


def save_scores(session: Session, call: Call, button: buttons.SaveScores) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, _OLD, STEP, needs="given")
    given = score_lines.from_json(dialog.draft["given"])
    exam_id = int(dialog.draft["exam"])
    dialogs.close(session, call.me.id)
    rows = scores.enter(session, call.me, exam_id, given, call.now, call.tz)
    exam, scored = service.find(session, call.me, exam_id), sum(one.score is not None for one in rows)
    return Reply(
        toast="已登记成绩。", edit=messages.entered(exam, scored, len(rows) - scored, service.counted(session, exam))
    )


# --- a score changed -------------------------------------------------------------------------------------------------


def _scored(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    exam = service.find(session, call.me, int(values["exam"]))
    rows = scores.scored(session, exam)
    names = names_of(session, [one.person_id or 0 for one in rows])
    return [
        (str(one.id), f"{names.get(one.person_id or 0, one.outsider)}{rules.score_words(one.score or 0)}")
        for one in rows
    ]


def _read_score(session: Session, call: Call, said: str) -> Values:
    score = rules.score_of(said)
    if score is None:
        raise Refusal("成绩请发送数字，例如：95。")
    return {"score": str(score)}


def _score_summary(session: Session, call: Call, values: Values) -> str:
    exam = service.find(session, call.me, int(values["exam"]))
    who = dict(_scored(session, call, values)).get(str(values.get("attempt", "")), "")
    to = f"→{rules.score_words(int(values['score']))}" if values.get("score") else ""
    reason = [f"原因：{values['reason']}"] if values.get("reason") else []
    return "\n".join([f"【修改成绩】{exam.title}", *([f"{who}{to}"] if who else []), *reason])


def _check_score(session: Session, call: Call, values: Values) -> None:
    full = service.find(session, call.me, int(values["exam"])).full_score
    if values.get("score") and int(values["score"]) > full:
        raise Refusal(f"成绩不能高于满分（{rules.score_words(full)}分）。")


def _save_score(session: Session, call: Call, values: Values) -> Reply:
    scores.correct(session, call.me, int(values["attempt"]), int(values["score"]), values["reason"], call.now, call.tz)
    exam = service.find(session, call.me, int(values["exam"]))
    return Reply(toast="已修改成绩。", edit=messages.changed(exam, service.counted(session, exam)))


CHANGE_SCORE = Form(
    name="exams.change_score",
    code="xs",
    again="考试",
    dropped="已取消填写：修改成绩。",
    fields=(
        Field("attempt", "请选择要修改谁的成绩。", "姓名", options=_scored),
        Field("score", "请发送修改后的成绩，例如：95。", "成绩", read=_read_score, what="成绩", longest=8),
        questions.text("reason", "请发送修改的原因。", "原因", scores.LONGEST_REASON, label="原因"),
    ),
    summary=_score_summary,
    confirm="核对无误请点“确认修改”。",
    actions=(Action("save", "确认修改", _save_score),),
    right=Right.SEE_SCORES,
    called="这次修改",
    check=_check_score,
)


def change_score(session: Session, call: Call, button: buttons.ChangeScore) -> Reply:
    exam = scores.may_enter(session, call.me, button.exam_id, call.now, call.tz)
    return Reply(here=[CHANGE_SCORE.open(session, call, exam=exam.id)])


# --- making it up ----------------------------------------------------------------------------------------------------


def _may_make_up(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    exam = service.find(session, call.me, int(values["exam"]))
    people = [(str(one.id), one.name) for one in scores.may_make_up(session, exam)]
    return [*([(_EVERYBODY, "全部未参加")] if len(people) > 1 else []), *people]


def _chosen(session: Session, call: Call, values: Values) -> list[int]:
    """Whom the ticks mean, in the order of the roster."""
    ticked = values.get("people") or ()
    offered = [value for value, _ in _may_make_up(session, call, values) if value != _EVERYBODY]
    return [int(one) for one in offered if _EVERYBODY in ticked or one in ticked]


def _read_people(session: Session, call: Call, said: str) -> Values:
    """Names, typed; which test it is stands in the question that is open."""
    dialog = dialogs.current(session, call.me, call.now)
    values = dialog.draft if dialog is not None else {}
    offered = {name_key(name): value for value, name in _may_make_up(session, call, values)}
    names = [one for one in re.split(r"[\s、，,；;]+", said) if one]
    missing = [one for one in names if name_key(one) not in offered]
    if missing or not names:
        raise Refusal(f"没有需要补考的{cut(''.join(missing[:1]), 20)}同志，请点按钮选择。")
    return {"people": [offered[name_key(one)] for one in names]}


def _let_in_summary(session: Session, call: Call, values: Values) -> str:
    exam = service.find(session, call.me, int(values["exam"]))
    people = _chosen(session, call, values)
    names = names_of(session, people)
    said = [f"补考{len(people)}人：{'、'.join(names[one] for one in people)}"] if people else []
    return "\n".join([f"【安排补考】{exam.title}", *said])


def _let_in(session: Session, call: Call, values: Values) -> Reply:
    people = _chosen(session, call, values)
    if len(people) < len(set(values["people"]) - {_EVERYBODY}):
        raise Refusal(scores.NOT_ANY_MORE)
    rows = scores.let_in(session, call.me, int(values["exam"]), people, call.now, call.tz)
    exam = service.find(session, call.me, int(values["exam"]))
    said = messages.let_in(exam, moment_words(service.last_moment(session, exam, call.tz), call.tz))
    told = [To(said, person_id=row.person_id, key=f"exam_makeup:{row.id}") for row in rows]
    done = f"已安排{len(rows)}人补考，已通知本人。"
    return Reply(toast=done, edit=Message(f"{exam.title}\n{done}"), others=told)


LET_IN = Form(
    name="exams.let_in",
    code="xl",
    again="考试",
    dropped="已取消填写：安排补考。",
    fields=(
        Field(
            "people",
            f"请选择参加补考的同志，选好后点“下一步”。{_FAILED}",
            "补考",
            options=_may_make_up,
            read=_read_people,
            many=True,
            needed="请先选择参加补考的同志。",
        ),
    ),
    summary=_let_in_summary,
    confirm="核对无误请点“通知补考”，将私聊通知本人。",
    actions=(Action("save", "通知补考", _let_in),),
    right=Right.SEE_SCORES,
    called="这次补考安排",
)


def let_in(session: Session, call: Call, button: buttons.LetIn) -> Reply:
    exam = scores.may_enter(session, call.me, button.exam_id, call.now, call.tz)
    if not scores.may_make_up(session, exam):
        raise Refusal("没有需要补考的同志。")
    return Reply(here=[LET_IN.open(session, call, exam=exam.id)])


HANDLERS: list[Handler] = [
    Tap(buttons.OpenExam, open_exam, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.MakeExam, make, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.ChangeExam, forms.change, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.CallOffExam, forms.call_off, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.NotSat, not_sat, reads=True, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.ScoreSheet, sheet, reads=True, right=Right.SEE_SCORES, private=True),
    Tap(buttons.EnterScores, ask_scores, right=Right.SEE_SCORES, private=True),
    Tap(buttons.SaveScores, save_scores, right=Right.SEE_SCORES, private=True),
    Tap(buttons.ChangeScore, change_score, right=Right.SEE_SCORES, private=True),
    Tap(buttons.LetIn, let_in, right=Right.SEE_SCORES, private=True),
    Answer(
        STEP,
        take_scores,
        right=Right.SEE_SCORES,
        called="登记成绩",
        reads_file=score_lines.of_table,
        reads_which=score_lines.is_table,
        measure=lambda dialog: ("成绩", None),
    ),
]
