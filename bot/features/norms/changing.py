"""What a unit asks otherwise: a norm changed from a day on, its default again, a whole file; each a row of its own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.norms import laying
from bot.features.norms.rule_file import Norm, RuleFile
from bot.features.norms.service import book_of
from bot.kit import branch_settings
from bot.kit.access import Right, require
from bot.kit.branch_settings import first_open
from bot.kit.refusal import Refusal
from bot.kit.words import short_day
from storage import audit
from storage.audience import Me
from storage.models.norm import NormFile
from storage.models.organisation import Organisation

SUBJECT = "norm_file"
# What the secretary changes in chat: counts and days.
KEYS = ("min", "or_hours", "committee_min", "target", "fixed_day", "slip_days", "workdays", "days", "workdays_before")
NO_SUCH, SAME, WRONG = "没有找到这项要求。", "这项要求没有变动。", "填写有误，请核对。"


def norm_of(session: Session, branch_id: int, norm_id: str, day: date) -> Norm:
    """As it holds on a day; refuses one that there is not."""
    norm = book_of(session, branch_id).on(day).norms.get(norm_id)
    if norm is None:
        raise Refusal(NO_SUCH)
    return norm


def asked_keys(norm: Norm) -> list[str]:
    """What of it may be changed in chat: what it has."""
    has = {
        "min": not norm.by_case or norm.or_hours is not None,
        "or_hours": norm.or_hours is not None,
        "committee_min": norm.committee_min is not None,
        "target": norm.event == "theme_day_coverage",
        "fixed_day": norm.fixed_day is not None,
        "slip_days": norm.fixed_day is not None,
        "workdays": norm.workdays is not None,
        "days": norm.days is not None,
        "workdays_before": norm.before is not None,
    }
    return [key for key in KEYS if has[key]]


def is_own(session: Session, branch_id: int, norm_id: str, day: date) -> bool:
    """Whether it is otherwise here than by default."""
    return norm_of(session, branch_id, norm_id, day) != laying.national().norms.get(norm_id)


def earliest(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> date:
    """Since which day a change may hold: what is over and closed goes on as it was judged (D20)."""
    return first_open(branch_settings.of_branch(session, branch_id), now, tz).start


def change(
    session: Session, me: Me, norm_id: str, values: Mapping[str, Any], since: date, now: datetime, tz: tzinfo
) -> Norm:
    """From a day on, with only these keys; as it is then. What stands so already leaves no row."""
    require(me, Right.SET_NORMS, branch_id=me.branch_id)
    _lock(session, me.branch_id)
    norm = norm_of(session, me.branch_id, norm_id, since)
    wanted = {key: value for key, value in values.items() if key in asked_keys(norm)}
    held = book_of(session, me.branch_id).on(since)
    after = laying.laid(held, {"rules": [{"id": norm_id, **wanted}]})
    if after is None:
        raise Refusal(WRONG)
    if after.norms[norm_id] == norm:
        raise Refusal(SAME)
    _put(session, me, {"id": norm_id, **wanted}, norm, after.norms[norm_id], since, now, tz)
    return after.norms[norm_id]


def restore(session: Session, me: Me, norm_id: str, since: date, now: datetime, tz: tzinfo) -> Norm:
    """恢复通用要求 from a day on."""
    require(me, Right.SET_NORMS, branch_id=me.branch_id)
    _lock(session, me.branch_id)
    usual = laying.national().norms.get(norm_id)
    if usual is None:
        raise Refusal(NO_SUCH)
    norm = norm_of(session, me.branch_id, norm_id, since)
    if norm == usual:
        raise Refusal(SAME)
    _put(session, me, {"id": norm_id, "default": True}, norm, usual, since, now, tz)
    return usual


def _lock(session: Session, branch_id: int) -> None:
    """Of two at once the second sees what the first has changed."""
    session.get_one(Organisation, branch_id, populate_existing=True, with_for_update=True)


def _put(
    session: Session, me: Me, rule: dict[str, Any], was: Norm, new: Norm, since: date, now: datetime, tz: tzinfo
) -> None:
    first = earliest(session, me.branch_id, now, tz)
    if since < first:
        raise Refusal(f"请选择{short_day(first)}或之后的日期。")
    row = NormFile(
        organisation_id=me.branch_id, valid_from=since, content={"rules": [rule]}, made_at=now, made_by_id=me.id
    )
    session.add(row)
    session.flush()
    values = {key: [_noted(getattr(was, key)), _noted(getattr(new, key))] for key in KEYS}
    changes = {key: pair for key, pair in values.items() if pair[0] != pair[1]}
    changes["valid_from"] = [None, since.isoformat()]
    audit.record(session, "change", SUBJECT, row.id, now=now, by=me, norm=new.id, changes=changes)


def _noted(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


# --- whole files -----------------------------------------------------------------------------------------------------


def add(session: Session, organisation_id: int, file: RuleFile, now: datetime) -> bool:
    """By the operator; one of the same version takes the place of the one before. False: it says the same already."""
    _lock(session, organisation_id)
    for row in _of_version(session, organisation_id, file.version):
        if (row.valid_from, row.valid_to, row.content) == (file.valid_from, file.valid_to, dict(file.content)):
            return False
        row.withdrawn_at = now
    row = NormFile(
        organisation_id=organisation_id,
        version=file.version,
        valid_from=file.valid_from,
        valid_to=file.valid_to,
        content=dict(file.content),
        made_at=now,
    )
    session.add(row)
    session.flush()
    days = {"valid_from": file.valid_from.isoformat(), "valid_to": file.valid_to.isoformat() if file.valid_to else None}
    ids = [one["id"] for one in file.content.get("rules", ())]
    audit.record(session, "add", SUBJECT, row.id, now=now, by=audit.by_operator(organisation_id), more=days, rules=ids)
    return True


def _of_version(session: Session, organisation_id: int, version: str) -> Sequence[NormFile]:
    mine = (NormFile.organisation_id == organisation_id, NormFile.version == version)
    return session.scalars(select(NormFile).where(*mine, NormFile.withdrawn_at.is_(None))).all()
