"""The entries of the register that an activity proves, each once: activities offer them without knowing any kind.

Of what is counted from the activity itself (visits, delegates, what a superior held) there is none to record.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.names import name_key, names_listed
from storage.activities import components
from storage.choices import ActivityType, Organizer
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryLink

# What was done together with another unit, and a site that is on no list yet.
COBUILD, RED_SITE = "cobuild_event", "red_site"
LABELS = {COBUILD: "登记对标共建", RED_SITE: "登记红色基地"}
# Kinds of which one occasion is one entry.
ONCE = frozenset({COBUILD})


@dataclass(frozen=True, slots=True)
class Proved:
    kind: str
    label: str


def unrecorded(session: Session, activity: Activity) -> list[Proved]:
    """What it proves and nobody has recorded yet."""
    types = {one.type for one in components(session, activity.id)}
    together = bool(names_listed(activity.partners)) and activity.organizer in (Organizer.OWN_BRANCH, Organizer.JOINT)
    found = [COBUILD] if together and not is_recorded(session, activity, COBUILD) else []
    found += [RED_SITE] if unlisted(session, activity, types) else []
    return [Proved(kind, LABELS[kind]) for kind in found]


def is_recorded(session: Session, activity: Activity, kind: str) -> bool:
    """Whether an entry of the kind names it."""
    here = (EntryLink.activity_id == activity.id, Entry.kind == kind, Entry.withdrawn_at.is_(None))
    query = select(Entry.id).join(EntryLink, EntryLink.entry_id == Entry.id).where(*here)
    return session.scalars(query.limit(1)).first() is not None


def unlisted(session: Session, activity: Activity, types: Collection[ActivityType]) -> Sequence[str]:
    """The sites of a visit that are not on the branch's list."""
    sites = names_listed(activity.sites) if ActivityType.RED_SITE_VISIT in types else ()
    if not sites:
        return []
    mine = (Entry.branch_id == activity.branch_id, Entry.kind == RED_SITE, Entry.withdrawn_at.is_(None))
    known = {name_key(title) for title in session.scalars(select(Entry.title).where(*mine))}
    return [name for name in sites if name_key(name) not in known]
