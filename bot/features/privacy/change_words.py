"""How a line of the log is said: who did what, before and after in words, and why. Never more than fits on a page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import Enum

from bot.features.privacy.changes import PAGE, Change, LogEntry, RowEdit, Values
from bot.features.roster.words import full_day
from bot.kit.glossary.acts import BOUND_BY, VIA, action_word, subject_word
from bot.kit.glossary.choices import SOURCES, WHYS, value_word
from bot.kit.glossary.columns import FACTS, STORED, column_word, stored_word
from bot.kit.replies import TEXT_LIMIT
from bot.kit.words import cut, moment_words, units
from storage.models.everything import METADATA

# So that a whole page of the longest lines is one message.
LONGEST = (TEXT_LIMIT - 120) // PAGE
_PART = 90
NOTHING = "空"
# Who and when stand before every line.
_SAID_ALREADY = frozenset({"changed_by_id", "changed_at"})
# Of these the log says only whether there is one.
_THERE = frozenset(
    {
        "telegram_id",
        "used_by_telegram_id",
        "chat_id",
        "phone",
        "born_on",
        "gender",
        "report_phone",
        "sign_in_code",
    }
)
# What the clock sends, or does not.
_SWITCHED = ("发送", "不发")
# One of each holds at a time: the end of one and the beginning of the next are one change.
_ONE_AT_A_TIME = frozenset({"membership_span", "group_span", "rank_span", "category_span"})


def line(one: LogEntry, tz: tzinfo) -> str:
    """7月7日（周五）14:30 甲二：变更（甲五），党小组由第一党小组改为第二党小组（自2023年8月1日起）；原因：工作调整"""
    who = cut(one.actor, 40) if one.actor else VIA.get(one.via, VIA["clock"])
    about = f"（{cut(one.about, 60)}）" if one.about else ""
    head = f"{moment_words(one.at, tz)} {who}：{action_word(one.action, one.subject)}{_of(one)}{about}"
    last = list(_notes(one))
    parts = [cut(part, _PART) for part in (*_fields(one.changes, tz), *_rows(one.edits, tz))]
    room = LONGEST - units(head) - sum(units(part) + 1 for part in last)
    said = "；".join([*_fitting(parts, room), *last])
    return cut(f"{head}，{said}" if said else head, LONGEST)


def _of(one: LogEntry) -> str:
    """What kind of thing it was done to, unless that is plain: of people the name is enough, as in 编入（甲三）."""
    word = subject_word(one.subject)
    plain = (one.subject == "person" and one.about) or one.subject == "organisation"
    return "" if plain or action_word(one.action, one.subject).endswith(word) else word


def _fitting(parts: Sequence[str], room: int) -> list[str]:
    rest = f"等共{len(parts)}项"
    found: list[str] = []
    left = room - units(rest) - 1
    for part in parts:
        left -= units(part) + 1
        if left < 0:
            return [*found, rest]
        found.append(part)
    return found


# --- fields ----------------------------------------------------------------------------------------------------------


def _fields(changes: Iterable[Change], tz: tzinfo) -> Iterator[str]:
    for one in changes:
        if one.column not in _SAID_ALREADY:
            yield _from_to(column_word(one.column, one.table), one.table, one.column, one.before, one.after, tz)


def _from_to(what: str, table: str, column: str, before: Any, after: Any, tz: tzinfo) -> str:
    was, now = (_value(table, column, value, tz) for value in (before, after))
    # One account in the place of another, one text in the place of one as long: the log knows no more than that.
    same = f"{what}已改（{now}）" if isinstance(after, dict) else f"{what}已改"
    return same if was == now else f"{what}由{was}改为{now}"


def _value(table: str, column: str, value: Any, tz: tzinfo) -> str:
    """What the log keeps of a value; a text is there by its length only."""
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, bool):
        yes, no = ("有", "无") if column in _THERE else _SWITCHED if table == "sends" else ("是", "否")
        return yes if value else no
    if isinstance(value, dict):
        return f"{value['length']}字" if value.get("length") else NOTHING
    if isinstance(value, list):
        return "、".join(stored_word(table, column, str(each)) for each in value)
    return _word(table, column, value, tz) if isinstance(value, str) else str(value)


def _word(table: str, column: str, value: str, tz: tzinfo) -> str:
    if _choice(table, column) is not None:
        return _chosen(table, column, value)
    if column.endswith("_id"):
        return value  # a name
    if (table, column) in STORED:
        return stored_word(table, column, value)
    try:
        if column == "to_on":
            # A span is kept by the first day that no longer counts; people say the last that does.
            return full_day(date.fromisoformat(value) - timedelta(days=1))
        return (
            full_day(date.fromisoformat(value)) if len(value) == 10 else moment_words(datetime.fromisoformat(value), tz)
        )
    except ValueError:
        return value


@cache
def _choice(table: str, column: str) -> type[StrEnum] | None:
    of = METADATA.tables.get(table)
    kind = of.columns[column].type if of is not None and column in of.columns else None
    return cast(type[StrEnum], kind.enum_class) if isinstance(kind, Enum) else None


# --- rows of people --------------------------------------------------------------------------------------------------


def _rows(edits: Sequence[RowEdit], tz: tzinfo) -> Iterator[str]:
    """Facts with a day first, the person's own fields last."""
    left = sorted(edits, key=lambda edit: edit.table == "person")
    while left:
        edit = left.pop(0)
        met = next((pair for pair in (_met(edit, one) for one in left) if pair is not None), None)
        together = [one for one in left if (one in met if met else _alike(edit, one))]
        left = [one for one in left if one not in together]
        for part in [_moved(*met, tz)] if met else _row(edit, together, tz):
            yield f"{edit.whose}：{part}" if edit.whose else part


