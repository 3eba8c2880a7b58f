"""成绩册 (ledger 9): who sat a test, how, with which score."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from bot.features.exams import rules, service
from bot.features.exams.rules import score_words
from bot.features.exams.score_lines import NOTED_ABSENT
from bot.kit.glossary.choices import ATTEMPTS
from bot.kit.ledgers import Cell, Column, Ledger, book
from bot.kit.rates import plain
from bot.kit.words import short_day
from storage.choices import AttemptKind
from storage.lookups import names_of
from storage.models.exam import Exam, ExamAttempt
from storage.models.organisation import Organisation
from storage.roster import roster

_WORDS = ("序号", "姓名", "类型", "成绩", "是否合格", "备注")
NAME = "成绩册"
_ORDER = tuple(AttemptKind)


def table(session: Session, exam: Exam) -> bytes:
    return book(sheet(session, exam))


def sheet(session: Session, exam: Exam) -> Ledger:
    """Everybody in the order of the roster: scores, 缺考 where that was recorded, else 未参加; at the foot the sums."""
    counted, rows = service.counted(session, exam), service.attempts(session, [exam.id])
    there = {one.id: place for place, one in enumerate(roster(session, exam.branch_id, exam.held_on))}
    scored = [one for one in rows if one.score is not None]
    names = names_of(session, [*(one.person_id or 0 for one in scored), *counted.not_sat])
    placed: list[tuple[int, int, Sequence[Cell]]] = [
        (there.get(one.person_id or 0, len(there)), _ORDER.index(one.kind), _line(exam, one, names, there))
        for one in scored
    ]
    placed += [
        (there[person], -1, [names[person], "", None, "", NOTED_ABSENT if person in counted.absent else "未参加"])
        for person in counted.not_sat
    ]
    lines = [line for _, _, line in sorted(placed, key=lambda one: one[:2])]
    cells: list[Sequence[Cell]] = [[number, *line] for number, line in enumerate(lines, 1)]
    branch = session.get_one(Organisation, exam.branch_id).name
    return Ledger(
        NAME,
        [Column(word) for word in _WORDS],
        cells,
        title=f"{branch}{exam.title}{NAME}",
        head=[f"{exam.held_on.year}年{short_day(exam.held_on)}　满分{score_words(exam.full_score)}分"],
        foot=[foot(counted)],
        beside=2,
    )


def foot(counted: rules.Counted) -> str:
    """应考23人　实考22人　平均分98　最高100　最低80: of the scores that count, of nobody by name."""
    said = counted.scores
    best, worst = (score_words(max(said)), score_words(min(said))) if said else ("—", "—")
    absent = f"　缺考{len(counted.absent)}人" if counted.absent else ""
    sums = f"应考{len(counted.expected)}人　实考{len(counted.sat)}人"
    return f"{sums}{absent}　平均分{plain(counted.average)}　最高{best}　最低{worst}"


def _line(exam: Exam, row: ExamAttempt, names: Mapping[int, str], there: Collection[int]) -> list[Cell]:
    name, member = names.get(row.person_id or 0, row.outsider), row.person_id in there
    score = row.score or 0
    passed = "合格" if score >= exam.pass_score else "不合格"
    kept = "" if member else "非党员，不计入"
    late = "不计入" if row.kind is AttemptKind.RETAKE and member else ""
    note = "；".join(filter(None, [kept, late, row.note]))
    return [name, ATTEMPTS[row.kind], rules.as_number(score), passed, note]
