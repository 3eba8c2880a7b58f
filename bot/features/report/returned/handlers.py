"""导入修改稿: the report as the secretary has edited it in Word comes back, is compared, and taken or not."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.report import buttons, service
from bot.features.report.returned import comparing, messages, taking
from bot.features.report.returned.marks import Paper
from bot.features.report.service import Report
from bot.features.tally import periods
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.asking import question
from bot.kit.docx_files import MOST_BYTES
from bot.kit.figures import Figures
from bot.kit.handlers import Answer, Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from scheduler.calendar.days import Quarter
from storage.models.dialog import Dialog

STEP = "report.returned"


def ask(session: Session, call: Call, button: buttons.ReturnReport) -> Reply:
    period = periods.opened(button.period, call.today)
    return say(question(dialogs.ask(session, call.me, STEP, call.now, period=period.code), messages.ASK))


def read(content: bytes) -> Paper:
    """Runs before any transaction begins."""
    from bot.features.report.returned import reading

    return reading.read(content)


def came(figures: Figures, session: Session, call: Call, dialog: Dialog) -> Reply:
    """Nothing is written yet but what was shown, in the draft of the question."""
    if not call.files or not isinstance(call.content, Paper):
        raise Refusal(messages.ASK)
    code = str(dialog.draft["period"])
    report = _report(figures, session, call, code)
    found = comparing.compare(report, call.content)
    taking.checked(session, call.me, found)
    taken, late = taking.takeable(session, call.me, report.quarter, found, call.now, call.tz)
    if not (taken or late or found.figures or found.unread):
        dialogs.close(session, call.me.id)
        return say(Message(f"{messages.SAME}{messages.STALE if found.stale else ''}", _back(code)))
    kept = {"period": code, "quarter": str(report.quarter), "changes": taking.to_json(taken)}
    dialog = dialogs.ask(session, call.me, STEP, call.now, **kept)
    shown = messages.differences(report.found.period, found, taken, late, dialog.id)
    if not taken:
        dialogs.close(session, call.me.id)
    return say(*shown)


def _report(figures: Figures, session: Session, call: Call, code: str) -> Report:
    period = periods.opened(code, call.today)
    return service.report(session, call.me, period, call.now, call.tz, figures=figures)


def _back(code: str) -> list[list[Choice]]:
    return [[Choice("工作总结", buttons.ShowReport(code))]]


def take(session: Session, call: Call, button: buttons.TakeReturned) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, messages.OLD_PAGE, STEP, needs="changes")
    changes, code = taking.from_json(dialog.draft["changes"]), str(dialog.draft["period"])
    taking.take(session, call.me, Quarter.parse(dialog.draft["quarter"]), changes, call.now, call.tz)
    dialogs.close(session, call.me.id)
    return Reply(toast=messages.TAKEN, edit=Message(messages.taken(len(changes)), _back(code)))


def leave(session: Session, call: Call, dialog: Dialog) -> Reply:
    """不采用; of a question to which nothing has come yet what every question says."""
    return say(messages.LEFT if dialog.draft.get("changes") else f"已取消填写：{messages.CALLED}。")


def build(figures: Figures) -> list[Handler]:
    right = Right.REPORT
    return [
        Tap(buttons.ReturnReport, ask, right=right, private=True),
        Answer(
            STEP,
            partial(came, figures),
            leave,
            called=messages.CALLED,
            reads_file=read,
            largest=MOST_BYTES,
            right=right,
        ),
        Tap(buttons.TakeReturned, take, right=right, private=True),
    ]
