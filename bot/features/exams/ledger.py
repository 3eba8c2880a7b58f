"""成绩册 (ledger 9): who sat a test, how, with which score."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot.features.exams import rules, service
from bot.features.exams.rules import score_words
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
    """In the order of the roster who has a score, and who is expected and has none; at the foot the sums."""
    counted, rows = service.counted(session, exam), service.attempts(session, [exam.id])
    there = {one.id: place for place, one in enumerate(roster(session, exam.branch_id, exam.held_on))}
    scored = [one for one in rows if one.score is not None]
    scored.sort(key=lambda one: (there.get(one.person_id or 0, len(there)), one.id, _ORDER.index(one.kind)))
    names = names_of(session, [*(one.person_id or 0 for one in scored), *counted.not_sat])
    placed = [
        (there.get(one.person_id or 0, len(there)), _line(exam, one, _called(one, names), one.person_id in there))
        for one in scored
    ]
    placed += [(there.get(person, len(there)), [names[person], "", None, "", "未参加"]) for person in counted.not_sat]
    lines = [line for _, line in sorted(placed, key=lambda one: one[0])]
    cells: list[Sequence[Cell]] = [[number, *line] for number, line in enumerate(lines, 1)]
    branch = session.get_one(Organisation, exam.branch_id).name
    return book(
        Ledger(
            NAME,
            [Column(word) for word in _WORDS],
            cells,
            title=f"{branch}{exam.title}{NAME}",
            head=[f"{exam.held_on.year}年{short_day(exam.held_on)}　满分{score_words(exam.full_score)}分"],
            foot=[foot(counted)],
            beside=2,
        )
    )


def _called(row: ExamAttempt, names: Mapping[int, str]) -> str:
    return names.get(row.person_id or 0, row.outsider)


def foot(counted: rules.Counted) -> str:
    """应考23人　实考22人　平均分98　最高100　最低80: of the scores that count."""
    said = counted.scores
    best, worst = (score_words(max(said)), score_words(min(said))) if said else ("—", "—")
    sums = f"应考{len(counted.expected)}人　实考{len(counted.sat)}人　平均分{plain(counted.average)}"
    return f"{sums}　最高{best}　最低{worst}"


def _line(exam: Exam, row: ExamAttempt, name: str, member: bool) -> list[Cell]:
    score = row.score or 0
    passed = "合格" if score >= exam.pass_score else "不合格"
    kept = "" if member else "非党员，不计入"
    late = "不计入" if row.kind is AttemptKind.RETAKE and member else ""
    note = "；".join(filter(None, [kept, late, row.note]))
    return [name, ATTEMPTS[row.kind], rules.as_number(score), passed, note]
