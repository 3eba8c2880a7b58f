"""填写记录: one form over what somebody has to write of a component; what is known stands above it and is not asked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.features.minutes import known as knowing
from bot.features.minutes import lines, messages, rules, service
from bot.features.minutes.rules import PARTS, Speech, Written
from bot.kit import activity_files, questions
from bot.kit import dialog as dialogs
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.form_fields import Action, Doubt, Field, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.glossary.choices import MINUTES_FORMS
from bot.kit.handlers import Call
from bot.kit.names import called
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from storage.choices import ActivityFileRole, ActivityType, MinutesForm, MinutesState
from storage.file_holders import name_of
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.person import Person
from storage.roster import Member, roster

# Beside an answer: what stood when its question was opened.
WAS = "_was"
LONGEST = 4000
KEEP, AGAIN = "改成我填的", "重新填写"
PEOPLE: Mapping[str, str] = {"host": "host_id", "recorder": "recorder_id"}
# By their columns, what of the activity minutes need; among the values, which of them stand already.
_OF_ACTIVITY: Mapping[str, str] = {"host_id": "主持人", "recorder_id": "记录人", "place": "地点"}
ENTERED = "entered"


def _activity(session: Session, call: Call, values: Values) -> Activity:
    return service.find(session, call.me, int(values["activity"]), _component(values))


def _component(values: Values) -> ActivityType:
    return ActivityType(values["component"])


def _stands(session: Session, values: Values) -> Written:
    return service.written(session, service.row_of(session, int(values["activity"]), _component(values)))


def _wanted(session: Session, values: Values) -> Written:
    """What stands, with the answers over it."""
    found = _stands(session, values)
    for part, value in changes(values).items():
        found = found.with_(part, value if isinstance(value, MinutesForm) else tuple(value))
    return found


def changes(values: Values) -> dict[str, Any]:
    """The answers that change what stood when they were asked for, as the service takes them."""
    said = {part: values[part] for part in PARTS if part in values and values[part] != values.get(f"{part}{WAS}")}
    found: dict[str, Any] = {part: lines.kept(part, value) for part, value in said.items()}
    return found | ({"form": MinutesForm(values["form"])} if values.get("form") else {})


# --- the questions ---------------------------------------------------------------------------------------------------


def part_field(part: str) -> Field:
    return Field(
        part,
        messages.ASKS[part],
        PARTS[part],
        options=questions.fixed({"": "不填写"}),
        read=_read(part),
        doubts=_doubts(part),
        later=True,
        optional=True,
        what=PARTS[part],
        longest=LONGEST,
    )


def _read(part: str) -> Callable[[Session, Call, str], Values]:
    def read(session: Session, call: Call, said: str) -> Values:
        if part == "speeches":
            members = roster(session, call.me.branch_id, call.today)
            return {part: lines.speeches(said.splitlines(), members, _spoken(session, call))}
        if part == "tasks":
            return {part: lines.tasks(said.splitlines(), call.today)}
        return {part: lines.plain(part, said.splitlines())}

    return read


def _spoken(session: Session, call: Call) -> Mapping[str, Sequence[Speech]]:
    """What stands above the question, to be copied and mended: whose it is."""
    dialog = dialogs.current(session, call.me, call.now)
    values: Values = dialog.draft if dialog is not None else {}
    if not {"activity", "component"} <= set(values):
        return {}
    said = _wanted(session, values)
    return lines.by_line(said, speakers(session, said))


def _doubts(part: str) -> Callable[[Session, Call, Values], Sequence[Doubt | None]]:
    """Whether somebody else has changed it since the form was opened, to something else."""

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        stands, said = lines.answer(part, _stands(session, values)), values.get(part) or []
        if said == stands or stands == values.get(f"{part}{WAS}", stands):
            return ()
        ask = f"“{PARTS[part]}”刚由其他同志修改过，是否改成您填的内容？"
        return (Doubt(ask, [("", KEEP)], again=AGAIN),)

    return doubts


def _members(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(one.id), one.name) for one in roster(session, call.me.branch_id, call.today)]


def _person(key: str) -> Callable[[Session, Call, str], Values]:
    def read(session: Session, call: Call, said: str) -> Values:
        found: list[Member] = called(roster(session, call.me.branch_id, call.today), said.removesuffix("同志"))
        if len(found) > 1:
            raise Refusal(f"有{len(found)}位同志叫{found[0].name}，请点按钮选择。")
        if not found:
            raise Refusal("没有找到这位同志，请点按钮选择。")
        return {key: str(found[0].id)}

    return read


def _lacks(column: str) -> Callable[[Values], bool]:
    """Whether nobody had entered it when the form was opened: what stands is changed with the activity."""
    return lambda values: column not in values.get(ENTERED, ())


def _person_field(key: str, label: str) -> Field:
    return Field(
        key,
        messages.ASKS[key],
        label,
        options=_members,
        read=_person(key),
        when=_lacks(PEOPLE[key]),
        later=True,
    )


def _files(session: Session, call: Call, values: Values) -> Values:
    """With those that came before; a paper of ours is no attachment, and no more are taken than can be kept."""
    new = activity_files.announced(call.files)
    if any(rules.is_called_like_a_paper(name_of(one)) for one in new):
        raise Refusal(messages.BY_IMPORT)
    files = {str(one.get("file_unique_id") or ""): one for one in [*(values.get("files") or []), *new]}
    role, activity_id = ActivityFileRole.MINUTES, int(values["activity"])
    held = {one.unique_id for one in activity_files.of(session, activity_id, role, _component(values))}
    if len(held | set(files)) > activity_files.MOST:
        raise Refusal(activity_files.TOO_MANY)
    return {"files": list(files.values())}


_PLACE = questions.text("place", messages.ASKS["place"], "地点", 100)


# --- the last page ---------------------------------------------------------------------------------------------------


def _known(session: Session, call: Call, values: Values) -> knowing.Known:
    return knowing.of(session, _activity(session, call, values), _component(values), call.tz)


def _facts(session: Session, call: Call, values: Values) -> rules.Facts:
    """As they will be when this is saved."""
    activity = _activity(session, call, values)
    found = service.facts_of(session, activity, _component(values), call.tz, len(values.get("files") or ()))
    return rules.with_said(found, {key: values[key] for key in (*PEOPLE, "place") if values.get(key)})


def _summary(session: Session, call: Call, values: Values) -> str:
    if values.get(FIELD) != CONFIRM:
        return f"{messages.TITLE}{service.title_of(_component(values))}"
    known, said = _known(session, call, values), _wanted(session, values)
    named = {key: _name(session, values[key]) for key in PEOPLE if values.get(key)}
    set_ = {**named, **({"place": values["place"]} if values.get("place") else {})}
    head = messages.head(knowing.with_said(known, set_))
    files = messages.new_files([name_of(one) for one in values.get("files") or ()])
    same = messages.namesakes(lines.namesakes(said, roster(session, call.me.branch_id, call.today)))
    spoken = messages.body(said, speakers(session, said))
    return "\n".join([f"{messages.TITLE}{known.word}", *head, *spoken, *same, *files])


def _name(session: Session, number: str) -> str:
    return session.get_one(Person, int(number)).name


def speakers(session: Session, said: Written) -> dict[int, str]:
    """The names of those who spoke, by number."""
    return names_of(session, [one.person_id for one in said.speeches if one.person_id is not None])


def _left_out(session: Session, call: Call, values: Values) -> tuple[list[str], list[str]]:
    """What R45 demands and lacks, and what the template names and the minutes do not."""
    said, facts = _wanted(session, values), _facts(session, call, values)
    activity = _activity(session, call, values)
    return rules.lacking(said, facts), service.unmentioned(session, activity, said, facts, call.tz)


def _confirm(session: Session, call: Call, values: Values) -> str:
    lacks, unsaid = _left_out(session, call, values)
    if lacks:
        return service.lacks_words(lacks)
    if unsaid:
        return messages.unmentioned(unsaid)
    return messages.CONFIRM_FINAL if _is_final(session, values) else messages.CONFIRM


def _is_final(session: Session, values: Values) -> bool:
    row = service.row_of(session, int(values["activity"]), _component(values))
    return row is not None and row.state is MinutesState.FINAL


def _draft_word(session: Session, call: Call, values: Values) -> str:
    return "" if _is_final(session, values) else "保存草稿"


def _finish_word(session: Session, call: Call, values: Values) -> str:
    lacks, unsaid = _left_out(session, call, values)
    if _is_final(session, values):
        return "" if lacks else "保存"
    return "" if lacks else "确认完成" if unsaid else "完成"


def _save(finish: bool) -> Callable[[Session, Call, Values], Reply]:
    def save(session: Session, call: Call, values: Values) -> Reply:
        component = _component(values)
        activity = service.writable(session, call.me, int(values["activity"]), component, call.now, call.tz)
        people = {column: int(values[key]) for key, column in PEOPLE.items() if values.get(key)}
        place = values.get("place") or ""
        written, left = service.set_people(session, call.me, activity, people, place, call.now)
        role, files = ActivityFileRole.MINUTES, values.get("files") or []
        activity_files.add_files(session, call.me, activity, role, component, files, call.now)
        row = service.save(session, call.me, activity, component, changes(values), finish, call.now, call.tz)
        words = [word for column, word in _OF_ACTIVITY.items() if column in left]
        done = messages.finished(service.title_of(component), row.state, activity.id, component, words)
        return Reply(edit=done, refresh=[(ACTIVITY_CARD, activity.id)] if written else [])

    return save


FORM = Form(
    name="minutes.form",
    code="mi",
    again="会议记录",
    fields=(
        *map(part_field, PARTS),
        _person_field("host", "主持人"),
        _person_field("recorder", "记录人"),
        Field(
            "place",
            messages.ASKS["place"],
            "地点",
            read=_PLACE.read,
            when=_lacks("place"),
            later=True,
            what="地点",
            longest=100,
        ),
        Field("form", messages.ASKS["form"], "记录方式", options=questions.fixed(MINUTES_FORMS), later=True),
        Field(
            "files",
            messages.ASKS["files"],
            "附件",
            options=questions.fixed({"": "不填写"}),
            files=_files,
            later=True,
            optional=True,
        ),
    ),
    summary=_summary,
    confirm=_confirm,
    actions=(
        Action("draft", _draft_word, _save(False)),
        Action("finish", _finish_word, _save(True)),
    ),
    called="这份会议记录",
    dropped="已取消，会议记录没有修改。",
    question=lambda session, call, values: _question(session, values),
)


def _question(session: Session, values: Values) -> str:
    """What stands of a part, to be copied and mended."""
    part = values.get(FIELD, "")
    if part not in PARTS:
        return ""
    said = _wanted(session, values)
    return messages.stands(part, said, speakers(session, said))


def opened(session: Session, call: Call, activity_id: int, component: ActivityType) -> Message:
    """The form of a component, with what was left of it."""
    service.writable(session, call.me, activity_id, component, call.now, call.tz)
    return FORM.open(
        session, call, activity=activity_id, component=component.value, **_as_it_stands(session, activity_id, component)
    )


def _as_it_stands(session: Session, activity_id: int, component: ActivityType) -> dict[str, Any]:
    said = service.written(session, service.row_of(session, activity_id, component))
    activity = session.get_one(Activity, activity_id)
    entered = [column for column in _OF_ACTIVITY if getattr(activity, column)]
    return {ENTERED: entered, **{f"{part}{WAS}": lines.answer(part, said) for part in PARTS}}


def filled(session: Session, call: Call, activity_id: int, component: ActivityType, said: Mapping[str, Any]) -> Message:
    """The same with these answers in it, to be looked through and saved."""
    given = {**_as_it_stands(session, activity_id, component), **said}
    return FORM.filled(session, call, activity=activity_id, component=component.value, **given)
