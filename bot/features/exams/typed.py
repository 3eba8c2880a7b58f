"""What somebody types whose attempt runs: never an answer, since typed twice it would answer the next question too."""

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.exams import buttons, sitting
from bot.kit.handlers import Call
from bot.kit.numerals import folded
from bot.kit.possible import Standing
from bot.kit.refusal import Nothing
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.words import plain
from storage.audience import Me
from storage.models.exam import Exam, ExamAttempt

_GO_ON = "继续答题"
_LETTERS = re.compile(r"(?:选|答案)?(?:是)?[:：]?[A-Ha-h](?:[\s,，、]*[A-Ha-h]){0,7}")
_SAID = ("对", "错", "正确", "错误", "√", "×", "交卷", "上一题", "下一题", _GO_ON, "接着答题")


def may_answer(text: str) -> bool:
    """B, AC, 选B, 对, 交卷."""
    return plain(text) in _SAID or _LETTERS.fullmatch(folded(text.strip())) is not None


def answered(session: Session, call: Call) -> Reply:
    """Points to the buttons; what nobody sits is about something else."""
    running = _running(session, call.me, call.now)
    if not running:
        raise Nothing("", call.text)
    titles = "、".join(exam.title for exam, _ in running)
    return say(Message(f"您正在答题：{titles}。请点题目下方的按钮作答，或点“{_GO_ON}”。", [[_tap(running[0][0])]]))


def stands(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterable[Standing]:
    """取消 ends no attempt: its time goes on."""
    for exam, row in _running(session, me, now):
        line = f"您正在答题：{exam.title}。答题开始后不能取消，请点“{_GO_ON}”，答完后点“交卷”。"
        yield Standing(line, _tap(exam), ("exam_attempt", row.id))


def _tap(exam: Exam) -> Choice:
    return Choice(_GO_ON, buttons.SitExam(exam.id, buttons.LISTED))


def _running(session: Session, me: Me, now: datetime) -> list[tuple[Exam, ExamAttempt]]:
    """One's own of the branch acted for, whose time is not over."""
    runs = (ExamAttempt.started_at.is_not(None), ExamAttempt.submitted_at.is_(None), ExamAttempt.withdrawn_at.is_(None))
    query = select(Exam, ExamAttempt).join(ExamAttempt, ExamAttempt.exam_id == Exam.id)
    query = query.where(Exam.branch_id == me.branch_id, Exam.withdrawn_at.is_(None), ExamAttempt.person_id == me.id)
    found = session.execute(query.where(*runs).order_by(ExamAttempt.id))
    return [(exam, row) for exam, row in found if not sitting.is_over(row, now)]
