"""All that a feature offers, in one value: FEATURE in its folder's feature.py, listed in bot/features/registry.py."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.kit.blocks import Blocks
from bot.kit.broadcasts import Broadcast
from bot.kit.digest import Telling
from bot.kit.figures import Figures, none
from bot.kit.form_families import Forms
from bot.kit.forms import Form
from bot.kit.handing_in import Takes
from bot.kit.handlers import Handler
from bot.kit.ledger_books import Books
from bot.kit.ledger_books import none as no_books
from bot.kit.month import Dates
from bot.kit.norms import Offer
from bot.kit.owing import ByHand, Matter, Owing, Waiting
from bot.kit.own_records import OwnRecords
from bot.kit.possible import Possibles, Stands
from bot.kit.reposts import Anew
from bot.kit.titles import Titles
from bot.kit.undo import Steps
from scheduler.calendar.days import Quarter
from scheduler.jobs import Job
from storage.audience import Me


def _no_jobs(tz: tzinfo) -> Sequence[Job]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Whatever a feature does not say it does not have. `name` is its folder's.

    handlers: taps, commands, words; with the commands come menus, keyboard and help. forms: what is asked
    question by question; families: the same of what may be declared while the bot runs. jobs: what is on the clock.
    broadcasts: what goes to many at one time, and may be stopped and corrected. titles: what that is called, by how
    the keys of its promises begin. owing: what people of a branch, or one of them, still owe: in 我的待办,
    未完成名单, the nudge, the digest. matters: what its officers are asked to settle by a line of their nudge.
    nearing: the branches where something falls due today, in one question over all of them. waiting: what waits for
    whoever asks to decide or to do it in office: in 我的待办, the digest. digest: a section of its own there, for
    whoever gets it. reposts: what is posted once more after an outage. steps: what somebody did since an instant, and
    the word 撤销 may still take back. possible, stands: what somebody may do now, and what of theirs may be taken back:
    what words that say neither are likeliest to mean. takes: what a long text or a file that came with nothing open may
    be handed in as. figures: what is counted of a branch over a period. norms: the facts by which norms are checked.
    by_hand: what somebody is asked to settle by 请其办理 alone, by its key. blocks: what has to be settled before a
    quarter is closed. unfinished: what of it can be done until its cut-off only, and holds up no close. ledgers: its
    rows as an inspector is shown them. idle: the lines of the audit log that change nothing that is counted, as an
    action ("export") or as one of a table ("bound person"); whatever nobody names makes kept figures old. dates: what
    it has on the days of a month, for whoever asks: in 本月安排. uncounted: a line for each thing of a quarter that
    came too late and that no correction has admitted.

    across: of a feature that serves all the others (todo): what it offers, once they are known.
    """

    name: str
    handlers: Sequence[Handler] = ()
    forms: Sequence[Form] = ()
    families: Sequence[Forms] = ()
    jobs: Callable[[tzinfo], Sequence[Job]] = _no_jobs
    broadcasts: Sequence[Broadcast] = ()
    titles: Mapping[str, Titles] = field(default_factory=dict)
    owing: Callable[[Session, int, datetime, tzinfo, int | None], Iterable[Owing]] | None = None
    nearing: Callable[[Session, datetime, tzinfo], Iterable[int]] | None = None
    matters: Callable[[Session, int, datetime, tzinfo, int | None], Iterable[Matter]] | None = None
    waiting: Callable[[Session, Me, datetime, tzinfo], Iterable[Waiting]] | None = None
    digest: Telling | None = None
    reposts: Anew | None = None
    steps: Sequence[Steps] = ()
    figures: Figures = none
    possible: Possibles | None = None
    stands: Stands | None = None
    takes: Sequence[Takes] = ()
    own_records: OwnRecords | None = None
    norms: Sequence[Offer] = ()
    by_hand: ByHand | None = None
    blocks: Blocks | None = None
    unfinished: Blocks | None = None
    ledgers: Books = no_books
    idle: Collection[str] = ()
    dates: Dates | None = None
    uncounted: Callable[[Session, int, Quarter, tzinfo], Iterable[str]] | None = None
    across: "Callable[[Sequence[Feature]], Feature] | None" = None
