"""What of an activity has a usual value, or nothing needs: asked from the last page of its form, and how it is said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit import branch_settings, notice_files, questions
from bot.kit.form_fields import Field, Options, Values
from bot.kit.glossary.choices import LEVELS, MODES, ORGANIZERS
from bot.kit.handlers import Call
from bot.kit.names import LONGEST, called, clean_name, name_key, names_listed
from bot.kit.refusal import Refusal
from bot.kit.words import moment_words
from storage.choices import ActivityType, ExemptFrom, Level, Mode, Organizer
from storage.models.activity import Activity
from storage.models.entry import Entry
from storage.models.person import Person
from storage.roster import Member, roster

# Before a name that is on no roster.
OUTSIDE = "="
LONGEST_NOTE, LONGEST_FILM = 200, 100
# What a button holds of a name; so many are offered.
_IN_A_BUTTON, _MOST = 36, 24
OWN = frozenset({Organizer.OWN_BRANCH, Organizer.JOINT})
VISITS = frozenset(
    {ActivityType.RED_SITE_VISIT, ActivityType.INTEGRITY_BASE_VISIT, ActivityType.INTEGRITY_EXHIBITION_VISIT}
)
# Whose meetings have their people already.
GATHERED = frozenset({ActivityType.GROUP_MEETING})
LECTURERS = {"superior": "上级党组织领导", "other": "其他同志"}
_SEPARATORS = str.maketrans(dict.fromkeys(",，;；\n", "、"))


@dataclass(frozen=True, slots=True)
class Details:
    """people: whom it names, one by one; none: as its contents say. reply_by: until when replies are asked for; None:
    noon of the next working day. lecturer: one who is on no roster; of: whose lecture that is (S11).
    """

    people: tuple[int, ...] = ()
    organizer: Organizer = Organizer.OWN_BRANCH
    organizer_name: str = ""
    organizer_level: Level | None = None
    mode: Mode = Mode.IN_PERSON
    recorder_id: int | None = None
    sites: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    film: str = ""
    lecture: str = ""
    lecturer: str = ""
    lecturer_of: str = ""
    campaign_id: int | None = None
    note: str = ""
    reply_by: datetime | None = None
    files: Sequence[Mapping[str, Any]] = ()

    def of_type(self, kind: ActivityType) -> dict[str, Any]:
        """What is kept with one of its contents."""
        by: Mapping[ActivityType, dict[str, Any]] = {
            ActivityType.OPEN_TALK: {"speakers": list(self.speakers)},
            ActivityType.WARNING_EDUCATION: {"film": self.film},
            ActivityType.PARTY_LECTURE: {
                "lecturer": self.lecturer,
                "lecturer_of": self.lecturer_of,
                "lecture": self.lecture,
            },
        }
        return {key: value for key, value in by.get(kind, {}).items() if value}


# --- the questions ---------------------------------------------------------------------------------------------------


def _members(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(one.id), one.name) for one in roster(session, call.me.branch_id, call.today)]


def _someone(said: str, members: Sequence[Member]) -> Member | None:
    found = called(members, said) or called(members, said.removesuffix("同志"))
    if len(found) > 1:
        raise Refusal(f"有{len(found)}位同志叫{found[0].name}，请点按钮选择。")
    return found[0] if found else None


def parts(said: str) -> list[str]:
    return [part.strip() for part in said.translate(_SEPARATORS).split("、") if part.strip()]


def _people_typed(session: Session, call: Call, said: str) -> Values:
    members = roster(session, call.me.branch_id, call.today)
    found = []
    for part in parts(said):
        one = _someone(part, members)
        if one is None:
            raise Refusal(f"没有找到“{part[:LONGEST]}”，请点按钮选择。")
        found.append(str(one.id))
    return {"people": list(dict.fromkeys(found))}


def _one_typed(key: str) -> Callable[[Session, Call, str], Values]:
    def read(session: Session, call: Call, said: str) -> Values:
        one = _someone(said, roster(session, call.me.branch_id, call.today))
        if one is None:
            raise Refusal(f"没有找到“{clean_name(said)[:LONGEST]}”，请点按钮选择。")
        return {key: str(one.id)}

    return read


def lecturer_typed(session: Session, call: Call, said: str) -> Values:
    """Somebody of the roster, else by name: then it is asked who that is."""
    one = _someone(said, roster(session, call.me.branch_id, call.today))
    name = clean_name(said)
    if one is None and (not name or len(name) > LONGEST):
        raise Refusal(f"请发送不超过{LONGEST}字的授课人姓名。")
    return {"lecturer": str(one.id) if one is not None else f"{OUTSIDE}{name}"}


def _names_typed(key: str, word: str) -> Callable[[Session, Call, str], Values]:
    def read(session: Session, call: Call, said: str) -> Values:
        names = [clean_name(part) for part in parts(said)]
        if any(not name or len(name) > LONGEST for name in names):
            raise Refusal(f"请发送不超过{LONGEST}字的{word}。")
        return {key: list({name_key(name): name for name in names}.values())}

    return read


def _offered(names: Sequence[str]) -> Sequence[tuple[str, str]]:
    once = {name_key(name): name for name in names if len(name.encode()) <= _IN_A_BUTTON}
    return [(name, name) for name in list(once.values())[:_MOST]]


def _sites(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """The list of sites, and where the branch has been before."""
    known = select(Entry.title).where(
        Entry.branch_id == call.me.branch_id, Entry.kind == "red_site", Entry.withdrawn_at.is_(None)
    )
    return _offered(
        [*values.get("sites", ()), *session.scalars(known.order_by(Entry.id)), *_before(session, call, "sites")]
    )


def _partners(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    peers = branch_settings.of_branch(session, call.me.branch_id).peer_orgs
    return _offered([*values.get("partners", ()), *peers, *_before(session, call, "partners")])


def _before(session: Session, call: Call, column: str) -> list[str]:
    query = select(getattr(Activity, column)).where(Activity.branch_id == call.me.branch_id)
    listed = session.scalars(query.order_by(Activity.id.desc()).limit(30))
    return [name for names in listed for name in names_listed(names)]


def _speakers(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return _offered(
        [*values.get("speakers", ()), *(one.name for one in roster(session, call.me.branch_id, call.today))]
    )


def _campaigns(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    query = select(Entry.id, Entry.title).where(
        Entry.branch_id == call.me.branch_id, Entry.kind == "campaign", Entry.withdrawn_at.is_(None)
    )
    found = session.execute(query.order_by(Entry.id.desc()).limit(8))
    return [*((str(one.id), one.title) for one in found), ("", "不填写")]


def _holds(*kinds: ActivityType) -> Callable[[Values], bool]:
    return lambda values: any(kind in values.get("types", ()) for kind in kinds)


def is_own(values: Values) -> bool:
    return values.get("organizer", Organizer.OWN_BRANCH) in OWN


def _with_others(values: Values) -> bool:
    return ActivityType.COBUILD_EXCHANGE in values.get("types", ()) or values.get("organizer") == Organizer.JOINT


def _later(key: str, label: str, ask: str, options: Options | None = None, **more: Any) -> Field:
    return Field(key, ask, label, options=options or questions.fixed({}), later=True, **{"deeper": True, **more})


def _text(key: str, label: str, ask: str, longest: int, **more: Any) -> Field:
    base = questions.text(key, ask, label, longest)
    return _later(key, label, ask, read=base.read, what=label, longest=longest, optional=True, **_may_be_empty(more))


def _may_be_empty(more: Mapping[str, Any]) -> dict[str, Any]:
    return {"options": questions.fixed({"": "不填写"}), **more}


def _files(session: Session, call: Call, values: Values) -> Values:
    if call.text.strip():
        raise Refusal("这里的附件不带文字，请只发送照片或文件。")
    return notice_files.add(session, call, values)


FIELDS = (
    _later(
        "people", "参加人员", "请选择参加人员（可多选），或直接发送姓名；不选即为活动内容所对应的全体人员。", _members,
        read=_people_typed, many=True, optional=True, deeper=False,
        when=lambda values: not any(kind in values.get("types", ()) for kind in GATHERED),
    ),
    _later("organizer", "主办", "请选择主办单位类别。", questions.fixed(ORGANIZERS)),
    _text("organizer_name", "主办单位", "请发送主办单位名称。", LONGEST, when=lambda values: not is_own(values)),
    _later(
        "organizer_level", "主办级别", "请选择主办单位级别。", questions.fixed(LEVELS),
        when=lambda values: values.get("organizer") == Organizer.SUPERIOR,
    ),
    _later("mode", "方式", "请选择参加方式。", questions.fixed(MODES)),
    _later("recorder", "记录人", "请选择记录人，或直接发送姓名。", _members, read=_one_typed("recorder")),
    _later(
        "lecturer_of", "授课人身份", "请选择授课人身份。", questions.fixed(LECTURERS), deeper=False,
        when=lambda values: str(values.get("lecturer", "")).startswith(OUTSIDE),
    ),
    _later(
        "sites", "点位", "请选择参观的点位（可多选），或直接发送名称。", _sites, read=_names_typed("sites", "点位名称"),
        many=True, optional=True, when=_holds(*VISITS),
    ),
    _later(
        "partners", "共建单位", "请选择共建单位（可多选），或直接发送名称。", _partners,
        read=_names_typed("partners", "单位名称"), many=True, optional=True, when=_with_others,
    ),
    _later(
        "speakers", "发言人", "请选择发言人（可多选），或直接发送姓名。", _speakers,
        read=_names_typed("speakers", "姓名"), many=True, optional=True, when=_holds(ActivityType.OPEN_TALK),
    ),
    _text(
        "lecture", "党课题目", "请发送党课题目，不超过100字。", LONGEST_FILM, deeper=False,
        when=_holds(ActivityType.PARTY_LECTURE),
    ),
    _text(
        "film", "观看内容", "请发送观看的影片或通报的名称。", LONGEST_FILM,
        when=_holds(ActivityType.WARNING_EDUCATION),
    ),
    _later("campaign", "主题教育", "请选择所属的主题教育。", _campaigns, optional=True),
    _text("note", "备注", "请发送备注，写在通知中，不超过200字。", LONGEST_NOTE, deeper=False),
    questions.day(
        "reply_day", "请发送回复截止日期和时间，例如：7月5日 12:00。", example="7月5日 12:00", clock="reply_time",
        label="回复截止", later=True, deeper=True, not_past="回复截止应在现在之后。",
    ),
    replace(notice_files.field(deeper=True), files=_files),
)  # fmt: skip
ORDER = tuple(field.key for field in FIELDS)


# --- what they come to -----------------------------------------------------------------------------------------------


def details(call: Call, values: Values) -> Details:
    """The answers; what belongs to a content that was taken out again is not among them."""
    asked = {field.key for field in FIELDS if field.when(values)}
    said = {key: value for key, value in values.items() if key in asked and value not in (None, "", [])}
    lecturer = str(values.get("lecturer") or "")
    outside = lecturer.removeprefix(OUTSIDE) if lecturer.startswith(OUTSIDE) else ""
    day, clock = said.get("reply_day"), values.get("reply_time") or "12:00"
    level = said.get("organizer_level")
    return Details(
        people=tuple(int(one) for one in said.get("people", ())),
        organizer=Organizer(said.get("organizer", Organizer.OWN_BRANCH)),
        organizer_name=said.get("organizer_name", ""),
        organizer_level=Level(level) if level else None,
        mode=Mode(said.get("mode", Mode.IN_PERSON)),
        recorder_id=int(said["recorder"]) if "recorder" in said else None,
        sites=tuple(said.get("sites", ())),
        partners=tuple(said.get("partners", ())),
        speakers=tuple(said.get("speakers", ())),
        film=said.get("film", ""),
        lecture=said.get("lecture", ""),
        lecturer=outside,
        lecturer_of=said.get("lecturer_of", "other") if outside else "",
        campaign_id=int(said["campaign"]) if "campaign" in said else None,
        note=said.get("note", ""),
        files=notice_files.of(values),
        reply_by=datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), call.tz) if day else None,
    )


def lines(session: Session, call: Call, made: Details, day: date) -> list[str]:
    """On the last page, what is not as usual of an activity of that day."""
    names = dict(
        session.execute(select(Person.id, Person.name).where(Person.id.in_([*made.people, made.recorder_id]))).all()
    )
    campaign = session.get(Entry, made.campaign_id) if made.campaign_id else None
    level = f"（{LEVELS[made.organizer_level]}）" if made.organizer_level else ""
    said = {
        "参加人员": "、".join(names[one] for one in made.people if one in names),
        "主办": ""
        if made.organizer is Organizer.OWN_BRANCH
        else f"{made.organizer_name or ORGANIZERS[made.organizer]}{level}",
        "免于考勤": _not_told(session, call, made, day),
        "方式": "" if made.mode is Mode.IN_PERSON else MODES[made.mode],
        "记录": names.get(made.recorder_id or 0, ""),
        "授课": f"{made.lecturer}（{LECTURERS[made.lecturer_of]}）" if made.lecturer else "",
        "点位": "、".join(made.sites),
        "共建单位": "、".join(made.partners),
        "发言": "、".join(made.speakers),
        "党课题目": made.lecture,
        "观看内容": made.film,
        "主题教育": campaign.title if campaign is not None else "",
        "备注": made.note,
        "附件": notice_files.words(made.files),
        "回复截止": moment_words(made.reply_by, call.tz) if made.reply_by else "",
    }
    return [f"{word}：{text}" for word, text in said.items() if text]


def _not_told(session: Session, call: Call, made: Details, day: date) -> str:
    """Whom it names and nobody asks to come (D26): the one who names them tells them."""
    decided = branch_settings.of_branch(session, call.me.branch_id).on(day)
    members = roster(session, call.me.branch_id, day) if made.people else []
    free = [one.name for one in members if one.id in made.people and decided.spares(one, ExemptFrom.ATTENDANCE)]
    return f"{'、'.join(free)}（不发通知，请另行告知）" if free else ""
