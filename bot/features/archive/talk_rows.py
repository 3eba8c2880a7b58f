"""The talks of an archive as rows: laid, taken away, written."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive import talks, undone
from bot.features.archive.parts import Around, Laying, Part
from bot.features.archive.talks import CAMPAIGNS, TALKS, OneTalk, Talks
from bot.features.talks.rules import Party, Wanted, mark_of
from bot.kit.archive_checks import OUTSIDE, Fields
from bot.kit.archive_ids import numbered
from bot.kit.names import name_key
from storage.models.talk import Talk, TalkCampaign, TalkPerson


def read(document: Fields, around: Around) -> tuple[Talks | None, list[str]]:
    """A talk may point at a campaign that the branch has already."""
    known = known_campaigns(around.session, around.branch_id) if around.branch_id is not None else {}
    found, faults = talks.read(document, around.people, known)
    return (None if found.empty else found), faults


def differs(mine: Talks | None, asked: Talks) -> bool:
    return not asked.differing(mine or Talks()).empty


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


def lay(found: Talks, to: Laying) -> None:
    session, branch_id, people, kept = to.session, to.branch_id, to.people, to.cleared
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
    held = _talks_written(session, branch_id, people, ids, tz)
    return {CAMPAIGNS: campaigns, TALKS: held}


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
    before = undone.of_branch(session, branch_id)
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
        for row in (before.as_was(one, tz) for one in rows)
    ]


def _named(person_id: int | None, name: str, people: Mapping[int, str]) -> str:
    """Somebody whom the document does not name (erased) is an outsider by number."""
    return people.get(person_id or 0) or f"{OUTSIDE}{name or f'已注销{person_id}'}"


PART = Part((CAMPAIGNS, TALKS), "talks", read, differs, there, clear, lay, write)
