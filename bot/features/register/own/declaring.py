"""What a unit declares a kind of its own with, checked whole: every fault with its place. Plain values only.

A declaration is kept as it is said in chat, in a file (TOML) and in an archive; `kind` makes of it the value that the
engine reads, the same as a built-in one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.features.register.kinds.kind import DESK, OF_FORMS, RESERVED, Type
from bot.kit.names import clean_name, name_key
from storage.choices import Duty

LONGEST_WORD, LONGEST_UNIT, LONGEST_LABEL = 8, 2, 12
# In chat eight fields are asked for; a file may have more.
IN_CHAT, IN_A_FILE, MOST_KINDS = 8, 20, 30
UNITS = ("次", "份", "人次", "篇", "项", "个", "期", "条", "户")
TYPES: Mapping[str, Type] = {
    "text": Type.TEXT, "number": Type.NUMBER, "day": Type.DAY, "days": Type.DAYS, "choice": Type.CHOICE,
    "yesno": Type.YESNO, "person": Type.PEOPLE, "people": Type.PEOPLE, "org": Type.ORG, "site": Type.SITE,
    "link": Type.LINK, "file": Type.FILES,
}  # fmt: skip
DATES = ("day", "days")
# What a record, a form or a figure of every kind has under these names.
TAKEN = RESERVED | OF_FORMS | {"kind", "owner", "due_on", "from", "to", "on", "count", "listed", "done", "overdue"}
SLUG = re.compile(r"[a-z][a-z0-9_]{1,30}", re.ASCII)
NUMBERED = re.compile(r"own_[0-9]+", re.ASCII)
# Key and code travel together in a button.
KEY = re.compile(r"[a-z][a-z0-9_]{0,19}", re.ASCII)
# What the register is not for: money, and numbers of papers.
_NEVER = ("元", "金额", "身份证")
NEVER = "小助手不登记金额和证件号码。"
KEEPERS = (*DESK, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER, Duty.YOUTH_OFFICER, Duty.MASS_WORK_OFFICER)
_OF_KIND = ("id", "word", "unit", "keepers", "readers", "phrase")
_OF_FIELD = ("type", "label", "needed", "dated", "outside", "unit", "options", "dropped_on", "dropped")
_OF_TRACKING = ("states", "done")
DEFAULT_STATES = {"open": "未办结", "done": "已办结"}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where: `place` is kind.word, fields.served.type; in Chinese for chat, in English for a file."""

    place: str
    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class OwnField:
    """`key`: f1, f2 … in chat, its name in a file; it never changes. dropped_on: since when it is asked no more.

    dropped: codes of options that are offered no more, and counted all the same. unit: what a number counts.
    """

    key: str
    type: str
    label: str
    needed: bool = False
    dated: bool = False
    outside: bool = False
    unit: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    dropped_on: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """One kind as its unit says it. `id`: what a file calls it; "": it gets a number. states: if it is followed up."""

    word: str
    unit: str
    fields: tuple[OwnField, ...]
    id: str = ""
    keepers: tuple[Duty, ...] = DESK
    readers: tuple[Duty, ...] = ()
    phrase: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    done: tuple[str, ...] = ()

    @property
    def dated(self) -> OwnField:
        return next(one for one in self.fields if one.dated)

    @property
    def asked(self) -> list[OwnField]:
        return [one for one in self.fields if not one.dropped_on]


# --- reading ---------------------------------------------------------------------------------------------------------


