"""考试: what may be sat, question by question; for its makers the tests."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.exams import buttons, desk, forms, messages, own, service, sitting, typed
from bot.kit.access import Reach, Right, reach
from bot.kit.doors import OpenBank
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from storage.models.exam import ExamAttempt

_SHOWN = 8
# What an old card says from then on, without its button.
_NO_MORE = (sitting.OVER, sitting.SAT, service.CALLED_OFF)
_LATER = "好的，请在规定时间内答题。"


def exam(session: Session, call: Call) -> Reply:
    """/exam, 考试, 开始答题, 成绩: what is one's own; below it, to its makers, the tests of the branch."""
    makes = reach(call.me, Right.MAKE_EXAM) is not Reach.NONE
    open_ = own.open_to(session, call.me, call.now, call.tz)[:_SHOWN]
    results = own.results(session, call.me, call.now, call.tz)
    mine = messages.own(open_, results, (), call.tz)
    if not makes:
        return say(mine)
    listed = messages.exams(service.newest(session, call.me.branch_id, _SHOWN))
    more = [Choice(forms.AGAIN, buttons.MakeExam()), Choice("题库", OpenBank())]
    desk_page = Message(listed.text, [*listed.rows, more])
    return say(*([mine] if open_ or results else []), desk_page)


def sit(session: Session, call: Call, button: buttons.SitExam) -> Reply:
    """With a limit the time runs only from a second tap."""
    try:
        exam = service.find(session, call.me, button.exam_id)
        turn = sitting.turn(session, call.me, exam, call.now, call.tz)
    except Refusal as refused:
        if button.sure == buttons.LISTED or refused.text not in _NO_MORE:
            raise
        return Reply(toast=refused.text, edit=Message(refused.text))
    if exam.minutes and not turn.goes_on and button.sure != 1:
        many = len(service.items(session, exam.id))
        return Reply(here=[messages.ask_to_begin(exam, many, turn.kind)])
    row = sitting.begin(session, call.me, exam.id, call.now, call.tz)
    sitting.see(row, call.now)
    if sitting.is_over(row, call.now):
        return _over(session, call, row, edits=False)
    told = Message(messages.begun(exam, row.kind)) if not turn.goes_on else None
    return Reply(
        edit=told if button.sure == 1 else None, here=[messages.question(sitting.page(session, row, call.now))]
    )


def not_yet(session: Session, call: Call, button: buttons.NotYet) -> Reply:
    service.find(session, call.me, button.exam_id)
    return Reply(toast=_LATER, edit=Message(_LATER))


def choose(session: Session, call: Call, button: buttons.ChooseOption) -> Reply:
    row = sitting.mine(session, call.me, button.attempt_id)
    if (ended := _ended(session, call, row)) is not None:
        return ended
    took = sitting.choose(session, row, button.position, button.letter, call.now)
    return _page(session, row, call.now, "" if took else messages.GO_ON_HERE)


def turn_question(session: Session, call: Call, button: buttons.TurnQuestion) -> Reply:
    row = sitting.mine(session, call.me, button.attempt_id)
    if (ended := _ended(session, call, row)) is not None:
        return ended
    moved = sitting.move(session, row, button.position, button.to, call.now)
    return _page(session, row, call.now, "" if moved else messages.GO_ON_HERE)


def hand_in(session: Session, call: Call, button: buttons.HandInExam) -> Reply:
    row = sitting.mine(session, call.me, button.attempt_id)
    if (ended := _ended(session, call, row)) is not None:
        return ended
    if sitting.page(session, row, call.now).question is not None:
        return _page(session, row, call.now, messages.GO_ON_HERE)
    sitting.hand_in(session, row, call.now, call.me)
    exam = service.find(session, call.me, row.exam_id)
    return Reply(toast="已交卷。", edit=messages.handed_in(exam, row, over=False))


def _ended(session: Session, call: Call, row: ExamAttempt) -> Reply | None:
    """Handed in already, or now that its time has run out: no question is shown again."""
    if row.submitted_at is None and not sitting.is_over(row, call.now):
        return None
    return _over(session, call, row, edits=True)


def _over(session: Session, call: Call, row: ExamAttempt, *, edits: bool) -> Reply:
    over = row.submitted_at is None
    sitting.hand_in(session, row, call.now)
    exam = service.find(session, call.me, row.exam_id)
    said = messages.handed_in(exam, row, over=over)
    return Reply(toast="答题时间已到。" if over else "已交卷。", edit=said) if edits else say(said)


def _page(session: Session, row: ExamAttempt, now: datetime, toast: str) -> Reply:
    return Reply(toast=toast, edit=messages.question(sitting.page(session, row, now)))


HANDLERS: list[Handler] = [
    Command(
        "exam",
        exam,
        "考试",
        Right.MAKE_EXAM,
        only_shown=True,
        more=35,
        labels=("开始答题",),
        words=("测试", "答题", "成绩", "我的成绩", "参加考试", "怎么考", "怎么考试", "考完了", "我考完了"),
    ),
    Word((), typed.answered, matches=typed.may_answer, reads=True, perhaps=True),
    Tap(buttons.SitExam, sit, private=True),
    Tap(buttons.NotYet, not_yet, private=True),
    Tap(buttons.ChooseOption, choose, private=True),
    Tap(buttons.TurnQuestion, turn_question, private=True),
    Tap(buttons.HandInExam, hand_in, private=True),
    *desk.HANDLERS,
]
