"""When the secretary of a branch gets the digest: kept with the branch's settings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.kit import sends
from bot.kit.access import Right, require
from storage import audit
from storage.audience import Me
from storage.models.organisation import Organisation

SETTING, DIGEST = sends.SETTING, "digest"
# Once a week, in the week of the 25th on its day instead; on the 25th alone; not at all.
WEEKLY, ON_25TH, NEVER = "weekly", "25th", "never"
TO = (WEEKLY, ON_25TH, NEVER)


def read(settings: Mapping[str, Any]) -> str:
    """When it is sent; what cannot be is as good as nothing."""
    when = sends.kept(settings, DIGEST)
    return when if isinstance(when, str) and when in TO else WEEKLY


def of_branch(session: Session, branch_id: int) -> str:
    return read(session.get_one(Organisation, branch_id, populate_existing=True).settings)


def put(session: Session, me: Me, when: str, now: datetime) -> None:
    """For the own branch, noted; what stands so already leaves no line."""
    require(me, Right.SENDS, branch_id=me.branch_id)
    if when not in TO:
        raise ValueError(f"the digest cannot be sent {when!r}")
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
    before = read(branch.settings)
    if before == when:
        return
    branch.settings = sends.keeping(branch.settings, DIGEST, str(when))
    session.flush()
    audit.record(session, "change", SETTING, me.branch_id, now=now, by=me, changes={DIGEST: [before, str(when)]})
