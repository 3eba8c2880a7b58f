"""Every word about dues: who is ticked, never how much; no name but to who keeps the list and to oneself."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.features.dues import buttons, rules
from bot.features.dues.rules import Span, State
from bot.kit.doors import Open
from bot.kit.lists import LABEL, PEOPLE, filled, label, page_of, really, told_apart, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import by_day, cut, quarter_word, short_day
from scheduler.calendar.days import DAY, months_after, next_month
from storage.models.dues import DuesMonth
from storage.roster import Member

COMMAND = "dues"
SETTINGS = Choice("支部设置", Open("settings"))
EVERYBODY, TICKED = "全部已交", "已登记名单"


def of_span(span: Span, today: date) -> str:
    """7月, 第三季度; of another year 2022年12月."""
    word = quarter_word(span.start) if span.by_quarter else f"{span.start.month}月"
    return word if span.start.year == today.year else f"{span.start.year}年{word}"


def _number(span: Span) -> int:
    return rules.number_of(span.start)


# --- the page --------------------------------------------------------------------------------------------------------


def page(found: State, at: int, today: date) -> Message:
    """Who is not ticked yet, by group; a tap ticks."""
    span, left = found.span, found.open
    lines = [_head(found, today)]
    lines.append(f"未登记{len(left)}人，已交的请点姓名。" if left else "已全部登记。")
    lines.append("只登记是否交纳，不登记金额。")
    shown = page_of(left, at, PEOPLE) if left else None
    number = shown.number if shown is not None else 0
    called = _called(found.people)
    people = shown.things if shown is not None else ()
    taps = [Choice(called[one.id], buttons.TickDues(_number(span), one.id, number)) for one in people]
    turn = shown.turn(lambda to: buttons.ShowDues(_number(span), to)) if shown is not None else []
    every = [Choice(EVERYBODY, buttons.TickEverybody(_number(span), 0))] if len(left) > 1 else []
    done = [Choice(TICKED, buttons.ShowTicked(_number(span), 0))] if found.done else []
    return Message("\n".join(lines), filled(*two_a_row(taps), turn, [*every, *done], _beside(span, today)))


def _head(found: State, today: date) -> str:
    span, done = found.span, len(found.done)
    counts = f"应交{len(found.people)}人，已登记{done}人。"
    return f"【党费】{of_span(span, today)}，交纳日{short_day(span.due)}\n{counts}"


def _called(people: Sequence[Member]) -> dict[int, str]:
    names = told_apart(people, lambda one: one.name, lambda one: one.group_name, lambda one: f"{one.id}号")
    return {one.id: label(name, LABEL) for one, name in zip(people, names, strict=True)}


def _beside(span: Span, today: date) -> list[Choice]:
    """The span before, as long as it may be recorded, and the one behind once it has begun."""
    word = "季度" if span.by_quarter else "月"
    before, after = span.start - DAY, next_month(span.months[-1])
    last = next_month(months_after(before.replace(day=1), rules.MONTHS_BACK)) - DAY
    back = [Choice(f"上一{word}", buttons.ShowDues(rules.number_of(before), 0))] if last >= today else []
    on = [Choice(f"下一{word}", buttons.ShowDues(rules.number_of(after), 0))] if after <= today else []
    return [*back, *on]


def ticked_page(found: State, at: int, today: date) -> Message:
    """已登记名单: a tap takes one back."""
    span, done = found.span, found.done
    back = [Choice("党费", buttons.ShowDues(_number(span), 0))]
    if not done:
        return Message(f"{_head(found, today)}\n还没有登记。", [back])
    shown, called = page_of(done, at, PEOPLE), _called(found.people)
    taps = [Choice(called[one.id], buttons.UntickDues(_number(span), one.id, shown.number)) for one in shown.things]
    turn = shown.turn(lambda to: buttons.ShowTicked(_number(span), to))
    return Message(f"{_head(found, today)}\n登记有误的，点姓名取消登记。", filled(*two_a_row(taps), turn, back))


def sure(found: State, today: date) -> Message:
    """Before all of them are ticked at once."""
    number = _number(found.span)
    return really(
        f"确认{of_span(found.span, today)}未登记的{len(found.open)}人都已交纳党费吗？",
        Choice("确认登记", buttons.TickEverybody(number, 1)),
        Choice("不登记", buttons.ShowDues(number, 0)),
    )


def switched_off(text: str, *, may_set: bool) -> Message:
    return Message(text, [[SETTINGS]] if may_set else [])


# --- what was done ---------------------------------------------------------------------------------------------------


def ticked(found: State, person_id: int) -> str:
    return f"已登记{_name(found, person_id)}。"


def unticked(found: State, person_id: int) -> str:
    return f"已取消{_name(found, person_id)}的登记。"


def _name(found: State, person_id: int) -> str:
    return cut(next((one.name for one in found.people if one.id == person_id), "该同志"), LABEL)


def step(rows: Sequence[DuesMonth], names: Mapping[int, str]) -> str:
    """甲五2023年7月党费; 23人2023年7月党费"""
    people = {row.person_id for row in rows}
    who = f"{len(people)}人" if len(people) > 1 else cut(names.get(rows[0].person_id, ""), LABEL)
    months = sorted({row.month for row in rows})
    return f"{who}{'、'.join(month_word(one) for one in months)}党费"


def month_word(code: str) -> str:
    """2023年7月"""
    return f"{int(code[:4])}年{int(code[5:])}月"


# --- told ------------------------------------------------------------------------------------------------------------


def due(found: State, today: date) -> str:
    """7月党费：还有3人没有登记，请于7月15日（含）前办理。 Nobody by name."""
    return f"{of_span(found.span, today)}党费：还有{len(found.open)}人没有登记，请于{by_day(found.span.due)}办理。"


def own_line(code: str) -> str:
    """2023年7月：已登记"""
    return f"{month_word(code)}：已登记"
