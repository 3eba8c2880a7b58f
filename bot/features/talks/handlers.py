"""谈话: recorded, looked at, changed; the campaigns and the year."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from bot.features.talks import (
    answers,
    asked,
    buttons,
    campaign_forms,
    campaigns,
    forms,
    ledger,
    messages,
    reading,
    rules,
    service,
)
from bot.features.talks.forms import FORM
from bot.features.talks.rules import Held
from bot.kit import back_fill
from bot.kit.access import Right, may
from bot.kit.handlers import Call, Command, Handler, Tap, Word, spoken
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Noted, Reply, say
from bot.kit.seats import Seat
from scheduler.calendar.periods import Period
from storage.models.talk import TalkCampaign
from storage.roster import Member, roster

_LEAP = date(2024, 1, 1)
NO_SUCH_YEAR = "没有这一年的谈话记录。"


def start(session: Session, call: Call) -> Reply:
    """The form; to who records no talks the own ones of this year."""
    if reading.records(call.me):
        return FORM.start(session, call)
    year = call.today.year
    days = Period(date(year, 1, 1), date(year + 1, 1, 1))
    return say(messages.own_page(asked.own_lines(session, call.me, call.me.id, days, call.today, call.tz), year))


def by_sentence(session: Session, call: Call) -> Reply:
    """今天和甲三谈话: the page, filled in. To who records no talks it means nothing."""
    said = rules.read(call.text, call.today)
    if said is None or not reading.records(call.me):
        raise Nothing("", call.text)
    given = answers.said_in(session, call, said)
    FORM.check(session, call, given)
    return say(FORM.filled(session, call, **given))


def says_talk(text: str) -> bool:
    """Whichever day it is: 2月29日 is one in this year."""
    return rules.read(text, _LEAP) is not None


# --- one talk --------------------------------------------------------------------------------------------------------


def open_talk(session: Session, call: Call, button: buttons.OpenTalk) -> Reply:
    talk = service.found(session, call.me, button.talk_id)
    names, topic = reading.called(session, [talk]), _topic(session, call, talk)
    note = _note(session, call, talk)
    changes = service.may_change(call.me, talk)
    return Reply(edit=messages.talk_page(talk, names, topic, call.today, note, changes=changes))


def _topic(session: Session, call: Call, talk: Held) -> str:
    wanted = [talk.campaign_id] if talk.campaign_id is not None else []
    return reading.topics(session, call.me.branch_id, wanted).get(talk.campaign_id or 0, "")


def _note(session: Session, call: Call, talk: Held) -> str:
    if talk.recorded_at is None:
        return ""
    return back_fill.mark_of(session, call.me.branch_id, talk.on, talk.recorded_at, call.tz)


def list_talks(session: Session, call: Call, button: buttons.ListTalks) -> Reply:
    year = _year(button.year)
    every = reading.of_days(session, call.me.branch_id, date(year, 1, 1), date(year, 12, 31))
    found = reading.seen(session, call.me, every)
    names = reading.called(session, found)
    sees = reading.sees_some(call.me)
    return Reply(edit=messages.list_page(found, names, year, button.page, call.today, overview=sees))


def _year(number: int) -> int:
    if not 1921 <= number < 2200:
        raise Refusal(NO_SUCH_YEAR)
    return number


def change(session: Session, call: Call, button: buttons.ChangeTalk) -> Reply:
    return Reply(edit=forms.open_change(session, call, button.talk_id))


def withdraw(session: Session, call: Call, button: buttons.WithdrawTalk) -> Reply:
    return Reply(edit=forms.open_withdraw(session, call, button.talk_id))


def undo(session: Session, call: Call, button: buttons.UndoTalk) -> Reply:
    row = service.undo(session, call.me, button.talk_id, call.now, call.tz)
    return Reply(toast="已撤销谈话登记。", edit=messages.undone(row.on))


# --- campaigns -------------------------------------------------------------------------------------------------------


def _runs(call: Call) -> bool:
    return may(call.me, Right.RUN_TALKS, branch_id=call.me.branch_id)


def show(session: Session, call: Call, button: buttons.ShowTalks) -> Reply:
    """谈话情况: what is running or of this year."""
    year = call.today.year
    ends = TalkCampaign.last_on >= date(year, 1, 1)
    latest = list(reversed(reading.campaigns(session, call.me.branch_id, ends)))[: messages.ON_A_PAGE]
    whole = reading.sees_all(call.me)
    rows = [(one, reading.progress(session, one)) for one in latest]
    of = reading.year_of(session, call.me.branch_id, year, call.today)
    lacking = sum(one.id in of.found.members for one in _seen(call, of.members))
    return Reply(here=[messages.overview(rows, lacking, year, whole=whole, runs=_runs(call))])


def _seen(call: Call, members: Sequence[Member]) -> list[Member]:
    return [one for one in members if reading.sees(call.me, one)]


def open_campaign(session: Session, call: Call, button: buttons.OpenCampaign) -> Reply:
    return Reply(edit=_campaign(session, call, campaigns.found(session, call.me, button.campaign_id)))


def _campaign(session: Session, call: Call, row: TalkCampaign) -> Message:
    here = _seen(call, roster(session, row.branch_id, row.last_on))
    found = reading.progress(session, row)
    return messages.campaign_page(row, found, here, call.today, runs=_runs(call))


def new_campaign(session: Session, call: Call, button: buttons.NewCampaign) -> Reply:
    return Reply(edit=campaign_forms.FORM.open(session, call))


def change_campaign(session: Session, call: Call, button: buttons.ChangeCampaign) -> Reply:
    return Reply(edit=campaign_forms.open_change(session, call, button.campaign_id))


def end_campaign(session: Session, call: Call, button: buttons.EndCampaign) -> Reply:
    if not button.sure:
        row = campaigns.to_change(session, call.me, button.campaign_id, call.now, call.tz)
        if not campaigns.may_end(row, call.today):
            raise Refusal(campaigns.NOT_RUNNING)
        return Reply(edit=messages.really_end(row, call.today))
    row = campaigns.end(session, call.me, button.campaign_id, call.now, call.tz)
    return Reply(toast="活动已结束。", edit=_campaign(session, call, row))


def cancel_campaign(session: Session, call: Call, button: buttons.CancelCampaign) -> Reply:
    if not button.sure:
        row = campaigns.to_change(session, call.me, button.campaign_id, call.now, call.tz)
        return Reply(edit=messages.really_cancel(row))
    row = campaigns.cancel(session, call.me, button.campaign_id, call.now, call.tz)
    return Reply(edit=messages.cancelled(row))


# --- the year --------------------------------------------------------------------------------------------------------


def show_year(session: Session, call: Call, button: buttons.ShowYear) -> Reply:
    of = reading.year_of(session, call.me.branch_id, _year(button.year), call.today)
    page = messages.year_page(of, _seen(call, of.members), button.year, whole=reading.sees_all(call.me))
    return Reply(edit=page)


def draw(session: Session, call: Call, button: buttons.ExportTalks) -> bytes:
    """Of the whole branch."""
    if not reading.sees_all(call.me):
        raise Refusal(service.OTHER_GROUP_TABLE)
    return ledger.table(session, call.me.branch_id, _year(button.year), call.today, call.tz)


def export(session: Session, call: Call, button: buttons.ExportTalks) -> Reply:
    content = call.ready or draw(session, call, button)
    noted = Noted("export", "talk", None, call.me, {"year": button.year})
    return Reply(toast="表格已生成。", here=[messages.table_file(button.year, content)], noted=[noted])


RECORDS, SEES, RUNS = Right.RECORD_TALK, Right.SEE_TALKS, Right.RUN_TALKS
HANDLERS: list[Handler] = [
    Command(
        messages.COMMAND,
        start,
        "谈话",
        RECORDS,
        only_shown=True,
        keys={Seat.DISCIPLINE: 31, Seat.FIELDS: 32},
        more=36,
        group_at=4,
        group_label="记谈话",
        help="谈话：登记谈话，也可以直接发送“今天和甲三谈话”；进展和未谈的同志请点“谈话情况”。",
        words=("谈心谈话", "廉政谈话", "谈话了"),
    ),
    Word((), by_sentence, matches=spoken(says_talk), offers=True),
    Tap(buttons.ShowTalks, show, reads=True, right=SEES, private=True),
    Tap(buttons.ListTalks, list_talks, reads=True, right=RECORDS, private=True),
    Tap(buttons.OpenTalk, open_talk, reads=True, right=RECORDS, private=True),
    Tap(buttons.ChangeTalk, change, right=RECORDS, private=True),
    Tap(buttons.WithdrawTalk, withdraw, right=RECORDS, private=True),
    Tap(buttons.UndoTalk, undo, right=RECORDS, private=True),
    Tap(buttons.ShowYear, show_year, reads=True, right=SEES, private=True),
    Tap(buttons.ExportTalks, export, prepare=draw, reads=True, right=SEES, private=True),
    Tap(buttons.OpenCampaign, open_campaign, reads=True, right=SEES, private=True),
    Tap(buttons.NewCampaign, new_campaign, right=RUNS, private=True),
    Tap(buttons.ChangeCampaign, change_campaign, right=RUNS, private=True),
    Tap(buttons.EndCampaign, end_campaign, right=RUNS, private=True),
    Tap(buttons.CancelCampaign, cancel_campaign, right=RUNS, private=True),
]
