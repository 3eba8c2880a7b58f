"""Whether whose work it is is told of the deadlines of a kind: on as a rule, switched off by kind and branch."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register.kinds.catalogue import kind_of
from bot.features.register.kinds.kind import Kind, Type
from bot.kit import sends
from bot.kit.access import Right, require
from storage import audit
from storage.audience import Me
from storage.models.organisation import Organisation

QUIET = "quiet_kinds"


def has_deadlines(kind: Kind) -> bool:
    return any(one.type is Type.DUE for field in kind.fields for one in (field, *field.fields))


def read(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the kinds that are switched off; what cannot be is as good as nothing."""
    names = sends.kept(settings, QUIET)
    return tuple(one for one in names if isinstance(one, str)) if isinstance(names, list) else ()


def quiet(session: Session, branch_id: int) -> tuple[str, ...]:
    return read(session.get_one(Organisation, branch_id, populate_existing=True).settings)


def turn(session: Session, me: Me, kind: Kind, on: bool, now: datetime) -> None:
    """On or off for the own branch, noted; what stands so already leaves no line."""
    require(me, Right.SENDS, branch_id=me.branch_id)
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
    before = read(branch.settings)
    after = tuple(one for one in before if one != kind.name) + (() if on else (kind.name,))
    if (kind.name not in before) == on:
        return
    branch.settings = sends.keeping(branch.settings, QUIET, list(after))
    session.flush()
    audit.record(
        session,
        "change",
        sends.SETTING,
        me.branch_id,
        now=now,
        by=me,
        changes={QUIET: [_words(session, before), _words(session, after)]},
    )


def _words(session: Session, names: tuple[str, ...]) -> list[str]:
    return [kind.word if (kind := kind_of(session, name)) is not None else name for name in names]
