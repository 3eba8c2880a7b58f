"""The collections `talk_campaigns` and `talks` of an archive; what was taken back is not told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.talks.rules import LONGEST_TOPIC, MOST, Party, Wanted, mark_of
from bot.kit.archive_checks import NAME_LENGTH, OUTSIDE, Check, Fields, rest
from bot.kit.archive_ids import numbered
from bot.kit.names import name_key
from bot.kit.sheets import visible
from storage.choices import TalkKind, TalkMode
from storage.models.talk import Talk, TalkCampaign, TalkPerson

CAMPAIGNS, TALKS = "talk_campaigns", "talks"
NONE: Mapping[int, str] = {}
_OF_CAMPAIGN = ("id", "title", "from", "to", "made_by", "made_at")
_OF_TALK = (
    "id", "date", "talker", "talkees", "kind", "mode", "written_record", "campaign", "recorded_at", "recorded_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Campaign:
    """One record; `last` counts too."""

    id: str
    topic: str
    first: date
    last: date
    made_by: str | None
    made_at: datetime | None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OneTalk:
    """One record: people by their ids in the document, or EXT: and a name."""

    id: str
    on: date
    talker: str
    talkees: tuple[str, ...]
    kind: TalkKind
    mode: TalkMode
    written: bool
    campaign: str | None
    recorded_at: datetime | None
    recorded_by: str | None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Talks:
    """Both collections; None: the document has not got it."""

    campaigns: tuple[Campaign, ...] | None = None
    talks: tuple[OneTalk, ...] | None = None

    @property
    def empty(self) -> bool:
        return self.campaigns is None and self.talks is None

    def differing(self, mine: "Talks") -> "Talks":
        """Without what stands so already. A talk points at its campaign, so that both are laid anew together."""
        same = _sorted(mine.campaigns) == _sorted(self.campaigns if self.campaigns is not None else mine.campaigns)
        same = same and _sorted(mine.talks) == _sorted(self.talks if self.talks is not None else mine.talks)
        return Talks() if same else self


def _sorted(rows: Sequence[Campaign] | Sequence[OneTalk] | None) -> list[Any]:
    return sorted(rows or (), key=lambda one: one.id)


# --- read ------------------------------------------------------------------------------------------------------------


def read(document: Mapping[str, Any], people: Collection[str], known: Collection[str] = ()) -> tuple[Talks, list[str]]:
    """The records, and every fault of them; `people`: the ids that may be named; known: campaigns of the branch."""
    check = Check()
    found = check.rows(CAMPAIGNS, document.get(CAMPAIGNS))
    check.once(CAMPAIGNS, [check.key(path, row) for path, row in found])
    campaigns = [_campaign(check, path, row, people) for path, row in found]
    ids = {str(row.get("id")) for _, row in found} if CAMPAIGNS in document else set(known)
    rows = check.rows(TALKS, document.get(TALKS))
    check.once(TALKS, [check.key(path, row) for path, row in rows])
    talks = [_talk(check, path, row, people, ids) for path, row in rows]
    return (
        Talks(
            tuple(one for one in campaigns if one is not None) if CAMPAIGNS in document else None,
            tuple(one for one in talks if one is not None) if TALKS in document else None,
        ),
        check.faults,
    )


def _campaign(check: Check, path: str, row: Fields, people: Collection[str]) -> Campaign | None:
    topic = check.text(path, row, "title", LONGEST_TOPIC)
    if not topic.strip():
        check.fault(f"{path}.title", row.get("title"), "a text")
    first, last = check.day(f"{path}.from", row.get("from")), check.day(f"{path}.to", row.get("to"))
    by, made = _by(check, path, row, "made_by", people), _instant(check, path, row, "made_at")
    if first is None or last is None:
        return None
    if last < first:
        check.fault(f"{path}.to", row["to"], "not before `from`: the last day")
    return Campaign(str(row.get("id")), topic, first, last, by, made, rest(row, _OF_CAMPAIGN))


def _talk(check: Check, path: str, row: Fields, people: Collection[str], campaigns: Collection[str]) -> OneTalk | None:
    on = check.day(f"{path}.date", row.get("date"))
    talker = _party(check, f"{path}.talker", row.get("talker"), people)
    talkees = _talkees(check, path, row.get("talkees"), people)
    kind = check.choice(f"{path}.kind", row.get("kind", TalkKind.HEART_TO_HEART), TalkKind)
    mode, kept = _mode(check, path, row)
    written = row.get("written_record", False)
    if not isinstance(written, bool):
        check.fault(f"{path}.written_record", written, "true or false")
    of = row.get("campaign")
    campaign = check.reference(f"{path}.campaign", of, campaigns, "talk campaign") if of is not None else None
    by, at = _by(check, path, row, "recorded_by", people), _instant(check, path, row, "recorded_at")
    if on is None or talker is None or not talkees or kind is None:
        return None
    extra = {**rest(row, _OF_TALK), **kept}
    return OneTalk(str(row.get("id")), on, talker, talkees, kind, mode, written is True, campaign, at, by, extra)


def _party(check: Check, path: str, value: Any, people: Collection[str]) -> str | None:
    """Somebody of the archive, or EXT: and a name."""
    if not isinstance(value, str) or not value.startswith(OUTSIDE):
        return check.reference(path, value, people, "person")
    name = value.removeprefix(OUTSIDE)
    if not name.strip() or visible(name) != name or len(name) > NAME_LENGTH:
        check.fault(path, value, f"{OUTSIDE} and a name of at most {NAME_LENGTH} characters")
        return None
    return value


def _talkees(check: Check, path: str, value: Any, people: Collection[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        check.fault(f"{path}.talkees", value, f"a list of one to {MOST} people")
        return ()
    found = [_party(check, f"{path}.talkees[{at}]", one, people) for at, one in enumerate(value)]
    check.once(f"{path}.talkees", [one for one in found if one is not None])
    return tuple(one for one in found if one is not None)


def _mode(check: Check, path: str, row: Fields) -> tuple[TalkMode, Fields]:
    """A mode that is not known is kept as text."""
    said = check.text(path, row, "mode", NAME_LENGTH) or TalkMode.IN_PERSON
    return (TalkMode(said), {}) if said in list(TalkMode) else (TalkMode.OTHER, {"mode": said})


def _by(check: Check, path: str, row: Fields, name: str, people: Collection[str]) -> str | None:
    return check.reference(f"{path}.{name}", row[name], people, "person") if row.get(name) is not None else None


def _instant(check: Check, path: str, row: Fields, name: str) -> datetime | None:
    return check.instant(f"{path}.{name}", row[name]) if row.get(name) is not None else None


# --- laid ------------------------------------------------------------------------------------------------------------


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    return sum(
        session.scalar(select(func.count()).select_from(of).where(of.branch_id == branch_id, of.withdrawn_at.is_(None)))
        or 0
        for of in (Talk, TalkCampaign)
    )


def known_campaigns(session: Session, branch_id: int) -> dict[str, int]:
    """The rows of the ids, of those that stand."""
    here = (TalkCampaign.branch_id == branch_id, TalkCampaign.withdrawn_at.is_(None))
    rows = session.execute(select(TalkCampaign.id, TalkCampaign.archive_id).where(*here).order_by(TalkCampaign.id))
    return {known: row_id for row_id, known in numbered("K", {row.id: row.archive_id for row in rows}).items()}


def clear(session: Session, branch_id: int, found: Talks) -> Mapping[int, str]:
    """What the document brings anew goes. Told: of which campaigns the talks that stay are, by their ids."""
    ids, kept = {row_id: known for known, row_id in known_campaigns(session, branch_id).items()}, dict[int, str]()
    if found.talks is not None:
        mine = select(Talk.id).where(Talk.branch_id == branch_id)
        session.execute(delete(TalkPerson).where(TalkPerson.talk_id.in_(mine)))
        session.execute(delete(Talk).where(Talk.branch_id == branch_id))
    if found.campaigns is not None:
        for talk in session.scalars(select(Talk).where(Talk.branch_id == branch_id, Talk.campaign_id.is_not(None))):
            kept[talk.id] = ids.get(talk.campaign_id or 0, "")
            talk.campaign_id = None
        session.flush()
        session.execute(delete(TalkCampaign).where(TalkCampaign.branch_id == branch_id))
    return kept


def lay(
    session: Session, branch_id: int, found: Talks, people: Mapping[str, int], kept: Mapping[int, str] = NONE
) -> None:
    """`people`: the rows of the ids; kept: as `clear` told it."""
    taken: dict[Any, int] = {}
    for one in found.campaigns or ():
        mark = mark_of(one.first, name_key(one.topic))
        nth = taken[one.last, mark] = taken.get((one.last, mark), -1) + 1
        session.add(
            TalkCampaign(
                branch_id=branch_id,
                topic=one.topic,
                from_on=one.first,
                last_on=one.last,
                made_at=one.made_at,
                made_by_id=people[one.made_by] if one.made_by else None,
                mark=mark,
                nth=nth,
                archive_id=one.id,
                extra=dict(one.extra) or None,
            )
        )
    session.flush()
    campaigns = known_campaigns(session, branch_id)
    for talk_id, known in kept.items():
        session.get_one(Talk, talk_id).campaign_id = campaigns.get(known)
    for talk in found.talks or ():
        _lay(session, branch_id, talk, people, campaigns, taken)
    session.flush()


def _lay(
    session: Session, branch_id: int, one: OneTalk, people: Mapping[str, int], campaigns: Mapping[str, int],
    taken: dict[Any, int],
) -> None:  # fmt: skip
    talker, talkees = _as_party(one.talker, people), tuple(_as_party(each, people) for each in one.talkees)
    mark = Wanted(one.on, talker, talkees, one.kind).mark
    nth = taken[one.on, mark] = taken.get((one.on, mark), -1) + 1
    row = Talk(
        branch_id=branch_id,
        on=one.on,
        talker_id=talker.id or None,
        talker_name=talker.name,
        kind=one.kind,
        mode=one.mode,
        written_record=one.written,
        campaign_id=campaigns[one.campaign] if one.campaign else None,
        recorded_at=one.recorded_at,
        recorded_by_id=people[one.recorded_by] if one.recorded_by else None,
        mark=mark,
        nth=nth,
        archive_id=one.id,
        extra=dict(one.extra) or None,
    )
    session.add(row)
    session.flush()
    session.add_all(TalkPerson(talk_id=row.id, person_id=each.id or None, name=each.name) for each in talkees)


def _as_party(value: str, people: Mapping[str, int]) -> Party:
    return Party(0, value.removeprefix(OUTSIDE)) if value.startswith(OUTSIDE) else Party(people[value])


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """`people`: the ids of the rows. What nobody of them can be named in any longer stands as EXT: with the name."""
    here = (TalkCampaign.branch_id == branch_id, TalkCampaign.withdrawn_at.is_(None))
    rows = session.scalars(select(TalkCampaign).where(*here).order_by(TalkCampaign.id)).all()
    ids = {row_id: known for known, row_id in known_campaigns(session, branch_id).items()}
    campaigns = [_campaign_written(row, ids[row.id], people, tz) for row in rows]
    talks = _talks_written(session, branch_id, people, ids, tz)
    return {name: found for name, found in ((CAMPAIGNS, campaigns), (TALKS, talks)) if found}


def _campaign_written(row: TalkCampaign, known: str, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
    return {
        "id": known,
        "title": row.topic,
        "from": row.from_on.isoformat(),
        "to": row.last_on.isoformat(),
        **_said_by("made", row.made_by_id, row.made_at, people, tz),
        **(row.extra or {}),
    }


def _said_by(
    what: str, by: int | None, at: datetime | None, people: Mapping[int, str], tz: tzinfo
) -> dict[str, str | None]:
    """Nothing where an archive has brought it that does not say."""
    if at is None:
        return {}
    return {f"{what}_by": people.get(by or 0), f"{what}_at": at.astimezone(tz).isoformat()}


def _talks_written(
    session: Session, branch_id: int, people: Mapping[int, str], campaigns: Mapping[int, str], tz: tzinfo
) -> list[dict[str, Any]]:
    here = (Talk.branch_id == branch_id, Talk.withdrawn_at.is_(None))
    rows = session.scalars(select(Talk).where(*here).order_by(Talk.on, Talk.id)).all()
    ids = numbered("T", {row.id: row.archive_id for row in rows})
    talkees: dict[int, list[str]] = {row.id: [] for row in rows}
    named = select(TalkPerson).join(Talk, Talk.id == TalkPerson.talk_id).where(*here).order_by(TalkPerson.id)
    for one in session.scalars(named):
        talkees[one.talk_id].append(_named(one.person_id, one.name, people))
    return [
        {
            "id": ids[row.id],
            "date": row.on.isoformat(),
            "talker": _named(row.talker_id, row.talker_name, people),
            "talkees": talkees[row.id],
            "kind": row.kind.value,
            "written_record": row.written_record,
            "campaign": campaigns.get(row.campaign_id or 0),
            "mode": row.mode.value,
            **_said_by("recorded", row.recorded_by_id, row.recorded_at, people, tz),
            **(row.extra or {}),
        }
        for row in rows
    ]


def _named(person_id: int | None, name: str, people: Mapping[int, str]) -> str:
    """Somebody whom the document does not name (erased) is an outsider by number."""
    return people.get(person_id or 0) or f"{OUTSIDE}{name or f'已注销{person_id}'}"
