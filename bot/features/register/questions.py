"""How each type of field is asked in a form, and what is kept of the answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register import entries, linking
from bot.features.register.figures import peer_orgs
from bot.features.register.kinds.kind import ACTIVITY, PEER_ORGS, VOTE, EntryField, Type
from bot.features.register.linking import Candidate
from bot.features.register.values import ENTRY, Link, Owner, full_day
from bot.features.tally.periods import read_quarter
from bot.kit import questions
from bot.kit.dates import read_typed
from bot.kit.form_fields import Doubt, Field, Options, Values
from bot.kit.glossary.choices import DUTIES
from bot.kit.handlers import Call, File
from bot.kit.kept_files import KINDS, LONGEST_NAME
from bot.kit.lists import label
from bot.kit.names import LONGEST, called, clean_name, group_key, name_key, name_mark
from bot.kit.numerals import number
from bot.kit.refusal import Refusal
from bot.kit.typed_days import the_day
from bot.kit.words import cut, day_words, quarter_word
from scheduler.calendar.days import DAY, Quarter
from storage.choices import Duty
from storage.models.entry import Entry, EntryState
from storage.models.organisation import PartyGroup
from storage.roster import Member, roster

# What a button holds of a name: longer ones are typed.
_IN_A_BUTTON = 30
# Before a name among people and owners: it is on no roster.
OUTSIDE = "="
# Digits, or a numeral; then at most what it is counted in.
_NUMBER = re.compile(
    r"(?:(?P<digits>\d{1,15}(?:\.\d+)?)|(?P<numeral>[〇零一二两三四五六七八九十廿卅百]+))\s*[^\d\W]{0,2}"
)
_SEPARATORS = str.maketrans(dict.fromkeys(",，;；\n", "、"))
_AND = re.compile("[和与及]")
MOST_FILES = 10
_LARGEST = Decimal("1e12")
Asked = Callable[[EntryField], list[Field]]


def asked(declared: EntryField) -> list[Field]:
    """The questions of a field: of days that last two, of rows none (they are added to an entry that is there)."""
    ask = _ASKED.get(declared.type)
    return ask(declared) if ask is not None and not (declared.computed or declared.dropped) else []


def _field(declared: EntryField, ask: str, **more: Any) -> Field:
    """What every question has: later, or left empty by a button, where nothing needs it."""
    return Field(declared.key, ask, declared.label, **_usual(declared, more))


def _usual(declared: EntryField, more: Mapping[str, Any]) -> dict[str, Any]:
    optional = not declared.needed
    options: Options = more.get("options", lambda session, call, values: ())
    leave = [("", "不填写")] if optional and not more.get("many") else []

    def and_none(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        return [*options(session, call, values), *leave]

    unless = {"when": lambda values: not values.get(declared.unless)} if declared.unless else {}
    return {**more, **unless, "options": and_none, "optional": optional, "later": declared.later and optional}


def ahead(declared: EntryField) -> str:
    return f"{declared.word}不能晚于今天。"


def please(declared: EntryField) -> str:
    return f"请发送{declared.word}。"


# --- text, numbers, choices ------------------------------------------------------------------------------------------


def _text(declared: EntryField) -> list[Field]:
    base = questions.text(declared.key, "", declared.word, declared.longest)
    asks = f"请选择{declared.word}，或直接发送。" if declared.offered else please(declared)
    options = questions.fixed({word: word for word in declared.offered})
    more: dict[str, Any] = {"what": declared.word, "longest": declared.longest, "options": options}
    return [_field(declared, asks, read=base.read, **more)]


def _number(declared: EntryField) -> list[Field]:
    def read(session: Session, call: Call, said: str) -> Values:
        number = number_in(said)
        if number is None:
            raise Refusal(f"请发送数字，例如：{'1.5' if declared.half else '12'}。")
        step = Decimal("0.5") if declared.half else Decimal(1)
        if not number.is_finite() or not 0 <= number < _LARGEST or number % step:
            raise Refusal(f"{declared.word}应为{'0.5的整数倍' if declared.half else '不小于0的整数'}。")
        return {declared.key: str(number.normalize() if number % 1 else int(number))}

    return [_field(declared, please(declared), read=read)]


def number_in(said: str) -> Decimal | None:
    """12, １２, 12份, 十二份: a number with at most two letters behind it."""
    found = _NUMBER.fullmatch(normalize("NFKC", said).strip())
    if found is None:
        return None
    if found["digits"]:
        return Decimal(found["digits"])
    numeral = number(found["numeral"])
    return Decimal(numeral) if numeral is not None else None


def _choice(declared: EntryField) -> list[Field]:
    """By its button, or by its word."""
    offered = {code: word for code, word in declared.options.items() if code not in declared.retired}
    by_word = {name_key(word): code for code, word in offered.items()}

    def read(session: Session, call: Call, said: str) -> Values:
        code = by_word.get(name_key(said))
        if code is None:
            raise Refusal(f"请点按钮选择{declared.word}：{'、'.join(offered.values())}。")
        return {declared.key: code}

    return [_field(declared, f"请选择{declared.word}。", options=questions.fixed(offered), read=read)]


def _yesno(declared: EntryField) -> list[Field]:
    return [_field(declared, f"{declared.word}：请选择。", options=questions.fixed({"yes": "是", "no": "否"}))]


# --- days ------------------------------------------------------------------------------------------------------------


def _days_offered(declared: EntryField) -> Options:
    """What has happened did so lately; a deadline is weeks ahead."""

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        if declared.type is Type.DUE:
            days = [call.today + timedelta(days=ahead) for ahead in (7, 14, 30, 60)]
        elif declared.happened:
            days = [call.today - timedelta(days=ago) for ago in range(6)]
        else:
            days = [call.today + timedelta(days=ahead) for ahead in (0, -1, -2, -3, 1, 2)]
        return [(day.isoformat(), day_words(day)) for day in days]

    return options


def _day(declared: EntryField, key: str = "", ask: str = "") -> list[Field]:
    base = questions.day(key or declared.key, "", far=timedelta(days=40 * 366))

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        value = values.get(base.key)
        if not value:
            return ()
        gone = declared.type is Type.DUE and date.fromisoformat(value) < call.today
        ask = f"{full_day(date.fromisoformat(value))}已经过去，确认{declared.word}是这一天吗？"
        past = Doubt(ask, [(value, "确认")], again="重选日期") if gone else None
        return (past, *base.doubts(session, call, values))

    def read(session: Session, call: Call, said: str) -> Values:
        assert base.read is not None
        found = base.read(session, call, said)
        # Before it is asked whether a day off is meant.
        if (
            declared.happened
            and declared.type in (Type.DAY, Type.SINCE)
            and date.fromisoformat(found[base.key]) > call.today
        ):
            raise Refusal(ahead(declared))
        return found

    asks = ask or f"请选择{declared.word}，或直接发送，例如：7月7日。"
    found = _field(declared, asks, options=_days_offered(declared), read=read, accepts=base.accepts, doubts=doubts)
    return [replace(found, key=base.key)]


def _lasting(declared: EntryField) -> list[Field]:
    first = _day(declared, f"{declared.key}_first", f"请选择{declared.word}的第一天，或直接发送。")
    last = _day(declared, f"{declared.key}_last", f"请选择{declared.word}的最后一天，或直接发送。")
    return [*first, *(_same_day_first(declared, replace(one, label=f"{declared.label}止")) for one in last)]


def _same_day_first(declared: EntryField, last: Field) -> Field:
    """The first day stands first among what is offered for the last one: most things take a day."""
    begins = f"{declared.key}_first"

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        usual, first = last.options(session, call, values), values.get(begins)
        same = [(str(first), "当天结束")] if first else []
        return [*same, *(one for one in usual if one[0] != first)]

    return replace(last, options=options)


def _month(declared: EntryField) -> list[Field]:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        months = [call.today.replace(day=1)]
        for _ in range(5):
            months.append((months[-1] - DAY).replace(day=1))
        return [(f"{one:%Y-%m}", f"{one.year}年{one.month}月") for one in months]

    def read(session: Session, call: Call, said: str) -> Values:
        return {declared.key: f"{the_day(f'{said.strip()}1日', call.today, '2023年8月'):%Y-%m}"}

    return [_field(declared, f"请选择{declared.word}，或直接发送，例如：2023年8月。", options=options, read=read)]


def _quarter(declared: EntryField) -> list[Field]:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        quarters = [Quarter.of(call.today)]
        for _ in range(3):
            quarters.append(quarters[-1].previous())
        return [(str(one), f"{one.year}年{quarter_word(one.start)}") for one in quarters]

    def read(session: Session, call: Call, said: str) -> Values:
        found = read_quarter(said, call.today)
        if found is None:
            raise Refusal("请发送季度，例如：2023年第三季度。")
        return {declared.key: str(found)}

    return [_field(declared, f"请选择{declared.word}，或直接发送，例如：2023年第三季度。", options=options, read=read)]


# --- units and sites -------------------------------------------------------------------------------------------------


def names_offered(declared: EntryField) -> Callable[[Session, Call], list[str]]:
    """Names that entries have had before, the latest first, then those of the settings."""

    def names(session: Session, call: Call) -> list[str]:
        before = entries.used_before(session, call.me, declared.key)
        usual = (
            peer_orgs(session, call.me.branch_id, call.today)
            if PEER_ORGS in declared.offered
            else list(declared.offered)
        )
        return list({name_key(one): one for one in [*reversed(usual), *reversed(before)]}.values())[::-1][:24]

    return names


def _name(declared: EntryField) -> list[Field]:
    offered = names_offered(declared)

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        return [(name_mark(name), label(name)) for name in offered(session, call)]

    def then(session: Session, call: Call, value: str) -> Values:
        return {declared.key: next((one for one in offered(session, call) if name_mark(one) == value), value)}

    def read(session: Session, call: Call, said: str) -> Values:
        return {declared.key: _one_name(said, declared)}

    asks = f"请选择{declared.word}，或直接发送。"
    return [_field(declared, asks, options=options, then=then, read=read, what=declared.word, longest=LONGEST)]


def _names(declared: EntryField) -> list[Field]:
    offered = names_offered(declared)

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        ticked = [one for one in values.get(declared.key) or [] if len(one.encode()) <= _IN_A_BUTTON]
        fits = [one for one in offered(session, call) if len(one.encode()) <= _IN_A_BUTTON]
        return [(one, label(one)) for one in dict.fromkeys([*ticked, *fits])]

    def read(session: Session, call: Call, said: str) -> Values:
        parts = [part for part in said.translate(_SEPARATORS).split("、") if part.strip()]
        return {declared.key: list(dict.fromkeys(_one_name(part, declared) for part in parts))}

    asks = f"请选择{declared.word}（可多选），或直接发送，用顿号隔开。"
    return [_field(declared, asks, options=options, read=read, many=True)]


def _one_name(said: str, declared: EntryField) -> str:
    name = clean_name(said)
    if not name or len(name) > LONGEST:
        raise Refusal(f"请发送不超过{LONGEST}字的{declared.word}。")
    return name


# --- people ----------------------------------------------------------------------------------------------------------


def _members(session: Session, call: Call) -> list[Member]:
    return roster(session, call.me.branch_id, call.today)


def _people(declared: EntryField) -> list[Field]:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        outside = [one for one in values.get(declared.key) or [] if one.startswith(OUTSIDE)]
        short = [(one, label(one[1:])) for one in outside if len(one.encode()) <= _IN_A_BUTTON]
        return [*short, *((str(one.id), one.name) for one in _members(session, call))]

    def read(session: Session, call: Call, said: str) -> Values:
        members = _members(session, call)
        named = [each for part in parts(said) for each in _each(part, members)]
        found = list(dict.fromkeys(_one_of(one, members, declared.outside) for one in named))
        if not declared.several and len(found) > 1:
            raise Refusal(f"{declared.word}只能有一位。")
        return {declared.key: found}

    several = "（可多选）" if declared.several else ""
    asks = f"请选择{declared.word}{several}，或直接发送姓名。"
    return [_field(declared, asks, options=options, read=read, many=True)]


def parts(said: str) -> list[str]:
    """甲四、甲五: the names of several."""
    return [part.strip() for part in said.translate(_SEPARATORS).split("、") if part.strip()]


def _each(said: str, members: Sequence[Member]) -> list[str]:
    """甲四和乙五, where both are known: 和 may be part of a name."""
    pieces = _AND.split(said)
    several = len(pieces) > 1 and not called(members, said) and all(called(members, one) for one in pieces)
    return pieces if several else [said]


def _one_of(said: str, members: Sequence[Member], outside: bool) -> str:
    """Somebody of the roster by number; else, where that may be, by name."""
    found = called(members, said) or called(members, said.removesuffix("同志"))
    if len(found) > 1:
        raise Refusal(f"有{len(found)}位同志叫{found[0].name}，请点按钮选择。")
    if found:
        return str(found[0].id)
    name = clean_name(said)
    if not outside or not name or len(name) > LONGEST:
        raise Refusal(f"没有找到“{name[:LONGEST]}”，请点按钮选择。")
    return f"{OUTSIDE}{name}"


def _owner(declared: EntryField) -> list[Field]:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        members = _members(session, call)
        groups = session.execute(
            select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == call.me.branch_id)
        )
        held = {duty for one in members for duty in one.duties if duty is not Duty.GROUP_LEADER}
        return [
            *((f"g{one.id}", one.name) for one in groups),
            *((f"d{duty.value}", DUTIES[duty]) for duty in Duty if duty in held),
            *((f"p{one.id}", one.name) for one in members),
        ]

    def read(session: Session, call: Call, said: str) -> Values:
        listed = [(value, word) for value, word in options(session, call, {}) if value and value[0] in "gd"]
        offered = {group_key(word) if value[0] == "g" else name_key(word): value for value, word in listed}
        known = offered.get(group_key(said)) or offered.get(name_key(said))
        if known is not None:
            return {declared.key: known}
        found = _one_of(said, _members(session, call), outside=True)
        return {declared.key: found if found.startswith(OUTSIDE) else f"p{found}"}

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        value = str(values[declared.key])
        if not value.startswith(OUTSIDE) or name_key(value[1:]) in map(name_key, _known_owners(session, call)):
            return ()
        ask = f"名册和党小组中没有“{value[1:]}”，确认是其他单位或名册外的同志吗？"
        return (Doubt(ask, [(value, "确认登记")], again="重新选择"),)

    asks = f"请选择{declared.word}，或直接发送姓名或单位。"
    return [_field(declared, asks, options=options, read=read, doubts=doubts)]


def _known_owners(session: Session, call: Call) -> list[str]:
    """Units that the settings or entries have named: they are asked about no more."""
    owned = select(EntryState.owner_name).join(Entry, Entry.id == EntryState.entry_id)
    named = owned.where(Entry.branch_id == call.me.branch_id, EntryState.owner_name != "").distinct()
    return [*peer_orgs(session, call.me.branch_id, call.today), *session.scalars(named)]


# --- files -----------------------------------------------------------------------------------------------------------


def _files(declared: EntryField) -> list[Field]:
    def add(session: Session, call: Call, values: Values) -> Values:
        if any(file.kind not in KINDS for file in call.files):
            raise Refusal("请发送文件、照片、音频或视频。")
        held = [*(values.get(declared.key) or []), *map(_named, call.files)]
        if len(held) > MOST_FILES:
            raise Refusal(f"附件最多{MOST_FILES}个。")
        return {declared.key: held}

    return [_field(declared, f"请发送{declared.word}：照片或文件。", files=add)]


def _named(file: File) -> dict[str, Any]:
    """As it is kept: with a name that an archive takes too."""
    found = file.to_json()
    return {**found, "name": found["name"][:LONGEST_NAME]} if found.get("name") else found


# --- links -----------------------------------------------------------------------------------------------------------


def _link(declared: EntryField) -> list[Field]:
    """By a button, by its day, or by words of its name."""

    def candidates(session: Session, call: Call) -> list[Candidate]:
        return linking.candidates(session, call.me, declared, call.today, call.tz)

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        return [(as_answer(one.link), label(one.word)) for one in candidates(session, call)[: linking.MOST]]

    def read(session: Session, call: Call, said: str) -> Values:
        found = _meant(said, candidates(session, call), call.today)
        if not found:
            raise Refusal(f"没有找到“{cut(said.strip(), LONGEST)}”，请点按钮选择，或发送日期、名称。")
        if len(found) > 1:
            listed = "、".join(cut(one.word, LONGEST) for one in found[:5])
            raise Refusal(f"找到{len(found)}项：{listed}，请写得更完整，或点按钮选择。")
        answer = as_answer(found[0].link)
        return {declared.key: [answer] if declared.several else answer}

    several = "（可多选）" if declared.several else ""
    asks = f"请选择{declared.word}{several}，或直接发送日期、名称。"
    return [_field(declared, asks, options=options, read=read, **({"many": True} if declared.several else {}))]


def _meant(said: str, there: Sequence[Candidate], today: date) -> list[Candidate]:
    """Those of a day that was typed, else those that hold the words; of several one that is called exactly so."""
    typed = read_typed(said, today)
    if typed is not None and typed.days and typed.clock is None:
        return [one for one in there if one.day in typed.days]
    wanted = name_key(said)
    found = [one for one in there if wanted and wanted in name_key(one.word)]
    exactly = [one for one in found if name_key(one.word) == wanted]
    return exactly or found


def as_answer(link: Link) -> str:
    """As a form holds it: a7, e12."""
    return f"{link.to[0]}{link.id}"


def _kept_link(answer: str) -> dict[str, int]:
    to = {one[0]: one for one in (ACTIVITY, ENTRY, VOTE)}[answer[0]]
    return {to: int(answer[1:])}


_ASKED: Mapping[Type, Asked] = {
    Type.TEXT: _text,
    Type.NUMBER: _number,
    Type.DAY: _day,
    Type.MONTH: _month,
    Type.DAYS: _lasting,
    Type.QUARTER: _quarter,
    Type.CHOICE: _choice,
    Type.YESNO: _yesno,
    Type.PEOPLE: _people,
    Type.ORG: lambda declared: _names(declared) if declared.several else _name(declared),
    Type.SITE: _name,
    Type.FILES: _files,
    Type.LINK: _link,
    Type.SINCE: _day,
    Type.OWNER: _owner,
    Type.DUE: _day,
}


# --- what is kept of an answer ---------------------------------------------------------------------------------------


def kept(declared: EntryField, values: Values) -> Any:
    """The value of a field as an entry holds it, by the answers of a form; None: there is none."""
    value = values.get(declared.key)
    if declared.type is Type.DAYS:
        return _kept_days(values.get(f"{declared.key}_first"), values.get(f"{declared.key}_last"))
    if value in (None, "", []):
        return None
    if declared.type is Type.NUMBER:
        number = Decimal(value)
        return int(number) if number == int(number) else float(number)
    if declared.type is Type.YESNO:
        return value == "yes"
    if declared.type is Type.PEOPLE:
        return [{"name": one[1:]} if one.startswith(OUTSIDE) else {"id": int(one)} for one in value]
    if declared.type is Type.OWNER:
        return _kept_owner(value)
    if declared.type is Type.LINK:
        return [_kept_link(one) for one in value] if declared.several else _kept_link(value)
    return value


def _kept_days(first: str | None, last: str | None) -> Any:
    if not first:
        return None
    return {"from": first, "to": (date.fromisoformat(last) + DAY).isoformat() if last else None}


def _kept_owner(value: str) -> Owner:
    letter, rest = value[0], value[1:]
    if letter == "p":
        return Owner(id=int(rest))
    if letter == "g":
        return Owner(group_id=int(rest))
    return Owner(duty=Duty(rest)) if letter == "d" else Owner(name=rest)