def _alike(one: RowEdit, other: RowEdit) -> bool:
    """Facts that come, or go, for the same days."""
    spans = one.table in FACTS and other.table in FACTS and one.whose == other.whose
    come = spans and one.before is None and other.before is None
    go = spans and one.after is None and other.after is None
    return (come or go) and all(
        (one.after or one.before or {}).get(name) == (other.after or other.before or {}).get(name)
        for name in ("from_on", "to_on")
    )


def _met(one: RowEdit, other: RowEdit) -> tuple[RowEdit, RowEdit] | None:
    """(the row that ends, the row that begins that very day), or (the one that goes on, the one that goes) again."""
    whole = next((each for each in (one, other) if each.before is None or each.after is None), None)
    stays = other if whole is one else one
    if whole is None or one.table not in _ONE_AT_A_TIME or (one.table, one.whose) != (other.table, other.whose):
        return None
    if stays.before is None or stays.after is None or set(stays.before) != {"to_on"} or not stays.says:
        return None
    span, beside = (stays.after, whole.after) if whole.before is None else (stays.before, whole.before)
    return (stays, whole) if beside is not None and span["to_on"] == beside.get("from_on") else None


def _moved(stays: RowEdit, whole: RowEdit, tz: tzinfo) -> str:
    """党小组由第一党小组改为第二党小组（自2023年8月1日起）; taken back, the other way round."""
    values = whole.after or whole.before or {}
    names = [_said(stays.table, stays.says, tz), _said(stays.table, values, tz)]
    was, now = names if whole.after is not None else reversed(names)
    return f"{_what(stays.table)}由{was}改为{now}{_days(values, tz)}"


def _row(edit: RowEdit, together: Sequence[RowEdit], tz: tzinfo) -> Iterator[str]:
    if edit.table == "person":
        yield from _person(edit, tz)
        return
    what = _what(edit.table)
    if edit.before is None or edit.after is None:
        facts = "、".join(_fact(one, tz) for one in (edit, *together))
        yield f"{'新增' if edit.before is None else '删除'}{facts}{_days(edit.after or edit.before or {}, tz)}"
        return
    column = FACTS.get(edit.table, ("", ""))[1]
    said = _said(edit.table, edit.says, tz)
    for name, before in edit.before.items():
        word = what if name == column else f"{what}{f'“{said}”' if said else ''}的{_end_word(edit.table, name)}"
        yield _from_to(word, edit.table, name, before, edit.after.get(name), tz)


def _fact(edit: RowEdit, tz: tzinfo) -> str:
    """正式党员, 第一党小组: plain by themselves; 免于考勤产假, 党小组新组 are not."""
    what = _what(edit.table)
    said = _said(edit.table, {**(edit.after or edit.before or {}), **edit.says}, tz)
    return f"{what}{said}" if edit.table in ("exemption_span", "party_group") else said or what


def _what(table: str) -> str:
    return column_word("group_id") if table == "party_group" else FACTS.get(table, ("其他", ""))[0]


