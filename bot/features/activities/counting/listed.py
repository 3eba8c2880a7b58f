"""What the register tells of held activities: the campaigns that they are of, the types of the sites visited."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.rules import Held, of_type
from bot.kit.entry_kinds import USED
from bot.kit.figures import Counting, Look, Record, Shown, Source, Together
from bot.kit.names import name_key
from storage.choices import ActivityType
from storage.models.entry import Entry, EntryValue

# The codes of the list of sites (kinds 1) in words; and a site that is not on it.
UNLISTED = "unlisted"
SITE_TYPES: Mapping[str, str] = {
    "former_residence": "故居旧址",
    "memorial_hall": "纪念馆",
    "revolutionary_area": "革命老区",
    "martyrs_cemetery": "烈士陵园",
    "integrity_base": "廉政基地",
    "other": "其他",
    UNLISTED: "未登记类型",
}


def _of_campaigns(counting: Counting) -> list[Held]:
    """The own ones of campaigns that stand."""
    found = _parts(counting)
    standing = counting.each(_standing) if found else frozenset()
    return [one for one in found if one.campaign_id in standing]


def _parts(counting: Counting) -> list[Held]:
    return [one for one in counting.of(HELD) if one.own and one.campaign_id is not None]


def _standing(of: Together) -> dict[int, frozenset[int]]:
    """The campaigns of what was held that nobody has taken back; one may be of any branch."""
    theirs = {branch_id: {one.campaign_id for one in _parts(each)} for branch_id, each in of.counts.items()}
    query = select(Entry.id).where(Entry.id.in_(set().union(*theirs.values())), Entry.withdrawn_at.is_(None))
    found = frozenset(of.session.scalars(query))
    return dict.fromkeys(theirs, found)


OF_CAMPAIGNS: Source[Sequence[Held]] = Source("activities of campaigns", _of_campaigns)


def by_campaign(rows: Sequence[Held]) -> dict[str, int]:
    """By the campaign's number."""
    return dict(sorted(Counter(str(one.campaign_id) for one in rows).items()))


def behind_campaigns(rows: Sequence[Held]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in rows:
        found.setdefault(f".{one.campaign_id}", []).append(one.id)
    return found


@dataclass(frozen=True, slots=True)
class Site:
    """A site that was visited, however it was spelt, with the type that the list has of it."""

    key: str
    name: str
    type: str
    activities: tuple[int, ...]


def _sites(counting: Counting) -> list[Site]:
    visited: dict[str, list[tuple[str, int]]] = {}
    held: Sequence[Held] = counting.of(HELD)
    for one in of_type(held, ActivityType.RED_SITE_VISIT):
        for name in one.sites:
            visited.setdefault(name_key(name), []).append((name, one.id))
    types = counting.each(_types) if visited and "red_site" in counting.of(USED) else {}
    return [
        Site(key, rows[0][0], types.get(key, UNLISTED), tuple(dict.fromkeys(number for _, number in rows)))
        for key, rows in visited.items()
    ]


def _types(of: Together) -> dict[int, dict[str, str]]:
    """Of every site on the list of each branch."""
    name, kind = aliased(EntryValue), aliased(EntryValue)
    query = (
        select(Entry.branch_id, name.word, name.key, kind.key)
        .join(Entry, Entry.id == name.entry_id)
        .join(kind, kind.entry_id == Entry.id)
        .where(of.here(Entry.branch_id), Entry.kind == "red_site", Entry.withdrawn_at.is_(None))
        .where(name.field == "name", kind.field == "type")
        .order_by(Entry.id)
    )
    found: dict[int, dict[str, str]] = {one: {} for one in of.counts}
    for branch_id, word, key, code in of.session.execute(query):
        found[branch_id][name_key(word or key)] = code
    return found


SITES: Source[Sequence[Site]] = Source("sites visited", _sites)


def by_type(rows: Sequence[Site]) -> dict[str, int]:
    """Those of which there are any, in the order of the list."""
    found = Counter(one.type for one in rows)
    return {code: found[code] for code in (*SITE_TYPES, *sorted(found.keys() - SITE_TYPES.keys())) if found[code]}


def types_said(value: Mapping[str, int]) -> str:
    return "，".join(f"{SITE_TYPES.get(code, code)}{many}个" for code, many in value.items())


def show_sites(look: Look, rows: Sequence[Site]) -> Shown:
    return (), [Record(f"{one.name}：{SITE_TYPES.get(one.type, one.type)}") for one in rows]
