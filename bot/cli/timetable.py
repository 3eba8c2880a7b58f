"""Every job with its next runs, as the command line shows them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.due import ahead
from scheduler.jobs import Job
from scheduler.runs import Due
from storage.choices import OrganisationKind
from storage.models.organisation import Organisation

COLUMNS = ("job", "branch_id", "branch", "at", "until", "slot")


def timetable(
    session: Session, jobs: Sequence[Job], now: datetime, days: int, runs: int, branch_id: int | None = None
) -> list[dict[str, Any]]:
    """The next `runs` runs of each job and branch, or of one; a line without a time for a job not due within `days`.

    `now` carries the branch's time zone.
    """
    found: dict[tuple[str, int], list[Due]] = defaultdict(list)
    for due in ahead(session, jobs, now, now + timedelta(days=days), branch_id):
        found[due.job.name, due.branch_id].append(due)
    query = select(Organisation.id, Organisation.name).where(Organisation.kind == OrganisationKind.BRANCH)
    if branch_id is not None:
        query = query.where(Organisation.id == branch_id)
    branches = session.execute(query.order_by(Organisation.id)).all()
    return [
        {"job": job.name, "branch_id": branch.id, "branch": branch.name, **when}
        for branch in branches
        for job in jobs
        for when in _times(found[job.name, branch.id][:runs])
    ]


def _times(runs: Sequence[Due]) -> list[dict[str, Any]]:
    if not runs:
        return [{"at": None, "until": None, "slot": None}]
    return [{"at": due.occurrence.at, "until": due.occurrence.until, "slot": due.occurrence.slot} for due in runs]
