"""The history of an entry: who changed what, when and why."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bot.features.register import buttons
from bot.features.register.kinds.kind import EntryField, Type
from bot.features.register.messages import state_word
from bot.features.register.rules import LONGEST, Fact, Row, View, line_of
from bot.features.register.values import Called, line, said
from bot.kit.lists import label
from bot.kit.replies import Choice, Message, Pages
from bot.kit.words import by_day, in_marks, moment_words
from storage.models.entry import EntryChange


def history_page(
    view: View, called: Called, changes: Sequence[EntryChange], facts: Sequence[tuple[int | None, Fact, str]],
    names: Mapping[int | None, str], tz: tzinfo,
) -> list[Message]:  # fmt: skip
    """Who changed what, when and why, in the order of time."""
    lines = [(one.changed_at, _change_line(view, one, called, names, tz)) for one in changes]
    there = {None, *(row.id for row in view.rows)} - view.hidden
    facts = [one for one in facts if one[0] in there]
    lines += [
        (fact.recorded_at, _fact_line(view, row, fact, by, called, tz)) for row, fact, by in facts if fact.recorded_at
    ]
    if view.withdrawn_at is not None:
        who = names.get(view.withdrawn_by_id, "")
        lines.append((view.withdrawn_at, f"{moment_words(view.withdrawn_at, tz)}{who}：取消登记{_why(view.reason)}"))
    texts = [text for _, text in sorted(lines, key=lambda line: line[0])]
    head = f"【变更记录】{line_of(view, called)}"
    *first, last = Pages().add([head, *(texts or ["没有变更。"])]).texts
    return [
        *(Message(text) for text in first),
        Message(last, [[Choice(label(view.kind.label), buttons.OpenEntry(view.id, 0))]]),
    ]


def _change_line(view: View, change: EntryChange, called: Called, names: Mapping[int | None, str], tz: tzinfo) -> str:
    row = view.row(change.row_id) if change.row_id is not None else None
    declared = _field_of(view, change, row)
    old, new = change.old.get("value"), change.new.get("value")
    who = names.get(change.changed_by_id, "")
    what = declared.word if declared is not None else "内容"
    if declared is None or declared.type is Type.ROWS:
        gone = line("{problem} {platform} {title}", {key: str(one) for key, one in (old or {}).items()})
        said_change = f"已删除{gone and in_marks(gone, LONGEST)}"
    else:
        said_change = f"{said(declared, old, called) or '未填'}→{said(declared, new, called) or '未填'}"
    return f"{moment_words(change.changed_at, tz)}{who}：{_of_row(view, change.row_id)}{what}：{said_change}" + _why(
        change.reason
    )


def _field_of(view: View, change: EntryChange, row: Row | None) -> EntryField | None:
    for rows in view.kind.rowed:
        inner = rows.field(change.field)
        if change.row_id is not None and inner is not None and (row is None or row.field == rows.key):
            return inner
    return view.kind.field(change.field)


def _of_row(view: View, row_id: int | None) -> str:
    row = view.row(row_id) if row_id is not None else None
    return f"第{view.of(row.field).index(row) + 1}项" if row is not None else ""


def _fact_line(view: View, row_id: int | None, fact: Fact, by: str, called: Called, tz: tzinfo) -> str:
    row = view.row(row_id) if row_id is not None else None
    state = state_word(view.kind, row.field if row is not None else "", fact)
    due = "" if fact.due_on is None else f"，期限{by_day(fact.due_on).removesuffix('前')}"
    owner = f"，{fact.owner.said(called)}" if not fact.owner.nobody else ""
    assert fact.recorded_at is not None
    when = f"自{fact.on.month}月{fact.on.day}日"
    return (
        f"{moment_words(fact.recorded_at, tz)}{by}：{_of_row(view, row_id)}{when}{state}{owner}{due}{_why(fact.reason)}"
    )


def _why(reason: str) -> str:
    return f"（原因：{reason}）" if reason else ""
