"""列席: who sits in at an activity without being on the roster of its day; whom nobody knows yet is entered by name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, service
from bot.features.activities.desk import NOT_IN_SCOPE
from bot.kit import newcomers, questions
from bot.kit.access import Right, require
from bot.kit.activities import ACTIVITY_CARD, before_cut_off, find_activity
from bot.kit.form_fields import Values
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.names import LONGEST
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, apart
from storage.activities import statuses
from storage.choices import AttendanceStatus
from storage.lookups import person_of
from storage.models.activity import Activity
from storage.models.person import Person, RosterSpan
from storage.spans import on_day

PAGE = 20
NOBODY = "【列席】{title}\n名册之外没有可登记的同志。"
ON_ROSTER = "这位同志当天在名册上，请点“补登”登记。"


def show_guests(session: Session, call: Call, button: buttons.ShowGuests) -> Reply:
    """Whom the branch knows and who is not on the roster of that day, the latest first."""
    activity = _seating(session, call, button.activity_id)
    day = activity.start_at.astimezone(call.tz).date()
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == activity.branch_id, on_day(RosterSpan, day))
    query = select(Person.id, Person.name).where(
        Person.branch_id == activity.branch_id, Person.erased_at.is_(None), Person.id.not_in(listed)
    )
    people = session.execute(query.order_by(Person.id.desc())).all()
    new = [Choice("新增列席人员", buttons.NewGuest(activity.id))]
    if not people:
        return Reply(edit=Message(NOBODY.format(title=activity.title), [new]))
    shown = page_of(people, button.page, PAGE)
    there = statuses(session, activity.id)
    taps = [
        Choice(f"{row.name}{'（已列席）' if row.id in there else ''}", buttons.SeatGuest(activity.id, row.id))
        for row in shown.things
    ]
    rows = filled(*two_a_row(taps), shown.turn(lambda at: buttons.ShowGuests(activity.id, at)), new)
    return Reply(edit=Message(f"【列席】{activity.title}\n请选择列席的同志（不计入应到、实到）。", rows))


def seat_guest(session: Session, call: Call, button: buttons.SeatGuest) -> Reply:
    activity = _seating(session, call, button.activity_id)
    person = person_of(session, button.person_id, activity.branch_id)
    if person is None:
        raise Refusal(NOT_IN_SCOPE)
    day = activity.start_at.astimezone(call.tz).date()
    listed = select(RosterSpan.id).where(
        RosterSpan.branch_id == activity.branch_id, RosterSpan.person_id == person.id, on_day(RosterSpan, day)
    )
    if session.scalars(listed).first() is not None:
        raise Refusal(ON_ROSTER)
    return _seated(session, call, activity, person)


def _seated(session: Session, call: Call, activity: Activity, person: Person) -> Reply:
    service.mark(session, call.me, activity, person.id, AttendanceStatus.OBSERVER, call.now)
    word = f"已登记：{person.name}同志列席。"
    return Reply(toast=word, edit=Message(f"{activity.title}\n{word}"), refresh=[(ACTIVITY_CARD, activity.id)])


# --- 新增列席人员 -----------------------------------------------------------------------------------------------------


def new_guest(session: Session, call: Call, button: buttons.NewGuest) -> Reply:
    activity = _seating(session, call, button.activity_id)
    return Reply(edit=FORM.open(session, call, activity=activity.id))


def _ask(session: Session, call: Call, values: Values) -> str:
    activity = _seating(session, call, int(values["activity"]))
    return f"【新增列席人员】{activity.title}\n请发送列席同志的姓名。"


def _enter(session: Session, call: Call, values: Values) -> Reply:
    """A name that nobody of the branch has; who is known is chosen from the list."""
    activity = _seating(session, call, int(values["activity"]))
    session.refresh(activity, with_for_update=True)
    person = newcomers.enter(session, call.me, values["name"], call.now)
    return apart(_seated(session, call, activity, person))


FORM = questions.one_text(
    "activity.guest", "g", "列席", _ask, _enter, Right.SIGN_IN_OTHERS, "name", what="姓名", longest=LONGEST
)


def _seating(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity, for those who may sign in for the whole branch, from half an hour before its start."""
    activity = find_activity(session, call.me, activity_id)
    require(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    service.may_enter(activity, call.now)
    before_cut_off(session, activity, call.now, call.tz)
    return activity


HANDLERS: list[Handler] = [
    Tap(buttons.ShowGuests, show_guests, reads=True, private=True),
    Tap(buttons.SeatGuest, seat_guest, private=True),
    Tap(buttons.NewGuest, new_guest, right=Right.SIGN_IN_OTHERS, private=True),
]
