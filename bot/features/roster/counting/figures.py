"""What is counted of the roster: both ends of a period, and who came and went (D24)."""

from functools import partial

from bot.features.roster.counting.headcount import heads
from bot.features.roster.counting.rules import Heads
from bot.kit.figures import Behaviour, Figure, Section, Source, codes, fixed, people

HEADS = Source("heads", heads)
# People by name, as of the last day.
of_people = partial(
    Figure[Heads, int],
    unit="人",
    section=Section.PEOPLE,
    behaviour=Behaviour.LAST_DAY,
    of=HEADS,
    behind=lambda found: {"": codes("P", found)},
    show=people,
)

FIGURES = fixed(
    of_people(
        "roster_open",
        "期初",
        formula="开始前一日的在册党员",
        rows=lambda heads: heads.opening,
        shown=2,
        old="open",
    ),
    of_people(
        "transfers_in",
        "转入",
        behaviour=Behaviour.ADDITIVE,
        formula="这段时间转入的党员",
        rows=lambda heads: heads.transfers_in,
        old="in",
    ),
    of_people(
        "transfers_out",
        "转出",
        behaviour=Behaviour.ADDITIVE,
        formula="这段时间转出的党员",
        rows=lambda heads: heads.transfers_out,
        old="out",
    ),
    of_people(
        "roster_close",
        "期末",
        formula="最后一日的在册党员",
        rows=lambda heads: heads.closing,
        shown=2,
        telling=True,
        old="close",
    ),
    of_people(
        "full_at_close",
        "正式党员",
        formula="期末的正式党员",
        rows=lambda heads: heads.full,
        shown=0,
        old="full",
    ),
    of_people(
        "probationary_at_close",
        "预备党员",
        formula="期末的预备党员",
        rows=lambda heads: heads.probationary,
        old="probationary",
    ),
    of_people(
        "exempt_at_close",
        "免于考勤",
        formula="期末免于考勤的党员",
        rows=lambda heads: heads.exempt,
        old="exempt",
    ),
)
