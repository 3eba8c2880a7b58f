"""Every kind of entry: the built-in ones, each declared once, and what else is declared while the bot runs."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from bot.features.register.kinds.cobuild import COBUILD_EVENT, GUIDANCE, MODEL_UNIT, RED_SITE, RESEARCH_TOPIC
from bot.features.register.kinds.honours import AWARD, CONTEST
from bot.features.register.kinds.inspection import DOCUMENT, INSPECTION, INSPECTION_RECEIVED, RECTIFICATION_LIST
from bot.features.register.kinds.kind import Kind
from bot.features.register.kinds.lists import ASSESSMENT_ITEM, PRACTICAL_PROJECT, TASK_ITEM
from bot.features.register.kinds.organisation import APPRAISAL, ELECTION, POST
from bot.features.register.kinds.publicity import PUBLICATIONS, SUBMISSION
from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.register.kinds.service import CONDOLENCE, DONATION, PAIRING, SUGGESTION, VOLUNTEER_SERVICE
from bot.features.register.kinds.training import CAMPAIGN, SUPERIOR_EVENT, TRAINING
from bot.features.register.own import store

KINDS: tuple[Kind, ...] = (
    PRACTICAL_PROJECT, TASK_ITEM, ASSESSMENT_ITEM,
    INSPECTION, INSPECTION_RECEIVED, RECTIFICATION_LIST, DOCUMENT,
    GUIDANCE, COBUILD_EVENT, RED_SITE, RESEARCH_TOPIC, MODEL_UNIT,
    *PUBLICATIONS, SUBMISSION,
    AWARD, CONTEST,
    VOLUNTEER_SERVICE, CONDOLENCE, PAIRING, SUGGESTION, DONATION,
    CAMPAIGN, SUPERIOR_EVENT, TRAINING,
    POST, ELECTION, APPRAISAL,
    ISSUE, PARAGRAPH, PLAN_ITEM,
)  # fmt: skip
# What most branches record, as long as their own entries do not say otherwise.
COMMON = (
    "guidance",
    "article",
    "rectification_list",
    "practical_project",
    "volunteer_service",
    "award",
    "superior_event",
)
_further: list[Kind] = []


def built_in() -> Sequence[Kind]:
    return (*KINDS, *_further)


def kinds(session: Session, branch_id: int, *, stopped: bool = True) -> Sequence[Kind]:
    """Every kind that a branch keeps: the built-in ones, and those of its own and of the committees above; `stopped`:
    also what takes no new entries any more.
    """
    return (*built_in(), *store.of_branch(session, branch_id, stopped=stopped))


def by_name(session: Session, names: Iterable[str]) -> dict[str, Kind]:
    """The kinds of these names, which no others of the installation have: those of units in one statement."""
    known = {one.name: one for one in built_in()}
    found = {name: known.get(name) for name in names}
    own = {one.name: one for one in store.named(session, [name for name, kind in found.items() if kind is None])}
    return {name: kind for name, one in found.items() if (kind := one or own.get(name)) is not None}


def kind_of(session: Session, name: str) -> Kind | None:
    return by_name(session, [name]).get(name)


@contextmanager
def declared(more: Iterable[Kind]) -> Iterator[None]:
    """Further kinds, for as long as this lasts. Raises ValueError where a name, a word or a figure is taken."""
    added = list(more)
    faults = list(_taken([*built_in(), *added]))
    if faults:
        raise ValueError("; ".join(faults))
    _further.extend(added)
    try:
        yield
    finally:
        for one in added:
            _further.remove(one)


def _taken(every: Sequence[Kind]) -> Iterator[str]:
    for what, names in (
        ("name", [one.name for one in every]),
        ("word", [one.word for one in every]),
        ("figure", [path for one in every for path in one.paths]),
    ):
        yield from (
            f"the {what} {name} stands twice" for name in sorted({one for one in names if names.count(one) > 1})
        )
