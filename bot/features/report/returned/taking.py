"""Puts into the register what was changed in a report that came back: all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import entries
from bot.features.register import service as register
from bot.features.register.kinds.kind import Kind
from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.report.returned import messages
from bot.features.report.returned.comparing import Change, Differences
from bot.features.report.rules import bare
from bot.features.report.service import plan
from bot.kit.access import Right, require
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import in_time
from bot.kit.hygiene import Found, holds, look
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter, local_day
from storage.audience import Me
from storage.hygiene import words_of

KINDS: Mapping[str, Kind] = {one.name: one for one in (ISSUE, PLAN_ITEM, PARAGRAPH)}
WHY = "按交回的总结修改"
_LONGEST = {one.name: next(each.longest for each in one.fields if each.key == "text") for one in KINDS.values()}
_SECTION = next(each.longest for each in PARAGRAPH.fields if each.key == "section")


def checked(session: Session, me: Me, found: Differences) -> None:
    """Refuses what no form would take either: texts that are too long, and what must not be kept."""
    words = words_of(session, me.branch_id)
    for one in found.changes:
        kind = KINDS[one.kind]
        if len(one.new) > _LONGEST[one.kind] or len(one.section) > _SECTION:
            raise Refusal(messages.too_long(kind.word, _LONGEST[one.kind], one.new))
        for text in (one.new, one.section):
            hit = look(text) or (Found.BRANCH_WORD if holds(text, words) else None)
            if hit is not None:
                raise Refusal(hit.value)


def takeable(
    session: Session, me: Me, quarter: Quarter, found: Differences, now: datetime, tz: tzinfo
) -> tuple[list[Change], list[Change]]:
    """What can be taken, and what cannot any more: after the cut-off no issue or plan comes or goes without a
    correction (D20b), while the wording of what was counted is no figure.
    """
    if in_time(now, cut_off_of(session, me.branch_id, quarter.start, tz)):
        return found.changes, []
    late = [one for one in found.changes if _is_counted(one)]
    return [one for one in found.changes if one not in late], late


def _is_counted(one: Change) -> bool:
    """Whether it would change how many there are."""
    return (one.kind != PARAGRAPH.name and (one.entry_id is None or not one.new)) or (
        one.entry_id is not None and not one.new
    )


def take(session: Session, me: Me, quarter: Quarter, changes: Sequence[Change], now: datetime, tz: tzinfo) -> None:
    """Each by the register's own steps, with their history and log; raises Refusal where an entry says something else
    by now than what was shown.
    """
    require(me, Right.REPORT, branch_id=me.branch_id)
    today = local_day(now, tz)
    for one in changes:
        kind = KINDS[one.kind]
        if one.entry_id is None:
            told = {"section": one.section} if one.section else {}
            register.record(session, me, kind, {"quarter": str(quarter), **told, "text": one.new}, now, tz)
            continue
        view = entries.found_to_keep(session, me, one.entry_id, today)
        if view.kind.name != kind.name or _stands(kind, view.fields) != one.old:
            raise Refusal(register.CHANGED_BY_OTHERS)
        if not one.new:
            register.withdraw(session, me, view, WHY, now, tz)
        for key, said in _fields(kind, view.fields, one.new).items() if one.new else ():
            if said != str(view.fields.get(key) or ""):
                register.change(session, me, view, None, key, said, WHY, now, tz)
                view = entries.found_to_keep(session, me, one.entry_id, today)


def _stands(kind: Kind, fields: Mapping[str, Any]) -> str:
    return plan(fields) if kind is PLAN_ITEM else str(fields["text"])


def _fields(kind: Kind, fields: Mapping[str, Any], new: str) -> dict[str, str]:
    """What each field says now: a plan that has measures is parted from them where it was, else behind its first
    sentence.
    """
    measures = str(fields.get("measures") or "").strip()
    if kind is not PLAN_ITEM or not measures:
        return {"text": new}
    text, rest = bare(str(fields["text"])), bare(measures)
    if new.endswith(f"。{rest}"):
        return {"text": new.removesuffix(f"。{rest}"), "measures": measures}
    if new.startswith(f"{text}。"):
        return {"text": text, "measures": new.removeprefix(f"{text}。")}
    first, _, behind = new.partition("。")
    return {"text": first, "measures": behind}


# --- in a draft ------------------------------------------------------------------------------------------------------


def to_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [asdict(one) for one in changes]


def from_json(listed: Sequence[Mapping[str, Any]]) -> list[Change]:
    return [replace(Change("", None, "", ""), **one) for one in listed]
