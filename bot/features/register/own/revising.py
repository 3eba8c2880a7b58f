"""What may not be beside other kinds, or beside what a kind was; what becomes of both. Plain values only."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from bot.features.register.own.declaring import IN_A_FILE, MOST_KINDS, Declared, Fault, OwnField
from bot.kit.names import name_key


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is already, in the organisations above and below too: words, names, how many kinds of its own."""

    words: Collection[str] = ()
    names: Collection[str] = ()
    many: int = 0


def faults_beside(declared: Declared, beside: Beside, old: Declared | None = None) -> list[Fault]:
    """What cannot be beside the kinds that there are; `old`: as the same kind was until now."""
    found: list[Fault] = []
    if name_key(declared.word) in map(name_key, beside.words):
        found.append(Fault("kind.word", taken(declared.word),
                           f"there is a kind {declared.word!r} already."))  # fmt: skip
    if old is None and declared.id and declared.id in beside.names:
        found.append(Fault("kind.id", f"标识“{declared.id}”已被使用。", f"the id {declared.id!r} is taken."))
    if old is None and beside.many >= MOST_KINDS:
        found.append(Fault("kind", f"最多{MOST_KINDS}个登记项目。", f"at most {MOST_KINDS} kinds."))
    return [*found, *(faults_of_change(old, declared) if old is not None else ())]


def taken(word: str) -> str:
    return f"已有登记类别“{word}”，请换一个名称。"


def faults_of_change(old: Declared, new: Declared) -> Iterator[Fault]:
    """What of a kind never changes: the type and unit of what is counted, and the day that dates it."""
    before = {one.key: one for one in old.fields}
    for one in new.fields:
        was = before.get(one.key)
        if was is not None and was.type != one.type:
            yield Fault(f"fields.{one.key}", f"该字段类型不能由 {was.type} 改为 {one.type}，请新增字段。",
                        f"a field of type {was.type} does not become {one.type}; add another one.")  # fmt: skip
        elif was is not None and was.unit != one.unit:
            yield Fault(f"fields.{one.key}", "计量单位不能修改，请新增字段。", "the unit never changes; add a field.")
    if old.dated.key != new.dated.key:
        yield Fault("fields", f"统计日期应为“{old.dated.label}”，不能更换。", f"{old.dated.key} dates it for good.")
    if old.unit != new.unit:
        yield Fault("kind.unit", "计量单位不能修改。", "the unit never changes.")
    if bool(old.states) != bool(new.states):
        yield Fault("tracking", "是否跟踪办理不能修改。", "whether it is followed up never changes.")
    for code in old.states:
        if code not in new.states:
            yield Fault("tracking.states", f"状态“{code}”不能去掉。", f"the state {code!r} stays.")
    more = [one for one in new.fields if one.key not in before]
    if len(old.fields) + len(more) > IN_A_FILE:
        yield Fault(
            "fields", f"已有{len(old.fields)}个字段，最多可设{IN_A_FILE}个，本次新增{len(more)}个。",
            f"there are {len(old.fields)} fields, at most {IN_A_FILE} may be, and {len(more)} more are said.",
        )  # fmt: skip


def merged(old: Declared, new: Declared, today: str) -> Declared:
    """The new declaration with what it says no more: fields and options are dropped, never lost."""
    said = {one.key for one in new.fields}
    before = {one.key: one for one in old.fields}
    fields = [_with_old_options(before.get(one.key), one) for one in new.fields]
    gone = [replace(one, needed=False, dropped_on=one.dropped_on or today) for one in old.fields if one.key not in said]
    return replace(new, fields=(*fields, *gone), id=old.id, states={**old.states, **new.states})


def _with_old_options(old: OwnField | None, new: OwnField) -> OwnField:
    if old is None or not old.options:
        return new
    gone = {code: word for code, word in old.options.items() if code not in new.options}
    # What a change of something else leaves as it is stays dropped.
    return replace(new, options={**gone, **new.options}, dropped=tuple(dict.fromkeys((*gone, *new.dropped))))