def _end_word(table: str, column: str) -> str:
    return {"from_on": "起始日", "to_on": "截止日"}.get(column) or column_word(column, table)


def _said(table: str, values: Values, tz: tzinfo) -> str:
    """What a row says: 正式党员, 第一党小组, 党小组长（第一党小组）; "" where the log does not hold it."""
    if table == "party_group":
        return str(values.get("name") or "")
    column = FACTS.get(table, ("", ""))[1]
    if not column or values.get(column) is None:
        # The own word of a rank without a place in the order is a text, and the log holds none.
        return "其他" if table == "rank_span" and column in values else ""
    beside = {
        "duty_span": ("group_id", ""),
        "exemption_span": ("contact_person_id", column_word("contact_person_id")),
    }.get(table, ("", ""))
    more = values.get(beside[0])
    return _value(table, column, values[column], tz) + (f"（{beside[1]}{more}）" if more else "")


def _days(values: Values, tz: tzinfo) -> str:
    """（自2023年8月1日起，至2024年1月31日）; nothing for what holds since ever."""
    begins, ends = values.get("from_on"), values.get("to_on")
    said = [f"自{_word('', 'from_on', begins, tz)}起"] if begins and begins != date.min.isoformat() else []
    said += [f"至{_word('', 'to_on', ends, tz)}"] if ends else []
    return f"（{'，'.join(said)}）" if said else ""


def _person(edit: RowEdit, tz: tzinfo) -> Iterator[str]:
    """Somebody new in one part, without the name, which stands before; else field by field."""
    if edit.before is not None and edit.after is not None:
        for name, before in edit.before.items():
            yield _from_to(column_word(name), "person", name, before, edit.after.get(name), tz)
        return
    values = edit.after or edit.before or {}
    known = {name: _value("person", name, value, tz) for name, value in values.items() if name != "name"}
    said = [f"{column_word(name)}{word}" for name, word in known.items() if word not in (NOTHING, "无")]
    if said:
        yield ("" if edit.before is None else "删除") + "、".join(said)


# --- further details -------------------------------------------------------------------------------------------------

# What an archive does with people.
COUNTED = ("person_added", "person_changed", "person_removed")
_WHYS = {one.value: word for words in (WHYS, SOURCES) for one, word in words.items()}


def _notes(one: LogEntry) -> Iterator[str]:
    """How many, by what, and why."""
    notes = one.notes
    if isinstance(notes.get("holiday"), str):
        yield "今后各次" if notes["holiday"] == "*" else notes["holiday"].replace(":", "年")
    if notes.get("duty") and not one.edits:
        yield f"{column_word('duty')}{_chosen('duty_span', 'duty', notes['duty'])}"
    if notes.get("type"):
        yield f"{column_word('type', 'leave_request')}{_chosen('leave_request', 'type', notes['type'])}"
    if notes.get("own"):
        yield "无其他同志可审批，由本人办理"
    if notes.get("new") and one.subject == "bind_request":
        yield f"{column_word('state')}改为{_chosen('bind_request', 'state', notes['new'])}"
    counts = {action_word(name): count for name, count in (notes.get("counts") or {}).items() if name in COUNTED}
    if any(counts.values()):
        yield "、".join(f"{word}{count}人" for word, count in counts.items() if count)
    many = _how_many(notes)
    if many is not None:
        yield f"共{many}条"
    if notes.get("by") in BOUND_BY:
        yield f"{column_word('method')}：{BOUND_BY[notes['by']]}"
    # Of an exemption nobody asks the reason: it is the fact itself.
    if notes.get("why") in _WHYS and notes.get("kind") != "exempt":
        file = f"（{notes['file']}）" if notes.get("file") in ("xlsx", "csv") else ""
        yield f"原因：{_WHYS[notes['why']]}{file}"


def _how_many(notes: Values) -> int | None:
    rows = notes.get("rows")
    if isinstance(rows, dict):
        return sum(count for count in rows.values() if isinstance(count, int))
    found = (notes.get(name) for name in ("count", "stopped", "resumed", "rows"))
    return next((each for each in found if isinstance(each, int)), None)


def _chosen(table: str, column: str, value: Any) -> str:
    choice = _choice(table, column)
    return value_word(choice(value)) if choice is not None and value in set(choice) else str(value)
