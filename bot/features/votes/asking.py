"""What is asked of a vote: whose reason or opinion is asked is among the answers."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.features.votes import messages, rules, service
from bot.features.votes.answers import OF_BALLOTS, OF_VOTES, OUTSIDE, is_secret, three
from bot.kit import newcomers, questions, votes
from bot.kit.form_fields import Doubt, Field, Values
from bot.kit.glossary.choices import MOTIONS, OPINIONS, VOTE_EXCLUSIONS
from bot.kit.handlers import Call
from bot.kit.lists import told_apart
from bot.kit.names import LONGEST
from bot.kit.refusal import Refusal
from bot.kit.voting import OF_PERSONS
from storage.choices import Motion, VoteExclusion
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.roster import Member

WAYS = {"no": messages.OPEN, "yes": messages.SECRET}
Asked = Callable[[Values], bool]


def _numbers(key: str, ask: str, label: str, words: Sequence[Sequence[str]], **more: Any) -> Field:
    """Three numbers, kept as 19,0,1."""

    def read(session: Session, call: Call, said: str) -> Values:
        return {key: ",".join(map(str, three(said, words)))}

    return Field(key, ask, label, read=read, what=label, longest=60, **more)


def activity_of(session: Session, call: Call, values: Values) -> Activity:
    return service.found_activity(session, call.me, int(values["activity"]))


def _motions(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    types = service.types_of(session, activity_of(session, call, values))
    return [(one.value, MOTIONS[one]) for one in rules.votes_at(types)]


def _ways(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """Of people by secret ballot first, as it is usual."""
    listed = list(WAYS.items())
    return listed[::-1] if values.get("motion") in OF_PERSONS else listed


def _subjects(session: Session, call: Call, values: Values) -> list[tuple[int, str]]:
    activity = activity_of(session, call, values)
    return service.subjects(session, activity, Motion(values["motion"]), call.tz)


def _subject_options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(one), name) for one, name in _subjects(session, call, values)]


def _full(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return _named(votes.room(session, activity_of(session, call, values), call.tz).full)


def _away(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """Who has a vote and is not there; whoever is named already stays among them."""
    there = votes.room(session, activity_of(session, call, values), call.tz)
    named = {int(one) for one in values.get("writers") or ()}
    excluded = {int(one) for one in values.get("excluded") or ()}
    voters = set(there.voters(excluded))
    return _named([one for one in there.full if one.id in named or (one.id in voters and one.id not in there.here)])


def _named(people: Sequence[Member]) -> Sequence[tuple[str, str]]:
    names = told_apart(people, lambda one: one.name, lambda one: one.group_name)
    return [(str(one.id), name) for one, name in zip(people, names, strict=True)]


def _all_for(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    there = votes.room(session, activity_of(session, call, values), call.tz)
    present = len(there.present({int(one) for one in values.get("excluded") or ()}))
    return [(f"{present},0,0", f"全部赞成（{present}票）")] if present else []


def _subject_typed(session: Session, call: Call, said: str) -> Values:
    """Somebody known by name, else a new one; which of them the motion may be about is asked at the end."""
    name = newcomers.name_of(said)
    found = newcomers.known(session, call.me.branch_id, name)
    if len(found) > 1:
        raise Refusal(f"有{len(found)}位同志叫{found[0].name}，请点按钮选择。")
    return {"subject": str(found[0].id) if found else f"{OUTSIDE}{name}"}


def _subject_doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
    """Before somebody is entered anew; who is to become full has long been known."""
    subject = str(values.get("subject") or "")
    if not subject.startswith(OUTSIDE):
        return ()
    name = subject.removeprefix(OUTSIDE)
    if values.get("motion") != Motion.ACCEPT_PROBATIONARY:
        raise Refusal(f"没有找到“{name}”，请点按钮选择。")
    ask = f"还没有登记过“{name}”，确认新增这位同志吗？"
    return (Doubt(ask, [(subject, "确认新增")], again="重新填写"),)


def _is(*motions: Motion) -> Asked:
    return lambda values: values.get("motion") in motions


def _not(motion: Motion) -> Asked:
    return lambda values: values.get("motion") not in (None, motion)


def _title_asked(values: Values) -> str:
    if values.get("motion") == Motion.ELECTION:
        return "请发送选举事项，例如：选举支部委员会委员。"
    return "请发送决议内容，不超过100字。"


def _secret_written(values: Values) -> bool:
    return is_secret(values) and bool(values.get("writers"))


def fields_of(session: Session, values: Values) -> list[Field]:
    """In the order in which they are asked; votes are counted once the meeting has begun."""
    title = questions.text("title", "", "表决事项", rules.LONGEST)
    begun, changes = bool(values.get("begun")), bool(values.get("vote"))
    written_later = values.get("motion") == Motion.RESOLUTION
    return [
        Field("motion", "请选择表决类别。", "" if changes else "类别", options=_motions),
        Field(
            "subject", "请选择表决对象，或直接发送姓名。", "" if changes else "对象", options=_subject_options,
            read=_subject_typed, doubts=_subject_doubts, when=_is(*OF_PERSONS), what="姓名", longest=LONGEST,
        ),
        Field(
            "title", _title_asked, "事项", read=title.read, what="表决事项", longest=rules.LONGEST,
            when=_is(Motion.RESOLUTION, Motion.ELECTION),
        ),
        Field("secret", "请选择表决方式。", "方式", options=_ways, when=_not(Motion.ELECTION)),
        Field(
            "excluded", "请选择不计入应到会的同志（须经上级党组织同意、会议通过），没有的点“下一步”。",
            "不计入人员", options=_full, many=True, optional=True,
        ),
        *_reasons(session, values.get("excluded") or ()),
        Field(
            "writers", "请选择会前提交书面意见、没有到会的同志，没有的点“下一步”。", "书面意见", options=_away,
            many=True, optional=True, later=written_later, when=_not(Motion.ELECTION),
        ),
        *_opinions(session, values),
        _numbers(
            "written", "请发送书面意见的票数：赞成、反对、弃权，例如：1、0、0。", "书面票数", OF_VOTES,
            when=_secret_written,
        ),
        *(_counts() if begun else ()),
    ]  # fmt: skip


def _counts() -> list[Field]:
    return [
        _numbers(
            "room", "请发送到会表决的票数：赞成、反对、弃权，例如：19、0、1。", "票数", OF_VOTES, options=_all_for,
            accepts=lambda call, value: bool(re.fullmatch(r"\d{1,5},0,0", value)), when=_not(Motion.ELECTION),
        ),
        _numbers(
            "ballots", "请发送选票张数：发出、收回、有效，例如：20、20、20。", "选票", OF_BALLOTS,
            when=_is(Motion.ELECTION),
        ),
    ]  # fmt: skip


def _reasons(session: Session, people: Sequence[str]) -> list[Field]:
    """Why each of them is not reckoned; another reason in words."""
    names = names_of(session, [int(one) for one in people])
    found = []
    for one in people:
        name, key = names.get(int(one), ""), f"why_{one}"
        found.append(
            Field(key, f"{name}同志不计入应到会的原因：", f"{name}原因", options=questions.fixed(VOTE_EXCLUSIONS))
        )
        note = questions.text(f"note_{one}", f"请发送{name}同志不计入的原因，不超过40字。", "原因", rules.LONGEST_NOTE)
        found.append(_when_other(note, key))
    return found


def _when_other(note: Field, key: str) -> Field:
    return Field(
        note.key, note.ask, read=note.read, what=note.what, longest=note.longest,
        when=lambda values: values.get(key) == VoteExclusion.OTHER,
    )  # fmt: skip


def _opinions(session: Session, values: Values) -> list[Field]:
    """What each has written, of an open vote."""
    people = values.get("writers") or ()
    names = names_of(session, [int(one) for one in people])
    return [
        Field(
            f"opinion_{one}", f"{names.get(int(one), '')}同志的书面意见：", f"{names.get(int(one), '')}意见",
            options=questions.fixed(OPINIONS), when=lambda values: not is_secret(values),
        )
        for one in people
    ]  # fmt: skip
