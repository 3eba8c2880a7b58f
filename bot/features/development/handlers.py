"""发展党员: the list by stage, one person's page, the steps; what a meeting has decided is recorded by one tap."""

from sqlalchemy.orm import Session

from bot.features.development import buttons, forms, known, ledger, messages, rules, service
from bot.features.development.service import Wanted
from bot.kit import votes
from bot.kit.access import Right
from bot.kit.decided import STEPS
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, Message, Noted, Reply, say
from scheduler.calendar.days import local_day
from storage.lookups import names_of, of_branch
from storage.models.activity import Activity
from storage.models.vote import Vote

NOTHING_NEXT = "没有需要登记的下一步。"
NOT_PASSED = "这项表决没有通过，或已取消，不能登记。"


def show(session: Session, call: Call) -> Reply:
    return say(messages.page(_cases(session, call), 0))


def turn(session: Session, call: Call, button: buttons.ShowDevelopment) -> Reply:
    made = messages.over_page if button.over else messages.page
    return Reply(edit=made(_cases(session, call), button.page))


def _cases(session: Session, call: Call) -> list[known.Case]:
    return known.cases(session, call.me.branch_id, call.today)


def open_person(session: Session, call: Call, button: buttons.OpenDevelopment) -> Reply:
    return Reply(edit=_page(session, call, button.person_id))


def _page(session: Session, call: Call, person_id: int) -> Message:
    case = service.case_of(session, call.me, person_id, call.today)
    unfounded = service.unfounded(session, case, call.tz)
    return messages.person(case, _names(session, case), call.today, unfounded)


def _names(session: Session, case: known.Case) -> dict[int, str]:
    return names_of(session, [person for one in case.chain.events for person in one.people])


def choose_step(session: Session, call: Call, button: buttons.ChooseStep) -> Reply:
    """The only one that may come next is asked about at once."""
    case = service.case_of(session, call.me, button.person_id, call.today)
    steps = rules.offered(case.chain)
    if not steps:
        raise Refusal(NOTHING_NEXT)
    if len(steps) == 1:
        return Reply(edit=forms.open_step(session, call, case.person_id, steps[0]))
    return Reply(edit=messages.steps_page(case, steps))


def record_step(session: Session, call: Call, button: buttons.RecordStep) -> Reply:
    if button.step in rules.MOVES:
        raise Refusal(NOTHING_NEXT)
    return Reply(edit=forms.open_step(session, call, button.person_id, button.step))


def show_steps(session: Session, call: Call, button: buttons.ShowSteps) -> Reply:
    case = service.case_of(session, call.me, button.person_id, call.today)
    return Reply(edit=messages.recorded_page(case, _names(session, case), button.page))


def correct_step(session: Session, call: Call, button: buttons.CorrectStep) -> Reply:
    return Reply(edit=forms.open_correct(session, call, button.event_id))


def remove_step(session: Session, call: Call, button: buttons.RemoveStep) -> Reply:
    return Reply(edit=forms.open_remove(session, call, button.event_id))


def undo(session: Session, call: Call, button: buttons.UndoDevelopment) -> Reply:
    row = service.undo(session, call.me, button.event_id, call.now, call.tz)
    name = names_of(session, [row.person_id])[row.person_id]
    return Reply(toast="已撤销。", edit=messages.gone("已撤销", row.person_id, name, row.step))


def enter(session: Session, call: Call, button: buttons.EnterSomebody) -> Reply:
    return Reply(edit=forms.ENTER.open(session, call))


# --- decided by a meeting --------------------------------------------------------------------------------------------


def record_decided(session: Session, call: Call, button: buttons.RecordDecided) -> Reply:
    """登记接收丁一: the day and the person are the vote's."""
    person_id, wanted = _decided(session, call, button.vote_id)
    found = known.cases(session, call.me.branch_id, call.today, person_id)
    before = found[0] if found else known.Case(person_id, "", rules.Chain(), here=False)
    row = service.record(session, call.me, person_id, wanted, call.now, call.tz, decided=True)
    return forms.done(session, call, row, "已登记", forms.notes(session, call, before, wanted))


def _decided(session: Session, call: Call, vote_id: int) -> tuple[int, Wanted]:
    vote = of_branch(session, Vote, vote_id, call.me.branch_id)
    if vote is None or vote.withdrawn_at is not None or vote.motion not in STEPS or vote.subject_id is None:
        raise Refusal(NOT_PASSED)
    if not votes.of_vote(session, vote, call.tz).outcome.passed:
        raise Refusal(NOT_PASSED)
    activity = session.get_one(Activity, vote.activity_id)
    on = local_day(activity.start_at, call.tz)
    return vote.subject_id, Wanted(STEPS[vote.motion], on, vote_id=vote.id, activity_id=activity.id)


# --- the ledger ------------------------------------------------------------------------------------------------------


def draw(session: Session, call: Call, button: buttons.ExportDevelopment) -> bytes:
    return ledger.table(session, call.me, call.today)


def export(session: Session, call: Call, button: buttons.ExportDevelopment) -> Reply:
    content = call.ready or draw(session, call, button)
    noted = Noted("export", "development_event", None, call.me)
    file = Document(f"{ledger.NAME}.xlsx", content=content, caption=f"{ledger.NAME}。", secret=True)
    return Reply(toast="表格已生成。", here=[file], noted=[noted])


KEEPS = Right.ROSTER
HANDLERS: list[Handler] = [
    Command(
        "dev",
        show,
        "发展党员",
        KEEPS,
        reads=True,
        more=43,
        words=("积极分子", "转正"),
    ),
    Tap(buttons.ShowDevelopment, turn, reads=True, right=KEEPS, private=True),
    Tap(buttons.OpenDevelopment, open_person, reads=True, right=KEEPS, private=True),
    Tap(buttons.ChooseStep, choose_step, right=KEEPS, private=True),
    Tap(buttons.RecordStep, record_step, right=KEEPS, private=True),
    Tap(buttons.ShowSteps, show_steps, reads=True, right=KEEPS, private=True),
    Tap(buttons.CorrectStep, correct_step, right=KEEPS, private=True),
    Tap(buttons.RemoveStep, remove_step, right=KEEPS, private=True),
    Tap(buttons.UndoDevelopment, undo, right=KEEPS, private=True),
    Tap(buttons.EnterSomebody, enter, right=KEEPS, private=True),
    Tap(buttons.RecordDecided, record_decided, right=KEEPS, private=True),
    Tap(buttons.ExportDevelopment, export, reads=True, prepare=draw, right=KEEPS, private=True),
]
