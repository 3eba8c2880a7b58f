"""新建谈话活动, 修改活动: the topic, the first and the last day."""

from datetime import date

from sqlalchemy.orm import Session

from bot.features.talks import campaigns, messages, rules
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.form_fields import Action, Values
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.replies import Message, Reply
from bot.kit.words import dated
from scheduler.calendar.days import Quarter


def _called(values: Values) -> str:
    return "修改谈话活动" if values.get("campaign") else "新建谈话活动"


def _summary(session: Session, call: Call, values: Values) -> str:
    lines = [f"【{_called(values)}】"]
    lines += [f"主题：{values['topic']}"] if values.get("topic") else []
    said = [dated(date.fromisoformat(values[key]), call.today) if values.get(key) else "" for key in ("first", "last")]
    lines += [f"时间：{'至'.join(filter(None, said))}{'' if said[1] else '起'}"] if said[0] else []
    return "\n".join(lines)


def _check(session: Session, call: Call, values: Values) -> None:
    if values.get("first") and values.get("last"):
        days = (date.fromisoformat(values["first"]), date.fromisoformat(values["last"]))
        campaigns.check(session, call.me, *days, call.now, call.tz)


def _save(session: Session, call: Call, values: Values) -> Reply:
    said = (values["topic"], date.fromisoformat(values["first"]), date.fromisoformat(values["last"]))
    if values.get("campaign"):
        number, seen = int(values["campaign"]), int(values["seen"])
        row = campaigns.change(session, call.me, number, seen, *said, call.now, call.tz)
        return Reply(edit=messages.campaign_saved(row, "已修改谈话活动", call.today))
    row = campaigns.make(session, call.me, *said, call.now, call.tz)
    return Reply(edit=messages.campaign_saved(row, "已新建谈话活动", call.today))


FORM = Form(
    name="talks.campaign",
    code="tc",
    again="谈话情况",
    fields=(
        questions.text(
            "topic",
            "请选择谈话活动的主题，或直接发送。",
            "主题",
            rules.LONGEST_TOPIC,
            label="主题",
            options=questions.fixed({one: one for one in ("集中谈心谈话", "廉政提醒谈话")}),
        ),
        questions.day(
            "first",
            "请选择开始日期，或直接发送，例如：9月1日。",
            label="开始",
            options=lambda session, call, values: [(call.today.isoformat(), "从今天")],
        ),
        questions.day(
            "last",
            "请选择结束日期（当天计入），或直接发送，例如：9月28日。",
            label="结束",
            options=lambda session, call, values: [(Quarter.of(call.today).end.isoformat(), "到本季度末")],
        ),
    ),
    summary=_summary,
    confirm="核对无误请点“保存”。",
    actions=(Action("save", "保存", _save),),
    right=Right.RUN_TALKS,
    check=_check,
    called="这项谈话活动",
    dropped=lambda values: f"已取消填写：{_called(values)}。",
)


def open_change(session: Session, call: Call, campaign_id: int) -> Message:
    row = campaigns.to_change(session, call.me, campaign_id, call.now, call.tz)
    said = {"topic": row.topic, "first": row.from_on.isoformat(), "last": row.last_on.isoformat()}
    return FORM.filled(session, call, campaign=row.id, seen=campaigns.seen_of(row), **said)
