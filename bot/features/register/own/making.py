"""Makes of a unit's own declaration the kind that the engine reads, with all the figures that follow from its fields.

Plain values only.
"""

import json
from collections.abc import Iterator
from functools import lru_cache, partial

from bot.features.register.kinds.kind import (
    ACTIVITY,
    READERS,
    ROSTER,
    Count,
    EntryField,
    Kind,
    Ledger,
    Ratio,
    Tracking,
    Type,
)
from bot.features.register.own.declaring import TYPES, Declared, OwnField, from_json
from bot.kit.figures import Behaviour, Section

COLLECTION = "own_entries"
OWNER, DUE = "owner", "due_on"


@lru_cache(maxsize=512)
def kept(name: str, revision: int, declaration: str) -> Kind:
    """The same of a declaration as it is kept (JSON): one that was read once is not read again."""
    return kind(from_json(name, json.loads(declaration)), name, revision)


def kind(declared: Declared, name: str, revision: int = 1) -> Kind:
    """`name`: own_N, or what the file calls it."""
    fields = [_field(one) for one in declared.fields]
    followed = declared.states
    owned = [
        EntryField(key=OWNER, word="责任人", type=Type.OWNER, needed=True),
        EntryField(key=DUE, word="完成期限", type=Type.DUE, needed=True, happened=False),
    ]
    columns = [(one.word, one.key) for one in fields]
    columns += [("责任人", OWNER), ("完成期限", DUE), ("状态", "state")] if followed else []
    return Kind(
        name=name,
        word=declared.word,
        unit=declared.unit,
        section=Section.OWN,
        collection=COLLECTION,
        also={"kind": name},
        letter="Y",
        revision=revision,
        keepers=declared.keepers,
        readers=declared.readers or READERS,
        # Fewer readers than usual: it is for these and whom it names, not for leaders.
        apart=bool(declared.readers),
        fields=(*fields, *(owned if followed else [])),
        dated=declared.dated.key,
        tracking=Tracking(states=dict(declared.states), done=declared.done) if followed else None,
        line=_line(declared),
        phrase=declared.phrase,
        counts=tuple(_counts(declared, name)),
        ratios=tuple(_ratios(declared, name)),
        ledger=Ledger(name=f"{declared.word}台账", columns=tuple(columns)),
    )


def _field(one: OwnField) -> EntryField:
    words = f"{one.label}（{one.unit}）" if one.unit else one.label
    return EntryField(
        key=one.key,
        word=f"{words}（已停用）" if one.dropped_on else words,
        short=one.label,
        type=TYPES[one.type],
        needed=(one.needed or one.dated) and not one.dropped_on,
        several=one.type == "people",
        to=(ACTIVITY,) if one.type == "link" else (),
        outside=one.outside,
        options=dict(one.options),
        retired=one.dropped,
        dropped=bool(one.dropped_on),
        longest=500,
    )


def _line(declared: Declared) -> str:
    """The day, and the first two things that tell an entry from another."""
    tells = [one.key for one in declared.asked if one.type in ("text", "org", "site", "people", "person", "choice")]
    return " ".join(f"{{{key}}}" for key in [declared.dated.key, *tells[:2]])


def _counts(declared: Declared, name: str) -> Iterator[Count]:
    day, word = declared.dated.key, declared.word
    yield Count(
        path=f"own.{name}.count", word=word, unit=declared.unit, on=day, formula=f"按{declared.dated.label}统计的数量"
    )
    for one in declared.fields:
        yield from _counts_of(one, f"own.{name}.{one.key}", day, word)
    if declared.states:
        listed = partial(Count, unit="项", behaviour=Behaviour.LAST_DAY)
        open_ = tuple(code for code in declared.states if code not in declared.done)
        yield listed(path=f"own.{name}.listed", word=f"{word}事项", states=tuple(declared.states),
                    formula="至期末已登记的事项数")  # fmt: skip
        yield listed(path=f"own.{name}.done", word=f"{word}已办结", states=declared.done,
                    formula="至期末已办结的事项数")  # fmt: skip
        yield listed(path=f"own.{name}.overdue", word=f"{word}逾期", states=open_, overdue=True,
                    formula="完成期限在期末之前、至期末没有办结的事项数")  # fmt: skip


def _counts_of(one: OwnField, path: str, day: str, word: str) -> Iterator[Count]:
    """What follows from one field."""
    label = one.label
    match one.type:
        case "number":
            yield Count(path=f"{path}.sum", word=f"{word}{label}", unit=one.unit, on=day, total=one.key,
                        formula=f"{label}之和")  # fmt: skip
        case "people" | "person":
            yield Count(path=f"{path}.person_times", word=f"{word}{label}人次", unit="人次", on=day, times=one.key,
                        formula=f"每次{label}人数之和")  # fmt: skip
            yield Count(path=f"{path}.people", word=f"{word}{label}人数", unit="人", behaviour=Behaviour.DISTINCT,
                        on=day, distinct=one.key, formula=f"不同的{label}人数")  # fmt: skip
        case "choice":
            yield Count(path=path, word=f"{word}{label}", unit="次", on=day, by=one.key, beside=_count_of(path),
                        said="{}", formula=f"按{label}统计的数量")  # fmt: skip
        case "site" | "org":
            yield Count(path=f"{path}.distinct", word=f"{word}{label}", unit="个", behaviour=Behaviour.DISTINCT, on=day,
                        distinct=one.key, formula=f"不同的{label}数")  # fmt: skip
        case "yesno":
            yield Count(path=f"{path}.yes", word=f"{word}{label}", unit="次", on=day, where={one.key: "yes"},
                        formula=f"{label}为“是”的数量")  # fmt: skip
        case "days":
            yield Count(path=f"{path}.open", word=f"{word}{label}未结束", unit="项", behaviour=Behaviour.LAST_DAY,
                        holds=one.key, formula=f"期末仍在{label}内的数量")  # fmt: skip


def _count_of(path: str) -> str:
    return f"{path.rpartition('.')[0]}.count"


def _ratios(declared: Declared, name: str) -> Iterator[Ratio]:
    for one in declared.fields:
        if one.type in ("people", "person"):
            path = f"own.{name}.{one.key}"
            yield Ratio(
                path=f"{path}.coverage_rate", word=f"{declared.word}{one.label}覆盖率", over=f"{path}.people",
                under=ROSTER, full=f"{path}.full_coverage", beside=f"{path}.people", said="覆盖率{}",
                formula=f"不同的{one.label}人数÷期末名册人数",
            )  # fmt: skip