def read(document: Any) -> tuple[Declared | None, list[Fault]]:
    """The declaration of {kind, fields, tracking} and every fault of its shape; without a fault it may yet be refused
    beside others (`faults_beside`, `faults_of_change`).
    """
    reader = _Reader()
    found = reader.whole(document)
    return (found if not reader.faults else None), reader.faults


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, place: str, chinese: str, english: str) -> None:
        self.faults.append(Fault(place, chinese, english))

    def whole(self, document: Any) -> Declared | None:
        if not isinstance(document, dict) or not isinstance(document.get("kind"), dict):
            self.fault("kind", "没有 [kind] 部分。", "there is no [kind].")
            return None
        head = document["kind"]
        self._known("", document, ("kind", "fields", "tracking"))
        self._known("kind", head, _OF_KIND)
        word = self._text("kind.word", head.get("word"), LONGEST_WORD)
        unit = self._text("kind.unit", head.get("unit"), LONGEST_UNIT)
        if is_never_recorded(unit):
            self._never("kind.unit")
        slug = head.get("id", "")
        if slug and (not isinstance(slug, str) or SLUG.fullmatch(slug) is None or NUMBERED.fullmatch(slug)):
            self.fault(
                "kind.id",
                "标识应为小写字母开头的2至31个小写字母、数字或下划线，不能是 own_ 加数字。",
                "an id is 2 to 31 small letters, digits or underscores, begins with a letter, and is not own_N.",
            )
        fields = tuple(self._fields(document.get("fields")))
        states, done = self._tracking(document.get("tracking"))
        declared = Declared(
            word=word, unit=unit, fields=fields, id=slug if isinstance(slug, str) else "",
            keepers=self._offices("kind.keepers", head.get("keepers")) or DESK,
            readers=self._offices("kind.readers", head.get("readers")),
            phrase=head["phrase"] if isinstance(head.get("phrase"), str) else "",
            states=states, done=done,
        )  # fmt: skip
        if not self.faults and declared.phrase:
            self._phrase(declared)
        return declared

    def _known(self, place: str, table: Json, names: Sequence[str]) -> None:
        for name in table:
            if name not in names:
                where = f"{place}.{name}" if place else name
                listed = "、".join(names)
                self.fault(where, f"没有这一项，可用：{listed}。", f"unknown; known are {', '.join(names)}.")

    def _text(self, place: str, value: Any, longest: int) -> str:
        if not isinstance(value, str) or not value.strip():
            self.fault(place, "请填写。", "is needed.")
            return ""
        if len(value.strip()) > longest:
            self.fault(place, f"最多{longest}个字。", f"at most {longest} characters.")
        if is_odd(value):
            self.fault(place, ODD, "holds a brace, a line break or a hidden mark.")
        return value.strip()

    def _never(self, place: str) -> None:
        self.fault(place, NEVER, "amounts of money and numbers of papers are not recorded.")

    def _offices(self, place: str, value: Any) -> tuple[Duty, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            self.fault(place, "应为职务的列表。", "should be a list of offices.")
            return ()
        known = {one.value: one for one in KEEPERS}
        for one in value:
            if not isinstance(one, str) or one not in known:
                self.fault(place, f"没有“{one}”这个职务，可用：{'、'.join(known)}。",
                           f"no office {one!r}; known are {', '.join(known)}.")  # fmt: skip
        # The secretary has every right.
        named = [known[one] for one in value if isinstance(one, str) and one in known]
        return tuple(dict.fromkeys([*named, Duty.SECRETARY]))

    # --- fields ---

    def _fields(self, value: Any) -> Iterator[OwnField]:
        if not isinstance(value, dict) or not value:
            self.fault("fields", "没有字段。", "there are no fields.")
            return
        if len(value) > IN_A_FILE:
            self.fault("fields", f"最多{IN_A_FILE}个字段，现有{len(value)}个。",
                       f"at most {IN_A_FILE} fields, not {len(value)}.")  # fmt: skip
        found = [self._field(key, one) for key, one in value.items()]
        labels = [name_key(one.label) for one in found if one is not None and not one.dropped_on]
        if len(set(labels)) < len(labels):
            self.fault("fields", "有相同的内容名称。", "two fields have one label.")
        dated = [one for one in found if one is not None and one.dated and not one.dropped_on]
        if not dated:
            self.fault("fields", "没有标明 dated = true 的日期。", "no day has dated = true.")
        elif len(dated) > 1:
            self.fault("fields", f"有{len(dated)}个 dated，只能有1个。", f"{len(dated)} fields are dated; one may be.")
        yield from (one for one in found if one is not None)

    def _field(self, key: str, value: Any) -> OwnField | None:
        place = f"fields.{key}"
        if key in TAKEN:
            self.fault(place, "这是保留名称。", "the name is reserved.")
        elif KEY.fullmatch(key) is None:
            self.fault(
                place, "名称应为小写字母、数字或下划线，以字母开头。", "a name is small letters, digits, underscores."
            )
        if not isinstance(value, dict):
            self.fault(place, "应为 {type = …, label = …}。", "should be {type = ..., label = ...}.")
            return None
        self._known(place, value, _OF_FIELD)
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            self.fault(f"{place}.type", f"没有“{kind}”这种类型，可用：{'、'.join(TYPES)}。",
                       f"no type {kind!r}; known are {', '.join(TYPES)}.")  # fmt: skip
        label = self._text(f"{place}.label", value.get("label"), LONGEST_LABEL)
        unit = self._text(f"{place}.unit", value["unit"], LONGEST_LABEL) if value.get("unit") else ""
        if is_never_recorded(f"{label}{unit}"):
            self._never(f"{place}.label")
        options = self._options(f"{place}.options", value.get("options"), kind == "choice")
        flags = {name: self._flag(f"{place}.{name}", value.get(name, False)) for name in ("needed", "dated", "outside")}
        if flags["dated"] and kind not in DATES:
            self.fault(f"{place}.dated", "只有 day 和 days 可以是 dated。", "only a day or days may be dated.")
        gone = value.get("dropped", ())
        return OwnField(
            key, str(kind), label, **flags, unit=str(unit), options=options,
            dropped_on=str(value.get("dropped_on") or ""), dropped=tuple(gone) if isinstance(gone, list) else (),
        )  # fmt: skip

    def _flag(self, place: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fault(place, "应为 true 或 false。", "should be true or false.")
        return value is True

    def _options(self, place: str, value: Any, needed: bool) -> Mapping[str, str]:
        if value is None and not needed:
            return {}
        if not isinstance(value, dict) or not all(isinstance(one, str) and one.strip() for one in value.values()):
            self.fault(place, '应为 {代码 = "文字"}，至少2个选项。', 'should be {code = "word"}, at least 2 of them.')
            return {}
        if len(value) < 2:
            self.fault(place, "至少2个选项。", "at least 2 options.")
        if len(value) > 20:
            self.fault(place, "最多20个选项。", "at most 20 options.")
        if any(KEY.fullmatch(code) is None for code in value):
            self.fault(place, "代码应为小写字母、数字或下划线。", "codes are small letters, digits or underscores.")
        if any(is_odd(word) for word in value.values()):
            self.fault(place, ODD, "holds a brace, a line break or a hidden mark.")
        words = [name_key(word) for word in value.values()]
        if len(set(words)) < len(words):
            self.fault(place, "有相同的选项。", "two options have one word.")
        return {code: word.strip() for code, word in value.items()}

    # --- following up, and what a report says ---

    def _tracking(self, value: Any) -> tuple[Mapping[str, str], tuple[str, ...]]:
        if value is None:
            return {}, ()
        place = "tracking"
        if not isinstance(value, dict):
            self.fault(place, "应为 states 和 done。", "should hold states and done.")
            return {}, ()
        self._known(place, value, _OF_TRACKING)
        states = self._options(f"{place}.states", value.get("states", DEFAULT_STATES), True)
        if len(states) < 2:
            return states, ()
        done = value.get("done", list(states)[-1:])
        if not isinstance(done, list) or not done or not all(isinstance(one, str) and one in states for one in done):
            self.fault(f"{place}.done", "应为 states 中的状态。", "should be some of the states.")
            return states, ()
        if next(iter(states), "") in done:
            self.fault(f"{place}.done", "第一个状态不能是办结状态。", "the first state cannot be a done one.")
        return states, tuple(done)

    def _phrase(self, declared: Declared) -> None:
        usable = figures_of(declared)
        for name in re.findall(r"\{([^{}]*)\}", declared.phrase):
            if name not in usable and name not in ("word", "unit"):
                shown = usable if len(usable) <= 6 else [*usable[:2], "…", *usable[-3:]]
                self.fault("kind.phrase", f"没有“{name}”，可用：{'、'.join(shown)}。",
                           f"no figure {name!r}; known are {', '.join(usable)}.")  # fmt: skip
        rest = re.sub(r"\{[^{}]*\}", "", declared.phrase)
        if "{" in rest or "}" in rest:
            self.fault("kind.phrase", "花括号没有成对。", "a brace stands alone.")


ODD = "不能含有花括号、换行和看不见的字符。"


def is_odd(words: str) -> bool:
    """Braces stand for figures in a phrase; what cannot be seen tells nothing apart."""
    return "{" in words or "}" in words or clean_name(words) != words.strip()


def is_never_recorded(words: str) -> bool:
    return any(one in words for one in _NEVER)


def figures_of(declared: Declared) -> list[str]:
    """The names of what is counted of a kind, as a phrase calls them."""
    found = ["count"]
    for one in declared.asked:
        match one.type:
            case "number":
                found.append(f"{one.key}.sum")
            case "people" | "person":
                found += [f"{one.key}.{name}" for name in ("person_times", "people", "coverage_rate", "full_coverage")]
            case "choice":
                found += [f"{one.key}.{code}" for code in one.options]
            case "site" | "org":
                found.append(f"{one.key}.distinct")
            case "yesno":
                found.append(f"{one.key}.yes")
            case "days":
                found.append(f"{one.key}.open")
    return [*found, *(("listed", "done", "overdue") if declared.states else ())]


# --- as it is kept ---------------------------------------------------------------------------------------------------


def to_json(declared: Declared) -> dict[str, Any]:
    """As it is kept, and as an archive has it (kinds 4); nothing that is usual."""
    found: dict[str, Any] = {
        "word": declared.word,
        "unit": declared.unit,
        "keepers": [one.value for one in declared.keepers],
        "phrase": declared.phrase,
        "fields": [_field_json(one) for one in declared.fields],
        "tracking": {"states": dict(declared.states), "done": list(declared.done)} if declared.states else None,
    }
    return found | ({"readers": [one.value for one in declared.readers]} if declared.readers else {})


def _field_json(one: OwnField) -> dict[str, Any]:
    more: dict[str, Any] = {
        "needed": one.needed, "dated": one.dated, "outside": one.outside, "unit": one.unit,
        "options": dict(one.options), "dropped_on": one.dropped_on, "dropped": list(one.dropped),
    }  # fmt: skip
    return {"key": one.key, "type": one.type, "label": one.label} | {name: said for name, said in more.items() if said}


def read_kept(kept: Json) -> tuple[Declared | None, list[Fault]]:
    """The same of what is kept, or stands in an archive: its fields are a list."""
    fields = {one["key"]: {name: said for name, said in one.items() if name != "key"} for one in kept["fields"]}
    head = {key: kept[key] for key in ("word", "unit", "keepers", "readers", "phrase") if kept.get(key)}
    tracking = {"tracking": kept["tracking"]} if kept.get("tracking") else {}
    return read({"kind": head, "fields": fields, **tracking})


def from_json(name: str, kept: Json) -> Declared:
    """What is kept, which was checked when it was kept. Raises ValueError where it cannot be."""
    found, faults = read_kept(kept)
    if found is None:
        raise ValueError("; ".join(f"{one.place}: {one.english}" for one in faults))
    return replace(found, id=name)
