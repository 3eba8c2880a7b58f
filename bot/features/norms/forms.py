"""修改要求: counts and days of one norm, from a day on; or its default again."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.features.norms import changing, messages, words
from bot.features.norms.rule_file import WEEKDAYS, Norm
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Field, Options, Values
from bot.kit.forms import Form
from bot.kit.glossary.columns import column_word
from bot.kit.handlers import Call
from bot.kit.numerals import folded, number
from bot.kit.questions import fixed
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from bot.kit.words import short_day
from scheduler.calendar.days import next_month

NAME, CODE = "norms.change", "nm"
LABELS = {key: column_word(key) for key in changing.KEYS}
ASKS = {
    "min": "请发送应达到的数量，例如：2。",
    "or_hours": "请发送可以代替天数的学时，例如：24。",
    "committee_min": "请发送支委会委员应达到的数量，例如：56。",
    "target": "请发送应达到的百分比，例如：90。",
    "fixed_day": "请选择每月固定的一天，或直接发送，例如：第2个周五、10日。",
    "slip_days": "请发送可以顺延的天数，例如：7。",
    "workdays": "请发送应在几个工作日内完成，例如：3。",
    "days": "请发送应在几天内完成，例如：30。",
    "workdays_before": "请发送放假前几个工作日应发送，例如：3。",
}
RANGES = {
    "min": range(1, 1001), "or_hours": range(1, 1001), "committee_min": range(1, 1001), "target": range(1, 101),
    "slip_days": range(32), "workdays": range(1, 101), "days": range(1, 367), "workdays_before": range(1, 21),
}  # fmt: skip
OFFERED: Mapping[str, Sequence[str]] = {
    "min": ("1", "2", "3"), "target": ("80", "85", "90", "95"), "slip_days": ("0", "7", "14"),
    "fixed_day": ("1st Fri", "2nd Fri", "last Fri", "10", "20"),
}  # fmt: skip
_NTH = re.compile(r"第([1-4一二三四])个?(?:周|星期|礼拜)([一二三四五六日天])")
_LAST = re.compile(r"最后一?个?(?:周|星期|礼拜)([一二三四五六日天])")
_DAY = re.compile(r"(?:每月)?(\d{1,2})[日号]?")
_ORDER = ("1st", "2nd", "3rd", "4th")


def read_number(key: str, session: Session, call: Call, said: str) -> Values:
    found = number(folded(said).strip().rstrip("%次个本天学时"))
    if found is None or found not in RANGES[key]:
        allowed = RANGES[key]
        raise Refusal(f"请发送{allowed.start}至{allowed.stop - 1}之间的整数。")
    return {key: str(found)}


def read_fixed_day(session: Session, call: Call, said: str) -> Values:
    """第2个周五, 最后一个周五, 10日."""
    text = folded(said).replace(" ", "").removeprefix("每月")
    if nth := _NTH.fullmatch(text):
        which = "1234".find(nth[1]) if nth[1].isdigit() else "一二三四".find(nth[1])
        return {"fixed_day": f"{_ORDER[which]} {_weekday(nth[2])}"}
    if last := _LAST.fullmatch(text):
        return {"fixed_day": f"last {_weekday(last[1])}"}
    day = _DAY.fullmatch(text)
    if day is None or not 1 <= int(day[1]) <= 28:
        raise Refusal("没有看懂固定日，请这样发送：第2个周五，或10日（1日至28日）。")
    return {"fixed_day": str(int(day[1]))}


def _weekday(word: str) -> str:
    return WEEKDAYS["一二三四五六日".find("日" if word == "天" else word)]


def _said(values: Values) -> dict[str, Any]:
    """The answers as a rule file says them."""
    found: dict[str, Any] = {}
    for key in changing.KEYS:
        said = values.get(key)
        if said not in (None, ""):
            found[key] = _as_file(key, str(said))
    return found


def _as_file(key: str, said: str) -> Any:
    if key == "fixed_day":
        return said
    return float(Decimal(said) / 100) if key == "target" else int(said)


def _value_words(key: str, value: str) -> str:
    if key == "fixed_day":
        return words.fixed_day_words(value)
    return f"{value}%" if key == "target" else value


def _options(key: str) -> Options:
    return fixed({one: _value_words(key, one) for one in OFFERED.get(key, ())})


def _accepts(key: str) -> Callable[[Call, str], bool]:
    return lambda call, value: value in OFFERED.get(key, ())


def _field(key: str) -> Field:
    read = read_fixed_day if key == "fixed_day" else partial(read_number, key)
    return Field(key, ASKS[key], LABELS[key], _options(key), read, _accepts(key), later=True, longest=20)


def _days(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    first, following = call.today.replace(day=1), next_month(call.today)
    earliest = changing.earliest(session, call.me.branch_id, call.now, call.tz)
    offered = {first: "本月1日", call.today: "今天", following: "下月1日"}
    return [(day.isoformat(), word) for day, word in offered.items() if day >= earliest]


def _norm(session: Session, call: Call, values: Values) -> Norm:
    since = _since(values) or call.today
    return changing.norm_of(session, call.me.branch_id, str(values["norm"]), since)


def _since(values: Values) -> date | None:
    return date.fromisoformat(str(values["since"])) if values.get("since") else None


def _summary(session: Session, call: Call, values: Values) -> str:
    norm, since = _norm(session, call, values), _since(values)
    lines = [f"【修改要求】{norm.title}", f"现行：{words.asks(norm)}"]
    lines += [f"{LABELS[key]}改为：{_value_words(key, str(values[key]))}" for key in _said(values)]
    return "\n".join([*lines, *([f"自{short_day(since)}起执行"] if since is not None else [])])


def _confirm(session: Session, call: Call, values: Values) -> str:
    return "核对无误请点“保存”。" if _said(values) else "请选择要修改的内容。"


def _save_word(session: Session, call: Call, values: Values) -> str:
    return "保存" if _said(values) else ""


def _restore_word(session: Session, call: Call, values: Values) -> str:
    since = _since(values)
    own = since is not None and changing.is_own(session, call.me.branch_id, str(values["norm"]), since)
    return "恢复通用要求" if own and not _said(values) else ""


def _save(session: Session, call: Call, values: Values) -> Reply:
    since = _since(values) or call.today
    norm = changing.change(session, call.me, str(values["norm"]), _said(values), since, call.now, call.tz)
    return Reply(edit=Message(messages.changed(norm, since, call.today)))


def _restore(session: Session, call: Call, values: Values) -> Reply:
    since = _since(values) or call.today
    norm = changing.restore(session, call.me, str(values["norm"]), since, call.now, call.tz)
    return Reply(edit=Message(messages.changed(norm, since, call.today)))


def _make(session: Session, values: Values) -> Form | None:
    keys = values.get("keys")
    if not isinstance(values.get("norm"), str) or not isinstance(keys, list):
        return None
    since = questions.day("since", "请选择从哪一天起执行，或直接发送，例如：7月1日。", label="执行日期", options=_days)
    return Form(
        name=NAME,
        code=CODE,
        again="规范检查",
        fields=(since, *(_field(key) for key in keys if key in changing.KEYS)),
        summary=_summary,
        confirm=_confirm,
        actions=(Action("save", _save_word, _save), Action("restore", _restore_word, _restore)),
        right=Right.SET_NORMS,
        called="这项要求",
        dropped="已取消，要求没有修改。",
    )


FORMS = Forms(name=NAME, code=CODE, again="规范检查", make=_make, right=Right.SET_NORMS)


def open_form(session: Session, call: Call, norm_id: str) -> Message:
    norm = changing.norm_of(session, call.me.branch_id, norm_id, call.today)
    return FORMS.open(session, call, norm=norm.id, keys=changing.asked_keys(norm))
