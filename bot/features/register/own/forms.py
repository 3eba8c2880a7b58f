"""A kind of one's own, made question by question: its name, its unit, what is filled in one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.features.register.kinds.kind import DESK
from bot.features.register.own import messages, service
from bot.features.register.own.declaring import (
    DEFAULT_STATES,
    IN_A_FILE,
    IN_CHAT,
    LONGEST_LABEL,
    LONGEST_UNIT,
    LONGEST_WORD,
    NEVER,
    ODD,
    UNITS,
    Declared,
    OwnField,
    is_never_recorded,
    is_odd,
    read_kept,
    to_json,
)
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Field, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.glossary.choices import DUTIES
from bot.kit.handlers import Call
from bot.kit.names import clean_name, name_key
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from storage.choices import Duty

NAME, CODE, AGAIN = "register.own", "o", "登记项目"
# Instead of one more label.
NO_MORE = "-"
DESK_ALONE = "desk"
MORE_KEEPERS = (Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER, Duty.YOUTH_OFFICER, Duty.MASS_WORK_OFFICER)
_SEPARATORS = str.maketrans(dict.fromkeys(",，;；\n/", "、"))


def _form(fields: Sequence[Field], summary: Callable[[Session, Call, Values], str], action: Action, act: str) -> Form:
    return Form(
        name=NAME,
        code=CODE,
        again=AGAIN,
        fields=fields,
        summary=summary,
        confirm=f"核对无误请点“{action.label}”。",
        actions=(action,),
        right=Right.BRANCH_SETTINGS,
        called="这个登记项目",
        kept=f"{NAME}:{act}",
    )


def _make(session: Session, values: Values) -> Form | None:
    make = _ACTS.get(str(values.get("act", "")))
    return make(values) if make is not None else None


# --- what is asked ---------------------------------------------------------------------------------------------------


def _short(longest: int, what: str) -> Callable[[Session, Call, str], str]:
    def read_(session: Session, call: Call, said: str) -> str:
        word = clean_name(said)
        if not word or len(word) > longest:
            raise Refusal(f"请发送不超过{longest}字的{what}。")
        if is_never_recorded(word):
            raise Refusal(NEVER)
        if is_odd(word):
            raise Refusal(f"{what}{ODD}")
        return word

    return read_


def _word(key: str = "word") -> Field:
    read_ = _short(LONGEST_WORD, "名称")

    def typed(session: Session, call: Call, said: str) -> Values:
        return {key: read_(session, call, said)}

    return Field(key, "请发送登记项目的名称，例如：读书沙龙。", "名称", read=typed, what="名称", longest=LONGEST_WORD)


def _unit() -> Field:
    read_ = _short(LONGEST_UNIT, "计量单位")

    def typed(session: Session, call: Call, said: str) -> Values:
        return {"unit": read_(session, call, said)}

    offered = {one: one for one in UNITS}
    return Field("unit", "请选择计量单位，或直接发送。", "计量单位", options=questions.fixed(offered), read=typed)


def _fields(first: int, most: int) -> Iterator[Field]:
    """Label and type of one after the other; the next is asked until there are no more."""
    for number in range(first, first + most):
        yield _label(number, first)
        yield _type(number)
        yield _options(number)


def _is_asked(values: Values, number: int, first: int) -> bool:
    """Whether there may be one more."""
    return number == first or bool(values.get(f"t{number - 1}"))


def _label(number: int, first: int) -> Field:
    read_ = _short(LONGEST_LABEL, "内容名称")
    key = f"f{number}"

    def typed(session: Session, call: Call, said: str) -> Values:
        return {key: read_(session, call, said)}

    ask = (
        "请发送第一项填写内容的名称，例如：参加人员。"
        if number == first
        else "请发送下一项内容的名称；没有请点“没有了”。"
    )
    options = questions.fixed({} if number == first else {NO_MORE: "没有了"})
    return Field(
        key, ask, options=options, read=typed, what="内容名称", longest=LONGEST_LABEL,
        when=lambda values: _is_asked(values, number, first),
    )  # fmt: skip


def _type(number: int) -> Field:
    def ask(values: Values) -> str:
        return f"“{values.get(f'f{number}', '')}”填写什么？请选择。"

    offered = {one: messages.TYPE_WORDS[one] for one in messages.IN_CHAT}
    return Field(
        f"t{number}", ask, options=questions.fixed(offered),
        when=lambda values: values.get(f"f{number}") not in (None, NO_MORE),
    )  # fmt: skip


def _options(number: int) -> Field:
    key = f"o{number}"

    def typed(session: Session, call: Call, said: str) -> Values:
        words = [one for part in said.translate(_SEPARATORS).split("、") if (one := clean_name(part))]
        if any(map(is_odd, words)):
            raise Refusal(f"选项{ODD}")
        if not 2 <= len(words) <= 8 or len({name_key(one) for one in words}) < len(words):
            raise Refusal("请发送2至8个不同的选项，用顿号隔开。")
        return {key: "、".join(words)}

    def ask(values: Values) -> str:
        return f"请发送“{values.get(f'f{number}', '')}”的选项，用顿号隔开，例如：课后辅导、义务维修、其他。"

    return Field(
        key, ask, read=typed, what="选项", longest=200, when=lambda values: values.get(f"t{number}") == "choice"
    )


def _follow() -> Field:
    return Field(
        "follow", "是否跟踪办理？选“是”则每条登记有责任人和完成期限，到期提醒。", "跟踪办理",
        options=questions.fixed({"no": "否", "yes": "是"}),
    )  # fmt: skip


def _keeper() -> Field:
    offered = {DESK_ALONE: "书记、副书记、组织委员", **{one.value: f"另加{DUTIES[one]}" for one in MORE_KEEPERS}}
    return Field("keeper", "由谁登记？请选择。", "登记人", options=questions.fixed(offered), one_a_row=True)


# --- what is made of it ----------------------------------------------------------------------------------------------


def _said_fields(values: Values, first: int = 1) -> list[OwnField]:
    found: list[OwnField] = []
    for number in range(first, first + IN_A_FILE):
        label, kind = values.get(f"f{number}"), values.get(f"t{number}")
        if not label or label == NO_MORE or not kind:
            break
        words = str(values.get(f"o{number}") or "").split("、") if kind == "choice" else []
        options = {f"o{at}": word for at, word in enumerate(words, 1)}
        found.append(OwnField(f"f{number}", str(kind), str(label), outside=kind == "people", options=options))
    return found


def _dated(fields: Sequence[OwnField]) -> tuple[OwnField, ...]:
    """The first day among them dates the kind; where there is none, one is put before them."""
    day = next((one for one in fields if one.type in ("day", "days")), None)
    if day is None:
        return (OwnField("date", "day", "日期", needed=True, dated=True), *fields)
    return tuple(replace(one, needed=True, dated=True) if one is day else one for one in fields)


def _declared(values: Values) -> Declared:
    keeper = values.get("keeper", DESK_ALONE)
    more = () if keeper == DESK_ALONE else (Duty(str(keeper)),)
    followed = values.get("follow") == "yes"
    return Declared(
        word=str(values.get("word", "")),
        unit=str(values.get("unit", "")),
        fields=_dated(_said_fields(values)),
        keepers=(*DESK, *more),
        states=DEFAULT_STATES if followed else {},
        done=("done",) if followed else (),
    )


def _checked(declared: Declared) -> Declared:
    """As a file would be: what a form lets through that no declaration may say is refused by its words."""
    _, faults = read_kept(to_json(declared))
    if faults:
        raise Refusal("\n".join(dict.fromkeys(one.chinese for one in faults)))
    return declared


def _new(values: Values) -> Form:
    def summary(session: Session, call: Call, values: Values) -> str:
        declared = _declared(values)
        if values.get(FIELD) == CONFIRM:
            return "\n".join([f"【新增登记项目】{declared.word}", *messages.about(declared)])
        said = [f"名称：{declared.word}"] if declared.word else []
        said += [f"计量单位：{declared.unit}"] if declared.unit else []
        said += [messages.field_line(one) for one in _said_fields(values)]
        return "\n".join(["【新增登记项目】", *said])

    def check(session: Session, call: Call, values: Values) -> None:
        """A name that is taken is heard of before the rest is asked."""
        if values.get("word"):
            service.not_taken(session, call.me.branch_id, str(values["word"]))

    def save(session: Session, call: Call, values: Values) -> Reply:
        row = service.add(session, call.me, _checked(_declared(values)), call.now)
        return Reply(edit=messages.added(str(values["word"]), row.name))

    fields = [_word(), _unit(), *_fields(1, IN_CHAT), _follow(), _keeper()]
    return replace(_form(fields, summary, Action("save", "保存", save), "new"), check=check)


def _add(values: Values) -> Form:
    """One more field of a kind that is there."""
    number = int(values["number"])

    def declared(session: Session, call: Call, values: Values) -> Declared:
        _, old = service.found(session, call.me, str(values["kind"]))
        return _checked(replace(old, fields=(*old.fields, *_said_fields(values, number))))

    def summary(session: Session, call: Call, values: Values) -> str:
        return "\n".join(["【新增内容】", *map(messages.field_line, _said_fields(values, number))])

    def save(session: Session, call: Call, values: Values) -> Reply:
        became = declared(session, call, values)
        service.change(session, call.me, str(values["kind"]), became, call.now)
        return Reply(edit=messages.changed("已新增内容", became, str(values["kind"])))

    fields = list(_fields(number, 1))
    return _form(fields, summary, Action("save", "保存", save), "add")


def _rename(values: Values) -> Form:
    """Another word for the kind, or for a field: in force everywhere but in documents of closed quarters."""
    key, name = str(values.get("key", "")), str(values["kind"])

    def renamed(session: Session, call: Call, word: str) -> Declared:
        _, old = service.found(session, call.me, name)
        if not key:
            return _checked(replace(old, word=word))
        fields = tuple(replace(one, label=word) if one.key == key else one for one in old.fields)
        return _checked(replace(old, fields=fields))

    def summary(session: Session, call: Call, values: Values) -> str:
        _, old = service.found(session, call.me, name)
        was = old.word if not key else next((one.label for one in old.fields if one.key == key), "")
        return "\n".join([f"【改名】{was}", *([f"改为：{values['word']}"] if values.get("word") else [])])

    def save(session: Session, call: Call, values: Values) -> Reply:
        became = renamed(session, call, str(values["word"]))
        service.change(session, call.me, name, became, call.now)
        return Reply(edit=messages.changed("已改名", became, name))

    longest = LONGEST_LABEL if key else LONGEST_WORD
    field = replace(_word(), ask="请发送新的名称。", longest=longest)
    if key:
        read_ = _short(LONGEST_LABEL, "名称")
        field = replace(field, read=lambda session, call, said: {"word": read_(session, call, said)})
    return _form([field], summary, Action("save", "保存", save), "rename")


_ACTS: Mapping[str, Callable[[Values], Form]] = {"new": _new, "add": _add, "rename": _rename}
FORMS = Forms(name=NAME, code=CODE, again=AGAIN, make=_make)
