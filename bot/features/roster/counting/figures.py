"""What is counted of the roster: both ends of a period, and who came and went (D24)."""

from collections.abc import Callable, Sequence

from bot.features.roster.counting.headcount import heads
from bot.features.roster.counting.rules import Heads
from bot.kit.figures import Behaviour, Figure, Section, Source, codes, fixed, people

HEADS = Source("heads", heads)


def _people(
    path: str,
    word: str,
    rows: Callable[[Heads], Sequence[int]],
    formula: str,
    old: str,
    behaviour: Behaviour = Behaviour.LAST_DAY,
    shown: int = 1,
) -> Figure[Heads, int]:
    return Figure(
        path,
        word,
        "人",
        Section.PEOPLE,
        behaviour,
        formula,
        of=HEADS,
        rows=rows,
        behind=lambda found: {"": codes("P", found)},
        show=people,
        shown=shown,
        old=old,
    )


FIGURES = fixed(
    _people("roster_open", "期初", lambda heads: heads.opening, "统计期开始前一日的在册党员", "open", shown=2),
    _people("transfers_in", "转入", lambda heads: heads.transfers_in, "统计期内转入的党员", "in", Behaviour.ADDITIVE),
    _people(
        "transfers_out", "转出", lambda heads: heads.transfers_out, "统计期内转出的党员", "out", Behaviour.ADDITIVE
    ),
    _people("roster_close", "期末", lambda heads: heads.closing, "统计期最后一日的在册党员", "close", shown=2),
    _people("full_at_close", "正式党员", lambda heads: heads.full, "期末的正式党员", "full", shown=0),
    _people("probationary_at_close", "预备党员", lambda heads: heads.probationary, "期末的预备党员", "probationary"),
    _people("exempt_at_close", "免于考勤", lambda heads: heads.exempt, "期末免于考勤的党员", "exempt"),
)
