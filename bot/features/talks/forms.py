"""登记谈话: with whom, then all that is taken for granted, to be changed or saved; 修改 and 取消登记."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.features.talks import messages, reading, rules, service
from bot.features.talks.answers import (
    NONE,
    SEVERAL,
    day_of,
    given_of,
    labelled,
    no_twin,
    outside,
    party,
    read_people,
    read_several,
    read_who,
    talkees_of,
    twin,
    wanted,
)
from bot.features.talks.buttons import ListTalks
from bot.kit import back_fill, questions
from bot.kit.access import Right
from bot.kit.form_fields import Action, Field, Values
from bot.kit.form_pages import CLEARED
from bot.kit.forms import Form
from bot.kit.glossary.choices import TALK_KINDS, TALK_MODES
from bot.kit.handlers import Call
from bot.kit.lists import label
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply
from bot.kit.words import quoted
from storage.choices import TalkMode
from storage.roster import roster

MANY_PEOPLE = "多人谈话"
DAY = timedelta(days=1)


# --- what is filled in -----------------------------------------------------------------------------------------------


def _summary(session: Session, call: Call, values: Values) -> str:
    head = "【修改谈话登记】" if values.get("talk") else "【登记谈话】"
    talkees = talkees_of(values)
    if not talkees:
        return "\n".join([head, *_progress(session, call, values)])
    said = wanted(session, call, values)
    names = reading.names(session, {said.talker, *talkees})
    topics = reading.topics(session, call.me.branch_id, [said.campaign_id] if said.campaign_id else [])
    note = back_fill.mark_of(session, call.me.branch_id, said.on, call.now, call.tz)
    topic = topics.get(said.campaign_id or 0, "")
    why = [f"原因：{values['reason']}"] if values.get("reason") else []
    return "\n".join([head, *messages.filled_in(said, names, topic, call.today, note), *why])


def _progress(session: Session, call: Call, values: Values) -> list[str]:
    """How far the running campaign is, to who sees that of the whole branch."""
    row = next(iter(reading.running(session, call.me.branch_id, day_of(call, values))), None)
    if row is None or not reading.sees_all(call.me):
        return []
    return [messages.campaign_line(row, reading.progress(session, row))]


# --- with whom -------------------------------------------------------------------------------------------------------


def _members(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    """Who is still to be talked with first; not who is talking."""
    day = day_of(call, values)
    talker = party(values.get("talker") or str(call.me.id)).id
    found = [one for one in reading.recordable(session, call.me, day) if one.id != talker]
    _, lacking = reading.waiting(session, call.me, day)
    return labelled(sorted(found, key=lambda one: one.id not in lacking))


def _ask(session: Session, call: Call, values: Values) -> str:
    """Of the first question: how many of the first names are still to be talked with."""
    if values.get("field") not in ("who", "people"):
        return ""
    asked = "请选择谈话对象，也可以直接发送姓名。"
    if values.get("field") == "people":
        asked = "请选择谈话对象，选好后点“下一步”，也可以直接发送姓名，例如：甲三、乙四。"
    row, lacking = reading.waiting(session, call.me, day_of(call, values))
    mine = [one for one in reading.recordable(session, call.me, day_of(call, values)) if one.id in lacking]
    of = f"{quoted(row.topic)}未谈的" if row is not None else "支委会本年未谈的党员和您本年未谈的委员共"
    return f"{asked}{of}{len(mine)}人排在前面。" if mine else asked


def _who_options(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    return [(SEVERAL, MANY_PEOPLE), *_members(session, call, values)]


# --- who has talked, what for ----------------------------------------------------------------------------------------


def _talkers(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    """Oneself, then the others of the committee and the leaders of groups."""
    here = roster(session, call.me.branch_id, day_of(call, values))
    gone = {one.id for one in talkees_of(values)} | {call.me.id}
    officers = [one for one in here if one.duties and one.id not in gone]
    return [(str(call.me.id), "本人"), *labelled(officers)]


def _read_talker(session: Session, call: Call, text: str) -> Values:
    found = read_people(session, call, text)
    if len(found) > 1:
        raise Refusal("请只发送一位谈话人的姓名。")
    return {"talker": found[0]}


def _campaigns(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    found = reading.running(session, call.me.branch_id, day_of(call, values))
    return [*((str(one.id), label(one.topic)) for one in found), (NONE, messages.NO_CAMPAIGN)]


def _days(session: Session, call: Call, values: Values) -> list[tuple[str, str]]:
    return [(call.today.isoformat(), "今天"), ((call.today - DAY).isoformat(), "昨天")]


def _doors(session: Session, call: Call, values: Values) -> list[Choice]:
    if reading.sees_some(call.me):
        return [messages.OVERVIEW]
    return [Choice("谈话记录", ListTalks(call.today.year, 0))]


# --- saved -----------------------------------------------------------------------------------------------------------


def _check(session: Session, call: Call, values: Values) -> None:
    """What cannot be recorded is said where it is answered."""
    if talkees_of(values):
        service.check(session, call.me, wanted(session, call, values), call.now, call.tz)


def _save(written: bool) -> Action:
    def run(session: Session, call: Call, values: Values) -> Reply:
        said, me = wanted(session, call, values, written=written), call.me
        if values.get("talk"):
            number, seen = int(values["talk"]), int(values["seen"])
            row = service.change(session, me, number, said, seen, values["reason"], call.now, call.tz)
        else:
            again = twin(session, call, values) in values.get(CLEARED, [])
            row = service.record(session, me, said, call.now, call.tz, again=again)
        talk = reading.one(session, row)
        word = "已修改谈话登记" if values.get("talk") else "已登记谈话"
        done = messages.recorded(talk, reading.called(session, [talk]), word, undo=not values.get("talk"))
        return Reply(edit=done)

    return Action("written" if written else "unwritten", "保存有记录" if written else "保存无记录", run)


FORM = Form(
    name="talks.form",
    code="ta",
    again="谈话",
    fields=(
        no_twin(
            Field(
                "who",
                "请选择谈话对象。",
                label="谈话对象",
                options=_who_options,
                read=read_who,
                accepts=lambda call, value: value.isdecimal() and len(value) < 19,
                doubts=outside("who"),
                below=_doors,
                what="姓名",
            )
        ),
        no_twin(
            Field(
                "people",
                "请选择谈话对象。",
                label="参加人员",
                options=_members,
                read=read_several,
                doubts=outside("people"),
                when=lambda values: values.get("who") == SEVERAL,
                many=True,
                needed=rules.NOBODY,
                what="姓名",
            )
        ),
        no_twin(
            questions.day(
                "day",
                "请选择谈话日期，或直接发送，例如：7月3日。",
                label="日期",
                later=True,
                options=_days,
                what="日期",
            )
        ),
        no_twin(
            Field(
                "talker",
                "请选择谈话人，上级领导或其他人员请直接发送姓名。",
                label="谈话人",
                options=_talkers,
                read=_read_talker,
                accepts=lambda call, value: value.isdecimal() and len(value) < 19,
                doubts=outside("talker"),
                later=True,
                what="姓名",
            )
        ),
        no_twin(
            Field(
                "kind", "请选择谈话类别。", label="类别", options=questions.fixed(TALK_KINDS), later=True, what="类别"
            )
        ),
        Field(
            "mode",
            "请选择谈话方式。",
            label="方式",
            options=questions.fixed({one: word for one, word in TALK_MODES.items() if one is not TalkMode.OTHER}),
            later=True,
            what="方式",
        ),
        Field("campaign", "请选择谈话活动。", label="谈话活动", options=_campaigns, later=True, one_a_row=True),
        questions.text(
            "reason",
            "请发送修改的原因。",
            "原因",
            rules.LONGEST_REASON,
            label="原因",
            when=lambda values: bool(values.get("talk")),
        ),
    ),
    summary=_summary,
    confirm="只登记谈话情况，谈话内容留在纸质记录中。",
    actions=(_save(written=True), _save(written=False)),
    right=Right.RECORD_TALK,
    check=_check,
    question=_ask,
    called="这条谈话登记",
    dropped=lambda values: f"已取消填写：{'修改谈话登记' if values.get('talk') else '谈话'}。",
)


def open_change(session: Session, call: Call, talk_id: int) -> Message:
    talk = service.to_change(session, call.me, talk_id, call.now, call.tz)
    return FORM.filled(session, call, talk=talk.id, seen=talk.seen, **given_of(talk))


# --- withdrawn -------------------------------------------------------------------------------------------------------


def _withdraw(session: Session, call: Call, values: Values) -> Reply:
    number, seen = int(values["talk"]), int(values["seen"])
    row = service.withdraw(session, call.me, number, seen, values["reason"], call.now, call.tz)
    return Reply(edit=messages.withdrawn(row.on))


def _withdrawing(session: Session, call: Call, values: Values) -> str:
    talk = service.to_change(session, call.me, int(values["talk"]), call.now, call.tz)
    said = messages.line(talk, reading.called(session, [talk]))
    return "\n".join([f"【取消谈话登记】{said}", *([f"原因：{values['reason']}"] if values.get("reason") else [])])


WITHDRAW = Form(
    name="talks.withdraw",
    code="tw",
    again="谈话记录",
    fields=(questions.text("reason", "请发送取消登记的原因。", "原因", rules.LONGEST_REASON, label="原因"),),
    summary=_withdrawing,
    confirm="确认取消这条谈话登记吗？",
    actions=(Action("save", "确认取消登记", _withdraw),),
    right=Right.RECORD_TALK,
    called="这条谈话登记",
    dropped="已取消填写：取消谈话登记。",
)


def open_withdraw(session: Session, call: Call, talk_id: int) -> Message:
    talk = service.to_change(session, call.me, talk_id, call.now, call.tz)
    return WITHDRAW.open(session, call, talk=talk.id, seen=talk.seen)
