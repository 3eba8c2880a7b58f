"""Which entries hold some words, over all kinds: as far as somebody may read them, and not a word further."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.register import entries, rules
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.rules import View
from bot.features.register.values import Called
from bot.kit.names import name_key
from storage.audience import Me
from storage.models.entry import Entry, EntryPerson, EntryState


def holding(session: Session, me: Me, words: str, day: date) -> tuple[list[View], Called]:
    """The newest first, with how the people in them are called; each as this person sees it."""
    seen = _seen(session, me, day)
    called, wanted = entries.called(session, me.branch_id, seen), [name_key(one) for one in words.split()]
    texts = ((view, name_key(rules.everything(view, called))) for view in seen)
    return [view for view, text in texts if all(one in text for one in wanted)], called


def _seen(session: Session, me: Me, day: date) -> list[View]:
    """Of the kinds that somebody reads everything that stands in their lists; of the others what names the own people,
    without what the page of an entry hides from them.
    """
    read = [one.name for one in kinds(session, me.branch_id) if entries.reads_all(me, one)]
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    query = select(Entry.id).where(Entry.branch_id == me.branch_id)
    whole = entries.views(session, session.scalars(query.where(Entry.kind.in_(read), stands)).all())
    people = entries.people_of_groups(session, me.leads, day) | {me.id}
    named = select(EntryPerson.entry_id).where(EntryPerson.person_id.in_(people))
    owner = or_(
        EntryState.owner_id.in_(people), EntryState.owner_group_id.in_(me.leads), EntryState.owner_duty.in_(me.duties)
    )
    owned = select(EntryState.entry_id).where(owner, EntryState.undone_at.is_(None))
    rest = query.where(Entry.kind.not_in(read), Entry.withdrawn_at.is_(None))
    part = entries.views(session, session.scalars(rest.where(or_(Entry.id.in_(named), Entry.id.in_(owned)))).all())
    return sorted([*whole, *_in_part(me, part, people)], key=_latest, reverse=True)


def _in_part(me: Me, found: Iterable[View], people: Collection[int]) -> list[View]:
    """What is for its readers alone is found by nobody else, whomever it names."""
    return [entries.as_seen(me, one, people) for one in found if not one.kind.secret and entries.reads(me, one, people)]


def _latest(view: View) -> tuple[date, int]:
    """By the day that dates it, else since when its state holds, else when it was recorded."""
    day = rules.dated(view.kind, view.fields) if view.kind.dated else None
    since = view.fact.since if view.fact is not None else view.recorded_at.date()
    return day or since, view.id
