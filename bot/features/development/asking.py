"""What is asked of a step: its day, and of some of them their people, length or end."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

from sqlalchemy.orm import Session

from bot.features.development import messages, rules
from bot.features.development.rules import OF_PEOPLE, Terms
from bot.features.development.service import Wanted
from bot.features.development.terms import terms_in
from bot.kit.form_fields import Field, Values
from bot.kit.glossary.choices import DEVELOPMENT_ENDS, DEVELOPMENT_STEPS
from bot.kit.handlers import Call
from bot.kit.lists import told_apart
from bot.kit.numerals import number
from bot.kit.questions import fixed
from bot.kit.refusal import Refusal
from bot.kit.typed_days import the_day
from scheduler.calendar.days import DAY
from scheduler.calendar.store import calendar_of
from storage.choices import DevelopmentEnd, MembershipStatus
from storage.choices import DevelopmentStep as Step
from storage.roster import roster

EXAMPLE = "2023年3月1日"
_AMOUNT = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})(天|日|学时|小时)")
WRONG_AMOUNT = "请发送天数或学时，例如：3天，或24学时。"
FURTHEST = timedelta(days=100 * 366)


def day_field(key: str, ask: str, label: str, **more: Any) -> Field:
    """A day of the past years, kept as 2023-03-01; of a form that knows nothing of it 不清楚 is an answer."""
    none = [("", "不填写")] if more.get("optional") else []

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        days = [("今天", call.today), ("昨天", call.today - DAY)]
        return [*((one.isoformat(), word) for word, one in days), *none]

    def read(session: Session, call: Call, said: str) -> Values:
        return {key: the_day(said, call.today, EXAMPLE).isoformat()}

    return Field(key, ask, label, options=options, read=read, accepts=_is_day, what="日期", **more)


def _is_day(call: Call, value: str) -> bool:
    """今天 of a card of yesterday."""
    try:
        return abs(date.fromisoformat(value) - call.today) <= FURTHEST
    except ValueError:
        return False


def name_field(read: Callable[[Session, Call, str], Values]) -> Field:
    return Field("name", "请发送姓名。", "姓名", read=read, what="姓名", longest=60)


def fields_of(step: Step) -> list[Field]:
    word = DEVELOPMENT_STEPS[step]
    day = day_field("on", f"请选择“{word}”的日期，或直接发送，例如：{EXAMPLE}。", "日期")
    if step in OF_PEOPLE:
        return [_people(step), day]
    return [day, *_MORE.get(step, ())]


def _people(step: Step) -> Field:
    least, most = OF_PEOPLE[step]
    many = f"{least}名" if least == most else f"{least}至{most}名"
    return Field(
        "people",
        f"请选择{DEVELOPMENT_STEPS[step]}（{many}正式党员）。",
        DEVELOPMENT_STEPS[step],
        options=_full,
        many=True,
    )


def _full(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    here = roster(session, call.me.branch_id, call.today)
    full = [one for one in here if one.status is MembershipStatus.FULL and str(one.id) != str(values.get("person"))]
    names = told_apart(full, lambda one: one.name, lambda one: one.group_name)
    return [(str(one.id), name) for one, name in zip(full, names, strict=True)]


def _lasts(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """The last day on which it has run its working days."""
    if not values.get("on"):
        return []
    first, calendar = date.fromisoformat(values["on"]), calendar_of(session, call.me.branch_id)
    last = rules.publicity_to(first, calendar, terms_for(session, call)) - DAY
    return [(last.isoformat(), messages.full_day(last))]


def terms_for(session: Session, call: Call) -> Terms:
    return terms_in(session, call.me.branch_id, call.today)


def _extensions(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(one), f"{one}个月") for one in terms_for(session, call).extensions]


def _last_typed(session: Session, call: Call, said: str) -> Values:
    return {"last": the_day(said, call.today, EXAMPLE).isoformat()}


def _amount_typed(session: Session, call: Call, said: str) -> Values:
    """3天, 24学时, or both."""
    text = normalize("NFKC", said)
    found = {word: number(many) for many, word in _AMOUNT.findall(text)}
    days, hours = found.get("天") or found.get("日") or 0, found.get("学时") or found.get("小时") or 0
    if not found or not (days or hours):
        raise Refusal(WRONG_AMOUNT)
    return {"amount": f"{days},{hours}"}


_MORE = {
    Step.PUBLICITY: [
        Field(
            "last",
            "请选择公示的最后一天，或直接发送。",
            "公示结束",
            options=_lasts,
            read=_last_typed,
            accepts=_is_day,
            what="日期",
        )
    ],
    Step.TRAINING: [
        Field(
            "amount",
            "请选择培训天数或学时，或直接发送，例如：24学时。",
            "培训时间",
            options=fixed({"1,0": "1天", "2,0": "2天", "3,0": "3天", "0,24": "24学时"}),
            read=_amount_typed,
            what="培训时间",
            longest=20,
        )
    ],
    Step.EXTENSION: [
        Field(
            "months",
            "请选择延长的时间。",
            "延长时间",
            options=_extensions,
        )
    ],
    Step.ENDED: [
        Field(
            "reason_kind",
            "请选择终止培养的原因。",
            "终止原因",
            options=fixed({one.value: word for one, word in DEVELOPMENT_ENDS.items()}),
        )
    ],
}


def wanted(step: Step, values: Values) -> Wanted:
    """The answers as a step; what is not answered yet is not there."""
    last, amount = values.get("last"), str(values.get("amount") or "0,0")
    days, hours = (int(one) for one in amount.split(","))
    reason = values.get("reason_kind")
    return Wanted(
        step=step,
        on=date.fromisoformat(values["on"]),
        to_on=date.fromisoformat(last) + DAY if last else None,
        days=days or None,
        hours=hours or None,
        months=int(values["months"]) if values.get("months") else None,
        reason=DevelopmentEnd(reason) if reason else None,
        people=tuple(int(one) for one in values.get("people") or ()),
    )
