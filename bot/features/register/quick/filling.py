"""Texts as the answers of a form, each by the reader of its own question: a sentence, a cell and an answer that is
typed cannot differ. And the answers of an entry that is there, for one more of the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register import entries, questions
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import (
    ACTIVITY,
    PARTNERS,
    PRESENT,
    SITES,
    TOPIC,
    UNLISTED,
    EntryField,
    Kind,
    Type,
)
from bot.features.register.quick.sentences import Known
from bot.features.register.rules import View, facts_by_field
from bot.features.register.values import Link, Owner, is_empty
from bot.kit import proved
from bot.kit.access import Right, may
from bot.kit.day_lists import read_days
from bot.kit.form_fields import Values
from bot.kit.handlers import Call
from bot.kit.names import names_listed
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from storage.activities import components
from storage.choices import HERE
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.roster import Member, roster

_YES_NO = {"是": "yes", "有": "yes", "√": "yes", "否": "no", "无": "no", "没有": "no"}
# Of one entry, or told apart by it: not of the next.
_NOT_AGAIN = frozenset(
    {Type.DAY, Type.DAYS, Type.MONTH, Type.QUARTER, Type.SINCE, Type.DUE, Type.NUMBER, Type.FILES, Type.LINK}
)


def kept_kinds(session: Session, call: Call) -> list[Kind]:
    """The kinds that somebody keeps."""
    every = kinds(session, call.me.branch_id, stopped=False)
    return [one for one in every if entries.keeps(call.me, one)]


def known(session: Session, call: Call, some: Sequence[Kind]) -> Known:
    """The names that a sentence is read against."""
    members = [one.name for one in roster(session, call.me.branch_id, call.today)]
    named: dict[str, list[str]] = {}
    for kind in some:
        for one in kind.fields:
            if one.type in (Type.ORG, Type.SITE):
                named.setdefault(one.type.value, []).extend(questions.names_offered(one)(session, call))
            for inner in one.fields:
                if inner.type is Type.TEXT:
                    used = entries.used_before(session, call.me, inner.key)
                    named.setdefault(f"{one.key}.{inner.key}", []).extend(used)
    return Known(members, named)


# --- texts -----------------------------------------------------------------------------------------------------------


def of_row(kind: Kind, rows: str) -> list[EntryField]:
    """The fields of a row, as they stand in the form of the entry that is recorded with it: recipients.who."""
    outer = kind.field(rows) if rows else None
    inner = outer.fields if outer is not None else ()
    return [one.model_copy(update={"key": f"{rows}.{one.key}"}) for one in inner]


def reads(declared: EntryField) -> bool:
    """Whether a field can be said in words."""
    several = declared.type in (Type.YESNO, Type.DAYS)
    return several or any(one.read is not None for one in questions.asked(declared))


def read(session: Session, call: Call, declared: EntryField, text: str) -> dict[str, Any]:
    """The answers that a text makes in the form; raises Refusal as the question does."""
    asked = questions.asked(declared)
    if declared.type is Type.YESNO:
        answer = _YES_NO.get(text.strip())
        if answer is None:
            raise Refusal(f"{declared.word}：请填写是或否。")
        return {declared.key: answer}
    if declared.type is Type.DAYS:
        return _read_days(session, call, declared, text)
    [field] = asked
    if field.read is None:
        raise Refusal(f"{declared.word}不能用文字填写。")
    if field.longest is not None and len(text) > field.longest:
        raise Refusal(f"{declared.word}超过{field.longest}字。")
    return dict(field.read(session, call, text))


def _read_days(session: Session, call: Call, declared: EntryField, text: str) -> dict[str, Any]:
    """8月1日至8月3日; 8月1日起 lasts on."""
    first, last = questions.asked(declared)
    listed = read_days(text.strip(), call.today)
    rest = listed.rest.strip()
    if len(listed.runs) != 1 or rest not in ("", "起", "至今", "起至今") or first.read is None or last.read is None:
        raise Refusal("没有看懂日期。")
    [run] = listed.runs
    ends = {} if rest else last.read(session, call, run.last.isoformat())
    return {**first.read(session, call, run.first.isoformat()), **ends}


def fill(session: Session, call: Call, fields: Mapping[str, EntryField], texts: Mapping[str, str]) -> tuple[
    dict[str, Any], list[str]
]:  # fmt: skip
    """The answers that these texts make, and what of them is none: with why, where that helps."""
    values: dict[str, Any] = {}
    unread: list[str] = []
    for key, text in texts.items():
        try:
            values |= read(session, call, fields[key].model_copy(update={"key": key}), text)
        except Refusal as refusal:
            unread.append(fault(text, refusal.text))
    return values, unread


def fault(text: str, why: str) -> str:
    """What was not read, and why, if that is more than that it was not."""
    asks_again = why.startswith(("没有看懂", "请"))
    return text if asks_again else f"{text}（{why.rstrip('。').split('，请点')[0]}）"


def left_empty(fields: Sequence[EntryField], values: Values) -> dict[str, Any]:
    """The questions that nobody has to answer, as answered: whatever is wanted is a tap away on the last page."""
    found: dict[str, Any] = {}
    for declared in fields:
        for field in questions.asked(declared):
            if field.optional and not field.later and field.files is None and field.key not in values:
                found[field.key] = [] if field.many else ""
    return found


# --- what an activity says -------------------------------------------------------------------------------------------


def of_activity(session: Session, call: Call, kind: Kind, activity: Activity) -> dict[str, Any]:
    """The answers that an activity proves: its day, who came (for who sees the roll), where it was, with whom; and that
    it was this one. Of what it proves by itself nothing is left to be asked that nobody has to answer.
    """
    day, contents = local_day(activity.start_at, call.tz), components(session, activity.id)
    types = [one.type for one in contents]
    came = (Attendance.activity_id == activity.id, Attendance.withdrawn_at.is_(None), Attendance.status.in_(HERE))
    here = {one.id for one in roster(session, call.me.branch_id, day)}
    sees = may(call.me, Right.SEE_ROLL, branch_id=call.me.branch_id, group_id=activity.group_id)
    listed = session.scalars(select(Attendance.person_id).where(*came).order_by(Attendance.person_id)) if sees else ()
    people = [str(one) for one in listed if one in here]
    says: Mapping[str, Sequence[str]] = {
        PRESENT: people,
        SITES: names_listed(activity.sites),
        PARTNERS: names_listed(activity.partners),
        TOPIC: [str(one.details["topic"]) for one in contents if one.details.get("topic")],
        UNLISTED: proved.unlisted(session, activity, types),
    }
    found: dict[str, Any] = {ACTIVITY: questions.as_answer(Link(ACTIVITY, activity.id))}
    for one in kind.fields:
        if one.key == kind.dated and one.type is Type.DAY:
            found[one.key] = day.isoformat()
        elif one.key == kind.dated and one.type is Type.DAYS:
            found |= {f"{one.key}_first": day.isoformat(), f"{one.key}_last": day.isoformat()}
        elif held := says.get(one.proved):
            found[one.key] = list(held) if one.several else held[0]
        elif code := next((one.by_type[each] for each in types if each in one.by_type), ""):
            found[one.key] = code
    return {**left_empty(kind.fields, found), **found} if kind.name in proved.LABELS else found


# --- one more of the same --------------------------------------------------------------------------------------------


def again(session: Session, call: Call, view: View) -> dict[str, Any]:
    """The answers of an entry for the next of its kind: all but days, title, numbers and files."""
    members = {str(one.id): one for one in roster(session, call.me.branch_id, call.today)}
    held = {**view.fields, **(facts_by_field(view.kind, "", view.fact) if view.fact is not None else {})}
    found: dict[str, Any] = {}
    for declared in view.kind.fields:
        if declared.type in _NOT_AGAIN or declared.titled or declared.later or declared.computed:
            continue
        if declared.type is Type.ROWS or (declared.type is Type.TEXT and declared.needed):
            continue
        for field in questions.asked(declared):
            answer = _answer(declared, held.get(declared.key), members)
            empty: Any = [] if field.many else ""
            if answer or field.optional:
                found[field.key] = answer or empty
    return found


def _answer(declared: EntryField, value: Any, members: Mapping[str, Member]) -> Any:
    """What a form holds for the value of an entry; nothing of who is on the roster no more."""
    if is_empty(value):
        return None
    if declared.type is Type.YESNO:
        return "yes" if value else "no"
    if declared.type is Type.CHOICE:
        return value if value in declared.options else None
    if declared.type is Type.PEOPLE:
        named = [f"{questions.OUTSIDE}{one['name']}" if "name" in one else str(one["id"]) for one in value]
        return [one for one in named if one.startswith(questions.OUTSIDE) or one in members]
    if declared.type is Type.OWNER:
        return _owner(value, members)
    return [value] if isinstance(value, str) and declared.several else value


def _owner(owner: Owner, members: Mapping[str, Member]) -> str | None:
    if owner.id is not None:
        return f"p{owner.id}" if str(owner.id) in members else None
    if owner.group_id is not None:
        return f"g{owner.group_id}"
    return f"d{owner.duty.value}" if owner.duty is not None else f"{questions.OUTSIDE}{owner.name}"
